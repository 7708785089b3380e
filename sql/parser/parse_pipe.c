/* parse_pipe.c - pipes: a query as steps, in the order in which they happen.
 *
 *   FROM t |> WHERE a > 1 |> EXTEND a * 2 AS b |> AGGREGATE sum(b) GROUP BY c
 *
 *   pipe:  '|>' ( SELECT … | EXTEND named { ',' named } | SET name '=' value { ',' … }
 *               | DROP name { ',' name } | AS name | WHERE condition | PIVOT … | UNPIVOT …
 *               | TABLESAMPLE … | join | ( UNION | EXCEPT | INTERSECT ) … primary
 *               | AGGREGATE [ named { ',' named } ] [ GROUP BY named { ',' named } ]
 *               | ORDER BY … LIMIT … OFFSET … )
 *
 * Each step is an operator that exists already, over the plan to its left: EXTEND is a projection
 * of a star and what is new, DROP one of a star EXCEPT some.
 *
 * Mirrors:  AstBuilder.visitOperatorPipeRightSide.
 */
#include "sql/parser/parser_private.h"

static void
edit_step (RushPlan *copy, gpointer data)
{
  copy->as.project.step = data;
}

/* The projection of a step, in which the analyzer accepts no aggregates. */
static RushPlan *
project_of_step (const char *step, RushExprList *columns, RushPlan *child)
{
  g_autoptr (RushPlan) made = rush_plan_project (columns, child);

  return rush_plan_edit (made, edit_step, (gpointer)step);
}

/* ---- steps; each takes over @left ---- */

/* named { ',' named } */
static gboolean
parse_named_list (RushParser *p, GPtrArray *into)
{
  do
    {
      RushExpr *item = rush_parse_named (p);
      if (item == NULL)
        return FALSE;
      g_ptr_array_add (into, item);
    }
  while (rush_accept (p, T (COMMA)));
  return TRUE;
}

static RushExpr *
star_except (GPtrArray *left_out)
{
  const char *const nothing[] = { NULL };
  RushExpr *made = rush_expr_named (RUSH_EXPR_UNRESOLVED_STAR, nothing, left_out->len,
                                    (RushExpr *const *)left_out->pdata);

  g_ptr_array_set_free_func (left_out, NULL);
  g_ptr_array_set_size (left_out, 0);
  return made;
}

/* EXTEND named { ',' named } */
static RushPlan *
parse_extend (RushParser *p, RushPlan *left)
{
  g_autoptr (RushPlan) held = left;
  g_autoptr (GPtrArray) columns = rush_exprs_new (), nothing = rush_exprs_new ();

  g_ptr_array_add (columns, star_except (nothing));
  if (!parse_named_list (p, columns))
    return NULL;
  return project_of_step ("EXTEND", rush_exprs_to_list (g_steal_pointer (&columns)),
                          g_steal_pointer (&held));
}

static RushExpr *
parse_name (RushParser *p)
{
  guint from = p->pos;
  g_autofree char *name = rush_parse_identifier (p);

  if (name == NULL)
    return NULL;
  return rush_mark (p, from,
                    rush_expr_unresolved_attribute ((const char *const[]){ name, NULL }, -1));
}

/* DROP name { ',' name } */
static RushPlan *
parse_drop (RushParser *p, RushPlan *left)
{
  g_autoptr (RushPlan) held = left;
  g_autoptr (GPtrArray) names = rush_exprs_new ();

  do
    {
      RushExpr *name = parse_name (p);
      if (name == NULL)
        return NULL;
      g_ptr_array_add (names, name);
    }
  while (rush_accept (p, T (COMMA)));
  return rush_plan_project (rush_expr_list_of (star_except (names)), g_steal_pointer (&held));
}

/* One of SET's: name '=' value replaces the column where it stands.  The star's last child is an
 * alias: the value and the name that it replaces (expand_stars.c). */
static RushPlan *
parse_set_one (RushParser *p, RushPlan *left)
{
  g_autoptr (RushPlan) held = left;
  g_autoptr (GPtrArray) replaced = rush_exprs_new ();
  guint from = p->pos;
  g_autofree char *name = rush_parse_identifier (p);

  if (name == NULL || !rush_expect (p, T (EQ)))
    return NULL;
  RushExpr *value = rush_parse_tree (p);
  if (value == NULL)
    return NULL;
  g_ptr_array_add (replaced, rush_mark (p, from, rush_expr_alias (value, name, 0)));
  return project_of_step ("SET", rush_expr_list_of (star_except (replaced)),
                          g_steal_pointer (&held));
}

/* SET name '=' value { ',' name '=' value }: one after the other */
static RushPlan *
parse_set (RushParser *p, RushPlan *left)
{
  do
    left = parse_set_one (p, left);
  while (left != NULL && rush_accept (p, T (COMMA)));
  return left;
}

/* AGGREGATE [ named { ',' named } ] [ GROUP BY named { ',' named } ] */
static RushPlan *
parse_aggregate (RushParser *p, RushPlan *left)
{
  g_autoptr (RushPlan) held = left;
  g_autoptr (GPtrArray) computed = rush_exprs_new (), results = rush_exprs_new ();
  g_autoptr (GPtrArray) grouping = rush_exprs_new ();

  if (rush_peek (p) != T (GROUP) && !parse_named_list (p, computed))
    return NULL;
  if (rush_accept (p, T (GROUP)) && (!rush_expect (p, T (BY)) || !parse_named_list (p, results)))
    return NULL;
  for (guint i = 0; i < results->len; i++)
    {
      RushExpr *key = results->pdata[i];
      gboolean named = key->kind == RUSH_EXPR_ALIAS || key->kind == RUSH_EXPR_UNRESOLVED_ALIAS;
      g_ptr_array_add (grouping, rush_expr_ref (named ? key->children[0] : key));
    }
  g_ptr_array_extend_and_steal (results, g_steal_pointer (&computed));
  return rush_plan_aggregate (rush_exprs_to_list (g_steal_pointer (&grouping)),
                              rush_exprs_to_list (g_steal_pointer (&results)),
                              g_steal_pointer (&held));
}

/* AS name */
static RushPlan *
parse_as (RushParser *p, RushPlan *left)
{
  g_autoptr (RushPlan) held = left;
  g_autofree char *name = rush_parse_identifier (p);

  if (name == NULL)
    return NULL;
  return rush_plan_subquery_alias ((const char *const[]){ name, NULL }, g_steal_pointer (&held));
}

/* WHERE condition */
static RushPlan *
parse_where (RushParser *p, RushPlan *left)
{
  g_autoptr (RushPlan) held = left;
  RushExpr *condition = rush_parse_tree (p);

  return condition != NULL ? rush_plan_filter (condition, g_steal_pointer (&held)) : NULL;
}

/* ---- the pipe ---- */

static gboolean
accept_step (RushParser *p, const char *word)
{
  return rush_peek_at (p, 1) != T (EOF) && rush_accept_word (p, word);
}

static RushPlan *
parse_step (RushParser *p, guint from, RushPlan *left)
{
  RushTokenKind kind = rush_peek (p);

  if (kind == T (SELECT))
    return rush_parse_select_over (p, left);
  if (rush_accept (p, T (WHERE)))
    return parse_where (p, left);
  if (rush_accept (p, T (AS)))
    return parse_as (p, left);
  if (accept_step (p, "EXTEND"))
    return parse_extend (p, left);
  if (accept_step (p, "SET"))
    return parse_set (p, left);
  if (accept_step (p, "DROP"))
    return parse_drop (p, left);
  if (accept_step (p, "AGGREGATE"))
    return parse_aggregate (p, left);
  if (kind == T (UNION) || kind == T (EXCEPT) || kind == T (MINUS) || kind == T (INTERSECT))
    return rush_parse_set_operation (p, from, left);
  if (kind == T (ORDER) || kind == T (SORT) || kind == T (CLUSTER) || kind == T (DISTRIBUTE) ||
      kind == T (LIMIT) || kind == T (OFFSET))
    return rush_parse_query_clauses (p, left, TRUE);
  return rush_parse_relation_step (p, from, left);
}

/* { pipe } behind a query; takes over @plan */
RushPlan *
rush_parse_pipes (RushParser *p, guint from, RushPlan *plan)
{
  guint steps = 0;

  while (plan != NULL && rush_accept (p, T (PIPE_ARROW)))
    if (++steps > RUSH_PARSER_MAX_STEPS)
      {
        rush_too_complex (p);
        g_clear_pointer (&plan, rush_plan_unref);
      }
    else
      plan = rush_mark_plan (p, from, parse_step (p, from, plan));
  return plan;
}
