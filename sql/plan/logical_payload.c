/* logical_payload.c - what kinds of plans have besides children and expressions: owned, copied,
 * compared. */
#include <string.h>

#include "core/lineage/rdd.h"
#include "sql/plan/logical_private.h"

static void
unref_options (GPtrArray *options)
{
  if (options != NULL)
    g_ptr_array_unref (options);
}

static GPtrArray *
ref_options (GPtrArray *options)
{
  return options != NULL ? g_ptr_array_ref (options) : NULL;
}

static void
clear_with (RushPlan *self)
{
  g_strfreev (self->as.with.names);
  for (guint i = 0; self->as.with.plans != NULL && i < self->as.with.n; i++)
    rush_plan_unref (self->as.with.plans[i]);
  g_free (self->as.with.plans);
  g_free (self->as.with.ids);
  g_free (self->as.with.max_levels);
}

void
rush_plan_payload_clear (RushPlan *self)
{
  switch ((int)self->kind)
    {
    case RUSH_PLAN_UNRESOLVED_RELATION:
    case RUSH_PLAN_UNRESOLVED_TABLE_FUNCTION:
      g_strfreev (self->as.relation.names);
      unref_options (self->as.relation.options);
      break;
    case RUSH_PLAN_UNRESOLVED_INLINE_TABLE:
      g_strfreev (self->as.inline_table.names);
      break;
    case RUSH_PLAN_UNRESOLVED_WITH:
    case RUSH_PLAN_WITH_CTE:
      clear_with (self);
      break;
    case RUSH_PLAN_UNRESOLVED_WINDOWS:
      g_strfreev (self->as.windows.names);
      break;
    case RUSH_PLAN_UNRESOLVED_COLUMN_ALIASES:
    case RUSH_PLAN_SUBQUERY_ALIAS:
    case RUSH_PLAN_VIEW:
      g_strfreev (self->as.names.names);
      break;
    case RUSH_PLAN_UNRESOLVED_HINT:
    case RUSH_PLAN_RESOLVED_HINT:
      g_free (self->as.hint.name);
      break;
    case RUSH_PLAN_UNRESOLVED_UNPIVOT:
      g_free (self->as.unpivot.variable_name);
      g_strfreev (self->as.unpivot.value_names);
      g_strfreev (self->as.unpivot.aliases);
      break;
    case RUSH_PLAN_LOCAL_RELATION:
      g_clear_pointer (&self->as.local.batches, g_ptr_array_unref);
      break;
    case RUSH_PLAN_RELATION:
      rush_source_unref (self->as.source.source);
      g_strfreev (self->as.source.table);
      break;
    case RUSH_PLAN_RDD_RELATION:
      rush_rdd_unref (self->as.rdd.rdd);
      rush_row_layout_unref (self->as.rdd.layout);
      break;
    case RUSH_PLAN_CACHED_RELATION:
      rush_cached_data_unref (self->as.cached.data);
      break;
    case RUSH_PLAN_GENERATE:
      g_free (self->as.generate.qualifier);
      g_strfreev (self->as.generate.names);
      g_clear_pointer (&self->as.generate.unrequired, g_array_unref);
      break;
    case RUSH_PLAN_JOIN:
    case RUSH_PLAN_LATERAL_JOIN:
      g_strfreev (self->as.join.using_columns);
      rush_expr_unref (self->as.join.exists);
      break;
    case RUSH_PLAN_PROJECT:
      rush_expr_list_unref (self->as.project.hidden);
      break;
    case RUSH_PLAN_COMMAND:
      rush_command_unref (self->as.command.command);
      break;
    default:
      break;
    }
}

static void
own_with (RushPlan *self)
{
  guint n = self->as.with.n;

  self->as.with.names = g_strdupv (self->as.with.names);
  self->as.with.ids = g_memdup2 (self->as.with.ids, n * sizeof (gint64));
  self->as.with.max_levels = g_memdup2 (self->as.with.max_levels, n * sizeof (gint64));
  self->as.with.plans = g_memdup2 (self->as.with.plans, n * sizeof (RushPlan *));
  for (guint i = 0; self->as.with.plans != NULL && i < n; i++)
    rush_plan_ref (self->as.with.plans[i]);
}

void
rush_plan_payload_own (RushPlan *self)
{
  switch ((int)self->kind)
    {
    case RUSH_PLAN_UNRESOLVED_RELATION:
    case RUSH_PLAN_UNRESOLVED_TABLE_FUNCTION:
      self->as.relation.names = g_strdupv (self->as.relation.names);
      self->as.relation.options = ref_options (self->as.relation.options);
      break;
    case RUSH_PLAN_UNRESOLVED_INLINE_TABLE:
      self->as.inline_table.names = g_strdupv (self->as.inline_table.names);
      break;
    case RUSH_PLAN_UNRESOLVED_WITH:
    case RUSH_PLAN_WITH_CTE:
      own_with (self);
      break;
    case RUSH_PLAN_UNRESOLVED_WINDOWS:
      self->as.windows.names = g_strdupv (self->as.windows.names);
      break;
    case RUSH_PLAN_UNRESOLVED_COLUMN_ALIASES:
    case RUSH_PLAN_SUBQUERY_ALIAS:
    case RUSH_PLAN_VIEW:
      self->as.names.names = g_strdupv (self->as.names.names);
      break;
    case RUSH_PLAN_UNRESOLVED_HINT:
    case RUSH_PLAN_RESOLVED_HINT:
      self->as.hint.name = g_strdup (self->as.hint.name);
      break;
    case RUSH_PLAN_UNRESOLVED_UNPIVOT:
      self->as.unpivot.variable_name = g_strdup (self->as.unpivot.variable_name);
      self->as.unpivot.value_names = g_strdupv (self->as.unpivot.value_names);
      self->as.unpivot.aliases = g_strdupv (self->as.unpivot.aliases);
      break;
    case RUSH_PLAN_LOCAL_RELATION:
      g_ptr_array_ref (self->as.local.batches);
      break;
    case RUSH_PLAN_RELATION:
      rush_source_ref (self->as.source.source);
      self->as.source.table = g_strdupv (self->as.source.table);
      break;
    case RUSH_PLAN_RDD_RELATION:
      rush_rdd_ref (self->as.rdd.rdd);
      if (self->as.rdd.layout != NULL)
        rush_row_layout_ref (self->as.rdd.layout);
      break;
    case RUSH_PLAN_CACHED_RELATION:
      rush_cached_data_ref (self->as.cached.data);
      break;
    case RUSH_PLAN_GENERATE:
      self->as.generate.qualifier = g_strdup (self->as.generate.qualifier);
      self->as.generate.names = g_strdupv (self->as.generate.names);
      if (self->as.generate.unrequired != NULL)
        g_array_ref (self->as.generate.unrequired);
      break;
    case RUSH_PLAN_JOIN:
    case RUSH_PLAN_LATERAL_JOIN:
      self->as.join.using_columns = g_strdupv (self->as.join.using_columns);
      if (self->as.join.exists != NULL)
        rush_expr_ref (self->as.join.exists);
      break;
    case RUSH_PLAN_PROJECT:
      if (self->as.project.hidden != NULL)
        rush_expr_list_ref (self->as.project.hidden);
      break;
    case RUSH_PLAN_COMMAND:
      rush_command_ref (self->as.command.command);
      break;
    default:
      break;
    }
}

/* ── equality ── */

static gboolean
names_equal (char *const *a, char *const *b)
{
  if (a == NULL || b == NULL)
    return a == b;
  return g_strv_equal ((const char *const *)a, (const char *const *)b);
}

static gboolean
sources_equal (const RushSource *a, const RushSource *b)
{
  return a == b || (a->klass == b->klass && a->klass->equal (a, b));
}

static gboolean
samples_equal (const RushPlan *a, const RushPlan *b)
{
  return a->as.sample.lower == b->as.sample.lower && a->as.sample.upper == b->as.sample.upper &&
         a->as.sample.with_replacement == b->as.sample.with_replacement &&
         a->as.sample.seed == b->as.sample.seed;
}

static gboolean
joins_equal (const RushPlan *a, const RushPlan *b)
{
  return a->as.join.type == b->as.join.type && a->as.join.natural == b->as.join.natural &&
         names_equal (a->as.join.using_columns, b->as.join.using_columns) &&
         a->as.join.left_hint == b->as.join.left_hint &&
         a->as.join.right_hint == b->as.join.right_hint &&
         a->as.join.null_aware == b->as.join.null_aware;
}

static gboolean
withs_equal (const RushPlan *a, const RushPlan *b)
{
  if (a->as.with.n != b->as.with.n || a->as.with.recursive != b->as.with.recursive ||
      !names_equal (a->as.with.names, b->as.with.names))
    return FALSE;
  for (guint i = 0; i < a->as.with.n; i++)
    if ((a->as.with.plans != NULL && !rush_plan_equal (a->as.with.plans[i], b->as.with.plans[i])) ||
        (a->as.with.ids != NULL && a->as.with.ids[i] != b->as.with.ids[i]))
      return FALSE;
  return TRUE;
}

static gboolean
unpivots_equal (const RushPlan *a, const RushPlan *b)
{
  return a->as.unpivot.include_nulls == b->as.unpivot.include_nulls &&
         a->as.unpivot.group_width == b->as.unpivot.group_width &&
         g_strcmp0 (a->as.unpivot.variable_name, b->as.unpivot.variable_name) == 0 &&
         names_equal (a->as.unpivot.value_names, b->as.unpivot.value_names) &&
         names_equal (a->as.unpivot.aliases, b->as.unpivot.aliases);
}

static gboolean
generates_equal (const RushPlan *a, const RushPlan *b)
{
  GArray *x = a->as.generate.unrequired, *y = b->as.generate.unrequired;
  guint nx = x != NULL ? x->len : 0, ny = y != NULL ? y->len : 0;

  return a->as.generate.outer == b->as.generate.outer && nx == ny &&
         (nx == 0 || memcmp (x->data, y->data, nx * sizeof (guint)) == 0);
}

gboolean
rush_plan_payload_equal (const RushPlan *a, const RushPlan *b)
{
  switch ((int)a->kind)
    {
    case RUSH_PLAN_UNRESOLVED_RELATION:
    case RUSH_PLAN_UNRESOLVED_TABLE_FUNCTION:
      return names_equal (a->as.relation.names, b->as.relation.names) &&
             a->as.relation.options == b->as.relation.options;
    case RUSH_PLAN_UNRESOLVED_INLINE_TABLE:
      return names_equal (a->as.inline_table.names, b->as.inline_table.names);
    case RUSH_PLAN_UNRESOLVED_WITH:
    case RUSH_PLAN_WITH_CTE:
      return withs_equal (a, b);
    case RUSH_PLAN_UNRESOLVED_WINDOWS:
      return names_equal (a->as.windows.names, b->as.windows.names);
    case RUSH_PLAN_UNRESOLVED_COLUMN_ALIASES:
    case RUSH_PLAN_SUBQUERY_ALIAS:
    case RUSH_PLAN_VIEW:
      return names_equal (a->as.names.names, b->as.names.names);
    case RUSH_PLAN_UNRESOLVED_HINT:
    case RUSH_PLAN_RESOLVED_HINT:
      return a->as.hint.hint == b->as.hint.hint &&
             g_strcmp0 (a->as.hint.name, b->as.hint.name) == 0;
    case RUSH_PLAN_UNRESOLVED_PIVOT:
      return a->as.pivot.n_values == b->as.pivot.n_values &&
             a->as.pivot.n_aggregates == b->as.pivot.n_aggregates;
    case RUSH_PLAN_UNRESOLVED_UNPIVOT:
      return unpivots_equal (a, b);
    case RUSH_PLAN_LOCAL_RELATION:
      return a->as.local.batches == b->as.local.batches;
    case RUSH_PLAN_RANGE:
      return a->as.range.start == b->as.range.start && a->as.range.end == b->as.range.end &&
             a->as.range.step == b->as.range.step && a->as.range.n_slices == b->as.range.n_slices;
    case RUSH_PLAN_RELATION:
      return sources_equal (a->as.source.source, b->as.source.source);
    case RUSH_PLAN_RDD_RELATION:
      return a->as.rdd.rdd == b->as.rdd.rdd;
    case RUSH_PLAN_CACHED_RELATION:
      return a->as.cached.data == b->as.cached.data;
    case RUSH_PLAN_CTE_REFERENCE:
    case RUSH_PLAN_UNION_LOOP_REF:
      return a->as.cte.id == b->as.cte.id;
    case RUSH_PLAN_UNION_LOOP:
      return a->as.cte.id == b->as.cte.id && a->as.cte.max_depth == b->as.cte.max_depth &&
             a->as.cte.limit == b->as.cte.limit;
    case RUSH_PLAN_SORT:
      return a->as.sort.global == b->as.sort.global;
    case RUSH_PLAN_WINDOW_GROUP_LIMIT:
      return a->as.group_limit.limit == b->as.group_limit.limit;
    case RUSH_PLAN_EXPAND:
      return a->as.expand.n_projections == b->as.expand.n_projections;
    case RUSH_PLAN_GENERATE:
      return generates_equal (a, b);
    case RUSH_PLAN_SAMPLE:
      return samples_equal (a, b);
    case RUSH_PLAN_REPARTITION:
    case RUSH_PLAN_REPARTITION_BY:
      return a->as.repartition.n == b->as.repartition.n &&
             a->as.repartition.shuffle == b->as.repartition.shuffle &&
             a->as.repartition.rebalance == b->as.repartition.rebalance;
    case RUSH_PLAN_PYTHON_EVAL:
    case RUSH_PLAN_MAP_IN_PYTHON:
      return a->as.python.eval_type == b->as.python.eval_type;
    case RUSH_PLAN_JOIN:
    case RUSH_PLAN_LATERAL_JOIN:
      return joins_equal (a, b);
    case RUSH_PLAN_UNION:
    case RUSH_PLAN_INTERSECT:
    case RUSH_PLAN_EXCEPT:
      return a->as.setop.all == b->as.setop.all && a->as.setop.by_name == b->as.setop.by_name &&
             a->as.setop.allow_missing == b->as.setop.allow_missing;
    case RUSH_PLAN_COMMAND:
      return a->as.command.command == b->as.command.command;
    default:
      return TRUE;
    }
}
