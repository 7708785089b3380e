/* page_rank.c - ranks along edges, round by round.
 *
 *     attributes   inverse     1 / outdegree, 0 for a sink: stays
 *                  share_k     what each edge that leaves the vertex carries of rank k
 *                  rank_k
 *
 * Edges look at shares alone: the division is done once a vertex, not once an edge, and an edge
 * needs no weight.  The inner loop adds share[source] to slots[target] for all edges of a source:
 * a product of a sparse matrix with a vector.
 *
 * With a tolerance ranks are sums of what has changed, as in GraphX: a vertex hands on by how much
 * its rank grew in the last round, if that was more than the tolerance; once nobody does, it is
 * done.
 */
#include "graph/lib/page_rank.h"

#include "graph/graph_actions.h"
#include "graph/pregel.h"
#include "rdd/call_site.h"

#include <math.h>

#define DEFAULT_RESET 0.15

typedef struct
{
  RushRefCount refs;
  double reset, tolerance;
  gint64 *sources; /* [n_sources] (owned) */
  guint n_sources; /* 0: nobody in particular */
  guint n_ranks;   /* 1, or one a source */
  double *factors; /* [n_ranks] (owned) of the end */
} Plan;

/* Numbers of the attributes. */
#define INVERSE 0
#define SHARE(k) (1 + (k))
#define RANK(plan, k) (1 + (plan)->n_ranks + (k))

static Plan *
plan_new (const RushPageRank *what)
{
  Plan *self = g_new0 (Plan, 1);

  rush_ref_count_init (&self->refs);
  self->reset = what->reset_probability == RUSH_PAGE_RANK_NEVER_RESET ? 0
                : what->reset_probability == 0                        ? DEFAULT_RESET
                                                                      : what->reset_probability;
  self->tolerance = what->tolerance;
  self->sources = g_memdup2 (what->sources, what->n_sources * sizeof *what->sources);
  self->n_sources = what->n_sources;
  self->n_ranks = MAX (what->n_sources, 1);
  self->factors = g_new0 (double, self->n_ranks);
  return self;
}

static gpointer
plan_ref (gpointer self)
{
  rush_ref_count_inc (&((Plan *)self)->refs);
  return self;
}

static void
plan_unref (gpointer data)
{
  Plan *self = data;

  if (!rush_ref_count_dec (&self->refs))
    return;
  g_free (self->sources);
  g_free (self->factors);
  g_free (self);
}

/* The rank k that a jump gives to vertex @id, of 1. */
static inline double
jumps_to (const Plan *self, guint k, gint64 id)
{
  return self->n_sources == 0 || self->sources[k] == id ? 1 : 0;
}

static RushSchema *
rank_schema (const Plan *self, gboolean in_rounds)
{
  g_autofree RushField *fields = g_new (RushField, 1 + 2 * self->n_ranks);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  guint n = 0;

  if (in_rounds)
    fields[n++] = (RushField){ (char *)"inverse", &RUSH_FLOAT64, FALSE };
  for (guint part = in_rounds ? 0 : 1; part < 2; part++)
    for (guint k = 0; k < self->n_ranks; k++)
      {
        const char *stem = part == 0 ? "share" : "rank";
        char *name = self->n_ranks == 1 ? g_strdup (stem) : g_strdup_printf ("%s_%u", stem, k);

        g_ptr_array_add (names, name);
        fields[n++] = (RushField){ name, &RUSH_FLOAT64, FALSE };
      }
  return rush_schema_new (n, fields);
}

/* Columns of doubles to be filled in, from @first on. */
static gboolean
new_columns (const RushVertexBlock *block, RushColumn **out, double **out_values, guint first,
             guint n, GError **error)
{
  for (guint i = first; i < n; i++)
    if ((out[i] = rush_new_doubles (block, &out_values[i], error)) == NULL)
      {
        rush_columns_clear (out, i);
        return FALSE;
      }
  return TRUE;
}

/* ---- before the first round ---- */

static const RushMessageField degree_field[] = { { "degree", &RUSH_INT64, RUSH_MESSAGE_SUM } };

static gboolean
send_degrees (const RushEdgeBlock *block, RushMessages *out, gpointer data, GError **error)
{
  const gint32 *starts = block->edges.starts;
  gint64 *degrees = rush_messages_ints (out, 0);

  for (guint v = 0; v < block->edges.n_vertices; v++)
    degrees[v] = starts[v + 1] - starts[v];
  out->everybody = TRUE;
  return TRUE;
}

static const RushMessageProgram degree_program = { .fields = degree_field,
                                                   .n_fields = 1,
                                                   .send = send_degrees };

/* Ranks begin with 1, or with what a jump gives; with a tolerance with what the first message would
 * bring. */
static gboolean
first_ranks (const RushVertexBlock *block, RushColumn **out, gpointer data, GError **error)
{
  const Plan *plan = data;
  g_autofree double **values = g_new0 (double *, 1 + 2 * plan->n_ranks);
  const gint64 *degrees = rush_ints (block->messages[0]);

  if (!new_columns (block, out, values, 0, 1 + 2 * plan->n_ranks, error))
    return FALSE;
  for (guint i = 0; i < block->n; i++)
    values[INVERSE][i] = degrees[i] > 0 ? 1.0 / (double)degrees[i] : 0;
  for (guint k = 0; k < plan->n_ranks; k++)
    for (guint i = 0; i < block->n; i++)
      {
        double rank = jumps_to (plan, k, block->ids[i]);

        if (plan->tolerance >= 0 && plan->n_sources == 0)
          rank = plan->reset;
        values[RANK (plan, k)][i] = rank;
        values[SHARE (k)][i] = rank > plan->tolerance ? rank * values[INVERSE][i] : 0;
      }
  return TRUE;
}

/* ---- a round ---- */

/* slots[target] += share[source], of all edges. */
static void
spread (const RushEdgePartition *edges, const double *shares, double *slots)
{
  for (guint v = 0; v < edges->n_vertices; v++)
    {
      double share = shares[v];

      for (gint32 e = edges->starts[v]; e < edges->starts[v + 1]; e++)
        slots[edges->targets[e]] += share;
    }
}

static gboolean
send_shares (const RushEdgeBlock *block, RushMessages *out, gpointer data, GError **error)
{
  for (guint k = 0; k < out->n_fields; k++)
    spread (&block->edges, rush_doubles (block->view[k]), rush_messages_doubles (out, k));
  out->everybody = TRUE;
  return TRUE;
}

static gboolean
next_ranks (const RushVertexBlock *block, RushColumn **out, gpointer data, GError **error)
{
  const Plan *plan = data;
  g_autofree double **values = g_new0 (double *, 1 + 2 * plan->n_ranks);
  const double *inverse = rush_doubles (block->attributes[INVERSE]);

  out[INVERSE] = rush_column_ref (block->attributes[INVERSE]);
  if (!new_columns (block, out, values, 1, 1 + 2 * plan->n_ranks, error))
    return FALSE;
  for (guint k = 0; k < plan->n_ranks; k++)
    {
      const double *sums = rush_doubles (block->messages[k]);

      for (guint i = 0; i < block->n; i++)
        {
          double rank =
              plan->reset * jumps_to (plan, k, block->ids[i]) + (1 - plan->reset) * sums[i];

          values[RANK (plan, k)][i] = rank;
          values[SHARE (k)][i] = rank * inverse[i];
        }
    }
  return TRUE;
}

/* ---- a round of what has changed ---- */

static gboolean
send_changes (const RushEdgeBlock *block, RushMessages *out, gpointer data, GError **error)
{
  const RushEdgePartition *edges = &block->edges;
  const double *shares = rush_doubles (block->view[0]);

  for (guint v = 0; v < edges->n_vertices; v++)
    for (gint32 e = edges->starts[v]; shares[v] > 0 && e < edges->starts[v + 1]; e++)
      rush_messages_send_double (out, 0, edges->targets[e], shares[v]);
  return TRUE;
}

static gboolean
add_changes (const RushVertexBlock *block, RushColumn **out, gpointer data, GError **error)
{
  const Plan *plan = data;
  double *values[3];
  const double *inverse = rush_doubles (block->attributes[INVERSE]);
  const double *before = rush_doubles (block->attributes[RANK (plan, 0)]);
  const double *sums = rush_doubles (block->messages[0]);

  out[INVERSE] = rush_column_ref (block->attributes[INVERSE]);
  if (!new_columns (block, out, values, 1, 3, error))
    return FALSE;
  for (guint i = 0; i < block->n; i++)
    {
      double rank = before[i] + (1 - plan->reset) * sums[i], change = rank - before[i];

      values[RANK (plan, 0)][i] = rank;
      values[SHARE (0)][i] =
          block->received[i] && change > plan->tolerance ? change * inverse[i] : 0;
    }
  return TRUE;
}

/* ---- rounds ---- */

/* The graph after all rounds. */
static RushGraph *
iterate (RushGraph *graph, Plan *plan, guint n_iterations, const RushJobOptions *job,
         GError **error)
{
  g_autofree RushMessageField *fields = g_new (RushMessageField, plan->n_ranks);
  g_autofree guint *shares = g_new (guint, plan->n_ranks);
  g_autoptr (RushSchema) schema = rank_schema (plan, TRUE);
  gboolean converges = n_iterations == 0;
  RushSendFunc send = converges ? send_changes : send_shares;
  RushPregel pregel = { .program = { fields, plan->n_ranks, shares, plan->n_ranks, send, NULL,
                                     NULL },
                        .attributes = schema,
                        .change = converges ? add_changes : next_ranks,
                        .active = SHARE (0),
                        .n_rounds = n_iterations,
                        .all_rounds = !converges,
                        .data = plan,
                        .ref_data = plan_ref,
                        .unref_data = plan_unref };
  g_autoptr (RushGraph) begun = rush_graph_change_by_messages (
      graph, &degree_program, schema, first_ranks, plan_ref (plan), plan_unref);

  for (guint k = 0; k < plan->n_ranks; k++)
    {
      fields[k] = (RushMessageField){ "rank", &RUSH_FLOAT64, RUSH_MESSAGE_SUM };
      shares[k] = SHARE (k);
    }
  return rush_pregel (begun, &pregel, job, error);
}

/* ---- ranks that sum up ---- */

static gboolean
scale_ranks (const RushVertexBlock *block, RushColumn **out, gpointer data, GError **error)
{
  const Plan *plan = data;
  g_autofree double **values = g_new0 (double *, plan->n_ranks);

  if (!new_columns (block, out, values, 0, plan->n_ranks, error))
    return FALSE;
  for (guint k = 0; k < plan->n_ranks; k++)
    {
      const double *ranks = rush_doubles (block->attributes[RANK (plan, k)]);

      for (guint i = 0; i < block->n; i++)
        values[k][i] = ranks[i] * plan->factors[k];
    }
  return TRUE;
}

static gboolean
find_factors (RushGraph *graph, Plan *plan, const RushJobOptions *job, GError **error)
{
  gint64 n = plan->n_sources > 0 ? 1 : rush_graph_n_vertices (graph, job, error);

  if (n < 0)
    return FALSE;
  for (guint k = 0; k < plan->n_ranks; k++)
    {
      double sum = rush_graph_sum (graph, graph->attributes, RANK (plan, k), job, error);

      if (isnan (sum))
        return FALSE;
      /* Where nobody jumps, a source without links keeps nothing. */
      if (plan->n_sources > 0 && sum == 0 && plan->reset > 0)
        {
          g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                       "vertex %" G_GINT64_FORMAT " is not in the graph: ranks of its own need "
                       "one that is",
                       plan->sources[k]);
          return FALSE;
        }
      plan->factors[k] = sum > 0 ? (double)n / sum : 1;
    }
  return TRUE;
}

static gboolean
check (const RushPageRank *what, GError **error)
{
  const char *wrong = NULL;

  if (what->reset_probability != RUSH_PAGE_RANK_NEVER_RESET &&
      !(what->reset_probability >= 0 && what->reset_probability <= 1))
    wrong = "Random reset probability must belong to [0, 1]";
  else if (what->n_iterations == 0 && !(what->tolerance >= 0))
    wrong = "Tolerance must be no less than 0";
  else if (what->n_iterations == 0 && what->n_sources > 1)
    wrong = "Ranks of several sources take a number of iterations, not a tolerance";
  if (wrong != NULL)
    g_set_error_literal (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT, wrong);
  return wrong == NULL;
}

RushGraph *
rush_page_rank (RushGraph *graph, const RushPageRank *what, const RushJobOptions *job,
                GError **error)
{
  RUSH_OPERATOR ("pageRank");
  Plan *plan;
  g_autoptr (RushGraph) ranked = NULL;
  g_autoptr (RushSchema) schema = NULL;
  RushGraph *scaled = NULL;

  if (!check (what, error))
    return NULL;
  plan = plan_new (what);
  if (what->n_iterations > 0)
    plan->tolerance = -1;
  schema = rank_schema (plan, FALSE);
  ranked = iterate (graph, plan, what->n_iterations, job, error);
  if (ranked != NULL && find_factors (ranked, plan, job, error))
    scaled = rush_graph_change (ranked, schema, scale_ranks, plan_ref (plan), plan_unref);
  plan_unref (plan);
  return scaled;
}
