/* bench_data.c - what a row costs in core/data, beside what it would cost to touch its bytes at
 * all.
 *
 *     meson setup build-bench -Dbench=true --buildtype=release && ninja -C build-bench
 *     build-bench/bench/bench_data [case …]
 *
 * A case works on full batches of words and counts; each is run again and again for a third of a
 * second, and the best run counts, since everything that disturbs a run makes it longer.  The last
 * column is the ratio to a memcpy () of the same bytes (or, for building, to a g_strndup () of each
 * word into a GPtrArray), measured in the same process.
 */
#include "core/data/builder.h"
#include "core/data/encoding.h"
#include "core/data/gather.h"
#include "core/data/hash.h"

#include <string.h>
#include <time.h>

#define N_ROWS RUSH_BATCH_MAX_ROWS
#define N_SOURCES 8
#define RUN_NS 300000000

typedef struct
{
  RushSchema *schema; /* word: string, count: bigint */
  char *words[N_ROWS];
  gsize lengths[N_ROWS];
  gsize text_bytes;
  RushBatchBuilder *builder;
  RushBatch *sources[N_SOURCES];
  RushRowId rows[N_ROWS];
  GByteArray *encoded;
  GByteArray *frame;
  GByteArray *out;
  guint32 hashes[N_ROWS];
  guint64 wide_hashes[N_ROWS];
  guint32 picks[N_ROWS];
  GPtrArray *copies;
} Bench;

static guint64 sink; /* what is computed is used, or the compiler would leave it out */

/* ---- the work ---- */

static void
build (Bench *self)
{
  for (guint i = 0; i < N_ROWS; i++)
    {
      if (!rush_batch_builder_append_bytes (self->builder, 0, self->words[i], self->lengths[i],
                                            NULL) ||
          !rush_batch_builder_append_int (self->builder, 1, i, NULL))
        g_error ("refused");
      rush_batch_builder_end_row (self->builder);
    }
  rush_batch_unref (rush_batch_builder_finish (self->builder, NULL));
}

static void
build_strndup (Bench *self)
{
  g_ptr_array_set_size (self->copies, 0);
  for (guint i = 0; i < N_ROWS; i++)
    g_ptr_array_add (self->copies, g_strndup (self->words[i], self->lengths[i]));
}

static void
gather (Bench *self)
{
  rush_batch_unref (rush_batch_gather (self->schema, self->sources, self->rows, N_ROWS,
                                       rush_allocator_system (), NULL));
}

static void
take_words (Bench *self)
{
  rush_column_unref (rush_column_take (self->sources[0]->columns[0], self->picks, N_ROWS,
                                       rush_allocator_system (), NULL));
}

static void
take_counts (Bench *self)
{
  rush_column_unref (rush_column_take (self->sources[0]->columns[1], self->picks, N_ROWS,
                                       rush_allocator_system (), NULL));
}

static void
encode (Bench *self)
{
  g_byte_array_set_size (self->out, 0);
  rush_batch_encode (self->sources[0], self->out);
}

static void
decode (Bench *self)
{
  gsize offset = 0;
  RushBuffer *buffer = rush_buffer_wrap (self->encoded->data, self->encoded->len, NULL, NULL);
  rush_batch_unref (
      rush_batch_decode (buffer, &offset, self->schema, rush_allocator_system (), NULL));
  rush_buffer_unref (buffer);
}

static void
copy_encoded (Bench *self)
{
  g_byte_array_set_size (self->out, self->encoded->len);
  memcpy (self->out->data, self->encoded->data, self->encoded->len);
  sink += self->out->data[sink % self->encoded->len];
}

static void
hash_words (Bench *self)
{
  rush_hash_column (self->sources[0], 0, self->hashes);
  sink += self->hashes[0];
}

static void
hash_counts (Bench *self)
{
  rush_hash_column (self->sources[0], 1, self->hashes);
  sink += self->hashes[0];
}

static void
hash64_words (Bench *self)
{
  for (guint i = 0; i < N_ROWS; i++)
    sink += rush_hash64_bytes (self->words[i], self->lengths[i]);
}

static void
hash64_counts (Bench *self)
{
  for (guint i = 0; i < N_ROWS; i++)
    sink += rush_hash64_int (i);
}

static void
hash64_word_column (Bench *self)
{
  rush_hash64_column (self->sources[0]->columns[0], NULL, N_ROWS, FALSE, self->wide_hashes);
  sink += self->wide_hashes[0];
}

static void
hash64_count_column (Bench *self)
{
  rush_hash64_column (self->sources[0]->columns[1], NULL, N_ROWS, FALSE, self->wide_hashes);
  sink += self->wide_hashes[0];
}

static void
checksum (Bench *self)
{
  sink += rush_crc32c (0, self->encoded->data, self->encoded->len);
}

static void
compress (Bench *self)
{
  g_byte_array_set_size (self->out, 0);
  if (!rush_frame_encode (RUSH_CODEC_ZSTD, self->encoded->data, self->encoded->len, self->out,
                          NULL))
    g_error ("refused");
}

static void
decompress (Bench *self)
{
  gsize offset = 0;
  rush_buffer_unref (rush_frame_decode (self->frame->data, self->frame->len, &offset,
                                        rush_allocator_system (), NULL));
}

/* ---- the watch ---- */

static gint64
now_ns (void)
{
  struct timespec now;
  clock_gettime (CLOCK_MONOTONIC, &now);
  return (gint64)now.tv_sec * 1000000000 + now.tv_nsec;
}

static double
best_ns (void (*work) (Bench *), Bench *bench)
{
  gint64 best = G_MAXINT64, start = now_ns (), now = start;
  while (now - start < RUN_NS)
    {
      gint64 before = now;
      work (bench);
      now = now_ns ();
      best = MIN (best, now - before);
    }
  return (double)best;
}

/* ---- the data ---- */

/* Words of 2 to 11 letters, or (@long_words) of 20 to 59. */
static void
bench_init (Bench *self, gboolean long_words)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);

  memset (self, 0, sizeof *self);
  self->schema = rush_schema_of ("word", &RUSH_STRING, "count", &RUSH_INT64, NULL);
  self->builder = rush_batch_builder_new (self->schema, rush_allocator_system ());
  self->encoded = g_byte_array_new ();
  self->frame = g_byte_array_new ();
  self->out = g_byte_array_new ();
  self->copies = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < N_ROWS; i++)
    {
      gsize length =
          (gsize)(long_words ? g_rand_int_range (rand, 20, 60) : g_rand_int_range (rand, 2, 12));
      self->words[i] = g_malloc (length);
      for (gsize k = 0; k < length; k++)
        self->words[i][k] = (char)g_rand_int_range (rand, 'a', 'z' + 1);
      self->lengths[i] = length;
      self->text_bytes += length;
      self->rows[i] = (RushRowId){ (guint32)g_rand_int_range (rand, 0, N_SOURCES),
                                   (guint32)g_rand_int_range (rand, 0, N_ROWS) };
      self->picks[i] = self->rows[i].row;
    }
  for (guint s = 0; s < N_SOURCES; s++)
    {
      for (guint i = 0; i < N_ROWS; i++)
        {
          if (!rush_batch_builder_append_bytes (self->builder, 0, self->words[i], self->lengths[i],
                                                NULL) ||
              !rush_batch_builder_append_int (self->builder, 1, i, NULL))
            g_error ("refused");
          rush_batch_builder_end_row (self->builder);
        }
      self->sources[s] = rush_batch_builder_finish (self->builder, NULL);
    }
  rush_batch_encode (self->sources[0], self->encoded);
  if (!rush_frame_encode (RUSH_CODEC_ZSTD, self->encoded->data, self->encoded->len, self->frame,
                          NULL))
    g_error ("refused");
}

static void
bench_clear (Bench *self)
{
  for (guint i = 0; i < N_ROWS; i++)
    g_free (self->words[i]);
  for (guint s = 0; s < N_SOURCES; s++)
    rush_batch_unref (self->sources[s]);
  rush_batch_builder_free (self->builder);
  rush_schema_unref (self->schema);
  g_byte_array_unref (self->encoded);
  g_byte_array_unref (self->frame);
  g_byte_array_unref (self->out);
  g_ptr_array_unref (self->copies);
}

static const struct
{
  const char *name;
  void (*work) (Bench *);
  void (*beside) (Bench *); /* what the ratio is to */
} cases[] = {
  { "build", build, build_strndup },
  { "gather", gather, copy_encoded },
  { "take word", take_words, copy_encoded },
  { "take count", take_counts, copy_encoded },
  { "encode", encode, copy_encoded },
  { "decode", decode, copy_encoded },
  { "murmur3 word", hash_words, copy_encoded },
  { "murmur3 count", hash_counts, copy_encoded },
  { "hash64 word", hash64_words, copy_encoded },
  { "hash64 count", hash64_counts, copy_encoded },
  { "hash64 words", hash64_word_column, copy_encoded },
  { "hash64 counts", hash64_count_column, copy_encoded },
  { "crc32c", checksum, copy_encoded },
  { "zstd in", compress, copy_encoded },
  { "zstd out", decompress, copy_encoded },
};

static gboolean
is_wanted (const char *name, int argc, char **argv)
{
  for (int i = 1; i < argc; i++)
    if (strcmp (argv[i], name) == 0)
      return TRUE;
  return argc == 1;
}

int
main (int argc, char **argv)
{
  static Bench bench;

  for (int long_words = 0; long_words <= 1; long_words++)
    {
      bench_init (&bench, long_words);
      g_print ("%u rows of (word: string, count: bigint), %.1f bytes a word, %.1f bytes encoded\n",
               N_ROWS, (double)bench.text_bytes / N_ROWS, (double)bench.encoded->len / N_ROWS);
      g_print ("  %-14s %9s %9s %7s\n", "", "ns/row", "GB/s", "ratio");
      for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
        {
          if (!is_wanted (cases[i].name, argc, argv))
            continue;
          double ns = best_ns (cases[i].work, &bench);
          double beside = best_ns (cases[i].beside, &bench);
          g_print ("  %-14s %9.2f %9.2f %7.2f\n", cases[i].name, ns / N_ROWS,
                   bench.encoded->len / ns, ns / beside);
        }
      bench_clear (&bench);
    }
  return sink == 1;
}
