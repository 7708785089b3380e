/* datetime_pattern_format.c - a time written step by step.
 *
 * All fields are found first: it is cheap, and most patterns want most of them.
 */
#include <string.h>

#include "sql/types/civil_time.h"
#include "sql/types/datetime_pattern_private.h"
#include "sql/types/number_text.h"

typedef struct
{
  gint64 values[N_FIELDS];
  gint64 instant_us;
  gint offset;
  const RushTimeZone *zone;
} Fields;

const char *
rush_time_field_text (TimeField field, gint value, gboolean full)
{
  static const char *const eras[] = { "BC", "AD" };
  static const char *const long_eras[] = { "Before Christ", "Anno Domini" };
  static const char *const halves[] = { "AM", "PM" };
  static const char *const quarters[] = { "Q1", "Q2", "Q3", "Q4" };
  static const char *const long_quarters[] = { "1st quarter", "2nd quarter", "3rd quarter",
                                               "4th quarter" };

  switch ((gint)field)
    {
    case FIELD_ERA:
      return value < 0 || value > 1 ? NULL : full ? long_eras[value] : eras[value];
    case FIELD_AM_PM:
      return value < 0 || value > 1 ? NULL : halves[value];
    case FIELD_QUARTER:
      return value < 1 || value > 4 ? NULL : full ? long_quarters[value - 1] : quarters[value - 1];
    case FIELD_MONTH:
      return value < 1 || value > 12 ? NULL : rush_month_names[value - 1];
    case FIELD_DAY_OF_WEEK:
      return value < 1 || value > 7 ? NULL : rush_day_names[value - 1];
    default:
      return NULL;
    }
}

static void
find_fields (Fields *self, gint64 instant_us, const RushTimeZone *zone)
{
  gint64 local = rush_time_zone_to_local (zone, instant_us);
  gint64 days = rush_floor_div (local, RUSH_MICROS_PER_DAY);
  RushCivilDate date = rush_civil_date (days);
  RushCivilTime time = rush_civil_time (rush_floor_mod (local, RUSH_MICROS_PER_DAY));

  *self = (Fields){
    .values = { [FIELD_ERA] = date.year > 0,
                [FIELD_YEAR] = date.year,
                [FIELD_YEAR_OF_ERA] = date.year > 0 ? date.year : 1 - date.year,
                [FIELD_QUARTER] = (date.month + 2) / 3,
                [FIELD_MONTH] = date.month,
                [FIELD_DAY] = date.day,
                [FIELD_DAY_OF_YEAR] = rush_civil_day_of_year (days),
                [FIELD_WEEK_IN_MONTH] = (date.day - 1) % 7 + 1,
                [FIELD_DAY_OF_WEEK] = rush_civil_day_of_week (days),
                [FIELD_AM_PM] = time.hour / 12,
                [FIELD_HOUR] = time.hour,
                [FIELD_CLOCK_HOUR] = time.hour == 0 ? 24 : time.hour,
                [FIELD_HALF_HOUR] = time.hour % 12,
                [FIELD_CLOCK_HALF] = time.hour % 12 == 0 ? 12 : time.hour % 12,
                [FIELD_MINUTE] = time.minute,
                [FIELD_SECOND] = time.second,
                [FIELD_MICRO] = time.micros },
    .instant_us = instant_us,
    .offset = rush_time_zone_offset (zone, instant_us),
    .zone = zone,
  };
}

static void
write_number (const Step *step, gint64 value, GString *out)
{
  char digits[RUSH_NUMBER_TEXT_SIZE];
  gint n = (gint)rush_int64_to_text (ABS (value), digits);

  if (value < 0)
    g_string_append_c (out, '-');
  else if (step->sign == SIGN_EXCEEDS_PAD && n > step->min)
    g_string_append_c (out, '+');
  for (; n < step->min; n++)
    g_string_append_c (out, '0');
  g_string_append (out, digits);
}

static void
write_text (const Step *step, gint64 value, GString *out)
{
  const char *text = rush_time_field_text (step->field, (gint)value, step->full);
  gboolean cut = !step->full && (step->field == FIELD_MONTH || step->field == FIELD_DAY_OF_WEEK);

  g_string_append_len (out, text, cut ? 3 : (gssize)strlen (text));
}

static void
write_fraction (const Step *step, gint64 micros, GString *out)
{
  char digits[16];

  g_snprintf (digits, sizeof digits, "%06d000", (gint)micros);
  g_string_append_len (out, digits, step->max);
}

static void
write_offset (const Step *step, gint offset, GString *out)
{
  const char *colon = step->colon ? ":" : "";
  gint value = ABS (offset);

  if (offset == 0 && step->z)
    {
      g_string_append_c (out, 'Z');
      return;
    }
  g_string_append_printf (out, "%c%02d", offset < 0 ? '-' : '+', value / 3600);
  if (step->minutes || value / 60 % 60 != 0)
    g_string_append_printf (out, "%s%02d", colon, value / 60 % 60);
  if (step->seconds && value % 60 != 0)
    g_string_append_printf (out, "%s%02d", colon, value % 60);
}

static void
write_gmt (gboolean full, gint offset, GString *out)
{
  gint value = ABS (offset);

  g_string_append (out, "GMT");
  if (value == 0)
    return;
  g_string_append_printf (out, full ? "%c%02d" : "%c%d", offset < 0 ? '-' : '+', value / 3600);
  if (full || value % 3600 != 0)
    g_string_append_printf (out, ":%02d", value / 60 % 60);
  if (value % 60 != 0)
    g_string_append_printf (out, ":%02d", value % 60);
}

/* Before there were zones, clocks showed local mean time; Java calls it by today's standard time.
 * */
static const char *
abbreviation_at (const RushTimeZone *zone, gint64 instant_us)
{
  const gint64 january = G_GINT64_CONSTANT (946684800000000);
  const gint64 july = G_GINT64_CONSTANT (962409600000000); /* of 2000 */
  const char *abbreviation = rush_time_zone_abbreviation (zone, instant_us);

  if (!g_str_equal (abbreviation, "LMT"))
    return abbreviation;
  return rush_time_zone_abbreviation (zone,
                                      rush_time_zone_is_daylight (zone, january) ? july : january);
}

static void
write_zone_name (const Step *step, const Fields *fields, GString *out)
{
  const char *id = rush_time_zone_id (fields->zone);
  const char *abbreviation = abbreviation_at (fields->zone, fields->instant_us);
  const char *name = step->min == 4 ? rush_zone_long_name (abbreviation, id) : abbreviation;

  if (rush_time_zone_is_fixed (fields->zone) && name == NULL)
    g_string_append (out, id);
  else if (name != NULL && (rush_time_zone_is_fixed (fields->zone) || g_ascii_isalpha (name[0])))
    g_string_append (out, name);
  else
    write_gmt (step->min == 4, fields->offset, out);
}

void
rush_datetime_pattern_format (const RushDatetimePattern *self, gint64 instant_us,
                              const RushTimeZone *zone, GString *out)
{
  Fields fields;

  find_fields (&fields, instant_us, zone);
  for (guint i = 0; i < self->n_steps; i++)
    {
      const Step *step = &self->steps[i];
      gint64 value = fields.values[step->field];
      switch (step->kind)
        {
        case STEP_NUMBER:
          write_number (step, value, out);
          break;
        case STEP_TWO_DIGIT_YEAR:
          g_string_append_printf (out, "%02d", (gint)(ABS (value) % 100));
          break;
        case STEP_TEXT:
          write_text (step, value, out);
          break;
        case STEP_FRACTION:
          write_fraction (step, fields.values[FIELD_MICRO], out);
          break;
        case STEP_LITERAL:
          g_string_append_c (out, step->literal);
          break;
        case STEP_OFFSET:
          write_offset (step, fields.offset, out);
          break;
        case STEP_GMT:
          write_gmt (step->min == 4, fields.offset, out);
          break;
        case STEP_ZONE_ID:
          g_string_append (out, rush_time_zone_id (zone));
          break;
        case STEP_ZONE_NAME:
          write_zone_name (step, &fields, out);
          break;
        case STEP_OPTIONAL:
        case STEP_END:
        default:
          break;
        }
    }
}
