/* file_writer.c - see file_writer.h. */
#include "sql/sources/file_writer.h"

#include "core/base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define FLUSH_BYTES (256 * 1024)

struct _RushFileWriter
{
  RushTaskContext *ctx; /* (unowned) */
  char *path;
  int fd;
  RushPacker *packer; /* or NULL */
  GString *buffer;    /* of a bounded size */
};

static gboolean
write_to_file (const guint8 *bytes, gsize n, gpointer data, GError **error)
{
  RushFileWriter *self = data;

  self->ctx->metrics.output_bytes += (gint64)n;
  return rush_write_fully (self->fd, bytes, n, self->path, error);
}

RushFileWriter *
rush_file_writer_open (const char *path, RushTaskContext *ctx, GError **error)
{
  RushFileWriter *self;
  RushPacking packing;

  if (!rush_packing_of (path, &packing, error))
    return NULL;
  self = g_new0 (RushFileWriter, 1);
  self->ctx = ctx;
  self->path = g_strdup (path);
  self->buffer = g_string_sized_new (FLUSH_BYTES + 4096);
  self->fd = open (path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (self->fd < 0)
    rush_set_error_errno (error, errno, "Cannot make", path);
  else if (packing == RUSH_PACKING_NONE ||
           (self->packer = rush_packer_new (packing, write_to_file, self, error)) != NULL)
    return self;
  rush_file_writer_close (self, FALSE, NULL);
  return NULL;
}

GString *
rush_file_writer_buffer (RushFileWriter *self)
{
  return self->buffer;
}

gboolean
rush_file_writer_flush (RushFileWriter *self, gboolean all, GError **error)
{
  const guint8 *bytes = (const guint8 *)self->buffer->str;
  gsize n = self->buffer->len;
  gboolean ok;

  if (n == 0 || (n < FLUSH_BYTES && !all))
    return TRUE;
  ok = self->packer != NULL ? rush_packer_write (self->packer, bytes, n, error)
                            : write_to_file (bytes, n, self, error);
  g_string_truncate (self->buffer, 0);
  return ok;
}

gboolean
rush_file_writer_close (RushFileWriter *self, gboolean keep, GError **error)
{
  gboolean ok = !keep || (rush_file_writer_flush (self, TRUE, error) &&
                          (self->packer == NULL || rush_packer_finish (self->packer, error)));

  /* Some file systems say only now that a write has failed. */
  if (self->fd >= 0 && close (self->fd) != 0 && ok && keep)
    {
      rush_set_error_errno (error, errno, "Cannot write", self->path);
      ok = FALSE;
    }
  rush_packer_free (self->packer);
  g_string_free (self->buffer, TRUE);
  g_free (self->path);
  g_free (self);
  return ok;
}

/* ---- names of packings ---- */

gboolean
rush_text_packing (const RushOptions *options, RushPacking *out, GError **error)
{
  static const struct
  {
    const char *name;
    RushPacking packing;
  } names[] = { { "none", RUSH_PACKING_NONE },   { "uncompressed", RUSH_PACKING_NONE },
                { "bzip2", RUSH_PACKING_BZIP2 }, { "deflate", RUSH_PACKING_ZLIB },
                { "gzip", RUSH_PACKING_GZIP },   { "zstd", RUSH_PACKING_ZSTD } };
  const char *wished = rush_options_get (options, "compression");

  if (wished == NULL)
    wished = rush_options_get (options, "codec");
  *out = RUSH_PACKING_NONE;
  if (wished == NULL)
    return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_ascii_strcasecmp (names[i].name, wished) == 0)
      {
        *out = names[i].packing;
        return TRUE;
      }
  if (rush_packing_of_codec (wished, out, NULL))
    return TRUE;
  rush_sql_error_set (error, RUSH_SQL_CLASS_CODEC_NOT_AVAILABLE_WITH_AVAILABLE_CODECS_SUGGESTION,
                      NULL, "codecName", wished, "availableCodecs",
                      "bzip2, deflate, uncompressed, gzip, none, zstd", NULL);
  return FALSE;
}

char *
rush_text_extension (const char *extension, const RushOptions *options, GError **error)
{
  RushPacking packing;

  if (!rush_text_packing (options, &packing, error))
    return NULL;
  return g_strconcat (extension, rush_packing_suffix (packing), NULL);
}
