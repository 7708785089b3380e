/* adaptive_rules.c - planning with sizes that are known.
 *
 *   switch joins       SortMergeJoin               BroadcastHashJoin
 *                      ├── Sort                    ├── stage 0                 streams as it lies
 *                      │   └── stage 0      ─▶     └── BroadcastExchange
 *                      └── Sort                        └── stage 1             has proved small
 *                          └── stage 1
 *   coalesce           partitions 0 1 2 │ 3 │ 4 5 …  read together up to a target size; shuffles
 *                      that are joined are cut alike
 *   read locally       below a broadcast join nobody needs the partitions of the streamed side:
 *                      each task reads what one map task wrote
 *
 * Spark plans the logical rest of the query anew.  Here the physical plan is changed directly,
 * which gives the same plans for these rules.
 *
 * Mirrors: org.apache.spark.sql.execution.adaptive.{DynamicJoinSelection,CoalesceShufflePartitions,
 *          ShufflePartitionsUtil,OptimizeShuffleWithLocalRead}.
 */
#include "sql/physical/adaptive/adaptive_rules.h"

#include "sql/physical/adaptive/query_stage.h"
#include "sql/physical/adaptive/shuffle_read.h"
#include "sql/physical/operators/aggregate.h"
#include "sql/physical/operators/basic.h"
#include "sql/physical/operators/broadcast_exchange.h"
#include "sql/physical/operators/exchange.h"
#include "sql/physical/operators/joins.h"
#include "sql/physical/operators/limit.h"
#include "sql/physical/operators/sort.h"
#include "sql/physical/planner/planner.h"

/* ---- joins ---- */

#define FEWEST_NON_EMPTY 0.2 /* of the partitions: else a shuffled join has little to do anyway */

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

/* The stage that a side of a join is, through operators that make no more rows of it.  (Aggregates
 * are such, too; an exchange between two of them is a stage by itself.) */
static RushExec *
stage_of (RushExec *side)
{
  side = without_sort (side);
  while (rush_exec_is_project (side) || rush_exec_is_aggregate (side) || rush_exec_is_sort (side) ||
         g_strcmp0 (side->klass->name, "Filter") == 0)
    side = side->children[0];
  return rush_exec_is_stage (side) && rush_query_stage_kind (side) == RUSH_STAGE_SHUFFLE &&
                 rush_query_stage_facts (side).known
             ? side
             : NULL;
}

static gboolean
has_many_empty (const RushStageFacts *facts)
{
  guint non_empty = 0;

  for (guint p = 0; p < facts->n_partitions; p++)
    non_empty += facts->bytes[p] > 0;
  return non_empty > 0 && (double)non_empty / facts->n_partitions < FEWEST_NON_EMPTY;
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
  RushStageFacts facts;

  if (stage == NULL || threshold < 0)
    return FALSE;
  facts = rush_query_stage_facts (stage);
  return facts.data_bytes <= (double)threshold && !has_many_empty (&facts);
}

static gboolean
can_build (RushJoinType type, guint side)
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

/* −1: none. */
static gint
side_to_build (const RushExec *self, const RushEvalSettings *settings)
{
  const RushJoin *join = rush_join_exec_get (self);
  gboolean small[2];

  for (guint i = 0; i < 2; i++)
    small[i] = can_build (join->type, i) && is_small (self->children[i], settings);
  if (small[0] && small[1])
    return rush_query_stage_facts (stage_of (self->children[1])).data_bytes <=
                   rush_query_stage_facts (stage_of (self->children[0])).data_bytes
               ? 1
               : 0;
  return small[0] ? 0 : small[1] ? 1 : -1;
}

static RushExec *
switch_node (RushExec *self /* taken over */, gpointer data, GError **error)
{
  const RushEvalSettings *settings = data;
  RushExec *sides[2], *switched;
  RushJoin join;
  gint build;

  if (!rush_exec_is_join (self) || rush_join_exec_get (self)->form != RUSH_JOIN_EXEC_SORT_MERGE ||
      rush_join_exec_get (self)->is_hinted || rush_join_exec_get (self)->is_skewed)
    return self;
  build = side_to_build (self, settings);
  if (build < 0)
    return self;
  join = rush_join_share (rush_join_exec_get (self));
  join.form = RUSH_JOIN_EXEC_BROADCAST_HASH;
  join.build_left = build == 0;
  for (gint i = 0; i < 2; i++)
    {
      RushExec *side = rush_exec_ref (without_exchange (without_sort (self->children[i])));
      sides[i] =
          i == build
              ? rush_broadcast_exchange_exec_new (i == 0 ? join.left_keys : join.right_keys, side)
              : side;
    }
  switched = rush_join_exec_new (&join, sides[0], sides[1]);
  if (self->logical != NULL)
    rush_exec_planned_from (switched, self->logical);
  rush_exec_unref (self);
  return switched;
}

static guint
count_shuffles (const RushExec *plan)
{
  guint n = rush_exec_is_exchange (plan);

  for (guint i = 0; i < plan->n_children; i++)
    n += count_shuffles (plan->children[i]);
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
  return rush_exec_ref (count_shuffles (required) <= count_shuffles (plan) ? required : plan);
}

/* ---- limits ---- */

/* −1: not known. */
static gint64
most_rows (const RushExec *self)
{
  if (rush_exec_is_stage (self) && rush_query_stage_facts (self).known)
    return rush_query_stage_facts (self).n_rows;
  if (rush_exec_is_aggregate (self) && rush_aggregate_exec_step (self)->grouping->n == 0)
    return 1;
  if (rush_exec_is_aggregate (self) || rush_exec_is_project (self) || rush_exec_is_sort (self) ||
      g_strcmp0 (self->klass->name, "Filter") == 0)
    return most_rows (self->children[0]);
  return -1;
}

RushExec *
rush_adaptive_drop_limits (RushExec *plan, GError **error)
{
  gint64 most;

  if (!rush_exec_is_collect_limit (plan) || rush_limit_exec_offset (plan) > 0)
    return rush_exec_ref (plan);
  most = most_rows (plan->children[0]);
  return rush_exec_ref (most >= 0 && most <= rush_limit_exec_limit (plan) ? plan->children[0]
                                                                          : plan);
}

/* ---- coalescing ---- */

static gboolean
all_leaves_are_stages (const RushExec *plan)
{
  if (rush_exec_is_stage (plan))
    return rush_query_stage_kind (plan) != RUSH_STAGE_TABLE_CACHE;
  for (guint i = 0; i < plan->n_children; i++)
    if (!all_leaves_are_stages (plan->children[i]))
      return FALSE;
  return plan->n_children > 0;
}

static void
collect_shuffles (RushExec *plan, GPtrArray *into)
{
  if (rush_exec_is_stage (plan) && rush_query_stage_kind (plan) == RUSH_STAGE_SHUFFLE)
    g_ptr_array_add (into, plan);
  for (guint i = 0; i < plan->n_children; i++)
    collect_shuffles (plan->children[i], into);
}

static gboolean
may_be_cut (const RushExec *stage)
{
  RushExec *exchange = rush_query_stage_exchange (stage);

  return rush_query_stage_facts (stage).known &&
         rush_exchange_exec_partitioning (exchange)->kind != RUSH_PARTITIONING_SINGLE &&
         rush_exchange_exec_origin (exchange) != RUSH_EXCHANGE_REPARTITION_BY_NUM;
}

/* Children that have nothing to do with each other. */
static gboolean
divides_groups (const RushExec *plan)
{
  RushJoinForm form;

  if (!rush_exec_is_join (plan))
    return plan->n_children > 1;
  form = rush_join_exec_get (plan)->form;
  return form != RUSH_JOIN_EXEC_SORT_MERGE && form != RUSH_JOIN_EXEC_SHUFFLED_HASH;
}

/* @groups: GPtrArray of stages each (owned). */
static void
collect_groups (RushExec *plan, GPtrArray *groups)
{
  GPtrArray *group;

  if (divides_groups (plan) || (!all_leaves_are_stages (plan) && plan->n_children == 1))
    {
      for (guint i = 0; i < plan->n_children; i++)
        collect_groups (plan->children[i], groups);
      return;
    }
  if (!all_leaves_are_stages (plan))
    return;
  group = g_ptr_array_new ();
  collect_shuffles (plan, group);
  for (guint s = 0; s < group->len; s++)
    if (!may_be_cut (group->pdata[s]) || rush_query_stage_facts (group->pdata[s]).n_partitions !=
                                             rush_query_stage_facts (group->pdata[0]).n_partitions)
      {
        g_ptr_array_unref (group);
        return;
      }
  if (group->len > 0)
    g_ptr_array_add (groups, group);
  else
    g_ptr_array_unref (group);
}

static gint64
bytes_of_partition (const GPtrArray *group, guint p)
{
  gint64 bytes = 0;

  for (guint s = 0; s < group->len; s++)
    bytes += rush_query_stage_facts (group->pdata[s]).bytes[p];
  return bytes;
}

static gint64
target_bytes (const GPtrArray *group, guint n, guint n_groups, guint parallelism,
              const RushEvalSettings *settings)
{
  gint64 advisory =
      rush_settings_get_bytes (settings, "spark.sql.adaptive.advisoryPartitionSizeInBytes");
  gint64 least =
      rush_settings_get_bytes (settings, "spark.sql.adaptive.coalescePartitions.minPartitionSize");
  gint64 total = 0, fewest = 1;

  if (rush_settings_get_bool (settings, "spark.sql.adaptive.coalescePartitions.parallelismFirst"))
    fewest = MAX (parallelism / n_groups, 1);
  for (guint p = 0; p < n; p++)
    total += bytes_of_partition (group, p);
  return MAX (MIN ((total + fewest - 1) / fewest, advisory), MIN (least, advisory));
}

/* RushShuffleSpecs; what has no rows is in none of them. */
static GArray *
coalesced_specs (const GPtrArray *group, gint64 target)
{
  guint n = rush_query_stage_facts (group->pdata[0]).n_partitions, start = 0;
  GArray *specs = g_array_new (FALSE, FALSE, sizeof (RushShuffleSpec));
  gint64 held = 0;

  for (guint p = 0; p < n; p++)
    {
      gint64 bytes = bytes_of_partition (group, p);

      if (p > start && held + bytes > target)
        {
          RushShuffleSpec spec = { start, p, 0, G_MAXUINT };
          if (held > 0)
            g_array_append_val (specs, spec);
          start = p;
          held = 0;
        }
      held += bytes;
    }
  if (held > 0 || specs->len == 0)
    {
      RushShuffleSpec spec = { start, n, 0, G_MAXUINT };
      g_array_append_val (specs, spec);
    }
  return specs;
}

/* Which stages are read how. */
typedef struct
{
  GHashTable *specs; /* stage → GArray of RushShuffleSpec (owned) */
} Reads;

static RushExec *
read_node (RushExec *self /* taken over */, gpointer data, GError **error)
{
  const GArray *specs = g_hash_table_lookup (((Reads *)data)->specs, self);

  if (specs == NULL)
    return self;
  return rush_shuffle_read_exec_new (self, (const RushShuffleSpec *)specs->data, specs->len,
                                     RUSH_READ_COALESCED);
}

RushExec *
rush_adaptive_coalesce_partitions (RushExec *plan, guint parallelism,
                                   const RushEvalSettings *settings, GError **error)
{
  g_autoptr (GPtrArray) groups = g_ptr_array_new_with_free_func ((GDestroyNotify)g_ptr_array_unref);
  g_autoptr (GHashTable) specs =
      g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify)g_array_unref);
  Reads reads = { specs };

  if (!rush_settings_get_bool (settings, "spark.sql.adaptive.coalescePartitions.enabled"))
    return rush_exec_ref (plan);
  collect_groups (plan, groups);
  for (guint g = 0; g < groups->len; g++)
    {
      const GPtrArray *group = groups->pdata[g];
      guint n = rush_query_stage_facts (group->pdata[0]).n_partitions;
      g_autoptr (GArray) cut =
          coalesced_specs (group, target_bytes (group, n, groups->len, parallelism, settings));

      for (guint s = 0; s < group->len && cut->len < n; s++)
        g_hash_table_insert (specs, group->pdata[s], g_array_ref (cut));
    }
  return rush_exec_transform_up (plan, read_node, &reads, error);
}

/* ---- local reads ---- */

static gboolean
can_be_local (RushExec *self)
{
  RushExec *stage = rush_exec_is_shuffle_read (self) ? self->children[0] : self;

  return rush_exec_is_stage (stage) && rush_query_stage_kind (stage) == RUSH_STAGE_SHUFFLE &&
         rush_query_stage_facts (stage).known && may_be_cut (stage);
}

/* @n maps into @pieces of about equal length: piece @i begins where? */
static guint
piece_start (guint n, guint pieces, guint i)
{
  guint length = n / pieces, longer = n % pieces;

  return i < longer ? i * (length + 1) : longer * (length + 1) + (i - longer) * length;
}

static RushExec *
local_read (RushExec *self)
{
  RushExec *stage = rush_exec_is_shuffle_read (self) ? self->children[0] : self;
  RushStageFacts facts = rush_query_stage_facts (stage);
  guint parallelism =
      rush_exec_is_shuffle_read (self) ? rush_shuffle_read_exec_n_specs (self) : facts.n_partitions;
  g_autoptr (GArray) specs = g_array_new (FALSE, FALSE, sizeof (RushShuffleSpec));
  guint pieces, a_map;

  if (facts.n_maps == 0)
    return rush_exec_ref (self);
  pieces = MIN (parallelism, facts.n_maps);
  a_map = facts.n_maps >= parallelism ? 1 : MAX (parallelism / facts.n_maps, 1);
  for (guint m = 0; m < pieces; m++)
    for (guint r = 0; r < a_map; r++)
      {
        RushShuffleSpec spec = { piece_start (facts.n_partitions, a_map, r),
                                 piece_start (facts.n_partitions, a_map, r + 1),
                                 piece_start (facts.n_maps, pieces, m),
                                 piece_start (facts.n_maps, pieces, m + 1) };
        g_array_append_val (specs, spec);
      }
  return rush_shuffle_read_exec_new (rush_exec_ref (stage), (const RushShuffleSpec *)specs->data,
                                     specs->len, RUSH_READ_LOCAL);
}

static RushExec *
local_node (RushExec *self /* taken over */, gpointer data, GError **error)
{
  RushExec *children[2], *copy;
  const RushJoin *join;
  guint streamed;

  if (!rush_exec_is_join (self))
    return self;
  join = rush_join_exec_get (self);
  streamed = join->build_left ? 1 : 0;
  if (join->form != RUSH_JOIN_EXEC_BROADCAST_HASH || !can_be_local (self->children[streamed]))
    return self;
  children[streamed] = local_read (self->children[streamed]);
  children[1 - streamed] = rush_exec_ref (self->children[1 - streamed]);
  copy = rush_exec_with_children (self, children);
  rush_exec_unref (self);
  return copy;
}

RushExec *
rush_adaptive_read_locally (RushExec *plan, const RushEvalSettings *settings, GError **error)
{
  g_autoptr (RushExec) local = NULL;
  g_autoptr (RushExec) required = NULL;

  if (!rush_settings_get_bool (settings, "spark.sql.adaptive.localShuffleReader.enabled"))
    return rush_exec_ref (plan);
  if (can_be_local (plan))
    return local_read (plan);
  local = rush_exec_transform_up (plan, local_node, NULL, error);
  if (local == NULL || local == plan)
    return g_steal_pointer (&local);
  required = rush_ensure_requirements (local, settings, error);
  if (required == NULL)
    return NULL;
  return rush_exec_ref (count_shuffles (required) <= count_shuffles (plan) ? local : plan);
}
