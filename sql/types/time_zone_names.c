/* time_zone_names.c - how the zones that people meet most are called in English.
 *
 * The data base of zones has abbreviations alone, and "CST" means three things in it; names are by
 * abbreviation and region.  A text that names one means the zone in the last column.
 */
#include "sql/types/datetime_pattern_private.h"

#include <string.h>

static const struct
{
  const char *abbreviation, *region, *name, *zone;
} names[] = {
  { "UTC", "", "Coordinated Universal Time", "UTC" },
  { "GMT", "", "Greenwich Mean Time", "GMT" },
  { "PST", "America/", "Pacific Standard Time", "America/Los_Angeles" },
  { "PDT", "America/", "Pacific Daylight Time", "America/Los_Angeles" },
  { "MST", "America/", "Mountain Standard Time", "America/Denver" },
  { "MDT", "America/", "Mountain Daylight Time", "America/Denver" },
  { "CST", "America/", "Central Standard Time", "America/Chicago" },
  { "CDT", "America/", "Central Daylight Time", "America/Chicago" },
  { "EST", "America/", "Eastern Standard Time", "America/New_York" },
  { "EDT", "America/", "Eastern Daylight Time", "America/New_York" },
  { "AKST", "America/", "Alaska Standard Time", "America/Anchorage" },
  { "AKDT", "America/", "Alaska Daylight Time", "America/Anchorage" },
  { "HST", "Pacific/", "Hawaii-Aleutian Standard Time", "Pacific/Honolulu" },
  { "WET", "Europe/", "Western European Standard Time", "Europe/Lisbon" },
  { "WEST", "Europe/", "Western European Summer Time", "Europe/Lisbon" },
  { "CET", "Europe/", "Central European Standard Time", "Europe/Paris" },
  { "CEST", "Europe/", "Central European Summer Time", "Europe/Paris" },
  { "EET", "Europe/", "Eastern European Standard Time", "Europe/Bucharest" },
  { "EEST", "Europe/", "Eastern European Summer Time", "Europe/Bucharest" },
  { "BST", "Europe/London", "British Summer Time", "Europe/London" },
  { "MSK", "Europe/Moscow", "Moscow Standard Time", "Europe/Moscow" },
  { "IST", "Asia/", "India Standard Time", "Asia/Kolkata" },
  { "JST", "Asia/", "Japan Standard Time", "Asia/Tokyo" },
  { "KST", "Asia/", "Korean Standard Time", "Asia/Seoul" },
  { "AEST", "Australia/", "Australian Eastern Standard Time", "Australia/Sydney" },
  { "AEDT", "Australia/", "Australian Eastern Daylight Time", "Australia/Sydney" },
};

const char *
rush_zone_long_name (const char *abbreviation, const char *zone_id)
{
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_str_equal (names[i].abbreviation, abbreviation) &&
        g_str_has_prefix (zone_id, names[i].region))
      return names[i].name;
  return NULL;
}

const char *
rush_zone_of_name (const char *text, gsize length, gboolean full, gsize *out_length)
{
  const char *found = NULL;

  *out_length = 0;
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      const char *name = full ? names[i].name : names[i].abbreviation;
      gsize n = strlen (name);
      if (n > *out_length && n <= length && g_ascii_strncasecmp (text, name, n) == 0)
        {
          *out_length = n;
          found = names[i].zone;
        }
    }
  return found;
}
