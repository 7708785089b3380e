/* The reader of one split, on bare task contexts: files cut at every byte, against Hadoop's rule
 * told in the plainest words; blocks, long lines, bytes that are no UTF-8, and what goes wrong. */
#include "files.h"

#include "rdd/source/line_reader.h"
#include "rdd/source/text_file.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

static char *top;

/* Appends "<line>|" for each line of a split to @out; FALSE with @error. */
static gboolean
read_split (const RushFileSplit *split, RushTaskContext *ctx, GString *out, GError **error)
{
  RushLineReader *reader = rush_line_reader_open (split, rush_text_schema (), ctx, error);
  g_autoptr (GError) failure = NULL;
  RushBatch *batch;

  if (reader == NULL)
    return FALSE;
  while ((batch = rush_line_reader_next (reader, &failure)) != NULL)
    {
      for (guint i = 0; i < batch->length; i++)
        {
          gsize length;
          const char *bytes = rush_column_get_bytes (batch->columns[0], i, &length);

          g_string_append_len (out, bytes, (gssize)length);
          g_string_append_c (out, '|');
        }
      rush_batch_unref (batch);
    }
  rush_line_reader_close (reader);
  if (failure != NULL)
    g_propagate_error (error, g_steal_pointer (&failure));
  return error == NULL || *error == NULL;
}

static char *
lines_of (const char *path, gint64 start, gint64 length, RushPacking packing)
{
  const RushFileSplit split = { path, start, length, packing };
  g_autoptr (RushTaskContext) ctx = rush_task_context_new ();
  GString *out = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  read_split (&split, ctx, out, &error);
  g_assert_no_error (error);
  return g_string_free (out, FALSE);
}

/* ---- the rule, without blocks ---- */

/* Where the line that begins at @at ends, and where the next one begins. */
static gsize
line_end (const GString *text, gsize at, gsize *out_next)
{
  gsize end = at;

  while (end < text->len && text->str[end] != '\n' && text->str[end] != '\r')
    end++;
  *out_next = end;
  if (end < text->len)
    *out_next +=
        text->str[end] == '\r' && end + 1 < text->len && text->str[end + 1] == '\n' ? 2 : 1;
  return end;
}

static char *
lines_by_the_rule (const GString *text, gsize start, gsize length)
{
  GString *out = g_string_new (NULL);
  gsize at = start, next;

  if (start > 0)
    line_end (text, at, &at);
  while (at <= start + length && at < text->len)
    {
      gsize end = line_end (text, at, &next);

      g_string_append_len (out, text->str + at, (gssize)(end - at));
      g_string_append_c (out, '|');
      at = next;
    }
  return g_string_free (out, FALSE);
}

static void
check_cut (const char *path, const GString *text, gsize start, gsize length)
{
  g_autofree char *expected = lines_by_the_rule (text, start, length);
  g_autofree char *found = lines_of (path, (gint64)start, (gint64)length, RUSH_PACKING_NONE);

  if (strcmp (found, expected) != 0)
    g_error ("bytes %zu to %zu of a file of %zu: got %.200s, want %.200s", start, start + length,
             text->len, found, expected);
}

/* Small texts of all kinds of line ends, every start and every length. */
static void
test_every_cut (void)
{
  g_autofree char *path = g_build_filename (top, "cuts", NULL);
  g_autoptr (GRand) rand = g_rand_new_with_seed (20);

  for (guint round = 0; round < 60; round++)
    {
      g_autoptr (GString) text = g_string_new (NULL);
      guint length = (guint)g_rand_int_range (rand, 1, 14);

      for (guint i = 0; i < length; i++)
        g_string_append_c (text, "ab\n\r\n\r"[g_rand_int_range (rand, 0, 6)]);
      put_file (top, "cuts", text->str, (gssize)text->len);
      for (gsize start = 0; start < text->len; start++)
        for (gsize n = 1; start + n <= text->len; n++)
          check_cut (path, text, start, n);
    }
}

/* The same where blocks of 64 KiB end: each kind of line end on, before and behind the border. */
static void
test_borders_of_blocks (void)
{
  static const char *const ends[] = { "\n", "\r", "\r\n", "\r\r\n", "\n\r", "\r\n\r\n" };
  g_autofree char *path = g_build_filename (top, "borders", NULL);

  for (guint e = 0; e < G_N_ELEMENTS (ends); e++)
    for (gint shift = -4; shift <= 2; shift++)
      {
        g_autoptr (GString) text = g_string_new ("first\n");

        while ((gint)text->len < 65536 + shift)
          g_string_append_c (text, 'x');
        g_string_append (text, ends[e]);
        g_string_append (text, "behind");
        put_file (top, "borders", text->str, (gssize)text->len);
        check_cut (path, text, 0, text->len);
        check_cut (path, text, 0, 65536);
        check_cut (path, text, 3, 65530);
        check_cut (path, text, 65536 - 2, text->len - (65536 - 2));
      }
}

/* ---- long lines, odd bytes ---- */

/* A line of many blocks belongs to one split, and to no other, wherever the cuts are. */
static void
test_long_line (void)
{
  g_autofree char *path = g_build_filename (top, "long", NULL);
  g_autofree char *body = g_strnfill (5000000, 'x');
  g_autoptr (GString) text = g_string_new ("a\n");
  const RushFileSplit split = { path, 0, 1000, RUSH_PACKING_NONE };
  g_autoptr (RushTaskContext) ctx = rush_task_context_new ();
  g_autoptr (GString) found = g_string_new (NULL);

  g_string_append_printf (text, "%s\nlast", body);
  put_file (top, "long", text->str, (gssize)text->len);
  check_cut (path, text, 0, text->len);
  check_cut (path, text, 0, 1000);
  check_cut (path, text, 1000, 1000000);
  check_cut (path, text, 4000000, text->len - 4000000);
  g_assert_true (read_split (&split, ctx, found, NULL));
  g_assert_cmpint (ctx->metrics.input_records, ==, 2);
}

/* Latin-1, NUL and all others pass as they are. */
static void
test_any_byte (void)
{
  g_autofree char *path = g_build_filename (top, "bytes", NULL);
  const RushFileSplit split = { path, 0, 256, RUSH_PACKING_NONE };
  g_autoptr (RushTaskContext) ctx = rush_task_context_new ();
  g_autoptr (GString) found = g_string_new (NULL);
  char bytes[256], expected[257];

  for (guint i = 0; i < sizeof bytes; i++)
    {
      bytes[i] = (char)i;
      expected[i] = i == '\n' || i == '\r' ? '|' : (char)i;
    }
  expected[256] = '|';
  put_file (top, "bytes", bytes, sizeof bytes);
  g_assert_true (read_split (&split, ctx, found, NULL));
  g_assert_cmpmem (found->str, found->len, expected, sizeof expected);
}

/* Lines outlive the reader, and the block that they stand in is given back with the last of them.
 */
static void
test_lines_outlive_the_reader (void)
{
  g_autofree char *path = g_build_filename (top, "outlive", NULL);
  const RushFileSplit split = { path, 0, 40, RUSH_PACKING_NONE };
  RushAllocator *limited = rush_allocator_limited_new (G_MAXSIZE / 2, 0);
  g_autoptr (RushTaskContext) ctx = rush_task_context_new ();
  RushLineReader *reader;
  RushBatch *batch;
  gsize length;

  put_file (top, "outlive", "a line of more than twelve bytes\nshort\n\n", 40);
  ctx->allocator = limited;
  reader = rush_line_reader_open (&split, rush_text_schema (), ctx, NULL);
  batch = rush_line_reader_next (reader, NULL);
  rush_line_reader_close (reader);
  g_assert_cmpuint (batch->length, ==, 3);
  g_assert_cmpmem (rush_column_get_bytes (batch->columns[0], 0, &length), 32,
                   "a line of more than twelve bytes", 32);
  g_assert_cmpuint (rush_allocator_limited_in_use (limited), >, 0);
  rush_batch_unref (batch);
  g_assert_cmpuint (rush_allocator_limited_in_use (limited), ==, 0);
  rush_allocator_unref (limited);
}

/* ---- packed ---- */

/* Members of every length around the buffers of the unpacker, one behind the other. */
static void
test_gzip_members (void)
{
  static const guint lengths[] = { 0, 1, 65535, 65536, 65537, 1 << 20, 300000 };
  g_autofree char *path = g_build_filename (top, "members.gz", NULL);
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *expected = NULL;
  g_autofree char *found = NULL;
  g_autofree char *packed = NULL;
  gsize length;

  for (guint m = 0; m < G_N_ELEMENTS (lengths); m++)
    {
      gzFile file = gzopen (path, m == 0 ? "wb" : "ab");
      gsize before = text->len;

      for (guint i = 0; i < lengths[m]; i++)
        g_string_append_c (text, i % 61 == 60 ? '\n' : (char)('a' + (i * i) % 26));
      if (lengths[m] > 0)
        g_assert_cmpint (gzwrite (file, text->str + before, lengths[m]), ==, (int)lengths[m]);
      g_assert_cmpint (gzclose (file), ==, Z_OK);
    }
  packed = get_file (top, "members.gz", &length);
  expected = lines_by_the_rule (text, 0, text->len);
  found = lines_of (path, 0, (gint64)length, RUSH_PACKING_GZIP);
  g_assert_cmpstr (found, ==, expected);
}

/* Cut off anywhere, or with any byte changed, it is refused or (a byte of the header that means
 * nothing) read as it was; never wrong, never endless. */
/* ---- bzip2: splits at blocks ---- */

static gboolean
append_packed (const guint8 *bytes, gsize n, gpointer into, GError **error)
{
  g_byte_array_append (into, bytes, (guint)n);
  return TRUE;
}

static void
append_stream (GByteArray *into, const char *text, gsize n)
{
  g_autoptr (RushPacker) packer = rush_packer_new (RUSH_PACKING_BZIP2, append_packed, into, NULL);

  g_assert_true (rush_packer_write (packer, (const guint8 *)text, n, NULL));
  g_assert_true (rush_packer_finish (packer, NULL));
}

/* A text in streams of a block each, and which byte of the file each block begins in. */
typedef struct
{
  GString *text;
  GByteArray *packed;
  gsize starts[4], block_at[4]; /* of each block: in the text, in the file */
} Streams;

/* The lines of which the byte before them stands in a block that begins in [start, end); the first
 * of all and the first block are the first split's. */
static char *
lines_by_blocks (const Streams *self, gsize start, gsize end)
{
  GString *out = g_string_new (NULL);

  for (gsize at = 0, next; at < self->text->len; at = next)
    {
      gsize line_ends = line_end (self->text, at, &next), before = at == 0 ? 0 : at - 1, k = 3;

      while (self->starts[k] > before)
        k--;
      gsize place = k == 0 ? 0 : self->block_at[k];
      if (place < start || place >= end)
        continue;
      g_string_append_len (out, self->text->str + at, (gssize)(line_ends - at));
      g_string_append_c (out, '|');
    }
  return g_string_free (out, FALSE);
}

static void
test_bzip2_blocks (void)
{
  static const char *const texts[][4] = { { "a\nb\n", "c\nd\n", "e\n", "f\ng\n" },
                                          { "a\nb", "b\nc", "c", "c\nd" },
                                          { "a", "\r", "\nb\r\n", "\n\n" } };
  g_autofree char *path = g_build_filename (top, "streams.bz2", NULL);

  for (guint t = 0; t < G_N_ELEMENTS (texts); t++)
    {
      g_autoptr (GString) text = g_string_new (NULL);
      g_autoptr (GByteArray) packed = g_byte_array_new ();
      Streams streams = { .text = text, .packed = packed };

      for (guint k = 0; k < 4; k++)
        {
          streams.starts[k] = text->len;
          streams.block_at[k] = packed->len + 4; /* behind "BZh9" */
          g_string_append (text, texts[t][k]);
          append_stream (packed, texts[t][k], strlen (texts[t][k]));
        }
      put_file (top, "streams.bz2", (const char *)packed->data, packed->len);
      for (gsize start = 0; start < packed->len; start++)
        for (gsize n = 1; start + n <= packed->len; n += n < 5 ? 1 : 7)
          {
            g_autofree char *expected = lines_by_blocks (&streams, start, start + n);
            g_autofree char *found = lines_of (path, (gint64)start, (gint64)n, RUSH_PACKING_BZIP2);

            g_assert_cmpstr (found, ==, expected);
          }
    }
}

/* Blocks that begin at any bit: each line once, whoever cuts where. */
static void
test_bzip2_bits (void)
{
  g_autofree char *path = g_build_filename (top, "bits.bz2", NULL);
  g_autoptr (GByteArray) packed = g_byte_array_new ();
  g_autoptr (GString) text = g_string_new (NULL), expected = g_string_new (NULL);
  g_autoptr (GRand) rand = g_rand_new_with_seed (4);

  for (guint i = 0; text->len < 2000000; i++)
    g_string_append_printf (text, "%u %u\n", i, g_rand_int (rand) >> 20);
  append_stream (packed, text->str, text->len);
  put_file (top, "bits.bz2", (const char *)packed->data, packed->len);
  g_string_append (expected, text->str);
  g_strdelimit (expected->str, "\n", '|');
  for (gsize n = 1; n <= 7; n += 3)
    {
      g_autoptr (GString) found = g_string_new (NULL);
      gsize size = packed->len / n + 1;

      for (gsize start = 0; start < packed->len; start += size)
        {
          g_autofree char *lines = lines_of (
              path, (gint64)start, (gint64)MIN (size, packed->len - start), RUSH_PACKING_BZIP2);

          g_string_append (found, lines);
        }
      g_assert_true (g_string_equal (found, expected));
    }
}

/* −2: as it was; −1: cut off; else one bit of that byte is another. */
static void
test_damaged_bzip2 (void)
{
  static const char text[] = "some text\nthat is packed\n";
  g_autofree char *path = g_build_filename (top, "damaged.bz2", NULL);
  g_autoptr (GString) expected = g_string_new ("some text|that is packed|");
  g_autoptr (GByteArray) packed = g_byte_array_new ();

  append_stream (packed, text, sizeof text - 1);
  for (gint changed = -2; changed < (gint)packed->len - 10; changed++)
    {
      g_autofree guint8 *bytes = g_memdup2 (packed->data, packed->len);
      const RushFileSplit split = { path, 0, packed->len, RUSH_PACKING_BZIP2 };
      g_autoptr (RushTaskContext) ctx = rush_task_context_new ();
      g_autoptr (GString) out = g_string_new (NULL);
      g_autoptr (GError) error = NULL;

      if (changed >= 0)
        bytes[changed] ^= 0x10;
      put_file (top, "damaged.bz2", (char *)bytes, changed == -1 ? 20 : packed->len);
      /* A bit that says nothing, as the size of blocks in "BZh9", may change. */
      if (read_split (&split, ctx, out, &error))
        g_assert_cmpstr (out->str, ==, changed == -1 ? "no lines" : expected->str);
      else
        {
          g_assert_cmpint (changed, !=, -2);
          g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_CORRUPT);
          g_assert_nonnull (strstr (error->message, "damaged.bz2 is damaged"));
          g_assert_nonnull (strstr (error->message, "at byte"));
        }
    }
}

static void
test_damaged_gzip (void)
{
  g_autofree char *path = g_build_filename (top, "damaged.gz", NULL);
  const RushFileSplit split = { path, 0, 1, RUSH_PACKING_GZIP };
  g_autofree char *good = NULL;
  gsize length;
  gzFile file = gzopen (path, "wb");

  g_assert_cmpint (gzputs (file, "to be\nor not to be\n"), ==, 19);
  g_assert_cmpint (gzclose (file), ==, Z_OK);
  good = get_file (top, "damaged.gz", &length);
  for (gsize i = 0; i < 2 * length; i++)
    {
      g_autofree char *bytes = g_memdup2 (good, length);
      g_autoptr (RushTaskContext) ctx = rush_task_context_new ();
      g_autoptr (GString) found = g_string_new (NULL);
      g_autoptr (GError) error = NULL;

      if (i < length)
        put_file (top, "damaged.gz", bytes, (gssize)i);
      else
        {
          bytes[i - length] ^= 0x55;
          put_file (top, "damaged.gz", bytes, (gssize)length);
        }
      if (read_split (&split, ctx, found, &error))
        {
          /* An empty file has no member, and so no line. */
          g_assert_cmpstr (found->str, ==, i == 0 ? "" : "to be|or not to be|");
          g_assert_true (i == 0 || i >= length);
          continue;
        }
      g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_CORRUPT);
      g_assert_nonnull (strstr (error->message, "damaged.gz"));
    }
}

/* ---- what goes wrong ---- */

/* Shorter than when it was listed: what is there is read, as Hadoop does. */
static void
test_truncated_file (void)
{
  g_autofree char *path = g_build_filename (top, "truncated", NULL);
  g_autofree char *begin = NULL;
  g_autofree char *beyond = NULL;

  put_file (top, "truncated", "a\nb", 3);
  begin = lines_of (path, 0, 1000, RUSH_PACKING_NONE);
  beyond = lines_of (path, 500, 500, RUSH_PACKING_NONE);
  g_assert_cmpstr (begin, ==, "a|b|");
  g_assert_cmpstr (beyond, ==, "");
}

static void
assert_fails (const char *name, RushCoreError code)
{
  g_autofree char *path = g_build_filename (top, name, NULL);
  const RushFileSplit split = { path, 0, 10, RUSH_PACKING_NONE };
  g_autoptr (RushTaskContext) ctx = rush_task_context_new ();
  g_autoptr (GString) found = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (read_split (&split, ctx, found, &error));
  g_assert_error (error, RUSH_CORE_ERROR, (gint)code);
  g_assert_nonnull (strstr (error->message, name));
}

static void
test_refused (void)
{
  g_autofree char *folder = g_build_filename (top, "now a folder", NULL);

  g_assert_cmpint (g_mkdir (folder, 0777), ==, 0);
  assert_fails ("now a folder", RUSH_CORE_ERROR_IO);
  assert_fails ("gone", RUSH_CORE_ERROR_NOT_FOUND);
}

/* A task that is cancelled stops between two blocks of one line, too. */
static void
test_cancelled_in_a_line (void)
{
  g_autofree char *path = g_build_filename (top, "cancelled", NULL);
  g_autofree char *body = g_strnfill (3000000, 'x');
  const RushFileSplit split = { path, 0, 3000000, RUSH_PACKING_NONE };
  g_autoptr (RushTaskContext) ctx = rush_task_context_new ();
  g_autoptr (GError) error = NULL;
  RushLineReader *reader;

  put_file (top, "cancelled", body, 3000000);
  reader = rush_line_reader_open (&split, rush_text_schema (), ctx, NULL);
  rush_task_context_cancel (ctx, "enough");
  g_assert_null (rush_line_reader_next (reader, &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_CANCELLED);
  g_assert_cmpint (ctx->metrics.input_bytes, <, 3000000);
  rush_line_reader_close (reader);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  top = folder_new ();
  g_test_add_func ("/line-reader/every-cut", test_every_cut);
  g_test_add_func ("/line-reader/borders-of-blocks", test_borders_of_blocks);
  g_test_add_func ("/line-reader/long-line", test_long_line);
  g_test_add_func ("/line-reader/any-byte", test_any_byte);
  g_test_add_func ("/line-reader/lines-outlive-the-reader", test_lines_outlive_the_reader);
  g_test_add_func ("/line-reader/gzip-members", test_gzip_members);
  g_test_add_func ("/line-reader/damaged-gzip", test_damaged_gzip);
  g_test_add_func ("/line-reader/bzip2-blocks", test_bzip2_blocks);
  g_test_add_func ("/line-reader/bzip2-bits", test_bzip2_bits);
  g_test_add_func ("/line-reader/damaged-bzip2", test_damaged_bzip2);
  g_test_add_func ("/line-reader/truncated-file", test_truncated_file);
  g_test_add_func ("/line-reader/refused", test_refused);
  g_test_add_func ("/line-reader/cancelled-in-a-line", test_cancelled_in_a_line);
  status = g_test_run ();
  folder_free (top);
  return status;
}
