/* logical_text.c - plans as Spark prints them.
 *
 *   Aggregate [k#1], [k#1, sum(v#2L) AS sum(v)#5L]
 *   +- Join Inner, (k#1 = k#3)
 *      :- Relation [k#1,v#2L] parquet
 *      +- Filter (k#3 > scalar-subquery#9 [])
 *         :  +- Aggregate [max(x#7) AS max(x)#8]        the plans of a node's subqueries
 *         :     +- Relation [x#7] parquet
 *         +- Relation [k#3] parquet
 *
 * "'" stands before what is not resolved yet, "!" before a node that uses columns its children do
 * not have.  Lists are cut after spark.sql.debug.maxToStringFields (25) entries.
 *
 * Mirrors: TreeNode.{generateTreeString,argString},
 QueryPlan.{statePrefix,innerChildren}. */
#include <string.h>

#include "sql/plan/expression_text_private.h"
#include "sql/plan/logical_private.h"
#include "sql/types/number_text.h"

#define MAX_FIELDS 25

/* ── arguments ── */

static void
append_cut (RushExpr *const *items, guint n, const char *separator, GString *out)
{
  g_string_append_c (out, '[');
  rush_append_expressions (items, MIN (n, MAX_FIELDS), separator, RUSH_TEXT_STRING, out);
  if (n > MAX_FIELDS)
    g_string_append_printf (out, "%s... %u more fields", separator, n - MAX_FIELDS);
  g_string_append_c (out, ']');
}

static void
begin_arg (GString *out)
{
  if (out->len > 0)
    g_string_append (out, ", ");
}

/* Empty lists are left out, as Spark does. */
static void
add_list (const RushExprList *list, GString *out)
{
  if (list->n == 0)
    return;
  begin_arg (out);
  append_cut (list->items, list->n, ", ", out);
}

static void
add_first (const RushExprList *list, GString *out)
{
  if (list->n == 0)
    return;
  begin_arg (out);
  rush_append_expression (list->items[0], RUSH_TEXT_STRING, out);
}

static void add_text (GString *out, const char *format, ...) G_GNUC_PRINTF (2, 3);

static void
add_text (GString *out, const char *format, ...)
{
  va_list args;

  begin_arg (out);
  va_start (args, format);
  g_string_append_vprintf (out, format, args);
  va_end (args);
}

static void
add_group_limit (const RushPlan *self, GString *out)
{
  begin_arg (out);
  rush_append_window_function (self->lists[2]->items[0], self->lists[1]->items, self->lists[1]->n,
                               out);
  add_text (out, "%" G_GINT64_FORMAT, self->as.group_limit.limit);
}

static const char *
bool_text (gboolean value)
{
  return value ? "true" : "false";
}

static void
add_names (char *const *names, const char *separator, GString *out)
{
  g_autofree char *joined = g_strjoinv (separator, (char **)names);

  add_text (out, "[%s]", joined);
}

/* "(`t`, [a#1, b#2])" */
static void
add_view (const RushPlan *self, GString *out)
{
  g_string_append_c (out, '(');
  for (guint i = 0; self->as.names.names[i] != NULL; i++)
    g_string_append_printf (out, "%s`%s`", i > 0 ? "." : "", self->as.names.names[i]);
  if (self->output != NULL)
    add_list (self->output, out);
  g_string_append_c (out, ')');
}

static const char *
hint_text (RushJoinHint hint)
{
  static const char *const names[] = { "none",
                                       "strategy=broadcast",
                                       "strategy=merge",
                                       "strategy=shuffle_hash",
                                       "strategy=shuffle_replicate_nl",
                                       "strategy=no_broadcast_hash" };

  return names[hint];
}

static const char *
join_type_text (RushJoinType type)
{
  static const char *const names[] = { "Inner",     "Cross",    "LeftOuter", "RightOuter",
                                       "FullOuter", "LeftSemi", "LeftAnti",  "ExistenceJoin" };

  return names[type];
}

static void
add_join (const RushPlan *self, GString *out)
{
  const char *type = join_type_text (self->as.join.type);

  if (self->as.join.natural)
    add_text (out, "NaturalJoin(%s)", type);
  else if (self->as.join.using_columns != NULL)
    {
      g_autofree char *columns = g_strjoinv (", ", self->as.join.using_columns);

      add_text (out, "UsingJoin(%s, [%s])", type, columns);
    }
  else
    add_text (out, "%s", type);
  if (self->as.join.exists != NULL)
    {
      g_string_append_c (out, '(');
      rush_append_expression (self->as.join.exists, RUSH_TEXT_STRING, out);
      g_string_append_c (out, ')');
    }
  add_first (self->lists[0], out);
  if (self->as.join.left_hint != RUSH_HINT_NONE)
    add_text (out, "leftHint=(%s)", hint_text (self->as.join.left_hint));
  if (self->as.join.right_hint != RUSH_HINT_NONE)
    add_text (out, "rightHint=(%s)", hint_text (self->as.join.right_hint));
}

static void
add_range (const RushPlan *self, GString *out)
{
  g_string_append_printf (out,
                          "(%" G_GINT64_FORMAT ", %" G_GINT64_FORMAT ", step=%" G_GINT64_FORMAT,
                          self->as.range.start, self->as.range.end, self->as.range.step);
  if (self->as.range.n_slices > 0)
    g_string_append_printf (out, ", splits=Some(%u))", self->as.range.n_slices);
  else
    g_string_append (out, ")");
}

static void
add_relation (const RushPlan *self, GString *out)
{
  const char *name = self->as.source.source->klass->name, *space = strrchr (name, ' ');

  if (self->as.source.table != NULL)
    {
      g_autofree char *table = g_strjoinv (".", self->as.source.table);

      g_string_append (out, table);
    }
  append_cut (self->lists[0]->items, self->lists[0]->n, ",", out);
  g_string_append_printf (out, " %s", space != NULL ? space + 1 : name);
}

static void
add_cached (const RushPlan *self, GString *out)
{
  g_autofree char *level = self->as.cached.data->klass->describe (self->as.cached.data);

  add_list (self->lists[0], out);
  add_text (out, "%s", level);
}

static void
add_expand (const RushPlan *self, GString *out)
{
  guint n = self->as.expand.n_projections, width = self->lists[0]->n;

  begin_arg (out);
  g_string_append_c (out, '[');
  for (guint i = 0; i < n; i++)
    {
      if (i > 0)
        g_string_append (out, ", ");
      append_cut (self->lists[1]->items + (gsize)i * width, width, ", ", out);
    }
  g_string_append_c (out, ']');
  add_list (self->lists[0], out);
}

static void
add_generate (const RushPlan *self, GString *out)
{
  GArray *unrequired = self->as.generate.unrequired;

  add_first (self->lists[0], out);
  if (unrequired != NULL && unrequired->len > 0)
    {
      add_text (out, "[");
      for (guint i = 0; i < unrequired->len; i++)
        g_string_append_printf (out, "%s%u", i > 0 ? ", " : "",
                                g_array_index (unrequired, guint, i));
      g_string_append_c (out, ']');
    }
  add_text (out, "%s", bool_text (self->as.generate.outer));
  if (self->as.generate.qualifier != NULL)
    add_text (out, "%s", self->as.generate.qualifier);
  add_list (self->lists[1], out);
}

static void
add_sample (const RushPlan *self, GString *out)
{
  char lower[RUSH_NUMBER_TEXT_SIZE], upper[RUSH_NUMBER_TEXT_SIZE];

  rush_double_to_text (self->as.sample.lower, lower);
  rush_double_to_text (self->as.sample.upper, upper);
  add_text (out, "%s, %s, %s, %" G_GINT64_FORMAT "%s", lower, upper,
            bool_text (self->as.sample.with_replacement), self->as.sample.seed,
            self->as.sample.with_replacement ? "" : ", Bernoulli");
}

static void
add_with (const RushPlan *self, GString *out)
{
  if (self->kind == RUSH_PLAN_UNRESOLVED_WITH)
    add_names (self->as.with.names, ", ", out);
}

static const char *const command_names[] = {
  [RUSH_COMMAND_SET] = "SetCommand",
  [RUSH_COMMAND_RESET] = "ResetCommand",
  [RUSH_COMMAND_EXPLAIN] = "ExplainCommand",
  [RUSH_COMMAND_CREATE_VIEW] = "CreateViewCommand",
  [RUSH_COMMAND_DROP_VIEW] = "DropTempViewCommand",
  [RUSH_COMMAND_CREATE_TABLE] = "CreateDataSourceTableCommand",
  [RUSH_COMMAND_CREATE_TABLE_AS] = "CreateDataSourceTableAsSelectCommand",
  [RUSH_COMMAND_DROP_TABLE] = "DropTableCommand",
  [RUSH_COMMAND_TRUNCATE_TABLE] = "TruncateTableCommand",
  [RUSH_COMMAND_ALTER_RENAME] = "AlterTableRenameCommand",
  [RUSH_COMMAND_INSERT] = "InsertIntoStatement",
  [RUSH_COMMAND_WRITE] = "InsertIntoHadoopFsRelationCommand",
  [RUSH_COMMAND_SHOW_TABLES] = "ShowTablesCommand",
  [RUSH_COMMAND_SHOW_VIEWS] = "ShowViewsCommand",
  [RUSH_COMMAND_SHOW_DATABASES] = "ShowNamespacesCommand",
  [RUSH_COMMAND_SHOW_COLUMNS] = "ShowColumnsCommand",
  [RUSH_COMMAND_SHOW_FUNCTIONS] = "ShowFunctionsCommand",
  [RUSH_COMMAND_SHOW_CREATE_TABLE] = "ShowCreateTableCommand",
  [RUSH_COMMAND_SHOW_PARTITIONS] = "ShowPartitionsCommand",
  [RUSH_COMMAND_SHOW_TBLPROPERTIES] = "ShowTablePropertiesCommand",
  [RUSH_COMMAND_DESCRIBE_TABLE] = "DescribeTableCommand",
  [RUSH_COMMAND_DESCRIBE_QUERY] = "DescribeQueryCommand",
  [RUSH_COMMAND_DESCRIBE_FUNCTION] = "DescribeFunctionCommand",
  [RUSH_COMMAND_DESCRIBE_DATABASE] = "DescribeDatabaseCommand",
  [RUSH_COMMAND_CREATE_DATABASE] = "CreateDatabaseCommand",
  [RUSH_COMMAND_DROP_DATABASE] = "DropDatabaseCommand",
  [RUSH_COMMAND_USE] = "SetCatalogAndNamespace",
  [RUSH_COMMAND_CACHE_TABLE] = "CacheTableAsSelect",
  [RUSH_COMMAND_UNCACHE_TABLE] = "UncacheTable",
  [RUSH_COMMAND_CLEAR_CACHE] = "ClearCacheCommand",
  [RUSH_COMMAND_REFRESH_TABLE] = "RefreshTableCommand",
  [RUSH_COMMAND_ANALYZE_TABLE] = "AnalyzeTableCommand",
};

/* Numbers of pyspark.util.PythonEvalType. */
static const struct
{
  gint eval_type;
  gboolean has_groups;
  const char *name;
} python_maps[] = {
  { 205, FALSE, "MapInPandas" },          { 207, FALSE, "MapInArrow" },
  { 201, TRUE, "FlatMapGroupsInPandas" }, { 209, TRUE, "FlatMapGroupsInArrow" },
  { 202, TRUE, "ArrowAggregatePython" },  { 206, TRUE, "FlatMapCoGroupsInPandas" },
};

const char *
rush_python_map_name (gint eval_type)
{
  for (guint i = 0; i < G_N_ELEMENTS (python_maps); i++)
    if (python_maps[i].eval_type == eval_type)
      return python_maps[i].name;
  g_return_val_if_reached ("MapInPandas");
}

gboolean
rush_python_map_has_groups (const RushPlan *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (python_maps); i++)
    if (python_maps[i].eval_type == self->as.python.eval_type)
      return python_maps[i].has_groups;
  g_return_val_if_reached (FALSE);
}

static void
add_python_map (const RushPlan *self, GString *out)
{
  add_list (self->lists[2], out);
  if (self->as.python.eval_type == 202)
    add_list (self->lists[0], out);
  else
    add_first (self->lists[0], out);
  add_list (self->lists[1], out);
  if (!rush_python_map_has_groups (self))
    add_text (out, "false"); /* not a barrier stage */
}

static void
add_arguments (const RushPlan *self, GString *out)
{
  switch (self->kind)
    {
    case RUSH_PLAN_UNRESOLVED_RELATION:
      add_names (self->as.relation.names, ", ", out);
      add_text (out, "[], false");
      break;
    case RUSH_PLAN_UNRESOLVED_TABLE_FUNCTION:
      add_names (self->as.relation.names, ", ", out);
      add_list (self->lists[0], out);
      break;
    case RUSH_PLAN_UNRESOLVED_INLINE_TABLE:
      add_names (self->as.inline_table.names, ", ", out);
      add_list (self->lists[0], out);
      break;
    case RUSH_PLAN_UNRESOLVED_WITH:
    case RUSH_PLAN_WITH_CTE:
      add_with (self, out);
      break;
    case RUSH_PLAN_UNRESOLVED_COLUMN_ALIASES:
      add_names (self->as.names.names, ", ", out);
      break;
    case RUSH_PLAN_UNRESOLVED_HINT:
      add_text (out, "%s", self->as.hint.name);
      add_list (self->lists[0], out);
      break;
    case RUSH_PLAN_RESOLVED_HINT:
      add_text (out, "(%s)", hint_text (self->as.hint.hint));
      break;
    case RUSH_PLAN_LOCAL_RELATION:
      if (self->as.local.n_rows == 0)
        add_text (out, "<empty>");
      add_list (self->lists[0], out);
      break;
    case RUSH_PLAN_RANGE:
      add_range (self, out);
      break;
    case RUSH_PLAN_RELATION:
      add_relation (self, out);
      break;
    case RUSH_PLAN_RDD_RELATION:
      add_list (self->lists[0], out);
      add_text (out, "false");
      break;
    case RUSH_PLAN_CACHED_RELATION:
      add_cached (self, out);
      break;
    case RUSH_PLAN_CTE_REFERENCE:
      add_text (out, "%" G_GINT64_FORMAT ", true", self->as.cte.id);
      add_list (self->lists[0], out);
      add_text (out, "false, false");
      break;
    case RUSH_PLAN_UNION_LOOP_REF:
      add_text (out, "%" G_GINT64_FORMAT, self->as.cte.id);
      add_list (self->lists[0], out);
      add_text (out, "false");
      break;
    case RUSH_PLAN_UNION_LOOP:
      add_text (out, "%" G_GINT64_FORMAT, self->as.cte.id);
      if (self->as.cte.max_depth >= 0)
        add_text (out, "%" G_GINT64_FORMAT, self->as.cte.max_depth);
      if (self->as.cte.limit >= 0)
        add_text (out, "%" G_GINT64_FORMAT, self->as.cte.limit);
      break;
    case RUSH_PLAN_SORT:
      add_list (self->lists[0], out);
      add_text (out, "%s", bool_text (self->as.sort.global));
      break;
    case RUSH_PLAN_UNRESOLVED_HAVING:
    case RUSH_PLAN_UNRESOLVED_QUALIFY:
    case RUSH_PLAN_FILTER:
    case RUSH_PLAN_GLOBAL_LIMIT:
    case RUSH_PLAN_LOCAL_LIMIT:
    case RUSH_PLAN_OFFSET:
    case RUSH_PLAN_TAIL:
      add_first (self->lists[0], out);
      break;
    case RUSH_PLAN_WINDOW_GROUP_LIMIT:
      add_list (self->lists[0], out);
      add_list (self->lists[1], out);
      add_group_limit (self, out);
      break;
    case RUSH_PLAN_EXPAND:
      add_expand (self, out);
      break;
    case RUSH_PLAN_GENERATE:
      add_generate (self, out);
      break;
    case RUSH_PLAN_SAMPLE:
      add_sample (self, out);
      break;
    case RUSH_PLAN_REPARTITION:
      add_text (out, "%u, %s", self->as.repartition.n, bool_text (self->as.repartition.shuffle));
      break;
    case RUSH_PLAN_REPARTITION_BY:
      add_list (self->lists[0], out);
      if (self->as.repartition.n > 0)
        add_text (out, "%u", self->as.repartition.n);
      break;
    case RUSH_PLAN_SUBQUERY_ALIAS:
      {
        g_autofree char *name = g_strjoinv (".", self->as.names.names);

        add_text (out, "%s", name);
        break;
      }
    case RUSH_PLAN_VIEW:
      add_view (self, out);
      break;
    case RUSH_PLAN_PYTHON_EVAL:
      add_list (self->lists[0], out);
      add_list (self->lists[1], out);
      add_text (out, "%d", self->as.python.eval_type);
      break;
    case RUSH_PLAN_MAP_IN_PYTHON:
      add_python_map (self, out);
      break;
    case RUSH_PLAN_JOIN:
    case RUSH_PLAN_LATERAL_JOIN:
      add_join (self, out);
      break;
    case RUSH_PLAN_UNION:
      add_text (out, "%s, %s", bool_text (self->as.setop.by_name),
                bool_text (self->as.setop.allow_missing));
      break;
    case RUSH_PLAN_INTERSECT:
    case RUSH_PLAN_EXCEPT:
      add_text (out, "%s", bool_text (self->as.setop.all));
      break;
    case RUSH_PLAN_COMMAND:
      if (self->as.command.command->names != NULL)
        add_names (self->as.command.command->names, ", ", out);
      break;
    case RUSH_PLAN_UNRESOLVED_WINDOWS:
    case RUSH_PLAN_UNRESOLVED_PIVOT:
    case RUSH_PLAN_UNRESOLVED_UNPIVOT:
    case RUSH_PLAN_ONE_ROW:
    case RUSH_PLAN_PROJECT:
    case RUSH_PLAN_AGGREGATE:
    case RUSH_PLAN_DISTINCT:
    case RUSH_PLAN_DEDUPLICATE:
    case RUSH_PLAN_WINDOW:
    case RUSH_PLAN_N_KINDS:
      for (guint i = 0; i < self->n_lists; i++)
        add_list (self->lists[i], out);
      break;
    }
}

/* ── one line ── */

static gboolean
uses_unknown_columns (const RushPlan *self)
{
  g_autoptr (RushExprIdSet) known = NULL;

  if (self->n_children == 0 || self->kind == RUSH_PLAN_WITH_CTE)
    return FALSE;
  known = rush_expr_id_set_new ();
  for (guint i = 0; i < self->n_children; i++)
    rush_expr_id_set_add_list (known, self->children[i]->output);
  for (guint i = 0; i < self->n_lists; i++)
    {
      gboolean produced =
          (self->kind == RUSH_PLAN_GENERATE && i == 1) ||
          ((self->kind == RUSH_PLAN_EXPAND || self->kind == RUSH_PLAN_UNION_LOOP) && i == 0) ||
          ((self->kind == RUSH_PLAN_PYTHON_EVAL || self->kind == RUSH_PLAN_MAP_IN_PYTHON) &&
           i == 1);

      for (guint j = 0; !produced && j < self->lists[i]->n; j++)
        if (!rush_expr_references_subset (self->lists[i]->items[j], known))
          return TRUE;
    }
  return FALSE;
}

static void
append_node (const RushPlan *self, GString *out)
{
  g_autoptr (GString) arguments = g_string_new (NULL);
  const char *name = rush_plan_kind_name (self->kind);

  if (self->kind == RUSH_PLAN_COMMAND)
    name = command_names[self->as.command.command->kind];
  if (self->kind == RUSH_PLAN_MAP_IN_PYTHON)
    name = rush_python_map_name (self->as.python.eval_type);
  if (!self->resolved && self->kind != RUSH_PLAN_UNRESOLVED_WITH)
    g_string_append_c (out, '\'');
  else if (uses_unknown_columns (self))
    g_string_append_c (out, '!');
  g_string_append (out, name);
  if ((self->kind == RUSH_PLAN_INTERSECT || self->kind == RUSH_PLAN_EXCEPT) && self->as.setop.all)
    g_string_append (out, " All");
  add_arguments (self, arguments);
  if (arguments->len > 0)
    g_string_append_printf (out, " %s", arguments->str);
}

char *
rush_plan_node_string (const RushPlan *self)
{
  GString *out = g_string_new (NULL);

  append_node (self, out);
  return g_string_free (out, FALSE);
}

/* ── the tree ── */

typedef struct
{
  const RushPlan *plan;
  char *before; /* (owned) of its line */
  char *below;  /* (owned) of the lines below it */
} Line;

static void
push_line (GArray *lines, const RushPlan *plan, const char *below, const char *mark,
           const char *more)
{
  Line line = { plan, g_strconcat (below, mark, NULL), g_strconcat (below, more, NULL) };

  g_array_append_val (lines, line);
}

static gboolean
add_subquery_plan (const RushExpr *node, gpointer into)
{
  if (node->kind == RUSH_EXPR_SCALAR_SUBQUERY || node->kind == RUSH_EXPR_EXISTS ||
      node->kind == RUSH_EXPR_IN_SUBQUERY)
    g_ptr_array_add (into, node->as.subquery.plan);
  return FALSE;
}

/* Pushes what stands below a line, the last one first: the stack gives them back in order. */
static void
push_below (GArray *lines, const Line *line)
{
  const RushPlan *self = line->plan;
  g_autoptr (GPtrArray) inner = g_ptr_array_new ();

  for (guint i = self->n_children; i > 0; i--)
    push_line (lines, self->children[i - 1], line->below, i == self->n_children ? "+- " : ":- ",
               i == self->n_children ? "   " : ":  ");
  if (rush_plan_has_subquery (self))
    rush_plan_visit_expressions (self, add_subquery_plan, inner);
  for (guint i = 0; self->kind == RUSH_PLAN_UNRESOLVED_WITH && i < self->as.with.n; i++)
    g_ptr_array_add (inner, self->as.with.plans[i]);
  for (guint i = inner->len; i > 0; i--)
    {
      g_autofree char *below =
          g_strconcat (line->below, self->n_children > 0 ? ":  " : "   ", NULL);

      push_line (lines, inner->pdata[i - 1], below, i == inner->len ? "+- " : ":- ",
                 i == inner->len ? "   " : ":  ");
    }
}

char *
rush_plan_to_annotated_string (const RushPlan *self, RushPlanAnnotate annotate, gpointer data)
{
  GString *out = g_string_new (NULL);
  g_autoptr (GArray) lines = g_array_new (FALSE, FALSE, sizeof (Line));

  push_line (lines, self, "", "", "");
  while (lines->len > 0)
    {
      Line line = g_array_index (lines, Line, lines->len - 1);

      g_array_set_size (lines, lines->len - 1);
      g_string_append (out, line.before);
      append_node (line.plan, out);
      if (annotate != NULL)
        annotate (line.plan, data, out);
      g_string_append_c (out, '\n');
      push_below (lines, &line);
      g_free (line.before);
      g_free (line.below);
    }
  return g_string_free (out, FALSE);
}

char *
rush_plan_to_tree_string (const RushPlan *self)
{
  return rush_plan_to_annotated_string (self, NULL, NULL);
}
