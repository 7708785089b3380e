/* merge_join_code.c - SortMergeJoin: two sorted inputs, and a list of the rows that match.
 *
 *   streamed  1 3 3 5          for each row: if its keys are new, go on in the other input
 *   other     1 2 3 3 4        past all that are smaller, and keep all that are equal;
 *                  └matches┘   equal keys that follow meet the same list
 *
 * Mirrors: SortMergeJoinExec.genScanner, doProduce.
 */
#include "sql/codegen/codegen_private.h"

#include "sql/physical/operators/joins.h"

typedef struct
{
  const char *list;                 /* the matches */
  const char *keys, *is_null;       /* of the row at hand */
  const char *last_keys, *has_keys; /* that the list is of */
  const char *other;                /* the other input's row */
  guint input;                      /* … and its number */
  const char *rest;                 /* all its rows, if some may be left over; or NULL */
} Merge;

/* Reads the other input until its keys are larger. */
static void
write_advance (RushStageCode *self, const RushMatches *m, const Merge *merge)
{
  const RushExprList *keys = m->join->build_left ? m->join->left_keys : m->join->right_keys;
  const char *order = rush_code_name (self, "order"), *is_null, *values;

  rush_code_line (self, "rl_rows_clear (%s);", merge->list);
  rush_code_open (self, "for (; %s != NULL; %s = rl_next_row (stage, %u))", merge->other,
                  merge->other, merge->input);
  rush_code_load_row (self, m->build->output, merge->other, FALSE);
  values = rush_code_keys (self, keys, &is_null);
  rush_code_line (self, "int %s = rl_compare_keys (%u, %s, %s);", order, keys->n, values,
                  merge->keys);
  rush_code_if (self, "break;", "%s > 0", order);
  if (merge->rest != NULL)
    rush_code_if (self, "return false;", "!rl_rows_add (%s, %s)", merge->rest, merge->other);
  rush_code_if (self, "return false;", "%s == 0 && !rl_rows_add (%s, %s)", order, merge->list,
                merge->other);
  rush_code_close (self);
  for (guint k = 0; k < keys->n; k++)
    rush_code_line (self, "%s[%u] = %s[%u];", merge->last_keys, k, merge->keys, k);
  rush_code_line (self, "%s = true;", merge->has_keys);
}

static void
declare (RushStageCode *self, const RushMatches *m, Merge *merge)
{
  guint n = m->join->left_keys->n;

  merge->list = rush_code_name (self, "matches");
  merge->keys = rush_code_name (self, "keys");
  merge->last_keys = rush_code_name (self, "matches_keys");
  merge->has_keys = rush_code_name (self, "has_matches_keys");
  merge->other = rush_code_name (self, "other");
  merge->input = self->inputs->len;
  g_ptr_array_add (self->inputs, (gpointer)m->build);
  rush_code_line (self, "rl_rows *%s = rl_rows_new (stage);", merge->list);
  rush_code_line (self, "rl_datum %s[%u]; // what they have in common", merge->last_keys, n);
  rush_code_line (self, "bool %s = false;", merge->has_keys);
  rush_code_line (self, "const rl_row *%s = rl_next_row (stage, %u);", merge->other, merge->input);
  if (rush_code_keeps_build (m->join))
    {
      merge->rest = rush_code_name (self, "all_rows");
      rush_code_line (self, "rl_rows *%s = rl_rows_new (stage);", merge->rest);
      rush_code_line (self, "rl_pairs *%s = rl_pairs_new (stage);", m->pairs);
    }
}

/* What the other input has behind the last row that streamed. */
static void
write_rest (RushStageCode *self, const Merge *merge)
{
  rush_code_open (self, "for (; %s != NULL; %s = rl_next_row (stage, %u))", merge->other,
                  merge->other, merge->input);
  rush_code_if (self, "return false;", "!rl_rows_add (%s, %s)", merge->rest, merge->other);
  rush_code_close (self);
}

static void
merge_produce (RushStageCode *self, const RushExec *exec)
{
  const RushJoin *join = rush_join_exec_get (exec);
  RushMatches m = {
    .join = join,
    .streamed = exec->children[join->build_left ? 1 : 0],
    .build = exec->children[join->build_left ? 0 : 1],
    .match = rush_code_name (self, "match"),
    .pairs = rush_code_keeps_build (join) ? rush_code_name (self, "pairs") : NULL,
  };
  const RushExprList *keys = join->build_left ? join->right_keys : join->left_keys;
  Merge merge = { 0 };
  const char *values;

  rush_code_announce (self, exec);
  declare (self, &m, &merge);
  m.row = rush_code_open_input (self, m.streamed);
  values = rush_code_keys (self, keys, &merge.is_null);
  merge.is_null = rush_code_short (self, merge.is_null, "has_no_key");
  rush_code_line (self, "const rl_datum *%s = %s;", merge.keys, values);
  rush_code_open (
      self, "if (%s)",
      rush_code_bare (
          self,
          rush_code_and (self, rush_code_not (self, merge.is_null),
                         rush_code_text (self, "!(%s && rl_compare_keys (%u, %s, %s) == 0)",
                                         merge.has_keys, keys->n, merge.keys, merge.last_keys))));
  write_advance (self, &m, &merge);
  rush_code_close (self);
  m.first =
      g_strcmp0 (merge.is_null, "false") == 0
          ? rush_code_text (self, "rl_rows_first (%s)", merge.list)
          : rush_code_text (self, "%s ? NULL : rl_rows_first (%s)", merge.is_null, merge.list);
  m.next = rush_code_text (self, "rl_rows_next (%s)", merge.list);
  rush_code_matches (self, exec, &m);
  rush_code_close_loop (self);
  if (m.pairs == NULL)
    return;
  write_rest (self, &merge);
  rush_code_consume_pairs (self, exec, &m, merge.rest);
}

const RushOperatorCode rush_sort_merge_join_code = { "SortMergeJoin", merge_produce, NULL };
