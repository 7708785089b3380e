/* json_options.c - see json_options.h. */
#include "sql/records/json_options.h"

#include "sql/types/sql_error.h"

static gboolean
read_flags (RushJsonOptions *self, const RushOptions *options, GError **error)
{
  const struct
  {
    const char *key;
    gboolean fallback;
    gboolean *out;
  } flags[] = { { "allowComments", FALSE, &self->comments },
                { "allowUnquotedFieldNames", FALSE, &self->unquoted_names },
                { "allowSingleQuotes", TRUE, &self->single_quotes },
                { "allowNumericLeadingZeros", FALSE, &self->leading_zeros },
                { "allowNonNumericNumbers", TRUE, &self->non_numeric_numbers },
                { "allowBackslashEscapingAnyCharacter", FALSE, &self->any_escape },
                { "allowUnquotedControlChars", FALSE, &self->control_chars },
                { "multiLine", FALSE, &self->multi_line },
                { "primitivesAsString", FALSE, &self->primitives_as_string },
                { "prefersDecimal", FALSE, &self->prefers_decimal },
                { "dropFieldIfAllNull", FALSE, &self->drops_all_null },
                { "inferTimestamp", FALSE, &self->infers_timestamps },
                { "ignoreNullFields", TRUE, &self->ignores_null_fields } };

  for (guint i = 0; i < G_N_ELEMENTS (flags); i++)
    if (!rush_options_get_bool (options, flags[i].key, flags[i].fallback, flags[i].out, error))
      return FALSE;
  return TRUE;
}

static gboolean
read_pattern (const RushOptions *options, const char *key, const char *fallback, gboolean writing,
              RushDatetimePattern **out, GError **error)
{
  const char *text = rush_options_get (options, key);

  text = text != NULL ? text : writing ? fallback : NULL;
  *out = text != NULL ? rush_datetime_pattern_new (text, !writing, error) : NULL;
  return text == NULL || *out != NULL;
}

static gboolean
read_ratio (RushJsonOptions *self, const RushOptions *options, GError **error)
{
  const char *text = rush_options_get (options, "samplingRatio");
  char *end = NULL;

  self->sampling_ratio = text != NULL ? g_ascii_strtod (text, &end) : 1.0;
  if (text == NULL || (end != text && *end == '\0' && self->sampling_ratio > 0))
    return TRUE;
  g_set_error (error, RUSH_SQL_ERROR, RUSH_SQL_ERROR_ILLEGAL_ARGUMENT,
               "samplingRatio (%s) should be greater than 0", text);
  return FALSE;
}

/* Objects over several lines are not written, and nobody shall believe they were. */
static gboolean
check_pretty (const RushOptions *options, GError **error)
{
  gboolean pretty;

  if (!rush_options_get_bool (options, "pretty", FALSE, &pretty, error))
    return FALSE;
  if (pretty)
    g_set_error_literal (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_UNSUPPORTED,
                         "the option pretty is not there yet: JSON is written in one line");
  return !pretty;
}

static gboolean
check_texts (const RushJsonOptions *self, const RushOptions *options, GError **error)
{
  const char *encoding = rush_options_get (options, "encoding");

  encoding = encoding != NULL ? encoding : rush_options_get (options, "charset");
  if (encoding != NULL && g_ascii_strcasecmp (encoding, "UTF-8") != 0 &&
      g_ascii_strcasecmp (encoding, "UTF8") != 0)
    g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_UNSUPPORTED,
                 "encoding %s: JSON files are read and written as UTF-8 alone; convert the file "
                 "first",
                 encoding);
  else if (self->line_separator != NULL && self->line_separator[0] == '\0')
    g_set_error_literal (error, RUSH_SQL_ERROR, RUSH_SQL_ERROR_ILLEGAL_ARGUMENT,
                         "'lineSep' cannot be an empty string.");
  else
    return TRUE;
  return FALSE;
}

RushJsonOptions *
rush_json_options_new (const RushOptions *options, const RushEvalSettings *settings,
                       gboolean writing, GError **error)
{
  g_autoptr (RushJsonOptions) self = g_new0 (RushJsonOptions, 1);
  const char *zone = rush_options_get (options, "timeZone");

  rush_ref_count_init (&self->refs);
  self->time_zone = g_intern_string (zone != NULL ? zone : settings->time_zone);
  self->mode = rush_parse_mode_of (options);
  self->corrupt_column = rush_corrupt_column_of (options, settings);
  self->line_separator = g_strdup (rush_options_get (options, "lineSep"));
  self->case_sensitive = settings->case_sensitive;
  if (rush_time_zone_get (self->time_zone, error) == NULL || !read_flags (self, options, error) ||
      !read_ratio (self, options, error) || !check_texts (self, options, error) ||
      !check_pretty (options, error) ||
      !read_pattern (options, "dateFormat", "yyyy-MM-dd", writing, &self->date_pattern, error) ||
      !read_pattern (options, "timestampFormat", "yyyy-MM-dd'T'HH:mm:ss.SSSXXX", writing,
                     &self->timestamp_pattern, error) ||
      !read_pattern (options, "timestampNTZFormat", "yyyy-MM-dd'T'HH:mm:ss.SSS", writing,
                     &self->timestamp_ntz_pattern, error))
    return NULL;
  return g_steal_pointer (&self);
}

RushJsonOptions *
rush_json_options_ref (RushJsonOptions *self)
{
  rush_ref_count_inc (&self->refs);
  return self;
}

void
rush_json_options_unref (RushJsonOptions *self)
{
  if (self == NULL || !rush_ref_count_dec (&self->refs))
    return;
  g_free (self->line_separator);
  g_free (self->corrupt_column);
  g_clear_pointer (&self->date_pattern, rush_datetime_pattern_free);
  g_clear_pointer (&self->timestamp_pattern, rush_datetime_pattern_free);
  g_clear_pointer (&self->timestamp_ntz_pattern, rush_datetime_pattern_free);
  g_free (self);
}
