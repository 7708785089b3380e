/* shuffle_read.c - see shuffle_read.h.
 *
 * Mirrors: org.apache.spark.sql.execution.adaptive.AQEShuffleReadExec.
 */
#include "sql/physical/adaptive/shuffle_read.h"

#include "sql/physical/adaptive/query_stage.h"
#include "sql/physical/operators/exchange.h"
#include "sql/physical/text.h"

typedef struct
{
  RushExec base;
  guint n_specs;
  RushShuffleSpec *specs; /* (owned) */
  guint flags;
} ShuffleReadExec;

static RushRdd *
shuffle_read_execute (RushExec *base, RushQuery *query, GError **error)
{
  ShuffleReadExec *self = (ShuffleReadExec *)base;

  return rush_exchange_exec_read (rush_query_stage_exchange (base->children[0]), query, self->specs,
                                  self->n_specs, error);
}

static RushExec *
shuffle_read_with_children (const RushExec *base, RushExec *const *children)
{
  const ShuffleReadExec *self = (const ShuffleReadExec *)base;

  return rush_shuffle_read_exec_new (children[0], self->specs, self->n_specs, self->flags);
}

/* Whole partitions still hold what they held. */
static RushPartitioning *
shuffle_read_partitioning (const RushExec *base)
{
  const ShuffleReadExec *self = (const ShuffleReadExec *)base;
  g_autoptr (RushPartitioning) below = rush_exec_output_partitioning (base->children[0]);

  if (self->flags != RUSH_READ_COALESCED)
    return rush_partitioning_new (RUSH_PARTITIONING_UNKNOWN, self->n_specs, NULL);
  return rush_partitioning_new (
      below->kind == RUSH_PARTITIONING_SINGLE ? RUSH_PARTITIONING_SINGLE : below->kind,
      self->n_specs, below->expressions != NULL ? rush_expr_list_ref (below->expressions) : NULL);
}

static const char *
what (const ShuffleReadExec *self)
{
  if (self->flags & RUSH_READ_LOCAL)
    return "local";
  if ((self->flags & RUSH_READ_SKEWED) && (self->flags & RUSH_READ_COALESCED))
    return "coalesced and skewed";
  return self->flags & RUSH_READ_SKEWED ? "skewed" : "coalesced";
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
  g_free (((ShuffleReadExec *)base)->specs);
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

guint
rush_shuffle_read_exec_n_specs (const RushExec *self)
{
  g_assert (rush_exec_is_shuffle_read (self));
  return ((const ShuffleReadExec *)self)->n_specs;
}

RushExec *
rush_shuffle_read_exec_new (RushExec *stage, const RushShuffleSpec *specs, guint n_specs,
                            guint flags)
{
  ShuffleReadExec *self = rush_exec_alloc (sizeof *self, &shuffle_read_class,
                                           rush_expr_list_ref (stage->output), 1, &stage);

  self->specs = g_memdup2 (specs, n_specs * sizeof *specs);
  self->n_specs = n_specs;
  self->flags = flags;
  return &self->base;
}
