/* all_seams.c - a plug-in for test_plugins.c: every part that a query meets on its way, as plain as
 * it can be. */
#include "core/data/hash.h"
#include "core/scheduler/seams.h"
#include "core/storage/eviction.h"
#include "sql/optimizer/rule_seams.h"
#include "sql/physical/adaptive/size_seams.h"
#include "sql/physical/operators/placing_seam.h"
#include "sql/physical/tables/combining_seam.h"
#include "sql/physical/tables/joining_seams.h"

/* ---- rules ---- */

static RushPlan *
leave (RushPlan *plan, gpointer data, GError **error)
{
  return rush_plan_ref (plan);
}

static const RushRule rule = { "nothing", leave };

/* ---- sizes ---- */

static void
each_alone (const gint64 *bytes, guint n, gint64 target, RushRanges *out_ranges)
{
  for (guint p = 0; p < n; p++)
    rush_ranges_add (out_ranges, p, p + 1);
}

static gint64
threshold (const gint64 *bytes, guint n, double factor, gint64 least)
{
  return rush_median_bytes (bytes, n);
}

static gint64
target_size (const gint64 *bytes, guint n, gint64 most, gint64 advisory)
{
  return most;
}

static void
split_by_map (const gint64 *map_bytes, guint n_maps, gint64 target, double small,
              RushRanges *out_ranges)
{
  for (guint m = 0; m < n_maps; m++)
    rush_ranges_add (out_ranges, m, m + 1);
}

static const RushCoalesceRule coalescing = { "each alone", each_alone };
static const RushSkewRule splitting = { "by map", threshold, target_size, split_by_map };

/* ---- placing ---- */

static void
place (const RushBatch *batch, const guint *columns, guint n_columns, guint n_partitions,
       guint32 *out_partitions)
{
  for (guint i = 0; i < batch->length; i++)
    {
      const RushColumn *key = n_columns > 0 ? batch->columns[columns[0]] : NULL;
      guint row = rush_batch_row (batch, i);
      gboolean is_number = key != NULL && key->type == &RUSH_INT64;

      out_partitions[i] = is_number && rush_column_is_valid (key, row)
                              ? (guint32)((guint64)rush_column_get_int (key, row) % n_partitions)
                              : 0;
    }
}

static const RushRowPlacing placing = { "modulo", place };

/* ---- groups: a new one for each row that differs from the one before ---- */

static gpointer
create (void)
{
  return g_new0 (guint32, 1);
}

static void
find (gpointer table, RushCombineKeys *keys, guint32 *out_groups)
{
  guint32 *last = table;

  for (guint i = 0; i < rush_combine_keys_n (keys); i++)
    {
      if (rush_combine_keys_n_groups (keys) == 0 || !rush_combine_keys_equal (keys, i, *last))
        *last = rush_combine_keys_add (keys, i);
      out_groups[i] = *last;
    }
}

static void
clear (gpointer table)
{
  *(guint32 *)table = 0;
}

static const RushCombineTable combining = { "runs", create, find, clear, g_free };

/* ---- joins: each row with all ---- */

static void
join (RushJoinRows *rows)
{
  for (guint s = 0; s < rush_join_rows_n (rows, RUSH_STREAMED); s++)
    for (guint b = 0; b < rush_join_rows_n (rows, RUSH_BUILD); b++)
      if (rush_join_rows_hash (rows, RUSH_STREAMED, s) ==
              rush_join_rows_hash (rows, RUSH_BUILD, b) &&
          !rush_join_rows_has_null (rows, RUSH_BUILD, b) &&
          rush_join_rows_compare (rows, s, b) == 0)
        rush_join_rows_add (rows, s, b);
}

static const RushJoinCore joining = { "each with all", join };

/* ---- executors and the scheduler ---- */

static gint
compare_id (const RushBlock *a, const RushBlock *b)
{
  return g_strcmp0 (a->id, b->id);
}

static gint
oldest_stage_first (const RushSchedulable *a, const RushSchedulable *b)
{
  return a->stage_id != b->stage_id ? a->stage_id - b->stage_id
                                    : a->stage_attempt - b->stage_attempt;
}

static void
go_on (RushLocalityState *state, gint64 now_us)
{
  state->current = state->n_levels - 1;
}

static const RushEvictionPolicy eviction = { .name = "by id", .compare = compare_id };
static const RushSchedulingPolicy oldest = { "oldest stage", oldest_stage_first, FALSE };
static const RushLocalityWait hasty = { "hasty", go_on, NULL };

RUSH_PLUGIN (RUSH_CONSTANT_FOLDING_PART (&rule), RUSH_PUSH_DOWN_PREDICATES_PART (&rule),
             RUSH_COLUMN_PRUNING_PART (&rule), RUSH_COALESCE_PART (&coalescing),
             RUSH_SKEW_PART (&splitting), RUSH_HASH_PARTITIONING_PART (&placing),
             RUSH_PARTIAL_AGGREGATE_PART (&combining), RUSH_HASH_JOIN_PART (&joining),
             RUSH_SORT_MERGE_JOIN_PART (&joining), RUSH_EVICTION_POLICY_PART (&eviction),
             RUSH_FIFO_POLICY_PART (&oldest), RUSH_LOCALITY_WAIT_PART (&hasty));
