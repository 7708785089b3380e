/* like.c - see like.h.
 *
 * Between two % stands a segment: bytes, and _ for any one character.  Segments are looked for from
 * the left, each behind the one before; taking the first place where one fits is enough, as a %
 * swallows whatever is between.  An anchored end is compared in place.
 */
#include "sql/kernels/like.h"

#include <string.h>

#define ANY_CHARACTER 0xff /* stands for _ in a segment: no byte of UTF-8 */

typedef struct
{
  guint8 *bytes; /* (owned) */
  gsize length;
  gboolean plain; /* no _ in it */
} Segment;

struct _RushLike
{
  GArray *segments; /* Segment */
  gboolean starts_with_any, ends_with_any;
};

void
rush_like_free (RushLike *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < self->segments->len; i++)
    g_free (g_array_index (self->segments, Segment, i).bytes);
  g_array_unref (self->segments);
  g_free (self);
}

static void
set_invalid_escape (GError **error, RushSqlErrorClass error_class, const char *pattern,
                    gsize length, const char *at, gsize at_length)
{
  g_autofree char *format = g_strdup_printf ("'%.*s'", (gint)length, pattern);
  g_autofree char *character = g_strdup_printf ("'%.*s'", (gint)at_length, at);

  if (error_class == RUSH_SQL_CLASS_INVALID_FORMAT_ESC_AT_THE_END)
    rush_sql_error_set (error, error_class, NULL, "format", format, NULL);
  else
    rush_sql_error_set (error, error_class, NULL, "format", format, "char", character, NULL);
}

static void
end_segment (RushLike *self, GString *bytes, gboolean plain)
{
  Segment segment = { g_memdup2 (bytes->str, bytes->len), bytes->len, plain };
  g_array_append_val (self->segments, segment);
  g_string_truncate (bytes, 0);
}

RushLike *
rush_like_new (const char *pattern, gsize length, gunichar escape, GError **error)
{
  g_autoptr (RushLike) self = g_new0 (RushLike, 1);
  g_autoptr (GString) bytes = g_string_new (NULL);
  gboolean plain = TRUE, any = FALSE;
  const char *end = pattern + length;
  char escape_bytes[6];
  gsize escape_length = (gsize)g_unichar_to_utf8 (escape, escape_bytes);

  self->segments = g_array_new (FALSE, FALSE, sizeof (Segment));
  for (const char *p = pattern; p < end;)
    {
      if ((gsize)(end - p) >= escape_length && memcmp (p, escape_bytes, escape_length) == 0)
        {
          const char *next = p + escape_length;
          gboolean itself = (gsize)(end - next) >= escape_length &&
                            memcmp (next, escape_bytes, escape_length) == 0;
          if (next == end || (*next != '%' && *next != '_' && !itself))
            {
              set_invalid_escape (error,
                                  next == end ? RUSH_SQL_CLASS_INVALID_FORMAT_ESC_AT_THE_END
                                              : RUSH_SQL_CLASS_INVALID_FORMAT_ESC_IN_THE_MIDDLE,
                                  pattern, length, next,
                                  next == end ? 0 : (gsize)(g_utf8_next_char (next) - next));
              return NULL;
            }
          gsize n = itself ? escape_length : 1;
          g_string_append_len (bytes, next, (gssize)n);
          any = FALSE;
          p = next + n;
          continue;
        }
      if (*p == '%')
        {
          if (p == pattern)
            self->starts_with_any = TRUE;
          else if (!any)
            end_segment (self, bytes, plain);
          plain = TRUE;
          any = TRUE;
        }
      else
        {
          g_string_append_c (bytes, *p == '_' ? (char)ANY_CHARACTER : *p);
          plain = plain && *p != '_';
          any = FALSE;
        }
      p++;
    }
  self->ends_with_any = any;
  if (!any)
    end_segment (self, bytes, plain);
  return g_steal_pointer (&self);
}

/* Bytes of the character that begins at @p: 1 for what is no UTF-8. */
static inline gsize
character_bytes (const guint8 *p, const guint8 *end)
{
  gsize n = *p < 0xc0 ? 1 : *p < 0xe0 ? 2 : *p < 0xf0 ? 3 : 4;
  return MIN (n, (gsize)(end - p));
}

/* Where the segment ends if it fits at @p, else NULL. */
static const guint8 *
fits (const Segment *segment, const guint8 *p, const guint8 *end)
{
  if (segment->plain)
    return (gsize)(end - p) >= segment->length && memcmp (p, segment->bytes, segment->length) == 0
               ? p + segment->length
               : NULL;
  for (gsize i = 0; i < segment->length; i++)
    {
      if (p >= end)
        return NULL;
      if (segment->bytes[i] == ANY_CHARACTER)
        p += character_bytes (p, end);
      else if (*p++ != segment->bytes[i])
        return NULL;
    }
  return p;
}

/* The first place at or behind @p, up to @end: where it ends, else NULL. */
static const guint8 *
find (const Segment *segment, const guint8 *p, const guint8 *end)
{
  if (segment->plain)
    {
      const guint8 *at = memmem (p, (gsize)(end - p), segment->bytes, segment->length);
      return at != NULL ? at + segment->length : NULL;
    }
  for (; p <= end; p += p < end ? character_bytes (p, end) : 1)
    {
      const guint8 *behind = fits (segment, p, end);
      if (behind != NULL)
        return behind;
    }
  return NULL;
}

/* Does it fit exactly before @end, starting at or behind @p? */
static gboolean
fits_at_end (const Segment *segment, const guint8 *p, const guint8 *end)
{
  if (segment->plain)
    return (gsize)(end - p) >= segment->length &&
           memcmp (end - segment->length, segment->bytes, segment->length) == 0;
  for (; p <= end; p += p < end ? character_bytes (p, end) : 1)
    if (fits (segment, p, end) == end)
      return TRUE;
  return FALSE;
}

gboolean
rush_like_matches (const RushLike *self, const char *text, gsize length)
{
  const guint8 *p = (const guint8 *)text, *end = p + length;
  const Segment *segments = (const Segment *)self->segments->data;
  guint n = self->segments->len, first = 0, last = n;

  if (n == 0)
    return self->ends_with_any || length == 0;
  if (!self->starts_with_any)
    {
      p = fits (&segments[0], p, end);
      if (p == NULL)
        return FALSE;
      if (n == 1)
        return self->ends_with_any || p == end;
      first = 1;
    }
  if (!self->ends_with_any)
    last = n - 1;
  for (guint i = first; i < last; i++)
    {
      p = find (&segments[i], p, end);
      if (p == NULL)
        return FALSE;
    }
  return self->ends_with_any || fits_at_end (&segments[n - 1], p, end);
}

static gpointer
make_like (const RushExpr *expr, gpointer data, GError **error)
{
  gsize length;
  const char *pattern = rush_column_get_bytes (data, 0, &length);
  return rush_like_new (pattern, length, expr->as.like.escape, error);
}

RushColumn *
rush_like_columns (const RushExpr *expr, RushColumn *const *args, const RushRows *rows,
                   RushEvalContext *ctx, GError **error)
{
  gboolean one_pattern = expr->children[1]->kind == RUSH_EXPR_LITERAL;
  RushLike *prepared = NULL;
  RushTextVector text;
  g_auto (RushColumnWriter) writer = { NULL };

  if (one_pattern)
    {
      prepared =
          rush_eval_prepared (ctx, expr, make_like, args[1], (GDestroyNotify)rush_like_free, error);
      if (prepared == NULL)
        return NULL;
    }
  if (!rush_column_writer_init (&writer, &RUSH_BOOL, rows->length, TRUE, ctx->allocator, error))
    return NULL;
  rush_text_vector_init (&text, args[0]);
  for (guint i = 0; i < rows->n; i++)
    {
      guint row = rush_eval_row (rows, i);
      g_autoptr (RushLike) own = NULL;
      gsize length;
      if (!one_pattern)
        {
          const char *pattern = rush_column_get_bytes (args[1], row, &length);
          own = rush_like_new (pattern, length, expr->as.like.escape, error);
          if (own == NULL)
            return NULL;
        }
      const char *bytes = rush_text_at (&text, row, &length);
      if (rush_like_matches (own != NULL ? own : prepared, bytes, length))
        rush_bit_set (writer.values->bytes, row);
    }
  return rush_column_writer_finish (&writer);
}
