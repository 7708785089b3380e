/* python_map.c - rows that functions of Python make of all rows, or of the rows of a group.
 *
 *   MapInPandas               rows (a, b) ──▶ worker: f (frames) ──▶ rows (c)
 *   FlatMapGroupsInPandas     rows (k, a, b), in the order of k ──▶ f (frame of a k) ──▶ rows
 *   ArrowAggregatePython      rows (k, a), in the order of k ──▶ f (a's of a k) ──▶ (k, value)
 *
 * Unlike python_eval.c nothing is kept back: what comes out of the worker is what there is.  The
 * worker sees where a group ends as its rows come one behind the other, so that it holds one group
 * at a time.
 *
 * Mirrors: org.apache.spark.sql.execution.python.{MapInBatchExec,FlatMapGroupsInBatchExec,
 * ArrowAggregatePythonExec}.
 */
#include "sql/physical/operators/python_map.h"

#include "sql/physical/operators/basic.h"
#include "sql/physical/operators/python_eval.h"
#include "sql/physical/python_evaluator.h"
#include "sql/physical/query_private.h"
#include "sql/physical/text.h"

#include <string.h>

typedef struct
{
  RushExec base;
  RushPlan *plan; /* (owned) */
  RushPythonSettings settings;
  RushExprList *arguments;     /* (owned) bound: keys, then what the functions are called with */
  RushSchema *argument_schema; /* (owned) */
  RushSchema *schema;          /* (owned) */
  RushPythonCall *calls;       /* (owned) one a function; their args, too */
} PythonMapExec;

/* ---- what goes in ---- */

typedef struct
{
  RushIterator base;
  const PythonMapExec *exec;
  RushIterator *child;
  RushTaskContext *ctx;
  RushEvalContext *eval;
} Arguments;

static RushBatch *
arguments_next (RushIterator *base, GError **error)
{
  Arguments *self = (Arguments *)base;
  g_autoptr (RushBatch) batch = rush_iterator_next (self->child, error);
  g_autoptr (RushBatch) dense = NULL;

  if (batch == NULL)
    return NULL;
  dense = rush_batch_compact (batch, self->ctx->allocator, error);
  if (dense == NULL)
    return NULL;
  return rush_project_batch (self->exec->arguments, self->exec->argument_schema, dense, self->eval,
                             error);
}

static void
arguments_close (RushIterator *base)
{
  rush_iterator_close (((Arguments *)base)->child);
  g_free (base);
}

static const RushIteratorClass arguments_class = { arguments_next, arguments_close };

/* ---- what comes out ---- */

typedef struct
{
  RushIterator base;
  const PythonMapExec *exec;
  RushIterator *results;
} Results;

static RushBatch *
results_next (RushIterator *base, GError **error)
{
  Results *self = (Results *)base;
  RushBatch *batch = rush_iterator_next (self->results, error);

  if (batch != NULL)
    rush_exec_count (&self->exec->base, RUSH_METRIC_OUTPUT_ROWS, batch->length);
  return batch;
}

static void
results_close (RushIterator *base)
{
  rush_iterator_close (((Results *)base)->results);
  g_free (base);
}

static const RushIteratorClass results_class = { results_next, results_close };

static RushIterator *
python_map_open (const RushExec *base, RushIterator *child, guint split, RushTaskContext *ctx,
                 RushEvalContext *eval, GError **error)
{
  const PythonMapExec *exec = (const PythonMapExec *)base;
  RushPythonEvaluate evaluate = rush_python_evaluator ();
  Arguments *arguments;
  Results *self;

  if (evaluate == NULL || exec->settings.workers == NULL)
    {
      rush_iterator_close (child);
      g_set_error_literal (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_UNSUPPORTED,
                           "Functions of Python need a session of the Python package");
      return NULL;
    }
  arguments = g_new0 (Arguments, 1);
  *arguments = (Arguments){ { &arguments_class }, exec, child, ctx, eval };
  self = g_new0 (Results, 1);
  *self = (Results){ { &results_class }, exec, NULL };
  self->results =
      evaluate (&exec->settings, exec->calls, exec->plan->lists[0]->n, exec->argument_schema,
                exec->schema, &arguments->base, split, ctx, error);
  if (self->results != NULL)
    return &self->base;
  g_free (self);
  return NULL;
}

/* ---- the operator ---- */

static RushExec *python_map_with_children (const RushExec *base, RushExec *const *children);

static const RushExprList *
keys_of (const RushExec *base)
{
  return ((const PythonMapExec *)base)->plan->lists[2];
}

static RushDistribution
python_map_distribution (const RushExec *base, guint i)
{
  const RushExprList *keys = keys_of (base);

  if (!rush_python_map_has_groups (((const PythonMapExec *)base)->plan))
    return (RushDistribution){ RUSH_DISTRIBUTION_ANY, NULL };
  return (RushDistribution){ keys->n > 0 ? RUSH_DISTRIBUTION_CLUSTERED
                                         : RUSH_DISTRIBUTION_ALL_TUPLES,
                             keys };
}

static RushExprList *
python_map_required_ordering (const RushExec *base, guint i)
{
  const RushExprList *keys = keys_of (base);
  g_autofree RushExpr **orders = g_new (RushExpr *, keys->n + 1);

  for (guint k = 0; k < keys->n; k++)
    orders[k] = rush_expr_sort_order (rush_expr_ref (keys->items[k]), FALSE, FALSE);
  return keys->n > 0 ? rush_expr_list_new (keys->n, orders) : NULL;
}

/* Which rows come out, and in which partition, nobody knows. */
static RushPartitioning *
python_map_partitioning (const RushExec *base)
{
  RushPartitioning *below = rush_exec_output_partitioning (base->children[0]);
  RushPartitioning *unknown =
      rush_partitioning_new (RUSH_PARTITIONING_UNKNOWN, below->n_partitions, NULL);

  rush_partitioning_unref (below);
  return unknown;
}

static RushExprList *
python_map_ordering (const RushExec *base)
{
  return NULL;
}

static char *
python_map_arguments (const RushExec *base)
{
  g_autofree char *node = rush_plan_node_string (((const PythonMapExec *)base)->plan);
  const char *space = strchr (node, ' ');

  return g_strdup (space != NULL ? space : "");
}

static void
python_map_expressions (const RushExec *base, GPtrArray *into)
{
  const RushPlan *plan = ((const PythonMapExec *)base)->plan;

  for (guint i = 0; i < plan->lists[0]->n; i++)
    g_ptr_array_add (into, plan->lists[0]->items[i]);
  for (guint i = 0; i < plan->lists[2]->n; i++)
    g_ptr_array_add (into, plan->lists[2]->items[i]);
}

static void
python_map_finalize (RushExec *base)
{
  PythonMapExec *self = (PythonMapExec *)base;

  for (guint i = 0; i < self->plan->lists[0]->n; i++)
    g_free ((gpointer)self->calls[i].args);
  g_free (self->calls);
  rush_expr_list_unref (self->arguments);
  rush_schema_unref (self->argument_schema);
  rush_schema_unref (self->schema);
  rush_plan_unref (self->plan);
}

#define PYTHON_MAP_CLASS(exec_name)                                                                \
  {                                                                                                \
    .name = exec_name,                                                                             \
    .finalize = python_map_finalize,                                                               \
    .with_children = python_map_with_children,                                                     \
    .arguments = python_map_arguments,                                                             \
    .expressions = python_map_expressions,                                                         \
    .output_partitioning = python_map_partitioning,                                                \
    .output_ordering = python_map_ordering,                                                        \
    .required_distribution = python_map_distribution,                                              \
    .required_ordering = python_map_required_ordering,                                             \
    .open = python_map_open,                                                                       \
  }

static const RushExecClass classes[] = {
  PYTHON_MAP_CLASS ("MapInPandas"),
  PYTHON_MAP_CLASS ("MapInArrow"),
  PYTHON_MAP_CLASS ("FlatMapGroupsInPandas"),
  PYTHON_MAP_CLASS ("FlatMapGroupsInArrow"),
  PYTHON_MAP_CLASS ("FlatMapCoGroupsInPandas"),
  PYTHON_MAP_CLASS ("ArrowAggregatePython"),
};

static const RushExecClass *
class_of (const RushPlan *plan)
{
  const char *name = rush_python_map_name (plan->as.python.eval_type);

  for (guint i = 0; i < G_N_ELEMENTS (classes); i++)
    if (g_str_equal (classes[i].name, name))
      return &classes[i];
  g_assert_not_reached ();
}

/* Fills in self->calls; the arguments stand behind the keys, each call's in their order. */
static void
list_calls (PythonMapExec *self, GPtrArray *arguments)
{
  const RushExprList *calls = self->plan->lists[0], *keys = self->plan->lists[2];

  for (guint k = 0; k < keys->n; k++)
    g_ptr_array_add (arguments, rush_expr_ref (keys->items[k]));
  self->calls = g_new0 (RushPythonCall, calls->n);
  for (guint i = 0; i < calls->n; i++)
    {
      const RushExpr *call = calls->items[i];
      guint *args = g_new (guint, call->n_children + 1);

      for (guint a = 0; a < call->n_children; a++)
        {
          args[a] = arguments->len;
          g_ptr_array_add (arguments, rush_expr_ref (call->children[a]));
        }
      self->calls[i] = (RushPythonCall){ .function = call->as.python.function,
                                         .n_args = call->n_children,
                                         .args = args,
                                         .n_keys = keys->n };
    }
}

static RushExec *
new_exec (RushPythonSettings settings, RushPlan *plan, RushExec *child)
{
  PythonMapExec *self =
      rush_exec_alloc (sizeof *self, class_of (plan), rush_expr_list_ref (plan->output), 1, &child);
  GPtrArray *arguments = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_expr_unref);
  g_autoptr (RushExprList) list = NULL;

  self->plan = rush_plan_ref (plan);
  self->settings = settings;
  list_calls (self, arguments);
  self->argument_schema = rush_python_argument_schema (arguments);
  list = rush_expr_list_from_array (arguments);
  self->arguments = rush_bind_list (list, child->output);
  self->schema = rush_exec_schema (&self->base);
  rush_exec_add_metric (self, "pythonNumRowsReceived", "number of output rows", RUSH_METRIC_SUM);
  return &self->base;
}

static RushExec *
python_map_with_children (const RushExec *base, RushExec *const *children)
{
  const PythonMapExec *self = (const PythonMapExec *)base;

  return new_exec (self->settings, self->plan, children[0]);
}

RushExec *
rush_python_map_exec_new (RushQuery *query, RushPlan *plan, RushExec *child)
{
  return new_exec (rush_query_python (query), plan, child);
}
