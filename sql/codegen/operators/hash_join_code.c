/* hash_join_code.c - BroadcastHashJoin and ShuffledHashJoin: a table of one side, then the other
 * streams by.
 *
 *   rl_table_add (table, build_row, keys)           the first loop
 *   match = rl_table_find (table, keys)             in the loop of the side that streams: that of
 *                                                   this stage, or an input
 *
 * BroadcastNestedLoopJoin is the same without keys: every row of the broadcast side is a match.
 *
 * Mirrors: HashJoin, BroadcastHashJoinExec, ShuffledHashJoinExec, BroadcastNestedLoopJoinExec.
 */
#include "sql/codegen/codegen_private.h"

#include <string.h>

typedef struct
{
  const char *table;
  const char *rest;  /* all rows of the build side, if some may be left over */
  const char *pairs; /* … */
} HashJoinNote;

static const RushExprList *
keys_of (const RushJoin *join, gboolean left)
{
  return left ? join->left_keys : join->right_keys;
}

/* ---- the table ---- */

static HashJoinNote *
write_table (RushStageCode *self, const RushExec *exec)
{
  const RushJoin *join = rush_join_exec_get (exec);
  const RushExprList *keys = keys_of (join, join->build_left);
  HashJoinNote *note = rush_code_note (self, exec, sizeof *note);
  const char *row, *values, *is_null;

  note->table = rush_code_name (self, "table");
  rush_code_announce (self, exec);
  rush_code_line (self, "rl_table *%s = rl_table_new (stage, %u);", note->table, keys->n);
  if (rush_code_keeps_build (join))
    {
      note->rest = rush_code_name (self, "all_rows");
      note->pairs = rush_code_name (self, "pairs");
      rush_code_line (self, "rl_rows *%s = rl_rows_new (stage);", note->rest);
      rush_code_line (self, "rl_pairs *%s = rl_pairs_new (stage);", note->pairs);
    }
  row = rush_code_open_input (self, exec->children[join->build_left ? 0 : 1]);
  values = rush_code_keys (self, keys, &is_null);
  rush_code_if (self, "return false;", "!rl_table_add (%s, %s, %s)", note->table, row, values);
  if (note->rest != NULL)
    rush_code_if (self, "return false;", "!rl_rows_add (%s, %s)", note->rest, row);
  rush_code_close_loop (self);
  return note;
}

static RushMatches
matches_of (RushStageCode *self, const RushExec *exec, const HashJoinNote *note, const char *row)
{
  const RushJoin *join = rush_join_exec_get (exec);
  RushMatches matches = {
    .join = join,
    .streamed = exec->children[join->build_left ? 1 : 0],
    .build = exec->children[join->build_left ? 0 : 1],
    .row = row,
    .match = rush_code_name (self, "match"),
    .pairs = note->pairs,
  };

  return matches;
}

/* Looks the row at hand up. */
static void
probe (RushStageCode *self, const RushExec *exec, const HashJoinNote *note, const char *row)
{
  RushMatches matches = matches_of (self, exec, note, row);
  const char *is_null;
  const char *values =
      rush_code_keys (self, keys_of (matches.join, !matches.join->build_left), &is_null);

  if (matches.join->null_aware) /* x NOT IN (…): nothing is known where a null takes part */
    rush_code_if (self, "continue;",
                  "!rl_table_is_empty (%s) && (rl_table_has_null_key (%s) || %s)", note->table,
                  note->table, is_null);
  matches.first = rush_code_text (self, "rl_table_find (%s, %s)", note->table, values);
  matches.next = rush_code_text (self, "rl_table_next (%s, %s)", note->table, matches.match);
  rush_code_matches (self, exec, &matches);
}

/* ---- a broadcast table: the other side is part of the stage ---- */

static void
broadcast_hash_produce (RushStageCode *self, const RushExec *exec)
{
  const RushJoin *join = rush_join_exec_get (exec);

  write_table (self, exec);
  rush_code_produce (self, exec->children[join->build_left ? 1 : 0]);
}

static void
broadcast_hash_consume (RushStageCode *self, const RushExec *exec, const RushExec *child)
{
  rush_code_announce (self, exec);
  probe (self, exec, rush_code_noted (self, exec), NULL);
}

/* ---- two inputs ---- */

static void
shuffled_hash_produce (RushStageCode *self, const RushExec *exec)
{
  const HashJoinNote *note = write_table (self, exec);
  const RushJoin *join = rush_join_exec_get (exec);
  const char *row = rush_code_open_input (self, exec->children[join->build_left ? 1 : 0]);

  probe (self, exec, note, row);
  rush_code_close_loop (self);
  if (note->pairs != NULL)
    {
      RushMatches matches = matches_of (self, exec, note, row);
      rush_code_consume_pairs (self, exec, &matches, note->rest);
    }
}

/* ---- nested loops ---- */

static void
nested_loop_produce (RushStageCode *self, const RushExec *exec)
{
  const RushJoin *join = rush_join_exec_get (exec);
  HashJoinNote *note = rush_code_note (self, exec, sizeof *note);
  const char *row;

  note->rest = rush_code_name (self, "all_rows");
  rush_code_announce (self, exec);
  rush_code_line (self, "rl_rows *%s = rl_rows_new (stage);", note->rest);
  row = rush_code_open_input (self, exec->children[join->build_left ? 0 : 1]);
  rush_code_if (self, "return false;", "!rl_rows_add (%s, %s)", note->rest, row);
  rush_code_close_loop (self);
  rush_code_produce (self, exec->children[join->build_left ? 1 : 0]);
}

static void
nested_loop_consume (RushStageCode *self, const RushExec *exec, const RushExec *child)
{
  const HashJoinNote *note = rush_code_noted (self, exec);
  RushMatches matches = matches_of (self, exec, note, NULL);

  rush_code_announce (self, exec);
  matches.first = rush_code_text (self, "rl_rows_first (%s)", note->rest);
  matches.next = rush_code_text (self, "rl_rows_next (%s)", note->rest);
  rush_code_matches (self, exec, &matches);
}

const RushOperatorCode rush_broadcast_hash_join_code = { "BroadcastHashJoin",
                                                         broadcast_hash_produce,
                                                         broadcast_hash_consume };
const RushOperatorCode rush_shuffled_hash_join_code = { "ShuffledHashJoin", shuffled_hash_produce,
                                                        NULL };
const RushOperatorCode rush_nested_loop_join_code = { "BroadcastNestedLoopJoin",
                                                      nested_loop_produce, nested_loop_consume };
