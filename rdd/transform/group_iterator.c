/* group_iterator.c - a run of rows with one key is cut out of its batches and encoded.
 *
 *     batch   k k k l l │ l l m …        runs: k, then l (across two batches), then m …
 *
 * The bytes of the group that is being made are charged to the task as they grow
 * (group_bytes.c).
 */
#include "rdd/transform/group_iterator.h"

#include "core/data/builder.h"
#include "core/shuffle/key_block.h"
#include "rdd/transform/group_bytes.h"

#include <string.h>

#define BATCH_BYTES (256 * 1024) /* a batch of large groups is cut here */

typedef struct
{
  RushIterator base;
  const RushGrouping *grouping;
  RushTaskContext *ctx;
  RushIterator *rows; /* (owned) */
  RushBatchBuilder *out;
  RushBatch *batch;     /* being cut up, or NULL */
  guint at;             /* row of batch, among those that count */
  RushBatch *key_batch; /* holds the key of the group that is being made; NULL: there is none */
  guint key_row;        /* the same of key_batch */
  RushGroupBytes encoded[2];          /* by side */
  guint8 begins[RUSH_BATCH_MAX_ROWS]; /* whether another key begins at that row of batch */
} GroupIterator;

/* ---- keys ---- */

static gboolean
keys_equal (const RushKeyBlock *a, guint i, const RushKeyBlock *b, guint j)
{
  gboolean a_null = a->any_null && a->is_null[i];
  gboolean b_null = b->any_null && b->is_null[j];

  if (a_null || b_null)
    return a_null && b_null;
  if (!a->is_bytes)
    return a->keys[i].words[0] == b->keys[j].words[0];
  return a->keys[i].view.length == b->keys[j].view.length &&
         memcmp (rush_view_bytes (&a->keys[i].view, a->data),
                 rush_view_bytes (&b->keys[j].view, b->data), (gsize)a->keys[i].view.length) == 0;
}

/* Whether the group that is being made has the key of the batch's first row. */
static gboolean
continues_group (const GroupIterator *self)
{
  RushKeyBlock a, b;

  if (self->key_batch == NULL)
    return FALSE;
  rush_key_block_load (&a, self->key_batch, 0, self->key_row, 1);
  rush_key_block_load (&b, self->batch, 0, 0, 1);
  return keys_equal (&a, 0, &b, 0);
}

/* Notes at which rows of the batch another key begins. */
static void
find_boundaries (GroupIterator *self)
{
  RushKeyBlock blocks[2];
  guint now = 0;

  self->begins[0] = !continues_group (self);
  for (guint start = 0; start < self->batch->length; start += RUSH_KEY_BLOCK_ROWS, now = !now)
    {
      RushKeyBlock *block = &blocks[now];

      rush_key_block_load (block, self->batch, 0, start,
                           MIN (self->batch->length - start, RUSH_KEY_BLOCK_ROWS));
      if (start > 0)
        self->begins[start] = !keys_equal (&blocks[!now], RUSH_KEY_BLOCK_ROWS - 1, block, 0);
      for (guint i = 1; i < block->n; i++)
        self->begins[start + i] = !keys_equal (block, i - 1, block, i);
    }
}

/* ---- groups ---- */

/* The group that is being made becomes a row. */
static gboolean
finish_group (GroupIterator *self, GError **error)
{
  const RushColumn *key = self->key_batch->columns[0];

  if (!rush_batch_builder_append_from (self->out, 0, key,
                                       rush_batch_row (self->key_batch, self->key_row), error))
    return FALSE;
  for (guint g = 0; g < self->grouping->n_groups; g++)
    {
      const GByteArray *bytes = self->encoded[g].bytes;

      if (!rush_batch_builder_append_bytes (self->out, g + 1, (const char *)bytes->data, bytes->len,
                                            error))
        return FALSE;
      rush_group_bytes_begin (&self->encoded[g]);
    }
  rush_batch_builder_end_row (self->out);
  g_clear_pointer (&self->key_batch, rush_batch_unref);
  return TRUE;
}

/* Rows [start, start + n) of the batch, which are of one side, go to the end of its group. */
static gboolean
encode_rows (GroupIterator *self, guint side, guint start, guint n, GError **error)
{
  const RushGroupColumns *columns = &self->grouping->groups[side];
  g_autoptr (RushBatch) rows = rush_batch_slice (self->batch, start, n);
  g_autofree guint *chosen = g_new (guint, columns->n_columns);
  g_autoptr (RushBatch) values = NULL;

  for (guint c = 0; c < columns->n_columns; c++)
    chosen[c] = columns->first_column + c;
  values = rush_batch_project (rows, self->grouping->group_schemas[side], chosen);
  return rush_group_bytes_append (&self->encoded[side], values, error);
}

static guint
side_of (const GroupIterator *self, guint i)
{
  gint column = self->grouping->side_column;

  return column < 0 ? 0
                    : (guint)rush_column_get_int (self->batch->columns[column],
                                                  rush_batch_row (self->batch, i));
}

/* Adds the rows at the cursor that have its key. */
static gboolean
take_run (GroupIterator *self, GError **error)
{
  guint end = self->at + 1;

  while (end < self->batch->length && !self->begins[end])
    end++;
  if (self->key_batch == NULL)
    {
      self->key_batch = rush_batch_ref (self->batch);
      self->key_row = self->at;
    }
  while (self->at < end)
    {
      guint side = side_of (self, self->at);
      guint start = self->at;

      do
        self->at++;
      while (self->at < end && side_of (self, self->at) == side);
      if (!encode_rows (self, side, start, self->at - start, error))
        return FALSE;
    }
  return TRUE;
}

/* ---- the iterator ---- */

/* FALSE without @error: there is no further row. */
static gboolean
next_input (GroupIterator *self, GError **error)
{
  g_clear_pointer (&self->batch, rush_batch_unref);
  self->at = 0;
  if (!rush_task_context_check (self->ctx, error))
    return FALSE;
  self->batch = rush_iterator_next (self->rows, error);
  if (self->batch == NULL)
    return FALSE;
  find_boundaries (self);
  return TRUE;
}

/* Fills the builder; FALSE with @error. */
static gboolean
make_groups (GroupIterator *self, GError **error)
{
  while (!rush_batch_builder_is_full (self->out) &&
         rush_batch_builder_memory_bytes (self->out) < BATCH_BYTES)
    {
      g_autoptr (GError) failure = NULL;

      if ((self->batch == NULL || self->at == self->batch->length) && !next_input (self, &failure))
        {
          if (failure == NULL)
            return self->key_batch == NULL || finish_group (self, error);
          g_propagate_error (error, g_steal_pointer (&failure));
          return FALSE;
        }
      if (self->key_batch != NULL && self->begins[self->at])
        {
          if (!finish_group (self, error))
            return FALSE;
        }
      else if (!take_run (self, error))
        return FALSE;
    }
  return TRUE;
}

static RushBatch *
group_next (RushIterator *base, GError **error)
{
  GroupIterator *self = (GroupIterator *)base;

  return make_groups (self, error) ? rush_batch_builder_finish (self->out, error) : NULL;
}

static void
group_close (RushIterator *base)
{
  GroupIterator *self = (GroupIterator *)base;

  g_clear_pointer (&self->key_batch, rush_batch_unref);
  g_clear_pointer (&self->batch, rush_batch_unref);
  for (guint g = 0; g < self->grouping->n_groups; g++)
    rush_group_bytes_clear (&self->encoded[g]);
  rush_batch_builder_free (self->out);
  rush_iterator_close (self->rows);
  g_free (self);
}

static const RushIteratorClass group_class = { group_next, group_close };

RushIterator *
rush_group_iterator_new (RushIterator *rows, const RushGrouping *grouping, RushTaskContext *ctx)
{
  GroupIterator *self = g_new0 (GroupIterator, 1);

  self->base.klass = &group_class;
  self->grouping = grouping;
  self->ctx = ctx;
  self->rows = rows;
  self->out = rush_batch_builder_new (grouping->schema, ctx->allocator);
  for (guint g = 0; g < grouping->n_groups; g++)
    rush_group_bytes_init (&self->encoded[g], ctx->allocator,
                           "The values of one key have more than 2 GiB; reduceByKey does not "
                           "have to hold them all");
  return &self->base;
}

/* ---- what is grouped how ---- */

void
rush_grouping_free (gpointer data)
{
  RushGrouping *self = data;

  rush_schema_unref (self->schema);
  for (guint g = 0; g < self->n_groups; g++)
    rush_schema_unref (self->group_schemas[g]);
  g_free (self);
}

RushGrouping *
rush_grouping_new (RushSchema *rows_schema, gint side_column, guint n_groups,
                   const RushGroupColumns *columns, const char *const *names)
{
  RushGrouping *self = g_new0 (RushGrouping, 1);
  RushField fields[3] = { rows_schema->fields[0] };

  g_assert (n_groups >= 1 && n_groups <= 2);
  self->side_column = side_column;
  self->n_groups = n_groups;
  for (guint g = 0; g < n_groups; g++)
    {
      self->groups[g] = columns[g];
      self->group_schemas[g] =
          rush_schema_new (columns[g].n_columns, rows_schema->fields + columns[g].first_column);
      fields[g + 1] = (RushField){ (char *)names[g], &RUSH_BINARY, FALSE };
    }
  self->schema = rush_schema_new (n_groups + 1, fields);
  return self;
}
