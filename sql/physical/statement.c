/* statement.c - see statement.h. */
#include "sql/physical/statement.h"

#include "rdd/source/parallelize.h"
#include "sql/physical/execution.h"
#include "sql/physical/query_private.h"
#include "sql/physical/query_state_private.h"

/* ---- the node ---- */

typedef struct
{
  RushExec base;
  RushExecClass klass; /* with the statement's name */
  char *name;
} StatementExec;

static void
statement_finalize (RushExec *base)
{
  g_free (((StatementExec *)base)->name);
}

/* It has been run by whoever shows it. */
static RushRdd *
statement_execute (RushExec *base, RushQuery *query, GError **error)
{
  g_autoptr (RushSchema) schema = rush_exec_schema (base);

  return rush_rdd_parallelize (rush_context_lineage (rush_query_context (query)), schema, NULL, 0);
}

static RushExec *
statement_exec_new (const char *name)
{
  static const RushExecClass nameless = { .finalize = statement_finalize,
                                          .execute = statement_execute };
  StatementExec *self =
      rush_exec_alloc (sizeof *self, &nameless, rush_expr_list_new (0, NULL), 0, NULL);

  self->name = g_strdup (name);
  self->klass = nameless;
  self->klass.name = self->name;
  self->base.klass = &self->klass;
  return &self->base;
}

/* ---- running it ---- */

gboolean
rush_statement_run (const RushQueryEnvironment *environment, const char *name,
                    const RushExecutionOptions *options, RushStatementAct act, gpointer data,
                    GError **error)
{
  g_autoptr (RushPlan) nothing = rush_plan_one_row ();
  g_autoptr (RushQuery) query = rush_query_new (environment, nothing);
  g_autoptr (RushExec) shown = statement_exec_new (name);
  RushExecutionOptions none = { 0 };
  GError *failure = NULL;

  rush_query_lock (query);
  rush_execution_begin (query, shown, options != NULL ? options : &none, TRUE);
  act (data, &failure);
  rush_execution_end (query, failure);
  rush_query_unlock (query);
  if (failure == NULL)
    return TRUE;
  g_propagate_error (error, failure);
  return FALSE;
}
