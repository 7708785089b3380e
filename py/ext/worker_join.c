/* worker_join.c - joinSides: the values of one key, tagged with their sides → pairs of them.
 *
 *     k: (1, a) (2, x) (1, b) (2, y)   ──▶   left  [a, b]    ──▶   (a, x) (a, y) (b, x) (b, y)
 *                                            right [x, y]
 *
 * Pairs are made one at a time, as they are asked for: a key with 10,000 values on each side has a
 * hundred million of them.
 *
 * Mirrors: dispatch () in pyspark.join, whose loops are Python's.
 */
#include "py/ext/worker_private.h"

/* Puts the value of (side, value) into its list; other sides are nobody's. */
static gboolean
take_side (PyObject *pair, PyObject *const *sides, PyObject *place)
{
  PyObject *side = worker_item (pair, 0, place);
  PyObject *value = side != NULL ? worker_item (pair, 1, place) : NULL;
  long number = value != NULL ? PyLong_AsLong (side) : 0;
  gboolean ok = value != NULL && !(number == -1 && PyErr_Occurred ());

  if (ok && (number == 1 || number == 2))
    ok = PyList_Append (sides[number - 1], value) == 0;
  Py_XDECREF (side);
  Py_XDECREF (value);
  return ok;
}

/* A side that has no values gets a None, if @fill is true. */
static gboolean
fill_side (PyObject *side, PyObject *fill)
{
  if (PyList_GET_SIZE (side) > 0)
    return TRUE;
  int wanted = PyObject_IsTrue (fill);
  return wanted == 0 || (wanted > 0 && PyList_Append (side, Py_None) == 0);
}

static gboolean
split_sides (PyObject *tagged, PyObject *const *sides, PyObject *place)
{
  Walk values = { 0 };
  gboolean ok = TRUE;
  PyObject *pair;

  Py_INCREF (tagged);
  if (!walk_begin (&values, tagged))
    {
      worker_explain (place, "result", tagged);
      Py_DECREF (tagged);
      return FALSE;
    }
  while (ok && (pair = walk_next (&values)) != NULL)
    {
      ok = take_side (pair, sides, place);
      Py_DECREF (pair);
    }
  walk_clear (&values);
  return ok && !PyErr_Occurred ();
}

gboolean
worker_walk_sides (Walk *walk, PyObject *tagged, PyObject *fill_left, PyObject *fill_right,
                   PyObject *place)
{
  PyObject *sides[2] = { PyList_New (0), PyList_New (0) };

  if (sides[0] != NULL && sides[1] != NULL && split_sides (tagged, sides, place) &&
      fill_side (sides[0], fill_left) && fill_side (sides[1], fill_right))
    {
      *walk = (Walk){ .kind = WALK_PRODUCT, .walked = sides[0], .right = sides[1] };
      return TRUE;
    }
  Py_XDECREF (sides[0]);
  Py_XDECREF (sides[1]);
  return FALSE;
}

PyObject *
worker_walk_product (Walk *walk)
{
  if (walk->at_right == PyList_GET_SIZE (walk->right))
    {
      walk->at++;
      walk->at_right = 0;
    }
  if (walk->at >= PyList_GET_SIZE (walk->walked) || PyList_GET_SIZE (walk->right) == 0)
    return NULL;
  PyObject *left = PyList_GET_ITEM (walk->walked, walk->at);
  PyObject *right = PyList_GET_ITEM (walk->right, walk->at_right++);
  Py_INCREF (left);
  Py_INCREF (right);
  return worker_tuple_two (left, right);
}
