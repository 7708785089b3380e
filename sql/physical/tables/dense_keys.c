/* dense_keys.c - see dense_keys.h.
 *
 * One pass finds the least and the greatest key, another one numbers the groups.  The array has
 * one place more than there are keys in the range, where those end that are outside of it: the loop
 * that looks keys up has no branch.
 *
 * A range may be 16 times as long as there are rows; a place takes 4 bytes, where a hash table
 * takes 32 to 48 a key.
 */
#include "sql/physical/tables/dense_keys.h"

#include "sql/physical/tables/group_table.h"

#include <string.h>

#define PLACES_A_ROW 8 /* 32 bytes: about what a hash table takes */
#define FEW_PLACES (1u << 16) /* are always allowed */

struct _RushDenseKeys
{
  RushAllocator *allocator; /* (owned) */
  gint64 low;
  guint64 n_places; /* of keys; one more is behind them */
  guint32 *groups;
  guint n_groups;
};

/* A loop over the values of @key, whatever its layout, as gint64; @body sees row and value. */
#define FOR_EACH_VALUE(key, rows, body)                                                            \
  if ((key)->layout == RUSH_LAYOUT_PLAIN && (key)->type->storage == RUSH_STORAGE_I64)              \
    {                                                                                              \
      const gint64 *values = (const gint64 *)(key)->values->bytes + (key)->offset;                 \
      for (guint i = 0; i < (rows)->n; i++)                                                        \
        {                                                                                          \
          gint64 value = values[rush_eval_row (rows, i)];                                          \
          body;                                                                                    \
        }                                                                                          \
    }                                                                                              \
  else if ((key)->layout == RUSH_LAYOUT_PLAIN && (key)->type->storage == RUSH_STORAGE_I32)         \
    {                                                                                              \
      const gint32 *values = (const gint32 *)(key)->values->bytes + (key)->offset;                 \
      for (guint i = 0; i < (rows)->n; i++)                                                        \
        {                                                                                          \
          gint64 value = values[rush_eval_row (rows, i)];                                          \
          body;                                                                                    \
        }                                                                                          \
    }                                                                                              \
  else                                                                                             \
    for (guint i = 0; i < (rows)->n; i++)                                                          \
      {                                                                                            \
        gint64 value = rush_column_get_int (key, rush_eval_row (rows, i));                         \
        body;                                                                                      \
      }

static gboolean
is_whole_number (const RushType *type)
{
  return type->storage == RUSH_STORAGE_I8 || type->storage == RUSH_STORAGE_I16 ||
         type->storage == RUSH_STORAGE_I32 || type->storage == RUSH_STORAGE_I64;
}

static gboolean
may_be_null (const RushColumn *key)
{
  return key->null_count > 0;
}

/* ---- making ---- */

/* What stands in the place of a null may widen the range: it is zero, as a rule. */
static gboolean
find_range (RushDenseKeys *self, const RushColumn *key, const RushRows *rows)
{
  gint64 low = G_MAXINT64, high = G_MININT64;
  guint64 range;

  FOR_EACH_VALUE (key, rows, {
    low = MIN (low, value);
    high = MAX (high, value);
  })
  range = (guint64)high - (guint64)low;
  self->low = low;
  self->n_places = range + 1;
  return range < MAX ((guint64)rows->n * PLACES_A_ROW, FEW_PLACES);
}

static gboolean
reserve (RushDenseKeys *self)
{
  gsize bytes = (self->n_places + 1) * sizeof *self->groups;

  self->groups = rush_alloc (self->allocator, bytes, NULL);
  if (self->groups != NULL)
    memset (self->groups, 0xff, bytes); /* RUSH_NO_GROUP */
  return self->groups != NULL;
}

static void
number_rows (RushDenseKeys *self, const RushColumn *key, const RushRows *rows, guint32 *out_groups)
{
  gboolean nullable = may_be_null (key);

  FOR_EACH_VALUE (key, rows, {
    guint32 *group = &self->groups[(guint64)value - (guint64)self->low];

    if (nullable && !rush_column_is_valid (key, rush_eval_row (rows, i)))
      {
        out_groups[i] = RUSH_NO_GROUP;
        continue;
      }
    if (*group == RUSH_NO_GROUP)
      *group = self->n_groups++;
    out_groups[i] = *group;
  })
}

RushDenseKeys *
rush_dense_keys_new (const RushColumn *key, guint32 *out_groups, RushAllocator *allocator)
{
  RushRows rows = { NULL, key->length, key->length };
  RushDenseKeys *self;

  if (!is_whole_number (key->type) || key->length == 0)
    return NULL;
  self = g_new0 (RushDenseKeys, 1);
  self->allocator = rush_allocator_ref (allocator);
  if (!find_range (self, key, &rows) || !reserve (self))
    {
      rush_dense_keys_free (self);
      return NULL;
    }
  number_rows (self, key, &rows, out_groups);
  return self;
}

/* ---- looking up ---- */

void
rush_dense_keys_find (const RushDenseKeys *self, const RushColumn *key, const RushRows *rows,
                      guint32 *out_groups)
{
  const guint32 *groups = self->groups;
  guint64 low = (guint64)self->low, n_places = self->n_places;

  FOR_EACH_VALUE (key, rows, out_groups[i] = groups[MIN ((guint64)value - low, n_places)])
  if (!may_be_null (key))
    return;
  for (guint i = 0; i < rows->n; i++)
    if (!rush_column_is_valid (key, rush_eval_row (rows, i)))
      out_groups[i] = RUSH_NO_GROUP;
}

guint
rush_dense_keys_n_groups (const RushDenseKeys *self)
{
  return self->n_groups;
}

gsize
rush_dense_keys_memory_bytes (const RushDenseKeys *self)
{
  return (self->n_places + 1) * sizeof *self->groups;
}

void
rush_dense_keys_free (RushDenseKeys *self)
{
  if (self == NULL)
    return;
  if (self->groups != NULL)
    rush_free (self->allocator, self->groups, rush_dense_keys_memory_bytes (self));
  rush_allocator_unref (self->allocator);
  g_free (self);
}
