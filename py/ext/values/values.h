/* values.h - values of columns ⇄ objects of Python, for the driver and for workers.
 *
 *   boolean  tinyint…bigint  float double  string  binary     decimal  date
 *   bool     int             float         str     bytearray  Decimal  date
 *
 *   timestamp: datetime (naive, in the zone of the process)
 *
 *   day-time interval  array  map   struct
 *   timedelta          list   dict  Row: a subclass of tuple with __fields__
 *
 *   user-defined types: objects of their own classes, by serialize () and deserialize ()
 *
 * What Python gives is taken as PySpark takes it: str () of what is to be a string, true of a bool,
 * bytes for a bytearray, a tuple, dict or object for a struct.
 *
 * Errors:   an exception is set.  Whoever links these files has values_raise (), which sets the one
 *           that a GError becomes there.
 * Threads:  with the GIL.
 * Mirrors:  pyspark.sql.types (fromInternal, toInternal), EvaluatePython.
 */
#pragma once

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "core/data/builder.h"

/* Takes over @error; FALSE. */
gboolean values_raise (GError *error);

/* Imports what the others need, once.  FALSE with an exception set. */
gboolean values_ready (void);

/* (new reference) The value of a row that may be null. */
PyObject *value_to_python (const RushColumn *column, guint row, PyObject *row_class);
/* A row of @n values that the caller fills in by PyTuple_SET_ITEM. */
PyObject *values_row_new (PyObject *row_class, PyObject *names, Py_ssize_t n);
/* The names of a struct's fields, as a list. */
PyObject *values_names (const RushType *struct_type);
/* All rows of @batch, appended to @rows. */
gboolean values_append_rows (PyObject *rows, const RushBatch *batch, PyObject *names,
                             PyObject *row_class);

/* One value more in @builder. */
gboolean value_append (RushColumnBuilder *builder, const RushType *type, PyObject *value);
/* One row more, of a tuple with as many values as the schema has columns. */
gboolean values_append_row (RushBatchBuilder *builder, const RushSchema *schema, PyObject *row);
