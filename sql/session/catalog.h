/* catalog.h - what names mean: temporary views, global views, databases and their tables.
 *
 *   name            looked up in
 *   v               temporary views of the session, then tables of the current database
 *   global_temp.v   views that all sessions of the application share
 *   db.t            tables (spark_catalog.db.t says the same)
 *   csv.`/a/b`      files, by format and path
 *
 * Tables live as long as the application (Spark's in-memory catalog); their files stay.
 *
 * Ownership:  refcounted; what all sessions share stands behind a reference of its own.
 * Threads:    any; a lock.
 * Mirrors:    org.apache.spark.sql.catalyst.catalog.{SessionCatalog,InMemoryCatalog,
 *             GlobalTempViewManager}.
 */
#pragma once

#include "sql/analyzer/analyzer.h"
#include "sql/sources/source.h"

typedef struct _RushCatalog RushCatalog;

#define RUSH_CATALOG_NAME "spark_catalog"
#define RUSH_GLOBAL_TEMP "global_temp"

/* What ANALYZE TABLE … FOR COLUMNS found of one column, as texts; NULL: unknown. */
typedef struct
{
  char *column;
  char *min, *max;
  char *n_nulls, *n_distinct;
  char *mean_bytes, *max_bytes;
} RushColumnStatistics;

/* A table of files, or a view: a query by name. */
typedef struct
{
  RushRefCount refs;
  char *database; /* of a temporary view: NULL, or RUSH_GLOBAL_TEMP */
  char *name;
  char *comment;         /* or NULL */
  GPtrArray *properties; /* key, value …; or NULL */
  gint64 created_ms;
  RushSchema *schema;
  char **column_comments; /* one a column, "" for none; or NULL */

  /* a table */
  char *provider; /* "parquet"; NULL: a view */
  char *location; /* a folder, absolute */
  gboolean external;
  char **partition_columns; /* or NULL */
  char **bucket_columns;    /* or NULL */
  char **sort_columns;      /* of files of buckets; or NULL */
  guint n_buckets;
  GPtrArray *options;           /* key, value …; or NULL */
  RushStatistics statistics;    /* of ANALYZE TABLE; size_bytes −1: none */
  GPtrArray *column_statistics; /* RushColumnStatistics; or NULL */

  /* a view */
  RushPlan *view;      /* as it was parsed, so that it is resolved anew each time; or, of a
                          DataFrame, analyzed; NULL: a table */
  char *view_text;     /* or NULL */
  char *view_database; /* where its names are looked up */
  char **view_outputs; /* what its query called the columns of `schema` */
} RushTable;
RushTable *rush_table_ref (RushTable *self);
void rush_table_unref (RushTable *self);
RushTable *rush_table_new (const char *database, const char *name);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushTable, rush_table_unref)
/* What its files are read and written with: options, and where it lies. (transfer full) */
GPtrArray *rush_table_options (const RushTable *self);
/* `spark_catalog`.`db`.`t`, as messages have it; of a temporary view `v`. (transfer full) */
char *rush_table_id (const RushTable *self);

/* @parent NULL: nothing is shared yet; else databases, tables and global views are the parent's. */
RushCatalog *rush_catalog_new (RushContext *context, RushCatalog *parent, const char *warehouse);
RushCatalog *rush_catalog_ref (RushCatalog *self);
void rush_catalog_unref (RushCatalog *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushCatalog, rush_catalog_unref)

/* As the analyzer asks; lives as long as the catalog. */
RushCatalogView *rush_catalog_view (RushCatalog *self);
/* Which settings files are read with; copied. */
void rush_catalog_set_settings (RushCatalog *self, const RushEvalSettings *settings);

/* ── temporary views ── */

/* FALSE: there is one, and @replace is FALSE (TEMP_TABLE_OR_VIEW_ALREADY_EXISTS). */
gboolean rush_catalog_create_view (RushCatalog *self, RushTable *view, gboolean replace,
                                   GError **error);
gboolean rush_catalog_drop_view (RushCatalog *self, const char *name, gboolean global);
/* v, or global_temp.v; NULL: there is none. (transfer full) */
RushTable *rush_catalog_find_view (RushCatalog *self, const char *const *names);

/* ── tables ── */
gboolean rush_catalog_create_table (RushCatalog *self, RushTable *table, GError **error);
/* @names of one to three parts.  NULL without error: there is none. (transfer full) */
RushTable *rush_catalog_find_table (RushCatalog *self, const char *const *names);
gboolean rush_catalog_drop_table (RushCatalog *self, const char *const *names);
void rush_catalog_rename_table (RushCatalog *self, RushTable *table, const char *name);
/* A table: what stands in its folder now; a view: its query, resolved. (transfer full) */
RushPlan *rush_catalog_table_plan (RushCatalog *self, RushTable *table, GError **error);
/* What was found of a table; both taken over. */
void rush_catalog_set_statistics (RushCatalog *self, RushTable *table, RushStatistics statistics,
                                  GPtrArray *columns /* or NULL: as they were */);
/* A relation of @source (taken over) with attributes of its own; @table NULL: it has no name. */
RushPlan *rush_plan_of_source (RushSource *source, const char *const *table);
char *rush_catalog_default_location (RushCatalog *self, const char *database, const char *table);

/* ── databases ── */
char *rush_catalog_current_database (RushCatalog *self);
gboolean rush_catalog_has_database (RushCatalog *self, const char *name);
void rush_catalog_set_current_database (RushCatalog *self, const char *name);
void rush_catalog_create_database (RushCatalog *self, const char *name, const char *location,
                                   const char *comment);
void rush_catalog_drop_database (RushCatalog *self, const char *name);
/* (transfer full): its folder, absolute; its comment, "" for none. */
char *rush_catalog_database_location (RushCatalog *self, const char *name);
char *rush_catalog_database_comment (RushCatalog *self, const char *name);
/* Sorted names, NULL-terminated (transfer full). */
char **rush_catalog_databases (RushCatalog *self);
char **rush_catalog_tables (RushCatalog *self, const char *database);
char **rush_catalog_temporary_views (RushCatalog *self, gboolean global);

/* ── functions that the user registered ── */
void rush_catalog_register_function (RushCatalog *self, const char *name,
                                     RushPythonFunction *function); /* takes over */
char **rush_catalog_functions (RushCatalog *self);
