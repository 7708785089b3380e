/* sim_chaos.c - random faults: programs without data under them, scripts of them, the smallest of
 * them that does harm.
 *
 *   A case is (seed, executors, least, most, keep, on): faults drawn for so many executors, so many
 *   of them; keep: a list of the numbers of those that come true, or None: all; on: how many
 *   executors there are, 0: as many.
 *
 *   _engine.chaos_run (*case)       a random program without data
 *     -> dict: violations (list of sentences), n_faults, n_jobs, n_failed_jobs, reason (of the
 *        first that failed, or None), n_events, digest, seconds
 *   _engine.chaos_scenario (*case)  -> its scenario, as JSON text
 *   _engine.chaos_script (*case, seconds, n_tasks, n_shuffles, n_kept_rdds)   for real programs
 *     -> (scenario, settings: dict, n_faults)
 *   _engine.chaos_shrink (keep, executors, fails)    fails (keep, executors) -> bool runs a case
 *     -> (keep, executors, how many runs that took)
 *
 * GIL: let go while a program runs.
 */
#include "py/ext/sim/sim_private.h"

#include "sim/chaos/chaos_run.h"
#include "sim/chaos/chaos_script.h"
#include "sim/chaos/chaos_shrink.h"

/* ---- cases ---- */

typedef struct
{
  RushChaosSpec spec;
  gboolean *keep; /* (owned) as long as the highest number, or NULL */
} Case;

/* Numbers beyond @n are of no fault.  NULL without an exception: all are kept. */
static gboolean *
read_keep (PyObject *numbers, guint n)
{
  gboolean *keep;

  if (numbers == Py_None)
    return NULL;
  keep = g_new0 (gboolean, n + 1);
  for (Py_ssize_t i = 0; i < PyList_GET_SIZE (numbers); i++)
    {
      unsigned long number = PyLong_AsUnsignedLong (PyList_GET_ITEM (numbers, i));

      if (PyErr_Occurred ())
        break;
      if (number < n)
        keep[number] = TRUE;
    }
  return keep;
}

static gboolean
case_read (Case *self, unsigned long long seed, guint n_executors, guint least, guint most,
           PyObject *keep, guint on)
{
  self->spec = (RushChaosSpec){ .seed = seed,
                                .n_executors = n_executors,
                                .min_faults = least,
                                .max_faults = most,
                                .on_executors = on };
  if (keep != Py_None && !PyList_Check (keep))
    {
      PyErr_SetString (PyExc_TypeError, "keep is a list of numbers, or None");
      return FALSE;
    }
  self->keep = read_keep (keep, most);
  self->spec.keep = self->keep;
  return !PyErr_Occurred ();
}

static gboolean
case_parse (Case *self, PyObject *args)
{
  unsigned long long seed;
  guint n_executors, least, most, on;
  PyObject *keep;

  return PyArg_ParseTuple (args, "KIIIOI", &seed, &n_executors, &least, &most, &keep, &on) &&
         case_read (self, seed, n_executors, least, most, keep, on);
}

/* ---- programs without data ---- */

PyObject *
engine_sim_sentences (const GPtrArray *texts)
{
  PyObject *list = PyList_New (texts->len);

  for (guint i = 0; list != NULL && i < texts->len; i++)
    {
      PyObject *text = PyUnicode_FromString (g_ptr_array_index (texts, i));

      if (text == NULL)
        Py_CLEAR (list);
      else
        PyList_SET_ITEM (list, i, text);
    }
  return list;
}

static PyObject *
verdict_to_dict (const RushChaosVerdict *self)
{
  PyObject *violations = engine_sim_sentences (self->violations);

  if (violations == NULL)
    return NULL;
  return Py_BuildValue ("{s:N,s:I,s:I,s:I,s:z,s:K,s:K,s:d}", "violations", violations, "n_faults",
                        self->n_faults, "n_jobs", self->n_jobs, "n_failed_jobs",
                        self->n_failed_jobs, "reason", self->reason, "n_events",
                        (unsigned long long)self->n_events, "digest",
                        (unsigned long long)self->digest, "seconds", self->seconds);
}

static PyObject *
chaos_run (PyObject *module, PyObject *args)
{
  Case run = { 0 };
  RushChaosVerdict verdict = { 0 };
  GError *error = NULL;
  PyObject *result = NULL;
  gboolean ok;

  if (case_parse (&run, args))
    {
      Py_BEGIN_ALLOW_THREADS ok = rush_chaos_run (&run.spec, &verdict, &error);
      Py_END_ALLOW_THREADS result = ok ? verdict_to_dict (&verdict) : engine_raise (error);
    }
  rush_chaos_verdict_clear (&verdict);
  g_free (run.keep);
  return result;
}

static PyObject *
chaos_scenario (PyObject *module, PyObject *args)
{
  Case asked = { 0 };
  GError *error = NULL;
  PyObject *result = NULL;

  if (case_parse (&asked, args))
    {
      g_autofree char *text = rush_chaos_scenario (&asked.spec, &error);

      result = text != NULL ? PyUnicode_FromString (text) : engine_raise (error);
    }
  g_free (asked.keep);
  return result;
}

/* ---- scripts for programs with data ---- */

static PyObject *
settings_to_dict (const GPtrArray *settings)
{
  PyObject *dict = PyDict_New ();

  for (guint i = 0; dict != NULL && i < settings->len; i += 2)
    {
      PyObject *value = PyUnicode_FromString (g_ptr_array_index (settings, i + 1));

      if (value == NULL || PyDict_SetItemString (dict, g_ptr_array_index (settings, i), value) < 0)
        Py_CLEAR (dict);
      Py_XDECREF (value);
    }
  return dict;
}

static PyObject *
chaos_script (PyObject *module, PyObject *args)
{
  Case asked = { 0 };
  RushChaosAims aims = { 0 };
  unsigned long long seed;
  guint on;
  PyObject *keep, *result = NULL;

  if (!PyArg_ParseTuple (args, "KIIIOIdIII", &seed, &aims.n_executors, &aims.min_faults,
                         &aims.max_faults, &keep, &on, &aims.seconds, &aims.n_tasks,
                         &aims.n_shuffles, &aims.n_kept_rdds))
    return NULL;
  aims.seed = seed;
  if (aims.n_executors == 0 || aims.min_faults > aims.max_faults)
    return PyErr_Format (PyExc_ValueError, "%u executors, %u to %u faults", aims.n_executors,
                         aims.min_faults, aims.max_faults);
  if (case_read (&asked, seed, aims.n_executors, aims.min_faults, aims.max_faults, keep, on))
    {
      g_autoptr (RushChaosScript) script = rush_chaos_script_new (&aims);
      g_autofree char *text =
          rush_chaos_script_scenario (script, on > 0 ? on : aims.n_executors, asked.keep, "real");

      result =
          Py_BuildValue ("(sNI)", text, settings_to_dict (script->settings), script->faults->len);
    }
  g_free (asked.keep);
  return result;
}

/* ---- shrinking ---- */

typedef struct
{
  PyObject *fails;
  guint n_faults;
  const guint *numbers; /* of the faults that are looked at */
  gboolean broken;      /* an exception is set: nothing fails any more */
} Question;

static PyObject *
numbers_to_list (const guint *numbers, const gboolean *keep, guint n)
{
  PyObject *list = PyList_New (0);

  for (guint i = 0; list != NULL && i < n; i++)
    {
      PyObject *number = keep[i] ? PyLong_FromUnsignedLong (numbers[i]) : NULL;

      if (keep[i] && (number == NULL || PyList_Append (list, number) < 0))
        Py_CLEAR (list);
      Py_XDECREF (number);
    }
  return list;
}

static gboolean
ask (gpointer data, const gboolean *keep, guint n_executors)
{
  Question *self = data;
  PyObject *list, *answer;
  int truth;

  if (self->broken)
    return FALSE;
  list = numbers_to_list (self->numbers, keep, self->n_faults);
  answer = list != NULL ? PyObject_CallFunction (self->fails, "OI", list, n_executors) : NULL;
  truth = answer != NULL ? PyObject_IsTrue (answer) : -1;
  self->broken = truth < 0;
  Py_XDECREF (list);
  Py_XDECREF (answer);
  return truth > 0;
}

static PyObject *
chaos_shrink (PyObject *module, PyObject *args)
{
  Question question = { 0 };
  PyObject *keep, *result = NULL;
  guint n_executors, n_runs;

  if (!PyArg_ParseTuple (args, "O!IO", &PyList_Type, &keep, &n_executors, &question.fails))
    return NULL;
  question.n_faults = (guint)PyList_GET_SIZE (keep);
  g_autofree guint *numbers = g_new (guint, question.n_faults + 1);
  g_autofree gboolean *kept = g_new (gboolean, question.n_faults + 1);

  for (guint i = 0; i < question.n_faults; i++)
    {
      numbers[i] = (guint)PyLong_AsUnsignedLong (PyList_GET_ITEM (keep, i));
      kept[i] = TRUE;
    }
  if (PyErr_Occurred ())
    return NULL;
  question.numbers = numbers;
  n_runs = rush_chaos_shrink (question.n_faults, kept, &n_executors, ask, &question);
  if (!question.broken)
    result = Py_BuildValue ("(NII)", numbers_to_list (numbers, kept, question.n_faults),
                            n_executors, n_runs);
  return result;
}

PyMethodDef engine_chaos_functions[] = {
  { "chaos_run", chaos_run, METH_VARARGS, NULL },
  { "chaos_scenario", chaos_scenario, METH_VARARGS, NULL },
  { "chaos_script", chaos_script, METH_VARARGS, NULL },
  { "chaos_shrink", chaos_shrink, METH_VARARGS, NULL },
  { NULL, NULL, 0, NULL },
};
