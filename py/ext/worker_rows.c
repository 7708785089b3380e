/* worker_rows.c - rows of a table in a worker: df.rdd, functions of Python over columns, and RDDs
 * that become DataFrames.
 *
 *     batch of columns ──▶ Row, Row …  ─chain─▶  tuple, tuple … ──▶ batch of columns
 *
 * A batch's rows are made together, a column at a time (py/ext/values).
 */
#include "py/ext/values/values.h"
#include "py/ext/worker_private.h"

#define BATCH_BYTES (1024 * 1024)

static PyObject *row_class; /* rushlight.sql.row.Row */

gboolean
values_raise (GError *error)
{
  return worker_raise (error);
}

static gboolean
rows_ready (void)
{
  if (row_class != NULL)
    return TRUE;
  PyObject *module = PyImport_ImportModule ("rushlight.sql.row");
  if (module == NULL)
    return FALSE;
  row_class = PyObject_GetAttrString (module, "Row");
  Py_DECREF (module);
  return row_class != NULL && values_ready ();
}

/* ── input ── */

/* All rows of the next batch, in self->run. */
static gboolean
make_rows (WorkerInput *self)
{
  if (!rows_ready () || !worker_input_next_batch (self))
    return FALSE;
  if (self->names == NULL)
    self->names = values_names (rush_schema_to_type (self->schema));
  self->at = 0;
  self->run = self->names != NULL ? PyList_New (0) : NULL;
  self->row = self->batch->length;
  return self->run != NULL && values_append_rows (self->run, self->batch, self->names, row_class);
}

PyObject *
worker_rows_next (Stage *stage)
{
  WorkerInput *self = (WorkerInput *)stage;

  while (self->run == NULL || self->at == PyList_GET_SIZE (self->run))
    {
      Py_CLEAR (self->run);
      if (!make_rows (self))
        return NULL;
    }
  self->objects++;
  return worker_take_item (self->run, self->at++);
}

/* ── output ── */

static gboolean
append_row (WorkerOutput *self, PyObject *row)
{
  PyObject *values = PyTuple_Check (row) ? Py_NewRef (row) : PySequence_Tuple (row);
  gboolean ok = values != NULL && values_append_row (self->builder, self->schema, values);
  Py_XDECREF (values);
  if (!ok)
    return FALSE;
  self->objects++;
  if (!rush_batch_builder_is_full (self->builder) &&
      rush_batch_builder_memory_bytes (self->builder) < BATCH_BYTES)
    return TRUE;
  return worker_output_flush (self);
}

gboolean
worker_output_rows (WorkerChannel *channel, WorkerChain *chain, RushSchema *columns,
                    gint64 *out_objects)
{
  Stage *source = worker_chain_end (chain);
  WorkerOutput output;
  gboolean ok = rows_ready ();
  PyObject *x;

  worker_output_init (&output, channel, rush_schema_ref (columns));
  while (ok && (x = source->next (source)) != NULL)
    {
      ok = append_row (&output, x);
      Py_DECREF (x);
    }
  ok = ok && !PyErr_Occurred () && worker_output_flush (&output);
  *out_objects = output.objects;
  worker_output_clear (&output);
  return ok;
}
