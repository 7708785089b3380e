/* commands.c - statements that are no queries: which function runs which, and what they show. */
#include "sql/session/session_private.h"

#include "core/data/builder.h"
#include "sql/physical/statement.h"

#include <string.h>

static const RushCommandEntry *const TABLES[] = {
  rush_setting_commands,    rush_view_commands,       rush_table_commands,    rush_insert_commands,
  rush_save_commands,       rush_statistics_commands, rush_database_commands, rush_show_commands,
  rush_show_table_commands, rush_describe_commands,   rush_cache_commands,    rush_explain_commands,
};

/* What a statement is run with, and what came of it. */
typedef struct
{
  RushSqlSession *session;
  RushCommandRun run;
  const RushCommand *command;
  RushPlan *child;
  const RushExecutionOptions *options;
  RushPlan *result; /* (owned) */
} Statement;

static gboolean
act (gpointer data, GError **error)
{
  Statement *self = data;

  self->result = self->run (self->session, self->command, self->child, self->options, error);
  return self->result != NULL;
}

static RushPlan *
execute (RushSqlSession *session, const RushCommandEntry *entry, const RushCommand *command,
         RushPlan *child, const RushExecutionOptions *options, GError **error)
{
  Statement self = { session, entry->run, command, child, options, NULL };

  if (entry->shown == NULL)
    return entry->run (session, command, child, options, error);
  RushQueryEnvironment environment = rush_sql_session_environment (session);
  rush_statement_run (&environment, entry->shown, options, act, &self, error);
  rush_query_environment_clear (&environment);
  return self.result;
}

RushPlan *
rush_command_run (RushSqlSession *session, const RushCommand *command, RushPlan *child,
                  const RushExecutionOptions *options, GError **error)
{
  for (guint t = 0; t < G_N_ELEMENTS (TABLES); t++)
    for (const RushCommandEntry *entry = TABLES[t]; entry->run != NULL; entry++)
      if (entry->kind == command->kind)
        return execute (session, entry, command, child, options, error);
  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_UNSUPPORTED,
               "this statement is Spark's, but not there yet in Rushlight");
  return NULL;
}

/* ── what commands show ── */

static gboolean
append_cell (RushBatchBuilder *builder, guint column, const RushType *type, const char *text)
{
  if (text == NULL)
    return rush_batch_builder_append_null (builder, column, NULL);
  if (type->kind == RUSH_TYPE_BOOL)
    return rush_batch_builder_append_bool (builder, column, g_str_equal (text, "true"), NULL);
  return rush_batch_builder_append_bytes (builder, column, text, strlen (text), NULL);
}

RushPlan *
rush_command_result (RushSchema *schema, const char *const *cells, guint n_rows)
{
  GPtrArray *batches = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_batch_unref);
  g_autoptr (RushBatchBuilder) builder = rush_batch_builder_new (schema, rush_allocator_system ());
  for (guint r = 0; r < n_rows; r++)
    {
      for (guint c = 0; c < schema->n_fields; c++)
        {
          gboolean ok =
              append_cell (builder, c, schema->fields[c].type, cells[r * schema->n_fields + c]);
          g_assert (ok); /* names and settings: the system's allocator has room for them */
        }
      rush_batch_builder_end_row (builder);
      if (rush_batch_builder_is_full (builder))
        g_ptr_array_add (batches, rush_batch_builder_finish (builder, NULL));
    }
  if (rush_batch_builder_length (builder) > 0)
    g_ptr_array_add (batches, rush_batch_builder_finish (builder, NULL));

  g_autofree RushExpr **columns = g_new (RushExpr *, MAX (schema->n_fields, 1));
  for (guint i = 0; i < schema->n_fields; i++)
    columns[i] = rush_expr_attribute (schema->fields[i].name, schema->fields[i].type,
                                      schema->fields[i].nullable, rush_expr_id_new (), NULL);
  return rush_plan_local (rush_expr_list_new (schema->n_fields, columns), batches);
}

RushPlan *
rush_command_no_result (void)
{
  g_autoptr (RushSchema) nothing = rush_schema_new (0, NULL);
  return rush_command_result (nothing, NULL, 0);
}
