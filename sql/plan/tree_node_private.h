/* tree_node_private.h - walking and rewriting trees of either kind: expressions and plans.
 *
 * Mirrors: org.apache.spark.sql.catalyst.trees.TreeNode.{transformUp,transformDown,foreach}. */
#pragma once

#include <glib.h>

/* What the walk must know of a kind of tree.  A node holds the number and the array of its children
 * at fixed places. */
typedef struct
{
  gsize n_children_offset; /* of a guint */
  gsize children_offset;   /* of an array of pointers to nodes */
  gpointer (*ref) (gpointer node);
  void (*unref) (gpointer node);
  /* The same node with other children, which it takes over; the node itself if they are its own. */
  gpointer (*with_children) (gpointer node, gpointer const *children);
} RushTreeClass;

/* A new node or @node (transfer full), or NULL with an error. */
typedef gpointer (*RushTreeTransform) (gpointer node, gpointer data, GError **error);
/* TRUE: its children are not visited. */
typedef gboolean (*RushTreeVisit) (gconstpointer node, gpointer data);

gpointer rush_tree_transform_up (const RushTreeClass *tree, gpointer root, RushTreeTransform func,
                                 gpointer data, GError **error);
gpointer rush_tree_transform_down (const RushTreeClass *tree, gpointer root, RushTreeTransform func,
                                   gpointer data, GError **error);
/* Parents before children, children from left to right. */
void rush_tree_visit (const RushTreeClass *tree, gconstpointer root, RushTreeVisit func,
                      gpointer data);
