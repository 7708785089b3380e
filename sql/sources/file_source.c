/* file_source.c - a table of files.
 *
 *     read.parquet ("/sales")
 *       list        file_index.c: files, partition columns
 *       schema      the user's, else the format infers it (jobs)
 *       scan        partition filters leave folders out (scan_filters.c), files are packed into
 *                   tasks (file_partition.c), tasks read (file_scan_rdd.c)
 *
 * The schema is that of the data, then the partition columns.  A column that stands in both keeps
 * its place and takes the folder's type and value.  All columns may be null, whatever a file says:
 * the next file may lack them.
 *
 * Mirrors: HadoopFsRelation, DataSource.resolveRelation, FileSourceScanExec.
 */
#include "sql/sources/source.h"

#include "rdd/source/local_path.h"
#include "sql/records/parse_mode.h"
#include "sql/sources/file_index.h"
#include "sql/sources/file_partition.h"
#include "sql/sources/file_scan_rdd.h"
#include "sql/sources/scan_filters.h"
#include "sql/types/type_rules.h"

#include <string.h>

#define MAX_VALUE_CHARS 100 /* spark.sql.maxMetadataStringLength */

typedef struct
{
  RushSource base;
  RushSourceClass klass; /* with the format's name */
  char *name;            /* "FileScan csv" */
  const RushFileFormat *format;
  RushFileIndex *index;
  RushSchema *data_schema;
  RushOptions *options;
  RushStatistics known;     /* of ANALYZE TABLE; size_bytes −1: none */
  GPtrArray *known_columns; /* (owned) RushColumnEstimate; or NULL */
} FileSource;

/* ---- what a plan prints ---- */

/* "Key: value", the value cut as Spark cuts it. */
static void
append_entry (GString *out, const char *key, const char *value)
{
  glong length = g_utf8_strlen (value, -1);

  g_string_append_printf (out, "%s%s: ", out->len > 0 ? ", " : "", key);
  if (length <= MAX_VALUE_CHARS)
    {
      g_string_append (out, value);
      return;
    }
  g_string_append_len (out, value, g_utf8_offset_to_pointer (value, MAX_VALUE_CHARS - 3) - value);
  g_string_append (out, "...");
}

static char *
filters_text (const RushExprList *filters)
{
  GString *out = g_string_new ("[");

  for (guint i = 0; i < filters->n; i++)
    {
      g_autofree char *text = rush_expr_to_string (filters->items[i]);

      g_string_append_printf (out, "%s%s", i > 0 ? ", " : "", text);
    }
  g_string_append_c (out, ']');
  return g_string_free (out, FALSE);
}

static char *
location_text (const FileSource *self)
{
  const GPtrArray *roots = rush_file_index_roots (self->index);
  GString *out = g_string_new (NULL);
  g_autoptr (GString) paths = g_string_new (NULL);
  guint i;

  g_string_printf (paths, "(%u paths)[", roots->len);
  for (i = 0; i < roots->len && paths->len < MAX_VALUE_CHARS; i++)
    {
      g_autofree char *uri = rush_local_path_to_uri (g_ptr_array_index (roots, i));

      g_string_append_printf (paths, "%s%s", i > 0 ? ", " : "", uri);
    }
  if (i < roots->len)
    g_string_append_printf (paths, "%s...", i > 0 ? ", " : "");
  g_string_append_printf (out, "InMemoryFileIndex%s]", paths->str);
  return g_string_free (out, FALSE);
}

static gboolean
is_partition_column (const FileSource *self, const char *name)
{
  const RushSchema *schema = rush_file_index_partition_schema (self->index);

  for (guint i = 0; i < schema->n_fields; i++)
    if (g_ascii_strcasecmp (schema->fields[i].name, name) == 0)
      return TRUE;
  return FALSE;
}

/* The columns of @output that are read from files, as a struct. */
static char *
read_schema_text (const FileSource *self, const RushExprList *output)
{
  GString *out = g_string_new ("struct<");

  for (guint i = 0; i < output->n; i++)
    {
      const char *name = rush_expr_name (output->items[i]);

      if (!is_partition_column (self, name))
        g_string_append_printf (out, "%s%s:%s", out->len > strlen ("struct<") ? "," : "", name,
                                output->items[i]->type->name);
    }
  g_string_append_c (out, '>');
  return g_string_free (out, FALSE);
}

static char *
describe (const RushSource *base, const RushExprList *output, const RushExprList *pushed)
{
  const FileSource *self = (const FileSource *)base;
  GString *out = g_string_new (NULL);
  RushScanFilters filters;

  rush_scan_filters_init (&filters, pushed, rush_file_index_partition_schema (self->index));
  {
    g_autofree char *data = filters_text (filters.data);
    g_autofree char *partition = filters_text (filters.partition);
    g_autofree char *location = location_text (self);
    g_autofree char *simple = rush_scan_filters_pushed_text (filters.pushed);
    g_autofree char *schema = read_schema_text (self, output);

    append_entry (out, "Batched", self->format->batched ? "true" : "false");
    append_entry (out, "DataFilters", data);
    append_entry (out, "Format", self->format->title);
    append_entry (out, "Location", location);
    append_entry (out, "PartitionFilters", partition);
    append_entry (out, "PushedFilters", simple);
    append_entry (out, "ReadSchema", schema);
  }
  rush_scan_filters_clear (&filters);
  return g_string_free (out, FALSE);
}

/* Of several roots the first is named. */
static char *
short_location_text (const FileSource *self)
{
  const GPtrArray *roots = rush_file_index_roots (self->index);
  g_autofree char *first = roots->len > 0 ? rush_local_path_to_uri (roots->pdata[0]) : NULL;

  if (roots->len > 1)
    return g_strdup_printf ("InMemoryFileIndex [%s, ... %u entries]", first, roots->len - 1);
  return g_strdup_printf ("InMemoryFileIndex [%s]", first != NULL ? first : "");
}

static void
append_line (GString *out, const char *key, const char *value)
{
  if (value[0] != '\0' && !g_str_equal (value, "[]"))
    g_string_append_printf (out, "%s: %s\n", key, value);
}

/* What the rows are filtered by stands above: of filters, only what they spare is told. */
static char *
formatted (const RushSource *base, const RushExprList *output, const RushExprList *pushed)
{
  const FileSource *self = (const FileSource *)base;
  g_autofree char *location = short_location_text (self);
  g_autofree char *schema = read_schema_text (self, output);
  g_autofree char *partition = NULL;
  g_autofree char *simple = NULL;
  GString *out = g_string_new (NULL);
  RushScanFilters filters;

  rush_scan_filters_init (&filters, pushed, rush_file_index_partition_schema (self->index));
  partition = filters_text (filters.partition);
  simple = rush_scan_filters_pushed_text (filters.pushed);
  rush_scan_filters_clear (&filters);
  append_line (out, "Batched", self->format->batched ? "true" : "false");
  append_line (out, "Location", location);
  append_line (out, "PartitionFilters", partition);
  append_line (out, "PushedFilters", simple);
  append_line (out, "ReadSchema", schema);
  return g_string_free (out, FALSE);
}

/* ---- reading ---- */

static RushSchema *
schema_of (const RushExprList *output)
{
  g_autofree RushField *fields = g_new (RushField, output->n + 1);

  for (guint i = 0; i < output->n; i++)
    fields[i] = (RushField){ (char *)rush_expr_name (output->items[i]), output->items[i]->type,
                             output->items[i]->nullable };
  return rush_schema_new (output->n, fields);
}

/* The files of the folders that the filters leave. (transfer container) */
static GPtrArray *
choose_files (const FileSource *self, const RushExprList *partition_filters,
              const RushEvalSettings *settings, GError **error)
{
  const GPtrArray *files = rush_file_index_files (self->index);
  g_autofree gboolean *keep =
      rush_scan_filters_prune (partition_filters, self->index, settings, error);
  GPtrArray *chosen;

  if (keep == NULL)
    return NULL;
  chosen = g_ptr_array_sized_new (files->len);
  for (guint i = 0; i < files->len; i++)
    {
      RushPartitionedFile *file = g_ptr_array_index (files, i);

      if (keep[file->partition])
        g_ptr_array_add (chosen, file);
    }
  return chosen;
}

/* What a query of the column of corrupt records alone finds would depend on what was parsed for
 * it: nothing.  @schema: what is read, the folders' columns included. */
static gboolean
check_not_corrupt_alone (const FileSource *self, const RushSchema *schema,
                         const RushEvalSettings *settings, GError **error)
{
  const RushSchema *folders = rush_file_index_partition_schema (self->index);
  const char *only = NULL;
  guint n = 0;

  if (!g_str_equal (self->format->name, "csv") && !g_str_equal (self->format->name, "json"))
    return TRUE;
  for (guint i = 0; i < schema->n_fields; i++)
    {
      guint k = 0;

      while (k < folders->n_fields &&
             !g_str_equal (folders->fields[k].name, schema->fields[i].name))
        k++;
      if (k < folders->n_fields)
        continue;
      only = schema->fields[i].name;
      n++;
    }
  g_autofree char *corrupt = rush_corrupt_column_of (self->options, settings);
  if (n != 1 || !g_str_equal (only, corrupt))
    return TRUE;
  rush_sql_error_set (error, RUSH_SQL_CLASS_UNSUPPORTED_FEATURE_QUERY_ONLY_CORRUPT_RECORD_COLUMN,
                      NULL, NULL);
  return FALSE;
}

static RushRdd *
scan (RushSource *base, RushContext *context, const RushExprList *output,
      const RushExprList *pushed, const RushEvalSettings *settings, GError **error)
{
  FileSource *self = (FileSource *)base;
  g_autoptr (RushSchema) schema = schema_of (output);
  g_autoptr (GPtrArray) files = NULL;
  RushScanFilters filters;
  RushRdd *rdd = NULL;

  if (!check_not_corrupt_alone (self, schema, settings, error))
    return NULL;
  rush_scan_filters_init (&filters, pushed, rush_file_index_partition_schema (self->index));
  files = choose_files (self, filters.partition, settings, error);
  if (files != NULL)
    rdd = rush_file_scan_rdd_new (&(RushFileScan){
        .lineage = rush_context_lineage (context),
        .format = self->format,
        .index = self->index,
        .partitions = rush_file_partitions (files, self->format, self->options,
                                            rush_context_default_parallelism (context), settings),
        .output = schema,
        .data_schema = self->data_schema,
        .filters = filters.pushed,
        .options = self->options,
        .settings = settings });
  rush_scan_filters_clear (&filters);
  return rdd;
}

static RushStatistics
statistics (const RushSource *base)
{
  const FileSource *self = (const FileSource *)base;

  if (self->known.size_bytes >= 0)
    return self->known;
  return (RushStatistics){ .size_bytes = rush_file_index_bytes (self->index), .row_count = -1 };
}

static const GPtrArray *
column_statistics (const RushSource *base)
{
  return ((const FileSource *)base)->known_columns;
}

static gboolean
equal (const RushSource *a, const RushSource *b)
{
  const FileSource *x = (const FileSource *)a, *y = (const FileSource *)b;

  return a == b ||
         (a->klass->scan == b->klass->scan && x->format == y->format &&
          rush_schema_equal (a->schema, b->schema) && rush_options_equal (x->options, y->options) &&
          rush_file_index_equal (x->index, y->index));
}

static void
finalize (RushSource *base)
{
  FileSource *self = (FileSource *)base;

  g_clear_pointer (&base->schema, rush_schema_unref);
  g_clear_pointer (&base->metadata, g_ptr_array_unref);
  g_clear_pointer (&self->data_schema, rush_schema_unref);
  rush_file_index_unref (self->index);
  rush_options_unref (self->options);
  g_clear_pointer (&self->known_columns, g_ptr_array_unref);
  g_free (self->name);
  g_free (self);
}

/* ---- making one ---- */

/* @self->data_schema with the partition columns. */
static RushSchema *
join_schemas (const FileSource *self)
{
  const RushSchema *data = self->data_schema;
  const RushSchema *folders = rush_file_index_partition_schema (self->index);
  g_autofree RushField *fields = g_new (RushField, data->n_fields + folders->n_fields + 1);
  g_autofree gboolean *placed = g_new0 (gboolean, folders->n_fields + 1);
  guint n = 0;

  for (guint c = 0; c < data->n_fields; c++)
    {
      fields[n] = data->fields[c];
      for (guint p = 0; p < folders->n_fields; p++)
        if (g_ascii_strcasecmp (folders->fields[p].name, data->fields[c].name) == 0)
          {
            fields[n].type = folders->fields[p].type;
            placed[p] = TRUE;
          }
      fields[n++].nullable = TRUE;
    }
  for (guint p = 0; p < folders->n_fields; p++)
    if (!placed[p])
      fields[n++] = folders->fields[p];
  return rush_schema_new (n, fields);
}

/* The user's schema without what only folders have. */
static RushSchema *
data_part (const FileSource *self, const RushSchema *user_schema)
{
  g_autofree RushField *fields = g_new (RushField, user_schema->n_fields + 1);
  guint n = 0;

  for (guint c = 0; c < user_schema->n_fields; c++)
    if (!is_partition_column (self, user_schema->fields[c].name))
      fields[n++] = user_schema->fields[c];
  return rush_schema_new (n, fields);
}

static RushSchema *
infer_schema (const FileSource *self, RushContext *context, const RushEvalSettings *settings,
              GError **error)
{
  const GPtrArray *files = rush_file_index_files (self->index);

  if (files->len > 0)
    return self->format->infer_schema (self->format, context, files, self->options, settings,
                                       error);
  rush_sql_error_set (error, RUSH_SQL_CLASS_UNABLE_TO_INFER_SCHEMA, NULL, "format",
                      self->format->title, NULL);
  return NULL;
}

static gboolean
check_types (const FileSource *self, GError **error)
{
  for (guint c = 0; c < self->data_schema->n_fields; c++)
    {
      const RushField *field = &self->data_schema->fields[c];
      g_autofree char *column = rush_sql_id_of (field->name);
      g_autofree char *type = rush_type_sql_id (field->type);

      if (self->format->supports_type (self->format, field->type, FALSE))
        continue;
      rush_sql_error_set (error, RUSH_SQL_CLASS_UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE, NULL,
                          "format", self->format->title, "columnName", column, "columnType", type,
                          NULL);
      return FALSE;
    }
  return TRUE;
}

RushSource *
rush_file_source_new (RushContext *context, const RushFileFormat *format, const char *const *paths,
                      guint n_paths, RushSchema *user_schema, RushOptions *options,
                      const RushEvalSettings *settings, GError **error)
{
  g_autoptr (RushFileIndex) index =
      rush_file_index_new (paths, n_paths, user_schema, options, settings, error);
  FileSource *self;

  if (index == NULL)
    return NULL;
  self = g_new0 (FileSource, 1);
  rush_ref_count_init (&self->base.refs);
  self->name = g_strdup_printf ("FileScan %s", format->name);
  self->klass = (RushSourceClass){ .name = self->name,
                                   .finalize = finalize,
                                   .equal = equal,
                                   .describe = describe,
                                   .formatted = formatted,
                                   .scan = scan,
                                   .statistics = statistics,
                                   .column_statistics = column_statistics };
  self->base.klass = &self->klass;
  self->format = format;
  self->index = g_steal_pointer (&index);
  self->options = rush_options_ref (options);
  self->known.size_bytes = -1;
  self->data_schema = user_schema != NULL ? data_part (self, user_schema)
                                          : infer_schema (self, context, settings, error);
  if (self->data_schema != NULL && check_types (self, error) &&
      (format->check_read == NULL ||
       format->check_read (format, self->data_schema, options, settings, error)))
    {
      self->base.schema = join_schemas (self);
      if (user_schema == NULL && format->column_metadata != NULL)
        self->base.metadata = format->column_metadata (
            format, rush_file_index_files (self->index)->pdata[0], self->data_schema);
      return &self->base;
    }
  rush_source_unref (&self->base);
  return NULL;
}

/* ---- questions ---- */

/* NULL: @base is something else. */
static FileSource *
as_file_source (const RushSource *base)
{
  FileSource *self = (FileSource *)base;

  return base->klass->finalize == finalize ? self : NULL;
}

/* @path is @folder, or below it. */
static gboolean
is_below (const char *path, const char *folder)
{
  gsize n = strlen (folder);

  return strncmp (path, folder, n) == 0 && (path[n] == '\0' || path[n] == '/');
}

gboolean
rush_file_source_reads_path (const RushSource *base, const char *path)
{
  const FileSource *self = as_file_source (base);
  const GPtrArray *roots = self != NULL ? rush_file_index_roots (self->index) : NULL;

  for (guint i = 0; roots != NULL && i < roots->len; i++)
    if (is_below (roots->pdata[i], path) || is_below (path, roots->pdata[i]))
      return TRUE;
  return FALSE;
}

const GPtrArray *
rush_file_source_files (const RushSource *base)
{
  const FileSource *self = as_file_source (base);

  return self != NULL ? rush_file_index_files (self->index) : NULL;
}

RushSchema *
rush_file_source_partition_schema (const RushSource *base)
{
  const FileSource *self = as_file_source (base);

  return self != NULL ? rush_file_index_partition_schema (self->index) : NULL;
}

void
rush_file_source_set_statistics (RushSource *base, RushStatistics statistics, GPtrArray *columns)
{
  FileSource *self = as_file_source (base);

  if (self == NULL)
    return;
  self->known = statistics;
  g_clear_pointer (&self->known_columns, g_ptr_array_unref);
  self->known_columns = columns != NULL ? g_ptr_array_ref (columns) : NULL;
}

RushSource *
rush_file_source_list_again (RushSource *base, RushContext *context,
                             const RushEvalSettings *settings, GError **error)
{
  const FileSource *self = as_file_source (base);
  const GPtrArray *roots = self != NULL ? rush_file_index_roots (self->index) : NULL;

  return self != NULL
             ? rush_file_source_new (context, self->format, (const char *const *)roots->pdata,
                                     roots->len, base->schema, self->options, settings, error)
             : rush_source_ref (base);
}

gint64
rush_file_source_count_rows (RushSource *base)
{
  const FileSource *self = as_file_source (base);

  return self != NULL && self->format->count_rows != NULL
             ? self->format->count_rows (self->format, rush_file_index_files (self->index))
             : -1;
}
