/* skewed_join.c - a partition that is much larger than the others would keep one task busy long
 * after the rest: it is split by ranges of maps, and each part meets all of the other side.
 *
 *                  left          right                 left              right
 *   partition 0    10            8                     0                 0
 *             1    900           9              ─▶     1, maps 0–3       1
 *             2    12            11                    1, maps 4–7       1     … once more
 *                                                      2                 2
 *
 * What is skewed, and by which parts, says the skew rule (size_seams.h).  A side whose unmatched
 * rows the join gives back must see all of its partners, so that only the other one may be split.
 *
 * Mirrors: org.apache.spark.sql.execution.adaptive.OptimizeSkewedJoin.
 */
#include "sql/physical/adaptive/adaptive_rules.h"

#include "sql/physical/adaptive/partition_specs.h"
#include "sql/physical/adaptive/query_stage.h"
#include "sql/physical/adaptive/shuffle_read.h"
#include "sql/physical/operators/exchange.h"
#include "sql/physical/operators/joins.h"
#include "sql/physical/operators/sort.h"
#include "sql/physical/planner/planner.h"

#define SMALL_FACTOR 0.2 /* of the target: what is below goes with its neighbour */

typedef struct
{
  RushExec *stage;
  RushStageFacts facts;
  gboolean may_be_split;
  const RushSkewRule *rule;
  gint64 threshold, target;
  GArray *specs; /* (owned) */
  guint n_split;
} Side;

/* ---- splitting ---- */

static gboolean
split_may (RushJoinType type, guint side)
{
  switch (type)
    {
    case RUSH_JOIN_INNER:
    case RUSH_JOIN_CROSS:
      return TRUE;
    case RUSH_JOIN_LEFT_OUTER:
    case RUSH_JOIN_LEFT_SEMI:
    case RUSH_JOIN_LEFT_ANTI:
      return side == 0;
    case RUSH_JOIN_RIGHT_OUTER:
      return side == 1;
    case RUSH_JOIN_FULL_OUTER:
    case RUSH_JOIN_EXISTENCE:
      return FALSE;
    }
  g_assert_not_reached ();
}

/* The pieces of partition @p of one side. (transfer full) */
static GArray *
pieces_of (Side *side, guint p, GError **error)
{
  RushShuffleSpec whole = { p, p + 1, 0, G_MAXUINT };
  GArray *pieces = NULL;

  if (side->may_be_split && side->facts.bytes[p] > side->threshold &&
      !rush_split_partition (side->rule, side->facts.maps, p, side->target, SMALL_FACTOR, &pieces,
                             error))
    return NULL;
  if (pieces != NULL)
    {
      side->n_split++;
      return pieces;
    }
  pieces = g_array_new (FALSE, FALSE, sizeof (RushShuffleSpec));
  g_array_append_val (pieces, whole);
  return pieces;
}

/* Every piece of the left meets every piece of the right. */
static gboolean
split_partition (Side sides[2], guint p, GError **error)
{
  g_autoptr (GArray) left = pieces_of (&sides[0], p, error);
  g_autoptr (GArray) right = left != NULL ? pieces_of (&sides[1], p, error) : NULL;

  if (right == NULL)
    return FALSE;
  for (guint l = 0; l < left->len; l++)
    for (guint r = 0; r < right->len; r++)
      {
        g_array_append_val (sides[0].specs, g_array_index (left, RushShuffleSpec, l));
        g_array_append_val (sides[1].specs, g_array_index (right, RushShuffleSpec, r));
      }
  return TRUE;
}

/* ---- joins ---- */

/* The shuffle that a side is, below a sort at most; NULL: it is something else. */
static RushExec *
shuffle_of (RushExec *side)
{
  if (rush_exec_is_sort (side))
    side = side->children[0];
  if (!rush_exec_is_stage (side) || rush_query_stage_kind (side) != RUSH_STAGE_SHUFFLE ||
      !rush_query_stage_facts (side).known || rush_query_stage_facts (side).maps == NULL)
    return NULL;
  return rush_exchange_exec_origin (rush_query_stage_exchange (side)) ==
                 RUSH_EXCHANGE_ENSURE_REQUIREMENTS
             ? side
             : NULL;
}

static gboolean
begin_side (Side *self, RushExec *child, RushJoinType type, guint i,
            const RushEvalSettings *settings)
{
  self->stage = shuffle_of (child);
  if (self->stage == NULL)
    return FALSE;
  self->facts = rush_query_stage_facts (self->stage);
  self->may_be_split = split_may (type, i);
  self->rule = rush_skew_rule_of (settings->plugins);
  self->threshold = self->rule->threshold (
      self->facts.bytes, self->facts.n_partitions,
      rush_settings_get_double (settings, "spark.sql.adaptive.skewJoin.skewedPartitionFactor"),
      rush_settings_get_bytes (settings,
                               "spark.sql.adaptive.skewJoin.skewedPartitionThresholdInBytes"));
  self->target = self->rule->target (
      self->facts.bytes, self->facts.n_partitions, self->threshold,
      rush_settings_get_bytes (settings, "spark.sql.adaptive.advisoryPartitionSizeInBytes"));
  return TRUE;
}

/* @child with a read of the pieces in place of its stage. (transfer full) */
static RushExec *
read_side (RushExec *child, const Side *side)
{
  RushExec *read = rush_shuffle_read_exec_new (rush_exec_ref (side->stage), side->specs, FALSE);

  return rush_exec_is_sort (child) ? rush_exec_with_children (child, &read) : read;
}

static RushExec *
skewed_copy (const RushExec *self, Side sides[2])
{
  RushJoin join = rush_join_share (rush_join_exec_get (self));
  RushExec *copy;

  join.is_skewed = TRUE;
  copy = rush_join_exec_new (&join, read_side (self->children[0], &sides[0]),
                             read_side (self->children[1], &sides[1]));
  return rush_exec_share (copy, self);
}

static RushExec *
split_node (RushExec *self /* taken over */, gpointer data, GError **error)
{
  const RushJoin *join = rush_exec_is_join (self) ? rush_join_exec_get (self) : NULL;
  Side sides[2] = { 0 };
  RushExec *copy = self;
  gboolean split = TRUE;

  if (join == NULL || join->is_skewed ||
      (join->form != RUSH_JOIN_EXEC_SORT_MERGE && join->form != RUSH_JOIN_EXEC_SHUFFLED_HASH))
    return self;
  for (guint i = 0; i < 2; i++)
    if (!begin_side (&sides[i], self->children[i], join->type, i, data))
      return self;
  if (sides[0].facts.n_partitions != sides[1].facts.n_partitions)
    return self;
  for (guint i = 0; i < 2; i++)
    sides[i].specs = g_array_new (FALSE, FALSE, sizeof (RushShuffleSpec));
  for (guint p = 0; split && p < sides[0].facts.n_partitions; p++)
    split = split_partition (sides, p, error);
  if (!split || sides[0].n_split + sides[1].n_split > 0)
    {
      copy = split ? skewed_copy (self, sides) : NULL;
      rush_exec_unref (self);
    }
  for (guint i = 0; i < 2; i++)
    g_array_unref (sides[i].specs);
  return copy;
}

/* A join that is split does not leave the rows spread by its keys: if somebody above needs that,
 * an exchange more is only put in when it is asked for. */
RushExec *
rush_adaptive_split_skewed (RushExec *plan, const RushEvalSettings *settings, GError **error)
{
  g_autoptr (RushExec) split = NULL;
  g_autoptr (RushExec) required = NULL;

  if (!rush_settings_get_bool (settings, "spark.sql.adaptive.skewJoin.enabled"))
    return rush_exec_ref (plan);
  split = rush_exec_transform_up (plan, split_node, (gpointer)settings, error);
  if (split == NULL || split == plan)
    return g_steal_pointer (&split);
  required = rush_ensure_requirements (split, settings, error);
  if (required == NULL)
    return NULL;
  if (rush_count_shuffles (required) <= rush_count_shuffles (split))
    return g_steal_pointer (&split);
  return rush_settings_get_bool (settings, "spark.sql.adaptive.forceOptimizeSkewedJoin")
             ? g_steal_pointer (&required)
             : rush_exec_ref (plan);
}
