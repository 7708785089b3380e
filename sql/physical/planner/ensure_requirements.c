/* ensure_requirements.c - exchanges and sorts where children are not as their parent needs them.
 *
 *   one child     not spread as required: an exchange; not sorted as required: a sort
 *   two that must match (joins): equal keys must be in partitions of the same number
 *       both are hashed by the keys in the same order into as many partitions: nothing to do
 *       one is (the one with more partitions, if both): the other is brought to it
 *       else both are exchanged
 *
 * Mirrors: org.apache.spark.sql.execution.exchange.EnsureRequirements.
 */
#include "sql/physical/operators/broadcast_exchange.h"
#include "sql/physical/operators/exchange.h"
#include "sql/physical/operators/sort.h"
#include "sql/physical/planner/planner.h"

static guint
default_partitions (const RushEvalSettings *settings)
{
  const char *initial = rush_settings_get_string (
      settings, "spark.sql.adaptive.coalescePartitions.initialPartitionNum");

  if (initial != NULL && rush_settings_get_bool (settings, "spark.sql.adaptive.enabled") &&
      rush_settings_get_bool (settings, "spark.sql.adaptive.coalescePartitions.enabled"))
    return (guint)g_ascii_strtoull (initial, NULL, 10);
  return (guint)rush_settings_get_int (settings, "spark.sql.shuffle.partitions");
}

static RushDistribution
required_of (const RushExec *self, guint i)
{
  if (self->klass->required_distribution == NULL)
    return (RushDistribution){ RUSH_DISTRIBUTION_ANY, NULL };
  return self->klass->required_distribution (self, i);
}

/* An exchange that is there already and only moves rows is not needed below another one. */
static RushExec *
without_exchange (RushExec *child)
{
  RushExec *below;

  if (!rush_exec_is_exchange (child) ||
      rush_exchange_exec_origin (child) != RUSH_EXCHANGE_ENSURE_REQUIREMENTS)
    return child;
  below = rush_exec_ref (child->children[0]);
  rush_exec_unref (child);
  return below;
}

static RushExec *
exchange (RushPartitioningKind kind, guint n, const RushExprList *list, RushExec *child)
{
  RushExprList *own = list != NULL && kind != RUSH_PARTITIONING_SINGLE
                          ? rush_expr_list_ref ((RushExprList *)list)
                          : NULL;

  return rush_exchange_exec_new (rush_partitioning_new (kind, n, own),
                                 RUSH_EXCHANGE_ENSURE_REQUIREMENTS, without_exchange (child));
}

/* @child, taken over, spread as @required. */
static RushExec *
distribute (RushExec *child, const RushDistribution *required, const RushEvalSettings *settings)
{
  g_autoptr (RushPartitioning) have = rush_exec_output_partitioning (child);
  guint n = default_partitions (settings);

  if (rush_partitioning_satisfies (have, required))
    return child;
  switch (required->kind)
    {
    case RUSH_DISTRIBUTION_ALL_TUPLES:
      return exchange (RUSH_PARTITIONING_SINGLE, 1, NULL, child);
    case RUSH_DISTRIBUTION_CLUSTERED:
      return exchange (RUSH_PARTITIONING_HASH, n, required->expressions, child);
    case RUSH_DISTRIBUTION_ORDERED:
      return exchange (RUSH_PARTITIONING_RANGE, n, required->expressions, child);
    case RUSH_DISTRIBUTION_BROADCAST:
    case RUSH_DISTRIBUTION_NULL_AWARE_BROADCAST:
      return rush_broadcast_exchange_exec_new (
          required->expressions, required->kind == RUSH_DISTRIBUTION_NULL_AWARE_BROADCAST, child);
    case RUSH_DISTRIBUTION_ANY:
      return child;
    }
  g_assert_not_reached ();
}

/* ---- children that must match ---- */

/* Of a hash partitioning that has, for each of @keys, one expression in their order: itself. */
static const RushPartitioning *
find_exact (const RushPartitioning *have, const RushExprList *keys)
{
  for (guint a = 0; a < have->n_alternatives; a++)
    {
      const RushPartitioning *found = find_exact (have->alternatives[a], keys);
      if (found != NULL)
        return found;
    }
  if (have->kind != RUSH_PARTITIONING_HASH || have->expressions->n != keys->n)
    return NULL;
  for (guint k = 0; k < keys->n; k++)
    if (!rush_expr_semantic_equal (have->expressions->items[k], keys->items[k]))
      return NULL;
  return have;
}

/* How many partitions both are brought to. */
static void
match_children (RushExec **children, const RushDistribution *required,
                const RushEvalSettings *settings)
{
  g_autoptr (RushPartitioning) left = rush_exec_output_partitioning (children[0]);
  g_autoptr (RushPartitioning) right = rush_exec_output_partitioning (children[1]);
  const RushPartitioning *exact[2] = { find_exact (left, required[0].expressions),
                                       find_exact (right, required[1].expressions) };
  guint n = default_partitions (settings);
  gboolean both_single = left->n_partitions == 1 && right->n_partitions == 1 &&
                         rush_partitioning_satisfies (left, &required[0]) &&
                         rush_partitioning_satisfies (right, &required[1]);

  if (both_single ||
      (exact[0] != NULL && exact[1] != NULL && exact[0]->n_partitions == exact[1]->n_partitions))
    return;
  /* A side that has fewer partitions than a shuffle makes is not worth keeping as it is. */
  for (guint i = 0; i < 2; i++)
    if (exact[i] != NULL && exact[i]->n_partitions < n && exact[1 - i] == NULL)
      exact[i] = NULL;
  if (exact[0] != NULL || exact[1] != NULL)
    n = MAX (exact[0] != NULL ? exact[0]->n_partitions : 0,
             exact[1] != NULL ? exact[1]->n_partitions : 0);
  for (guint i = 0; i < 2; i++)
    if (exact[i] == NULL || exact[i]->n_partitions != n)
      children[i] = exchange (RUSH_PARTITIONING_HASH, n, required[i].expressions, children[i]);
}

/* ---- every node ---- */

static gboolean
is_clustered_pair (const RushExec *self)
{
  return self->n_children == 2 && required_of (self, 0).kind == RUSH_DISTRIBUTION_CLUSTERED &&
         required_of (self, 1).kind == RUSH_DISTRIBUTION_CLUSTERED;
}

static RushExec *
sort_as_required (RushExec *self, guint i, RushExec *child)
{
  g_autoptr (RushExprList) required =
      self->klass->required_ordering != NULL ? self->klass->required_ordering (self, i) : NULL;
  g_autoptr (RushExprList) have = rush_exec_output_ordering (child);

  if (rush_ordering_satisfies (have, required))
    return child;
  return rush_sort_exec_new (g_steal_pointer (&required), FALSE, child);
}

/* repartition () by what the rows are hashed by already. */
static gboolean
is_needless (const RushExec *self)
{
  g_autoptr (RushPartitioning) below = NULL;
  const RushPartitioning *own;

  if (!rush_exec_is_exchange (self) ||
      rush_exchange_exec_origin (self) != RUSH_EXCHANGE_REPARTITION_BY_COL)
    return FALSE;
  own = rush_exchange_exec_partitioning (self);
  below = rush_exec_output_partitioning (self->children[0]);
  return own->kind == RUSH_PARTITIONING_HASH && below->n_partitions == own->n_partitions &&
         find_exact (below, own->expressions) != NULL;
}

static RushExec *
ensure_node (RushExec *self /* taken over */, gpointer data, GError **error)
{
  const RushEvalSettings *settings = data;
  g_autofree RushExec **children = g_new (RushExec *, self->n_children + 1);
  RushExec *copy;

  if (is_needless (self))
    {
      copy = rush_exec_ref (self->children[0]);
      rush_exec_unref (self);
      return copy;
    }
  for (guint i = 0; i < self->n_children; i++)
    children[i] = rush_exec_ref (self->children[i]);
  if (is_clustered_pair (self))
    {
      RushDistribution required[] = { required_of (self, 0), required_of (self, 1) };
      match_children (children, required, settings);
    }
  else
    for (guint i = 0; i < self->n_children; i++)
      {
        RushDistribution required = required_of (self, i);
        if (required.kind != RUSH_DISTRIBUTION_ANY)
          children[i] = distribute (children[i], &required, settings);
      }
  for (guint i = 0; i < self->n_children; i++)
    children[i] = sort_as_required (self, i, children[i]);
  copy = self->n_children > 0 ? rush_exec_with_children (self, children) : rush_exec_ref (self);
  rush_exec_unref (self);
  return copy;
}

RushExec *
rush_ensure_requirements (RushExec *plan, const RushEvalSettings *settings, GError **error)
{
  return rush_exec_transform_up (plan, ensure_node, (gpointer)settings, error);
}
