/* A graph gives back the vertices and edges that it was made of, in every layout and on every
 * master; triplets, degrees and messages; no edges, no attributes, ids that are null. */
#include "tests/graph/graphs.h"

#include "graph/aggregate_messages.h"
#include "graph/degrees.h"
#include "graph/graph_ops.h"
#include "graph/lib/connected_components.h"
#include "graph/routing_picture.h"
#include "graph/vertex_ids.h"
#include "rdd/action/collect.h"
#include "rdd/persist.h"
#include "rdd/transform/map.h"
#include "tests/rdd/app.h"

#include <string.h>

#define EDGES "7>3:1 7>9:2 9>3:3 3>8:4 9>9:5 7>3:6"

/* ---- rows ---- */

static void
test_rows (gconstpointer master)
{
  RushContext *sc = app_new (GPOINTER_TO_UINT (master));

  for (guint i = 0; i < 5; i++)
    {
      RushGraphLayout layout = { i > 0, (RushPartitionStrategy)(i > 0 ? i - 1 : 0), 4, 3 };
      g_autoptr (RushGraph) graph = graphs_new (sc, "3=30 5=50 3=31 9=-", EDGES, 2, &layout);
      g_autoptr (RushRdd) edges = rush_graph_edges (graph);
      g_autoptr (RushRdd) triplets = rush_graph_triplets (graph);

      graphs_assert_vertices (graph, "3,30 5,50 7,- 8,- 9,-");
      app_assert_sorted (sc, edges, "3,8,4 7,3,1 7,3,6 7,9,2 9,3,3 9,9,5");
      app_assert_sorted (sc, triplets,
                         "3,8,4,30,- 7,3,1,-,30 7,3,6,-,30 7,9,2,-,- 9,3,3,-,30 9,9,5,-,-");
      g_assert_cmpint (rush_graph_n_vertices (graph, NULL, NULL), ==, 5);
      g_assert_cmpint (rush_graph_n_edges (graph, NULL, NULL), ==, 6);
    }
  app_free (sc);
}

static void
test_without_attributes (gconstpointer master)
{
  RushContext *sc = app_new (GPOINTER_TO_UINT (master));
  g_autoptr (RushGraph) graph = graphs_new (sc, NULL, EDGES, 3, NULL);
  g_autoptr (RushGraph) cut = rush_graph_partition_by (graph, RUSH_EDGE_PARTITION_2D, 4, NULL);
  g_autoptr (RushRdd) triplets = rush_graph_triplets (graph);

  graphs_assert_vertices (graph, "3 7 8 9");
  graphs_assert_vertices (cut, "3 7 8 9");
  app_assert_sorted (sc, triplets, "3,8,4 7,3,1 7,3,6 7,9,2 9,3,3 9,9,5");
  app_free (sc);
}

/* Edges of a partition stand by source, and by target within. */
static void
test_order_of_edges (gconstpointer master)
{
  RushContext *sc = app_new (GPOINTER_TO_UINT (master));
  RushGraphLayout layout = { .n_vertex_partitions = 1 };
  g_autoptr (RushGraph) graph = graphs_new (sc, NULL, EDGES, 1, &layout);
  g_autoptr (RushRdd) edges = rush_graph_edges (graph);
  g_autofree char *text = app_layout (sc, edges);

  g_assert_cmpstr (text, ==, "3,8,4 7,3,1 7,3,6 7,9,2 9,3,3 9,9,5");
  app_free (sc);
}

static void
test_nothing (gconstpointer master)
{
  RushContext *sc = app_new (GPOINTER_TO_UINT (master));
  g_autoptr (RushGraph) nothing = graphs_new (sc, NULL, "", 2, NULL);
  g_autoptr (RushGraph) no_edges = graphs_new (sc, "1=1 2=2", "", 2, NULL);
  g_autoptr (RushRdd) degrees = rush_graph_degrees (no_edges, RUSH_EDGES_BOTH);
  g_autoptr (RushRdd) triplets = rush_graph_triplets (no_edges);

  graphs_assert_vertices (nothing, "");
  graphs_assert_vertices (no_edges, "1,1 2,2");
  app_assert_sorted (sc, degrees, "");
  app_assert_sorted (sc, triplets, "");
  g_assert_cmpint (rush_graph_n_edges (no_edges, NULL, NULL), ==, 0);

  g_autoptr (RushGraph) no_partitions = graphs_new (sc, "", "", 0, NULL);
  graphs_assert_vertices (no_partitions, "");
  g_assert_cmpint (rush_graph_n_edges (no_partitions, NULL, NULL), ==, 0);
  app_free (sc);
}

/* More rows than a batch has, in and out. */
static void
test_many (gconstpointer master)
{
  RushContext *sc = app_new (GPOINTER_TO_UINT (master));
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (RushGraph) graph = NULL;

  for (guint i = 0; i < 20000; i++)
    g_string_append_printf (text, "%s%u>%u", i > 0 ? " " : "", i * 7919 % 20011, i % 17);
  graph =
      graphs_new (sc, NULL, text->str, 1, &(RushGraphLayout){ TRUE, RUSH_RANDOM_VERTEX_CUT, 3, 2 });
  g_autoptr (RushRdd) edges = rush_graph_edges (graph);
  g_autoptr (RushRdd) triplets = rush_graph_triplets (graph);
  g_autofree char *expected = app_sorted (sc, edges), *found = app_sorted (sc, triplets);
  g_autoptr (RushRdd) rows = graphs_edges (sc, text->str, 1);
  g_autofree char *given = app_sorted (sc, rows);
  g_assert_cmpstr (expected, ==, given);
  g_assert_cmpstr (found, ==, given);
  app_free (sc);
}

/* ---- messages ---- */

static void
test_degrees (gconstpointer master)
{
  RushContext *sc = app_new (GPOINTER_TO_UINT (master));
  g_autoptr (RushGraph) graph = graphs_new (sc, "1=1", EDGES, 3, NULL);
  g_autoptr (RushRdd) in = rush_graph_degrees (graph, RUSH_EDGES_IN);
  g_autoptr (RushRdd) out = rush_graph_degrees (graph, RUSH_EDGES_OUT);
  g_autoptr (RushRdd) both = rush_graph_degrees (graph, RUSH_EDGES_BOTH);

  app_assert_sorted (sc, in, "3,3 8,1 9,2");
  app_assert_sorted (sc, out, "3,1 7,3 9,2");
  app_assert_sorted (sc, both, "3,4 7,3 8,1 9,4");
  app_free (sc);
}

static gboolean
send_neighbours (const RushEdgeBlock *block, RushMessages *out, gpointer data, GError **error)
{
  const RushEdgePartition *edges = &block->edges;
  const gint64 *values = rush_ints (block->view[0]);

  for (guint v = 0; v < edges->n_vertices; v++)
    for (gint32 e = edges->starts[v]; e < edges->starts[v + 1]; e++)
      {
        gint32 target = edges->targets[e];

        rush_messages_send_int (out, 0, target, values[v]);
        rush_messages_send_int (out, 1, target, values[v]);
        if (!rush_messages_append_int (out, 2, target, values[v], error))
          return FALSE;
      }
  return TRUE;
}

/* Adds up what the list holds, so that its order does not matter. */
static gboolean
sum_lists (const RushVertexBlock *block, RushColumn **out, gpointer data, GError **error)
{
  gint64 *values[3];

  for (guint i = 0; i < 3; i++)
    if ((out[i] = rush_new_ints (block, &values[i], error)) == NULL)
      {
        rush_columns_clear (out, i);
        return FALSE;
      }
  for (guint i = 0; i < block->n; i++)
    {
      RushListView list = rush_column_get_list (block->messages[2], i);
      const gint64 *told = rush_ints (rush_column_child (block->messages[2], 0)) + list.offset;

      values[0][i] = block->received[i] ? rush_ints (block->messages[0])[i] : -1;
      values[1][i] = block->received[i] ? rush_ints (block->messages[1])[i] : -1;
      values[2][i] = 0;
      for (gint32 k = 0; k < list.length; k++)
        values[2][i] += told[k];
    }
  return TRUE;
}

static void
test_messages (gconstpointer master)
{
  static const RushMessageField fields[] = { { "least", &RUSH_INT64, RUSH_MESSAGE_MIN },
                                             { "most", &RUSH_INT64, RUSH_MESSAGE_MAX },
                                             { "all", &RUSH_INT64, RUSH_MESSAGE_LIST } };
  RushContext *sc = app_new (GPOINTER_TO_UINT (master));
  const guint looks_at[] = { 0 };
  RushMessageProgram program = {
    .fields = fields, .n_fields = 3, .looks_at = looks_at, .n_looks_at = 1, .send = send_neighbours
  };
  g_autoptr (RushSchema) schema =
      rush_schema_of ("least", &RUSH_INT64, "most", &RUSH_INT64, "sum", &RUSH_INT64, NULL);
  g_autoptr (RushGraph) graph =
      graphs_new (sc, "3=30 7=70 8=80 9=90 1=10", EDGES, 3,
                  &(RushGraphLayout){ TRUE, RUSH_EDGE_PARTITION_2D, 4, 2 });
  g_autoptr (RushGraph) told =
      rush_graph_change_by_messages (graph, &program, schema, sum_lists, NULL, NULL);

  graphs_assert_vertices (told, "1,-1,-1,0 3,70,90,230 7,-1,-1,0 8,30,30,30 9,70,90,160");
  graphs_assert_vertices (graph, "1,10 3,30 7,70 8,80 9,90");
  app_free (sc);
}

/* ---- graphs of graphs ---- */

static void
emit_double (const RushRow *row, RushEmitter *out, gpointer data)
{
  rush_emit_int (out, rush_row_is_null (row, 1) ? -1 : 2 * rush_row_int (row, 1));
}

/* The target's value less the source's, beside the weight. */
static void
emit_difference (const RushRow *row, RushEmitter *out, gpointer data)
{
  rush_emit_int (out, rush_row_int (row, 2));
  rush_emit_int (out, rush_row_int (row, 4) - rush_row_int (row, 3));
}

static gboolean
id_is_odd (const RushRow *vertex, gpointer data)
{
  return rush_row_int (vertex, 0) % 2 != 0;
}

static gboolean
weight_is_large (const RushRow *triplet, gpointer data)
{
  return rush_row_int (triplet, 2) > GPOINTER_TO_INT (data);
}

static void
test_operators (gconstpointer master)
{
  RushContext *sc = app_new (GPOINTER_TO_UINT (master));
  g_autoptr (GError) error = NULL;
  g_autoptr (RushSchema) value = rush_schema_of ("value", &RUSH_INT64, NULL);
  g_autoptr (RushSchema) two =
      rush_schema_of ("weight", &RUSH_INT64, "difference", &RUSH_INT64, NULL);
  g_autoptr (RushGraph) graph = graphs_new (sc, "3=30 5=50 7=70 8=80 9=90", EDGES, 3, NULL);
  g_autoptr (RushGraph) doubled = rush_graph_map_vertices (graph, value, emit_double, NULL, NULL);
  g_autoptr (RushGraph) told = rush_graph_map_triplets (doubled, two, emit_difference, NULL, NULL);
  g_autoptr (RushGraph) reversed = rush_graph_reverse (told, &error);
  g_autoptr (RushGraph) part =
      rush_graph_subgraph (graph, id_is_odd, weight_is_large, GINT_TO_POINTER (2), NULL, &error);
  g_autoptr (RushGraph) all = rush_graph_subgraph (graph, NULL, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_autoptr (RushRdd) edges = rush_graph_edges (told);
  g_autoptr (RushRdd) reversed_edges = rush_graph_edges (reversed);
  g_autoptr (RushRdd) part_edges = rush_graph_edges (part);

  graphs_assert_vertices (doubled, "3,60 5,100 7,140 8,160 9,180");
  app_assert_sorted (sc, edges, "3,8,4,100 7,3,1,-80 7,3,6,-80 7,9,2,40 9,3,3,-120 9,9,5,0");
  app_assert_sorted (sc, reversed_edges,
                     "3,7,1,-80 3,7,6,-80 3,9,3,-120 8,3,4,100 9,7,2,40 9,9,5,0");
  graphs_assert_vertices (part, "3,30 5,50 7,70 9,90");
  app_assert_sorted (sc, part_edges, "7,3,6 9,3,3 9,9,5");
  g_assert_cmpint (rush_graph_n_edges (all, NULL, NULL), ==, 6);
  app_free (sc);
}

/* ---- misuse ---- */

static void
test_null_ids (void)
{
  static const char *const graphs[][2] = { { NULL, "1>-" }, { NULL, "->1" }, { "-=3", "1>2" } };
  static const char *const errors[] = { "column 'dst' is null", "column 'src' is null",
                                        "a vertex has no id" };
  RushContext *sc = app_new (0);

  for (guint i = 0; i < G_N_ELEMENTS (graphs); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (RushGraph) graph =
          graphs_new (sc, graphs[i][0], graphs[i][1], 1,
                      &(RushGraphLayout){ TRUE, RUSH_EDGE_PARTITION_1D, 2, 2 });

      g_assert_cmpint (rush_graph_n_vertices (graph, NULL, &error), ==, -1);
      g_assert_nonnull (error);
      g_assert_nonnull (strstr (error->message, errors[i]));
    }
  app_free (sc);
}

static void
test_wrong_columns (void)
{
  RushContext *sc = app_new (0);
  g_autoptr (RushRdd) pairs = app_pairs (sc, "a=1", 1);
  g_autoptr (RushRdd) edges = graphs_edges (sc, "1>2", 1);
  g_autoptr (GError) error = NULL;

  g_assert_null (rush_graph_new (sc, NULL, pairs, NULL, &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  g_assert_null (rush_graph_new (sc, pairs, edges, NULL, &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT);
  app_free (sc);
}

static void
emit_nothing (const RushRow *row, RushEmitter *out, gpointer data)
{
}

static void
test_map_to_nothing (void)
{
  RushContext *sc = app_new (0);
  g_autoptr (RushGraph) graph = graphs_new (sc, "1=10 3=30", "1>2", 2, NULL);
  g_autoptr (RushSchema) nothing = rush_schema_new (0, NULL);
  g_autoptr (RushGraph) bare = rush_graph_map_vertices (graph, nothing, emit_nothing, NULL, NULL);

  graphs_assert_vertices (bare, "1 2 3");
  app_free (sc);
}

/* One edge more each time that they are computed: 1 → 1, 1 → 2, … */
static void
emit_more (const RushRow *row, RushEmitter *out, gpointer data)
{
  gint n = g_atomic_int_add ((gint *)data, 1);

  for (gint i = 0; i <= n; i++)
    {
      rush_emit_int (out, 1);
      rush_emit_int (out, 1 + i);
    }
}

/* Edges that are lost, and are others when they are computed again, fail the job. */
static void
test_other_edges (void)
{
  RushContext *sc = app_new (0);
  g_autoptr (RushRdd) once = app_range (sc, 1, 1);
  g_autoptr (RushSchema) schema = rush_schema_of ("src", &RUSH_INT64, "dst", &RUSH_INT64, NULL);
  g_autoptr (RushRdd) vertices = graphs_vertices (sc, "1=10", 1);

  for (guint i = 0; i < 3; i++)
    {
      gint n_times = 0;
      g_autoptr (GError) error = NULL;
      g_autoptr (RushRdd) edges = rush_rdd_flat_map (once, schema, emit_more, &n_times, NULL);
      g_autoptr (RushGraph) graph = rush_graph_new (sc, vertices, edges, NULL, &error);
      g_autoptr (RushRdd) rows = NULL;
      g_autoptr (GPtrArray) batches = NULL;

      g_assert_no_error (error);
      g_assert_cmpint (rush_graph_n_vertices (graph, NULL, NULL), ==, 1);
      rush_rdd_unpersist (sc, graph->edges, TRUE);
      if (i < 2)
        rows = i == 0 ? rush_graph_degrees (graph, RUSH_EDGES_IN) : rush_graph_triplets (graph);
      else
        {
          g_autoptr (RushGraph) parts = rush_connected_components_by_stars (graph, 0, NULL, &error);
          g_assert_no_error (error);
          rows = rush_graph_vertices (parts);
        }
      batches = rush_rdd_collect (sc, rows, &error);
      g_assert_null (batches);
      g_assert_nonnull (error);
      g_assert_nonnull (
          strstr (error->message, "a lost partition of the graph was computed again"));
    }
  app_free (sc);
}

/* A partition's numbers end where those of 32 bits do. */
static void
test_too_many_ids (void)
{
  RushIdTable table;
  g_autoptr (GError) error = NULL;

  g_assert_true (rush_id_table_init (&table, rush_allocator_system (), NULL));
  g_assert_cmpint (rush_id_table_number (&table, 5, NULL), ==, 0);
  table.n = G_MAXINT32;
  g_assert_cmpint (rush_id_table_number (&table, 5, &error), ==, 0);
  g_assert_no_error (error);
  g_assert_cmpint (rush_id_table_number (&table, 6, &error), ==, -1);
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT);
  rush_id_table_clear (&table);
}

/* ---- pictures ---- */

static void
test_routes (void)
{
  RushContext *sc = app_new (0);
  g_autoptr (RushGraph) graph = graphs_new (sc, NULL, "7>3 9>3 3>8", 2, NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *dot = rush_graph_routes_to_dot (graph, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (strstr (dot, "v0 [label=\"vertex partition 0\\n8\""));
  g_assert_nonnull (strstr (dot, "v1 [label=\"vertex partition 1\\n3\\n7\\n9\""));
  g_assert_nonnull (strstr (dot, "e0 [label=\"edge partition 0\\n7 → 3\""));
  g_assert_nonnull (strstr (dot, "v1 -> e0 [label=\"3, 7\"]"));
  g_assert_nonnull (strstr (dot, "v0 -> e1 [label=\"8\"]"));
  g_assert_null (strstr (dot, "v0 -> e0"));
  app_free (sc);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    const char *name;
    GTestDataFunc func;
  } ON_ALL_MASTERS[] = { { "rows", test_rows },
                         { "without attributes", test_without_attributes },
                         { "order of edges", test_order_of_edges },
                         { "nothing", test_nothing },
                         { "many", test_many },
                         { "degrees", test_degrees },
                         { "operators", test_operators },
                         { "messages", test_messages } };

  g_test_init (&argc, &argv, NULL);
  for (guint t = 0; t < G_N_ELEMENTS (ON_ALL_MASTERS); t++)
    for (guint m = 0; m < APP_N_MASTERS; m++)
      {
        g_autofree char *path =
            g_strdup_printf ("/graph/%s/%s", ON_ALL_MASTERS[t].name, app_masters[m]);

        g_test_add_data_func (path, GUINT_TO_POINTER (m), ON_ALL_MASTERS[t].func);
      }
  g_test_add_func ("/graph/null ids", test_null_ids);
  g_test_add_func ("/graph/wrong columns", test_wrong_columns);
  g_test_add_func ("/graph/map to nothing", test_map_to_nothing);
  g_test_add_func ("/graph/other edges", test_other_edges);
  g_test_add_func ("/graph/too many ids", test_too_many_ids);
  g_test_add_func ("/graph/routes", test_routes);
  return g_test_run ();
}
