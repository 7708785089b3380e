/* runtime_filter_plan.c - which runtime filters pay off.
 *
 *   for each pair of equal keys of a join, and for each side whose rows without a partner vanish:
 *     down the side      as long as the key is a column that only passes through:   the target,
 *                        a scan of files
 *     down the other     to the first exchange that has the key:                    the producer
 *
 * A filter is taken if the producer is likely to have few of its keys (something below it is
 * selective), and fewer rows than the target; and if the producer does not wait for the target.
 * What a filter lets through is selective, too: so one may lead to the next, from a filter on
 * nation over supplier to lineitem.
 *
 * Estimates are rough on purpose: filters of the plan keep a share of the rows that depends on
 * nothing but their form, as they did in System R.
 *
 * Mirrors: InjectRuntimeFilter (isLikelySelective, findJoinKeys…).
 */
#include "sql/physical/adaptive/runtime_filters_private.h"
#include "sql/physical/operators/aggregate.h"
#include "sql/physical/operators/basic.h"
#include "sql/physical/operators/broadcast_exchange.h"
#include "sql/physical/operators/exchange.h"
#include "sql/physical/operators/joins.h"
#include "sql/physical/operators/sort.h"
#include "sql/plan/relation.h"

#define ROW_BYTES 40.0   /* of a row in a file, about */
#define LIKELY_SHARE 0.4 /* of its keys that a producer has: more, and it is not selective */
#define MAX_FILTERS 32
#define MAX_PASSES 4

/* A part of the plan that runs by itself, up to an exchange; the last one has none. */
typedef struct
{
  const RushExec *exchange;
  gint parent;
  GArray *waits_for; /* (owned) guint: the parts below, and producers of its scans' filters */
} Part;

typedef struct
{
  const RushExec *plan;
  double threshold;    /* bytes of a scan */
  GArray *parts;       /* Part */
  GHashTable *part_of; /* scan → its part + 1 */
  GHashTable *shares;  /* scan → double *: what its filters let through */
  RushRuntimeFilters *filters;
  gboolean changed;
} Planning;

/* ---- kinds of operators ---- */

static gboolean
is_scan (const RushExec *self)
{
  return g_str_has_prefix (self->klass->name, "FileScan");
}

static gboolean
is_filter (const RushExec *self)
{
  return g_str_equal (self->klass->name, "Filter");
}

static gboolean
is_moving (const RushExec *self)
{
  return rush_exec_is_exchange (self) || rush_exec_is_broadcast_exchange (self);
}

/* Its rows do not depend on which others there are. */
static gboolean
is_deterministic (const RushExec *self)
{
  g_autoptr (GPtrArray) expressions = g_ptr_array_new ();

  self->klass->expressions (self, expressions);
  for (guint i = 0; i < expressions->len; i++)
    if ((((const RushExpr *)expressions->pdata[i])->flags & RUSH_EXPR_DETERMINISTIC) == 0)
      return FALSE;
  return TRUE;
}

/* ---- down the plan ---- */

/* The child's column that @named has under @id, unchanged; 0: there is none. */
static RushExprId
renamed (const RushExprList *named, RushExprId id)
{
  for (guint i = 0; i < named->n; i++)
    {
      const RushExpr *expr = named->items[i];

      if (rush_expr_named_id (expr) != id)
        continue;
      if (expr->kind == RUSH_EXPR_ALIAS)
        expr = expr->children[0];
      return expr->kind == RUSH_EXPR_ATTRIBUTE ? rush_expr_named_id (expr) : 0;
    }
  return 0;
}

/* Rows of a group go together. */
static RushExprId
below_aggregate (const RushExec *self, RushExprId id)
{
  const RushAggregateStep *step = rush_aggregate_exec_step (self);
  RushExprId key = renamed (step->results, id);

  return key != 0 ? renamed (step->grouping, key) : 0;
}

static gboolean
has_column (const RushExec *self, RushExprId id)
{
  for (guint i = 0; i < self->output->n; i++)
    if (rush_expr_named_id (self->output->items[i]) == id)
      return TRUE;
  return FALSE;
}

/* The side whose rows may go where those of the join may; 2: neither. */
static guint
side_below_join (const RushExec *self, RushExprId id)
{
  guint side = has_column (self->children[0], id) ? 0 : 1;

  switch (rush_join_exec_get (self)->type)
    {
    case RUSH_JOIN_INNER:
    case RUSH_JOIN_CROSS:
      return side;
    case RUSH_JOIN_RIGHT_OUTER:
      return side == 1 ? 1 : 2;
    case RUSH_JOIN_FULL_OUTER:
      return 2;
    case RUSH_JOIN_LEFT_OUTER:
    case RUSH_JOIN_LEFT_SEMI:
    case RUSH_JOIN_LEFT_ANTI:
    case RUSH_JOIN_EXISTENCE:
      return side == 0 ? 0 : 2;
    }
  g_assert_not_reached ();
}

/* One step: the child that has column *@id, which may change its name; NULL: it ends here. */
static const RushExec *
step_down (const RushExec *self, RushExprId *id)
{
  guint side;

  if (rush_exec_is_join (self))
    {
      side = side_below_join (self, *id);
      return side < 2 && has_column (self->children[side], *id) ? self->children[side] : NULL;
    }
  if (rush_exec_is_project (self))
    *id = is_deterministic (self) ? renamed (rush_project_exec_list (self), *id) : 0;
  else if (rush_exec_is_aggregate (self))
    *id = below_aggregate (self, *id);
  else if (rush_exec_is_exchange (self))
    *id = rush_exchange_exec_partitioning (self)->kind == RUSH_PARTITIONING_HASH ? *id : 0;
  else if (is_filter (self))
    *id = is_deterministic (self) ? *id : 0;
  else if (!rush_exec_is_sort (self) && !rush_exec_is_broadcast_exchange (self))
    *id = 0;
  return *id != 0 ? self->children[0] : NULL;
}

static const RushExec *
scan_below (const RushExec *self, RushExprId *id)
{
  while (self != NULL && !is_scan (self))
    self = step_down (self, id);
  return self;
}

static const RushExec *
exchange_below (const RushExec *self, RushExprId *id)
{
  while (self != NULL && !is_moving (self))
    self = step_down (self, id);
  return self;
}

/* The join's own probe is the first thing that a row meets: a filter would do its work twice. */
static gboolean
is_at_hand (const RushExec *join, guint side)
{
  const RushJoin *form = rush_join_exec_get (join);
  const RushExec *below = join->children[side];

  if (form->form != RUSH_JOIN_EXEC_BROADCAST_HASH || form->build_left == (side == 0))
    return FALSE;
  while (is_filter (below) || rush_exec_is_project (below))
    below = below->children[0];
  return is_scan (below);
}

/* ---- estimates ---- */

/* The share of rows that a condition keeps. */
static double
kept_by (const RushExpr *condition)
{
  RushExprKind kind = condition->kind;
  gboolean of_literal =
      condition->n_children == 2 && (condition->children[1]->flags & RUSH_EXPR_FOLDABLE) != 0;

  if (kind == RUSH_EXPR_AND)
    return kept_by (condition->children[0]) * kept_by (condition->children[1]);
  if (kind == RUSH_EXPR_OR)
    return MIN (1, kept_by (condition->children[0]) + kept_by (condition->children[1]));
  if (kind == RUSH_EXPR_IS_NOT_NULL)
    return 1;
  if (kind == RUSH_EXPR_EQUAL && of_literal)
    return 0.1;
  if (kind == RUSH_EXPR_IN)
    return MIN (0.5, 0.1 * (condition->n_children - 1));
  if (kind == RUSH_EXPR_LIKE || kind == RUSH_EXPR_FUNCTION)
    return 0.2;
  if (kind == RUSH_EXPR_GREATER || kind == RUSH_EXPR_GREATER_EQUAL || kind == RUSH_EXPR_LESS ||
      kind == RUSH_EXPR_LESS_EQUAL)
    return of_literal ? 0.35 : 0.6;
  return 0.7;
}

typedef struct
{
  double rows;
  double share; /* of the keys that there could be */
} Estimate;

static Estimate estimate (const Planning *self, const RushExec *exec);

static double
scan_bytes (const RushExec *scan)
{
  const RushSource *source = scan->klass->identity (scan);

  return source->klass->statistics (source).size_bytes;
}

static Estimate
estimate_scan (const Planning *self, const RushExec *scan)
{
  const double *share = g_hash_table_lookup (self->shares, scan);

  return (Estimate){ scan_bytes (scan) / ROW_BYTES * (share != NULL ? *share : 1),
                     share != NULL ? *share : 1 };
}

static Estimate
estimate_filter (const Planning *self, const RushExec *filter)
{
  g_autoptr (GPtrArray) conditions = g_ptr_array_new ();
  Estimate below = estimate (self, filter->children[0]);
  double kept;

  filter->klass->expressions (filter, conditions);
  kept = kept_by (conditions->pdata[0]);
  return (Estimate){ below.rows * kept, below.share * kept };
}

static Estimate
estimate_join (const Planning *self, const RushExec *join)
{
  Estimate left = estimate (self, join->children[0]), right = estimate (self, join->children[1]);

  switch (rush_join_exec_get (join)->type)
    {
    case RUSH_JOIN_INNER:
    case RUSH_JOIN_CROSS:
      return left.rows > right.rows
                 ? (Estimate){ left.rows * right.share, left.share * right.share }
                 : (Estimate){ right.rows * left.share, left.share * right.share };
    case RUSH_JOIN_LEFT_SEMI:
      return (Estimate){ left.rows * right.share, left.share * right.share };
    case RUSH_JOIN_RIGHT_OUTER:
      return right;
    case RUSH_JOIN_FULL_OUTER:
      return (Estimate){ left.rows + right.rows, 1 };
    case RUSH_JOIN_LEFT_OUTER:
    case RUSH_JOIN_LEFT_ANTI:
    case RUSH_JOIN_EXISTENCE:
      return left;
    }
  g_assert_not_reached ();
}

static Estimate
estimate (const Planning *self, const RushExec *exec)
{
  Estimate all = { 0, 0 };

  if (is_scan (exec))
    return estimate_scan (self, exec);
  if (is_filter (exec))
    return estimate_filter (self, exec);
  if (rush_exec_is_join (exec))
    return estimate_join (self, exec);
  if (exec->n_children == 0)
    return (Estimate){ RUSH_KEY_FILTER_MAX_KEYS, 1 };
  for (guint i = 0; i < exec->n_children; i++)
    {
      Estimate one = estimate (self, exec->children[i]);
      all = (Estimate){ all.rows + one.rows, MIN (1, all.share + one.share) };
    }
  return all;
}

/* ---- who waits for whom ---- */

static Part *
part_at (const Planning *self, guint i)
{
  return &g_array_index (self->parts, Part, i);
}

static void
find_parts (Planning *self, const RushExec *exec, guint part)
{
  if (is_scan (exec))
    g_hash_table_insert (self->part_of, (gpointer)exec, GUINT_TO_POINTER (part + 1));
  if (is_moving (exec))
    {
      Part below = { exec, (gint)part, g_array_new (FALSE, FALSE, sizeof (guint)) };
      guint number = self->parts->len;

      g_array_append_val (self->parts, below);
      g_array_append_val (part_at (self, part)->waits_for, number);
      part = number;
    }
  for (guint i = 0; i < exec->n_children; i++)
    find_parts (self, exec->children[i], part);
}

static gboolean
waits (const Planning *self, guint part, guint other)
{
  const GArray *for_these = part_at (self, part)->waits_for;

  if (part == other)
    return TRUE;
  for (guint i = 0; i < for_these->len; i++)
    if (waits (self, g_array_index (for_these, guint, i), other))
      return TRUE;
  return FALSE;
}

static gint
part_of_exchange (const Planning *self, const RushExec *exchange)
{
  for (guint i = 0; i < self->parts->len; i++)
    if (part_at (self, i)->exchange == exchange)
      return (gint)i;
  return -1;
}

/* Whether one of the exchanges above @part is there once more: it runs once for both, and may not
 * leave out what the other needs. */
static gboolean
is_shared (const Planning *self, guint part)
{
  for (gint p = (gint)part; p >= 0; p = part_at (self, (guint)p)->parent)
    for (guint i = 0; i < self->parts->len; i++)
      {
        const RushExec *one = part_at (self, (guint)p)->exchange;
        const RushExec *other = part_at (self, i)->exchange;

        if (one != NULL && other != NULL && one != other && one->klass == other->klass &&
            rush_exec_same_result (one, other))
          return TRUE;
      }
  return FALSE;
}

/* ---- filters ---- */

static gboolean
is_known (const Planning *self, RushExprId key, RushExprId target)
{
  for (guint i = 0; i < self->filters->items->len; i++)
    {
      const RushRuntimeFilter *item = self->filters->items->pdata[i];
      if (item->key == key && item->target == target)
        return TRUE;
    }
  return FALSE;
}

static guint
removed_metric (const RushExec *scan)
{
  for (guint m = 0; m < scan->metrics->n; m++)
    if (g_str_equal (scan->metrics->items[m].name, "numRemovedEarly"))
      return m;
  rush_exec_add_metric ((gpointer)scan, "numRemovedEarly", "rows removed early", RUSH_METRIC_SUM);
  return scan->metrics->n - 1;
}

static void
take_filter (Planning *self, const RushExec *producer, RushExprId key, const RushExec *scan,
             RushExprId target, double share)
{
  guint part = GPOINTER_TO_UINT (g_hash_table_lookup (self->part_of, scan)) - 1;
  guint from = (guint)part_of_exchange (self, producer);
  double *kept = g_hash_table_lookup (self->shares, scan);

  if (kept == NULL)
    {
      kept = g_new (double, 1);
      *kept = 1;
      g_hash_table_insert (self->shares, (gpointer)scan, kept);
    }
  *kept *= share;
  g_array_append_val (part_at (self, part)->waits_for, from);
  rush_runtime_filters_add (self->filters, producer, key, target, removed_metric (scan));
  self->changed = TRUE;
}

/* Rows of side @side of @join go if their @k-th key is none of the other side's. */
static void
consider (Planning *self, const RushExec *join, guint side, guint k)
{
  const RushJoin *form = rush_join_exec_get (join);
  const RushExpr *keys[] = { form->left_keys->items[k], form->right_keys->items[k] };
  const RushExec *scan, *producer;
  RushExprId target, key;
  Estimate of_producer;
  guint part;

  if (keys[0]->kind != RUSH_EXPR_ATTRIBUTE || keys[1]->kind != RUSH_EXPR_ATTRIBUTE ||
      keys[0]->type != keys[1]->type || !rush_key_filter_accepts (keys[0]->type) ||
      is_at_hand (join, side))
    return;
  target = rush_expr_named_id (keys[side]);
  key = rush_expr_named_id (keys[1 - side]);
  scan = scan_below (join->children[side], &target);
  producer = scan != NULL ? exchange_below (join->children[1 - side], &key) : NULL;
  if (producer == NULL || scan_bytes (scan) < self->threshold || is_known (self, key, target))
    return;
  of_producer = estimate (self, producer);
  part = GPOINTER_TO_UINT (g_hash_table_lookup (self->part_of, scan)) - 1;
  if (of_producer.share <= LIKELY_SHARE && of_producer.rows <= RUSH_KEY_FILTER_MAX_KEYS &&
      of_producer.rows < estimate_scan (self, scan).rows && scan->metrics->n < RUSH_MAX_METRICS &&
      self->filters->items->len < MAX_FILTERS &&
      !waits (self, (guint)part_of_exchange (self, producer), part) && !is_shared (self, part))
    take_filter (self, producer, key, scan, target, of_producer.share);
}

/* Whether rows of @side that have no partner leave no trace. */
static gboolean
may_go (const RushJoin *join, guint side)
{
  if (join->null_aware)
    return FALSE;
  if (join->type == RUSH_JOIN_INNER || join->type == RUSH_JOIN_LEFT_SEMI)
    return TRUE;
  return side == 0 ? join->type == RUSH_JOIN_RIGHT_OUTER
                   : join->type == RUSH_JOIN_LEFT_OUTER || join->type == RUSH_JOIN_LEFT_ANTI ||
                         join->type == RUSH_JOIN_EXISTENCE;
}

static void
find_filters (Planning *self, const RushExec *exec)
{
  for (guint i = 0; i < exec->n_children; i++)
    find_filters (self, exec->children[i]);
  if (!rush_exec_is_join (exec))
    return;
  for (guint side = 0; side < 2; side++)
    for (guint k = 0;
         may_go (rush_join_exec_get (exec), side) && k < rush_join_exec_get (exec)->left_keys->n;
         k++)
      consider (self, exec, side, k);
}

static gboolean
has_large_scan (const RushExec *exec, double threshold)
{
  if (is_scan (exec))
    return scan_bytes (exec) >= threshold;
  for (guint i = 0; i < exec->n_children; i++)
    if (has_large_scan (exec->children[i], threshold))
      return TRUE;
  return FALSE;
}

RushRuntimeFilters *
rush_runtime_filters_plan (const RushExec *plan, const RushEvalSettings *settings,
                           RushAllocator *allocator)
{
  Planning self = {
    .plan = plan,
    .threshold =
        (double)rush_settings_get_bytes (settings, "spark.rushlight.sql.runtimeFilter.scanSize"),
  };
  Part last = { NULL, -1, g_array_new (FALSE, FALSE, sizeof (guint)) };

  if (!rush_settings_get_bool (settings, "spark.rushlight.sql.runtimeFilter.enabled") ||
      !has_large_scan (plan, self.threshold))
    {
      g_array_unref (last.waits_for);
      return NULL;
    }
  self.filters = rush_runtime_filters_new (allocator);
  self.parts = g_array_new (FALSE, FALSE, sizeof (Part));
  self.part_of = g_hash_table_new (NULL, NULL);
  self.shares = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  g_array_append_val (self.parts, last);
  find_parts (&self, plan, 0);
  self.changed = TRUE;
  for (guint pass = 0; pass < MAX_PASSES && self.changed; pass++)
    {
      self.changed = FALSE;
      find_filters (&self, plan);
    }
  for (guint p = 0; p < self.parts->len; p++)
    g_array_unref (part_at (&self, p)->waits_for);
  g_array_unref (self.parts);
  g_hash_table_unref (self.part_of);
  g_hash_table_unref (self.shares);
  return self.filters;
}
