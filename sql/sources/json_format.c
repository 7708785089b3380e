/* json_format.c - JSON as one of the formats.
 *
 * Mirrors: org.apache.spark.sql.execution.datasources.json.JsonFileFormat.
 */
#include "sql/sources/file_writer.h"
#include "sql/sources/formats.h"
#include "sql/sources/json_records.h"
#include "sql/sources/json_lines_writer.h"
#include "sql/sources/record_lines.h"

static gboolean
is_splittable (const RushFileFormat *format, const char *path, const RushOptions *options)
{
  gboolean multi_line;

  return rush_options_get_bool (options, "multiLine", FALSE, &multi_line, NULL) && !multi_line &&
         rush_lines_splittable (path);
}

static gboolean
check_read (const RushFileFormat *format, RushSchema *data_schema, const RushOptions *options,
            const RushEvalSettings *settings, GError **error)
{
  g_autoptr (RushJsonOptions) parsed = rush_json_options_new (options, settings, FALSE, error);
  gint corrupt;

  return parsed != NULL &&
         rush_corrupt_column_find (data_schema, parsed->corrupt_column, &corrupt, error);
}

static gboolean
supports_type (const RushFileFormat *format, const RushType *type, gboolean writing)
{
  for (guint i = 0; i < type->n_fields; i++)
    if (!supports_type (format, type->fields[i].type, writing))
      return FALSE;
  return type->n_fields > 0 || rush_field_parser_supports (type) ||
         (writing && (type == &RUSH_NULL || type->kind == RUSH_TYPE_YEAR_MONTH_INTERVAL ||
                      type->kind == RUSH_TYPE_DAY_TIME_INTERVAL)) ||
         type->kind == RUSH_TYPE_STRUCT;
}

static gboolean
check_write (const RushFileFormat *format, const RushWriterRequest *request, GError **error)
{
  g_autoptr (RushJsonOptions) parsed =
      rush_json_options_new (request->options, request->settings, TRUE, error);

  return parsed != NULL;
}

static char *
extension (const RushFileFormat *format, const RushWriterRequest *request, GError **error)
{
  return rush_text_extension (".json", request->options, error);
}

const RushFileFormat rush_json_format = {
  .name = "json",
  .title = "JSON",
  .is_splittable = is_splittable,
  .infer_schema = rush_json_infer_schema,
  .check_read = check_read,
  .read = rush_json_read,
  .supports_type = supports_type,
  .check_write = check_write,
  .extension = extension,
  .open_writer = rush_json_open_writer,
  .write = rush_json_write,
  .close_writer = rush_json_close_writer,
};
