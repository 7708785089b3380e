/* call_code.c - expressions that the engine evaluates: a function by name, on the values of a row.
 *
 *   upper (name) || '!'     rl_datum upper;
 *                           if (!rl_call (stage, "upper", 0, 1, (rl_datum[]){ … name … }, &upper))
 *                             return false;
 *
 * The expression itself goes along with the stage as reference 0, its arguments replaced by the
 * numbers of the values that the call is given; literals stay in it, as functions compile patterns
 * and formats once.  Spark's generated classes have their references[] for the same.
 *
 * Mirrors: CodegenContext.addReferenceObj.
 */
#include "sql/codegen/codegen_private.h"

#include <string.h>

/* ---- references ---- */

static RushExpr *
as_argument (RushExpr *expr, GPtrArray *arguments)
{
  g_ptr_array_add (arguments, expr);
  return rush_expr_bound (arguments->len - 1, expr->type, expr->nullable, "argument");
}

/* Inside a lambda function only the row's columns are arguments: its variables come with each
 * element. */
static RushExpr *
bind_attribute (RushExpr *node, gpointer arguments, GError **error)
{
  return node->kind == RUSH_EXPR_ATTRIBUTE ? as_argument (node, arguments) : rush_expr_ref (node);
}

guint
rush_code_reference (RushStageCode *self, const RushExpr *expr, GPtrArray *arguments)
{
  g_autofree RushExpr **children = g_new (RushExpr *, expr->n_children + 1);

  for (guint i = 0; i < expr->n_children; i++)
    {
      RushExpr *child = expr->children[i];

      if (child->kind == RUSH_EXPR_LITERAL)
        children[i] = rush_expr_ref (child);
      else if (child->kind == RUSH_EXPR_LAMBDA)
        children[i] = rush_expr_transform_up (child, bind_attribute, arguments, NULL);
      else
        children[i] = as_argument (child, arguments);
    }
  g_ptr_array_add (self->references, rush_expr_with_children ((RushExpr *)expr, children));
  return self->references->len - 1;
}

const char *
rush_code_arguments (RushStageCode *self, const GPtrArray *arguments)
{
  g_autofree RushCode *codes = g_new (RushCode, arguments->len + 1);

  for (guint i = 0; i < arguments->len; i++)
    codes[i] = rush_code_expression (self, arguments->pdata[i]);
  return rush_code_datums (self, codes, arguments->len);
}

/* ---- calls ---- */

static const char *
name_of (const RushExpr *expr)
{
  if (expr->kind == RUSH_EXPR_FUNCTION)
    return expr->as.function.name;
  return rush_expr_kind_name (expr->kind);
}

RushCode
rush_code_call (RushStageCode *self, const RushExpr *expr)
{
  g_autoptr (GPtrArray) arguments = g_ptr_array_new ();
  guint reference = rush_code_reference (self, expr, arguments);
  const char *values = rush_code_arguments (self, arguments);
  const char *result = rush_code_name (self, name_of (expr));

  rush_code_line (self, "rl_datum %s;", result);
  rush_code_if (self, "return false;", "!rl_call (stage, %s, %u, %u, %s, &%s)",
                rush_code_quote (self, name_of (expr), strlen (name_of (expr))), reference,
                arguments->len, values, result);
  return rush_code_of_datum (self, expr->type, result);
}
