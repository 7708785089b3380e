/* dag.h - a picture as data: jobs, stages, RDDs, the steps inside them, and the edges between.
 *
 *   lineage (before a run) ──▶ ┐
 *                              ├─▶ RushDag ──▶ DOT text (dot.h) ──▶ SVG, PNG (render.h)
 *   job summaries (after)  ──▶ ┘
 *
 * Nothing here knows Graphviz.  A RushDag is complete and truthful: every RDD and every edge is in
 * it; what a reader need not see is folded away later (dag_boxes.h).
 *
 * Ownership:  a RushDag owns all its strings and refers to nothing that it was made from.
 * Threads:    whoever holds it.
 * Mirrors:    org.apache.spark.ui.scope.RDDOperationGraph (which shows no Python operators).
 */
#pragma once

#include "core/event/job_stats.h"
#include "core/lineage/rdd.h"

/* One operator that the user wrote. */
typedef struct
{
  char *name;  /* "flatMap" */
  char *place; /* "app.py:9", or "" */
} RushDagStep;

/* An RDD in a stage; an RDD that two stages compute is there twice. */
typedef struct
{
  guint stage; /* index */
  gint rdd_id;
  char *class_name;    /* "ShuffledRDD" */
  char *name;          /* the user's, or the file's; NULL: none */
  char *operator_name; /* "reduceByKey"; NULL: it has none */
  char *place;         /* of the operator: "app.py:9", or "" */
  guint n_partitions;
  RushStorageLevel level; /* valid: it is persisted */
  gint n_kept;            /* partitions; −1: not known */
  gboolean barrier;
  guint n_steps; /* inside the RDD, in the order of the data; 0: the operator is its one step */
  RushDagStep *steps;
} RushDagRdd;

/* Data flows from one RDD to the other. */
typedef struct
{
  guint from, to;  /* indices of RDDs */
  gint shuffle_id; /* −1: narrow */
  gint64 pairs;    /* what the shuffle holds; −1: not known */
  gint64 bytes;
} RushDagEdge;

typedef struct
{
  guint job;     /* index */
  gint stage_id; /* before a run: from 0, as the job would number them if it were the first */
  RushStageStatus status;
  guint n_tasks; /* of a whole attempt */
  guint n_completed;
  guint n_attempts;
  guint n_recomputed;      /* partitions that ran once more */
  guint64 n_kept_read;     /* partitions of persisted RDDs that its tasks found, */
  guint64 n_kept_computed; /* and computed */
  char *recomputed;        /* (owned) which: "partitions 3, 7 again"; NULL: none, or not known */
  char *because;           /* (owned) "executor 1 was lost"; NULL: not known */
  gint64 duration_ms;      /* from the first submission to the last completion; −1: not known */
} RushDagStage;

typedef struct
{
  gint job_id; /* −1: no job, the lineage of an RDD */
  RushJobStatus status;
  char *call_site;           /* "collect at app.py:10"; of a lineage, the RDD's */
  char *cause;               /* "" or "action": no need to say */
  char *error;               /* NULL: none */
  gint64 duration_ms;        /* −1: not known */
  guint n_forgotten_stages;  /* which are not drawn, */
  guint n_forgotten_skipped; /* and so many of them were skipped */
} RushDagJob;

typedef struct
{
  GArray *jobs;   /* RushDagJob */
  GArray *stages; /* RushDagStage; of one job together, parents first */
  GArray *rdds;   /* RushDagRdd; of one stage together, by id */
  GArray *edges;  /* RushDagEdge */
} RushDag;

/* What an action on @rdd would compute.  Needs the partition counts, which may fail (a missing
 * file). */
RushDag *rush_dag_from_rdd (RushRdd *rdd, GError **error);
RushDag *rush_dag_from_job (const RushJobSummary *job);
/* Several jobs in one picture, in the given order. */
RushDag *rush_dag_from_jobs (const RushJobSummary *const *jobs, guint n);
/* How much is kept now of each persisted RDD. */
void rush_dag_show_kept (RushDag *self, RushLineage *lineage);
void rush_dag_free (RushDag *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushDag, rush_dag_free)

static inline const RushDagJob *
rush_dag_job (const RushDag *self, guint i)
{
  return &g_array_index (self->jobs, RushDagJob, i);
}

static inline const RushDagStage *
rush_dag_stage (const RushDag *self, guint i)
{
  return &g_array_index (self->stages, RushDagStage, i);
}

static inline const RushDagRdd *
rush_dag_rdd (const RushDag *self, guint i)
{
  return &g_array_index (self->rdds, RushDagRdd, i);
}

static inline const RushDagEdge *
rush_dag_edge (const RushDag *self, guint i)
{
  return &g_array_index (self->edges, RushDagEdge, i);
}

/* FALSE: the stage does not compute it. */
gboolean rush_dag_find_rdd (const RushDag *self, guint stage, gint rdd_id, guint *out_index);

/* For those that build one; the strings in what is added go over to the dag. */
RushDag *rush_dag_new (void);
guint rush_dag_add_job (RushDag *self, const RushDagJob *job); /* → its index */
guint rush_dag_add_stage (RushDag *self, const RushDagStage *stage);
guint rush_dag_add_rdd (RushDag *self, const RushDagRdd *rdd);
void rush_dag_add_edge (RushDag *self, const RushDagEdge *edge);
