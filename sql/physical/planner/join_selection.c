/* join_selection.c - which join: by hints first, then by the sizes of the sides.
 *
 *   equal keys     hint broadcast ▸ hint merge ▸ hint shuffle_hash ▸ hint shuffle_replicate_nl
 *                  ▸ a side below spark.sql.autoBroadcastJoinThreshold: broadcast hash
 *                  ▸ preferSortMergeJoin off, and a side much smaller: shuffled hash
 *                  ▸ sort merge ▸ inner: cartesian ▸ nested loop
 *   no equal keys  hint broadcast ▸ hint shuffle_replicate_nl ▸ a small side: nested loop
 *                  ▸ inner: cartesian ▸ nested loop
 *
 * Which side may be built follows from which rows the join must keep: a table in every task cannot
 * say which of its rows nobody matched.
 *
 * Mirrors: SparkStrategies.JoinSelection, JoinSelectionHelper, ExtractEquiJoinKeys,
 *          ExtractSingleColumnNullAwareAntiJoin.
 */
#include "sql/physical/operators/joins.h"
#include "sql/physical/planner/planner.h"
#include "sql/plan/estimation.h"

/* ---- keys ---- */

typedef struct
{
  GPtrArray *left, *right; /* RushExpr * (owned) */
  GPtrArray *others;       /* conjuncts that are not equalities between the sides */
} Keys;

static GPtrArray *
new_exprs (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify)rush_expr_unref);
}

static gboolean
is_of (const RushExpr *expr, const RushExprIdSet *side)
{
  return rush_expr_references_subset (expr, side);
}

static gboolean
has_references (const RushExpr *expr)
{
  g_autoptr (RushExprIdSet) ids = rush_expr_id_set_new ();

  rush_expr_collect_references (expr, ids);
  return rush_expr_id_set_size (ids) > 0;
}

/* a <=> b: two keys, coalesce (a, default) and a is null. */
static void
add_null_safe (GPtrArray *keys, RushExpr *expr)
{
  RushExpr *fallback, *children[2];

  if (expr->type->storage == RUSH_STORAGE_VIEW)
    fallback = rush_expr_literal_string ("", 0);
  else if (expr->type->kind == RUSH_TYPE_FLOAT64)
    fallback = rush_expr_literal_double (0);
  else if (expr->type->kind == RUSH_TYPE_BOOL)
    fallback = rush_expr_literal_bool (FALSE);
  else if (expr->type->storage <= RUSH_STORAGE_I64)
    fallback = rush_expr_literal_int (expr->type, 0);
  else
    fallback = NULL;
  if (fallback != NULL && fallback->type == expr->type)
    {
      children[0] = rush_expr_ref (expr);
      children[1] = fallback;
      g_ptr_array_add (keys, rush_expr_new (RUSH_EXPR_COALESCE, 2, children));
    }
  else
    rush_expr_unref (fallback);
  g_ptr_array_add (keys, rush_expr_unary (RUSH_EXPR_IS_NULL, rush_expr_ref (expr)));
}

/* Whether <=> on this type becomes keys. */
static gboolean
has_default (const RushType *type)
{
  return type == &RUSH_STRING || type->kind == RUSH_TYPE_FLOAT64 || type->kind == RUSH_TYPE_BOOL ||
         type->storage <= RUSH_STORAGE_I64;
}

static void
add_conjunct (Keys *self, RushExpr *conjunct, const RushExprIdSet *left, const RushExprIdSet *right)
{
  gboolean null_safe = conjunct->kind == RUSH_EXPR_EQUAL_NULL_SAFE;
  RushExpr *a, *b;

  if ((conjunct->kind == RUSH_EXPR_EQUAL ||
       (null_safe && has_default (conjunct->children[0]->type))) &&
      has_references (conjunct->children[0]) && has_references (conjunct->children[1]))
    {
      a = conjunct->children[0];
      b = conjunct->children[1];
      if (is_of (b, left) && is_of (a, right))
        {
          RushExpr *other = a;
          a = b;
          b = other;
        }
      if (is_of (a, left) && is_of (b, right))
        {
          if (null_safe)
            {
              add_null_safe (self->left, a);
              add_null_safe (self->right, b);
              return;
            }
          g_ptr_array_add (self->left, rush_expr_ref (a));
          g_ptr_array_add (self->right, rush_expr_ref (b));
          return;
        }
    }
  g_ptr_array_add (self->others, rush_expr_ref (conjunct));
}

static RushExpr *
condition_of (const RushPlan *plan)
{
  return plan->lists[0] != NULL && plan->lists[0]->n > 0 ? plan->lists[0]->items[0] : NULL;
}

static void
extract_keys (Keys *self, const RushPlan *plan)
{
  g_autoptr (GPtrArray) conjuncts = new_exprs ();
  g_autoptr (RushExprIdSet) left = rush_expr_id_set_new ();
  g_autoptr (RushExprIdSet) right = rush_expr_id_set_new ();

  self->left = new_exprs ();
  self->right = new_exprs ();
  self->others = new_exprs ();
  rush_expr_id_set_add_list (left, plan->children[0]->output);
  rush_expr_id_set_add_list (right, plan->children[1]->output);
  if (condition_of (plan) != NULL)
    rush_expr_split_conjuncts (condition_of (plan), conjuncts);
  for (guint i = 0; i < conjuncts->len; i++)
    add_conjunct (self, conjuncts->pdata[i], left, right);
}

static void
clear_keys (Keys *self)
{
  g_ptr_array_unref (self->left);
  g_ptr_array_unref (self->right);
  g_ptr_array_unref (self->others);
}

/* ---- sides ---- */

/* A table in every task, or in the task of its partition. */
static gboolean
can_build (RushJoinType type, gboolean left, gboolean shuffled)
{
  switch (type)
    {
    case RUSH_JOIN_INNER:
    case RUSH_JOIN_CROSS:
      return TRUE;
    case RUSH_JOIN_RIGHT_OUTER:
      return left || shuffled;
    case RUSH_JOIN_LEFT_OUTER:
      return !left || shuffled;
    case RUSH_JOIN_LEFT_SEMI:
    case RUSH_JOIN_LEFT_ANTI:
    case RUSH_JOIN_EXISTENCE:
      return !left;
    case RUSH_JOIN_FULL_OUTER:
      return shuffled;
    }
  g_assert_not_reached ();
}

typedef struct
{
  RushPlan *plan;
  const RushEvalSettings *settings;
  RushJoinType type;
  RushJoinHint hints[2];
  double bytes[2];
} Choice;

static gboolean
is_hinted (const Choice *self, RushJoinHint hint)
{
  return self->hints[0] == hint || self->hints[1] == hint;
}

static gboolean
is_small (const Choice *self, guint side)
{
  gint64 threshold =
      rush_settings_get_bytes (self->settings, "spark.sql.autoBroadcastJoinThreshold");

  return self->hints[side] != RUSH_HINT_NO_BROADCAST && threshold >= 0 &&
         self->bytes[side] <= (double)threshold;
}

/* Of the sides that may be built and that @wanted says yes to, the smaller: 0 left, 1 right, −1
 * none. */
static gint
choose_side (const Choice *self, const gboolean wanted[2], gboolean shuffled)
{
  gboolean left = wanted[0] && can_build (self->type, TRUE, shuffled);
  gboolean right = wanted[1] && can_build (self->type, FALSE, shuffled);

  if (left && right)
    return self->bytes[1] <= self->bytes[0] ? 1 : 0;
  return left ? 0 : right ? 1 : -1;
}

static gint
hinted_side (const Choice *self, RushJoinHint hint, gboolean shuffled)
{
  gboolean wanted[] = { self->hints[0] == hint, self->hints[1] == hint };

  return choose_side (self, wanted, shuffled);
}

static gint
small_side (const Choice *self)
{
  gboolean wanted[] = { is_small (self, 0), is_small (self, 1) };

  return choose_side (self, wanted, FALSE);
}

/* Small enough for tables of its partitions, and a third of the other. */
static gint
local_map_side (const Choice *self)
{
  double most =
      (double)MAX (rush_settings_get_bytes (self->settings, "spark.sql.autoBroadcastJoinThreshold"),
                   0) *
      (double)rush_settings_get_int (self->settings, "spark.sql.shuffle.partitions");
  gboolean wanted[] = { self->bytes[0] < most && self->bytes[0] * 3 <= self->bytes[1],
                        self->bytes[1] < most && self->bytes[1] * 3 <= self->bytes[0] };

  return choose_side (self, wanted, TRUE);
}

/* ---- choosing ---- */

static gboolean
are_orderable (const GPtrArray *keys)
{
  for (guint k = 0; k < keys->len; k++)
    switch ((guint)((RushExpr *)keys->pdata[k])->type->kind)
      {
      case RUSH_TYPE_MAP:
      case RUSH_TYPE_CALENDAR_INTERVAL:
        return FALSE;
      default:
        break;
      }
  return TRUE;
}

static RushJoin
built (RushJoinForm form, gint side)
{
  return (RushJoin){ .form = form, .build_left = side == 0 };
}

static RushJoin
hinted (RushJoinForm form, gint side)
{
  RushJoin join = built (form, side);

  join.is_hinted = TRUE;
  return join;
}

static gboolean
is_inner (const Choice *self)
{
  return self->type == RUSH_JOIN_INNER || self->type == RUSH_JOIN_CROSS;
}

/* What is always possible: the smaller side, or the one that may be built. */
static RushJoin
any_nested_loop (const Choice *self)
{
  gboolean both[] = { TRUE, TRUE };
  gint side = choose_side (self, both, FALSE);

  if (side < 0)
    side = self->bytes[1] <= self->bytes[0] ? 1 : 0;
  return built (RUSH_JOIN_EXEC_NESTED_LOOP, side);
}

static RushJoin
choose_equi (const Choice *self, const Keys *keys)
{
  gboolean orderable = are_orderable (keys->left);
  gint side;

  if ((side = hinted_side (self, RUSH_HINT_BROADCAST, FALSE)) >= 0)
    return built (RUSH_JOIN_EXEC_BROADCAST_HASH, side);
  if (is_hinted (self, RUSH_HINT_MERGE) && orderable)
    return hinted (RUSH_JOIN_EXEC_SORT_MERGE, 1);
  if ((side = hinted_side (self, RUSH_HINT_SHUFFLE_HASH, TRUE)) >= 0)
    return hinted (RUSH_JOIN_EXEC_SHUFFLED_HASH, side);
  if (is_hinted (self, RUSH_HINT_SHUFFLE_REPLICATE_NL) && is_inner (self))
    return built (RUSH_JOIN_EXEC_CARTESIAN, 1);
  if ((side = small_side (self)) >= 0)
    return built (RUSH_JOIN_EXEC_BROADCAST_HASH, side);
  if (!rush_settings_get_bool (self->settings, "spark.sql.join.preferSortMergeJoin") &&
      (side = local_map_side (self)) >= 0)
    return built (RUSH_JOIN_EXEC_SHUFFLED_HASH, side);
  if (orderable)
    return built (RUSH_JOIN_EXEC_SORT_MERGE, 1);
  return is_inner (self) ? built (RUSH_JOIN_EXEC_CARTESIAN, 1) : any_nested_loop (self);
}

static RushJoin
choose_without_keys (const Choice *self)
{
  gboolean wanted[] = { self->hints[0] == RUSH_HINT_BROADCAST,
                        self->hints[1] == RUSH_HINT_BROADCAST };
  gint side;

  if (wanted[0] || wanted[1])
    {
      side = wanted[0] && wanted[1] ? self->bytes[1] <= self->bytes[0] : wanted[0] ? 0 : 1;
      return built (RUSH_JOIN_EXEC_NESTED_LOOP, side);
    }
  if (is_hinted (self, RUSH_HINT_SHUFFLE_REPLICATE_NL) && is_inner (self))
    return built (RUSH_JOIN_EXEC_CARTESIAN, 1);
  if ((side = small_side (self)) >= 0)
    return built (RUSH_JOIN_EXEC_NESTED_LOOP, side);
  return is_inner (self) ? built (RUSH_JOIN_EXEC_CARTESIAN, 1) : any_nested_loop (self);
}

static RushExprList *
list_of (const GPtrArray *exprs)
{
  for (guint i = 0; i < exprs->len; i++)
    rush_expr_ref (exprs->pdata[i]);
  return rush_expr_list_new (exprs->len, (RushExpr *const *)exprs->pdata);
}

/* x NOT IN (…): (a = b OR (a = b) IS NULL), as the optimizer leaves it; only the equality counts.
 * */
static gboolean
match_null_aware (const RushPlan *plan, Keys *keys)
{
  const RushExpr *condition = condition_of (plan);
  g_autoptr (RushExprIdSet) left = rush_expr_id_set_new ();
  g_autoptr (RushExprIdSet) right = rush_expr_id_set_new ();

  if (plan->as.join.type != RUSH_JOIN_LEFT_ANTI || condition == NULL ||
      condition->kind != RUSH_EXPR_OR || condition->children[0]->kind != RUSH_EXPR_EQUAL ||
      condition->children[1]->kind != RUSH_EXPR_IS_NULL ||
      !rush_expr_semantic_equal (condition->children[0], condition->children[1]->children[0]))
    return FALSE;
  rush_expr_id_set_add_list (left, plan->children[0]->output);
  rush_expr_id_set_add_list (right, plan->children[1]->output);
  add_conjunct (keys, condition->children[0], left, right);
  return keys->left->len == 1;
}

static RushJoin
choose (const Choice *choice, Keys *keys)
{
  if (keys->left->len > 0)
    return choose_equi (choice, keys);
  /* However big the right side: a nested loop would look at all of it for each row. */
  if (rush_settings_get_bool (choice->settings, "spark.sql.optimizeNullAwareAntiJoin") &&
      match_null_aware (choice->plan, keys))
    {
      RushJoin join = built (RUSH_JOIN_EXEC_BROADCAST_HASH, 1);
      join.null_aware = TRUE;
      g_ptr_array_set_size (keys->others, 0);
      return join;
    }
  g_ptr_array_set_size (keys->left, 0);
  g_ptr_array_set_size (keys->right, 0);
  return choose_without_keys (choice);
}

RushExec *
rush_plan_join_selection (RushQuery *query, RushPlan *plan, GError **error)
{
  RushExec *children[2];
  Choice choice;
  RushJoin join;
  Keys keys;

  if (plan->kind != RUSH_PLAN_JOIN)
    return NULL;
  if (!rush_plan_children (query, plan, children, error))
    return NULL;
  gboolean cbo = rush_settings_get_bool (rush_query_settings (query), "spark.sql.cbo.enabled");
  extract_keys (&keys, plan);
  choice = (Choice){
    .plan = plan,
    .settings = rush_query_settings (query),
    .type = plan->as.join.type,
    .hints = { plan->as.join.left_hint, plan->as.join.right_hint },
    .bytes = { rush_plan_statistics_by (plan->children[0], cbo).size_bytes,
               rush_plan_statistics_by (plan->children[1], cbo).size_bytes },
  };
  join = choose (&choice, &keys);
  join.type = choice.type;
  join.left_keys = list_of (keys.left);
  join.right_keys = list_of (keys.right);
  join.exists = plan->as.join.exists != NULL ? rush_expr_ref (plan->as.join.exists) : NULL;
  if (join.left_keys->n == 0)
    join.condition = condition_of (plan) != NULL ? rush_expr_ref (condition_of (plan)) : NULL;
  else if (keys.others->len > 0)
    {
      g_autoptr (RushExprList) others = list_of (keys.others);
      join.condition = rush_expr_and_all (others->items, others->n);
    }
  clear_keys (&keys);
  return rush_join_exec_new (&join, children[0], children[1]);
}
