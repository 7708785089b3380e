/* tree_node.c - walking and rewriting trees without recursion.
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
 * Expressions and plans are both such trees; their types differ, their walk does not.
 *
 * Mirrors: org.apache.spark.sql.catalyst.trees.TreeNode. */
#include "sql/plan/tree_node_private.h"

typedef struct
{
  gpointer node; /* (owned) */
  guint done;    /* children that stand in `children` */
  gpointer *children;
} Frame;

typedef struct
{
  const RushTreeClass *tree;
  GArray *frames;
  RushTreeTransform func;
  gpointer data;
  gboolean up;
} Walk;

static guint
n_children (const RushTreeClass *tree, gconstpointer node)
{
  return G_STRUCT_MEMBER (guint, node, tree->n_children_offset);
}

static gpointer
child (const RushTreeClass *tree, gconstpointer node, guint i)
{
  return ((gpointer *)G_STRUCT_MEMBER_P (node, tree->children_offset))[i];
}

static gboolean
push (Walk *walk, gpointer node, GError **error)
{
  Frame frame = { NULL, 0, NULL };
  guint n;

  frame.node = walk->up ? walk->tree->ref (node) : walk->func (node, walk->data, error);
  if (frame.node == NULL)
    return FALSE;
  n = n_children (walk->tree, frame.node);
  frame.children = n > 0 ? g_new (gpointer, n) : NULL;
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
        walk->tree->unref (frame->children[j]);
      g_free (frame->children);
      walk->tree->unref (frame->node);
    }
  g_array_unref (walk->frames);
}

/* The last frame, whose children are all done, becomes its node. */
static gpointer
pop (Walk *walk, GError **error)
{
  Frame frame = g_array_index (walk->frames, Frame, walk->frames->len - 1);
  gpointer node = walk->tree->with_children (frame.node, frame.children);

  g_array_set_size (walk->frames, walk->frames->len - 1);
  g_free (frame.children);
  walk->tree->unref (frame.node);
  if (walk->up)
    {
      gpointer changed = walk->func (node, walk->data, error);

      walk->tree->unref (node);
      return changed;
    }
  return node;
}

static gpointer
transform (Walk *walk, gpointer root, GError **error)
{
  gpointer result = NULL;
  gboolean going;

  walk->frames = g_array_new (FALSE, FALSE, sizeof (Frame));
  going = push (walk, root, error);
  while (going && walk->frames->len > 0)
    {
      Frame *top = &g_array_index (walk->frames, Frame, walk->frames->len - 1);

      if (top->done < n_children (walk->tree, top->node))
        {
          going = push (walk, child (walk->tree, top->node, top->done), error);
          continue;
        }
      result = pop (walk, error);
      going = result != NULL;
      if (going && walk->frames->len > 0)
        {
          top = &g_array_index (walk->frames, Frame, walk->frames->len - 1);
          top->children[top->done++] = result;
        }
    }
  drop_all (walk);
  return going ? result : NULL;
}

gpointer
rush_tree_transform_up (const RushTreeClass *tree, gpointer root, RushTreeTransform func,
                        gpointer data, GError **error)
{
  Walk walk = { tree, NULL, func, data, TRUE };

  return transform (&walk, root, error);
}

gpointer
rush_tree_transform_down (const RushTreeClass *tree, gpointer root, RushTreeTransform func,
                          gpointer data, GError **error)
{
  Walk walk = { tree, NULL, func, data, FALSE };

  return transform (&walk, root, error);
}

void
rush_tree_visit (const RushTreeClass *tree, gconstpointer root, RushTreeVisit func, gpointer data)
{
  g_autoptr (GPtrArray) rest = g_ptr_array_new ();

  g_ptr_array_add (rest, (gpointer)root);
  while (rest->len > 0)
    {
      gconstpointer node = g_ptr_array_steal_index_fast (rest, rest->len - 1);

      if (func (node, data))
        continue;
      for (guint i = n_children (tree, node); i > 0; i--)
        g_ptr_array_add (rest, child (tree, node, i - 1));
    }
}
