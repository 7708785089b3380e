/* write.h - queries whose rows go to files, and not to the driver.
 *
 *   Execute InsertIntoHadoopFsRelationCommand     one job; no rows come out
 *   └── WriteFiles
 *       └── the query
 *
 * Mirrors:  org.apache.spark.sql.execution.{command.DataWritingCommandExec,
 *           datasources.{InsertIntoHadoopFsRelationCommand,WriteFilesExec}}, and their strategies.
 */
#pragma once

#include "sql/physical/query.h"

/* A COMMAND of kind RUSH_COMMAND_WRITE; NULL without error: @plan is none. */
RushExec *rush_plan_write (RushQuery *query, RushPlan *plan, GError **error);

/* What RUSH_SAVE_OVERWRITE of a static partition replaces: "<location>/year=2024/month=1" as far as
 * the leading columns of @partitioning have values. (transfer full) */
char *rush_write_static_folder (const RushCommand *write);
