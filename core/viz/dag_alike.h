/* dag_alike.h - branches of a union that are alike.
 *
 *     textFile ── flatMap ─┐                 textFile ── flatMap  ×3 ── union
 *     textFile ── flatMap ─┼─ union   ──▶
 *     textFile ── flatMap ─┘
 *
 * Ownership:  refers to nothing.
 * Threads:    whoever holds it.
 */
#pragma once

#include "core/viz/dag.h"

#define RUSH_DAG_NONE G_MAXUINT

/* Of each RDD of the dag, by index. */
typedef struct
{
  guint *next;       /* the RDD in its place in the next branch, or RUSH_DAG_NONE */
  gboolean *follows; /* one of an earlier branch stands for it */
} RushDagAlike;

RushDagAlike *rush_dag_alike_new (const RushDag *dag);
void rush_dag_alike_free (RushDagAlike *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushDagAlike, rush_dag_alike_free)
