/* catalog.c - see catalog.h.  Names are compared in small letters, as Spark does unless
 * spark.sql.caseSensitive says otherwise. */
#include "sql/session/catalog.h"

#include <pthread.h>
#include <string.h>

/* What all sessions of an application have in common. */
typedef struct
{
  RushRefCount refs;
  pthread_mutex_t lock;
  GHashTable *databases;    /* name → GHashTable of name → RushTable */
  GHashTable *locations;    /* database → folder */
  GHashTable *global_views; /* name → RushPlan */
} Shared;

struct _RushCatalog
{
  RushCatalogView view; /* first: the analyzer's view of this */
  RushRefCount refs;
  RushContext *context; /* (owned) */
  Shared *shared;       /* (owned) */
  char *warehouse;
  RushEvalSettings settings; /* conf: (owned) */

  /* guarded by shared->lock */
  GHashTable *views;     /* name → RushPlan */
  GHashTable *functions; /* name → RushPythonFunction */
  char *current;
};

/* ── tables ── */

RushTable *
rush_table_new (const char *database, const char *name)
{
  RushTable *self = g_new0 (RushTable, 1);
  rush_ref_count_init (&self->refs);
  self->database = g_strdup (database);
  self->name = g_strdup (name);
  self->statistics = (RushStatistics){ .size_bytes = -1, .row_count = -1 };
  self->created_ms = g_get_real_time () / 1000;
  return self;
}

RushTable *
rush_table_ref (RushTable *self)
{
  rush_ref_count_inc (&self->refs);
  return self;
}

void
rush_table_unref (RushTable *self)
{
  if (self == NULL || !rush_ref_count_dec (&self->refs))
    return;
  g_free (self->database);
  g_free (self->name);
  g_free (self->provider);
  g_free (self->location);
  g_clear_pointer (&self->schema, rush_schema_unref);
  g_strfreev (self->partition_columns);
  g_strfreev (self->bucket_columns);
  g_clear_pointer (&self->options, rush_options_unref);
  g_clear_pointer (&self->properties, g_ptr_array_unref);
  g_free (self->comment);
  g_free (self->view_text);
  rush_plan_unref (self->view);
  g_free (self);
}

/* ── what is shared ── */

static GHashTable *
table_of (GDestroyNotify free_value)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, free_value);
}

static Shared *
shared_new (void)
{
  Shared *self = g_new0 (Shared, 1);
  rush_ref_count_init (&self->refs);
  pthread_mutex_init (&self->lock, NULL);
  self->databases = table_of ((GDestroyNotify)g_hash_table_unref);
  self->locations = table_of (g_free);
  self->global_views = table_of ((GDestroyNotify)rush_plan_unref);
  g_hash_table_insert (self->databases, g_strdup ("default"),
                       table_of ((GDestroyNotify)rush_table_unref));
  return self;
}

static void
shared_unref (Shared *self)
{
  if (!rush_ref_count_dec (&self->refs))
    return;
  g_hash_table_unref (self->databases);
  g_hash_table_unref (self->locations);
  g_hash_table_unref (self->global_views);
  pthread_mutex_destroy (&self->lock);
  g_free (self);
}

static char *
key_of (const char *name)
{
  return g_utf8_strdown (name, -1);
}

static gpointer
look_up (GHashTable *table, const char *name)
{
  g_autofree char *key = key_of (name);
  return g_hash_table_lookup (table, key);
}

/* The table of a name of one to three parts, or NULL; the lock is held. */
static RushTable *
find_table (RushCatalog *self, const char *const *names)
{
  guint n = g_strv_length ((char **)names);
  if (n == 3 && g_ascii_strcasecmp (names[0], RUSH_CATALOG_NAME) != 0)
    return NULL;
  if (n < 1 || n > 3)
    return NULL;
  GHashTable *tables = look_up (self->shared->databases, n == 1 ? self->current : names[n - 2]);
  return tables ? look_up (tables, names[n - 1]) : NULL;
}

RushTable *
rush_catalog_find_table (RushCatalog *self, const char *const *names)
{
  pthread_mutex_lock (&self->shared->lock);
  RushTable *found = find_table (self, names);
  if (found != NULL)
    rush_table_ref (found);
  pthread_mutex_unlock (&self->shared->lock);
  return found;
}

gboolean
rush_catalog_create_table (RushCatalog *self, RushTable *table, GError **error)
{
  pthread_mutex_lock (&self->shared->lock);
  GHashTable *tables = look_up (self->shared->databases, table->database);
  gboolean there = tables != NULL && look_up (tables, table->name) != NULL;
  if (tables != NULL && !there)
    g_hash_table_insert (tables, key_of (table->name), rush_table_ref (table));
  pthread_mutex_unlock (&self->shared->lock);
  const char *const parts[] = { RUSH_CATALOG_NAME, table->database, table->name };
  if (tables == NULL)
    {
      g_autofree char *id = rush_sql_id (parts, 2);
      rush_sql_error_set (error, RUSH_SQL_CLASS_SCHEMA_NOT_FOUND, NULL, "schemaName", id, NULL);
    }
  else if (there)
    {
      g_autofree char *id = rush_sql_id (parts, 3);
      rush_sql_error_set (error, RUSH_SQL_CLASS_TABLE_OR_VIEW_ALREADY_EXISTS, NULL, "relationName",
                          id, NULL);
    }
  return tables != NULL && !there;
}

gboolean
rush_catalog_drop_table (RushCatalog *self, const char *const *names)
{
  pthread_mutex_lock (&self->shared->lock);
  RushTable *found = find_table (self, names);
  if (found != NULL)
    {
      g_autofree char *key = key_of (found->name);
      g_hash_table_remove (look_up (self->shared->databases, found->database), key);
    }
  pthread_mutex_unlock (&self->shared->lock);
  return found != NULL;
}

void
rush_catalog_rename_table (RushCatalog *self, RushTable *table, const char *name)
{
  pthread_mutex_lock (&self->shared->lock);
  GHashTable *tables = look_up (self->shared->databases, table->database);
  g_autofree char *key = key_of (table->name);
  rush_table_ref (table);
  g_hash_table_remove (tables, key);
  g_free (table->name);
  table->name = g_strdup (name);
  g_hash_table_insert (tables, key_of (name), table);
  pthread_mutex_unlock (&self->shared->lock);
}

char *
rush_catalog_default_location (RushCatalog *self, const char *database, const char *table)
{
  g_autofree char *folder = key_of (table);
  pthread_mutex_lock (&self->shared->lock);
  g_autofree char *of_database = g_strdup (look_up (self->shared->locations, database));
  pthread_mutex_unlock (&self->shared->lock);
  if (of_database != NULL)
    return g_build_filename (of_database, folder, NULL);
  if (g_ascii_strcasecmp (database, "default") == 0)
    return g_build_filename (self->warehouse, folder, NULL);
  g_autofree char *db = g_strdup_printf ("%s.db", database);
  return g_build_filename (self->warehouse, db, folder, NULL);
}

/* A relation with new attributes; takes over @source. */
RushPlan *
rush_plan_of_source (RushSource *source, const char *const *table)
{
  guint n = source->schema->n_fields;
  g_autofree RushExpr **columns = g_new (RushExpr *, MAX (n, 1));
  for (guint i = 0; i < n; i++)
    {
      const RushField *field = &source->schema->fields[i];
      columns[i] = rush_expr_attribute (field->name, field->type, field->nullable,
                                        rush_expr_id_new (), NULL);
    }
  return rush_plan_relation (source, rush_expr_list_new (n, columns), table);
}

RushPlan *
rush_catalog_table_plan (RushCatalog *self, RushTable *table, GError **error)
{
  const char *const name[] = { RUSH_CATALOG_NAME, table->database, table->name, NULL };
  if (table->view != NULL)
    return rush_plan_subquery_alias (name, rush_plan_view (name, rush_plan_ref (table->view)));
  const RushFileFormat *format = rush_file_format_find (table->provider);
  if (format == NULL)
    {
      rush_sql_error_set (error, RUSH_SQL_CLASS_DATA_SOURCE_NOT_FOUND, NULL, "provider",
                          table->provider, NULL);
      return NULL;
    }
  const char *const paths[] = { table->location, NULL };
  RushSource *source = rush_file_source_new (self->context, format, paths, 1, table->schema,
                                             table->options, &self->settings, error);
  if (source == NULL)
    return NULL;
  return rush_plan_subquery_alias (name, rush_plan_of_source (source, name));
}

/* ── temporary views ── */

gboolean
rush_catalog_create_view (RushCatalog *self, const char *name, RushPlan *analyzed, gboolean global,
                          gboolean replace, GError **error)
{
  pthread_mutex_lock (&self->shared->lock);
  GHashTable *views = global ? self->shared->global_views : self->views;
  gboolean refused = !replace && look_up (views, name) != NULL;
  if (!refused)
    g_hash_table_replace (views, key_of (name), rush_plan_ref (analyzed));
  pthread_mutex_unlock (&self->shared->lock);
  if (refused)
    {
      const char *const parts[] = { RUSH_GLOBAL_TEMP, name };
      g_autofree char *id = rush_sql_id (global ? parts : parts + 1, global ? 2 : 1);
      rush_sql_error_set (error, RUSH_SQL_CLASS_TEMP_TABLE_OR_VIEW_ALREADY_EXISTS, NULL,
                          "relationName", id, NULL);
    }
  return !refused;
}

gboolean
rush_catalog_drop_view (RushCatalog *self, const char *name, gboolean global)
{
  g_autofree char *key = key_of (name);
  pthread_mutex_lock (&self->shared->lock);
  gboolean found = g_hash_table_remove (global ? self->shared->global_views : self->views, key);
  pthread_mutex_unlock (&self->shared->lock);
  return found;
}

RushPlan *
rush_catalog_peek_view (RushCatalog *self, const char *name)
{
  pthread_mutex_lock (&self->shared->lock);
  RushPlan *found = look_up (self->views, name);
  if (found != NULL)
    rush_plan_ref (found);
  pthread_mutex_unlock (&self->shared->lock);
  return found;
}

/* ── as the analyzer asks ── */

/* A view of @names, under its name. */
static RushPlan *
view_plan (RushCatalog *self, const char *const *names)
{
  guint n = g_strv_length ((char **)names);
  gboolean global = n == 2 && g_ascii_strcasecmp (names[0], RUSH_GLOBAL_TEMP) == 0;
  if (n != 1 && !global)
    return NULL;
  pthread_mutex_lock (&self->shared->lock);
  RushPlan *found = look_up (global ? self->shared->global_views : self->views, names[n - 1]);
  if (found != NULL)
    rush_plan_ref (found);
  pthread_mutex_unlock (&self->shared->lock);
  if (found == NULL)
    return NULL;
  return rush_plan_subquery_alias (names, rush_plan_view (names, found));
}

/* csv.`/a/b.csv` */
static RushPlan *
files_plan (RushCatalog *self, const char *const *names, GError **error)
{
  const RushFileFormat *format =
      g_strv_length ((char **)names) == 2 ? rush_file_format_find (names[0]) : NULL;
  if (format == NULL)
    return NULL;
  g_autoptr (RushOptions) options = rush_options_new ();
  const char *const paths[] = { names[1], NULL };
  RushSource *source =
      rush_file_source_new (self->context, format, paths, 1, NULL, options, &self->settings, error);
  return source ? rush_plan_of_source (source, NULL) : NULL;
}

static RushPlan *
lookup_relation (RushCatalogView *view, const char *const *names, GPtrArray *options,
                 GError **error)
{
  RushCatalog *self = (RushCatalog *)view;
  RushPlan *found = view_plan (self, names);
  if (found != NULL)
    return found;
  g_autoptr (RushTable) table = rush_catalog_find_table (self, names);
  if (table != NULL)
    return rush_catalog_table_plan (self, table, error);
  return files_plan (self, names, error);
}

static RushPythonFunction *
lookup_function (RushCatalogView *view, const char *name)
{
  RushCatalog *self = (RushCatalog *)view;
  pthread_mutex_lock (&self->shared->lock);
  RushPythonFunction *found = look_up (self->functions, name);
  if (found != NULL)
    rush_python_function_ref (found);
  pthread_mutex_unlock (&self->shared->lock);
  return found;
}

static char **
current_namespace (RushCatalogView *view)
{
  RushCatalog *self = (RushCatalog *)view;
  char **names = g_new0 (char *, 3);
  names[0] = g_strdup (RUSH_CATALOG_NAME);
  names[1] = rush_catalog_current_database (self);
  return names;
}

RushCatalogView *
rush_catalog_view (RushCatalog *self)
{
  return &self->view;
}

void
rush_catalog_set_settings (RushCatalog *self, const RushEvalSettings *settings)
{
  pthread_mutex_lock (&self->shared->lock);
  GHashTable *old = self->settings.conf;
  self->settings = *settings;
  self->settings.conf = g_hash_table_ref (settings->conf);
  pthread_mutex_unlock (&self->shared->lock);
  if (old != NULL)
    g_hash_table_unref (old);
}

/* ── databases ── */

char *
rush_catalog_current_database (RushCatalog *self)
{
  pthread_mutex_lock (&self->shared->lock);
  char *name = g_strdup (self->current);
  pthread_mutex_unlock (&self->shared->lock);
  return name;
}

gboolean
rush_catalog_has_database (RushCatalog *self, const char *name)
{
  pthread_mutex_lock (&self->shared->lock);
  gboolean found = look_up (self->shared->databases, name) != NULL;
  pthread_mutex_unlock (&self->shared->lock);
  return found;
}

void
rush_catalog_set_current_database (RushCatalog *self, const char *name)
{
  pthread_mutex_lock (&self->shared->lock);
  g_free (self->current);
  self->current = key_of (name);
  pthread_mutex_unlock (&self->shared->lock);
}

void
rush_catalog_create_database (RushCatalog *self, const char *name, const char *location,
                              const char *comment)
{
  pthread_mutex_lock (&self->shared->lock);
  g_hash_table_insert (self->shared->databases, key_of (name),
                       table_of ((GDestroyNotify)rush_table_unref));
  if (location != NULL)
    g_hash_table_insert (self->shared->locations, key_of (name), g_strdup (location));
  pthread_mutex_unlock (&self->shared->lock);
}

void
rush_catalog_drop_database (RushCatalog *self, const char *name)
{
  g_autofree char *key = key_of (name);
  pthread_mutex_lock (&self->shared->lock);
  g_hash_table_remove (self->shared->databases, key);
  g_hash_table_remove (self->shared->locations, key);
  pthread_mutex_unlock (&self->shared->lock);
}

/* ── lists of names ── */

static gint
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *)a, *(const char *const *)b);
}

static char **
sorted_keys (GHashTable *table)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer key;
  if (table != NULL)
    {
      g_hash_table_iter_init (&iter, table);
      while (g_hash_table_iter_next (&iter, &key, NULL))
        g_ptr_array_add (names, g_strdup (key));
    }
  g_ptr_array_sort (names, compare_names);
  g_ptr_array_add (names, NULL);
  return (char **)g_ptr_array_steal (names, NULL);
}

static char **
locked_keys (RushCatalog *self, GHashTable *table)
{
  pthread_mutex_lock (&self->shared->lock);
  char **names = sorted_keys (table);
  pthread_mutex_unlock (&self->shared->lock);
  return names;
}

char **
rush_catalog_databases (RushCatalog *self)
{
  return locked_keys (self, self->shared->databases);
}

char **
rush_catalog_tables (RushCatalog *self, const char *database)
{
  pthread_mutex_lock (&self->shared->lock);
  char **names = sorted_keys (look_up (self->shared->databases, database));
  pthread_mutex_unlock (&self->shared->lock);
  return names;
}

char **
rush_catalog_temporary_views (RushCatalog *self, gboolean global)
{
  return locked_keys (self, global ? self->shared->global_views : self->views);
}

void
rush_catalog_register_function (RushCatalog *self, const char *name, RushPythonFunction *function)
{
  pthread_mutex_lock (&self->shared->lock);
  g_hash_table_replace (self->functions, key_of (name), function);
  pthread_mutex_unlock (&self->shared->lock);
}

char **
rush_catalog_functions (RushCatalog *self)
{
  return locked_keys (self, self->functions);
}

/* ── life ── */

RushCatalog *
rush_catalog_ref (RushCatalog *self)
{
  rush_ref_count_inc (&self->refs);
  return self;
}

void
rush_catalog_unref (RushCatalog *self)
{
  if (self == NULL || !rush_ref_count_dec (&self->refs))
    return;
  g_hash_table_unref (self->views);
  g_hash_table_unref (self->functions);
  if (self->settings.conf != NULL)
    g_hash_table_unref (self->settings.conf);
  shared_unref (self->shared);
  rush_context_unref (self->context);
  g_free (self->warehouse);
  g_free (self->current);
  g_free (self);
}

RushCatalog *
rush_catalog_new (RushContext *context, RushCatalog *parent, const char *warehouse)
{
  RushCatalog *self = g_new0 (RushCatalog, 1);
  rush_ref_count_init (&self->refs);
  self->view = (RushCatalogView){ .lookup_relation = lookup_relation,
                                  .lookup_function = lookup_function,
                                  .current_namespace = current_namespace };
  self->context = rush_context_ref (context);
  if (parent != NULL)
    rush_ref_count_inc (&parent->shared->refs);
  self->shared = parent ? parent->shared : shared_new ();
  self->warehouse = g_strdup (warehouse);
  self->views = table_of ((GDestroyNotify)rush_plan_unref);
  self->functions = table_of ((GDestroyNotify)rush_python_function_unref);
  self->current = g_strdup ("default");
  return self;
}
