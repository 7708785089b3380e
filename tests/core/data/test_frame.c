/* test_frame.c - a frame gives back the bytes that it was given, and shows every flipped bit and
 * every missing byte; lengths that lie cost no memory; threads have contexts of their own. */
#include "core/data/crc32c_private.h"
#include "core/data/encoding.h"
#include "tests/core/data/table.h"

#include <pthread.h>
#include <string.h>
#include <zstd.h>

/* ---- normal ---- */

static GByteArray *
frame_of (RushCodec codec, const guint8 *raw, gsize size)
{
  GByteArray *frame = g_byte_array_new ();
  g_autoptr (GError) error = NULL;
  g_assert_true (rush_frame_encode (codec, raw, size, frame, &error));
  g_assert_no_error (error);
  return frame;
}

static GByteArray *
compressible (gsize size)
{
  GByteArray *raw = g_byte_array_new ();
  for (gsize i = 0; i < size; i++)
    {
      guint8 byte = (guint8)(i / 7 % 50);
      g_byte_array_append (raw, &byte, 1);
    }
  return raw;
}

static void
test_frame_round_trip (void)
{
  static const gsize sizes[] = { 0, 1, 2, 100, 65536, 1000000 };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (guint codec = RUSH_CODEC_NONE; codec <= RUSH_CODEC_ZSTD; codec++)
      {
        g_autoptr (GByteArray) raw = compressible (sizes[i]);
        g_autoptr (GByteArray) frame = frame_of ((RushCodec)codec, raw->data, raw->len);
        gsize offset = 0;
        g_autoptr (RushBuffer) back =
            rush_frame_decode (frame->data, frame->len, &offset, rush_allocator_system (), NULL);
        g_assert_cmpmem (back->bytes, back->size, raw->data, raw->len);
        g_assert_cmpuint (offset, ==, frame->len);
        if (codec == RUSH_CODEC_ZSTD && sizes[i] > 1000)
          g_assert_cmpuint (frame->len, <, sizes[i] / 5);
      }
}

/* Noise is stored as it is: a frame is never more than its header longer. */
static void
test_frame_of_noise (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (9);
  guint8 noise[5000];
  gsize offset = 0;

  for (guint i = 0; i < sizeof noise; i++)
    noise[i] = (guint8)g_rand_int (rand);
  g_autoptr (GByteArray) frame = frame_of (RUSH_CODEC_ZSTD, noise, sizeof noise);
  g_assert_cmpuint (frame->len, ==, sizeof noise + RUSH_FRAME_HEADER_BYTES);
  g_autoptr (RushBuffer) back =
      rush_frame_decode (frame->data, frame->len, &offset, rush_allocator_system (), NULL);
  g_assert_cmpmem (back->bytes, back->size, noise, sizeof noise);
}

static void
test_frames_behind_each_other (void)
{
  g_autoptr (GByteArray) all = g_byte_array_new ();
  gsize offset = 0;

  for (guint i = 0; i < 5; i++)
    {
      g_autoptr (GByteArray) raw = compressible (i * 1000);
      g_assert_true (rush_frame_encode (i % 2 ? RUSH_CODEC_ZSTD : RUSH_CODEC_NONE, raw->data,
                                        raw->len, all, NULL));
    }
  for (guint i = 0; i < 5; i++)
    {
      g_autoptr (GByteArray) raw = compressible (i * 1000);
      g_autoptr (RushBuffer) back =
          rush_frame_decode (all->data, all->len, &offset, rush_allocator_system (), NULL);
      g_assert_cmpmem (back->bytes, back->size, raw->data, raw->len);
    }
  g_assert_cmpuint (offset, ==, all->len);
}

/* ---- damage ---- */

static void
assert_frame_corrupt (const guint8 *bytes, gsize size)
{
  g_autoptr (RushAllocator) allocator = rush_allocator_limited_new (1 << 20, 0);
  g_autoptr (GError) error = NULL;
  gsize offset = 0;

  g_assert_null (rush_frame_decode (bytes, size, &offset, allocator, &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_CORRUPT);
  g_assert_cmpuint (offset, ==, 0);
  g_assert_cmpuint (rush_allocator_limited_in_use (allocator), ==, 0);
}

static void
test_damaged_frames (void)
{
  for (guint codec = RUSH_CODEC_NONE; codec <= RUSH_CODEC_ZSTD; codec++)
    {
      g_autoptr (GByteArray) raw = compressible (700);
      g_autoptr (GByteArray) frame = frame_of ((RushCodec)codec, raw->data, raw->len);
      for (guint length = 0; length < frame->len; length++)
        {
          g_autofree guint8 *cut = g_memdup2 (frame->data, length);
          assert_frame_corrupt (cut, length);
        }
      /* Every single bit, header and all. */
      for (guint bit = 0; bit < frame->len * 8; bit++)
        {
          frame->data[bit / 8] ^= (guint8)(1 << bit % 8);
          assert_frame_corrupt (frame->data, frame->len);
          frame->data[bit / 8] ^= (guint8)(1 << bit % 8);
        }
    }
}

/* A checksum that holds does not make a length true: 4 GiB are promised, nothing is asked for. */
static void
test_forged_frame (void)
{
  g_autoptr (GByteArray) raw = compressible (700);
  g_autoptr (GByteArray) frame = frame_of (RUSH_CODEC_ZSTD, raw->data, raw->len);
  memset (frame->data + 8, 0xff, 4);
  assert_frame_corrupt (frame->data, frame->len);

  /* Good zstd, but longer than what it stands for: no writer would have chosen it. */
  guint8 longer[RUSH_FRAME_HEADER_BYTES + 100] = "RFR1\1";
  guint32 numbers[3] = { 4, 0, 0 };
  numbers[1] = (guint32)ZSTD_compress (longer + RUSH_FRAME_HEADER_BYTES, 100, "word", 4, 1);
  numbers[2] = rush_crc32c (0, longer + RUSH_FRAME_HEADER_BYTES, numbers[1]);
  memcpy (longer + 8, numbers, sizeof numbers);
  assert_frame_corrupt (longer, RUSH_FRAME_HEADER_BYTES + numbers[1]);

  /* No zstd at all behind a good checksum. */
  memset (frame->data + RUSH_FRAME_HEADER_BYTES, 0, frame->len - RUSH_FRAME_HEADER_BYTES);
  guint32 crc =
      rush_crc32c (0, frame->data + RUSH_FRAME_HEADER_BYTES, frame->len - RUSH_FRAME_HEADER_BYTES);
  memcpy (frame->data + 16, &crc, sizeof crc);
  assert_frame_corrupt (frame->data, frame->len);
}

/* ---- refusals ---- */

static void
test_too_large_a_frame (void)
{
  g_autoptr (GByteArray) out = g_byte_array_new ();
  g_autoptr (GError) error = NULL;

  /* Refused by its length alone. */
  g_assert_false (rush_frame_encode (RUSH_CODEC_NONE, (const guint8 *)"x", (gsize)G_MAXUINT32 + 1,
                                     out, &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT);
  g_assert_cmpuint (out->len, ==, 0);
}

static gboolean
decode_frame (RushAllocator *allocator, gpointer data, GError **error)
{
  GByteArray *frame = data;
  gsize offset = 0;
  g_autoptr (RushBuffer) raw =
      rush_frame_decode (frame->data, frame->len, &offset, allocator, error);
  return raw != NULL;
}

static void
test_frame_refused (void)
{
  g_autoptr (GByteArray) raw = compressible (5000);
  g_autoptr (GByteArray) frame = frame_of (RUSH_CODEC_ZSTD, raw->data, raw->len);
  check_every_refusal (decode_frame, frame);
}

/* ---- threads ---- */

static void *
frames_in_a_thread (void *data)
{
  for (guint i = 0; i < 50; i++)
    {
      g_autoptr (GByteArray) raw = compressible (2000 + i);
      g_autoptr (GByteArray) frame = frame_of (RUSH_CODEC_ZSTD, raw->data, raw->len);
      gsize offset = 0;
      g_autoptr (RushBuffer) back =
          rush_frame_decode (frame->data, frame->len, &offset, rush_allocator_system (), NULL);
      g_assert_cmpmem (back->bytes, back->size, raw->data, raw->len);
    }
  return NULL;
}

static void
test_frames_in_threads (void)
{
  pthread_t threads[4];
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_assert_cmpint (pthread_create (&threads[i], NULL, frames_in_a_thread, NULL), ==, 0);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    pthread_join (threads[i], NULL);
}

/* ---- the checksum ---- */

static void
test_crc32c (void)
{
  guint8 bytes[300];

  /* RFC 3720, B.4. */
  memset (bytes, 0, 32);
  g_assert_cmphex (rush_crc32c (0, bytes, 32), ==, 0x8a9136aa);
  memset (bytes, 0xff, 32);
  g_assert_cmphex (rush_crc32c (0, bytes, 32), ==, 0x62a8ab43);
  for (guint i = 0; i < 32; i++)
    bytes[i] = (guint8)i;
  g_assert_cmphex (rush_crc32c (0, bytes, 32), ==, 0x46dd794e);
  g_assert_cmphex (rush_crc32c (0, (const guint8 *)"123456789", 9), ==, 0xe3069283);
  g_assert_cmphex (rush_crc32c (0, NULL, 0), ==, 0);

  /* With and without the instruction, in one piece and in two. */
  for (guint i = 0; i < sizeof bytes; i++)
    bytes[i] = (guint8)(i * i);
  for (guint size = 0; size < sizeof bytes; size++)
    {
      guint32 whole = rush_crc32c (0, bytes, size);
      g_assert_cmphex (rush_crc32c_portable (0, bytes, size), ==, whole);
      g_assert_cmphex (
          rush_crc32c (rush_crc32c (0, bytes, size / 3), bytes + size / 3, size - size / 3), ==,
          whole);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/frame/round_trip", test_frame_round_trip);
  g_test_add_func ("/frame/noise", test_frame_of_noise);
  g_test_add_func ("/frame/many_frames", test_frames_behind_each_other);
  g_test_add_func ("/frame/damaged", test_damaged_frames);
  g_test_add_func ("/frame/forged", test_forged_frame);
  g_test_add_func ("/frame/too_large", test_too_large_a_frame);
  g_test_add_func ("/frame/refused", test_frame_refused);
  g_test_add_func ("/frame/threads", test_frames_in_threads);
  g_test_add_func ("/crc32c", test_crc32c);
  return g_test_run ();
}
