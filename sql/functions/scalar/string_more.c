/* string_more.c - strings replaced, compared by sound and spelling, split, formatted.
 *
 * Mirrors:  org.apache.spark.sql.catalyst.expressions.{StringReplace, StringTranslate, Levenshtein,
 *           SoundEx, FormatNumber, FormatString, SplitPart, Elt, FindInSet, Overlay, Reverse}.
 */
#include "sql/functions/scalar/nested_private.h"
#include "sql/types/decimal.h"
#include "sql/types/value_text.h"

#include <math.h>

#define TEXT RUSH_TEXT_ARG (0)

/* ── single characters ── */

RUSH_FIXED_EVALUATOR (ascii, gint32, {
  RushText text = TEXT;
  value = text.length > 0 ? (gint32)g_utf8_get_char_validated (text.bytes, (gssize)text.length) : 0;
})

RUSH_TEXT_EVALUATOR (character, {
  gint64 code = RUSH_INT_ARG (0);
  if (code >= 0)
    {
      char utf8[6];
      g_string_append_len (out, utf8, g_unichar_to_utf8 ((gunichar)(code & 255), utf8));
    }
})

/* ── reversed ── */

static void
append_reversed (GString *out, RushText text)
{
  const char *end = text.bytes + text.length;
  gsize at = out->len + text.length;

  g_string_set_size (out, at);
  for (const char *p = text.bytes; p < end;)
    {
      gsize n = rush_utf8_bytes (p, end);
      at -= n;
      memcpy (out->str + at, p, n);
      p += n;
    }
}

RUSH_TEXT_EVALUATOR (reverse_text, { append_reversed (out, TEXT); })

RUSH_EVALUATOR (reverse)
{
  if (args[0]->type->kind != RUSH_TYPE_ARRAY)
    return reverse_text (call, args, rows, ctx, error);
  RushColumn *elements = rush_column_child (args[0], 0);
  g_auto (RushListWriter) writer = { .picks = NULL };
  if (!rush_list_writer_init (&writer, call->type, rows, ctx, error))
    return NULL;
  RUSH_FOR_ROWS (rows, row, {
    RushListView list = rush_column_get_list (args[0], row);
    rush_list_writer_begin (&writer);
    for (gint32 k = list.length - 1; k >= 0; k--)
      rush_list_writer_add (&writer, 0, (guint32)(list.offset + k));
    rush_list_writer_end (&writer, row);
  });
  return rush_list_writer_finish (&writer, &elements, 1, ctx, error);
}

/* ── replaced ── */

RUSH_TEXT_EVALUATOR (replace, {
  RushText text = TEXT;
  RushText what = RUSH_TEXT_ARG (1);
  RushText with = call->n_children > 2 ? RUSH_TEXT_ARG (2) : (RushText){ "", 0 };
  const char *p = text.bytes;
  const char *end = text.bytes + text.length;
  while (what.length > 0)
    {
      const char *at = memmem (p, (gsize)(end - p), what.bytes, what.length);
      if (at == NULL)
        break;
      g_string_append_len (out, p, at - p);
      g_string_append_len (out, with.bytes, (gssize)with.length);
      p = at + what.length;
    }
  g_string_append_len (out, p, end - p);
})

/* Each character of @from becomes the one at its place in @to, or nothing. */
RUSH_TEXT_EVALUATOR (translate, {
  RushText text = TEXT;
  RushText from = RUSH_TEXT_ARG (1);
  RushText to = RUSH_TEXT_ARG (2);
  const char *end = text.bytes + text.length;
  for (const char *p = text.bytes; p < end;)
    {
      gsize n = rush_utf8_bytes (p, end);
      const char *f = from.bytes;
      const char *t = to.bytes;
      const char *f_end = from.bytes + from.length;
      const char *t_end = to.bytes + to.length;
      while (f < f_end && !(rush_utf8_bytes (f, f_end) == n && memcmp (f, p, n) == 0))
        {
          f += rush_utf8_bytes (f, f_end);
          t += t < t_end ? rush_utf8_bytes (t, t_end) : 0;
        }
      if (f == f_end)
        g_string_append_len (out, p, (gssize)n);
      else if (t < t_end)
        g_string_append_len (out, t, (gssize)rush_utf8_bytes (t, t_end));
      p += n;
    }
})

/* overlay (text, with, from[, length]): characters from 1. */
RUSH_TEXT_EVALUATOR (overlay, {
  RushText text = TEXT;
  RushText with = RUSH_TEXT_ARG (1);
  gint64 from = RUSH_INT_ARG (2);
  gint64 n = call->n_children > 3 ? RUSH_INT_ARG (3) : -1;
  if (n < 0)
    n = (gint64)rush_utf8_length (with.bytes, with.length);
  const char *head = rush_utf8_at (text.bytes, text.length, (gsize)MAX (from - 1, 0));
  const char *tail = rush_utf8_at (text.bytes, text.length, (gsize)MAX (from - 1 + n, 0));
  g_string_append_len (out, text.bytes, head - text.bytes);
  g_string_append_len (out, with.bytes, (gssize)with.length);
  g_string_append_len (out, tail, text.bytes + text.length - tail);
})

/* ── spelling and sound ── */

RUSH_FIXED_EVALUATOR (levenshtein, gint32, {
  glong n;
  glong m;
  RushText a = TEXT;
  RushText b = RUSH_TEXT_ARG (1);
  g_autofree gunichar *x = g_utf8_to_ucs4_fast (a.bytes, (glong)a.length, &n);
  g_autofree gunichar *y = g_utf8_to_ucs4_fast (b.bytes, (glong)b.length, &m);
  g_autofree gint32 *costs = g_new (gint32, m + 1);
  for (glong k = 0; k <= m; k++)
    costs[k] = (gint32)k;
  for (glong i = 1; i <= n; i++)
    {
      gint32 diagonal = costs[0];
      costs[0] = (gint32)i;
      for (glong k = 1; k <= m; k++)
        {
          gint32 above = costs[k];
          gint32 changed = diagonal + (x[i - 1] != y[k - 1]);
          costs[k] = MIN (changed, MIN (above, costs[k - 1]) + 1);
          diagonal = above;
        }
    }
  value = costs[m];
  if (call->n_children > 2 && value > RUSH_INT_ARG (2))
    value = -1;
})

/* A letter and three digits for groups of consonants; H and W do not part equal ones, vowels do. */
RUSH_TEXT_EVALUATOR (soundex, {
  static const char codes[] = "01230127022455012623017202";
  RushText text = TEXT;
  if (text.length == 0 || !g_ascii_isalpha (text.bytes[0]))
    g_string_append_len (out, text.bytes, (gssize)text.length);
  else
    {
      char first = g_ascii_toupper (text.bytes[0]);
      char last = codes[first - 'A'];
      g_string_append_c (out, first);
      for (gsize i = 1; i < text.length && out->len < 4; i++)
        {
          char c = g_ascii_toupper (text.bytes[i]);
          char code = c >= 'A' && c <= 'Z' ? codes[c - 'A'] : '0';
          if (code == '7')
            continue;
          if (code != '0' && code != last)
            g_string_append_c (out, code);
          last = code;
        }
      while (out->len < 4)
        g_string_append_c (out, '0');
    }
})

/* ── lists in texts ── */

RUSH_FIXED_EVALUATOR (find_in_set, gint32, {
  RushText what = TEXT;
  RushText set = RUSH_TEXT_ARG (1);
  const char *p = set.bytes;
  const char *end = set.bytes + set.length;
  gboolean has_comma = memchr (what.bytes, ',', what.length) != NULL;
  for (gint32 n = 1; !has_comma && value == 0 && p <= end; n++)
    {
      const char *comma = memchr (p, ',', (gsize)(end - p));
      const char *stop = comma != NULL ? comma : end;
      if ((gsize)(stop - p) == what.length && memcmp (p, what.bytes, what.length) == 0)
        value = n;
      p = stop + 1;
    }
})

/* split_part (text, delimiter, n): from 1, or from the end; "" outside. */
RUSH_TEXT_EVALUATOR (split_part, {
  RushText text = TEXT;
  RushText delimiter = RUSH_TEXT_ARG (1);
  gint64 n = RUSH_INT_ARG (2);
  const char *end = text.bytes + text.length;
  gint64 parts = 1;
  if (n == 0)
    {
      rush_sql_error_set (error, RUSH_SQL_CLASS_INVALID_INDEX_OF_ZERO, &call->context, NULL);
      return NULL;
    }
  for (const char *p = text.bytes; delimiter.length > 0;)
    {
      const char *at = memmem (p, (gsize)(end - p), delimiter.bytes, delimiter.length);
      if (at == NULL)
        break;
      parts++;
      p = at + delimiter.length;
    }
  gint64 wanted = n > 0 ? n : parts + n + 1;
  const char *p = text.bytes;
  for (gint64 k = 1; k <= parts && wanted >= 1 && wanted <= parts; k++)
    {
      const char *at = delimiter.length > 0 && k < parts
                           ? memmem (p, (gsize)(end - p), delimiter.bytes, delimiter.length)
                           : end;
      if (k == wanted)
        g_string_append_len (out, p, at - p);
      p = at + delimiter.length;
    }
})

RUSH_TEXT_EVALUATOR (elt, {
  gint64 n = rush_column_is_valid (args[0], row) ? RUSH_INT_ARG (0) : 0;
  null = n < 1 || n >= call->n_children || !rush_column_is_valid (args[n], row);
  if (!null)
    {
      RushText text = RUSH_TEXT_ARG (n);
      g_string_append_len (out, text.bytes, (gssize)text.length);
    }
  else if (call->mode == RUSH_EVAL_ANSI && rush_column_is_valid (args[0], row) &&
           (n < 1 || n >= call->n_children))
    {
      g_autofree char *index = g_strdup_printf ("%" G_GINT64_FORMAT, n);
      g_autofree char *size = g_strdup_printf ("%u", call->n_children - 1);
      rush_sql_error_set (error, RUSH_SQL_CLASS_INVALID_ARRAY_INDEX, &call->context, "indexValue",
                          index, "arraySize", size, NULL);
      return NULL;
    }
})

/* ── URLs ── */

RUSH_TEXT_EVALUATOR (url_encode, {
  RushText text = TEXT;
  for (gsize i = 0; i < text.length; i++)
    {
      char c = text.bytes[i];
      if (g_ascii_isalnum (c) || strchr (".-*_", c) != NULL)
        g_string_append_c (out, c);
      else if (c == ' ')
        g_string_append_c (out, '+');
      else
        g_string_append_printf (out, "%%%02X", (guint8)c);
    }
})

RUSH_TEXT_EVALUATOR (url_decode, {
  RushText text = TEXT;
  for (gsize i = 0; i < text.length; i++)
    if (text.bytes[i] != '%')
      g_string_append_c (out, text.bytes[i] == '+' ? ' ' : text.bytes[i]);
    else
      {
        gint high = i + 2 < text.length ? g_ascii_xdigit_value (text.bytes[i + 1]) : -1;
        gint low = i + 2 <= text.length - 1 ? g_ascii_xdigit_value (text.bytes[i + 2]) : -1;
        if (high < 0 || low < 0)
          {
            g_autofree char *url = g_strndup (text.bytes, text.length);
            rush_sql_error_set (error, RUSH_SQL_CLASS_CANNOT_DECODE_URL, NULL, "url", url, NULL);
            return NULL;
          }
        g_string_append_c (out, (char)(high * 16 + low));
        i += 2;
      }
})

/* ── formatted ── */

static void
append_grouped (GString *out, const char *digits, gsize n)
{
  for (gsize i = 0; i < n; i++)
    {
      if (i > 0 && (n - i) % 3 == 0)
        g_string_append_c (out, ',');
      g_string_append_c (out, digits[i]);
    }
}

/* 1,234,567.89: HALF_EVEN, as Java's DecimalFormat. */
RUSH_TEXT_EVALUATOR (format_number, {
  gint64 places = RUSH_INT_ARG (1);
  const RushType *type = args[0]->type;
  char text[512];
  null = places < 0;
  if (!null)
    {
      places = MIN (places, 300);
      if (type->kind == RUSH_TYPE_DECIMAL)
        {
          gint scale = (gint)MIN (places, type->scale);
          rush_int128 rounded = rush_decimal_drop (rush_column_get_int128 (args[0], row),
                                                   type->scale - scale, RUSH_ROUND_HALF_EVEN);
          rush_decimal_to_plain_text (rounded, scale, text);
          if (places > scale)
            {
              if (scale == 0)
                g_strlcat (text, ".", sizeof text);
              for (gint64 k = scale; k < places; k++)
                g_strlcat (text, "0", sizeof text);
            }
        }
      else if (rush_type_is_integral (type))
        {
          g_snprintf (text, sizeof text, "%" G_GINT64_FORMAT, RUSH_INT_ARG (0));
          if (places > 0)
            g_strlcat (text, ".", sizeof text);
          for (gint64 k = 0; k < places; k++)
            g_strlcat (text, "0", sizeof text);
        }
      else
        g_snprintf (text, sizeof text, "%.*f", (gint)places, RUSH_DOUBLE_ARG (0));
      const char *digits = text + (*text == '-');
      gsize whole = strcspn (digits, ".");
      if (*text == '-')
        g_string_append_c (out, '-');
      append_grouped (out, digits, whole);
      g_string_append (out, digits + whole);
    }
})

/* One directive of Java's Formatter: %[index$][flags][width][.precision]conversion. */
typedef struct
{
  guint index; /* of the argument, from 1; 0: the next */
  char flags[8];
  gint width, precision; /* −1: not given */
  char conversion;
} Directive;

static const char *
read_directive (const char *p, const char *end, Directive *out)
{
  guint n_flags = 0;
  const char *digits = p;

  memset (out, 0, sizeof *out);
  out->width = out->precision = -1;
  while (digits < end && g_ascii_isdigit (*digits))
    digits++;
  if (digits > p && digits < end && *digits == '$')
    {
      out->index = (guint)g_ascii_strtoull (p, NULL, 10);
      p = digits + 1;
    }
  while (p < end && strchr ("-#+ 0,(", *p) != NULL && n_flags < 7)
    out->flags[n_flags++] = *p++;
  if (p < end && g_ascii_isdigit (*p))
    out->width = 0;
  while (p < end && g_ascii_isdigit (*p))
    out->width = out->width * 10 + (*p++ - '0');
  if (p < end && *p == '.')
    for (p++, out->precision = 0; p < end && g_ascii_isdigit (*p); p++)
      out->precision = out->precision * 10 + (*p - '0');
  out->conversion = p < end ? *p++ : '\0';
  return p;
}

static void
append_padded (GString *out, const Directive *d, const char *text)
{
  gint length = (gint)g_utf8_strlen (text, -1), fill = d->width - length;
  gboolean left = strchr (d->flags, '-') != NULL;
  gboolean zero = strchr (d->flags, '0') != NULL && d->conversion != 's' && d->conversion != 'S';
  guint sign = zero && (*text == '-' || *text == '+');

  if (zero && sign)
    g_string_append_c (out, *text);
  for (gint i = 0; !left && i < fill; i++)
    g_string_append_c (out, zero ? '0' : ' ');
  g_string_append (out, text + (zero ? sign : 0));
  for (gint i = 0; left && i < fill; i++)
    g_string_append_c (out, ' ');
}

static char *
format_value (const Directive *d, const RushColumn *column, guint row, const RushTimeZone *zone)
{
  gboolean real = column->type == &RUSH_FLOAT64 || column->type == &RUSH_FLOAT32;
  g_autofree char *plain = NULL;

  if (!rush_column_is_valid (column, row))
    return g_strdup ("null");
  switch (g_ascii_tolower (d->conversion))
    {
    case 'd':
      plain = g_strdup_printf ("%" G_GINT64_FORMAT, rush_column_get_int (column, row));
      break;
    case 'x':
      return g_strdup_printf ("%" G_GINT64_MODIFIER "x",
                              column->type == &RUSH_INT32
                                  ? (guint64)(guint32)rush_column_get_int (column, row)
                                  : (guint64)rush_column_get_int (column, row));
    case 'o':
      return g_strdup_printf ("%" G_GINT64_MODIFIER "o",
                              (guint64)rush_column_get_int (column, row));
    case 'c':
      {
        char utf8[7] = "";
        g_unichar_to_utf8 ((gunichar)rush_column_get_int (column, row), utf8);
        return g_strdup (utf8);
      }
    case 'f':
    case 'e':
      {
        double value = real ? rush_column_get_double (column, row)
                            : rush_decimal_to_double (rush_column_get_int128 (column, row),
                                                      column->type->scale);
        const char *pattern = g_ascii_tolower (d->conversion) == 'f' ? "%.*f" : "%.*e";
        gint precision = d->precision < 0 ? 6 : d->precision;
        plain = *(pattern + 3) == 'f' ? g_strdup_printf ("%.*f", precision, value)
                                      : g_strdup_printf ("%.*e", precision, value);
        break;
      }
    default:
      return rush_value_to_text (column, row, RUSH_TEXT_CAST_ANSI, zone);
    }
  GString *out = g_string_new (NULL);
  const char *digits = plain + (*plain == '-');
  gsize whole = strspn (digits, "0123456789");
  if (*plain == '-')
    g_string_append_c (out, '-');
  else if (strchr (d->flags, '+') != NULL)
    g_string_append_c (out, '+');
  if (strchr (d->flags, ',') != NULL)
    append_grouped (out, digits, whole);
  else
    g_string_append_len (out, digits, (gssize)whole);
  g_string_append (out, digits + whole);
  return g_string_free (out, FALSE);
}

static gboolean
append_format (GString *out, RushText format, RushColumn *const *args, guint n_args, guint row,
               const RushTimeZone *zone, GError **error)
{
  const char *end = format.bytes + format.length;
  guint next = 1;

  for (const char *p = format.bytes; p < end;)
    {
      Directive d;
      if (*p != '%')
        {
          g_string_append_c (out, *p++);
          continue;
        }
      p = read_directive (p + 1, end, &d);
      if (d.conversion == '%' || d.conversion == 'n')
        {
          g_string_append_c (out, d.conversion == 'n' ? '\n' : '%');
          continue;
        }
      guint index = d.index > 0 ? d.index : next++;
      if (index >= n_args || d.conversion == '\0' ||
          strchr ("dxXocCfFeEsSbB", d.conversion) == NULL)
        {
          g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                       "format_string(): %%%c has no argument, or is no conversion that is known",
                       d.conversion);
          return FALSE;
        }
      g_autofree char *text = format_value (&d, args[index], row, zone);
      if (d.precision >= 0 && g_ascii_tolower (d.conversion) == 's')
        *g_utf8_offset_to_pointer (text, MIN (d.precision, g_utf8_strlen (text, -1))) = '\0';
      if (g_ascii_isupper (d.conversion))
        {
          char *upper = g_utf8_strup (text, -1);
          g_free (text);
          text = upper;
        }
      append_padded (out, &d, text);
    }
  return TRUE;
}

RUSH_TEXT_EVALUATOR (format_string, {
  const RushTimeZone *zone = rush_time_zone_get (ctx->time_zone, error);
  null = !rush_column_is_valid (args[0], row);
  if (zone == NULL ||
      (!null && !append_format (out, TEXT, args, call->n_children, row, zone, error)))
    return NULL;
})

#define TEXT_FUNCTION(NAME, MIN, MAX, EVALUATE, USAGE, ...)                                        \
  RUSH_SCALAR (NAME, MIN, MAX, &RUSH_STRING, EVALUATE, NAME USAGE, "1.5.0", __VA_ARGS__)
#define CHARACTER(NAME)                                                                            \
  TEXT_FUNCTION (NAME, 1, 1, character, "(n) - the character with that code",                      \
                 RUSH_ARGS (RUSH_ARG_LONG))
#define FORMAT(NAME)                                                                               \
  TEXT_FUNCTION (NAME, 1, G_MAXUINT, format_string, "(format, a, …) - as Java's String.format",    \
                 RUSH_ARGS (RUSH_ARG_STRING, RUSH_ARG_ANY), .handles_nulls = TRUE)

const RushFunction rush_functions_string_more[] = {
  RUSH_SCALAR ("ascii", 1, 1, &RUSH_INT32, ascii, "ascii(text) - its first character's code",
               "1.5.0", RUSH_ARGS (RUSH_ARG_STRING)),
  CHARACTER ("chr"),
  CHARACTER ("char"),
  RUSH_SCALAR ("reverse", 1, 1, NULL, reverse, "reverse(text or array)", "1.5.0",
               RUSH_ARGS (RUSH_ARG_CONCAT), .result_type = rush_result_type_of_first),
  TEXT_FUNCTION ("replace", 2, 3, replace, "(text, what[, with])", RUSH_ARGS (RUSH_ARG_STRING)),
  TEXT_FUNCTION ("translate", 3, 3, translate, "(text, from, to) - character by character",
                 RUSH_ARGS (RUSH_ARG_STRING)),
  TEXT_FUNCTION ("overlay", 3, 4, overlay, "(text, with, from[, length])",
                 RUSH_ARGS (RUSH_ARG_STRING, RUSH_ARG_STRING, RUSH_ARG_INT, RUSH_ARG_INT)),
  RUSH_SCALAR ("levenshtein", 2, 3, &RUSH_INT32, levenshtein, "levenshtein(a, b[, most])", "1.5.0",
               RUSH_ARGS (RUSH_ARG_STRING, RUSH_ARG_STRING, RUSH_ARG_INT)),
  TEXT_FUNCTION ("soundex", 1, 1, soundex, "(text) - how it sounds", RUSH_ARGS (RUSH_ARG_STRING)),
  RUSH_SCALAR ("find_in_set", 2, 2, &RUSH_INT32, find_in_set, "find_in_set(text, 'a,b,c')", "1.5.0",
               RUSH_ARGS (RUSH_ARG_STRING)),
  TEXT_FUNCTION ("split_part", 3, 3, split_part, "(text, delimiter, n)",
                 RUSH_ARGS (RUSH_ARG_STRING, RUSH_ARG_STRING, RUSH_ARG_INT)),
  TEXT_FUNCTION ("elt", 2, G_MAXUINT, elt, "(n, a, …) - the n-th of them",
                 RUSH_ARGS (RUSH_ARG_INT, RUSH_ARG_STRING), .handles_nulls = TRUE,
                 .always_nullable = TRUE),
  TEXT_FUNCTION ("format_number", 2, 2, format_number, "(x, digits) - 1,234.50",
                 RUSH_ARGS (RUSH_ARG_NUMERIC, RUSH_ARG_INT), .always_nullable = TRUE),
  TEXT_FUNCTION ("url_encode", 1, 1, url_encode, "(text) - as in a form",
                 RUSH_ARGS (RUSH_ARG_STRING)),
  TEXT_FUNCTION ("url_decode", 1, 1, url_decode, "(text) - what url_encode() made of it",
                 RUSH_ARGS (RUSH_ARG_STRING)),
  FORMAT ("format_string"),
  FORMAT ("printf"),
  { NULL },
};
