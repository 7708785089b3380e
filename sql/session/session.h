/* session.h - an SQL session: settings, catalog, registered functions, cached plans.
 *
 * Interface:  sql () → plan; query () → what runs a plan; commands run when they are analyzed, as
 *             in Spark (spark.sql ("create …") acts at once).
 * Ownership:  refcounted; holds its context.   Threads: any; one lock guards settings and catalog.
 * Mirrors:    org.apache.spark.sql.classic.SparkSession, internal.SessionState, SessionCatalog.
 */
#pragma once

#include "sql/parser/parser.h"
#include "sql/physical/query.h"
#include "sql/sources/source.h"

typedef struct _RushSqlSession RushSqlSession;

/* @python: what calls of Python's functions are given (python_evaluator.h); or NULL. */
RushSqlSession *rush_sql_session_new (RushContext *context, gpointer python);
RushSqlSession *rush_sql_session_new_child (RushSqlSession *self); /* newSession (): shares caches
                                                                      and global views */
RushSqlSession *rush_sql_session_ref (RushSqlSession *self);
void rush_sql_session_unref (RushSqlSession *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushSqlSession, rush_sql_session_unref)

/* spark.conf: keys under spark.sql are checked against the table of settings. */
gboolean rush_sql_session_set_conf (RushSqlSession *self, const char *key, const char *value,
                                    GError **error);
void rush_sql_session_unset_conf (RushSqlSession *self, const char *key);
char *rush_sql_session_get_conf (RushSqlSession *self, const char *key); /* NULL: not set */

/* Parses and analyzes; commands are run and give a LOCAL_RELATION of their result.
 * @parameters: name (or NULL) and literal, name, literal …; or NULL. */
RushPlan *rush_sql_session_sql (RushSqlSession *self, const char *text, GPtrArray *parameters,
                                const RushExecutionOptions *options, GError **error);
/* Analyzes @plan; a COMMAND is run and replaced as in sql (). (transfer full) */
RushPlan *rush_sql_session_analyze (RushSqlSession *self, RushPlan *plan,
                                    const RushExecutionOptions *options, GError **error);
RushQuery *rush_sql_session_query (RushSqlSession *self, RushPlan *plan); /* (transfer full) */
/* The same with one setting (spark.sql…) that is another for this query. (transfer full) */
RushQuery *rush_sql_session_query_with (RushSqlSession *self, RushPlan *plan, const char *key,
                                        const char *value);
RushParserOptions rush_sql_session_parser_options (RushSqlSession *self);
RushEvalSettings rush_sql_session_settings (RushSqlSession *self); /* conf: a copy, owned by … see
                                                                      rush_eval_settings_clear () */
void rush_sql_session_register_function (RushSqlSession *self, const char *name,
                                         RushPythonFunction *function);
RushPlan *rush_sql_session_table (RushSqlSession *self, const char *name, GError **error);
RushPlan *rush_sql_session_load (RushSqlSession *self, const char *format, const char *const *paths,
                                 guint n_paths, RushSchema *schema, RushOptions *options,
                                 const RushExecutionOptions *execution /* or NULL */,
                                 GError **error);

/* spark.read.json (RDD of str): @texts has one column of strings; @schema or NULL: it is looked
 * for. (transfer full) */
RushPlan *rush_sql_session_load_json_texts (RushSqlSession *self, RushPlan *texts,
                                            RushSchema *schema, RushOptions *options,
                                            const RushExecutionOptions *execution, GError **error);

/* Persisted plans. */
gboolean rush_sql_session_cache (RushSqlSession *self, RushPlan *plan, RushStorageLevel level,
                                 const char *table_name /* or NULL */, GError **error);
gboolean rush_sql_session_uncache (RushSqlSession *self, RushPlan *plan, gboolean blocking);
gboolean rush_sql_session_is_cached (RushSqlSession *self, RushPlan *plan,
                                     RushStorageLevel *out_level);
