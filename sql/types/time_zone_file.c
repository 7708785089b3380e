/* time_zone_file.c - zones out of the system's TZif files.
 *
 *   header │ 32-bit data │ header │ 64-bit transition times │ indexes │ types │ names │ … │ footer
 *                                                            footer: \nCET-1CEST,M3.5.0,…\n
 *
 * A file lists transitions of the past; its footer, in the form of the environment variable TZ,
 * says how it goes on.  The footer is written out for 400 years, after which the calendar repeats.
 * (GLib's GTimeZone stops at 2037.)
 *
 * Source:  RFC 9636; POSIX.1, "Environment Variables", TZ.
 */
#include "sql/types/time_zone_private.h"

#include "sql/types/civil_time.h"

#include <string.h>

/* ---- the footer ---- */

/* "M3.5.0/2": the fifth (last) Sunday of March, at 2 o'clock; "J60": day 60 without leap days. */
typedef struct
{
  char form; /* 'M', 'J', or 'D' for a day from 0 */
  gint month, week, day;
  gint time; /* seconds after midnight, of the clock that is in force before */
} RuleDate;

typedef struct
{
  char names[2][16]; /* standard, daylight */
  gint offsets[2];
  RuleDate begin, end; /* of daylight saving */
  gboolean has_daylight;
} FooterRule;

static gboolean
scan_name (const char **p, char out[16])
{
  gboolean quoted = **p == '<';
  gsize n = 0;

  *p += quoted;
  while (n < 15 && (quoted ? **p != '>' && **p != '\0' : g_ascii_isalpha (**p)))
    out[n++] = *(*p)++;
  out[n] = '\0';
  if (quoted && *(*p)++ != '>')
    return FALSE;
  return n >= 3;
}

/* [+-]hh[:mm[:ss]] */
static gboolean
scan_clock (const char **p, gint *out_seconds)
{
  gint sign = **p == '-' ? -1 : 1, seconds = 0, unit = 3600;

  if (**p == '-' || **p == '+')
    ++*p;
  if (!g_ascii_isdigit (**p))
    return FALSE;
  for (; unit > 0; unit /= 60)
    {
      seconds += (gint)g_ascii_strtoull (*p, (char **)p, 10) * unit;
      if (**p != ':')
        break;
      ++*p;
    }
  *out_seconds = sign * seconds;
  return TRUE;
}

static gboolean
scan_rule_date (const char **p, RuleDate *out)
{
  RuleDate date = { .form = 'D', .time = 7200 };

  if (*(*p)++ != ',')
    return FALSE;
  if (**p == 'M' || **p == 'J')
    date.form = *(*p)++;
  date.day = (gint)g_ascii_strtoull (*p, (char **)p, 10);
  if (date.form == 'M')
    {
      date.month = date.day;
      if (*(*p)++ != '.')
        return FALSE;
      date.week = (gint)g_ascii_strtoull (*p, (char **)p, 10);
      if (*(*p)++ != '.')
        return FALSE;
      date.day = (gint)g_ascii_strtoull (*p, (char **)p, 10);
    }
  if (**p == '/')
    {
      ++*p;
      if (!scan_clock (p, &date.time))
        return FALSE;
    }
  *out = date;
  return date.form != 'M' || (date.month >= 1 && date.month <= 12);
}

static gboolean
parse_footer (const char *p, FooterRule *out)
{
  FooterRule rule = { 0 };

  if (!scan_name (&p, rule.names[0]) || !scan_clock (&p, &rule.offsets[0]))
    return FALSE;
  rule.offsets[0] = -rule.offsets[0]; /* POSIX counts to the west */
  if (*p != '\0')
    {
      rule.has_daylight = TRUE;
      if (!scan_name (&p, rule.names[1]))
        return FALSE;
      rule.offsets[1] = rule.offsets[0] + 3600;
      if (*p != ',')
        {
          if (!scan_clock (&p, &rule.offsets[1]))
            return FALSE;
          rule.offsets[1] = -rule.offsets[1];
        }
      if (!scan_rule_date (&p, &rule.begin) || !scan_rule_date (&p, &rule.end))
        return FALSE;
    }
  *out = rule;
  return *p == '\0';
}

static gint64
day_of_rule (const RuleDate *self, gint64 year)
{
  gint64 first;

  if (self->form == 'J')
    return rush_civil_days (year, 1, 1) + self->day - 1 +
           (rush_civil_is_leap_year (year) && self->day >= 60);
  if (self->form == 'D')
    return rush_civil_days (year, 1, 1) + self->day;
  first = rush_civil_days (year, self->month, 1);
  gint wanted = self->day == 0 ? 7 : self->day;
  gint64 day =
      first + rush_floor_mod (wanted - rush_civil_day_of_week (first), 7) + 7 * (self->week - 1);
  while (day >= first + rush_civil_month_length (year, self->month))
    day -= 7;
  return day;
}

static void
append_transition (GArray *out, gint64 at, gint offset, gboolean daylight, const char *name)
{
  ZoneTransition transition = {
    .at = at, .offset = offset, .daylight = daylight, .abbreviation = g_intern_string (name)
  };
  g_array_append_val (out, transition);
}

/* Everything the footer says from the last listed transition to the end of the first cycle. */
static void
append_footer (GArray *out, const FooterRule *rule)
{
  gint64 last = g_array_index (out, ZoneTransition, out->len - 1).at;
  gint64 year = out->len == 1 ? 1970 : rush_civil_date (rush_floor_div (last, 86400)).year;

  if (!rule->has_daylight)
    return;
  for (; year < ZONE_CYCLE_FIRST_YEAR + ZONE_CYCLE_YEARS; year++)
    {
      gint64 begin = day_of_rule (&rule->begin, year) * 86400 + rule->begin.time - rule->offsets[0];
      gint64 end = day_of_rule (&rule->end, year) * 86400 + rule->end.time - rule->offsets[1];
      gboolean begin_first = begin < end;
      for (gint i = 0; i < 2; i++)
        {
          gboolean daylight = (i == 0) == begin_first;
          gint64 at = daylight ? begin : end;
          if (at > last)
            append_transition (out, at, rule->offsets[daylight], daylight, rule->names[daylight]);
        }
    }
}

/* ---- the file ---- */

typedef struct
{
  const guint8 *p;
  gsize left;
} Bytes;

static const guint8 *
take (Bytes *self, gsize n)
{
  const guint8 *p = self->p;

  if (n > self->left)
    return NULL;
  self->p += n;
  self->left -= n;
  return p;
}

static guint32
read_u32 (const guint8 *p)
{
  guint32 value;

  memcpy (&value, p, sizeof value);
  return GUINT32_FROM_BE (value);
}

static gint64
read_i64 (const guint8 *p)
{
  guint64 value;

  memcpy (&value, p, sizeof value);
  return (gint64)GUINT64_FROM_BE (value);
}

typedef struct
{
  guint32 n_utc, n_standard, n_leaps, n_times, n_types, n_chars;
} Counts;

static gboolean
read_header (Bytes *in, Counts *out)
{
  const guint8 *p = take (in, 44);

  if (p == NULL || memcmp (p, "TZif", 4) != 0 || p[4] < '2')
    return FALSE;
  *out = (Counts){ read_u32 (p + 20), read_u32 (p + 24), read_u32 (p + 28),
                   read_u32 (p + 32), read_u32 (p + 36), read_u32 (p + 40) };
  return out->n_types > 0 && out->n_types <= 256 && out->n_times < 100000 &&
         out->n_chars < 100000 && out->n_leaps < 100000 && out->n_utc <= 256 &&
         out->n_standard <= 256;
}

static gboolean
read_data (Bytes *in, const Counts *n, GArray *out)
{
  const guint8 *times = take (in, (gsize)n->n_times * 8), *kinds = take (in, n->n_times);
  const guint8 *types = take (in, (gsize)n->n_types * 6), *names = take (in, n->n_chars);

  if (times == NULL || kinds == NULL || types == NULL || names == NULL || n->n_chars == 0 ||
      names[n->n_chars - 1] != '\0')
    return FALSE;
  for (gint64 i = -1; i < (gint64)n->n_times; i++)
    {
      guint kind = i < 0 ? 0 : kinds[i];
      if (kind >= n->n_types || types[kind * 6 + 5] >= n->n_chars)
        return FALSE;
      append_transition (out, i < 0 ? G_MININT64 : read_i64 (times + i * 8),
                         (gint)read_u32 (types + kind * 6), types[kind * 6 + 4] != 0,
                         (const char *)names + types[kind * 6 + 5]);
    }
  return take (in, (gsize)n->n_leaps * 12 + n->n_standard + n->n_utc) != NULL;
}

static gboolean
read_file (Bytes *in, GArray *out)
{
  Counts n;
  FooterRule rule;

  if (!read_header (in, &n) ||
      take (in, (gsize)n.n_times * 5 + n.n_types * 6 + n.n_chars + n.n_leaps * 8 + n.n_standard +
                    n.n_utc) == NULL ||
      !read_header (in, &n) || !read_data (in, &n, out))
    return FALSE;
  if (in->left < 2 || in->p[0] != '\n')
    return TRUE;
  const guint8 *stop = memchr (in->p + 1, '\n', in->left - 1);
  g_autofree char *footer =
      stop != NULL ? g_strndup ((const char *)in->p + 1, (gsize)(stop - in->p - 1)) : NULL;
  if (footer != NULL && parse_footer (footer, &rule))
    append_footer (out, &rule);
  return TRUE;
}

/* Names are relative paths: letters, digits and a few signs, and never "..". */
static gboolean
is_zone_name (const char *name)
{
  if (!g_ascii_isalpha (name[0]) || strstr (name, "..") != NULL)
    return FALSE;
  for (const char *p = name; *p != '\0'; p++)
    if (!g_ascii_isalnum (*p) && strchr ("~/._+-", *p) == NULL)
      return FALSE;
  return TRUE;
}

gboolean
rush_time_zone_load (const char *name, GArray *out_transitions)
{
  const char *folder = g_getenv ("TZDIR");
  g_autofree char *path = NULL, *text = NULL;
  gsize length;

  if (!is_zone_name (name))
    return FALSE;
  path = g_build_filename (folder != NULL ? folder : "/usr/share/zoneinfo", name, NULL);
  if (!g_file_get_contents (path, &text, &length, NULL))
    return FALSE;
  Bytes in = { (const guint8 *)text, length };
  return read_file (&in, out_transitions);
}
