/* join_table.c - see join_table.h.
 *
 * Keys are numbered batch by batch, as they come; then one counting sort puts the rows of each
 * group side by side.
 */
#include "sql/physical/tables/join_table.h"

#include "core/data/gather.h"

#include <string.h>

static guint64
count_rows (const GPtrArray *batches)
{
  guint64 n = 0;

  for (guint b = 0; b < batches->len; b++)
    n += ((const RushBatch *)batches->pdata[b])->length;
  return n;
}

/* ---- columns ---- */

/* No rows: a column that is never read. */
static RushColumn *
empty_column (const RushType *type, RushAllocator *allocator, GError **error)
{
  RushColumn *one, *none;

  if (type->storage == RUSH_STORAGE_VOID)
    return rush_column_new_void (0);
  one = rush_column_new_constant_null (type, 1, allocator, error);
  if (one == NULL)
    return NULL;
  none = rush_column_slice (one, 0, 0);
  rush_column_unref (one);
  return none;
}

static gboolean
concat_columns (RushJoinTable *self, GPtrArray *batches, GError **error)
{
  g_autofree RushColumn **pieces = g_new (RushColumn *, batches->len + 1);

  for (guint c = 0; c < self->schema->n_fields; c++)
    {
      for (guint b = 0; b < batches->len; b++)
        pieces[b] = ((RushBatch *)batches->pdata[b])->columns[c];
      self->columns[c] = batches->len > 0
                             ? rush_column_concat (pieces, batches->len, self->allocator, error)
                             : empty_column (self->schema->fields[c].type, self->allocator, error);
      if (self->columns[c] == NULL)
        return FALSE;
    }
  return TRUE;
}

/* ---- groups ---- */

static gboolean
number_batch (RushJoinTable *self, const RushBatch *batch, const RushExprList *keys,
              RushEvalContext *eval, guint32 *out_groups, GError **error)
{
  g_autofree RushColumn **columns = g_new0 (RushColumn *, keys->n + 1);
  RushRows rows = { NULL, batch->length, batch->length };
  gboolean numbered = TRUE;

  for (guint k = 0; k < keys->n && numbered; k++)
    {
      columns[k] = rush_evaluate (keys->items[k], batch, eval, error);
      numbered = columns[k] != NULL;
    }
  numbered =
      numbered && rush_group_table_find_or_add (self->groups, columns, &rows, out_groups, error);
  for (guint k = 0; k < keys->n; k++)
    if (columns[k] != NULL)
      rush_column_unref (columns[k]);
  return numbered;
}

static guint
n_groups_of (const RushJoinTable *self)
{
  return self->dense != NULL ? rush_dense_keys_n_groups (self->dense)
                             : rush_group_table_n_groups (self->groups);
}

/* starts[g] counts group g − 1, then is where the next row of g goes, and at the end, shifted back,
 * where g begins. */
static gboolean
order_rows (RushJoinTable *self, const guint32 *groups, GError **error)
{
  guint n_groups = n_groups_of (self);
  guint32 at = 0;

  self->starts = rush_alloc (self->allocator, (n_groups + 1) * sizeof (guint32), error);
  if (self->starts == NULL)
    return FALSE;
  self->order = rush_alloc (self->allocator, MAX (self->n_in_groups, 1) * sizeof (guint32), error);
  if (self->order == NULL)
    return FALSE;
  memset (self->starts, 0, (n_groups + 1) * sizeof (guint32));
  for (guint row = 0; row < self->n_rows; row++)
    if (groups[row] != RUSH_NO_GROUP)
      self->starts[groups[row]]++;
  for (guint g = 0; g <= n_groups; g++)
    {
      guint32 n = self->starts[g];
      self->starts[g] = at;
      at += n;
    }
  for (guint row = 0; row < self->n_rows; row++)
    if (groups[row] != RUSH_NO_GROUP)
      self->order[self->starts[groups[row]]++] = row;
  memmove (self->starts + 1, self->starts, n_groups * sizeof (guint32));
  self->starts[0] = 0;
  return TRUE;
}

/* Numbers the groups batch by batch, in a hash table. */
static gboolean
hash_rows (RushJoinTable *self, GPtrArray *batches, const RushExprList *keys, RushEvalContext *eval,
           guint32 *out_groups, GError **error)
{
  g_autofree const RushType **types = g_new (const RushType *, keys->n);
  g_autoptr (RushKeyLayout) layout = NULL;

  for (guint k = 0; k < keys->n; k++)
    types[k] = keys->items[k]->type;
  layout = rush_key_layout_new (keys->n, types, FALSE, error);
  if (layout == NULL)
    return FALSE;
  self->groups = rush_group_table_new (layout, self->allocator);
  for (guint b = 0; b < batches->len; b++)
    {
      if (!number_batch (self, batches->pdata[b], keys, eval, out_groups, error))
        return FALSE;
      out_groups += ((RushBatch *)batches->pdata[b])->length;
    }
  return TRUE;
}

/* FALSE: the keys are not for it. */
static gboolean
number_dense (RushJoinTable *self, const RushExprList *keys, guint32 *out_groups)
{
  if (keys->n == 1 && keys->items[0]->kind == RUSH_EXPR_BOUND)
    self->dense = rush_dense_keys_new (self->columns[keys->items[0]->as.bound.ordinal], out_groups,
                                       self->allocator);
  return self->dense != NULL;
}

static gboolean
group_rows (RushJoinTable *self, GPtrArray *batches, const RushExprList *keys,
            RushEvalContext *eval, GError **error)
{
  gsize bytes = MAX (self->n_rows, 1) * sizeof (guint32);
  guint32 *groups = rush_alloc (self->allocator, bytes, error);
  gboolean grouped;

  if (groups == NULL)
    return FALSE;
  grouped =
      number_dense (self, keys, groups) || hash_rows (self, batches, keys, eval, groups, error);
  for (guint row = 0; grouped && row < self->n_rows; row++)
    self->n_in_groups += groups[row] != RUSH_NO_GROUP;
  self->has_null_key = self->n_in_groups < self->n_rows;
  if (grouped && (self->has_null_key || n_groups_of (self) < self->n_rows))
    grouped = order_rows (self, groups, error);
  rush_free (self->allocator, groups, bytes);
  return grouped;
}

/* ---- the table ---- */

static GPtrArray *
compact_all (GPtrArray *batches, RushAllocator *allocator, GError **error)
{
  g_autoptr (GPtrArray) compact = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_batch_unref);

  for (guint b = 0; b < batches->len; b++)
    {
      RushBatch *batch = rush_batch_compact (batches->pdata[b], allocator, error);
      if (batch == NULL)
        return NULL;
      if (batch->length > 0)
        g_ptr_array_add (compact, batch);
      else
        rush_batch_unref (batch);
    }
  return g_steal_pointer (&compact);
}

RushJoinTable *
rush_join_table_new (GPtrArray *batches, RushSchema *schema, const RushExprList *keys,
                     RushEvalContext *eval, RushAllocator *allocator, GError **error)
{
  g_autoptr (RushJoinTable) self = g_new0 (RushJoinTable, 1);
  g_autoptr (GPtrArray) compact = NULL;
  guint64 n_rows = count_rows (batches);

  rush_ref_count_init (&self->refs);
  self->schema = rush_schema_ref (schema);
  self->allocator = rush_allocator_ref (allocator);
  self->columns = g_new0 (RushColumn *, schema->n_fields + 1);
  if (n_rows >= G_MAXUINT32 - 1)
    {
      g_set_error_literal (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_OUT_OF_MEMORY,
                           "more than 4 billion rows on the build side of a join");
      return NULL;
    }
  self->n_rows = (guint)n_rows;
  compact = compact_all (batches, allocator, error);
  if (compact == NULL || !concat_columns (self, compact, error) ||
      (keys->n > 0 && !group_rows (self, compact, keys, eval, error)))
    return NULL;
  return g_steal_pointer (&self);
}

RushJoinTable *
rush_join_table_ref (RushJoinTable *self)
{
  rush_ref_count_inc (&self->refs);
  return self;
}

void
rush_join_table_unref (RushJoinTable *self)
{
  if (self == NULL || !rush_ref_count_dec (&self->refs))
    return;
  for (guint c = 0; c < self->schema->n_fields; c++)
    if (self->columns[c] != NULL)
      rush_column_unref (self->columns[c]);
  g_free (self->columns);
  if (self->starts != NULL)
    rush_free (self->allocator, self->starts, (n_groups_of (self) + 1) * sizeof (guint32));
  if (self->order != NULL)
    rush_free (self->allocator, self->order, MAX (self->n_in_groups, 1) * sizeof (guint32));
  rush_group_table_free (self->groups);
  rush_dense_keys_free (self->dense);
  rush_schema_unref (self->schema);
  rush_allocator_unref (self->allocator);
  g_free (self);
}

gsize
rush_join_table_memory_bytes (const RushJoinTable *self)
{
  gsize bytes = self->groups != NULL ? rush_group_table_memory_bytes (self->groups) : 0;

  if (self->dense != NULL)
    bytes += rush_dense_keys_memory_bytes (self->dense);
  for (guint c = 0; c < self->schema->n_fields; c++)
    bytes += rush_column_memory_bytes (self->columns[c]);
  return bytes + (self->starts != NULL ? (gsize)self->n_in_groups * 2 * sizeof (guint32) : 0);
}

gboolean
rush_join_table_find (const RushJoinTable *self, RushColumn *const *keys, const RushRows *rows,
                      guint32 *out_groups, GError **error)
{
  if (self->dense == NULL)
    return rush_group_table_find (self->groups, keys, rows, out_groups, error);
  rush_dense_keys_find (self->dense, keys[0], rows, out_groups);
  return TRUE;
}
