/* expression_transform.c - walks and rewrites of expressions (tree_node.c has the walk itself), of
 * their lists, conjunctions, and binding to the columns of an input.
 *
 * Mirrors: org.apache.spark.sql.catalyst.trees.TreeNode, expressions.{PredicateHelper,
 * BindReferences}. */
#include "sql/plan/expression_private.h"
#include "sql/plan/tree_node_private.h"

/* ── the kind of tree ── */

static gpointer
ref_node (gpointer node)
{
  return rush_expr_ref (node);
}

static void
unref_node (gpointer node)
{
  rush_expr_unref (node);
}

static gpointer
with_children (gpointer node, gpointer const *children)
{
  return rush_expr_with_children (node, (RushExpr *const *)children);
}

static const RushTreeClass tree = {
  .n_children_offset = G_STRUCT_OFFSET (RushExpr, n_children),
  .children_offset = G_STRUCT_OFFSET (RushExpr, children),
  .ref = ref_node,
  .unref = unref_node,
  .with_children = with_children,
};

/* A function with the type that its callers know, behind one that the walk knows. */
typedef struct
{
  RushExprTransform func;
  gpointer data;
} ExprTransform;

static gpointer
call_transform (gpointer node, gpointer data, GError **error)
{
  ExprTransform *transform = data;

  return transform->func (node, transform->data, error);
}

RushExpr *
rush_expr_transform_up (RushExpr *self, RushExprTransform func, gpointer data, GError **error)
{
  ExprTransform transform = { func, data };

  return rush_tree_transform_up (&tree, self, call_transform, &transform, error);
}

RushExpr *
rush_expr_transform_down (RushExpr *self, RushExprTransform func, gpointer data, GError **error)
{
  ExprTransform transform = { func, data };

  return rush_tree_transform_down (&tree, self, call_transform, &transform, error);
}

RushExprList *
rush_expr_list_transform_up (RushExprList *self, RushExprTransform func, gpointer data,
                             GError **error)
{
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_expr_unref);
  gboolean same = TRUE;

  for (guint i = 0; i < self->n; i++)
    {
      RushExpr *item = rush_expr_transform_up (self->items[i], func, data, error);

      if (item == NULL)
        return NULL;
      same = same && item == self->items[i];
      g_ptr_array_add (items, item);
    }
  return same ? rush_expr_list_ref (self) : rush_expr_list_from_array (g_steal_pointer (&items));
}

typedef struct
{
  RushExprVisit func;
  gpointer data;
} ExprVisit;

static gboolean
call_visit (gconstpointer node, gpointer data)
{
  ExprVisit *visit = data;

  return visit->func (node, visit->data);
}

void
rush_expr_visit (const RushExpr *self, RushExprVisit func, gpointer data)
{
  ExprVisit visit = { func, data };

  rush_tree_visit (&tree, self, call_visit, &visit);
}

/* ── conjunctions ── */

static gboolean
add_conjunct (const RushExpr *node, gpointer into)
{
  if (node->kind == RUSH_EXPR_AND)
    return FALSE;
  g_ptr_array_add (into, rush_expr_ref ((RushExpr *)node));
  return TRUE;
}

void
rush_expr_split_conjuncts (RushExpr *self, GPtrArray *into)
{
  rush_expr_visit (self, add_conjunct, into);
}

RushExpr *
rush_expr_and_all (RushExpr *const *conjuncts, guint n)
{
  RushExpr *all;

  if (n == 0)
    return rush_expr_literal_bool (TRUE);
  all = rush_expr_ref (conjuncts[0]);
  for (guint i = 1; i < n; i++)
    all = rush_expr_binary (RUSH_EXPR_AND, all, rush_expr_ref (conjuncts[i]));
  return all;
}

/* ── binding ── */

static char *
list_text (const RushExprList *list)
{
  GString *text = g_string_new ("[");

  for (guint i = 0; i < list->n; i++)
    {
      g_autofree char *item = rush_expr_to_string (list->items[i]);

      g_string_append_printf (text, "%s%s", i > 0 ? ", " : "", item);
    }
  return g_string_free (g_string_append_c (text, ']'), FALSE);
}

static RushExpr *
bind_attribute (RushExpr *node, gpointer data, GError **error)
{
  const RushExprList *input = data;

  if (node->kind != RUSH_EXPR_ATTRIBUTE)
    return rush_expr_ref (node);
  for (guint i = 0; i < input->n; i++)
    if (input->items[i]->as.attribute.id == node->as.attribute.id)
      return rush_expr_bound (i, input->items[i]->type, input->items[i]->nullable,
                              node->as.attribute.name);

  g_autofree char *name = rush_expr_to_string (node);
  g_autofree char *columns = list_text (input);
  g_error ("%s is not a column of %s", name, columns);
}

RushExpr *
rush_expr_bind (RushExpr *self, const RushExprList *input)
{
  return rush_expr_transform_up (self, bind_attribute, (gpointer)input, NULL);
}
