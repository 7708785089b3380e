/* parse_interval.c - INTERVAL in all its forms.
 *
 *   INTERVAL 3 DAYS 4.5 SECONDS     INTERVAL '3' DAY     INTERVAL '3 days 4.5 seconds'
 *   INTERVAL '1-2' YEAR TO MONTH    INTERVAL '1 02:03' DAY TO MINUTE
 *
 * The units that are named say the type: year to month, or day to second; both at once is an error.
 * INTERVAL without a number and a unit behind it is a name like any other.
 *
 * Mirrors:  AstBuilder.visitInterval, constructMultiUnitsIntervalLiteral, visitUnitToUnitInterval.
 */
#include "sql/parser/parser_private.h"

#include "sql/types/interval.h"

#include <string.h>

#define DAY_US (G_GINT64_CONSTANT (86400) * G_USEC_PER_SEC)

typedef struct
{
  const char *name; /* without the plural's s */
  RushIntervalField field;
} Unit;

static const Unit units[] = {
  { "year", RUSH_INTERVAL_YEAR },          { "month", RUSH_INTERVAL_MONTH },
  { "week", RUSH_INTERVAL_DAY },           { "day", RUSH_INTERVAL_DAY },
  { "hour", RUSH_INTERVAL_HOUR },          { "minute", RUSH_INTERVAL_MINUTE },
  { "second", RUSH_INTERVAL_SECOND },      { "millisecond", RUSH_INTERVAL_SECOND },
  { "microsecond", RUSH_INTERVAL_SECOND }, { "nanosecond", RUSH_INTERVAL_SECOND },
};

static const Unit *
find_unit (const char *word, gsize length)
{
  if (length > 1 && g_ascii_tolower (word[length - 1]) == 's')
    length--;
  for (guint i = 0; i < G_N_ELEMENTS (units); i++)
    if (strlen (units[i].name) == length && g_ascii_strncasecmp (units[i].name, word, length) == 0)
      return &units[i];
  return NULL;
}

static const Unit *
peek_unit (const RushParser *p, guint ahead)
{
  gsize length;

  if (rush_peek_at (p, ahead) != T (IDENTIFIER))
    return NULL;
  const char *word = rush_token_text (p, p->pos + ahead, &length);
  return find_unit (word, length);
}

static gboolean
at_value (const RushParser *p, guint ahead)
{
  RushTokenKind kind = rush_peek_at (p, ahead);

  return kind == T (INTEGER) || kind == T (DECIMAL) || rush_at_string (p, ahead);
}

/* Tokens of [ '+' | '-' ] value that are there; 0: none. */
static guint
value_width (const RushParser *p, guint ahead)
{
  RushTokenKind kind = rush_peek_at (p, ahead);
  guint sign = kind == T (DASH) || kind == T (PLUS);

  return at_value (p, ahead + sign) ? sign + 1 : 0;
}

gboolean
rush_at_interval (const RushParser *p)
{
  guint width = value_width (p, 1);

  return rush_peek (p) == T (INTERVAL) && width > 0 && peek_unit (p, 1 + width) != NULL;
}

/* ---- intervals of units ---- */

typedef struct
{
  GString *text; /* "3 day 4.5 second", for the reader of texts */
  RushIntervalField first, last;
  gboolean years, days;
} Units;

static void
add_unit (Units *all, const Unit *unit)
{
  gboolean years = unit->field <= RUSH_INTERVAL_MONTH;

  all->first = all->years || all->days ? MIN (all->first, unit->field) : unit->field;
  all->last = all->years || all->days ? MAX (all->last, unit->field) : unit->field;
  all->years |= years;
  all->days |= !years;
}

/* Of all units; NULL without error: the text is none. */
static RushExpr *
units_to_literal (RushParser *p, guint from, const Units *all, const char *text)
{
  RushCalendarInterval value;
  gint64 us;

  if (!rush_interval_parse (text, strlen (text), &value, NULL))
    return NULL;
  if (all->years && all->days)
    {
      g_autofree char *source = rush_source_text (p, from);
      g_autofree char *message =
          g_strdup_printf ("Cannot mix year-month and day-time fields: %s.", source);
      rush_plain_error (p, from, message);
      return NULL;
    }
  if (all->years)
    return rush_expr_literal_int (rush_type_year_month_interval (all->first, all->last),
                                  value.months);
  if (__builtin_mul_overflow (value.days, DAY_US, &us) ||
      __builtin_add_overflow (us, value.microseconds, &us))
    return NULL;
  return rush_expr_literal_int (rush_type_day_time_interval (all->first, all->last), us);
}

/* [ sign ] value, as text */
static gboolean
append_value (RushParser *p, GString *out)
{
  guint from = p->pos;
  gboolean negative = rush_accept (p, T (DASH));

  rush_accept (p, T (PLUS));
  g_autofree char *text =
      rush_at_string (p, 0) ? rush_parse_string (p) : rush_token_dup (p, p->pos++);
  if (text == NULL)
    return FALSE;
  g_strstrip (text);
  char *end = NULL;
  g_ascii_strtod (text, &end);
  if (end == text || *end != '\0')
    {
      p->pos++; /* the unit is part of the place */
      g_autofree char *message =
          g_strdup_printf ("Can only use numbers in the interval value part for multiple unit "
                           "value pairs interval form, but got invalid value: %s.",
                           text);
      return rush_plain_error (p, from, message);
    }
  if (negative && *text == '-')
    g_string_append (out, text + 1);
  else
    g_string_append_printf (out, "%s%s", negative ? "-" : "", text);
  return TRUE;
}

/* value unit { value unit } */
static RushExpr *
parse_units (RushParser *p, guint from)
{
  g_autoptr (GString) text = g_string_new (NULL);
  Units all = { 0 };

  while (TRUE)
    {
      guint width = value_width (p, 0);
      const Unit *unit = width > 0 ? peek_unit (p, width) : NULL;
      if (unit == NULL)
        break;
      if (text->len > 0)
        g_string_append_c (text, ' ');
      if (!append_value (p, text))
        return NULL;
      g_string_append_printf (text, " %s", unit->name);
      p->pos++;
      add_unit (&all, unit);
    }
  RushExpr *made = units_to_literal (p, from, &all, text->str);
  if (made == NULL && p->error == NULL)
    {
      RushSqlContext context = rush_context (p, from);
      rush_sql_error_set (&p->error, RUSH_SQL_CLASS_CANNOT_PARSE_INTERVAL, &context,
                          "intervalString", text->str, NULL);
    }
  return made;
}

RushExpr *
rush_interval_from_string (RushParser *p, guint from, const char *text)
{
  g_auto (GStrv) words = g_strsplit_set (text, " \t\n\r", -1);
  Units all = { 0 };

  for (guint i = 0; words[i] != NULL; i++)
    {
      const Unit *unit = find_unit (words[i], strlen (words[i]));
      if (unit != NULL)
        add_unit (&all, unit);
    }
  return units_to_literal (p, from, &all, text);
}

/* ---- from one unit to another ---- */

static RushExpr *
from_to_literal (const char *text, gboolean negative, RushIntervalField start,
                 RushIntervalField end, GError **error)
{
  gint32 months;
  gint64 us;
  const RushType *type = start <= RUSH_INTERVAL_MONTH ? rush_type_year_month_interval (start, end)
                                                      : rush_type_day_time_interval (start, end);

  if (start <= RUSH_INTERVAL_MONTH)
    return rush_interval_parse_year_month (text, strlen (text), type, &months, error)
               ? rush_expr_literal_int (type, negative ? -(gint64)months : months)
               : NULL;
  if (!rush_interval_parse_day_time (text, strlen (text), type, &us, error))
    return NULL;
  return rush_expr_literal_int (type, negative && us != G_MININT64 ? -us : us);
}

/* [ sign ] string unit TO unit */
static RushExpr *
parse_from_to (RushParser *p)
{
  guint from = p->pos;
  gboolean negative = rush_accept (p, T (DASH));
  g_autofree char *text = NULL;
  GError *error = NULL;

  rush_accept (p, T (PLUS));
  gboolean is_string = rush_at_string (p, 0);
  text = is_string ? rush_parse_string (p) : rush_token_dup (p, p->pos++);
  if (text == NULL)
    return NULL;
  const Unit *start = peek_unit (p, 0), *end = peek_unit (p, 2);
  if (end == NULL)
    {
      p->pos += 2;
      rush_syntax_error (p);
      return NULL;
    }
  p->pos += 3;
  if (!is_string)
    {
      rush_plain_error (p, from, "The value of from-to unit must be a string.");
      return NULL;
    }
  gboolean years = start->field <= RUSH_INTERVAL_MONTH;
  if (start->field < end->field && years == (end->field <= RUSH_INTERVAL_MONTH))
    {
      RushExpr *made = from_to_literal (text, negative, start->field, end->field, &error);
      if (made != NULL)
        return made;
      g_autoptr (GError) inner = error;
      RushSqlContext context = rush_context (p, from);
      g_autofree char *summary = rush_sql_context_summary (&context);
      g_set_error (&p->error, RUSH_SQL_ERROR, RUSH_SQL_ERROR_PARSE, "\n%s\n%s", inner->message,
                   summary);
      return NULL;
    }
  RushSqlContext context = rush_context (p, from);
  rush_sql_error_set_as (&p->error, RUSH_SQL_ERROR_PARSE,
                         RUSH_SQL_CLASS_INVALID_INTERVAL_FORMAT_UNSUPPORTED_FROM_TO_EXPRESSION,
                         &context, "input", text, "from", start->name, "to", end->name, NULL);
  return NULL;
}

/* interval:  INTERVAL ( value unit { value unit } | string unit TO unit ) */
RushExpr *
rush_parse_interval (RushParser *p)
{
  guint from = p->pos++;
  guint width = value_width (p, 0);

  if (rush_peek_at (p, width + 1) == T (TO) && rush_at_identifier (p, width + 2))
    return parse_from_to (p);
  return parse_units (p, from);
}
