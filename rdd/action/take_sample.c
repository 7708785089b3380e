/* take_sample.c - count, sample a little too many, shuffle, cut.
 *
 * How many rows of a sample stay is a matter of chance.  The fraction is chosen so that in 9,999 of
 * 10,000 samples there are enough (a Chernoff bound: γ = − ln 10⁻⁴ / total, f' = f + γ +
 * √(γ² + 2γf)); in the other one another is drawn.
 */
#include "rdd/action/take_sample.h"

#include "rdd/action/collect.h"
#include "rdd/action/count.h"
#include "rdd/call_site.h"
#include "rdd/random.h"
#include "rdd/transform/partitionwise_sampled.h"

#include <math.h>

#define FAILURES 1e-4
#define SMALLEST_FRACTION 1e-10

void
rush_sample_free (RushSample *self)
{
  g_ptr_array_unref (self->batches);
  g_array_unref (self->rows);
  g_free (self);
}

/* All rows of @batches (taken over), in order. */
static RushSample *
sample_of_batches (GPtrArray *batches)
{
  RushSample *self = g_new (RushSample, 1);

  self->batches = batches;
  self->rows = g_array_new (FALSE, FALSE, sizeof (RushRowId));
  for (guint b = 0; b < batches->len; b++)
    for (guint i = 0; i < ((RushBatch *)batches->pdata[b])->length; i++)
      g_array_append_val (self->rows, ((RushRowId){ b, i }));
  return self;
}

/* Fisher and Yates', from the end, as Spark does it. */
static void
shuffle (GArray *rows, RushJavaRandom *random)
{
  for (guint i = rows->len; i-- > 1;)
    {
      RushRowId *a = &g_array_index (rows, RushRowId, i);
      RushRowId *b = &g_array_index (rows, RushRowId, rush_java_random_next (random, i + 1));
      RushRowId swapped = *a;

      *a = *b;
      *b = swapped;
    }
}

static double
fraction_for (guint n, gint64 total)
{
  double fraction = (double)n / (double)total;
  double gamma = -log (FAILURES) / (double)total;
  double enough = fraction + gamma + sqrt (gamma * gamma + 2 * gamma * fraction);

  return CLAMP (enough, SMALLEST_FRACTION, 1.0);
}

static RushSample *
draw_enough (RushContext *context, RushRdd *rdd, guint n, gint64 total, RushJavaRandom *random,
             const RushJobOptions *job, GError **error)
{
  for (;;)
    {
      g_autoptr (RushRdd) sampled =
          rush_rdd_sample (rdd, fraction_for (n, total), rush_java_random_next_int (random));
      GPtrArray *batches = rush_rdd_collect_with (context, sampled, job, error);
      g_autoptr (RushSample) sample = batches != NULL ? sample_of_batches (batches) : NULL;

      if (sample == NULL || sample->rows->len >= n)
        return g_steal_pointer (&sample);
    }
}

RushSample *
rush_rdd_take_sample (RushContext *context, RushRdd *rdd, guint n, gint64 seed,
                      const RushJobOptions *job, GError **error)
{
  RUSH_OPERATOR ("takeSample");
  gint64 total = n > 0 ? rush_rdd_count_with (context, rdd, job, error) : 0;
  RushJavaRandom random;
  RushSample *sample;

  if (total <= 0)
    return total == 0 ? sample_of_batches (g_ptr_array_new ()) : NULL;
  rush_java_random_init (&random, seed);
  if (n >= total)
    {
      GPtrArray *batches = rush_rdd_collect_with (context, rdd, job, error);

      sample = batches != NULL ? sample_of_batches (batches) : NULL;
    }
  else
    sample = draw_enough (context, rdd, n, total, &random, job, error);
  if (sample == NULL)
    return NULL;
  shuffle (sample->rows, &random);
  g_array_set_size (sample->rows, MIN (n, sample->rows->len));
  return sample;
}
