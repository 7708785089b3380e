/* strict.c - nodes that are null where an argument is, computed as seldom as possible.
 *
 *   all arguments constant            one row, and the result is a constant
 *   one dictionary, rest constant     the dictionary's values, each once; then by index
 *
 *        l_shipmode   2 0 0 1 2 …  → [AIR, MAIL, SHIP]         l_shipmode = 'MAIL'
 *                                     [ 0 ,  1  ,  0  ]   ──►   0 0 0 1 0 …
 *
 * The second way computes values that no row may have (a dictionary is shared by many batches), and
 * must not fail for one of them: if it fails, the rows are computed after all, and they decide.
 * What a dictionary came to is kept for the next batch, which mostly has the same one.
 */
#include "sql/evaluate/evaluate_private.h"

/* ── constants ── */

static gboolean
all_constant (RushColumn *const *args, guint n)
{
  for (guint i = 0; i < n; i++)
    if (args[i]->layout != RUSH_LAYOUT_CONSTANT)
      return FALSE;
  return n > 0;
}

static RushColumn *
constant_of (RushColumn *one_row, guint length, RushAllocator *allocator, GError **error)
{
  g_autoptr (RushColumn) column = one_row;

  if (!rush_column_is_valid (column, 0))
    return rush_column_new_constant_null (column->type, length, allocator, error);
  if (column->layout == RUSH_LAYOUT_DICTIONARY)
    {
      RushColumn *flat = rush_column_flatten (column, allocator, error);
      if (flat == NULL)
        return NULL;
      rush_column_unref (column);
      column = flat;
    }
  return rush_column_new_constant (g_steal_pointer (&column), length);
}

static RushColumn *
evaluate_once (const RushExpr *expr, RushColumn *const *args, guint n, RushStrictFunc func,
               guint length, RushEvalContext *ctx, GError **error)
{
  static const RushRows one_row = { NULL, 1, 1 };
  g_autofree RushColumn **ones = g_new (RushColumn *, n);
  RushColumn *result;

  for (guint i = 0; i < n; i++)
    ones[i] = rush_column_slice (args[i], 0, 1);
  result = func (expr, ones, &one_row, ctx, error);
  for (guint i = 0; i < n; i++)
    rush_column_unref (ones[i]);
  return result != NULL ? constant_of (result, length, ctx->allocator, error) : NULL;
}

/* ── dictionaries ── */

typedef struct
{
  RushColumn *dictionary; /* (owned) */
  RushColumn *result;     /* (owned) of its values; NULL: it failed, look at the rows */
} Known;

static void
known_free (Known *self)
{
  g_clear_pointer (&self->dictionary, rush_column_unref);
  g_clear_pointer (&self->result, rush_column_unref);
  g_free (self);
}

static gpointer
make_known (const RushExpr *expr, gpointer data, GError **error)
{
  return g_new0 (Known, 1);
}

/* The only dictionary among literals (which are the same for all batches, as a constant column need
 * not be); −1: there is none, or more than one. */
static gint
find_dictionary (const RushExpr *expr, RushColumn *const *args, guint n)
{
  gint found = -1;

  for (guint i = 0; i < n; i++)
    {
      if (args[i]->layout == RUSH_LAYOUT_PLAIN ||
          (args[i]->layout == RUSH_LAYOUT_CONSTANT && expr->children[i]->kind != RUSH_EXPR_LITERAL))
        return -1;
      if (args[i]->layout == RUSH_LAYOUT_DICTIONARY)
        {
          if (found >= 0)
            return -1;
          found = (gint)i;
        }
    }
  return found;
}

static RushColumn *
evaluate_values (const RushExpr *expr, RushColumn *const *args, guint n, guint which,
                 RushStrictFunc func, RushEvalContext *ctx)
{
  RushColumn *dictionary = args[which]->dictionary;
  RushRows rows = { NULL, dictionary->length, dictionary->length };
  g_autofree RushColumn **inputs = g_new (RushColumn *, n);
  g_autoptr (GError) ignored = NULL;
  RushColumn *result;

  for (guint i = 0; i < n; i++)
    inputs[i] = i == which ? rush_column_ref (dictionary)
                           : rush_column_new_constant (rush_column_slice (args[i], 0, 1),
                                                       dictionary->length);
  result = func (expr, inputs, &rows, ctx, &ignored);
  for (guint i = 0; i < n; i++)
    rush_column_unref (inputs[i]);
  return result;
}

/* The result of each row by the result of its dictionary value. */
static RushColumn *
map_indices (const RushColumn *in, RushColumn *values, RushAllocator *allocator, GError **error)
{
  const guint32 *indices = (const guint32 *)in->values->bytes + in->offset;

  if (values->type->storage == RUSH_STORAGE_VIEW && values->null_count == 0 &&
      values->layout == RUSH_LAYOUT_PLAIN && in->offset == 0)
    return rush_column_new_dictionary (rush_column_ref (values), in->length, NULL, 0,
                                       rush_buffer_ref (in->values));
  return rush_column_take (values, indices, in->length, allocator, error);
}

/* NULL without an error: look at the rows. */
static RushColumn *
evaluate_dictionary (const RushExpr *expr, RushColumn *const *args, guint n, guint which,
                     RushStrictFunc func, RushEvalContext *ctx, GError **error)
{
  Known *known =
      rush_eval_prepared (ctx, expr, make_known, NULL, (GDestroyNotify)known_free, error);

  if (known->dictionary != args[which]->dictionary)
    {
      g_clear_pointer (&known->dictionary, rush_column_unref);
      g_clear_pointer (&known->result, rush_column_unref);
      known->dictionary = rush_column_ref (args[which]->dictionary);
      known->result = evaluate_values (expr, args, n, which, func, ctx);
    }
  if (known->result == NULL)
    return NULL;
  RushColumn *mapped = map_indices (args[which], known->result, ctx->allocator, error);
  if (mapped == NULL)
    return NULL;
  return rush_column_null_where_null (mapped, &args[which], 1, ctx->allocator, error);
}

RushColumn *
rush_evaluate_strict (const RushExpr *expr, RushColumn *const *args, guint n_args,
                      RushStrictFunc func, const RushRows *rows, RushEvalContext *ctx,
                      GError **error)
{
  GError *failed = NULL;

  for (guint i = 0; i < n_args; i++)
    if (rush_column_is_constant_null (args[i]))
      return rush_column_new_constant_null (expr->type, rows->length, ctx->allocator, error);
  if (rows->n == 0)
    return rush_column_new_constant_null (expr->type, rows->length, ctx->allocator, error);
  if (all_constant (args, n_args))
    return evaluate_once (expr, args, n_args, func, rows->length, ctx, error);

  gint which = find_dictionary (expr, args, n_args);
  /* A dictionary that is much longer than the batch is worth it if other batches have it, too:
   * nobody knows, but a batch that is full is rarely the only one. */
  if (which >= 0 && args[which]->dictionary->length <= 4 * rows->n)
    {
      RushColumn *result =
          evaluate_dictionary (expr, args, n_args, (guint)which, func, ctx, &failed);
      if (result != NULL)
        return result;
      if (failed != NULL)
        {
          g_propagate_error (error, failed);
          return NULL;
        }
    }
  return func (expr, args, rows, ctx, error);
}
