/* files_private.h - queries whose rows become a table's files. */
#pragma once

#include "sql/session/session_private.h"

/* Runs @write (of kind RUSH_COMMAND_WRITE, all of it filled in) with the rows of @query, which is
 * analyzed, as an SQL execution of its own.  What is kept of these files is computed again. */
gboolean rush_session_write (RushSqlSession *session, RushCommand *write, RushPlan *query,
                             const RushExecutionOptions *options, GError **error);

/* A command that writes to @table; (transfer full). */
RushCommand *rush_session_write_to_table (const RushTable *table, RushSaveMode mode);

/* Files that are to go cannot be read any more: UNSUPPORTED_OVERWRITE. */
gboolean rush_session_check_not_read (const RushCommand *write, const RushPlan *query,
                                      GError **error);
/* spark.sql.sources.partitionOverwriteMode, or the write's own option. */
gboolean rush_session_overwrites_dynamically (RushSqlSession *session, const GPtrArray *options);

/* How the columns of a query find those of a table. */
typedef struct
{
  char **columns;              /* INSERT INTO t (columns); or NULL */
  const RushSqlContext *place; /* of the statement; or NULL */
  gboolean by_name;            /* BY NAME */
  GPtrArray *static_partition; /* column, value (NULL: null) … as the table spells them; or NULL */
} RushAssignment;

/* The rows of @query with the columns of @table, in its order, of its types.  Spark's conditions
 * for what does not fit.  (transfer full) */
RushPlan *rush_store_assignment (RushSqlSession *session, const RushTable *table, RushPlan *query,
                                 const RushAssignment *how, GError **error);
/* An overflow in a cast that rush_store_assignment () put there is an error of the column that the
 * value was for; other errors stay. */
void rush_store_assignment_reword (const RushTable *table, const RushPlan *query, GError **error);

/* INSERT, once the table is known; @if_not_exists: unless its static partition is there. */
gboolean rush_command_insert (RushSqlSession *session, RushTable *table, gboolean overwrite,
                              gboolean if_not_exists, RushPlan *query, const RushAssignment *how,
                              const RushExecutionOptions *options, GError **error);

/* The index of a column; −1: there is none. */
gint rush_schema_find_column (const RushSchema *schema, const char *name, gboolean case_sensitive);
/* "`a`, `b`" */
char *rush_quoted_names (char *const *names);
/* COLUMN_ALREADY_EXISTS if two are the same. */
gboolean rush_check_no_duplicates (char *const *names, gboolean case_sensitive, GError **error);
char **rush_output_names (const RushPlan *plan);
