/* parse_select.c - SELECT … FROM … WHERE … GROUP BY … HAVING …, from the inside out.
 *
 *   SELECT DISTINCT a, sum(b) FROM t WHERE c GROUP BY a HAVING d
 *
 *   Distinct ── UnresolvedHaving d ── Aggregate [a] [a, sum(b)] ── Filter c ── t
 *
 * Mirrors:  AstBuilder.withSelectQuerySpecification, withAggregationClause, withHints.
 */
#include "sql/parser/parser_private.h"

/* ---- grouping sets ---- */

typedef struct
{
  GPtrArray *children; /* RushExpr, of all sets */
  GPtrArray *sets;     /* GArray of guint: positions of children */
} Sets;

static void
sets_init (Sets *sets)
{
  sets->children = rush_exprs_new ();
  sets->sets = g_ptr_array_new_with_free_func ((GDestroyNotify)g_array_unref);
}

static void
sets_clear (Sets *sets)
{
  g_clear_pointer (&sets->children, g_ptr_array_unref);
  g_clear_pointer (&sets->sets, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Sets, sets_clear)

static RushExpr *
sets_to_expr (Sets *sets, RushGroupingKind kind)
{
  RushExpr *made =
      rush_expr_grouping_sets (kind, sets->sets->len, (GArray *const *)sets->sets->pdata,
                               sets->children->len, (RushExpr *const *)sets->children->pdata);

  g_ptr_array_set_free_func (sets->children, NULL); /* the node has them now */
  g_ptr_array_set_free_func (sets->sets, NULL);
  return made;
}

/* The set gets the expression as a new child of its own. */
static void
set_add (Sets *sets, GArray *set, RushExpr *expr)
{
  guint position = sets->children->len;

  g_ptr_array_add (sets->children, expr);
  g_array_append_val (set, position);
}

/* set:  '(' [ expressions ] ')' | expression */
static gboolean
parse_set (RushParser *p, Sets *sets)
{
  g_autoptr (GArray) set = g_array_new (FALSE, FALSE, sizeof (guint));
  gboolean many = rush_peek (p) == T (LEFT_PAREN);

  p->pos += many;
  while (!many || rush_peek (p) != T (RIGHT_PAREN))
    {
      RushExpr *expr = rush_parse_tree (p);
      if (expr == NULL)
        return FALSE;
      set_add (sets, set, expr);
      if (!many || !rush_accept (p, T (COMMA)))
        break;
    }
  if (many && !rush_expect_before (p, T (RIGHT_PAREN)))
    return FALSE;
  g_ptr_array_add (sets->sets, g_steal_pointer (&set));
  return TRUE;
}

/* '(' set { ',' set } ')' */
static gboolean
parse_sets (RushParser *p, Sets *sets)
{
  if (!rush_expect_before (p, T (LEFT_PAREN)))
    return FALSE;
  do
    if (!parse_set (p, sets))
      return FALSE;
  while (rush_accept (p, T (COMMA)));
  return rush_expect_before (p, T (RIGHT_PAREN));
}

/* The elements of @from that @mask has, as one set of @into. */
static void
add_elements (Sets *into, const Sets *from, guint64 mask)
{
  GArray *set = g_array_new (FALSE, FALSE, sizeof (guint));

  for (guint i = 0; i < from->sets->len; i++)
    {
      const GArray *element = from->sets->pdata[i];
      for (guint j = 0; (mask >> i & 1) && j < element->len; j++)
        set_add (into, set,
                 rush_expr_ref (from->children->pdata[g_array_index (element, guint, j)]));
    }
  g_ptr_array_add (into->sets, set);
}

/* ROLLUP (a, b) within GROUPING SETS: (a, b), (a), ();  CUBE (a, b): (a, b), (a), (b), (). */
static gboolean
add_expanded (RushParser *p, Sets *into, const Sets *from, gboolean cube)
{
  guint n = from->sets->len;

  if (n > (cube ? 12 : 62))
    return rush_too_complex (p);
  for (guint i = 0; !cube && i <= n; i++)
    add_elements (into, from, (G_GUINT64_CONSTANT (1) << (n - i)) - 1);
  for (guint i = 1u << n; cube && i-- > 0;)
    {
      guint64 mask = 0; /* the bits of i, the first element's being the highest */
      for (guint j = 0; j < n; j++)
        mask |= (guint64)(i >> (n - 1 - j) & 1) << j;
      add_elements (into, from, mask);
    }
  return TRUE;
}

static gboolean
at_analytics (const RushParser *p)
{
  RushTokenKind kind = rush_peek (p), next = rush_peek_at (p, 1);

  return ((kind == T (ROLLUP) || kind == T (CUBE)) && next == T (LEFT_PAREN)) ||
         (kind == T (GROUPING) && next == T (SETS));
}

/* element:  ( ROLLUP | CUBE ) sets | GROUPING SETS elements | set */
static gboolean
parse_element (RushParser *p, Sets *into)
{
  if (!at_analytics (p))
    return parse_set (p, into);
  RushTokenKind kind = rush_peek (p);
  g_auto (Sets) own = { 0 };
  p->pos++;
  if (kind == T (GROUPING))
    {
      p->pos++;
      if (!rush_enter (p) || !rush_expect_before (p, T (LEFT_PAREN)))
        return FALSE;
      do
        if (!parse_element (p, into))
          return FALSE;
      while (rush_accept (p, T (COMMA)));
      rush_leave (p);
      return rush_expect_before (p, T (RIGHT_PAREN));
    }
  sets_init (&own);
  return parse_sets (p, &own) && add_expanded (p, into, &own, kind == T (CUBE));
}

/* analytics:  ( ROLLUP | CUBE ) sets | GROUPING SETS elements */
static RushExpr *
parse_analytics (RushParser *p)
{
  guint from = p->pos;
  g_auto (Sets) sets = { 0 };
  RushTokenKind kind = rush_peek (p);
  RushGroupingKind grouping = kind == T (ROLLUP) ? RUSH_GROUPING_ROLLUP
                              : kind == T (CUBE) ? RUSH_GROUPING_CUBE
                                                 : RUSH_GROUPING_SETS;

  sets_init (&sets);
  if (kind == T (GROUPING))
    {
      if (!parse_element (p, &sets))
        return NULL;
    }
  else
    {
      p->pos++;
      if (!parse_sets (p, &sets))
        return NULL;
    }
  return rush_mark (p, from, sets_to_expr (&sets, grouping));
}

/* ---- GROUP BY ---- */

/* a, b WITH ROLLUP: the elements are the expressions. */
static RushExpr *
grouping_of_columns (GPtrArray *grouping, RushGroupingKind kind)
{
  g_auto (Sets) sets = { 0 };

  sets_init (&sets);
  for (guint i = 0; i < grouping->len; i++)
    {
      GArray *set = g_array_new (FALSE, FALSE, sizeof (guint));
      set_add (&sets, set, rush_expr_ref (grouping->pdata[i]));
      g_ptr_array_add (sets.sets, set);
    }
  return sets_to_expr (&sets, kind);
}

/* a, b GROUPING SETS (…): the expressions go along as children of no set. */
static RushExpr *
grouping_sets_of_columns (RushParser *p, GPtrArray *grouping)
{
  g_auto (Sets) sets = { 0 };

  sets_init (&sets);
  if (!parse_element (p, &sets))
    return NULL;
  for (guint i = 0; i < grouping->len; i++)
    g_ptr_array_add (sets.children, rush_expr_ref (grouping->pdata[i]));
  return sets_to_expr (&sets, RUSH_GROUPING_SETS);
}

/* group:  GROUP BY ( analytics | expression ) { ',' … } [ WITH ROLLUP | WITH CUBE | GROUPING SETS …
 * ] */
static gboolean
parse_group_by (RushParser *p, GPtrArray *grouping)
{
  guint from = p->pos;
  RushExpr *made = NULL;

  do
    {
      RushExpr *expr = at_analytics (p) ? parse_analytics (p) : rush_parse_tree (p);
      if (expr == NULL)
        return FALSE;
      g_ptr_array_add (grouping, expr);
    }
  while (rush_accept (p, T (COMMA)));
  RushTokenKind next = rush_peek_at (p, 1);
  if (rush_peek (p) == T (WITH) && (next == T (ROLLUP) || next == T (CUBE)))
    {
      p->pos += 2;
      made = grouping_of_columns (grouping,
                                  next == T (ROLLUP) ? RUSH_GROUPING_ROLLUP : RUSH_GROUPING_CUBE);
    }
  else if (rush_peek (p) == T (GROUPING) && next == T (SETS))
    {
      if ((made = grouping_sets_of_columns (p, grouping)) == NULL)
        return FALSE;
    }
  else if (rush_peek (p) == T (WITH) && next != T (EOF))
    {
      p->pos++;
      return rush_syntax_error_expected (p, T (EOF), FALSE);
    }
  if (made != NULL)
    {
      g_ptr_array_set_size (grouping, 0);
      g_ptr_array_add (grouping, rush_mark (p, from, made));
    }
  return TRUE;
}

/* ---- hints ---- */

typedef struct
{
  char *name;
  GPtrArray *parameters;
} Hint;

static void
hint_free (gpointer data)
{
  Hint *hint = data;

  g_free (hint->name);
  g_ptr_array_unref (hint->parameters);
  g_free (hint);
}

/* hint:  name [ '(' primary { ',' primary } ')' ] */
static gboolean
parse_hint (RushParser *p, GPtrArray *hints)
{
  char *name = rush_parse_identifier (p);

  if (name == NULL)
    return FALSE;
  Hint *hint = g_new0 (Hint, 1);
  hint->name = name;
  hint->parameters = rush_exprs_new ();
  g_ptr_array_add (hints, hint);
  if (!rush_accept (p, T (LEFT_PAREN)))
    return TRUE;
  do
    {
      RushExpr *parameter = rush_parse_primary (p);
      if (parameter == NULL)
        return FALSE;
      g_ptr_array_add (hint->parameters, parameter);
    }
  while (rush_accept (p, T (COMMA)));
  return rush_expect (p, T (RIGHT_PAREN));
}

/* { HINT_START hint { [ ',' ] hint } HINT_END } */
static gboolean
parse_hints (RushParser *p, GPtrArray *hints)
{
  while (rush_accept (p, T (HINT_START)))
    do
      {
        if (!parse_hint (p, hints))
          return FALSE;
        rush_accept (p, T (COMMA));
      }
    while (!rush_accept (p, T (HINT_END)));
  return TRUE;
}

/* The first one is outermost. */
static RushPlan *
apply_hints (GPtrArray *hints, RushPlan *plan)
{
  for (guint i = hints->len; i-- > 0;)
    {
      Hint *hint = hints->pdata[i];
      plan = rush_plan_unresolved_hint (hint->name, rush_exprs_to_list (hint->parameters), plan);
      hint->parameters = rush_exprs_new ();
    }
  return plan;
}

/* ---- SELECT ---- */

typedef struct
{
  guint from;
  GPtrArray *hints;
  GPtrArray *columns;
  gboolean distinct;
} Head;

static void
head_clear (Head *head)
{
  g_clear_pointer (&head->hints, g_ptr_array_unref);
  g_clear_pointer (&head->columns, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Head, head_clear)

/* DISTINCT or ALL, if it is no column: SELECT all, x FROM t */
static gboolean
accept_quantifier (RushParser *p, RushTokenKind kind)
{
  RushTokenKind next = rush_peek_at (p, 1);

  return next != T (COMMA) && next != T (EOF) && next != T (DOT) && next != T (FROM) &&
         rush_accept (p, kind);
}

/* head:  SELECT hints [ DISTINCT | ALL ] named { ',' named } */
static gboolean
parse_head (RushParser *p, Head *head)
{
  head->from = p->pos++;
  head->hints = g_ptr_array_new_with_free_func (hint_free);
  head->columns = rush_exprs_new ();
  if (rush_peek (p) == T (TRANSFORM) && rush_peek_at (p, 1) == T (LEFT_PAREN))
    for (guint i = 2, depth = 1; depth > 0 && rush_peek_at (p, i) != T (EOF); i++)
      {
        depth += rush_peek_at (p, i) == T (LEFT_PAREN);
        depth -= rush_peek_at (p, i) == T (RIGHT_PAREN);
        if (depth == 0 && rush_peek_at (p, i + 1) == T (USING))
          return rush_unsupported (p, p->pos, "SELECT TRANSFORM (…) USING script");
      }
  if (!parse_hints (p, head->hints))
    return FALSE;
  head->distinct = accept_quantifier (p, T (DISTINCT));
  if (!head->distinct)
    accept_quantifier (p, T (ALL));
  do
    {
      RushExpr *column = rush_parse_named (p);
      if (column == NULL)
        return FALSE;
      g_ptr_array_add (head->columns, column);
    }
  while (rush_accept (p, T (COMMA)));
  return TRUE;
}

/* Project or Aggregate, and a condition on top, of what was read. */
static RushPlan *
project (RushParser *p, Head *head, GPtrArray *grouping, RushExpr *having, RushPlan *plan)
{
  RushExprList *columns = rush_exprs_to_list (g_steal_pointer (&head->columns));

  if (grouping->len > 0 || having != NULL)
    plan = rush_plan_aggregate (rush_exprs_to_list (g_ptr_array_ref (grouping)), columns, plan);
  else
    plan = rush_plan_project (columns, plan);
  plan = rush_mark_plan (p, head->from, plan);
  return having != NULL ? rush_mark_plan (p, head->from, rush_plan_having (having, plan)) : plan;
}

/* body:  { lateral view } [ WHERE condition ] [ GROUP BY … ] [ HAVING condition ]
 *        [ QUALIFY condition ] [ WINDOW … ] */
static RushPlan *
parse_body (RushParser *p, Head *head, RushPlan *source)
{
  g_autoptr (RushPlan) plan = source;
  g_autoptr (GPtrArray) grouping = rush_exprs_new ();
  g_autoptr (RushExpr) where = NULL, having = NULL;

  while (plan != NULL && rush_peek (p) == T (LATERAL) && rush_peek_at (p, 1) == T (VIEW))
    plan = rush_parse_lateral_view (p, plan);
  if (plan == NULL)
    return NULL;
  if (rush_accept (p, T (WHERE)) && (where = rush_parse_tree (p)) == NULL)
    return NULL;
  if (rush_peek (p) == T (GROUP) && rush_peek_at (p, 1) == T (BY))
    {
      p->pos += 2;
      if (!parse_group_by (p, grouping))
        return NULL;
    }
  if (rush_accept (p, T (HAVING)) && (having = rush_parse_tree (p)) == NULL)
    return NULL;
  /* Of errors all of this is the place, from SELECT on. */
  if (where != NULL)
    plan = rush_mark_plan (p, head->from,
                           rush_plan_filter (g_steal_pointer (&where), g_steal_pointer (&plan)));
  plan = project (p, head, grouping, g_steal_pointer (&having), g_steal_pointer (&plan));
  if (rush_peek (p) == T (QUALIFY) && rush_peek_at (p, 1) != T (EOF))
    {
      guint qualify = p->pos++;
      RushExpr *condition = rush_parse_tree (p);
      if (condition == NULL)
        return NULL;
      plan =
          rush_mark_plan (p, qualify,
                          rush_plan_unary (RUSH_PLAN_UNRESOLVED_QUALIFY,
                                           rush_expr_list_of (condition), g_steal_pointer (&plan)));
    }
  if (head->distinct)
    plan = rush_plan_unary (RUSH_PLAN_DISTINCT, NULL, plan);
  plan = rush_parse_query_clauses (p, g_steal_pointer (&plan), FALSE);
  return plan != NULL ? apply_hints (head->hints, g_steal_pointer (&plan)) : NULL;
}

RushPlan *
rush_parse_select (RushParser *p)
{
  g_auto (Head) head = { 0 };

  if (!parse_head (p, &head))
    return NULL;
  RushPlan *source = rush_peek (p) == T (FROM) ? rush_parse_from (p) : rush_plan_one_row ();
  return source != NULL ? parse_body (p, &head, source) : NULL;
}

/* SELECT … as a step of a pipe, over @source. */
RushPlan *
rush_parse_select_over (RushParser *p, RushPlan *source)
{
  g_auto (Head) head = { 0 };
  g_autoptr (RushPlan) held = source;

  if (!parse_head (p, &head))
    return NULL;
  RushPlan *plan = rush_plan_project (rush_exprs_to_list (g_steal_pointer (&head.columns)),
                                      g_steal_pointer (&held));
  if (head.distinct)
    plan = rush_plan_unary (RUSH_PLAN_DISTINCT, NULL, plan);
  plan = rush_parse_query_clauses (p, plan, FALSE);
  return plan != NULL ? apply_hints (head.hints, plan) : NULL;
}

/* FROM … [ SELECT … ] */
RushPlan *
rush_parse_from_first (RushParser *p)
{
  guint from = p->pos;
  g_auto (Head) head = { 0 };
  g_autoptr (RushPlan) source = rush_parse_from (p);

  if (source == NULL)
    return NULL;
  if (rush_peek (p) == T (INSERT))
    {
      rush_unsupported (p, p->pos, "FROM … INSERT");
      return NULL;
    }
  if (rush_peek (p) != T (SELECT))
    return g_steal_pointer (&source);
  if (!parse_head (p, &head))
    return NULL;
  return rush_mark_plan (p, from, parse_body (p, &head, g_steal_pointer (&source)));
}
