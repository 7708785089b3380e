/* random_numbers.c - rand (), randn (), monotonically_increasing_id (), spark_partition_id ().
 *
 * The numbers are Spark's own: its XORShiftRandom, seeded by the seed plus the partition, drawn
 * once a row, in the order of the rows.
 *
 * Mirrors:  Rand, Randn, MonotonicallyIncreasingID, SparkPartitionID; XORShiftRandom;
 *           java.util.Random for doubles and Gaussians.  Source: Marsaglia, "Xorshift RNGs", 2003.
 */
#include "sql/functions/scalar/scalar_private.h"

#include <math.h>

typedef struct
{
  guint64 seed;
  gboolean has_next;
  double next_gaussian;
} Random;

static inline guint32
rotate (guint32 x, guint n)
{
  return x << n | x >> (32 - n);
}

/* scala.util.hashing.MurmurHash3.bytesHash of eight bytes. */
static guint32
hash_eight (guint64 value, guint32 seed)
{
  guint64 bytes = GUINT64_TO_BE (value);
  guint32 h = seed;

  for (guint i = 0; i < 2; i++)
    {
      guint32 k = (guint32)(bytes >> (32 * i));
      k *= 0xcc9e2d51;
      k = rotate (k, 15) * 0x1b873593;
      h = rotate (h ^ k, 13) * 5 + 0xe6546b64;
    }
  h ^= 8;
  h = (h ^ h >> 16) * 0x85ebca6b;
  h = (h ^ h >> 13) * 0xc2b2ae35;
  return h ^ h >> 16;
}

static guint32
next_bits (Random *self, guint bits)
{
  guint64 x = self->seed;
  x ^= x << 21;
  x ^= x >> 35;
  x ^= x << 4;
  self->seed = x;
  return (guint32)(x & ((G_GUINT64_CONSTANT (1) << bits) - 1));
}

static double
next_double (Random *self)
{
  guint64 high = (guint64)next_bits (self, 26) << 27;
  return (double)(high + next_bits (self, 27)) * 0x1p-53;
}

static double
next_gaussian (Random *self)
{
  double x, y, square;

  if (self->has_next)
    {
      self->has_next = FALSE;
      return self->next_gaussian;
    }
  do
    {
      x = 2 * next_double (self) - 1;
      y = 2 * next_double (self) - 1;
      square = x * x + y * y;
    }
  while (square >= 1 || square == 0);
  double factor = sqrt (-2 * log (square) / square);
  self->next_gaussian = y * factor;
  self->has_next = TRUE;
  return x * factor;
}

typedef struct
{
  RushEvalContext *ctx;
  RushColumn *const *args;
  const RushRows *rows;
} RandomCall;

/* The seed is one number, also where it has not been folded to a literal. */
static gint64
seed_of (const RushExpr *call, const RandomCall *random)
{
  guint row = rush_eval_row (random->rows, 0);

  if (call->n_children == 0)
    return call->as.function.seed;
  return rush_column_is_valid (random->args[0], row) ? rush_column_get_int (random->args[0], row)
                                                     : 0;
}

static gpointer
make_random (const RushExpr *call, gpointer data, GError **error)
{
  RushEvalContext *ctx = ((RandomCall *)data)->ctx;
  Random *self = g_new0 (Random, 1);
  gint64 seed = seed_of (call, data);
  guint64 start = (guint64)seed + ctx->partition;
  guint32 low = hash_eight (start, 0x3c074a61), high = hash_eight (start, low);

  self->seed = (guint64)high << 32 | low;
  return self;
}

RUSH_EVALUATOR (eval_random)
{
  gboolean gaussian = g_str_has_prefix (call->as.function.function->name, "randn");
  g_auto (RushColumnWriter) writer = { NULL };
  RandomCall how = { ctx, args, rows };
  Random *random =
      rows->n > 0 ? rush_eval_prepared (ctx, call, make_random, &how, g_free, error) : NULL;

  if ((random == NULL && rows->n > 0) ||
      !rush_column_writer_init (&writer, &RUSH_FLOAT64, rows->length, TRUE, ctx->allocator, error))
    return NULL;
  RUSH_FOR_ROWS (rows, row, {
    ((double *)writer.values->bytes)[row] =
        gaussian ? next_gaussian (random) : next_double (random);
  });
  return rush_column_writer_finish (&writer);
}

static gpointer
make_counter (const RushExpr *call, gpointer data, GError **error)
{
  return g_new0 (gint64, 1);
}

/* The partition in the upper 31 bits, the row's number in it in the lower 33. */
RUSH_EVALUATOR (eval_increasing_id)
{
  g_auto (RushColumnWriter) writer = { NULL };
  gint64 *counter = rush_eval_prepared (ctx, call, make_counter, NULL, g_free, error);

  if (!rush_column_writer_init (&writer, &RUSH_INT64, rows->length, TRUE, ctx->allocator, error))
    return NULL;
  RUSH_FOR_ROWS (rows, row, {
    ((gint64 *)writer.values->bytes)[row] = ((gint64)ctx->partition << 33) + (*counter)++;
  });
  return rush_column_writer_finish (&writer);
}

RUSH_EVALUATOR (eval_partition_id)
{
  return rush_column_new_constant_int (&RUSH_INT32, ctx->partition, rows->length, ctx->allocator,
                                       error);
}

#define RANDOM(NAME, USAGE)                                                                        \
  RUSH_SCALAR (NAME, 0, 1, &RUSH_FLOAT64, eval_random, NAME "([seed]) - " USAGE, "1.5.0",          \
               RUSH_ARGS (RUSH_ARG_LONG), .never_null = TRUE, .nondeterministic = TRUE)

const RushFunction rush_functions_random[] = {
  RANDOM ("rand", "a number from 0 to 1"),
  RANDOM ("random", "a number from 0 to 1"),
  RANDOM ("randn", "a number from the standard normal distribution"),
  RUSH_SCALAR ("monotonically_increasing_id", 0, 0, &RUSH_INT64, eval_increasing_id,
               "monotonically_increasing_id() - unique, rising, not without gaps", "1.4.0",
               .never_null = TRUE, .nondeterministic = TRUE),
  RUSH_SCALAR ("spark_partition_id", 0, 0, &RUSH_INT32, eval_partition_id,
               "spark_partition_id() - the number of the row's partition", "1.4.0",
               .never_null = TRUE, .nondeterministic = TRUE),
  { NULL },
};
