/* engine_outputs.c - Context's methods that save an RDD into a folder of files, by a job. */
#include "py/ext/engine_private.h"

#include "rdd/action/save_as_sequence_file.h"
#include "rdd/action/save_as_text_file.h"

/* A job that saves, with all that is its own bound into @data. */
typedef gboolean (*Save) (EngineContext *self, RushRdd *rdd, const char *path, gconstpointer data,
                          const RushJobOptions *options, GError **error);

static PyObject *
run_save (EngineContext *self, EngineRdd *rdd, const char *path, PyObject *property_dict,
          const EngineCall *call, const char *method, Save save, gconstpointer data)
{
  g_autoptr (GHashTable) properties = engine_properties_from_dict (property_dict);
  if (properties == NULL)
    return NULL;
  RushJobOptions options = engine_job_options (call, "action", properties);
  GError *error = NULL;
  gboolean ok;
  Py_BEGIN_ALLOW_THREADS ok = save (self, rdd->rdd, path, data, &options, &error);
  Py_END_ALLOW_THREADS engine_end_progress ();
  if (!ok)
    return engine_raise (error);
  if (PyErr_Occurred () != NULL)
    return NULL;
  if (!engine_trace (method, rdd->rdd->id, path, 0))
    return NULL;
  Py_RETURN_NONE;
}

/* The packing that a codec's class names; none for NULL. FALSE with an exception set. */
static gboolean
packing_from_codec (const char *codec, RushPacking *out)
{
  GError *error = NULL;

  *out = RUSH_PACKING_NONE;
  if (codec == NULL || rush_packing_of_codec (codec, out, &error))
    return TRUE;
  engine_raise (error);
  return FALSE;
}

/* Hadoop's newer output formats call what a reducer has written so. */
static const char *
prefix_of (int new_api)
{
  return new_api ? "part-r-" : NULL;
}

/* ── text ── */

typedef struct
{
  RushPacking packing;
  const char *prefix;
} TextOutput;

static gboolean
save_text (EngineContext *self, RushRdd *rdd, const char *path, gconstpointer data,
           const RushJobOptions *options, GError **error)
{
  const TextOutput *output = data;

  return rush_rdd_save_as_packed_text_file (self->context, rdd, path, output->packing,
                                            output->prefix, options, error);
}

static PyObject *
context_save_as_text_file (EngineContext *self, PyObject *args)
{
  EngineRdd *rdd;
  const char *path, *codec;
  int new_api;
  PyObject *properties;
  EngineCall call;
  TextOutput output;
  if (!PyArg_ParseTuple (args, "O!szpO!O&", &EngineRdd_Type, &rdd, &path, &codec, &new_api,
                         &PyDict_Type, &properties, engine_call_converter, &call) ||
      !engine_context_ready (self) || !packing_from_codec (codec, &output.packing))
    return NULL;
  output.prefix = prefix_of (new_api);
  return run_save (self, rdd, path, properties, &call, "Context.save_as_text_file", save_text,
                   &output);
}

/* ── sequence files ── */

static gboolean
save_sequence (EngineContext *self, RushRdd *rdd, const char *path, gconstpointer output,
               const RushJobOptions *options, GError **error)
{
  return rush_rdd_save_as_sequence_file (self->context, rdd, path, output, options, error);
}

static PyObject *
context_save_as_sequence_file (EngineContext *self, PyObject *args)
{
  EngineRdd *rdd;
  const char *path, *codec;
  int in_blocks, new_api;
  PyObject *properties;
  EngineCall call;
  RushSequenceOutput output = { 0 };
  if (!PyArg_ParseTuple (args, "O!ssszppO!O&", &EngineRdd_Type, &rdd, &path, &output.key_class,
                         &output.value_class, &codec, &in_blocks, &new_api, &PyDict_Type,
                         &properties, engine_call_converter, &call) ||
      !engine_context_ready (self) || !packing_from_codec (codec, &output.packing))
    return NULL;
  output.prefix = prefix_of (new_api);
  output.kind = codec == NULL ? RUSH_SEQUENCE_PLAIN
                : in_blocks   ? RUSH_SEQUENCE_BLOCKS
                              : RUSH_SEQUENCE_RECORDS;
  return run_save (self, rdd, path, properties, &call, "Context.save_as_sequence_file",
                   save_sequence, &output);
}

static gboolean
save_objects (EngineContext *self, RushRdd *rdd, const char *path, gconstpointer unused,
              const RushJobOptions *options, GError **error)
{
  return rush_rdd_save_as_object_file (self->context, rdd, path, options, error);
}

static PyObject *
context_save_as_object_file (EngineContext *self, PyObject *args)
{
  EngineRdd *rdd;
  const char *path;
  PyObject *properties;
  EngineCall call;
  if (!PyArg_ParseTuple (args, "O!sO!O&", &EngineRdd_Type, &rdd, &path, &PyDict_Type, &properties,
                         engine_call_converter, &call) ||
      !engine_context_ready (self))
    return NULL;
  return run_save (self, rdd, path, properties, &call, "Context.save_as_object_file", save_objects,
                   NULL);
}

PyMethodDef engine_outputs_methods[] = {
  { "save_as_text_file", (PyCFunction)context_save_as_text_file, METH_VARARGS,
    "save_as_text_file (rdd of lines, path, codec or None, new_api, properties, call)" },
  { "save_as_sequence_file", (PyCFunction)context_save_as_sequence_file, METH_VARARGS,
    "save_as_sequence_file (rdd of records, path, key_class, value_class, codec or None, "
    "in_blocks, new_api, properties, call)" },
  { "save_as_object_file", (PyCFunction)context_save_as_object_file, METH_VARARGS,
    "save_as_object_file (rdd of runs, path, properties, call)" },
  { NULL },
};
