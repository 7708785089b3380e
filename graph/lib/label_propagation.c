/* label_propagation.c - labels go both ways along edges; lists of them arrive; the commonest stays.
 */
#include "graph/lib/label_propagation.h"

#include "graph/pregel.h"
#include "graph/vertex_ids.h"
#include "rdd/call_site.h"

#include <string.h>

static gboolean
begin (const RushVertexBlock *block, RushColumn **out, gpointer data, GError **error)
{
  gint64 *labels;

  if ((out[0] = rush_new_ints (block, &labels, error)) == NULL)
    return FALSE;
  memcpy (labels, block->ids, block->n * sizeof *labels);
  return TRUE;
}

static gboolean
tell_labels (const RushEdgeBlock *block, RushMessages *out, gpointer data, GError **error)
{
  const RushEdgePartition *edges = &block->edges;
  const gint64 *labels = rush_ints (block->view[0]);

  for (guint v = 0; v < edges->n_vertices; v++)
    for (gint32 e = edges->starts[v]; e < edges->starts[v + 1]; e++)
      if (!rush_messages_append_int (out, 0, edges->targets[e], labels[v], error) ||
          !rush_messages_append_int (out, 0, (gint32)v, labels[edges->targets[e]], error))
        return FALSE;
  return TRUE;
}

/* The commonest of sorted labels, of equally many the least. */
static gint64
commonest (const gint64 *labels, guint n)
{
  guint most = 0;
  gint64 best = labels[0];

  for (guint i = 0, run; i < n; i += run)
    {
      for (run = 1; i + run < n && labels[i + run] == labels[i];)
        run++;
      if (run > most)
        {
          most = run;
          best = labels[i];
        }
    }
  return best;
}

static gboolean
take_commonest (const RushVertexBlock *block, RushColumn **out, gpointer data, GError **error)
{
  const gint64 *before = rush_ints (block->attributes[0]);
  const RushColumn *lists = block->messages[0];
  gsize bytes = (gsize)rush_column_child (lists, 0)->length * sizeof (gint64);
  g_autoptr (RushBuffer) sorted = rush_buffer_new (block->ctx->allocator, bytes, error);
  g_autoptr (RushBuffer) scratch = rush_buffer_new (block->ctx->allocator, bytes, error);
  gint64 *labels;

  if (sorted == NULL || scratch == NULL || (out[0] = rush_new_ints (block, &labels, error)) == NULL)
    return FALSE;
  memcpy (sorted->bytes, rush_ints (rush_column_child (lists, 0)), bytes);
  for (guint i = 0; i < block->n; i++)
    {
      RushListView list = rush_column_get_list (lists, i);
      gint64 *told = (gint64 *)(gpointer)sorted->bytes + list.offset;

      rush_ids_sort (told, (gint64 *)(gpointer)scratch->bytes, (guint)list.length);
      labels[i] = list.length > 0 ? commonest (told, (guint)list.length) : before[i];
    }
  return TRUE;
}

RushGraph *
rush_label_propagation (RushGraph *graph, guint n_steps, const RushJobOptions *job, GError **error)
{
  RUSH_OPERATOR ("labelPropagation");
  static const RushMessageField field = { "label", &RUSH_INT64, RUSH_MESSAGE_LIST };
  static const guint all[] = { 0 };
  g_autoptr (RushSchema) schema = rush_schema_of ("label", &RUSH_INT64, NULL);
  RushPregel pregel = { .program = { &field, 1, all, 1, tell_labels, NULL, NULL },
                        .attributes = schema,
                        .change = take_commonest,
                        .n_rounds = n_steps,
                        .all_rounds = TRUE };
  g_autoptr (RushGraph) begun = NULL;

  if (n_steps == 0)
    {
      g_set_error_literal (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                           "Maximum of steps must be greater than 0, but got 0");
      return NULL;
    }
  begun = rush_graph_change (graph, schema, begin, NULL, NULL);
  return rush_pregel (begun, &pregel, job, error);
}
