/* sql_format_arrow.c - Parquet and ORC through pyarrow.
 *
 *     task (a runner's thread)                       rushlight.sql._arrow_files
 *     ─ takes the GIL ─▶ open (path, byte range, columns, filters)
 *                            which row groups have their middle in the range?
 *                            which of them can have rows, by minimum and maximum?
 *                        ◀─ a C stream of batches; the number of rows if no column is wanted
 *     ─ leaves the GIL
 *     next ()  next ()  …   pyarrow's C++ decodes on this thread, nothing is copied
 *
 * Columns come by name.  One that a file lacks is null; one of another type is converted if Spark's
 * readers do that, too, else PARQUET_COLUMN_DATA_TYPE_MISMATCH.
 *
 * A Parquet file says in its metadata, in Spark's JSON, what its own types cannot say: which
 * columns are of user-defined types.
 *
 * Mirrors: ParquetFileFormat, OrcFileFormat and their vectorized readers.
 */
#include "py/ext/sql/sql_format_arrow.h"

#include "core/data/arrow.h"
#include "core/data/retype.h"
#include "py/ext/values/values.h"
#include "rdd/source/local_path.h"
#include "sql/sources/file_errors.h"
#include "sql/sources/scan_filters.h"
#include "sql/sources/schema_job.h"

#include <string.h>

#define MODULE "rushlight.sql._arrow_files"

typedef struct
{
  RushIterator base;
  RushTaskContext *ctx;           /* (unowned) */
  const RushReadRequest *request; /* (unowned) */
  RushArrowReader *reader;        /* NULL: no column is wanted */
  gint *sources;                  /* of each wanted column in the reader's; −1: the file lacks it */
  gint64 rows_left;               /* without a reader */
} ArrowIterator;

/* ---- errors ---- */

/* The exception that is set, and cleared, as an error. */
static void
set_python_error (GError **error)
{
  PyObject *type, *value, *traceback;
  const char *text = NULL;
  PyObject *shown = NULL;
  RushCoreError code = RUSH_CORE_ERROR_CORRUPT;

  PyErr_Fetch (&type, &value, &traceback);
  PyErr_NormalizeException (&type, &value, &traceback);
  if (PyErr_GivenExceptionMatches (type, PyExc_FileNotFoundError))
    code = RUSH_CORE_ERROR_NOT_FOUND;
  else if (PyErr_GivenExceptionMatches (type, PyExc_ImportError) ||
           PyErr_GivenExceptionMatches (type, PyExc_NotImplementedError))
    code = RUSH_CORE_ERROR_UNSUPPORTED;
  else if (PyErr_GivenExceptionMatches (type, PyExc_MemoryError))
    code = RUSH_CORE_ERROR_OUT_OF_MEMORY;
  shown = value != NULL ? PyObject_Str (value) : NULL;
  text = shown != NULL ? PyUnicode_AsUTF8 (shown) : NULL;
  g_set_error (error, RUSH_CORE_ERROR, code, "%s", text != NULL ? text : "pyarrow has failed");
  PyErr_Clear ();
  Py_XDECREF (shown);
  Py_XDECREF (type);
  Py_XDECREF (value);
  Py_XDECREF (traceback);
}

/* (column, expected, actual): what a file has instead of what is wanted. */
static void
set_mismatch (GError **error, const char *path, PyObject *mismatch)
{
  g_autofree char *uri = rush_local_path_to_uri (path);
  const char *column, *expected, *actual;
  g_autofree char *quoted = NULL;

  if (!PyArg_ParseTuple (mismatch, "sss", &column, &expected, &actual))
    {
      set_python_error (error);
      return;
    }
  quoted = g_strdup_printf ("[%s]", column);
  rush_sql_error_set (error, RUSH_SQL_CLASS_FAILED_READ_FILE_PARQUET_COLUMN_DATA_TYPE_MISMATCH,
                      NULL, "path", uri, "column", quoted, "expectedType", expected, "actualType",
                      actual, NULL);
}

/* ---- calls, with the GIL ---- */

/* The format's class; a borrowed ref that stays. */
static PyObject *
format_class (const RushArrowFormat *format)
{
  PyObject *module = PyImport_ImportModule (MODULE);
  PyObject *class = module != NULL ? PyObject_GetAttrString (module, format->class_name) : NULL;

  Py_XDECREF (module);
  return class;
}

/* Calls a function of the format's class with @args, which it takes over. */
static PyObject *
call (const RushArrowFormat *format, const char *method, PyObject *args)
{
  PyObject *class = args != NULL ? format_class (format) : NULL;
  PyObject *function = class != NULL ? PyObject_GetAttrString (class, method) : NULL;
  PyObject *result = function != NULL ? PyObject_CallObject (function, args) : NULL;

  Py_XDECREF (function);
  Py_XDECREF (class);
  Py_XDECREF (args);
  return result;
}

static PyObject *
address_of (gpointer structure)
{
  return PyLong_FromVoidPtr (structure);
}

/* ---- filters as tuples: ("=", "price", 3), ("and", …, …) ---- */

static PyObject *filter_to_python (const RushExpr *filter);

static const char *
word_of (RushExprKind kind)
{
  if (kind == RUSH_EXPR_EQUAL || kind == RUSH_EXPR_EQUAL_NULL_SAFE)
    return "=";
  if (kind == RUSH_EXPR_LESS)
    return "<";
  if (kind == RUSH_EXPR_LESS_EQUAL)
    return "<=";
  if (kind == RUSH_EXPR_GREATER)
    return ">";
  if (kind == RUSH_EXPR_GREATER_EQUAL)
    return ">=";
  if (kind == RUSH_EXPR_IN)
    return "in";
  return kind == RUSH_EXPR_IS_NULL ? "is null" : "is not null";
}

static PyObject *
in_list_to_python (const RushExpr *filter)
{
  PyObject *list = PyList_New (0);

  for (guint i = 1; list != NULL && i < filter->n_children; i++)
    {
      PyObject *value = value_to_python (filter->children[i]->as.literal.value, 0, NULL);

      if (value == NULL || PyList_Append (list, value) < 0)
        Py_CLEAR (list);
      Py_XDECREF (value);
    }
  return list;
}

static PyObject *
simple_to_python (const RushExpr *filter)
{
  RushSimpleFilter simple;
  PyObject *value;

  if (!rush_simple_filter_of (filter, &simple))
    Py_RETURN_NONE;
  if (simple.kind == RUSH_EXPR_IN)
    value = in_list_to_python (filter);
  else if (simple.value != NULL)
    value = value_to_python (simple.value->as.literal.value, 0, NULL);
  else
    value = Py_NewRef (Py_None);
  return Py_BuildValue ("(ssN)", word_of (simple.kind), rush_expr_name (simple.column), value);
}

/* None: it says nothing of row groups. */
static PyObject *
filter_to_python (const RushExpr *filter)
{
  if (filter->kind == RUSH_EXPR_AND || filter->kind == RUSH_EXPR_OR)
    return Py_BuildValue ("(sNN)", filter->kind == RUSH_EXPR_AND ? "and" : "or",
                          filter_to_python (filter->children[0]),
                          filter_to_python (filter->children[1]));
  return simple_to_python (filter);
}

static PyObject *
filters_to_python (const RushExprList *filters)
{
  PyObject *list = PyList_New (0);

  for (guint i = 0; list != NULL && filters != NULL && i < filters->n; i++)
    {
      PyObject *filter = filter_to_python (filters->items[i]);

      if (filter == NULL || PyList_Append (list, filter) < 0)
        Py_CLEAR (list);
      Py_XDECREF (filter);
    }
  return list;
}

/* ---- reading ---- */

/* A batch of the request's columns; takes over @batch. */
static RushBatch *
choose_columns (const ArrowIterator *self, RushBatch *batch, GError **error)
{
  RushSchema *schema = self->request->schema;
  g_autofree RushColumn **columns = g_new0 (RushColumn *, schema->n_fields + 1);
  guint length = batch->physical_length;
  RushBatch *out = NULL;
  guint c;

  for (c = 0; c < schema->n_fields; c++)
    {
      columns[c] = self->sources[c] >= 0
                       ? rush_column_retype (rush_column_ref (batch->columns[self->sources[c]]),
                                             schema->fields[c].type)
                       : rush_column_new_constant_null (schema->fields[c].type, length,
                                                        self->ctx->allocator, error);
      if (columns[c] == NULL)
        break;
    }
  if (c == schema->n_fields)
    out = rush_batch_new (schema, length, columns);
  for (guint i = 0; out == NULL && i < c; i++)
    rush_column_unref (columns[i]);
  rush_batch_unref (batch);
  return out;
}

static RushBatch *
next_without_columns (ArrowIterator *self)
{
  guint n = (guint)MIN (self->rows_left, RUSH_BATCH_MAX_ROWS);

  if (n == 0)
    return NULL;
  self->rows_left -= n;
  self->ctx->metrics.input_records += n;
  return rush_batch_new (self->request->schema, n, NULL);
}

static RushBatch *
arrow_next (RushIterator *base, GError **error)
{
  ArrowIterator *self = (ArrowIterator *)base;
  RushBatch *batch;

  if (self->reader == NULL)
    return next_without_columns (self);
  if (!rush_arrow_reader_next (self->reader, &batch, error) || batch == NULL)
    return NULL;
  self->ctx->metrics.input_records += batch->length;
  return choose_columns (self, batch, error);
}

static void
arrow_close (RushIterator *base)
{
  ArrowIterator *self = (ArrowIterator *)base;

  if (self->reader != NULL)
    rush_arrow_reader_free (self->reader);
  g_free (self->sources);
  g_free (self);
}

static const RushIteratorClass arrow_iterator_class = { arrow_next, arrow_close };

/* Where the reader has the columns that are wanted. */
static gboolean
find_sources (ArrowIterator *self, GError **error)
{
  const RushSchema *wanted = self->request->schema;
  const RushSchema *have = rush_arrow_reader_schema (self->reader);

  self->sources = g_new (gint, wanted->n_fields + 1);
  for (guint c = 0; c < wanted->n_fields; c++)
    {
      self->sources[c] = -1;
      for (guint i = 0; i < have->n_fields; i++)
        if (strcmp (have->fields[i].name, wanted->fields[c].name) == 0)
          self->sources[c] = (gint)i;
      if (self->sources[c] < 0 ||
          rush_type_same_layout (have->fields[self->sources[c]].type, wanted->fields[c].type))
        continue;
      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_CORRUPT,
                   "column '%s' was read as %s, but %s is wanted", wanted->fields[c].name,
                   have->fields[self->sources[c]].type->name, wanted->fields[c].type->name);
      return FALSE;
    }
  return TRUE;
}

/* What the scan said of itself: (rows, bytes, mismatch or None). */
static gboolean
take_answer (ArrowIterator *self, PyObject *answer, const char *path, GError **error)
{
  long long rows, bytes;
  PyObject *mismatch;

  if (!PyArg_ParseTuple (answer, "LLO", &rows, &bytes, &mismatch))
    set_python_error (error);
  else if (mismatch != Py_None)
    set_mismatch (error, path, mismatch);
  else
    {
      self->rows_left = rows;
      self->ctx->metrics.input_bytes += bytes;
      return TRUE;
    }
  return FALSE;
}

/* Fills @stream in, unless no column is wanted. */
static gboolean
open_scan (ArrowIterator *self, const RushArrowFormat *format, const RushPartitionedFile *file,
           struct ArrowSchema *wanted, struct ArrowArrayStream *stream, GError **error)
{
  PyGILState_STATE gil = PyGILState_Ensure ();
  PyObject *filters = values_ready () ? filters_to_python (self->request->filters) : NULL;
  PyObject *args = filters != NULL
                       ? Py_BuildValue ("(sLLLLNNN)", file->path, (long long)file->file_size,
                                        (long long)file->modified_us, (long long)file->start,
                                        (long long)file->length, address_of (wanted), filters,
                                        address_of (stream))
                       : NULL;
  PyObject *answer = call (format, "scan", args);
  gboolean ok = FALSE;

  if (answer == NULL)
    set_python_error (error);
  else
    ok = take_answer (self, answer, file->path, error);
  Py_XDECREF (answer);
  PyGILState_Release (gil);
  return ok;
}

static RushIterator *
arrow_read (const RushFileFormat *format, const RushPartitionedFile *file,
            const RushReadRequest *request, RushTaskContext *ctx, GError **error)
{
  ArrowIterator *self = g_new0 (ArrowIterator, 1);
  struct ArrowArrayStream stream = { 0 };
  struct ArrowSchema wanted = { 0 };
  gboolean ok;

  self->base.klass = &arrow_iterator_class;
  self->ctx = ctx;
  self->request = request;
  rush_arrow_export_schema (request->schema, &(RushArrowOptions){ 0 }, &wanted);
  ok = open_scan (self, (const RushArrowFormat *)format, file, &wanted, &stream, error);
  if (wanted.release != NULL)
    wanted.release (&wanted);
  if (ok && request->schema->n_fields > 0)
    {
      self->reader = rush_arrow_reader_new (&stream, ctx->allocator, error);
      ok = self->reader != NULL && find_sources (self, error);
    }
  if (ok)
    return &self->base;
  arrow_close (&self->base);
  return NULL;
}

/* ---- schemas and counts ---- */

/* The reading of a footer failed. */
static void
set_footer_error (GError **error, GError *failure, const char *path)
{
  g_autofree char *uri = rush_local_path_to_uri (path);
  g_autoptr (GError) named = NULL;

  if (!g_error_matches (failure, RUSH_CORE_ERROR, RUSH_CORE_ERROR_CORRUPT))
    {
      rush_file_error_propagate (error, failure, path);
      return;
    }
  rush_sql_error_set (&named, RUSH_SQL_CLASS_FAILED_READ_FILE_CANNOT_READ_FILE_FOOTER, NULL, "path",
                      uri, NULL);
  g_set_error (error, named->domain, named->code, "%s\nCaused by: %s", named->message,
               failure->message);
  g_error_free (failure);
}

/* @schema (consumed) with what the file tells of its types. */
static RushSchema *
with_told_types (RushSchema *schema, const RushArrowFormat *format, const RushPartitionedFile *file)
{
  PyGILState_STATE gil = PyGILState_Ensure ();
  PyObject *text = call (format, "types",
                         Py_BuildValue ("(sLL)", file->path, (long long)file->file_size,
                                        (long long)file->modified_us));
  const char *told = text != NULL && text != Py_None ? PyUnicode_AsUTF8 (text) : NULL;
  RushSchema *result = told != NULL ? engine_schema_with_told_types (schema, told) : schema;

  PyErr_Clear ();
  Py_XDECREF (text);
  PyGILState_Release (gil);
  return result;
}

static RushSchema *
read_footer (const RushPartitionedFile *file, RushTaskContext *ctx, gpointer data, GError **error)
{
  const RushArrowFormat *format = data;
  struct ArrowSchema schema = { 0 };
  GError *failure = NULL;
  RushSchema *result = NULL;
  PyGILState_STATE gil = PyGILState_Ensure ();
  PyObject *args = Py_BuildValue ("(sLLN)", file->path, (long long)file->file_size,
                                  (long long)file->modified_us, address_of (&schema));
  PyObject *done = call (format, "schema", args);

  if (done == NULL)
    set_python_error (&failure);
  Py_XDECREF (done);
  PyGILState_Release (gil);
  if (failure != NULL)
    {
      set_footer_error (error, failure, file->path);
      return NULL;
    }
  result = rush_arrow_import_schema (&schema, error);
  schema.release (&schema);
  return result != NULL && format->tells_types ? with_told_types (result, format, file) : result;
}

static RushSchema *
arrow_infer_schema (const RushFileFormat *format, RushContext *context, const GPtrArray *files,
                    const RushOptions *options, const RushEvalSettings *settings, GError **error)
{
  g_autofree char *key = g_strdup_printf ("spark.sql.%s.mergeSchema", format->name);
  gboolean merge;

  if (!rush_options_get_bool (options, "mergeSchema", rush_settings_get_bool (settings, key),
                              &merge, error))
    return NULL;
  return rush_schema_job_run (context, files, merge, read_footer, (gpointer)format, error);
}

static gint64
arrow_count_rows (const RushFileFormat *format, const GPtrArray *files)
{
  PyGILState_STATE gil = PyGILState_Ensure ();
  gint64 total = 0;

  for (guint i = 0; i < files->len && total >= 0; i++)
    {
      const RushPartitionedFile *file = g_ptr_array_index (files, i);
      PyObject *rows = call ((const RushArrowFormat *)format, "count",
                             Py_BuildValue ("(sLL)", file->path, (long long)file->file_size,
                                            (long long)file->modified_us));

      total = rows != NULL ? total + PyLong_AsLongLong (rows) : -1;
      PyErr_Clear ();
      Py_XDECREF (rows);
    }
  PyGILState_Release (gil);
  return total;
}

/* ---- writing ---- */

typedef struct
{
  RushTaskContext *ctx; /* (unowned) */
  PyObject *file;       /* (owned) touched with the GIL */
} ArrowWriter;

/* The option compression, else the session's setting. */
static const char *
codec_of (const RushFileFormat *format, const RushWriterRequest *request)
{
  const char *codec = rush_options_get (request->options, "compression");
  g_autofree char *key = g_strdup_printf ("spark.sql.%s.compression.codec", format->name);

  return codec != NULL ? codec : rush_settings_get_string (request->settings, key);
}

static char *
arrow_extension (const RushFileFormat *format, const RushWriterRequest *request, GError **error)
{
  PyGILState_STATE gil = PyGILState_Ensure ();
  PyObject *text = call ((const RushArrowFormat *)format, "extension",
                         Py_BuildValue ("(s)", codec_of (format, request)));
  const char *utf8 = text != NULL ? PyUnicode_AsUTF8 (text) : NULL;
  char *result = g_strdup (utf8);

  if (utf8 == NULL)
    set_python_error (error);
  Py_XDECREF (text);
  PyGILState_Release (gil);
  return result;
}

/* (path, schema, codec), and where it is to be told, the types as JSON. */
static PyObject *
writer_arguments (const RushFileFormat *format, const char *path, const RushWriterRequest *request,
                  struct ArrowSchema *schema)
{
  const char *codec = codec_of (format, request);
  const char *metadata = rush_options_get (request->options, RUSH_OPTION_COLUMN_METADATA);
  g_autofree char *types = ((const RushArrowFormat *)format)->tells_types
                               ? engine_types_to_tell (request->schema, metadata != NULL)
                               : NULL;

  return types != NULL
             ? Py_BuildValue ("(sNssz)", path, address_of (schema), codec, types, metadata)
             : Py_BuildValue ("(sNs)", path, address_of (schema), codec);
}

static gpointer
arrow_open_writer (const RushFileFormat *format, const char *path, const RushWriterRequest *request,
                   RushTaskContext *ctx, GError **error)
{
  struct ArrowSchema schema = { 0 };
  ArrowWriter *self = NULL;
  PyGILState_STATE gil;
  PyObject *file;

  rush_arrow_export_schema (request->schema, &(RushArrowOptions){ 0 }, &schema);
  gil = PyGILState_Ensure ();
  file = call ((const RushArrowFormat *)format, "open_writer",
               writer_arguments (format, path, request, &schema));
  if (file == NULL)
    set_python_error (error);
  PyGILState_Release (gil);
  if (schema.release != NULL)
    schema.release (&schema);
  if (file == NULL)
    return NULL;
  self = g_new0 (ArrowWriter, 1);
  self->ctx = ctx;
  self->file = file;
  return self;
}

static gboolean
arrow_write (gpointer writer, RushBatch *batch, GError **error)
{
  ArrowWriter *self = writer;
  struct ArrowArray array = { 0 };
  PyGILState_STATE gil;
  PyObject *done;
  gboolean ok;

  if (!rush_arrow_export_batch (batch, &(RushArrowOptions){ 0 }, self->ctx->allocator, &array,
                                error))
    return FALSE;
  gil = PyGILState_Ensure ();
  done = PyObject_CallMethod (self->file, "write", "N", address_of (&array));
  ok = done != NULL;
  if (!ok)
    set_python_error (error);
  Py_XDECREF (done);
  PyGILState_Release (gil);
  if (array.release != NULL)
    array.release (&array);
  return ok;
}

static gboolean
arrow_close_writer (gpointer writer, gboolean keep, GError **error)
{
  ArrowWriter *self = writer;
  PyGILState_STATE gil = PyGILState_Ensure ();
  PyObject *size = PyObject_CallMethod (self->file, "close", "O", keep ? Py_True : Py_False);
  gboolean ok = size != NULL;

  if (ok)
    self->ctx->metrics.output_bytes += PyLong_AsLongLong (size);
  else
    set_python_error (error);
  Py_XDECREF (size);
  Py_DECREF (self->file);
  PyGILState_Release (gil);
  g_free (self);
  return ok;
}

/* ---- the formats ---- */

static gboolean
arrow_is_splittable (const RushFileFormat *format, const char *path, const RushOptions *options)
{
  return TRUE;
}

static gboolean
arrow_supports_type (const RushFileFormat *format, const RushType *type, gboolean writing)
{
  for (guint i = 0; i < type->n_fields; i++)
    if (!arrow_supports_type (format, type->fields[i].type, writing))
      return FALSE;
  return type->kind != RUSH_TYPE_CALENDAR_INTERVAL && type->kind != RUSH_TYPE_NULL;
}

static const RushArrowFormat parquet_format = {
  .base = { .name = "parquet",
            .title = "Parquet",
            .batched = TRUE,
            .is_splittable = arrow_is_splittable,
            .infer_schema = arrow_infer_schema,
            .column_metadata = engine_told_metadata,
            .read = arrow_read,
            .count_rows = arrow_count_rows,
            .supports_type = arrow_supports_type,
            .extension = arrow_extension,
            .open_writer = arrow_open_writer,
            .write = arrow_write,
            .close_writer = arrow_close_writer },
  .class_name = "Parquet",
  .tells_types = TRUE,
};

static const RushArrowFormat orc_format = {
  .base = { .name = "orc",
            .title = "ORC",
            .batched = TRUE,
            .is_splittable = arrow_is_splittable,
            .infer_schema = arrow_infer_schema,
            .read = arrow_read,
            .count_rows = arrow_count_rows,
            .supports_type = arrow_supports_type,
            .extension = arrow_extension,
            .open_writer = arrow_open_writer,
            .write = arrow_write,
            .close_writer = arrow_close_writer },
  .class_name = "Orc",
};

void
engine_register_arrow_formats (void)
{
  rush_file_format_register (&parquet_format.base);
  rush_file_format_register (&orc_format.base);
}
