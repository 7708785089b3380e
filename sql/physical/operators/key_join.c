/* key_join.c - the rows of one key: each streamed batch with each part of the build side.
 *
 *     build rows, on disk maybe    │ part 0 │ part 1 │ … │      read again for each batch
 *     streamed batch  ⋈            pairs    pairs              and at its end: rows without a pair
 *
 * A part becomes a table that the probe of hash joins looks at, as in a window of merge_join.c.
 * But whether a row has a partner is known only after all parts, so the probe is asked two things:
 * for the pairs, as in an inner join; and, where rows without a partner matter, whether each row
 * has one, as EXISTS is answered.  Answers are bits, gathered over all parts.
 *
 * Mirrors: SortMergeJoinScanner's bufferedMatches, an ExternalAppendOnlyUnsafeRowArray.
 */
#include "sql/physical/operators/key_join.h"

#include <string.h>

typedef struct
{
  RushIterator base;
  RushJoinSpec *spec;       /* (owned) */
  RushExprList *build_keys; /* (owned) */
  RushSchema *build_schema; /* (owned) */
  RushRowArray *build;      /* (owned) */
  RushIterator *streamed;   /* (owned) */
  gint64 part_bytes;
  RushTaskContext *ctx;
  RushEvalContext *eval;
  gboolean keeps_streamed, keeps_build, gives_pairs;

  RushBatch *batch;                    /* (owned) of streamed rows, or NULL */
  guint8 matched[RUSH_BATCH_MAX_ROWS]; /* whether its rows have had a partner */
  guint8 *build_matched;               /* bits, of all build rows; keeps_build */
  gsize build_bytes;
  RushIterator *parts; /* build rows that are still to come for the batch; NULL: all done */
  guint64 next_build;  /* the first of them */
  gboolean ended;      /* no more streamed rows */
  RushIterator *out;   /* rows to hand out first, or NULL */
} KeyJoin;

/* ---- what the probe is asked ---- */

/* A copy for another type of join; field by field, as others count references meanwhile. */
static RushJoinSpec *
spec_of_type (const RushJoinSpec *self, RushJoinType type, RushSchema *output)
{
  RushJoinSpec *copy = g_new (RushJoinSpec, 1);

  *copy = (RushJoinSpec){
    .type = type,
    .build_left = self->build_left,
    .null_aware = self->null_aware,
    .n_left = self->n_left,
    .keys = rush_expr_list_ref (self->keys),
    .condition = self->condition != NULL ? rush_expr_ref (self->condition) : NULL,
    .pairs = rush_schema_ref (self->pairs),
    .output = rush_schema_ref (output),
    .wanted = g_memdup2 (self->wanted, self->pairs->n_fields),
  };
  rush_ref_count_init (&copy->refs);
  return copy;
}

static RushSchema *
with_flag (const RushSchema *rows)
{
  g_autofree RushField *fields = g_new (RushField, rows->n_fields + 1);

  memcpy (fields, rows->fields, rows->n_fields * sizeof *fields);
  fields[rows->n_fields] = (RushField){ (char *)"exists", &RUSH_BOOL, FALSE };
  return rush_schema_new (rows->n_fields + 1, fields);
}

static GPtrArray *
one_batch (RushBatch *batch)
{
  GPtrArray *batches = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_batch_unref);

  g_ptr_array_add (batches, rush_batch_ref (batch));
  return batches;
}

/* Calls for each row of @rows that has a partner in @table, by its place. */
static gboolean
note_matched (KeyJoin *self, RushJoinSpec *exists, RushJoinTable *table, GPtrArray *rows,
              guint64 first, guint8 *bytes, guint8 *bits, GError **error)
{
  g_autoptr (RushIterator) flagged = rush_join_probe_new (
      exists, table, rush_iterator_of_batches ((RushBatch *const *)rows->pdata, rows->len),
      self->ctx, self->eval);
  g_autoptr (GError) failure = NULL;
  RushBatch *batch;

  while ((batch = rush_iterator_next (flagged, &failure)) != NULL)
    {
      const RushColumn *flags = batch->columns[batch->schema->n_fields - 1];

      for (guint i = 0; i < batch->length; i++)
        if (rush_column_get_bool (flags, rush_batch_row (batch, i)))
          {
            if (bytes != NULL)
              bytes[first + i] = TRUE;
            else
              rush_bit_set (bits, first + i);
          }
      first += batch->length;
      rush_batch_unref (batch);
    }
  if (failure == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

/* ---- one part ---- */

static gboolean
note_streamed (KeyJoin *self, RushJoinTable *part, GError **error)
{
  g_autoptr (RushSchema) schema = with_flag (self->batch->schema);
  g_autoptr (RushJoinSpec) exists = spec_of_type (self->spec, RUSH_JOIN_EXISTENCE, schema);
  g_autoptr (GPtrArray) rows = one_batch (self->batch);

  return note_matched (self, exists, part, rows, 0, self->matched, NULL, error);
}

/* The sides change places: the part is streamed along a table of the batch. */
static gboolean
note_build (KeyJoin *self, GPtrArray *part, GError **error)
{
  g_autoptr (RushSchema) schema = with_flag (self->build_schema);
  g_autoptr (RushJoinSpec) exists = spec_of_type (self->spec, RUSH_JOIN_EXISTENCE, schema);
  g_autoptr (GPtrArray) rows = one_batch (self->batch);
  g_autoptr (RushJoinTable) table = rush_join_table_new (
      rows, self->batch->schema, self->spec->keys, self->eval, self->eval->allocator, error);

  if (table == NULL)
    return FALSE;
  exists->build_left = !exists->build_left;
  rush_expr_list_unref (exists->keys);
  exists->keys = rush_expr_list_ref (self->build_keys);
  return note_matched (self, exists, table, part, self->next_build, NULL, self->build_matched,
                       error);
}

/* Some of the build rows; none: there are no more. */
static gboolean
read_part (KeyJoin *self, GPtrArray *into, GError **error)
{
  g_autoptr (GError) failure = NULL;
  gint64 bytes = 0;

  while (bytes < self->part_bytes)
    {
      RushBatch *batch = rush_iterator_next (self->parts, &failure);

      if (batch == NULL)
        break;
      bytes += (gint64)rush_batch_memory_bytes (batch);
      g_ptr_array_add (into, batch);
    }
  if (failure == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

static gboolean
join_part (KeyJoin *self, GPtrArray *part, GError **error)
{
  g_autoptr (RushJoinTable) table = rush_join_table_new (part, self->build_schema, self->build_keys,
                                                         self->eval, self->eval->allocator, error);

  if (table == NULL ||
      ((self->keeps_streamed || !self->gives_pairs) && !note_streamed (self, table, error)))
    return FALSE;
  if (self->keeps_build && !note_build (self, part, error))
    return FALSE;
  if (self->gives_pairs)
    {
      g_autoptr (RushJoinSpec) inner =
          spec_of_type (self->spec, RUSH_JOIN_INNER, self->spec->output);
      self->out = rush_join_probe_new (inner, table, rush_iterator_of_batches (&self->batch, 1),
                                       self->ctx, self->eval);
    }
  for (guint b = 0; b < part->len; b++)
    self->next_build += ((RushBatch *)part->pdata[b])->length;
  return TRUE;
}

/* ---- after all parts ---- */

/* The rows of @batch whose flag is @wanted. */
static RushBatch *
select_rows (KeyJoin *self, RushBatch *batch, const guint8 *flags, gboolean wanted, GError **error)
{
  RushBuffer *rows =
      rush_buffer_new (self->eval->allocator, MAX (batch->length, 1) * sizeof (guint16), error);
  guint n = 0;

  if (rows == NULL)
    return NULL;
  for (guint i = 0; i < batch->length; i++)
    if ((flags[i] != 0) == wanted)
      ((guint16 *)rows->bytes)[n++] = (guint16)i;
  return rush_batch_select (batch, rows, n);
}

/* @streamed, or no row, along the rows of @build, or none. */
static gboolean
give_lonely (KeyJoin *self, RushJoinType type, RushBatch *streamed, RushBatch *build,
             GError **error)
{
  g_autoptr (RushJoinSpec) spec = spec_of_type (self->spec, type, self->spec->output);
  g_autoptr (GPtrArray) rows =
      build != NULL ? one_batch (build) : g_ptr_array_new_with_free_func (NULL);
  g_autoptr (RushJoinTable) table = rush_join_table_new (rows, self->build_schema, self->build_keys,
                                                         self->eval, self->eval->allocator, error);

  if (table == NULL)
    return FALSE;
  self->out = rush_join_probe_new (spec, table,
                                   streamed != NULL ? rush_iterator_of_batches (&streamed, 1)
                                                    : rush_iterator_empty (),
                                   self->ctx, self->eval);
  return TRUE;
}

/* The batch with its flags as one more column. */
static gboolean
give_flags (KeyJoin *self, GError **error)
{
  guint n = self->batch->schema->n_fields, length = self->batch->length;
  RushBuffer *bits = rush_buffer_new (self->eval->allocator, (length + 7) / 8, error);
  g_autofree RushColumn **columns = g_new (RushColumn *, n + 1);
  g_autoptr (RushBatch) out = NULL;

  if (bits == NULL)
    return FALSE;
  memset (bits->bytes, 0, (length + 7) / 8);
  for (guint i = 0; i < length; i++)
    if (self->matched[i])
      rush_bit_set (bits->bytes, i);
  for (guint c = 0; c < n; c++)
    columns[c] = rush_column_ref (self->batch->columns[c]);
  columns[n] = rush_column_new_plain (&RUSH_BOOL, length, NULL, 0, bits, NULL, 0);
  out = rush_batch_new (self->spec->output, length, columns);
  self->out = rush_iterator_of_batches (&out, 1);
  return TRUE;
}

/* What is known about the batch's rows only now. */
static gboolean
finish_batch (KeyJoin *self, GError **error)
{
  RushJoinType type = self->spec->type;
  gboolean is_semi = type == RUSH_JOIN_LEFT_SEMI;
  g_autoptr (RushBatch) rows = NULL;

  if (type == RUSH_JOIN_EXISTENCE)
    return give_flags (self, error);
  if (self->gives_pairs && !self->keeps_streamed)
    return TRUE;
  rows = select_rows (self, self->batch, self->matched, is_semi, error);
  /* Along no rows an anti join lets all pass, which are those that a semi join wants. */
  return rows != NULL &&
         give_lonely (self, is_semi ? RUSH_JOIN_LEFT_ANTI : type, rows, NULL, error);
}

/* ---- after all batches ---- */

/* The build rows of @batch that no streamed row has matched. */
static gboolean
give_lonely_build (KeyJoin *self, RushBatch *batch, GError **error)
{
  guint8 matched[RUSH_BATCH_MAX_ROWS];
  g_autoptr (RushBatch) rows = NULL;

  for (guint i = 0; i < batch->length; i++)
    matched[i] = rush_bit_get (self->build_matched, self->next_build + i);
  self->next_build += batch->length;
  rows = select_rows (self, batch, matched, FALSE, error);
  return rows != NULL && give_lonely (self, self->spec->type, NULL, rows, error);
}

/* ---- the iterator ---- */

static gboolean
reserve_build_bits (KeyJoin *self, GError **error)
{
  self->build_bytes = rush_row_array_n_rows (self->build) / 8 + 1;
  self->build_matched = rush_alloc (self->eval->allocator, self->build_bytes, error);
  if (self->build_matched != NULL)
    memset (self->build_matched, 0, self->build_bytes);
  return self->build_matched != NULL;
}

static void
begin_parts (KeyJoin *self)
{
  self->parts = rush_row_array_read (self->build);
  self->next_build = 0;
}

static gboolean
begin_batch (KeyJoin *self, GError **error)
{
  g_autoptr (GError) failure = NULL;

  self->batch = rush_iterator_next (self->streamed, &failure);
  if (failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  self->ended = self->batch == NULL;
  if (self->ended && !self->keeps_build)
    return TRUE;
  memset (self->matched, 0, sizeof self->matched);
  begin_parts (self);
  return TRUE;
}

/* A part of the build side along the batch, or what follows the last one. */
static gboolean
advance_batch (KeyJoin *self, GError **error)
{
  g_autoptr (GPtrArray) part = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_batch_unref);
  gboolean finished;

  if (self->parts != NULL && !read_part (self, part, error))
    return FALSE;
  if (part->len > 0)
    {
      if (!join_part (self, part, error))
        return FALSE;
      /* Without a condition each row of the key is a partner. */
      if (!self->gives_pairs && self->spec->condition == NULL)
        g_clear_pointer (&self->parts, rush_iterator_close);
      return TRUE;
    }
  g_clear_pointer (&self->parts, rush_iterator_close);
  finished = finish_batch (self, error);
  g_clear_pointer (&self->batch, rush_batch_unref);
  return finished;
}

static gboolean
advance_build (KeyJoin *self, GError **error)
{
  g_autoptr (GError) failure = NULL;
  g_autoptr (RushBatch) batch = rush_iterator_next (self->parts, &failure);

  if (failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  if (batch != NULL)
    return give_lonely_build (self, batch, error);
  g_clear_pointer (&self->parts, rush_iterator_close);
  return TRUE;
}

static RushBatch *
key_join_next (RushIterator *base, GError **error)
{
  KeyJoin *self = (KeyJoin *)base;
  g_autoptr (GError) failure = NULL;

  if (self->keeps_build && self->build_matched == NULL && !reserve_build_bits (self, error))
    return NULL;
  while (rush_task_context_check (self->ctx, error))
    {
      gboolean advanced;

      if (self->out != NULL)
        {
          RushBatch *batch = rush_iterator_next (self->out, &failure);

          if (batch != NULL)
            return batch;
          g_clear_pointer (&self->out, rush_iterator_close);
          if (failure == NULL)
            continue;
          g_propagate_error (error, g_steal_pointer (&failure));
          return NULL;
        }
      if (self->ended && self->parts == NULL)
        return NULL;
      if (self->ended)
        advanced = advance_build (self, error);
      else
        advanced = self->batch != NULL ? advance_batch (self, error) : begin_batch (self, error);
      if (!advanced)
        return NULL;
    }
  return NULL;
}

static void
key_join_close (RushIterator *base)
{
  KeyJoin *self = (KeyJoin *)base;

  rush_iterator_close (self->out);
  rush_iterator_close (self->parts);
  rush_iterator_close (self->streamed);
  rush_batch_unref (self->batch);
  rush_row_array_free (self->build);
  if (self->build_matched != NULL)
    rush_free (self->eval->allocator, self->build_matched, self->build_bytes);
  rush_schema_unref (self->build_schema);
  rush_expr_list_unref (self->build_keys);
  rush_join_spec_unref (self->spec);
  g_free (self);
}

static const RushIteratorClass key_join_class = { key_join_next, key_join_close };

RushIterator *
rush_key_join_new (RushJoinSpec *spec, const RushExprList *build_keys, RushSchema *build_schema,
                   RushRowArray *build, RushIterator *streamed, gint64 part_bytes,
                   RushTaskContext *ctx, RushEvalContext *eval)
{
  KeyJoin *self = g_new0 (KeyJoin, 1);
  RushJoinType type = spec->type;

  self->base.klass = &key_join_class;
  self->spec = rush_join_spec_ref (spec);
  self->build_keys = rush_expr_list_ref ((RushExprList *)build_keys);
  self->build_schema = rush_schema_ref (build_schema);
  self->build = build;
  self->streamed = streamed;
  self->part_bytes = part_bytes;
  self->ctx = ctx;
  self->eval = eval;
  self->gives_pairs =
      type != RUSH_JOIN_LEFT_SEMI && type != RUSH_JOIN_LEFT_ANTI && type != RUSH_JOIN_EXISTENCE;
  self->keeps_streamed =
      type == RUSH_JOIN_FULL_OUTER || type == RUSH_JOIN_LEFT_OUTER || type == RUSH_JOIN_RIGHT_OUTER;
  self->keeps_build = type == RUSH_JOIN_FULL_OUTER;
  return &self->base;
}
