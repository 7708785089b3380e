/* row_iterator.c - pulls batches, pushes their rows through a function, hands out what it emits.
 *
 *     parent ── batch ──▶ for each row: func (row, emitter) ──▶ builder ──▶ full batches ──▶ out
 *
 * It stops in the middle of a parent's batch as soon as something is full, so that a function that
 * makes a thousand rows of one holds no more than one row's worth.  At the end of a parent's batch
 * what there is goes out, so that a reader who wants few rows (take) does not wait for 8,192.
 */
#include "rdd/transform/row_iterator.h"

#include "rdd/emitter_private.h"

typedef struct
{
  RushIterator base;
  const RushRowStep *step;
  RushTaskContext *ctx;
  RushIterator *rows; /* (owned) */
  RushEmitter emitter;
  RushBatch *batch; /* of the parent, being worked on; or NULL */
  guint next_row;   /* in batch */
} RowIterator;

static void
apply_to_row (RowIterator *self, const RushRow *row)
{
  const RushRowStep *step = self->step;
  RushEmitter *out = &self->emitter;
  guint64 before = out->n_rows;

  out->key_of = step->keep_key ? row : NULL;
  step->func (row, out, step->data);
  out->key_of = NULL;
  if (step->append_row && out->error == NULL)
    {
      if (out->column != 1 || out->n_rows != before)
        rush_emitter_fail (out, "the function of %s must emit one value, the key",
                           step->operator_name);
      rush_emit_row (out, row);
    }
  if (rush_emitter_check (out, step->operator_name) && step->one_for_one &&
      out->n_rows != before + 1)
    rush_emitter_fail (out,
                       "the function of %s must emit one row for each row, and emitted %u; "
                       "flatMap takes any number",
                       step->operator_name, (guint)(out->n_rows - before));
}

/* Works until something is full or the batch is done. */
static void
work_on_batch (RowIterator *self)
{
  while (self->next_row < self->batch->length && g_queue_is_empty (&self->emitter.full) &&
         self->emitter.error == NULL)
    {
      RushRow row = rush_batch_nth (self->batch, self->next_row++);

      apply_to_row (self, &row);
    }
  if (self->next_row == self->batch->length)
    {
      g_clear_pointer (&self->batch, rush_batch_unref);
      rush_emitter_flush (&self->emitter);
    }
}

static RushBatch *
row_iterator_next (RushIterator *base, GError **error)
{
  RowIterator *self = (RowIterator *)base;

  while (g_queue_is_empty (&self->emitter.full) && self->emitter.error == NULL)
    {
      if (self->batch == NULL)
        {
          if (!rush_task_context_check (self->ctx, error))
            return NULL;
          self->batch = rush_iterator_next (self->rows, error);
          self->next_row = 0;
          if (self->batch == NULL)
            return NULL;
        }
      work_on_batch (self);
    }
  if (self->emitter.error != NULL)
    {
      g_propagate_error (error, g_error_copy (self->emitter.error));
      return NULL;
    }
  return g_queue_pop_head (&self->emitter.full);
}

static void
row_iterator_close (RushIterator *base)
{
  RowIterator *self = (RowIterator *)base;

  g_clear_pointer (&self->batch, rush_batch_unref);
  rush_emitter_clear (&self->emitter);
  rush_iterator_close (self->rows);
  g_free (self);
}

static const RushIteratorClass row_iterator_class = { row_iterator_next, row_iterator_close };

RushIterator *
rush_row_step_apply (RushIterator *rows, guint split, RushTaskContext *ctx, gpointer step,
                     GError **error)
{
  RowIterator *self = g_new0 (RowIterator, 1);

  self->base.klass = &row_iterator_class;
  self->step = step;
  self->ctx = ctx;
  self->rows = rows;
  rush_emitter_init (&self->emitter, self->step->schema, ctx->allocator);
  return &self->base;
}

void
rush_row_step_free (gpointer data)
{
  RushRowStep *self = data;

  if (self->free_data != NULL)
    self->free_data (self->data);
  rush_schema_unref (self->schema);
  g_free (self);
}

RushRowStep *
rush_row_step_new (const char *operator_name, RushSchema *schema, RushRowFunc func, gpointer data,
                   GDestroyNotify free_data)
{
  RushRowStep *self = g_new0 (RushRowStep, 1);

  self->operator_name = operator_name;
  self->schema = rush_schema_ref (schema);
  self->func = func;
  self->data = data;
  self->free_data = free_data;
  return self;
}
