/* aggregate_messages.h - the one step that all graph algorithms are made of: edges look at their
 * vertices and tell them something; what a vertex is told is folded; vertices change by it.
 *
 *        attributes ──ship──▶ view ──send──▶ slots ══shuffle══▶ folded ──change──▶ attributes'
 *        (vertices)          (edges)        (edges)            (vertices)         (vertices)
 *
 * Two shuffles, and nothing runs before an action asks: rounds are jobs because algorithms ask how
 * a round went.
 *
 * Mirrors: Graph.aggregateMessages, Graph.outerJoinVertices, TripletFields of
 *          org.apache.spark.graphx.
 */
#pragma once

#include "graph/graph.h"
#include "graph/messages.h"

/* A partition of edges, and what it sees of vertices. */
typedef struct
{
  RushEdgePartition edges;
  RushColumn **view; /* the attributes that were asked for, by the partition's numbers */
  RushTaskContext *ctx;
} RushEdgeBlock;

/* Runs in the tasks; @data is shared by all of them. */
typedef gboolean (*RushSendFunc) (const RushEdgeBlock *block, RushMessages *out, gpointer data,
                                  GError **error);

/* A partition of vertices, before and after. */
typedef struct
{
  guint n;
  const gint64 *ids;
  RushColumn **attributes;
  const guint8 *received; /* who has been told something */
  RushColumn **messages;  /* one a field */
  RushTaskContext *ctx;
} RushVertexBlock;

/* Fills @out with a column for each new attribute (transfer full); on failure with none. */
typedef gboolean (*RushChangeFunc) (const RushVertexBlock *block, RushColumn **out, gpointer data,
                                    GError **error);

/* Numbers of a column, for the two functions. */
static inline const double *
rush_doubles (const RushColumn *column)
{
  return rush_column_numbers (column);
}

static inline const gint64 *
rush_ints (const RushColumn *column)
{
  return rush_column_numbers (column);
}

/* What is sent. */
typedef struct
{
  const RushMessageField *fields;
  guint n_fields;
  const guint *looks_at; /* numbers of the attributes that send () looks at */
  guint n_looks_at;
  RushSendFunc send;
  gpointer data; /* of send () */
  GDestroyNotify free_data;
} RushMessageProgram;

/* (id, fields …) of the vertices that have received something. (transfer full) */
RushRdd *rush_graph_aggregate_messages (RushGraph *self, const RushMessageProgram *program);

/* The graph whose vertices have changed by what they were told; @attributes is what they have then.
 * The graph's attributes are computed when they are asked for. (transfer full) */
RushGraph *rush_graph_change_by_messages (RushGraph *self, const RushMessageProgram *program,
                                          RushSchema *attributes, RushChangeFunc change,
                                          gpointer data, GDestroyNotify free_data);
/* The same without messages (RushVertexBlock.received and messages are NULL). */
RushGraph *rush_graph_change (RushGraph *self, RushSchema *attributes, RushChangeFunc change,
                              gpointer data, GDestroyNotify free_data);

/* A column of @n numbers (gint64 or double) to be filled in, and where; NULL with @error. */
RushColumn *rush_new_ints (const RushVertexBlock *block, gint64 **out_values, GError **error);
RushColumn *rush_new_doubles (const RushVertexBlock *block, double **out_values, GError **error);

/* @values of the block's vertices, null where they are @none. */
RushColumn *rush_ints_or_null (const RushVertexBlock *block, const gint64 *values, gint64 none,
                               GError **error);
