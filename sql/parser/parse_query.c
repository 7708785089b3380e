/* parse_query.c - queries: WITH, set operations, and the order and number of their rows.
 *
 *   query:      [ WITH ctes ] term clauses
 *   term:       set { pipe }
 *   set:        intersects { ( UNION | EXCEPT | MINUS ) [ ALL | DISTINCT ] intersects }
 *   intersects: primary { INTERSECT [ ALL | DISTINCT ] primary }
 *   primary:    SELECT … | FROM … SELECT … | TABLE names | VALUES … | '(' query ')'
 *   clauses:    [ ORDER BY | SORT BY | DISTRIBUTE BY | CLUSTER BY … ] [ WINDOW … ] [ LIMIT … ] [
 *   OFFSET … ]
 *
 * A parenthesis may hold a query or an expression ((SELECT 1) + 1); what stands behind the closing
 * one tells (rush_at_query ()).
 *
 * Mirrors:  AstBuilder.visitQuery, visitSetOperation, withQueryResultClauses, withCTE.
 */
#include "sql/parser/parser_private.h"

#include <string.h>

/* A chain of set operations is a tree as deep as it is long, and others walk that tree. */
#define MAX_SET_OPERATIONS RUSH_PARSER_MAX_STEPS

/* ---- is there a query? ---- */

static gboolean
at_query_word (const RushParser *p, guint ahead)
{
  RushTokenKind kind = rush_peek_at (p, ahead), next = rush_peek_at (p, ahead + 1);
  gboolean names = rush_at_identifier (p, ahead + 1);

  if (kind == T (SELECT))
    return next != T (EOF) && next != T (RIGHT_PAREN) && next != T (COMMA) && next != T (DOT);
  if (kind == T (VALUES))
    return next == T (LEFT_PAREN) || (next >= T (STRING) && next <= T (BIGDECIMAL)) ||
           next == T (NULL) || next == T (TRUE) || next == T (FALSE) || next == T (DASH);
  if (kind == T (WITH))
    return names && next != T (AS);
  if (kind == T (FROM))
    return names || next == T (LEFT_PAREN);
  return kind == T (TABLE) && names;
}

static gboolean
may_follow_query (const RushParser *p, const RushToken *token)
{
  switch ((guint)token->kind)
    {
    case T (RIGHT_PAREN):
    case T (EOF):
    case T (SEMICOLON):
    case T (UNION):
    case T (EXCEPT):
    case T (MINUS):
    case T (INTERSECT):
    case T (ORDER):
    case T (SORT):
    case T (DISTRIBUTE):
    case T (CLUSTER):
    case T (LIMIT):
    case T (OFFSET):
    case T (PIPE_ARROW):
      return TRUE;
    default:
      return FALSE;
    }
}

/* A query, or parentheses around nothing but one: wherever one of the opening parentheses is
 * closed,
 * a query must be able to go on. */
gboolean
rush_at_query (const RushParser *p, guint ahead)
{
  guint depth = 0, open;

  while (rush_peek_at (p, ahead + depth) == T (LEFT_PAREN))
    depth++;
  if (!at_query_word (p, ahead + depth))
    return FALSE;
  open = depth;
  for (const RushToken *token = &p->tokens[p->pos + ahead + depth]; open > 0; token++)
    {
      if (token->kind == T (EOF))
        return TRUE; /* the query will say what is missing */
      depth += token->kind == T (LEFT_PAREN);
      if (token->kind != T (RIGHT_PAREN) || --depth >= open)
        continue;
      open = depth;
      if (!may_follow_query (p, token + 1))
        return FALSE;
    }
  return TRUE;
}

/* ---- ORDER BY and its kin ---- */

/* order:  expression [ ASC | DESC ] [ NULLS ( FIRST | LAST ) ] */
static RushExpr *
parse_order (RushParser *p)
{
  guint from = p->pos;
  g_autoptr (RushExpr) child = rush_parse_tree (p);
  gboolean descending, nulls_last;

  if (child == NULL)
    return NULL;
  descending = rush_accept (p, T (DESC));
  if (!descending)
    rush_accept (p, T (ASC));
  nulls_last = descending;
  if (rush_accept (p, T (NULLS)))
    {
      nulls_last = rush_accept (p, T (LAST));
      if (!nulls_last && !rush_expect (p, T (FIRST)))
        return NULL;
    }
  return rush_mark (p, from,
                    rush_expr_sort_order (g_steal_pointer (&child), descending, nulls_last));
}

gboolean
rush_parse_orders (RushParser *p, GPtrArray *into)
{
  do
    {
      RushExpr *order = parse_order (p);
      if (order == NULL)
        return FALSE;
      g_ptr_array_add (into, order);
    }
  while (rush_accept (p, T (COMMA)));
  return TRUE;
}

static gboolean
accept_by (RushParser *p, RushTokenKind word)
{
  if (rush_peek (p) != word || rush_peek_at (p, 1) != T (BY))
    return FALSE;
  p->pos += 2;
  return TRUE;
}

static RushPlan *
combination_error (RushParser *p, guint from)
{
  RushSqlContext context = rush_context (p, from);

  rush_sql_error_set_as (&p->error, RUSH_SQL_ERROR_PARSE,
                         RUSH_SQL_CLASS_UNSUPPORTED_FEATURE_COMBINATION_QUERY_RESULT_CLAUSES,
                         &context, NULL);
  return NULL;
}

/* CLUSTER BY a is DISTRIBUTE BY a SORT BY a. */
static RushPlan *
cluster (GPtrArray *columns, RushPlan *plan)
{
  g_autoptr (GPtrArray) orders = rush_exprs_new ();

  for (guint i = 0; i < columns->len; i++)
    g_ptr_array_add (orders,
                     rush_expr_sort_order (rush_expr_ref (columns->pdata[i]), FALSE, FALSE));
  plan = rush_plan_repartition_by (0, rush_exprs_to_list (g_ptr_array_ref (columns)), plan);
  return rush_plan_sort (rush_exprs_to_list (g_steal_pointer (&orders)), FALSE, plan);
}

/* [ ORDER BY orders ] | [ CLUSTER BY expressions ] | [ DISTRIBUTE BY expressions ] [ SORT BY orders
 * ] */
static RushPlan *
parse_organization (RushParser *p, RushPlan *plan)
{
  guint from = p->pos;
  g_autoptr (RushPlan) held = plan;
  g_autoptr (GPtrArray) order = rush_exprs_new (), sort = rush_exprs_new ();
  g_autoptr (GPtrArray) clustered = rush_exprs_new (), distributed = rush_exprs_new ();

  if (accept_by (p, T (ORDER)) && !rush_parse_orders (p, order))
    return NULL;
  if (accept_by (p, T (CLUSTER)) && !rush_parse_tree_list (p, clustered))
    return NULL;
  if (accept_by (p, T (DISTRIBUTE)) && !rush_parse_tree_list (p, distributed))
    return NULL;
  if (accept_by (p, T (SORT)) && !rush_parse_orders (p, sort))
    return NULL;
  guint kinds = (order->len > 0) + (clustered->len > 0) + (distributed->len + sort->len > 0);
  if (kinds > 1)
    return combination_error (p, from);
  if (kinds == 0)
    return g_steal_pointer (&held);
  if (order->len > 0)
    held = rush_plan_sort (rush_exprs_to_list (g_steal_pointer (&order)), TRUE, held);
  if (clustered->len > 0)
    held = cluster (clustered, held);
  if (distributed->len > 0)
    held = rush_plan_repartition_by (0, rush_exprs_to_list (g_steal_pointer (&distributed)), held);
  if (sort->len > 0)
    held = rush_plan_sort (rush_exprs_to_list (g_steal_pointer (&sort)), FALSE, held);
  return rush_mark_plan (p, from, g_steal_pointer (&held));
}

/* ---- LIMIT and OFFSET ---- */

static RushPlan *
parse_limit (RushParser *p, RushPlan *plan)
{
  guint from = p->pos;
  g_autoptr (RushPlan) held = plan;
  g_autoptr (RushExpr) limit = NULL;

  if (rush_peek (p) == T (LIMIT) && rush_peek_at (p, 1) == T (ALL))
    p->pos += 2;
  else if (rush_accept (p, T (LIMIT)) && (limit = rush_parse_tree (p)) == NULL)
    return NULL;
  if (rush_accept (p, T (OFFSET)))
    {
      RushExpr *offset = rush_parse_tree (p);
      if (offset == NULL)
        return NULL;
      held = rush_mark_plan (p, from, rush_plan_offset (offset, held));
    }
  if (limit != NULL)
    held = rush_mark_plan (p, from, rush_plan_limit (g_steal_pointer (&limit), held));
  return g_steal_pointer (&held);
}

static RushPlan *
parse_window_clause (RushParser *p, RushPlan *plan)
{
  g_autoptr (RushPlan) held = plan;
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) windows = rush_exprs_new ();

  if (!rush_parse_named_windows (p, names, windows))
    return NULL;
  g_auto (GStrv) strings = rush_strings_to_strv (g_steal_pointer (&names));
  return rush_plan_windows ((const char *const *)strings,
                            rush_exprs_to_list (g_steal_pointer (&windows)),
                            g_steal_pointer (&held));
}

static gboolean
at_window_clause (const RushParser *p)
{
  return rush_peek (p) == T (WINDOW) && rush_at_identifier (p, 1) && rush_peek_at (p, 2) == T (AS);
}

RushPlan *
rush_parse_query_clauses (RushParser *p, RushPlan *plan, gboolean order_allowed)
{
  if (plan != NULL && order_allowed)
    plan = parse_organization (p, plan);
  if (plan != NULL && at_window_clause (p))
    plan = parse_window_clause (p, plan);
  if (plan != NULL && order_allowed)
    plan = parse_limit (p, plan);
  return plan;
}

/* ---- primaries and set operations ---- */

/* '(' query ')' */
static RushPlan *
parse_parenthesized (RushParser *p)
{
  p->pos++;
  g_autoptr (RushPlan) query = rush_parse_query (p);
  if (query == NULL || !rush_expect_before (p, T (RIGHT_PAREN)))
    return NULL;
  return g_steal_pointer (&query);
}

RushPlan *
rush_parse_query_primary (RushParser *p)
{
  guint from = p->pos;
  RushTokenKind kind = rush_peek (p);

  if (kind == T (LEFT_PAREN))
    return parse_parenthesized (p);
  if (kind == T (SELECT))
    return rush_mark_plan (p, from, rush_parse_select (p));
  if (kind == T (FROM))
    return rush_parse_from_first (p);
  if (kind == T (VALUES))
    return rush_parse_inline_table (p);
  if (rush_accept (p, T (TABLE)))
    {
      g_auto (GStrv) names = rush_parse_names (p);
      if (names == NULL)
        return NULL;
      return rush_mark_plan (p, from,
                             rush_plan_unresolved_relation ((const char *const *)names, NULL));
    }
  if (rush_token_is_keyword (kind) && (kind == T (INSERT) || kind == T (MERGE)))
    rush_unsupported (p, from, "this statement at this place");
  else
    rush_syntax_error (p);
  return NULL;
}

/* [ ALL | DISTINCT ]: is it ALL? */
static gboolean
accept_all (RushParser *p)
{
  if (rush_accept (p, T (ALL)))
    return TRUE;
  if (rush_peek (p) == T (DISTINCT))
    p->pos++;
  return FALSE;
}

/* Its place begins with the left side, at @from. */
static RushPlan *
set_operation (RushParser *p, guint from, RushTokenKind kind, gboolean all, RushPlan *left,
               RushPlan *right)
{
  if (kind != T (UNION))
    return rush_mark_plan (
        p, from,
        rush_plan_setop (kind == T (INTERSECT) ? RUSH_PLAN_INTERSECT : RUSH_PLAN_EXCEPT, all, left,
                         right));
  RushPlan *made =
      rush_mark_plan (p, from, rush_plan_union (FALSE, FALSE, 2, (RushPlan *[]){ left, right }));
  return all ? made : rush_mark_plan (p, from, rush_plan_unary (RUSH_PLAN_DISTINCT, NULL, made));
}

static RushPlan *parse_term (RushParser *p, gboolean intersects);

/* The operations of one power, from left to right; takes over @left. */
static RushPlan *
parse_set_operations (RushParser *p, guint from, gboolean intersects, RushPlan *left)
{
  for (guint n = 0; left != NULL; n++)
    {
      RushTokenKind kind = rush_peek (p);
      gboolean fits = intersects ? kind == T (INTERSECT)
                                 : kind == T (UNION) || kind == T (EXCEPT) || kind == T (MINUS);
      if (!fits)
        break;
      p->pos++;
      gboolean all = accept_all (p);
      RushPlan *right = n < MAX_SET_OPERATIONS ? parse_term (p, TRUE) : NULL;
      if (n == MAX_SET_OPERATIONS)
        rush_too_complex (p);
      if (right == NULL)
        g_clear_pointer (&left, rush_plan_unref);
      else
        left = set_operation (p, from, kind, all, left, right);
    }
  return left;
}

static RushPlan *
parse_term (RushParser *p, gboolean intersects)
{
  guint from = p->pos;
  RushPlan *left = parse_set_operations (p, from, TRUE, rush_parse_query_primary (p));

  if (intersects)
    return left;
  return rush_parse_pipes (p, from, parse_set_operations (p, from, FALSE, left));
}

/* ( UNION | EXCEPT | MINUS | INTERSECT ) [ ALL | DISTINCT ] primary */
RushPlan *
rush_parse_set_operation (RushParser *p, guint from, RushPlan *left)
{
  g_autoptr (RushPlan) held = left;
  RushTokenKind kind = rush_peek (p);

  p->pos++;
  gboolean all = accept_all (p);
  RushPlan *right = rush_parse_query_primary (p);
  if (right == NULL)
    return NULL;
  return set_operation (p, from, kind, all, g_steal_pointer (&held), right);
}

/* ---- WITH ---- */

typedef struct
{
  GPtrArray *names; /* of char *; the last is NULL once all are there */
  GPtrArray *plans; /* of RushPlan */
  GArray *levels;   /* of gint64: MAX RECURSION LEVEL, −1 for none */
  gboolean recursive;
} Ctes;

static void
set_recursive (RushPlan *copy, gpointer data)
{
  copy->as.with.recursive = TRUE;
  copy->as.with.max_levels = g_memdup2 (data, copy->as.with.n * sizeof (gint64));
}

static RushPlan *
with_of (Ctes *ctes, RushPlan *child)
{
  guint n = ctes->plans->len;

  g_ptr_array_set_free_func (ctes->plans, NULL); /* the node has them now */
  RushPlan *made = rush_plan_with (n, (const char *const *)ctes->names->pdata,
                                   (RushPlan **)ctes->plans->pdata, child);
  if (!ctes->recursive)
    return made;
  RushPlan *edited = rush_plan_edit (made, set_recursive, ctes->levels->data);
  rush_plan_unref (made);
  return edited;
}

static gboolean
check_cte_names (RushParser *p, guint from, GPtrArray *names)
{
  for (guint i = 0; i < names->len; i++)
    for (guint j = 0; j < i; j++)
      if (g_ascii_strcasecmp (names->pdata[i], names->pdata[j]) == 0)
        {
          RushSqlContext context = rush_context (p, from);
          g_autofree char *quoted = rush_sql_id_of (names->pdata[i]);
          rush_sql_error_set (&p->error, RUSH_SQL_CLASS_DUPLICATED_CTE_NAMES, &context,
                              "duplicateNames", quoted, NULL);
          return FALSE;
        }
  return TRUE;
}

/* [ MAX RECURSION LEVEL number ] */
static gboolean
parse_level (RushParser *p, GArray *levels)
{
  gint64 level = -1;

  if (rush_peek_word (p, 0, "MAX") && rush_peek_word (p, 1, "RECURSION"))
    {
      guint64 given;
      p->pos += 2;
      if (!rush_expect_word (p, "LEVEL") || !rush_parse_unsigned (p, G_MAXINT32, &given))
        return FALSE;
      level = (gint64)given;
    }
  g_array_append_val (levels, level);
  return TRUE;
}

/* cte:  name [ '(' columns ')' ] [ MAX RECURSION LEVEL number ] [ AS ] '(' query ')'; its plan is
 * an alias over the query */
static gboolean
parse_cte (RushParser *p, Ctes *ctes)
{
  char *name = rush_parse_identifier (p);
  g_auto (GStrv) columns = NULL;

  if (name == NULL)
    return FALSE;
  g_ptr_array_add (ctes->names, name);
  if (rush_peek (p) == T (LEFT_PAREN) && !rush_at_query (p, 1) &&
      (columns = rush_parse_identifier_list (p)) == NULL)
    return FALSE;
  if (!parse_level (p, ctes->levels))
    return FALSE;
  rush_accept (p, T (AS));
  if (!rush_expect (p, T (LEFT_PAREN)))
    return FALSE;
  g_autoptr (RushPlan) query = rush_parse_query (p);
  if (query == NULL || !rush_expect_before (p, T (RIGHT_PAREN)))
    return FALSE;
  if (columns != NULL)
    query = rush_plan_column_aliases ((const char *const *)columns, query);
  g_ptr_array_add (ctes->plans, rush_plan_subquery_alias ((const char *const[]){ name, NULL },
                                                          g_steal_pointer (&query)));
  return TRUE;
}

/* ctes:  WITH [ RECURSIVE ] cte { ',' cte } */
static RushPlan *
parse_with (RushParser *p)
{
  guint from = p->pos++;
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) plans = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_plan_unref);
  g_autoptr (GArray) levels = g_array_new (FALSE, FALSE, sizeof (gint64));
  Ctes ctes = { names, plans, levels, rush_accept (p, T (RECURSIVE)) };

  do
    if (!parse_cte (p, &ctes))
      return NULL;
  while (rush_accept (p, T (COMMA)));
  RushPlan *body = rush_at_command (p) ? rush_parse_command (p) : rush_parse_query (p);
  if (body == NULL)
    return NULL;
  if (!check_cte_names (p, from, names))
    {
      rush_plan_unref (body);
      return NULL;
    }
  g_ptr_array_add (names, NULL);
  return rush_mark_plan (p, from, with_of (&ctes, body));
}

RushPlan *
rush_parse_query (RushParser *p)
{
  RushPlan *plan;

  if (!rush_enter (p))
    return NULL;
  if (rush_peek (p) == T (WITH))
    plan = parse_with (p);
  else
    plan = rush_parse_query_clauses (p, parse_term (p, FALSE), TRUE);
  rush_leave (p);
  return plan;
}
