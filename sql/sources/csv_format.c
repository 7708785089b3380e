/* csv_format.c - CSV as one of the formats.
 *
 * Mirrors: org.apache.spark.sql.execution.datasources.csv.CSVFileFormat.
 */
#include "sql/sources/csv_infer.h"
#include "sql/sources/csv_reader.h"
#include "sql/sources/csv_writer.h"
#include "sql/sources/file_writer.h"
#include "sql/sources/formats.h"
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
  g_autoptr (RushCsvOptions) parsed = rush_csv_options_new (options, settings, FALSE, error);
  gint corrupt;

  return parsed != NULL &&
         rush_corrupt_column_find (data_schema, parsed->corrupt_column, &corrupt, error);
}

static gboolean
supports_type (const RushFileFormat *format, const RushType *type, gboolean writing)
{
  return rush_field_parser_supports (type);
}

static gboolean
check_write (const RushFileFormat *format, const RushWriterRequest *request, GError **error)
{
  g_autoptr (RushCsvOptions) parsed =
      rush_csv_options_new (request->options, request->settings, TRUE, error);

  return parsed != NULL;
}

static char *
extension (const RushFileFormat *format, const RushWriterRequest *request, GError **error)
{
  return rush_text_extension (".csv", request->options, error);
}

const RushFileFormat rush_csv_format = {
  .name = "csv",
  .title = "CSV",
  .is_splittable = is_splittable,
  .infer_schema = rush_csv_infer_schema,
  .check_read = check_read,
  .read = rush_csv_read,
  .supports_type = supports_type,
  .check_write = check_write,
  .extension = extension,
  .open_writer = rush_csv_open_writer,
  .write = rush_csv_write,
  .close_writer = rush_csv_close_writer,
};
