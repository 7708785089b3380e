/* task_refusal_private.h - the error of a task that gets no memory. */
#pragma once

#include "core/memory/task_memory.h"

typedef struct
{
  RushMemoryManager *manager;
  gint64 task_id;
  gint64 asked; /* bytes */
  gint64 got;   /* of them, by the pool */
  gint64 holds;
  const GPtrArray *consumers; /* RushMemoryConsumer: who holds that */
  guint n_stage_tasks;        /* 0: not known */
} RushTaskShortage;

/* OUT_OF_MEMORY: Spark's first sentence, then who holds what, the sum, and what would have
 * sufficed. */
void rush_task_refuse (const RushTaskShortage *self, GError **error);
