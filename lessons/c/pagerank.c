/* pagerank.c - the ten pages with the highest ranks:  build/lessons/c/pagerank EDGES [MASTER]
 *
 * EDGES is text, "source target" a line.
 *
 *     edgeListFile ─▶ graph ─▶ pageRank (10 rounds, a job each) ─▶ takeOrdered
 */
#include "graph/edge_list.h"
#include "graph/lib/page_rank.h"
#include "rdd/rushlight.h"

#include <stdio.h>

/* The ranks of the graph in file @path: (id, rank). */
static RushRdd *
rank_pages (RushContext *sc, const char *path, GError **error)
{
  g_autoptr (RushRdd) edges = rush_edge_list_file (rush_context_lineage (sc), path, 2);
  g_autoptr (RushGraph) graph = rush_graph_new (sc, NULL, edges, NULL, error);
  g_autoptr (RushGraph) ranks = NULL;

  if (graph != NULL)
    ranks = rush_page_rank (graph, &(RushPageRank){ .n_iterations = 10 }, NULL, error);
  return ranks != NULL ? rush_graph_vertices (ranks) : NULL;
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RushConf) conf = rush_conf_new ();
  g_autoptr (RushContext) sc = NULL;
  g_autoptr (RushRdd) ranks = NULL;
  g_autoptr (GPtrArray) top = NULL; /* of RushBatch */

  if (argc > 1 && rush_conf_set (conf, "spark.master", argc > 2 ? argv[2] : "local[*]", &error))
    sc = rush_context_new (conf, &error);
  if (sc != NULL)
    ranks = rank_pages (sc, argv[1], &error);
  if (ranks != NULL) /* column 1 is the rank */
    top = rush_rdd_take_ordered (sc, ranks, 10, rush_row_descending, GUINT_TO_POINTER (1), &error);
  for (guint i = 0; top && top->len > 0 && i < ((RushBatch *)top->pdata[0])->length; i++)
    {
      RushRow row = rush_batch_nth (top->pdata[0], i);

      printf ("%10" G_GINT64_FORMAT " %.6f\n", rush_row_int (&row, 0), rush_row_double (&row, 1));
    }
  if (top == NULL)
    fprintf (stderr, "pagerank: %s\n",
             error != NULL ? error->message : "usage: pagerank EDGES [MASTER]");
  return top == NULL;
}
