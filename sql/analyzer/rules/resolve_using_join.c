/* resolve_using_join.c - ResolveNaturalAndUsingJoin: keys by name, and once in the result.
 *
 *   'Join UsingJoin(Inner, [k])         Project [k#1, a#2, b#4]             hides k#3
 *   :- [k#1, a#2]                 →     +- Join Inner, (k#1 = k#3)
 *   +- [k#3, b#4]
 *
 *   inner, left, semi, anti   the left key         right   the right key
 *   full                      coalesce (left, right) AS k
 *
 * The key that is left out can still be named with its table: it is hidden, not gone.
 *
 * Mirrors: NaturalAndUsingJoinResolution.
 */
#include <string.h>

#include "sql/analyzer/analysis_private.h"

typedef struct
{
  GPtrArray *left, *right; /* keys, borrowed */
  GPtrArray *result;       /* named, owned */
  GPtrArray *hidden;       /* attributes, owned */
} Keys;

static gint
by_name (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *)a, *(const char *const *)b);
}

static RushExpr *
find_key (const RushAnalysis *self, const RushPlan *join, guint side, const char *name,
          GError **error)
{
  const RushExprList *columns = join->children[side]->output;
  g_autoptr (GPtrArray) names = NULL;

  for (guint i = 0; i < columns->n; i++)
    if (rush_analysis_same_name (self, rush_expr_name (columns->items[i]), name))
      return columns->items[i];
  {
    g_autofree char *quoted = rush_sql_id_of (name);
    g_autoptr (GPtrArray) sorted = g_ptr_array_new ();
    g_autoptr (GString) all = g_string_new (NULL);

    for (guint i = 0; i < columns->n; i++)
      g_ptr_array_add (sorted, (gpointer)rush_expr_name (columns->items[i]));
    g_ptr_array_sort (sorted, by_name);
    for (guint i = 0; i < sorted->len; i++)
      {
        g_autofree char *id = rush_sql_id_of (sorted->pdata[i]);

        g_string_append_printf (all, "%s%s", i > 0 ? ", " : "", id);
      }
    rush_sql_error_set (error, RUSH_SQL_CLASS_UNRESOLVED_USING_COLUMN_FOR_JOIN, &join->context,
                        "colName", quoted, "side", side == 0 ? "left" : "right", "suggestion",
                        all->str, NULL);
  }
  return NULL;
}

static gboolean
find_keys (const RushAnalysis *self, const RushPlan *join, Keys *keys, GError **error)
{
  const RushExprList *left = join->children[0]->output, *right = join->children[1]->output;

  for (guint i = 0; !join->as.join.natural && join->as.join.using_columns[i] != NULL; i++)
    {
      const char *name = join->as.join.using_columns[i];
      RushExpr *a = find_key (self, join, 0, name, error);
      RushExpr *b = a != NULL ? find_key (self, join, 1, name, error) : NULL;

      if (b == NULL)
        return FALSE;
      g_ptr_array_add (keys->left, a);
      g_ptr_array_add (keys->right, b);
    }
  for (guint i = 0; join->as.join.natural && i < left->n; i++)
    for (guint j = 0; j < right->n; j++)
      if (rush_analysis_same_name (self, rush_expr_name (left->items[i]),
                                   rush_expr_name (right->items[j])))
        {
          g_ptr_array_add (keys->left, left->items[i]);
          g_ptr_array_add (keys->right, right->items[j]);
        }
  return TRUE;
}

static gboolean
is_key (GPtrArray *keys, const RushExpr *column)
{
  return g_ptr_array_find (keys, column, NULL);
}

static RushExpr *
condition_of (const RushAnalysis *self, const Keys *keys)
{
  g_autoptr (GPtrArray) equal = rush_expr_array_new ();

  for (guint i = 0; i < keys->left->len; i++)
    g_ptr_array_add (equal, rush_expr_binary (RUSH_EXPR_EQUAL, rush_expr_ref (keys->left->pdata[i]),
                                              rush_expr_ref (keys->right->pdata[i])));
  return equal->len > 0 ? rush_expr_and_all ((RushExpr *const *)equal->pdata, equal->len) : NULL;
}

/* Columns of @from that are no keys, as they come out of the join. */
static void
add_others (const RushPlan *join, guint side, GPtrArray *keys, GPtrArray *into)
{
  const RushExprList *columns = join->children[side]->output;
  RushJoinType type = join->as.join.type;
  gboolean nullable = type == RUSH_JOIN_FULL_OUTER ||
                      (side == 0 ? type == RUSH_JOIN_RIGHT_OUTER : type == RUSH_JOIN_LEFT_OUTER);

  for (guint i = 0; i < columns->n; i++)
    if (!is_key (keys, columns->items[i]))
      g_ptr_array_add (into, nullable ? rush_expr_with_nullable (columns->items[i], TRUE)
                                      : rush_expr_ref (columns->items[i]));
}

static void
add_keys (const RushPlan *join, Keys *keys)
{
  RushJoinType type = join->as.join.type;

  for (guint i = 0; i < keys->left->len; i++)
    {
      RushExpr *left = keys->left->pdata[i], *right = keys->right->pdata[i];

      if (type == RUSH_JOIN_FULL_OUTER)
        {
          RushExpr *a = rush_expr_with_nullable (left, TRUE);
          RushExpr *b = rush_expr_with_nullable (right, TRUE);

          g_ptr_array_add (keys->result,
                           rush_expr_alias (rush_expr_binary (RUSH_EXPR_COALESCE, a, b),
                                            rush_expr_name (left), 0));
          g_ptr_array_add (keys->hidden, rush_expr_with_nullable (left, TRUE));
          g_ptr_array_add (keys->hidden, rush_expr_with_nullable (right, TRUE));
        }
      else if (type == RUSH_JOIN_RIGHT_OUTER)
        {
          g_ptr_array_add (keys->result, rush_expr_ref (right));
          g_ptr_array_add (keys->hidden, rush_expr_with_nullable (left, TRUE));
        }
      else
        {
          g_ptr_array_add (keys->result, rush_expr_ref (left));
          if (type != RUSH_JOIN_LEFT_SEMI && type != RUSH_JOIN_LEFT_ANTI)
            g_ptr_array_add (keys->hidden, type == RUSH_JOIN_LEFT_OUTER
                                               ? rush_expr_with_nullable (right, TRUE)
                                               : rush_expr_ref (right));
        }
    }
}

static void
make_plain (RushPlan *copy, gpointer condition)
{
  copy->as.join.natural = FALSE;
  g_clear_pointer (&copy->as.join.using_columns, g_strfreev);
}

static void
hide (RushPlan *copy, gpointer hidden)
{
  copy->as.project.hidden = hidden;
}

static RushPlan *
build (const RushAnalysis *self, RushPlan *join, Keys *keys)
{
  RushExpr *condition = condition_of (self, keys);
  g_autoptr (RushPlan) plain = rush_plan_edit (join, make_plain, NULL);
  g_autoptr (RushPlan) joined = NULL;
  g_autoptr (RushPlan) project = NULL;

  joined = rush_plan_with_lists (
      plain, (RushExprList *[]){ rush_expr_list_new (condition != NULL, &condition) });
  add_keys (join, keys);
  add_others (join, 0, keys->left, keys->result);
  if (join->as.join.type != RUSH_JOIN_LEFT_SEMI && join->as.join.type != RUSH_JOIN_LEFT_ANTI)
    add_others (join, 1, keys->right, keys->result);
  project = rush_plan_project (rush_expr_list_from_array (g_ptr_array_ref (keys->result)),
                               g_steal_pointer (&joined));
  return rush_plan_edit (project, hide, rush_expr_list_from_array (g_ptr_array_ref (keys->hidden)));
}

static RushPlan *
resolve (RushPlan *node, gpointer data, GError **error)
{
  g_autoptr (GPtrArray) left = NULL, right = NULL, result = NULL, hidden = NULL;
  Keys keys;

  if (node->kind != RUSH_PLAN_JOIN || !node->children[0]->resolved ||
      !node->children[1]->resolved ||
      (!node->as.join.natural && node->as.join.using_columns == NULL))
    return rush_plan_ref (node);
  left = g_ptr_array_new ();
  right = g_ptr_array_new ();
  result = rush_expr_array_new ();
  hidden = rush_expr_array_new ();
  keys = (Keys){ left, right, result, hidden };
  return find_keys (data, node, &keys, error) ? build (data, node, &keys) : NULL;
}

static RushPlan *
apply (RushPlan *plan, gpointer data, GError **error)
{
  return rush_plan_transform_up (plan, resolve, data, error);
}

const RushRule rush_rule_resolve_using_join = { "ResolveNaturalAndUsingJoin", apply };
