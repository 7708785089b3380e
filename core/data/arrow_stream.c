/* arrow_stream.c - Arrow streams, read and offered.
 *
 *     RushArrowReader   stream ──get_next ()──► array ──importer──► batch, batch, …
 *     exporter          pull () ──► batch ──► array ──► whoever calls get_next ()
 */
#include "core/data/arrow.h"

#include <errno.h>
#include <string.h>

/* ---- reading ---- */

struct _RushArrowReader
{
  struct ArrowArrayStream stream;
  RushArrowImporter *importer;
};

/* @code: what a callback of the stream returned. */
static gboolean
check (RushArrowReader *self, int code, const char *what, GError **error)
{
  if (code == 0)
    return TRUE;
  const char *why = self->stream.get_last_error (&self->stream);
  g_set_error (error, RUSH_CORE_ERROR,
               code == ENOMEM ? RUSH_CORE_ERROR_OUT_OF_MEMORY : RUSH_CORE_ERROR_IO,
               "an Arrow stream failed to %s: %s", what, why != NULL ? why : g_strerror (code));
  return FALSE;
}

static gboolean
begin_array (RushArrowReader *self, gboolean *out_more, GError **error)
{
  struct ArrowArray array = { .release = NULL };

  if (!check (self, self->stream.get_next (&self->stream, &array), "give its next array", error))
    return FALSE;
  *out_more = array.release != NULL;
  return !*out_more || rush_arrow_importer_begin (self->importer, &array, error);
}

gboolean
rush_arrow_reader_next (RushArrowReader *self, RushBatch **out, GError **error)
{
  gboolean more = TRUE;

  while (rush_arrow_importer_next (self->importer, out, error))
    {
      if (*out != NULL || !more)
        return TRUE;
      if (!begin_array (self, &more, error)) /* arrays may be empty */
        return FALSE;
    }
  return FALSE;
}

RushSchema *
rush_arrow_reader_schema (RushArrowReader *self)
{
  return rush_arrow_importer_schema (self->importer);
}

void
rush_arrow_reader_free (RushArrowReader *self)
{
  if (self == NULL)
    return;
  rush_arrow_importer_free (self->importer);
  if (self->stream.release != NULL)
    self->stream.release (&self->stream);
  g_free (self);
}

RushArrowReader *
rush_arrow_reader_new (struct ArrowArrayStream *stream, RushAllocator *allocator, GError **error)
{
  g_autoptr (RushArrowReader) self = g_new0 (RushArrowReader, 1);
  struct ArrowSchema schema = { .release = NULL };

  self->stream = *stream;
  stream->release = NULL; /* moved */
  if (!check (self, self->stream.get_schema (&self->stream, &schema), "give its schema", error))
    return NULL;
  self->importer = rush_arrow_importer_new (&schema, allocator, error);
  schema.release (&schema);
  return self->importer != NULL ? g_steal_pointer (&self) : NULL;
}

/* ---- offering ---- */

typedef struct
{
  RushSchema *schema;
  RushArrowOptions options;
  char *time_zone;
  RushArrowPull pull;
  gpointer data;
  GDestroyNotify free_data;
  RushAllocator *allocator;
  GError *failure;
} Offer;

static int
offer_schema (struct ArrowArrayStream *stream, struct ArrowSchema *out)
{
  Offer *self = stream->private_data;

  rush_arrow_export_schema (self->schema, &self->options, out);
  return 0;
}

static int
offer_next (struct ArrowArrayStream *stream, struct ArrowArray *out)
{
  Offer *self = stream->private_data;
  RushBatch *pulled = NULL;

  g_clear_error (&self->failure);
  out->release = NULL;
  if (!self->pull (self->data, &pulled, &self->failure))
    return EIO;
  g_autoptr (RushBatch) batch = pulled;
  if (batch == NULL ||
      rush_arrow_export_batch (batch, &self->options, self->allocator, out, &self->failure))
    return 0;
  return g_error_matches (self->failure, RUSH_CORE_ERROR, RUSH_CORE_ERROR_OUT_OF_MEMORY) ? ENOMEM
                                                                                         : EINVAL;
}

static const char *
offer_last_error (struct ArrowArrayStream *stream)
{
  Offer *self = stream->private_data;

  return self->failure != NULL ? self->failure->message : NULL;
}

static void
offer_release (struct ArrowArrayStream *stream)
{
  Offer *self = stream->private_data;

  if (self->free_data != NULL)
    self->free_data (self->data);
  rush_schema_unref (self->schema);
  rush_allocator_unref (self->allocator);
  g_clear_error (&self->failure);
  g_free (self->time_zone);
  g_free (self);
  stream->release = NULL;
}

void
rush_arrow_export_stream (RushSchema *schema, const RushArrowOptions *options, RushArrowPull pull,
                          gpointer data, GDestroyNotify free_data, RushAllocator *allocator,
                          struct ArrowArrayStream *out)
{
  Offer *self = g_new0 (Offer, 1);

  self->schema = rush_schema_ref (schema);
  if (options != NULL)
    self->options = *options;
  self->time_zone = g_strdup (self->options.time_zone);
  self->options.time_zone = self->time_zone;
  self->pull = pull;
  self->data = data;
  self->free_data = free_data;
  self->allocator = rush_allocator_ref (allocator);
  *out = (struct ArrowArrayStream){ .get_schema = offer_schema,
                                    .get_next = offer_next,
                                    .get_last_error = offer_last_error,
                                    .release = offer_release,
                                    .private_data = self };
}
