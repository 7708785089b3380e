/* join_rules.c - which join, now that the sizes of a side are known.
 *
 *   SortMergeJoin               BroadcastHashJoin
 *   ├── Sort                    ├── stage 0                 streams as it lies
 *   │   └── stage 0      ─▶     └── BroadcastExchange
 *   └── Sort                        └── stage 1             has proved small
 *       └── stage 1
 *
 *   a side is below autoBroadcastJoinThreshold     it is broadcast, unless …
 *   most of its partitions are empty               … then the tasks of those have nothing to do in
 *                                                  a shuffled join, and no broadcast helps them
 *   each of its partitions is below                shuffled hash: no sorts
 *   maxShuffledHashJoinLocalMapThreshold
 *
 * Mirrors: org.apache.spark.sql.execution.adaptive.DynamicJoinSelection.
 */
#include "sql/physical/adaptive/adaptive_rules.h"

#include "sql/physical/adaptive/query_stage.h"
#include "sql/physical/operators/aggregate.h"
#include "sql/physical/operators/basic.h"
#include "sql/physical/operators/broadcast_exchange.h"
#include "sql/physical/operators/exchange.h"
#include "sql/physical/operators/joins.h"
#include "sql/physical/operators/sort.h"
#include "sql/physical/planner/planner.h"

/* ---- sides ---- */

static RushExec *
without_sort (RushExec *self)
{
  return rush_exec_is_sort (self) ? self->children[0] : self;
}

static RushExec *
without_exchange (RushExec *self)
{
  return rush_exec_is_exchange (self) &&
                 rush_exchange_exec_origin (self) == RUSH_EXCHANGE_ENSURE_REQUIREMENTS
             ? self->children[0]
             : self;
}

static gboolean
is_known_shuffle (const RushExec *side)
{
  return rush_exec_is_stage (side) && rush_query_stage_kind (side) == RUSH_STAGE_SHUFFLE &&
         rush_query_stage_facts (side).known;
}

/* The stage that a side of a join is, through operators that make no more rows of it.  (Aggregates
 * are such, too; an exchange between two of them is a stage by itself.) */
static RushExec *
stage_of (RushExec *side)
{
  side = without_exchange (without_sort (side));
  while (rush_exec_is_project (side) || rush_exec_is_aggregate (side) || rush_exec_is_sort (side) ||
         g_strcmp0 (side->klass->name, "Filter") == 0)
    side = side->children[0];
  return is_known_shuffle (side) ? side : NULL;
}

static gboolean
is_small (RushExec *side, const RushEvalSettings *settings)
{
  RushExec *stage = stage_of (side);
  const char *own =
      rush_settings_get_string (settings, "spark.sql.adaptive.autoBroadcastJoinThreshold");
  gint64 threshold = rush_settings_get_bytes (
      settings, own != NULL ? "spark.sql.adaptive.autoBroadcastJoinThreshold"
                            : "spark.sql.autoBroadcastJoinThreshold");

  return stage != NULL && threshold >= 0 &&
         rush_query_stage_facts (stage).data_bytes <= (double)threshold;
}

/* The stage itself, with nothing but a sort above it. */
static gboolean
has_many_empty (RushExec *side, const RushEvalSettings *settings)
{
  double least = rush_settings_get_double (
      settings, "spark.sql.adaptive.nonEmptyPartitionRatioForBroadcastJoin");
  RushStageFacts facts;
  guint non_empty = 0;

  side = without_sort (side);
  if (!is_known_shuffle (side))
    return FALSE;
  facts = rush_query_stage_facts (side);
  for (guint p = 0; p < facts.n_partitions; p++)
    non_empty += facts.bytes[p] > 0;
  return non_empty > 0 && (double)non_empty / facts.n_partitions < least;
}

/* Small enough for a table of each partition. */
static gboolean
fits_local_tables (RushExec *side, const RushEvalSettings *settings)
{
  gint64 most =
      rush_settings_get_bytes (settings, "spark.sql.adaptive.maxShuffledHashJoinLocalMapThreshold");
  RushStageFacts facts;

  side = without_sort (side);
  if (!is_known_shuffle (side) ||
      rush_settings_get_bytes (settings, "spark.sql.adaptive.advisoryPartitionSizeInBytes") > most)
    return FALSE;
  facts = rush_query_stage_facts (side);
  for (guint p = 0; p < facts.n_partitions; p++)
    if (facts.bytes[p] > most)
      return FALSE;
  return TRUE;
}

/* ---- which side ---- */

static gboolean
can_broadcast (RushJoinType type, guint side)
{
  switch (type)
    {
    case RUSH_JOIN_INNER:
    case RUSH_JOIN_CROSS:
      return TRUE;
    case RUSH_JOIN_RIGHT_OUTER:
      return side == 0;
    case RUSH_JOIN_LEFT_OUTER:
    case RUSH_JOIN_LEFT_SEMI:
    case RUSH_JOIN_LEFT_ANTI:
    case RUSH_JOIN_EXISTENCE:
      return side == 1;
    case RUSH_JOIN_FULL_OUTER:
      return FALSE;
    }
  g_assert_not_reached ();
}

static gboolean
can_hash_partitions (RushJoinType type, guint side)
{
  return side == 1 || type == RUSH_JOIN_INNER || type == RUSH_JOIN_CROSS ||
         type == RUSH_JOIN_RIGHT_OUTER || type == RUSH_JOIN_LEFT_OUTER ||
         type == RUSH_JOIN_FULL_OUTER;
}

/* Whether @side should not be broadcast, though it is small.  Where the rows of the other side are
 * kept anyway, an empty partition here saves nothing; one there does. */
static gboolean
is_demoted (const RushExec *self, guint side, const RushEvalSettings *settings)
{
  RushJoinType type = rush_join_exec_get (self)->type;
  gboolean keeps =
      type == RUSH_JOIN_LEFT_OUTER || type == RUSH_JOIN_RIGHT_OUTER || type == RUSH_JOIN_LEFT_ANTI;

  if (!is_known_shuffle (without_sort (self->children[side])) || !can_broadcast (type, side))
    return FALSE;
  if (has_many_empty (self->children[side], settings))
    return !keeps;
  return keeps && has_many_empty (self->children[1 - side], settings);
}

/* The smaller of two sides that would do; −1: none. */
static gint
choose (const RushExec *self, const gboolean wanted[2])
{
  if (wanted[0] && wanted[1])
    return rush_query_stage_facts (stage_of (self->children[1])).data_bytes <=
           rush_query_stage_facts (stage_of (self->children[0])).data_bytes;
  return wanted[0] ? 0 : wanted[1] ? 1 : -1;
}

static gboolean
choose_form (const RushExec *self, const RushEvalSettings *settings, RushJoin *join)
{
  gboolean small[2], forced[2], fits[2];
  gint side;

  for (guint i = 0; i < 2; i++)
    {
      gboolean demoted = is_demoted (self, i, settings);
      fits[i] =
          can_hash_partitions (join->type, i) && fits_local_tables (self->children[i], settings);
      forced[i] = fits[i] && demoted;
      small[i] =
          !demoted && can_broadcast (join->type, i) && is_small (self->children[i], settings);
    }
  join->form = RUSH_JOIN_EXEC_SHUFFLED_HASH;
  side = choose (self, forced);
  if (side < 0 && (side = choose (self, small)) >= 0)
    join->form = RUSH_JOIN_EXEC_BROADCAST_HASH;
  if (side < 0)
    side = choose (self, fits);
  join->build_left = side == 0;
  return side >= 0;
}

/* ---- switching ---- */

static RushExec *
switched_side (RushExec *side, const RushJoin *join, guint i)
{
  RushExec *plain = without_sort (side);

  if (join->form == RUSH_JOIN_EXEC_SHUFFLED_HASH)
    return rush_exec_ref (plain);
  plain = rush_exec_ref (without_exchange (plain));
  return (i == 0) == join->build_left
             ? rush_broadcast_exchange_exec_new (i == 0 ? join->left_keys : join->right_keys,
                                                 join->null_aware, plain)
             : plain;
}

static RushExec *
switch_node (RushExec *self /* taken over */, gpointer data, GError **error)
{
  RushExec *sides[2], *switched;
  RushJoin join;

  if (!rush_exec_is_join (self) || rush_join_exec_get (self)->form != RUSH_JOIN_EXEC_SORT_MERGE ||
      rush_join_exec_get (self)->is_hinted || rush_join_exec_get (self)->is_skewed)
    return self;
  join = *rush_join_exec_get (self);
  if (!choose_form (self, data, &join))
    return self;
  for (guint i = 0; i < 2; i++)
    sides[i] = switched_side (self->children[i], &join, i);
  rush_join_share (&join);
  switched = rush_join_exec_new (&join, sides[0], sides[1]);
  if (self->logical != NULL)
    rush_exec_planned_from (switched, self->logical);
  rush_exec_unref (self);
  return switched;
}

guint
rush_count_shuffles (const RushExec *plan)
{
  guint n = rush_exec_is_exchange (plan);

  for (guint i = 0; i < plan->n_children; i++)
    n += rush_count_shuffles (plan->children[i]);
  return n;
}

/* Only if no more shuffles are needed then. */
RushExec *
rush_adaptive_switch_joins (RushExec *plan, const RushEvalSettings *settings, GError **error)
{
  g_autoptr (RushExec) switched =
      rush_exec_transform_up (plan, switch_node, (gpointer)settings, error);
  g_autoptr (RushExec) required = NULL;

  if (switched == NULL || switched == plan)
    return g_steal_pointer (&switched);
  required = rush_ensure_requirements (switched, settings, error);
  if (required == NULL)
    return NULL;
  return rush_exec_ref (rush_count_shuffles (required) <= rush_count_shuffles (plan) ? required
                                                                                     : plan);
}
