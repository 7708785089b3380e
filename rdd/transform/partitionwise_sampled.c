/* partitionwise_sampled.c - a coin is thrown for each row; for small fractions, only for those that
 * stay.
 *
 *     row        0  1  2  3  4  5  6  7  8         with probability f the number of rows between
 *     stays      ·  ·  x  ·  ·  ·  ·  x  ·         two that stay is geometric: ⌊log u / log (1−f)⌋
 *     gap        └─2─┘  └────4─────┘               of a uniform u, one draw a row that stays
 *
 * Above MAX_GAP_FRACTION gaps are so short that a draw a row is cheaper, as in Spark, whose draws
 * these are: each partition's seed is drawn from a generator of the driver's.
 */
#include "rdd/transform/partitionwise_sampled.h"

#include "rdd/call_site.h"
#include "rdd/random.h"

#include <math.h>

#define MAX_GAP_FRACTION 0.4
#define SMALLEST_DRAW 5e-11 /* no logarithm of 0 */

typedef struct
{
  RushRdd base;
  double fraction;
  gint64 seed;
} SampledRdd;

typedef struct
{
  RushIterator base;
  RushIterator *rows; /* (owned) */
  RushTaskContext *ctx;
  double fraction;
  RushXorShift random;
  guint64 gap; /* rows that go before the next one that stays; for small fractions */
} SampledIterator;

static void
draw_gap (SampledIterator *self)
{
  double u = rush_xor_shift_next_double (&self->random);
  double gap = log (MAX (u, SMALLEST_DRAW)) / log1p (-self->fraction);

  self->gap = (guint64)MIN (gap, (double)G_MAXINT32);
}

static gboolean
stays (SampledIterator *self)
{
  if (self->fraction <= 0 || self->fraction >= 1)
    return self->fraction >= 1;
  if (self->fraction > MAX_GAP_FRACTION)
    return rush_xor_shift_next_double (&self->random) <= self->fraction;
  if (self->gap > 0)
    {
      self->gap--;
      return FALSE;
    }
  draw_gap (self);
  return TRUE;
}

static RushBatch *
sample_batch (SampledIterator *self, RushBatch *batch, GError **error)
{
  RushBuffer *kept =
      rush_buffer_new (self->ctx->allocator, MAX (batch->length, 1) * sizeof (guint16), error);
  guint n = 0;

  if (kept == NULL)
    return NULL;
  for (guint i = 0; i < batch->length; i++)
    if (stays (self))
      ((guint16 *)kept->bytes)[n++] = (guint16)rush_batch_row (batch, i);
  return rush_batch_select (batch, kept, n);
}

static RushBatch *
sampled_next (RushIterator *base, GError **error)
{
  SampledIterator *self = (SampledIterator *)base;

  while (rush_task_context_check (self->ctx, error))
    {
      g_autoptr (RushBatch) batch = rush_iterator_next (self->rows, error);
      g_autoptr (RushBatch) sample = batch != NULL ? sample_batch (self, batch, error) : NULL;

      if (sample == NULL || sample->length > 0)
        return g_steal_pointer (&sample);
    }
  return NULL;
}

static void
sampled_close (RushIterator *base)
{
  rush_iterator_close (((SampledIterator *)base)->rows);
  g_free (base);
}

static const RushIteratorClass sampled_iterator_class = { sampled_next, sampled_close };

static RushIterator *
sampled_compute (RushRdd *base, guint split, RushTaskContext *ctx, GError **error)
{
  const SampledRdd *rdd = (const SampledRdd *)base;
  RushIterator *rows = rush_rdd_iterator (base->dependencies[0]->rdd, split, ctx, error);
  SampledIterator *self;

  if (rows == NULL)
    return NULL;
  self = g_new0 (SampledIterator, 1);
  self->base.klass = &sampled_iterator_class;
  self->rows = rows;
  self->ctx = ctx;
  self->fraction = rdd->fraction;
  rush_xor_shift_init (&self->random, rush_seed_of_partition (rdd->seed, split));
  if (self->fraction > 0 && self->fraction <= MAX_GAP_FRACTION)
    draw_gap (self);
  return &self->base;
}

static const RushRddClass sampled_class = {
  .name = "PartitionwiseSampledRDD",
  .compute = sampled_compute,
};

RushRdd *
rush_rdd_sample (RushRdd *parent, double fraction, gint64 seed)
{
  RUSH_OPERATOR ("sample");
  RushDependency *dependency = rush_dependency_one_to_one (parent);
  SampledRdd *self = rush_rdd_alloc (sizeof *self, &sampled_class, parent->lineage, parent->schema,
                                     &dependency, 1);

  g_return_val_if_fail (fraction >= 0 && fraction <= 1, NULL);
  self->fraction = fraction;
  self->seed = seed;
  return &self->base;
}
