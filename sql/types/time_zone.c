/* time_zone.c - names of zones, and the two ways between instants and clocks.
 *
 * A zone is a sorted list of transitions; transition i says from when on which offset holds:
 *
 *      at₀=−∞ offset₀      at₁ offset₁           at₂ offset₂
 *   ───────────────────────┼─────────────────────┼──────────────
 *
 * An instant's offset is found by bisection.  The other way, a local time still belongs to offset
 * i−1 as long as it is before at_i + max (offset_{i−1}, offset_i): where the clock goes back these
 * are the hours that come twice (the earlier wins), where it goes forward the hours that do not
 * exist (read with the offset before the gap, they come out behind it).  So both ways are the same
 * bisection over two lists of limits.
 *
 * Behind 2438 the calendar, and with it the rules, repeat every 400 years.
 */
#include "sql/types/time_zone.h"

#include "sql/types/civil_time.h"
#include "sql/types/time_zone_private.h"

#include <pthread.h>
#include <string.h>

struct _RushTimeZone
{
  char *id;
  guint n;
  ZoneTransition *transitions;
  gint64 *local_limits; /* [i]: local seconds from which transition i holds */
  gint64 cycle_start, cycle_length, cycle_end; /* seconds */
};

/* ---- names ---- */

static const struct
{
  const char *name, *zone;
} short_ids[] = {
  { "ACT", "Australia/Darwin" },
  { "AET", "Australia/Sydney" },
  { "AGT", "America/Argentina/Buenos_Aires" },
  { "ART", "Africa/Cairo" },
  { "AST", "America/Anchorage" },
  { "BET", "America/Sao_Paulo" },
  { "BST", "Asia/Dhaka" },
  { "CAT", "Africa/Harare" },
  { "CNT", "America/St_Johns" },
  { "CST", "America/Chicago" },
  { "CTT", "Asia/Shanghai" },
  { "EAT", "Africa/Addis_Ababa" },
  { "ECT", "Europe/Paris" },
  { "EST", "-05:00" },
  { "HST", "-10:00" },
  { "IET", "America/Indiana/Indianapolis" },
  { "IST", "Asia/Kolkata" },
  { "JST", "Asia/Tokyo" },
  { "MIT", "Pacific/Apia" },
  { "MST", "-07:00" },
  { "NET", "Asia/Yerevan" },
  { "NST", "Pacific/Auckland" },
  { "PLT", "Asia/Karachi" },
  { "PNT", "America/Phoenix" },
  { "PRT", "America/Puerto_Rico" },
  { "PST", "America/Los_Angeles" },
  { "SST", "Pacific/Guadalcanal" },
  { "VST", "Asia/Ho_Chi_Minh" },
};

static gint
two_digits (const char *p)
{
  return g_ascii_isdigit (p[0]) && g_ascii_isdigit (p[1]) ? (p[0] - '0') * 10 + p[1] - '0' : -1;
}

/* +h, +hh, +hh:mm, +hhmm, +hh:mm:ss, +hhmmss; and, in Spark, +h:mm and +hh:m. */
static gboolean
parse_offset (const char *text, gint *out_seconds)
{
  char digits[8] = "";
  gsize n = 0, length = strlen (text);
  gint parts[3] = { 0 }, sign = text[0] == '-' ? -1 : 1;
  gboolean colons = strchr (text, ':') != NULL;

  if ((text[0] != '+' && text[0] != '-') || length < 2 || length > 9)
    return FALSE;
  for (const char *p = text + 1; *p != '\0';)
    {
      gsize run = strspn (p, "0123456789");
      gboolean last = p[run] == '\0', first = p == text + 1;
      if (run == 1 && (first || last) && n + 2 <= 6)
        digits[n++] = '0'; /* +5 and +5:30; +05:3 */
      else if (colons ? run != 2 : run % 2 != 0)
        return FALSE;
      if (run == 0 || n + run > 6 || (p[run] != ':' && !last) ||
          (p[run] == ':' && p[run + 1] == '\0'))
        return FALSE;
      memcpy (digits + n, p, run);
      n += run;
      p += run + (last ? 0 : 1);
    }
  for (gsize i = 0; i < n / 2; i++)
    parts[i] = two_digits (digits + 2 * i);
  gint seconds = parts[0] * 3600 + parts[1] * 60 + parts[2];
  if (parts[1] > 59 || parts[2] > 59 || seconds > 18 * 3600)
    return FALSE;
  *out_seconds = sign * seconds;
  return TRUE;
}

static char *
offset_id (const char *prefix, gint seconds)
{
  gint value = ABS (seconds);
  char sign = seconds < 0 ? '-' : '+';

  if (seconds == 0)
    return g_strdup (prefix[0] != '\0' ? prefix : "Z");
  if (value % 60 != 0)
    return g_strdup_printf ("%s%c%02d:%02d:%02d", prefix, sign, value / 3600, value / 60 % 60,
                            value % 60);
  return g_strdup_printf ("%s%c%02d:%02d", prefix, sign, value / 3600, value / 60 % 60);
}

/* ---- making a zone ---- */

static RushTimeZone *
zone_new (char *id, GArray *transitions)
{
  RushTimeZone *self = g_new0 (RushTimeZone, 1);

  self->id = id;
  self->n = transitions->len;
  self->transitions = (ZoneTransition *)(void *)g_array_free (transitions, FALSE);
  self->local_limits = g_new (gint64, self->n);
  self->local_limits[0] = G_MININT64;
  for (guint i = 1; i < self->n; i++)
    self->local_limits[i] = self->transitions[i].at +
                            MAX (self->transitions[i].offset, self->transitions[i - 1].offset);
  self->cycle_start = rush_civil_days (ZONE_CYCLE_FIRST_YEAR, 1, 1) * RUSH_SECONDS_PER_DAY;
  self->cycle_length =
      rush_civil_days (ZONE_CYCLE_FIRST_YEAR + ZONE_CYCLE_YEARS, 1, 1) * RUSH_SECONDS_PER_DAY -
      self->cycle_start;
  self->cycle_end = self->cycle_start + self->cycle_length;
  return self;
}

static RushTimeZone *
zone_new_fixed (char *id, gint offset)
{
  GArray *transitions = g_array_new (FALSE, FALSE, sizeof (ZoneTransition));
  ZoneTransition only = { .at = G_MININT64,
                          .offset = offset,
                          .abbreviation = g_intern_string (id) };

  g_array_append_val (transitions, only);
  return zone_new (id, transitions);
}

static RushTimeZone *
zone_load (const char *id)
{
  static const char *const prefixes[] = { "UTC", "GMT", "UT" };
  gint offset;

  for (guint i = 0; i < G_N_ELEMENTS (short_ids); i++)
    if (strcmp (short_ids[i].name, id) == 0)
      id = short_ids[i].zone;
  if (strcmp (id, "Z") == 0)
    return zone_new_fixed (g_strdup ("Z"), 0);
  if (parse_offset (id, &offset))
    return zone_new_fixed (offset_id ("", offset), offset);
  for (guint i = 0; i < G_N_ELEMENTS (prefixes); i++)
    {
      gsize length = strlen (prefixes[i]);
      if (strncmp (id, prefixes[i], length) != 0)
        continue;
      if (id[length] == '\0')
        return zone_new_fixed (g_strdup (id), 0);
      if (parse_offset (id + length, &offset))
        return zone_new_fixed (offset_id (prefixes[i], offset), offset);
    }

  GArray *transitions = g_array_new (FALSE, FALSE, sizeof (ZoneTransition));
  if (rush_time_zone_load (id, transitions))
    return zone_new (g_strdup (id), transitions);
  g_array_unref (transitions);
  return NULL;
}

/* Zones that have been asked for; names that are none are not kept: they may come from data. */
static pthread_mutex_t cache_lock = PTHREAD_MUTEX_INITIALIZER;
static GHashTable *cache; /* char* → RushTimeZone*; never freed */

static const RushTimeZone *
find_cached (const char *id)
{
  pthread_mutex_lock (&cache_lock);
  if (cache == NULL)
    cache = g_hash_table_new (g_str_hash, g_str_equal);
  RushTimeZone *zone = g_hash_table_lookup (cache, id);
  if (zone == NULL && (zone = zone_load (id)) != NULL)
    g_hash_table_insert (cache, g_strdup (id), zone);
  pthread_mutex_unlock (&cache_lock);
  return zone;
}

const RushTimeZone *
rush_time_zone_get (const char *id, GError **error)
{
  /* Timestamps in a file mostly name one zone, if any: no lock for the same as before. */
  static _Thread_local struct
  {
    char id[32];
    const RushTimeZone *zone;
  } last;

  g_return_val_if_fail (id != NULL, NULL);
  if (last.zone != NULL && strcmp (last.id, id) == 0)
    return last.zone;

  const RushTimeZone *zone = find_cached (id);
  if (zone == NULL)
    rush_sql_error_set (error, RUSH_SQL_CLASS_INVALID_TIMEZONE, NULL, "timeZone", id, NULL);
  else if (strlen (id) < sizeof last.id)
    {
      strcpy (last.id, id);
      last.zone = zone;
    }
  return zone;
}

const RushTimeZone *
rush_time_zone_utc (void)
{
  return rush_time_zone_get ("UTC", NULL);
}

const char *
rush_time_zone_id (const RushTimeZone *self)
{
  return self->id;
}

gboolean
rush_time_zone_is_fixed (const RushTimeZone *self)
{
  return self->n == 1;
}

/* ---- instants to clocks ---- */

/* How much is taken off a time behind the first cycle, so that it falls into it. */
static gint64
cycle_shift (const RushTimeZone *self, gint64 seconds)
{
  if (seconds < self->cycle_end || self->n == 1)
    return 0;
  return (seconds - self->cycle_start) / self->cycle_length * self->cycle_length;
}

static guint
find_transition (const RushTimeZone *self, gint64 seconds)
{
  guint low = 0, high = self->n; /* transitions[low].at ≤ seconds */

  while (high - low > 1)
    {
      guint middle = (low + high) / 2;
      if (self->transitions[middle].at <= seconds)
        low = middle;
      else
        high = middle;
    }
  return low;
}

static const ZoneTransition *
transition_at (const RushTimeZone *self, gint64 instant_us)
{
  gint64 seconds = rush_floor_div (instant_us, RUSH_MICROS_PER_SECOND);

  return &self->transitions[find_transition (self, seconds - cycle_shift (self, seconds))];
}

gint
rush_time_zone_offset (const RushTimeZone *self, gint64 instant_us)
{
  return transition_at (self, instant_us)->offset;
}

gboolean
rush_time_zone_is_daylight (const RushTimeZone *self, gint64 instant_us)
{
  return transition_at (self, instant_us)->daylight;
}

const char *
rush_time_zone_abbreviation (const RushTimeZone *self, gint64 instant_us)
{
  return transition_at (self, instant_us)->abbreviation;
}

/* Saturates at the ends of 64 bits. */
static gint64
saturated (gint64 seconds)
{
  gint64 micros;

  if (__builtin_mul_overflow (seconds, RUSH_MICROS_PER_SECOND, &micros))
    return seconds < 0 ? G_MININT64 : G_MAXINT64;
  return micros;
}

void
rush_zone_cursor_init (RushZoneCursor *self, const RushTimeZone *zone)
{
  *self = (RushZoneCursor){ .zone = zone, .from_us = 0, .until_us = 0 };
}

void
rush_zone_cursor_move (RushZoneCursor *self, gint64 instant_us)
{
  const RushTimeZone *zone = self->zone;
  gint64 seconds = rush_floor_div (instant_us, RUSH_MICROS_PER_SECOND);
  gint64 shift = cycle_shift (zone, seconds);
  guint i = find_transition (zone, seconds - shift);
  gint64 from = i == 0 ? G_MININT64 : zone->transitions[i].at + shift;
  gint64 until = i + 1 == zone->n ? G_MAXINT64 : zone->transitions[i + 1].at + shift;

  if (zone->n > 1) /* not beyond the cycle: another shift holds there */
    {
      until = MIN (until, zone->cycle_end + shift);
      if (shift > 0)
        from = MAX (from, zone->cycle_start + shift);
    }
  self->from_us = saturated (from);
  self->until_us = saturated (until);
  self->offset_us = zone->transitions[i].offset * RUSH_MICROS_PER_SECOND;
}

gint64
rush_time_zone_to_local (const RushTimeZone *self, gint64 instant_us)
{
  RushZoneCursor cursor;

  rush_zone_cursor_init (&cursor, self);
  return rush_zone_cursor_local (&cursor, instant_us);
}

/* ---- clocks to instants ---- */

static guint
find_local (const RushTimeZone *self, gint64 seconds)
{
  guint low = 0, high = self->n;

  while (high - low > 1)
    {
      guint middle = (low + high) / 2;
      if (self->local_limits[middle] <= seconds)
        low = middle;
      else
        high = middle;
    }
  return low;
}

/* Is @offset the one that is in force at local time @seconds read with it? */
static gboolean
is_valid_offset (const RushTimeZone *self, gint64 seconds, gint offset)
{
  return self->transitions[find_transition (self, seconds - offset)].offset == offset;
}

gint64
rush_time_zone_to_instant (const RushTimeZone *self, gint64 local_us, gint preferred_offset)
{
  gint64 seconds = rush_floor_div (local_us, RUSH_MICROS_PER_SECOND), instant;
  gint64 folded = seconds - cycle_shift (self, seconds);
  gint offset = self->transitions[find_local (self, folded)].offset;

  if (preferred_offset != RUSH_NO_OFFSET && preferred_offset != offset &&
      is_valid_offset (self, folded, preferred_offset))
    offset = preferred_offset;
  if (__builtin_sub_overflow (local_us, offset * RUSH_MICROS_PER_SECOND, &instant))
    return local_us < 0 ? G_MININT64 : G_MAXINT64;
  return instant;
}
