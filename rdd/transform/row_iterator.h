/* row_iterator.h - a user's function, row by row, over a partition: the engine of map, flatMap,
 * mapValues and keyBy. */
#pragma once

#include "core/lineage/iterator.h"
#include "core/lineage/task_context.h"
#include "rdd/row.h"

typedef struct
{
  const char *operator_name; /* for messages: "map" */
  RushSchema *schema;        /* of what comes out (owned) */
  RushRowFunc func;
  gpointer data;
  GDestroyNotify free_data;
  gboolean one_for_one; /* the function must emit exactly one row */
  gboolean keep_key;    /* each row begins with the key of the one it comes from */
  gboolean append_row;  /* the function emits one value, the row it comes from follows */
} RushRowStep;

/* References @schema. */
RushRowStep *rush_row_step_new (const char *operator_name, RushSchema *schema, RushRowFunc func,
                                gpointer data, GDestroyNotify free_data);
void rush_row_step_free (gpointer step);

/* A RushPartitionFunc; @step: const RushRowStep *. */
RushIterator *rush_row_step_apply (RushIterator *rows, guint split, RushTaskContext *ctx,
                                   gpointer step, GError **error);
