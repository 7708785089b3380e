/* parse_primary.c - what operators join: columns, parentheses, CASE, CAST, and what hangs behind
 * them.
 *
 *   primary:  base { '[' value ']' | '.' name | '::' type }
 *   base:     literal | call | column | '*' | '(' … ')' | CASE … | CAST (…) | lambda | parameter
 *
 * Mirrors:  the rule primaryExpression of SqlBaseParser.g4.
 */
#include "sql/parser/parser_private.h"

/* ---- CASE and CAST ---- */

/* WHEN condition THEN value, one or more; a simple CASE compares its operand with each */
static gboolean
parse_whens (RushParser *p, RushExpr *operand, GPtrArray *into)
{
  while (rush_accept (p, T (WHEN)))
    {
      guint from = p->pos;
      RushExpr *condition = rush_parse_tree (p);
      if (condition == NULL)
        return FALSE;
      if (operand != NULL)
        condition = rush_mark (
            p, from, rush_expr_binary (RUSH_EXPR_EQUAL, rush_expr_ref (operand), condition));
      g_ptr_array_add (into, condition);
      RushExpr *value = rush_expect_before (p, T (THEN)) ? rush_parse_tree (p) : NULL;
      if (value == NULL)
        return FALSE;
      g_ptr_array_add (into, value);
    }
  return TRUE;
}

/* case:  CASE [ operand ] WHEN … { WHEN … } [ ELSE value ] END */
static RushExpr *
parse_case (RushParser *p)
{
  g_autoptr (RushExpr) operand = NULL;
  g_autoptr (GPtrArray) children = rush_exprs_new ();

  p->pos++;
  if (rush_peek (p) != T (WHEN) && (operand = rush_parse_tree (p)) == NULL)
    return NULL;
  if (!parse_whens (p, operand, children))
    return NULL;
  if (children->len == 0)
    {
      rush_syntax_error (p);
      return NULL;
    }
  if (rush_accept (p, T (ELSE)))
    {
      RushExpr *otherwise = rush_parse_tree (p);
      if (otherwise == NULL)
        return NULL;
      g_ptr_array_add (children, otherwise);
    }
  if (!rush_expect (p, T (END)))
    return NULL;
  g_ptr_array_set_free_func (children, NULL);
  return rush_expr_new (RUSH_EXPR_CASE_WHEN, children->len, (RushExpr *const *)children->pdata);
}

static RushExpr *
cast_of (RushParser *p, RushExpr *child, const RushType *type, gboolean try_cast)
{
  RushEvalMode mode = try_cast          ? RUSH_EVAL_TRY
                      : p->options.ansi ? RUSH_EVAL_ANSI
                                        : RUSH_EVAL_LEGACY;

  return rush_expr_cast (child, type, mode, NULL, TRUE);
}

/* cast:  ( CAST | TRY_CAST ) '(' expression AS type ')' */
static RushExpr *
parse_cast (RushParser *p)
{
  gboolean try_cast = rush_peek (p) == T (TRY_CAST);

  p->pos += 2;
  g_autoptr (RushExpr) child = rush_parse_tree (p);
  if (child == NULL)
    return NULL;
  if (!try_cast && rush_accept (p, T (RIGHT_PAREN))) /* no function of that name takes arguments */
    return rush_call_of ("cast", 1, (RushExpr *[]){ g_steal_pointer (&child) });
  if (!rush_accept (p, T (AS)))
    {
      rush_syntax_error_expected (p, T (RIGHT_PAREN), FALSE);
      return NULL;
    }
  const RushType *type = rush_parse_type_tree (p);
  if (type == NULL || !rush_expect (p, T (RIGHT_PAREN)))
    return NULL;
  return cast_of (p, g_steal_pointer (&child), type, try_cast);
}

/* ---- lambdas ---- */

/* '(' a, b ')' '->'? */
static gboolean
at_lambda_list (const RushParser *p)
{
  guint i = 1;

  if (!rush_at_identifier (p, i) || rush_peek_at (p, i + 1) != T (COMMA))
    return FALSE;
  for (; rush_at_identifier (p, i) && rush_peek_at (p, i + 1) == T (COMMA); i += 2)
    ;
  return rush_at_identifier (p, i) && rush_peek_at (p, i + 1) == T (RIGHT_PAREN) &&
         rush_peek_at (p, i + 2) == T (ARROW);
}

/* lambda:  ( name | '(' name { ',' name } ')' ) '->' expression */
static RushExpr *
parse_lambda (RushParser *p)
{
  g_auto (GStrv) names = NULL;
  g_autoptr (GPtrArray) children = rush_exprs_new ();

  if (rush_peek (p) == T (LEFT_PAREN))
    names = rush_parse_identifier_list (p);
  else
    {
      names = g_new0 (char *, 2);
      names[0] = rush_parse_identifier (p);
    }
  if (names == NULL || names[0] == NULL || !rush_expect (p, T (ARROW)))
    return NULL;
  RushExpr *body = rush_parse_tree (p);
  if (body == NULL)
    return NULL;
  g_ptr_array_add (children, body);
  for (guint i = 0; names[i] != NULL; i++)
    g_ptr_array_add (children, rush_expr_lambda_variable (names[i], NULL, TRUE, 0));
  g_ptr_array_set_free_func (children, NULL);
  return rush_expr_new (RUSH_EXPR_LAMBDA, children->len, (RushExpr *const *)children->pdata);
}

/* ---- parentheses ---- */

/* row:  '(' named { ',' named } ')'; one alone is just in parentheses */
static RushExpr *
parse_row (RushParser *p)
{
  guint from = p->pos;
  g_autoptr (GPtrArray) items = rush_exprs_new ();

  p->pos++;
  do
    {
      guint start = p->pos;
      RushExpr *item = rush_parse_tree (p);
      if (item != NULL && rush_accept (p, T (AS)))
        {
          g_autofree char *name = rush_parse_identifier (p);
          if (name == NULL)
            g_clear_pointer (&item, rush_expr_unref);
          else
            item = rush_mark (p, start, rush_expr_alias (item, name, 0));
        }
      if (item == NULL)
        return NULL;
      g_ptr_array_add (items, item);
    }
  while (rush_accept (p, T (COMMA)));
  if (!rush_expect (p, T (RIGHT_PAREN)))
    return NULL;
  if (items->len == 1)
    return g_ptr_array_steal_index (items, 0);
  g_ptr_array_set_free_func (items, NULL);
  return rush_mark (p, from, rush_call_of ("struct", items->len, (RushExpr *const *)items->pdata));
}

/* '(' query ')' | lambda | row */
static RushExpr *
parse_parentheses (RushParser *p)
{
  guint from = p->pos;

  if (at_lambda_list (p))
    return rush_mark (p, from, parse_lambda (p));
  if (!rush_at_query (p, 1))
    return parse_row (p);
  p->pos++;
  g_autoptr (RushPlan) query = rush_parse_query (p);
  if (query == NULL || !rush_expect_before (p, T (RIGHT_PAREN)))
    return NULL;
  return rush_mark (
      p, from, rush_expr_subquery (RUSH_EXPR_SCALAR_SUBQUERY, g_steal_pointer (&query), 0, NULL));
}

/* ---- columns ---- */

/* '(' name { '.' name } { ',' … } ')': what a star leaves out. */
static gboolean
parse_left_out (RushParser *p, GPtrArray *columns)
{
  do
    {
      guint from = ++p->pos; /* '(' or ',' */
      g_auto (GStrv) names = rush_parse_names (p);

      if (names == NULL)
        return FALSE;
      g_ptr_array_add (
          columns,
          rush_mark (p, from, rush_expr_unresolved_attribute ((const char *const *)names, -1)));
    }
  while (rush_peek (p) == T (COMMA));
  return rush_expect (p, T (RIGHT_PAREN));
}

/* star:  { name '.' } '*' [ EXCEPT '(' columns ')' ] */
static RushExpr *
parse_star (RushParser *p, GPtrArray *target)
{
  g_autoptr (GPtrArray) columns = rush_exprs_new ();

  g_ptr_array_add (target, NULL);
  p->pos++;
  if (rush_peek (p) == T (EXCEPT) && rush_peek_at (p, 1) == T (LEFT_PAREN) && !rush_at_query (p, 2))
    {
      p->pos++;
      if (!parse_left_out (p, columns))
        return NULL;
    }
  g_ptr_array_set_free_func (columns, NULL);
  return rush_expr_named (RUSH_EXPR_UNRESOLVED_STAR, (const char *const *)target->pdata,
                          columns->len, (RushExpr *const *)columns->pdata);
}

/* column:  name { '.' name } [ '.' '*' ] */
static RushExpr *
parse_column (RushParser *p)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  if (rush_peek (p) == T (STAR))
    return parse_star (p, names);
  do
    {
      if (names->len > 0 && rush_peek (p) == T (STAR))
        return parse_star (p, names);
      char *name = rush_parse_identifier (p);
      if (name == NULL)
        return NULL;
      g_ptr_array_add (names, name);
    }
  while (rush_accept (p, T (DOT)));
  g_ptr_array_add (names, NULL);
  return rush_expr_unresolved_attribute ((const char *const *)names->pdata, -1);
}

/* parameter:  ':' name | '?' */
static RushExpr *
parse_parameter (RushParser *p)
{
  const char *parts[2] = { NULL, NULL };
  g_autofree char *name = NULL;

  if (!rush_accept (p, T (QUESTION)))
    {
      p->pos++;
      if ((name = rush_parse_identifier (p)) == NULL)
        return NULL;
      parts[0] = name;
    }
  return rush_expr_named (RUSH_EXPR_PARAMETER, parts, 0, NULL);
}

/* ---- base ---- */

static gboolean
at_call (const RushParser *p)
{
  guint i = 0;

  if (!rush_at_identifier (p, 0))
    return FALSE;
  while (rush_peek_at (p, i + 1) == T (DOT) && rush_at_identifier (p, i + 2))
    i += 2;
  return rush_peek_at (p, i + 1) == T (LEFT_PAREN);
}

static gboolean
at_case (const RushParser *p)
{
  RushTokenKind next = rush_peek_at (p, 1);

  return rush_peek (p) == T (CASE) && next != T (END) && next != T (COMMA) && next != T (FROM) &&
         next != T (RIGHT_PAREN) && next != T (DOT) && next != T (AS) && next != RUSH_TOKEN_EOF;
}

static RushExpr *
parse_base (RushParser *p)
{
  guint from = p->pos;
  RushTokenKind kind = rush_peek (p), next = rush_peek_at (p, 1);
  RushExpr *made;

  if (kind == T (LEFT_PAREN))
    return parse_parentheses (p);
  made = rush_parse_literal (p);
  if (made != NULL || p->error != NULL)
    return made;
  if (at_case (p))
    made = parse_case (p);
  else if ((kind == T (CAST) || kind == T (TRY_CAST)) && next == T (LEFT_PAREN))
    made = parse_cast (p);
  else if (at_call (p))
    return rush_parse_call (p);
  else if (rush_at_identifier (p, 0) && next == T (ARROW))
    made = parse_lambda (p);
  else if (kind == T (QUESTION) || kind == T (COLON))
    made = parse_parameter (p);
  else
    made = parse_column (p);
  return rush_mark (p, from, made);
}

/* ---- what hangs behind ---- */

/* '.' name: one more part of a column's name, else a field */
static RushExpr *
parse_field (RushParser *p, guint from, RushExpr *base)
{
  g_autoptr (RushExpr) held = base;
  g_autofree char *name = NULL;

  p->pos++;
  if ((name = rush_parse_identifier (p)) == NULL)
    return NULL;
  if (base->kind != RUSH_EXPR_UNRESOLVED_ATTRIBUTE)
    return rush_expr_new (
        RUSH_EXPR_UNRESOLVED_EXTRACT, 2,
        (RushExpr *[]){ g_steal_pointer (&held), rush_expr_literal_string (name, -1) });
  g_autoptr (GPtrArray) parts = g_ptr_array_new ();
  for (guint i = 0; base->as.names.parts[i] != NULL; i++)
    g_ptr_array_add (parts, base->as.names.parts[i]);
  g_ptr_array_add (parts, name);
  g_ptr_array_add (parts, NULL);
  return rush_expr_unresolved_attribute ((const char *const *)parts->pdata, -1);
}

/* '[' value ']' */
static RushExpr *
parse_index (RushParser *p, RushExpr *base)
{
  g_autoptr (RushExpr) held = base;

  p->pos++;
  g_autoptr (RushExpr) index = rush_parse_value (p);
  if (index == NULL || !rush_expect_before (p, T (RIGHT_BRACKET)))
    return NULL;
  return rush_expr_new (RUSH_EXPR_UNRESOLVED_EXTRACT, 2,
                        (RushExpr *[]){ g_steal_pointer (&held), g_steal_pointer (&index) });
}

/* '::' type */
static RushExpr *
parse_double_colon (RushParser *p, RushExpr *base)
{
  p->pos++;
  const RushType *type = rush_parse_type_tree (p);
  if (type != NULL)
    return cast_of (p, base, type, FALSE);
  rush_expr_unref (base);
  return NULL;
}

RushExpr *
rush_parse_primary (RushParser *p)
{
  guint from = p->pos;
  RushExpr *base = parse_base (p);

  while (base != NULL)
    {
      RushTokenKind kind = rush_peek (p);
      if (kind == T (LEFT_BRACKET))
        base = parse_index (p, base);
      else if (kind == T (DOT))
        base = parse_field (p, from, base);
      else if (kind == T (DOUBLE_COLON))
        base = parse_double_colon (p, base);
      else if (kind == T (COLLATE) && rush_at_identifier (p, 1))
        {
          rush_unsupported (p, p->pos, "COLLATE");
          g_clear_pointer (&base, rush_expr_unref);
        }
      else
        break;
      base = rush_mark (p, from, base);
    }
  return base;
}

/* ---- names for results ---- */

/* named:  expression [ [ AS ] name | [ AS ] '(' name { ',' name } ')' ] */
RushExpr *
rush_parse_named_raw (RushParser *p)
{
  guint from = p->pos;
  g_autoptr (RushExpr) expr = rush_parse_tree (p);

  if (expr == NULL)
    return NULL;
  gboolean as = rush_peek (p) == T (AS) &&
                (rush_at_identifier (p, 1) || rush_peek_at (p, 1) == T (LEFT_PAREN));
  if (rush_peek (p) == T (AS) && !as)
    {
      p->pos++;
      rush_syntax_error (p);
      return NULL;
    }
  if (as)
    p->pos++;
  if (rush_peek (p) == T (LEFT_PAREN))
    {
      g_auto (GStrv) names = rush_parse_identifier_list (p);
      if (names == NULL)
        return NULL;
      RushExpr *child = g_steal_pointer (&expr);
      return rush_mark (
          p, from, rush_expr_named (RUSH_EXPR_MULTI_ALIAS, (const char *const *)names, 1, &child));
    }
  if (!as && !rush_at_alias (p))
    return g_steal_pointer (&expr);
  g_autofree char *name = rush_parse_identifier (p);
  if (name == NULL)
    return NULL;
  return rush_mark (p, from, rush_expr_alias (g_steal_pointer (&expr), name, 0));
}

static gboolean
is_named (const RushExpr *expr)
{
  return expr->kind == RUSH_EXPR_UNRESOLVED_ATTRIBUTE || expr->kind == RUSH_EXPR_UNRESOLVED_STAR ||
         expr->kind == RUSH_EXPR_ALIAS || expr->kind == RUSH_EXPR_MULTI_ALIAS;
}

RushExpr *
rush_parse_named (RushParser *p)
{
  guint from = p->pos;
  RushExpr *expr = rush_parse_named_raw (p);

  if (expr == NULL || is_named (expr))
    return expr;
  return rush_mark (p, from, rush_expr_unary (RUSH_EXPR_UNRESOLVED_ALIAS, expr));
}
