/* connected_components.c - the least id spreads.
 *
 *     1 ── 4 ── 2    5 ── 3           component   1 4 2 | 5 3
 *                                     round 1     1 1 2 | 3 3
 *                                     round 2     1 1 1 | 3 3
 */
#include "graph/lib/connected_components.h"

#include "graph/pregel.h"
#include "rdd/call_site.h"

enum
{
  COMPONENT,
  CHANGED,
  N_ATTRIBUTES,
};

static gboolean
begin (const RushVertexBlock *block, RushColumn **out, gpointer data, GError **error)
{
  gint64 *components, *changed;

  if ((out[COMPONENT] = rush_new_ints (block, &components, error)) == NULL)
    return FALSE;
  if ((out[CHANGED] = rush_new_ints (block, &changed, error)) == NULL)
    {
      rush_columns_clear (out, N_ATTRIBUTES);
      return FALSE;
    }
  for (guint i = 0; i < block->n; i++)
    {
      components[i] = block->ids[i];
      changed[i] = 1;
    }
  return TRUE;
}

static gboolean
tell_less (const RushEdgeBlock *block, RushMessages *out, gpointer data, GError **error)
{
  const RushEdgePartition *edges = &block->edges;
  const gint64 *components = rush_ints (block->view[COMPONENT]);
  const gint64 *changed = rush_ints (block->view[CHANGED]);

  for (guint v = 0; v < edges->n_vertices; v++)
    for (gint32 e = edges->starts[v]; e < edges->starts[v + 1]; e++)
      {
        gint32 target = edges->targets[e];

        if (changed[v] && components[v] < components[target])
          rush_messages_send_int (out, 0, target, components[v]);
        else if (changed[target] && components[target] < components[v])
          rush_messages_send_int (out, 0, (gint32)v, components[target]);
      }
  return TRUE;
}

static gboolean
take_least (const RushVertexBlock *block, RushColumn **out, gpointer data, GError **error)
{
  const gint64 *before = rush_ints (block->attributes[COMPONENT]);
  const gint64 *told = rush_ints (block->messages[0]);
  gint64 *components, *changed;

  if ((out[COMPONENT] = rush_new_ints (block, &components, error)) == NULL)
    return FALSE;
  if ((out[CHANGED] = rush_new_ints (block, &changed, error)) == NULL)
    {
      rush_columns_clear (out, N_ATTRIBUTES);
      return FALSE;
    }
  for (guint i = 0; i < block->n; i++)
    {
      components[i] = MIN (before[i], told[i]);
      changed[i] = components[i] < before[i];
    }
  return TRUE;
}

static gboolean
keep_component (const RushVertexBlock *block, RushColumn **out, gpointer data, GError **error)
{
  out[0] = rush_column_ref (block->attributes[COMPONENT]);
  return TRUE;
}

RushGraph *
rush_connected_components (RushGraph *graph, guint max_iterations, const RushJobOptions *job,
                           GError **error)
{
  RUSH_OPERATOR ("connectedComponents");
  static const RushMessageField field = { "component", &RUSH_INT64, RUSH_MESSAGE_MIN };
  static const guint all[] = { COMPONENT, CHANGED };
  g_autoptr (RushSchema) schema =
      rush_schema_of ("component", &RUSH_INT64, "changed", &RUSH_INT64, NULL);
  g_autoptr (RushSchema) answer = rush_schema_of ("component", &RUSH_INT64, NULL);
  RushPregel pregel = { .program = { &field, 1, all, N_ATTRIBUTES, tell_less, NULL, NULL },
                        .attributes = schema,
                        .change = take_least,
                        .active = CHANGED,
                        .n_rounds = max_iterations };
  g_autoptr (RushGraph) begun = rush_graph_change (graph, schema, begin, NULL, NULL);
  g_autoptr (RushGraph) done = rush_pregel (begun, &pregel, job, error);

  return done != NULL ? rush_graph_change (done, answer, keep_component, NULL, NULL) : NULL;
}
