/* csv_options.c - options as text become the characters that the tokenizer looks for.
 *
 * Each option is taken, or refused in words: an option that is misspelled, or of a value that means
 * nothing, would otherwise show only in the data.
 */
#include "sql/records/csv_options.h"

#include "sql/types/sql_error.h"

#include <string.h>

#define DEFAULT_MAX_COLUMNS 20480

/* ---- characters ---- */

/* One character, "" for none; FALSE: several. */
static gboolean
get_char (const RushOptions *options, const char *key, char fallback, char *out, GError **error)
{
  const char *text = rush_options_get (options, key);
  gsize length = text != NULL ? strlen (text) : 0;

  *out = text == NULL ? fallback : text[0];
  if (length <= 1)
    return TRUE;
  if (strcmp (text, "\\u0000") == 0)
    {
      *out = '\0';
      return TRUE;
    }
  g_set_error (error, RUSH_SQL_ERROR, RUSH_SQL_ERROR_RUNTIME,
               "%s cannot be more than one character: '%s' (of ASCII)", key, text);
  return FALSE;
}

static const char *
first_of (const RushOptions *options, const char *key, const char *other, const char *fallback)
{
  const char *text = rush_options_get (options, key);

  text = text != NULL ? text : rush_options_get (options, other);
  return text != NULL ? text : fallback;
}

/* What may stand behind a backslash in a separator. */
static gboolean
append_escaped (GString *out, char letter, const char *text, GError **error)
{
  static const char letters[] = "tnrbf\"'\\0", meanings[] = "\t\n\r\b\f\"'\\\0";
  const char *found = letter != '\0' ? strchr (letters, letter) : NULL;

  if (found == NULL)
    {
      rush_sql_error_set (error,
                          RUSH_SQL_CLASS_INVALID_DELIMITER_VALUE_UNSUPPORTED_SPECIAL_CHARACTER,
                          NULL, "str", text, NULL);
      return FALSE;
    }
  g_string_append_c (out, meanings[found - letters]);
  return TRUE;
}

/* Mirrors CSVExprUtils.toDelimiterStr. */
static gboolean
read_separator (RushCsvOptions *self, const RushOptions *options, GError **error)
{
  const char *text = first_of (options, "sep", "delimiter", ",");
  g_autoptr (GString) out = g_string_new (NULL);

  if (text[0] == '\0')
    {
      g_set_error_literal (error, RUSH_SQL_ERROR, RUSH_SQL_ERROR_ILLEGAL_ARGUMENT,
                           "requirement failed: Delimiter cannot be empty");
      return FALSE;
    }
  if (strcmp (text, "\\") == 0)
    {
      rush_sql_error_set (error, RUSH_SQL_CLASS_INVALID_DELIMITER_VALUE_SINGLE_BACKSLASH, NULL,
                          NULL);
      return FALSE;
    }
  for (const char *at = text; *at != '\0'; at++)
    if (*at != '\\')
      g_string_append_c (out, *at);
    else if (!append_escaped (out, *++at, text, error))
      return FALSE;
  self->separator_length = out->len;
  self->separator = g_strndup (out->str, out->len);
  return TRUE;
}

static gboolean
read_characters (RushCsvOptions *self, const RushOptions *options, GError **error)
{
  char fallback;

  if (!read_separator (self, options, error) ||
      !get_char (options, "quote", '"', &self->quote, error) ||
      !get_char (options, "escape", '\\', &self->escape, error) ||
      !get_char (options, "comment", '\0', &self->comment, error))
    return FALSE;
  fallback = self->escape != self->quote ? self->escape : '\0';
  return get_char (options, "charToEscapeQuoteEscaping", fallback, &self->escape_escape, error);
}

/* ---- the rest ---- */

static gboolean
read_flags (RushCsvOptions *self, const RushOptions *options, gboolean writing, GError **error)
{
  return rush_options_get_bool (options, "header", FALSE, &self->header, error) &&
         rush_options_get_bool (options, "inferSchema", FALSE, &self->infers, error) &&
         rush_options_get_bool (options, "multiLine", FALSE, &self->multi_line, error) &&
         rush_options_get_bool (options, "enforceSchema", TRUE, &self->enforces_schema, error) &&
         rush_options_get_bool (options, "preferDate", TRUE, &self->prefers_dates, error) &&
         rush_options_get_bool (options, "ignoreLeadingWhiteSpace", writing, &self->trims_left,
                                error) &&
         rush_options_get_bool (options, "ignoreTrailingWhiteSpace", writing, &self->trims_right,
                                error) &&
         rush_options_get_bool (options, "quoteAll", FALSE, &self->quotes_all, error) &&
         rush_options_get_bool (options, "escapeQuotes", TRUE, &self->escapes_quotes, error);
}

static gboolean
read_numbers (RushCsvOptions *self, const RushOptions *options, GError **error)
{
  const char *ratio = rush_options_get (options, "samplingRatio");
  char *end = NULL;

  self->sampling_ratio = ratio != NULL ? g_ascii_strtod (ratio, &end) : 1.0;
  if (ratio != NULL && (end == ratio || *end != '\0' || !(self->sampling_ratio > 0)))
    {
      g_set_error (error, RUSH_SQL_ERROR, RUSH_SQL_ERROR_ILLEGAL_ARGUMENT,
                   "samplingRatio (%s) should be greater than 0", ratio);
      return FALSE;
    }
  return rush_options_get_int (options, "maxColumns", DEFAULT_MAX_COLUMNS, &self->max_columns,
                               error) &&
         rush_options_get_int (options, "maxCharsPerColumn", -1, &self->max_chars, error);
}

static void
read_texts (RushCsvOptions *self, const RushOptions *options, gboolean writing)
{
  self->null_value = g_strdup (first_of (options, "nullValue", "nullValue", ""));
  self->empty_value =
      g_strdup (first_of (options, "emptyValue", "emptyValue", writing ? "\"\"" : ""));
  self->null_length = strlen (self->null_value);
  self->empty_length = strlen (self->empty_value);
  self->nan_value = g_strdup (first_of (options, "nanValue", "nanValue", "NaN"));
  self->positive_inf = g_strdup (first_of (options, "positiveInf", "positiveInf", "Inf"));
  self->negative_inf = g_strdup (first_of (options, "negativeInf", "negativeInf", "-Inf"));
  self->line_separator = g_strdup (rush_options_get (options, "lineSep"));
}

/* NULL without error: no such option, and no fallback. */
static gboolean
read_pattern (const RushOptions *options, const char *key, const char *fallback, gboolean writing,
              RushDatetimePattern **out, GError **error)
{
  const char *text = first_of (options, key, key, fallback);

  *out = text != NULL ? rush_datetime_pattern_new (text, !writing, error) : NULL;
  return text == NULL || *out != NULL;
}

static gboolean
read_patterns (RushCsvOptions *self, const RushOptions *options, gboolean writing, GError **error)
{
  return read_pattern (options, "dateFormat", writing ? "yyyy-MM-dd" : NULL, writing,
                       &self->date_pattern, error) &&
         read_pattern (options, "timestampFormat", writing ? "yyyy-MM-dd'T'HH:mm:ss.SSSXXX" : NULL,
                       writing, &self->timestamp_pattern, error) &&
         read_pattern (options, "timestampNTZFormat", writing ? "yyyy-MM-dd'T'HH:mm:ss.SSS" : NULL,
                       writing, &self->timestamp_ntz_pattern, error);
}

static gboolean
check_rest (const RushCsvOptions *self, const RushOptions *options, GError **error)
{
  const char *encoding = first_of (options, "encoding", "charset", "UTF-8");

  if (self->line_separator != NULL &&
      (self->line_separator[0] == '\0' || g_utf8_strlen (self->line_separator, -1) > 2))
    {
      g_set_error (error, RUSH_SQL_ERROR, RUSH_SQL_ERROR_ILLEGAL_ARGUMENT,
                   self->line_separator[0] == '\0' ? "'lineSep' cannot be an empty string."
                                                   : "'lineSep' can contain only 1 character.");
      return FALSE;
    }
  if (g_ascii_strcasecmp (encoding, "UTF-8") == 0 || g_ascii_strcasecmp (encoding, "UTF8") == 0 ||
      g_ascii_strcasecmp (encoding, "US-ASCII") == 0)
    return TRUE;
  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_UNSUPPORTED,
               "encoding %s: CSV files are read and written as UTF-8 alone; convert the file first",
               encoding);
  return FALSE;
}

RushCsvOptions *
rush_csv_options_new (const RushOptions *options, const RushEvalSettings *settings,
                      gboolean writing, GError **error)
{
  g_autoptr (RushCsvOptions) self = g_new0 (RushCsvOptions, 1);
  const char *zone = first_of (options, "timeZone", "timeZone", settings->time_zone);

  rush_ref_count_init (&self->refs);
  self->time_zone = g_intern_string (zone);
  self->mode = rush_parse_mode_of (options);
  self->corrupt_column = rush_corrupt_column_of (options, settings);
  read_texts (self, options, writing);
  if (rush_time_zone_get (zone, error) == NULL || !read_characters (self, options, error) ||
      !read_flags (self, options, writing, error) || !read_numbers (self, options, error) ||
      !read_patterns (self, options, writing, error) || !check_rest (self, options, error))
    return NULL;
  return g_steal_pointer (&self);
}

RushCsvOptions *
rush_csv_options_ref (RushCsvOptions *self)
{
  rush_ref_count_inc (&self->refs);
  return self;
}

void
rush_csv_options_unref (RushCsvOptions *self)
{
  if (self == NULL || !rush_ref_count_dec (&self->refs))
    return;
  g_free (self->separator);
  g_free (self->line_separator);
  g_free (self->null_value);
  g_free (self->empty_value);
  g_free (self->nan_value);
  g_free (self->positive_inf);
  g_free (self->negative_inf);
  g_free (self->corrupt_column);
  g_clear_pointer (&self->date_pattern, rush_datetime_pattern_free);
  g_clear_pointer (&self->timestamp_pattern, rush_datetime_pattern_free);
  g_clear_pointer (&self->timestamp_ntz_pattern, rush_datetime_pattern_free);
  g_free (self);
}

gboolean
rush_csv_options_parser (const RushCsvOptions *self, const RushType *type, RushFieldParser *out,
                         GError **error)
{
  if (!rush_field_parser_init (out, type, self->time_zone, error))
    return FALSE;
  out->pattern = type == &RUSH_DATE            ? self->date_pattern
                 : type == &RUSH_TIMESTAMP     ? self->timestamp_pattern
                 : type == &RUSH_TIMESTAMP_NTZ ? self->timestamp_ntz_pattern
                                               : NULL;
  out->nan_value = self->nan_value;
  out->nan_length = strlen (self->nan_value);
  out->positive_inf = self->positive_inf;
  out->positive_length = strlen (self->positive_inf);
  out->negative_inf = self->negative_inf;
  out->negative_length = strlen (self->negative_inf);
  return TRUE;
}
