/* hash_combiner.c - rows of equal keys become one, in a hash table.
 *
 *     batch ──128 rows──▶ keys, hashes ──▶ key table ──▶ entry numbers ──▶ fold values in
 *             at a time                    (key_table.h)  [0 1 0 7 0 …]    one loop per operation
 *
 * A new key is told from a known one without asking the table: entries are numbered in the order
 * of first sight, so the first row whose entry is `next` is the first of its key and sets the
 * value; all others fold.  That spares each operation a neutral element, which FIRST and MERGE do
 * not have.
 *
 * At the end the entries become columns again (entry_columns.c), some thousands at a time.
 *
 * All memory that a batch may need is reserved before its first row is folded: a refusal leaves
 * the table as it was, whoever drives the combiner spills it and inserts the same batch again.
 */
#include "core/shuffle/hash_combiner.h"

#include "core/shuffle/entry_columns.h"

#define MAX_DRAIN_BYTES (4 * 1024 * 1024) /* of keys, in one batch */

typedef struct
{
  RushCombiner base;
  const RushHashCombine *combine;
  RushSchema *schema;       /* (owned) */
  RushAllocator *allocator; /* (owned) */
  RushKeyTable *table;
  guint n_seen;      /* entries whose key has been met: the number of the next new one */
  guint8 *has_value; /* [has_value_capacity], if values can be null; else NULL */
  gsize has_value_capacity;
  guint n_drained;
} HashCombiner;

/* ---- folding, one loop an operation ---- */

static inline gint64
add_wrapping (gint64 a, gint64 b)
{
  return (gint64)((guint64)a + (guint64)b);
}

static inline double
min_double (double a, double b)
{
  return b < a || a != a ? b : a;
}

static inline double
max_double (double a, double b)
{
  return b > a || b != b ? b : a;
}

/* Returns the number of the next new entry. */
#define DEFINE_FOLD(name, member, expression)                                                      \
  static guint name (RushKeyEntry *entries, const guint32 *rows, const RushValue *values, guint n, \
                     guint next)                                                                   \
  {                                                                                                \
    for (guint i = 0; i < n; i++)                                                                  \
      {                                                                                            \
        RushValue *mine = &entries[rows[i]].value;                                                 \
        if (rows[i] == next)                                                                       \
          {                                                                                        \
            *mine = values[i];                                                                     \
            next++;                                                                                \
            continue;                                                                              \
          }                                                                                        \
        mine->member = expression (mine->member, values[i].member);                                \
      }                                                                                            \
    return next;                                                                                   \
  }

#define ADD(a, b) ((a) + (b))
#define KEEP(a, b) (a)

DEFINE_FOLD (fold_sum_int, i64, add_wrapping)
DEFINE_FOLD (fold_sum_double, f64, ADD)
DEFINE_FOLD (fold_min_int, i64, MIN)
DEFINE_FOLD (fold_min_double, f64, min_double)
DEFINE_FOLD (fold_max_int, i64, MAX)
DEFINE_FOLD (fold_max_double, f64, max_double)
DEFINE_FOLD (fold_first, i64, KEEP)

static guint
fold_any (RushCombineOp op, gboolean is_double, RushKeyEntry *entries, const guint32 *rows,
          const RushValue *values, guint n, guint next)
{
  switch (op)
    {
    case RUSH_COMBINE_COUNT:
      return fold_sum_int (entries, rows, values, n, next);
    case RUSH_COMBINE_SUM:
      return (is_double ? fold_sum_double : fold_sum_int) (entries, rows, values, n, next);
    case RUSH_COMBINE_MIN:
      return (is_double ? fold_min_double : fold_min_int) (entries, rows, values, n, next);
    case RUSH_COMBINE_MAX:
      return (is_double ? fold_max_double : fold_max_int) (entries, rows, values, n, next);
    case RUSH_COMBINE_FIRST:
      return fold_first (entries, rows, values, n, next);
    case RUSH_COMBINE_MERGE:
      break;
    }
  g_assert_not_reached ();
}

static gboolean
fold_merge (HashCombiner *self, const guint32 *rows, const RushValue *values, guint n,
            GError **error)
{
  RushKeyEntry *entries = rush_key_table_entries (self->table);

  for (guint i = 0; i < n; i++)
    {
      RushValue *mine = &entries[rows[i]].value;
      if (rows[i] == self->n_seen)
        {
          *mine = values[i];
          self->n_seen++;
        }
      else if (!self->combine->merge (self->combine->merge_data, mine, values[i], error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
is_double (const HashCombiner *self)
{
  return self->schema->fields[1].type == &RUSH_FLOAT64;
}

static gboolean
fold_rows (HashCombiner *self, const guint32 *rows, const RushValue *values, guint n,
           GError **error)
{
  if (self->combine->op == RUSH_COMBINE_MERGE)
    return fold_merge (self, rows, values, n, error);
  self->n_seen = fold_any (self->combine->op, is_double (self),
                           rush_key_table_entries (self->table), rows, values, n, self->n_seen);
  return TRUE;
}

/* With nulls: row by row, an entry is new until it has got its first value. */
static gboolean
fold_nullable (HashCombiner *self, const RushBatch *batch, guint start, const guint32 *rows,
               const RushValue *values, guint n, GError **error)
{
  RushKeyEntry *entries = rush_key_table_entries (self->table);

  for (guint i = 0; i < n; i++)
    {
      guint32 row = rows[i];

      if (row == self->n_seen)
        self->has_value[self->n_seen++] = FALSE;
      if (!rush_column_is_valid (batch->columns[1], rush_batch_row (batch, start + i)))
        continue;
      if (!self->has_value[row])
        entries[row].value = values[i];
      else if (self->combine->op == RUSH_COMBINE_MERGE)
        {
          if (!self->combine->merge (self->combine->merge_data, &entries[row].value, values[i],
                                     error))
            return FALSE;
        }
      else
        fold_any (self->combine->op, is_double (self), entries, &row, &values[i], 1, G_MAXUINT32);
      self->has_value[row] = TRUE;
    }
  return TRUE;
}

/* ---- insert and merge ---- */

static gboolean
values_can_be_null (const HashCombiner *self)
{
  return self->schema->fields[1].nullable && self->combine->op != RUSH_COMBINE_COUNT;
}

static gboolean
reserve (HashCombiner *self, const RushBatch *batch, GError **error)
{
  gsize needed = rush_key_table_n_entries (self->table) + batch->length;

  if (!rush_key_table_reserve (self->table, batch->length, rush_key_long_bytes (batch, 0), error))
    return FALSE;
  if (!values_can_be_null (self) || needed <= self->has_value_capacity)
    return TRUE;
  gsize capacity = MAX (needed, 2 * self->has_value_capacity);
  guint8 *grown =
      rush_realloc (self->allocator, self->has_value, self->has_value_capacity, capacity, error);
  if (grown == NULL)
    return FALSE;
  self->has_value = grown;
  self->has_value_capacity = capacity;
  return TRUE;
}

static void
load_values (const RushBatch *batch, guint start, guint n, gboolean are_ones, RushValue *out)
{
  if (!are_ones)
    rush_value_block_load (batch, 1, start, n, (gint64 *)out);
  else
    for (guint i = 0; i < n; i++)
      out[i].i64 = 1;
}

static gboolean
fold_batch (HashCombiner *self, const RushBatch *batch, gboolean are_ones, GError **error)
{
  RushKeyBlock block;
  guint32 rows[RUSH_KEY_BLOCK_ROWS];
  RushValue values[RUSH_KEY_BLOCK_ROWS];

  g_return_val_if_fail (self->n_drained == 0, FALSE); /* drain () to the end first */
  if (!reserve (self, batch, error))
    return FALSE;
  gboolean nullable = values_can_be_null (self);
  for (guint start = 0; start < batch->length; start += RUSH_KEY_BLOCK_ROWS)
    {
      guint n = MIN (batch->length - start, RUSH_KEY_BLOCK_ROWS);

      rush_key_block_load (&block, batch, 0, start, n);
      load_values (batch, start, n, are_ones, values);
      rush_key_table_find_or_add (self->table, &block, rows);
      if (!(nullable ? fold_nullable (self, batch, start, rows, values, n, error)
                     : fold_rows (self, rows, values, n, error)))
        return FALSE;
    }
  g_assert (self->n_seen == rush_key_table_n_entries (self->table));
  return TRUE;
}

static gboolean
hash_insert (RushCombiner *base, const RushBatch *batch, GError **error)
{
  HashCombiner *self = (HashCombiner *)base;

  return fold_batch (self, batch, self->combine->op == RUSH_COMBINE_COUNT, error);
}

static gboolean
hash_merge (RushCombiner *base, const RushBatch *batch, GError **error)
{
  return fold_batch ((HashCombiner *)base, batch, FALSE, error);
}

static gsize
hash_memory_bytes (const RushCombiner *base)
{
  const HashCombiner *self = (const HashCombiner *)base;

  return rush_key_table_memory_bytes (self->table) + self->has_value_capacity;
}

/* ---- drain ---- */

static void
clear (HashCombiner *self)
{
  rush_key_table_clear (self->table);
  rush_free (self->allocator, self->has_value, self->has_value_capacity);
  self->has_value = NULL;
  self->has_value_capacity = 0;
  self->n_seen = 0;
  self->n_drained = 0;
}

/* How many entries from @first on make a batch: its rows, or its softer limit in bytes. */
static guint
drain_length (HashCombiner *self, guint first)
{
  const RushKeyEntry *entries = rush_key_table_entries (self->table) + first;
  guint most = MIN (rush_key_table_n_entries (self->table) - first, RUSH_BATCH_MAX_ROWS), n = 0;

  if (self->schema->fields[0].type->storage != RUSH_STORAGE_VIEW)
    return most;
  for (gsize bytes = 0; n < most && bytes < MAX_DRAIN_BYTES; n++)
    bytes += (gsize)entries[n].key.view.length;
  return n;
}

static RushBatch *
hash_drain (RushCombiner *base, GError **error)
{
  HashCombiner *self = (HashCombiner *)base;
  guint first = self->n_drained, n = drain_length (self, first);

  if (n == 0)
    {
      clear (self);
      return NULL;
    }
  RushColumn *columns[2];
  columns[0] = rush_key_table_key_column (self->table, self->schema->fields[0].type, first, n,
                                          self->allocator, error);
  if (columns[0] == NULL)
    return NULL;
  columns[1] = rush_key_table_value_column (self->table, self->schema->fields[1].type,
                                            self->has_value, first, n, self->allocator, error);
  if (columns[1] == NULL)
    {
      rush_column_unref (columns[0]);
      return NULL;
    }
  self->n_drained += n;
  return rush_batch_new (self->schema, n, columns);
}

/* ---- the combiner ---- */

static void
hash_free (RushCombiner *base)
{
  HashCombiner *self = (HashCombiner *)base;

  clear (self);
  rush_key_table_free (self->table);
  rush_schema_unref (self->schema);
  rush_allocator_unref (self->allocator);
  g_free (self);
}

static const RushCombinerClass hash_class = {
  .name = "hash",
  .insert = hash_insert,
  .merge = hash_merge,
  .memory_bytes = hash_memory_bytes,
  .drain = hash_drain,
  .free = hash_free,
};

RushCombiner *
rush_hash_combiner_new (gpointer data, RushSchema *schema, RushAllocator *allocator)
{
  const RushHashCombine *combine = data;

  g_return_val_if_fail (schema->n_fields == 2, NULL);
  g_return_val_if_fail (
      schema->fields[1].type == &RUSH_INT64 ||
          (schema->fields[1].type == &RUSH_FLOAT64 && combine->op != RUSH_COMBINE_COUNT),
      NULL);
  g_return_val_if_fail ((combine->op == RUSH_COMBINE_MERGE) == (combine->merge != NULL), NULL);

  HashCombiner *self = g_new0 (HashCombiner, 1);
  self->base.klass = &hash_class;
  self->combine = combine;
  self->schema = rush_schema_ref (schema);
  self->allocator = rush_allocator_ref (allocator);
  self->table = rush_key_table_new (allocator);
  return &self->base;
}
