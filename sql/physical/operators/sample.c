/* sample.c - each row stays if a number drawn for it lies in [lower, upper).
 *
 * The numbers of a partition follow from the seed and its number, so that samples of [0, x) and
 * [x, 1) with one seed have no row in common and miss none: randomSplit () is made of that.
 *
 * Mirrors: org.apache.spark.sql.execution.SampleExec, util.random.BernoulliCellSampler.
 */
#include "rdd/random.h"
#include "sql/physical/operators/rows.h"

#include <string.h>

typedef struct
{
  RushExec base;
  double lower, upper;
  gint64 seed;
} SampleExec;

typedef struct
{
  RushIterator base;
  const SampleExec *exec;
  RushIterator *rows;
  RushTaskContext *ctx;
  RushXorShift random;
} SampleIterator;

static RushBatch *
draw (SampleIterator *self, RushBatch *batch, GError **error)
{
  RushBuffer *kept =
      rush_buffer_new (self->ctx->allocator, MAX (batch->length, 1) * sizeof (guint16), error);
  guint n = 0;

  if (kept == NULL)
    return NULL;
  for (guint i = 0; i < batch->length; i++)
    {
      double x = rush_xor_shift_next_double (&self->random);
      if (x >= self->exec->lower && x < self->exec->upper)
        ((guint16 *)kept->bytes)[n++] = (guint16)rush_batch_row (batch, i);
    }
  return rush_batch_select (batch, kept, n);
}

static RushBatch *
sample_next (RushIterator *base, GError **error)
{
  SampleIterator *self = (SampleIterator *)base;

  while (rush_task_context_check (self->ctx, error))
    {
      g_autoptr (RushBatch) batch = rush_iterator_next (self->rows, error);
      g_autoptr (RushBatch) drawn = batch != NULL ? draw (self, batch, error) : NULL;

      if (drawn == NULL)
        return NULL;
      rush_exec_count (&self->exec->base, RUSH_METRIC_OUTPUT_ROWS, drawn->length);
      if (drawn->length > 0)
        return g_steal_pointer (&drawn);
    }
  return NULL;
}

static void
sample_close (RushIterator *base)
{
  rush_iterator_close (((SampleIterator *)base)->rows);
  g_free (base);
}

static const RushIteratorClass sample_iterator_class = { sample_next, sample_close };

static RushIterator *
sample_open (const RushExec *base, RushIterator *child, guint split, RushTaskContext *ctx,
             RushEvalContext *eval, GError **error)
{
  SampleIterator *self = g_new0 (SampleIterator, 1);

  self->base.klass = &sample_iterator_class;
  self->exec = (const SampleExec *)base;
  self->rows = child;
  self->ctx = ctx;
  rush_xor_shift_init (&self->random, self->exec->seed + split);
  return &self->base;
}

static RushExec *
sample_with_children (const RushExec *base, RushExec *const *children)
{
  const SampleExec *self = (const SampleExec *)base;

  return rush_sample_exec_new (self->lower, self->upper, FALSE, self->seed, children[0], NULL);
}

static RushExprList *
sample_ordering (const RushExec *base)
{
  return rush_exec_output_ordering (base->children[0]);
}

static char *
sample_arguments (const RushExec *base)
{
  const SampleExec *self = (const SampleExec *)base;
  char lower[G_ASCII_DTOSTR_BUF_SIZE], upper[G_ASCII_DTOSTR_BUF_SIZE];

  g_ascii_formatd (lower, sizeof lower, "%.17g", self->lower);
  g_ascii_formatd (upper, sizeof upper, "%.17g", self->upper);
  return g_strdup_printf (" %s%s, %s%s, false, %" G_GINT64_FORMAT, lower,
                          strchr (lower, '.') != NULL ? "" : ".0", upper,
                          strchr (upper, '.') != NULL ? "" : ".0", self->seed);
}

static const RushExecClass sample_class = {
  .name = "Sample",
  .fusible = TRUE,
  .with_children = sample_with_children,
  .arguments = sample_arguments,
  .output_ordering = sample_ordering,
  .open = sample_open,
};

RushSampleBounds
rush_sample_exec_bounds (const RushExec *sample)
{
  const SampleExec *self = (const SampleExec *)sample;

  g_assert (sample->klass == &sample_class);
  return (RushSampleBounds){ self->lower, self->upper, self->seed };
}

RushExec *
rush_sample_exec_new (double lower, double upper, gboolean with_replacement, gint64 seed,
                      RushExec *child, GError **error)
{
  SampleExec *self;

  if (with_replacement)
    {
      g_set_error_literal (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_UNSUPPORTED,
                           "sampling rows with replacement is not there yet");
      rush_exec_unref (child);
      return NULL;
    }
  self =
      rush_exec_alloc (sizeof *self, &sample_class, rush_expr_list_ref (child->output), 1, &child);
  self->lower = lower;
  self->upper = upper;
  self->seed = seed;
  rush_exec_add_metric (self, "numOutputRows", "number of output rows", RUSH_METRIC_SUM);
  return &self->base;
}
