/* plugin_join.c - all rows of both sides for a core that finds pairs, then batches of the pairs.
 *
 *   streamed ─all─▶ columns ─┐
 *                            ├─▶ core ─▶ pairs (row, row) ─8192 at a time─▶ batches
 *   build ────all─▶ columns ─┘
 *
 * Sides are held as the table of a join without keys holds them: columns, one behind the other.
 * All of it is charged to the task, and nothing can be spilled: with too little memory the task
 * fails.
 */
#include "sql/physical/operators/plugin_join.h"

#include "core/data/gather.h"
#include "core/data/hash.h"

#define MIN_PAIRS 1024

typedef struct
{
  RushJoinTable *table; /* (owned) its columns */
  guint n_keys;
  RushColumn **keys; /* (owned) one row each of the table's */
  guint64 *hashes;   /* (owned) from the task's allocator */
} Side;

typedef struct
{
  guint32 rows[2]; /* by RushJoinSide */
} Pair;

struct _RushJoinRows
{
  const RushJoinCore *core;
  const RushJoinSpec *spec;
  Side sides[2];
  RushAllocator *allocator; /* (unowned) the task's */
  Pair *pairs;              /* (owned) from it */
  gsize n_pairs, capacity;
  GError *failure; /* (owned) of the first pair that could not be added */
};

typedef struct
{
  RushIterator base;
  RushJoinSpec *spec;       /* (owned) */
  RushExprList *build_keys; /* (owned) */
  RushSchema *build_schema; /* (owned) or NULL: broadcast */
  RushIterator *streamed;
  RushIterator *build; /* or NULL: broadcast */
  RushTaskContext *ctx;
  RushEvalContext *eval;
  RushJoinRows rows;
  gboolean joined;
  gsize next; /* of the pairs */
} PluginJoin;

/* ---- what a core asks ---- */

guint
rush_join_rows_n (const RushJoinRows *self, RushJoinSide side)
{
  return self->sides[side].table->n_rows;
}

RushJoinGives
rush_join_rows_gives (const RushJoinRows *self)
{
  if (self->spec->type == RUSH_JOIN_LEFT_SEMI)
    return RUSH_JOIN_GIVES_MATCHED;
  return self->spec->type == RUSH_JOIN_LEFT_ANTI ? RUSH_JOIN_GIVES_UNMATCHED
                                                 : RUSH_JOIN_GIVES_PAIRS;
}

gboolean
rush_join_rows_keeps (const RushJoinRows *self, RushJoinSide side)
{
  gboolean is_left = (side == RUSH_BUILD) == self->spec->build_left;

  return self->spec->type == RUSH_JOIN_FULL_OUTER ||
         self->spec->type == (is_left ? RUSH_JOIN_LEFT_OUTER : RUSH_JOIN_RIGHT_OUTER);
}

gboolean
rush_join_rows_has_null (const RushJoinRows *self, RushJoinSide side, guint row)
{
  g_return_val_if_fail (row < rush_join_rows_n (self, side), TRUE);
  for (guint k = 0; k < self->sides[side].n_keys; k++)
    if (!rush_column_is_valid (self->sides[side].keys[k], row))
      return TRUE;
  return FALSE;
}

guint64
rush_join_rows_hash (const RushJoinRows *self, RushJoinSide side, guint row)
{
  g_return_val_if_fail (row < rush_join_rows_n (self, side), 0);
  return self->sides[side].hashes[row];
}

gint
rush_join_rows_compare (const RushJoinRows *self, guint streamed, guint build)
{
  const Side *s = &self->sides[RUSH_STREAMED], *b = &self->sides[RUSH_BUILD];
  gint order = 0;

  g_return_val_if_fail (streamed < s->table->n_rows && build < b->table->n_rows, 0);
  for (guint k = 0; k < s->n_keys && order == 0; k++)
    order = rush_compare_rows (s->keys[k], streamed, b->keys[k], build);
  return order;
}

static gboolean
is_pair (const RushJoinRows *self, const Pair *pair)
{
  for (guint side = 0; side < 2; side++)
    if (pair->rows[side] == RUSH_NO_PARTNER ? pair->rows[1 - side] == RUSH_NO_PARTNER
                                            : pair->rows[side] >= rush_join_rows_n (self, side))
      return FALSE;
  return TRUE;
}

static gboolean
has_room (RushJoinRows *self)
{
  gsize capacity = MAX (2 * self->capacity, MIN_PAIRS);
  Pair *pairs;

  if (self->n_pairs < self->capacity)
    return TRUE;
  pairs = rush_realloc (self->allocator, self->pairs, self->capacity * sizeof (Pair),
                        capacity * sizeof (Pair), &self->failure);
  if (pairs == NULL)
    return FALSE;
  self->pairs = pairs;
  self->capacity = capacity;
  return TRUE;
}

/* A core need not look whether it worked: after a failure no pair is taken any more. */
void
rush_join_rows_add (RushJoinRows *self, guint32 streamed, guint32 build)
{
  Pair pair = { { streamed, build } };

  if (self->failure != NULL)
    return;
  if (!is_pair (self, &pair))
    g_set_error (&self->failure, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                 "The join \"%s\" adds a pair of rows that there are not, or of none.",
                 self->core->name);
  else if (has_room (self))
    self->pairs[self->n_pairs++] = pair;
}

/* ---- sides ---- */

/* Rows [first, first + n) of the side as a batch. */
static RushBatch *
slice_of (const RushJoinTable *table, guint first, guint n)
{
  g_autofree RushColumn **columns = g_new0 (RushColumn *, table->schema->n_fields + 1);

  for (guint c = 0; c < table->schema->n_fields; c++)
    columns[c] = rush_column_slice (table->columns[c], first, n);
  return rush_batch_new (table->schema, n, columns);
}

/* The values of @key for all rows, a batch at a time. */
static RushColumn *
find_key (PluginJoin *self, const RushJoinTable *table, const RushExpr *key, GError **error)
{
  g_autoptr (GPtrArray) pieces = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_column_unref);
  guint first = 0;

  do
    {
      guint n = MIN (table->n_rows - first, RUSH_BATCH_MAX_ROWS);
      g_autoptr (RushBatch) slice = slice_of (table, first, n);
      RushColumn *piece = rush_evaluate (key, slice, self->eval, error);

      if (piece == NULL)
        return NULL;
      g_ptr_array_add (pieces, piece);
      first += n;
    }
  while (first < table->n_rows);
  return rush_column_concat ((RushColumn *const *)pieces->pdata, pieces->len, self->eval->allocator,
                             error);
}

static gsize
hashes_bytes (const Side *side)
{
  return MAX (side->table->n_rows, 1) * sizeof (guint64);
}

static gboolean
find_keys (PluginJoin *self, Side *side, const RushExprList *keys, GError **error)
{
  guint n_rows = side->table->n_rows;

  side->keys = g_new0 (RushColumn *, keys->n + 1);
  side->n_keys = keys->n;
  side->hashes = rush_alloc (self->ctx->allocator, hashes_bytes (side), error);
  if (side->hashes == NULL)
    return FALSE;
  for (guint k = 0; k < keys->n; k++)
    {
      side->keys[k] = find_key (self, side->table, keys->items[k], error);
      if (side->keys[k] == NULL)
        return FALSE;
      rush_hash64_column (side->keys[k], NULL, n_rows, k > 0, side->hashes);
    }
  return TRUE;
}

/* All of @rows. */
static RushJoinTable *
collect (PluginJoin *self, RushIterator *rows, RushSchema *schema, GError **error)
{
  g_autoptr (GPtrArray) batches = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_batch_unref);
  g_autoptr (RushExprList) none = rush_expr_list_new (0, NULL);
  g_autoptr (GError) failure = NULL;
  RushBatch *batch;

  while (rush_task_context_check (self->ctx, &failure) &&
         (batch = rush_iterator_next (rows, &failure)) != NULL)
    g_ptr_array_add (batches, batch);
  if (failure == NULL)
    return rush_join_table_new (batches, schema, none, self->eval, self->ctx->allocator, error);
  g_propagate_error (error, g_steal_pointer (&failure));
  return NULL;
}

static void
clear_side (Side *self, RushAllocator *allocator)
{
  for (guint k = 0; k < self->n_keys && self->keys != NULL; k++)
    if (self->keys[k] != NULL)
      rush_column_unref (self->keys[k]);
  g_free (self->keys);
  if (self->hashes != NULL)
    rush_free (allocator, self->hashes, hashes_bytes (self));
  rush_join_table_unref (self->table);
}

/* ---- joining ---- */

/* The streamed side's schema: its columns of the pairs. */
static RushSchema *
streamed_schema (const RushJoinSpec *spec)
{
  guint first = spec->build_left ? spec->n_left : 0;
  guint n = spec->build_left ? spec->pairs->n_fields - spec->n_left : spec->n_left;

  return rush_schema_new (n, spec->pairs->fields + first);
}

static gboolean
join_all (PluginJoin *self, GError **error)
{
  g_autoptr (RushSchema) schema = streamed_schema (self->spec);
  Side *sides = self->rows.sides;

  self->joined = TRUE;
  sides[RUSH_STREAMED].table = collect (self, self->streamed, schema, error);
  if (sides[RUSH_STREAMED].table == NULL)
    return FALSE;
  if (sides[RUSH_BUILD].table == NULL)
    sides[RUSH_BUILD].table = collect (self, self->build, self->build_schema, error);
  if (sides[RUSH_BUILD].table == NULL ||
      !find_keys (self, &sides[RUSH_STREAMED], self->spec->keys, error) ||
      !find_keys (self, &sides[RUSH_BUILD], self->build_keys, error))
    return FALSE;
  self->rows.core->join (&self->rows);
  if (self->rows.failure == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&self->rows.failure));
  return FALSE;
}

/* Columns of one side, from @first on, of @n pairs. */
static gboolean
take_side (PluginJoin *self, RushJoinSide side, const guint32 *rows, guint n, guint first,
           RushColumn **out, GError **error)
{
  const RushJoinTable *table = self->rows.sides[side].table;

  for (guint c = 0; c < table->schema->n_fields; c++)
    {
      out[first + c] = rush_column_take (table->columns[c], rows, n, self->eval->allocator, error);
      if (out[first + c] == NULL)
        return FALSE;
    }
  return TRUE;
}

static RushBatch *
batch_of_pairs (PluginJoin *self, const Pair *pairs, guint n, GError **error)
{
  const RushJoinSpec *spec = self->spec;
  gboolean both = rush_join_rows_gives (&self->rows) == RUSH_JOIN_GIVES_PAIRS;
  RushJoinSide left = spec->build_left ? RUSH_BUILD : RUSH_STREAMED;
  g_autofree RushColumn **columns = g_new0 (RushColumn *, spec->pairs->n_fields + 1);
  guint32 rows[2][RUSH_BATCH_MAX_ROWS];

  for (guint p = 0; p < n; p++)
    for (guint side = 0; side < 2; side++)
      rows[side][p] = pairs[p].rows[side];
  if (take_side (self, left, rows[left], n, 0, columns, error) &&
      (!both || take_side (self, 1 - left, rows[1 - left], n, spec->n_left, columns, error)))
    return rush_batch_new (spec->output, n, columns);
  for (guint c = 0; c < spec->pairs->n_fields; c++)
    if (columns[c] != NULL)
      rush_column_unref (columns[c]);
  return NULL;
}

static RushBatch *
plugin_join_next (RushIterator *base, GError **error)
{
  PluginJoin *self = (PluginJoin *)base;
  RushBatch *batch;
  guint n;

  if (!self->joined && !join_all (self, error))
    return NULL;
  n = (guint)MIN (self->rows.n_pairs - self->next, RUSH_BATCH_MAX_ROWS);
  if (n == 0)
    return NULL;
  batch = batch_of_pairs (self, self->rows.pairs + self->next, n, error);
  self->next += n;
  return batch;
}

static void
plugin_join_close (RushIterator *base)
{
  PluginJoin *self = (PluginJoin *)base;

  rush_iterator_close (self->streamed);
  if (self->build != NULL)
    rush_iterator_close (self->build);
  clear_side (&self->rows.sides[RUSH_STREAMED], self->ctx->allocator);
  clear_side (&self->rows.sides[RUSH_BUILD], self->ctx->allocator);
  rush_free (self->ctx->allocator, self->rows.pairs, self->rows.capacity * sizeof (Pair));
  g_clear_error (&self->rows.failure);
  rush_join_spec_unref (self->spec);
  rush_expr_list_unref (self->build_keys);
  g_clear_pointer (&self->build_schema, rush_schema_unref);
  g_free (self);
}

static const RushIteratorClass plugin_join_class = { plugin_join_next, plugin_join_close };

const RushJoinCore *
rush_plugin_join_core (const RushPlugins *plugins, const char *seam, const RushJoinSpec *spec)
{
  if (spec->condition != NULL || spec->null_aware || spec->type == RUSH_JOIN_EXISTENCE ||
      spec->keys->n == 0)
    return NULL;
  return rush_plugins_find (plugins, seam);
}

static PluginJoin *
join_new (const RushJoinCore *core, RushJoinSpec *spec, const RushExprList *build_keys,
          RushIterator *streamed, RushTaskContext *ctx, RushEvalContext *eval)
{
  PluginJoin *self = g_new0 (PluginJoin, 1);

  self->base.klass = &plugin_join_class;
  self->spec = rush_join_spec_ref (spec);
  self->build_keys = rush_expr_list_ref ((RushExprList *)build_keys);
  self->streamed = streamed;
  self->ctx = ctx;
  self->eval = eval;
  self->rows.core = core;
  self->rows.spec = self->spec;
  self->rows.allocator = ctx->allocator;
  return self;
}

RushIterator *
rush_plugin_join_new (const RushJoinCore *core, RushJoinSpec *spec, const RushExprList *build_keys,
                      RushSchema *build_schema, RushIterator *streamed, RushIterator *build,
                      RushTaskContext *ctx, RushEvalContext *eval)
{
  PluginJoin *self = join_new (core, spec, build_keys, streamed, ctx, eval);

  self->build_schema = rush_schema_ref (build_schema);
  self->build = build;
  return &self->base;
}

RushIterator *
rush_plugin_join_new_broadcast (const RushJoinCore *core, RushJoinSpec *spec,
                                const RushExprList *build_keys, RushJoinTable *build,
                                RushIterator *streamed, RushTaskContext *ctx, RushEvalContext *eval)
{
  PluginJoin *self = join_new (core, spec, build_keys, streamed, ctx, eval);

  self->rows.sides[RUSH_BUILD].table = rush_join_table_ref (build);
  return &self->base;
}
