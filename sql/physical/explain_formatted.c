/* explain_formatted.c - explain ("formatted"): a tree of names with numbers, then what each number
 * stands for, then the plans of subqueries in the same way.
 *
 *   * Project (3)                          (1) Scan parquet
 *   +- * Filter (2)                        Output [2]: [id#0L, k#1]
 *      +- Scan parquet (1)                 …
 *                                          ===== Subqueries =====
 *                                          Subquery:1 Hosting operator id = 2 Hosting …
 *
 * Numbers are given from the leaves up.  An adaptive plan is shown as it is now and as it was at
 * first, and an operator that both have is one number: one that is the same, reads the same
 * children, and reads them in the same way: Spark has nodes between an operator of a fused stage
 * and one that is not in it, so that where a stage begins or ends is part of what an operator is.
 *
 * Mirrors: org.apache.spark.sql.execution.ExplainUtils, QueryPlan.verboseStringWithOperatorId.
 */
#include "sql/physical/adaptive/adaptive_plan.h"
#include "sql/physical/adaptive/query_stage.h"
#include "sql/physical/cache_manager.h"
#include "sql/physical/execution.h"
#include "sql/physical/explain_tree_private.h"
#include "sql/physical/operators/broadcast_exchange.h"
#include "sql/physical/operators/in_memory_scan.h"
#include "sql/physical/query_private.h"
#include "sql/physical/text.h"

#include <string.h>

/* What has a number: an operator, or the relation that a scan reads. */
typedef struct
{
  const RushExec *node;
  gboolean is_relation;
} Numbered;

typedef struct
{
  RushExplainTree base;
  GArray *items;         /* Numbered, by number − 1 */
  GHashTable *by_node;   /* operator → number */
  GHashTable *by_shape;  /* what an operator is and reads → number */
  GHashTable *relations; /* scan's number → its relation's */
  GHashTable *stages;    /* number → the fused stage that is said of it */
  guint n_told;          /* of items, how many have been written down */
  GArray *hosted;        /* Hosted: subqueries as they are met */
} Formatted;

/* A subquery, and where it stands. */
typedef struct
{
  const RushExec *host;
  const RushExpr *expression;
  RushQuery *outer, *query; /* the query that it stands in; its own */
  gboolean reused;
} Hosted;

/* ---- numbers ---- */

static guint
number_of (const Formatted *self, const RushExec *node)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (self->by_node, node));
}

static guint
add_item (Formatted *self, const RushExec *node, gboolean is_relation)
{
  Numbered item = { node, is_relation };

  g_array_append_val (self->items, item);
  return self->items->len;
}

/* Copies of an operator count the same rows, and have the same metrics. */
static char *
shape_of (const Formatted *self, const RushExec *node)
{
  GString *out = g_string_new (NULL);

  g_string_append_printf (out, "%p", node->metrics);
  for (guint i = 0; i < rush_explain_n_below (node); i++)
    {
      const RushExec *child = rush_explain_below (node, i);
      gboolean border = child->codegen_stage_id != node->codegen_stage_id;

      g_string_append_printf (out, ",%u%s", number_of (self, child), border ? "|" : "");
    }
  return g_string_free (out, FALSE);
}

static void number_plan (Formatted *self, const RushExec *plan);

/* The relation below a scan, and the plan that it was made by. */
static void
number_relation (Formatted *self, const RushExec *scan)
{
  const RushExec *plan = rush_explain_kept_plan (&self->base, scan);

  g_hash_table_insert (self->relations, GUINT_TO_POINTER (number_of (self, scan)),
                       GUINT_TO_POINTER (add_item (self, scan, TRUE)));
  if (plan != NULL)
    number_plan (self, plan);
}

/* Children first. */
static void
number_nodes (Formatted *self, const RushExec *node)
{
  g_autofree char *shape = NULL;
  gpointer number;

  if (rush_exec_is_adaptive (node))
    {
      number_plan (self, rush_adaptive_exec_current (node));
      if (rush_adaptive_exec_has_begun (node))
        number_plan (self, rush_adaptive_exec_initial (node));
    }
  if (rush_exec_is_stage (node))
    number_plan (self, rush_query_stage_plan (node));
  for (guint i = 0; i < node->n_children; i++)
    number_nodes (self, node->children[i]);
  shape = shape_of (self, node);
  number = g_hash_table_lookup (self->by_shape, shape);
  if (number != NULL)
    {
      g_hash_table_insert (self->by_node, (gpointer)node, number);
      return;
    }
  number = GUINT_TO_POINTER (add_item (self, node, FALSE));
  g_hash_table_insert (self->by_shape, g_steal_pointer (&shape), number);
  g_hash_table_insert (self->by_node, (gpointer)node, number);
  if (rush_exec_is_in_memory_scan (node))
    number_relation (self, node);
}

/* ---- fused stages ---- */

/* Which stage is said of an operator: the one that was entered last on the way from the top down,
 * if none has been left since.  So, as in Spark, it is said of none on the right of a join whose
 * left side comes from elsewhere. */
static void
note_stages (Formatted *self, const RushExec *node, gint above, gint *current)
{
  gint stage = node->codegen_stage_id;

  if (stage != above)
    *current = stage;
  if (*current > 0)
    g_hash_table_insert (self->stages, GUINT_TO_POINTER (number_of (self, node)),
                         GINT_TO_POINTER (*current));
  for (guint i = 0; !rush_exec_is_stage (node) && i < node->n_children; i++)
    note_stages (self, node->children[i], stage, current);
}

/* A plan by itself, or within another. */
static void
number_plan (Formatted *self, const RushExec *plan)
{
  gint current = 0;

  number_nodes (self, plan);
  note_stages (self, plan, 0, &current);
}

/* ---- lines of the tree ---- */

static void
tree_line (RushExplainTree *base, const RushExec *node)
{
  g_autofree char *more =
      node->klass->formatted_name != NULL ? node->klass->formatted_name (node) : NULL;
  g_autofree char *name = rush_exec_node_name (node);
  /* What stages and scans of caches say stands behind the number. */
  gboolean behind = more != NULL && (more[0] == ',' || g_str_has_prefix (more, " ("));

  g_string_append_printf (base->out, "%s%s%s (%u)%s", node->codegen_stage_id > 0 ? "* " : "", name,
                          more != NULL && !behind ? more : "",
                          number_of ((const Formatted *)base, node), behind ? more : "");
}

static guint
relation_number (const Formatted *self, const RushExec *scan)
{
  return GPOINTER_TO_UINT (
      g_hash_table_lookup (self->relations, GUINT_TO_POINTER (number_of (self, scan))));
}

static void
relation_line (RushExplainTree *base, const RushExec *scan)
{
  g_string_append_printf (base->out, "InMemoryRelation (%u)",
                          relation_number ((const Formatted *)base, scan));
}

/* ---- what a number stands for ---- */

static void
append_columns (GString *out, const RushExec *node)
{
  if (node->n_children == 0)
    rush_append_list_line (out, "Output", node->output);
  else if (node->n_children == 1)
    rush_append_list_line (out, "Input", node->children[0]->output);
}

/* Lines that the operator writes itself, or the columns and what explain () prints behind its
 * name. (transfer full) */
static char *
details_of (const RushExec *node)
{
  g_autofree char *own = node->klass->formatted != NULL ? node->klass->formatted (node) : NULL;
  g_autofree char *arguments =
      node->klass->arguments != NULL ? node->klass->arguments (node) : NULL;
  GString *out = g_string_new (NULL);

  if (own == NULL)
    {
      append_columns (out, node);
      if (arguments != NULL)
        g_string_append_printf (out, "Arguments: %s\n", g_strstrip (arguments));
      return g_string_free (out, FALSE);
    }
  if (node->n_children == 0 && !g_str_has_prefix (own, "Output"))
    rush_append_list_line (out, "Output", node->output);
  g_string_append (out, own);
  return g_string_free (out, FALSE);
}

static void
append_node (Formatted *self, const RushExec *node)
{
  GString *out = self->base.out;
  g_autofree char *details = rush_explain_name_subqueries (&self->base, node, details_of (node));
  g_autofree char *name = rush_exec_node_name (node);
  gint stage = GPOINTER_TO_INT (
      g_hash_table_lookup (self->stages, GUINT_TO_POINTER (number_of (self, node))));
  const RushExec *reused =
      rush_exec_is_reused_exchange (node) ? rush_reused_exchange_exec_exchange (node) : NULL;

  g_string_append_printf (out, "\n(%u) %s", number_of (self, node), name);
  if (reused != NULL)
    g_string_append_printf (out, " [Reuses operator id: %u]", number_of (self, reused));
  else if (stage > 0)
    g_string_append_printf (out, " [codegen id : %d]", stage);
  g_string_append_printf (out, "\n%s", details);
}

static void
append_relation (Formatted *self, const RushExec *scan)
{
  g_autofree char *arguments = rush_explain_relation_arguments (scan);
  g_autoptr (RushExprList) orders =
      rush_cached_data_ordering (rush_in_memory_scan_exec_data (scan));
  g_autofree char *sorted = orders != NULL ? rush_list_to_text (orders) : NULL;

  g_string_append_printf (self->base.out, "\n(%u) InMemoryRelation\nArguments: %s%s%s\n",
                          relation_number (self, scan), arguments, sorted != NULL ? ", " : "",
                          sorted != NULL ? sorted : "");
}

/* ---- subqueries ---- */

static const RushExec *
plan_of (const Hosted *hosted)
{
  return rush_query_executed_plan (hosted->query, NULL);
}

/* Those of @node and of all below it, each before those that its own plan has. */
static void
collect_hosted (Formatted *self, RushQuery *query, const RushExec *node)
{
  g_autoptr (GPtrArray) subqueries = rush_exec_subqueries (node);

  for (guint i = 0; query != NULL && i < subqueries->len; i++)
    {
      Hosted hosted = { .host = node, .expression = subqueries->pdata[i], .outer = query };

      self->base.query = query;
      hosted.query = rush_explain_subquery (&self->base, node, hosted.expression, &hosted.reused);
      if (hosted.query == NULL)
        continue;
      g_array_append_val (self->hosted, hosted);
      if (!hosted.reused)
        collect_hosted (self, hosted.query, plan_of (&hosted));
    }
  if (rush_exec_is_adaptive (node))
    collect_hosted (self, query, rush_adaptive_exec_current (node));
  for (guint i = 0; i < rush_explain_n_below (node); i++)
    collect_hosted (self, query, rush_explain_below (node, i));
}

/* Items from @from to the last are those that @plan has brought. */
static void
append_plan (Formatted *self, const RushExec *plan, guint until)
{
  rush_explain_tree_append (&self->base, plan);
  g_string_append_c (self->base.out, '\n');
  for (; self->n_told < until; self->n_told++)
    {
      const Numbered *item = &g_array_index (self->items, Numbered, self->n_told);

      if (item->is_relation)
        append_relation (self, item->node);
      else
        append_node (self, item->node);
    }
}

static void
append_hosted (Formatted *self, guint i, guint until)
{
  const Hosted *hosted = &g_array_index (self->hosted, Hosted, i);
  g_autofree char *name = NULL;

  self->base.query = hosted->outer;
  name = rush_explain_subquery_name (&self->base, hosted->host, hosted->expression);
  g_string_append_printf (self->base.out,
                          "Subquery:%u Hosting operator id = %u Hosting Expression = %s\n", i + 1,
                          number_of (self, hosted->host), name);
  self->base.query = hosted->query;
  if (!hosted->reused)
    append_plan (self, plan_of (hosted), until);
  g_string_append_c (self->base.out, '\n');
}

/* All of the plan's numbers come before the first of a subquery's. */
static void
append_all (Formatted *self, const RushExec *plan)
{
  RushQuery *query = self->base.query;
  g_autoptr (GArray) until = g_array_new (FALSE, FALSE, sizeof (guint));

  number_plan (self, plan);
  g_array_append_val (until, self->items->len);
  collect_hosted (self, query, plan);
  for (guint i = 0; i < self->hosted->len; i++)
    {
      const Hosted *hosted = &g_array_index (self->hosted, Hosted, i);

      if (!hosted->reused)
        number_plan (self, plan_of (hosted));
      g_array_append_val (until, self->items->len);
    }
  self->base.query = query;
  append_plan (self, plan, g_array_index (until, guint, 0));
  for (guint i = 0; i < self->hosted->len; i++)
    {
      if (i == 0)
        g_string_append (self->base.out, "\n===== Subqueries =====\n\n");
      append_hosted (self, i, g_array_index (until, guint, i + 1));
    }
}

char *
rush_exec_to_formatted_string (const RushExec *plan, RushQuery *query)
{
  g_autoptr (GHashTable) by_node = g_hash_table_new (NULL, NULL);
  g_autoptr (GHashTable) by_shape = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GHashTable) relations = g_hash_table_new (NULL, NULL);
  g_autoptr (GHashTable) stages = g_hash_table_new (NULL, NULL);
  g_autoptr (GArray) items = g_array_new (FALSE, FALSE, sizeof (Numbered));
  g_autoptr (GArray) hosted = g_array_new (FALSE, FALSE, sizeof (Hosted));
  Formatted self = { .base = { .out = g_string_new (NULL),
                               .line = tree_line,
                               .relation = relation_line,
                               .subqueries_as_list = TRUE },
                     .items = items,
                     .by_node = by_node,
                     .by_shape = by_shape,
                     .relations = relations,
                     .stages = stages,
                     .hosted = hosted };

  rush_explain_tree_init (&self.base, plan, query);
  append_all (&self, plan);
  rush_explain_tree_clear (&self.base);
  g_string_append_c (self.base.out, '\n');
  return g_string_free (self.base.out, FALSE);
}
