/* messages.c - slots, and folding into them, on both ends of a shuffle; see messages.h.
 *
 * Numbers begin with what folding does not notice (0; the largest; the smallest), so merging a
 * piece needs no look at who has received.  Lists are noted as they come, (to, value) pairs, and
 * put in order of the receivers by one counting sort when they leave.
 */
#include "graph/messages.h"

#include <math.h>
#include <string.h>

#define INTS(buffer) ((gint32 *)(gpointer)(buffer)->bytes)
#define LONGS(buffer) ((gint64 *)(gpointer)(buffer)->bytes)
#define DOUBLES(buffer) ((double *)(gpointer)(buffer)->bytes)

/* ---- slots ---- */

static gint64
first_int (RushMessageOp op)
{
  return op == RUSH_MESSAGE_MIN ? G_MAXINT64 : op == RUSH_MESSAGE_MAX ? G_MININT64 : 0;
}

static double
first_double (RushMessageOp op)
{
  return op == RUSH_MESSAGE_MIN ? INFINITY : op == RUSH_MESSAGE_MAX ? -INFINITY : 0;
}

static gboolean
slots_init (RushMessageSlots *self, const RushMessageField *field, guint n,
            RushAllocator *allocator, GError **error)
{
  self->field = *field;
  if (field->op == RUSH_MESSAGE_LIST)
    return TRUE;
  self->values = rush_buffer_new (allocator, n * sizeof (gint64), error);
  if (self->values == NULL)
    return FALSE;
  if (field->type == &RUSH_FLOAT64)
    for (guint i = 0; i < n; i++)
      DOUBLES (self->values)[i] = first_double (field->op);
  else
    for (guint i = 0; i < n; i++)
      LONGS (self->values)[i] = first_int (field->op);
  return TRUE;
}

gboolean
rush_messages_init (RushMessages *self, const RushMessageField *fields, guint n_fields, guint n,
                    RushAllocator *allocator, GError **error)
{
  *self = (RushMessages){ .allocator = allocator, .n = n, .n_fields = n_fields };
  self->fields = g_new0 (RushMessageSlots, n_fields);
  self->received_by = rush_buffer_new (allocator, n, error);
  gboolean ready = self->received_by != NULL;
  for (guint f = 0; ready && f < n_fields; f++)
    ready = slots_init (&self->fields[f], &fields[f], n, allocator, error);
  if (!ready)
    {
      rush_messages_clear (self);
      return FALSE;
    }
  self->received = self->received_by->bytes;
  memset (self->received, 0, n);
  return TRUE;
}

void
rush_messages_clear (RushMessages *self)
{
  for (guint f = 0; f < self->n_fields; f++)
    {
      rush_buffer_unref (self->fields[f].values);
      rush_buffer_unref (self->fields[f].to);
    }
  g_clear_pointer (&self->fields, g_free);
  g_clear_pointer (&self->received_by, rush_buffer_unref);
  self->n_fields = 0;
}

/* ---- sending ---- */

static inline gint64
fold_int (RushMessageOp op, gint64 a, gint64 b)
{
  switch (op)
    {
    case RUSH_MESSAGE_SUM:
      return (gint64)((guint64)a + (guint64)b);
    case RUSH_MESSAGE_MIN:
      return MIN (a, b);
    case RUSH_MESSAGE_MAX:
      return MAX (a, b);
    case RUSH_MESSAGE_LIST:
      break;
    }
  g_assert_not_reached ();
}

static inline double
fold_double (RushMessageOp op, double a, double b)
{
  switch (op)
    {
    case RUSH_MESSAGE_SUM:
      return a + b;
    case RUSH_MESSAGE_MIN:
      return fmin (a, b);
    case RUSH_MESSAGE_MAX:
      return fmax (a, b);
    case RUSH_MESSAGE_LIST:
      break;
    }
  g_assert_not_reached ();
}

void
rush_messages_send_int (RushMessages *self, guint field, gint32 to, gint64 value)
{
  gint64 *slot = &LONGS (self->fields[field].values)[to];

  *slot = fold_int (self->fields[field].field.op, *slot, value);
  self->received[to] = 1;
}

void
rush_messages_send_double (RushMessages *self, guint field, gint32 to, double value)
{
  double *slot = &DOUBLES (self->fields[field].values)[to];

  *slot = fold_double (self->fields[field].field.op, *slot, value);
  self->received[to] = 1;
}

static RushBuffer *
grown (RushBuffer *old, gsize used, gsize size, RushAllocator *allocator, GError **error)
{
  RushBuffer *new = rush_buffer_new (allocator, size, error);

  if (new != NULL && used > 0)
    memcpy (new->bytes, old->bytes, used);
  return new;
}

/* Room for @n_more in a LIST. */
static gboolean
reserve (RushMessageSlots *self, guint64 n_more, RushAllocator *allocator, GError **error)
{
  gsize room = self->to != NULL ? self->to->size / sizeof (gint32) : 0;
  gsize wish = MAX (MAX (room * 2, 1024), self->n_sent + n_more);
  RushBuffer *to, *values;

  if (self->n_sent + n_more <= room)
    return TRUE;
  if (self->n_sent + n_more > G_MAXINT32)
    {
      g_set_error_literal (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                           "more than 2147483647 messages in one partition; use more partitions");
      return FALSE;
    }
  to = grown (self->to, self->n_sent * sizeof (gint32), wish * sizeof (gint32), allocator, error);
  if (to == NULL)
    return FALSE;
  values = grown (self->values, self->n_sent * sizeof (gint64), wish * sizeof (gint64), allocator,
                  error);
  if (values == NULL)
    {
      rush_buffer_unref (to);
      return FALSE;
    }
  rush_buffer_unref (self->to);
  rush_buffer_unref (self->values);
  self->to = to;
  self->values = values;
  return TRUE;
}

gboolean
rush_messages_append_int (RushMessages *self, guint field, gint32 to, gint64 value, GError **error)
{
  RushMessageSlots *slots = &self->fields[field];

  if (!reserve (slots, 1, self->allocator, error))
    return FALSE;
  LONGS (slots->values)[slots->n_sent] = value;
  INTS (slots->to)[slots->n_sent++] = to;
  self->received[to] = 1;
  return TRUE;
}

/* ---- as columns ---- */

const RushType *
rush_message_column_type (const RushMessageField *field)
{
  return field->op == RUSH_MESSAGE_LIST ? rush_array_of (field->type, FALSE) : field->type;
}

/* What was sent, by receiver: [n] arrays. */
static RushColumn *
lists_to_column (const RushMessages *self, const RushMessageSlots *slots, GError **error)
{
  g_autoptr (RushBuffer) starts =
      rush_buffer_new (self->allocator, (self->n + 1) * sizeof (gint32), error);
  RushBuffer *values =
      starts != NULL ? rush_buffer_new (self->allocator, slots->n_sent * sizeof (gint64), error)
                     : NULL;

  if (values == NULL)
    return NULL;
  gint32 *at = INTS (starts);
  memset (at, 0, starts->size);
  for (guint i = 0; i < slots->n_sent; i++)
    at[INTS (slots->to)[i] + 1]++;
  for (guint i = 0; i < self->n; i++)
    at[i + 1] += at[i];
  for (guint i = 0; i < slots->n_sent; i++)
    LONGS (values)[at[INTS (slots->to)[i]]++] = LONGS (slots->values)[i];
  memmove (at + 1, at, self->n * sizeof *at); /* each start has moved to the next one's place */
  at[0] = 0;
  return rush_array_cut (rush_array_numbers (slots->field.type, slots->n_sent, values),
                         rush_message_column_type (&slots->field), at, self->n, self->allocator,
                         error);
}

gboolean
rush_messages_to_columns (RushMessages *self, RushColumn **out, GError **error)
{
  for (guint f = 0; f < self->n_fields; f++)
    {
      RushMessageSlots *slots = &self->fields[f];

      out[f] =
          slots->field.op == RUSH_MESSAGE_LIST
              ? lists_to_column (self, slots, error)
              : rush_array_numbers (slots->field.type, self->n, rush_buffer_ref (slots->values));
      if (out[f] != NULL)
        continue;
      rush_columns_clear (out, f);
      return FALSE;
    }
  return TRUE;
}

/* ---- the way home ---- */

enum
{
  WIRE_TO,
  WIRE_FROM,
  WIRE_RECEIVED, /* empty: everybody has */
  WIRE_FIELDS,
};

RushSchema *
rush_messages_wire_schema (const RushMessageField *fields, guint n_fields)
{
  g_autofree RushField *columns = g_new (RushField, WIRE_FIELDS + n_fields);

  columns[WIRE_TO] = (RushField){ (char *)"to", &RUSH_INT32, FALSE };
  columns[WIRE_FROM] = (RushField){ (char *)"from", &RUSH_INT32, FALSE };
  columns[WIRE_RECEIVED] =
      (RushField){ (char *)"received", rush_array_of (&RUSH_INT8, FALSE), FALSE };
  for (guint f = 0; f < n_fields; f++)
    columns[WIRE_FIELDS + f] =
        (RushField){ (char *)fields[f].name,
                     rush_array_of (rush_message_column_type (&fields[f]), FALSE), FALSE };
  return rush_schema_new (WIRE_FIELDS + n_fields, columns);
}

/* Numbers of homes, and of the sender. */
static gboolean
address (guint n_homes, guint from, RushAllocator *allocator, RushColumn **out, GError **error)
{
  RushBuffer *to = rush_buffer_new (allocator, n_homes * sizeof (gint32), error);

  if (to == NULL)
    return FALSE;
  for (guint h = 0; h < n_homes; h++)
    INTS (to)[h] = (gint32)h;
  out[WIRE_TO] = rush_array_numbers (&RUSH_INT32, n_homes, to);
  out[WIRE_FROM] = rush_column_new_constant_int (&RUSH_INT32, from, n_homes, allocator, error);
  return out[WIRE_FROM] != NULL;
}

/* Homes none of whose mirrors have received are passed over. */
static RushBatch *
without_silence (const RushMessages *self, const RushEdgePartition *edges, RushBatch *batch,
                 GError **error)
{
  RushBuffer *chosen = rush_buffer_new (self->allocator, edges->n_homes * sizeof (guint16), error);
  RushBatch *selected = NULL;
  guint n = 0;

  if (chosen != NULL)
    {
      for (guint h = 0; h < edges->n_homes; h++)
        {
          guint from = (guint)edges->homes[h], length = (guint)edges->homes[h + 1] - from;

          ((guint16 *)(gpointer)chosen->bytes)[n] = (guint16)h;
          n += length > 0 && (self->everybody || memchr (self->received + from, 1, length) != NULL);
        }
      selected = rush_batch_select (batch, chosen, n);
    }
  rush_batch_unref (batch);
  return selected;
}

/* Who has received, cut by home; nothing at all if everybody has. */
static RushColumn *
received_to_wire (const RushMessages *self, const RushEdgePartition *edges, GError **error)
{
  g_autofree gint32 *nobody = g_new0 (gint32, edges->n_homes + 1);
  RushColumn *bytes = rush_array_numbers (&RUSH_INT8, self->everybody ? 0 : self->n,
                                          rush_buffer_ref (self->received_by));

  return rush_array_cut (bytes, rush_array_of (&RUSH_INT8, FALSE),
                         self->everybody ? nobody : edges->homes, edges->n_homes, self->allocator,
                         error);
}

RushBatch *
rush_messages_to_wire (RushMessages *self, const RushEdgePartition *edges, guint from,
                       RushSchema *schema, GError **error)
{
  g_autofree RushColumn **fields = g_new0 (RushColumn *, self->n_fields);
  g_autofree RushColumn **columns = g_new0 (RushColumn *, schema->n_fields);
  gboolean whole;

  if (!rush_messages_to_columns (self, fields, error))
    return NULL;
  whole = address (edges->n_homes, from, self->allocator, columns, error) &&
          (columns[WIRE_RECEIVED] = received_to_wire (self, edges, error)) != NULL;
  for (guint f = 0; whole && f < self->n_fields; f++)
    {
      columns[WIRE_FIELDS + f] =
          rush_array_cut (g_steal_pointer (&fields[f]), schema->fields[WIRE_FIELDS + f].type,
                          edges->homes, edges->n_homes, self->allocator, error);
      whole = columns[WIRE_FIELDS + f] != NULL;
    }
  rush_columns_clear (fields, self->n_fields);
  if (whole)
    return without_silence (self, edges, rush_batch_new (schema, edges->n_homes, columns), error);
  rush_columns_clear (columns, schema->n_fields);
  return NULL;
}

/* ---- at home ---- */

/* One piece of numbers along its route. */
#define FOLD_ALONG(type, slots, values, route, n, fold)                                            \
  for (guint i = 0; i < (n); i++)                                                                  \
    {                                                                                              \
      type *slot = &(slots)[(route)[i]];                                                           \
      *slot = fold (*slot, (values)[i]);                                                           \
    }
#define ADD_LONG(a, b) ((gint64)((guint64)(a) + (guint64)(b)))
#define ADD_DOUBLE(a, b) ((a) + (b))

static void
fold_numbers (RushMessageSlots *self, gconstpointer values, const gint32 *route, guint n)
{
  const gint64 *ints = values;
  const double *doubles = values;

  if (self->field.type == &RUSH_FLOAT64)
    switch (self->field.op)
      {
      case RUSH_MESSAGE_SUM:
        FOLD_ALONG (double, DOUBLES (self->values), doubles, route, n, ADD_DOUBLE);
        return;
      case RUSH_MESSAGE_MIN:
        FOLD_ALONG (double, DOUBLES (self->values), doubles, route, n, fmin);
        return;
      case RUSH_MESSAGE_MAX:
        FOLD_ALONG (double, DOUBLES (self->values), doubles, route, n, fmax);
        return;
      case RUSH_MESSAGE_LIST:
        break;
      }
  switch (self->field.op)
    {
    case RUSH_MESSAGE_SUM:
      FOLD_ALONG (gint64, LONGS (self->values), ints, route, n, ADD_LONG);
      return;
    case RUSH_MESSAGE_MIN:
      FOLD_ALONG (gint64, LONGS (self->values), ints, route, n, MIN);
      return;
    case RUSH_MESSAGE_MAX:
      FOLD_ALONG (gint64, LONGS (self->values), ints, route, n, MAX);
      return;
    case RUSH_MESSAGE_LIST:
      break;
    }
  g_assert_not_reached ();
}

/* One piece of lists along its route. */
static gboolean
append_lists (RushMessageSlots *self, const RushColumn *lists, const gint32 *route,
              RushAllocator *allocator, GError **error)
{
  const gint64 *values = rush_column_numbers (rush_column_child (lists, 0));

  for (guint i = 0; i < lists->length; i++)
    {
      RushListView list = rush_column_get_list (lists, i);

      if (!reserve (self, (guint)list.length, allocator, error))
        return FALSE;
      memcpy (LONGS (self->values) + self->n_sent, values + list.offset,
              (gsize)list.length * sizeof (gint64));
      for (gint32 k = 0; k < list.length; k++)
        INTS (self->to)[self->n_sent++] = route[i];
    }
  return TRUE;
}

static void
merge_received (RushMessages *self, const RushBatch *batch, guint row, const gint32 *route, guint n)
{
  const guint8 *received = rush_arrays_numbers (batch, WIRE_RECEIVED, row);
  gboolean everybody = rush_arrays_length (batch, WIRE_RECEIVED, row) == 0;

  for (guint i = 0; i < n; i++)
    self->received[route[i]] |= everybody ? 1 : received[i];
}

/* Whether a piece has what its route says: it may have been computed again, of other edges. */
static gboolean
fits_route (const RushMessages *self, const RushBatch *batch, guint row, guint n)
{
  guint received = rush_arrays_length (batch, WIRE_RECEIVED, row);

  for (guint f = 0; f < self->n_fields; f++)
    if (rush_arrays_length (batch, WIRE_FIELDS + f, row) != n)
      return FALSE;
  return received == 0 || received == n;
}

static gboolean
merge_piece (RushMessages *self, const RushVertexPartition *vertices, const RushBatch *batch,
             guint row, GError **error)
{
  gint64 from = rush_column_get_int (batch->columns[WIRE_FROM], row);
  const gint32 *route = vertices->routes + vertices->route_starts[from];
  guint n = (guint)(vertices->route_starts[from + 1] - vertices->route_starts[from]);

  if (!fits_route (self, batch, row, n))
    return rush_set_error_graph_differs (error);
  merge_received (self, batch, row, route, n);
  for (guint f = 0; f < self->n_fields; f++)
    {
      if (self->fields[f].field.op != RUSH_MESSAGE_LIST)
        fold_numbers (&self->fields[f], rush_arrays_numbers (batch, WIRE_FIELDS + f, row), route,
                      n);
      else
        {
          g_autoptr (RushColumn) lists = rush_arrays_elements (batch, WIRE_FIELDS + f, row);

          if (!append_lists (&self->fields[f], lists, route, self->allocator, error))
            return FALSE;
        }
    }
  return TRUE;
}

gboolean
rush_messages_merge (RushMessages *self, const RushVertexPartition *vertices, RushIterator *rows,
                     RushTaskContext *ctx, GError **error)
{
  g_autoptr (GPtrArray) batches = rush_arrays_all (rows, ctx, error);

  if (batches == NULL)
    return FALSE;
  for (guint b = 0; b < batches->len; b++)
    {
      const RushBatch *batch = batches->pdata[b];

      for (guint i = 0; i < batch->length; i++)
        if (!merge_piece (self, vertices, batch, i, error))
          return FALSE;
    }
  return TRUE;
}
