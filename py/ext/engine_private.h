/* engine_private.h - the pieces of rushlight._engine: the driver's side of Python.
 *
 *   engine_module.c    the module, the trace hook
 *   engine_context.c   Context: one application
 *   engine_sources.c   Context's methods that make the first RDDs of a lineage
 *   engine_sharing.c   Broadcast; Context's methods for files that workers read
 *   engine_python.c    Context's methods that make RDDs of Python's functions and shuffles
 *   engine_outputs.c   Context's methods that save RDDs
 *   engine_layout.c    Context's methods that put partitions together in other ways
 *   engine_jobs.c      Context's methods that run and cancel jobs
 *   engine_job.c       Job: one that runs while Python goes on
 *   engine_status.c    Context's methods that say how jobs and stages are
 *   engine_pictures.c  DAGs of RDDs and jobs
 *   engine_executions.c  SQL executions, and DAGs of their plans
 *   engine_storage.c   Context's methods for what is computed once and kept
 *   engine_rdd.c       Rdd: a handle on a lineage node
 *   engine_error.c     GError → Python exception
 *
 * GIL: released around everything that may wait (jobs, stop, file listings, rendering), never taken
 *      by an engine thread.  No engine object holds a Python object, so that a last unref on an
 *      engine thread touches none.
 * Fork: engine threads do not follow into a fork of the program, and locks may stay locked there.
 *      A handle knows its process; in another one it refuses to work and is left as it is.
 */
#pragma once

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <sys/types.h>

#include "core/viz/dag.h"
#include "py/runner/python_rdd.h"
#include "rdd/context.h"

/* ── handles ── */

typedef struct
{
  PyObject_HEAD RushContext *context; /* (owned); NULL before __init__ */
  RushPythonWorkers *workers;         /* (owned) */
  pid_t process;                      /* that made it */
} EngineContext;

typedef struct
{
  PyObject_HEAD RushRdd *rdd; /* (owned) */
  RushContext *context;       /* (owned) */
  pid_t process;              /* that made it */
} EngineRdd;

typedef struct
{
  PyObject_HEAD RushPythonBroadcast *broadcast; /* (owned) */
  pid_t process;                                /* that made it */
} EngineBroadcast;

extern PyTypeObject EngineContext_Type;
extern PyTypeObject EngineJob_Type;
extern PyTypeObject EngineBroadcast_Type;
extern PyTypeObject EngineRdd_Type;

/* Takes over @rdd. */
PyObject *engine_rdd_wrap (RushContext *context, RushRdd *rdd);

/* ── calls: where in the user's program an RDD or job was asked for ── */

typedef struct
{
  const char *operator_name;
  const char *short_form;
  const char *long_form;
} EngineCall;

/* For PyArg_ParseTuple "O&": a tuple of three str, borrowed from the arguments. */
int engine_call_converter (PyObject *object, void *out_call);
/* For PyArg_ParseTuple "O&": guint *, of an int from 0 to 2147483647, what Spark's numbers are. */
int engine_count_converter (PyObject *object, void *out_guint);
void engine_call_push (const EngineCall *call);
void engine_call_pop (void);

/* Wraps what a method of @self has made, which it takes over, and tells the trace of it. */
PyObject *engine_made (EngineContext *self, const char *method, const char *arguments,
                       Py_ssize_t bytes, RushRdd *made);

/* Makes a node under the user's call site and returns its handle from the method it stands in. */
#define ENGINE_MAKE_RDD(self, call, method, arguments, bytes, expression)                          \
  G_STMT_START                                                                                     \
  {                                                                                                \
    engine_call_push (call);                                                                       \
    RushRdd *made = (expression);                                                                  \
    engine_call_pop ();                                                                            \
    return engine_made (self, method, arguments, bytes, made);                                     \
  }                                                                                                \
  G_STMT_END

/* ── errors ── */

/* Raises what the package's error factory makes of @error, and frees it; returns NULL. */
PyObject *engine_raise (GError *error);
PyObject *engine_set_error_factory (PyObject *module, PyObject *factory);
PyObject *engine_sql_error_class (PyObject *module, PyObject *name);
/* FALSE with an exception set if the context was never made, or was by another process. */
gboolean engine_context_ready (EngineContext *self);

/* ── the bridge trace ── */

PyObject *engine_set_trace (PyObject *module, PyObject *callable);
/* Tells the trace hook, if there is one, of a call into the engine: its name, the handle of the RDD
 * it made or used (−1: none) and the bytes that crossed.  FALSE: the hook raised. */
gboolean engine_trace (const char *name, long handle, const char *arguments, Py_ssize_t bytes);

/* ── jobs ── */

/* NULL with an exception set, unless all keys and values are str. */
GHashTable *engine_properties_from_dict (PyObject *dict);
/* The records of a partition's batches as a list: lines and runs as bytes, those of a zip as tuples
 * of their columns. */
PyObject *engine_records_from_batches (GPtrArray *batches, Py_ssize_t *inout_bytes);
PyObject *engine_submit_job (EngineContext *self, PyObject *args);
/* What surrounds a job that this thread waits for: Ctrl-C cancels it, progress is told. */
RushJobOptions engine_job_options (const EngineCall *call, const char *cause,
                                   GHashTable *properties);
/* After it, with the GIL; keeps the exception that interrupted it. */
void engine_end_progress (void);

/* ── the progress of jobs ── */

PyObject *engine_set_progress (PyObject *module, PyObject *callable);

/* ── broadcasts ── */

/* Those of a list of handles, borrowed; NULL with an exception set. (transfer container) */
RushPythonBroadcast **engine_broadcasts_from_list (PyObject *list);

/* ── methods, one table a file ── */

extern PyMethodDef engine_context_methods[];
extern PyMethodDef engine_sources_methods[];
extern PyMethodDef engine_outputs_methods[];
extern PyMethodDef engine_python_methods[];
extern PyMethodDef engine_sharing_methods[];
extern PyMethodDef engine_layout_methods[];
extern PyMethodDef engine_jobs_methods[];
extern PyMethodDef engine_storage_methods[];
extern PyMethodDef engine_plugins_methods[];
extern PyMethodDef engine_plugins_functions[];                 /* of the module */
PyObject *engine_plugins_to_list (const RushPlugins *plugins); /* of (seam, part) */
extern PyMethodDef engine_status_methods[];
extern PyMethodDef engine_pictures_methods[];
extern PyMethodDef engine_executions_methods[];

PyObject *engine_rdd_dag (EngineRdd *self, PyObject *format);
/* @dot (taken over) as bytes in the format that @format_name names. */
PyObject *engine_picture_of_dot (char *dot, PyObject *format_name);
/* What a metric has come to in an execution (−1: the newest): a RushMetricLookUp, of what is in
 * EngineMetrics @source. */
typedef struct
{
  RushSqlStats *stats; /* (unowned) */
  gint64 execution_id;
} EngineMetrics;
gboolean engine_metric_look_up (gint64 accumulator_id, gpointer source, gint64 *out);
