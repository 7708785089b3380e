/* python_rdd.c - a step of the user's in Python, as an RDD.
 *
 *     parent (lines or runs) ──▶ PythonRDD ──▶ runs, lines, or pairs for a shuffle
 *
 * The command stands for a chain of operators that rdd.py has put together; this side sends it and
 * does not look into it.  What it does to a partition is up to a worker (py/ext).
 */
#include "py/runner/python_rdd.h"

#include "py/runner/protocol.h"
#include "py/runner/python_pump_private.h"

#include <pthread.h>

typedef struct
{
  RushRdd base;
  RushPythonWork work; /* owns workers, schema and command */
  char **steps;        /* name, call site, … */
  guint n_steps;
} PythonRdd;

/* ── schemas ── */

static RushSchema *schema_lines, *schema_runs, *schema_pairs;
static pthread_once_t schemas_once = PTHREAD_ONCE_INIT;

static void
make_schemas (void)
{
  schema_lines = rush_schema_of (RUSH_PY_LINES_FIELDS, NULL);
  schema_runs = rush_schema_of (RUSH_PY_RUNS_FIELDS, NULL);
  schema_pairs = rush_schema_of (RUSH_PY_PAIRS_FIELDS, NULL);
}

RushSchema *
rush_python_schema_lines (void)
{
  pthread_once (&schemas_once, make_schemas);
  return schema_lines;
}

RushSchema *
rush_python_schema_runs (void)
{
  pthread_once (&schemas_once, make_schemas);
  return schema_runs;
}

RushSchema *
rush_python_schema_pairs (void)
{
  pthread_once (&schemas_once, make_schemas);
  return schema_pairs;
}

static RushSchema *
schema_of_output (const RushPythonChain *chain)
{
  switch (chain->output)
    {
    case RUSH_PYTHON_OUTPUT_RUNS:
      return rush_python_schema_runs ();
    case RUSH_PYTHON_OUTPUT_PAIRS:
      return rush_python_schema_pairs ();
    case RUSH_PYTHON_OUTPUT_LINES:
      return rush_python_schema_lines ();
    case RUSH_PYTHON_OUTPUT_ROWS:
      return chain->rows;
    }
  g_assert_not_reached ();
}

static const char *
name_of_output (RushPythonOutput output)
{
  switch (output)
    {
    case RUSH_PYTHON_OUTPUT_RUNS:
      return "runs";
    case RUSH_PYTHON_OUTPUT_PAIRS:
      return "pairs";
    case RUSH_PYTHON_OUTPUT_LINES:
      return "lines";
    case RUSH_PYTHON_OUTPUT_ROWS:
      return "rows";
    }
  g_assert_not_reached ();
}

/* What the rows of @schema are to a worker; NULL: nothing that it could read without being told. */
static const char *
name_of_input (const RushSchema *schema)
{
  if (schema->n_fields == 1 && schema->fields[0].type == &RUSH_STRING)
    return "lines";
  if (schema->n_fields == 2 && schema->fields[0].type == &RUSH_BINARY &&
      schema->fields[1].type == &RUSH_INT32)
    return "runs";
  return NULL;
}

/* ── PythonRDD ── */

static gboolean
python_rdd_check (RushRdd *base, GError **error)
{
  GPtrArray *broadcasts = ((PythonRdd *)base)->work.broadcasts;

  for (guint i = 0; broadcasts != NULL && i < broadcasts->len; i++)
    if (!rush_python_broadcast_check (broadcasts->pdata[i], error))
      return FALSE;
  return TRUE;
}

static RushIterator *
python_rdd_compute (RushRdd *base, guint split, RushTaskContext *ctx, GError **error)
{
  PythonRdd *self = (PythonRdd *)base;

  /* A broadcast may have been destroyed since the stage was submitted. */
  if (!python_rdd_check (base, error))
    return NULL;
  RushIterator *parent = rush_rdd_iterator (base->dependencies[0]->rdd, split, ctx, error);
  return parent != NULL ? rush_python_pump_new (&self->work, parent, split, ctx, error) : NULL;
}

static gboolean
python_rdd_describe_step (RushRdd *base, guint i, const char **out_name, const char **out_call_site)
{
  PythonRdd *self = (PythonRdd *)base;

  if (i >= self->n_steps)
    return FALSE;
  *out_name = self->steps[2 * i];
  *out_call_site = self->steps[2 * i + 1];
  return TRUE;
}

static void
python_rdd_finalize (RushRdd *base)
{
  PythonRdd *self = (PythonRdd *)base;

  rush_python_workers_unref (self->work.workers);
  g_clear_pointer (&self->work.input_schema, rush_schema_unref);
  rush_schema_unref (self->work.output_schema);
  g_free ((gpointer)self->work.command);
  g_free ((gpointer)self->work.input);
  g_clear_pointer (&self->work.broadcasts, g_ptr_array_unref);
  g_strfreev (self->steps);
}

static const RushRddClass python_rdd_class = {
  .name = "PythonRDD",
  .check = python_rdd_check,
  .compute = python_rdd_compute,
  .describe_step = python_rdd_describe_step,
  .finalize = python_rdd_finalize,
};

static GPtrArray *
reference_broadcasts (const RushPythonChain *chain)
{
  if (chain->n_broadcasts == 0)
    return NULL;
  GPtrArray *array = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_python_broadcast_unref);
  for (guint i = 0; i < chain->n_broadcasts; i++)
    g_ptr_array_add (array, rush_python_broadcast_ref (chain->broadcasts[i]));
  return array;
}

RushRdd *
rush_python_rdd_new (RushRdd *parent, RushPythonWorkers *workers, const RushPythonChain *chain)
{
  const char *input = chain->input != NULL ? chain->input : name_of_input (parent->schema);
  RushSchema *schema = schema_of_output (chain);
  RushDependency *dependency;

  g_return_val_if_fail (input != NULL, NULL);
  g_return_val_if_fail (chain->command_bytes <= RUSH_PY_MAX_MESSAGE, NULL);
  dependency = rush_dependency_one_to_one (parent);
  PythonRdd *self =
      rush_rdd_alloc (sizeof *self, &python_rdd_class, parent->lineage, schema, &dependency, 1);
  self->work = (RushPythonWork){
    .workers = rush_python_workers_ref (workers),
    .input_schema = g_str_equal (input, "rows") ? rush_schema_ref (parent->schema) : NULL,
    .output_schema = rush_schema_ref (schema),
    .command = g_memdup2 (chain->command, chain->command_bytes),
    .command_bytes = chain->command_bytes,
    .input = g_strdup (input),
    .output = name_of_output (chain->output),
    .broadcasts = reference_broadcasts (chain),
  };
  self->base.barrier |= chain->barrier;
  self->steps = g_strdupv ((char **)chain->steps);
  self->n_steps = self->steps != NULL ? g_strv_length (self->steps) / 2 : 0;
  self->base.determinism = MAX (self->base.determinism, chain->determinism);
  if (chain->preserves_partitioning && parent->partitioner != NULL)
    self->base.partitioner = rush_partitioner_ref (parent->partitioner);
  return &self->base;
}
