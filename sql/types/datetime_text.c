/* datetime_text.c - the forms of dates and timestamps that need no pattern.
 *
 * A text is read as segments of digits, each ended by the one separator that may follow it:
 *
 *      [+-] yyyy - [m]m - [d]d (blank|T) [h]h : [m]m : [s]s . fraction zone
 *  segment   0       1       2             3       4       5      6
 *
 * A text may end after any segment.  One that begins with 'T', or whose first separator is a colon,
 * starts at segment 3.  Everything from the first other character behind the seconds is the zone.
 * This is a machine of few states rather than a grammar, and it has to be the same as Spark's down
 * to its oddities (seven digits make a year of a date, six one of a timestamp).
 */
#include "sql/types/datetime_text.h"

#include <string.h>

#include "sql/types/civil_time.h"
#include "sql/types/number_text.h"

enum
{
  YEAR,
  MONTH,
  DAY,
  HOUR,
  MINUTE,
  SECOND,
  FRACTION,
  ZONE,
};

typedef struct
{
  gint64 values[ZONE + 1];
  const char *zone; /* NULL: none */
  gsize zone_length;
  gboolean just_time;
} Segments;

static gboolean
is_year_length (gint digits, gint max)
{
  return digits >= 4 && digits <= max;
}

static gboolean
is_short (gint digits)
{
  return digits == 1 || digits == 2;
}

/* ---- dates ---- */

static gboolean
to_days (gint64 year, gint64 month, gint64 day, gint64 *out)
{
  if (month < 1 || month > 12 || day < 1 ||
      !rush_civil_date_is_valid (year, (gint)month, (gint)day))
    return FALSE;
  *out = rush_civil_days (year, (gint)month, (gint)day);
  return TRUE;
}

gboolean
rush_text_to_date (const char *text, gsize length, gint32 *out_days)
{
  const char *p = rush_text_trim (text, &length), *end = p + length;
  gint64 values[3] = { 1, 1, 1 }, value = 0, days;
  gint i = 0, digits = 0, sign = 1;

  if (p < end && (*p == '-' || *p == '+'))
    sign = *p++ == '-' ? -1 : 1;
  for (; p < end && *p != ' ' && *p != 'T'; p++)
    {
      if (*p == '-' && i < DAY && (i == YEAR ? is_year_length (digits, 7) : is_short (digits)))
        {
          values[i++] = value;
          value = digits = 0;
        }
      else if (g_ascii_isdigit (*p) && digits < 8)
        {
          value = value * 10 + (*p - '0');
          digits++;
        }
      else
        return FALSE;
    }
  if (!(i == YEAR ? is_year_length (digits, 7) : is_short (digits)) || (i < DAY && p < end))
    return FALSE;
  values[i] = value;
  if (!to_days (sign * values[YEAR], values[MONTH], values[DAY], &days) || days < G_MININT32 ||
      days > G_MAXINT32)
    return FALSE;
  *out_days = (gint32)days;
  return TRUE;
}

/* ---- timestamps ---- */

static gboolean
is_complete (gint segment, gint digits)
{
  switch (segment)
    {
    case YEAR:
      return is_year_length (digits, 6);
    case FRACTION:
      return TRUE;
    case ZONE:
      return digits <= 2;
    default:
      return is_short (digits);
    }
}

/* Where a character that is no digit leads from segment @i; −1: nowhere. */
static gint
next_segment (gint i, char c, gboolean signed_year)
{
  switch (i)
    {
    case YEAR:
      if (c == ':' && !signed_year)
        return HOUR;
      return c == '-' ? MONTH : -1;
    case MONTH:
      return c == '-' ? DAY : -1;
    case DAY:
      return c == ' ' || c == 'T' ? HOUR : -1;
    case HOUR:
    case MINUTE:
      return c == ':' ? i + 1 : -1;
    case SECOND:
      return c == '.' ? FRACTION : ZONE;
    default:
      return ZONE;
    }
}

static gint64
to_micros (gint64 fraction, gint digits)
{
  for (; digits < 6; digits++)
    fraction *= 10;
  return fraction;
}

static gboolean
scan (const char *text, gsize length, Segments *out)
{
  const char *p = rush_text_trim (text, &length), *end = p + length;
  Segments self = { .values = { 1, 1, 1 } };
  gint i = YEAR, digits = 0, sign = 0;
  gint64 value = 0;

  if (p == end)
    return FALSE;
  if (*p == '-' || *p == '+')
    sign = *p++ == '-' ? -1 : 1;
  else if (*p == 'T' && p == text)
    {
      self.just_time = TRUE;
      i = HOUR;
      p++;
    }
  for (; p < end && self.zone == NULL; p++)
    if (g_ascii_isdigit (*p))
      {
        if (digits < (i == FRACTION ? 6 : 9))
          value = value * 10 + (*p - '0');
        digits++;
      }
    else
      {
        gint next = next_segment (i, *p, sign != 0);
        if (i == YEAR && next == HOUR) /* what looked like a year was an hour */
          {
            self.just_time = TRUE;
            i = HOUR;
            next = MINUTE;
          }
        if (next < 0 || !is_complete (i, digits))
          return FALSE;
        self.values[i] = i == FRACTION ? to_micros (value, digits) : value;
        if (next == ZONE)
          {
            self.zone = p;
            self.zone_length = (gsize)(end - p);
          }
        i = next;
        value = digits = 0;
      }
  if (!is_complete (i, digits))
    return FALSE;
  if (i != ZONE)
    self.values[i] = i == FRACTION ? to_micros (value, digits) : value;
  if (sign < 0)
    self.values[YEAR] = -self.values[YEAR];
  *out = self;
  return TRUE;
}

static gboolean
clock_of (const Segments *self, gint64 *out)
{
  if (self->values[HOUR] > 23 || self->values[MINUTE] > 59 || self->values[SECOND] > 59)
    return FALSE;
  *out = rush_civil_micros_of_day ((gint)self->values[HOUR], (gint)self->values[MINUTE],
                                   (gint)self->values[SECOND], (gint)self->values[FRACTION]);
  return TRUE;
}

static gboolean
local_micros (gint64 days, gint64 clock, gint64 *out)
{
  /* In 128 bits: the first day of all is only there in part. */
  __int128 micros = (__int128)days * RUSH_MICROS_PER_DAY + clock;

  *out = (gint64)micros;
  return micros >= G_MININT64 && micros <= G_MAXINT64;
}

static const RushTimeZone *
zone_of (const Segments *self)
{
  char name[64];
  gsize length = self->zone_length;
  const char *p = rush_text_trim (self->zone, &length);

  if (length == 0 || length >= sizeof name || memchr (p, '\0', length) != NULL)
    return NULL;
  memcpy (name, p, length);
  name[length] = '\0';
  return rush_time_zone_get (name, NULL);
}

gboolean
rush_text_to_timestamp (const char *text, gsize length, const RushTimeZone *zone, gint64 now_us,
                        gint64 *out_us)
{
  Segments self;
  gint64 days, clock, local;

  if (!scan (text, length, &self) || !clock_of (&self, &clock))
    return FALSE;
  if (self.zone != NULL && (zone = zone_of (&self)) == NULL)
    return FALSE;
  if (self.just_time)
    days = rush_floor_div (rush_time_zone_to_local (zone, now_us), RUSH_MICROS_PER_DAY);
  else if (!to_days (self.values[YEAR], self.values[MONTH], self.values[DAY], &days))
    return FALSE;
  if (!local_micros (days, clock, &local))
    return FALSE;
  gint64 instant = rush_time_zone_to_instant (zone, local, RUSH_NO_OFFSET);
  gboolean at_end = instant == G_MAXINT64 || instant == G_MININT64; /* or beyond it */
  if (at_end && rush_time_zone_to_local (zone, instant) != local)
    return FALSE;
  *out_us = instant;
  return TRUE;
}

gboolean
rush_text_to_timestamp_ntz (const char *text, gsize length, gboolean allow_zone, gint64 *out_us)
{
  Segments self;
  gint64 days, clock;

  return scan (text, length, &self) && !self.just_time &&
         (self.zone == NULL || (allow_zone && zone_of (&self) != NULL)) &&
         clock_of (&self, &clock) &&
         to_days (self.values[YEAR], self.values[MONTH], self.values[DAY], &days) &&
         local_micros (days, clock, out_us);
}

/* ---- writing ---- */

static char *
put_two (char *p, gint value)
{
  *p++ = (char)('0' + value / 10);
  *p++ = (char)('0' + value % 10);
  return p;
}

gsize
rush_year_to_text (gint64 year, char *out)
{
  char digits[RUSH_NUMBER_TEXT_SIZE], *p = out;
  gint64 value = ABS (year);

  if (year < 0 || year > 9999)
    *p++ = year < 0 ? '-' : '+';
  gsize n = rush_int64_to_text (value, digits);
  for (gsize i = n; i < 4; i++)
    *p++ = '0';
  memcpy (p, digits, n + 1);
  return (gsize)(p - out) + n;
}

gsize
rush_date_to_text (gint64 days, char *out)
{
  RushCivilDate date = rush_civil_date (days);
  char *p = out + rush_year_to_text (date.year, out);

  *p++ = '-';
  p = put_two (p, date.month);
  *p++ = '-';
  p = put_two (p, date.day);
  *p = '\0';
  return (gsize)(p - out);
}

gsize
rush_clock_to_text (gint64 micros_of_day, char *out)
{
  RushCivilTime time = rush_civil_time (micros_of_day);
  char *p = put_two (out, time.hour);

  *p++ = ':';
  p = put_two (p, time.minute);
  *p++ = ':';
  p = put_two (p, time.second);
  if (time.micros > 0)
    {
      *p++ = '.';
      for (gint rest = time.micros, unit = 100000; rest > 0; unit /= 10)
        {
          *p++ = (char)('0' + rest / unit);
          rest %= unit;
        }
    }
  *p = '\0';
  return (gsize)(p - out);
}

gsize
rush_timestamp_to_text (gint64 local_us, char *out)
{
  gint64 days = rush_floor_div (local_us, RUSH_MICROS_PER_DAY);
  gsize length = rush_date_to_text (days, out);

  out[length++] = ' ';
  return length + rush_clock_to_text (rush_floor_mod (local_us, RUSH_MICROS_PER_DAY), out + length);
}
