/* decimal_tree.c - trees of + − * over decimals in 64 bits, wherever the values allow it.
 *
 *   price * (1 - discount) * (1 + tax)         types               values of this batch
 *
 *                *                             decimal(38,6)       < 2³⁸
 *              /   \
 *            *       +                         (32,4)   (16,2)     < 2³¹      < 2⁷
 *          /   \    / \
 *     price     -  1   tax                     (15,2)   (16,2)     < 2²⁴      < 2⁷
 *
 * Spark's types leave room for every value that the operands' types could hold: two
 * multiplications, and the result has 38 digits, 128 bits.  The values of a batch are small.  One
 * pass over each leaf finds how many bits its values have at most; from there bounds follow upwards
 * (a product has the sum of the bits, a sum one more), and as long as they stay below 63, the node
 * is a loop over int64, without overflow checks, four or eight rows at a time.  The root alone is
 * widened to what its type asks for.
 *
 * Where the bits do not do, or a result is to be rounded, the node's operands become columns, and
 * decimal_arithmetic.c does it the long way.
 */
#include "sql/kernels/arithmetic.h"
#include "sql/kernels/arithmetic_private.h"

#include <string.h>

/* Values of a node for all rows of the batch, in 64 bits; or a column of 128 that is not narrow. */
typedef struct
{
  const RushType *type;
  RushColumn *column;   /* (owned) a leaf's, or what the long way gave; NULL: `buffer` has it */
  RushBuffer *buffer;   /* (owned) a node's values */
  const gint64 *values; /* NULL: only `column` has them */
  gboolean constant;
  guint bits; /* all values are in (−2^bits, 2^bits) */
} Node;

static void
node_clear (Node *self)
{
  g_clear_pointer (&self->column, rush_column_unref);
  g_clear_pointer (&self->buffer, rush_buffer_unref);
}

typedef struct
{
  const RushBatch *batch;
  const RushRows *rows;
  RushEvalContext *ctx;
  GPtrArray *leaves; /* RushColumn, owned by it: their nulls are the result's */
} Walk;

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Node, node_clear)

gboolean
rush_decimal_tree_is (const RushExpr *expr)
{
  return (expr->kind == RUSH_EXPR_ADD || expr->kind == RUSH_EXPR_SUBTRACT ||
          expr->kind == RUSH_EXPR_MULTIPLY) &&
         expr->type->kind == RUSH_TYPE_DECIMAL &&
         expr->children[0]->type->kind == RUSH_TYPE_DECIMAL &&
         expr->children[1]->type->kind == RUSH_TYPE_DECIMAL;
}

static guint
bits_of (guint64 magnitude)
{
  return magnitude == 0 ? 0 : 64 - (guint)__builtin_clzll (magnitude);
}

RUSH_SIMD static guint64
or_magnitudes (const gint64 *values, guint n)
{
  guint64 all = 0;
  for (guint i = 0; i < n; i++)
    all |= (guint64)(values[i] ^ (values[i] >> 63));
  return all;
}

/* −2^k has the magnitude 2^k − 1 here (one less than itself), hence one bit more for safety. */
static guint
measure (const gint64 *values, guint n)
{
  return bits_of (or_magnitudes (values, n)) + 1;
}

static gboolean
open_leaf (const RushExpr *expr, Walk *walk, Node *out, GError **error)
{
  RushColumn *column = walk->ctx->evaluate (expr, walk->batch, walk->rows, walk->ctx, error);

  if (column == NULL)
    return FALSE;
  if (column->layout == RUSH_LAYOUT_DICTIONARY)
    {
      RushColumn *flat = rush_column_flatten (column, walk->ctx->allocator, error);
      rush_column_unref (column);
      if (flat == NULL)
        return FALSE;
      column = flat;
    }
  g_ptr_array_add (walk->leaves, rush_column_ref (column));
  out->column = column;
  out->type = column->type;
  out->constant = column->layout == RUSH_LAYOUT_CONSTANT;
  if (column->type->storage == RUSH_STORAGE_I64)
    {
      out->values = (const gint64 *)column->values->bytes + column->offset;
      out->bits = measure (out->values, out->constant ? 1 : walk->rows->length);
    }
  return TRUE;
}

/* ── the short way ── */

#define LOOP(RESULT)                                                                               \
  if (constant_b)                                                                                  \
    {                                                                                              \
      const guint64 y = (guint64)b[0] * factor_b;                                                  \
      for (guint i = 0; i < n; i++)                                                                \
        {                                                                                          \
          const guint64 x = (guint64)a[i] * factor_a;                                              \
          out[i] = (gint64)(RESULT);                                                               \
        }                                                                                          \
    }                                                                                              \
  else if (constant_a)                                                                             \
    {                                                                                              \
      const guint64 x = (guint64)a[0] * factor_a;                                                  \
      for (guint i = 0; i < n; i++)                                                                \
        {                                                                                          \
          const guint64 y = (guint64)b[i] * factor_b;                                              \
          out[i] = (gint64)(RESULT);                                                               \
        }                                                                                          \
    }                                                                                              \
  else                                                                                             \
    for (guint i = 0; i < n; i++)                                                                  \
      {                                                                                            \
        const guint64 x = (guint64)a[i] * factor_a, y = (guint64)b[i] * factor_b;                  \
        out[i] = (gint64)(RESULT);                                                                 \
      }

RUSH_SIMD static void
run_scaled (RushDecimalOp op, const gint64 *a, gboolean constant_a, guint64 factor_a,
            const gint64 *b, gboolean constant_b, guint64 factor_b, guint n, gint64 *out)
{
  if (op == RUSH_DECIMAL_ADD)
    {
      LOOP (x + y)
    }
  else if (op == RUSH_DECIMAL_SUBTRACT)
    {
      LOOP (x - y)
    }
  else
    {
      LOOP (x * y)
    }
}

/* The same with factors that are 1, as they mostly are. */
RUSH_SIMD static void
run_plain (RushDecimalOp op, const gint64 *a, gboolean constant_a, const gint64 *b,
           gboolean constant_b, guint n, gint64 *out)
{
  const guint64 factor_a = 1, factor_b = 1;

  if (op == RUSH_DECIMAL_ADD)
    {
      LOOP (x + y)
    }
  else if (op == RUSH_DECIMAL_SUBTRACT)
    {
      LOOP (x - y)
    }
  else
    {
      LOOP (x * y)
    }
}

/* How many bits the result has at most; more than 62: not the short way. */
static guint
result_bits (const RushDecimalPlan *plan, const Node *a, const Node *b)
{
  if (a->values == NULL || b->values == NULL || plan->drop != 0)
    return G_MAXUINT;
  if (plan->op == RUSH_DECIMAL_MULTIPLY)
    return a->bits + b->bits;
  if (plan->factor_a > G_MAXINT64 || plan->factor_b > G_MAXINT64)
    return G_MAXUINT;
  /* Scaling by one is no scaling, where bits_of (1) would be a bit. */
  guint scaled_a = a->bits + (plan->factor_a == 1 ? 0 : bits_of ((guint64)plan->factor_a));
  guint scaled_b = b->bits + (plan->factor_b == 1 ? 0 : bits_of ((guint64)plan->factor_b));
  return MAX (scaled_a, scaled_b) + 1;
}

static gboolean
run_narrow (const RushDecimalPlan *plan, const Node *a, const Node *b, guint bits, Walk *walk,
            Node *out, GError **error)
{
  gboolean constant = a->constant && b->constant;
  guint n = constant ? 1 : walk->rows->length;
  gboolean scaled =
      plan->op != RUSH_DECIMAL_MULTIPLY && (plan->factor_a != 1 || plan->factor_b != 1);

  out->buffer = rush_buffer_new (walk->ctx->allocator, MAX (1, n) * sizeof (gint64), error);
  if (out->buffer == NULL)
    return FALSE;
  gint64 *values = (gint64 *)out->buffer->bytes;
  if (scaled)
    run_scaled (plan->op, a->values, a->constant, (guint64)plan->factor_a, b->values, b->constant,
                (guint64)plan->factor_b, n, values);
  else
    run_plain (plan->op, a->values, a->constant, b->values, b->constant, n, values);
  out->values = values;
  out->constant = constant;
  /* A bound that has grown large is measured: it may save the next node. */
  out->bits = bits > 40 ? MIN (bits, measure (values, n)) : bits;
  return TRUE;
}

/* ── the long way ── */

RUSH_SIMD static void
widen (const gint64 *from, guint n, rush_int128 *to)
{
  guint64 *words = (guint64 *)to;
  for (guint i = 0; i < n; i++)
    {
      words[2 * i] = (guint64)from[i];
      words[2 * i + 1] = (guint64)(from[i] >> 63);
    }
}

static RushColumn *
node_to_column (Node *self, Walk *walk, GError **error)
{
  guint n = self->constant ? 1 : walk->rows->length;
  RushColumn *column;

  if (self->column != NULL)
    return rush_column_ref (self->column);
  if (self->type->storage == RUSH_STORAGE_I64)
    column =
        rush_column_new_plain (self->type, n, NULL, 0, rush_buffer_ref (self->buffer), NULL, 0);
  else
    {
      RushBuffer *wide =
          rush_buffer_new (walk->ctx->allocator, MAX (1, n) * sizeof (rush_int128), error);
      if (wide == NULL)
        return NULL;
      widen (self->values, n, (rush_int128 *)wide->bytes);
      column = rush_column_new_plain (self->type, n, NULL, 0, wide, NULL, 0);
    }
  return self->constant ? rush_column_new_constant (column, walk->rows->length) : column;
}

/* Nulls below are not in the nodes' values, and a null must not fail: they are put back. */
static gboolean
run_wide (const RushExpr *expr, RushDecimalOp op, Node *a, Node *b, Walk *walk, Node *out,
          GError **error)
{
  GPtrArray *leaves = walk->leaves;
  RushColumn *x = node_to_column (a, walk, error);
  g_autoptr (RushColumn) y = x != NULL ? node_to_column (b, walk, error) : NULL;

  if (y == NULL)
    {
      g_clear_pointer (&x, rush_column_unref);
      return FALSE;
    }
  g_autoptr (RushColumn) left = rush_column_null_where_null (
      x, (RushColumn **)leaves->pdata, leaves->len, walk->ctx->allocator, error);
  if (left == NULL)
    return FALSE;
  out->column = rush_decimal_arithmetic (expr, op, left, y, walk->rows, walk->ctx, error);
  if (out->column == NULL)
    return FALSE;
  g_ptr_array_add (leaves, rush_column_ref (out->column)); /* its own nulls: overflows */
  if (expr->type->storage == RUSH_STORAGE_I64)
    {
      out->values = (const gint64 *)out->column->values->bytes;
      out->bits = measure (out->values, walk->rows->length);
    }
  return TRUE;
}

/* ── walking ── */

static gboolean
run_node (const RushExpr *expr, Walk *walk, Node *out, GError **error)
{
  g_auto (Node) a = { NULL }, b = { NULL };
  RushDecimalPlan plan;
  RushDecimalOp op = expr->kind == RUSH_EXPR_ADD        ? RUSH_DECIMAL_ADD
                     : expr->kind == RUSH_EXPR_SUBTRACT ? RUSH_DECIMAL_SUBTRACT
                                                        : RUSH_DECIMAL_MULTIPLY;

  if (!rush_decimal_tree_is (expr))
    return open_leaf (expr, walk, out, error);
  if (!run_node (expr->children[0], walk, &a, error) ||
      !run_node (expr->children[1], walk, &b, error))
    return FALSE;

  out->type = expr->type;
  rush_decimal_plan_init (&plan, op, a.type, b.type, expr->type);
  guint bits = result_bits (&plan, &a, &b);
  /* 62 bits and the type's own bound: 2^bits ≤ 10^precision proves that nothing overflows. */
  if (bits <= 62 && ((rush_int128)1 << bits) <= plan.bound)
    return run_narrow (&plan, &a, &b, bits, walk, out, error);
  return run_wide (expr, op, &a, &b, walk, out, error);
}

RushColumn *
rush_decimal_tree (const RushExpr *expr, const RushBatch *batch, const RushRows *rows,
                   RushEvalContext *ctx, GError **error)
{
  g_autoptr (GPtrArray) leaves = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_column_unref);
  Walk walk = { batch, rows, ctx, leaves };
  g_auto (Node) root = { NULL };

  if (!run_node (expr, &walk, &root, error))
    return NULL;
  RushColumn *column = node_to_column (&root, &walk, error);
  if (column == NULL)
    return NULL;
  return rush_column_null_where_null (column, (RushColumn **)leaves->pdata, leaves->len,
                                      ctx->allocator, error);
}
