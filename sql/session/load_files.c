/* load_files.c - spark.read: files as a relation, and what is told of the jobs that find its
 * columns.
 *
 *   first line    CollectLimit               types    DeserializeToObject
 *                 └── Filter                          └── Scan text
 *                     └── Scan text
 *
 * The jobs read files without a plan.  What events say of them is the query over the lines that
 * Spark runs: it is planned here, told of, and not run.
 *
 * Mirrors: org.apache.spark.sql.classic.DataFrameReader.load, TextInputCSVDataSource.
 */
#include "rdd/thread_jobs.h"
#include "sql/physical/execution.h"
#include "sql/session/catalog.h"
#include "sql/session/session_private.h"
#include "sql/sources/inference_watch.h"

/* ---- the operator that hands rows over to Spark's own code: for pictures alone ---- */

static const RushExecClass deserialize_class = { .name = "DeserializeToObject" };

static RushExec *
deserialize_new (RushExec *child)
{
  return rush_exec_alloc (sizeof (RushExec), &deserialize_class, rush_expr_list_ref (child->output),
                          1, &child);
}

/* ---- telling ---- */

typedef struct
{
  RushSqlSession *session;
  const char *const *paths;
  guint n_paths;
  const RushExecutionOptions *options;
  RushQuery *query; /* (owned) while a step is under way and is told of; or NULL */
} Telling;

/* The lines of the files as a table; NULL: they are not there. */
static RushPlan *
lines_of (Telling *self)
{
  g_autoptr (RushSchema) schema = rush_schema_of ("value", &RUSH_STRING, NULL);
  g_autoptr (RushOptions) none = rush_options_new ();
  RushEvalSettings settings = rush_sql_session_settings (self->session);
  RushSource *source =
      rush_file_source_new (self->session->context, rush_file_format_find ("text"), self->paths,
                            self->n_paths, schema, none, &settings, NULL);

  g_hash_table_unref (settings.conf);
  return source != NULL ? rush_plan_of_source (source, NULL) : NULL;
}

/* The first line that has more than white space. */
static RushPlan *
first_of (Telling *self, RushPlan *lines /* taken over */)
{
  RushParserOptions parser = rush_sql_session_parser_options (self->session);
  RushExpr *condition = rush_parse_expression ("length(trim(value)) > 0", &parser, NULL);

  g_assert (condition != NULL);
  return rush_plan_limit (rush_expr_literal_int (&RUSH_INT32, 1),
                          rush_plan_filter (condition, lines));
}

static void
begin_step (gpointer data, RushInferenceStep step)
{
  Telling *self = data;
  gboolean first = step == RUSH_INFERENCE_FIRST_LINE;
  g_autoptr (RushPlan) lines = lines_of (self);
  g_autoptr (RushPlan) plan = NULL;
  g_autoptr (RushExec) told = NULL;
  RushExec *executed;

  if (lines == NULL)
    return;
  plan = first ? first_of (self, rush_plan_ref (lines)) : rush_plan_ref (lines);
  self->query = rush_sql_session_query (self->session, plan);
  executed = rush_query_executed_plan (self->query, NULL);
  g_assert (executed != NULL);
  told = first ? rush_exec_ref (executed) : deserialize_new (rush_exec_ref (executed));
  rush_execution_begin (self->query, told, self->options, TRUE);
  rush_set_thread_job_options (rush_query_job_options (self->query));
}

static void
end_step (gpointer data, const GError *failure)
{
  Telling *self = data;

  if (self->query == NULL)
    return;
  rush_execution_end (self->query, failure);
  rush_set_thread_job_options (self->options->job);
  g_clear_pointer (&self->query, rush_query_unref);
}

/* ---- loading ---- */

RushPlan *
rush_sql_session_load (RushSqlSession *self, const char *format, const char *const *paths,
                       guint n_paths, RushSchema *schema, RushOptions *options,
                       const RushExecutionOptions *execution, GError **error)
{
  static const RushExecutionOptions nothing;
  const RushFileFormat *found = rush_file_format_find (format);
  Telling telling = { self, paths, n_paths, execution != NULL ? execution : &nothing, NULL };
  RushInferenceWatch watch = { begin_step, end_step, &telling };
  g_autoptr (RushOptions) none = options ? NULL : rush_options_new ();
  RushEvalSettings settings;
  RushSource *source;

  if (found == NULL)
    {
      rush_sql_error_set (error, RUSH_SQL_CLASS_DATA_SOURCE_NOT_FOUND, NULL, "provider", format,
                          NULL);
      return NULL;
    }
  settings = rush_sql_session_settings (self);
  rush_inference_set_watch (&watch);
  rush_set_thread_job_options (telling.options->job);
  source = rush_file_source_new (self->context, found, paths, n_paths, schema,
                                 options ? options : none, &settings, error);
  rush_set_thread_job_options (NULL);
  rush_inference_set_watch (NULL);
  g_hash_table_unref (settings.conf);
  return source ? rush_plan_of_source (source, NULL) : NULL;
}
