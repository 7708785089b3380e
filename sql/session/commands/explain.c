/* explain.c - EXPLAIN: the plan of a query as rows. */
#include "sql/codegen/codegen.h"
#include "sql/session/session_private.h"

static RushExplainMode
mode_of (const char *text)
{
  static const struct
  {
    const char *name;
    RushExplainMode mode;
  } MODES[] = { { "EXTENDED", RUSH_EXPLAIN_EXTENDED },
                { "CODEGEN", RUSH_EXPLAIN_CODEGEN },
                { "COST", RUSH_EXPLAIN_COST },
                { "FORMATTED", RUSH_EXPLAIN_FORMATTED } };
  for (guint i = 0; text != NULL && i < G_N_ELEMENTS (MODES); i++)
    if (g_ascii_strcasecmp (MODES[i].name, text) == 0)
      return MODES[i].mode;
  return RUSH_EXPLAIN_SIMPLE;
}

static RushPlan *
run_explain (RushSqlSession *session, const RushCommand *command, RushPlan *child,
             const RushExecutionOptions *options, GError **error)
{
  g_autoptr (RushQuery) query = rush_sql_session_query (session, child);
  g_autofree char *text = rush_codegen_explain (query, mode_of (command->text), error);
  if (text == NULL)
    return NULL;
  g_autoptr (RushSchema) schema = rush_schema_of ("plan", &RUSH_STRING, NULL);
  const char *const cells[] = { text };
  return rush_command_result (schema, cells, 1);
}

const RushCommandEntry rush_explain_commands[] = {
  { RUSH_COMMAND_EXPLAIN, run_explain, "Execute ExplainCommand" },
  { 0, NULL, NULL },
};
