/* hash_functions.c - hash (), xxhash64 (), md5 (), sha1 (), sha2 (), crc32 (), base64 ().
 *
 * hash () and xxhash64 () chain over their arguments from the seed 42, and leave nulls out: the
 * first is what places rows in partitions.
 *
 * Mirrors:  Murmur3Hash, XxHash64, Md5, Sha1, Sha2, Crc32, Base64.
 */
#include "sql/functions/scalar/scalar_private.h"

#include "core/data/hash.h"

#include <zlib.h>

RUSH_EVALUATOR (murmur3)
{
  g_autofree guint32 *hashes = g_new (guint32, MAX (1, rows->n));
  g_auto (RushColumnWriter) writer = { NULL };

  if (!rush_column_writer_init (&writer, &RUSH_INT32, rows->length, TRUE, ctx->allocator, error))
    return NULL;
  for (guint i = 0; i < rows->n; i++)
    hashes[i] = RUSH_HASH_SEED;
  for (guint i = 0; i < call->n_children; i++)
    rush_murmur3_column (args[i], rows->positions, rows->n, hashes);
  for (guint i = 0; i < rows->n; i++)
    ((gint32 *)writer.values->bytes)[rush_eval_row (rows, i)] = (gint32)hashes[i];
  return rush_column_writer_finish (&writer);
}

RUSH_EVALUATOR (xxhash64)
{
  g_autofree guint64 *hashes = g_new (guint64, MAX (1, rows->n));
  g_auto (RushColumnWriter) writer = { NULL };

  if (!rush_column_writer_init (&writer, &RUSH_INT64, rows->length, TRUE, ctx->allocator, error))
    return NULL;
  for (guint i = 0; i < rows->n; i++)
    hashes[i] = RUSH_HASH_SEED;
  for (guint i = 0; i < call->n_children; i++)
    rush_xxhash64_column (args[i], rows->positions, rows->n, hashes);
  for (guint i = 0; i < rows->n; i++)
    ((gint64 *)writer.values->bytes)[rush_eval_row (rows, i)] = (gint64)hashes[i];
  return rush_column_writer_finish (&writer);
}

static void
append_digest (GString *out, GChecksumType type, RushText text)
{
  g_autofree char *digest =
      g_compute_checksum_for_data (type, (const guchar *)text.bytes, text.length);
  g_string_append (out, digest);
}

RUSH_TEXT_EVALUATOR (md5, { append_digest (out, G_CHECKSUM_MD5, RUSH_TEXT_ARG (0)); })
RUSH_TEXT_EVALUATOR (sha1, { append_digest (out, G_CHECKSUM_SHA1, RUSH_TEXT_ARG (0)); })

/* SHA-224 is SHA-256 with another start, which GLib has not: null, as other lengths that are none.
 * */
RUSH_TEXT_EVALUATOR (sha2, {
  gint64 bits = RUSH_INT_ARG (1);
  null = bits != 0 && bits != 256 && bits != 384 && bits != 512;
  if (bits == 224)
    {
      g_set_error_literal (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_UNSUPPORTED,
                           "sha2() has 256, 384 and 512 bits here, not 224");
      return NULL;
    }
  if (!null)
    append_digest (out,
                   bits == 384   ? G_CHECKSUM_SHA384
                   : bits == 512 ? G_CHECKSUM_SHA512
                                 : G_CHECKSUM_SHA256,
                   RUSH_TEXT_ARG (0));
})

RUSH_FIXED_EVALUATOR (eval_crc32, gint64, {
  RushText text = RUSH_TEXT_ARG (0);
  value = (gint64)crc32 (0, (const Bytef *)text.bytes, (uInt)text.length);
})

RUSH_TEXT_EVALUATOR (base64, {
  RushText text = RUSH_TEXT_ARG (0);
  g_autofree char *encoded = g_base64_encode ((const guchar *)text.bytes, text.length);
  g_string_append (out, encoded);
})

RUSH_TEXT_EVALUATOR (unbase64, {
  RushText text = RUSH_TEXT_ARG (0);
  g_autofree char *terminated = g_strndup (text.bytes, text.length);
  gsize length;
  g_autofree guchar *decoded = g_base64_decode (terminated, &length);
  g_string_append_len (out, (const char *)decoded, (gssize)length);
})

#define DIGEST(NAME, FUNC, USAGE)                                                                  \
  RUSH_SCALAR (NAME, 1, 1, &RUSH_STRING, FUNC, NAME "(bytes) - " USAGE, "1.5.0",                   \
               RUSH_ARGS (RUSH_ARG_BINARY))

const RushFunction rush_functions_hash[] = {
  RUSH_SCALAR ("hash", 1, G_MAXUINT, &RUSH_INT32, murmur3, "hash(a, …) - 32 bits, Murmur3", "2.0.0",
               RUSH_ARGS (RUSH_ARG_ANY), .never_null = TRUE, .handles_nulls = TRUE),
  RUSH_SCALAR ("xxhash64", 1, G_MAXUINT, &RUSH_INT64, xxhash64, "xxhash64(a, …) - 64 bits", "3.0.0",
               RUSH_ARGS (RUSH_ARG_ANY), .never_null = TRUE, .handles_nulls = TRUE),
  DIGEST ("md5", md5, "its MD5 as hexadecimal digits"),
  DIGEST ("sha", sha1, "its SHA-1 as hexadecimal digits"),
  DIGEST ("sha1", sha1, "its SHA-1 as hexadecimal digits"),
  RUSH_SCALAR ("sha2", 2, 2, &RUSH_STRING, sha2, "sha2(bytes, bits) - its SHA-2", "1.5.0",
               RUSH_ARGS (RUSH_ARG_BINARY, RUSH_ARG_INT), .always_nullable = TRUE),
  RUSH_SCALAR ("crc32", 1, 1, &RUSH_INT64, eval_crc32, "crc32(bytes) - its checksum", "1.5.0",
               RUSH_ARGS (RUSH_ARG_BINARY)),
  DIGEST ("base64", base64, "as text of 64 letters"),
  RUSH_SCALAR ("unbase64", 1, 1, &RUSH_BINARY, unbase64, "unbase64(text) - the bytes", "1.5.0",
               RUSH_ARGS (RUSH_ARG_STRING)),
  { NULL },
};
