/* names_private.h - tables and views that statements name, and errors if they are not there. */
#pragma once

#include "sql/session/session_private.h"

/* How an error names what is not there, and where Spark looked. */
typedef enum
{
  RUSH_NAME_QUERY,   /* as written; among built-in names, too: where queries look names up */
  RUSH_NAME_COMMAND, /* as written */
  RUSH_NAME_FULL,    /* `spark_catalog`.`default`.`t`, and nowhere in the text */
} RushNameStyle;

/* TABLE_OR_VIEW_NOT_FOUND; always FALSE. */
gboolean rush_command_set_not_found (RushSqlSession *session, const RushCommand *command,
                                     RushNameStyle style, GError **error);
/* The table or permanent view of a statement.  NULL with @error: there is none, or it is a
 * temporary view: EXPECT_PERMANENT_VIEW_NOT_TEMP for @operation, "SHOW CREATE TABLE". */
RushTable *rush_command_find_permanent (RushSqlSession *session, const RushCommand *command,
                                        const char *operation, RushNameStyle style, GError **error);
/* The same, and no view: EXPECT_TABLE_NOT_VIEW. */
RushTable *rush_command_find_table (RushSqlSession *session, const RushCommand *command,
                                    const char *operation, RushNameStyle style, GError **error);
/* The analyzed plan of what a statement names: a view of any kind, a table, files. */
RushPlan *rush_command_named_plan (RushSqlSession *session, const RushCommand *command,
                                   RushNameStyle style, const RushExecutionOptions *options,
                                   GError **error);
