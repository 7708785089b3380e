/* aggregate.c - HashAggregate, ObjectHashAggregate and SortAggregate.
 *
 *   hash   child ─▶ table of groups, spilling (tables/aggregate_combiner.c) ─▶ groups
 *   sort   the same table, but what came before the last key is done, and goes on at once:
 *
 *              … 3 3 4 4 5 │ next batch: 5 5 6 …
 *              └─ handed on ┘ └ the last group may go on: its state is kept
 *
 *          so the order of the keys stays, and nothing is ever spilled.  Batches go in by slices:
 *          open groups are few, however many keys a batch has, and little memory will do
 *
 * Spark has the second form for buffers that cannot be updated in place, such as the maximum of
 * strings; our states can, but the plan is Spark's, and what stands above counts on the order.
 *
 * Mirrors: org.apache.spark.sql.execution.aggregate.{HashAggregateExec,ObjectHashAggregateExec,
 *          SortAggregateExec}.
 */
#include "sql/physical/operators/aggregate.h"

#include "core/executor/env.h"
#include "core/memory/task_memory.h"
#include "core/shuffle/combining_reader.h"
#include "sql/physical/operators/basic.h"
#include "sql/physical/tables/aggregate_combiner.h"
#include "sql/physical/text.h"

typedef struct
{
  RushExec base;
  RushAggregateStep step;  /* (owned) lists */
  RushAggregateSpec *spec; /* (owned) */
} AggregateExec;

enum
{
  METRIC_PEAK_MEMORY = RUSH_METRIC_OUTPUT_ROWS + 1,
  METRIC_SPILL_SIZE,
  METRIC_AGG_TIME,
};

/* ---- hash ---- */

typedef struct
{
  RushIterator base;
  const RushExec *exec;
  RushTaskContext *ctx;
  RushAggregateTask task;
  RushIterator *groups; /* NULL: not begun, or the sorted form */
  RushIterator *child;  /* until it is begun; the sorted form: all the time */
  /* sorted form */
  RushMemoryConsumer consumer; /* in the task's memory once there is a combiner */
  RushCombiner *combiner;      /* of the groups that are open */
  RushBatch *batch;            /* NULL, or the one whose rows from n_inserted on come next */
  guint n_inserted;
  GPtrArray *ready; /* RushBatch, to be handed on; NULL before the first */
  gboolean done;
} AggregateIterator;

static RushIterator *
begin_hash (AggregateIterator *self)
{
  RushEnv *env = self->ctx->env;
  RushCombineSpec spec = {
    .combiner_new = rush_aggregate_combiner_new,
    .combiner_data = &self->task,
    .schema = self->task.spec->spill_schema,
    .finish_schema = self->task.spec->output_schema,
    .ctx = self->ctx,
    .dir = env->dir,
    .codec = rush_block_store_spill_codec (env->blocks),
  };

  return rush_combining_reader_new (g_steal_pointer (&self->child), FALSE, &spec);
}

static RushBatch *
hash_next (RushIterator *base, GError **error)
{
  AggregateIterator *self = (AggregateIterator *)base;
  gboolean first = self->groups == NULL;
  gint64 start_us = rush_clock_now_us (self->ctx->clock);
  gint64 spilled = self->ctx->metrics.memory_bytes_spilled;
  RushBatch *batch;

  if (first)
    self->groups = begin_hash (self);
  batch = rush_iterator_next (self->groups, error);
  if (first)
    {
      rush_exec_count (self->exec, METRIC_AGG_TIME,
                       (rush_clock_now_us (self->ctx->clock) - start_us) / 1000);
      rush_exec_count (self->exec, METRIC_SPILL_SIZE,
                       self->ctx->metrics.memory_bytes_spilled - spilled);
    }
  if (batch != NULL)
    rush_exec_count (self->exec, RUSH_METRIC_OUTPUT_ROWS, batch->length);
  return batch;
}

/* ---- sort ---- */

#define OPEN_BYTES (256 * 1024) /* of states, before finished groups are handed on */
#define SLICE_ROWS 512          /* that go in before OPEN_BYTES is looked at */

static RushCombiner *
make_combiner (AggregateIterator *self)
{
  return rush_aggregate_combiner_new (&self->task, self->task.spec->spill_schema,
                                      self->ctx->allocator);
}

static gint64
sorted_bytes (RushMemoryConsumer *consumer)
{
  const AggregateIterator *self =
      (AggregateIterator *)((char *)consumer - G_STRUCT_OFFSET (AggregateIterator, consumer));
  gsize bytes = self->combiner->klass->memory_bytes (self->combiner);

  for (guint b = 0; self->ready != NULL && b < self->ready->len; b++)
    bytes += rush_batch_memory_bytes (self->ready->pdata[b]);
  return (gint64)bytes;
}

/* What there is goes on soon: a file would not be quicker. */
static gint64
spill_nothing (RushMemoryConsumer *consumer, GError **error)
{
  return 0;
}

static void
begin_sorted (AggregateIterator *self)
{
  self->combiner = make_combiner (self);
  self->consumer = (RushMemoryConsumer){ .name = "SortAggregate",
                                         .used_bytes = sorted_bytes,
                                         .spill = spill_nothing };
  if (self->ctx->memory != NULL)
    rush_task_memory_add_consumer (self->ctx->memory, &self->consumer);
}

static void
end_sorted (AggregateIterator *self)
{
  if (self->combiner == NULL)
    return;
  if (self->ctx->memory != NULL)
    rush_task_memory_remove_consumer (self->ctx->memory, &self->consumer);
  self->combiner->klass->free (self->combiner);
}

/* All that @from has goes to a new array; NULL: it failed. */
static GPtrArray *
take_all (RushCombiner *from, RushBatch *(*take) (RushCombiner *, GError **), GError **error)
{
  GPtrArray *batches = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_batch_unref);
  GError *failure = NULL;
  RushBatch *batch;

  while ((batch = take (from, &failure)) != NULL)
    g_ptr_array_add (batches, batch);
  if (failure == NULL)
    return batches;
  g_ptr_array_unref (batches);
  g_propagate_error (error, failure);
  return NULL;
}

/* What is finished becomes ready; what was ready has been handed on. */
static gboolean
finish_all (AggregateIterator *self, RushCombiner *finished, GError **error)
{
  g_clear_pointer (&self->ready, g_ptr_array_unref);
  self->ready = take_all (finished, finished->klass->finish, error);
  return self->ready != NULL;
}

/* Every open group goes to @finished but the last, which stays open. */
static gboolean
divide_groups (AggregateIterator *self, RushCombiner *finished, GError **error)
{
  g_autoptr (GPtrArray) rows = take_all (self->combiner, self->combiner->klass->drain, error);
  gboolean divided = rows != NULL;

  for (guint b = 0; divided && b < rows->len; b++)
    {
      RushBatch *batch = rows->pdata[b];
      guint n = batch->length - (b == rows->len - 1);
      g_autoptr (RushBatch) done = rush_batch_slice (batch, 0, n);
      g_autoptr (RushBatch) open = rush_batch_slice (batch, n, batch->length - n);

      divided = (n == 0 || finished->klass->merge (finished, done, error)) &&
                (open->length == 0 || self->combiner->klass->merge (self->combiner, open, error));
    }
  return divided;
}

/* Never more than two copies of the groups at a time: drained rows go before results come. */
static gboolean
close_groups (AggregateIterator *self, GError **error)
{
  RushCombiner *finished = make_combiner (self);
  gboolean closed = divide_groups (self, finished, error) && finish_all (self, finished, error);

  finished->klass->free (finished);
  return closed;
}

/* The next rows of the input; NULL without error: there are none. */
static RushBatch *
next_slice (AggregateIterator *self, GError **error)
{
  RushBatch *slice;
  guint n;

  if (self->batch == NULL)
    {
      self->batch = rush_iterator_next (self->child, error);
      self->n_inserted = 0;
    }
  if (self->batch == NULL)
    return NULL;
  n = MIN (self->batch->length - self->n_inserted, SLICE_ROWS);
  slice = rush_batch_slice (self->batch, self->n_inserted, n);
  self->n_inserted += n;
  if (self->n_inserted == self->batch->length)
    g_clear_pointer (&self->batch, rush_batch_unref);
  return slice;
}

/* Reads until finished groups are ready, or the input is at its end. */
static gboolean
read_sorted (AggregateIterator *self, GError **error)
{
  g_autoptr (GError) failure = NULL;

  while (TRUE)
    {
      g_autoptr (RushBatch) slice = next_slice (self, &failure);

      if (failure != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          return FALSE;
        }
      if (slice == NULL)
        break;
      if (!self->combiner->klass->insert (self->combiner, slice, error))
        return FALSE;
      if (self->combiner->klass->memory_bytes (self->combiner) >= OPEN_BYTES)
        {
          if (!close_groups (self, error))
            return FALSE;
          if (self->ready->len > 0)
            return TRUE;
        }
    }
  self->done = TRUE;
  return finish_all (self, self->combiner, error);
}

static RushBatch *
sort_next (RushIterator *base, GError **error)
{
  AggregateIterator *self = (AggregateIterator *)base;
  RushBatch *batch;

  if (self->combiner == NULL)
    begin_sorted (self);
  if (self->ready == NULL || self->ready->len == 0)
    {
      if (self->done || !read_sorted (self, error) || self->ready->len == 0)
        return NULL;
    }
  batch = g_ptr_array_steal_index (self->ready, 0);
  rush_exec_count (self->exec, RUSH_METRIC_OUTPUT_ROWS, batch->length);
  return batch;
}

/* ---- both ---- */

static void
aggregate_close (RushIterator *base)
{
  AggregateIterator *self = (AggregateIterator *)base;

  rush_iterator_close (self->groups);
  rush_iterator_close (self->child);
  end_sorted (self);
  if (self->batch != NULL)
    rush_batch_unref (self->batch);
  g_clear_pointer (&self->ready, g_ptr_array_unref);
  g_free (self);
}

static const RushIteratorClass hash_iterator_class = { hash_next, aggregate_close };
static const RushIteratorClass sort_iterator_class = { sort_next, aggregate_close };

static RushIterator *
aggregate_open (const RushExec *base, RushIterator *child, guint split, RushTaskContext *ctx,
                RushEvalContext *eval, GError **error)
{
  const AggregateExec *exec = (const AggregateExec *)base;
  AggregateIterator *self = g_new0 (AggregateIterator, 1);

  self->base.klass =
      exec->step.form == RUSH_AGGREGATE_SORT ? &sort_iterator_class : &hash_iterator_class;
  self->exec = base;
  self->ctx = ctx;
  self->child = child;
  self->task = (RushAggregateTask){ exec->spec, eval };
  return &self->base;
}

/* ---- the operator ---- */

static RushAggregateStep
share_step (const RushAggregateStep *step)
{
  RushAggregateStep copy = *step;

  if (copy.required != NULL)
    rush_expr_list_ref (copy.required);
  rush_expr_list_ref (copy.grouping);
  rush_expr_list_ref (copy.calls);
  rush_expr_list_ref (copy.attributes);
  rush_expr_list_ref (copy.results);
  return copy;
}

static RushExec *
aggregate_with_children (const RushExec *base, RushExec *const *children)
{
  RushAggregateStep step = share_step (&((const AggregateExec *)base)->step);
  RushExec *copy = rush_aggregate_exec_new (&step, children[0], NULL);

  g_assert (copy != NULL); /* its types are those of @base */
  return copy;
}

static RushDistribution
aggregate_distribution (const RushExec *base, guint i)
{
  const RushExprList *required = ((const AggregateExec *)base)->step.required;

  if (required == NULL)
    return (RushDistribution){ RUSH_DISTRIBUTION_ANY, NULL };
  if (required->n == 0)
    return (RushDistribution){ RUSH_DISTRIBUTION_ALL_TUPLES, NULL };
  return (RushDistribution){ RUSH_DISTRIBUTION_CLUSTERED, required };
}

static RushPartitioning *
aggregate_partitioning (const RushExec *base)
{
  g_autoptr (RushPartitioning) below = rush_exec_output_partitioning (base->children[0]);

  return rush_partitioning_project (below, ((const AggregateExec *)base)->step.results);
}

static RushExprList *
group_orders (const RushExec *base)
{
  const RushExprList *grouping = ((const AggregateExec *)base)->step.grouping;
  g_autofree RushExpr **orders = g_new (RushExpr *, grouping->n + 1);

  for (guint k = 0; k < grouping->n; k++)
    orders[k] = rush_expr_sort_order (rush_expr_to_attribute (grouping->items[k]), FALSE, FALSE);
  return rush_expr_list_new (grouping->n, orders);
}

static RushExprList *
aggregate_required_ordering (const RushExec *base, guint i)
{
  return ((const AggregateExec *)base)->step.form == RUSH_AGGREGATE_SORT ? group_orders (base)
                                                                         : NULL;
}

static RushExprList *
aggregate_ordering (const RushExec *base)
{
  g_autoptr (RushExprList) orders = aggregate_required_ordering (base, 0);

  return rush_ordering_project (orders, ((const AggregateExec *)base)->step.results);
}

static char *
aggregate_arguments (const RushExec *base)
{
  const RushAggregateStep *step = &((const AggregateExec *)base)->step;
  g_autofree char *keys = rush_list_to_text (step->grouping);
  g_autofree char *calls = rush_list_to_text (step->calls);

  return g_strdup_printf ("(%s=%s, functions=%s)",
                          step->form == RUSH_AGGREGATE_SORT ? "key" : "keys", keys, calls);
}

static char *
aggregate_formatted (const RushExec *base)
{
  const RushAggregateStep *step = &((const AggregateExec *)base)->step;
  GString *out = g_string_new (NULL);

  rush_append_list_line (out, "Input", base->children[0]->output);
  rush_append_list_line (out, "Keys", step->grouping);
  rush_append_list_line (out, "Functions", step->calls);
  rush_append_list_line (out, "Aggregate Attributes", step->attributes);
  rush_append_list_line (out, "Results", step->results);
  return g_string_free (out, FALSE);
}

static void
aggregate_expressions (const RushExec *base, GPtrArray *into)
{
  const RushAggregateStep *step = &((const AggregateExec *)base)->step;
  const RushExprList *lists[] = { step->grouping, step->calls, step->results };

  for (guint l = 0; l < G_N_ELEMENTS (lists); l++)
    for (guint i = 0; i < lists[l]->n; i++)
      g_ptr_array_add (into, lists[l]->items[i]);
}

/* Not if a buffer is a string or the like, which generated code could not update in place, and not
 * if Spark has no generated code for the function. */
static gboolean
aggregate_can_fuse (const RushExec *base)
{
  const RushAggregateSpec *spec = ((const AggregateExec *)base)->spec;
  const RushAggregateStep *step = &((const AggregateExec *)base)->step;

  for (guint c = 0; c < step->calls->n; c++)
    if (step->calls->items[c]->as.aggregate.function->aggregate->imperative)
      return FALSE;
  for (guint f = 1 + spec->n_keys; f < spec->spill_schema->n_fields; f++)
    switch ((guint)spec->spill_schema->fields[f].type->storage)
      {
      case RUSH_STORAGE_VIEW:
      case RUSH_STORAGE_LIST:
      case RUSH_STORAGE_STRUCT:
        return FALSE;
      default:
        break;
      }
  return TRUE;
}

static void
clear_step (RushAggregateStep *step)
{
  rush_expr_list_unref (step->required);
  rush_expr_list_unref (step->grouping);
  rush_expr_list_unref (step->calls);
  rush_expr_list_unref (step->attributes);
  rush_expr_list_unref (step->results);
}

static void
aggregate_finalize (RushExec *base)
{
  AggregateExec *self = (AggregateExec *)base;

  clear_step (&self->step);
  rush_aggregate_spec_unref (self->spec);
}

#define AGGREGATE_CLASS(name_, fusible_)                                                           \
  {                                                                                                \
    .name = name_,                                                                                 \
    .fusible = fusible_,                                                                           \
    .can_fuse = aggregate_can_fuse,                                                                \
    .finalize = aggregate_finalize,                                                                \
    .with_children = aggregate_with_children,                                                      \
    .arguments = aggregate_arguments,                                                              \
    .formatted = aggregate_formatted,                                                              \
    .expressions = aggregate_expressions,                                                          \
    .output_partitioning = aggregate_partitioning,                                                 \
    .output_ordering = aggregate_ordering,                                                         \
    .required_distribution = aggregate_distribution,                                               \
    .required_ordering = aggregate_required_ordering,                                              \
    .open = aggregate_open,                                                                        \
  }
static const RushExecClass aggregate_classes[] = {
  [RUSH_AGGREGATE_HASH] = AGGREGATE_CLASS ("HashAggregate", TRUE),
  [RUSH_AGGREGATE_OBJECT_HASH] = AGGREGATE_CLASS ("ObjectHashAggregate", FALSE),
  [RUSH_AGGREGATE_SORT] = AGGREGATE_CLASS ("SortAggregate", TRUE),
};

gboolean
rush_exec_is_aggregate (const RushExec *self)
{
  return self->klass->open == aggregate_open;
}

const RushAggregateStep *
rush_aggregate_exec_step (const RushExec *self)
{
  g_assert (rush_exec_is_aggregate (self));
  return &((const AggregateExec *)self)->step;
}

/* Arguments of calls that read rows are columns of the input; what merging calls were called with
 * is not there any more. */
static RushExprList *
bind_calls (const RushExprList *calls, const RushExprList *input)
{
  g_autofree RushExpr **bound = g_new (RushExpr *, calls->n + 1);

  for (guint c = 0; c < calls->n; c++)
    {
      RushExpr *call = calls->items[c];
      gboolean reads_rows = call->as.aggregate.mode == RUSH_AGG_PARTIAL ||
                            call->as.aggregate.mode == RUSH_AGG_COMPLETE;
      bound[c] = reads_rows ? rush_expr_bind (call, input) : rush_expr_ref (call);
    }
  return rush_expr_list_new (calls->n, bound);
}

/* Results, bound to keys and what the calls give; NULL: buffers come out as they are. */
static RushExprList *
bind_results (const RushAggregateStep *step)
{
  g_autoptr (GPtrArray) values = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_expr_unref);
  g_autoptr (RushExprList) input = NULL;

  if (step->calls->n > 0 && (step->calls->items[0]->as.aggregate.mode == RUSH_AGG_PARTIAL ||
                             step->calls->items[0]->as.aggregate.mode == RUSH_AGG_PARTIAL_MERGE))
    return NULL;
  for (guint k = 0; k < step->grouping->n; k++)
    g_ptr_array_add (values, rush_expr_to_attribute (step->grouping->items[k]));
  for (guint a = 0; a < step->attributes->n; a++)
    g_ptr_array_add (values, rush_expr_ref (step->attributes->items[a]));
  input = rush_expr_list_from_array (g_steal_pointer (&values));
  return rush_bind_list (step->results, input);
}

RushExec *
rush_aggregate_exec_new (const RushAggregateStep *step, RushExec *child, GError **error)
{
  AggregateExec *self = rush_exec_alloc (sizeof *self, &aggregate_classes[step->form],
                                         rush_named_to_attributes (step->results), 1, &child);
  g_autoptr (RushExprList) keys = rush_bind_list (step->grouping, child->output);
  g_autoptr (RushExprList) calls = bind_calls (step->calls, child->output);
  g_autoptr (RushExprList) results = bind_results (step);
  g_autoptr (RushSchema) schema = rush_exec_schema (&self->base);

  self->step = *step;
  self->spec = rush_aggregate_spec_new (keys, calls, child->output->n, results, schema, error);
  rush_exec_add_metric (self, "numOutputRows", "number of output rows", RUSH_METRIC_SUM);
  rush_exec_add_metric (self, "peakMemory", "peak memory", RUSH_METRIC_SIZE);
  rush_exec_add_metric (self, "spillSize", "spill size", RUSH_METRIC_SIZE);
  rush_exec_add_metric (self, "aggTime", "time in aggregation build", RUSH_METRIC_TIMING);
  if (self->spec == NULL)
    {
      rush_exec_unref (&self->base);
      return NULL;
    }
  return &self->base;
}
