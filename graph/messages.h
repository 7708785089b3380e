/* messages.h - what edges tell vertices, folded on the way.
 *
 *   edge partition       one slot a mirror: every send folds into it           (combine)
 *        │               cut by home: one piece a vertex partition, no ids
 *        ▼ shuffle
 *   vertex partition     one slot a vertex: pieces are folded along the routes (merge)
 *
 * A message is a row of fields, each with its own way to fold: sums, minima and maxima of numbers,
 * or lists of them.  A vertex that nobody has told anything has not received; its numbers are what
 * folding begins with.
 *
 * Threads:  the task's runner.
 * Mirrors:  org.apache.spark.graphx.{EdgeContext,impl.AggregatingEdgeContext}.
 */
#pragma once

#include "graph/vertex_partition.h"

typedef enum
{
  RUSH_MESSAGE_SUM,
  RUSH_MESSAGE_MIN,
  RUSH_MESSAGE_MAX,
  RUSH_MESSAGE_LIST, /* all that was sent, in no order */
} RushMessageOp;

typedef struct
{
  const char *name;
  const RushType *type; /* RUSH_INT64 or RUSH_FLOAT64; a LIST is of RUSH_INT64 */
  RushMessageOp op;
} RushMessageField;

/* One field's values while they are folded. */
typedef struct
{
  RushMessageField field;
  RushBuffer *values; /* numbers: [n]; LIST: what was sent, in the order in which it was */
  RushBuffer *to;     /* LIST: gint32, to whom */
  guint n_sent;       /* LIST */
} RushMessageSlots;

typedef struct
{
  RushAllocator *allocator; /* (unowned) */
  guint n;                  /* vertices, or mirrors */
  RushBuffer *received_by;  /* guint8[n] */
  guint8 *received;
  /* Set by who sends to all, or to whom it makes no difference: nobody then need note who has
   * received. */
  gboolean everybody;
  guint n_fields;
  RushMessageSlots *fields;
} RushMessages;

gboolean rush_messages_init (RushMessages *self, const RushMessageField *fields, guint n_fields,
                             guint n, RushAllocator *allocator, GError **error);
void rush_messages_clear (RushMessages *self);

/* ---- sending, to a number of the partition ---- */

/* The slots of a field that is no LIST, for those who fold themselves. */
static inline double *
rush_messages_doubles (RushMessages *self, guint field)
{
  return (double *)(gpointer)self->fields[field].values->bytes;
}

static inline gint64 *
rush_messages_ints (RushMessages *self, guint field)
{
  return (gint64 *)(gpointer)self->fields[field].values->bytes;
}

void rush_messages_send_int (RushMessages *self, guint field, gint32 to, gint64 value);
void rush_messages_send_double (RushMessages *self, guint field, gint32 to, double value);
/* To a LIST; FALSE with @error if there is no memory. */
gboolean rush_messages_append_int (RushMessages *self, guint field, gint32 to, gint64 value,
                                   GError **error);

/* ---- on the way ---- */

/* (to: int, from: int, received: array<tinyint>, field: array<…> …). (transfer full) */
RushSchema *rush_messages_wire_schema (const RushMessageField *fields, guint n_fields);
/* One row a home that has received something; uses up what was sent. */
RushBatch *rush_messages_to_wire (RushMessages *self, const RushEdgePartition *edges, guint from,
                                  RushSchema *schema, GError **error);
/* Folds rows (transfer full) of that schema into @self, which is of @vertices' size. */
gboolean rush_messages_merge (RushMessages *self, const RushVertexPartition *vertices,
                              RushIterator *rows, RushTaskContext *ctx, GError **error);
/* The fields as columns of @self->n rows; a LIST's are arrays. */
gboolean rush_messages_to_columns (RushMessages *self, RushColumn **out, GError **error);
const RushType *rush_message_column_type (const RushMessageField *field);
