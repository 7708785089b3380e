/* choice_code.c - IF, CASE and COALESCE: each branch runs only for the rows that come to it.
 *
 *   CASE WHEN a > 0 THEN b / a ELSE 0 END      double choice = 0;
 *                                              bool choice_is_null = true;
 *                                              if (a > 0)
 *                                                { … choice = b / a; … }
 *                                              else
 *                                                { choice = 0; … }
 *
 * Mirrors: If, CaseWhen, Coalesce.
 */
#include "sql/codegen/codegen_private.h"

#include <string.h>

typedef struct
{
  const RushExpr *expr;
  const char *value, *is_null;
} Choice;

static void
assign (RushStageCode *self, const Choice *choice, RushCode code)
{
  if (strcmp (code.is_null, "true") != 0)
    rush_code_line_for (self, choice->value, "%s = %s;", choice->value,
                        rush_code_bare (self, code.value));
  rush_code_line_for (self, choice->is_null, "%s = %s;", choice->is_null,
                      rush_code_bare (self, code.is_null));
}

/* Branch @i and all behind it. */
static void
write_branches (RushStageCode *self, const Choice *choice, guint i)
{
  const RushExpr *expr = choice->expr;
  RushCode condition;

  if (i >= expr->n_children)
    return; /* no ELSE: null, as it was declared */
  if (i == expr->n_children - 1)
    {
      assign (self, choice, rush_code_expression (self, expr->children[i]));
      return;
    }
  condition = rush_code_expression (self, expr->children[i]);
  rush_code_open (self, "if (%s)", rush_code_bare (self, condition.value));
  assign (self, choice, rush_code_expression (self, expr->children[i + 1]));
  rush_code_close (self);
  if (i + 2 >= expr->n_children)
    return;
  rush_code_open (self, "else");
  write_branches (self, choice, i + 2);
  rush_code_close (self);
}

/* The first that is not null. */
static void
write_candidates (RushStageCode *self, const Choice *choice, guint i)
{
  assign (self, choice, rush_code_expression (self, choice->expr->children[i]));
  if (i + 1 == choice->expr->n_children)
    return;
  rush_code_open (self, "if (%s)", choice->is_null);
  write_candidates (self, choice, i + 1);
  rush_code_close (self);
}

RushCode
rush_code_choice (RushStageCode *self, const RushExpr *expr)
{
  Choice choice = { expr, rush_code_name (self, "choice"), NULL };

  choice.is_null = rush_code_name (self, rush_code_text (self, "%s_is_null", choice.value));
  rush_code_line_for (self, choice.value, "%s %s = %s;", rush_code_type (expr->type), choice.value,
                      rush_code_zero (expr->type));
  rush_code_line_for (self, choice.is_null, "bool %s = true;", choice.is_null);
  if (expr->kind == RUSH_EXPR_COALESCE)
    write_candidates (self, &choice, 0);
  else
    write_branches (self, &choice, 0);
  return (RushCode){ expr->type, choice.value, choice.is_null };
}
