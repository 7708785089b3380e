/* json_writer.c - compact JSON appended to a string, in Jackson's spelling.
 *
 * The writer knows how deep it is, and whether a member's name has just been written: then a colon
 * stands there and no comma is due.  Nor is one due behind a bracket that opens; whatever else the
 * text ends with, a quotation mark at least, is a member.
 *
 * Where JSON leaves a choice, it is made as Spark's own library (Jackson) makes it, so that a log
 * written here and one written by Spark differ in values only: escapes for the control characters,
 * capital hexadecimal digits, '/' and non-ASCII characters as they are, doubles as Java prints
 * them, NaN and the infinities as strings.
 */
#include "core/base/json.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- commas ---- */

void
rush_json_writer_init (RushJsonWriter *self, GString *out)
{
  g_return_if_fail (out != NULL);

  *self = (RushJsonWriter){ .out = out };
}

/* Called before every value and every name. */
static void
separate (RushJsonWriter *self)
{
  if (self->after_key)
    self->after_key = FALSE;
  else if (self->depth == 0)
    {
      g_assert (!self->has_value); /* a text holds one */
      self->has_value = TRUE;
    }
  else
    {
      char last = self->out->str[self->out->len - 1];
      if (last != '{' && last != '[')
        g_string_append_c (self->out, ',');
    }
}

static void
begin_container (RushJsonWriter *self, char bracket)
{
  separate (self);
  g_string_append_c (self->out, bracket);
  self->depth++;
}

static void
end_container (RushJsonWriter *self, char bracket)
{
  g_assert (self->depth > 0);
  g_assert (!self->after_key);

  self->depth--;
  g_string_append_c (self->out, bracket);
}

void
rush_json_begin_object (RushJsonWriter *self)
{
  begin_container (self, '{');
}

void
rush_json_end_object (RushJsonWriter *self)
{
  end_container (self, '}');
}

void
rush_json_begin_array (RushJsonWriter *self)
{
  begin_container (self, '[');
}

void
rush_json_end_array (RushJsonWriter *self)
{
  end_container (self, ']');
}

/* ---- strings ---- */

/* The letter after the backslash, 'u' for a numbered escape, 0 for a character that stands as it
 * is. */
static char
escape_of (guchar c)
{
  switch (c)
    {
    case '"':
      return '"';
    case '\\':
      return '\\';
    case '\b':
      return 'b';
    case '\f':
      return 'f';
    case '\n':
      return 'n';
    case '\r':
      return 'r';
    case '\t':
      return 't';
    default:
      return c < 0x20 ? 'u' : 0;
    }
}

static void
append_valid_utf8 (GString *out, const char *text, const char *end)
{
  const char *plain = text; /* start of the run that needs no escape */

  for (const char *p = text; p < end; p++)
    {
      char escape = escape_of ((guchar)*p);
      if (escape == 0)
        continue;
      g_string_append_len (out, plain, p - plain);
      plain = p + 1;
      if (escape == 'u')
        g_string_append_printf (out, "\\u%04X", (guchar)*p);
      else
        {
          g_string_append_c (out, '\\');
          g_string_append_c (out, escape);
        }
    }
  g_string_append_len (out, plain, end - plain);
}

/* How much of @text is letters as they stand; most texts are nothing else, and names of members. */
static gsize
plain_length (const char *text)
{
  gsize n = 0;

  while ((guchar)text[n] - 0x20u < 0x5f && text[n] != '"' && text[n] != '\\')
    n++;
  return n;
}

static void
append_quoted (GString *out, const char *text)
{
  gsize n_plain = plain_length (text);
  const char *bad;

  g_string_append_c (out, '"');
  g_string_append_len (out, text, (gssize)n_plain);
  text += n_plain;
  if (*text == '\0')
    {
      g_string_append_c (out, '"');
      return;
    }
  while (!g_utf8_validate (text, -1, &bad))
    {
      append_valid_utf8 (out, text, bad);
      g_string_append (out, "\xEF\xBF\xBD");
      text = bad + 1;
    }
  append_valid_utf8 (out, text, bad);
  g_string_append_c (out, '"');
}

void
rush_json_member (RushJsonWriter *self, const char *name)
{
  g_return_if_fail (name != NULL);
  g_assert (self->depth > 0);
  g_assert (!self->after_key);

  separate (self);
  append_quoted (self->out, name);
  g_string_append_c (self->out, ':');
  self->after_key = TRUE;
}

void
rush_json_string (RushJsonWriter *self, const char *value)
{
  if (value == NULL)
    {
      rush_json_null (self);
      return;
    }
  separate (self);
  append_quoted (self->out, value);
}

/* ---- the other scalars ---- */

/* Most of a log, and of what passes between runners and workers, is integers: no printf () here. */
static void
append_int (GString *out, gint64 value)
{
  char digits[20], *end = digits + sizeof digits, *p = end;
  guint64 rest = value < 0 ? -(guint64)value : (guint64)value;

  do
    *--p = (char)('0' + rest % 10);
  while ((rest /= 10) > 0);
  if (value < 0)
    *--p = '-'; /* the least one has 19 digits: there is room */
  g_string_append_len (out, p, end - p);
}

void
rush_json_int (RushJsonWriter *self, gint64 value)
{
  separate (self);
  append_int (self->out, value);
}

void
rush_json_bool (RushJsonWriter *self, gboolean value)
{
  separate (self);
  g_string_append (self->out, value ? "true" : "false");
}

void
rush_json_null (RushJsonWriter *self)
{
  separate (self);
  g_string_append (self->out, "null");
}

/* The significant digits of a positive @value, without trailing zeros, into @digits; returns the
 * decimal exponent of the first digit.
 *
 * Every decimal of up to 15 digits survives the way through a normal double, so if a short text
 * exists, 15 digits rounded are that text and zeros; 17 digits always suffice.  Subnormals have
 * fewer bits, so the search starts at one digit there. */
static int
shortest_digits (double value, char digits[18])
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  for (int precision = value < DBL_MIN ? 1 : 15; precision <= 17; precision++)
    {
      char format[8];
      g_snprintf (format, sizeof format, "%%.%de", precision - 1);
      g_ascii_formatd (text, sizeof text, format, value);
      if (precision == 17 || g_ascii_strtod (text, NULL) == value)
        break;
    }

  gsize length = 0; /* "d.ddde±xx" without the point */
  const char *p = text;
  for (; *p != 'e'; p++)
    if (*p != '.')
      digits[length++] = *p;
  while (length > 1 && digits[length - 1] == '0')
    length--;
  digits[length] = '\0';
  return atoi (p + 1);
}

/* Java's Double.toString: plain between 10^-3 and 10^7, d.dddE±n outside; a digit on both sides of
 * the point always. */
static void
append_positive_double (GString *out, double value)
{
  char digits[18];
  int exponent = shortest_digits (value, digits);
  int length = (int)strlen (digits);

  if (exponent < -3 || exponent >= 7)
    g_string_append_printf (out, "%c.%sE%d", digits[0], length > 1 ? digits + 1 : "0", exponent);
  else if (exponent < 0)
    g_string_append_printf (out, "0.%.*s%s", -exponent - 1, "00", digits);
  else if (length <= exponent + 1)
    g_string_append_printf (out, "%s%.*s.0", digits, exponent + 1 - length, "0000000");
  else
    g_string_append_printf (out, "%.*s.%s", exponent + 1, digits, digits + exponent + 1);
}

void
rush_json_double (RushJsonWriter *self, double value)
{
  separate (self);
  if (isnan (value))
    g_string_append (self->out, "\"NaN\"");
  else if (isinf (value))
    g_string_append (self->out, value > 0 ? "\"Infinity\"" : "\"-Infinity\"");
  else
    {
      if (signbit (value))
        g_string_append_c (self->out, '-');
      if (value == 0)
        g_string_append (self->out, "0.0");
      else
        append_positive_double (self->out, fabs (value));
    }
}
