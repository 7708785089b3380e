/* expression_transform.c - walking and rewriting expressions without recursion.
 *
 *   transform_up                       transform_down
 *        (3) f                              (1) f
 *       ╱     ╲                            ╱     ╲
 *   (1) f     (2) f                    (2) f     (3) f
 *
 * A chain of operators may be as deep as a program makes it, so the walk keeps its own stack: one
 * frame a node on the way from the root, with the children that are done.  Children that come back
 * as they were make a node that is as it was: the same pointer, which tells rule executors that
 * nothing happened.
 *
 * Mirrors:
 org.apache.spark.sql.catalyst.trees.TreeNode.{transformUp,transformDown,foreach}. */
#include "sql/plan/expression_private.h"

typedef struct
{
  RushExpr *node; /* (owned) */
  guint done;     /* children that stand in `children` */
  RushExpr **children;
} Frame;

typedef struct
{
  GArray *frames;
  RushExprTransform func;
  gpointer data;
  gboolean up;
} Walk;

static gboolean
push (Walk *walk, RushExpr *node, GError **error)
{
  Frame frame = { NULL, 0, NULL };

  frame.node = walk->up ? rush_expr_ref (node) : walk->func (node, walk->data, error);
  if (frame.node == NULL)
    return FALSE;
  frame.children = frame.node->n_children > 0 ? g_new (RushExpr *, frame.node->n_children) : NULL;
  g_array_append_val (walk->frames, frame);
  return TRUE;
}

static void
drop_all (Walk *walk)
{
  for (guint i = 0; i < walk->frames->len; i++)
    {
      Frame *frame = &g_array_index (walk->frames, Frame, i);

      for (guint j = 0; j < frame->done; j++)
        rush_expr_unref (frame->children[j]);
      g_free (frame->children);
      rush_expr_unref (frame->node);
    }
  g_array_unref (walk->frames);
}

/* The last frame, whose children are all done, becomes its node. */
static RushExpr *
pop (Walk *walk, GError **error)
{
  Frame frame = g_array_index (walk->frames, Frame, walk->frames->len - 1);
  RushExpr *node = rush_expr_with_children (frame.node, frame.children);

  g_array_set_size (walk->frames, walk->frames->len - 1);
  g_free (frame.children);
  rush_expr_unref (frame.node);
  if (walk->up)
    {
      RushExpr *changed = walk->func (node, walk->data, error);

      rush_expr_unref (node);
      return changed;
    }
  return node;
}

static RushExpr *
transform (RushExpr *self, RushExprTransform func, gpointer data, gboolean up, GError **error)
{
  Walk walk = { g_array_new (FALSE, FALSE, sizeof (Frame)), func, data, up };
  RushExpr *result = NULL;
  gboolean going = push (&walk, self, error);

  while (going && walk.frames->len > 0)
    {
      Frame *top = &g_array_index (walk.frames, Frame, walk.frames->len - 1);

      if (top->done < top->node->n_children)
        {
          going = push (&walk, top->node->children[top->done], error);
          continue;
        }
      result = pop (&walk, error);
      going = result != NULL;
      if (going && walk.frames->len > 0)
        {
          top = &g_array_index (walk.frames, Frame, walk.frames->len - 1);
          top->children[top->done++] = result;
        }
    }
  drop_all (&walk);
  return going ? result : NULL;
}

RushExpr *
rush_expr_transform_up (RushExpr *self, RushExprTransform func, gpointer data, GError **error)
{
  return transform (self, func, data, TRUE, error);
}

RushExpr *
rush_expr_transform_down (RushExpr *self, RushExprTransform func, gpointer data, GError **error)
{
  return transform (self, func, data, FALSE, error);
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

void
rush_expr_visit (const RushExpr *self, RushExprVisit func, gpointer data)
{
  g_autoptr (GPtrArray) rest = g_ptr_array_new ();

  g_ptr_array_add (rest, (gpointer)self);
  while (rest->len > 0)
    {
      const RushExpr *node = g_ptr_array_steal_index_fast (rest, rest->len - 1);

      if (func (node, data))
        continue;
      for (guint i = node->n_children; i > 0; i--)
        g_ptr_array_add (rest, node->children[i - 1]);
    }
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
