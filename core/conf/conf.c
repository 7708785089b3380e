/* conf.c - a sorted map of strings that lets nothing unsound in.
 *
 *     set ("spark.task.maxFailures", "8")
 *       │  in the table?  yes ─► check type, bounds, support ─► keep          (or GError)
 *       │                 no, but "spark.…" ─► keep, warn once: no effect
 *       └─ anything else ─► leave out, warn once
 *
 *     get ("spark.locality.wait.node")
 *       what was set ─► what its fallback key has ─► the default ─► NULL
 *
 * Values stay the text that the user wrote, because that is what programs read back and what event
 * logs show; the typed getters parse it anew.  That costs a microsecond, and a reader on a hot path
 * asks once and keeps the number.
 *
 * Invariants:  every value of a known key parses; a frozen conf never changes.
 */
#include "core/conf/conf.h"

#include "core/base/refcount.h"
#include "core/conf/conf_key_private.h"

#include <pthread.h>
#include <string.h>

#define PREFIX "spark."
#define EXECUTOR_ENV_PREFIX "spark.executorEnv."

struct _RushConf
{
  RushRefCount refs;

  pthread_mutex_t lock;
  /* Guarded by lock. */
  GTree *values;      /* key → text, in the order of the keys */
  GHashTable *warned; /* set of keys */
  RushConfWarn warn;
  gpointer warn_data;
  gboolean frozen;
  gboolean any_key; /* keeps keys of any beginning */
};

/* A conf that others may only read still has a lock to take. */
static void
lock (const RushConf *self)
{
  pthread_mutex_lock (&((RushConf *)self)->lock);
}

static void
unlock (const RushConf *self)
{
  pthread_mutex_unlock (&((RushConf *)self)->lock);
}

/* ---- warnings ---- */

static void
warn_on_stderr (const char *message, gpointer data)
{
  g_printerr ("rushlight: warning: %s\n", message);
}

/* Whether spark.master names a cluster, as far as it is set by now. */
static gboolean
is_for_a_cluster (const RushConf *self)
{
  lock (self);
  const char *master = g_tree_lookup (self->values, "spark.master");
  gboolean cluster = master != NULL && !g_str_has_prefix (master, "local");
  unlock (self);
  return cluster;
}

/* What the user should know about setting this, or NULL. (transfer full) */
static char *
warning_for (const RushConf *self, const char *key, const RushConfKey *known, const char *value)
{
  if (known != NULL)
    {
      const char *note = rush_conf_key_note (known, value);

      if (known->acts_on_clusters && is_for_a_cluster (self))
        return NULL;
      return note != NULL ? g_strdup_printf ("%s=%s: %s", key, value, note) : NULL;
    }
  if (g_str_has_prefix (key, EXECUTOR_ENV_PREFIX))
    return NULL; /* a variable of the workers: each name is a key */
  if (g_str_has_prefix (key, PREFIX))
    return g_strdup_printf ("%s is not a configuration key of Rushlight and has no effect", key);
  return g_strdup_printf ("ignoring %s: a configuration key begins with \"" PREFIX "\"", key);
}

void
rush_conf_set_warner (RushConf *self, RushConfWarn warn, gpointer data)
{
  g_return_if_fail (warn != NULL);

  lock (self);
  self->warn = warn;
  self->warn_data = data;
  unlock (self);
}

void
rush_conf_warn (const RushConf *self, const char *message)
{
  RushConfWarn warn;
  gpointer data;

  lock (self);
  warn = self->warn;
  data = self->warn_data;
  unlock (self);
  warn (message, data);
}

/* ---- writing ---- */

static gboolean
refuse_frozen (const char *key, GError **error)
{
  g_set_error (
      error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
      "%s cannot be changed: the configuration is in use; set it before the context starts", key);
  return FALSE;
}

gboolean
rush_conf_set (RushConf *self, const char *key, const char *value, GError **error)
{
  g_return_val_if_fail (key != NULL && value != NULL, FALSE);

  const RushConfKey *known = rush_conf_key_find (key);
  RushConfValue checked;
  if (known != NULL && !rush_conf_key_parse (known, value, &checked, error))
    return FALSE;
  g_autofree char *warning = warning_for (self, key, known, value);

  lock (self);
  gboolean frozen = self->frozen;
  gboolean own = self->any_key && !g_str_has_prefix (key, PREFIX);
  gboolean first = FALSE;
  RushConfWarn warn = self->warn;
  gpointer warn_data = self->warn_data;
  if (!frozen && (own || g_str_has_prefix (key, PREFIX)))
    g_tree_replace (self->values, g_strdup (key), g_strdup (value));
  if (!frozen && !own && warning != NULL)
    first = g_hash_table_add (self->warned, g_strdup (key));
  unlock (self);

  if (frozen)
    return refuse_frozen (key, error);
  if (first)
    warn (warning, warn_data);
  return TRUE;
}

gboolean
rush_conf_unset (RushConf *self, const char *key, GError **error)
{
  g_return_val_if_fail (key != NULL, FALSE);

  lock (self);
  gboolean frozen = self->frozen;
  if (!frozen)
    g_tree_remove (self->values, key);
  unlock (self);
  return !frozen || refuse_frozen (key, error);
}

void
rush_conf_keep_any_key (RushConf *self)
{
  lock (self);
  self->any_key = TRUE;
  unlock (self);
}

void
rush_conf_freeze (RushConf *self)
{
  lock (self);
  self->frozen = TRUE;
  unlock (self);
}

/* ---- reading ---- */

gboolean
rush_conf_contains (const RushConf *self, const char *key)
{
  g_return_val_if_fail (key != NULL, FALSE);

  lock (self);
  gboolean found = g_tree_lookup (self->values, key) != NULL;
  unlock (self);
  return found;
}

char *
rush_conf_get_string (const RushConf *self, const char *key)
{
  g_return_val_if_fail (key != NULL, NULL);

  const RushConfKey *known = rush_conf_key_find (key);
  lock (self);
  const char *text = g_tree_lookup (self->values, key);
  while (text == NULL && known != NULL && known->fallback_key != NULL)
    {
      text = g_tree_lookup (self->values, known->fallback_key);
      known = rush_conf_key_find (known->fallback_key);
    }
  if (text == NULL && known != NULL)
    text = known->default_text;
  char *copy = g_strdup (text);
  unlock (self);
  return copy;
}

static RushConfValue
typed_value (const RushConf *self, const char *name, RushConfType type)
{
  const RushConfKey *key = rush_conf_key_find (name);
  RushConfValue value = { 0 };

  g_assert (key != NULL);
  g_assert (key->type == type);
  g_autofree char *text = rush_conf_get_string (self, name);
  g_assert (text != NULL); /* ask rush_conf_contains () first */
  gboolean sound = rush_conf_key_parse (key, text, &value, NULL);
  g_assert (sound);
  return value;
}

gint64
rush_conf_get_int (const RushConf *self, const char *key)
{
  return typed_value (self, key, RUSH_CONF_INT).integer;
}

double
rush_conf_get_double (const RushConf *self, const char *key)
{
  return typed_value (self, key, RUSH_CONF_DOUBLE).number;
}

gboolean
rush_conf_get_bool (const RushConf *self, const char *key)
{
  return typed_value (self, key, RUSH_CONF_BOOL).boolean;
}

gint64
rush_conf_get_bytes (const RushConf *self, const char *key)
{
  return typed_value (self, key, RUSH_CONF_BYTES).integer;
}

gint64
rush_conf_get_time_us (const RushConf *self, const char *key)
{
  return typed_value (self, key, RUSH_CONF_TIME).integer;
}

/* ---- all of it ---- */

static gboolean
collect_pair (gpointer key, gpointer value, gpointer pairs)
{
  g_ptr_array_add (pairs, g_strdup (key));
  g_ptr_array_add (pairs, g_strdup (value));
  return FALSE; /* go on */
}

/* key, value, key, value, …: copies in the order of the keys. */
static GPtrArray *
snapshot (const RushConf *self)
{
  GPtrArray *pairs = g_ptr_array_new_with_free_func (g_free);

  lock (self);
  g_tree_foreach (self->values, collect_pair, pairs);
  unlock (self);
  return pairs;
}

void
rush_conf_foreach (const RushConf *self, RushConfVisit visit, gpointer data)
{
  g_autoptr (GPtrArray) pairs = snapshot (self);

  for (guint i = 0; i < pairs->len; i += 2)
    visit (pairs->pdata[i], pairs->pdata[i + 1], data);
}

/* ---- secrets ---- */

/* (?i)secret|password|token|access[.]?key|credential */
static gboolean
speaks_of_a_secret (const char *text)
{
  static const char *const words[] = { "secret",     "password",  "token",
                                       "access.key", "accesskey", "credential" };
  g_autofree char *lower = g_ascii_strdown (text, -1);

  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    if (strstr (lower, words[i]) != NULL)
      return TRUE;
  return FALSE;
}

const char *
rush_conf_redact (const char *key, const char *value)
{
  g_return_val_if_fail (key != NULL && value != NULL, NULL);

  return speaks_of_a_secret (key) || speaks_of_a_secret (value) ? "*********(redacted)" : value;
}

/* ---- life ---- */

RushConf *
rush_conf_ref (RushConf *self)
{
  rush_ref_count_inc (&self->refs);
  return self;
}

void
rush_conf_unref (RushConf *self)
{
  if (self == NULL || !rush_ref_count_dec (&self->refs))
    return;
  g_tree_unref (self->values);
  g_hash_table_unref (self->warned);
  pthread_mutex_destroy (&self->lock);
  g_free (self);
}

static int
compare_keys (gconstpointer a, gconstpointer b, gpointer unused)
{
  return strcmp (a, b);
}

RushConf *
rush_conf_new (void)
{
  RushConf *self = g_new0 (RushConf, 1);

  rush_ref_count_init (&self->refs);
  pthread_mutex_init (&self->lock, NULL);
  self->values = g_tree_new_full (compare_keys, NULL, g_free, g_free);
  self->warned = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->warn = warn_on_stderr;
  return self;
}

static gboolean
copy_pair (gpointer key, gpointer value, gpointer values)
{
  g_tree_insert (values, g_strdup (key), g_strdup (value));
  return FALSE; /* go on */
}

RushConf *
rush_conf_copy (const RushConf *self)
{
  RushConf *copy = rush_conf_new ();
  GHashTableIter iter;
  gpointer key;

  lock (self);
  g_tree_foreach (self->values, copy_pair, copy->values);
  g_hash_table_iter_init (&iter, self->warned);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    g_hash_table_add (copy->warned, g_strdup (key));
  copy->warn = self->warn;
  copy->warn_data = self->warn_data;
  unlock (self);
  return copy;
}
