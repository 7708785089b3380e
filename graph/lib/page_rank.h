/* page_rank.h - how often a reader who follows links at random is at a page.
 *
 *   rank (v) = r + (1 − r) · Σ  rank (u) / outdegree (u)      over edges u → v; r: resetProb
 *
 * From C:  rush_page_rank (graph, &(RushPageRank){ .n_iterations = 10 }, NULL, &error)
 *
 * Rounds:  n_iterations, or until no rank has changed by more than the tolerance.
 * Sinks:   a page without links keeps what it gets; ranks are scaled in the end, so that they sum
 *          up to the number of vertices (personalized: to 1).
 * Cost:    a round reads every edge once, sends 8 bytes a mirror each way.
 * Source:  Page, Brin, Motwani, Winograd: The PageRank Citation Ranking (1998).
 * Mirrors: org.apache.spark.graphx.lib.PageRank.
 */
#pragma once

#include "graph/graph.h"

#define RUSH_PAGE_RANK_NEVER_RESET (-1.0)

typedef struct
{
  guint n_iterations;       /* 0: until it converges */
  double tolerance;         /* of n_iterations == 0; 0 … */
  double reset_probability; /* (0, 1]; 0: 0.15; RUSH_PAGE_RANK_NEVER_RESET: nobody jumps */
  /* Personalized: who jumps, jumps to one of these.  One: one column "rank"; several, each by
   * itself, in parallel, with n_iterations: a column "rank_0", "rank_1" … each. */
  const gint64 *sources;
  guint n_sources;
} RushPageRank;

/* (id, rank: double). INVALID_ARGUMENT: an argument out of range, a source that is no vertex. */
RushGraph *rush_page_rank (RushGraph *graph, const RushPageRank *what, const RushJobOptions *job,
                           GError **error);
