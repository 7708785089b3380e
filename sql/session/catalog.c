/* catalog.c - see catalog.h.  Names are compared in small letters, as Spark does unless
 * spark.sql.caseSensitive says otherwise. */
#include "sql/session/catalog_private.h"

#include "rdd/source/local_path.h"

#include <string.h>

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
  g_free (self->comment);
  g_clear_pointer (&self->properties, g_ptr_array_unref);
  g_clear_pointer (&self->schema, rush_schema_unref);
  g_strfreev (self->column_comments);
  g_free (self->provider);
  g_free (self->location);
  g_strfreev (self->partition_columns);
  g_strfreev (self->bucket_columns);
  g_strfreev (self->sort_columns);
  g_clear_pointer (&self->options, g_ptr_array_unref);
  g_clear_pointer (&self->column_statistics, g_ptr_array_unref);
  rush_plan_unref (self->view);
  g_free (self->view_text);
  g_free (self->view_database);
  g_strfreev (self->view_outputs);
  g_free (self);
}

GPtrArray *
rush_table_options (const RushTable *self)
{
  GPtrArray *options = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; self->options != NULL && i < self->options->len; i++)
    g_ptr_array_add (options, g_strdup (self->options->pdata[i]));
  g_ptr_array_add (options, g_strdup ("path"));
  g_ptr_array_add (options, rush_local_path_to_uri (self->location));
  return options;
}

char *
rush_table_id (const RushTable *self)
{
  const char *const parts[] = { RUSH_CATALOG_NAME, self->database, self->name };
  gboolean temporary = self->database == NULL || g_str_equal (self->database, RUSH_GLOBAL_TEMP);
  guint skip = self->database == NULL ? 2 : temporary ? 1 : 0;

  return rush_sql_id (parts + skip, 3 - skip);
}

/* ── what is shared ── */

static GHashTable *
table_of (GDestroyNotify free_value)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, free_value);
}

static void
database_free (gpointer data)
{
  RushDatabase *self = data;

  g_free (self->location);
  g_free (self->comment);
  g_hash_table_unref (self->tables);
  g_free (self);
}

static RushDatabase *
database_new (const char *location, const char *comment)
{
  RushDatabase *self = g_new0 (RushDatabase, 1);

  self->location = g_strdup (location);
  self->comment = g_strdup (comment);
  self->tables = table_of ((GDestroyNotify)rush_table_unref);
  return self;
}

static RushSharedCatalog *
shared_new (void)
{
  RushSharedCatalog *self = g_new0 (RushSharedCatalog, 1);
  rush_ref_count_init (&self->refs);
  pthread_mutex_init (&self->lock, NULL);
  self->databases = table_of (database_free);
  self->global_views = table_of ((GDestroyNotify)rush_table_unref);
  g_hash_table_insert (self->databases, g_strdup ("default"),
                       database_new (NULL, "default database"));
  return self;
}

static void
shared_unref (RushSharedCatalog *self)
{
  if (!rush_ref_count_dec (&self->refs))
    return;
  g_hash_table_unref (self->databases);
  g_hash_table_unref (self->global_views);
  pthread_mutex_destroy (&self->lock);
  g_free (self);
}

static char *
key_of (const char *name)
{
  return g_utf8_strdown (name, -1);
}

gpointer
rush_catalog_look_up (GHashTable *table, const char *name)
{
  g_autofree char *key = key_of (name);
  return g_hash_table_lookup (table, key);
}

static GHashTable *
tables_of (RushCatalog *self, const char *database)
{
  RushDatabase *found = rush_catalog_look_up (self->shared->databases, database);
  return found != NULL ? found->tables : NULL;
}

/* The table of a name of one to three parts, or NULL; the lock is held. */
RushTable *
rush_catalog_table_in (RushCatalog *self, const char *current, const char *const *names)
{
  guint n = g_strv_length ((char **)names);
  if (n == 3 && g_ascii_strcasecmp (names[0], RUSH_CATALOG_NAME) != 0)
    return NULL;
  if (n < 1 || n > 3)
    return NULL;
  GHashTable *tables = tables_of (self, n == 1 ? current : names[n - 2]);
  return tables ? rush_catalog_look_up (tables, names[n - 1]) : NULL;
}

RushTable *
rush_catalog_find_table (RushCatalog *self, const char *const *names)
{
  pthread_mutex_lock (&self->shared->lock);
  RushTable *found = rush_catalog_table_in (self, self->current, names);
  if (found != NULL)
    rush_table_ref (found);
  pthread_mutex_unlock (&self->shared->lock);
  return found;
}

gboolean
rush_catalog_create_table (RushCatalog *self, RushTable *table, GError **error)
{
  pthread_mutex_lock (&self->shared->lock);
  GHashTable *tables = tables_of (self, table->database);
  gboolean there = tables != NULL && rush_catalog_look_up (tables, table->name) != NULL;
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
  RushTable *found = rush_catalog_table_in (self, self->current, names);
  if (found != NULL)
    {
      g_autofree char *key = key_of (found->name);
      g_hash_table_remove (tables_of (self, found->database), key);
    }
  pthread_mutex_unlock (&self->shared->lock);
  return found != NULL;
}

void
rush_catalog_rename_table (RushCatalog *self, RushTable *table, const char *name)
{
  pthread_mutex_lock (&self->shared->lock);
  GHashTable *tables = tables_of (self, table->database);
  g_autofree char *key = key_of (table->name);
  rush_table_ref (table);
  g_hash_table_remove (tables, key);
  g_free (table->name);
  table->name = g_strdup (name);
  g_hash_table_insert (tables, key_of (name), table);
  pthread_mutex_unlock (&self->shared->lock);
}

void
rush_catalog_set_statistics (RushCatalog *self, RushTable *table, RushStatistics statistics,
                             GPtrArray *columns)
{
  pthread_mutex_lock (&self->shared->lock);
  table->statistics = statistics;
  if (columns != NULL)
    {
      g_clear_pointer (&table->column_statistics, g_ptr_array_unref);
      table->column_statistics = columns;
    }
  pthread_mutex_unlock (&self->shared->lock);
}

/* ── what a table's plan is ── */

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
      if (source->metadata != NULL && i < source->metadata->len)
        columns[i]->as.attribute.metadata = g_strdup (source->metadata->pdata[i]);
    }
  return rush_plan_relation (source, rush_expr_list_new (n, columns), table);
}

static RushPythonFunction *
lookup_function (RushCatalogView *view, const char *name)
{
  RushCatalog *self = (RushCatalog *)view;
  pthread_mutex_lock (&self->shared->lock);
  RushPythonFunction *found = rush_catalog_look_up (self->functions, name);
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
  gboolean found = rush_catalog_look_up (self->shared->databases, name) != NULL;
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
  g_hash_table_insert (self->shared->databases, key_of (name), database_new (location, comment));
  pthread_mutex_unlock (&self->shared->lock);
}

void
rush_catalog_drop_database (RushCatalog *self, const char *name)
{
  g_autofree char *key = key_of (name);
  pthread_mutex_lock (&self->shared->lock);
  g_hash_table_remove (self->shared->databases, key);
  pthread_mutex_unlock (&self->shared->lock);
}

char *
rush_catalog_database_location (RushCatalog *self, const char *name)
{
  pthread_mutex_lock (&self->shared->lock);
  RushDatabase *found = rush_catalog_look_up (self->shared->databases, name);
  char *location = found != NULL ? g_strdup (found->location) : NULL;
  pthread_mutex_unlock (&self->shared->lock);
  if (location != NULL)
    return location;
  if (g_ascii_strcasecmp (name, "default") == 0)
    return g_strdup (self->warehouse);
  g_autofree char *key = key_of (name);
  g_autofree char *folder = g_strdup_printf ("%s.db", key);
  return g_build_filename (self->warehouse, folder, NULL);
}

char *
rush_catalog_database_comment (RushCatalog *self, const char *name)
{
  pthread_mutex_lock (&self->shared->lock);
  RushDatabase *found = rush_catalog_look_up (self->shared->databases, name);
  char *comment = g_strdup (found != NULL && found->comment != NULL ? found->comment : "");
  pthread_mutex_unlock (&self->shared->lock);
  return comment;
}

char *
rush_catalog_default_location (RushCatalog *self, const char *database, const char *table)
{
  g_autofree char *folder = key_of (table);
  g_autofree char *of_database = rush_catalog_database_location (self, database);
  return g_build_filename (of_database, folder, NULL);
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
  char **names = sorted_keys (tables_of (self, database));
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
  self->view = (RushCatalogView){ .lookup_relation = rush_catalog_lookup_relation,
                                  .lookup_function = lookup_function,
                                  .current_namespace = current_namespace };
  self->context = rush_context_ref (context);
  if (parent != NULL)
    rush_ref_count_inc (&parent->shared->refs);
  self->shared = parent ? parent->shared : shared_new ();
  self->warehouse = rush_local_path_resolve (warehouse, NULL);
  if (self->warehouse == NULL) /* of another file system: who makes a table there is told so */
    self->warehouse = g_strdup (warehouse);
  self->views = table_of ((GDestroyNotify)rush_table_unref);
  self->functions = table_of ((GDestroyNotify)rush_python_function_unref);
  self->current = g_strdup ("default");
  return self;
}
