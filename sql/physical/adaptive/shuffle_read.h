/* shuffle_read.h - reading a shuffle in other pieces than one a partition. */
#pragma once

#include "sql/physical/exec.h"
#include "sql/physical/operators/shuffled_row_rdd.h"

typedef enum
{
  RUSH_READ_COALESCED = 1 << 0, /* several partitions as one */
  RUSH_READ_SKEWED = 1 << 1,    /* one partition as several */
  RUSH_READ_LOCAL = 1 << 2,     /* what each map wrote, whatever the partition */
} RushReadFlags;

/* @specs is copied; @stage (a shuffle's, that has run) taken over. */
RushExec *rush_shuffle_read_exec_new (RushExec *stage, const RushShuffleSpec *specs, guint n_specs,
                                      guint flags);
gboolean rush_exec_is_shuffle_read (const RushExec *self);
guint rush_shuffle_read_exec_n_specs (const RushExec *self);
