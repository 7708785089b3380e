/* read_rules.c - stages are read in other pieces than they were written in.
 *
 *   rebalance      a repartition that the user asked to be even: large partitions are split
 *   coalesce       partitions 0 1 2 │ 3 │ 4 5 …  read together up to a target size; shuffles that
 *                  are joined are cut alike, and what was split stays so
 *   read locally   below a broadcast join nobody needs the partitions of the streamed side: each
 *                  task reads what one map task wrote
 *
 * Mirrors: org.apache.spark.sql.execution.adaptive.{OptimizeSkewInRebalancePartitions,
 *          CoalesceShufflePartitions,OptimizeShuffleWithLocalRead}.
 */
#include "sql/physical/adaptive/adaptive_rules.h"

#include "sql/physical/adaptive/partition_specs.h"
#include "sql/physical/adaptive/query_stage.h"
#include "sql/physical/adaptive/shuffle_read.h"
#include "sql/physical/operators/exchange.h"
#include "sql/physical/operators/joins.h"
#include "sql/physical/planner/planner.h"

#include <math.h>

/* ---- shuffles that may be read otherwise ---- */

/* A shuffle is used as it is (a stage), or through a read that has split it already. */
static RushExec *
stage_of (RushExec *use)
{
  return rush_exec_is_shuffle_read (use) ? use->children[0] : use;
}

static gboolean
is_use (const RushExec *plan)
{
  return rush_exec_is_shuffle_read (plan) ||
         (rush_exec_is_stage (plan) && rush_query_stage_kind (plan) == RUSH_STAGE_SHUFFLE);
}

static RushExchangeOrigin
origin_of (RushExec *use)
{
  return rush_exchange_exec_origin (rush_query_stage_exchange (stage_of (use)));
}

static gboolean
is_spread (RushExec *use)
{
  RushExec *stage = stage_of (use);

  return rush_query_stage_facts (stage).known &&
         rush_exchange_exec_partitioning (rush_query_stage_exchange (stage))->kind !=
             RUSH_PARTITIONING_SINGLE;
}

typedef struct
{
  GHashTable *specs; /* use → GArray of RushShuffleSpec (owned) */
} Reads;

static RushExec *
read_node (RushExec *self /* taken over */, gpointer data, GError **error)
{
  GArray *specs = g_hash_table_lookup (((Reads *)data)->specs, self);
  RushExec *read;

  if (specs == NULL)
    return self;
  read = rush_shuffle_read_exec_new (rush_exec_ref (stage_of (self)), specs, FALSE);
  rush_exec_unref (self);
  return read;
}

/* ---- rebalance ---- */

/* *out NULL: no partition is larger than it should be. */
static gboolean
rebalanced_specs (const RushStageFacts *facts, const RushEvalSettings *settings, GArray **out,
                  GError **error)
{
  const RushSkewRule *rule = rush_skew_rule_of (settings->plugins);
  gint64 target =
      rush_settings_get_bytes (settings, "spark.sql.adaptive.advisoryPartitionSizeInBytes");
  double small = rush_settings_get_double (
      settings, "spark.sql.adaptive.rebalancePartitionsSmallPartitionFactor");
  g_autoptr (GArray) specs = g_array_new (FALSE, FALSE, sizeof (RushShuffleSpec));

  for (guint p = 0; p < facts->n_partitions; p++)
    {
      RushShuffleSpec whole = { p, p + 1, 0, G_MAXUINT };
      g_autoptr (GArray) parts = NULL;

      if (facts->bytes[p] > target && facts->maps != NULL &&
          !rush_split_partition (rule, facts->maps, p, target, small, &parts, error))
        return FALSE;
      if (parts != NULL)
        g_array_append_vals (specs, parts->data, parts->len);
      else
        g_array_append_val (specs, whole);
    }
  *out = specs->len > facts->n_partitions ? g_steal_pointer (&specs) : NULL;
  return TRUE;
}

static RushExec *
rebalance_node (RushExec *self /* taken over */, gpointer data, GError **error)
{
  g_autoptr (GArray) specs = NULL;
  RushStageFacts facts;

  if (!is_use (self) || rush_exec_is_shuffle_read (self) || !is_spread (self) ||
      (origin_of (self) != RUSH_EXCHANGE_REBALANCE_PARTITIONS_BY_NONE &&
       origin_of (self) != RUSH_EXCHANGE_REBALANCE_PARTITIONS_BY_COL))
    return self;
  facts = rush_query_stage_facts (self);
  if (!rebalanced_specs (&facts, data, &specs, error))
    {
      rush_exec_unref (self);
      return NULL;
    }
  return specs != NULL ? rush_shuffle_read_exec_new (self, specs, FALSE) : self;
}

RushExec *
rush_adaptive_rebalance (RushExec *plan, const RushEvalSettings *settings, GError **error)
{
  if (!rush_settings_get_bool (settings,
                               "spark.sql.adaptive.optimizeSkewsInRebalancePartitions.enabled"))
    return rush_exec_ref (plan);
  return rush_exec_transform_up (plan, rebalance_node, (gpointer)settings, error);
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
collect_uses (RushExec *plan, GPtrArray *into)
{
  if (is_use (plan))
    g_ptr_array_add (into, plan);
  for (guint i = 0; !is_use (plan) && i < plan->n_children; i++)
    collect_uses (plan->children[i], into);
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

static guint
partitions_of (RushExec *use)
{
  return rush_query_stage_facts (stage_of (use)).n_partitions;
}

static gboolean
may_be_coalesced (const GPtrArray *group)
{
  for (guint s = 0; s < group->len; s++)
    if (!is_spread (group->pdata[s]) ||
        origin_of (group->pdata[s]) == RUSH_EXCHANGE_REPARTITION_BY_NUM ||
        partitions_of (group->pdata[s]) != partitions_of (group->pdata[0]) ||
        rush_exec_is_shuffle_read (group->pdata[s]) != rush_exec_is_shuffle_read (group->pdata[0]))
      return FALSE;
  return group->len > 0;
}

/* @groups: GPtrArray of uses each (owned). */
static void
collect_groups (RushExec *plan, GPtrArray *groups)
{
  g_autoptr (GPtrArray) group = NULL;

  if (divides_groups (plan) || (!all_leaves_are_stages (plan) && plan->n_children == 1))
    {
      for (guint i = 0; i < plan->n_children; i++)
        collect_groups (plan->children[i], groups);
      return;
    }
  if (!all_leaves_are_stages (plan))
    return;
  group = g_ptr_array_new ();
  collect_uses (plan, group);
  if (may_be_coalesced (group))
    g_ptr_array_add (groups, g_steal_pointer (&group));
}

/* Of all shuffles of a group together. (transfer full) */
static gint64 *
bytes_of_group (const GPtrArray *group, gint64 *out_total)
{
  guint n = partitions_of (group->pdata[0]);
  gint64 *bytes = g_new0 (gint64, n + 1);

  *out_total = 0;
  for (guint s = 0; s < group->len; s++)
    for (guint p = 0; p < n; p++)
      {
        gint64 here = rush_query_stage_facts (stage_of (group->pdata[s])).bytes[p];
        bytes[p] += here;
        *out_total += here;
      }
  return bytes;
}

static gint64
target_bytes (gint64 total, guint fewest, const RushEvalSettings *settings)
{
  gint64 advisory =
      rush_settings_get_bytes (settings, "spark.sql.adaptive.advisoryPartitionSizeInBytes");
  gint64 least =
      rush_settings_get_bytes (settings, "spark.sql.adaptive.coalescePartitions.minPartitionSize");

  return MAX (MIN ((total + fewest - 1) / fewest, advisory), least);
}

/* How many partitions all groups together should keep at least. */
static guint
fewest_partitions (guint parallelism, const RushEvalSettings *settings)
{
  const char *given =
      rush_settings_get_string (settings, "spark.sql.adaptive.coalescePartitions.minPartitionNum");

  if (given != NULL)
    return (guint)MAX (g_ascii_strtoll (given, NULL, 10), 1);
  return rush_settings_get_bool (settings, "spark.sql.adaptive.coalescePartitions.parallelismFirst")
             ? parallelism
             : 1;
}

/* The pieces of one shuffle of a group; *out NULL: as it is. */
static gboolean
coalesced_specs (RushExec *use, const RushCoalesceRule *rule, const gint64 *bytes, gint64 target,
                 GArray **out, GError **error)
{
  guint n = partitions_of (use);
  g_autoptr (GArray) specs = NULL;

  if (rush_exec_is_shuffle_read (use))
    {
      specs = rush_coalesce_around_parts (rush_shuffle_read_exec_specs (use), rule, bytes, target,
                                          error);
      if (specs == NULL)
        return FALSE;
      n = rush_shuffle_read_exec_specs (use)->len;
    }
  else
    {
      RushShuffleSpec all = { 0, n, 0, G_MAXUINT };
      specs = g_array_new (FALSE, FALSE, sizeof (RushShuffleSpec));
      if (!rush_append_coalesced (specs, rule, bytes, 0, n, target, error))
        return FALSE;
      if (specs->len == 0)
        g_array_append_val (specs, all);
    }
  *out = specs->len < n ? g_steal_pointer (&specs) : NULL;
  return TRUE;
}

static gboolean
coalesce_groups (const GPtrArray *groups, guint fewest, const RushEvalSettings *settings,
                 GHashTable *into, GError **error)
{
  const RushCoalesceRule *rule = rush_coalesce_rule_of (settings->plugins);
  g_autofree gint64 *totals = g_new (gint64, groups->len + 1);
  gint64 total = 0;

  for (guint g = 0; g < groups->len; g++)
    {
      g_autofree gint64 *bytes = bytes_of_group (groups->pdata[g], &totals[g]);
      total += totals[g];
    }
  for (guint g = 0; g < groups->len; g++)
    {
      const GPtrArray *group = groups->pdata[g];
      g_autofree gint64 *bytes = bytes_of_group (group, &totals[g]);
      double share = total > 0 ? (double)totals[g] / (double)total : 1.0;
      guint own = groups->len == 1 ? fewest : (guint)MAX (floor (fewest * share + 0.5), 1);
      gint64 target = target_bytes (totals[g], MAX (own, 1), settings);

      for (guint s = 0; s < group->len; s++)
        {
          GArray *specs = NULL;
          if (!coalesced_specs (group->pdata[s], rule, bytes, target, &specs, error))
            return FALSE;
          if (specs != NULL)
            g_hash_table_insert (into, group->pdata[s], specs);
        }
    }
  return TRUE;
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
  if (!coalesce_groups (groups, fewest_partitions (parallelism, settings), settings, specs, error))
    return NULL;
  return rush_exec_transform_up (plan, read_node, &reads, error);
}

/* ---- local reads ---- */

static gboolean
can_be_local (RushExec *self)
{
  return is_use (self) && is_spread (self) &&
         (origin_of (self) == RUSH_EXCHANGE_ENSURE_REQUIREMENTS ||
          origin_of (self) == RUSH_EXCHANGE_REBALANCE_PARTITIONS_BY_NONE);
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
  RushExec *stage = stage_of (self);
  RushStageFacts facts = rush_query_stage_facts (stage);
  guint parallelism = rush_exec_is_shuffle_read (self) ? rush_shuffle_read_exec_specs (self)->len
                                                       : facts.n_partitions;
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
  return rush_shuffle_read_exec_new (rush_exec_ref (stage), specs, TRUE);
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
  return rush_exec_ref (rush_count_shuffles (required) <= rush_count_shuffles (plan) ? local
                                                                                     : plan);
}
