/* record_options.c - what a reader or writer was told: keys without regard to case, values as text.
 *
 * Mirrors: org.apache.spark.sql.catalyst.util.CaseInsensitiveMap.
 */
#include "sql/records/record_options.h"

#include "core/base/error.h"
#include "core/base/refcount.h"

struct _RushOptions
{
  RushRefCount refs;
  GHashTable *values; /* lower-case key → value */
};

RushOptions *
rush_options_new (void)
{
  RushOptions *self = g_new (RushOptions, 1);

  rush_ref_count_init (&self->refs);
  self->values = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self;
}

RushOptions *
rush_options_ref (RushOptions *self)
{
  rush_ref_count_inc (&self->refs);
  return self;
}

void
rush_options_unref (RushOptions *self)
{
  if (self == NULL || !rush_ref_count_dec (&self->refs))
    return;
  g_hash_table_unref (self->values);
  g_free (self);
}

void
rush_options_set (RushOptions *self, const char *key, const char *value)
{
  g_return_if_fail (key != NULL && value != NULL);
  g_hash_table_replace (self->values, g_ascii_strdown (key, -1), g_strdup (value));
}

const char *
rush_options_get (const RushOptions *self, const char *key)
{
  g_autofree char *lower = g_ascii_strdown (key, -1);

  return g_hash_table_lookup (self->values, lower);
}

gboolean
rush_options_get_bool (const RushOptions *self, const char *key, gboolean fallback, gboolean *out,
                       GError **error)
{
  const char *text = rush_options_get (self, key);

  if (text == NULL)
    *out = fallback;
  else if (g_ascii_strcasecmp (text, "true") == 0)
    *out = TRUE;
  else if (g_ascii_strcasecmp (text, "false") == 0)
    *out = FALSE;
  else
    {
      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                   "%s flag can be true or false, not \"%s\"", key, text);
      return FALSE;
    }
  return TRUE;
}

gboolean
rush_options_get_int (const RushOptions *self, const char *key, gint64 fallback, gint64 *out,
                      GError **error)
{
  const char *text = rush_options_get (self, key);

  if (text == NULL)
    {
      *out = fallback;
      return TRUE;
    }
  if (g_ascii_string_to_signed (text, 10, G_MININT64, G_MAXINT64, out, NULL))
    return TRUE;
  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
               "%s should be an integer. Found %s", key, text);
  return FALSE;
}

gboolean
rush_options_equal (const RushOptions *a, const RushOptions *b)
{
  GHashTableIter iter;
  gpointer key, value;

  if (g_hash_table_size (a->values) != g_hash_table_size (b->values))
    return FALSE;
  g_hash_table_iter_init (&iter, a->values);
  while (g_hash_table_iter_next (&iter, &key, &value))
    if (g_strcmp0 (g_hash_table_lookup (b->values, key), value) != 0)
      return FALSE;
  return TRUE;
}
