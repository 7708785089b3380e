/* datetime_pattern_private.h - a compiled pattern: a list of small steps. */
#pragma once

#include "sql/types/datetime_pattern.h"

typedef enum
{
  FIELD_ERA, /* 0 BC, 1 AD */
  FIELD_YEAR,
  FIELD_YEAR_OF_ERA,
  FIELD_QUARTER,
  FIELD_MONTH,
  FIELD_DAY,
  FIELD_DAY_OF_YEAR,
  FIELD_WEEK_IN_MONTH,
  FIELD_DAY_OF_WEEK,
  FIELD_AM_PM,
  FIELD_HOUR,       /* H 0 … 23 */
  FIELD_CLOCK_HOUR, /* k 1 … 24 */
  FIELD_HALF_HOUR,  /* K 0 … 11 */
  FIELD_CLOCK_HALF, /* h 1 … 12 */
  FIELD_MINUTE,
  FIELD_SECOND,
  FIELD_MICRO,
  N_FIELDS,
} TimeField;

typedef enum
{
  STEP_NUMBER,
  STEP_TWO_DIGIT_YEAR,
  STEP_TEXT,
  STEP_FRACTION,
  STEP_LITERAL,   /* one byte of text */
  STEP_OFFSET,    /* X, x, Z */
  STEP_GMT,       /* O, ZZZZ: GMT+8 */
  STEP_ZONE_ID,   /* VV */
  STEP_ZONE_NAME, /* z */
  STEP_OPTIONAL,  /* [ */
  STEP_END,       /* ] */
} StepKind;

/* Which signs a number may have, as Java's SignStyle. */
typedef enum
{
  SIGN_NEVER,
  SIGN_NORMAL,      /* a minus */
  SIGN_EXCEEDS_PAD, /* a minus, and a plus where the width does not suffice */
} SignStyle;

typedef struct
{
  StepKind kind;
  TimeField field;
  gint min, max; /* digits; GMT, zone name: min is 4 for the long form */
  SignStyle sign;
  gint reserved; /* digits that the fixed numbers right behind it need: yyyyMMdd */
  gboolean full; /* of a text: March and not Mar */
  char literal;
  gboolean colon, minutes, seconds, z; /* offsets: separator; always minutes; also seconds; "Z" */
  guint end;                           /* OPTIONAL: its END */
} Step;

struct _RushDatetimePattern
{
  char *pattern;
  guint n_steps;
  Step *steps;
};

extern const char *const rush_month_names[12], *const rush_day_names[7];
/* Text of a field's value, NULL: none.  Era, AM/PM, month, day of week, quarter. */
const char *rush_time_field_text (TimeField field, gint value, gboolean full);

/* Names of zones as Java has them; (transfer none) or NULL: it has none that we know. */
const char *rush_zone_long_name (const char *abbreviation, const char *zone_id);
/* "PST" → "America/Los_Angeles"; @length bytes consumed.  NULL: none. */
const char *rush_zone_of_name (const char *text, gsize length, gboolean full, gsize *out_length);
