/* engine_pictures.c - DAGs as pictures: of an RDD, of a job, of all jobs so far.
 *
 * An RDD that some job has computed is shown as the newest such job left it, with its numbers;
 * before that, as what an action would compute.
 */
#include "py/ext/engine_private.h"
#include "core/viz/dot.h"
#include "core/viz/render.h"

typedef enum
{
  FORMAT_DOT,
  FORMAT_SVG,
  FORMAT_PNG,
  FORMAT_PDF,
} Format;

static gboolean
format_from_object (PyObject *object, Format *out)
{
  static const char *const names[] = { "dot", "svg", "png", "pdf" };
  const char *name = PyUnicode_AsUTF8 (object);
  if (name == NULL)
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_str_equal (name, names[i]))
      {
        *out = i;
        return TRUE;
      }
  PyErr_Format (PyExc_ValueError, "a picture is 'svg', 'png', 'pdf' or 'dot', not '%s'", name);
  return FALSE;
}

/* Without the GIL; takes over @dot. */
static GBytes *
draw_dot (char *dot, Format format, GError **error)
{
  if (format == FORMAT_DOT)
    return g_bytes_new_take (dot, strlen (dot));
  static const RushPictureFormat pictures[] = { [FORMAT_SVG] = RUSH_PICTURE_SVG,
                                                [FORMAT_PNG] = RUSH_PICTURE_PNG,
                                                [FORMAT_PDF] = RUSH_PICTURE_PDF };
  GBytes *picture = rush_render_dot (dot, pictures[format], error);
  g_free (dot);
  return picture;
}

static GBytes *
draw (const RushDag *dag, Format format, GError **error)
{
  return draw_dot (rush_dag_to_dot (dag), format, error);
}

static PyObject *
bytes_or_raise (GBytes *picture, GError *error)
{
  if (picture == NULL)
    return engine_raise (error);
  gsize size;
  const char *data = g_bytes_get_data (picture, &size);
  PyObject *result = PyBytes_FromStringAndSize (data, (Py_ssize_t)size);
  g_bytes_unref (picture);
  return result;
}

PyObject *
engine_picture_of_dot (char *dot, PyObject *format_name)
{
  Format format;
  GError *error = NULL;
  GBytes *picture;
  if (!format_from_object (format_name, &format))
    {
      g_free (dot);
      return NULL;
    }
  Py_BEGIN_ALLOW_THREADS picture = draw_dot (dot, format, &error);
  Py_END_ALLOW_THREADS return bytes_or_raise (picture, error);
}

/* ── of an RDD ── */

static gboolean
job_computed_rdd (const RushJobSummary *job, gint rdd_id)
{
  for (guint s = 0; s < job->n_stages; s++)
    for (guint r = 0; r < job->stages[s].info->n_rdds; r++)
      if (job->stages[s].info->rdds[r]->rdd_id == rdd_id)
        return TRUE;
  return FALSE;
}

static RushJobSummary *
newest_job_of_rdd (RushJobStats *stats, gint rdd_id)
{
  g_autoptr (GArray) ids = rush_job_stats_job_ids (stats);
  for (guint i = ids->len; i-- > 0;)
    {
      g_autoptr (RushJobSummary) job = rush_job_stats_job (stats, g_array_index (ids, gint, i));
      if (job != NULL && job_computed_rdd (job, rdd_id))
        return g_steal_pointer (&job);
    }
  return NULL;
}

static GBytes *
draw_rdd (RushContext *context, RushRdd *rdd, Format format, GError **error)
{
  g_autoptr (RushJobSummary) job = newest_job_of_rdd (rush_context_job_stats (context), rdd->id);
  g_autoptr (RushDag) dag = job ? rush_dag_from_job (job) : rush_dag_from_rdd (rdd, error);
  if (dag == NULL)
    return NULL;
  rush_dag_show_kept (dag, rdd->lineage);
  return draw (dag, format, error);
}

PyObject *
engine_rdd_dag (EngineRdd *self, PyObject *format_name)
{
  Format format;
  if (!format_from_object (format_name, &format))
    return NULL;
  GError *error = NULL;
  GBytes *picture;
  Py_BEGIN_ALLOW_THREADS picture = draw_rdd (self->context, self->rdd, format, &error);
  Py_END_ALLOW_THREADS return bytes_or_raise (picture, error);
}

/* ── of jobs ── */

/* One job, or with @only_id −1 all that are remembered. */
static GBytes *
draw_jobs (RushJobStats *stats, gint only_id, Format format, GError **error)
{
  g_autoptr (GPtrArray) jobs =
      g_ptr_array_new_with_free_func ((GDestroyNotify)rush_job_summary_free);
  g_autoptr (GArray) ids = rush_job_stats_job_ids (stats);
  for (guint i = 0; i < ids->len; i++)
    {
      gint id = g_array_index (ids, gint, i);
      RushJobSummary *job = only_id < 0 || only_id == id ? rush_job_stats_job (stats, id) : NULL;
      if (job != NULL)
        g_ptr_array_add (jobs, job);
    }
  if (only_id >= 0 && jobs->len == 0)
    {
      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_NOT_FOUND,
                   "there is no job %d, or it is so long ago that it has been forgotten", only_id);
      return NULL;
    }
  g_autoptr (RushDag) dag =
      rush_dag_from_jobs ((const RushJobSummary *const *)jobs->pdata, jobs->len);
  return draw (dag, format, error);
}

static PyObject *
picture_of_jobs (EngineContext *self, gint only_id, PyObject *format_name)
{
  Format format;
  if (!engine_context_ready (self) || !format_from_object (format_name, &format))
    return NULL;
  GError *error = NULL;
  GBytes *picture;
  Py_BEGIN_ALLOW_THREADS picture =
      draw_jobs (rush_context_job_stats (self->context), only_id, format, &error);
  Py_END_ALLOW_THREADS return bytes_or_raise (picture, error);
}

static PyObject *
context_dag_job (EngineContext *self, PyObject *args)
{
  int id;
  PyObject *format;
  if (!PyArg_ParseTuple (args, "iO", &id, &format))
    return NULL;
  if (id < 0)
    {
      PyErr_SetString (PyExc_ValueError, "jobs are numbered from 0");
      return NULL;
    }
  return picture_of_jobs (self, id, format);
}

static PyObject *
context_dag_all (EngineContext *self, PyObject *format)
{
  return picture_of_jobs (self, -1, format);
}

/* ── of anything ── */

static PyObject *
context_draw_dot (EngineContext *self, PyObject *args)
{
  const char *text;
  PyObject *format;
  if (!PyArg_ParseTuple (args, "sO", &text, &format))
    return NULL;
  return engine_picture_of_dot (g_strdup (text), format);
}

PyMethodDef engine_pictures_methods[] = {
  { "dag_job", (PyCFunction)context_dag_job, METH_VARARGS,
    "dag_job (id, 'svg' | 'png' | 'pdf' | 'dot') -> bytes" },
  { "dag_all", (PyCFunction)context_dag_all, METH_O,
    "dag_all ('svg' | 'png' | 'pdf' | 'dot') -> bytes: every job so far in one picture" },
  { "draw_dot", (PyCFunction)context_draw_dot, METH_VARARGS,
    "draw_dot (text, 'svg' | 'png' | 'pdf' | 'dot') -> bytes: a graph in Graphviz' language" },
  { NULL }
};
