/* fuzz_encoding.c - damaged batches and frames by the thousand: the decoder must refuse or accept,
 * never crash, leak or read past the end; what it accepts must be safe to read and to encode.
 *
 * The bytes stand in a block of exactly their size, so that a sanitizer sees a single byte too
 * many.
 *
 *     RUSH_FUZZ_ITERATIONS=1000000 fuzz_encoding      (5000 without it)
 */
#include "core/data/encoding.h"
#include "core/data/hash.h"
#include "tests/core/data/fuzz.h"
#include "tests/core/data/table.h"

#include <string.h>

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
    fuzz_damage (bytes, rand);
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
    fuzz_assert_honest_error (error);
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
    fuzz_damage (frame, rand);
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
    fuzz_assert_honest_error (error);
  rush_buffer_unref (back);
  g_assert_cmpuint (rush_allocator_limited_in_use (allocator), ==, 0);
  return accepted;
}

/* ---- rounds ---- */

static void
test_batches (void)
{
  fuzz_run (round_of_batch);
}

static void
test_frames (void)
{
  fuzz_run (round_of_frame);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/fuzz/batch", test_batches);
  g_test_add_func ("/fuzz/frame", test_frames);
  return g_test_run ();
}
