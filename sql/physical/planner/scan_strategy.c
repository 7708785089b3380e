/* scan_strategy.c - Project (Filter (table)): the table is asked for the columns that are needed
 * and told what rows may be left out; the filter stays, since a source need not be exact, but for
 * what it says of partition columns alone: that chooses folders, and is done with.
 *
 *   Project [a]                            Project [a]               left out if nothing is left to
 *   do └── Filter a > 1 AND b IS NOT NULL     └── Filter a > 1 AND …
 *       └── table [a, b, c, d]                 └── FileScan [a, b]  PushedFilters: [a > 1, …]
 *
 * Mirrors: org.apache.spark.sql.execution.datasources.FileSourceStrategy.
 */
#include "sql/physical/operators/basic.h"
#include "sql/physical/operators/in_memory_scan.h"
#include "sql/physical/operators/scans.h"
#include "sql/physical/planner/planner.h"
#include "sql/sources/scan_filters.h"
#include "sql/sources/source.h"

typedef struct
{
  RushExprList *named; /* of the Project, or NULL */
  RushExpr *condition; /* of the Filter, or NULL */
  RushPlan *table;
} Scan;

static gboolean
match_scan (RushPlan *plan, Scan *out)
{
  *out = (Scan){ NULL, NULL, NULL };
  if (plan->kind == RUSH_PLAN_PROJECT)
    {
      out->named = plan->lists[0];
      plan = plan->children[0];
    }
  if (plan->kind == RUSH_PLAN_FILTER)
    {
      out->condition = plan->lists[0]->items[0];
      plan = plan->children[0];
    }
  out->table = plan;
  return plan->kind == RUSH_PLAN_RELATION || plan->kind == RUSH_PLAN_CACHED_RELATION;
}

/* Whether folders say the column: such are read with every row, for nothing. */
static gboolean
is_said_by_folders (const Scan *scan, const RushExpr *column)
{
  const RushSchema *folders =
      scan->table->kind == RUSH_PLAN_RELATION
          ? rush_file_source_partition_schema (scan->table->as.source.source)
          : NULL;

  for (guint i = 0; folders != NULL && i < folders->n_fields; i++)
    if (g_str_equal (folders->fields[i].name, rush_expr_name (column)))
      return TRUE;
  return FALSE;
}

/* The table's columns that are used, in its order. */
static RushExprList *
needed_columns (const Scan *scan)
{
  g_autoptr (RushExprIdSet) used = rush_expr_id_set_new ();
  GPtrArray *needed = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_expr_unref);

  for (guint i = 0; scan->named != NULL && i < scan->named->n; i++)
    rush_expr_collect_references (scan->named->items[i], used);
  if (scan->condition != NULL)
    rush_expr_collect_references (scan->condition, used);
  for (guint i = 0; i < scan->table->output->n; i++)
    {
      RushExpr *column = scan->table->output->items[i];
      if (scan->named == NULL || rush_expr_id_set_has (used, rush_expr_named_id (column)) ||
          is_said_by_folders (scan, column))
        g_ptr_array_add (needed, rush_expr_ref (column));
    }
  return rush_expr_list_from_array (needed);
}

/* Filters that say the same whenever they are asked; a scalar subquery has its value when the scan
 * begins. */
static RushExprList *
pushable_filters (const Scan *scan)
{
  g_autoptr (GPtrArray) conjuncts =
      g_ptr_array_new_with_free_func ((GDestroyNotify)rush_expr_unref);
  GPtrArray *pushable = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_expr_unref);

  if (scan->condition != NULL)
    rush_expr_split_conjuncts (scan->condition, conjuncts);
  for (guint i = 0; i < conjuncts->len; i++)
    {
      RushExpr *conjunct = conjuncts->pdata[i];
      if ((conjunct->flags & RUSH_EXPR_DETERMINISTIC) &&
          !(conjunct->flags & RUSH_EXPR_HAS_PYTHON) &&
          (scan->table->kind == RUSH_PLAN_RELATION || !(conjunct->flags & RUSH_EXPR_HAS_SUBQUERY)))
        g_ptr_array_add (pushable, rush_expr_ref (conjunct));
    }
  return rush_expr_list_from_array (pushable);
}

/* @scan's condition without what has chosen folders; NULL: nothing is left. (transfer full) */
static RushExpr *
condition_on_rows (const Scan *scan, const RushExprList *pushable)
{
  g_autoptr (GPtrArray) conjuncts =
      g_ptr_array_new_with_free_func ((GDestroyNotify)rush_expr_unref);
  RushSchema *folders = scan->table->kind == RUSH_PLAN_RELATION
                            ? rush_file_source_partition_schema (scan->table->as.source.source)
                            : NULL;
  RushScanFilters filters;

  if (scan->condition == NULL || folders == NULL)
    return scan->condition != NULL ? rush_expr_ref (scan->condition) : NULL;
  rush_expr_split_conjuncts (scan->condition, conjuncts);
  rush_scan_filters_init (&filters, pushable, folders);
  for (guint i = 0; i < filters.partition->n; i++)
    g_ptr_array_remove (conjuncts, filters.partition->items[i]);
  rush_scan_filters_clear (&filters);
  return conjuncts->len > 0
             ? rush_expr_and_all ((RushExpr *const *)conjuncts->pdata, conjuncts->len)
             : NULL;
}

/* Whether @named are just the columns of @input. */
static gboolean
is_all_of (const RushExprList *named, const RushExprList *input)
{
  if (named->n != input->n)
    return FALSE;
  for (guint i = 0; i < named->n; i++)
    if (named->items[i]->kind != RUSH_EXPR_ATTRIBUTE ||
        rush_expr_named_id (named->items[i]) != rush_expr_named_id (input->items[i]))
      return FALSE;
  return TRUE;
}

RushExec *
rush_plan_scan (RushQuery *query, RushPlan *plan, GError **error)
{
  g_autoptr (RushExprList) filters = NULL;
  RushExpr *condition;
  RushExprList *columns;
  RushExec *exec;
  Scan scan;

  if (!match_scan (plan, &scan))
    return NULL;
  columns = needed_columns (&scan);
  filters = pushable_filters (&scan);
  exec = scan.table->kind == RUSH_PLAN_RELATION
             ? rush_source_scan_exec_new (columns, scan.table->as.source.source,
                                          (const char *const *)scan.table->as.source.table, filters)
             : rush_in_memory_scan_exec_new (columns, scan.table->output,
                                             scan.table->as.cached.data, filters);
  exec = rush_exec_planned_from (exec, scan.table);
  condition = condition_on_rows (&scan, filters);
  if (condition != NULL)
    exec = rush_filter_exec_new (condition, exec);
  if (scan.named != NULL && !is_all_of (scan.named, exec->output))
    exec = rush_project_exec_new (rush_expr_list_ref (scan.named), exec);
  return exec;
}
