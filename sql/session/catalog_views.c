/* catalog_views.c - names in queries: temporary views, tables, views, files.
 *
 *   CREATE VIEW w AS SELECT k FROM v        the view keeps the parsed query, not what it meant then
 *
 *   SELECT * FROM w ──lookup──▶ SubqueryAlias w
 *                               └── View [k]
 *                                   └── Project [k]      a column for each that the view was made
 *                                       └── SELECT k FROM v, resolved now, where the view was made
 *
 * So a view shows rows that came since, and fails when its table is gone.  Names in a persistent
 * view mean what they mean in its own database, and never a temporary view; names in a temporary
 * view mean what they mean to the session.  A view of a DataFrame keeps its analyzed plan.
 *
 * Mirrors: ResolveRelations, ResolveSQLOnFile, SessionCatalog.getTempViewRelation.
 */
#include "sql/session/catalog_private.h"
#include "sql/session/column_estimates.h"

#include <string.h>

/* ── what views see ── */

/* A catalog as the query of a view sees it. */
typedef struct
{
  RushCatalogView view; /* first */
  RushCatalog *catalog;
  const char *database;
  gboolean temporary; /* it may use temporary views */
  guint depth;        /* views around it */
} ViewScope;

static RushPlan *lookup (RushCatalog *self, const ViewScope *scope, const char *const *names,
                         GError **error);

static RushPlan *
scope_lookup_relation (RushCatalogView *view, const char *const *names, GPtrArray *options,
                       GError **error)
{
  const ViewScope *self = (const ViewScope *)view;

  return lookup (self->catalog, self, names, error);
}

static RushPythonFunction *
scope_lookup_function (RushCatalogView *view, const char *name)
{
  RushCatalogView *catalog = &((ViewScope *)view)->catalog->view;

  return catalog->lookup_function (catalog, name);
}

static char **
scope_namespace (RushCatalogView *view)
{
  const char *const names[] = { RUSH_CATALOG_NAME, ((ViewScope *)view)->database, NULL };

  return g_strdupv ((char **)names);
}

static RushPlan *
analyze_in (const ViewScope *scope, RushPlan *query, GError **error)
{
  const RushEvalSettings *settings = &scope->catalog->settings;
  RushAnalyzerOptions options = { .catalog = (RushCatalogView *)&scope->view,
                                  .ansi = settings->ansi,
                                  .case_sensitive = settings->case_sensitive,
                                  .time_zone = settings->time_zone,
                                  .now_us = g_get_real_time (),
                                  .conf = settings->conf };

  return rush_analyze (query, &options, error);
}

/* ── a view's plan ── */

static void
set_schema_changed (const RushTable *table, const char *column, GError **error)
{
  g_autofree char *id = rush_table_id (table);
  const char *const part[] = { column };
  g_autofree char *quoted = rush_sql_id (part, 1);
  g_autofree char *again = g_strdup_printf ("CREATE OR REPLACE VIEW %s AS %s", id,
                                            table->view_text ? table->view_text : "");

  rush_sql_error_set (error, RUSH_SQL_CLASS_INCOMPATIBLE_VIEW_SCHEMA_CHANGE, NULL, "viewName", id,
                      "colName", quoted, "expectedNum", "1", "actualCols", "[]", "suggestion",
                      again, NULL);
}

/* The column of the view's query that was called @name when the view was made. */
static RushExpr *
find_output (const RushTable *table, const RushPlan *query, guint column, GError **error)
{
  const char *name = table->view_outputs[column];

  if (column < query->output->n &&
      g_ascii_strcasecmp (rush_expr_name (query->output->items[column]), name) == 0)
    return query->output->items[column];
  for (guint i = 0; i < query->output->n; i++)
    if (g_ascii_strcasecmp (rush_expr_name (query->output->items[i]), name) == 0)
      return query->output->items[i];
  set_schema_changed (table, name, error);
  return NULL;
}

/* @query with the names, and types, that the view was made with. */
static RushPlan *
project_view (const RushTable *table, RushPlan *query, const RushEvalSettings *settings,
              GError **error)
{
  guint n = table->schema->n_fields;
  g_autofree RushExpr **columns = g_new0 (RushExpr *, MAX (n, 1));

  for (guint i = 0; i < n; i++)
    {
      const RushField *field = &table->schema->fields[i];
      RushExpr *found = find_output (table, query, i, error);

      if (found == NULL)
        {
          for (guint k = 0; k < i; k++)
            rush_expr_unref (columns[k]);
          return NULL;
        }
      columns[i] = rush_expr_ref (found);
      if (found->type != field->type)
        columns[i] = rush_expr_cast (columns[i], field->type,
                                     settings->ansi ? RUSH_EVAL_ANSI : RUSH_EVAL_LEGACY,
                                     settings->time_zone, FALSE);
      if (columns[i] != found || strcmp (rush_expr_name (found), field->name) != 0)
        columns[i] = rush_expr_alias (columns[i], field->name, 0);
    }
  return rush_plan_project (rush_expr_list_new (n, columns), rush_plan_ref (query));
}

#define MAX_DEPTH 100

/* @names: what the view is called in the plan. */
static RushPlan *
view_plan (RushCatalog *self, const ViewScope *around, const RushTable *table,
           const char *const *names, GError **error)
{
  g_autofree char *current = rush_catalog_current_database (self);
  ViewScope scope = { .view = { .lookup_relation = scope_lookup_relation,
                                .lookup_function = scope_lookup_function,
                                .current_namespace = scope_namespace },
                      .catalog = self,
                      .database = table->view_database ? table->view_database : current,
                      .temporary = table->database == NULL ||
                                   g_str_equal (table->database, RUSH_GLOBAL_TEMP),
                      .depth = around ? around->depth + 1 : 1 };

  if (scope.depth > MAX_DEPTH)
    {
      g_autofree char *id = rush_table_id (table);
      g_set_error (error, RUSH_SQL_ERROR, RUSH_SQL_ERROR_ANALYSIS,
                   "The view %s is defined by more than %d views, one by the other", id, MAX_DEPTH);
      return NULL;
    }
  g_autoptr (RushPlan) query = analyze_in (&scope, table->view, error);
  if (query == NULL)
    return NULL;
  if (table->view->resolved) /* of a DataFrame */
    return rush_plan_subquery_alias (names, rush_plan_view (names, rush_plan_ref (query)));
  RushPlan *columns = project_view (table, query, &self->settings, error);
  return columns != NULL ? rush_plan_subquery_alias (names, rush_plan_view (names, columns)) : NULL;
}

/* ── a table's plan ── */

static RushPlan *
files_of_table (RushCatalog *self, const RushTable *table, const char *const *names, GError **error)
{
  const RushFileFormat *format = rush_file_format_find (table->provider);
  const char *const paths[] = { table->location, NULL };
  g_autoptr (RushOptions) options = rush_options_new ();

  if (format == NULL)
    {
      rush_sql_error_set (error, RUSH_SQL_CLASS_DATA_SOURCE_NOT_FOUND, NULL, "provider",
                          table->provider, NULL);
      return NULL;
    }
  for (guint i = 0; table->options != NULL && i + 1 < table->options->len; i += 2)
    rush_options_set (options, table->options->pdata[i], table->options->pdata[i + 1]);
  RushSource *source = rush_file_source_new (self->context, format, paths, 1, table->schema,
                                             options, &self->settings, error);
  if (source == NULL)
    return NULL;
  if (table->statistics.size_bytes >= 0)
    {
      g_autoptr (GPtrArray) columns = rush_column_estimates (table, &self->settings);
      rush_file_source_set_statistics (source, table->statistics, columns);
    }
  return rush_plan_subquery_alias (names, rush_plan_of_source (source, names));
}

static RushPlan *
table_plan (RushCatalog *self, const ViewScope *around, const RushTable *table, GError **error)
{
  const char *const names[] = { RUSH_CATALOG_NAME, table->database, table->name, NULL };

  return table->view != NULL ? view_plan (self, around, table, names, error)
                             : files_of_table (self, table, names, error);
}

RushPlan *
rush_catalog_table_plan (RushCatalog *self, RushTable *table, GError **error)
{
  return table_plan (self, NULL, table, error);
}

/* ── temporary views ── */

static GHashTable *
views_of (RushCatalog *self, gboolean global)
{
  return global ? self->shared->global_views : self->views;
}

gboolean
rush_catalog_create_view (RushCatalog *self, RushTable *view, gboolean replace, GError **error)
{
  pthread_mutex_lock (&self->shared->lock);
  GHashTable *views = views_of (self, view->database != NULL);
  gboolean refused = !replace && rush_catalog_look_up (views, view->name) != NULL;
  if (!refused)
    g_hash_table_replace (views, g_utf8_strdown (view->name, -1), rush_table_ref (view));
  pthread_mutex_unlock (&self->shared->lock);
  if (refused)
    {
      g_autofree char *id = rush_table_id (view);
      rush_sql_error_set (error, RUSH_SQL_CLASS_TEMP_TABLE_OR_VIEW_ALREADY_EXISTS, NULL,
                          "relationName", id, NULL);
    }
  return !refused;
}

gboolean
rush_catalog_drop_view (RushCatalog *self, const char *name, gboolean global)
{
  g_autofree char *key = g_utf8_strdown (name, -1);
  pthread_mutex_lock (&self->shared->lock);
  gboolean found = g_hash_table_remove (views_of (self, global), key);
  pthread_mutex_unlock (&self->shared->lock);
  return found;
}

RushTable *
rush_catalog_find_view (RushCatalog *self, const char *const *names)
{
  guint n = g_strv_length ((char **)names);
  gboolean global = n == 2 && g_ascii_strcasecmp (names[0], RUSH_GLOBAL_TEMP) == 0;

  if (n != 1 && !global)
    return NULL;
  pthread_mutex_lock (&self->shared->lock);
  RushTable *found = rush_catalog_look_up (views_of (self, global), names[n - 1]);
  if (found != NULL)
    rush_table_ref (found);
  pthread_mutex_unlock (&self->shared->lock);
  return found;
}

/* ── lookup ── */

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

/* @scope NULL: the user's own query. */
static RushPlan *
lookup (RushCatalog *self, const ViewScope *scope, const char *const *names, GError **error)
{
  if (scope == NULL || scope->temporary)
    {
      g_autoptr (RushTable) view = rush_catalog_find_view (self, names);
      if (view != NULL)
        return view_plan (self, scope, view, names, error);
    }
  pthread_mutex_lock (&self->shared->lock);
  RushTable *found =
      rush_catalog_table_in (self, scope != NULL ? scope->database : self->current, names);
  g_autoptr (RushTable) table = found != NULL ? rush_table_ref (found) : NULL;
  pthread_mutex_unlock (&self->shared->lock);
  return table != NULL ? table_plan (self, scope, table, error) : files_plan (self, names, error);
}

RushPlan *
rush_catalog_lookup_relation (RushCatalogView *view, const char *const *names, GPtrArray *options,
                              GError **error)
{
  return lookup ((RushCatalog *)view, NULL, names, error);
}
