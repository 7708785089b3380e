/* shortest_paths.c - distances to landmarks spread against the direction of edges.
 *
 *     a → b → L          distance of L is 0; a round later b knows 1, then a knows 2
 *
 * Attributes are one distance a landmark, and whether one of them has become less.
 */
#include "graph/lib/shortest_paths.h"

#include "graph/lib/id_list.h"
#include "graph/pregel.h"
#include "rdd/call_site.h"

#define NO_WAY G_MAXINT64

/* Attributes: (distance_0 … distance_k, nearer), or the answer's without the last. */
static RushSchema *
distance_schema (guint n, gboolean in_rounds)
{
  g_autofree RushField *fields = g_new (RushField, n + 1);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  for (guint k = 0; k < n; k++)
    {
      g_ptr_array_add (names, g_strdup_printf ("distance_%u", k));
      fields[k] = (RushField){ names->pdata[k], &RUSH_INT64, !in_rounds };
    }
  fields[n] = (RushField){ (char *)"nearer", &RUSH_INT64, FALSE };
  return rush_schema_new (in_rounds ? n + 1 : n, fields);
}

static gboolean
new_columns (const RushVertexBlock *block, guint n, RushColumn **out, gint64 **out_values,
             GError **error)
{
  for (guint i = 0; i < n; i++)
    if ((out[i] = rush_new_ints (block, &out_values[i], error)) == NULL)
      {
        rush_columns_clear (out, i);
        return FALSE;
      }
  return TRUE;
}

static gboolean
begin (const RushVertexBlock *block, RushColumn **out, gpointer data, GError **error)
{
  const RushIdList *landmarks = data;
  guint n = landmarks->n;
  g_autofree gint64 **values = g_new (gint64 *, n + 1);

  if (!new_columns (block, n + 1, out, values, error))
    return FALSE;
  for (guint i = 0; i < block->n; i++)
    {
      for (guint k = 0; k < n; k++)
        values[k][i] = landmarks->ids[k] == block->ids[i] ? 0 : NO_WAY;
      values[n][i] = rush_id_list_has (landmarks, block->ids[i]);
    }
  return TRUE;
}

/* One landmark's distances, from the targets of edges to their sources. */
static void
tell_sources (const RushEdgePartition *edges, const gint64 *distances, const gint64 *nearer,
              guint field, RushMessages *out)
{
  for (guint v = 0; v < edges->n_vertices; v++)
    for (gint32 e = edges->starts[v]; e < edges->starts[v + 1]; e++)
      {
        gint32 target = edges->targets[e];

        if (nearer[target] && distances[target] < NO_WAY && distances[target] + 1 < distances[v])
          rush_messages_send_int (out, field, (gint32)v, distances[target] + 1);
      }
}

static gboolean
tell_distances (const RushEdgeBlock *block, RushMessages *out, gpointer data, GError **error)
{
  const RushIdList *landmarks = data;
  const gint64 *nearer = rush_ints (block->view[landmarks->n]);

  for (guint k = 0; k < landmarks->n; k++)
    tell_sources (&block->edges, rush_ints (block->view[k]), nearer, k, out);
  return TRUE;
}

static gboolean
come_nearer (const RushVertexBlock *block, RushColumn **out, gpointer data, GError **error)
{
  guint n = ((const RushIdList *)data)->n;
  g_autofree gint64 **values = g_new (gint64 *, n + 1);

  if (!new_columns (block, n + 1, out, values, error))
    return FALSE;
  for (guint i = 0; i < block->n; i++)
    values[n][i] = 0;
  for (guint k = 0; k < n; k++)
    {
      const gint64 *before = rush_ints (block->attributes[k]);
      const gint64 *told = rush_ints (block->messages[k]);

      for (guint i = 0; i < block->n; i++)
        {
          values[k][i] = MIN (before[i], told[i]);
          values[n][i] |= values[k][i] < before[i];
        }
    }
  return TRUE;
}

static gboolean
finish (const RushVertexBlock *block, RushColumn **out, gpointer data, GError **error)
{
  guint n = ((const RushIdList *)data)->n;

  for (guint k = 0; k < n; k++)
    if ((out[k] = rush_ints_or_null (block, rush_ints (block->attributes[k]), NO_WAY, error)) ==
        NULL)
      {
        rush_columns_clear (out, k);
        return FALSE;
      }
  return TRUE;
}

RushGraph *
rush_shortest_paths (RushGraph *graph, const gint64 *landmarks, guint n, const RushJobOptions *job,
                     GError **error)
{
  RUSH_OPERATOR ("shortestPaths");
  RushIdList *list = rush_id_list_new (landmarks, n);
  g_autofree RushMessageField *fields = g_new (RushMessageField, n + 1);
  g_autofree guint *all = g_new (guint, n + 1);
  g_autoptr (RushSchema) schema = distance_schema (n, TRUE);
  g_autoptr (RushSchema) answer = distance_schema (n, FALSE);
  RushPregel pregel = { .program = { fields, n, all, n + 1, tell_distances, NULL, NULL },
                        .attributes = schema,
                        .change = come_nearer,
                        .active = n,
                        .data = list,
                        .ref_data = rush_id_list_ref,
                        .unref_data = rush_id_list_unref };
  g_autoptr (RushGraph) begun = NULL;
  g_autoptr (RushGraph) done = NULL;

  for (guint k = 0; k <= n; k++)
    {
      fields[k] = (RushMessageField){ "distance", &RUSH_INT64, RUSH_MESSAGE_MIN };
      all[k] = k;
    }
  begun = rush_graph_change (graph, schema, begin, rush_id_list_ref (list), rush_id_list_unref);
  done = rush_pregel (begun, &pregel, job, error);
  if (done == NULL)
    {
      rush_id_list_unref (list);
      return NULL;
    }
  return rush_graph_change (done, answer, finish, list, rush_id_list_unref);
}
