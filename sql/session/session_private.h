/* session_private.h - what a session holds; commands act on it. */
#pragma once

#include "sql/physical/cache_manager.h"
#include "sql/session/catalog.h"
#include "sql/session/session.h"

#include <pthread.h>

struct _RushSqlSession
{
  RushRefCount refs;
  RushContext *context;    /* (owned) */
  gpointer python;         /* for rush_python_evaluator (); lives as long as the context */
  RushCatalog *catalog;    /* (owned) */
  RushCacheManager *cache; /* (owned) shared by all sessions */

  pthread_mutex_t lock;
  /* guarded by lock */
  RushConf *conf; /* (owned) the context's settings, and what was set since */
  GHashTable *sql_settings; /* (owned) those that SQL reads, never changed; or NULL: not copied
                               since one of them was set */
};

/* Runs a command whose child, if it has one, is analyzed.  Returns what it shows: a LOCAL_RELATION
 * (transfer full). */
RushPlan *rush_command_run (RushSqlSession *session, const RushCommand *command,
                            RushPlan *child /* or NULL */, const RushExecutionOptions *options,
                            GError **error);

/* :name and ? of a statement become the literals that @parameters has: name (NULL: the next ?) and
 * RushExpr, in turns; or NULL. (transfer full) */
RushPlan *rush_bind_parameters (RushPlan *plan, GPtrArray *parameters, GError **error);

/* ── for commands ── */

/* The table that a CREATE TABLE speaks of, without columns. */
RushTable *rush_command_make_table (RushSqlSession *session, const RushCommand *command,
                                    GError **error);
/* Its columns as tables have them: those of folders last, all may be null.  COLUMN_ALREADY_EXISTS,
 * COLUMN_NOT_DEFINED_IN_TABLE, ALL_PARTITION_COLUMNS_NOT_ALLOWED. */
gboolean rush_table_set_schema (RushTable *table, RushSchema *schema, GError **error);
/* Its entry, what is kept of it, and the files of a managed one. */
gboolean rush_command_remove_table (RushSqlSession *session, RushTable *table, GError **error);
/* CREATE VIEW: @parsed is kept, @query says which columns it has. */
RushPlan *rush_create_view (RushSqlSession *session, const RushCommand *command, RushPlan *parsed,
                            RushPlan *query, const RushExecutionOptions *options, GError **error);
/* TRUE: there is one already, and the statement says IF NOT EXISTS. */
gboolean rush_command_table_exists (RushSqlSession *session, const RushCommand *command);

/* A row at a time of strings (NULL: null) and of booleans ("true", "false"), columns by @schema.
 * @cells: n_rows × n_columns strings. */
RushPlan *rush_command_result (RushSchema *schema, const char *const *cells, guint n_rows);
RushPlan *rush_command_no_result (void);
RushQueryEnvironment rush_sql_session_environment (RushSqlSession *self);
void rush_query_environment_clear (RushQueryEnvironment *self);

/* One table of these a file in commands/. */
typedef RushPlan *(*RushCommandRun) (RushSqlSession *session, const RushCommand *command,
                                     RushPlan *child, const RushExecutionOptions *options,
                                     GError **error);
typedef struct
{
  RushCommandKind kind;
  RushCommandRun run;
  const char
      *shown; /* in the plan of its execution: "Execute SetCommand"; NULL: what it runs is one
                        itself */
} RushCommandEntry;

extern const RushCommandEntry rush_setting_commands[];
extern const RushCommandEntry rush_view_commands[];
extern const RushCommandEntry rush_table_commands[];
extern const RushCommandEntry rush_insert_commands[];
extern const RushCommandEntry rush_save_commands[];
extern const RushCommandEntry rush_statistics_commands[];
extern const RushCommandEntry rush_database_commands[];
extern const RushCommandEntry rush_show_commands[];
extern const RushCommandEntry rush_show_table_commands[];
extern const RushCommandEntry rush_describe_commands[];
extern const RushCommandEntry rush_cache_commands[];
extern const RushCommandEntry rush_explain_commands[];
