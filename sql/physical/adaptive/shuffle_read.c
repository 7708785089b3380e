/* shuffle_read.c - see shuffle_read.h.
 *
 * What stands behind the name says what there is among the pieces: partitions put together
 * (coalesced), parts of one (skewed), or neither, as beside a split partition of the other side.
 *
 * Mirrors: org.apache.spark.sql.execution.adaptive.AQEShuffleReadExec.
 */
#include "sql/physical/adaptive/shuffle_read.h"

#include "core/shuffle/map_status.h"
#include "sql/physical/adaptive/partition_specs.h"
#include "sql/physical/adaptive/query_stage.h"
#include "sql/physical/operators/exchange.h"
#include "sql/physical/text.h"

typedef struct
{
  RushExec base;
  GArray *specs; /* (owned) RushShuffleSpec */
  gboolean local;
} ShuffleReadExec;

enum
{
  METRIC_PARTITIONS,
  METRIC_DATA_SIZE,
  METRIC_COALESCED,
  METRIC_SKEWED,
  METRIC_SPLITS,
};

/* ---- what kinds of pieces there are ---- */

static const RushShuffleSpec *
spec_at (const ShuffleReadExec *self, guint i)
{
  return &g_array_index (self->specs, RushShuffleSpec, i);
}

static guint
count_parts (const ShuffleReadExec *self)
{
  guint n = 0;

  for (guint i = 0; !self->local && i < self->specs->len; i++)
    n += rush_shuffle_spec_is_part (spec_at (self, i));
  return n;
}

/* Pieces of several partitions, or of none where nothing was written. */
static guint
count_coalesced (const ShuffleReadExec *self)
{
  guint n = 0;

  for (guint i = 0; !self->local && i < self->specs->len; i++)
    n += !rush_shuffle_spec_is_part (spec_at (self, i)) &&
         spec_at (self, i)->end - spec_at (self, i)->start != 1;
  return n;
}

/* Whole partitions, each in one piece at most: they still hold what they held. */
static gboolean
is_coalesced (const ShuffleReadExec *self)
{
  if (self->local || count_parts (self) > 0)
    return FALSE;
  for (guint i = 1; i < self->specs->len; i++)
    if (spec_at (self, i - 1)->end > spec_at (self, i)->start)
      return FALSE;
  return TRUE;
}

static RushPartitioning *
shuffle_read_partitioning (const RushExec *base)
{
  const ShuffleReadExec *self = (const ShuffleReadExec *)base;
  g_autoptr (RushPartitioning) below = rush_exec_output_partitioning (base->children[0]);

  if (!is_coalesced (self))
    return rush_partitioning_new (RUSH_PARTITIONING_UNKNOWN, self->specs->len, NULL);
  return rush_partitioning_new (below->kind, self->specs->len,
                                below->expressions != NULL ? rush_expr_list_ref (below->expressions)
                                                           : NULL);
}

/* ---- running ---- */

static gint64
bytes_of_spec (const RushShuffleSpec *spec, const GPtrArray *maps)
{
  gint64 bytes = 0;

  for (guint m = spec->map_start; maps != NULL && m < MIN (spec->map_end, maps->len); m++)
    for (guint p = spec->start; p < spec->end; p++)
      bytes += ((const RushMapStatus *)maps->pdata[m])->sizes[p].bytes;
  return bytes;
}

/* All that is counted of a read is known beforehand. */
static void
count_pieces (ShuffleReadExec *self)
{
  const GPtrArray *maps = rush_query_stage_facts (self->base.children[0]).maps;
  guint last_split = G_MAXUINT;

  rush_exec_count (&self->base, METRIC_PARTITIONS, self->specs->len);
  rush_exec_count (&self->base, METRIC_COALESCED, count_coalesced (self));
  rush_exec_count (&self->base, METRIC_SPLITS, count_parts (self));
  for (guint i = 0; i < self->specs->len; i++)
    {
      const RushShuffleSpec *spec = spec_at (self, i);

      rush_exec_count (&self->base, METRIC_DATA_SIZE, bytes_of_spec (spec, maps));
      if (self->local || !rush_shuffle_spec_is_part (spec) || spec->start == last_split)
        continue;
      last_split = spec->start;
      rush_exec_count (&self->base, METRIC_SKEWED, 1);
    }
}

static RushRdd *
shuffle_read_execute (RushExec *base, RushQuery *query, GError **error)
{
  ShuffleReadExec *self = (ShuffleReadExec *)base;

  count_pieces (self);
  return rush_exchange_exec_read (rush_query_stage_exchange (base->children[0]), query,
                                  (const RushShuffleSpec *)self->specs->data, self->specs->len,
                                  error);
}

static RushExec *
shuffle_read_with_children (const RushExec *base, RushExec *const *children)
{
  const ShuffleReadExec *self = (const ShuffleReadExec *)base;

  return rush_shuffle_read_exec_new (children[0], self->specs, self->local);
}

/* ---- text ---- */

static const char *
what (const ShuffleReadExec *self)
{
  gboolean skewed = count_parts (self) > 0, coalesced = count_coalesced (self) > 0;

  if (self->local)
    return "local";
  if (skewed && coalesced)
    return "coalesced and skewed";
  return skewed ? "skewed" : coalesced ? "coalesced" : "";
}

static char *
shuffle_read_arguments (const RushExec *base)
{
  return g_strdup_printf (" %s", what ((const ShuffleReadExec *)base));
}

static char *
shuffle_read_formatted (const RushExec *base)
{
  GString *out = g_string_new (NULL);

  rush_append_list_line (out, "Input", base->output);
  g_string_append_printf (out, "Arguments: %s\n", what ((const ShuffleReadExec *)base));
  return g_string_free (out, FALSE);
}

static char *
shuffle_read_formatted_name (const RushExec *base)
{
  return g_strdup_printf (", %s", what ((const ShuffleReadExec *)base));
}

static void
shuffle_read_finalize (RushExec *base)
{
  g_array_unref (((ShuffleReadExec *)base)->specs);
}

static const RushExecClass shuffle_read_class = {
  .name = "AQEShuffleRead",
  .finalize = shuffle_read_finalize,
  .with_children = shuffle_read_with_children,
  .arguments = shuffle_read_arguments,
  .formatted = shuffle_read_formatted,
  .formatted_name = shuffle_read_formatted_name,
  .output_partitioning = shuffle_read_partitioning,
  .execute = shuffle_read_execute,
};

gboolean
rush_exec_is_shuffle_read (const RushExec *self)
{
  return self->klass == &shuffle_read_class;
}

GArray *
rush_shuffle_read_exec_specs (const RushExec *self)
{
  g_assert (rush_exec_is_shuffle_read (self));
  return ((const ShuffleReadExec *)self)->specs;
}

RushExec *
rush_shuffle_read_exec_new (RushExec *stage, GArray *specs, gboolean local)
{
  ShuffleReadExec *self = rush_exec_alloc (sizeof *self, &shuffle_read_class,
                                           rush_expr_list_ref (stage->output), 1, &stage);

  self->specs = g_array_ref (specs);
  self->local = local;
  rush_exec_add_metric (self, "numPartitions", "number of partitions", RUSH_METRIC_SUM);
  rush_exec_add_metric (self, "partitionDataSize", "partition data size", RUSH_METRIC_SIZE);
  rush_exec_add_metric (self, "numCoalescedPartitions", "number of coalesced partitions",
                        RUSH_METRIC_SUM);
  rush_exec_add_metric (self, "numSkewedPartitions", "number of skewed partitions",
                        RUSH_METRIC_SUM);
  rush_exec_add_metric (self, "numSkewedSplits", "number of skewed partition splits",
                        RUSH_METRIC_SUM);
  return &self->base;
}
