/* empty_relations.c - a stage that has given no rows spares what would read them.
 *
 *   HashAggregate (k)              Join, inner                   Join, left outer
 *   └── Sort              ─▶ ∅     ├── stage 0, 0 rows  ─▶ ∅     ├── stage 0       ─▶  Project
 *       └── stage 0, 0 rows        └── …                         └── stage 1, 0 rows   (a, null)
 *
 * ∅ is a LocalTableScan without rows, which needs no job.  It is also what is left of NOT IN if a
 * null has been found among what is not to be in: nothing is certainly not equal to that.  A union
 * goes on without its empty children, and one child that is left stands in its place.  A limit that
 * cannot leave out any row goes for the same reason: the size of what is below is known now.
 *
 * Mirrors: org.apache.spark.sql.execution.adaptive.AQEPropagateEmptyRelation,
 *          org.apache.spark.sql.catalyst.optimizer.EliminateLimits.
 */
#include "sql/physical/adaptive/adaptive_rules.h"

#include "sql/physical/adaptive/query_stage.h"
#include "sql/physical/operators/aggregate.h"
#include "sql/physical/operators/basic.h"
#include "sql/physical/operators/broadcast_exchange.h"
#include "sql/physical/operators/exchange.h"
#include "sql/physical/operators/joins.h"
#include "sql/physical/operators/limit.h"
#include "sql/physical/operators/scans.h"
#include "sql/physical/operators/sort.h"
#include "sql/physical/operators/union_exec.h"
#include "sql/physical/planner/planner.h"

/* ---- what is empty ---- */

static gboolean
is_empty (const RushExec *self)
{
  if (rush_exec_is_broadcast_exchange (self))
    return is_empty (self->children[0]);
  if (rush_exec_is_local_table (self))
    return rush_local_table_scan_batches (self)->len == 0;
  return rush_exec_is_stage (self) && rush_query_stage_facts (self).known &&
         rush_query_stage_facts (self).n_rows == 0;
}

/* Whether no rows in are no rows out. */
static gboolean
passes_emptiness (const RushExec *self)
{
  static const char *const names[] = { "Filter",
                                       "Project",
                                       "Sort",
                                       "Window",
                                       "Expand",
                                       "Generate",
                                       "Sample",
                                       "LocalLimit",
                                       "GlobalLimit",
                                       "CollectLimit",
                                       "TakeOrderedAndProject" };

  if (rush_exec_is_aggregate (self))
    return rush_aggregate_exec_step (self)->grouping->n > 0;
  if (rush_exec_is_exchange (self))
    return rush_exchange_exec_origin (self) == RUSH_EXCHANGE_ENSURE_REQUIREMENTS;
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_strcmp0 (self->klass->name, names[i]) == 0)
      return TRUE;
  return FALSE;
}

static RushExec *
nothing (const RushExec *instead)
{
  g_autoptr (GPtrArray) none = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_batch_unref);

  return rush_local_table_scan_exec_new (rush_expr_list_ref (instead->output), none, 0);
}

/* ---- joins ---- */

/* The side's rows as they were before they were moved and sorted for the join. */
static RushExec *
plain_side (const RushExec *join, guint side)
{
  RushExec *child = join->children[side];

  if (rush_exec_is_sort (child))
    child = child->children[0];
  if (rush_exec_is_exchange (child) &&
      rush_exchange_exec_origin (child) == RUSH_EXCHANGE_ENSURE_REQUIREMENTS)
    child = child->children[0];
  return rush_exec_is_broadcast_exchange (child) ? child->children[0] : child;
}

static void
add_columns (GPtrArray *into, const RushExprList *columns, gboolean missing)
{
  for (guint c = 0; c < columns->n; c++)
    {
      RushExpr *column = columns->items[c];
      g_ptr_array_add (into, missing ? rush_expr_alias (rush_expr_literal_null (column->type),
                                                        rush_expr_name (column),
                                                        rush_expr_named_id (column))
                                     : rush_expr_ref (column));
    }
}

/* The rows of @side, with nulls for the columns of the other. */
static RushExec *
with_nulls (const RushExec *join, guint side)
{
  GPtrArray *columns = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_expr_unref);

  for (guint i = 0; i < 2; i++)
    add_columns (columns, join->children[i]->output, i != side);
  return rush_project_exec_new (rush_expr_list_from_array (columns),
                                rush_exec_ref (plain_side (join, side)));
}

/* What is left of a join of which some side is empty; NULL: all of it. */
static RushExec *
rest_of_join (const RushExec *self, gboolean left_empty, gboolean right_empty)
{
  switch (rush_join_exec_get (self)->type)
    {
    case RUSH_JOIN_INNER:
    case RUSH_JOIN_CROSS:
    case RUSH_JOIN_LEFT_SEMI:
      return nothing (self);
    case RUSH_JOIN_LEFT_ANTI:
      return left_empty ? nothing (self) : rush_exec_ref (plain_side (self, 0));
    case RUSH_JOIN_LEFT_OUTER:
      return left_empty ? nothing (self) : with_nulls (self, 0);
    case RUSH_JOIN_RIGHT_OUTER:
      return right_empty ? nothing (self) : with_nulls (self, 1);
    case RUSH_JOIN_FULL_OUTER:
      return left_empty && right_empty ? nothing (self) : with_nulls (self, left_empty ? 1 : 0);
    case RUSH_JOIN_EXISTENCE:
      return left_empty ? nothing (self) : NULL;
    }
  g_assert_not_reached ();
}

/* Whether a stage has found a null key for a null-aware anti join. */
static gboolean
has_null_to_compare (const RushExec *self)
{
  const RushExec *build = self->children[1];

  return rush_join_exec_get (self)->null_aware && rush_exec_is_stage (build) &&
         rush_query_stage_facts (build).known && rush_exec_broadcast_table (build)->has_null_key;
}

/* ---- unions ---- */

/* @rows, taken over, with the names and ids of @output. */
static RushExec *
called (RushExec *rows, const RushExprList *output)
{
  g_autoptr (GPtrArray) columns = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_expr_unref);
  gboolean same = TRUE;

  for (guint c = 0; c < output->n; c++)
    {
      RushExpr *have = rows->output->items[c], *wanted = output->items[c];

      same = same && rush_expr_named_id (have) == rush_expr_named_id (wanted);
      g_ptr_array_add (columns, rush_expr_alias (rush_expr_ref (have), rush_expr_name (wanted),
                                                 rush_expr_named_id (wanted)));
    }
  return same
             ? rows
             : rush_project_exec_new (rush_expr_list_from_array (g_steal_pointer (&columns)), rows);
}

/* As @first calls its columns, which are null where those of @output may be. */
static RushExprList *
columns_of_union (const RushExec *first, const RushExprList *output)
{
  GPtrArray *columns = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_expr_unref);

  for (guint c = 0; c < output->n; c++)
    g_ptr_array_add (columns,
                     rush_expr_with_nullable (first->output->items[c], output->items[c]->nullable));
  return rush_expr_list_from_array (columns);
}

/* What is left of a union of which some children are empty; NULL: all of it. */
static RushExec *
rest_of_union (const RushExec *self)
{
  g_autoptr (GPtrArray) kept = g_ptr_array_new ();
  RushExec *first;

  for (guint i = 0; i < self->n_children; i++)
    if (!is_empty (self->children[i]))
      g_ptr_array_add (kept, self->children[i]);
  if (kept->len == self->n_children)
    return NULL;
  if (kept->len == 0)
    return nothing (self);
  first = kept->pdata[0];
  for (guint i = 0; i < kept->len; i++)
    rush_exec_ref (kept->pdata[i]);
  if (kept->len == 1)
    return called (first, self->output);
  return called (rush_union_exec_new (columns_of_union (first, self->output), kept->len,
                                      (RushExec *const *)kept->pdata),
                 self->output);
}

/* ---- every node ---- */

/* What is left of @self; NULL: all of it. */
static RushExec *
rest_of (const RushExec *self)
{
  gboolean left = self->n_children > 0 && is_empty (plain_side (self, 0));
  gboolean right = self->n_children > 1 && is_empty (plain_side (self, 1));

  if (rush_exec_is_join (self) && (left || right))
    return rest_of_join (self, left, right);
  if (rush_exec_is_join (self) && has_null_to_compare (self))
    return nothing (self);
  if (rush_exec_is_union (self))
    return rest_of_union (self);
  if (self->n_children == 1 && is_empty (self->children[0]) && passes_emptiness (self))
    return nothing (self);
  return NULL;
}

static RushExec *
smaller_node (RushExec *self /* taken over */, gpointer settings, GError **error)
{
  RushExec *rest = rest_of (self);

  if (rest != NULL)
    {
      rush_exec_unref (self);
      self = rest;
    }
  return rush_adaptive_evaluate_local (self, settings, error);
}

RushExec *
rush_adaptive_propagate_empty (RushExec *plan, const RushEvalSettings *settings, GError **error)
{
  g_autoptr (RushExec) smaller =
      rush_exec_transform_up (plan, smaller_node, (gpointer)settings, error);
  g_autoptr (RushExec) required = NULL;

  if (smaller == NULL || smaller == plan)
    return g_steal_pointer (&smaller);
  required = rush_ensure_requirements (smaller, settings, error);
  if (required == NULL)
    return NULL;
  return rush_exec_ref (rush_count_shuffles (required) <= rush_count_shuffles (plan) ? required
                                                                                     : plan);
}

/* ---- limits ---- */

/* −1: not known. */
static gint64
most_rows (const RushExec *self)
{
  if (rush_exec_is_stage (self) && rush_query_stage_facts (self).known)
    return rush_query_stage_facts (self).n_rows;
  if (rush_exec_is_aggregate (self) && rush_aggregate_exec_step (self)->grouping->n == 0)
    return 1;
  if (rush_exec_is_aggregate (self) || rush_exec_is_project (self) || rush_exec_is_sort (self) ||
      g_strcmp0 (self->klass->name, "Filter") == 0)
    return most_rows (self->children[0]);
  return -1;
}

static gboolean
is_limit (const RushExec *self)
{
  return rush_exec_is_collect_limit (self) || rush_exec_is_part_limit (self);
}

/* Whether @self passes on all rows that a limit of @limit rows above it could see. */
static gboolean
passes_as_many (const RushExec *self, gint64 limit)
{
  return rush_exec_is_exchange (self) || (is_limit (self) && rush_limit_exec_offset (self) == 0 &&
                                          rush_limit_exec_limit (self) >= limit);
}

static RushExec *
drop_node (RushExec *self /* taken over */, gpointer data, GError **error)
{
  RushExec *below;
  gint64 most;

  if (!is_limit (self) || rush_limit_exec_offset (self) > 0)
    return self;
  below = self->children[0];
  while (passes_as_many (below, rush_limit_exec_limit (self)))
    below = below->children[0];
  most = most_rows (below);
  if (most < 0 || most > rush_limit_exec_limit (self))
    return self;
  below = rush_exec_ref (below);
  rush_exec_unref (self);
  return below;
}

/* What stood above the one partition of a limit may need an exchange now (a sort). */
RushExec *
rush_adaptive_drop_limits (RushExec *plan, const RushEvalSettings *settings, GError **error)
{
  g_autoptr (RushExec) dropped = rush_exec_transform_up (plan, drop_node, NULL, error);
  g_autoptr (RushExec) required = NULL;

  if (dropped == NULL || dropped == plan)
    return g_steal_pointer (&dropped);
  required = rush_ensure_requirements (dropped, settings, error);
  if (required == NULL)
    return NULL;
  return rush_exec_ref (rush_count_shuffles (required) <= rush_count_shuffles (plan) ? required
                                                                                     : plan);
}
