/* Algorithms on small graphs, with answers that can be seen: on every master, in rounds that are
 * jobs; islands, sinks, loops and twins; what is asked wrongly. Larger graphs, and GraphX's own
 * answers, are in tests/py/test_graph_algorithms.py. */
#include "tests/graph/graphs.h"

#include "graph/graph_actions.h"
#include "graph/lib/connected_components.h"
#include "graph/lib/label_propagation.h"
#include "graph/lib/page_rank.h"
#include "graph/lib/shortest_paths.h"
#include "graph/lib/strongly_connected_components.h"
#include "graph/lib/triangle_count.h"
#include "rdd/persist.h"
#include "tests/rdd/app.h"

#include <math.h>

/* A ring of three, a way out of it, an island with a loop and a twin. */
#define EDGES "1>2 2>3 3>1 3>4 4>5 8>9 8>9 9>9"

static const RushGraphLayout layout = { TRUE, RUSH_EDGE_PARTITION_2D, 3, 2 };

static void
assert_answer (RushGraph *answer, GError *error, const char *expected)
{
  g_assert_no_error (error);
  graphs_assert_vertices (answer, expected);
}

static void
test_components (gconstpointer master)
{
  RushContext *sc = app_new (GPOINTER_TO_UINT (master));
  g_autoptr (RushGraph) graph = graphs_new (sc, "7=0", EDGES, 3, &layout);
  g_autoptr (GError) error = NULL;
  g_autoptr (RushGraph) all = rush_connected_components (graph, 0, NULL, &error);
  g_autoptr (RushGraph) some = rush_connected_components (graph, 1, NULL, &error);
  g_autoptr (RushGraph) stars = rush_connected_components_by_stars (graph, 0, NULL, &error);

  assert_answer (stars, error, "1,1 2,1 3,1 4,1 5,1 7,7 8,8 9,8");
  assert_answer (all, error, "1,1 2,1 3,1 4,1 5,1 7,7 8,8 9,8");
  assert_answer (some, error, "1,1 2,1 3,1 4,3 5,4 7,7 8,8 9,8");
  app_free (sc);
}

static void
test_strong_components (gconstpointer master)
{
  RushContext *sc = app_new (GPOINTER_TO_UINT (master));
  g_autoptr (RushGraph) graph = graphs_new (sc, "7=0", EDGES " 5>6 6>5 20>8", 3, &layout);
  g_autoptr (GError) error = NULL;
  g_autoptr (RushGraph) all = rush_strongly_connected_components (graph, 10, NULL, &error);

  assert_answer (all, error, "1,1 2,1 20,20 3,1 4,4 5,5 6,5 7,7 8,8 9,9");
  app_free (sc);
}

static void
test_paths (gconstpointer master)
{
  static const gint64 landmarks[] = { 5, 9, 100 }, sources[] = { 3, 8 };
  RushContext *sc = app_new (GPOINTER_TO_UINT (master));
  g_autoptr (RushGraph) graph = graphs_new (sc, "7=0", EDGES, 3, &layout);
  g_autoptr (GError) error = NULL;
  g_autoptr (RushGraph) paths = rush_shortest_paths (graph, landmarks, 3, NULL, &error);
  g_autoptr (RushGraph) levels = rush_breadth_first_search (graph, sources, 2, 0, NULL, &error);
  g_autoptr (RushGraph) near = rush_breadth_first_search (graph, sources, 1, 1, NULL, &error);

  assert_answer (paths, error, "1,4,-,- 2,3,-,- 3,2,-,- 4,1,-,- 5,0,-,- 7,-,-,- 8,-,1,- 9,-,0,-");
  assert_answer (levels, error, "1,1,3 2,2,1 3,0,- 4,1,3 5,2,4 7,-,- 8,0,- 9,1,8");
  assert_answer (near, error, "1,1,3 2,-,- 3,0,- 4,1,3 5,-,- 7,-,- 8,-,- 9,-,-");
  app_free (sc);
}

static void
test_triangles (gconstpointer master)
{
  RushContext *sc = app_new (GPOINTER_TO_UINT (master));
  g_autoptr (RushGraph) graph =
      graphs_new (sc, "7=0", "1>2 2>3 3>1 1>3 2>1 3>3 3>4 4>2 5>4", 3, &layout);
  g_autoptr (GError) error = NULL;
  g_autoptr (RushGraph) counts = rush_triangle_count (graph, NULL, &error);

  assert_answer (counts, error, "1,1 2,2 3,2 4,1 5,0 7,0");
  app_free (sc);
}

static void
test_labels (gconstpointer master)
{
  RushContext *sc = app_new (GPOINTER_TO_UINT (master));
  g_autoptr (RushGraph) graph = graphs_new (sc, "7=0", "1>3 2>3 3>2 4>5", 3, &layout);
  g_autoptr (GError) error = NULL;
  g_autoptr (RushGraph) once = rush_label_propagation (graph, 1, NULL, &error);
  g_autoptr (RushGraph) twice = rush_label_propagation (graph, 2, NULL, &error);

  assert_answer (once, error, "1,3 2,3 3,2 4,5 5,4 7,7");
  assert_answer (twice, error, "1,2 2,2 3,3 4,4 5,5 7,7");
  app_free (sc);
}

static void
test_ranks (gconstpointer master)
{
  static const gint64 sources[] = { 1, 8 };
  RushContext *sc = app_new (GPOINTER_TO_UINT (master));
  g_autoptr (RushGraph) graph = graphs_new (sc, NULL, "1>2 2>1 1>3", 2, &layout);
  g_autoptr (RushGraph) ring = graphs_new (sc, NULL, "1>2 2>3 3>1", 2, &layout);
  g_autoptr (RushGraph) islands = graphs_new (sc, NULL, "1>2 8>9", 2, &layout);
  g_autoptr (GError) error = NULL;
  g_autoptr (RushGraph) ranks =
      rush_page_rank (graph, &(RushPageRank){ .n_iterations = 1 }, NULL, &error);
  g_autoptr (RushGraph) alike =
      rush_page_rank (ring, &(RushPageRank){ .tolerance = 1e-9 }, NULL, &error);
  g_autoptr (RushGraph) own = rush_page_rank (
      islands, &(RushPageRank){ .n_iterations = 1, .sources = sources, .n_sources = 2 }, NULL,
      &error);

  /* 1: 0.15 + 0.85; 2 and 3: 0.15 + 0.85 / 2; scaled by 3 / 2.15 */
  assert_answer (ranks, error, "1,1.39535 2,0.802326 3,0.802326");
  assert_answer (alike, error, "1,1 2,1 3,1");
  assert_answer (own, error, "1,0.15,0 2,0.85,0 8,0,0.15 9,0,0.85");
  app_free (sc);
}

/* An executor dies in the middle of a round: its partitions of the graph, and what it has sent, are
 * computed again along the lineage; behind the round where that is cut, from the other copy. */
static void
test_lost_executor (void)
{
  static const struct
  {
    guint n_rounds, task;
  } CASES[] = { { 5, 20 }, { 60, 250 }, { 60, 400 } };

  for (guint c = 0; c < G_N_ELEMENTS (CASES); c++)
    {
      g_autofree char *expected = NULL;

      for (guint lost = 0; lost < 2; lost++)
        {
          RushContext *sc = app_new_with ("local-cluster[2,1,512]", NULL);
          g_autoptr (RushGraph) graph = graphs_new (sc, NULL, EDGES, 3, &layout);
          g_autofree char *order =
              g_strdup_printf ("{ \"do\": \"kill_executor\", \"executor\": \"1\", \"when\": { "
                               "\"task\": %u } }",
                               CASES[c].task);
          g_autoptr (GError) error = NULL;

          if (lost)
            g_assert_true (rush_context_cluster (sc)->klass->inject (rush_context_cluster (sc),
                                                                     order, &error));
          g_assert_no_error (error);
          g_autoptr (RushGraph) ranks = rush_page_rank (
              graph, &(RushPageRank){ .n_iterations = CASES[c].n_rounds }, NULL, &error);
          g_assert_no_error (error);
          g_autoptr (RushRdd) rows = rush_graph_vertices (ranks);
          g_autofree char *found = app_sorted (sc, rows);
          g_auto (GStrv) left = rush_executor_set_ids (rush_context_executors (sc));
          g_assert_cmpint (g_strv_contains ((const char *const *)left, "1"), ==, !lost);
          if (!lost)
            expected = g_steal_pointer (&found);
          else
            g_assert_cmpstr (found, ==, expected);
          app_free (sc);
        }
    }
}

/* The same for stars, whose every round ends its lineage here. */
static void
test_stars_of_lost_executor (void)
{
  RushContext *sc = app_new_with ("local-cluster[2,1,512]", NULL);
  g_autoptr (GString) edges = g_string_new ("0>7");
  g_autoptr (GError) error = NULL;

  for (guint v = 1; v < 500; v++)
    g_string_append_printf (edges, " %u>%u", v * 7 % 503, (v + 1) * 7 % 503);
  g_autoptr (RushGraph) chain = graphs_new (
      sc, NULL, edges->str, 3, &(RushGraphLayout){ TRUE, RUSH_RANDOM_VERTEX_CUT, 5, 4 });
  g_assert_true (rush_context_cluster (sc)->klass->inject (
      rush_context_cluster (sc),
      "{ \"do\": \"kill_executor\", \"executor\": \"1\", \"when\": { \"task\": 50 } }", &error));
  g_autoptr (RushGraph) parts = rush_connected_components_by_stars (chain, 1, NULL, &error);
  g_assert_no_error (error);
  g_auto (GStrv) left = rush_executor_set_ids (rush_context_executors (sc));
  g_assert_false (g_strv_contains ((const char *const *)left, "1"));
  g_assert_cmpint ((gint64)rush_graph_sum (parts, parts->attributes, 0, NULL, &error), ==, 0);
  g_assert_no_error (error);
  g_assert_cmpint (rush_graph_n_vertices (parts, NULL, &error), ==, 501);
  app_free (sc);
}

/* How many RDDs @rdd stands on. */
static guint
length_of_lineage (RushRdd *rdd, GHashTable *seen)
{
  guint n, length = 1;
  RushDependency *const *dependencies = rush_rdd_dependencies (rdd, &n);

  if (!g_hash_table_add (seen, rdd))
    return 0;
  for (guint i = 0; i < n; i++)
    length += length_of_lineage (dependencies[i]->rdd, seen);
  return length;
}

/* A round a vertex of a chain: the lineage stays short, and no old round is kept. */
static void
test_long_chain (void)
{
  static const char *const intervals[] = { NULL, "7" };

  for (guint i = 0; i < G_N_ELEMENTS (intervals); i++)
    {
      RushContext *sc = app_new_with (
          "local[2]", intervals[i] != NULL ? "spark.graphx.pregel.checkpointInterval" : NULL,
          intervals[i], NULL);
      g_autoptr (GString) edges = g_string_new ("0>1");
      g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
      g_autoptr (GError) error = NULL;
      guint before;

      for (guint v = 1; v < 200; v++)
        g_string_append_printf (edges, " %u>%u", v, v + 1);
      g_autoptr (RushGraph) chain = graphs_new (sc, NULL, edges->str, 2, NULL);
      g_assert_cmpint (rush_graph_n_vertices (chain, NULL, NULL), ==, 201);
      before = app_n_jobs (sc);
      g_autoptr (RushGraph) parts = rush_connected_components (chain, 0, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (app_n_jobs (sc) - before, ==, 1 + 200 + 1); /* checkpoints need none */
      g_assert_cmpint ((gint64)rush_graph_sum (parts, parts->attributes, 0, NULL, &error), ==, 0);
      g_assert_cmpuint (length_of_lineage (parts->attributes, seen), <,
                        intervals[i] != NULL ? 70 : 200);
      rush_context_flush_cleaner (sc);
      g_autoptr (GArray) kept = rush_context_kept_rdds (sc);
      g_assert_cmpuint (kept->len, <=, 2 + 2); /* the structure; the last round, the last cut */
      app_free (sc);
    }
}

/* Stars and rounds along edges agree, on graphs that fall apart. */
static void
test_components_by_stars (gconstpointer master)
{
  RushContext *sc = app_new (GPOINTER_TO_UINT (master));
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);

  for (guint n_edges = 200; n_edges <= 800; n_edges += 200)
    {
      g_autoptr (GString) edges = g_string_new ("0>0");
      g_autoptr (GError) error = NULL;

      for (guint e = 0; e < n_edges; e++)
        g_string_append_printf (edges, " %d>%d", g_rand_int_range (rand, -600, 600),
                                g_rand_int_range (rand, -600, 600));
      g_autoptr (RushGraph) graph = graphs_new (
          sc, "5000=1", edges->str, 3, &(RushGraphLayout){ TRUE, RUSH_RANDOM_VERTEX_CUT, 5, 4 });
      g_autoptr (RushGraph) expected = rush_connected_components (graph, 0, NULL, &error);
      g_assert_no_error (error);
      g_autoptr (RushGraph) found = rush_connected_components_by_stars (graph, 2, NULL, &error);
      g_assert_no_error (error);
      g_autoptr (RushRdd) rows = rush_graph_vertices (expected);
      g_autofree char *text = app_sorted (sc, rows);
      assert_answer (found, error, text);
    }
  app_free (sc);
}

/* A chain takes rounds by the logarithm of its length, in whatever order its ids are. */
static void
test_chain_by_stars (void)
{
  enum
  {
    N = 20000
  };
  RushContext *sc = app_new (0);
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);
  g_autofree guint *ids = g_new (guint, N);

  for (guint shuffled = 0; shuffled < 2; shuffled++)
    {
      g_autoptr (GString) edges = g_string_new (NULL);
      g_autoptr (GError) error = NULL;
      guint before;

      for (guint v = 0; v < N; v++)
        {
          guint k = shuffled ? (guint)g_rand_int_range (rand, 0, (gint)v + 1) : v;

          ids[v] = ids[k];
          ids[k] = v;
        }
      for (guint v = 0; v + 1 < N; v++)
        g_string_append_printf (edges, "%s%u>%u", v > 0 ? " " : "", ids[v], ids[v + 1]);
      g_autoptr (RushGraph) chain = graphs_new (
          sc, NULL, edges->str, 2, &(RushGraphLayout){ TRUE, RUSH_RANDOM_VERTEX_CUT, 7, 5 });
      g_assert_cmpint (rush_graph_n_vertices (chain, NULL, NULL), ==, N);
      before = app_n_jobs (sc);
      g_autoptr (RushGraph) parts = rush_connected_components_by_stars (chain, 3, NULL, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (app_n_jobs (sc) - before, <=, 18);
      g_assert_cmpint ((gint64)rush_graph_sum (parts, parts->attributes, 0, NULL, &error), ==, 0);
      g_assert_no_error (error);
    }
  app_free (sc);
}

/* An iteration is a job. */
static void
test_jobs (void)
{
  RushContext *sc = app_new (0);
  g_autoptr (RushGraph) graph = graphs_new (sc, NULL, EDGES, 3, &layout);
  g_autoptr (GError) error = NULL;
  guint before;

  g_assert_cmpint (rush_graph_n_vertices (graph, NULL, NULL), ==, 7);
  before = app_n_jobs (sc);
  g_autoptr (RushGraph) ranks =
      rush_page_rank (graph, &(RushPageRank){ .n_iterations = 4 }, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (app_n_jobs (sc) - before, ==, 4 + 2); /* and the sum, and the count */
  app_free (sc);
}

static void
test_nothing (void)
{
  static const gint64 source = 1;
  RushContext *sc = app_new (0);
  g_autoptr (RushGraph) graph = graphs_new (sc, NULL, "", 2, NULL);
  g_autoptr (GError) error = NULL;
  RushGraph *answers[] = {
    rush_page_rank (graph, &(RushPageRank){ .n_iterations = 2 }, NULL, &error),
    rush_page_rank (graph, &(RushPageRank){ .tolerance = 0.1 }, NULL, &error),
    rush_connected_components (graph, 0, NULL, &error),
    rush_connected_components_by_stars (graph, 0, NULL, &error),
    rush_strongly_connected_components (graph, 3, NULL, &error),
    rush_label_propagation (graph, 2, NULL, &error),
    rush_shortest_paths (graph, &source, 1, NULL, &error),
    rush_breadth_first_search (graph, &source, 1, 0, NULL, &error),
    rush_triangle_count (graph, NULL, &error),
  };

  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      assert_answer (answers[i], error, "");
      rush_graph_unref (answers[i]);
    }
  app_free (sc);
}

static void
test_misuse (void)
{
  static const gint64 sources[] = { 77, 1 };
  static const RushPageRank wrong[] = {
    { .n_iterations = 3, .reset_probability = 1.5 },
    { .n_iterations = 3, .reset_probability = -0.5 },
    { .n_iterations = 3, .reset_probability = (double)NAN },
    { .tolerance = -1 },
    { .tolerance = 0.1, .sources = sources, .n_sources = 2 },
    { .n_iterations = 3, .sources = sources, .n_sources = 1 }, /* is no vertex */
  };
  RushContext *sc = app_new (0);
  g_autoptr (RushGraph) graph = graphs_new (sc, NULL, EDGES, 2, NULL);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_assert_null (rush_page_rank (graph, &wrong[i], NULL, &error));
      g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT);
      g_clear_error (&error);
    }
  g_assert_null (rush_label_propagation (graph, 0, NULL, &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  g_assert_null (rush_strongly_connected_components (graph, 0, NULL, &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT);
  app_free (sc);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *name;
    GTestDataFunc func;
  } ON_ALL_MASTERS[] = { { "components", test_components },
                         { "components by stars", test_components_by_stars },
                         { "strong components", test_strong_components },
                         { "paths", test_paths },
                         { "triangles", test_triangles },
                         { "labels", test_labels },
                         { "ranks", test_ranks } };

  g_test_init (&argc, &argv, NULL);
  for (guint t = 0; t < G_N_ELEMENTS (ON_ALL_MASTERS); t++)
    for (guint m = 0; m < APP_N_MASTERS; m++)
      {
        g_autofree char *path =
            g_strdup_printf ("/graph/lib/%s/%s", ON_ALL_MASTERS[t].name, app_masters[m]);

        g_test_add_data_func (path, GUINT_TO_POINTER (m), ON_ALL_MASTERS[t].func);
      }
  g_test_add_func ("/graph/lib/lost executor", test_lost_executor);
  g_test_add_func ("/graph/lib/stars of lost executor", test_stars_of_lost_executor);
  g_test_add_func ("/graph/lib/long chain", test_long_chain);
  g_test_add_func ("/graph/lib/chain by stars", test_chain_by_stars);
  g_test_add_func ("/graph/lib/jobs", test_jobs);
  g_test_add_func ("/graph/lib/nothing", test_nothing);
  g_test_add_func ("/graph/lib/misuse", test_misuse);
  return g_test_run ();
}
