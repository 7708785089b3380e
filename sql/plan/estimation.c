/* estimation.c - rows of plans from statistics of columns: the walk, and the simple kinds.
 *
 *   Relation    what ANALYZE TABLE has counted
 *   Project     the same rows; columns keep what is known of them
 *   Filter      filter_estimation.c
 *   Join        join_estimation.c
 *   Aggregate   groups: the product of the keys' distinct values, at most the rows
 *   Union       the sum
 *   others      as without statistics (plan_statistics.c); those that pass rows on keep all
 *
 * Whatever needs a number that is not known falls back to sizes.
 *
 * Mirrors:  BasicStatsPlanVisitor, {Project,Aggregate,Union}Estimation, EstimationUtils.
 */
#include "sql/plan/estimation_private.h"

#include "sql/plan/logical_private.h"
#include "sql/plan/relation.h"

#include <math.h>
#include <string.h>

struct _RushEstimator
{
  GHashTable *known; /* RushPlan (owned) → RushEstimate (owned) */
};

/* ---- columns ---- */

RushColumnEstimate *
rush_estimate_column (const RushEstimate *self, RushExprId id)
{
  for (guint i = 0; i < self->n_columns; i++)
    if (self->columns[i].id == id)
      return &self->columns[i];
  return NULL;
}

void
rush_estimate_add (RushEstimate *self, const RushColumnEstimate *column)
{
  self->columns = g_renew (RushColumnEstimate, self->columns, self->n_columns + 1);
  self->columns[self->n_columns] = *column;
  self->columns[self->n_columns++].name = NULL;
}

void
rush_estimate_copy_columns (RushEstimate *self, const RushEstimate *from)
{
  for (guint i = 0; i < from->n_columns; i++)
    rush_estimate_add (self, &from->columns[i]);
}

double
rush_scaled (double rows_before, double rows_after, double before, double now)
{
  if (now < 0)
    return now;
  return now == before && rows_after < rows_before ? ceil (before * rows_after / rows_before) : now;
}

double
rush_estimated_size (const RushExprList *output, double rows, const RushEstimate *of)
{
  double size = 8;

  for (guint i = 0; i < output->n; i++)
    {
      const RushType *type = output->items[i]->type;
      const RushColumnEstimate *column =
          rush_estimate_column (of, rush_expr_named_id (output->items[i]));
      gboolean known = column != NULL && column->mean_bytes >= 0;
      /* A string is its bytes, and where they lie and how many they are. */
      size += !known                           ? rush_default_size (type)
              : type->kind == RUSH_TYPE_STRING ? column->mean_bytes + 12
                                               : column->mean_bytes;
    }
  return rows > 0 ? rows * size : 1;
}

gboolean
rush_literal_to_double (const RushExpr *literal, double *out)
{
  const RushType *type = literal->type;

  if (literal->kind != RUSH_EXPR_LITERAL || rush_expr_is_literal_null (literal))
    return FALSE;
  switch ((int)type->kind)
    {
    case RUSH_TYPE_BOOL:
      *out = rush_column_get_bool (literal->as.literal.value, 0);
      return TRUE;
    case RUSH_TYPE_FLOAT32:
    case RUSH_TYPE_FLOAT64:
      *out = rush_column_get_double (literal->as.literal.value, 0);
      return TRUE;
    case RUSH_TYPE_DECIMAL:
      *out = (double)rush_column_get_int128 (literal->as.literal.value, 0) / pow (10, type->scale);
      return TRUE;
    case RUSH_TYPE_INT8:
    case RUSH_TYPE_INT16:
    case RUSH_TYPE_INT32:
    case RUSH_TYPE_INT64:
    case RUSH_TYPE_DATE:
    case RUSH_TYPE_TIMESTAMP:
    case RUSH_TYPE_TIMESTAMP_NTZ:
      *out = (double)rush_column_get_int (literal->as.literal.value, 0);
      return TRUE;
    default:
      return FALSE;
    }
}

/* ---- kinds ---- */

static void
fall_back (RushPlan *plan, RushEstimate *out)
{
  RushStatistics sizes = rush_plan_statistics (plan);

  *out = (RushEstimate){ .size_bytes = sizes.size_bytes, .row_count = sizes.row_count };
}

static gboolean
estimate_relation (RushPlan *plan, RushEstimate *out)
{
  RushSource *source = plan->as.source.source;
  RushStatistics known = source->klass->statistics (source);
  const GPtrArray *columns =
      source->klass->column_statistics != NULL ? source->klass->column_statistics (source) : NULL;

  if (known.row_count < 0)
    return FALSE;
  out->row_count = known.row_count;
  for (guint i = 0; columns != NULL && i < columns->len; i++)
    for (guint c = 0; c < plan->output->n; c++)
      {
        RushColumnEstimate column = *(const RushColumnEstimate *)columns->pdata[i];
        if (g_ascii_strcasecmp (column.name, rush_expr_name (plan->output->items[c])) != 0)
          continue;
        column.id = rush_expr_named_id (plan->output->items[c]);
        rush_estimate_add (out, &column);
      }
  out->size_bytes = rush_estimated_size (plan->output, out->row_count, out);
  return TRUE;
}

/* Columns of @child that come out of @named, under their ids there. */
static void
add_named (RushEstimate *out, const RushExprList *named, const RushEstimate *child)
{
  for (guint i = 0; i < named->n; i++)
    {
      const RushExpr *item = named->items[i];
      const RushExpr *source = item->kind == RUSH_EXPR_ALIAS ? item->children[0] : item;
      const RushColumnEstimate *known =
          source->kind == RUSH_EXPR_ATTRIBUTE
              ? rush_estimate_column (child, rush_expr_named_id (source))
              : NULL;
      if (known == NULL)
        continue;
      RushColumnEstimate column = *known;
      column.id = rush_expr_named_id (item);
      rush_estimate_add (out, &column);
    }
}

static gboolean
estimate_project (const RushPlan *plan, const RushEstimate *child, RushEstimate *out)
{
  if (child->row_count < 0)
    return FALSE;
  out->row_count = child->row_count;
  add_named (out, plan->lists[0], child);
  out->size_bytes = rush_estimated_size (plan->output, out->row_count, out);
  return TRUE;
}

static gboolean
estimate_aggregate (const RushPlan *plan, const RushEstimate *child, RushEstimate *out)
{
  double groups = 1;

  if (child->row_count < 0)
    return FALSE;
  for (guint i = 0; i < plan->lists[0]->n; i++)
    {
      const RushExpr *key = plan->lists[0]->items[i];
      const RushColumnEstimate *column =
          key->kind == RUSH_EXPR_ATTRIBUTE ? rush_estimate_column (child, rush_expr_named_id (key))
                                           : NULL;
      if (column == NULL || column->n_distinct < 0)
        return FALSE;
      groups *= column->n_distinct == 0 && column->n_nulls > 0 ? 1 : column->n_distinct;
    }
  out->row_count = plan->lists[0]->n == 0 ? 1 : MIN (groups, child->row_count);
  add_named (out, plan->lists[1], child);
  out->size_bytes = rush_estimated_size (plan->output, out->row_count, out);
  return TRUE;
}

static gboolean
estimate_union (RushEstimator *self, RushPlan *plan, RushEstimate *out)
{
  double rows = 0;

  for (guint i = 0; i < plan->n_children; i++)
    {
      const RushEstimate *child = rush_estimator_of (self, plan->children[i]);
      if (child->row_count < 0)
        return FALSE;
      rows += child->row_count;
      out->size_bytes += child->size_bytes;
    }
  out->row_count = rows;
  return TRUE;
}

static gboolean
estimate_same (const RushEstimate *child, RushEstimate *out)
{
  out->size_bytes = child->size_bytes;
  out->row_count = child->row_count;
  rush_estimate_copy_columns (out, child);
  return TRUE;
}

/* FALSE: by sizes. */
static gboolean
estimate (RushEstimator *self, RushPlan *plan, RushEstimate *out)
{
  const RushEstimate *child =
      plan->n_children > 0 ? rush_estimator_of (self, plan->children[0]) : NULL;

  switch ((int)plan->kind)
    {
    case RUSH_PLAN_RELATION:
      return estimate_relation (plan, out);
    case RUSH_PLAN_PROJECT:
      return estimate_project (plan, child, out);
    case RUSH_PLAN_FILTER:
      return rush_estimate_filter (plan, child, out);
    case RUSH_PLAN_AGGREGATE:
      return estimate_aggregate (plan, child, out);
    case RUSH_PLAN_JOIN:
      return rush_estimate_join (plan, child, rush_estimator_of (self, plan->children[1]), out);
    case RUSH_PLAN_UNION:
      return estimate_union (self, plan, out);
    case RUSH_PLAN_SORT:
    case RUSH_PLAN_REPARTITION:
    case RUSH_PLAN_REPARTITION_BY:
    case RUSH_PLAN_SUBQUERY_ALIAS:
    case RUSH_PLAN_RESOLVED_HINT:
    case RUSH_PLAN_LOCAL_LIMIT:
    case RUSH_PLAN_WINDOW_GROUP_LIMIT:
      return estimate_same (child, out);
    default:
      return FALSE;
    }
}

/* ---- the estimator ---- */

static void
estimate_free (gpointer data)
{
  g_free (((RushEstimate *)data)->columns);
  g_free (data);
}

RushEstimator *
rush_estimator_new (void)
{
  RushEstimator *self = g_new (RushEstimator, 1);

  self->known = g_hash_table_new_full (NULL, NULL, (GDestroyNotify)rush_plan_unref, estimate_free);
  return self;
}

void
rush_estimator_free (RushEstimator *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->known);
  g_free (self);
}

const RushEstimate *
rush_estimator_of (RushEstimator *self, RushPlan *plan)
{
  RushEstimate *found = g_hash_table_lookup (self->known, plan);

  if (found != NULL)
    return found;
  found = g_new0 (RushEstimate, 1);
  found->row_count = -1;
  if (!estimate (self, plan, found))
    {
      g_free (found->columns);
      fall_back (plan, found);
    }
  g_hash_table_insert (self->known, rush_plan_ref (plan), found);
  return found;
}

RushStatistics
rush_plan_statistics_by (RushPlan *plan, gboolean cbo)
{
  if (!cbo)
    return rush_plan_statistics (plan);
  g_autoptr (RushEstimator) estimator = rush_estimator_new ();
  const RushEstimate *found = rush_estimator_of (estimator, plan);
  return (RushStatistics){ found->size_bytes, found->row_count };
}

/* ---- explain ("cost") ---- */

/* Three digits and a power of ten, as Java's BigDecimal writes it: "50", "1.00E+4". */
static char *
three_digits (double value)
{
  gint power = value > 0 ? (gint)floor (log10 (value)) : 0;
  double digits = floor (value / pow (10, power - 2) + 0.5);

  if (power <= 2)
    return g_strdup_printf ("%.0f", value);
  if (digits >= 1000)
    {
      digits /= 10;
      power++;
    }
  return g_strdup_printf ("%.2fE+%d", digits / 100, power);
}

char *
rush_size_to_text (double bytes)
{
  static const char *const units[] = { "EiB", "PiB", "TiB", "GiB", "MiB", "KiB", "B" };
  double unit = 1152921504606846976.0;

  if (bytes >= 2048 * unit)
    {
      g_autofree char *text = three_digits (bytes);
      return g_strdup_printf ("%s B", text);
    }
  for (guint i = 0; i < G_N_ELEMENTS (units); i++, unit /= 1024)
    if (bytes >= 2 * unit || i == G_N_ELEMENTS (units) - 1)
      return g_strdup_printf ("%.1f %s", bytes / unit, units[i]);
  g_assert_not_reached ();
}

static void
append_statistics (const RushPlan *node, gpointer data, GString *out)
{
  RushEstimator *estimator = data;
  RushPlan *plan = (RushPlan *)node;
  RushStatistics found;

  if (estimator != NULL)
    {
      const RushEstimate *estimate = rush_estimator_of (estimator, plan);
      found = (RushStatistics){ estimate->size_bytes, estimate->row_count };
    }
  else
    found = rush_plan_statistics (plan);
  g_autofree char *size = rush_size_to_text (found.size_bytes);
  g_string_append_printf (out, ", Statistics(sizeInBytes=%s", size);
  if (found.row_count >= 0)
    {
      g_autofree char *rows = three_digits (found.row_count);
      g_string_append_printf (out, ", rowCount=%s", rows);
    }
  g_string_append_c (out, ')');
}

char *
rush_plan_to_cost_string (RushPlan *plan, RushEstimator *estimator)
{
  return rush_plan_to_annotated_string (plan, append_statistics, estimator);
}
