/* strongly_connected_components.c - colours forward, answers backward, again for what is left.
 *
 *     trim      a vertex that nobody left leads to, or that leads to nobody left, is alone
 *     forward   every vertex takes the least id that reaches it: its colour
 *     backward  a vertex of its own colour is a root; what reaches it within its colour can be
 *               reached by it as well: its component
 *
 * An iteration finds at least the component of the least id that is left.
 */
#include "graph/lib/strongly_connected_components.h"

#include "graph/graph_actions.h"
#include "graph/pregel.h"
#include "rdd/call_site.h"

enum
{
  COMPONENT, /* its own id while it is left */
  COLOUR,
  LEFT,   /* 1: it has no component yet */
  ACTIVE, /* has something to say */
  N_ATTRIBUTES,
};

/* ---- attributes ---- */

typedef struct
{
  const gint64 *colour, *left; /* before */
  gint64 *new[N_ATTRIBUTES];
} Change;

/* New attributes, as they were but for nobody being active. */
static gboolean
change_init (Change *self, const RushVertexBlock *block, RushColumn **out, GError **error)
{
  for (guint i = 0; i < N_ATTRIBUTES; i++)
    if ((out[i] = rush_new_ints (block, &self->new[i], error)) == NULL)
      {
        rush_columns_clear (out, i);
        return FALSE;
      }
  self->colour = rush_ints (block->attributes[COLOUR]);
  self->left = rush_ints (block->attributes[LEFT]);
  for (guint i = 0; i < block->n; i++)
    {
      self->new[COMPONENT][i] = rush_ints (block->attributes[COMPONENT])[i];
      self->new[COLOUR][i] = self->colour[i];
      self->new[LEFT][i] = self->left[i];
      self->new[ACTIVE][i] = 0;
    }
  return TRUE;
}

static gboolean
all_are_left (const RushVertexBlock *block, RushColumn **out, gpointer data, GError **error)
{
  gint64 *new[N_ATTRIBUTES];

  for (guint i = 0; i < N_ATTRIBUTES; i++)
    if ((out[i] = rush_new_ints (block, &new[i], error)) == NULL)
      {
        rush_columns_clear (out, i);
        return FALSE;
      }
  for (guint i = 0; i < block->n; i++)
    {
      new[COMPONENT][i] = new[COLOUR][i] = block->ids[i];
      new[LEFT][i] = 1;
      new[ACTIVE][i] = 1;
    }
  return TRUE;
}

/* Before trimming and colouring: who is left has its own colour, and is active. */
static gboolean
begin_with_left (const RushVertexBlock *block, RushColumn **out, gpointer data, GError **error)
{
  Change change;

  if (!change_init (&change, block, out, error))
    return FALSE;
  for (guint i = 0; i < block->n; i++)
    {
      change.new[COLOUR][i] = block->ids[i];
      change.new[ACTIVE][i] = change.left[i];
    }
  return TRUE;
}

/* Before going backward: roots are found. */
static gboolean
begin_with_roots (const RushVertexBlock *block, RushColumn **out, gpointer data, GError **error)
{
  Change change;

  if (!change_init (&change, block, out, error))
    return FALSE;
  for (guint i = 0; i < block->n; i++)
    if (change.left[i] && change.colour[i] == block->ids[i])
      {
        change.new[LEFT][i] = 0;
        change.new[ACTIVE][i] = 1;
      }
  return TRUE;
}

static gboolean
finish (const RushVertexBlock *block, RushColumn **out, gpointer data, GError **error)
{
  const gint64 *component = rush_ints (block->attributes[COMPONENT]);
  gint64 *components;

  if ((out[0] = rush_new_ints (block, &components, error)) == NULL)
    return FALSE;
  for (guint i = 0; i < block->n; i++)
    components[i] = component[i];
  return TRUE;
}

/* ---- trim ---- */

enum
{
  FROM_LEFT, /* somebody left leads to it */
  TO_LEFT,
};

static gboolean
tell_of_left (const RushEdgeBlock *block, RushMessages *out, gpointer data, GError **error)
{
  const RushEdgePartition *edges = &block->edges;
  const gint64 *left = rush_ints (block->view[LEFT]);

  for (guint v = 0; v < edges->n_vertices; v++)
    for (gint32 e = edges->starts[v]; left[v] && e < edges->starts[v + 1]; e++)
      if (left[edges->targets[e]] && edges->targets[e] != (gint32)v)
        {
          rush_messages_send_int (out, FROM_LEFT, edges->targets[e], 1);
          rush_messages_send_int (out, TO_LEFT, (gint32)v, 1);
        }
  return TRUE;
}

static gboolean
trim (const RushVertexBlock *block, RushColumn **out, gpointer data, GError **error)
{
  Change change;

  if (!change_init (&change, block, out, error))
    return FALSE;
  for (guint i = 0; i < block->n; i++)
    if (change.left[i] && (rush_ints (block->messages[FROM_LEFT])[i] == 0 ||
                           rush_ints (block->messages[TO_LEFT])[i] == 0))
      {
        change.new[LEFT][i] = 0;
        change.new[ACTIVE][i] = 1;
      }
  return TRUE;
}

/* ---- forward ---- */

static gboolean
tell_colours (const RushEdgeBlock *block, RushMessages *out, gpointer data, GError **error)
{
  const RushEdgePartition *edges = &block->edges;
  const gint64 *left = rush_ints (block->view[LEFT]);
  const gint64 *colour = rush_ints (block->view[COLOUR]), *active = rush_ints (block->view[ACTIVE]);

  for (guint v = 0; v < edges->n_vertices; v++)
    for (gint32 e = edges->starts[v]; active[v] && e < edges->starts[v + 1]; e++)
      {
        gint32 target = edges->targets[e];

        if (left[target] && colour[v] < colour[target])
          rush_messages_send_int (out, 0, target, colour[v]);
      }
  return TRUE;
}

static gboolean
take_colours (const RushVertexBlock *block, RushColumn **out, gpointer data, GError **error)
{
  Change change;

  if (!change_init (&change, block, out, error))
    return FALSE;
  for (guint i = 0; i < block->n; i++)
    if (block->received[i] && rush_ints (block->messages[0])[i] < change.colour[i])
      {
        change.new[COLOUR][i] = rush_ints (block->messages[0])[i];
        change.new[ACTIVE][i] = 1;
      }
  return TRUE;
}

/* ---- backward ---- */

static gboolean
tell_components (const RushEdgeBlock *block, RushMessages *out, gpointer data, GError **error)
{
  const RushEdgePartition *edges = &block->edges;
  const gint64 *left = rush_ints (block->view[LEFT]);
  const gint64 *colour = rush_ints (block->view[COLOUR]), *active = rush_ints (block->view[ACTIVE]);

  for (guint v = 0; v < edges->n_vertices; v++)
    for (gint32 e = edges->starts[v]; left[v] && e < edges->starts[v + 1]; e++)
      {
        gint32 target = edges->targets[e];

        if (active[target] && colour[target] == colour[v])
          rush_messages_send_int (out, 0, (gint32)v, colour[v]);
      }
  return TRUE;
}

static gboolean
take_components (const RushVertexBlock *block, RushColumn **out, gpointer data, GError **error)
{
  Change change;

  if (!change_init (&change, block, out, error))
    return FALSE;
  for (guint i = 0; i < block->n; i++)
    if (block->received[i])
      {
        change.new[COMPONENT][i] = rush_ints (block->messages[0])[i];
        change.new[LEFT][i] = 0;
        change.new[ACTIVE][i] = 1;
      }
  return TRUE;
}

/* ---- an iteration ---- */

typedef struct
{
  RushChangeFunc begin;
  RushMessageField fields[2];
  guint n_fields;
  RushSendFunc send;
  RushChangeFunc change;
} Phase;

static const Phase phases[] = {
  { begin_with_left,
    { { "from", &RUSH_INT64, RUSH_MESSAGE_SUM }, { "to", &RUSH_INT64, RUSH_MESSAGE_SUM } },
    2,
    tell_of_left,
    trim },
  { begin_with_left,
    { { "colour", &RUSH_INT64, RUSH_MESSAGE_MIN } },
    1,
    tell_colours,
    take_colours },
  { begin_with_roots,
    { { "component", &RUSH_INT64, RUSH_MESSAGE_MIN } },
    1,
    tell_components,
    take_components },
};

static RushGraph *
run_phase (RushGraph *graph, const Phase *phase, RushSchema *schema, const RushJobOptions *job,
           GError **error)
{
  static const guint all[] = { COMPONENT, COLOUR, LEFT, ACTIVE };
  RushPregel pregel = { .program = { phase->fields, phase->n_fields, all, N_ATTRIBUTES, phase->send,
                                     NULL, NULL },
                        .attributes = schema,
                        .change = phase->change,
                        .active = ACTIVE };
  g_autoptr (RushGraph) begun = rush_graph_change (graph, schema, phase->begin, NULL, NULL);

  return rush_pregel (begun, &pregel, job, error);
}

/* How many are left; −1 with @error. */
static double
count_left (RushGraph *graph, RushSchema *schema, const RushJobOptions *job, GError **error)
{
  g_autoptr (RushGraph) left = rush_graph_change (graph, schema, begin_with_left, NULL, NULL);
  GError *failure = NULL;
  double n = rush_graph_sum (left, left->attributes, ACTIVE, job, &failure);

  if (failure == NULL)
    return n;
  g_propagate_error (error, failure);
  return -1;
}

RushGraph *
rush_strongly_connected_components (RushGraph *graph, guint n_iterations, const RushJobOptions *job,
                                    GError **error)
{
  RUSH_OPERATOR ("stronglyConnectedComponents");
  g_autoptr (RushSchema) schema = rush_schema_of ("component", &RUSH_INT64, "colour", &RUSH_INT64,
                                                  "left", &RUSH_INT64, "active", &RUSH_INT64, NULL);
  g_autoptr (RushSchema) answer = rush_schema_of ("component", &RUSH_INT64, NULL);
  g_autoptr (RushGraph) now = rush_graph_change (graph, schema, all_are_left, NULL, NULL);
  double n_left = 1;

  if (n_iterations == 0)
    {
      g_set_error_literal (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                           "Number of iterations must be greater than 0, but got 0");
      return NULL;
    }
  for (guint i = 0; i < n_iterations && n_left > 0; i++)
    {
      for (guint p = 0; p < G_N_ELEMENTS (phases); p++)
        {
          RushGraph *next = run_phase (now, &phases[p], schema, job, error);

          if (next == NULL)
            return NULL;
          rush_graph_forget_attributes (now);
          rush_graph_unref (now);
          now = next;
        }
      n_left = count_left (now, schema, job, error);
      if (n_left < 0)
        return NULL;
    }
  return rush_graph_change (now, answer, finish, NULL, NULL);
}
