/* plan_statistics.c - how big a plan's result may be, before anybody has run it.
 *
 *   rows of a node are as wide as 8 bytes and their columns' default sizes
 *   one child     child's size × own row width ÷ child's row width
 *   joins         the product of both sides: an upper bound, so that nothing big is broadcast
 *   unions        the sum
 *
 * Filters are taken to keep everything.  The physical planner broadcasts what is below
 * spark.sql.autoBroadcastJoinThreshold by these numbers, so they are Spark's, with its faults.
 *
 * Mirrors: SizeInBytesOnlyStatsPlanVisitor, EstimationUtils.getSizePerRow,
 LogicalPlan.maxRows. */
#include <pthread.h>

#include "sql/plan/estimation_private.h"
#include "sql/plan/logical_private.h"

#define UNKNOWN_SIZE 9223372036854775807.0

/* ── widths ── */

double
rush_default_size (const RushType *type)
{
  double size = 0;

  switch (type->kind)
    {
    case RUSH_TYPE_BOOL:
    case RUSH_TYPE_INT8:
    case RUSH_TYPE_NULL:
      return 1;
    case RUSH_TYPE_INT16:
      return 2;
    case RUSH_TYPE_INT32:
    case RUSH_TYPE_FLOAT32:
    case RUSH_TYPE_DATE:
    case RUSH_TYPE_YEAR_MONTH_INTERVAL:
      return 4;
    case RUSH_TYPE_INT64:
    case RUSH_TYPE_FLOAT64:
    case RUSH_TYPE_TIMESTAMP:
    case RUSH_TYPE_TIMESTAMP_NTZ:
    case RUSH_TYPE_DAY_TIME_INTERVAL:
      return 8;
    case RUSH_TYPE_DECIMAL:
      return type->precision <= RUSH_DECIMAL_MAX_INT64_PRECISION ? 8 : 16;
    case RUSH_TYPE_CALENDAR_INTERVAL:
      return 16;
    case RUSH_TYPE_STRING:
      return 20;
    case RUSH_TYPE_BINARY:
      return 100;
    case RUSH_TYPE_ARRAY:
    case RUSH_TYPE_MAP:
    case RUSH_TYPE_STRUCT:
      for (guint i = 0; i < type->n_fields; i++)
        size += rush_default_size (type->fields[i].type);
      return size;
    }
  return 8;
}

static double
row_size (const RushExprList *output)
{
  double size = 8;

  for (guint i = 0; output != NULL && i < output->n; i++)
    size += output->items[i]->type != NULL ? rush_default_size (output->items[i]->type) : 8;
  return size;
}

/* ── kinds ── */

static RushStatistics
bytes (double size_bytes)
{
  return (RushStatistics){ MAX (size_bytes, 1), -1 };
}

static RushStatistics
rows (const RushPlan *self, double row_count)
{
  return (RushStatistics){ MAX (row_count * row_size (self->output), 1), row_count };
}

static RushStatistics
unary_statistics (RushPlan *self)
{
  RushStatistics child = rush_plan_statistics (self->children[0]);

  return bytes (child.size_bytes * row_size (self->output) / row_size (self->children[0]->output));
}

static gboolean
limit_of (const RushPlan *self, gint64 *out_limit)
{
  const RushExpr *limit = self->lists[0]->items[0];

  if (limit->kind != RUSH_EXPR_LITERAL || rush_expr_is_literal_null (limit) ||
      !rush_type_is_integral (limit->type))
    return FALSE;
  *out_limit = rush_column_get_int (limit->as.literal.value, 0);
  return TRUE;
}

static RushStatistics
limit_statistics (RushPlan *self)
{
  RushStatistics child = rush_plan_statistics (self->children[0]);
  gint64 limit;

  if (!limit_of (self, &limit))
    return child;
  if (limit == 0)
    return (RushStatistics){ 1, 0 };
  if (self->kind == RUSH_PLAN_LOCAL_LIMIT)
    return child;
  return rows (self, child.row_count >= 0 ? MIN (child.row_count, limit) : limit);
}

static RushStatistics
combined (RushPlan *self, gboolean product)
{
  double size = product ? 1 : 0;

  for (guint i = 0; i < self->n_children; i++)
    {
      RushStatistics child = rush_plan_statistics (self->children[i]);

      size = product ? size * child.size_bytes : size + child.size_bytes;
    }
  return bytes (size);
}

static double
range_length (const RushPlan *self)
{
  double length =
      ((double)self->as.range.end - (double)self->as.range.start) / (double)self->as.range.step;

  return length <= 0 ? 0 : __builtin_ceil (length);
}

static RushStatistics
or_unknown (RushStatistics known)
{
  return known.size_bytes > 0 ? known : bytes (UNKNOWN_SIZE);
}

static RushStatistics
estimate (RushPlan *self)
{
  switch (self->kind)
    {
    case RUSH_PLAN_ONE_ROW:
      return (RushStatistics){ 1, 1 };
    case RUSH_PLAN_LOCAL_RELATION:
      return rows (self, self->as.local.n_rows);
    case RUSH_PLAN_RANGE:
      return (RushStatistics){ MAX (8 * range_length (self), 1), range_length (self) };
    case RUSH_PLAN_RELATION:
      return bytes (
          or_unknown (self->as.source.source->klass->statistics (self->as.source.source))
              .size_bytes); /* rows count where columns are known, too: estimation.c */
    case RUSH_PLAN_RDD_RELATION:
      return or_unknown (self->as.rdd.statistics);
    case RUSH_PLAN_CACHED_RELATION:
      return or_unknown (self->as.cached.data->klass->statistics (self->as.cached.data));
    case RUSH_PLAN_CTE_REFERENCE:
      return or_unknown (self->as.cte.statistics);
    case RUSH_PLAN_AGGREGATE:
      return self->lists[0]->n == 0 ? rows (self, 1) : unary_statistics (self);
    case RUSH_PLAN_GLOBAL_LIMIT:
    case RUSH_PLAN_LOCAL_LIMIT:
    case RUSH_PLAN_TAIL:
      return limit_statistics (self);
    case RUSH_PLAN_EXPAND:
      return bytes (unary_statistics (self).size_bytes * self->as.expand.n_projections);
    case RUSH_PLAN_SAMPLE:
      return bytes (rush_plan_statistics (self->children[0]).size_bytes *
                    (self->as.sample.upper - self->as.sample.lower));
    case RUSH_PLAN_SORT:
    case RUSH_PLAN_OFFSET:
    case RUSH_PLAN_REPARTITION:
    case RUSH_PLAN_REPARTITION_BY:
    case RUSH_PLAN_SUBQUERY_ALIAS:
    case RUSH_PLAN_VIEW:
    case RUSH_PLAN_RESOLVED_HINT:
    case RUSH_PLAN_WINDOW_GROUP_LIMIT:
      return rush_plan_statistics (self->children[0]);
    case RUSH_PLAN_JOIN:
    case RUSH_PLAN_LATERAL_JOIN:
      if (self->as.join.type == RUSH_JOIN_LEFT_SEMI || self->as.join.type == RUSH_JOIN_LEFT_ANTI)
        return bytes (rush_plan_statistics (self->children[0]).size_bytes);
      return combined (self, TRUE);
    case RUSH_PLAN_UNION:
    case RUSH_PLAN_UNION_LOOP:
      return combined (self, FALSE);
    case RUSH_PLAN_UNION_LOOP_REF:
      return bytes (UNKNOWN_SIZE);
    case RUSH_PLAN_EXCEPT:
      return bytes (rush_plan_statistics (self->children[0]).size_bytes);
    case RUSH_PLAN_INTERSECT:
      return bytes (MIN (rush_plan_statistics (self->children[0]).size_bytes,
                         rush_plan_statistics (self->children[1]).size_bytes));
    case RUSH_PLAN_WITH_CTE:
      return rush_plan_statistics (self->children[self->n_children - 1]);
    case RUSH_PLAN_COMMAND:
      return bytes (1);
    case RUSH_PLAN_UNRESOLVED_RELATION:
    case RUSH_PLAN_UNRESOLVED_TABLE_FUNCTION:
    case RUSH_PLAN_UNRESOLVED_INLINE_TABLE:
      return bytes (UNKNOWN_SIZE);
    case RUSH_PLAN_UNRESOLVED_HAVING:
    case RUSH_PLAN_UNRESOLVED_QUALIFY:
    case RUSH_PLAN_UNRESOLVED_WITH:
    case RUSH_PLAN_UNRESOLVED_WINDOWS:
    case RUSH_PLAN_UNRESOLVED_COLUMN_ALIASES:
    case RUSH_PLAN_UNRESOLVED_HINT:
    case RUSH_PLAN_UNRESOLVED_PIVOT:
    case RUSH_PLAN_UNRESOLVED_UNPIVOT:
    case RUSH_PLAN_PROJECT:
    case RUSH_PLAN_FILTER:
    case RUSH_PLAN_DISTINCT:
    case RUSH_PLAN_DEDUPLICATE:
    case RUSH_PLAN_WINDOW:
    case RUSH_PLAN_GENERATE:
    case RUSH_PLAN_PYTHON_EVAL:
    case RUSH_PLAN_MAP_IN_PYTHON:
    case RUSH_PLAN_N_KINDS:
      return unary_statistics (self);
    }
  return bytes (UNKNOWN_SIZE);
}

/* The lock is not held while estimating: two threads may find the same numbers at the same time. */
static pthread_mutex_t statistics_lock = PTHREAD_MUTEX_INITIALIZER;

RushStatistics
rush_plan_statistics (RushPlan *self)
{
  RushStatistics found;
  gboolean known;

  pthread_mutex_lock (&statistics_lock);
  known = self->statistics_known;
  found = self->statistics;
  pthread_mutex_unlock (&statistics_lock);
  if (known)
    return found;
  found = estimate (self);
  pthread_mutex_lock (&statistics_lock);
  self->statistics = found;
  self->statistics_known = TRUE;
  pthread_mutex_unlock (&statistics_lock);
  return found;
}

/* ── bounds ── */

static gint64
product (gint64 a, gint64 b)
{
  gint64 result;

  return a < 0 || b < 0 || __builtin_mul_overflow (a, b, &result) ? -1 : result;
}

static gint64
join_max_rows (const RushPlan *self)
{
  gint64 left = rush_plan_max_rows (self->children[0]);
  gint64 right = rush_plan_max_rows (self->children[1]);

  switch (self->as.join.type)
    {
    case RUSH_JOIN_INNER:
    case RUSH_JOIN_CROSS:
      return product (left, right);
    case RUSH_JOIN_LEFT_OUTER:
      return product (left, right < 0 ? right : MAX (right, 1));
    case RUSH_JOIN_RIGHT_OUTER:
      return product (left < 0 ? left : MAX (left, 1), right);
    case RUSH_JOIN_FULL_OUTER:
      return left < 0 || right < 0     ? -1
             : left == 0 || right == 0 ? left + right
                                       : product (left, right);
    case RUSH_JOIN_LEFT_SEMI:
    case RUSH_JOIN_LEFT_ANTI:
    case RUSH_JOIN_EXISTENCE:
      return left;
    }
  return -1;
}

gint64
rush_plan_max_rows (const RushPlan *self)
{
  gint64 child = -1, limit;

  switch ((int)self->kind)
    {
    case RUSH_PLAN_ONE_ROW:
      return 1;
    case RUSH_PLAN_LOCAL_RELATION:
      return self->as.local.n_rows;
    case RUSH_PLAN_RANGE:
      return range_length (self) < UNKNOWN_SIZE ? (gint64)range_length (self) : -1;
    case RUSH_PLAN_AGGREGATE:
      return self->lists[0]->n == 0 ? 1 : rush_plan_max_rows (self->children[0]);
    case RUSH_PLAN_GLOBAL_LIMIT:
    case RUSH_PLAN_TAIL:
      child = rush_plan_max_rows (self->children[0]);
      if (!limit_of (self, &limit))
        return child;
      return child < 0 ? limit : MIN (child, limit);
    case RUSH_PLAN_JOIN:
      return join_max_rows (self);
    case RUSH_PLAN_UNION:
      child = 0;
      for (guint i = 0; i < self->n_children; i++)
        {
          gint64 other = rush_plan_max_rows (self->children[i]);

          if (other < 0 || __builtin_add_overflow (child, other, &child))
            return -1;
        }
      return child;
    case RUSH_PLAN_EXPAND:
      return product (rush_plan_max_rows (self->children[0]), self->as.expand.n_projections);
    case RUSH_PLAN_INTERSECT:
      child = rush_plan_max_rows (self->children[0]);
      limit = rush_plan_max_rows (self->children[1]);
      return child < 0 ? limit : limit < 0 ? child : MIN (child, limit);
    case RUSH_PLAN_SAMPLE:
      return self->as.sample.with_replacement ? -1 : rush_plan_max_rows (self->children[0]);
    case RUSH_PLAN_GENERATE:
    case RUSH_PLAN_MAP_IN_PYTHON:
    case RUSH_PLAN_LATERAL_JOIN:
      return -1;
    case RUSH_PLAN_WITH_CTE:
      return rush_plan_max_rows (self->children[self->n_children - 1]);
    default:
      return self->n_children > 0 ? rush_plan_max_rows (self->children[0]) : -1;
    }
}
