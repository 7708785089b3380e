/* civil_time.h - the calendar: days and years, without zones.
 *
 * A date is the number of days since 1970-01-01 in the proleptic Gregorian calendar (as
 * java.time's: no gap in 1582, a year 0), a clock time is the number of microseconds since
 * midnight.
 *
 *   days  ⟵ rush_civil_days () ⟶  year, month, day      in 64 bits: years up to ±5.8 million
 *
 * Threads:  any.
 * Mirrors:  java.time.LocalDate, DateTimeUtils.
 */
#pragma once

#include <glib.h>

#define RUSH_MICROS_PER_MILLI G_GINT64_CONSTANT (1000)
#define RUSH_MICROS_PER_SECOND G_GINT64_CONSTANT (1000000)
#define RUSH_MICROS_PER_MINUTE (60 * RUSH_MICROS_PER_SECOND)
#define RUSH_MICROS_PER_HOUR (60 * RUSH_MICROS_PER_MINUTE)
#define RUSH_MICROS_PER_DAY (24 * RUSH_MICROS_PER_HOUR)
#define RUSH_SECONDS_PER_DAY 86400

typedef struct
{
  gint64 year;
  gint month, day; /* from 1 */
} RushCivilDate;

typedef struct
{
  gint hour, minute, second, micros;
} RushCivilTime;

/* Rounds toward −∞; the divisor is above 0. */
static inline gint64
rush_floor_div (gint64 value, gint64 divisor)
{
  gint64 quotient = value / divisor;
  return quotient - (value % divisor < 0);
}

static inline gint64
rush_floor_mod (gint64 value, gint64 divisor)
{
  gint64 rest = value % divisor;
  return rest < 0 ? rest + divisor : rest;
}

/* ---- days and years ---- */

gboolean rush_civil_is_leap_year (gint64 year);
gint rush_civil_month_length (gint64 year, gint month);
gboolean rush_civil_date_is_valid (gint64 year, gint month, gint day); /* any year */
gint64 rush_civil_days (gint64 year, gint month, gint day);            /* the date is valid */
RushCivilDate rush_civil_date (gint64 days);
RushCivilTime rush_civil_time (gint64 micros_of_day);
gint64 rush_civil_micros_of_day (gint hour, gint minute, gint second, gint micros);

/* ---- fields ---- */

gint rush_civil_quarter (gint64 days);                    /* 1 … 4 */
gint rush_civil_day_of_year (gint64 days);                /* 1 … 366 */
gint rush_civil_day_of_week (gint64 days);                /* ISO: 1 Monday … 7 Sunday */
gint rush_civil_week (gint64 days, gint64 *out_iso_year); /* ISO 8601: 1 … 53; year may be NULL */

/* ---- moving ---- */

/* The last day of the month at most: January 31 and a month is February 28 or 29. */
gint64 rush_civil_add_months (gint64 days, gint64 months);
gint64 rush_civil_last_day (gint64 days);
/* The first day after @days that is @day_of_week (ISO). */
gint64 rush_civil_next_day (gint64 days, gint day_of_week);
/* "MO", "mon", "Monday" → 1; 0: none. */
gint rush_civil_parse_day_of_week (const char *text, gsize length);

typedef enum
{
  RUSH_UNIT_INVALID,
  RUSH_UNIT_MICROSECOND,
  RUSH_UNIT_MILLISECOND,
  RUSH_UNIT_SECOND,
  RUSH_UNIT_MINUTE,
  RUSH_UNIT_HOUR,
  RUSH_UNIT_DAY,
  RUSH_UNIT_WEEK, /* from this unit on, dates can be truncated */
  RUSH_UNIT_MONTH,
  RUSH_UNIT_QUARTER,
  RUSH_UNIT_YEAR,
} RushTimeUnit;

/* As trunc () and date_trunc () name them: "yyyy", "MON", "dd", "week", … */
RushTimeUnit rush_time_unit_parse (const char *text, gsize length);
gint64 rush_civil_trunc (gint64 days, RushTimeUnit unit); /* DAY and above */
