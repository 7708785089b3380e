/* fuzz_encoding.c - damaged batches and frames by the thousand: the decoder must refuse or accept,
 * never crash, leak or read past the end; what it accepts must be safe to read and to encode.
 *
 * Round i depends on i alone, so a failure is repeated by its number.  The bytes stand in a block
 * of exactly their size, so that a sanitizer sees a single byte too many.
 *
 *     RUSH_FUZZ_ITERATIONS=1000000 fuzz_encoding      (5000 without it)
 */
#include "core/data/encoding.h"
#include "core/data/hash.h"
#include "tests/core/data/table.h"

#include <stdlib.h>
#include <string.h>

#define DEFAULT_ITERATIONS 5000

static guint
iterations (void)
{
  const char *text = g_getenv ("RUSH_FUZZ_ITERATIONS");
  return text != NULL ? (guint)g_ascii_strtoull (text, NULL, 10) : DEFAULT_ITERATIONS;
}

/* ---- damage ---- */

static void
damage (GByteArray *bytes, GRand *rand)
{
  static const guint32 numbers[] = { 0,          1,          2,          8192,      8193,
                                     0x7fffffff, 0x80000000, 0xffffffff, 0xfffffff, 0x20000000 };
  if (bytes->len == 0)
    return;
  guint at = (guint)g_rand_int_range (rand, 0, (gint32)bytes->len);
  guint32 number = numbers[g_rand_int_range (rand, 0, G_N_ELEMENTS (numbers))];
  guint n = (guint)g_rand_int_range (rand, 1, 20);

  switch (g_rand_int_range (rand, 0, 7))
    {
    case 0:
      bytes->data[at] ^= (guint8)(1 << (n % 8));
      break;
    case 1:
      bytes->data[at] = (guint8)g_rand_int (rand);
      break;
    case 2: /* a length that means harm */
      if (bytes->len - at >= sizeof number)
        memcpy (bytes->data + at, &number, sizeof number);
      break;
    case 3: /* a length that is a little wrong */
      if (bytes->len - at >= sizeof number)
        {
          memcpy (&number, bytes->data + at, sizeof number);
          number += n - 10;
          memcpy (bytes->data + at, &number, sizeof number);
        }
      break;
    case 4:
      g_byte_array_set_size (bytes, at);
      break;
    case 5:
      g_byte_array_remove_range (bytes, at, MIN (n, bytes->len - at));
      break;
    case 6:
      for (guint i = 0; i < n; i++)
        {
          guint8 byte = (guint8)g_rand_int (rand);
          g_byte_array_append (bytes, &byte, 1);
        }
      break;
    }
}

/* ---- what is accepted must be usable ---- */

static void
use_batch (RushBatch *batch)
{
  g_autofree char *text = rush_batch_to_string (batch);
  g_autofree guint32 *hashes = g_new0 (guint32, batch->length + 1);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  gsize offset = 0;

  for (guint c = 0; c < batch->schema->n_fields; c++)
    rush_hash_column (batch, c, hashes);
  rush_batch_encode (batch, bytes);
  g_autoptr (RushBuffer) buffer = rush_buffer_wrap (bytes->data, bytes->len, NULL, NULL);
  g_autoptr (RushBatch) again =
      rush_batch_decode (buffer, &offset, NULL, rush_allocator_system (), NULL);
  g_assert_nonnull (again);
  g_assert_true (rush_batch_equal (batch, again));
}

static void
assert_honest_error (const GError *error)
{
  g_assert_nonnull (error);
  g_assert_true (error->domain == RUSH_CORE_ERROR);
  g_assert_true (error->code == RUSH_CORE_ERROR_CORRUPT ||
                 error->code == RUSH_CORE_ERROR_OUT_OF_MEMORY);
}

static gboolean
round_of_batch (guint i)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (i);
  g_autoptr (Table) table = table_random (rand, 5, 40);
  g_autoptr (RushBatch) batch = table_build (table, rand);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autoptr (RushAllocator) allocator = rush_allocator_limited_new (16 << 20, 0);
  g_autoptr (GError) error = NULL;
  gsize offset = 0;

  rush_batch_encode (batch, bytes);
  for (gint32 n = g_rand_int_range (rand, 1, 5); n > 0; n--)
    damage (bytes, rand);
  g_autofree guint8 *exact = g_memdup2 (bytes->data, bytes->len);
  RushBuffer *buffer = rush_buffer_wrap (exact, bytes->len, NULL, NULL);
  RushBatch *decoded = rush_batch_decode (
      buffer, &offset, g_rand_boolean (rand) ? table->schema : NULL, allocator, &error);
  gboolean accepted = decoded != NULL;
  rush_buffer_unref (buffer);
  if (accepted)
    {
      g_assert_cmpuint (offset, <=, bytes->len);
      use_batch (decoded);
      rush_batch_unref (decoded);
    }
  else
    assert_honest_error (error);
  g_assert_cmpuint (rush_allocator_limited_in_use (allocator), ==, 0);
  return accepted;
}

static gboolean
round_of_frame (guint i)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (i);
  g_autoptr (GByteArray) raw = g_byte_array_new (), frame = g_byte_array_new ();
  g_autoptr (RushAllocator) allocator = rush_allocator_limited_new (1 << 20, 0);
  g_autoptr (GError) error = NULL;
  gsize offset = 0;
  gint32 size = g_rand_int_range (rand, 0, 2000), variety = g_rand_int_range (rand, 1, 257);

  for (gint32 n = 0; n < size; n++)
    {
      guint8 byte = (guint8)g_rand_int_range (rand, 0, variety);
      g_byte_array_append (raw, &byte, 1);
    }
  g_assert_true (rush_frame_encode (g_rand_boolean (rand) ? RUSH_CODEC_ZSTD : RUSH_CODEC_NONE,
                                    raw->data, raw->len, frame, NULL));
  for (gint32 n = g_rand_int_range (rand, 1, 4); n > 0; n--)
    damage (frame, rand);
  /* Half of them with a checksum that holds, so that the zstd inside is reached. */
  if (frame->len > RUSH_FRAME_HEADER_BYTES && g_rand_boolean (rand))
    {
      guint32 stored = frame->len - RUSH_FRAME_HEADER_BYTES;
      guint32 crc = rush_crc32c (0, frame->data + RUSH_FRAME_HEADER_BYTES, stored);
      memcpy (frame->data + 12, &stored, sizeof stored);
      memcpy (frame->data + 16, &crc, sizeof crc);
    }
  g_autofree guint8 *exact = g_memdup2 (frame->data, frame->len);
  RushBuffer *back = rush_frame_decode (exact, frame->len, &offset, allocator, &error);
  gboolean accepted = back != NULL;
  if (accepted)
    g_assert_cmpuint (offset, <=, frame->len);
  else
    assert_honest_error (error);
  rush_buffer_unref (back);
  g_assert_cmpuint (rush_allocator_limited_in_use (allocator), ==, 0);
  return accepted;
}

/* ---- rounds ---- */

static void
run_rounds (gboolean (*one_round) (guint))
{
  guint n = iterations (), accepted = 0;

  for (guint i = 0; i < n; i++)
    accepted += one_round (i) ? 1 : 0;
  g_test_message ("%u of %u were accepted", accepted, n);
  /* Damage that is always noticed, or never, would test one half of the decoder only. */
  if (n >= 1000)
    {
      g_assert_cmpuint (accepted, >, n / 100);
      g_assert_cmpuint (accepted, <, n * 9 / 10);
    }
}

static void
test_batches (void)
{
  run_rounds (round_of_batch);
}

static void
test_frames (void)
{
  run_rounds (round_of_frame);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/fuzz/batch", test_batches);
  g_test_add_func ("/fuzz/frame", test_frames);
  return g_test_run ();
}
