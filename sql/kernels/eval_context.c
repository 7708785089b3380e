/* eval_context.c - values kept with expressions: a table from (expression, maker) to value. */
#include "sql/kernels/eval_context.h"

typedef struct
{
  RushExpr *expr; /* (owned) so that no other expression gets its address */
  gpointer make;
} Key;

typedef struct
{
  gpointer value;
  GDestroyNotify free_value;
} Prepared;

static guint
key_hash (gconstpointer key)
{
  const Key *self = key;
  return g_direct_hash (self->expr) * 31 + g_direct_hash (self->make);
}

static gboolean
key_equal (gconstpointer a, gconstpointer b)
{
  const Key *x = a, *y = b;
  return x->expr == y->expr && x->make == y->make;
}

static void
key_free (gpointer data)
{
  Key *self = data;
  rush_expr_unref (self->expr);
  g_free (self);
}

static void
prepared_free (gpointer data)
{
  Prepared *self = data;
  if (self->free_value != NULL)
    self->free_value (self->value);
  g_free (self);
}

gpointer
rush_eval_prepared (RushEvalContext *self, const RushExpr *expr,
                    gpointer (*make) (const RushExpr *expr, gpointer data, GError **error),
                    gpointer data, GDestroyNotify free_value, GError **error)
{
  Key wanted = { (RushExpr *)expr, (gpointer)make };
  Prepared *found;
  gpointer value;

  if (self->prepared == NULL)
    self->prepared = g_hash_table_new_full (key_hash, key_equal, key_free, prepared_free);
  found = g_hash_table_lookup (self->prepared, &wanted);
  if (found != NULL)
    return found->value;
  value = make (expr, data, error);
  if (value == NULL)
    return NULL;
  found = g_new (Prepared, 1);
  *found = (Prepared){ value, free_value };
  Key *key = g_new (Key, 1);
  *key = (Key){ rush_expr_ref ((RushExpr *)expr), (gpointer)make };
  g_hash_table_insert (self->prepared, key, found);
  return value;
}
