/* join_probe.c - a batch of streamed rows at a time, at most a batch of pairs at a time.
 *
 * Which rows come out:
 *
 *   pairs           INNER, CROSS, and the outer joins; a streamed row without a partner gives a
 *                   pair with no row if its side is kept
 *   streamed rows   LEFT_SEMI, LEFT_ANTI: a selection of the batch, nothing is copied; EXISTENCE:
 *                   the batch and a column of bits
 *   build rows      RIGHT and FULL OUTER: those that never were in a pair, at the end
 *
 * Pairs are copied together, but for streamed rows that have one partner at most: where most of a
 * batch have one, its columns stay as they are and the partners' are put beside them.  Columns that
 * nobody reads (spec->wanted) are nulls.
 *
 * A streamed row's pairs may be more than fit a batch.  The cursor then stands in the middle of
 * them, and remembers whether one has passed the condition.
 */
#include "sql/physical/tables/join_probe.h"

#include "core/data/gather.h"

#include <string.h>

#define MAX_PAIRS RUSH_BATCH_MAX_ROWS

typedef struct
{
  RushIterator base;
  RushJoinSpec *spec;   /* (owned) */
  RushJoinTable *table; /* (owned) */
  RushIterator *streamed;
  RushTaskContext *ctx;
  RushEvalContext *eval;
  gboolean keeps_streamed; /* rows without a partner come out */
  gboolean keeps_build;
  guint8 *in_condition;  /* (owned) [pairs' columns] whether the condition reads it; or NULL */
  guint8 *build_matched; /* bits, keeps_build */
  gboolean streamed_ended;
  guint32 next_build; /* unmatched build rows: where to go on */

  RushBatch *batch; /* (owned) of streamed rows, or NULL */
  guint32 groups[RUSH_BATCH_MAX_ROWS];
  guint next_row;   /* cursor: the i-th streamed row that counts */
  guint next_match; /* and which of its matches */
  gboolean row_matched;

  guint n_pairs;
  guint32 streamed_rows[MAX_PAIRS]; /* physical */
  guint32 build_rows[MAX_PAIRS];
  guint32 ordinals[MAX_PAIRS]; /* which of the rows that count */
} Probe;

/* ---- specs ---- */

RushJoinSpec *
rush_join_spec_ref (RushJoinSpec *self)
{
  rush_ref_count_inc (&self->refs);
  return self;
}

void
rush_join_spec_unref (RushJoinSpec *self)
{
  if (self == NULL || !rush_ref_count_dec (&self->refs))
    return;
  rush_expr_list_unref (self->keys);
  rush_expr_unref (self->condition);
  rush_schema_unref (self->pairs);
  rush_schema_unref (self->output);
  g_free (self->wanted);
  g_free (self);
}

static gboolean
gives_streamed_rows (const RushJoinSpec *spec)
{
  return spec->type == RUSH_JOIN_LEFT_SEMI || spec->type == RUSH_JOIN_LEFT_ANTI ||
         spec->type == RUSH_JOIN_EXISTENCE;
}

/* ---- the streamed batch ---- */

static RushRows
rows_of (const RushBatch *batch)
{
  return (RushRows){ batch->selection != NULL ? (const guint16 *)batch->selection->bytes : NULL,
                     batch->length, batch->physical_length };
}

static gboolean
find_groups (Probe *self, GError **error)
{
  const RushExprList *keys = self->spec->keys;
  g_autofree RushColumn **columns = g_new0 (RushColumn *, keys->n + 1);
  RushRows rows = rows_of (self->batch);
  gboolean found = TRUE;

  for (guint k = 0; k < keys->n && found; k++)
    {
      columns[k] = rush_evaluate (keys->items[k], self->batch, self->eval, error);
      found = columns[k] != NULL;
    }
  if (found && keys->n > 0)
    found = rush_join_table_find (self->table, columns, &rows, self->groups, error);
  /* x NOT IN (…) is null for a null x. */
  if (found && self->spec->null_aware && self->table->n_rows > 0)
    for (guint i = 0; i < rows.n; i++)
      if (!rush_column_is_valid (columns[0], rush_eval_row (&rows, i)))
        self->groups[i] = 0;
  for (guint k = 0; k < keys->n; k++)
    if (columns[k] != NULL)
      rush_column_unref (columns[k]);
  return found;
}

/* FALSE without error: there is none. */
static gboolean
next_streamed (Probe *self, GError **error)
{
  g_clear_pointer (&self->batch, rush_batch_unref);
  self->next_row = self->next_match = 0;
  self->row_matched = FALSE;
  if (self->streamed_ended)
    return FALSE;
  self->batch = rush_iterator_next (self->streamed, error);
  return self->batch != NULL && find_groups (self, error);
}

/* How many build rows the @i-th streamed row could go with. */
static inline guint
matches_of (const Probe *self, guint i, const guint32 **out_rows, guint32 *out_first)
{
  if (self->spec->keys->n > 0)
    return rush_join_table_matches (self->table, self->groups[i], out_rows, out_first);
  *out_rows = NULL;
  *out_first = 0;
  return self->table->n_rows;
}

/* ---- pairs ---- */

static inline void
add_pair (Probe *self, guint ordinal, guint32 build_row)
{
  self->streamed_rows[self->n_pairs] = rush_batch_row (self->batch, ordinal);
  self->ordinals[self->n_pairs] = ordinal;
  self->build_rows[self->n_pairs++] = build_row;
}

/* Whether a streamed row has one partner at most. */
static gboolean
partners_are_unique (const Probe *self)
{
  return self->spec->keys->n > 0 && self->table->starts == NULL;
}

/* The pairs of a whole batch, whose rows have one partner at most: its group, which is its row. */
static void
fill_unique_pairs (Probe *self, gboolean with_lonely)
{
  RushRows rows = rows_of (self->batch);
  guint n = 0;

  G_STATIC_ASSERT (RUSH_NO_GROUP == RUSH_NO_ROW);
  for (guint i = 0; i < rows.n; i++)
    {
      self->streamed_rows[n] = rush_eval_row (&rows, i);
      self->ordinals[n] = i;
      self->build_rows[n] = self->groups[i];
      n += (guint)(with_lonely || self->groups[i] != RUSH_NO_GROUP);
    }
  self->n_pairs = n;
  self->next_row = rows.n;
}

/* As many as fit.  @with_lonely: rows without any match give a pair with no row (there is no
 * condition that could leave more rows alone); else there is room left for them. */
static void
fill_pairs (Probe *self, gboolean with_lonely)
{
  guint n_lonely = 0;

  self->n_pairs = 0;
  if (partners_are_unique (self))
    {
      fill_unique_pairs (self, with_lonely);
      return;
    }
  while (self->next_row < self->batch->length && self->n_pairs + n_lonely < MAX_PAIRS)
    {
      const guint32 *rows;
      guint32 first;
      guint n = matches_of (self, self->next_row, &rows, &first);

      if (n == 0 && with_lonely)
        add_pair (self, self->next_row, RUSH_NO_ROW);
      else if (n == 0)
        n_lonely++;
      for (; self->next_match < n && self->n_pairs + n_lonely < MAX_PAIRS; self->next_match++)
        add_pair (self, self->next_row,
                  rows != NULL ? rows[self->next_match] : first + self->next_match);
      if (self->next_match < n)
        return;
      self->next_row++;
      self->next_match = 0;
    }
}

/* Columns [first, first + n) of the pairs, which are those of one side, at @rows[n_rows] of it
 * (NULL: all rows, as they are); those that @wanted, if it is given, leaves out are nulls. */
static gboolean
take_side (Probe *self, gboolean build, const guint32 *rows, guint n_rows, const guint8 *wanted,
           RushColumn **out, guint first, guint n, GError **error)
{
  RushColumn *const *from = build ? self->table->columns : self->batch->columns;
  RushAllocator *allocator = self->eval->allocator;

  for (guint c = 0; c < n; c++)
    {
      if (wanted != NULL && !wanted[first + c])
        out[first + c] = rush_column_new_constant_null (from[c]->type, n_rows, allocator, error);
      else if (rows == NULL)
        out[first + c] = rush_column_ref (from[c]);
      else
        out[first + c] = rush_column_take (from[c], rows, n_rows, allocator, error);
      if (out[first + c] == NULL)
        return FALSE;
    }
  return TRUE;
}

/* Left and right columns: @streamed_rows of the batch (NULL: all) along @build_rows of the
 * table. */
static RushBatch *
columns_of (Probe *self, RushSchema *schema, const guint32 *streamed_rows,
            const guint32 *build_rows, guint n_rows, const guint8 *wanted, GError **error)
{
  guint n_left = self->spec->n_left, n = self->spec->pairs->n_fields;
  gboolean build_left = self->spec->build_left;
  g_autofree RushColumn **columns = g_new0 (RushColumn *, n + 1);

  if (take_side (self, build_left, build_left ? build_rows : streamed_rows, n_rows, wanted, columns,
                 0, n_left, error) &&
      take_side (self, !build_left, build_left ? streamed_rows : build_rows, n_rows, wanted,
                 columns, n_left, n - n_left, error))
    return rush_batch_new (schema, n_rows, columns);
  for (guint c = 0; c < n; c++)
    if (columns[c] != NULL)
      rush_column_unref (columns[c]);
  return NULL;
}

/* Whether the streamed columns may stay as they are, and the build rows be put beside them: each
 * row is in one pair at most, and most of them are in one. */
static gboolean
stays_in_place (const Probe *self)
{
  return partners_are_unique (self) && self->n_pairs >= self->batch->physical_length / 4 * 3;
}

/* The streamed batch with the build side's columns beside its own, and a selection of the rows that
 * are in a pair.  The other rows have some partner, which nobody will see. */
static RushBatch *
pairs_in_place (Probe *self, RushSchema *schema, const guint8 *wanted, GError **error)
{
  guint n = self->batch->physical_length;
  guint32 build_rows[RUSH_BATCH_MAX_ROWS];
  g_autoptr (RushBatch) whole = NULL;
  RushBuffer *selection;

  if (self->n_pairs == n)
    return columns_of (self, schema, NULL, self->build_rows, n, wanted, error);
  for (guint row = 0; row < n; row++)
    build_rows[row] = self->build_rows[0];
  for (guint p = 0; p < self->n_pairs; p++)
    build_rows[self->streamed_rows[p]] = self->build_rows[p];
  whole = columns_of (self, schema, NULL, build_rows, n, wanted, error);
  selection = whole != NULL
                  ? rush_buffer_new (self->eval->allocator, self->n_pairs * sizeof (guint16), error)
                  : NULL;
  if (selection == NULL)
    return NULL;
  for (guint p = 0; p < self->n_pairs; p++)
    ((guint16 *)selection->bytes)[p] = (guint16)self->streamed_rows[p];
  return rush_batch_select (whole, selection, self->n_pairs);
}

/* The pairs as a batch of left and right columns, the @p-th pair in row @p. */
static RushBatch *
pair_batch (Probe *self, RushSchema *schema, const guint8 *wanted, GError **error)
{
  return columns_of (self, schema, self->streamed_rows, self->build_rows, self->n_pairs, wanted,
                     error);
}

/* What comes out of the pairs. */
static RushBatch *
joined_batch (Probe *self, GError **error)
{
  const RushJoinSpec *spec = self->spec;

  return stays_in_place (self) ? pairs_in_place (self, spec->output, spec->wanted, error)
                               : pair_batch (self, spec->output, spec->wanted, error);
}

static void
note_build_row (Probe *self, guint32 row)
{
  if (self->build_matched != NULL && row != RUSH_NO_ROW)
    rush_bit_set (self->build_matched, row);
}

/* Which pairs pass the condition: @passed[pair].  FALSE: it failed. */
static gboolean
check_pairs (Probe *self, guint8 *passed, GError **error)
{
  g_autoptr (RushBatch) pairs = pair_batch (self, self->spec->pairs, self->in_condition, error);
  g_autoptr (GError) failure = NULL;
  g_autoptr (RushBatch) kept = NULL;

  memset (passed, 0, self->n_pairs);
  if (pairs == NULL)
    return FALSE;
  kept = rush_evaluate_filter (self->spec->condition, pairs, self->eval, &failure);
  if (failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  for (guint i = 0; kept != NULL && i < kept->length; i++)
    passed[rush_batch_row (kept, i)] = TRUE;
  return TRUE;
}

/* Leaves the pairs that passed; where the side is kept, a row none of whose pairs has passed gets
 * one with no row.  @first_row: of the streamed rows that these pairs are about. */
static void
keep_passed (Probe *self, const guint8 *passed, guint first_row)
{
  g_autofree guint32 *ordinals = g_memdup2 (self->ordinals, self->n_pairs * sizeof (guint32));
  g_autofree guint32 *build_rows = g_memdup2 (self->build_rows, self->n_pairs * sizeof (guint32));
  guint n = self->n_pairs, at = 0;

  self->n_pairs = 0;
  for (guint row = first_row; row <= self->next_row && row < self->batch->length; row++)
    {
      for (; at < n && ordinals[at] == row; at++)
        if (passed[at])
          {
            add_pair (self, row, build_rows[at]);
            self->row_matched = TRUE;
          }
      if (row == self->next_row)
        break; /* more of its pairs are to come */
      if (!self->row_matched && self->keeps_streamed)
        add_pair (self, row, RUSH_NO_ROW);
      self->row_matched = FALSE;
    }
}

/* The next pairs of the batch that come out; there may be none. */
static gboolean
next_pairs (Probe *self, GError **error)
{
  guint first_row = self->next_row;
  guint8 passed[MAX_PAIRS];

  fill_pairs (self, self->keeps_streamed && self->spec->condition == NULL);
  if (self->spec->condition != NULL)
    {
      if (self->n_pairs > 0 && !check_pairs (self, passed, error))
        return FALSE;
      keep_passed (self, passed, first_row);
    }
  for (guint p = 0; self->build_matched != NULL && p < self->n_pairs; p++)
    note_build_row (self, self->build_rows[p]);
  return TRUE;
}

/* ---- streamed rows ---- */

/* matched[i]: the i-th row that counts has a partner. */
static gboolean
match_rows (Probe *self, guint8 *matched, GError **error)
{
  guint8 passed[MAX_PAIRS];

  memset (matched, 0, self->batch->length);
  if (self->spec->condition == NULL)
    {
      for (guint i = 0; i < self->batch->length; i++)
        {
          const guint32 *rows;
          guint32 first;
          matched[i] = matches_of (self, i, &rows, &first) > 0;
        }
      return TRUE;
    }
  while (self->next_row < self->batch->length)
    {
      fill_pairs (self, FALSE);
      if (self->n_pairs > 0 && !check_pairs (self, passed, error))
        return FALSE;
      for (guint p = 0; p < self->n_pairs; p++)
        matched[self->ordinals[p]] |= passed[p];
    }
  return TRUE;
}

static RushBatch *
select_rows (Probe *self, const guint8 *matched, gboolean wanted, GError **error)
{
  RushBuffer *rows = rush_buffer_new (self->eval->allocator,
                                      MAX (self->batch->length, 1) * sizeof (guint16), error);
  g_autoptr (RushBatch) selected = NULL;
  g_autofree guint *columns = g_new (guint, self->batch->schema->n_fields + 1);
  guint n = 0;

  if (rows == NULL)
    return NULL;
  for (guint i = 0; i < self->batch->length; i++)
    if ((matched[i] != 0) == wanted)
      ((guint16 *)rows->bytes)[n++] = (guint16)rush_batch_row (self->batch, i);
  selected = rush_batch_select (self->batch, rows, n);
  for (guint c = 0; c < self->batch->schema->n_fields; c++)
    columns[c] = c;
  return rush_batch_project (selected, self->spec->output, columns);
}

/* The batch with one more column: whether the row has a partner. */
static RushBatch *
with_existence (Probe *self, const guint8 *matched, GError **error)
{
  guint n = self->batch->schema->n_fields, length = self->batch->physical_length;
  RushBuffer *bits = rush_buffer_new (self->eval->allocator, (length + 7) / 8, error);
  g_autofree RushColumn **columns = g_new (RushColumn *, n + 1);
  RushBatch *all, *selected;

  if (bits == NULL)
    return NULL;
  memset (bits->bytes, 0, (length + 7) / 8);
  for (guint i = 0; i < self->batch->length; i++)
    if (matched[i])
      rush_bit_set (bits->bytes, rush_batch_row (self->batch, i));
  for (guint c = 0; c < n; c++)
    columns[c] = rush_column_ref (self->batch->columns[c]);
  columns[n] = rush_column_new_plain (&RUSH_BOOL, length, NULL, 0, bits, NULL, 0);
  all = rush_batch_new (self->spec->output, length, columns);
  if (self->batch->selection == NULL)
    return all;
  selected = rush_batch_select (all, rush_buffer_ref (self->batch->selection), self->batch->length);
  rush_batch_unref (all);
  return selected;
}

static RushBatch *
next_of_streamed (Probe *self, GError **error)
{
  while (next_streamed (self, error))
    {
      guint8 matched[RUSH_BATCH_MAX_ROWS];
      RushBatch *out;

      if (self->spec->null_aware && self->table->has_null_key)
        continue;
      if (!match_rows (self, matched, error))
        return NULL;
      out = self->spec->type == RUSH_JOIN_EXISTENCE
                ? with_existence (self, matched, error)
                : select_rows (self, matched, self->spec->type == RUSH_JOIN_LEFT_SEMI, error);
      if (out == NULL || out->length > 0)
        return out;
      rush_batch_unref (out);
    }
  return NULL;
}

/* ---- build rows ---- */

/* Pairs of no streamed row and build rows that had no partner. */
static RushBatch *
next_lonely_build (Probe *self, GError **error)
{
  guint n_left = self->spec->n_left, n = self->spec->pairs->n_fields;
  guint build_first = self->spec->build_left ? 0 : n_left;
  guint build_end = self->spec->build_left ? n_left : n;
  g_autofree RushColumn **columns = g_new0 (RushColumn *, n + 1);
  gboolean made = TRUE;

  for (self->n_pairs = 0; self->next_build < self->table->n_rows && self->n_pairs < MAX_PAIRS;
       self->next_build++)
    if (!rush_bit_get (self->build_matched, self->next_build))
      self->build_rows[self->n_pairs++] = self->next_build;
  if (self->n_pairs == 0)
    return NULL;
  for (guint c = 0; c < n && made; c++)
    {
      if (c >= build_first && c < build_end &&
          (self->spec->wanted == NULL || self->spec->wanted[c]))
        columns[c] = rush_column_take (self->table->columns[c - build_first], self->build_rows,
                                       self->n_pairs, self->eval->allocator, error);
      else
        columns[c] = rush_column_new_constant_null (self->spec->pairs->fields[c].type,
                                                    self->n_pairs, self->eval->allocator, error);
      made = columns[c] != NULL;
    }
  if (made)
    return rush_batch_new (self->spec->output, self->n_pairs, columns);
  for (guint c = 0; c < n; c++)
    if (columns[c] != NULL)
      rush_column_unref (columns[c]);
  return NULL;
}

/* ---- the iterator ---- */

static gboolean
reserve_build_bits (Probe *self, GError **error)
{
  gsize bytes = self->table->n_rows / 8 + 1;

  self->build_matched = rush_alloc (self->eval->allocator, bytes, error);
  if (self->build_matched != NULL)
    memset (self->build_matched, 0, bytes);
  return self->build_matched != NULL;
}

static RushBatch *
probe_next (RushIterator *base, GError **error)
{
  Probe *self = (Probe *)base;
  g_autoptr (GError) failure = NULL;

  if (self->keeps_build && self->build_matched == NULL && !reserve_build_bits (self, error))
    return NULL;
  if (gives_streamed_rows (self->spec))
    return next_of_streamed (self, error);
  while (!self->streamed_ended)
    {
      if (!rush_task_context_check (self->ctx, error))
        return NULL;
      if ((self->batch == NULL || self->next_row == self->batch->length) &&
          !next_streamed (self, &failure))
        {
          self->streamed_ended = failure == NULL;
          break;
        }
      if (!next_pairs (self, &failure))
        break;
      if (self->n_pairs > 0)
        return joined_batch (self, error);
    }
  if (failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return NULL;
    }
  return self->keeps_build ? next_lonely_build (self, error) : NULL;
}

static void
probe_close (RushIterator *base)
{
  Probe *self = (Probe *)base;

  rush_iterator_close (self->streamed);
  rush_batch_unref (self->batch);
  if (self->build_matched != NULL)
    rush_free (self->eval->allocator, self->build_matched, self->table->n_rows / 8 + 1);
  rush_join_table_unref (self->table);
  rush_join_spec_unref (self->spec);
  g_free (self->in_condition);
  g_free (self);
}

static void
note_columns (const RushExpr *expr, guint8 *columns, guint n)
{
  if (expr->kind == RUSH_EXPR_BOUND && expr->as.bound.ordinal < n)
    columns[expr->as.bound.ordinal] = TRUE;
  for (guint i = 0; i < expr->n_children; i++)
    note_columns (expr->children[i], columns, n);
}

static const RushIteratorClass probe_class = { probe_next, probe_close };

RushIterator *
rush_join_probe_new (RushJoinSpec *spec, RushJoinTable *table, RushIterator *streamed,
                     RushTaskContext *ctx, RushEvalContext *eval)
{
  Probe *self = g_new0 (Probe, 1);
  RushJoinType type = spec->type;

  self->base.klass = &probe_class;
  self->spec = rush_join_spec_ref (spec);
  self->table = rush_join_table_ref (table);
  self->streamed = streamed;
  self->ctx = ctx;
  self->eval = eval;
  if (spec->condition != NULL)
    {
      self->in_condition = g_new0 (guint8, spec->pairs->n_fields + 1);
      note_columns (spec->condition, self->in_condition, spec->pairs->n_fields);
    }
  self->keeps_streamed = type == RUSH_JOIN_FULL_OUTER ||
                         (type == RUSH_JOIN_LEFT_OUTER && !spec->build_left) ||
                         (type == RUSH_JOIN_RIGHT_OUTER && spec->build_left);
  self->keeps_build = type == RUSH_JOIN_FULL_OUTER ||
                      (type == RUSH_JOIN_LEFT_OUTER && spec->build_left) ||
                      (type == RUSH_JOIN_RIGHT_OUTER && !spec->build_left);
  return &self->base;
}
