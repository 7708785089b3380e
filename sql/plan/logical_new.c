/* logical_new.c - the constructors of logical plans, kind by kind. */
#include "sql/plan/logical_private.h"

static RushPlan *
unary (RushPlanKind kind, RushPlan *child, guint n_lists, RushExprList *const *lists)
{
  return rush_plan_alloc (kind, 1, &child, n_lists, lists);
}

static RushPlan *
leaf (RushPlanKind kind, guint n_lists, RushExprList *const *lists)
{
  return rush_plan_alloc (kind, 0, NULL, n_lists, lists);
}

static RushExprList *
single (RushExpr *expr)
{
  return expr != NULL ? rush_expr_list_new (1, &expr) : NULL;
}

static char **
copy_names (const char *const *names)
{
  return g_strdupv ((char **)names);
}

/* ── unresolved ── */

RushPlan *
rush_plan_unresolved_relation (const char *const *names, GPtrArray *options)
{
  RushPlan *self = leaf (RUSH_PLAN_UNRESOLVED_RELATION, 0, NULL);

  self->as.relation.names = copy_names (names);
  self->as.relation.options = options != NULL ? g_ptr_array_ref (options) : NULL;
  return rush_plan_derive (self);
}

RushPlan *
rush_plan_unresolved_table_function (const char *const *names, RushExprList *arguments)
{
  RushPlan *self = leaf (RUSH_PLAN_UNRESOLVED_TABLE_FUNCTION, 1, &arguments);

  self->as.relation.names = copy_names (names);
  return rush_plan_derive (self);
}

RushPlan *
rush_plan_inline_table (const char *const *names, guint n_columns, RushExprList *values)
{
  RushPlan *self = leaf (RUSH_PLAN_UNRESOLVED_INLINE_TABLE, 1, &values);

  self->as.inline_table.n_columns = n_columns;
  if (names != NULL)
    self->as.inline_table.names = copy_names (names);
  else
    {
      self->as.inline_table.names = g_new0 (char *, n_columns + 1);
      for (guint i = 0; i < n_columns; i++)
        self->as.inline_table.names[i] = g_strdup_printf ("col%u", i + 1);
    }
  return rush_plan_derive (self);
}

RushPlan *
rush_plan_having (RushExpr *condition, RushPlan *child)
{
  RushExprList *list = single (condition);

  return rush_plan_derive (unary (RUSH_PLAN_UNRESOLVED_HAVING, child, 1, &list));
}

RushPlan *
rush_plan_with (guint n, const char *const *names, RushPlan **plans, RushPlan *child)
{
  RushPlan *self = unary (RUSH_PLAN_UNRESOLVED_WITH, child, 0, NULL);

  self->as.with.n = n;
  self->as.with.names = g_new0 (char *, n + 1);
  for (guint i = 0; i < n; i++)
    self->as.with.names[i] = g_strdup (names[i]);
  self->as.with.plans = g_memdup2 (plans, n * sizeof (RushPlan *));
  return rush_plan_derive (self);
}

RushPlan *
rush_plan_with_cte (guint n, const gint64 *ids, RushPlan *const *children)
{
  RushPlan *self = rush_plan_alloc (RUSH_PLAN_WITH_CTE, n + 1, children, 0, NULL);

  self->as.with.n = n;
  self->as.with.ids = g_memdup2 (ids, n * sizeof (gint64));
  return rush_plan_derive (self);
}

RushPlan *
rush_plan_cte_reference (gint64 id, RushExprList *output)
{
  RushPlan *self = leaf (RUSH_PLAN_CTE_REFERENCE, 1, &output);

  self->as.cte.id = id;
  self->as.cte.statistics = (RushStatistics){ -1, -1 };
  return rush_plan_derive (self);
}

RushPlan *
rush_plan_union_loop (gint64 id, gint64 max_depth, RushExprList *output, RushPlan *anchor,
                      RushPlan *recursion)
{
  RushExprList *list = output != NULL ? output : rush_expr_list_new (0, NULL);
  RushPlan *self =
      rush_plan_alloc (RUSH_PLAN_UNION_LOOP, 2, (RushPlan *[]){ anchor, recursion }, 1, &list);

  self->as.cte.id = id;
  self->as.cte.max_depth = max_depth;
  self->as.cte.limit = -1;
  return rush_plan_derive (self);
}

RushPlan *
rush_plan_union_loop_ref (gint64 id, RushExprList *output)
{
  RushExprList *list = output != NULL ? output : rush_expr_list_new (0, NULL);
  RushPlan *self = leaf (RUSH_PLAN_UNION_LOOP_REF, 1, &list);

  self->as.cte.id = id;
  return rush_plan_derive (self);
}

RushPlan *
rush_plan_windows (const char *const *names, RushExprList *windows, RushPlan *child)
{
  RushPlan *self = unary (RUSH_PLAN_UNRESOLVED_WINDOWS, child, 1, &windows);

  self->as.windows.names = copy_names (names);
  return rush_plan_derive (self);
}

static RushPlan *
named (RushPlanKind kind, const char *const *names, RushPlan *child)
{
  RushPlan *self = unary (kind, child, 0, NULL);

  self->as.names.names = copy_names (names);
  return rush_plan_derive (self);
}

RushPlan *
rush_plan_column_aliases (const char *const *columns, RushPlan *child)
{
  return named (RUSH_PLAN_UNRESOLVED_COLUMN_ALIASES, columns, child);
}

RushPlan *
rush_plan_subquery_alias (const char *const *names, RushPlan *child)
{
  return named (RUSH_PLAN_SUBQUERY_ALIAS, names, child);
}

RushPlan *
rush_plan_view (const char *const *names, RushPlan *child)
{
  return named (RUSH_PLAN_VIEW, names, child);
}

RushPlan *
rush_plan_unresolved_hint (const char *name, RushExprList *parameters, RushPlan *child)
{
  RushPlan *self = unary (RUSH_PLAN_UNRESOLVED_HINT, child, 1, &parameters);

  self->as.hint.name = g_ascii_strup (name, -1);
  return rush_plan_derive (self);
}

RushPlan *
rush_plan_resolved_hint (RushJoinHint hint, RushPlan *child)
{
  RushPlan *self = unary (RUSH_PLAN_RESOLVED_HINT, child, 0, NULL);

  self->as.hint.hint = hint;
  return rush_plan_derive (self);
}

RushPlan *
rush_plan_pivot (RushExprList *grouping, RushExpr *column, RushExprList *values,
                 RushExprList *aggregates, RushPlan *child)
{
  RushPlan *self = unary (RUSH_PLAN_UNRESOLVED_PIVOT, child, 4,
                          (RushExprList *[]){ grouping, single (column), values, aggregates });

  self->as.pivot.n_values = self->lists[2]->n;
  self->as.pivot.n_aggregates = self->lists[3]->n;
  return rush_plan_derive (self);
}

RushPlan *
rush_plan_unpivot (RushExprList *ids, RushExprList *values, guint group_width,
                   gboolean include_nulls, const char *variable_name,
                   const char *const *value_names, const char *const *aliases, RushPlan *child)
{
  RushPlan *self =
      unary (RUSH_PLAN_UNRESOLVED_UNPIVOT, child, 2, (RushExprList *[]){ ids, values });

  self->as.unpivot.group_width = group_width;
  self->as.unpivot.include_nulls = include_nulls;
  self->as.unpivot.variable_name = g_strdup (variable_name);
  self->as.unpivot.value_names = copy_names (value_names);
  self->as.unpivot.aliases = copy_names (aliases);
  return rush_plan_derive (self);
}

/* ── leaves ── */

RushPlan *
rush_plan_one_row (void)
{
  return rush_plan_derive (leaf (RUSH_PLAN_ONE_ROW, 0, NULL));
}

RushPlan *
rush_plan_local (RushExprList *output, GPtrArray *batches)
{
  RushPlan *self = leaf (RUSH_PLAN_LOCAL_RELATION, 1, &output);

  self->as.local.batches =
      batches != NULL ? batches : g_ptr_array_new_with_free_func ((GDestroyNotify)rush_batch_unref);
  for (guint i = 0; i < self->as.local.batches->len; i++)
    self->as.local.n_rows += ((RushBatch *)self->as.local.batches->pdata[i])->length;
  return rush_plan_derive (self);
}

RushPlan *
rush_plan_range (gint64 start, gint64 end, gint64 step, guint n_slices)
{
  RushExprList *output = single (rush_expr_attribute ("id", &RUSH_INT64, FALSE, 0, NULL));
  RushPlan *self;

  g_return_val_if_fail (step != 0, NULL);
  self = leaf (RUSH_PLAN_RANGE, 1, &output);
  self->as.range.start = start;
  self->as.range.end = end;
  self->as.range.step = step;
  self->as.range.n_slices = n_slices;
  return rush_plan_derive (self);
}

RushPlan *
rush_plan_relation (RushSource *source, RushExprList *output, const char *const *table)
{
  RushPlan *self = leaf (RUSH_PLAN_RELATION, 1, &output);

  self->as.source.source = source;
  self->as.source.table = copy_names (table);
  return rush_plan_derive (self);
}

RushPlan *
rush_plan_rdd (RushRdd *rdd, RushExprList *output)
{
  return rush_plan_made_rdd (rdd, output, (RushStatistics){ -1, -1 }, NULL);
}

RushPlan *
rush_plan_made_rdd (RushRdd *rdd, RushExprList *output, RushStatistics statistics,
                    RushRowLayout *layout)
{
  RushPlan *self = leaf (RUSH_PLAN_RDD_RELATION, 1, &output);

  self->as.rdd.rdd = rdd;
  self->as.rdd.statistics = statistics;
  self->as.rdd.layout = layout;
  return rush_plan_derive (self);
}

RushPlan *
rush_plan_cached (RushCachedData *data, RushExprList *output)
{
  RushPlan *self = leaf (RUSH_PLAN_CACHED_RELATION, 1, &output);

  self->as.cached.data = data;
  return rush_plan_derive (self);
}

/* ── one child ── */

RushPlan *
rush_plan_unary (RushPlanKind kind, RushExprList *list0, RushPlan *child)
{
  return rush_plan_derive (unary (kind, child, 1, &list0));
}

RushPlan *
rush_plan_project (RushExprList *list, RushPlan *child)
{
  return rush_plan_unary (RUSH_PLAN_PROJECT, list, child);
}

RushPlan *
rush_plan_filter (RushExpr *condition, RushPlan *child)
{
  return rush_plan_unary (RUSH_PLAN_FILTER, single (condition), child);
}

RushPlan *
rush_plan_aggregate (RushExprList *grouping, RushExprList *results, RushPlan *child)
{
  return rush_plan_derive (
      unary (RUSH_PLAN_AGGREGATE, child, 2, (RushExprList *[]){ grouping, results }));
}

RushPlan *
rush_plan_sort (RushExprList *orders, gboolean global, RushPlan *child)
{
  RushPlan *self = unary (RUSH_PLAN_SORT, child, 1, &orders);

  self->as.sort.global = global;
  return rush_plan_derive (self);
}

RushPlan *
rush_plan_limit (RushExpr *limit, RushPlan *child)
{
  RushPlan *local = rush_plan_unary (RUSH_PLAN_LOCAL_LIMIT, single (rush_expr_ref (limit)), child);

  return rush_plan_unary (RUSH_PLAN_GLOBAL_LIMIT, single (limit), local);
}

RushPlan *
rush_plan_offset (RushExpr *offset, RushPlan *child)
{
  return rush_plan_unary (RUSH_PLAN_OFFSET, single (offset), child);
}

RushPlan *
rush_plan_distinct (RushPlan *child)
{
  return rush_plan_derive (unary (RUSH_PLAN_DISTINCT, child, 0, NULL));
}

RushPlan *
rush_plan_window (RushExprList *windows, RushExprList *partition, RushExprList *orders,
                  RushPlan *child)
{
  return rush_plan_derive (
      unary (RUSH_PLAN_WINDOW, child, 3, (RushExprList *[]){ windows, partition, orders }));
}

RushPlan *
rush_plan_window_group_limit (RushExprList *partition, RushExprList *orders, RushExpr *rank,
                              gint64 limit, RushPlan *child)
{
  RushPlan *self = unary (RUSH_PLAN_WINDOW_GROUP_LIMIT, child, 3,
                          (RushExprList *[]){ partition, orders, single (rank) });

  self->as.group_limit.limit = limit;
  return rush_plan_derive (self);
}

RushPlan *
rush_plan_expand (guint n_projections, RushExprList *projections, RushExprList *output,
                  RushPlan *child)
{
  RushPlan *self = unary (RUSH_PLAN_EXPAND, child, 2, (RushExprList *[]){ output, projections });

  self->as.expand.n_projections = n_projections;
  return rush_plan_derive (self);
}

RushPlan *
rush_plan_generate (RushExpr *generator, gboolean outer, const char *qualifier,
                    RushExprList *output, const char *const *names, RushPlan *child)
{
  RushPlan *self =
      unary (RUSH_PLAN_GENERATE, child, 2, (RushExprList *[]){ single (generator), output });

  self->as.generate.outer = outer;
  self->as.generate.qualifier = g_strdup (qualifier);
  self->as.generate.names = copy_names (names);
  return rush_plan_derive (self);
}

RushPlan *
rush_plan_sample (double lower, double upper, gboolean with_replacement, gint64 seed,
                  gboolean seed_given, RushPlan *child)
{
  RushPlan *self = unary (RUSH_PLAN_SAMPLE, child, 0, NULL);

  self->as.sample.lower = lower;
  self->as.sample.upper = upper;
  self->as.sample.with_replacement = with_replacement;
  self->as.sample.seed = seed;
  self->as.sample.seed_given = seed_given;
  return rush_plan_derive (self);
}

RushPlan *
rush_plan_repartition (guint n, gboolean shuffle, RushPlan *child)
{
  RushPlan *self = unary (RUSH_PLAN_REPARTITION, child, 0, NULL);

  self->as.repartition.n = n;
  self->as.repartition.shuffle = shuffle;
  return rush_plan_derive (self);
}

RushPlan *
rush_plan_repartition_by (guint n, RushExprList *expressions, RushPlan *child)
{
  RushPlan *self = unary (RUSH_PLAN_REPARTITION_BY, child, 1, &expressions);

  self->as.repartition.n = n;
  self->as.repartition.shuffle = TRUE;
  return rush_plan_derive (self);
}

RushPlan *
rush_plan_python (RushPlanKind kind, gint eval_type, RushExprList *functions, RushExprList *output,
                  RushPlan *child)
{
  RushPlan *self = unary (kind, child, 2, (RushExprList *[]){ functions, output });

  self->as.python.eval_type = eval_type;
  return rush_plan_derive (self);
}

RushPlan *
rush_plan_map_in_python (gint eval_type, RushExprList *keys, RushExprList *functions,
                         RushExprList *output, RushPlan *child)
{
  RushPlan *self =
      unary (RUSH_PLAN_MAP_IN_PYTHON, child, 3, (RushExprList *[]){ functions, output, keys });

  self->as.python.eval_type = eval_type;
  return rush_plan_derive (self);
}

/* ── more children ── */

static RushPlan *
new_join (RushPlanKind kind, RushJoinType type, RushExpr *condition, RushPlan *left,
          RushPlan *right)
{
  RushExprList *list = single (condition);
  RushPlan *self = rush_plan_alloc (kind, 2, (RushPlan *[]){ left, right }, 1, &list);

  self->as.join.type = type;
  return self;
}

RushPlan *
rush_plan_join (RushJoinType type, RushExpr *condition, RushPlan *left, RushPlan *right)
{
  return rush_plan_derive (new_join (RUSH_PLAN_JOIN, type, condition, left, right));
}

RushPlan *
rush_plan_lateral_join (RushJoinType type, RushExpr *condition, RushPlan *left, RushPlan *right)
{
  return rush_plan_derive (new_join (RUSH_PLAN_LATERAL_JOIN, type, condition, left, right));
}

RushPlan *
rush_plan_join_using (RushJoinType type, const char *const *columns, RushPlan *left,
                      RushPlan *right)
{
  RushPlan *self = new_join (RUSH_PLAN_JOIN, type, NULL, left, right);

  self->as.join.natural = columns == NULL;
  self->as.join.using_columns = copy_names (columns);
  return rush_plan_derive (self);
}

RushPlan *
rush_plan_join_existence (RushExpr *exists, RushExpr *condition, RushPlan *left, RushPlan *right)
{
  RushPlan *self = new_join (RUSH_PLAN_JOIN, RUSH_JOIN_EXISTENCE, condition, left, right);

  self->as.join.exists = exists;
  return rush_plan_derive (self);
}

RushPlan *
rush_plan_union (gboolean by_name, gboolean allow_missing, guint n, RushPlan *const *children)
{
  RushPlan *self = rush_plan_alloc (RUSH_PLAN_UNION, n, children, 0, NULL);

  self->as.setop.all = TRUE;
  self->as.setop.by_name = by_name;
  self->as.setop.allow_missing = allow_missing;
  return rush_plan_derive (self);
}

RushPlan *
rush_plan_setop (RushPlanKind kind, gboolean all, RushPlan *left, RushPlan *right)
{
  RushPlan *self = rush_plan_alloc (kind, 2, (RushPlan *[]){ left, right }, 0, NULL);

  self->as.setop.all = all;
  return rush_plan_derive (self);
}

RushPlan *
rush_plan_command (RushCommand *command, RushPlan *child)
{
  RushPlan *self = rush_plan_alloc (RUSH_PLAN_COMMAND, child != NULL, &child, 0, NULL);

  self->as.command.command = command;
  return rush_plan_derive (self);
}
