/* dag_boxes.h - which RDDs share a box, and what its lines say.
 *
 * The user thinks in operators; Spark makes one to four RDDs of each, and a Python chain makes one
 * RDD of many.  A box has a line for every operator of the user's, in the order of the data:
 *
 *     PythonRDD[1] with the steps flatMap, map, reduceByKey     ┌───────────────────┐
 *     PairwiseRDD[2], also of reduceByKey             ──────▶   │ flatMap           │
 *                                                               │ map               │
 *                                                               │ reduceByKey       │
 *                                                               └───────────────────┘
 *
 * Branches of a union that are alike (dag_alike.h) share their boxes too: one stands for all.
 *
 * Ownership:  refers to the dag's strings, which must live longer.
 * Threads:    whoever holds it.
 */
#pragma once

#include "core/viz/dag.h"

typedef struct
{
  const char *name;  /* of an operator */
  const char *place; /* or "" */
  guint times;       /* written once, called so often (a loop) */
  guint first_rdd;   /* indices in the dag: the RDDs that do it, the first and the last */
  guint last_rdd;
} RushDagRow;

typedef struct
{
  guint stage;     /* index in the dag */
  gboolean folded; /* many RDDs in a row, told line by line */
  GArray *rows;    /* RushDagRow; of the first branch */
  /* guint, indices in the dag, in the order of the data; one branch after the other, each with
   * rdds->len / n_alike of them. */
  GArray *rdds;
  guint n_alike; /* branches that the box stands for, at least 1 */
} RushDagBox;

typedef struct
{
  GPtrArray *boxes; /* RushDagBox, stage by stage */
  GArray *edges;    /* RushDagEdge, from and to are boxes; those inside a box are gone, and so are
                     * those of branches that another one stands for */
} RushDagBoxes;

RushDagBoxes *rush_dag_boxes_new (const RushDag *dag);
void rush_dag_boxes_free (RushDagBoxes *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushDagBoxes, rush_dag_boxes_free)
