/* explain_tree.c - see explain_tree_private.h. */
#include "sql/physical/explain_tree_private.h"

#include "sql/physical/adaptive/adaptive_plan.h"
#include "sql/physical/adaptive/query_stage.h"
#include "sql/physical/execution.h"
#include "sql/physical/operators/in_memory_scan.h"
#include "sql/physical/query_private.h"
#include "sql/physical/text.h"
#include "sql/plan/relation.h"

guint
rush_explain_n_below (const RushExec *node)
{
  return rush_exec_is_stage (node) ? 1 : node->n_children;
}

const RushExec *
rush_explain_below (const RushExec *node, guint i)
{
  return rush_exec_is_stage (node) ? rush_query_stage_plan (node) : node->children[i];
}

/* @first: what stands before the node itself; @indent: before all below it; @deeper: how many
 * levels it stands below the node that is being written. */
static void append_below (RushExplainTree *self, const RushExec *node, const char *indent,
                          const char *first, guint deeper);

/* ---- subqueries ---- */

/* The query of one, and the id of the one that runs for it. */
static RushQuery *
query_of (RushQuery *query, const RushExpr *subquery, gint64 *out_main)
{
  *out_main = (gint64)subquery->as.subquery.id;
  return query != NULL ? rush_query_subquery (query, *out_main, out_main) : NULL;
}

RushQuery *
rush_explain_subquery (const RushExplainTree *self, const RushExec *node, const RushExpr *subquery,
                       gboolean *out_reused)
{
  gint64 id;
  RushQuery *query = query_of (self->query, subquery, &id);
  gconstpointer host = g_hash_table_lookup (self->hosts, GSIZE_TO_POINTER (id));

  *out_reused = self->settled && (host != node->metrics || id != (gint64)subquery->as.subquery.id);
  return query;
}

char *
rush_explain_subquery_name (const RushExplainTree *self, const RushExec *node,
                            const RushExpr *subquery)
{
  gint64 id;
  gboolean reused, adaptive;
  RushQuery *query = query_of (self->query, subquery, &id);

  rush_explain_subquery (self, node, subquery, &reused);
  if (!reused)
    id = (gint64)subquery->as.subquery.id;
  adaptive = query != NULL && rush_exec_is_adaptive (rush_query_executed_plan (query, NULL));
  return g_strdup_printf ("%sSubquery %ssubquery#%" G_GINT64_FORMAT ", [id=#%" G_GINT64_FORMAT "]",
                          reused ? "ReusedSubquery " : "", adaptive ? "" : "scalar-", id, id);
}

/* Subqueries of one node, and those that their plans have. */
static void note_hosts (RushExplainTree *self, const RushExec *plan, RushQuery *query,
                        gboolean top_down);

static void
note_hosted (RushExplainTree *self, const RushExec *node, RushQuery *query)
{
  g_autoptr (GPtrArray) subqueries = rush_exec_subqueries (node);

  for (guint i = 0; i < subqueries->len; i++)
    {
      gint64 id;
      RushQuery *own = query_of (query, subqueries->pdata[i], &id);

      if (own == NULL || g_hash_table_contains (self->hosts, GSIZE_TO_POINTER (id)))
        continue;
      g_hash_table_insert (self->hosts, GSIZE_TO_POINTER (id), node->metrics);
      note_hosts (self, rush_query_executed_plan (own, NULL), own, FALSE);
    }
}

/* In the order in which the planner meets them (planner/plan_subqueries.c). */
static void
note_hosts (RushExplainTree *self, const RushExec *plan, RushQuery *query, gboolean top_down)
{
  if (rush_exec_is_adaptive (plan))
    note_hosts (self, rush_adaptive_exec_initial (plan), query, TRUE);
  if (top_down)
    note_hosted (self, plan, query);
  for (guint i = 0; i < plan->n_children; i++)
    note_hosts (self, plan->children[i], query, top_down);
  if (!top_down)
    note_hosted (self, plan, query);
}

/* What is reused is not known before an adaptive plan has begun. */
void
rush_explain_tree_init (RushExplainTree *self, const RushExec *plan, RushQuery *query)
{
  self->query = query;
  self->settled = !rush_exec_is_adaptive (plan) || rush_adaptive_exec_has_begun (plan);
  self->hosts = g_hash_table_new (NULL, NULL);
  self->kept = g_hash_table_new (NULL, NULL);
  note_hosts (self, plan, query, FALSE);
}

void
rush_explain_tree_clear (RushExplainTree *self)
{
  g_hash_table_unref (self->hosts);
  g_hash_table_unref (self->kept);
}

const RushExec *
rush_explain_kept_plan (const RushExplainTree *self, const RushExec *scan)
{
  gpointer plan;

  if (!g_hash_table_lookup_extended (self->kept, scan, NULL, &plan))
    {
      plan = rush_in_memory_scan_exec_plan (scan);
      g_hash_table_insert (self->kept, (gpointer)scan, plan);
    }
  return plan;
}

char *
rush_explain_name_subqueries (const RushExplainTree *self, const RushExec *node, char *text)
{
  g_autoptr (GPtrArray) subqueries = rush_exec_subqueries (node);

  for (guint i = 0; text != NULL && i < subqueries->len; i++)
    {
      const RushExpr *subquery = subqueries->pdata[i];
      gboolean reused;
      g_autofree char *old = g_strdup_printf ("scalar-subquery#%" G_GINT64_FORMAT " []",
                                              (gint64)subquery->as.subquery.id);
      g_autofree char *new = NULL;
      g_auto (GStrv) parts = NULL;

      if (rush_explain_subquery (self, node, subquery, &reused) == NULL)
        continue;
      new = rush_explain_subquery_name (self, node, subquery);
      parts = g_strsplit (text, old, -1);
      g_free (text);
      text = g_strjoinv (new, parts);
    }
  return text;
}

/* The plan of one, whose own subqueries are those of its query. */
static void
append_subquery (RushExplainTree *self, const RushExec *node, const RushExpr *subquery,
                 const char *base, gboolean last)
{
  g_autofree char *child = g_strconcat (base, last ? "   " : ":  ", "+- ", NULL);
  g_autofree char *deeper = g_strconcat (base, last ? "   " : ":  ", "   ", NULL);
  g_autofree char *name = NULL;
  gboolean reused;
  RushQuery *outer = self->query;
  RushQuery *query = rush_explain_subquery (self, node, subquery, &reused);

  if (query == NULL)
    return;
  name = rush_explain_subquery_name (self, node, subquery);
  g_string_append_printf (self->out, "%s%s%s\n", base, last ? "+- " : ":- ", name);
  if (reused)
    return;
  self->query = query;
  append_below (self, rush_query_executed_plan (query, NULL), deeper, child, 3);
  self->query = outer;
}

/* Those in the node's expressions, before its children. */
static void
append_subqueries (RushExplainTree *self, const RushExec *node, const char *indent)
{
  g_autoptr (GPtrArray) subqueries = rush_exec_subqueries (node);
  g_autofree char *base =
      g_strconcat (indent, rush_explain_n_below (node) > 0 ? ":  " : "   ", NULL);

  for (guint i = 0; i < subqueries->len; i++)
    append_subquery (self, node, subqueries->pdata[i], base, i == subqueries->len - 1);
}

/* ---- plans within plans ---- */

/* A tree of its own, as far to the right as the node above stands in the tree that it is part of:
 * what that tree itself is indented by does not count, as in Spark. */
static void
append_titled (RushExplainTree *self, const char *title, const RushExec *plan)
{
  guint depth = self->depth;
  g_autofree char *indent = g_strnfill (3 * (gsize)depth, ' ');
  g_autofree char *deeper = g_strconcat (indent, "   ", NULL);

  g_string_append_printf (self->out, "%s+- == %s ==\n", indent, title);
  self->depth = 0;
  append_below (self, plan, deeper, deeper, 0);
  self->depth = depth;
}

static void
append_adaptive (RushExplainTree *self, const RushExec *node, const char *indent)
{
  g_autofree char *child = g_strconcat (indent, "+- ", NULL);
  g_autofree char *deeper = g_strconcat (indent, "   ", NULL);

  if (!rush_adaptive_exec_has_begun (node))
    {
      append_below (self, rush_adaptive_exec_current (node), deeper, child, 1);
      return;
    }
  append_titled (self, rush_adaptive_exec_is_final (node) ? "Final Plan" : "Current Plan",
                 rush_adaptive_exec_current (node));
  append_titled (self, "Initial Plan", rush_adaptive_exec_initial (node));
}

char *
rush_explain_relation_arguments (const RushExec *scan)
{
  const RushCachedData *data = rush_in_memory_scan_exec_data (scan);
  g_autofree char *kept = data->klass->describe (data);
  g_autofree char *columns = rush_list_to_text (rush_in_memory_scan_exec_kept (scan));

  return g_strdup_printf ("%s, %s", columns, kept);
}

/* What is kept, and the plan that it is made by, which is no child of the scan. */
static void
append_kept_plan (RushExplainTree *self, const RushExec *scan, const char *indent)
{
  const RushExec *plan = rush_explain_kept_plan (self, scan);
  g_autofree char *first = g_strconcat (indent, "         +- ", NULL);
  g_autofree char *deeper = g_strconcat (indent, "            ", NULL);

  g_string_append_printf (self->out, "%s   +- ", indent);
  self->relation (self, scan);
  g_string_append_c (self->out, '\n');
  if (plan != NULL)
    append_below (self, plan, deeper, first, 4);
}

/* ---- the tree ---- */

/* All below @node, whose line has been written. */
static void
append_inner (RushExplainTree *self, const RushExec *node, const char *indent)
{
  guint n = rush_explain_n_below (node);

  if (rush_exec_is_adaptive (node))
    {
      append_adaptive (self, node, indent);
      return;
    }
  if (!self->subqueries_as_list)
    append_subqueries (self, node, indent);
  if (rush_exec_is_in_memory_scan (node))
    append_kept_plan (self, node, indent);
  for (guint i = 0; i < n; i++)
    {
      gboolean last = i == n - 1;
      g_autofree char *child = g_strconcat (indent, last ? "+- " : ":- ", NULL);
      g_autofree char *deeper = g_strconcat (indent, last ? "   " : ":  ", NULL);
      append_below (self, rush_explain_below (node, i), deeper, child, 1);
    }
}

static void
append_below (RushExplainTree *self, const RushExec *node, const char *indent, const char *first,
              guint deeper)
{
  self->depth += deeper;
  g_string_append (self->out, first);
  self->line (self, node);
  g_string_append_c (self->out, '\n');
  append_inner (self, node, indent);
  self->depth -= deeper;
}

void
rush_explain_tree_append (RushExplainTree *self, const RushExec *plan)
{
  append_below (self, plan, "", "", 0);
}
