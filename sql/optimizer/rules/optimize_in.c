/* optimize_in.c - lists of values without repetition; long ones are sets.
 *
 *   a#1 IN (1, 2, 1)  →  a#1 IN (1, 2)         a#1 IN (1)       →  (a#1 = 1)
 *   a#1 IN ()         →  false, if a is        a#1 IN (1…11)    →  a#1 INSET 1…11
 *                        not null
 *
 * A list of more than spark.sql.optimizer.inSetConversionThreshold values is a set.  (The kernel of
 * IN makes a hash table of either; the set has its own name in plans.)
 */
#include "sql/optimizer/optimizer_private.h"

static gboolean
all_literals (const RushExpr *in)
{
  for (guint i = 1; i < in->n_children; i++)
    if (in->children[i]->kind != RUSH_EXPR_LITERAL)
      return FALSE;
  return TRUE;
}

/* The value, and each value of the list once; the hash table is of semantic equality. */
static GPtrArray *
different (const RushExpr *in)
{
  GPtrArray *kept = rush_expr_ptr_array ();
  g_autoptr (GHashTable) seen =
      g_hash_table_new ((GHashFunc)rush_expr_semantic_hash, (GEqualFunc)rush_expr_semantic_equal);

  g_ptr_array_add (kept, rush_expr_ref (in->children[0]));
  for (guint i = 1; i < in->n_children; i++)
    if (g_hash_table_add (seen, in->children[i]))
      g_ptr_array_add (kept, rush_expr_ref (in->children[i]));
  return kept;
}

static RushExpr *
rewrite (RushExpr *node, gpointer data, GError **error)
{
  if (node->kind != RUSH_EXPR_IN || node->as.in.set)
    return rush_expr_ref (node);
  if (node->n_children == 1)
    return node->children[0]->nullable ? rush_expr_ref (node) : rush_expr_literal_bool (FALSE);
  if (!all_literals (node))
    return rush_expr_ref (node);
  g_autoptr (GPtrArray) kept = different (node);
  gint64 most = rush_optimization_number (data, "spark.sql.optimizer.inSetConversionThreshold", 10);
  if (kept->len == 2)
    return rush_expr_binary (RUSH_EXPR_EQUAL, rush_expr_ref (kept->pdata[0]),
                             rush_expr_ref (kept->pdata[1]));
  gboolean set = (gint64)kept->len - 1 > most;
  if (kept->len == node->n_children && !set)
    return rush_expr_ref (node);
  g_autoptr (RushExpr) in = rush_expr_new (RUSH_EXPR_IN, kept->len, (RushExpr **)kept->pdata);
  g_ptr_array_set_free_func (kept, NULL);
  return set ? rush_expr_in_set (in) : g_steal_pointer (&in);
}

RUSH_EXPR_RULE_UP (optimize_in, "OptimizeIn");
