/* load_texts.c - spark.read.json of texts that are an RDD already.
 *
 *     RDD of strings ─one job─▶ schema (unless it is given) ─▶ RDD of rows
 *
 * Mirrors: DataFrameReader.json (Dataset[String]).
 */
#include "rdd/thread_jobs.h"
#include "sql/physical/execution.h"
#include "sql/session/session_private.h"

/* What Spark calls an RDD of objects in a plan; told of, and not run. */
static const RushExecClass objects_class = { .name = "Scan" };

static RushExec *
objects_new (RushExec *texts)
{
  return rush_exec_alloc (sizeof (RushExec), &objects_class, rush_expr_list_ref (texts->output), 0,
                          NULL);
}

static RushExprList *
columns_of (const RushSchema *schema)
{
  g_autofree RushExpr **columns = g_new (RushExpr *, schema->n_fields + 1);

  for (guint i = 0; i < schema->n_fields; i++)
    columns[i] = rush_expr_attribute (schema->fields[i].name, schema->fields[i].type,
                                      schema->fields[i].nullable, rush_expr_id_new (), NULL);
  return rush_expr_list_new (schema->n_fields, columns);
}

/* The schema, found in a job that is told of as a query. */
static RushSchema *
find_schema (RushQuery *query, RushExec *plan, RushRdd *texts, RushOptions *options,
             const RushExecutionOptions *execution, GError **error)
{
  GError *failure = NULL;
  RushSchema *schema;

  rush_execution_begin (query, plan, execution, TRUE);
  rush_set_thread_job_options (rush_query_job_options (query));
  schema = rush_json_infer_texts (rush_query_context (query), texts, options,
                                  rush_query_settings (query), &failure);
  rush_set_thread_job_options (NULL);
  rush_execution_end (query, failure);
  if (failure != NULL)
    g_propagate_error (error, failure);
  return schema;
}

RushPlan *
rush_sql_session_load_json_texts (RushSqlSession *self, RushPlan *texts, RushSchema *schema,
                                  RushOptions *options, const RushExecutionOptions *execution,
                                  GError **error)
{
  g_autoptr (RushQuery) query = rush_sql_session_query (self, texts);
  RushExec *plan = rush_query_executed_plan (query, error);
  g_autoptr (RushRdd) rows = plan != NULL ? rush_query_to_rdd (query, execution, error) : NULL;
  g_autoptr (RushSchema) found = NULL;
  g_autoptr (RushExec) told = NULL;
  RushRdd *parsed;

  if (rows == NULL)
    return NULL;
  told = objects_new (plan);
  found = schema != NULL ? rush_schema_ref (schema)
                         : find_schema (query, told, rows, options, execution, error);
  if (found == NULL)
    return NULL;
  parsed = rush_json_parse_texts (rows, found, options, rush_query_settings (query));
  return rush_plan_rdd (parsed, columns_of (found));
}
