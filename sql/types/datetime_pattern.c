/* datetime_pattern.c - patterns compiled, and times written by them.
 *
 * A pattern is turned into steps, a letter's run into one:
 *
 *   yyyyMMdd[ HH]      NUMBER year 4…19, 4 reserved │ NUMBER month 2 │ NUMBER day 2 │
 *                      OPTIONAL ─┐ LITERAL ' ' │ NUMBER hour 2 │ END ◄┘
 *
 * The year takes as many digits as there are, but for those that the two-digit numbers right behind
 * it need: that is how "20200102" can be read at all.
 *
 * When a pattern is refused, Spark asks whether its old formatter, java.text.SimpleDateFormat,
 * would have taken it; then the user has upgraded, and is told so.
 */
#include "sql/types/datetime_pattern.h"

#include <string.h>

#include "sql/types/civil_time.h"
#include "sql/types/datetime_pattern_private.h"
#include "sql/types/datetime_text.h"
#include "sql/types/value_text.h"

const char *const rush_month_names[12] = { "January",   "February", "March",    "April",
                                           "May",       "June",     "July",     "August",
                                           "September", "October",  "November", "December" };
const char *const rush_day_names[7] = { "Monday", "Tuesday",  "Wednesday", "Thursday",
                                        "Friday", "Saturday", "Sunday" };

#define MAX_YEAR_DIGITS 19

/* ---- refusing ---- */

#define GUIDE "https://spark.apache.org/docs/latest"

/* Quoted parts are not looked at. */
static gboolean
old_formatter_takes (const char *pattern)
{
  gboolean quoted = FALSE;

  for (const char *p = pattern; *p != '\0'; p++)
    if (*p == '\'')
      quoted = !quoted;
    else if (!quoted && g_ascii_isalpha (*p) && strchr ("GyYMLwWDdFEuaHkKhmsSzZX", *p) == NULL)
      return FALSE;
    else if (!quoted && strncmp (p, "XXXX", 4) == 0)
      return FALSE;
  return !quoted;
}

static char *
sql_string (const char *text)
{
  GString *out = g_string_new (NULL);

  rush_value_write_sql_string (text, strlen (text), out);
  return g_string_free (out, FALSE);
}

/* TRUE: the error is set. */
static gboolean
refuse_as_old (const char *pattern, GError **error)
{
  if (!old_formatter_takes (pattern))
    return FALSE;
  g_autofree char *quoted = sql_string (pattern);
  rush_sql_error_set (
      error, RUSH_SQL_CLASS_INCONSISTENT_BEHAVIOR_CROSS_VERSION_DATETIME_PATTERN_RECOGNITION, NULL,
      "pattern", quoted, "config", "\"spark.sql.legacy.timeParserPolicy\"", "docroot", GUIDE, NULL);
  return TRUE;
}

static gboolean
refuse (const char *pattern, GError **error)
{
  if (refuse_as_old (pattern, error))
    return FALSE;
  g_autofree char *quoted = sql_string (pattern);
  rush_sql_error_set_as (error, RUSH_SQL_ERROR_RUNTIME,
                         RUSH_SQL_CLASS_INVALID_DATETIME_PATTERN_WITH_SUGGESTION, NULL, "pattern",
                         quoted, "docroot", GUIDE, NULL);
  return FALSE;
}

static gboolean
refuse_letter (const char *pattern, char c, GError **error)
{
  char letter[] = { c, '\0' };

  if (refuse_as_old (pattern, error))
    return FALSE;
  if (strchr ("YWwuec", c) != NULL)
    rush_sql_error_set (
        error, RUSH_SQL_CLASS_INCONSISTENT_BEHAVIOR_CROSS_VERSION_DATETIME_WEEK_BASED_PATTERN, NULL,
        "c", letter, NULL);
  else
    rush_sql_error_set (error, RUSH_SQL_CLASS_INVALID_DATETIME_PATTERN_ILLEGAL_CHARACTER, NULL, "c",
                        letter, "pattern", pattern, NULL);
  return FALSE;
}

static gboolean
refuse_length (const char *pattern, GError **error)
{
  if (!refuse_as_old (pattern, error))
    rush_sql_error_set (error, RUSH_SQL_CLASS_INVALID_DATETIME_PATTERN_LENGTH, NULL, "pattern",
                        pattern, NULL);
  return FALSE;
}

/* ---- compiling ---- */

typedef struct
{
  const char *pattern;
  gboolean for_parsing, has_era;
  GArray *steps;
  GArray *open;  /* of guint: OPTIONAL steps without their END */
  gint adjacent; /* the number whose digits are reserved for its followers, or −1 */
} Compiler;

static void
add (Compiler *self, Step step)
{
  self->adjacent = -1;
  g_array_append_val (self->steps, step);
}

static void
add_literal (Compiler *self, char c)
{
  add (self, (Step){ .kind = STEP_LITERAL, .literal = c });
}

static void
add_number (Compiler *self, Step step)
{
  gboolean fixed = step.min == step.max && step.sign == SIGN_NEVER;

  if (self->adjacent >= 0 && fixed)
    g_array_index (self->steps, Step, self->adjacent).reserved += step.max;
  else
    self->adjacent = (gint)self->steps->len;
  g_array_append_val (self->steps, step);
}

/* One or two letters: a number as long as it is, or of two digits. */
static gboolean
add_short_number (Compiler *self, TimeField field, guint count)
{
  if (count > 2)
    return FALSE;
  Step step = { .kind = STEP_NUMBER,
                .field = field,
                .min = (gint)count,
                .max = count == 1 ? MAX_YEAR_DIGITS : 2,
                .sign = count == 1 ? SIGN_NORMAL : SIGN_NEVER };
  add_number (self, step);
  return TRUE;
}

static void
add_text (Compiler *self, TimeField field, gboolean full)
{
  add (self, (Step){ .kind = STEP_TEXT, .field = field, .full = full });
}

static void
add_year (Compiler *self, guint count)
{
  TimeField field = self->has_era ? FIELD_YEAR_OF_ERA : FIELD_YEAR;

  if (count == 2)
    add_number (self, (Step){ .kind = STEP_TWO_DIGIT_YEAR, .field = field, .min = 2, .max = 2 });
  else
    add_number (self, (Step){ .kind = STEP_NUMBER,
                              .field = field,
                              .min = (gint)count,
                              .max = MAX_YEAR_DIGITS,
                              .sign = count < 4 ? SIGN_NORMAL : SIGN_EXCEEDS_PAD });
}

static gboolean
add_number_or_text (Compiler *self, TimeField field, guint count)
{
  if (count <= 2)
    return add_short_number (self, field, count);
  add_text (self, field, count == 4);
  return TRUE;
}

static gboolean
add_offset (Compiler *self, char letter, guint count)
{
  gboolean zulu = letter == 'X' || letter == 'Z';

  if (count > 5)
    return FALSE;
  if (letter == 'Z' && count == 4)
    add (self, (Step){ .kind = STEP_GMT, .min = 4 });
  else if (letter == 'Z' && count < 4)
    add (self, (Step){ .kind = STEP_OFFSET, .minutes = TRUE });
  else
    add (self, (Step){ .kind = STEP_OFFSET,
                       .minutes = count >= 2,
                       .colon = count == 3 || count == 5,
                       .seconds = count >= 4,
                       .z = zulu });
  return TRUE;
}

static gboolean
add_day_of_year (Compiler *self, guint count)
{
  if (count > 3)
    return FALSE;
  add_number (self, (Step){ .kind = STEP_NUMBER,
                            .field = FIELD_DAY_OF_YEAR,
                            .min = (gint)count,
                            .max = count == 1 ? MAX_YEAR_DIGITS : 3,
                            .sign = count == 1 ? SIGN_NORMAL : SIGN_NEVER });
  return TRUE;
}

/* A run of @count letters; FALSE: there is no such thing. */
static gboolean
add_letters (Compiler *self, char letter, guint count)
{
  switch (letter)
    {
    case 'G':
      add_text (self, FIELD_ERA, count == 4);
      return TRUE;
    case 'y':
      add_year (self, count);
      return TRUE;
    case 'M':
    case 'L':
      return add_number_or_text (self, FIELD_MONTH, count);
    case 'Q':
    case 'q':
      return add_number_or_text (self, FIELD_QUARTER, count);
    case 'E':
      add_text (self, FIELD_DAY_OF_WEEK, count == 4);
      return TRUE;
    case 'd':
      return add_short_number (self, FIELD_DAY, count);
    case 'D':
      return add_day_of_year (self, count);
    case 'F':
      return count == 1 && add_short_number (self, FIELD_WEEK_IN_MONTH, count);
    case 'a':
      add_text (self, FIELD_AM_PM, FALSE);
      return count == 1;
    case 'H':
      return add_short_number (self, FIELD_HOUR, count);
    case 'k':
      return add_short_number (self, FIELD_CLOCK_HOUR, count);
    case 'K':
      return add_short_number (self, FIELD_HALF_HOUR, count);
    case 'h':
      return add_short_number (self, FIELD_CLOCK_HALF, count);
    case 'm':
      return add_short_number (self, FIELD_MINUTE, count);
    case 's':
      return add_short_number (self, FIELD_SECOND, count);
    case 'S':
      add (self, (Step){ .kind = STEP_FRACTION, .min = (gint)count, .max = (gint)count });
      return count <= 9;
    case 'V':
      add (self, (Step){ .kind = STEP_ZONE_ID });
      return count == 2;
    case 'z':
      add (self, (Step){ .kind = STEP_ZONE_NAME, .min = (gint)count });
      return count <= 4;
    case 'O':
      add (self, (Step){ .kind = STEP_GMT, .min = (gint)count });
      return count == 1 || count == 4;
    case 'X':
    case 'x':
    case 'Z':
      return add_offset (self, letter, count);
    default:
      return FALSE;
    }
}

/* '' is a quote, 'text' is text; *p stands behind it.  FALSE: it does not end. */
static gboolean
add_quoted (Compiler *self, const char **p)
{
  const char *q = *p + 1;

  if (*q == '\'')
    add_literal (self, *q++);
  else
    {
      for (; *q != '\0' && (*q != '\'' || q[1] == '\''); q += *q == '\'' ? 2 : 1)
        add_literal (self, *q);
      if (*q++ == '\0')
        return FALSE;
    }
  *p = q;
  return TRUE;
}

static gboolean
close_optional (Compiler *self)
{
  if (self->open->len == 0)
    return FALSE;
  guint start = g_array_index (self->open, guint, self->open->len - 1);
  g_array_set_size (self->open, self->open->len - 1);
  g_array_index (self->steps, Step, start).end = self->steps->len;
  add (self, (Step){ .kind = STEP_END });
  return TRUE;
}

static gboolean
compile (Compiler *self)
{
  for (const char *p = self->pattern; *p != '\0';)
    {
      if (g_ascii_isalpha (*p))
        {
          const char *start = p;
          while (*p == *start)
            p++;
          if (!add_letters (self, *start, (guint)(p - start)))
            return FALSE;
          continue;
        }
      if (*p == '\'')
        {
          if (!add_quoted (self, &p))
            return FALSE;
          continue;
        }
      if (*p == '[')
        {
          guint start = self->steps->len;
          g_array_append_val (self->open, start);
          add (self, (Step){ .kind = STEP_OPTIONAL });
        }
      else if (*p == ']' ? !close_optional (self) : strchr ("{}#", *p) != NULL)
        return FALSE;
      else if (*p != ']')
        add_literal (self, *p);
      p++;
    }
  while (self->open->len > 0)
    (void)close_optional (self);
  return TRUE;
}

/* What Spark looks at before Java does. */
static gboolean
check_letters (const char *pattern, gboolean for_parsing, gboolean *out_has_era, GError **error)
{
  static const char *const too_long[] = { "GGGGG", "MMMMM", "LLLLL",  "EEEEE",
                                          "QQQQQ", "qqqqq", "yyyyyyy" };
  g_auto (GStrv) parts = g_strsplit (pattern, "'", -1);

  *out_has_era = FALSE;
  for (guint i = 0; parts[i] != NULL; i += parts[i + 1] != NULL ? 2 : 1)
    {
      for (const char *p = parts[i]; *p != '\0'; p++)
        if (strchr ("YWwuec", *p) != NULL || strchr ("ABnNp", *p) != NULL ||
            (for_parsing && strchr ("EFqQ", *p) != NULL))
          return refuse_letter (pattern, *p, error);
      for (guint j = 0; j < G_N_ELEMENTS (too_long); j++)
        if (strstr (parts[i], too_long[j]) != NULL)
          return refuse_length (pattern, error);
      *out_has_era |= strchr (parts[i], 'G') != NULL;
      if (parts[i + 1] == NULL)
        break;
    }
  return TRUE;
}

RushDatetimePattern *
rush_datetime_pattern_new (const char *pattern, gboolean for_parsing, GError **error)
{
  Compiler self = { .pattern = pattern, .for_parsing = for_parsing, .adjacent = -1 };

  g_return_val_if_fail (pattern != NULL, NULL);
  if (!check_letters (pattern, for_parsing, &self.has_era, error))
    return NULL;
  self.steps = g_array_new (FALSE, FALSE, sizeof (Step));
  self.open = g_array_new (FALSE, FALSE, sizeof (guint));
  gboolean ok = compile (&self);
  g_array_unref (self.open);
  if (!ok)
    {
      g_array_unref (self.steps);
      (void)refuse (pattern, error);
      return NULL;
    }
  RushDatetimePattern *result = g_new0 (RushDatetimePattern, 1);
  result->pattern = g_strdup (pattern);
  result->n_steps = self.steps->len;
  result->steps = (Step *)(void *)g_array_free (self.steps, FALSE);
  return result;
}

void
rush_datetime_pattern_free (RushDatetimePattern *self)
{
  if (self == NULL)
    return;
  g_free (self->pattern);
  g_free (self->steps);
  g_free (self);
}
