/* file_index.c - from paths to files with the values of their folders.
 *
 *     paths ─resolve, glob─▶ roots ─walk─▶ files ─group by folder─▶ folders ─▶ partition columns
 *
 *     /sales (root)
 *       ├── _SUCCESS                    hidden: passed over
 *       ├── year=2023/a.csv             folder "year=2023": [("year", "2023")]
 *       └── year=2024/b.csv, c.csv      folder "year=2024": [("year", "2024")]
 *
 * Files come in the order of their paths, whatever order the file system has: the same files then
 * make the same tasks on every machine.
 */
#include "sql/sources/file_index.h"

#include "rdd/source/input_files.h"
#include "rdd/source/local_path.h"
#include "rdd/source/path_glob.h"
#include "sql/sources/partition_folders.h"
#include "sql/sources/partition_values.h"
#include "sql/types/datetime_text.h"

#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <string.h>
#include <sys/stat.h>

struct _RushFileIndex
{
  RushRefCount refs;
  GPtrArray *roots; /* char * */
  GPtrArray *files; /* RushPartitionedFile * */
  guint n_partitions;
  RushSchema *partition_schema;
  RushColumn **columns; /* partition_schema->n_fields of n_partitions rows */
};

/* Which files of a folder are wanted. */
typedef struct
{
  const char *name_pattern; /* pathGlobFilter, or NULL */
  gint64 after_us, before_us;
  gboolean recursive; /* recursiveFileLookup: folders' names mean nothing */
  char *base_path;    /* (owned) or NULL */
} Selection;

static void
file_free (gpointer data)
{
  RushPartitionedFile *self = data;

  g_free (self->path);
  g_free (self);
}

/* ---- what is wanted ---- */

static gboolean
parse_time (const RushOptions *options, const char *key, const RushEvalSettings *settings,
            gint64 fallback, gint64 *out, GError **error)
{
  const char *text = rush_options_get (options, key);
  const RushTimeZone *zone = rush_time_zone_get (settings->time_zone, error);

  if (zone == NULL)
    return FALSE;
  *out = fallback;
  if (text == NULL || rush_text_to_timestamp (text, strlen (text), zone, settings->now_us, out))
    return TRUE;
  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
               "The timestamp provided for the '%s' option is invalid. The expected format is "
               "'YYYY-MM-DDTHH:mm:ss', but the provided timestamp: %s",
               key, text);
  return FALSE;
}

static gboolean
read_selection (Selection *self, const RushOptions *options, const RushEvalSettings *settings,
                GError **error)
{
  const char *base = rush_options_get (options, "basePath");

  self->name_pattern = rush_options_get (options, "pathGlobFilter");
  if (self->name_pattern != NULL && strchr (self->name_pattern, '{') != NULL)
    {
      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_UNSUPPORTED,
                   "pathGlobFilter %s: a pattern here has no braces; the path itself may have them",
                   self->name_pattern);
      return FALSE;
    }
  if (base != NULL && (self->base_path = rush_local_path_resolve (base, error)) == NULL)
    return FALSE;
  return rush_options_get_bool (options, "recursiveFileLookup", FALSE, &self->recursive, error) &&
         parse_time (options, "modifiedAfter", settings, G_MININT64, &self->after_us, error) &&
         parse_time (options, "modifiedBefore", settings, G_MAXINT64, &self->before_us, error);
}

static gboolean
is_wanted (const Selection *self, const char *name, gint64 modified_us)
{
  return (self->name_pattern == NULL || fnmatch (self->name_pattern, name, 0) == 0) &&
         modified_us > self->after_us && modified_us < self->before_us;
}

static gboolean
is_hidden (const char *name)
{
  return name[0] == '.' || (name[0] == '_' && strchr (name, '=') == NULL) ||
         g_str_has_suffix (name, "._COPYING_");
}

/* ---- the walk ---- */

static gint64
modified_us (const struct stat *status)
{
  return (gint64)status->st_mtim.tv_sec * G_USEC_PER_SEC + status->st_mtim.tv_nsec / 1000;
}

static void
add_file (RushFileIndex *self, const Selection *selection, const char *path,
          const struct stat *status)
{
  const char *name = strrchr (path, '/') + 1;
  RushPartitionedFile *file;

  if (!is_wanted (selection, name, modified_us (status)))
    return;
  file = g_new0 (RushPartitionedFile, 1);
  file->path = g_strdup (path);
  file->length = file->file_size = S_ISREG (status->st_mode) ? status->st_size : 0;
  file->modified_us = modified_us (status);
  g_ptr_array_add (self->files, file);
}

static gint
compare_paths (gconstpointer a, gconstpointer b)
{
  return rush_path_compare (*(char *const *)a, *(char *const *)b);
}

/* The entries of @folder that are not hidden, sorted. */
static GPtrArray *
list_folder (const char *folder, GError **error)
{
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
  DIR *dir = opendir (folder);
  struct dirent *entry;

  if (dir == NULL)
    {
      rush_set_error_errno (error, errno, "Cannot read folder", folder);
      return NULL;
    }
  while ((entry = readdir (dir)) != NULL)
    if (!is_hidden (entry->d_name))
      g_ptr_array_add (paths, g_build_filename (folder, entry->d_name, NULL));
  closedir (dir);
  g_ptr_array_sort (paths, compare_paths);
  return g_steal_pointer (&paths);
}

/* All files below @root, with a list of what is still to be looked at. */
static gboolean
walk (RushFileIndex *self, const Selection *selection, const char *root, GError **error)
{
  g_autoptr (GPtrArray) waiting = g_ptr_array_new_with_free_func (g_free);

  g_ptr_array_add (waiting, g_strdup (root));
  while (waiting->len > 0)
    {
      g_autofree char *path = g_ptr_array_steal_index (waiting, waiting->len - 1);
      g_autoptr (GPtrArray) entries = NULL;
      struct stat status;

      if (stat (path, &status) != 0)
        {
          /* What has gone since it was listed is not there. */
          if (errno == ENOENT)
            continue;
          rush_set_error_errno (error, errno, "Cannot look at", path);
          return FALSE;
        }
      if (!S_ISDIR (status.st_mode))
        {
          add_file (self, selection, path, &status);
          continue;
        }
      entries = list_folder (path, error);
      if (entries == NULL)
        return FALSE;
      while (entries->len > 0)
        g_ptr_array_add (waiting, g_ptr_array_steal_index (entries, entries->len - 1));
    }
  return TRUE;
}

/* What @text stands for, appended to the roots. */
static gboolean
add_roots (RushFileIndex *self, const char *text, GError **error)
{
  g_autofree char *path = rush_local_path_resolve (text, error);
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *uri = NULL;
  gboolean is_pattern;

  if (path == NULL)
    return FALSE;
  /* A name that is there needs no pattern: it may hold brackets. */
  if (g_file_test (path, G_FILE_TEST_EXISTS))
    g_ptr_array_add (found, g_steal_pointer (&path));
  else if (!rush_path_glob (path, found, &is_pattern, error))
    return FALSE;
  if (found->len == 0)
    {
      uri = rush_local_path_to_uri (path);
      rush_sql_error_set (error, RUSH_SQL_CLASS_PATH_NOT_FOUND, NULL, "path", uri, NULL);
      return FALSE;
    }
  while (found->len > 0)
    g_ptr_array_add (self->roots, g_ptr_array_steal_index (found, 0));
  return TRUE;
}

/* ---- folders ---- */

typedef struct
{
  const RushFileIndex *index;
  const Selection *selection;
} Bases;

/* Where the names of folders begin to say something. */
static gboolean
is_base (const char *path, gpointer data)
{
  const RushFileIndex *self = ((const Bases *)data)->index;
  const Selection *selection = ((const Bases *)data)->selection;

  if (selection->recursive)
    return TRUE;
  if (selection->base_path != NULL)
    return strcmp (path, selection->base_path) == 0;
  for (guint i = 0; i < self->roots->len; i++)
    {
      const char *root = g_ptr_array_index (self->roots, i);
      gsize length = strlen (path);

      if (strcmp (root, path) == 0)
        return TRUE;
      /* A root that is a file lies in its base. */
      if (strncmp (root, path, length) == 0 && root[length] == '/' &&
          strchr (root + length + 1, '/') == NULL && !g_file_test (root, G_FILE_TEST_IS_DIR))
        return TRUE;
    }
  return FALSE;
}

/* The folders of all files, in order; each file then has its folder's number. */
static GPtrArray *
group_by_folder (RushFileIndex *self, const Selection *selection)
{
  GPtrArray *folders = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_partition_folder_free);
  g_autoptr (GHashTable) known = g_hash_table_new (g_str_hash, g_str_equal);
  Bases bases = { self, selection };

  for (guint i = 0; i < self->files->len; i++)
    {
      RushPartitionedFile *file = g_ptr_array_index (self->files, i);
      g_autofree char *path = g_path_get_dirname (file->path);
      gpointer number;

      if (!g_hash_table_lookup_extended (known, path, NULL, &number))
        {
          RushPartitionFolder *folder = rush_partition_folder_new (path, is_base, &bases);

          number = GUINT_TO_POINTER (folders->len);
          g_ptr_array_add (folders, folder);
          g_hash_table_insert (known, folder->path, number);
        }
      file->partition = GPOINTER_TO_UINT (number);
    }
  return folders;
}

/* ---- columns ---- */

static const RushType *
user_type (const RushSchema *schema, const char *name)
{
  for (guint i = 0; schema != NULL && i < schema->n_fields; i++)
    if (g_ascii_strcasecmp (schema->fields[i].name, name) == 0)
      return schema->fields[i].type;
  return NULL;
}

static gboolean
make_columns (RushFileIndex *self, const GPtrArray *folders, const RushSchema *user_schema,
              const RushEvalSettings *settings, GError **error)
{
  const GPtrArray *names = ((const RushPartitionFolder *)g_ptr_array_index (folders, 0))->names;
  g_autofree RushField *fields = g_new0 (RushField, names->len);
  g_autofree char **texts = g_new0 (char *, folders->len);
  gboolean infers =
      rush_settings_get_bool (settings, "spark.sql.sources.partitionColumnTypeInference.enabled");
  gboolean ok = TRUE;

  self->columns = g_new0 (RushColumn *, names->len);
  for (guint c = 0; ok && c < names->len; c++)
    {
      const char *name = g_ptr_array_index (names, c);
      const RushType *type = user_type (user_schema, name);

      for (guint i = 0; i < folders->len; i++)
        texts[i] =
            g_ptr_array_index (((RushPartitionFolder *)g_ptr_array_index (folders, i))->texts, c);
      if (type == NULL)
        type = infers ? rush_partition_infer_type (texts, folders->len, settings->time_zone)
                      : &RUSH_STRING;
      fields[c] = (RushField){ .name = (char *)name, .type = type, .nullable = TRUE };
      self->columns[c] =
          rush_partition_column (name, type, texts, folders->len, settings->time_zone, error);
      ok = self->columns[c] != NULL;
    }
  self->partition_schema = rush_schema_new (names->len, fields);
  return ok;
}

/* Files get the number of their folder among those with values; others go. */
static void
renumber_files (RushFileIndex *self, const guint *renumber)
{
  for (guint i = self->files->len; i > 0; i--)
    {
      RushPartitionedFile *file = g_ptr_array_index (self->files, i - 1);

      file->partition = renumber[file->partition];
      if (file->partition == G_MAXUINT)
        g_ptr_array_remove_index (self->files, i - 1);
    }
}

static gboolean
find_partitions (RushFileIndex *self, const Selection *selection, const RushSchema *user_schema,
                 const RushEvalSettings *settings, GError **error)
{
  g_autoptr (GPtrArray) folders = group_by_folder (self, selection);
  g_autofree guint *renumber = g_new0 (guint, folders->len + 1);
  g_autoptr (GPtrArray) with = rush_partition_folders_choose (folders, renumber, error);

  if (with == NULL)
    return FALSE;
  if (with->len > 0)
    {
      renumber_files (self, renumber);
      self->n_partitions = with->len;
      return make_columns (self, with, user_schema, settings, error);
    }
  for (guint i = 0; i < self->files->len; i++)
    ((RushPartitionedFile *)g_ptr_array_index (self->files, i))->partition = 0;
  self->n_partitions = 1;
  self->partition_schema = rush_schema_new (0, NULL);
  return TRUE;
}

/* ---- life ---- */

RushFileIndex *
rush_file_index_new (const char *const *paths, guint n_paths, const RushSchema *user_schema,
                     const RushOptions *options, const RushEvalSettings *settings, GError **error)
{
  g_autoptr (RushFileIndex) self = g_new0 (RushFileIndex, 1);
  Selection selection = { 0 };
  gboolean ok;

  rush_ref_count_init (&self->refs);
  self->roots = g_ptr_array_new_with_free_func (g_free);
  self->files = g_ptr_array_new_with_free_func (file_free);
  ok = read_selection (&selection, options, settings, error);
  for (guint i = 0; ok && i < n_paths; i++)
    ok = add_roots (self, paths[i], error);
  for (guint i = 0; ok && i < self->roots->len; i++)
    ok = walk (self, &selection, g_ptr_array_index (self->roots, i), error);
  ok = ok && find_partitions (self, &selection, user_schema, settings, error);
  g_free (selection.base_path);
  return ok ? g_steal_pointer (&self) : NULL;
}

RushFileIndex *
rush_file_index_ref (RushFileIndex *self)
{
  rush_ref_count_inc (&self->refs);
  return self;
}

void
rush_file_index_unref (RushFileIndex *self)
{
  if (self == NULL || !rush_ref_count_dec (&self->refs))
    return;
  for (guint i = 0; self->columns != NULL && i < self->partition_schema->n_fields; i++)
    rush_column_unref (self->columns[i]);
  g_free (self->columns);
  g_clear_pointer (&self->partition_schema, rush_schema_unref);
  g_ptr_array_unref (self->roots);
  g_ptr_array_unref (self->files);
  g_free (self);
}

/* ---- asking it ---- */

const GPtrArray *
rush_file_index_files (const RushFileIndex *self)
{
  return self->files;
}

const GPtrArray *
rush_file_index_roots (const RushFileIndex *self)
{
  return self->roots;
}

guint
rush_file_index_n_partitions (const RushFileIndex *self)
{
  return self->n_partitions;
}

RushSchema *
rush_file_index_partition_schema (const RushFileIndex *self)
{
  return self->partition_schema;
}

RushColumn *
rush_file_index_partition_column (const RushFileIndex *self, guint column)
{
  g_assert (column < self->partition_schema->n_fields);
  return self->columns[column];
}

gint64
rush_file_index_bytes (const RushFileIndex *self)
{
  gint64 bytes = 0;

  for (guint i = 0; i < self->files->len; i++)
    bytes += ((const RushPartitionedFile *)g_ptr_array_index (self->files, i))->file_size;
  return bytes;
}

gboolean
rush_file_index_equal (const RushFileIndex *a, const RushFileIndex *b)
{
  if (a == b)
    return TRUE;
  if (a->files->len != b->files->len || a->roots->len != b->roots->len)
    return FALSE;
  for (guint i = 0; i < a->roots->len; i++)
    if (strcmp (g_ptr_array_index (a->roots, i), g_ptr_array_index (b->roots, i)) != 0)
      return FALSE;
  for (guint i = 0; i < a->files->len; i++)
    {
      const RushPartitionedFile *x = g_ptr_array_index (a->files, i);
      const RushPartitionedFile *y = g_ptr_array_index (b->files, i);

      if (strcmp (x->path, y->path) != 0 || x->file_size != y->file_size ||
          x->modified_us != y->modified_us)
        return FALSE;
    }
  return rush_schema_equal (a->partition_schema, b->partition_schema);
}
