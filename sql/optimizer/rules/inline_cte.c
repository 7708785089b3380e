/* inline_cte.c - a common table expression is put in where it is used.
 *
 *   WithCTE                             Join
 *   ├── definition 1: Filter t   →      ├── Project [a#1 AS a#5]
 *   └── Join                            │   └── Filter t
 *       ├── CTERelationRef 1 [a#5]      └── …
 *       └── …
 *
 * Every reference has columns of its own, so a definition that is used twice gets its ids anew.
 * (Spark keeps a definition that is used twice and is not deterministic; here it is computed at
 * each use, as in Spark before 3.4, unless the physical plan finds that both are the same
 * exchange.)
 */
#include "sql/optimizer/optimizer_private.h"

typedef struct
{
  RushPlan *const *definitions;
  const gint64 *ids;
  guint n;
} Definitions;

static RushPlan *
renamed (const RushPlan *reference, RushPlan *definition)
{
  GPtrArray *columns = rush_expr_ptr_array ();

  for (guint i = 0; i < reference->output->n; i++)
    g_ptr_array_add (columns, rush_expr_alias (rush_expr_ref (definition->output->items[i]),
                                               rush_expr_name (reference->output->items[i]),
                                               rush_expr_named_id (reference->output->items[i])));
  return rush_plan_project (rush_expr_list_from_array (columns), rush_plan_ref (definition));
}

static RushPlan *
put_in (RushPlan *node, gpointer data, GError **error)
{
  const Definitions *all = data;

  if (node->kind == RUSH_PLAN_CTE_REFERENCE)
    for (guint i = 0; i < all->n; i++)
      if (all->ids[i] == node->as.cte.id)
        return rush_same_columns (node->output, all->definitions[i]->output)
                   ? rush_plan_ref (all->definitions[i])
                   : renamed (node, all->definitions[i]);
  return rush_plan_ref (node);
}

/* The query of a WITH_CTE; a definition may use those before it. */
static RushPlan *
inline_one (RushPlan *node, gpointer data, GError **error)
{
  if (node->kind != RUSH_PLAN_WITH_CTE)
    return rush_plan_ref (node);
  guint n = node->n_children - 1;
  g_autoptr (GPtrArray) done = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_plan_unref);
  for (guint i = 0; i <= n; i++)
    {
      Definitions before = { (RushPlan *const *)done->pdata, node->as.with.ids, done->len };
      RushPlan *plan =
          rush_plan_transform_up_with_subqueries (node->children[i], put_in, &before, error);
      if (plan == NULL)
        return NULL;
      g_ptr_array_add (done, plan);
    }
  return g_ptr_array_steal_index (done, n);
}

static RushPlan *
apply (RushPlan *plan, gpointer data, GError **error)
{
  return rush_plan_transform_up_with_subqueries (plan, inline_one, NULL, error);
}

const RushRule rush_optimizer_inline_cte = { "InlineCTE", apply };
