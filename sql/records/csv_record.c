/* csv_record.c - finding the ends of fields.
 *
 *     fields  := field { sep field }
 *     field   := '"' { char | escape '"' } '"'      quoted: seps and line ends mean nothing in it
 *              | { char }                           anything else, to the next sep
 *
 * Nearly all records have no quotes at all: then a field ends at the next separator, and memchr ()
 * finds it.  A field that begins with a quote is walked byte by byte; only if something in it must
 * be changed (an escape taken away) is it copied, into scratch.
 *
 * What is no CSV, yet happens: a quote closes, and neither a separator nor the end follows.  Then
 * it was no quoted field after all: it goes to the next separator as it stands, quotes and all.
 */
#include "sql/records/csv_record.h"

#include "sql/types/sql_error.h"

#include <string.h>

/* What is being split. */
typedef struct
{
  const char *at, *end;
  gboolean multi_line; /* a line end outside of quotes ends the record */
} Cursor;

/* ---- parts ---- */

static inline gboolean
at_separator (const RushCsvOptions *options, const char *at, const char *end)
{
  if (at == end || *at != options->separator[0])
    return FALSE;
  return options->separator_length == 1 ||
         ((gsize)(end - at) >= options->separator_length &&
          memcmp (at, options->separator, options->separator_length) == 0);
}

static inline gboolean
is_line_end (const RushCsvOptions *options, char c)
{
  return options->line_separator != NULL ? c == options->line_separator[0] : c == '\n' || c == '\r';
}

static inline gboolean
ends_field (const RushCsvOptions *options, const Cursor *cursor, const char *at)
{
  return at == cursor->end || at_separator (options, at, cursor->end) ||
         (cursor->multi_line && is_line_end (options, *at));
}

/* Where the field that begins at the cursor ends, quotes meaning nothing. */
static inline const char *
find_field_end (const RushCsvOptions *options, const Cursor *cursor)
{
  const char *at = cursor->at;

  if (!cursor->multi_line && options->separator_length == 1)
    {
      at = memchr (at, options->separator[0], (gsize)(cursor->end - at));
      return at != NULL ? at : cursor->end;
    }
  while (!ends_field (options, cursor, at))
    at++;
  return at;
}

static inline gboolean
is_blank (char c)
{
  return (guchar)c <= ' ';
}

static inline gboolean
add_field (RushCsvSplitter *self, const char *text, gsize length, gboolean in_scratch,
           GError **error)
{
  if (G_UNLIKELY (self->n_fields == self->n_allocated))
    {
      self->n_allocated = MAX (64, 2 * self->n_allocated);
      self->fields = g_renew (RushCsvField, self->fields, self->n_allocated);
    }
  if (G_UNLIKELY (self->n_fields >= self->options->max_columns ||
                  (self->options->max_chars >= 0 && (gint64)length > self->options->max_chars)))
    {
      g_autofree char *shown =
          g_utf8_make_valid (text != NULL ? text : "", (gssize)MIN (length, 100));

      rush_sql_error_set (error, RUSH_SQL_CLASS_MALFORMED_CSV_RECORD, NULL, "badRecord", shown,
                          NULL);
      return FALSE;
    }
  self->fields[self->n_fields++] = (RushCsvField){ text, (guint)length, in_scratch };
  return TRUE;
}

/* ---- fields ---- */

static inline gboolean
take_plain (RushCsvSplitter *self, Cursor *cursor, GError **error)
{
  const RushCsvOptions *options = self->options;
  const char *start = cursor->at, *stop = find_field_end (options, cursor);

  cursor->at = stop;
  if (options->trims_left)
    while (start < stop && is_blank (*start))
      start++;
  if (options->trims_right)
    while (stop > start && is_blank (stop[-1]))
      stop--;
  return add_field (self, start < stop ? start : NULL, (gsize)(stop - start), FALSE, error);
}

/* Room for all of the record, so that fields in it stay where they are. */
static gboolean
need_scratch (RushCsvSplitter *self, gsize size, GError **error)
{
  gpointer scratch;

  self->scratch_used = 0;
  if (self->scratch_size >= size)
    return TRUE;
  size = MAX (size, 4096);
  scratch = rush_alloc (self->allocator, size, error);
  if (scratch == NULL)
    return FALSE;
  rush_free (self->allocator, self->scratch, self->scratch_size);
  self->scratch = scratch;
  self->scratch_size = size;
  return TRUE;
}

/* Behind an escape: the character that both stand for; '\0': the escape stands for itself. */
static inline char
escaped (const RushCsvOptions *options, char escape, char next)
{
  if (next == options->quote && escape == options->escape)
    return options->quote;
  if (escape == options->escape_escape && next == options->escape && options->escape_escape != '\0')
    return options->escape;
  return '\0';
}

/* The inside of quotes, from the cursor on.  FALSE: they do not close properly. */
static gboolean
walk_quoted (RushCsvSplitter *self, Cursor *cursor, const char **out_start, gsize *out_length,
             gboolean *out_changed)
{
  const RushCsvOptions *options = self->options;
  const char *at = cursor->at + 1, *start = at;
  char *out = self->scratch + self->scratch_used, *begin = out;
  gboolean changed = FALSE;

  for (; at < cursor->end; at++)
    {
      char c = *at, meaning = '\0';

      if (at + 1 < cursor->end && (c == options->escape || c == options->escape_escape))
        meaning = escaped (options, c, at[1]);
      if (meaning != '\0')
        {
          *out++ = meaning;
          at++;
          changed = TRUE;
        }
      else if (c == options->quote)
        break;
      else
        *out++ = c;
    }
  *out_start = changed ? begin : start;
  *out_length = (gsize)(out - begin);
  *out_changed = changed;
  if (at == cursor->end)
    {
      cursor->at = at;
      return TRUE;
    }
  /* Behind the closing quote: blanks, then the end of the field. */
  for (at++; !ends_field (options, cursor, at); at++)
    if (!is_blank (*at))
      return FALSE;
  cursor->at = at;
  return TRUE;
}

static gboolean
take_quoted (RushCsvSplitter *self, Cursor *cursor, GError **error)
{
  const char *start;
  gsize length;
  gboolean changed;

  if (!walk_quoted (self, cursor, &start, &length, &changed))
    return take_plain (self, cursor, error);
  if (changed)
    self->scratch_used += length;
  if (length == 0)
    return add_field (self, self->options->empty_value, self->options->empty_length, TRUE, error);
  return add_field (self, start, length, changed, error);
}

static inline gboolean
begins_with_quote (const RushCsvOptions *options, Cursor *cursor)
{
  const char *at = cursor->at;

  if (options->quote == '\0')
    return FALSE;
  if (options->trims_left)
    while (at < cursor->end && is_blank (*at) && !ends_field (options, cursor, at))
      at++;
  if (at == cursor->end || *at != options->quote)
    return FALSE;
  cursor->at = at;
  return TRUE;
}

static gboolean
take_fields (RushCsvSplitter *self, Cursor *cursor, GError **error)
{
  const RushCsvOptions *options = self->options;

  self->n_fields = 0;
  self->scratch_used = 0;
  for (;;)
    {
      gboolean ok = begins_with_quote (options, cursor) ? take_quoted (self, cursor, error)
                                                        : take_plain (self, cursor, error);

      if (!ok)
        return FALSE;
      if (!at_separator (options, cursor->at, cursor->end) ||
          (self->n_fields >= self->n_wanted && !cursor->multi_line))
        return TRUE;
      cursor->at += options->separator_length;
    }
}

/* ---- records ---- */

gboolean
rush_csv_split_line (RushCsvSplitter *self, const char *line, gsize length, GError **error)
{
  Cursor cursor = { line, line + length, FALSE };

  if (self->options->quote != '\0' && memchr (line, self->options->quote, length) != NULL &&
      !need_scratch (self, length, error))
    return FALSE;
  return take_fields (self, &cursor, error);
}

/* Behind the line end at @at, if one stands there. */
static const char *
pass_line_end (const RushCsvOptions *options, const char *at, const char *end)
{
  if (at == end || !is_line_end (options, *at))
    return at;
  return at + 1 + (at[0] == '\r' && at + 1 < end && at[1] == '\n');
}

gboolean
rush_csv_split_next (RushCsvSplitter *self, const char **at, const char *end, GError **error)
{
  const RushCsvOptions *options = self->options;
  Cursor cursor = { *at, end, TRUE };

  for (;;)
    {
      const char *next = pass_line_end (options, cursor.at, end);

      if (next == cursor.at && next < end && options->comment != '\0' && *next == options->comment)
        while (next < end && !is_line_end (options, *next))
          next++;
      if (next == cursor.at)
        break;
      cursor.at = next;
    }
  *at = cursor.at;
  if (cursor.at == end)
    return FALSE;
  if (!need_scratch (self, (gsize)(end - cursor.at), error) || !take_fields (self, &cursor, error))
    return FALSE;
  *at = pass_line_end (options, cursor.at, end);
  return TRUE;
}

gboolean
rush_csv_is_ignored (const RushCsvOptions *options, const char *line, gsize length)
{
  const char *end = line + length;

  if (length > 0 && options->comment != '\0' && line[0] == options->comment)
    return TRUE;
  if (length > 0 && !is_blank (line[0]))
    return FALSE;
  while (line < end && is_blank (*line))
    line++;
  return line == end;
}

void
rush_csv_splitter_init (RushCsvSplitter *self, const RushCsvOptions *options,
                        RushAllocator *allocator)
{
  *self = (RushCsvSplitter){ .options = options, .allocator = allocator, .n_wanted = G_MAXUINT };
}

void
rush_csv_splitter_clear (RushCsvSplitter *self)
{
  g_free (self->fields);
  rush_free (self->allocator, self->scratch, self->scratch_size);
}
