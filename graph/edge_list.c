/* edge_list.c - lines to pairs of numbers, a batch at a time, without a row's worth of overhead.
 *
 * Lines are views into the block of the file (rdd/source/line_reader.c); digits are read where they
 * stand.
 */
#include "graph/edge_list.h"

#include "graph/arrays.h"
#include "rdd/call_site.h"
#include "rdd/source/text_file.h"
#include "rdd/transform/map_partitions.h"

typedef struct
{
  RushIterator base;
  RushIterator *lines; /* (owned) */
  RushTaskContext *ctx;
  RushSchema *schema; /* of the edges */
} EdgeListIterator;

/* ---- one line ---- */

/* A number with blanks before it; moves @at behind it. FALSE: there is none, or it is too large. */
static inline gboolean
read_id (const char **at, const char *end, gint64 *out)
{
  const char *p = *at;
  gboolean negative;
  guint64 value = 0;

  while (p < end && (*p == ' ' || *p == '\t'))
    p++;
  negative = p < end && *p == '-';
  p += negative;
  const char *first = p;
  for (; p < end && *p >= '0' && *p <= '9'; p++)
    {
      guint digit = (guint)(*p - '0');

      if (value > ((guint64)G_MAXINT64 + negative - digit) / 10)
        return FALSE;
      value = value * 10 + digit;
    }
  *out = (gint64)(negative ? -value : value);
  *at = p;
  return p > first && (p == end || *p == ' ' || *p == '\t');
}

static gboolean
is_comment (const char *line, gsize length)
{
  return length == 0 || line[0] == '#';
}

static gboolean
read_line (const char *line, gsize length, gint64 *out_source, gint64 *out_target, GError **error)
{
  const char *at = line, *end = line + length;
  g_autofree char *shown = NULL;

  if (read_id (&at, end, out_source) && read_id (&at, end, out_target))
    return TRUE;
  shown = g_utf8_make_valid (line, (gssize)MIN (length, 80));
  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
               "Invalid line: %s (a line of an edge list is two whole numbers)", shown);
  return FALSE;
}

/* ---- one batch ---- */

static RushBatch *
edges_of (const EdgeListIterator *self, const RushBatch *lines, GError **error)
{
  RushBuffer *sources =
      rush_buffer_new (self->ctx->allocator, lines->length * sizeof (gint64), error);
  RushBuffer *targets = sources != NULL ? rush_buffer_new (self->ctx->allocator,
                                                           lines->length * sizeof (gint64), error)
                                        : NULL;
  gboolean fine = targets != NULL;
  guint n = 0;

  for (guint i = 0; fine && i < lines->length; i++)
    {
      gsize length;
      const char *line =
          rush_column_get_bytes (lines->columns[0], rush_batch_row (lines, i), &length);

      if (is_comment (line, length))
        continue;
      fine = read_line (line, length, &((gint64 *)(gpointer)sources->bytes)[n],
                        &((gint64 *)(gpointer)targets->bytes)[n], error);
      n++;
    }
  if (!fine)
    {
      rush_buffer_unref (sources);
      rush_buffer_unref (targets);
      return NULL;
    }
  RushColumn *columns[] = { rush_array_numbers (&RUSH_INT64, n, sources),
                            rush_array_numbers (&RUSH_INT64, n, targets) };
  return rush_batch_new (self->schema, n, columns);
}

static RushBatch *
edge_list_next (RushIterator *base, GError **error)
{
  EdgeListIterator *self = (EdgeListIterator *)base;
  g_autoptr (RushBatch) lines = NULL;

  if (!rush_task_context_check (self->ctx, error) ||
      (lines = rush_iterator_next (self->lines, error)) == NULL)
    return NULL;
  return edges_of (self, lines, error);
}

static void
edge_list_close (RushIterator *base)
{
  rush_iterator_close (((EdgeListIterator *)base)->lines);
  g_free (base);
}

static const RushIteratorClass edge_list_class = { edge_list_next, edge_list_close };

static RushIterator *
read_edges (RushIterator *lines, guint split, RushTaskContext *ctx, gpointer data, GError **error)
{
  EdgeListIterator *self = g_new (EdgeListIterator, 1);

  *self = (EdgeListIterator){ { &edge_list_class }, lines, ctx, data };
  return &self->base;
}

RushRdd *
rush_edge_list_file (RushLineage *lineage, const char *path, guint min_partitions)
{
  RUSH_OPERATOR ("edgeListFile");
  RushSchema *schema = rush_schema_of ("src", &RUSH_INT64, "dst", &RUSH_INT64, NULL);
  g_autoptr (RushRdd) lines = rush_rdd_text_file (lineage, path, min_partitions);

  return rush_rdd_map_partitions (lines, schema, read_edges, schema,
                                  (GDestroyNotify)rush_schema_unref, FALSE);
}
