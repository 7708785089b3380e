/* generated_plan.c - generated stages compiled, loaded, and run in their places in a plan.
 *
 *   Exchange             the rows of its child: there is one partition
 *   *(2) …               stage_2 () on the rows of its inputs
 *   Window, …            the engine, on the rows of its children
 *   leaves               the engine
 */
#include "generated_plan.h"

#include "rdd/source/parallelize.h"
#include "sql/physical/operators/broadcast_exchange.h"
#include "sql/physical/operators/exchange.h"
#include "sql/physical/operators/scans.h"
#include "sql/physical/query_private.h"

#include <dlfcn.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

typedef struct
{
  RushQuery *query;
  RushEvalContext *eval;
  GPtrArray *stages; /* RushCodegenStage */
  void *library;
} Run;

/* ---- compiling ---- */

/* One file a stage, one library of all.  NULL with @error: what the compiler says. */
static void *
compile (const GPtrArray *stages, GError **error)
{
  g_autofree char *folder = g_dir_make_tmp ("rush-codegen-XXXXXX", error);
  g_autofree char *library = g_build_filename (folder, "stages.so", NULL);
  g_autofree char *include = g_strdup_printf ("-I%s/../sql/codegen", g_getenv ("G_TEST_SRCDIR"));
  g_autoptr (GPtrArray) command = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *output = NULL;
  const char *compiler = g_getenv ("CC");
  void *handle = NULL;
  gint status = 0;

  for (const char *const *word =
           (const char *const[]){ compiler != NULL ? compiler : "cc", "-std=gnu11", "-Wall",
                                  "-Werror", "-O0", "-fPIC", "-shared", include, "-o", library,
                                  NULL };
       *word != NULL; word++)
    g_ptr_array_add (command, g_strdup (*word));
  for (guint s = 0; s < stages->len; s++)
    {
      const RushCodegenStage *stage = stages->pdata[s];
      char *file = g_strdup_printf ("%s/stage_%d.c", folder, stage->id);

      g_ptr_array_add (command, file);
      if (!g_file_set_contents (file, stage->text, -1, error))
        return NULL;
    }
  g_ptr_array_add (command, NULL);
  if (g_spawn_sync (NULL, (char **)command->pdata, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL,
                    &output, &status, error))
    {
      if (status != 0)
        g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_CORRUPT, "does not compile:\n%s",
                     output);
      else if ((handle = dlopen (library, RTLD_NOW | RTLD_LOCAL)) == NULL)
        g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_CORRUPT, "%s", dlerror ());
    }
  for (guint f = 9; f + 1 < command->len; f++)
    g_unlink (command->pdata[f]);
  g_rmdir (folder);
  return handle;
}

/* ---- walking ---- */

static GPtrArray *run_node (Run *self, RushExec *node, GError **error);

static const RushCodegenStage *
stage_of (const Run *self, const RushExec *node)
{
  for (guint s = 0; s < self->stages->len; s++)
    if (((RushCodegenStage *)self->stages->pdata[s])->root == node)
      return self->stages->pdata[s];
  return NULL;
}

static void
free_batches (gpointer batches)
{
  if (batches != NULL)
    g_ptr_array_unref (batches);
}

static GPtrArray *
run_stage (Run *self, const RushCodegenStage *stage, GError **error)
{
  g_autoptr (GPtrArray) inputs = g_ptr_array_new_with_free_func (free_batches);
  g_autofree char *name = g_strdup_printf ("stage_%d", stage->id);
  rl_stage_func run = (rl_stage_func)dlsym (self->library, name);

  for (guint i = 0; i < stage->inputs->len; i++)
    {
      RushExec *input = stage->inputs->pdata[i];
      GPtrArray *rows = input->codegen_stage_id == stage->id /* a leaf inside of it */
                            ? rush_query_collect_exec (self->query, input, error)
                            : run_node (self, input, error);
      if (rows == NULL)
        return NULL;
      g_ptr_array_add (inputs, rows);
    }
  return runtime_run (stage, run, (GPtrArray **)inputs->pdata, self->eval, error);
}

/* An operator of its own: the engine runs it on the rows of its children. */
static GPtrArray *
run_engine (Run *self, RushExec *node, GError **error)
{
  g_autofree RushExec **children = g_new0 (RushExec *, node->n_children + 1);
  g_autoptr (RushExec) copy = NULL;

  if (node->n_children == 0)
    return rush_query_collect_exec (self->query, node, error);
  for (guint i = 0; i < node->n_children; i++)
    {
      GPtrArray *rows = run_node (self, node->children[i], error);
      g_autoptr (RushSchema) schema = rush_exec_schema (node->children[i]);
      g_autoptr (RushRdd) rdd = NULL;

      if (rows == NULL)
        return NULL;
      rdd = rush_rdd_parallelize (rush_context_lineage (rush_query_context (self->query)), schema,
                                  &rows, 1);
      g_ptr_array_unref (rows);
      children[i] =
          rush_rdd_scan_exec_new (rush_expr_list_ref (node->children[i]->output), rdd, NULL);
      if (rush_exec_is_broadcast_exchange (node->children[i]))
        {
          RushExec *scan = children[i];
          children[i] = rush_exec_with_children (node->children[i], &scan);
        }
    }
  copy = rush_exec_with_children (node, children);
  return rush_exec_prepare (copy, self->query, error)
             ? rush_query_collect_exec (self->query, copy, error)
             : NULL;
}

static GPtrArray *
run_node (Run *self, RushExec *node, GError **error)
{
  const RushCodegenStage *stage = stage_of (self, node);

  if (stage != NULL)
    return run_stage (self, stage, error);
  if (rush_exec_is_reused_exchange (node))
    return run_node (self, rush_reused_exchange_exec_exchange (node), error);
  if (rush_exec_is_exchange (node) || rush_exec_is_broadcast_exchange (node))
    return run_node (self, node->children[0], error);
  return run_engine (self, node, error);
}

/* ---- comparing ---- */

/* Sums of doubles depend on the order of the rows: ten digits are enough.  A NaN has no sign. */
static void
append_value (GString *out, const RushColumn *column, guint row)
{
  double x;

  if (rush_column_is_valid (column, row) &&
      (column->type == &RUSH_FLOAT64 || column->type == &RUSH_FLOAT32))
    {
      x = rush_column_get_double (column, row);
      x = isnan (x) ? NAN : x;
      g_string_append_printf (out, "%.10g", fabs (x) < 1e-9 ? 0.0 : x);
    }
  else
    rush_column_append_text (column, row, out);
}

static gint
compare_texts (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *)a, *(char *const *)b);
}

/* One line a row, sorted. */
static char *
text_of (const GPtrArray *batches)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (g_free);

  for (guint b = 0; b < batches->len; b++)
    {
      const RushBatch *batch = batches->pdata[b];
      for (guint i = 0; i < batch->length; i++)
        {
          GString *row = g_string_new (NULL);
          for (guint c = 0; c < batch->schema->n_fields; c++)
            {
              g_string_append (row, c > 0 ? "|" : "");
              append_value (row, batch->columns[c], rush_batch_row (batch, i));
            }
          g_ptr_array_add (rows, g_string_free (row, FALSE));
        }
    }
  g_ptr_array_sort (rows, compare_texts);
  g_ptr_array_add (rows, NULL);
  return g_strjoinv ("\n", (char **)rows->pdata);
}

/* "[DIVIDE_BY_ZERO]" */
static char *
class_of (const GError *error)
{
  const char *open = error != NULL ? strchr (error->message, '[') : NULL;
  const char *close = open != NULL ? strchr (open, ']') : NULL;

  return close != NULL ? g_strndup (open, (gsize)(close - open + 1)) : g_strdup ("");
}

static gboolean
compare (const GPtrArray *expected, const GError *expected_error, const GPtrArray *rows,
         GError *failure, GError **error)
{
  g_autofree char *wanted = expected != NULL ? text_of (expected) : class_of (expected_error);
  g_autofree char *got = rows != NULL ? text_of (rows) : class_of (failure);

  if (strcmp (wanted, got) == 0 && (expected != NULL) == (rows != NULL))
    return TRUE;
  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_CORRUPT,
               "the engine has\n%.2000s\nthe generated stages have\n%.2000s\n%s", wanted, got,
               failure != NULL ? failure->message : "");
  return FALSE;
}

gboolean
generated_plan_check (RushSqlSession *session, const char *text, guint *out_stages, GError **error)
{
  g_autoptr (RushPlan) plan = rush_sql_session_sql (session, text, NULL, NULL, error);
  g_autoptr (RushQuery) query = NULL;
  g_autoptr (GPtrArray) expected = NULL, rows = NULL;
  g_autoptr (GError) expected_error = NULL, failure = NULL;
  g_autoptr (GPtrArray) stages = NULL;
  g_autoptr (RushEvalContext) eval = NULL;
  RushExec *root;
  Run run;
  gboolean same;

  if (plan == NULL)
    return FALSE;
  query = rush_sql_session_query (session, plan);
  expected = rush_query_collect (query, NULL, &expected_error);
  root = rush_query_executed_plan (query, error);
  if (root == NULL)
    return FALSE;
  stages = rush_codegen_stages (root);
  eval = rush_query_eval_context_new (query);
  run = (Run){ query, eval, stages, NULL };
  *out_stages = stages->len;
  if (stages->len == 0)
    return TRUE;
  run.library = compile (stages, error);
  if (run.library == NULL)
    return FALSE;
  rows = run_node (&run, root, &failure);
  same = compare (expected, expected_error, rows, failure, error);
  dlclose (run.library);
  return same;
}
