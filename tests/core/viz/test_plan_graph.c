/* Pictures of plans: frames for fused stages, edges through what does nothing to rows, one box for
 * an exchange that is used twice, what operators counted; the DOT text is harmless and always the
 * same. */
#include "core/viz/plan_graph.h"
#include "core/viz/render.h"
#include "picture_leaks.h"

#include <string.h>

/* A node whose first metric counts rows, if @accumulator_id is not 0. */
static RushPlanInfo *
node (const char *name, const char *text, gint64 accumulator_id, RushPlanInfo *a, RushPlanInfo *b)
{
  guint n = (a != NULL) + (b != NULL);
  RushPlanInfo *self =
      rush_plan_info_new (g_strdup (name), g_strdup (text), n, accumulator_id != 0 ? 2 : 0);

  if (a != NULL)
    self->children[0] = a;
  if (b != NULL)
    self->children[1] = b;
  if (accumulator_id != 0)
    {
      self->metrics[0] = (RushPlanMetric){ "number of output rows", "sum", accumulator_id };
      self->metrics[1] = (RushPlanMetric){ "data size", "size", accumulator_id + 1 };
    }
  return self;
}

/* What a scan and an exchange above it are, to be read twice. */
static RushPlanInfo *
shuffled_range (void)
{
  RushPlanInfo *range = node ("Range", "Range (0, 10, step=1, splits=2)", 10, NULL, NULL);
  RushPlanInfo *fused = node ("WholeStageCodegen (1)", "WholeStageCodegen (1)", 0, range, NULL);

  return node ("Exchange", "Exchange hashpartitioning(id#0L, 2)", 20, fused, NULL);
}

static RushPlanInfo *
joined (void)
{
  RushPlanInfo *left =
      node ("ShuffleQueryStage", "ShuffleQueryStage 0", 0, shuffled_range (), NULL);
  RushPlanInfo *right =
      node ("ReusedExchange", "ReusedExchange [id#1L]", 0, shuffled_range (), NULL);
  RushPlanInfo *join = node ("SortMergeJoin", "SortMergeJoin [id#0L], [id#1L], Inner", 30,
                             node ("InputAdapter", "InputAdapter", 0, left, NULL),
                             node ("InputAdapter", "InputAdapter", 0, right, NULL));
  RushPlanInfo *fused = node ("WholeStageCodegen (2)", "WholeStageCodegen (2)", 0, join, NULL);

  return node ("AdaptiveSparkPlan", "AdaptiveSparkPlan isFinalPlan=true", 0, fused, NULL);
}

static const RushPlanNode *
find (const RushPlanGraph *graph, const char *name, guint *out_index)
{
  for (guint i = 0; i < graph->nodes->len; i++)
    {
      const RushPlanNode *found = &g_array_index (graph->nodes, RushPlanNode, i);

      if (g_str_equal (found->name, name))
        {
          *out_index = i;
          return found;
        }
    }
  g_assert_not_reached ();
}

static guint
n_edges (const RushPlanGraph *graph, guint from, guint to)
{
  guint n = 0;

  for (guint i = 0; i < graph->edges->len; i++)
    {
      const RushPlanEdge *edge = &g_array_index (graph->edges, RushPlanEdge, i);

      n += edge->from == from && edge->to == to;
    }
  return n;
}

static gboolean
ten_rows (gint64 accumulator_id, gpointer data, gint64 *out)
{
  *out = accumulator_id == 21 ? 2048 : accumulator_id % 10 == 0 ? 1234567 : 0;
  return TRUE;
}

/* ---- the graph ---- */

static void
test_stages_are_frames (void)
{
  g_autoptr (RushPlanInfo) plan = joined ();
  g_autoptr (RushPlanGraph) graph = rush_plan_graph_new (plan, NULL, NULL);
  guint join, range, exchange;

  g_assert_cmpstr (graph->note, ==, "AdaptiveSparkPlan isFinalPlan=true");
  g_assert_cmpuint (graph->clusters->len, ==, 2);
  g_assert_cmpuint (find (graph, "SortMergeJoin", &join)->cluster, ==, 0);
  g_assert_cmpuint (find (graph, "Range", &range)->cluster, ==, 1);
  g_assert_cmpuint (find (graph, "Exchange", &exchange)->cluster, ==, RUSH_PLAN_NO_CLUSTER);
  g_assert_cmpint (find (graph, "Exchange", &exchange)->kind, ==, RUSH_PLAN_NODE_SHUFFLE);
  g_assert_cmpuint (n_edges (graph, range, exchange), ==, 1);
}

static void
test_reused_exchange_is_one_box (void)
{
  g_autoptr (RushPlanInfo) plan = joined ();
  g_autoptr (RushPlanGraph) graph = rush_plan_graph_new (plan, NULL, NULL);
  guint join, exchange;

  find (graph, "SortMergeJoin", &join);
  find (graph, "Exchange", &exchange);
  g_assert_cmpuint (graph->nodes->len, ==, 3);
  g_assert_cmpuint (n_edges (graph, exchange, join), ==, 2);
}

static void
test_arguments_without_name (void)
{
  g_autoptr (RushPlanInfo) plan = joined ();
  g_autoptr (RushPlanGraph) graph = rush_plan_graph_new (plan, NULL, NULL);
  guint i;

  g_assert_cmpstr (find (graph, "Range", &i)->arguments, ==, "(0, 10, step=1, splits=2)");
}

static void
test_arguments_of_a_scan (void)
{
  g_autoptr (RushPlanInfo) plan =
      node ("Scan parquet ", "FileScan parquet [a#1] Batched: true", 0, NULL, NULL);
  g_autoptr (RushPlanGraph) graph = rush_plan_graph_new (plan, NULL, NULL);
  guint i;

  g_assert_cmpstr (find (graph, "Scan parquet", &i)->arguments, ==, "[a#1] Batched: true");
}

static void
test_metrics (void)
{
  g_autoptr (RushPlanInfo) plan = joined ();
  g_autoptr (RushPlanGraph) before = rush_plan_graph_new (plan, NULL, NULL);
  g_autoptr (RushPlanGraph) after = rush_plan_graph_new (plan, ten_rows, NULL);
  const RushPlanNode *exchange, *range;
  guint i;

  g_assert_cmpint (find (before, "Range", &i)->n_rows, ==, -1);
  g_assert_cmpuint (find (before, "Range", &i)->metrics->len, ==, 0);
  range = find (after, "Range", &i);
  g_assert_cmpint (range->n_rows, ==, 1234567);
  g_assert_cmpuint (range->metrics->len, ==, 1); /* no size */
  g_assert_cmpstr (g_array_index (range->metrics, RushPlanNodeMetric, 0).value, ==, "1,234,567");
  exchange = find (after, "Exchange", &i);
  g_assert_cmpstr (g_array_index (exchange->metrics, RushPlanNodeMetric, 1).value, ==, "2.0 KiB");
}

/* A plan of a program that calls withColumn in a loop. */
static void
test_deep (void)
{
  RushPlanInfo *plan = node ("Range", "Range", 0, NULL, NULL);
  g_autoptr (RushPlanGraph) graph = NULL;

  for (guint i = 0; i < 20000; i++)
    plan = node ("Project", "Project [id#0L]", 0, plan, NULL);
  graph = rush_plan_graph_new (plan, NULL, NULL);
  g_assert_cmpuint (graph->nodes->len, ==, 20001);
  rush_plan_info_free (plan);
}

/* ---- the text ---- */

static void
test_dot_renders (void)
{
  g_autoptr (RushPlanInfo) plan = joined ();
  g_autoptr (RushPlanGraph) graph = rush_plan_graph_new (plan, ten_rows, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) picture = NULL;

  graph->title = g_strdup ("Query 3 · show at app.py:5");
  g_autofree char *dot = rush_plan_graph_to_dot (graph);
  g_autofree char *again = rush_plan_graph_to_dot (graph);
  g_assert_cmpstr (dot, ==, again);
  g_assert_nonnull (strstr (dot, "1,234,567 rows"));
  picture = render_unchecked (dot, RUSH_PICTURE_SVG, &error);
  g_assert_no_error (error);
  g_assert_nonnull (picture);
}

static void
test_hostile_text (void)
{
  g_autoptr (RushPlanInfo) plan =
      node ("Project <b>&\"", "Project <b>&\" [</TD> \\N \"quoted\" \x01 \xff as a]", 0,
            node ("", "", 0, NULL, NULL), NULL);
  g_autoptr (RushPlanGraph) graph = rush_plan_graph_new (plan, NULL, NULL);
  g_autofree char *dot = rush_plan_graph_to_dot (graph);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) picture = render_unchecked (dot, RUSH_PICTURE_SVG, &error);

  g_assert_no_error (error);
  g_assert_nonnull (picture);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/plan_graph/stages_are_frames", test_stages_are_frames);
  g_test_add_func ("/plan_graph/reused_exchange_is_one_box", test_reused_exchange_is_one_box);
  g_test_add_func ("/plan_graph/arguments_without_name", test_arguments_without_name);
  g_test_add_func ("/plan_graph/arguments_of_a_scan", test_arguments_of_a_scan);
  g_test_add_func ("/plan_graph/metrics", test_metrics);
  g_test_add_func ("/plan_graph/deep", test_deep);
  g_test_add_func ("/plan_graph/dot_renders", test_dot_renders);
  g_test_add_func ("/plan_graph/hostile_text", test_hostile_text);
  return g_test_run ();
}
