/* dag_examples.h - dags of every kind, for the golden texts and to look at. */
#pragma once

#include "core/viz/dag.h"

typedef struct
{
  const char *name; /* of the golden text, tests/data/dag/<name>.dot */
  RushDag *(*make) (void);
} DagExample;

extern const DagExample dag_examples[]; /* ends with a NULL name */

/* The jobs of the sample application (tests/core/event/sample_run.h). (transfer full) */
RushJobSummary *example_sample_job (gint job_id);
/* A chain of @n maps; every one at a line of its own, or all at one (a loop). */
RushDag *example_chain (guint n, gboolean loop);
/* A union of @n_alike branches, textFile and flatMap, and of three that are not like them. */
RushDag *example_union (guint n_alike);
/* @n boxes in @n / 10 stages. */
RushDag *example_wide (guint n);
