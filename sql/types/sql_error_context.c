/* sql_error_context.c - a place in a query, drawn.
 *
 *   == SQL (line 3, position 2) ==        the lines that the place touches, at most 32 more
 *    1/0,                                 characters on either side (then "..."), and carets
 *    ^^^                                  under the place itself
 *
 * Offsets are bytes, what is shown is counted in characters: a caret stands under a character
 * however many bytes it has.  Positions are counted in characters, too.
 */
#include "sql/types/sql_error.h"

#include "sql/types/sql_error_private.h"

#include <string.h>

#define MAX_EXTRA 32
#define CUT "..."

RushSqlText *
rush_sql_text_new (const char *text, const char *object_type, const char *object_name)
{
  g_return_val_if_fail (text != NULL, NULL);

  RushSqlText *self = g_new0 (RushSqlText, 1);
  rush_ref_count_init (&self->refs);
  self->text = g_strdup (text);
  self->object_type = g_strdup (object_type);
  self->object_name = g_strdup (object_name);
  return self;
}

RushSqlText *
rush_sql_text_ref (RushSqlText *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  rush_ref_count_inc (&self->refs);
  return self;
}

void
rush_sql_text_unref (RushSqlText *self)
{
  if (self == NULL || !rush_ref_count_dec (&self->refs))
    return;
  g_free (self->text);
  g_free (self->object_type);
  g_free (self->object_name);
  g_free (self);
}

RushSqlContext *
rush_sql_context_new (RushSqlText *text, guint start, guint stop)
{
  RushSqlContext *self = g_new0 (RushSqlContext, 1);

  rush_ref_count_init (&self->refs);
  self->text = rush_sql_text_ref (text);
  self->start = start;
  self->stop = stop;
  return self;
}

RushSqlContext *
rush_sql_context_new_call (const char *fragment, const char *call_site)
{
  RushSqlContext *self = g_new0 (RushSqlContext, 1);

  rush_ref_count_init (&self->refs);
  self->fragment = g_intern_string (fragment);
  self->call_site = g_intern_string (call_site);
  return self;
}

RushSqlContext *
rush_sql_context_ref (RushSqlContext *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  rush_ref_count_inc (&self->refs);
  return self;
}

void
rush_sql_context_unref (RushSqlContext *self)
{
  if (self == NULL || !rush_ref_count_dec (&self->refs))
    return;
  rush_sql_text_unref (self->text);
  g_free (self);
}

/* ---- bytes and characters ---- */

static gboolean
is_first_byte (char c)
{
  return ((guchar)c & 0xC0) != 0x80;
}

static guint
count_characters (const char *from, const char *to)
{
  guint n = 0;

  for (const char *p = from; p < to; p++)
    n += is_first_byte (*p);
  return n;
}

/* The start of the text that is shown before @place: its line, at most MAX_EXTRA characters. */
static const char *
shown_from (const char *text, const char *place, gboolean *out_cut)
{
  guint extra = 0;

  *out_cut = FALSE;
  while (place > text && place[-1] != '\n')
    {
      if (is_first_byte (*place) && extra++ == MAX_EXTRA)
        {
          *out_cut = TRUE;
          break;
        }
      place--;
    }
  return place;
}

/* The end of the text that is shown behind the last byte @place. */
static const char *
shown_to (const char *end, const char *place, gboolean *out_cut)
{
  guint extra = 0;

  *out_cut = FALSE;
  for (; place < end && *place != '\n'; place++)
    if (is_first_byte (*place) && extra++ > MAX_EXTRA)
      {
        *out_cut = TRUE;
        break;
      }
  return place;
}

/* ---- the block with carets ---- */

/* One line and the carets under it; characters of [start, stop] are marked. */
static void
append_marked_line (GString *out, const char *line, const char *line_end, const char *prefix,
                    const char *suffix, const char *start, const char *stop)
{
  g_string_append (out, prefix);
  g_string_append_len (out, line, line_end - line);
  g_string_append (out, suffix);
  g_string_append_c (out, '\n');
  for (gsize i = 0; i < strlen (prefix); i++)
    g_string_append_c (out, ' ');
  for (const char *p = line; p < line_end && p <= stop; p++)
    if (is_first_byte (*p))
      g_string_append_c (out, p < start ? ' ' : '^');
  g_string_append_c (out, '\n');
}

static void
append_lines (GString *out, const RushSqlContext *self)
{
  const char *text = self->text->text;
  gsize length = strlen (text);
  const char *start = text + MIN (self->start, length);
  const char *stop = text + MIN (self->stop, length > 0 ? length - 1 : 0);
  gboolean cut_before, cut_behind;
  const char *from = shown_from (text, start, &cut_before);
  const char *to = shown_to (text + length, stop, &cut_behind);

  for (const char *line = from; line <= to;)
    {
      const char *line_end = memchr (line, '\n', (gsize)(to - line));
      gboolean last = line_end == NULL;
      if (last)
        line_end = to;
      append_marked_line (out, line, line_end, line == from && cut_before ? CUT : "",
                          last && cut_behind ? CUT : "", start, stop);
      line = line_end + 1;
    }
}

void
rush_sql_context_line (const RushSqlContext *self, guint *out_line, guint *out_position)
{
  g_return_if_fail (self != NULL && self->text != NULL);

  const char *text = self->text->text;
  const char *end = text + MIN (self->start, strlen (text));
  const char *line = text;
  guint n = 1;
  for (const char *p = text; p < end; p++)
    if (*p == '\n')
      {
        n++;
        line = p + 1;
      }
  *out_line = n;
  *out_position = count_characters (line, end);
}

char *
rush_sql_context_summary (const RushSqlContext *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  GString *out = g_string_new (NULL);
  if (self->text != NULL)
    {
      guint line, position;
      rush_sql_context_line (self, &line, &position);
      g_string_append (out, "== SQL");
      if (self->text->object_type != NULL && self->text->object_name != NULL)
        g_string_append_printf (out, " of %s %s", self->text->object_type, self->text->object_name);
      g_string_append_printf (out, " (line %u, position %u) ==\n", line, position + 1);
      append_lines (out, self);
    }
  else if (self->fragment != NULL)
    g_string_append_printf (out, "== DataFrame ==\n\"%s\" was called from\n%s\n", self->fragment,
                            self->call_site != NULL ? self->call_site : "");
  return g_string_free (out, FALSE);
}

/* ---- the arrow of a syntax error ---- */

void
rush_sql_context_append_arrow (GString *out, const RushSqlContext *context)
{
  guint line, position, n = 0;
  g_auto (GStrv) lines = g_strsplit (context->text->text, "\n", -1);

  rush_sql_context_line (context, &line, &position);
  g_string_append_printf (out, " (line %u, pos %u)\n\n== SQL ==\n", line, position);
  for (; lines[n] != NULL; n++)
    {
      g_string_append_printf (out, "%s\n", lines[n]);
      if (n + 1 != line)
        continue;
      for (guint i = 0; i < position; i++)
        g_string_append_c (out, '-');
      g_string_append (out, "^^^\n");
    }
}
