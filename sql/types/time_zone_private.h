/* time_zone_private.h - a zone's transitions, as time_zone_file.c reads them. */
#pragma once

#include "sql/types/time_zone.h"

typedef struct
{
  gint64 at;   /* seconds since 1970: from here on */
  gint offset; /* seconds east of UTC */
  gboolean daylight;
  const char *abbreviation; /* interned */
} ZoneTransition;

/* All transitions of an IANA zone, the first at G_MININT64.  From 2038 on they repeat every 400
 * years, and are listed for one such cycle.  FALSE: there is no such zone. */
gboolean rush_time_zone_load (const char *name, GArray *out_transitions);

#define ZONE_CYCLE_YEARS 400
#define ZONE_CYCLE_FIRST_YEAR 2038
