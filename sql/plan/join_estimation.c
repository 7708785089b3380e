/* join_estimation.c - rows of a join from what is known of its keys.
 *
 *   |A ⋈ B| = |A| × |B| ÷ max (ndv A.k, ndv B.k)        the most selective pair of keys counts
 *
 * Ranges that do not meet give no rows; where they meet, the keys' range behind the join is what
 * they share.  An outer join gives at least the rows of the side that it keeps; of semi and anti
 * joins no more is said than that they give rows of the left side.
 *
 * Mirrors:  JoinEstimation.
 */
#include "sql/plan/estimation_private.h"

#include <math.h>

typedef struct
{
  const RushColumnEstimate *left, *right;
} KeyPair;

/* ---- keys ---- */

static gboolean
add_key (const RushExpr *conjunct, const RushEstimate *left, const RushEstimate *right,
         GArray *pairs, gboolean *out_equi)
{
  if (conjunct->kind == RUSH_EXPR_AND)
    return FALSE;
  if (conjunct->kind != RUSH_EXPR_EQUAL && conjunct->kind != RUSH_EXPR_EQUAL_NULL_SAFE)
    return TRUE;
  const RushExpr *a = conjunct->children[0], *b = conjunct->children[1];
  *out_equi = TRUE;
  if (a->kind != RUSH_EXPR_ATTRIBUTE || b->kind != RUSH_EXPR_ATTRIBUTE)
    return TRUE;
  for (guint side = 0; side < 2; side++)
    {
      KeyPair pair = { rush_estimate_column (left, rush_expr_named_id (side == 0 ? a : b)),
                       rush_estimate_column (right, rush_expr_named_id (side == 0 ? b : a)) };
      if (pair.left == NULL || pair.right == NULL || pair.left->n_distinct < 0 ||
          pair.right->n_distinct < 0)
        continue;
      g_array_append_val (pairs, pair);
      break;
    }
  return TRUE;
}

typedef struct
{
  const RushEstimate *left, *right;
  GArray *pairs;
  gboolean equi;
} Collect;

static gboolean
collect (const RushExpr *node, gpointer data)
{
  Collect *self = data;

  return add_key (node, self->left, self->right, self->pairs, &self->equi);
}

static gboolean
ranges_meet (const KeyPair *pair)
{
  if (!pair->left->has_range || !pair->right->has_range)
    return TRUE;
  return pair->left->min <= pair->right->max && pair->right->min <= pair->left->max;
}

/* What is known of both keys behind the join. */
static RushColumnEstimate
joined_key (const KeyPair *pair)
{
  RushColumnEstimate key = *pair->left;

  key.n_distinct = MIN (pair->left->n_distinct, pair->right->n_distinct);
  key.n_nulls = 0;
  if (pair->left->has_range && pair->right->has_range)
    {
      key.min = MAX (pair->left->min, pair->right->min);
      key.max = MIN (pair->left->max, pair->right->max);
    }
  if (pair->left->mean_bytes >= 0 && pair->right->mean_bytes >= 0)
    key.mean_bytes = floor ((pair->left->mean_bytes + pair->right->mean_bytes) / 2);
  key.max_bytes = MIN (pair->left->max_bytes, pair->right->max_bytes);
  return key;
}

/* Rows of the inner join; @keys gets the keys of both sides as they are behind it. */
static double
inner_rows (const RushEstimate *left, const RushEstimate *right, const GArray *pairs,
            RushEstimate *keys)
{
  double rows = left->row_count * right->row_count;

  for (guint i = 0; i < pairs->len && rows > 0; i++)
    {
      const KeyPair *pair = &g_array_index (pairs, KeyPair, i);
      if (!ranges_meet (pair))
        return 0;
      double most = MAX (pair->left->n_distinct, pair->right->n_distinct);
      double card = most > 0 ? ceil (left->row_count * right->row_count / most) : 0;
      RushColumnEstimate key = joined_key (pair);
      key.id = pair->left->id;
      rush_estimate_add (keys, &key);
      key.id = pair->right->id;
      rush_estimate_add (keys, &key);
      rows = MIN (rows, card);
    }
  return rows;
}

/* ---- columns ---- */

/* Columns of one side; those of a side that keeps its rows are as they were. */
static void
add_side (RushEstimate *out, const RushEstimate *side, const RushEstimate *keys, gboolean kept)
{
  for (guint i = 0; i < side->n_columns; i++)
    {
      RushColumnEstimate column = side->columns[i];
      const RushColumnEstimate *key = rush_estimate_column (keys, column.id);
      if (!kept && key != NULL)
        column = *key;
      else if (!kept)
        column.n_distinct =
            rush_scaled (side->row_count, out->row_count, column.n_distinct, column.n_distinct);
      rush_estimate_add (out, &column);
    }
}

static double
output_rows (RushJoinType type, double inner, double left, double right)
{
  switch ((int)type)
    {
    case RUSH_JOIN_LEFT_OUTER:
      return MAX (inner, left);
    case RUSH_JOIN_RIGHT_OUTER:
      return MAX (inner, right);
    case RUSH_JOIN_FULL_OUTER:
      return MAX (inner, left) + MAX (inner, right) - inner;
    default:
      return inner;
    }
}

static gboolean
estimate_inner_or_outer (const RushPlan *join, const RushEstimate *left, const RushEstimate *right,
                         RushEstimate *out)
{
  RushJoinType type = join->as.join.type;
  g_autoptr (GArray) pairs = g_array_new (FALSE, FALSE, sizeof (KeyPair));
  Collect collected = { left, right, pairs, FALSE };
  RushEstimate keys = { .row_count = -1 };

  if (left->row_count < 0 || right->row_count < 0)
    return FALSE;
  for (guint i = 0; i < join->lists[0]->n; i++)
    rush_expr_visit (join->lists[0]->items[i], collect, &collected);
  double inner = inner_rows (left, right, pairs, &keys);
  gboolean everything = inner == left->row_count * right->row_count;
  out->row_count = output_rows (type, inner, left->row_count, right->row_count);
  if (out->row_count > 0)
    {
      add_side (out, left, &keys,
                everything || type == RUSH_JOIN_LEFT_OUTER || type == RUSH_JOIN_FULL_OUTER);
      add_side (out, right, &keys,
                everything || type == RUSH_JOIN_RIGHT_OUTER || type == RUSH_JOIN_FULL_OUTER);
    }
  g_free (keys.columns);
  out->size_bytes = rush_estimated_size (join->output, out->row_count, out);
  return TRUE;
}

gboolean
rush_estimate_join (const RushPlan *join, const RushEstimate *left, const RushEstimate *right,
                    RushEstimate *out)
{
  RushJoinType type = join->as.join.type;

  if (type != RUSH_JOIN_LEFT_SEMI && type != RUSH_JOIN_LEFT_ANTI && type != RUSH_JOIN_EXISTENCE)
    return estimate_inner_or_outer (join, left, right, out);
  if (left->row_count < 0)
    return FALSE;
  out->row_count = left->row_count;
  out->size_bytes = left->size_bytes;
  rush_estimate_copy_columns (out, left);
  return TRUE;
}
