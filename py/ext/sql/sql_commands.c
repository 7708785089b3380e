/* sql_commands.c - plans that act: SqlSession.analyze () runs them and gives their result.
 *
 * What SQL text can say as well, the package says in SQL; here is what needs a plan of the user's.
 */
#include "py/ext/sql/sql_private.h"

/* plan_create_view (name, child, replace, global) */
static PyObject *
plan_create_view (PyObject *module, PyObject *args)
{
  const char *name;
  RushPlan *child;
  int replace, global;
  if (!PyArg_ParseTuple (args, "sO&pp", &name, engine_plan_converter, &child, &replace, &global))
    return NULL;
  RushCommand *command = rush_command_new (RUSH_COMMAND_CREATE_VIEW);
  command->flags = RUSH_COMMAND_TEMPORARY | (replace ? RUSH_COMMAND_REPLACE : 0) |
                   (global ? RUSH_COMMAND_GLOBAL : 0);
  const char *const names[] = { name, NULL };
  command->names = g_strdupv ((char **)names);
  return engine_plan_wrap (rush_plan_command (command, rush_plan_ref (child)), NULL);
}

/* key, value … of a dict of str; NULL with an exception set. */
static GPtrArray *
pairs_from_dict (PyObject *dict)
{
  g_autoptr (GPtrArray) pairs = g_ptr_array_new_with_free_func (g_free);
  PyObject *key, *value;
  Py_ssize_t position = 0;
  while (PyDict_Next (dict, &position, &key, &value))
    {
      const char *k = PyUnicode_AsUTF8 (key);
      const char *v = k ? PyUnicode_AsUTF8 (value) : NULL;
      if (v == NULL)
        return NULL;
      g_ptr_array_add (pairs, g_strdup (k));
      g_ptr_array_add (pairs, g_strdup (v));
    }
  return g_steal_pointer (&pairs);
}

static gboolean
save_mode (const char *name, RushSaveMode *out)
{
  static const char *const NAMES[] = { [RUSH_SAVE_ERROR_IF_EXISTS] = "errorifexists",
                                       [RUSH_SAVE_APPEND] = "append",
                                       [RUSH_SAVE_OVERWRITE] = "overwrite",
                                       [RUSH_SAVE_IGNORE] = "ignore" };
  for (guint i = 0; i < G_N_ELEMENTS (NAMES); i++)
    if (g_str_equal (NAMES[i], name))
      {
        *out = i;
        return TRUE;
      }
  PyErr_Format (PyExc_ValueError, "no mode of saving is called %s", name);
  return FALSE;
}

/* plan_write (format, mode, location or None, table or None, options, (partition columns, bucket
 * columns, columns that buckets are sorted by), buckets, child): a table is made of the query if it
 * is not there */
static PyObject *
plan_write (PyObject *module, PyObject *args)
{
  const char *format, *mode_name, *location;
  PyObject *options;
  g_auto (GStrv) table = NULL, partitioning = NULL, buckets = NULL, sorting = NULL;
  unsigned int n_buckets;
  RushPlan *child;
  RushSaveMode mode;
  if (!PyArg_ParseTuple (
          args, "sszO&O!(O&O&O&)IO&", &format, &mode_name, &location, engine_strv_converter, &table,
          &PyDict_Type, &options, engine_strv_converter, &partitioning, engine_strv_converter,
          &buckets, engine_strv_converter, &sorting, &n_buckets, engine_plan_converter, &child) ||
      !save_mode (mode_name, &mode))
    return NULL;
  g_autoptr (GPtrArray) pairs = pairs_from_dict (options);
  if (pairs == NULL)
    return NULL;
  RushCommand *command =
      rush_command_new (table != NULL ? RUSH_COMMAND_CREATE_TABLE_AS : RUSH_COMMAND_WRITE);
  command->text = g_strdup (format);
  command->save_mode = mode;
  command->location = g_strdup (location);
  command->names = g_steal_pointer (&table);
  command->partitioning = g_steal_pointer (&partitioning);
  command->bucket_columns = g_steal_pointer (&buckets);
  command->sort_columns = g_steal_pointer (&sorting);
  command->n_buckets = n_buckets;
  command->options = g_steal_pointer (&pairs);
  return engine_plan_wrap (rush_plan_command (command, rush_plan_ref (child)), NULL);
}

/* plan_insert (table, overwrite, by_name, child) */
static PyObject *
plan_insert (PyObject *module, PyObject *args)
{
  g_auto (GStrv) table = NULL;
  int overwrite, by_name;
  RushPlan *child;
  if (!PyArg_ParseTuple (args, "O&ppO&", engine_strv_converter, &table, &overwrite, &by_name,
                         engine_plan_converter, &child))
    return NULL;
  RushCommand *command = rush_command_new (RUSH_COMMAND_INSERT);
  command->flags = (overwrite ? RUSH_COMMAND_OVERWRITE : 0) | (by_name ? RUSH_COMMAND_BY_NAME : 0);
  command->names = g_steal_pointer (&table);
  return engine_plan_wrap (rush_plan_command (command, rush_plan_ref (child)), NULL);
}

PyMethodDef engine_command_functions[] = {
  { "plan_create_view", plan_create_view, METH_VARARGS,
    "plan_create_view (name, child, replace, global) -> Plan" },
  { "plan_write", plan_write, METH_VARARGS,
    "plan_write (format, mode, location or None, table or None, options, (partitioning, bucket "
    "columns, sort columns), buckets, child) -> Plan" },
  { "plan_insert", plan_insert, METH_VARARGS,
    "plan_insert (table, overwrite, by_name, child) -> Plan" },
  { NULL }
};
