/* python_eval.c - functions of Python beside the rows that they are called with.
 *
 *   rows (a, b) ──┬── kept, in order ──────────────────────────────┬──▶ rows (a, b, f (a))
 *                 └── arguments (a) ──▶ worker ──▶ results (f (a)) ┘
 *
 * The worker gets the arguments alone and answers with as many rows in the same order, but in
 * batches of its own size.  Rows that are on their way wait in a queue; of the oldest batch and of
 * the results that have come, as many rows as both have go on together.
 *
 * One thread does all of it: the worker's conversation asks for arguments when it can send some.
 * What the operators below ask of Python meanwhile is theirs, and left out of these metrics.
 *
 * Mirrors: org.apache.spark.sql.execution.python.{EvalPythonExec,BatchEvalPythonExec,
 * ArrowEvalPythonExec,HybridRowQueue}.
 */
#include "sql/physical/operators/python_eval.h"

#include "core/data/gather.h"
#include "sql/physical/operators/basic.h"
#include "sql/physical/python_evaluator.h"
#include "sql/physical/query_private.h"
#include "sql/physical/text.h"

#define SQL_BATCHED_UDF 100 /* called with pickled rows; all others by way of Arrow */

enum
{
  METRIC_ROWS = RUSH_METRIC_OUTPUT_ROWS,
  METRIC_SENT,
  METRIC_RECEIVED,
  METRIC_START,
  METRIC_RUN,
};

typedef struct
{
  RushExec base;
  RushPlan *plan; /* (owned) */
  RushPythonSettings settings;
  RushExprList *arguments;     /* (owned) bound, each once */
  RushSchema *argument_schema; /* (owned) */
  RushSchema *result_schema;   /* (owned) */
  RushSchema *schema;          /* (owned) */
  RushPythonCall *calls;       /* (owned) one a call; their args and inner functions, too */
} PythonEvalExec;

/* ---- what Python cost ---- */

typedef struct
{
  gint64 sent, received, start_us, run_us;
} Cost;

static Cost
cost_until_now (const RushTaskContext *ctx)
{
  return (Cost){ ctx->metrics.python_bytes_in, ctx->metrics.python_bytes_out,
                 ctx->metrics.python_start_us, ctx->metrics.python_run_us };
}

/* @into += @sign * what was spent since @before. */
static void
add_cost (Cost *into, const RushTaskContext *ctx, const Cost *before, gint64 sign)
{
  Cost now = cost_until_now (ctx);

  into->sent += sign * (now.sent - before->sent);
  into->received += sign * (now.received - before->received);
  into->start_us += sign * (now.start_us - before->start_us);
  into->run_us += sign * (now.run_us - before->run_us);
}

/* ---- rows that wait, and their arguments ---- */

typedef struct
{
  RushIterator base;
  const PythonEvalExec *exec;
  RushTaskContext *ctx;
  RushEvalContext *eval;
  RushIterator *results;
  Cost cost;
  GQueue waiting;    /* RushBatch (owned) without selections, oldest first */
  guint taken;       /* rows of the oldest that have gone on */
  RushBatch *result; /* (owned) or NULL */
  guint result_taken;
} PythonEvalIterator;

typedef struct
{
  RushIterator base;
  PythonEvalIterator *rows; /* outlives it */
  RushIterator *child;
} Arguments;

static RushBatch *
arguments_next (RushIterator *base, GError **error)
{
  Arguments *self = (Arguments *)base;
  PythonEvalIterator *rows = self->rows;
  Cost before = cost_until_now (rows->ctx);
  g_autoptr (RushBatch) batch = NULL;
  RushBatch *dense, *arguments;

  do
    {
      g_clear_pointer (&batch, rush_batch_unref);
      batch = rush_iterator_next (self->child, error);
    }
  while (batch != NULL && batch->length == 0);
  add_cost (&rows->cost, rows->ctx, &before, -1);
  if (batch == NULL)
    return NULL;
  dense = rush_batch_compact (batch, rows->ctx->allocator, error);
  if (dense == NULL)
    return NULL;
  arguments = rush_project_batch (rows->exec->arguments, rows->exec->argument_schema, dense,
                                  rows->eval, error);
  if (arguments == NULL)
    rush_batch_unref (dense);
  else
    g_queue_push_tail (&rows->waiting, dense);
  return arguments;
}

static void
arguments_close (RushIterator *base)
{
  rush_iterator_close (((Arguments *)base)->child);
  g_free (base);
}

static const RushIteratorClass arguments_class = { arguments_next, arguments_close };

static RushIterator *
arguments_new (PythonEvalIterator *rows, RushIterator *child)
{
  Arguments *self = g_new0 (Arguments, 1);

  self->base.klass = &arguments_class;
  self->rows = rows;
  self->child = child;
  return &self->base;
}

/* ---- both together ---- */

static void
count_cost (PythonEvalIterator *self)
{
  const RushExec *exec = &self->exec->base;

  rush_exec_count (exec, METRIC_SENT, self->cost.sent);
  rush_exec_count (exec, METRIC_RECEIVED, self->cost.received);
  rush_exec_count (exec, METRIC_START, self->cost.start_us / 1000);
  rush_exec_count (exec, METRIC_RUN, self->cost.run_us / 1000);
  self->cost = (Cost){ 0 };
}

/* FALSE without error: there are no more. */
static gboolean
next_result (PythonEvalIterator *self, GError **error)
{
  Cost before = cost_until_now (self->ctx);

  g_clear_pointer (&self->result, rush_batch_unref);
  self->result_taken = 0;
  self->result = rush_iterator_next (self->results, error);
  add_cost (&self->cost, self->ctx, &before, 1);
  return self->result != NULL;
}

static RushBatch *
rows_differ (const PythonEvalIterator *self, GError **error)
{
  g_autofree char *calls = rush_list_to_text (self->exec->plan->lists[0]);

  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_CORRUPT,
               "The Python worker gave another number of rows than it got, for %s", calls);
  return NULL;
}

/* As many rows as the oldest batch and the results both have. */
static RushBatch *
hand_out (PythonEvalIterator *self, RushBatch *rows)
{
  RushSchema *schema = self->exec->schema;
  guint n = MIN (rows->length - self->taken, self->result->length - self->result_taken);
  guint n_kept = rows->schema->n_fields;
  g_autofree RushColumn **columns = g_new (RushColumn *, schema->n_fields);

  for (guint c = 0; c < n_kept; c++)
    columns[c] = rush_column_slice (rows->columns[c], self->taken, n);
  for (guint c = n_kept; c < schema->n_fields; c++)
    columns[c] = rush_column_slice (self->result->columns[c - n_kept], self->result_taken, n);
  self->result_taken += n;
  self->taken += n;
  if (self->taken == rows->length)
    {
      rush_batch_unref (g_queue_pop_head (&self->waiting));
      self->taken = 0;
    }
  rush_exec_count (&self->exec->base, METRIC_ROWS, n);
  return rush_batch_new (schema, n, columns);
}

static RushBatch *
python_eval_next (RushIterator *base, GError **error)
{
  PythonEvalIterator *self = (PythonEvalIterator *)base;
  g_autoptr (GError) failure = NULL;

  while (self->result == NULL || self->result_taken == self->result->length)
    {
      if (next_result (self, &failure))
        continue;
      if (failure != NULL)
        g_propagate_error (error, g_steal_pointer (&failure));
      else if (!g_queue_is_empty (&self->waiting))
        rows_differ (self, error);
      return NULL;
    }
  if (g_queue_is_empty (&self->waiting))
    return rows_differ (self, error);
  return hand_out (self, g_queue_peek_head (&self->waiting));
}

static void
python_eval_close (RushIterator *base)
{
  PythonEvalIterator *self = (PythonEvalIterator *)base;
  Cost before = cost_until_now (self->ctx);

  rush_iterator_close (self->results);
  add_cost (&self->cost, self->ctx, &before, 1);
  count_cost (self);
  g_queue_clear_full (&self->waiting, (GDestroyNotify)rush_batch_unref);
  g_clear_pointer (&self->result, rush_batch_unref);
  g_free (self);
}

static const RushIteratorClass python_eval_iterator_class = { python_eval_next, python_eval_close };

static RushIterator *
python_eval_open (const RushExec *base, RushIterator *child, guint split, RushTaskContext *ctx,
                  RushEvalContext *eval, GError **error)
{
  const PythonEvalExec *exec = (const PythonEvalExec *)base;
  RushPythonEvaluate evaluate = rush_python_evaluator ();
  PythonEvalIterator *self;

  if (evaluate == NULL || exec->settings.workers == NULL)
    {
      rush_iterator_close (child);
      g_set_error_literal (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_UNSUPPORTED,
                           "Functions of Python need a session of the Python package");
      return NULL;
    }
  self = g_new0 (PythonEvalIterator, 1);
  self->base.klass = &python_eval_iterator_class;
  self->exec = exec;
  self->ctx = ctx;
  self->eval = eval;
  g_queue_init (&self->waiting);
  self->results =
      evaluate (&exec->settings, exec->calls, exec->plan->lists[0]->n, exec->argument_schema,
                exec->result_schema, arguments_new (self, child), split, ctx, error);
  if (self->results != NULL)
    return &self->base;
  g_free (self);
  return NULL;
}

/* ---- the operator ---- */

static RushExec *python_eval_with_children (const RushExec *base, RushExec *const *children);

static RushExprList *
python_eval_ordering (const RushExec *base)
{
  return rush_exec_output_ordering (base->children[0]);
}

static char *
python_eval_arguments (const RushExec *base)
{
  const RushPlan *plan = ((const PythonEvalExec *)base)->plan;
  g_autofree char *calls = rush_list_to_text (plan->lists[0]);
  g_autofree char *results = rush_list_to_text (plan->lists[1]);

  if (plan->as.python.eval_type == SQL_BATCHED_UDF)
    return g_strdup_printf (" %s, %s", calls, results);
  return g_strdup_printf (" %s, %s, %d", calls, results, plan->as.python.eval_type);
}

static void
python_eval_expressions (const RushExec *base, GPtrArray *into)
{
  const RushExprList *calls = ((const PythonEvalExec *)base)->plan->lists[0];

  for (guint i = 0; i < calls->n; i++)
    g_ptr_array_add (into, calls->items[i]);
}

static void
python_eval_finalize (RushExec *base)
{
  PythonEvalExec *self = (PythonEvalExec *)base;

  for (guint i = 0; i < self->plan->lists[0]->n; i++)
    {
      g_free ((gpointer)self->calls[i].args);
      g_free ((gpointer)self->calls[i].inner);
    }
  g_free (self->calls);
  rush_expr_list_unref (self->arguments);
  rush_schema_unref (self->argument_schema);
  rush_schema_unref (self->result_schema);
  rush_schema_unref (self->schema);
  rush_plan_unref (self->plan);
}

static const RushExecClass batch_eval_class = {
  .name = "BatchEvalPython",
  .finalize = python_eval_finalize,
  .with_children = python_eval_with_children,
  .arguments = python_eval_arguments,
  .expressions = python_eval_expressions,
  .output_ordering = python_eval_ordering,
  .open = python_eval_open,
};

static const RushExecClass arrow_eval_class = {
  .name = "ArrowEvalPython",
  .finalize = python_eval_finalize,
  .with_children = python_eval_with_children,
  .arguments = python_eval_arguments,
  .expressions = python_eval_expressions,
  .output_ordering = python_eval_ordering,
  .open = python_eval_open,
};

/* The place of @argument among @arguments; what two calls share is sent once. */
static guint
place_of (GPtrArray *arguments, RushExpr *argument)
{
  for (guint i = 0; i < arguments->len; i++)
    if ((argument->flags & RUSH_EXPR_DETERMINISTIC) &&
        rush_expr_semantic_equal (arguments->pdata[i], argument))
      return i;
  g_ptr_array_add (arguments, rush_expr_ref (argument));
  return arguments->len - 1;
}

/* What a function of Python is called with is another one's result, and nothing else. */
static const RushExpr *
inner_call (const RushExpr *call)
{
  return call->n_children == 1 && call->children[0]->kind == RUSH_EXPR_PYTHON_UDF
             ? call->children[0]
             : NULL;
}

static RushPythonCall
describe_call (const RushExpr *call, GPtrArray *arguments)
{
  const RushPythonFunction *function = call->as.python.function;
  const RushPythonFunction **inner;
  guint n = 0, *args;

  for (const RushExpr *at = inner_call (call); at != NULL; at = inner_call (at))
    n++;
  inner = g_new (const RushPythonFunction *, n + 1);
  for (guint i = n; i-- > 0;)
    {
      call = inner_call (call);
      inner[i] = call->as.python.function;
    }
  args = g_new (guint, call->n_children + 1);
  for (guint a = 0; a < call->n_children; a++)
    args[a] = place_of (arguments, call->children[a]);
  return (RushPythonCall){
    .function = function, .n_inner = n, .inner = inner, .n_args = call->n_children, .args = args
  };
}

static void
list_calls (PythonEvalExec *self, GPtrArray *arguments)
{
  const RushExprList *calls = self->plan->lists[0];

  self->calls = g_new0 (RushPythonCall, calls->n);
  for (guint i = 0; i < calls->n; i++)
    self->calls[i] = describe_call (calls->items[i], arguments);
}

RushSchema *
rush_python_argument_schema (const GPtrArray *arguments)
{
  g_autofree RushExpr **columns = g_new (RushExpr *, arguments->len + 1);
  g_autoptr (RushExprList) list = NULL;

  for (guint i = 0; i < arguments->len; i++)
    {
      const RushExpr *argument = arguments->pdata[i];
      g_autofree char *name = g_strdup_printf ("_%u", i);

      columns[i] =
          rush_expr_attribute (name, argument->type, argument->nullable, rush_expr_id_new (), NULL);
    }
  list = rush_expr_list_new (arguments->len, columns);
  return rush_attributes_schema (list);
}

static RushExec *
new_exec (RushPythonSettings settings, RushPlan *plan, RushExec *child)
{
  const RushExecClass *klass =
      plan->as.python.eval_type == SQL_BATCHED_UDF ? &batch_eval_class : &arrow_eval_class;
  PythonEvalExec *self =
      rush_exec_alloc (sizeof *self, klass, rush_expr_list_ref (plan->output), 1, &child);
  GPtrArray *arguments = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_expr_unref);
  g_autoptr (RushExprList) list = NULL;

  self->plan = rush_plan_ref (plan);
  self->settings = settings;
  list_calls (self, arguments);
  self->argument_schema = rush_python_argument_schema (arguments);
  list = rush_expr_list_from_array (arguments);
  self->arguments = rush_bind_list (list, child->output);
  self->result_schema = rush_attributes_schema (plan->lists[1]);
  self->schema = rush_exec_schema (&self->base);
  rush_exec_add_metric (self, "pythonNumRowsReceived", "number of output rows", RUSH_METRIC_SUM);
  rush_exec_add_metric (self, "pythonDataSent", "data sent to Python workers", RUSH_METRIC_SIZE);
  rush_exec_add_metric (self, "pythonDataReceived", "data returned from Python workers",
                        RUSH_METRIC_SIZE);
  rush_exec_add_metric (self, "pythonBootTime", "time to start Python workers", RUSH_METRIC_TIMING);
  rush_exec_add_metric (self, "pythonTotalTime", "time to run Python workers", RUSH_METRIC_TIMING);
  return &self->base;
}

static RushExec *
python_eval_with_children (const RushExec *base, RushExec *const *children)
{
  const PythonEvalExec *self = (const PythonEvalExec *)base;

  return new_exec (self->settings, self->plan, children[0]);
}

RushExec *
rush_python_eval_exec_new (RushQuery *query, RushPlan *plan, RushExec *child)
{
  return new_exec (rush_query_python (query), plan, child);
}
