/* partition_folders.c - what the path of a folder says, and whether all paths say it alike.
 *
 * The walk up from a folder to its root collects name=value components; it ends at the root, or at
 * a component of another form above one of this.  All folders must name the same columns in the
 * same order, below the same place: anything else is most likely two tables, or none.  Once some
 * folders have values, files that lie in none of these are no part of the table, as in Spark.
 */
#include "sql/sources/partition_folders.h"

#include "sql/sources/partition_values.h"
#include "sql/types/sql_error.h"

#include <string.h>

void
rush_partition_folder_free (RushPartitionFolder *self)
{
  g_free (self->path);
  g_free (self->base);
  g_ptr_array_unref (self->names);
  g_ptr_array_unref (self->texts);
  g_free (self);
}

/* One component "name=value", put before those below it. */
static gboolean
take_component (RushPartitionFolder *self, const char *component)
{
  const char *equals = strchr (component, '=');
  char *text;

  if (equals == NULL || equals == component || equals[1] == '\0')
    return FALSE;
  text = rush_partition_unescape (equals + 1, strlen (equals + 1));
  if (strcmp (text, RUSH_DEFAULT_PARTITION) == 0)
    g_clear_pointer (&text, g_free);
  g_ptr_array_insert (self->names, 0,
                      rush_partition_unescape (component, (gsize)(equals - component)));
  g_ptr_array_insert (self->texts, 0, text);
  return TRUE;
}

RushPartitionFolder *
rush_partition_folder_new (const char *path, RushIsBase is_base, gpointer data)
{
  RushPartitionFolder *self = g_new0 (RushPartitionFolder, 1);
  g_autofree char *at = g_strdup (path);

  self->path = g_strdup (path);
  self->names = g_ptr_array_new_with_free_func (g_free);
  self->texts = g_ptr_array_new_with_free_func (g_free);
  while (strcmp (at, "/") != 0 && !is_base (at, data))
    {
      g_autofree char *component = g_path_get_basename (at);
      char *parent;

      if (!take_component (self, component) && self->names->len > 0)
        break;
      parent = g_path_get_dirname (at);
      g_free (at);
      at = parent;
    }
  if (self->names->len > 0)
    self->base = g_steal_pointer (&at);
  return self;
}

/* ---- do they go together? ---- */

static gboolean
same_names (const RushPartitionFolder *a, const RushPartitionFolder *b)
{
  if (a->names->len != b->names->len)
    return FALSE;
  for (guint i = 0; i < a->names->len; i++)
    if (strcmp (g_ptr_array_index (a->names, i), g_ptr_array_index (b->names, i)) != 0)
      return FALSE;
  return TRUE;
}

static void
set_conflicting_bases (const GPtrArray *folders, GError **error)
{
  g_autoptr (GString) paths = g_string_new ("\n\t");
  g_autoptr (GHashTable) known = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < folders->len; i++)
    {
      const RushPartitionFolder *folder = g_ptr_array_index (folders, i);
      const char *base = folder->base != NULL ? folder->base : folder->path;

      if (g_hash_table_add (known, (gpointer)base))
        g_string_append_printf (paths, "%sfile:%s", g_hash_table_size (known) > 1 ? "\n\t" : "",
                                base);
    }
  g_string_append_c (paths, '\n');
  rush_sql_error_set (error, RUSH_SQL_CLASS_CONFLICTING_DIRECTORY_STRUCTURES, NULL,
                      "discoveredBasePaths", paths->str, NULL);
}

static void
set_conflicting_names (const GPtrArray *folders, GError **error)
{
  g_autoptr (GString) lists = g_string_new ("\n\t");
  g_autoptr (GString) paths = g_string_new ("\n\t");
  g_autoptr (GHashTable) known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < folders->len; i++)
    {
      const RushPartitionFolder *folder = g_ptr_array_index (folders, i);
      g_autoptr (GPtrArray) names = g_ptr_array_new ();
      char *list;

      for (guint n = 0; n < folder->names->len; n++)
        g_ptr_array_add (names, g_ptr_array_index (folder->names, n));
      g_ptr_array_add (names, NULL);
      list = g_strjoinv (", ", (char **)names->pdata);
      g_string_append_printf (paths, "%sfile:%s", i > 0 ? "\n\t" : "", folder->path);
      if (!g_hash_table_contains (known, list))
        g_string_append_printf (lists, "%sPartition column name list #%u: %s",
                                g_hash_table_size (known) > 0 ? "\n\t" : "",
                                g_hash_table_size (known), list);
      g_hash_table_add (known, list);
    }
  g_string_append_c (lists, '\n');
  g_string_append_c (paths, '\n');
  rush_sql_error_set (error, RUSH_SQL_CLASS_CONFLICTING_PARTITION_COLUMN_NAMES, NULL,
                      "distinctPartColLists", lists->str, "suspiciousPaths", paths->str, NULL);
}

GPtrArray *
rush_partition_folders_choose (const GPtrArray *folders, guint *out_numbers, GError **error)
{
  g_autoptr (GPtrArray) with = g_ptr_array_new ();
  const RushPartitionFolder *first = NULL;
  gboolean same_base = TRUE, same_columns = TRUE;

  for (guint i = 0; i < folders->len; i++)
    {
      RushPartitionFolder *folder = g_ptr_array_index (folders, i);

      out_numbers[i] = folder->base != NULL ? with->len : G_MAXUINT;
      if (folder->base == NULL)
        continue;
      g_ptr_array_add (with, folder);
      first = first != NULL ? first : folder;
      same_base = same_base && strcmp (folder->base, first->base) == 0;
      same_columns = same_columns && same_names (folder, first);
    }
  for (guint i = 0; first != NULL && i < folders->len; i++)
    {
      const RushPartitionFolder *folder = g_ptr_array_index (folders, i);

      same_base = same_base && (folder->base != NULL || strcmp (folder->path, first->base) == 0);
    }
  if (!same_base)
    set_conflicting_bases (folders, error);
  else if (!same_columns)
    set_conflicting_names (with, error);
  else
    return g_steal_pointer (&with);
  return NULL;
}
