/* explain_tree_private.h - the tree of a physical plan, a line a node; how the lines read is the
 * caller's.
 *
 *   Project                        what stands below a node is more than its children:
 *   +- Filter                        the plans of subqueries in its expressions    ":  +- Subquery"
 *      :  +- Subquery …              the plan of a stage, and both of an adaptive plan
 *      +- InMemoryTableScan          what is kept, and what it was made by
 *            +- InMemoryRelation
 *                  +- Range
 *
 * Mirrors: TreeNode.generateTreeString with innerChildren.
 */
#pragma once

#include "sql/physical/query.h"

typedef struct _RushExplainTree RushExplainTree;
struct _RushExplainTree
{
  GString *out;
  /* Writes what is said of @node, without a newline. */
  void (*line) (RushExplainTree *self, const RushExec *node);
  /* The same of the relation that @scan, an InMemoryTableScan, reads. */
  void (*relation) (RushExplainTree *self, const RushExec *scan);
  RushQuery *query;            /* whose subqueries are named; or NULL */
  gboolean subqueries_as_list; /* their plans stand elsewhere, not in the tree */
  gboolean settled;            /* what is reused is known: not before an adaptive plan has begun */
  GHashTable *hosts;           /* id of a subquery → the operator where it is not reused */
  GHashTable *kept; /* scan of a cache → its plan, as it was when it was asked for first */
  guint depth;      /* of the node that is written, in the plan under the last title */
};

void rush_explain_tree_append (RushExplainTree *self, const RushExec *plan);
/* Children, or the plan of a stage. */
guint rush_explain_n_below (const RushExec *node);
const RushExec *rush_explain_below (const RushExec *node, guint i);
/* @text (taken over) of @node with subqueries as they are called where their plans are shown. */
char *rush_explain_name_subqueries (const RushExplainTree *self, const RushExec *node, char *text);
/* The query of a subquery in @node; NULL: it is not known.  *@out_reused: it has been shown, or
 * will be, where it stands in another operator. */
RushQuery *rush_explain_subquery (const RushExplainTree *self, const RushExec *node,
                                  const RushExpr *subquery, gboolean *out_reused);
/* "Subquery subquery#3, [id=#3]". */
char *rush_explain_subquery_name (const RushExplainTree *self, const RushExec *node,
                                  const RushExpr *subquery);
/* Finds out where each subquery of @plan runs, and the rest of @self. */
void rush_explain_tree_init (RushExplainTree *self, const RushExec *plan, RushQuery *query);
void rush_explain_tree_clear (RushExplainTree *self);
/* The plan that the rows of @scan's cache are made by, or NULL.  Others may run it meanwhile: one
 * text shows it in one state. */
const RushExec *rush_explain_kept_plan (const RushExplainTree *self, const RushExec *scan);
/* What is kept, behind the word InMemoryRelation: "[k#1], StorageLevel(…)". */
char *rush_explain_relation_arguments (const RushExec *scan);
