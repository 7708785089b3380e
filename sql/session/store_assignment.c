/* store_assignment.c - the columns of a query become those of a table.
 *
 *   INSERT INTO t (s, k) SELECT a, b       by the list's order:  s ← a, k ← b
 *   INSERT INTO t SELECT a, b              by the table's order
 *   INSERT INTO t BY NAME SELECT a, b      by name
 *   PARTITION (k = 1)                      k is that constant, and none of the query's columns
 *
 *   Project [cast (b as int) AS k, a AS s]
 *   └── the query
 *
 * A column that nothing is for is null.  Casts follow spark.sql.storeAssignmentPolicy: ANSI lets
 * through what SQL's standard does, and values that do not fit fail; STRICT takes only what cannot
 * lose anything; LEGACY casts all.
 *
 * Mirrors: PreprocessTableInsertion, TableOutputResolver, ResolveInsertInto.
 */
#include "sql/session/files_private.h"

#include "sql/types/type_rules.h"

#include <string.h>

typedef struct
{
  const RushTable *table;
  const RushAssignment *how;
  RushPlan *query;
  RushEvalSettings settings;
  const char *policy;
  char *id; /* of the table */
  RushExpr *
      *sources; /* (transfer none) of the query's columns, one a column of the table; or NULL */
} Assignment;

/* ── which column is for which ── */

static gboolean
static_value (const Assignment *self, const char *column, const char **out)
{
  const GPtrArray *partition = self->how->static_partition;

  for (guint i = 0; partition != NULL && i + 1 < partition->len; i += 2)
    if (g_ascii_strcasecmp (partition->pdata[i], column) == 0)
      {
        *out = partition->pdata[i + 1];
        return TRUE;
      }
  return FALSE;
}

/* The table's columns that the query is to fill. */
static char **
expected_columns (const Assignment *self)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  const char *value;

  for (guint i = 0; i < self->table->schema->n_fields; i++)
    if (!static_value (self, self->table->schema->fields[i].name, &value))
      g_strv_builder_add (names, self->table->schema->fields[i].name);
  return g_strv_builder_end (names);
}

static gboolean
arity_error (const Assignment *self, char *const *expected, GError **error)
{
  g_auto (GStrv) data = rush_output_names (self->query);
  g_autofree char *data_columns = rush_quoted_names (data);
  g_autofree char *table_columns = rush_quoted_names (expected);
  gboolean too_many = self->query->output->n > g_strv_length ((char **)expected);

  rush_sql_error_set (error,
                      too_many
                          ? RUSH_SQL_CLASS_INSERT_COLUMN_ARITY_MISMATCH_TOO_MANY_DATA_COLUMNS
                          : RUSH_SQL_CLASS_INSERT_COLUMN_ARITY_MISMATCH_NOT_ENOUGH_DATA_COLUMNS,
                      NULL, "tableName", self->id, "tableColumns", table_columns, "dataColumns",
                      data_columns, NULL);
  return FALSE;
}

/* The same with static values around. */
static gboolean
partition_arity_error (const Assignment *self, char *const *expected, GError **error)
{
  g_auto (GStrv) data = rush_output_names (self->query), all = NULL;
  g_autoptr (GStrvBuilder) columns = g_strv_builder_new (), fixed = g_strv_builder_new ();
  gboolean too_many = self->query->output->n > g_strv_length ((char **)expected);
  const char *value;

  for (guint i = 0; i < self->table->schema->n_fields; i++)
    {
      const char *name = self->table->schema->fields[i].name;

      g_strv_builder_add (columns, name);
      if (static_value (self, name, &value))
        g_strv_builder_add (fixed, name);
    }
  g_auto (GStrv) all_columns = g_strv_builder_end (columns);
  g_auto (GStrv) fixed_columns = g_strv_builder_end (fixed);
  g_autofree char *table_text = rush_quoted_names (all_columns);
  g_autofree char *fixed_text = rush_quoted_names (fixed_columns);
  g_autofree char *data_text = rush_quoted_names (data);
  rush_sql_error_set (
      error, RUSH_SQL_CLASS_INSERT_PARTITION_COLUMN_ARITY_MISMATCH, NULL, "tableName", self->id,
      "reason", too_many ? "too many data columns" : "not enough data columns", "tableColumns",
      table_text, "staticPartCols", fixed_text, "dataColumns", data_text, NULL);
  return FALSE;
}

static gboolean
assign_by_order (Assignment *self, char *const *expected, GError **error)
{
  if (self->query->output->n != g_strv_length ((char **)expected))
    return self->how->static_partition != NULL && self->how->static_partition->len > 0 &&
                   self->how->columns == NULL
               ? partition_arity_error (self, expected, error)
               : arity_error (self, expected, error);
  for (guint i = 0; i < self->query->output->n; i++)
    self->sources[rush_schema_find_column (self->table->schema, expected[i], FALSE)] =
        self->query->output->items[i];
  return TRUE;
}

/* The columns that the statement lists are the table's, each once, and not of its PARTITION. */
static gboolean
check_list (const Assignment *self, GError **error)
{
  const RushSchema *schema = self->table->schema;
  const char *value;

  for (char **name = self->how->columns; *name != NULL; name++)
    {
      g_autofree char *id = rush_sql_id_of (*name);

      if (rush_schema_find_column (schema, *name, self->settings.case_sensitive) < 0)
        {
          g_auto (GStrv) expected = expected_columns (self);
          g_autofree char *known = rush_quoted_names (expected);
          rush_sql_error_set (error, RUSH_SQL_CLASS_UNRESOLVED_COLUMN_WITH_SUGGESTION,
                              self->how->place, "objectName", id, "proposal", known, NULL);
          return FALSE;
        }
      if (!static_value (self, *name, &value))
        continue;
      rush_sql_error_set (error, RUSH_SQL_CLASS_STATIC_PARTITION_COLUMN_IN_INSERT_COLUMN_LIST, NULL,
                          "staticName", *name, NULL);
      return FALSE;
    }
  return rush_check_no_duplicates (self->how->columns, self->settings.case_sensitive, error);
}

static gboolean
assign_by_name (Assignment *self, GError **error)
{
  g_auto (GStrv) names = rush_output_names (self->query);
  g_autoptr (GStrvBuilder) extra = g_strv_builder_new ();
  gboolean any = FALSE;
  const char *value;

  if (!rush_check_no_duplicates (names, self->settings.case_sensitive, error))
    return FALSE;
  for (guint i = 0; i < self->query->output->n; i++)
    {
      gint column =
          rush_schema_find_column (self->table->schema, names[i], self->settings.case_sensitive);

      if (column >= 0 && !static_value (self, names[i], &value))
        self->sources[column] = self->query->output->items[i];
      else
        {
          g_strv_builder_add (extra, names[i]);
          any = TRUE;
        }
    }
  if (!any)
    return TRUE;
  g_auto (GStrv) names_of_extra = g_strv_builder_end (extra);
  g_autofree char *text = rush_quoted_names (names_of_extra);
  rush_sql_error_set (error, RUSH_SQL_CLASS_INCOMPATIBLE_DATA_FOR_TABLE_EXTRA_COLUMNS, NULL,
                      "tableName", self->id, "extraColumns", text, NULL);
  return FALSE;
}

static gboolean
assign (Assignment *self, GError **error)
{
  g_auto (GStrv) expected = expected_columns (self);

  if (self->how->by_name)
    return assign_by_name (self, error);
  if (self->how->columns == NULL)
    return assign_by_order (self, expected, error);
  return check_list (self, error) && assign_by_order (self, self->how->columns, error);
}

/* ── casts ── */

static gboolean
may_assign (const Assignment *self, const RushType *from, const RushType *to)
{
  if (g_ascii_strcasecmp (self->policy, "STRICT") == 0)
    return rush_type_can_up_cast (from, to);
  if (g_ascii_strcasecmp (self->policy, "LEGACY") == 0)
    return rush_type_can_cast (from, to, FALSE);
  return rush_type_can_store_assign (from, to);
}

/* @value (taken over) as a column of the table; NULL with @error. */
static RushExpr *
as_column (const Assignment *self, RushExpr *value, const RushField *field, GError **error)
{
  gboolean legacy = g_ascii_strcasecmp (self->policy, "LEGACY") == 0;

  if (value->type == field->type)
    return value;
  if (may_assign (self, value->type, field->type))
    return rush_expr_cast (value, field->type, legacy ? RUSH_EVAL_LEGACY : RUSH_EVAL_ANSI,
                           self->settings.time_zone, FALSE);
  g_autofree char *column = rush_sql_id_of (field->name);
  g_autofree char *from = rush_type_sql_id (value->type);
  g_autofree char *to = rush_type_sql_id (field->type);
  rush_sql_error_set (error, RUSH_SQL_CLASS_INCOMPATIBLE_DATA_FOR_TABLE_CANNOT_SAFELY_CAST, NULL,
                      "tableName", self->id, "colName", column, "srcType", from, "targetType", to,
                      NULL);
  rush_expr_unref (value);
  return NULL;
}

static RushExpr *
column_for (const Assignment *self, guint i, GError **error)
{
  const RushField *field = &self->table->schema->fields[i];
  const char *text;
  RushExpr *value;

  if (static_value (self, field->name, &text))
    {
      value =
          text != NULL ? rush_expr_literal_string (text, -1) : rush_expr_literal_null (field->type);
      if (value->type != field->type)
        value =
            rush_expr_cast (value, field->type, RUSH_EVAL_ANSI, self->settings.time_zone, FALSE);
      return rush_expr_alias (value, field->name, 0);
    }
  if (self->sources[i] == NULL)
    return rush_expr_alias (rush_expr_literal_null (field->type), field->name, 0);
  value = as_column (self, rush_expr_ref (self->sources[i]), field, error);
  if (value == NULL ||
      (value->kind == RUSH_EXPR_ATTRIBUTE && strcmp (rush_expr_name (value), field->name) == 0))
    return value;
  return rush_expr_alias (value, field->name, 0);
}

/* The query itself, if that is what the table has. */
static RushPlan *
project (const Assignment *self, GError **error)
{
  guint n = self->table->schema->n_fields;
  g_autofree RushExpr **columns = g_new0 (RushExpr *, n + 1);
  gboolean same = n == self->query->output->n;

  for (guint i = 0; i < n; i++)
    {
      columns[i] = column_for (self, i, error);
      if (columns[i] == NULL)
        {
          while (i-- > 0)
            rush_expr_unref (columns[i]);
          return NULL;
        }
      same = same && columns[i] == self->query->output->items[i];
    }
  g_autoptr (RushExprList) list = rush_expr_list_new (n, columns);
  return same ? rush_plan_ref (self->query)
              : rush_plan_project (rush_expr_list_ref (list), rush_plan_ref (self->query));
}

RushPlan *
rush_store_assignment (RushSqlSession *session, const RushTable *table, RushPlan *query,
                       const RushAssignment *how, GError **error)
{
  Assignment self = { .table = table,
                      .how = how,
                      .query = query,
                      .settings = rush_sql_session_settings (session),
                      .id = rush_table_id (table),
                      .sources = g_new0 (RushExpr *, table->schema->n_fields + 1) };

  self.policy = rush_settings_get_string (&self.settings, "spark.sql.storeAssignmentPolicy");
  RushPlan *assigned = assign (&self, error) ? project (&self, error) : NULL;
  g_hash_table_unref (self.settings.conf);
  g_free (self.sources);
  g_free (self.id);
  return assigned;
}

/* ── values that do not fit ── */

/* Is @message that of a cast from @from to @to, in no place of the user's text? */
static gboolean
is_overflow_of (const char *message, const char *from, const char *to)
{
  g_autofree char *types =
      g_strdup_printf ("of the type %s cannot be cast to %s due to an overflow", from, to);

  return strstr (message, "[CAST_OVERFLOW] ") != NULL && strstr (message, types) != NULL &&
         strstr (message, "\n== ") == NULL;
}

void
rush_store_assignment_reword (const RushTable *table, const RushPlan *query, GError **error)
{
  if (error == NULL || *error == NULL || query->kind != RUSH_PLAN_PROJECT)
    return;
  for (guint i = 0; i < table->schema->n_fields; i++)
    {
      const RushExpr *column = query->lists[0]->items[i];
      const RushExpr *value = column->kind == RUSH_EXPR_ALIAS ? column->children[0] : column;

      if (value->kind != RUSH_EXPR_CAST)
        continue;
      g_autofree char *from = rush_type_sql_id (value->children[0]->type);
      g_autofree char *to = rush_type_sql_id (value->type);
      if (!is_overflow_of ((*error)->message, from, to))
        continue;
      g_autofree char *name = rush_sql_id_of (table->schema->fields[i].name);
      g_clear_error (error);
      rush_sql_error_set (error, RUSH_SQL_CLASS_CAST_OVERFLOW_IN_TABLE_INSERT, NULL, "sourceType",
                          from, "targetType", to, "columnName", name, NULL);
      return;
    }
}
