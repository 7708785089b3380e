/* plan_graph.c - from the plan that events tell to the boxes of its picture. */
#include "core/viz/plan_graph.h"

#include "core/event/event_text.h"

#include <string.h>

#define ROWS_METRIC "number of output rows"
#define SHUFFLED_METRIC "shuffle records written" /* what an exchange has instead */
#define NS_PER_MS 1000000

typedef struct
{
  RushPlanGraph *graph;
  RushMetricLookUp look_up;
  gpointer data;
  GHashTable *exchanges; /* what an exchange is (owned) → its node + 1 */
} Builder;

/* ---- metrics ---- */

/* "size" and the times are sums over all tasks, as the driver has them. */
static char *
metric_text (const RushPlanMetric *metric, gint64 value)
{
  if (g_str_equal (metric->type, "size"))
    return rush_format_size (value);
  if (g_str_equal (metric->type, "timing"))
    return rush_format_duration_ms (value);
  if (g_str_equal (metric->type, "nsTiming"))
    return rush_format_duration_ms (value / NS_PER_MS);
  return rush_format_count (value);
}

static void
add_metrics (Builder *self, const RushPlanInfo *plan, RushPlanNode *node)
{
  for (guint i = 0; i < plan->n_metrics; i++)
    {
      const RushPlanMetric *metric = &plan->metrics[i];
      gboolean rows =
          g_str_equal (metric->name, ROWS_METRIC) || g_str_equal (metric->name, SHUFFLED_METRIC);
      RushPlanNodeMetric seen;
      gint64 value;

      if (self->look_up == NULL || !self->look_up (metric->accumulator_id, self->data, &value))
        continue;
      if (rows)
        node->n_rows = value;
      if (value == 0 && !rows) /* nothing was spilled, nothing waited for */
        continue;
      seen = (RushPlanNodeMetric){ g_strdup (metric->name), metric_text (metric, value) };
      g_array_append_val (node->metrics, seen);
    }
}

/* ---- nodes ---- */

static RushPlanNodeKind
kind_of (const char *name)
{
  if (g_str_equal (name, "Exchange"))
    return RUSH_PLAN_NODE_SHUFFLE;
  if (g_str_equal (name, "BroadcastExchange"))
    return RUSH_PLAN_NODE_BROADCAST;
  if (g_str_has_prefix (name, "InMemoryTableScan"))
    return RUSH_PLAN_NODE_CACHED;
  return RUSH_PLAN_NODE_OPERATOR;
}

/* What stands behind the name in the plan's text: "FileScan parquet [a#1] Batched: …" of the node
 * "Scan parquet " has "[a#1] Batched: …". */
static const char *
arguments_of (const char *name, const char *text)
{
  const char *at = strstr (text, name);

  at = at != NULL ? at + strlen (name) : text;
  while (*at == ' ')
    at++;
  return at;
}

static void
add_edge (Builder *self, guint from, guint to)
{
  RushPlanEdge edge = { from, to };

  if (to != RUSH_PLAN_NO_CLUSTER)
    g_array_append_val (self->graph->edges, edge);
}

static guint
add_node (Builder *self, const RushPlanInfo *plan, guint cluster)
{
  char *name = g_strstrip (g_strdup (plan->name));
  RushPlanNode node = { kind_of (name),
                        name,
                        g_strdup (arguments_of (name, plan->text)),
                        cluster,
                        g_array_new (FALSE, FALSE, sizeof (RushPlanNodeMetric)),
                        -1 };

  add_metrics (self, plan, &node);
  g_array_append_val (self->graph->nodes, node);
  return self->graph->nodes->len - 1;
}

/* ---- the walk ---- */

/* Plans are as deep as programs make them, hence a stack. */
typedef struct
{
  const RushPlanInfo *plan;
  guint parent;  /* the node that takes its rows, or none */
  guint cluster; /* that it stands in */
} Visit;

static gboolean
is_passed_through (const char *name)
{
  static const char *const NAMES[] = { "InputAdapter",         "ShuffleQueryStage",
                                       "BroadcastQueryStage",  "ResultQueryStage",
                                       "TableCacheQueryStage", "ReusedExchange",
                                       "AdaptiveSparkPlan" };

  for (guint i = 0; i < G_N_ELEMENTS (NAMES); i++)
    if (g_str_equal (name, NAMES[i]))
      return TRUE;
  return FALSE;
}

/* The same exchange has the same counters, and the same text if it has none. */
static char *
exchange_key (const RushPlanInfo *plan)
{
  return plan->n_metrics > 0
             ? g_strdup_printf ("%" G_GINT64_FORMAT, plan->metrics[0].accumulator_id)
             : g_strdup (plan->text);
}

/* The node of @plan; *out_known: it is there already, with all below it. */
static guint
node_of (Builder *self, const RushPlanInfo *plan, guint cluster, gboolean *out_known)
{
  RushPlanNodeKind kind = kind_of (plan->name);
  char *key;
  guint node;

  *out_known = FALSE;
  if (kind != RUSH_PLAN_NODE_SHUFFLE && kind != RUSH_PLAN_NODE_BROADCAST)
    return add_node (self, plan, cluster);
  key = exchange_key (plan);
  node = GPOINTER_TO_UINT (g_hash_table_lookup (self->exchanges, key));
  *out_known = node > 0;
  if (*out_known)
    {
      g_free (key);
      return node - 1;
    }
  node = add_node (self, plan, RUSH_PLAN_NO_CLUSTER);
  g_hash_table_insert (self->exchanges, key, GUINT_TO_POINTER (node + 1));
  return node;
}

static void
visit (Builder *self, Visit at, GArray *rest)
{
  Visit below = at;
  gboolean known = FALSE;

  if (g_str_has_prefix (at.plan->name, "WholeStageCodegen"))
    {
      g_ptr_array_add (self->graph->clusters, g_strdup (at.plan->name));
      below.cluster = self->graph->clusters->len - 1;
    }
  else if (is_passed_through (at.plan->name))
    {
      if (g_str_equal (at.plan->name, "AdaptiveSparkPlan") && self->graph->note == NULL)
        self->graph->note = g_strdup (at.plan->text);
      below.cluster = RUSH_PLAN_NO_CLUSTER;
    }
  else
    {
      guint node = node_of (self, at.plan, at.cluster, &known);

      add_edge (self, node, at.parent);
      below.parent = node;
    }
  for (guint i = at.plan->n_children; !known && i > 0; i--)
    {
      below.plan = at.plan->children[i - 1];
      g_array_append_val (rest, below);
    }
}

RushPlanGraph *
rush_plan_graph_new (const RushPlanInfo *plan, RushMetricLookUp look_up, gpointer data)
{
  g_autoptr (GHashTable) exchanges = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GArray) rest = g_array_new (FALSE, FALSE, sizeof (Visit));
  Visit first = { plan, RUSH_PLAN_NO_CLUSTER, RUSH_PLAN_NO_CLUSTER };
  RushPlanGraph *graph = g_new0 (RushPlanGraph, 1);
  Builder builder = { graph, look_up, data, exchanges };

  graph->clusters = g_ptr_array_new_with_free_func (g_free);
  graph->nodes = g_array_new (FALSE, FALSE, sizeof (RushPlanNode));
  graph->edges = g_array_new (FALSE, FALSE, sizeof (RushPlanEdge));
  g_array_append_val (rest, first);
  while (rest->len > 0)
    {
      Visit at = g_array_index (rest, Visit, rest->len - 1);

      g_array_set_size (rest, rest->len - 1);
      visit (&builder, at, rest);
    }
  return graph;
}

static void
clear_node (RushPlanNode *node)
{
  for (guint i = 0; i < node->metrics->len; i++)
    {
      RushPlanNodeMetric *metric = &g_array_index (node->metrics, RushPlanNodeMetric, i);

      g_free (metric->label);
      g_free (metric->value);
    }
  g_array_unref (node->metrics);
  g_free (node->name);
  g_free (node->arguments);
}

void
rush_plan_graph_free (RushPlanGraph *self)
{
  for (guint i = 0; i < self->nodes->len; i++)
    clear_node (&g_array_index (self->nodes, RushPlanNode, i));
  g_array_unref (self->nodes);
  g_array_unref (self->edges);
  g_ptr_array_unref (self->clusters);
  g_free (self->title);
  g_free (self->note);
  g_free (self);
}
