/* interval_text.c - reading intervals.
 *
 *   calendar   [interval] { [+|-] number unit }            1 year -2 days 1.5 seconds
 *   ANSI       [INTERVAL [+|-] '] [+|-] field { separator field } [' FIELD [TO FIELD]]
 *
 * The separators of an ANSI interval follow from its fields: '-' between years and months, a blank
 * behind the days, ':' between the rest.  The first field may have many digits, the others two.
 */
#include <string.h>

#include "sql/types/civil_time.h"
#include "sql/types/interval_private.h"
#include "sql/types/number_text.h"

static gboolean
is_blank (char c)
{
  return (guchar)c <= ' ';
}

static void
skip_blanks (const char **p, const char *end)
{
  while (*p < end && is_blank (**p))
    ++*p;
}

/* ---- calendar intervals ---- */

typedef struct
{
  const char *input; /* as it is quoted in errors */
  const char *p, *end;
} Scanner;

#define FAIL(self, error, name, ...)                                                               \
  (rush_sql_error_set (error, RUSH_SQL_CLASS_INVALID_INTERVAL_FORMAT_##name, NULL, "input",        \
                       (self)->input, ##__VA_ARGS__, NULL),                                        \
   FALSE)

typedef struct
{
  const char *name;
  gint64 months, days, micros; /* of one */
} Unit;

static const Unit units[] = {
  { "year", 12, 0, 0 },
  { "month", 1, 0, 0 },
  { "week", 0, 7, 0 },
  { "day", 0, 1, 0 },
  { "hour", 0, 0, RUSH_MICROS_PER_HOUR },
  { "minute", 0, 0, RUSH_MICROS_PER_MINUTE },
  { "second", 0, 0, RUSH_MICROS_PER_SECOND },
  { "millisecond", 0, 0, RUSH_MICROS_PER_MILLI },
  { "microsecond", 0, 0, 1 },
};

static const Unit *
find_unit (const char *word)
{
  gsize length = strlen (word);

  for (guint i = 0; i < G_N_ELEMENTS (units); i++)
    {
      gsize n = strlen (units[i].name);
      if (g_ascii_strncasecmp (word, units[i].name, n) == 0 &&
          (length == n || (length == n + 1 && (word[n] | 0x20) == 's')))
        return &units[i];
    }
  return NULL;
}

static char *
next_word (const Scanner *self)
{
  const char *p = self->p;

  while (p < self->end && !is_blank (*p))
    p++;
  return g_strndup (self->p, (gsize)(p - self->p));
}

typedef struct
{
  gboolean negative, has_fraction;
  gint64 whole, nanos;
} Number;

/* [+-] {blank} digits [. digits]; at most nine digits of a fraction. */
static gboolean
scan_number (Scanner *self, Number *out, GError **error)
{
  g_autofree char *word = next_word (self);
  Number number = { 0 };
  gint64 unit = 100000000;

  if (*self->p == '-' || *self->p == '+')
    {
      number.negative = *self->p++ == '-';
      skip_blanks (&self->p, self->end);
    }
  const char *start = self->p;
  for (; self->p < self->end && g_ascii_isdigit (*self->p); self->p++)
    if (__builtin_mul_overflow (number.whole, 10, &number.whole) ||
        __builtin_add_overflow (number.whole, *self->p - '0', &number.whole))
      return FAIL (self, error, ARITHMETIC_EXCEPTION);
  if (self->p < self->end && *self->p == '.')
    {
      number.has_fraction = TRUE;
      for (self->p++; self->p < self->end && g_ascii_isdigit (*self->p); self->p++, unit /= 10)
        {
          if (unit == 0)
            return FAIL (self, error, INVALID_PRECISION, "value", word);
          number.nanos += (*self->p - '0') * unit;
        }
    }
  if (self->p == start)
    return FAIL (self, error, UNRECOGNIZED_NUMBER, "number", word);
  if (self->p < self->end && !is_blank (*self->p))
    return FAIL (self, error, INVALID_VALUE, "value", word);
  *out = number;
  return TRUE;
}

static gboolean
add_number (const Number *number, const Unit *unit, RushCalendarInterval *sum)
{
  gint64 months = sum->months, days = sum->days;
  gint64 value = number->negative ? -number->whole : number->whole;
  gint64 micros = number->negative ? -(number->nanos / 1000) : number->nanos / 1000;

  if (!rush_interval_add_product (value, unit->months, &months) ||
      !rush_interval_add_product (value, unit->days, &days) ||
      !rush_interval_add_product (value, unit->micros, &sum->microseconds) ||
      !rush_interval_add_product (micros, 1, &sum->microseconds) || months != (gint32)months ||
      days != (gint32)days)
    return FALSE;
  sum->months = (gint32)months;
  sum->days = (gint32)days;
  return TRUE;
}

static gboolean
scan_term (Scanner *self, RushCalendarInterval *sum, GError **error)
{
  g_autofree char *number_word = next_word (self);
  Number number;

  if (!scan_number (self, &number, error))
    return FALSE;
  skip_blanks (&self->p, self->end);
  if (self->p == self->end)
    return FAIL (self, error, MISSING_UNIT, "word", number_word);
  g_autofree char *word = next_word (self);
  const Unit *unit = find_unit (word);
  if (unit == NULL)
    return FAIL (self, error, INVALID_UNIT, "unit", word);
  if (number.has_fraction && unit->micros != RUSH_MICROS_PER_SECOND)
    return FAIL (self, error, INVALID_FRACTION, "unit", word);
  self->p += strlen (word);
  if (!add_number (&number, unit, sum))
    return FAIL (self, error, ARITHMETIC_EXCEPTION);
  return TRUE;
}

gboolean
rush_interval_parse (const char *text, gsize length, RushCalendarInterval *out, GError **error)
{
  g_autofree char *input = g_strndup (text, length);
  const char *p = rush_text_trim (text, &length);
  Scanner self = { input, p, p + length };
  RushCalendarInterval sum = { 0 };

  if (length >= 8 && g_ascii_strncasecmp (p, "interval", 8) == 0)
    {
      self.p += 8;
      if (self.p < self.end && !is_blank (*self.p))
        {
          self.p = p;
          g_autofree char *prefix = next_word (&self);
          return FAIL (&self, error, INVALID_PREFIX, "prefix", prefix);
        }
    }
  skip_blanks (&self.p, self.end);
  if (self.p == self.end)
    return FAIL (&self, error, INPUT_IS_EMPTY);
  for (; self.p < self.end; skip_blanks (&self.p, self.end))
    if (!scan_term (&self, &sum, error))
      return FALSE;
  *out = sum;
  return TRUE;
}

/* ---- ANSI intervals ---- */

static const char separators[] = { 0, '-', 0, ' ', ':', ':' }; /* before each field */
/* What the first field may have at most, and each other one. */
static const gint first_digits[] = { 9, 9, 9, 10, 12, 13 };
static const gint other_limits[] = { 0, 11, 0, 23, 59, 59 };
static const char *const letters[] = { "y", "m", "d", "h", "m", "s.n" };

/* "[+|-]d h:m:s.n", and the type's "DAY TO SECOND" in @fields. */
static char *
format_of (const RushType *type, char **fields)
{
  GString *format = g_string_new ("[+|-]");

  for (guint field = type->start; field <= type->end; field++)
    {
      if (field > type->start)
        g_string_append_c (format, separators[field]);
      g_string_append (format, letters[field]);
    }
  *fields = type->start == type->end
                ? g_strdup (rush_interval_field_names[type->start])
                : g_strdup_printf ("%s TO %s", rush_interval_field_names[type->start],
                                   rush_interval_field_names[type->end]);
  return g_string_free (format, FALSE);
}

static void
set_unmatched (GError **error, const char *input, const RushType *type)
{
  g_autofree char *fields = NULL;
  g_autofree char *format = format_of (type, &fields);
  g_autofree char *supported =
      g_strdup_printf ("`%s`, `INTERVAL [+|-]'%s' %s`", format, format, fields);
  gboolean year_month = type->kind == RUSH_TYPE_YEAR_MONTH_INTERVAL;

  rush_sql_error_set (
      error,
      year_month ? RUSH_SQL_CLASS_INVALID_INTERVAL_FORMAT_UNMATCHED_FORMAT_STRING
                 : RUSH_SQL_CLASS_INVALID_INTERVAL_FORMAT_UNMATCHED_FORMAT_STRING_WITH_NOTICE,
      NULL, "input", input, "intervalStr", year_month ? "year-month" : "day-time",
      "supportedFormat", supported, "typeName", type->name, NULL);
}

typedef struct
{
  gboolean negative;
  gint64 values[6]; /* by field */
  gint64 nanos;
} AnsiFields;

static gboolean
scan_digits (const char **p, const char *end, gint most, gint64 *out)
{
  gint64 value = 0;
  gint n = 0;

  for (; *p < end && g_ascii_isdigit (**p) && n < most; ++*p, n++)
    value = value * 10 + (**p - '0');
  *out = value;
  return n > 0 && (*p == end || !g_ascii_isdigit (**p));
}

static gboolean
scan_fields (const char *p, const char *end, const RushType *type, AnsiFields *out)
{
  if (p < end && (*p == '+' || *p == '-'))
    out->negative ^= *p++ == '-';
  for (guint field = type->start; field <= type->end; field++)
    {
      if (field > type->start && (p == end || *p++ != separators[field]))
        return FALSE;
      if (!scan_digits (&p, end, field == type->start ? first_digits[field] : 2,
                        &out->values[field]))
        return FALSE;
    }
  if (type->end == RUSH_INTERVAL_SECOND && p < end && *p == '.')
    {
      const char *start = ++p;
      if (!scan_digits (&p, end, 9, &out->nanos))
        return FALSE;
      for (gint n = (gint)(p - start); n < 9; n++)
        out->nanos *= 10;
    }
  return p == end;
}

static gboolean
take_word (const char **p, const char *end, const char *word)
{
  gsize n = strlen (word);

  if ((gsize)(end - *p) < n || g_ascii_strncasecmp (*p, word, n) != 0)
    return FALSE;
  *p += n;
  return TRUE;
}

/* Takes INTERVAL [+|-] '…' FIELD [TO FIELD] off, if it is there; FALSE: it is not well-formed. */
static gboolean
take_literal (const char **p, const char **end, const RushType *type, AnsiFields *fields)
{
  const char *q = *p;

  if (!take_word (&q, *end, "interval") || q == *end || !is_blank (*q))
    return TRUE;
  skip_blanks (&q, *end);
  if (q < *end && (*q == '+' || *q == '-'))
    fields->negative = *q++ == '-';
  const char *close = q < *end ? memchr (q + 1, '\'', (gsize)(*end - q - 1)) : NULL;
  if (close == NULL || *q != '\'')
    return FALSE;
  *p = q + 1;
  q = close + 1;
  skip_blanks (&q, *end);
  if (!take_word (&q, *end, rush_interval_field_names[type->start]))
    return FALSE;
  if (type->start != type->end)
    {
      skip_blanks (&q, *end);
      if (!take_word (&q, *end, "to"))
        return FALSE;
      skip_blanks (&q, *end);
      if (!take_word (&q, *end, rush_interval_field_names[type->end]))
        return FALSE;
    }
  if (q != *end)
    return FALSE;
  *end = close;
  return TRUE;
}

static gboolean
scan_ansi (const char *text, gsize length, const RushType *type, AnsiFields *out, GError **error)
{
  g_autofree char *input = g_strndup (text, length);
  const char *p = rush_text_trim (text, &length), *end = p + length;

  *out = (AnsiFields){ 0 };
  if (take_literal (&p, &end, type, out) && scan_fields (p, end, type, out))
    return TRUE;
  set_unmatched (error, input, type);
  return FALSE;
}

gboolean
rush_interval_parse_year_month (const char *text, gsize length, const RushType *type,
                                gint32 *out_months, GError **error)
{
  AnsiFields fields;

  if (!scan_ansi (text, length, type, &fields, error))
    return FALSE;
  gint64 months = fields.values[RUSH_INTERVAL_YEAR] * 12 + fields.values[RUSH_INTERVAL_MONTH];
  months = fields.negative ? -months : months;
  if ((type->start < type->end && fields.values[RUSH_INTERVAL_MONTH] > 11) ||
      months != (gint32)months)
    {
      g_autofree char *input = g_strndup (text, length);
      rush_sql_error_set (error, RUSH_SQL_CLASS_INVALID_INTERVAL_FORMAT_INTERVAL_PARSING, NULL,
                          "input", input, "interval", "year-month", NULL);
      return FALSE;
    }
  *out_months = (gint32)months;
  return TRUE;
}

static gboolean
set_day_time (GError **error, const char *text, gsize length, const char *message)
{
  g_autofree char *input = g_strndup (text, length);

  rush_sql_error_set (error, RUSH_SQL_CLASS_INVALID_INTERVAL_FORMAT_DAY_TIME_PARSING, NULL, "input",
                      input, "msg", message, NULL);
  return FALSE;
}

gboolean
rush_interval_parse_day_time (const char *text, gsize length, const RushType *type, gint64 *out_us,
                              GError **error)
{
  AnsiFields fields;

  if (!scan_ansi (text, length, type, &fields, error))
    return FALSE;
  __int128 micros = fields.nanos / 1000;
  for (guint field = type->start; field <= type->end; field++)
    {
      if (field > type->start && fields.values[field] > other_limits[field])
        {
          g_autofree char *name = g_ascii_strdown (rush_interval_field_names[field], -1);
          g_autofree char *message =
              g_strdup_printf ("requirement failed: %s %d outside range [0, %d]", name,
                               (gint)fields.values[field], other_limits[field]);
          return set_day_time (error, text, length, message);
        }
      micros += (__int128)fields.values[field] * rush_interval_field_micros[field];
    }
  micros = fields.negative ? -micros : micros;
  if (micros < G_MININT64 || micros > G_MAXINT64)
    return set_day_time (error, text, length, "long overflow");
  *out_us = (gint64)micros;
  return TRUE;
}
