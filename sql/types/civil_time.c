/* civil_time.c - days to years and back, by eras of 400 years.
 *
 * The calendar repeats every 146,097 days.  If a year begins in March, the leap day is its last
 * day, and the lengths of months follow a line: the months before month m (March is 0) have
 * (153 m + 2) / 5 days.  So a date is an era, a year in it, and a day in that, by divisions alone.
 *
 *   days + 719468 = days since 0000-03-01
 *
 * Back from days it is the same lines solved for year and month.  Each division by a constant that
 * is no power of two costs a multiplication and a shift; scaling the line so that its divisor
 * becomes 2^32 (years in a century) and 2^16 (months) gives quotient and rest by one
 * multiplication.
 *
 * Source:  C. Neri, L. Schneider, Euclidean affine functions and their application to calendar
 *          algorithms (Software: Practice and Experience 53, 2023).
 */
#include "sql/types/civil_time.h"

#include "sql/types/number_text_private.h"

#define DAYS_PER_ERA 146097
#define DAYS_TO_1970 719468

gboolean
rush_civil_is_leap_year (gint64 year)
{
  return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

gint
rush_civil_month_length (gint64 year, gint month)
{
  static const gint8 lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

  return lengths[month - 1] + (month == 2 && rush_civil_is_leap_year (year));
}

gboolean
rush_civil_date_is_valid (gint64 year, gint month, gint day)
{
  return month >= 1 && month <= 12 && day >= 1 && day <= rush_civil_month_length (year, month);
}

gint64
rush_civil_days (gint64 year, gint month, gint day)
{
  gint64 shifted = year - (month <= 2);
  gint64 era = rush_floor_div (shifted, 400);
  gint64 year_of_era = shifted - era * 400;
  gint64 day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  gint64 day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

  return era * DAYS_PER_ERA + day_of_era - DAYS_TO_1970;
}

/* Any 32-bit day, moved by whole eras, is not negative. */
#define SHIFTED_ERAS G_GUINT64_CONSTANT (14704)

static RushCivilDate
civil_date_of_32_bits (gint64 days)
{
  guint64 shifted = (guint64)(days + DAYS_TO_1970 + (gint64)(SHIFTED_ERAS * DAYS_PER_ERA));
  guint64 quarters = 4 * shifted + 3; /* of days: a century has 36,524.25 */
  guint32 century = (guint32)(quarters / DAYS_PER_ERA);
  guint32 day_of_century = (guint32)(quarters % DAYS_PER_ERA) / 4;
  guint64 years = G_GUINT64_CONSTANT (2939745) * (4 * day_of_century + 3); /* · 2^32 */
  guint32 day_of_year = (guint32)years / 2939745 / 4;
  guint32 months = 2141 * day_of_year + 197913; /* · 2^16, from March as month 3 */
  gboolean next_year = day_of_year >= 306;      /* January and February */

  return (RushCivilDate){ .year = 100 * (gint64)century + (gint64)(years >> 32) -
                                  400 * (gint64)SHIFTED_ERAS + next_year,
                          .month = (gint)(months >> 16) - 12 * next_year,
                          .day = (gint)((months & 0xFFFF) / 2141) + 1 };
}

RushCivilDate
rush_civil_date (gint64 days)
{
  if (G_LIKELY (days >= G_MININT32 && days <= G_MAXINT32))
    return civil_date_of_32_bits (days);
  gint64 era = rush_floor_div (days, DAYS_PER_ERA);
  RushCivilDate date = civil_date_of_32_bits (days - era * DAYS_PER_ERA);
  date.year += era * 400;
  return date;
}

RushCivilTime
rush_civil_time (gint64 micros_of_day)
{
  gint32 seconds = (gint32)(micros_of_day / RUSH_MICROS_PER_SECOND);

  return (RushCivilTime){ .hour = seconds / 3600,
                          .minute = seconds / 60 % 60,
                          .second = seconds % 60,
                          .micros = (gint)(micros_of_day % RUSH_MICROS_PER_SECOND) };
}

gint64
rush_civil_micros_of_day (gint hour, gint minute, gint second, gint micros)
{
  return hour * RUSH_MICROS_PER_HOUR + minute * RUSH_MICROS_PER_MINUTE +
         second * RUSH_MICROS_PER_SECOND + micros;
}

/* ---- fields ---- */

gint
rush_civil_quarter (gint64 days)
{
  return (rush_civil_date (days).month + 2) / 3;
}

gint
rush_civil_day_of_year (gint64 days)
{
  return (gint)(days - rush_civil_days (rush_civil_date (days).year, 1, 1)) + 1;
}

gint
rush_civil_day_of_week (gint64 days)
{
  return (gint)rush_floor_mod (days + 3, 7) + 1; /* 1970-01-01 was a Thursday */
}

/* A week belongs to the year that its Thursday is in. */
gint
rush_civil_week (gint64 days, gint64 *out_iso_year)
{
  gint64 thursday = days + 4 - rush_civil_day_of_week (days);

  if (out_iso_year != NULL)
    *out_iso_year = rush_civil_date (thursday).year;
  return (rush_civil_day_of_year (thursday) - 1) / 7 + 1;
}

/* ---- moving ---- */

gint64
rush_civil_add_months (gint64 days, gint64 months)
{
  RushCivilDate date = rush_civil_date (days);
  gint64 month = date.year * 12 + date.month - 1 + months;
  gint64 year = rush_floor_div (month, 12);
  gint month_of_year = (gint)(month - year * 12) + 1;

  return rush_civil_days (year, month_of_year,
                          MIN (date.day, rush_civil_month_length (year, month_of_year)));
}

gint64
rush_civil_last_day (gint64 days)
{
  RushCivilDate date = rush_civil_date (days);

  return days - date.day + rush_civil_month_length (date.year, date.month);
}

gint64
rush_civil_next_day (gint64 days, gint day_of_week)
{
  return days + 1 + rush_floor_mod (day_of_week - 1 - (days + 4), 7);
}

gint
rush_civil_parse_day_of_week (const char *text, gsize length)
{
  static const char *const names[7][3] = {
    { "MO", "MON", "MONDAY" },   { "TU", "TUE", "TUESDAY" }, { "WE", "WED", "WEDNESDAY" },
    { "TH", "THU", "THURSDAY" }, { "FR", "FRI", "FRIDAY" },  { "SA", "SAT", "SATURDAY" },
    { "SU", "SUN", "SUNDAY" },
  };

  for (gint day = 0; day < 7; day++)
    for (gint form = 0; form < 3; form++)
      if (rush_text_equals (text, length, names[day][form]))
        return day + 1;
  return 0;
}

RushTimeUnit
rush_time_unit_parse (const char *text, gsize length)
{
  static const struct
  {
    const char *name;
    RushTimeUnit unit;
  } units[] = {
    { "MICROSECOND", RUSH_UNIT_MICROSECOND },
    { "MILLISECOND", RUSH_UNIT_MILLISECOND },
    { "SECOND", RUSH_UNIT_SECOND },
    { "MINUTE", RUSH_UNIT_MINUTE },
    { "HOUR", RUSH_UNIT_HOUR },
    { "DAY", RUSH_UNIT_DAY },
    { "DD", RUSH_UNIT_DAY },
    { "WEEK", RUSH_UNIT_WEEK },
    { "MON", RUSH_UNIT_MONTH },
    { "MONTH", RUSH_UNIT_MONTH },
    { "MM", RUSH_UNIT_MONTH },
    { "QUARTER", RUSH_UNIT_QUARTER },
    { "YEAR", RUSH_UNIT_YEAR },
    { "YYYY", RUSH_UNIT_YEAR },
    { "YY", RUSH_UNIT_YEAR },
  };

  for (guint i = 0; i < G_N_ELEMENTS (units); i++)
    if (rush_text_equals (text, length, units[i].name))
      return units[i].unit;
  return RUSH_UNIT_INVALID;
}

gint64
rush_civil_trunc (gint64 days, RushTimeUnit unit)
{
  RushCivilDate date = rush_civil_date (days);

  switch ((gint)unit)
    {
    case RUSH_UNIT_DAY:
      return days;
    case RUSH_UNIT_WEEK:
      return days - rush_floor_mod (days + 3, 7);
    case RUSH_UNIT_MONTH:
      return days - date.day + 1;
    case RUSH_UNIT_QUARTER:
      return rush_civil_days (date.year, (date.month - 1) / 3 * 3 + 1, 1);
    case RUSH_UNIT_YEAR:
      return rush_civil_days (date.year, 1, 1);
    default:
      g_return_val_if_reached (days);
    }
}
