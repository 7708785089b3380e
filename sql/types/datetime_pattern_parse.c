/* datetime_pattern_parse.c - a text read step by step, and what it says put together.
 *
 * Reading fills fields; an optional part that does not fit leaves no trace.  Then the fields are
 * checked against their ranges and one another, and what is missing is taken from 1970-01-01 00:00.
 * Letters match in any case.  Messages are java.time's, since users search the web for them.
 */
#include <string.h>

#include "sql/types/civil_time.h"
#include "sql/types/datetime_pattern_private.h"

typedef struct
{
  const char *text, *end;
  gboolean has[N_FIELDS];
  gint64 values[N_FIELDS];
  gboolean has_offset;
  gint offset;
  const RushTimeZone *zone;
} Reader;

/* Every step answers where it stopped, or NULL and, in *failed, where it could not go on. */
typedef const char *(*ReadFunc) (Reader *self, const Step *step, const char *p,
                                 const char **failed);

static gboolean
set_field (Reader *self, TimeField field, gint64 value)
{
  if (self->has[field] && self->values[field] != value)
    return FALSE;
  self->has[field] = TRUE;
  self->values[field] = value;
  return TRUE;
}

static const char *
fail_at (const char *p, const char **failed)
{
  *failed = p;
  return NULL;
}

/* ---- numbers ---- */

/* Digits from @p, at most as many as leave enough for the numbers behind. */
static gint
count_digits (const Reader *self, const Step *step, const char *p)
{
  gint n = 0, most = step->max + step->reserved;

  while (n < most && p + n < self->end && g_ascii_isdigit (p[n]))
    n++;
  return step->reserved > 0 ? MAX (MIN (n, step->min), n - step->reserved) : n;
}

static const char *
read_number (Reader *self, const Step *step, const char *p, const char **failed)
{
  const char *start = p;
  gboolean minus = p < self->end && *p == '-', plus = p < self->end && *p == '+';
  gint64 value = 0;

  if ((minus && step->sign == SIGN_NEVER) || (plus && step->sign != SIGN_EXCEEDS_PAD))
    return fail_at (p, failed);
  p += minus || plus;
  gint n = count_digits (self, step, p);
  if (n < step->min || n == 0)
    return fail_at (p, failed);
  if (step->sign == SIGN_EXCEEDS_PAD && !minus && plus != (n > step->min))
    return fail_at (start, failed);
  for (gint i = 0; i < n; i++)
    if (__builtin_mul_overflow (value, 10, &value) ||
        __builtin_add_overflow (value, p[i] - '0', &value))
      return fail_at (start, failed);
  if (minus && value == 0)
    return fail_at (start, failed);
  if (step->kind == STEP_TWO_DIGIT_YEAR)
    value += 2000;
  if (!set_field (self, step->field, minus ? -value : value))
    return fail_at (start, failed);
  return p + n;
}

static const char *
read_fraction (Reader *self, const Step *step, const char *p, const char **failed)
{
  gint64 nanos = 0;
  gint n = 0;

  for (; n < step->max && p + n < self->end && g_ascii_isdigit (p[n]); n++)
    nanos = nanos * 10 + (p[n] - '0');
  if (n == 0)
    return fail_at (p, failed);
  for (gint i = n; i < 9; i++)
    nanos *= 10;
  return set_field (self, FIELD_MICRO, nanos / 1000) ? p + n : fail_at (p, failed);
}

/* ---- words ---- */

static gboolean
has_prefix (const Reader *self, const char *p, const char *word, gsize length)
{
  return (gsize)(self->end - p) >= length && g_ascii_strncasecmp (p, word, length) == 0;
}

static const char *
read_text (Reader *self, const Step *step, const char *p, const char **failed)
{
  gboolean cut = !step->full && step->field == FIELD_MONTH;
  gint first = step->field == FIELD_MONTH ? 1 : 0;
  const char *name;

  for (gint value = first; (name = rush_time_field_text (step->field, value, step->full)) != NULL;
       value++)
    {
      gsize length = cut ? 3 : strlen (name);
      if (has_prefix (self, p, name, length))
        return set_field (self, step->field, value) ? p + length : fail_at (p, failed);
    }
  return fail_at (p, failed);
}

static const char *
read_literal (Reader *self, const Step *step, const char *p, const char **failed)
{
  return has_prefix (self, p, &step->literal, 1) ? p + 1 : fail_at (p, failed);
}

/* ---- zones ---- */

static gint
two_digits (const Reader *self, const char *p)
{
  if (self->end - p < 2 || !g_ascii_isdigit (p[0]) || !g_ascii_isdigit (p[1]))
    return -1;
  return (p[0] - '0') * 10 + p[1] - '0';
}

/* [:]mm or [:]ss at *p; FALSE: there is none. */
static gboolean
read_part (const Reader *self, gboolean colon, const char **p, gint unit, gint *seconds)
{
  const char *q = *p;

  if (colon && (q == self->end || *q++ != ':'))
    return FALSE;
  gint value = two_digits (self, q);
  if (value < 0 || value > 59)
    return FALSE;
  *p = q + 2;
  *seconds += value * unit;
  return TRUE;
}

static const char *
accept_offset (Reader *self, const char *p, gint offset, const char *start, const char **failed)
{
  if (ABS (offset) > 18 * 3600)
    return fail_at (start, failed);
  self->has_offset = TRUE;
  self->offset = offset;
  return p;
}

static const char *
read_offset (Reader *self, const Step *step, const char *p, const char **failed)
{
  const char *start = p;
  gint seconds, hours;

  if (step->z && has_prefix (self, p, "Z", 1))
    return accept_offset (self, p + 1, 0, start, failed);
  if (p == self->end || (*p != '+' && *p != '-') || (hours = two_digits (self, p + 1)) < 0)
    return fail_at (p, failed);
  gint sign = *p == '-' ? -1 : 1;
  p += 3;
  seconds = hours * 3600;
  gboolean minutes = read_part (self, step->colon, &p, 60, &seconds);
  if (step->minutes && !minutes)
    return fail_at (start, failed);
  if (step->seconds && minutes)
    (void)read_part (self, step->colon, &p, 1, &seconds);
  return accept_offset (self, p, sign * seconds, start, failed);
}

static const char *
read_gmt (Reader *self, const Step *step, const char *p, const char **failed)
{
  const char *start = p;
  gint hours, seconds, digits = 2;

  if (!has_prefix (self, p, "GMT", 3))
    return fail_at (p, failed);
  p += 3;
  if (p == self->end || (*p != '+' && *p != '-'))
    return accept_offset (self, p, 0, start, failed);
  gint sign = *p++ == '-' ? -1 : 1;
  hours = two_digits (self, p);
  if (hours < 0 && step->min != 4 && p < self->end && g_ascii_isdigit (*p))
    {
      hours = *p - '0';
      digits = 1;
    }
  if (hours < 0)
    return fail_at (start, failed);
  p += digits;
  seconds = hours * 3600;
  gboolean minutes = read_part (self, TRUE, &p, 60, &seconds);
  if (step->min == 4 && !minutes)
    return fail_at (start, failed);
  return accept_offset (self, p, sign * seconds, start, failed);
}

static gboolean
is_zone_letter (char c)
{
  return g_ascii_isalnum (c) || strchr ("/_+-~.", c) != NULL;
}

/* The longest prefix that is the name of a region. */
static const char *
read_region (Reader *self, const char *p, const char **failed)
{
  const char *q = p;

  while (q < self->end && *q != '\0' && is_zone_letter (*q))
    q++;
  for (; q > p && g_ascii_isalpha (*p); q--)
    {
      char name[64];
      gsize length = (gsize)(q - p);
      if (length >= sizeof name)
        continue;
      memcpy (name, p, length);
      name[length] = '\0';
      /* "GMT+1" is none of them, though a session's zone may be called so. */
      gboolean offset = strpbrk (name, "+") != NULL;
      const RushTimeZone *zone = offset ? NULL : rush_time_zone_get (name, NULL);
      if (zone != NULL)
        {
          self->zone = zone;
          return q;
        }
    }
  return fail_at (p, failed);
}

static const char *
read_zone_id (Reader *self, const Step *step, const char *p, const char **failed)
{
  const Step offset = {
    .kind = STEP_OFFSET, .minutes = TRUE, .colon = TRUE, .seconds = TRUE, .z = TRUE
  };

  (void)step;
  if (p < self->end && (*p == '+' || *p == '-'))
    return read_offset (self, &offset, p, failed);
  return read_region (self, p, failed);
}

static const char *
read_zone_name (Reader *self, const Step *step, const char *p, const char **failed)
{
  gsize length;
  const char *id = rush_zone_of_name (p, (gsize)(self->end - p), step->min == 4, &length);
  gboolean ends = id != NULL && (p + length == self->end || !is_zone_letter (p[length]));

  if (!ends)
    return read_zone_id (self, step, p, failed);
  self->zone = rush_time_zone_get (id, NULL);
  return self->zone != NULL ? p + length : fail_at (p, failed);
}

/* ---- all steps ---- */

static const char *
read_step (Reader *self, const Step *step, const char *p, const char **failed)
{
  static const ReadFunc functions[] = {
    [STEP_NUMBER] = read_number,
    [STEP_TWO_DIGIT_YEAR] = read_number,
    [STEP_TEXT] = read_text,
    [STEP_FRACTION] = read_fraction,
    [STEP_LITERAL] = read_literal,
    [STEP_OFFSET] = read_offset,
    [STEP_GMT] = read_gmt,
    [STEP_ZONE_ID] = read_zone_id,
    [STEP_ZONE_NAME] = read_zone_name,
  };

  return functions[step->kind](self, step, p, failed);
}

static const char *
read_steps (Reader *self, const RushDatetimePattern *pattern, guint from, guint to, const char *p,
            const char **failed)
{
  for (guint i = from; i < to; i++)
    {
      const Step *step = &pattern->steps[i];
      if (step->kind == STEP_OPTIONAL)
        {
          Reader before = *self;
          const char *ignored, *behind = read_steps (self, pattern, i + 1, step->end, p, &ignored);
          if (behind == NULL)
            *self = before;
          else
            p = behind;
          i = step->end;
        }
      else if ((p = read_step (self, step, p, failed)) == NULL)
        return NULL;
    }
  return p;
}

/* ---- what it says ---- */

static const struct
{
  const char *name;
  gint min, max;
  const char *shown; /* the range in messages */
} ranges[N_FIELDS] = {
  [FIELD_MONTH] = { "MonthOfYear", 1, 12, "1 - 12" },
  [FIELD_DAY] = { "DayOfMonth", 1, 31, "1 - 28/31" },
  [FIELD_DAY_OF_YEAR] = { "DayOfYear", 1, 366, "1 - 365/366" },
  [FIELD_HOUR] = { "HourOfDay", 0, 23, "0 - 23" },
  [FIELD_CLOCK_HOUR] = { "ClockHourOfDay", 1, 24, "1 - 24" },
  [FIELD_HALF_HOUR] = { "HourOfAmPm", 0, 11, "0 - 11" },
  [FIELD_CLOCK_HALF] = { "ClockHourOfAmPm", 1, 12, "1 - 12" },
  [FIELD_MINUTE] = { "MinuteOfHour", 0, 59, "0 - 59" },
  [FIELD_SECOND] = { "SecondOfMinute", 0, 59, "0 - 59" },
};

/* The reason why not, (transfer full); NULL: all is well. */
static char *
check_ranges (const Reader *self)
{
  for (guint field = 0; field < N_FIELDS; field++)
    if (self->has[field] && ranges[field].name != NULL &&
        (self->values[field] < ranges[field].min || self->values[field] > ranges[field].max))
      return g_strdup_printf ("Invalid value for %s (valid values %s): %" G_GINT64_FORMAT,
                              ranges[field].name, ranges[field].shown, self->values[field]);
  return NULL;
}

static gint64
value_or (const Reader *self, TimeField field, gint64 fallback)
{
  return self->has[field] ? self->values[field] : fallback;
}

static gboolean
has_year (const Reader *self)
{
  return self->has[FIELD_YEAR] || self->has[FIELD_YEAR_OF_ERA];
}

static gint64
year_of (const Reader *self)
{
  gint64 year = value_or (self, FIELD_YEAR, value_or (self, FIELD_YEAR_OF_ERA, 1970));

  return value_or (self, FIELD_ERA, 1) == 0 ? 1 - year : year;
}

static char *
resolve_date (const Reader *self, gint64 *out_days)
{
  gint64 year = year_of (self);
  gint month = (gint)value_or (self, FIELD_MONTH, 1), day = (gint)value_or (self, FIELD_DAY, 1);
  gboolean leap = rush_civil_is_leap_year (year);

  if (ABS (year) > 999999999)
    return g_strdup_printf ("Invalid value for Year (valid values -999999999 - 999999999): "
                            "%" G_GINT64_FORMAT,
                            year);
  if (self->has[FIELD_DAY_OF_YEAR] && has_year (self) && !self->has[FIELD_MONTH])
    {
      gint64 day_of_year = self->values[FIELD_DAY_OF_YEAR];
      *out_days = rush_civil_days (year, 1, 1) + day_of_year - 1;
      return day_of_year == 366 && !leap
                 ? g_strdup_printf ("Invalid date 'DayOfYear 366' as '%" G_GINT64_FORMAT
                                    "' is not a leap year",
                                    year)
                 : NULL;
    }
  if (day == 29 && month == 2 && !leap)
    return g_strdup_printf (
        "Invalid date 'February 29' as '%" G_GINT64_FORMAT "' is not a leap year", year);
  if (!rush_civil_date_is_valid (year, month, day))
    {
      g_autofree char *upper = g_ascii_strup (rush_month_names[month - 1], -1);
      return g_strdup_printf ("Invalid date '%s %d'", upper, day);
    }
  *out_days = rush_civil_days (year, month, day);
  return NULL;
}

static char *
resolve_clock (const Reader *self, gint64 *out_us)
{
  gint64 half = self->has[FIELD_CLOCK_HALF] ? self->values[FIELD_CLOCK_HALF] % 12
                                            : value_or (self, FIELD_HALF_HOUR, 0);
  gint64 hour = half + 12 * value_or (self, FIELD_AM_PM, 0);

  if (self->has[FIELD_CLOCK_HOUR])
    hour = self->values[FIELD_CLOCK_HOUR] % 24;
  hour = value_or (self, FIELD_HOUR, hour);
  *out_us = rush_civil_micros_of_day ((gint)hour, (gint)value_or (self, FIELD_MINUTE, 0),
                                      (gint)value_or (self, FIELD_SECOND, 0),
                                      (gint)value_or (self, FIELD_MICRO, 0));
  if (self->has[FIELD_AM_PM] && self->values[FIELD_AM_PM] != hour / 12)
    return g_strdup_printf ("Conflict found: Field AmPmOfDay %d differs from AmPmOfDay %d derived "
                            "from %02d:%02d",
                            (gint)(hour / 12), (gint)self->values[FIELD_AM_PM], (gint)hour,
                            (gint)value_or (self, FIELD_MINUTE, 0));
  return NULL;
}

/* A date that could not be made of what the text has is Spark's own finding, and not the parser's:
 * its message does not begin with the text. */
static char *
resolve (const Reader *self, gint64 *out_local, gboolean *out_own)
{
  gint64 days = 0, clock = 0, local = 0;
  char *reason = check_ranges (self);

  *out_own = reason != NULL && !has_year (self) &&
             (g_str_has_prefix (reason, "Invalid value for MonthOfYear") ||
              g_str_has_prefix (reason, "Invalid value for DayOfMonth"));
  if (reason == NULL)
    {
      reason = resolve_date (self, &days);
      *out_own = reason != NULL && !has_year (self);
    }
  if (reason == NULL)
    reason = resolve_clock (self, &clock);
  if (reason == NULL && (__builtin_mul_overflow (days, RUSH_MICROS_PER_DAY, &local) ||
                         __builtin_add_overflow (local, clock, &local)))
    reason = g_strdup ("long overflow");
  *out_local = local;
  return reason;
}

/* ---- the outside ---- */

static gboolean
refuse (const Reader *self, const char *function, const char *reason, gboolean own, GError **error)
{
  g_autofree char *message =
      own ? g_strdup (reason)
          : g_strdup_printf ("Text '%.*s' could not be parsed%s", (gint)(self->end - self->text),
                             self->text, reason);

  rush_sql_error_set (error, RUSH_SQL_CLASS_CANNOT_PARSE_TIMESTAMP, NULL, "message", message,
                      "func", function, NULL);
  return FALSE;
}

static gboolean
refuse_at (const Reader *self, const char *function, const char *format, const char *p,
           GError **error)
{
  g_autofree char *reason = g_strdup_printf ("%s%d", format, (gint)(p - self->text));

  return error == NULL ? FALSE : refuse (self, function, reason, FALSE, error);
}

gboolean
rush_datetime_pattern_parse (const RushDatetimePattern *self, const char *text, gsize length,
                             const char *function, RushParsedTime *out, GError **error)
{
  Reader reader = { .text = text, .end = text + length };
  const char *failed = text;
  const char *p = read_steps (&reader, self, 0, self->n_steps, text, &failed);
  gboolean own;

  if (p == NULL)
    return refuse_at (&reader, function, " at index ", failed, error);
  if (p < reader.end)
    return refuse_at (&reader, function, ", unparsed text found at index ", p, error);

  RushParsedTime parsed = { .zone = reader.zone };
  g_autofree char *reason = resolve (&reader, &parsed.local_us, &own);
  if (reason != NULL)
    {
      g_autofree char *behind = own ? g_strdup (reason) : g_strdup_printf (": %s", reason);
      return refuse (&reader, function, behind, own, error);
    }
  if (parsed.zone == NULL && reader.has_offset)
    {
      char id[16];
      gint value = ABS (reader.offset);
      g_snprintf (id, sizeof id, "%c%02d:%02d:%02d", reader.offset < 0 ? '-' : '+', value / 3600,
                  value / 60 % 60, value % 60);
      parsed.zone = rush_time_zone_get (id, NULL);
    }
  *out = parsed;
  return TRUE;
}

gboolean
rush_datetime_pattern_parse_instant (const RushDatetimePattern *self, const char *text,
                                     gsize length, const RushTimeZone *zone, const char *function,
                                     gint64 *out_us, GError **error)
{
  RushParsedTime parsed;

  if (!rush_datetime_pattern_parse (self, text, length, function, &parsed, error))
    return FALSE;
  *out_us = rush_time_zone_to_instant (parsed.zone != NULL ? parsed.zone : zone, parsed.local_us,
                                       RUSH_NO_OFFSET);
  return TRUE;
}
