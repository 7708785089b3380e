/* sample.c - each row stays if a number drawn for it lies in [lower, upper); with replacement, it
 * comes as often as a number drawn for it says.
 *
 * The numbers of a partition follow from the seed and its number, so that samples of [0, x) and
 * [x, 1) with one seed have no row in common and miss none: randomSplit () is made of that.
 *
 * Mirrors: org.apache.spark.sql.execution.SampleExec, util.random.{BernoulliCellSampler,
 * PoissonSampler}.
 */
#include "core/data/gather.h"
#include "rdd/poisson.h"
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

/* ---- with replacement ---- */

typedef struct
{
  RushIterator base;
  const SampleExec *exec;
  RushIterator *rows;
  RushTaskContext *ctx;
  RushPoisson random;
  RushBatch *batch; /* (owned) or NULL */
  guint at;         /* the row of it that is drawn */
  guint left;       /* how often it comes again */
} RepeatIterator;

/* Up to a batch of rows; fewer if those at hand are used up. */
static RushBatch *
repeat_rows (RepeatIterator *self, GError **error)
{
  guint32 rows[RUSH_BATCH_MAX_ROWS];
  guint n = 0;

  while (n < RUSH_BATCH_MAX_ROWS && self->at < self->batch->length)
    if (self->left > 0)
      {
        rows[n++] = rush_batch_row (self->batch, self->at);
        self->left--;
      }
    else if (++self->at < self->batch->length)
      self->left = rush_poisson_next (&self->random);
  return rush_batch_take (self->batch, rows, n, self->ctx->allocator, error);
}

static RushBatch *
repeat_next (RushIterator *base, GError **error)
{
  RepeatIterator *self = (RepeatIterator *)base;

  while (rush_task_context_check (self->ctx, error))
    {
      if (self->batch == NULL || self->at >= self->batch->length)
        {
          g_clear_pointer (&self->batch, rush_batch_unref);
          self->batch = rush_iterator_next (self->rows, error);
          if (self->batch == NULL)
            return NULL;
          self->at = 0;
          self->left = self->batch->length > 0 ? rush_poisson_next (&self->random) : 0;
        }
      g_autoptr (RushBatch) drawn = repeat_rows (self, error);
      if (drawn == NULL)
        return NULL;
      rush_exec_count (&self->exec->base, RUSH_METRIC_OUTPUT_ROWS, drawn->length);
      if (drawn->length > 0)
        return g_steal_pointer (&drawn);
    }
  return NULL;
}

static void
repeat_close (RushIterator *base)
{
  RepeatIterator *self = (RepeatIterator *)base;

  g_clear_pointer (&self->batch, rush_batch_unref);
  rush_iterator_close (self->rows);
  g_free (self);
}

static const RushIteratorClass repeat_iterator_class = { repeat_next, repeat_close };

static RushIterator *
repeat_open (const RushExec *base, RushIterator *child, guint split, RushTaskContext *ctx,
             RushEvalContext *eval, GError **error)
{
  RepeatIterator *self = g_new0 (RepeatIterator, 1);

  self->base.klass = &repeat_iterator_class;
  self->exec = (const SampleExec *)base;
  self->rows = child;
  self->ctx = ctx;
  rush_poisson_init (&self->random, self->exec->upper - self->exec->lower,
                     rush_seed_of_partition (self->exec->seed, split));
  return &self->base;
}

/* ---- the operators ---- */

static gboolean with_replacement (const RushExec *base);

static RushExec *
sample_with_children (const RushExec *base, RushExec *const *children)
{
  const SampleExec *self = (const SampleExec *)base;

  return rush_sample_exec_new (self->lower, self->upper, with_replacement (base), self->seed,
                               children[0], NULL);
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
  return g_strdup_printf (" %s%s, %s%s, %s, %" G_GINT64_FORMAT, lower,
                          strchr (lower, '.') != NULL ? "" : ".0", upper,
                          strchr (upper, '.') != NULL ? "" : ".0",
                          with_replacement (base) ? "true" : "false", self->seed);
}

static const RushExecClass sample_class = {
  .name = "Sample",
  .fusible = TRUE,
  .with_children = sample_with_children,
  .arguments = sample_arguments,
  .output_ordering = sample_ordering,
  .open = sample_open,
};

static const RushExecClass repeat_class = {
  .name = "Sample",
  .with_children = sample_with_children,
  .arguments = sample_arguments,
  .output_ordering = sample_ordering,
  .open = repeat_open,
};

static gboolean
with_replacement (const RushExec *base)
{
  return base->klass == &repeat_class;
}

RushSampleBounds
rush_sample_exec_bounds (const RushExec *sample)
{
  const SampleExec *self = (const SampleExec *)sample;

  g_assert (sample->klass == &sample_class);
  return (RushSampleBounds){ self->lower, self->upper, self->seed };
}

RushExec *
rush_sample_exec_new (double lower, double upper, gboolean replaced, gint64 seed, RushExec *child,
                      GError **error)
{
  const RushExecClass *klass = replaced ? &repeat_class : &sample_class;
  SampleExec *self;

  if (replaced && upper - lower >= RUSH_POISSON_MAX_MEAN)
    {
      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_UNSUPPORTED,
                   "sampling rows with replacement %g times and more is not there yet",
                   RUSH_POISSON_MAX_MEAN);
      rush_exec_unref (child);
      return NULL;
    }
  self = rush_exec_alloc (sizeof *self, klass, rush_expr_list_ref (child->output), 1, &child);
  self->lower = lower;
  self->upper = upper;
  self->seed = seed;
  rush_exec_add_metric (self, "numOutputRows", "number of output rows", RUSH_METRIC_SUM);
  return &self->base;
}
