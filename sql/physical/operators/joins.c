/* joins.c - the five join operators: what they need, what they give, and how they run.
 *
 *   form              runs as                             streamed side
 *   broadcast hash    part of a chain of operators        the one that is not built
 *   nested loop       part of a chain of operators        the one that is not built
 *   shuffled hash     two partitions zipped               the one that is not built
 *   sort merge        two partitions zipped               left; RIGHT OUTER: right
 *   cartesian         every pair of partitions            left
 *
 * All of them end in tables/join_probe.c, with a table of the other side's rows.
 *
 * A nested loop that must keep rows of its broadcast side has one task for all streamed rows, as
 * only that one knows which rows had no partner.
 *
 * Mirrors: org.apache.spark.sql.execution.joins.{BroadcastHashJoinExec,ShuffledHashJoinExec,
 *          SortMergeJoinExec,BroadcastNestedLoopJoinExec,CartesianProductExec}.
 */
#include "sql/physical/operators/joins.h"

#include "sql/physical/counted_rows.h"
#include "sql/physical/operators/basic.h"
#include "sql/physical/operators/broadcast_exchange.h"
#include "sql/physical/operators/merge_join.h"
#include "sql/physical/operators/pair_partitions.h"
#include "sql/physical/operators/plugin_join.h"
#include "sql/physical/pipeline.h"
#include "sql/physical/text.h"

typedef struct
{
  RushExec base;
  RushJoin join;            /* (owned) */
  RushJoinSpec *spec;       /* (owned) */
  RushExprList *build_keys; /* (owned) bound to the build side */
  RushSchema *build_schema; /* (owned) */
} JoinExec;

/* ---- what is in a join ---- */

void
rush_join_clear (RushJoin *self)
{
  rush_expr_list_unref (self->left_keys);
  rush_expr_list_unref (self->right_keys);
  rush_expr_unref (self->condition);
  rush_expr_unref (self->exists);
}

RushJoin
rush_join_share (const RushJoin *self)
{
  RushJoin copy = *self;

  rush_expr_list_ref (copy.left_keys);
  rush_expr_list_ref (copy.right_keys);
  if (copy.condition != NULL)
    rush_expr_ref (copy.condition);
  if (copy.exists != NULL)
    rush_expr_ref (copy.exists);
  return copy;
}

static const RushJoin *
join_of (const RushExec *base)
{
  return &((const JoinExec *)base)->join;
}

static gboolean
is_broadcast (const RushJoin *join)
{
  return join->form == RUSH_JOIN_EXEC_BROADCAST_HASH || join->form == RUSH_JOIN_EXEC_NESTED_LOOP;
}

static guint
streamed_side (const RushJoin *join)
{
  return join->build_left ? 1 : 0;
}

/* ---- running ---- */

static RushIterator *
broadcast_open (const RushExec *base, RushIterator *child, guint split, RushTaskContext *ctx,
                RushEvalContext *eval, GError **error)
{
  const JoinExec *self = (const JoinExec *)base;
  RushJoinTable *table =
      rush_exec_broadcast_table (base->children[1 - streamed_side (&self->join)]);

  g_assert (table != NULL); /* prepared */
  const RushJoinCore *theirs = rush_plugin_join_core (eval->plugins, "hash-join", self->spec);
  return rush_counted_iterator_new (
      base->metrics, theirs != NULL
                         ? rush_plugin_join_new_broadcast (theirs, self->spec, self->build_keys,
                                                           table, child, ctx, eval)
                         : rush_join_probe_new (self->spec, table, child, ctx, eval));
}

static guint
broadcast_streamed (const RushExec *base)
{
  return streamed_side (join_of (base));
}

/* What the tasks of two inputs share. */
typedef struct
{
  RushJoinForm form;
  guint streamed;
  RushJoinSpec *spec;         /* (owned) */
  RushExprList *build_keys;   /* (owned) */
  RushSchema *build_schema;   /* (owned) */
  RushTaskSettings *settings; /* (owned) */
  RushMetricSet *metrics;     /* (owned) */
} TwoInputs;

static void
two_inputs_free (gpointer data)
{
  TwoInputs *self = data;

  rush_join_spec_unref (self->spec);
  rush_expr_list_unref (self->build_keys);
  rush_schema_unref (self->build_schema);
  rush_task_settings_unref (self->settings);
  rush_metric_set_unref (self->metrics);
  g_free (self);
}

/* An iterator and the evaluation context that it uses. */
typedef struct
{
  RushIterator base;
  RushIterator *rows;
  RushEvalContext *eval;
} OwningIterator;

static RushBatch *
owning_next (RushIterator *base, GError **error)
{
  return rush_iterator_next (((OwningIterator *)base)->rows, error);
}

static void
owning_close (RushIterator *base)
{
  OwningIterator *self = (OwningIterator *)base;

  rush_iterator_close (self->rows);
  rush_eval_context_free (self->eval);
  g_free (self);
}

static const RushIteratorClass owning_class = { owning_next, owning_close };

static RushIterator *
owning_new (const TwoInputs *inputs, RushIterator *rows, RushEvalContext *eval)
{
  OwningIterator *self = g_new0 (OwningIterator, 1);

  self->base.klass = &owning_class;
  self->rows = rush_counted_iterator_new (inputs->metrics, rows);
  self->eval = eval;
  return &self->base;
}

/* All of @rows, which is taken over, as a table. */
static RushJoinTable *
build_table (const TwoInputs *inputs, RushIterator *rows, RushTaskContext *ctx,
             RushEvalContext *eval, GError **error)
{
  g_autoptr (GPtrArray) batches = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_batch_unref);
  g_autoptr (GError) failure = NULL;
  RushBatch *batch;

  while (rush_task_context_check (ctx, &failure) &&
         (batch = rush_iterator_next (rows, &failure)) != NULL)
    g_ptr_array_add (batches, batch);
  rush_iterator_close (rows);
  if (failure == NULL)
    return rush_join_table_new (batches, inputs->build_schema, inputs->build_keys, eval,
                                ctx->allocator, error);
  g_propagate_error (error, g_steal_pointer (&failure));
  return NULL;
}

static RushIterator *
zip_open (RushIterator *left, RushIterator *right, guint split, RushTaskContext *ctx, gpointer data,
          GError **error)
{
  const TwoInputs *inputs = data;
  RushEvalContext *eval = rush_task_settings_open (inputs->settings, split, ctx);
  RushIterator *streamed = inputs->streamed == 0 ? left : right;
  RushIterator *build = inputs->streamed == 0 ? right : left;
  g_autoptr (RushJoinTable) table = NULL;
  const RushJoinCore *theirs = rush_plugin_join_core (
      eval->plugins, inputs->form == RUSH_JOIN_EXEC_SORT_MERGE ? "sort-merge-join" : "hash-join",
      inputs->spec);

  if (theirs != NULL)
    return owning_new (inputs,
                       rush_plugin_join_new (theirs, inputs->spec, inputs->build_keys,
                                             inputs->build_schema, streamed, build, ctx, eval),
                       eval);
  if (inputs->form == RUSH_JOIN_EXEC_SORT_MERGE)
    return owning_new (inputs,
                       rush_merge_join_new (inputs->spec, inputs->build_keys, inputs->build_schema,
                                            streamed, build, ctx, eval),
                       eval);
  table = build_table (inputs, build, ctx, eval, error);
  if (table != NULL)
    return owning_new (inputs, rush_join_probe_new (inputs->spec, table, streamed, ctx, eval),
                       eval);
  rush_iterator_close (streamed);
  rush_eval_context_free (eval);
  return NULL;
}

static RushRdd *
two_inputs_execute (RushExec *base, RushQuery *query, GError **error)
{
  JoinExec *self = (JoinExec *)base;
  g_autoptr (RushRdd) left = rush_exec_execute (base->children[0], query, error);
  g_autoptr (RushRdd) right =
      left != NULL ? rush_exec_execute (base->children[1], query, error) : NULL;
  TwoInputs *inputs;

  if (right == NULL)
    return NULL;
  inputs = g_new0 (TwoInputs, 1);
  inputs->form = self->join.form;
  inputs->streamed = streamed_side (&self->join);
  inputs->spec = rush_join_spec_ref (self->spec);
  inputs->build_keys = rush_expr_list_ref (self->build_keys);
  inputs->build_schema = rush_schema_ref (self->build_schema);
  inputs->settings = rush_task_settings_new (query);
  inputs->metrics = rush_metric_set_ref (base->metrics);
  if (self->join.form == RUSH_JOIN_EXEC_CARTESIAN)
    return rush_rdd_cross_partitions (left, right, self->spec->output, zip_open, inputs,
                                      two_inputs_free, error);
  return rush_rdd_pair_partitions (left, right, self->spec->output, zip_open, inputs,
                                   two_inputs_free);
}

/* ---- what is needed ---- */

static gboolean
keeps_build_side (const RushJoin *join)
{
  return join->type == RUSH_JOIN_FULL_OUTER ||
         (join->type == RUSH_JOIN_LEFT_OUTER && join->build_left) ||
         (join->type == RUSH_JOIN_RIGHT_OUTER && !join->build_left);
}

static RushDistribution
join_distribution (const RushExec *base, guint i)
{
  const RushJoin *join = join_of (base);
  const RushExprList *keys = i == 0 ? join->left_keys : join->right_keys;

  if (is_broadcast (join) && i != streamed_side (join))
    return (RushDistribution){ join->null_aware ? RUSH_DISTRIBUTION_NULL_AWARE_BROADCAST
                                                : RUSH_DISTRIBUTION_BROADCAST,
                               keys };
  if (join->form == RUSH_JOIN_EXEC_NESTED_LOOP && keeps_build_side (join))
    return (RushDistribution){ RUSH_DISTRIBUTION_ALL_TUPLES, NULL };
  if (is_broadcast (join) || join->form == RUSH_JOIN_EXEC_CARTESIAN || join->is_skewed)
    return (RushDistribution){ RUSH_DISTRIBUTION_ANY, NULL };
  return (RushDistribution){ RUSH_DISTRIBUTION_CLUSTERED, keys };
}

static RushExprList *
ascending (const RushExprList *keys)
{
  g_autofree RushExpr **orders = g_new (RushExpr *, keys->n + 1);

  for (guint k = 0; k < keys->n; k++)
    orders[k] = rush_expr_sort_order (rush_expr_ref (keys->items[k]), FALSE, FALSE);
  return rush_expr_list_new (keys->n, orders);
}

static RushExprList *
merge_required_ordering (const RushExec *base, guint i)
{
  return ascending (i == 0 ? join_of (base)->left_keys : join_of (base)->right_keys);
}

/* ---- what it gives ---- */

static RushPartitioning *
join_partitioning (const RushExec *base)
{
  const RushJoin *join = join_of (base);
  g_autoptr (RushPartitioning) left = rush_exec_output_partitioning (base->children[0]);
  g_autoptr (RushPartitioning) right = rush_exec_output_partitioning (base->children[1]);

  if (is_broadcast (join))
    return rush_partitioning_ref (streamed_side (join) == 0 ? left : right);
  if (join->form == RUSH_JOIN_EXEC_CARTESIAN)
    return rush_partitioning_new (RUSH_PARTITIONING_UNKNOWN,
                                  left->n_partitions * right->n_partitions, NULL);
  switch (join->type)
    {
    case RUSH_JOIN_INNER:
    case RUSH_JOIN_CROSS:
      return rush_partitioning_either (rush_partitioning_ref (left), rush_partitioning_ref (right));
    case RUSH_JOIN_RIGHT_OUTER:
      return rush_partitioning_ref (right);
    case RUSH_JOIN_FULL_OUTER:
      return rush_partitioning_new (RUSH_PARTITIONING_UNKNOWN, left->n_partitions, NULL);
    case RUSH_JOIN_LEFT_OUTER:
    case RUSH_JOIN_LEFT_SEMI:
    case RUSH_JOIN_LEFT_ANTI:
    case RUSH_JOIN_EXISTENCE:
      return rush_partitioning_ref (left);
    }
  g_assert_not_reached ();
}

static RushExprList *
join_ordering (const RushExec *base)
{
  const RushJoin *join = join_of (base);

  if (join->type == RUSH_JOIN_FULL_OUTER || join->form == RUSH_JOIN_EXEC_CARTESIAN)
    return NULL;
  if (join->form == RUSH_JOIN_EXEC_SORT_MERGE)
    return ascending (streamed_side (join) == 0 ? join->left_keys : join->right_keys);
  return keeps_build_side (join) ? NULL
                                 : rush_exec_output_ordering (base->children[streamed_side (join)]);
}

/* Columns of a side, maybe null where the join can leave it out. */
static void
add_side (GPtrArray *into, const RushExprList *columns, gboolean may_be_missing)
{
  for (guint i = 0; i < columns->n; i++)
    g_ptr_array_add (into, may_be_missing ? rush_expr_with_nullable (columns->items[i], TRUE)
                                          : rush_expr_ref (columns->items[i]));
}

static RushExprList *
both_sides (RushJoinType type, const RushExec *left, const RushExec *right)
{
  GPtrArray *columns = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_expr_unref);

  add_side (columns, left->output, type == RUSH_JOIN_RIGHT_OUTER || type == RUSH_JOIN_FULL_OUTER);
  add_side (columns, right->output, type == RUSH_JOIN_LEFT_OUTER || type == RUSH_JOIN_FULL_OUTER);
  return rush_expr_list_from_array (columns);
}

static RushExprList *
output_of (const RushJoin *join, const RushExec *left, const RushExec *right)
{
  GPtrArray *columns;

  if (join->type != RUSH_JOIN_LEFT_SEMI && join->type != RUSH_JOIN_LEFT_ANTI &&
      join->type != RUSH_JOIN_EXISTENCE)
    return both_sides (join->type, left, right);
  columns = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_expr_unref);
  add_side (columns, left->output, FALSE);
  if (join->exists != NULL)
    g_ptr_array_add (columns, rush_expr_ref (join->exists));
  return rush_expr_list_from_array (columns);
}

/* ---- text ---- */

static const char *
build_name (const RushJoin *join)
{
  return join->build_left ? "BuildLeft" : "BuildRight";
}

static char *
condition_text (const RushJoin *join)
{
  g_autofree char *text = join->condition != NULL ? rush_expr_to_string (join->condition) : NULL;

  return text != NULL ? g_strdup_printf (", %s", text) : g_strdup ("");
}

static char *
join_arguments (const RushExec *base)
{
  const RushJoin *join = join_of (base);
  const char *type = rush_join_type_name (join->type);
  g_autofree char *left = rush_list_to_text (join->left_keys);
  g_autofree char *right = rush_list_to_text (join->right_keys);
  g_autofree char *condition = condition_text (join);

  switch (join->form)
    {
    case RUSH_JOIN_EXEC_BROADCAST_HASH:
      /* The last word is Spark's isSkewJoin, which broadcasts never are here. */
      return g_strdup_printf (" %s, %s, %s, %s%s, %s, false", left, right, type, build_name (join),
                              condition, join->null_aware ? "true" : "false");
    case RUSH_JOIN_EXEC_SHUFFLED_HASH:
      return g_strdup_printf ("%s %s, %s, %s, %s%s", join->is_skewed ? "(skew=true)" : "", left,
                              right, type, build_name (join), condition);
    case RUSH_JOIN_EXEC_SORT_MERGE:
      return g_strdup_printf ("%s %s, %s, %s%s", join->is_skewed ? "(skew=true)" : "", left, right,
                              type, condition);
    case RUSH_JOIN_EXEC_NESTED_LOOP:
      return g_strdup_printf (" %s, %s%s", build_name (join), type, condition);
    case RUSH_JOIN_EXEC_CARTESIAN:
      return join->condition != NULL ? g_strdup_printf (" %s", condition + 2) : NULL;
    }
  g_assert_not_reached ();
}

static char *
join_formatted (const RushExec *base)
{
  const RushJoin *join = join_of (base);
  GString *out = g_string_new (NULL);
  g_autofree char *condition = condition_text (join);

  if (join->left_keys->n > 0)
    {
      rush_append_list_line (out, "Left keys", join->left_keys);
      rush_append_list_line (out, "Right keys", join->right_keys);
    }
  g_string_append_printf (out, "Join type: %s\nJoin condition: %s\n",
                          rush_join_type_name (join->type),
                          join->condition != NULL ? condition + 2 : "None");
  return g_string_free (out, FALSE);
}

static char *
join_formatted_name (const RushExec *base)
{
  const RushJoin *join = join_of (base);

  if (join->form == RUSH_JOIN_EXEC_SORT_MERGE)
    return g_strdup_printf ("%s %s", join->is_skewed ? "(skew=true)" : "",
                            rush_join_type_name (join->type));
  if (join->form == RUSH_JOIN_EXEC_CARTESIAN)
    return g_strdup ("");
  return g_strdup_printf ("%s %s %s", join->is_skewed ? "(skew=true)" : "",
                          rush_join_type_name (join->type), build_name (join));
}

static void
join_expressions (const RushExec *base, GPtrArray *into)
{
  const RushJoin *join = join_of (base);

  for (guint k = 0; k < join->left_keys->n; k++)
    {
      g_ptr_array_add (into, join->left_keys->items[k]);
      g_ptr_array_add (into, join->right_keys->items[k]);
    }
  if (join->condition != NULL)
    g_ptr_array_add (into, join->condition);
}

/* ---- the operator ---- */

static RushExec *
join_with_children (const RushExec *base, RushExec *const *children)
{
  const RushJoinSpec *spec = ((const JoinExec *)base)->spec;
  RushJoin join = rush_join_share (join_of (base));
  RushExec *copy = rush_join_exec_new (&join, children[0], children[1]);

  if (spec->wanted != NULL)
    ((JoinExec *)copy)->spec->wanted = g_memdup2 (spec->wanted, spec->pairs->n_fields);
  return copy;
}

static void
join_finalize (RushExec *base)
{
  JoinExec *self = (JoinExec *)base;

  rush_join_clear (&self->join);
  rush_join_spec_unref (self->spec);
  rush_expr_list_unref (self->build_keys);
  rush_schema_unref (self->build_schema);
}

/* A nested loop that must remember which rows of the build side had a match, or tells of each row
 * whether it had one, is not fused in Spark. */
static gboolean
nested_loop_can_fuse (const RushExec *base)
{
  const RushJoin *join = join_of (base);

  if (join->type == RUSH_JOIN_LEFT_SEMI || join->type == RUSH_JOIN_LEFT_ANTI)
    return !join->build_left;
  return join->type != RUSH_JOIN_EXISTENCE && !keeps_build_side (join);
}

#define JOIN_CLASS(name_, fusible_)                                                                \
  .name = name_, .fusible = fusible_, .finalize = join_finalize,                                   \
  .with_children = join_with_children, .arguments = join_arguments, .formatted = join_formatted,   \
  .formatted_name = join_formatted_name, .expressions = join_expressions,                          \
  .output_partitioning = join_partitioning, .output_ordering = join_ordering,                      \
  .required_distribution = join_distribution

static const RushExecClass join_classes[] = {
  [RUSH_JOIN_EXEC_BROADCAST_HASH] = { JOIN_CLASS ("BroadcastHashJoin", TRUE),
                                      .stream_child = broadcast_streamed, .open = broadcast_open },
  [RUSH_JOIN_EXEC_SHUFFLED_HASH] = { JOIN_CLASS ("ShuffledHashJoin", TRUE), .reads_streams = TRUE,
                                     .execute = two_inputs_execute },
  [RUSH_JOIN_EXEC_SORT_MERGE] = { JOIN_CLASS ("SortMergeJoin", TRUE), .reads_streams = TRUE,
                                  .required_ordering = merge_required_ordering,
                                  .execute = two_inputs_execute },
  [RUSH_JOIN_EXEC_NESTED_LOOP] = { JOIN_CLASS ("BroadcastNestedLoopJoin", TRUE),
                                   .can_fuse = nested_loop_can_fuse,
                                   .stream_child = broadcast_streamed, .open = broadcast_open },
  [RUSH_JOIN_EXEC_CARTESIAN] = { JOIN_CLASS ("CartesianProduct", FALSE),
                                 .execute = two_inputs_execute },
};

gboolean
rush_exec_is_join (const RushExec *self)
{
  return self->klass->with_children == join_with_children;
}

const RushJoin *
rush_join_exec_get (const RushExec *self)
{
  g_assert (rush_exec_is_join (self));
  return join_of (self);
}

static RushSchema *
schema_of (const RushExprList *columns)
{
  g_autofree RushField *fields = g_new (RushField, columns->n + 1);

  for (guint i = 0; i < columns->n; i++)
    fields[i] = (RushField){ (char *)rush_expr_name (columns->items[i]), columns->items[i]->type,
                             columns->items[i]->nullable };
  return rush_schema_new (columns->n, fields);
}

static RushJoinSpec *
spec_of (const RushJoin *join, const RushExec *left, const RushExec *right,
         const RushExprList *output)
{
  RushJoinSpec *spec = g_new0 (RushJoinSpec, 1);
  g_autoptr (RushExprList) both = both_sides (RUSH_JOIN_FULL_OUTER, left, right);
  const RushExec *streamed = join->build_left ? right : left;

  rush_ref_count_init (&spec->refs);
  spec->type = join->type;
  spec->build_left = join->build_left;
  spec->null_aware = join->null_aware;
  spec->n_left = left->output->n;
  spec->keys =
      rush_bind_list (join->build_left ? join->right_keys : join->left_keys, streamed->output);
  spec->condition = join->condition != NULL ? rush_expr_bind (join->condition, both) : NULL;
  spec->pairs = schema_of (both);
  spec->output = schema_of (output);
  return spec;
}

RushExec *
rush_join_exec_new (const RushJoin *join, RushExec *left, RushExec *right)
{
  RushExec *children[] = { left, right };
  RushExprList *output = output_of (join, left, right);
  JoinExec *self = rush_exec_alloc (sizeof *self, &join_classes[join->form], output, 2, children);

  self->join = *join;
  if (join->form == RUSH_JOIN_EXEC_SORT_MERGE)
    self->join.build_left = join->type == RUSH_JOIN_RIGHT_OUTER;
  if (join->form == RUSH_JOIN_EXEC_CARTESIAN)
    self->join.build_left = FALSE;
  self->spec = spec_of (&self->join, left, right, output);
  self->build_keys = rush_bind_list (self->join.build_left ? join->left_keys : join->right_keys,
                                     (self->join.build_left ? left : right)->output);
  self->build_schema = rush_exec_schema (self->join.build_left ? left : right);
  rush_exec_add_metric (self, "numOutputRows", "number of output rows", RUSH_METRIC_SUM);
  return &self->base;
}

RushExec *
rush_join_exec_narrow (const RushExec *base, RushExec *const *children, const RushExprIdSet *wanted)
{
  RushExec *copy = rush_exec_share (join_with_children (base, children), base);
  RushJoinSpec *spec = ((JoinExec *)copy)->spec;

  /* Semi joins and their like give streamed rows as they are: there is nothing to leave out. */
  g_free (spec->wanted);
  spec->wanted = g_new0 (guint8, spec->pairs->n_fields + 1);
  for (guint c = 0; c < spec->pairs->n_fields; c++)
    spec->wanted[c] = c >= copy->output->n ||
                      rush_expr_id_set_has (wanted, rush_expr_named_id (copy->output->items[c]));
  return copy;
}
