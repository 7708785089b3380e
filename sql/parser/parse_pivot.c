/* parse_pivot.c - PIVOT turns values into columns, UNPIVOT columns into values.
 *
 *   PIVOT (sum(a) AS s FOR b IN (1, 2 AS two))      UNPIVOT (v FOR n IN (x, y AS why))
 *
 * Several columns at a time are written in parentheses, and become a struct.
 *
 * Mirrors:  AstBuilder.withPivot, withUnpivot.
 */
#include "sql/parser/parser_private.h"

/* ---- PIVOT ---- */

/* column:  name | '(' name { ',' name } ')' */
static RushExpr *
parse_pivot_column (RushParser *p)
{
  guint from = p->pos;
  g_auto (GStrv) names = NULL;
  g_autoptr (GPtrArray) columns = rush_exprs_new ();

  if (rush_peek (p) == T (LEFT_PAREN))
    names = rush_parse_identifier_list (p);
  else
    {
      names = g_new0 (char *, 2);
      names[0] = rush_parse_identifier (p);
    }
  if (names == NULL || names[0] == NULL)
    return NULL;
  for (guint i = 0; names[i] != NULL; i++)
    g_ptr_array_add (columns,
                     rush_expr_unresolved_attribute ((const char *const[]){ names[i], NULL }, -1));
  if (columns->len == 1)
    return rush_mark (p, from, g_ptr_array_steal_index (columns, 0));
  g_ptr_array_set_free_func (columns, NULL);
  return rush_mark (p, from,
                    rush_call_of ("struct", columns->len, (RushExpr *const *)columns->pdata));
}

/* named { ',' named } */
static gboolean
parse_named_list (RushParser *p, GPtrArray *into)
{
  do
    {
      RushExpr *item = rush_parse_named_raw (p);
      if (item == NULL)
        return FALSE;
      g_ptr_array_add (into, item);
    }
  while (rush_accept (p, T (COMMA)));
  return TRUE;
}

/* pivot:  PIVOT '(' named { ',' named } FOR column IN '(' named { ',' named } ')' ')' [ alias ] */
RushPlan *
rush_parse_pivot (RushParser *p, RushPlan *child)
{
  guint from = p->pos;
  g_autoptr (RushPlan) held = child;
  g_autoptr (GPtrArray) aggregates = rush_exprs_new (), values = rush_exprs_new ();
  g_autoptr (RushExpr) column = NULL;

  p->pos++;
  if (!rush_expect (p, T (LEFT_PAREN)) || !parse_named_list (p, aggregates) ||
      !rush_expect (p, T (FOR)) || (column = parse_pivot_column (p)) == NULL ||
      !rush_expect (p, T (IN)) || !rush_expect (p, T (LEFT_PAREN)) ||
      !parse_named_list (p, values) || !rush_expect (p, T (RIGHT_PAREN)) ||
      !rush_expect (p, T (RIGHT_PAREN)))
    return NULL;
  RushPlan *made =
      rush_plan_pivot (rush_expr_list_new (0, NULL), g_steal_pointer (&column),
                       rush_exprs_to_list (g_steal_pointer (&values)),
                       rush_exprs_to_list (g_steal_pointer (&aggregates)), g_steal_pointer (&held));
  return rush_parse_alias (p, rush_mark_plan (p, from, made), NULL);
}

/* ---- UNPIVOT ---- */

typedef struct
{
  GPtrArray *names;   /* of the value columns */
  GPtrArray *columns; /* RushExpr, group by group */
  GPtrArray *aliases; /* one a group, "" for none */
  gboolean aliased;
} Groups;

static gboolean
parse_unpivot_column (RushParser *p, Groups *groups)
{
  guint from = p->pos;
  g_auto (GStrv) names = rush_parse_names (p);

  if (names == NULL)
    return FALSE;
  g_ptr_array_add (
      groups->columns,
      rush_mark (p, from, rush_expr_unresolved_attribute ((const char *const *)names, -1)));
  return TRUE;
}

/* group:  ( column | '(' column { ',' column } ')' ) [ [ AS ] name ] */
static gboolean
parse_group (RushParser *p, Groups *groups, gboolean many)
{
  char *alias = NULL;

  if (many && !rush_expect (p, T (LEFT_PAREN)))
    return FALSE;
  do
    if (!parse_unpivot_column (p, groups))
      return FALSE;
  while (many && rush_accept (p, T (COMMA)));
  if (many && !rush_expect (p, T (RIGHT_PAREN)))
    return FALSE;
  if (rush_accept (p, T (AS)) || rush_at_identifier (p, 0))
    {
      if ((alias = rush_parse_identifier (p)) == NULL)
        return FALSE;
      groups->aliased = TRUE;
    }
  g_ptr_array_add (groups->aliases, alias != NULL ? alias : g_strdup (""));
  return TRUE;
}

/* '(' ( name | '(' name { ',' name } ')' ) FOR name IN '(' group { ',' group } ')' ')' */
static gboolean
parse_operator (RushParser *p, Groups *groups, char **out_variable)
{
  gboolean many;

  if (!rush_expect (p, T (LEFT_PAREN)))
    return FALSE;
  many = rush_accept (p, T (LEFT_PAREN));
  do
    {
      char *name = rush_parse_identifier (p);
      if (name == NULL)
        return FALSE;
      g_ptr_array_add (groups->names, name);
    }
  while (many && rush_accept (p, T (COMMA)));
  if ((many && !rush_expect (p, T (RIGHT_PAREN))) || !rush_expect (p, T (FOR)) ||
      (*out_variable = rush_parse_identifier (p)) == NULL || !rush_expect (p, T (IN)) ||
      !rush_expect (p, T (LEFT_PAREN)))
    return FALSE;
  do
    if (!parse_group (p, groups, many))
      return FALSE;
  while (rush_accept (p, T (COMMA)));
  return rush_expect (p, T (RIGHT_PAREN)) && rush_expect (p, T (RIGHT_PAREN));
}

/* unpivot:  UNPIVOT [ ( INCLUDE | EXCLUDE ) NULLS ] operator [ alias ] */
RushPlan *
rush_parse_unpivot (RushParser *p, RushPlan *child)
{
  guint from = p->pos;
  g_autoptr (RushPlan) held = child;
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) columns = rush_exprs_new ();
  g_autoptr (GPtrArray) aliases = g_ptr_array_new_with_free_func (g_free);
  Groups groups = { names, columns, aliases, FALSE };
  g_autofree char *variable = NULL;

  p->pos++;
  gboolean include = rush_peek (p) == T (INCLUDE);
  if (include || rush_peek (p) == T (EXCLUDE))
    {
      p->pos++;
      if (!rush_expect (p, T (NULLS)))
        return NULL;
    }
  if (!parse_operator (p, &groups, &variable))
    return NULL;
  guint width = names->len;
  g_ptr_array_add (names, NULL);
  g_ptr_array_add (aliases, NULL);
  RushPlan *made = rush_plan_unpivot (
      rush_expr_list_new (0, NULL), rush_exprs_to_list (g_steal_pointer (&columns)), width, include,
      variable, (const char *const *)names->pdata,
      groups.aliased ? (const char *const *)aliases->pdata : NULL, g_steal_pointer (&held));
  return rush_parse_alias (p, rush_mark_plan (p, from, made), NULL);
}
