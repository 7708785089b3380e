/* write.c - planning of writes.
 *
 * Whoever asks for a write has settled everything (sql/session): the query's columns have the
 * table's types, its rows are sorted as the files shall have them.  Two operators go on top.
 */
#include "sql/physical/write.h"

#include "sql/physical/operators/insert_files.h"
#include "sql/physical/planner/planner.h"
#include "sql/sources/partition_values.h"

RushExec *
rush_plan_write (RushQuery *query, RushPlan *plan, GError **error)
{
  RushExec *rows;

  if (plan->kind != RUSH_PLAN_COMMAND || plan->as.command.command->kind != RUSH_COMMAND_WRITE)
    return NULL;
  rows = rush_plan_later (query, plan->children[0], error);
  if (rows != NULL && plan->as.command.command->location == NULL) /* "noop" */
    return rush_discard_exec_new (plan->as.command.command->save_mode, rows);
  return rows != NULL
             ? rush_insert_exec_new (plan->as.command.command, rush_write_files_exec_new (rows))
             : NULL;
}

/* The value of a column of a static partition; FALSE: it has none. */
static gboolean
static_value (const RushCommand *write, const char *column, const char **out)
{
  for (guint i = 0; i + 1 < write->static_partition->len; i += 2)
    if (g_ascii_strcasecmp (write->static_partition->pdata[i], column) == 0)
      {
        *out = write->static_partition->pdata[i + 1];
        return TRUE;
      }
  return FALSE;
}

char *
rush_write_static_folder (const RushCommand *write)
{
  GString *folder = g_string_new (write->location);
  const char *value;

  for (char **column = write->partitioning; *column != NULL; column++)
    if (static_value (write, *column, &value))
      {
        g_autofree char *name = rush_partition_escape (*column);
        g_autofree char *text = rush_partition_escape (value);

        g_string_append_printf (folder, "/%s=%s", name, text);
      }
  return g_string_free (folder, FALSE);
}
