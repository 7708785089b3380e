/* interval.c - intervals written, and arithmetic.
 *
 * The text of an ANSI interval shows the fields of its type and nothing else: the first without
 * bound, the others within theirs, two digits each from the hours on:
 *
 *   93784500000 µs    DAY TO SECOND  1 02:03:04.5     HOUR TO MINUTE  26:03     SECOND  93784.5
 */
#include "sql/types/interval.h"

#include <math.h>
#include <string.h>

#include "sql/types/civil_time.h"
#include "sql/types/interval_private.h"

const char *const rush_interval_field_names[] = {
  "YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND"
};

const gint64 rush_interval_field_micros[] = {
  0, 0, RUSH_MICROS_PER_DAY, RUSH_MICROS_PER_HOUR, RUSH_MICROS_PER_MINUTE, RUSH_MICROS_PER_SECOND
};

/* ---- writing ---- */

typedef struct
{
  char *out;
  gsize length;
} Text;

static void G_GNUC_PRINTF (2, 3) put (Text *self, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  self->length += (gsize)g_vsnprintf (self->out + self->length,
                                      RUSH_INTERVAL_TEXT_SIZE - self->length, format, arguments);
  va_end (arguments);
}

/* ".5" of 500000. */
static void
put_fraction (Text *self, guint64 micros)
{
  if (micros == 0)
    return;
  put (self, ".%06" G_GUINT64_FORMAT, micros);
  while (self->out[self->length - 1] == '0')
    self->out[--self->length] = '\0';
}

static void
put_fields (Text *self, const RushType *type)
{
  put (self, "' %s", rush_interval_field_names[type->start]);
  if (type->end != type->start)
    put (self, " TO %s", rush_interval_field_names[type->end]);
}

gsize
rush_year_month_to_text (gint32 months, const RushType *type, char *out)
{
  Text text = { .out = out };
  gint64 value = ABS ((gint64)months);

  put (&text, "INTERVAL '%s", months < 0 ? "-" : "");
  if (type->start == RUSH_INTERVAL_MONTH)
    put (&text, "%" G_GINT64_FORMAT, value);
  else
    put (&text, "%" G_GINT64_FORMAT, value / 12);
  if (type->start != type->end)
    put (&text, "-%d", (gint)(value % 12));
  put_fields (&text, type);
  return text.length;
}

gsize
rush_day_time_to_text (gint64 micros, const RushType *type, char *out)
{
  Text text = { .out = out };
  guint64 rest = micros < 0 ? -(guint64)micros : (guint64)micros;

  put (&text, "INTERVAL '%s", micros < 0 ? "-" : "");
  for (guint field = type->start; field <= type->end; field++)
    {
      guint64 unit = (guint64)rush_interval_field_micros[field];
      if (field > type->start)
        put (&text, field == RUSH_INTERVAL_HOUR ? " " : ":");
      put (&text, field == RUSH_INTERVAL_DAY ? "%" G_GUINT64_FORMAT : "%02" G_GUINT64_FORMAT,
           rest / unit);
      rest %= unit;
    }
  if (type->end == RUSH_INTERVAL_SECOND)
    put_fraction (&text, rest);
  put_fields (&text, type);
  return text.length;
}

static void
put_unit (Text *self, gint64 value, const char *unit)
{
  if (value != 0)
    put (self, "%s%" G_GINT64_FORMAT " %s", self->length > 0 ? " " : "", value, unit);
}

gsize
rush_interval_to_text (const RushCalendarInterval *value, char *out)
{
  Text text = { .out = out };
  gint64 micros = value->microseconds, seconds;

  out[0] = '\0';
  put_unit (&text, value->months / 12, "years");
  put_unit (&text, value->months % 12, "months");
  put_unit (&text, value->days, "days");
  put_unit (&text, micros / RUSH_MICROS_PER_HOUR, "hours");
  micros %= RUSH_MICROS_PER_HOUR;
  put_unit (&text, micros / RUSH_MICROS_PER_MINUTE, "minutes");
  micros %= RUSH_MICROS_PER_MINUTE;
  seconds = micros / RUSH_MICROS_PER_SECOND;
  if (micros != 0)
    {
      put (&text, "%s%s%d", text.length > 0 ? " " : "", micros < 0 ? "-" : "", (gint)ABS (seconds));
      put_fraction (&text, (guint64)ABS (micros % RUSH_MICROS_PER_SECOND));
      put (&text, " seconds");
    }
  if (text.length == 0)
    put (&text, "0 seconds");
  return text.length;
}

/* ---- arithmetic ---- */

gboolean
rush_interval_add_product (gint64 value, gint64 unit, gint64 *sum)
{
  gint64 product;

  return !__builtin_mul_overflow (value, unit, &product) &&
         !__builtin_add_overflow (*sum, product, sum);
}

static gboolean
narrow (gint64 months, gint64 days, gint64 micros, RushCalendarInterval *out)
{
  if (months < G_MININT32 || months > G_MAXINT32 || days < G_MININT32 || days > G_MAXINT32)
    return FALSE;
  *out = (RushCalendarInterval){ (gint32)months, (gint32)days, micros };
  return TRUE;
}

gboolean
rush_interval_make (gint64 years, gint64 months, gint64 weeks, gint64 days, gint64 hours,
                    gint64 minutes, gint64 seconds_us, RushCalendarInterval *out)
{
  return rush_interval_add_product (years, 12, &months) &&
         rush_interval_add_product (weeks, 7, &days) &&
         rush_interval_add_product (hours, RUSH_MICROS_PER_HOUR, &seconds_us) &&
         rush_interval_add_product (minutes, RUSH_MICROS_PER_MINUTE, &seconds_us) &&
         narrow (months, days, seconds_us, out);
}

gboolean
rush_interval_add (const RushCalendarInterval *a, const RushCalendarInterval *b,
                   RushCalendarInterval *out)
{
  gint64 micros;

  return !__builtin_add_overflow (a->microseconds, b->microseconds, &micros) &&
         narrow ((gint64)a->months + b->months, (gint64)a->days + b->days, micros, out);
}

gboolean
rush_interval_subtract (const RushCalendarInterval *a, const RushCalendarInterval *b,
                        RushCalendarInterval *out)
{
  gint64 micros;

  return !__builtin_sub_overflow (a->microseconds, b->microseconds, &micros) &&
         narrow ((gint64)a->months - b->months, (gint64)a->days - b->days, micros, out);
}

gboolean
rush_interval_scale (gint64 value, double factor, gint64 *out)
{
  double product = (double)value * factor;
  double rounded = product < 0 ? -floor (-product + 0.5) : floor (product + 0.5);

  if (!(rounded >= -0x1p63 && rounded < 0x1p63))
    return FALSE;
  *out = (gint64)rounded;
  return TRUE;
}

gboolean
rush_interval_divide (gint64 value, gint64 divisor, gint64 *out)
{
  __int128 quotient = (__int128)value / divisor, rest = (__int128)value % divisor;

  rest = rest < 0 ? -rest : rest;
  if (2 * rest >= (divisor < 0 ? -(__int128)divisor : divisor))
    quotient += (value < 0) == (divisor < 0) ? 1 : -1;
  *out = (gint64)quotient;
  return quotient >= G_MININT64 && quotient <= G_MAXINT64;
}

/* A part of a month is dropped, a part of a day goes into the microseconds. */
gboolean
rush_interval_multiply (const RushCalendarInterval *value, double factor, RushCalendarInterval *out)
{
  double months = value->months * factor, days = value->days * factor;
  double micros =
      (double)value->microseconds * factor + (days - trunc (days)) * (double)RUSH_MICROS_PER_DAY;

  if (!(fabs (months) < 0x1p31 && fabs (days) < 0x1p31 && fabs (micros) < 0x1p63))
    return FALSE;
  *out = (RushCalendarInterval){ (gint32)months, (gint32)days, (gint64)floor (micros + 0.5) };
  return TRUE;
}
