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
 * All memory that a batch may need is reserved before its first row is folded: a refusal leaves
 * the table as it was, whoever drives the combiner spills it and inserts the same batch again.
 */
#include "core/shuffle/hash_combiner.h"

#include <string.h>

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

/* All ones. */
static RushBuffer *
new_validity (RushAllocator *allocator, guint n, GError **error)
{
  RushBuffer *bits = rush_buffer_new (allocator, (n + 7) / 8, error);

  if (bits != NULL)
    {
      memset (bits->bytes, 0, bits->size);
      for (guint i = 0; i < n; i++)
        rush_bit_set (bits->bytes, i);
    }
  return bits;
}

static void
unset_bit (RushBuffer *bits, guint i)
{
  bits->bytes[i / 8] &= (guint8) ~(1u << (i % 8));
}

/* The bytes of long keys among entries [first, first + n), which the views are made to point at;
 * NULL without error: there is none. */
static gboolean
drain_long_keys (HashCombiner *self, RushView *views, guint n, RushBuffer **out, GError **error)
{
  RushBuffer *const *data = rush_key_table_data (self->table);
  gsize total = 0, used = 0;

  *out = NULL;
  for (guint i = 0; i < n; i++)
    total += views[i].length > RUSH_VIEW_INLINE_MAX ? (gsize)views[i].length : 0;
  if (total == 0)
    return TRUE;
  RushBuffer *bytes = rush_buffer_new (self->allocator, total, error);
  if (bytes == NULL)
    return FALSE;
  for (guint i = 0; i < n; i++)
    {
      gsize length = (gsize)views[i].length;
      if (length <= RUSH_VIEW_INLINE_MAX)
        continue;
      memcpy (bytes->bytes + used, rush_view_bytes (&views[i], data), length);
      views[i].ref.buffer = 0;
      views[i].ref.offset = (gint32)used;
      used += length;
    }
  *out = bytes;
  return TRUE;
}

static void
store_number (const RushType *type, guint8 *values, guint i, guint64 word)
{
  gint64 number = (gint64)word;
  double real;

  switch (type->kind)
    {
    case RUSH_TYPE_BOOL:
      if (word != 0)
        rush_bit_set (values, i);
      break;
    case RUSH_TYPE_INT8:
      ((gint8 *)values)[i] = (gint8)number;
      break;
    case RUSH_TYPE_INT16:
      ((gint16 *)values)[i] = (gint16)number;
      break;
    case RUSH_TYPE_INT32:
      ((gint32 *)values)[i] = (gint32)number;
      break;
    case RUSH_TYPE_INT64:
    case RUSH_TYPE_FLOAT64: /* its bits */
      ((gint64 *)values)[i] = number;
      break;
    case RUSH_TYPE_FLOAT32:
      memcpy (&real, &word, sizeof real);
      ((float *)values)[i] = (float)real;
      break;
    case RUSH_TYPE_STRING:
    case RUSH_TYPE_BINARY:
      g_assert_not_reached ();
    }
}

/* The keys of entries [first, first + n) as values; long ones with their bytes in @out_data. */
static RushBuffer *
drain_key_values (HashCombiner *self, const RushType *type, guint first, guint n,
                  RushBuffer **out_data, GError **error)
{
  const RushKeyEntry *entries = rush_key_table_entries (self->table) + first;
  gsize bytes = type->value_bytes > 0 ? (gsize)n * type->value_bytes : (n + 7) / 8;
  g_autoptr (RushBuffer) values = rush_buffer_new (self->allocator, bytes, error);

  *out_data = NULL;
  if (values == NULL)
    return NULL;
  if (type->kind >= RUSH_TYPE_STRING)
    {
      RushView *views = (RushView *)values->bytes;
      for (guint i = 0; i < n; i++)
        views[i] = entries[i].key.view;
      if (!drain_long_keys (self, views, n, out_data, error))
        return NULL;
    }
  else
    {
      memset (values->bytes, 0, bytes);
      for (guint i = 0; i < n; i++)
        store_number (type, values->bytes, i, entries[i].key.words[0]);
    }
  return g_steal_pointer (&values);
}

static RushColumn *
drain_keys (HashCombiner *self, guint first, guint n, GError **error)
{
  const RushType *type = self->schema->fields[0].type;
  gint64 null_entry = rush_key_table_null_entry (self->table);
  g_autoptr (RushBuffer) validity = NULL, bytes = NULL;
  RushBuffer **data = NULL;

  if (null_entry >= first && null_entry < (gint64)first + n)
    {
      validity = new_validity (self->allocator, n, error);
      if (validity == NULL)
        return NULL;
      unset_bit (validity, (guint)null_entry - first);
    }
  RushBuffer *values = drain_key_values (self, type, first, n, &bytes, error);
  if (values == NULL)
    return NULL;
  guint null_count = validity != NULL ? 1 : 0, n_data = bytes != NULL ? 1 : 0;
  if (bytes != NULL)
    {
      data = g_new (RushBuffer *, 1);
      data[0] = g_steal_pointer (&bytes);
    }
  return rush_column_new_plain (type, n, g_steal_pointer (&validity), null_count, values, data,
                                n_data);
}

static RushColumn *
drain_values (HashCombiner *self, guint first, guint n, GError **error)
{
  const RushKeyEntry *entries = rush_key_table_entries (self->table) + first;
  g_autoptr (RushBuffer) values = rush_buffer_new (self->allocator, n * sizeof (RushValue), error);
  g_autoptr (RushBuffer) validity = NULL;
  guint null_count = 0;

  if (values == NULL)
    return NULL;
  for (guint i = 0; i < n; i++)
    ((RushValue *)values->bytes)[i] = entries[i].value;
  if (self->has_value != NULL)
    {
      validity = new_validity (self->allocator, n, error);
      if (validity == NULL)
        return NULL;
      for (guint i = 0; i < n; i++)
        if (!self->has_value[first + i])
          {
            unset_bit (validity, i);
            null_count++;
          }
      if (null_count == 0)
        g_clear_pointer (&validity, rush_buffer_unref);
    }
  return rush_column_new_plain (self->schema->fields[1].type, n, g_steal_pointer (&validity),
                                null_count, g_steal_pointer (&values), NULL, 0);
}

/* How many entries from @first on make a batch: its rows, or its softer limit in bytes. */
static guint
drain_length (HashCombiner *self, guint first)
{
  const RushKeyEntry *entries = rush_key_table_entries (self->table) + first;
  guint most = MIN (rush_key_table_n_entries (self->table) - first, RUSH_BATCH_MAX_ROWS), n = 0;

  if (self->schema->fields[0].type->kind < RUSH_TYPE_STRING)
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
  columns[0] = drain_keys (self, first, n, error);
  if (columns[0] == NULL)
    return NULL;
  columns[1] = drain_values (self, first, n, error);
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
