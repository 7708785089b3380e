/* plugin.c - shared objects are loaded, looked through, and asked for parts.
 *
 *     "a.so,b.so" ─▶ for each:  is it there ─▶ dlopen ─▶ its table ─▶ for each part:
 *                                                                       is the seam known
 *                                                                       is the version ours
 *                                                                       are its functions there
 *                                                                       is it still free
 *
 * What a student can get wrong is told here, with what to do about it; once a list has been loaded
 * all of its parts fit.
 *
 * The dynamic loader knows a file by its name: if it is asked for one that it has already, it does
 * not look at it again.  A plug-in that was built anew under its old name would silently stay the
 * old one, so that is refused, by what the file system says of the file.
 */
#include "core/base/refcount.h"
#include "core/plugin/plugin_private.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <sys/stat.h>

#define BUILD_COMMAND "rushlight plugin build FILE.c"

typedef struct
{
  const RushPluginPart *part; /* in the shared object, which stays */
  char *file;                 /* (owned) its name */
} Taken;

struct _RushPlugins
{
  RushRefCount refs;
  GArray *taken; /* of Taken */
};

/* ---- the engine's functions, shown ---- */

static void
show_engine (void)
{
  Dl_info self;

  /* In a program that is linked statically this finds nothing, and nothing is to be done. */
  if (dladdr ((gpointer)rush_plugins_load, &self) != 0)
    dlopen (self.dli_fname, RTLD_NOW | RTLD_NOLOAD | RTLD_GLOBAL);
}

/* ---- one file ---- */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static GHashTable *loaded; /* guarded by lock: path → as it was (struct stat), for ever */

static gboolean
is_same (const struct stat *a, const struct stat *b)
{
  return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
         a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static gboolean
check_file (const char *path, struct stat *out, GError **error)
{
  const struct stat *before;

  if (stat (path, out) != 0)
    {
      rush_set_error_errno (error, errno, "Plug-in", path);
      return FALSE;
    }
  if (g_str_has_suffix (path, ".c"))
    {
      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                   "Plug-in %s is source: build it first (rushlight plugin build %s), and name the "
                   "shared object that comes of it",
                   path, path);
      return FALSE;
    }
  before = g_hash_table_lookup (loaded, path);
  if (before != NULL && !is_same (before, out))
    {
      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                   "Plug-in %s has been built anew since this process has loaded it, and what is "
                   "loaded stays: start the program again, or build under another name",
                   path);
      return FALSE;
    }
  return TRUE;
}

static const RushPluginTable *
open_file (const char *path, GError **error)
{
  const RushPluginTable *table;
  gpointer library = dlopen (path, RTLD_NOW | RTLD_LOCAL);

  if (library == NULL)
    {
      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                   "Plug-in %s cannot be loaded: %s. It must be a shared object (" BUILD_COMMAND
                   "), and may call no functions but those of public headers",
                   path, dlerror ());
      return NULL;
    }
  table = dlsym (library, RUSH_PLUGIN_SYMBOL);
  if (table == NULL)
    g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                 "Plug-in %s names no parts: its source needs RUSH_PLUGIN (…); at the end, see "
                 "core/plugin/plugin.h",
                 path);
  else if (table->format != RUSH_PLUGIN_FORMAT)
    g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                 "Plug-in %s was made for another Rushlight (its table has the format %08x, this "
                 "one's is %08x): build it again with " BUILD_COMMAND,
                 path, table->format, RUSH_PLUGIN_FORMAT);
  return table != NULL && table->format == RUSH_PLUGIN_FORMAT ? table : NULL;
}

/* ---- its parts ---- */

static const RushSeam *
find_seam (const char *name)
{
  gsize n;
  const RushSeam *seams = rush_seams (&n);

  for (gsize i = 0; i < n; i++)
    if (g_str_equal (seams[i].name, name))
      return &seams[i];
  return NULL;
}

static char *
names_of_seams (void)
{
  gsize n;
  const RushSeam *seams = rush_seams (&n);
  GString *names = g_string_new (NULL);

  for (gsize i = 0; i < n; i++)
    g_string_append_printf (names, "%s%s", i > 0 ? ", " : "", seams[i].name);
  return g_string_free (names, FALSE);
}

static gboolean
check_seam (const RushPluginPart *part, const char *path, GError **error)
{
  const RushSeam *seam = find_seam (part->seam);

  if (seam == NULL)
    {
      g_autofree char *names = names_of_seams ();
      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                   "Plug-in %s: there is no seam \"%s\"; there are %s", path, part->seam, names);
      return FALSE;
    }
  if (part->version != seam->version)
    {
      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                   "Plug-in %s was made for version %u of the seam \"%s\", and this Rushlight has "
                   "version %u (%s): build it again with " BUILD_COMMAND,
                   path, part->version, part->seam, seam->version, seam->header);
      return FALSE;
    }
  return TRUE;
}

/* A seam's table begins with its name. */
static const char *
name_of (const RushPluginPart *part)
{
  return *(const char *const *)part->table;
}

static gboolean
check_functions (const RushPluginPart *part, const char *path, GError **error)
{
  const RushSeam *seam = find_seam (part->seam);
  g_autofree char *missing = rush_plugin_part_missing (part, seam);

  if (missing == NULL)
    return TRUE;
  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
               "Plug-in %s: the part \"%s\" for the seam \"%s\" lacks %s: it is NULL in its table, "
               "and %s says what it does",
               path, name_of (part), part->seam, missing, seam->header);
  return FALSE;
}

static gboolean
check_table (const RushPluginPart *part, const char *path, GError **error)
{
  if (part->table != NULL && name_of (part) != NULL)
    return check_functions (part, path, error);
  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
               "Plug-in %s: the part for the seam \"%s\" has no %s", path, part->seam,
               part->table == NULL ? "table" : "name: its table must begin with one");
  return FALSE;
}

static const Taken *
find_taken (const RushPlugins *self, const char *seam)
{
  for (guint i = 0; self != NULL && i < self->taken->len; i++)
    {
      const Taken *taken = &g_array_index (self->taken, Taken, i);
      if (g_str_equal (taken->part->seam, seam))
        return taken;
    }
  return NULL;
}

static gboolean
take (RushPlugins *self, const RushPluginPart *part, const char *path, GError **error)
{
  const Taken *before = find_taken (self, part->seam);
  Taken taken = { part, NULL };

  if (before != NULL)
    {
      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                   "Plug-in %s takes the seam \"%s\", which \"%s\" of %s has taken: name one of "
                   "the two",
                   path, part->seam, name_of (before->part), before->file);
      return FALSE;
    }
  taken.file = g_path_get_basename (path);
  g_array_append_val (self->taken, taken);
  return TRUE;
}

/* ---- all of them ---- */

static gboolean
load_file (RushPlugins *self, const char *path, GError **error)
{
  const RushPluginTable *table;
  struct stat now;

  if (!check_file (path, &now, error))
    return FALSE;
  table = open_file (path, error);
  if (table == NULL)
    return FALSE;
  if (!g_hash_table_contains (loaded, path))
    g_hash_table_insert (loaded, g_strdup (path), g_memdup2 (&now, sizeof now));
  for (const RushPluginPart *part = table->parts; part->seam != NULL; part++)
    if (!check_seam (part, path, error) || !check_table (part, path, error) ||
        !take (self, part, path, error))
      return FALSE;
  return TRUE;
}

static void
taken_clear (gpointer data)
{
  g_free (((Taken *)data)->file);
}

static gboolean
load_all (RushPlugins *self, char **names, GError **error)
{
  for (char **name = names; *name != NULL; name++)
    {
      /* The loader would look for a bare name in the folders of the system. */
      g_autofree char *path = g_canonicalize_filename (g_strstrip (*name), NULL);
      if (**name != '\0' && !load_file (self, path, error))
        return FALSE;
    }
  return TRUE;
}

RushPlugins *
rush_plugins_load (const char *list, GError **error)
{
  g_autoptr (RushPlugins) self = g_new0 (RushPlugins, 1);
  g_auto (GStrv) names = g_strsplit (list != NULL ? list : "", ",", -1);
  gboolean all_fit;

  rush_ref_count_init (&self->refs);
  self->taken = g_array_new (FALSE, FALSE, sizeof (Taken));
  g_array_set_clear_func (self->taken, taken_clear);
  if (names[0] == NULL)
    return g_steal_pointer (&self);
  pthread_mutex_lock (&lock);
  if (loaded == NULL)
    {
      loaded = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
      show_engine ();
    }
  all_fit = load_all (self, names, error);
  pthread_mutex_unlock (&lock);
  return all_fit ? g_steal_pointer (&self) : NULL;
}

RushPlugins *
rush_plugins_ref (RushPlugins *self)
{
  rush_ref_count_inc (&self->refs);
  return self;
}

void
rush_plugins_unref (RushPlugins *self)
{
  if (self == NULL || !rush_ref_count_dec (&self->refs))
    return;
  g_array_unref (self->taken);
  g_free (self);
}

gconstpointer
rush_plugins_find (const RushPlugins *self, const char *seam)
{
  const Taken *taken = find_taken (self, seam);

  g_return_val_if_fail (find_seam (seam) != NULL, NULL);
  return taken != NULL ? taken->part->table : NULL;
}

void
rush_plugins_foreach (const RushPlugins *self, RushPluginsVisit visit, gpointer data)
{
  for (guint i = 0; self != NULL && i < self->taken->len; i++)
    {
      const Taken *taken = &g_array_index (self->taken, Taken, i);
      g_autofree char *part = g_strdup_printf ("%s (%s)", name_of (taken->part), taken->file);
      visit (taken->part->seam, part, data);
    }
}
