/* join_code.c - what joins make of a row and its matches, whichever way these are found.
 *
 *   inner            for (match …) { condition, or continue; … }
 *   outer            for (match …; match != NULL || !found; …)      the last round has no match
 *   semi, anti       for (match …; match != NULL && !found; …) found = true;
 *                    if (!found) continue;                          or: if (found) continue;
 *   both sides'      pairs first, then the rows that no pair has, and only then what is above:
 *   rows are kept    its text stands once
 *
 * Mirrors: HashJoin.codegenInner, codegenOuter, codegenSemi, codegenAnti, codegenExistence.
 */
#include "sql/codegen/codegen_private.h"

#include <string.h>

const char *
rush_code_keys (RushStageCode *self, const RushExprList *keys, const char **out_is_null)
{
  g_autofree RushCode *codes = g_new (RushCode, keys->n + 1);

  *out_is_null = "false";
  for (guint k = 0; k < keys->n; k++)
    {
      codes[k] = rush_code_expression (self, keys->items[k]);
      *out_is_null = rush_code_or (self, *out_is_null, codes[k].is_null);
    }
  return rush_code_datums (self, codes, keys->n);
}

/* ---- values as they were ---- */

/* A condition may learn that a column is not null: for pairs that fulfil it, not for all that come
 * out. */
static RushCode *
save_values (RushStageCode *self, const RushExprList *attributes)
{
  RushCode *codes = g_new (RushCode, attributes->n + 1);

  for (guint i = 0; i < attributes->n; i++)
    codes[i] = rush_code_get (self, attributes->items[i]);
  return codes;
}

static void
restore_values (RushStageCode *self, const RushExprList *attributes, RushCode *codes)
{
  for (guint i = 0; i < attributes->n; i++)
    rush_code_set (self, attributes->items[i], codes[i]);
  g_free (codes);
}

/* ---- types of joins ---- */

static void
write_inner (RushStageCode *self, const RushExec *exec, const RushMatches *m)
{
  rush_code_open (self, "for (const rl_row *%s = %s; %s != NULL; %s = %s)", m->match, m->first,
                  m->match, m->match, m->next);
  rush_code_load_row (self, m->build->output, m->match, FALSE);
  if (m->join->condition != NULL)
    rush_code_require (self, m->join->condition);
  rush_code_consume (self, exec);
  rush_code_close (self);
}

static void
write_outer (RushStageCode *self, const RushExec *exec, const RushMatches *m)
{
  const char *found = rush_code_name (self, "found");
  RushCode *streamed, *build;

  rush_code_line (self, "bool %s = false;", found);
  rush_code_open (self, "for (const rl_row *%s = %s; %s != NULL || !%s; %s = %s)", m->match,
                  m->first, m->match, found, m->match, m->next);
  rush_code_load_row (self, m->build->output, m->match, TRUE);
  if (m->join->condition != NULL)
    {
      streamed = save_values (self, m->streamed->output);
      build = save_values (self, m->build->output);
      rush_code_open (self, "if (%s != NULL)", m->match);
      rush_code_require (self, m->join->condition);
      rush_code_close (self);
      restore_values (self, m->streamed->output, streamed);
      restore_values (self, m->build->output, build);
    }
  rush_code_line (self, "%s = true;", found);
  rush_code_consume (self, exec);
  rush_code_close (self);
}

/* Whether there is a match. */
static const char *
write_found (RushStageCode *self, const RushMatches *m)
{
  const char *found = rush_code_name (self, "found");
  RushCode *streamed;

  if (m->join->condition == NULL)
    {
      rush_code_line (self, "bool %s = (%s) != NULL;", found, m->first);
      return found;
    }
  streamed = save_values (self, m->streamed->output);
  rush_code_line (self, "bool %s = false;", found);
  rush_code_open (self, "for (const rl_row *%s = %s; %s != NULL && !%s; %s = %s)", m->match,
                  m->first, m->match, found, m->match, m->next);
  rush_code_load_row (self, m->build->output, m->match, FALSE);
  rush_code_require (self, m->join->condition);
  rush_code_line (self, "%s = true;", found);
  rush_code_close (self);
  restore_values (self, m->streamed->output, streamed);
  return found;
}

/* Pairs, and rows of the streamed side that are in none if these are kept. */
static void
write_pairs (RushStageCode *self, const RushMatches *m)
{
  gboolean keeps_streamed = m->join->type == RUSH_JOIN_FULL_OUTER;
  const char *found = rush_code_name (self, "found");

  rush_code_line_for (self, found, "bool %s = false;", found);
  rush_code_open (self, "for (const rl_row *%s = %s; %s != NULL; %s = %s)", m->match, m->first,
                  m->match, m->match, m->next);
  rush_code_load_row (self, m->build->output, m->match, FALSE);
  if (m->join->condition != NULL)
    rush_code_require (self, m->join->condition);
  rush_code_line_for (self, found, "%s = true;", found);
  rush_code_line (self, "rl_row_mark (%s);", m->match);
  rush_code_if (self, "return false;", "!rl_pairs_add (%s, %s, %s)", m->pairs, m->row, m->match);
  rush_code_close (self);
  if (keeps_streamed)
    rush_code_if (self, "return false;", "!%s && !rl_pairs_add (%s, %s, NULL)", found, m->pairs,
                  m->row);
}

void
rush_code_matches (RushStageCode *self, const RushExec *exec, const RushMatches *m)
{
  const char *found;

  if (m->pairs != NULL)
    {
      write_pairs (self, m);
      return;
    }
  switch (m->join->type)
    {
    case RUSH_JOIN_INNER:
    case RUSH_JOIN_CROSS:
      write_inner (self, exec, m);
      return;
    case RUSH_JOIN_LEFT_OUTER:
    case RUSH_JOIN_RIGHT_OUTER:
      write_outer (self, exec, m);
      return;
    case RUSH_JOIN_LEFT_SEMI:
    case RUSH_JOIN_LEFT_ANTI:
      found = write_found (self, m);
      rush_code_if (self, "continue;", "%s%s", m->join->type == RUSH_JOIN_LEFT_SEMI ? "!" : "",
                    found);
      rush_code_consume (self, exec);
      return;
    case RUSH_JOIN_EXISTENCE:
      found = write_found (self, m);
      rush_code_set (self, m->join->exists, (RushCode){ &RUSH_BOOL, found, "false" });
      rush_code_consume (self, exec);
      return;
    case RUSH_JOIN_FULL_OUTER:
      break;
    }
  g_assert_not_reached ();
}

/* ---- both sides ---- */

gboolean
rush_code_keeps_build (const RushJoin *join)
{
  return join->type == RUSH_JOIN_FULL_OUTER ||
         (join->type == RUSH_JOIN_LEFT_OUTER && join->build_left) ||
         (join->type == RUSH_JOIN_RIGHT_OUTER && !join->build_left);
}

void
rush_code_consume_pairs (RushStageCode *self, const RushExec *exec, const RushMatches *m,
                         const char *rest)
{
  const char *row = rush_code_name (self, "one"), *match = rush_code_name (self, "other");

  rush_code_line (self, "%s", "");
  rush_code_comment (self, "rows that are in no pair, then what is made of the pairs");
  rush_code_open (self,
                  "for (const rl_row *%s = rl_rows_first (%s); %s != NULL; %s = rl_rows_next (%s))",
                  match, rest, match, match, rest);
  rush_code_if (self, "return false;", "!rl_row_is_marked (%s) && !rl_pairs_add (%s, NULL, %s)",
                match, m->pairs, match);
  rush_code_close (self);
  match = rush_code_name (self, "other");
  rush_code_line (self, "const rl_row *%s, *%s;", row, match);
  rush_code_open (self, "while (rl_pairs_next (%s, &%s, &%s))", m->pairs, row, match);
  rush_code_load_row (self, m->streamed->output, row, TRUE);
  rush_code_load_row (self, m->build->output, match, TRUE);
  rush_code_consume (self, exec);
  rush_code_close_loop (self);
}
