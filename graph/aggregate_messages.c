/* aggregate_messages.c - a round: the edge side sends, the vertex side folds and changes.
 *
 *     stage 1   vertices, attributes ─▶ ship            │ tasks: vertex partitions
 *     stage 2   edges, shipped ─▶ view ─▶ send ─▶ wire  │ tasks: edge partitions
 *     stage 3   vertices, attributes, wire ─▶ change    │ tasks: vertex partitions
 *
 * Without attributes to look at there is no stage 1.
 */
#include "graph/aggregate_messages.h"

#include "core/data/bitmap.h"
#include "graph/edge_cut.h"
#include "graph/replicated_view.h"
#include "rdd/call_site.h"
#include "rdd/transform/map_partitions.h"
#include "rdd/transform/zip_partitions.h"

#include <string.h>

/* ---- a program, as long as an RDD runs it ---- */

typedef struct
{
  RushMessageProgram program;
  RushMessageField *fields; /* (owned) */
  const RushType **types;   /* of what it looks at */
  RushSchema *wire;         /* (owned) */
} Sender;

static Sender *
sender_new (const RushMessageProgram *program, const RushSchema *vertices)
{
  Sender *self = g_new0 (Sender, 1);

  self->program = *program;
  self->fields = g_memdup2 (program->fields, program->n_fields * sizeof *program->fields);
  self->types = g_new0 (const RushType *, program->n_looks_at);
  for (guint i = 0; i < program->n_looks_at; i++)
    self->types[i] = vertices->fields[1 + program->looks_at[i]].type;
  self->wire = rush_messages_wire_schema (self->fields, program->n_fields);
  return self;
}

static void
sender_free (gpointer data)
{
  Sender *self = data;

  if (self->program.free_data != NULL)
    self->program.free_data (self->program.data);
  rush_schema_unref (self->wire);
  g_free (self->types);
  g_free (self->fields);
  g_free (self);
}

/* ---- at the edges ---- */

static RushBatch *
send_block (const Sender *self, const RushEdgeBlock *block, guint split, GError **error)
{
  RushMessages messages;
  RushBatch *batch = NULL;

  if (!rush_messages_init (&messages, self->fields, self->program.n_fields, block->edges.n_vertices,
                           block->ctx->allocator, error))
    return NULL;
  if (rush_task_context_check (block->ctx, error) &&
      self->program.send (block, &messages, self->program.data, error))
    batch = rush_messages_to_wire (&messages, &block->edges, split, self->wire, error);
  rush_messages_clear (&messages);
  return batch;
}

/* @shipped: NULL if nothing is looked at. (transfer full: both) */
static RushIterator *
send_partition (const Sender *self, RushIterator *edges, RushIterator *shipped, guint split,
                RushTaskContext *ctx, GError **error)
{
  guint n = self->program.n_looks_at;
  g_autofree RushColumn **view = g_new0 (RushColumn *, n);
  RushEdgeBlock block = { .view = view, .ctx = ctx };
  RushBatch *batch = NULL;

  if (!rush_edge_partition_read (&block.edges, edges, ctx, error))
    {
      rush_iterator_close (shipped);
      return NULL;
    }
  if (shipped == NULL ||
      rush_view_assemble (&block.edges, shipped, self->types, n, ctx, view, error))
    batch = send_block (self, &block, split, error);
  rush_columns_clear (view, n);
  rush_edge_partition_close (&block.edges);
  return batch != NULL ? rush_arrays_iterator (batch) : NULL;
}

static RushIterator *
send_with_view (RushIterator *const *rows, guint split, RushTaskContext *ctx, gpointer data,
                GError **error)
{
  return send_partition (data, rows[0], rows[1], split, ctx, error);
}

static RushIterator *
send_without_view (RushIterator *rows, guint split, RushTaskContext *ctx, gpointer data,
                   GError **error)
{
  return send_partition (data, rows, NULL, split, ctx, error);
}

/* What @program sends, at home. */
static RushRdd *
messages_at_home (RushGraph *self, const RushMessageProgram *program)
{
  Sender *sender = sender_new (program, self->vertex_schema);
  g_autoptr (RushRdd) shipped = rush_graph_ship (self, program->looks_at, program->n_looks_at);
  g_autoptr (RushRdd) sent =
      shipped != NULL ? rush_rdd_zip_partitions ((RushRdd *[]){ self->edges, shipped }, 2,
                                                 sender->wire, send_with_view, sender, sender_free)
                      : rush_rdd_map_partitions (self->edges, sender->wire, send_without_view,
                                                 sender, sender_free, FALSE);

  return rush_graph_shuffle (sent, self->n_vertex_partitions);
}

/* ---- at home ---- */

typedef struct
{
  RushSchema *schema; /* (owned) of what comes out: rows, or one row of arrays */
  guint n_fields;
  RushMessageField *fields; /* (owned) */
  guint n_attributes;       /* that vertices have now */
  RushChangeFunc change;
  gpointer data;
  GDestroyNotify free_data;
} Receiver;

static Receiver *
receiver_new (const RushGraph *graph, const RushMessageProgram *program, RushSchema *schema)
{
  Receiver *self = g_new0 (Receiver, 1);

  self->schema = schema;
  self->n_attributes = graph->vertex_schema->n_fields - 1;
  if (program != NULL)
    {
      self->n_fields = program->n_fields;
      self->fields = g_memdup2 (program->fields, program->n_fields * sizeof *program->fields);
    }
  return self;
}

static void
receiver_free (gpointer data)
{
  Receiver *self = data;

  if (self->free_data != NULL)
    self->free_data (self->data);
  rush_schema_unref (self->schema);
  g_free (self->fields);
  g_free (self);
}

/* ---- messages as rows ---- */

static RushIterator *
received_rows (RushIterator *const *rows, guint split, RushTaskContext *ctx, gpointer data,
               GError **error)
{
  const Receiver *self = data;
  RushVertexPartition vertices;
  RushMessages messages = { 0 };
  g_autofree RushColumn **columns = g_new0 (RushColumn *, 1 + self->n_fields);
  RushIterator *answer = NULL;

  if (!rush_vertex_partition_read (&vertices, rows[0], ctx, error))
    {
      rush_iterator_close (rows[1]);
      return NULL;
    }
  if (!rush_messages_init (&messages, self->fields, self->n_fields, vertices.n, ctx->allocator,
                           error))
    rush_iterator_close (rows[1]);
  else if (rush_messages_merge (&messages, &vertices, rows[1], ctx, error) &&
           rush_messages_to_columns (&messages, columns + 1, error))
    {
      g_autoptr (RushColumn) owner =
          rush_array_numbers (&RUSH_INT8, vertices.n, rush_buffer_ref (messages.received_by));

      columns[0] = rush_arrays_elements (vertices.batch, RUSH_VERTICES_IDS, 0);
      answer = rush_arrays_chosen_rows (self->schema, columns, messages.received, owner, ctx);
    }
  rush_messages_clear (&messages);
  rush_vertex_partition_close (&vertices);
  return answer;
}

RushRdd *
rush_graph_aggregate_messages (RushGraph *self, const RushMessageProgram *program)
{
  RUSH_OPERATOR ("aggregateMessages");
  g_autoptr (RushRdd) messages = messages_at_home (self, program);
  g_autofree RushField *fields = g_new (RushField, 1 + program->n_fields);
  RushSchema *schema;

  fields[0] = self->vertex_schema->fields[0];
  for (guint f = 0; f < program->n_fields; f++)
    fields[1 + f] = (RushField){ (char *)program->fields[f].name,
                                 rush_message_column_type (&program->fields[f]), FALSE };
  schema = rush_schema_new (1 + program->n_fields, fields);
  return rush_rdd_zip_partitions ((RushRdd *[]){ self->vertices, messages }, 2, schema,
                                  received_rows, receiver_new (self, program, schema),
                                  receiver_free);
}

/* ---- vertices that change ---- */

static RushBatch *
change_block (const Receiver *self, const RushVertexBlock *block, GError **error)
{
  g_autofree RushColumn **columns = g_new0 (RushColumn *, self->schema->n_fields);

  if (!self->change (block, columns, self->data, error))
    return NULL;
  return rush_arrays_new (self->schema, columns, block->ctx->allocator, error);
}

/* @messages: NULL without any. (transfer full) */
static RushBatch *
receive_block (const Receiver *self, const RushVertexPartition *vertices, RushIterator *rows,
               RushVertexBlock *block, GError **error)
{
  RushMessages messages;
  g_autofree RushColumn **columns = g_new0 (RushColumn *, self->n_fields);
  RushBatch *batch = NULL;

  if (rows == NULL)
    return change_block (self, block, error);
  if (!rush_messages_init (&messages, self->fields, self->n_fields, block->n, block->ctx->allocator,
                           error))
    {
      rush_iterator_close (rows);
      return NULL;
    }
  if (rush_messages_merge (&messages, vertices, rows, block->ctx, error) &&
      rush_messages_to_columns (&messages, columns, error))
    {
      block->received = messages.received;
      block->messages = columns;
      batch = change_block (self, block, error);
    }
  rush_columns_clear (columns, self->n_fields);
  rush_messages_clear (&messages);
  return batch;
}

/* @attributes, @messages: NULL if there are none. (transfer full: all) */
static RushIterator *
change_partition (const Receiver *self, RushIterator *vertices, RushIterator *attributes,
                  RushIterator *messages, RushTaskContext *ctx, GError **error)
{
  RushVertexPartition partition = { 0 };
  g_autofree RushColumn **columns = g_new0 (RushColumn *, self->n_attributes);
  g_autoptr (RushIterator) rest = messages;
  g_autoptr (RushBatch) now = NULL;
  RushBatch *changed = NULL;

  if (attributes != NULL && (now = rush_arrays_of (attributes, ctx, error)) == NULL)
    rush_iterator_close (vertices);
  else if (rush_vertex_partition_read (&partition, vertices, ctx, error))
    {
      RushVertexBlock block = { partition.n, partition.ids, columns, NULL, NULL, ctx };

      for (guint i = 0; i < self->n_attributes; i++)
        columns[i] = rush_arrays_elements (now, i, 0);
      if (self->n_attributes > 0 && columns[0]->length != partition.n)
        rush_set_error_graph_differs (error);
      else
        changed = receive_block (self, &partition, g_steal_pointer (&rest), &block, error);
      rush_columns_clear (columns, self->n_attributes);
    }
  rush_vertex_partition_close (&partition);
  return changed != NULL ? rush_arrays_iterator (changed) : NULL;
}

static RushIterator *
change_all (RushIterator *const *rows, guint split, RushTaskContext *ctx, gpointer data,
            GError **error)
{
  return change_partition (data, rows[0], rows[1], rows[2], ctx, error);
}

static RushIterator *
change_without_attributes (RushIterator *const *rows, guint split, RushTaskContext *ctx,
                           gpointer data, GError **error)
{
  return change_partition (data, rows[0], NULL, rows[1], ctx, error);
}

static RushIterator *
change_without_messages (RushIterator *const *rows, guint split, RushTaskContext *ctx,
                         gpointer data, GError **error)
{
  return change_partition (data, rows[0], rows[1], NULL, ctx, error);
}

static RushIterator *
change_alone (RushIterator *rows, guint split, RushTaskContext *ctx, gpointer data, GError **error)
{
  return change_partition (data, rows, NULL, NULL, ctx, error);
}

/* @messages: NULL without any. */
static RushRdd *
changed_attributes (RushGraph *self, RushRdd *messages, Receiver *receiver)
{
  RushRdd *parents[3] = { self->vertices };
  RushZipFunc func = messages == NULL           ? change_without_messages
                     : self->attributes == NULL ? change_without_attributes
                                                : change_all;
  guint n = 1;

  if (self->attributes != NULL)
    parents[n++] = self->attributes;
  if (messages != NULL)
    parents[n++] = messages;
  if (n == 1)
    return rush_rdd_map_partitions (self->vertices, receiver->schema, change_alone, receiver,
                                    receiver_free, FALSE);
  return rush_rdd_zip_partitions (parents, n, receiver->schema, func, receiver, receiver_free);
}

RushGraph *
rush_graph_change_by_messages (RushGraph *self, const RushMessageProgram *program,
                               RushSchema *attributes, RushChangeFunc change, gpointer data,
                               GDestroyNotify free_data)
{
  RUSH_OPERATOR ("joinVertices");
  g_autoptr (RushRdd) messages = program != NULL ? messages_at_home (self, program) : NULL;
  g_autoptr (RushSchema) vertex_schema = rush_vertex_schema (attributes);
  Receiver *receiver = receiver_new (self, program, rush_arrays_schema (attributes, 0));

  receiver->change = change;
  receiver->data = data;
  receiver->free_data = free_data;
  return rush_graph_with_attributes (self, changed_attributes (self, messages, receiver),
                                     vertex_schema);
}

RushGraph *
rush_graph_change (RushGraph *self, RushSchema *attributes, RushChangeFunc change, gpointer data,
                   GDestroyNotify free_data)
{
  RUSH_OPERATOR ("mapVertices");

  return rush_graph_change_by_messages (self, NULL, attributes, change, data, free_data);
}

/* ---- columns to fill in ---- */

RushColumn *
rush_new_ints (const RushVertexBlock *block, gint64 **out_values, GError **error)
{
  RushBuffer *values = rush_buffer_new (block->ctx->allocator, block->n * sizeof (gint64), error);

  if (values == NULL)
    return NULL;
  *out_values = (gint64 *)(gpointer)values->bytes;
  return rush_array_numbers (&RUSH_INT64, block->n, values);
}

RushColumn *
rush_new_doubles (const RushVertexBlock *block, double **out_values, GError **error)
{
  RushBuffer *values = rush_buffer_new (block->ctx->allocator, block->n * sizeof (double), error);

  if (values == NULL)
    return NULL;
  *out_values = (double *)(gpointer)values->bytes;
  return rush_array_numbers (&RUSH_FLOAT64, block->n, values);
}

RushColumn *
rush_ints_or_null (const RushVertexBlock *block, const gint64 *values, gint64 none, GError **error)
{
  gint64 *copies;
  RushColumn *column = rush_new_ints (block, &copies, error), *nullable;
  RushBuffer *validity;
  guint n_null = 0;

  if (column == NULL)
    return NULL;
  validity = rush_buffer_new (block->ctx->allocator, rush_bits_bytes (block->n), error);
  if (validity == NULL)
    {
      rush_column_unref (column);
      return NULL;
    }
  memset (validity->bytes, 0, validity->size);
  for (guint i = 0; i < block->n; i++)
    {
      copies[i] = values[i] != none ? values[i] : 0;
      if (values[i] != none)
        rush_bit_set (validity->bytes, i);
      else
        n_null++;
    }
  nullable = rush_column_new_plain (&RUSH_INT64, block->n, validity, n_null,
                                    rush_buffer_ref (column->values), NULL, 0);
  rush_column_unref (column);
  return nullable;
}
