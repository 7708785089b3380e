/* explain_plan.c - plans as text.
 *
 *   simple      the physical plan as a tree; "*(2)" before operators of fused stage 2
 *   extended    the logical plans before it, too
 *   cost        the optimized plan and the physical one
 *   formatted   a tree of names with numbers, then what each number stands for
 *   rules       what each rule of analyzer and optimizer changed
 *
 * An adaptive plan shows the plan as it is now and, once it has begun, as it was at first.
 *
 * Mirrors: QueryExecution.explainString, TreeNode.generateTreeString, ExplainUtils.
 */
#include "sql/physical/adaptive/adaptive_plan.h"
#include "sql/physical/adaptive/query_stage.h"
#include "sql/physical/execution.h"
#include "sql/physical/operators/broadcast_exchange.h"
#include "sql/physical/operators/in_memory_scan.h"
#include "sql/physical/query_state_private.h"
#include "sql/physical/text.h"
#include "sql/plan/relation.h"

#include <string.h>

/* ---- trees ---- */

/* How the line of a node is written. */
typedef struct _Tree Tree;
struct _Tree
{
  GString *out;
  void (*line) (Tree *self, const RushExec *node);
  GHashTable *numbers; /* formatted: metrics → number */
  RushQuery *query;    /* whose subqueries are shown; or NULL */
  gboolean settled;    /* what is reused is known: not before an adaptive plan has begun */
};

static void append_tree (Tree *self, const RushExec *node, const char *indent, const char *first);

/* What stands below a node: its children, or the plan of a stage. */
static guint
n_below (const RushExec *node)
{
  return rush_exec_is_stage (node) ? 1 : node->n_children;
}

static const RushExec *
below (const RushExec *node, guint i)
{
  return rush_exec_is_stage (node) ? rush_query_stage_plan (node) : node->children[i];
}

static void
append_titled (Tree *self, const char *title, const RushExec *plan, const char *indent)
{
  g_autofree char *deeper = g_strconcat (indent, "   ", NULL);

  g_string_append_printf (self->out, "%s+- == %s ==\n", indent, title);
  append_tree (self, plan, deeper, deeper);
}

static void
append_adaptive (Tree *self, const RushExec *node, const char *indent)
{
  g_autofree char *child = g_strconcat (indent, "+- ", NULL);
  g_autofree char *deeper = g_strconcat (indent, "   ", NULL);

  if (!rush_adaptive_exec_has_begun (node))
    {
      append_tree (self, rush_adaptive_exec_current (node), deeper, child);
      return;
    }
  append_titled (self, rush_adaptive_exec_is_final (node) ? "Final Plan" : "Current Plan",
                 rush_adaptive_exec_current (node), indent);
  append_titled (self, "Initial Plan", rush_adaptive_exec_initial (node), indent);
}

/* The plans of scalar subqueries in the node's expressions, before its children. */
static void
append_subqueries (Tree *self, const RushExec *node, const char *indent)
{
  g_autoptr (GPtrArray) subqueries = rush_exec_subqueries (node);

  for (guint i = 0; self->query != NULL && i < subqueries->len; i++)
    {
      const RushExpr *subquery = subqueries->pdata[i];
      gint64 id = (gint64)subquery->as.subquery.id;
      gboolean reused, last = i == subqueries->len - 1;
      const RushExec *plan = rush_query_subquery_plan (self->query, id, &reused);
      g_autofree char *base = g_strconcat (indent, n_below (node) > 0 ? ":  " : "   ", NULL);
      g_autofree char *child = g_strconcat (base, last ? "   " : ":  ", "+- ", NULL);
      g_autofree char *deeper = g_strconcat (base, last ? "   " : ":  ", "   ", NULL);
      if (plan == NULL)
        continue;
      reused = reused && self->settled;
      g_string_append_printf (
          self->out, "%s%s%sSubquery subquery#%" G_GINT64_FORMAT ", [id=#%" G_GINT64_FORMAT "]\n",
          base, last ? "+- " : ":- ", reused ? "ReusedSubquery " : "", id, id);
      if (!reused)
        append_tree (self, plan, deeper, child);
    }
}

/* What is kept, and the plan that it is made by, which is no child of the scan. */
static void
append_kept_plan (Tree *self, const RushExec *scan, const char *indent)
{
  const RushCachedData *data = rush_in_memory_scan_exec_data (scan);
  const RushExec *plan = rush_in_memory_scan_exec_plan (scan);
  g_autofree char *kept = data->klass->describe (data);
  g_autofree char *columns = rush_list_to_text (rush_in_memory_scan_exec_kept (scan));
  g_autofree char *first = g_strconcat (indent, "         +- ", NULL);
  g_autofree char *deeper = g_strconcat (indent, "            ", NULL);

  g_string_append_printf (self->out, "%s   +- InMemoryRelation %s, %s\n", indent, columns, kept);
  if (plan != NULL)
    append_tree (self, plan, deeper, first);
}

/* @first: what stands before the node itself; @indent: before all below it. */
static void
append_tree (Tree *self, const RushExec *node, const char *indent, const char *first)
{
  guint n = n_below (node);

  g_string_append (self->out, first);
  self->line (self, node);
  g_string_append_c (self->out, '\n');
  if (rush_exec_is_adaptive (node))
    {
      append_adaptive (self, node, indent);
      return;
    }
  append_subqueries (self, node, indent);
  if (rush_exec_is_in_memory_scan (node) && self->numbers == NULL)
    append_kept_plan (self, node, indent);
  for (guint i = 0; i < n; i++)
    {
      gboolean last = i == n - 1;
      g_autofree char *child = g_strconcat (indent, last ? "+- " : ":- ", NULL);
      g_autofree char *deeper = g_strconcat (indent, last ? "   " : ":  ", NULL);
      append_tree (self, below (node, i), deeper, child);
    }
}

/* ---- simple ---- */

/* scalar-subquery#3 [] is what the plan below the node gives: "Subquery subquery#3, [id=#3]". */
static char *
name_subqueries (Tree *self, const RushExec *node, char *text /* taken over */)
{
  g_autoptr (GPtrArray) subqueries = rush_exec_subqueries (node);

  for (guint i = 0; self->query != NULL && text != NULL && i < subqueries->len; i++)
    {
      gint64 id = (gint64)((const RushExpr *)subqueries->pdata[i])->as.subquery.id;
      gboolean reused;
      g_autofree char *old = g_strdup_printf ("scalar-subquery#%" G_GINT64_FORMAT " []", id);
      if (rush_query_subquery_plan (self->query, id, &reused) == NULL)
        continue;
      g_autofree char *new =
          g_strdup_printf ("%sSubquery subquery#%" G_GINT64_FORMAT ", [id=#%" G_GINT64_FORMAT "]",
                           reused && self->settled ? "ReusedSubquery " : "", id, id);
      g_auto (GStrv) parts = g_strsplit (text, old, -1);
      g_free (text);
      text = g_strjoinv (new, parts);
    }
  return text;
}

static void
simple_line (Tree *self, const RushExec *node)
{
  g_autofree char *arguments = name_subqueries (
      self, node, node->klass->arguments != NULL ? node->klass->arguments (node) : NULL);

  if (node->codegen_stage_id > 0)
    g_string_append_printf (self->out, "*(%d) ", node->codegen_stage_id);
  g_string_append_printf (self->out, "%s%s", node->klass->name, arguments != NULL ? arguments : "");
}

/* @query: or NULL: subqueries are not shown. */
static void
append_simple (GString *out, const RushExec *plan, RushQuery *query)
{
  gboolean settled = !rush_exec_is_adaptive (plan) || rush_adaptive_exec_has_begun (plan);
  Tree tree = { out, simple_line, NULL, query, settled };

  append_tree (&tree, plan, "", "");
}

char *
rush_exec_to_tree_string (const RushExec *self)
{
  GString *out = g_string_new (NULL);

  append_simple (out, self, NULL);
  return g_string_free (out, FALSE);
}

/* ---- formatted ---- */

static guint
number_of (const Tree *self, const RushExec *node)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (self->numbers, node->metrics));
}

/* Children first; copies of an operator are the same one. */
static void
number_nodes (Tree *self, const RushExec *node, GPtrArray *in_order)
{
  if (rush_exec_is_adaptive (node))
    {
      number_nodes (self, rush_adaptive_exec_current (node), in_order);
      if (rush_adaptive_exec_has_begun (node))
        number_nodes (self, rush_adaptive_exec_initial (node), in_order);
    }
  for (guint i = 0; i < n_below (node); i++)
    number_nodes (self, below (node, i), in_order);
  if (g_hash_table_contains (self->numbers, node->metrics))
    return;
  g_ptr_array_add (in_order, (gpointer)node);
  g_hash_table_insert (self->numbers, node->metrics, GUINT_TO_POINTER (in_order->len));
}

static void
formatted_line (Tree *self, const RushExec *node)
{
  g_autofree char *more =
      node->klass->formatted_name != NULL ? node->klass->formatted_name (node) : NULL;
  g_autofree char *name = rush_exec_node_name (node);
  gboolean behind = more != NULL && more[0] == ','; /* stages: behind the number */

  g_string_append_printf (self->out, "%s%s%s (%u)%s", node->codegen_stage_id > 0 ? "* " : "", name,
                          more != NULL && !behind ? more : "", number_of (self, node),
                          behind ? more : "");
}

static void
append_default_details (GString *out, const RushExec *node)
{
  g_autofree char *arguments =
      node->klass->arguments != NULL ? node->klass->arguments (node) : NULL;

  if (node->n_children == 0)
    rush_append_list_line (out, "Output", node->output);
  else if (node->n_children == 1)
    rush_append_list_line (out, "Input", node->children[0]->output);
  if (arguments != NULL)
    g_string_append_printf (out, "Arguments: %s\n", g_strstrip (arguments));
}

static void
append_details (Tree *self, const RushExec *node)
{
  g_autofree char *details = node->klass->formatted != NULL ? node->klass->formatted (node) : NULL;

  g_autofree char *name = rush_exec_node_name (node);

  g_string_append_printf (self->out, "\n\n(%u) %s", number_of (self, node), name);
  if (node->codegen_stage_id > 0)
    g_string_append_printf (self->out, " [codegen id : %d]", node->codegen_stage_id);
  g_string_append_c (self->out, '\n');
  if (details == NULL)
    append_default_details (self->out, node);
  else
    {
      if (node->n_children == 0 && !rush_exec_is_stage (node) && !rush_exec_is_adaptive (node) &&
          !g_str_has_prefix (details, "Output"))
        rush_append_list_line (self->out, "Output", node->output);
      g_string_append (self->out, details);
    }
  g_string_truncate (self->out, self->out->len - 1); /* the blank line is the next node's */
}

char *
rush_exec_to_formatted_string (const RushExec *self)
{
  g_autoptr (GHashTable) numbers = g_hash_table_new (NULL, NULL);
  g_autoptr (GPtrArray) in_order = g_ptr_array_new ();
  Tree tree = { g_string_new (NULL), formatted_line, numbers, NULL, FALSE };

  number_nodes (&tree, self, in_order);
  append_tree (&tree, self, "", "");
  for (guint i = 0; i < in_order->len; i++)
    append_details (&tree, in_order->pdata[i]);
  g_string_append (tree.out, "\n\n");
  return g_string_free (tree.out, FALSE);
}

/* ---- explain ---- */

static gboolean
append_logical (RushQuery *self, GString *out, GError **error)
{
  RushPlan *analyzed = rush_query_analyzed (self, error);
  RushPlan *optimized = analyzed != NULL ? rush_query_optimized (self, error) : NULL;
  g_autofree char *parsed = rush_plan_to_tree_string (
      self->logical->written != NULL ? self->logical->written : self->logical);
  g_autoptr (GString) schema = g_string_new (NULL);

  if (optimized == NULL)
    return FALSE;
  g_autofree char *analyzed_text = rush_plan_to_tree_string (analyzed);
  g_autofree char *optimized_text = rush_plan_to_tree_string (optimized);
  for (guint i = 0; i < analyzed->output->n; i++)
    g_string_append_printf (schema, "%s%s: %s", i > 0 ? ", " : "",
                            rush_expr_name (analyzed->output->items[i]),
                            analyzed->output->items[i]->type->name);
  g_string_append_printf (out,
                          "== Parsed Logical Plan ==\n%s\n== Analyzed Logical Plan ==\n%s\n%s\n"
                          "== Optimized Logical Plan ==\n%s\n",
                          parsed, schema->str, analyzed_text, optimized_text);
  return TRUE;
}

static gboolean
append_cost (RushQuery *self, GString *out, GError **error)
{
  RushPlan *optimized = rush_query_optimized (self, error);
  g_autoptr (RushEstimator) estimator = NULL;
  g_autofree char *text = NULL;

  if (optimized == NULL)
    return FALSE;
  if (rush_settings_get_bool (rush_query_settings (self), "spark.sql.cbo.enabled"))
    estimator = rush_estimator_new ();
  text = rush_plan_to_cost_string (optimized, estimator);
  g_string_append_printf (out, "== Optimized Logical Plan ==\n%s\n", text);
  return TRUE;
}

static gboolean
append_rules (RushQuery *self, GString *out, GError **error)
{
  g_autoptr (RushQuery) told = rush_query_new (&self->environment, self->logical);
  g_autofree char *story = NULL;

  told->tracker = rush_rule_tracker_new ();
  if (rush_query_optimized (told, error) == NULL)
    return FALSE;
  story = rush_rule_tracker_to_string (told->tracker);
  g_string_append (out, story);
  return TRUE;
}

static gboolean
append_logical_part (RushQuery *self, RushExplainMode mode, GString *out, GError **error)
{
  switch (mode)
    {
    case RUSH_EXPLAIN_EXTENDED:
      return append_logical (self, out, error);
    case RUSH_EXPLAIN_COST:
      return append_cost (self, out, error);
    case RUSH_EXPLAIN_RULES:
      return append_rules (self, out, error);
    case RUSH_EXPLAIN_SIMPLE:
    case RUSH_EXPLAIN_CODEGEN: /* sql/codegen has more of it */
    case RUSH_EXPLAIN_FORMATTED:
      return TRUE;
    }
  g_assert_not_reached ();
}

static void
append_physical (RushQuery *self, RushExec *plan, RushExplainMode mode, GString *out)
{
  if (mode == RUSH_EXPLAIN_FORMATTED)
    {
      g_autofree char *text = rush_exec_to_formatted_string (plan);
      g_string_append (out, text);
      return;
    }
  rush_query_plan_subqueries (self, plan);
  append_simple (out, plan, self);
}

char *
rush_query_explain (RushQuery *self, RushExplainMode mode, GError **error)
{
  g_autoptr (GString) out = g_string_new (NULL);
  RushExec *plan;
  gboolean made;

  rush_query_lock (self);
  made = append_logical_part (self, mode, out, error);
  plan = made ? rush_query_executed_plan (self, error) : NULL;
  if (plan != NULL && mode != RUSH_EXPLAIN_RULES)
    {
      g_string_append (out, "== Physical Plan ==\n");
      append_physical (self, plan, mode, out);
      if (mode != RUSH_EXPLAIN_FORMATTED)
        g_string_append_c (out, '\n');
    }
  rush_query_unlock (self);
  return plan != NULL ? g_string_free (g_steal_pointer (&out), FALSE) : NULL;
}
