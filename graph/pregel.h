/* pregel.h - "think like a vertex": rounds in which vertices that have something to say tell their
 * neighbours, and change by what they are told, until nobody has anything to say.
 *
 *   round i   active vertices ─send─▶ messages ─fold─▶ vertices that received ─change─▶ round i + 1
 *
 * Every round is a job, that ends with a number: the sum of the attribute `active`, which a change
 * sets to what is to be counted (1: this vertex has changed).  It is for send () to pass over edges
 * whose ends are not active: the engine does not know in which direction an algorithm talks.
 * Only the last round is kept; every 25 rounds their lineage is cut (graph_actions.c).
 *
 * Source:  Malewicz et al.: Pregel, A System for Large-Scale Graph Processing (2010).
 * Mirrors: org.apache.spark.graphx.Pregel, whose first message is here the graph that rounds begin
 *          with.
 */
#pragma once

#include "graph/aggregate_messages.h"

typedef struct
{
  RushMessageProgram program; /* its data and free_data are not used, but those below */
  RushSchema *attributes;     /* of vertices, before and after a round */
  RushChangeFunc change;
  guint active;        /* number of the attribute that is summed up; bigint or double */
  guint n_rounds;      /* at most; 0: as many as it takes */
  gboolean all_rounds; /* n_rounds, whoever is active */
  gpointer data;       /* of send () and change () */
  gpointer (*ref_data) (gpointer data); /* NULL: it is immortal */
  GDestroyNotify unref_data;
} RushPregel;

/* From @begin on, whose attributes are what->attributes; it is a graph of the caller's making,
 * whose attributes are persisted while they are needed. (transfer full) */
RushGraph *rush_pregel (RushGraph *begin, const RushPregel *what, const RushJobOptions *job,
                        GError **error);
