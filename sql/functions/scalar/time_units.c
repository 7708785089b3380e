/* time_units.c - timestampadd (), timestampdiff (), convert_timezone (): clocks moved and compared.
 *
 *   timestampadd (MONTH, 1, '2022-01-31')          2022-02-28       the last day there is
 *   timestampdiff (MONTH, '2021-02-28 12:00', '2021-03-28 11:00')   0: whole units alone
 *   convert_timezone ('Europe/Brussels', 'UTC', clock)              the clock of another zone
 *
 * Mirrors:  TimestampAdd, TimestampDiff, ConvertTimezone; java.time.LocalDateTime.until ().
 */
#include "sql/functions/scalar/scalar_private.h"
#include "sql/types/timestamp.h"

typedef enum
{
  IN_MONTHS,
  IN_DAYS,
  IN_MICROS,
} UnitKind;

typedef struct
{
  const char *name;
  UnitKind kind;
  gint64 count; /* months, days or microseconds in one */
} Unit;

static const Unit units[] = {
  { "YEAR", IN_MONTHS, 12 },
  { "QUARTER", IN_MONTHS, 3 },
  { "MONTH", IN_MONTHS, 1 },
  { "WEEK", IN_DAYS, 7 },
  { "DAY", IN_DAYS, 1 },
  { "DAYOFYEAR", IN_DAYS, 1 },
  { "HOUR", IN_MICROS, RUSH_MICROS_PER_HOUR },
  { "MINUTE", IN_MICROS, RUSH_MICROS_PER_MINUTE },
  { "SECOND", IN_MICROS, RUSH_MICROS_PER_SECOND },
  { "MILLISECOND", IN_MICROS, RUSH_MICROS_PER_MILLI },
  { "MICROSECOND", IN_MICROS, 1 },
};

static const Unit *
find_unit (const RushExpr *call, RushText name, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (units); i++)
    if (strlen (units[i].name) == name.length &&
        g_ascii_strncasecmp (units[i].name, name.bytes, name.length) == 0)
      return &units[i];
  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
               "%s() knows no unit '%.*s'", call->as.function.function->name, (gint)name.length,
               name.bytes);
  return NULL;
}

/* Clocks without a zone are as in UTC. */
static const RushTimeZone *
zone_of (const RushType *type, const RushEvalContext *ctx, GError **error)
{
  return type == &RUSH_TIMESTAMP_NTZ ? rush_time_zone_utc ()
                                     : rush_time_zone_get (ctx->time_zone, error);
}

/* ── timestampadd () ── */

/* FALSE: too far. */
static gboolean
add (const Unit *unit, gint64 n, gint64 start, const RushTimeZone *zone, gint64 *out)
{
  gint64 amount;

  if (__builtin_mul_overflow (n, unit->count, &amount))
    return FALSE;
  if (unit->kind == IN_MICROS)
    return !__builtin_add_overflow (start, amount, out);
  if (amount > G_MAXINT32 || amount < G_MININT32)
    return FALSE;
  if (unit->kind == IN_MONTHS)
    return rush_timestamp_add_months (start, amount, zone, out);
  RushCalendarInterval days = { .days = (gint32)amount };
  return rush_timestamp_add_interval (start, &days, zone, out);
}

RUSH_FIXED_EVALUATOR (timestampadd, gint64, {
  const Unit *unit = find_unit (call, RUSH_TEXT_ARG (0), error);
  const RushTimeZone *zone = zone_of (call->type, ctx, error);
  gint64 n = RUSH_INT_ARG (1);
  if (unit == NULL || zone == NULL)
    return NULL;
  if (!add (unit, n, RUSH_INT_ARG (2), zone, &value))
    {
      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                   "timestampadd() of %" G_GINT64_FORMAT " %s leaves what a timestamp can be", n,
                   unit->name);
      return NULL;
    }
})

RUSH_RESULT_TYPE (added_type)
{
  return args[2]->type;
}

/* ── timestampdiff () ── */

/* Months and days in one number, so that 31 days are less than a month. */
static gint64
packed (gint64 days)
{
  RushCivilDate date = rush_civil_date (days);

  return (date.year * 12 + date.month - 1) * 32 + date.day;
}

/* Whole months from one clock time to another.  A day that is not over does not count. */
static gint64
months_until (gint64 start, gint64 end)
{
  gint64 first = rush_floor_div (start, RUSH_MICROS_PER_DAY);
  gint64 last = rush_floor_div (end, RUSH_MICROS_PER_DAY);
  gint64 from = rush_floor_mod (start, RUSH_MICROS_PER_DAY);
  gint64 to = rush_floor_mod (end, RUSH_MICROS_PER_DAY);

  if (last > first && to < from)
    last--;
  else if (last < first && to > from)
    last++;
  return (packed (last) - packed (first)) / 32;
}

static gint64
difference (const Unit *unit, gint64 start, gint64 end)
{
  if (unit->kind == IN_MONTHS)
    return months_until (start, end) / unit->count;
  return (end - start) / (unit->kind == IN_DAYS ? RUSH_MICROS_PER_DAY : 1) / unit->count;
}

RUSH_FIXED_EVALUATOR (timestampdiff, gint64, {
  const Unit *unit = find_unit (call, RUSH_TEXT_ARG (0), error);
  const RushTimeZone *start_zone = zone_of (args[1]->type, ctx, error);
  const RushTimeZone *end_zone = zone_of (args[2]->type, ctx, error);
  if (unit == NULL || start_zone == NULL || end_zone == NULL)
    return NULL;
  value = difference (unit, rush_time_zone_to_local (start_zone, RUSH_INT_ARG (1)),
                      rush_time_zone_to_local (end_zone, RUSH_INT_ARG (2)));
})

/* ── convert_timezone () ── */

static const RushTimeZone *
named_zone (RushText name, GError **error)
{
  g_autofree char *id = g_strndup (name.bytes, name.length);

  return rush_time_zone_get (id, error);
}

RUSH_FIXED_EVALUATOR (convert_clock, gint64, {
  const RushTimeZone *from = named_zone (RUSH_TEXT_ARG (0), error);
  const RushTimeZone *to = from != NULL ? named_zone (RUSH_TEXT_ARG (1), error) : NULL;
  if (to == NULL)
    return NULL;
  value = rush_time_zone_to_local (
      to, rush_time_zone_to_instant (from, RUSH_INT_ARG (2), RUSH_NO_OFFSET));
})

static char *
convert_to_sql (const RushExpr *call, char *const *args)
{
  return g_strdup_printf ("convert_timezone(%s, %s, %s)", args[0], args[1], args[2]);
}

/* convert_timezone ([from,] to, clock): from the session's zone; the clock has none. */
static RushExpr *
rewrite_convert (const RushFunction *self, guint n, RushExpr *const *args, RushEvalMode mode,
                 GError **error)
{
  RushExpr *all[] = {
    n == 3 ? rush_expr_ref (args[0])
           : rush_expr_unresolved_function ((const char *[]){ "current_timezone", NULL }, 0, NULL,
                                            FALSE, NULL),
    rush_expr_ref (args[n - 2]),
    rush_expr_cast (rush_expr_ref (args[n - 1]), &RUSH_TIMESTAMP_NTZ, mode, NULL, FALSE),
  };

  return rush_expr_unresolved_function ((const char *[]){ "convert_clock", NULL }, 3, all, FALSE,
                                        NULL);
}

const RushFunction rush_functions_time_units[] = {
  RUSH_SCALAR ("timestampadd", 3, 3, NULL, timestampadd,
               "timestampadd(unit, n, timestamp) - n units later", "3.3.0",
               RUSH_ARGS (RUSH_ARG_STRING, RUSH_ARG_LONG, RUSH_ARG_TIMESTAMP),
               .result_type = added_type, .needs_time_zone = TRUE),
  RUSH_SCALAR ("timestampdiff", 3, 3, &RUSH_INT64, timestampdiff,
               "timestampdiff(unit, start, end) - whole units between them", "3.3.0",
               RUSH_ARGS (RUSH_ARG_STRING, RUSH_ARG_TIMESTAMP), .needs_time_zone = TRUE),
  RUSH_SCALAR ("convert_clock", 3, 3, &RUSH_TIMESTAMP_NTZ, convert_clock,
               "what convert_timezone() becomes", "3.4.0",
               RUSH_ARGS (RUSH_ARG_STRING, RUSH_ARG_STRING, RUSH_ARG_TIMESTAMP), .internal = TRUE,
               .to_sql = convert_to_sql),
  {
      .name = "convert_timezone",
      .kind = RUSH_FUNCTION_REWRITE,
      .min_args = 2,
      .max_args = 3,
      .args = { RUSH_ARG_ANY },
      .rewrite = rewrite_convert,
      .usage = "convert_timezone([from, ]to, clock) - the clock of another zone",
      .since = "3.4.0",
  },
  { NULL },
};
