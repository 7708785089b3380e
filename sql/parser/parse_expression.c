/* parse_expression.c - operators: a Pratt parser over the table of their powers.
 *
 *   a + b * c = d AND e        each operator binds as strongly as its power says; a loop takes
 *   ─┬──┬───┬───┬─             operators of at least the power it was called with, and calls
 *    9  10  4   2              itself for the right side with one more (all are left-associative)
 *
 * Long chains do not recurse: the left side grows in the loop.  ANDs (and ORs) of one chain become
 * a balanced tree, as in Spark, so that a filter of 5,000 conditions is 13 deep, not 5,000.
 *
 * Predicates (IN, LIKE, BETWEEN, IS …) stand between NOT and the comparisons, and only one may
 * follow a value:  a = 1 IS NULL  is  (a = 1) IS NULL.
 *
 * Mirrors:  AstBuilder.visitLogicalBinary, visitPredicated, visitArithmeticBinary, visitComparison;
 *           the rules booleanExpression and valueExpression.
 */
#include "sql/parser/parser_private.h"

enum
{
  POWER_OR = 1,
  POWER_AND,
  POWER_NOT,
  POWER_PREDICATE,
  POWER_COMPARISON,
  POWER_BIT_OR,
  POWER_BIT_XOR,
  POWER_BIT_AND,
  POWER_SHIFT,
  POWER_ADD,
  POWER_MULTIPLY,
  POWER_UNARY,
};

typedef struct
{
  RushTokenKind token;
  guint power;
  RushExprKind kind;
  const char *function; /* kind UNRESOLVED_FUNCTION: its name */
} Operator;

static const Operator operators[] = {
  { T (OR), POWER_OR, RUSH_EXPR_OR, NULL },
  { T (AND), POWER_AND, RUSH_EXPR_AND, NULL },
  { T (EQ), POWER_COMPARISON, RUSH_EXPR_EQUAL, NULL },
  { T (NSEQ), POWER_COMPARISON, RUSH_EXPR_EQUAL_NULL_SAFE, NULL },
  { T (NEQ), POWER_COMPARISON, RUSH_EXPR_NOT, NULL },
  { T (LT), POWER_COMPARISON, RUSH_EXPR_LESS, NULL },
  { T (LTE), POWER_COMPARISON, RUSH_EXPR_LESS_EQUAL, NULL },
  { T (GT), POWER_COMPARISON, RUSH_EXPR_GREATER, NULL },
  { T (GTE), POWER_COMPARISON, RUSH_EXPR_GREATER_EQUAL, NULL },
  { T (PIPE), POWER_BIT_OR, RUSH_EXPR_UNRESOLVED_FUNCTION, "|" },
  { T (HAT), POWER_BIT_XOR, RUSH_EXPR_UNRESOLVED_FUNCTION, "^" },
  { T (AMPERSAND), POWER_BIT_AND, RUSH_EXPR_UNRESOLVED_FUNCTION, "&" },
  { T (SHIFT_LEFT), POWER_SHIFT, RUSH_EXPR_UNRESOLVED_FUNCTION, "<<" },
  { T (SHIFT_RIGHT), POWER_SHIFT, RUSH_EXPR_UNRESOLVED_FUNCTION, ">>" },
  { T (SHIFT_RIGHT_UNSIGNED), POWER_SHIFT, RUSH_EXPR_UNRESOLVED_FUNCTION, ">>>" },
  { T (PLUS), POWER_ADD, RUSH_EXPR_ADD, NULL },
  { T (DASH), POWER_ADD, RUSH_EXPR_SUBTRACT, NULL },
  { T (DOUBLE_PIPE), POWER_ADD, RUSH_EXPR_UNRESOLVED_FUNCTION, "concat" },
  { T (STAR), POWER_MULTIPLY, RUSH_EXPR_MULTIPLY, NULL },
  { T (SLASH), POWER_MULTIPLY, RUSH_EXPR_DIVIDE, NULL },
  { T (PERCENT_SIGN), POWER_MULTIPLY, RUSH_EXPR_REMAINDER, NULL },
  { T (DIV), POWER_MULTIPLY, RUSH_EXPR_INTEGRAL_DIVIDE, NULL },
};

static RushExpr *parse_operators (RushParser *p, guint min_power);

RushExpr *
rush_call_of (const char *name, guint n, RushExpr *const *args)
{
  return rush_expr_unresolved_function (&(const char *[]){ name, NULL }[0], n, args, FALSE, NULL);
}

RushExpr *
rush_not (RushExpr *child)
{
  return rush_expr_unary (RUSH_EXPR_NOT, child);
}

/* A word is an operator only where something follows that it could be applied to. */
static const Operator *
next_operator (const RushParser *p)
{
  RushTokenKind kind = rush_peek (p);

  if (rush_token_is_keyword (kind) && rush_peek_at (p, 1) == T (EOF))
    return NULL;
  for (guint i = 0; i < G_N_ELEMENTS (operators); i++)
    if (operators[i].token == kind)
      return &operators[i];
  return NULL;
}

static RushExpr *
apply_operator (RushParser *p, const Operator *op, RushExpr *left, RushExpr *right)
{
  RushEvalMode mode = p->options.ansi ? RUSH_EVAL_ANSI : RUSH_EVAL_LEGACY;

  if (op->kind == RUSH_EXPR_NOT)
    return rush_not (rush_expr_binary (RUSH_EXPR_EQUAL, left, right));
  if (op->kind == RUSH_EXPR_UNRESOLVED_FUNCTION)
    return rush_call_of (op->function, 2, (RushExpr *[]){ left, right });
  if (op->power == POWER_COMPARISON)
    return rush_expr_binary (op->kind, left, right);
  return rush_expr_arithmetic (op->kind, mode, left, right);
}

/* ---- chains of AND and OR ---- */

static RushExpr *
balanced (RushParser *p, guint from, RushExprKind kind, RushExpr **items, guint n)
{
  if (n == 1)
    return items[0];
  guint left = n - n / 2;
  return rush_mark (p, from,
                    rush_expr_binary (kind, balanced (p, from, kind, items, left),
                                      balanced (p, from, kind, items + left, n - left)));
}

/* left { op right }, of one operator */
static RushExpr *
parse_chain (RushParser *p, guint from, const Operator *op, RushExpr *left)
{
  g_autoptr (GPtrArray) items = rush_exprs_new ();

  g_ptr_array_add (items, left);
  while (next_operator (p) == op)
    {
      p->pos++;
      RushExpr *right = parse_operators (p, op->power + 1);
      if (right == NULL)
        return NULL;
      g_ptr_array_add (items, right);
    }
  g_ptr_array_set_free_func (items, NULL);
  return balanced (p, from, op->kind, (RushExpr **)items->pdata, items->len);
}

/* ---- predicates ---- */

/* BETWEEN lower AND upper */
static RushExpr *
parse_between (RushParser *p, RushExpr *value)
{
  g_autoptr (RushExpr) held = value;
  g_autoptr (RushExpr) lower = rush_parse_value (p);

  if (lower == NULL || !rush_expect_before (p, T (AND)))
    return NULL;
  RushExpr *upper = rush_parse_value (p);
  if (upper == NULL)
    return NULL;
  return rush_call_of ("between", 3,
                       (RushExpr *[]){ g_steal_pointer (&held), g_steal_pointer (&lower), upper });
}

/* (a, b) was read as a call of struct: then the values are its arguments. */
static gboolean
is_row (RushParser *p, const RushExpr *value)
{
  return value->kind == RUSH_EXPR_UNRESOLVED_FUNCTION && value->context.text != NULL &&
         p->text->text[value->context.start] == '(' &&
         g_strcmp0 (value->as.call.parts[0], "struct") == 0;
}

static RushExpr *
in_subquery (RushParser *p, RushExpr *value, RushPlan *query)
{
  RushExpr *made;

  if (!is_row (p, value))
    return rush_expr_subquery (RUSH_EXPR_IN_SUBQUERY, query, 1, &value);
  g_autofree RushExpr **values = g_new (RushExpr *, value->n_children);
  for (guint i = 0; i < value->n_children; i++)
    values[i] = rush_expr_ref (value->children[i]);
  made = rush_expr_subquery (RUSH_EXPR_IN_SUBQUERY, query, value->n_children, values);
  rush_expr_unref (value);
  return made;
}

/* IN '(' ( query | expression { ',' expression } ) ')' */
static RushExpr *
parse_in (RushParser *p, guint from, RushExpr *value)
{
  g_autoptr (GPtrArray) items = rush_exprs_new ();

  g_ptr_array_add (items, value);
  if (!rush_expect (p, T (LEFT_PAREN)))
    return NULL;
  /* IN (VALUES (1), (2)) calls a function of that name, as it does in Spark. */
  if (rush_at_query (p, 0) &&
      (rush_peek (p) != T (VALUES) || rush_peek_at (p, 1) != T (LEFT_PAREN)))
    {
      g_autoptr (RushPlan) query = rush_parse_query (p);
      if (query == NULL || !rush_expect (p, T (RIGHT_PAREN)))
        return NULL;
      return in_subquery (p, g_ptr_array_steal_index (items, 0), g_steal_pointer (&query));
    }
  if (rush_accept (p, T (RIGHT_PAREN)))
    {
      RushSqlContext context = rush_context (p, from);
      rush_sql_error_set (&p->error, RUSH_SQL_CLASS_INVALID_SQL_SYNTAX_EMPTY_IN_PREDICATE, &context,
                          NULL);
      return NULL;
    }
  if (!rush_parse_tree_list (p, items) || !rush_expect (p, T (RIGHT_PAREN)))
    return NULL;
  RushExpr *made = rush_expr_new (RUSH_EXPR_IN, items->len, (RushExpr *const *)items->pdata);
  g_ptr_array_set_free_func (items, NULL);
  return made;
}

static RushExpr *
like_of (RushExpr *value, RushExpr *pattern, gboolean any_case, gunichar escape)
{
  char text[8] = { 0 };

  if (!any_case)
    return rush_expr_like (value, pattern, escape);
  if (escape == '\\')
    return rush_call_of ("ilike", 2, (RushExpr *[]){ value, pattern });
  g_unichar_to_utf8 (escape, text);
  return rush_call_of ("ilike", 3,
                       (RushExpr *[]){ value, pattern, rush_expr_literal_string (text, -1) });
}

/* LIKE ( ANY | SOME | ALL ) '(' pattern { ',' pattern } ')':  a chain of OR or AND; a NOT goes to
 * each */
static RushExpr *
parse_like_many (RushParser *p, guint from, RushExpr *value, gboolean any_case, gboolean negated)
{
  g_autoptr (RushExpr) held = value;
  g_autoptr (GPtrArray) items = rush_exprs_new ();
  gboolean all = rush_peek (p) == T (ALL);

  p->pos += 2;
  if (rush_accept (p, T (RIGHT_PAREN)))
    {
      RushSqlContext context = rush_context (p, from);
      rush_sql_error_set (&p->error, RUSH_SQL_CLASS_INVALID_SQL_SYNTAX_EMPTY_QUANTIFIED_PATTERN,
                          &context, NULL);
      return NULL;
    }
  if (!rush_parse_tree_list (p, items) || !rush_expect (p, T (RIGHT_PAREN)))
    return NULL;
  for (guint i = 0; i < items->len; i++)
    {
      RushExpr *like = like_of (rush_expr_ref (held), items->pdata[i], any_case, '\\');
      items->pdata[i] = negated ? rush_not (like) : like;
    }
  g_ptr_array_set_free_func (items, NULL);
  return balanced (p, from, all ? RUSH_EXPR_AND : RUSH_EXPR_OR, (RushExpr **)items->pdata,
                   items->len);
}

/* LIKE pattern [ ESCAPE 'c' ] */
static RushExpr *
parse_like (RushParser *p, guint from, RushExpr *value, gboolean any_case)
{
  g_autoptr (RushExpr) held = value;
  g_autoptr (RushExpr) pattern = rush_parse_value (p);
  gunichar escape = '\\';

  if (pattern == NULL)
    return NULL;
  if (rush_peek (p) == T (ESCAPE) && rush_at_string (p, 1))
    {
      p->pos++;
      g_autofree char *text = rush_parse_string (p);
      if (text == NULL)
        return NULL;
      if (g_utf8_strlen (text, -1) != 1)
        {
          RushSqlContext context = rush_context (p, from);
          g_autofree char *quoted = g_strdup_printf ("'%s'", text);
          rush_sql_error_set (&p->error, RUSH_SQL_CLASS_INVALID_ESC, &context, "invalidEscape",
                              quoted, NULL);
          return NULL;
        }
      escape = g_utf8_get_char (text);
    }
  return like_of (g_steal_pointer (&held), g_steal_pointer (&pattern), any_case, escape);
}

/* IS [ NOT ] ( NULL | TRUE | FALSE | UNKNOWN | DISTINCT FROM value ) */
static RushExpr *
parse_is (RushParser *p, RushExpr *value)
{
  g_autoptr (RushExpr) held = value;
  gboolean negated = rush_accept (p, T (NOT));
  RushExpr *made = NULL;

  if (rush_accept (p, T (NULL)) || rush_accept (p, T (UNKNOWN)))
    return rush_expr_unary (negated ? RUSH_EXPR_IS_NOT_NULL : RUSH_EXPR_IS_NULL,
                            g_steal_pointer (&held));
  if (rush_peek (p) == T (TRUE) || rush_peek (p) == T (FALSE))
    {
      RushExpr *truth = rush_expr_literal_bool (rush_peek (p) == T (TRUE));
      p->pos++;
      made = rush_expr_binary (RUSH_EXPR_EQUAL_NULL_SAFE, g_steal_pointer (&held), truth);
      return negated ? rush_not (made) : made;
    }
  if (!rush_expect (p, T (DISTINCT)) || !rush_expect_before (p, T (FROM)))
    return NULL;
  RushExpr *right = rush_parse_value (p);
  if (right == NULL)
    return NULL;
  made = rush_expr_binary (RUSH_EXPR_EQUAL_NULL_SAFE, g_steal_pointer (&held), right);
  return negated ? made : rush_not (made);
}

static gboolean
at_quantifier (const RushParser *p)
{
  RushTokenKind kind = rush_peek (p);

  return (kind == T (ANY) || kind == T (SOME) || kind == T (ALL)) &&
         rush_peek_at (p, 1) == T (LEFT_PAREN);
}

static gboolean
is_predicate (RushTokenKind kind)
{
  return kind == T (BETWEEN) || kind == T (IN) || kind == T (LIKE) || kind == T (ILIKE) ||
         kind == T (RLIKE);
}

static gboolean
at_predicate (const RushParser *p)
{
  RushTokenKind kind = rush_peek (p);

  if (rush_peek_at (p, 1) == T (EOF))
    return FALSE; /* an alias */
  return is_predicate (kind) || kind == T (IS) ||
         (kind == T (NOT) && is_predicate (rush_peek_at (p, 1)));
}

/* predicate:  [ NOT ] ( BETWEEN … | IN … | LIKE … | ILIKE … | RLIKE value ) | IS …; takes over
 * @value, which its place leaves out, as Spark's does */
static RushExpr *
parse_predicate (RushParser *p, RushExpr *value)
{
  guint start = p->pos;
  gboolean negated = rush_accept (p, T (NOT));
  RushTokenKind kind = rush_peek (p);
  RushExpr *made = NULL;

  p->pos++;
  if (kind == T (IS))
    return rush_mark (p, start, parse_is (p, value));
  if (kind == T (BETWEEN))
    made = parse_between (p, value);
  else if (kind == T (IN))
    made = parse_in (p, start, value);
  else if (kind == T (RLIKE))
    {
      RushExpr *pattern = rush_parse_value (p);
      if (pattern == NULL)
        rush_expr_unref (value);
      else
        made = rush_call_of ("rlike", 2, (RushExpr *[]){ value, pattern });
    }
  else if (at_quantifier (p))
    return rush_mark (p, start, parse_like_many (p, start, value, kind == T (ILIKE), negated));
  else
    made = parse_like (p, start, value, kind == T (ILIKE));
  if (made != NULL && negated)
    made = rush_not (rush_mark (p, start, made));
  return rush_mark (p, start, made);
}

/* ---- prefixes ---- */

/* EXISTS '(' query ')' */
static RushExpr *
parse_exists (RushParser *p)
{
  p->pos += 2;
  g_autoptr (RushPlan) query = rush_parse_query (p);
  if (query == NULL || !rush_expect_before (p, T (RIGHT_PAREN)))
    return NULL;
  return rush_expr_subquery (RUSH_EXPR_EXISTS, g_steal_pointer (&query), 0, NULL);
}

static RushExpr *
parse_sign (RushParser *p)
{
  RushTokenKind kind = rush_peek (p);
  RushEvalMode mode = p->options.ansi ? RUSH_EVAL_ANSI : RUSH_EVAL_LEGACY;

  p->pos++;
  RushExpr *child = parse_operators (p, POWER_UNARY);
  if (child == NULL)
    return NULL;
  if (kind != T (DASH))
    return rush_call_of (kind == T (PLUS) ? "positive" : "~", 1, &child);
  return rush_expr_arithmetic (RUSH_EXPR_NEGATE, mode, child, NULL);
}

/* Is a NOT here an operator?  Else it is a column's name. */
static gboolean
at_not (const RushParser *p, guint min_power)
{
  RushTokenKind next = rush_peek_at (p, 1);

  if (min_power > POWER_NOT)
    return FALSE;
  return rush_peek (p) == T (BANG) ||
         (rush_peek (p) == T (NOT) && next != T (EOF) && next != T (COMMA) &&
          next != T (RIGHT_PAREN) && next != T (DOT));
}

static RushExpr *
parse_prefix (RushParser *p, guint min_power)
{
  guint from = p->pos;
  RushTokenKind kind = rush_peek (p);
  RushExpr *made;

  if (at_not (p, min_power))
    {
      p->pos++;
      RushExpr *child = parse_operators (p, POWER_NOT);
      made = child != NULL ? rush_not (child) : NULL;
    }
  else if (min_power <= POWER_NOT && kind == T (EXISTS) && rush_peek_at (p, 1) == T (LEFT_PAREN) &&
           rush_at_query (p, 2))
    made = parse_exists (p);
  else if ((kind == T (DASH) && !rush_at_number (p, 1)) || kind == T (PLUS) || kind == T (TILDE))
    made = parse_sign (p);
  else
    return rush_parse_primary (p);
  return rush_mark (p, from, made);
}

/* ---- the loop ---- */

static RushExpr *
parse_loop (RushParser *p, guint min_power)
{
  guint from = p->pos;
  guint max_power = POWER_UNARY;
  RushExpr *left = parse_prefix (p, min_power);

  while (left != NULL)
    {
      if (min_power <= POWER_PREDICATE && max_power >= POWER_PREDICATE && at_predicate (p))
        {
          left = parse_predicate (p, left);
          max_power = POWER_AND;
          continue;
        }
      const Operator *op = next_operator (p);
      if (op == NULL || op->power < min_power || op->power > max_power)
        break;
      if (op->power <= POWER_AND)
        left = parse_chain (p, from, op, left);
      else
        {
          p->pos++;
          RushExpr *right = parse_operators (p, op->power + 1);
          if (right == NULL)
            g_clear_pointer (&left, rush_expr_unref);
          else
            left = rush_mark (p, from, apply_operator (p, op, left, right));
        }
    }
  return left;
}

static RushExpr *
parse_operators (RushParser *p, guint min_power)
{
  if (!rush_enter (p))
    return NULL;
  RushExpr *made = parse_loop (p, min_power);
  rush_leave (p);
  return made;
}

/* expression:  NOT, AND, OR, predicates and all below */
RushExpr *
rush_parse_tree (RushParser *p)
{
  return parse_operators (p, POWER_OR);
}

/* value:  comparisons and all below */
RushExpr *
rush_parse_value (RushParser *p)
{
  return parse_operators (p, POWER_COMPARISON);
}

/* expression { ',' expression } */
gboolean
rush_parse_tree_list (RushParser *p, GPtrArray *into)
{
  do
    {
      RushExpr *item = rush_parse_tree (p);
      if (item == NULL)
        return FALSE;
      g_ptr_array_add (into, item);
    }
  while (rush_accept (p, T (COMMA)));
  return TRUE;
}
