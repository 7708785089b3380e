/* expression_equal.c - when two expressions are the same.
 *
 *   equal            the same in every respect but the place in the user's text
 *   semantic equal   gives the same value: names do not matter, nor does the order of operands
 *
 *   (b#2 + a#1) + 3   and   3 + (a#1 + b#2)      operands of one commutative operator, as a bag
 *   a < b             and   b > a                written as LESS
 *
 * The semantic hash is made so that it agrees: hashes of a bag of operands are added up.  Chains of
 * one operator are walked in a loop; only real nesting recurses.
 *
 * Mirrors: Expression.{canonicalized,semanticEquals,semanticHash},
 CommutativeExpression. */
#include <string.h>

#include "sql/plan/expression_private.h"
#include "sql/plan/logical.h"

/* ── shapes: what two nodes look like once the direction of comparisons is made one ── */

static RushExprKind
canonical_kind (const RushExpr *self, gboolean *out_swapped)
{
  *out_swapped = self->kind == RUSH_EXPR_GREATER || self->kind == RUSH_EXPR_GREATER_EQUAL;
  if (self->kind == RUSH_EXPR_GREATER)
    return RUSH_EXPR_LESS;
  return self->kind == RUSH_EXPR_GREATER_EQUAL ? RUSH_EXPR_LESS_EQUAL : self->kind;
}

/* Chains of these are bags of operands.  Decimals: (a * b) * c has another type than a * (b *
 * c). */
static gboolean
is_chain (const RushExpr *self)
{
  gboolean arithmetic = self->kind == RUSH_EXPR_ADD || self->kind == RUSH_EXPR_MULTIPLY;

  return self->kind == RUSH_EXPR_AND || self->kind == RUSH_EXPR_OR ||
         (arithmetic && self->type != NULL && rush_type_is_integral (self->type));
}

static gboolean
is_commutative (const RushExpr *self)
{
  return self->kind == RUSH_EXPR_AND || self->kind == RUSH_EXPR_OR || self->kind == RUSH_EXPR_ADD ||
         self->kind == RUSH_EXPR_MULTIPLY || self->kind == RUSH_EXPR_EQUAL ||
         self->kind == RUSH_EXPR_EQUAL_NULL_SAFE;
}

static void
collect_operands (const RushExpr *self, GPtrArray *into)
{
  g_autoptr (GPtrArray) rest = g_ptr_array_new ();

  g_ptr_array_add (rest, (gpointer)self);
  while (rest->len > 0)
    {
      const RushExpr *node = g_ptr_array_steal_index_fast (rest, rest->len - 1);
      gboolean same = node == self || (is_chain (self) && node->kind == self->kind &&
                                       node->mode == self->mode && node->type == self->type);

      if (!same)
        g_ptr_array_add (into, (gpointer)node);
      else
        for (guint i = 0; i < node->n_children; i++)
          g_ptr_array_add (rest, node->children[i]);
    }
}

/* ── payloads ── */

static gboolean
names_equal (char *const *a, char *const *b)
{
  if (a == NULL || b == NULL)
    return a == b;
  return g_strv_equal ((const char *const *)a, (const char *const *)b);
}

static gboolean
offsets_equal (const RushExpr *a, const RushExpr *b)
{
  return a == b || (a != NULL && b != NULL && rush_expr_semantic_equal (a, b));
}

static gboolean
frames_equal (const RushWindowFrame *a, const RushWindowFrame *b)
{
  return a->given == b->given && a->rows == b->rows && a->lower == b->lower &&
         a->upper == b->upper && offsets_equal (a->lower_offset, b->lower_offset) &&
         offsets_equal (a->upper_offset, b->upper_offset);
}

static gboolean
sets_equal (const RushExpr *a, const RushExpr *b)
{
  if (a->as.grouping_sets.kind != b->as.grouping_sets.kind ||
      a->as.grouping_sets.n_sets != b->as.grouping_sets.n_sets)
    return FALSE;
  for (guint i = 0; i < a->as.grouping_sets.n_sets; i++)
    {
      GArray *x = a->as.grouping_sets.sets[i], *y = b->as.grouping_sets.sets[i];

      if (x->len != y->len || memcmp (x->data, y->data, x->len * sizeof (guint)) != 0)
        return FALSE;
    }
  return TRUE;
}

static gboolean
conditions_equal (const RushExprList *a, const RushExprList *b)
{
  if (a == NULL || b == NULL)
    return a == b;
  if (a->n != b->n)
    return FALSE;
  for (guint i = 0; i < a->n; i++)
    if (!rush_expr_semantic_equal (a->items[i], b->items[i]))
      return FALSE;
  return TRUE;
}

static gboolean
subqueries_equal (const RushExpr *a, const RushExpr *b, gboolean semantic)
{
  if (a->as.subquery.n_values != b->as.subquery.n_values ||
      !conditions_equal (a->as.subquery.conditions, b->as.subquery.conditions))
    return FALSE;
  return semantic ? rush_plan_same_result (a->as.subquery.plan, b->as.subquery.plan)
                  : a->as.subquery.id == b->as.subquery.id &&
                        rush_plan_equal (a->as.subquery.plan, b->as.subquery.plan);
}

/* A function that was handed over twice is the same one. */
static gboolean
python_functions_equal (const RushPythonFunction *a, const RushPythonFunction *b)
{
  return a == b ||
         (a->eval_type == b->eval_type && a->deterministic == b->deterministic &&
          g_bytes_equal (a->command, b->command) && g_strcmp0 (a->name, b->name) == 0 &&
          names_equal (a->argument_names, b->argument_names) && a->return_type == b->return_type);
}

static gboolean
payload_equal (const RushExpr *a, const RushExpr *b, gboolean semantic)
{
  switch (a->kind)
    {
    case RUSH_EXPR_UNRESOLVED_ATTRIBUTE:
    case RUSH_EXPR_UNRESOLVED_STAR:
    case RUSH_EXPR_UNRESOLVED_REGEX:
    case RUSH_EXPR_UNRESOLVED_WINDOW:
    case RUSH_EXPR_PARAMETER:
    case RUSH_EXPR_MULTI_ALIAS:
    case RUSH_EXPR_NAMED_ARGUMENT:
      return names_equal (a->as.names.parts, b->as.names.parts) &&
             a->as.names.plan_id == b->as.names.plan_id;
    case RUSH_EXPR_UNRESOLVED_FUNCTION:
      return names_equal (a->as.call.parts, b->as.call.parts) &&
             a->as.call.distinct == b->as.call.distinct &&
             a->as.call.has_filter == b->as.call.has_filter &&
             a->as.call.ignore_nulls == b->as.call.ignore_nulls &&
             a->as.call.n_orders == b->as.call.n_orders;
    case RUSH_EXPR_GROUPING_SETS:
      return sets_equal (a, b);
    case RUSH_EXPR_LITERAL:
      return rush_column_equal (a->as.literal.value, b->as.literal.value);
    case RUSH_EXPR_ATTRIBUTE:
    case RUSH_EXPR_ALIAS:
    case RUSH_EXPR_LAMBDA_VARIABLE:
      return a->as.attribute.id == b->as.attribute.id &&
             (semantic || (g_strcmp0 (a->as.attribute.name, b->as.attribute.name) == 0 &&
                           names_equal (a->as.attribute.qualifier, b->as.attribute.qualifier)));
    case RUSH_EXPR_BOUND:
    case RUSH_EXPR_GET_FIELD:
    case RUSH_EXPR_GET_ARRAY_FIELD:
      return a->as.bound.ordinal == b->as.bound.ordinal;
    case RUSH_EXPR_CAST:
      return a->as.cast.time_zone == b->as.cast.time_zone &&
             (semantic || a->as.cast.by_user == b->as.cast.by_user);
    case RUSH_EXPR_IN:
      return semantic || a->as.in.set == b->as.in.set;
    case RUSH_EXPR_LIKE:
      return a->as.like.escape == b->as.like.escape;
    case RUSH_EXPR_FUNCTION:
      return a->as.function.function == b->as.function.function &&
             a->as.function.time_zone == b->as.function.time_zone &&
             a->as.function.ignore_nulls == b->as.function.ignore_nulls &&
             a->as.function.seed == b->as.function.seed;
    case RUSH_EXPR_AGGREGATE:
      return a->as.aggregate.function == b->as.aggregate.function &&
             a->as.aggregate.mode == b->as.aggregate.mode &&
             a->as.aggregate.distinct == b->as.aggregate.distinct &&
             a->as.aggregate.has_filter == b->as.aggregate.has_filter &&
             a->as.aggregate.ignore_nulls == b->as.aggregate.ignore_nulls &&
             (semantic || a->as.aggregate.result_id == b->as.aggregate.result_id);
    case RUSH_EXPR_WINDOW:
      return a->as.window.n_partition == b->as.window.n_partition &&
             frames_equal (&a->as.window.frame, &b->as.window.frame);
    case RUSH_EXPR_PYTHON_UDF:
      return python_functions_equal (a->as.python.function, b->as.python.function) &&
             (semantic || a->as.python.result_id == b->as.python.result_id);
    case RUSH_EXPR_SORT_ORDER:
      return a->as.sort.descending == b->as.sort.descending &&
             a->as.sort.nulls_last == b->as.sort.nulls_last;
    case RUSH_EXPR_SCALAR_SUBQUERY:
    case RUSH_EXPR_EXISTS:
    case RUSH_EXPR_IN_SUBQUERY:
      return subqueries_equal (a, b, semantic);
    case RUSH_EXPR_UNRESOLVED_ALIAS:
    case RUSH_EXPR_UNRESOLVED_EXTRACT:
    case RUSH_EXPR_OUTER:
    case RUSH_EXPR_ADD:
    case RUSH_EXPR_SUBTRACT:
    case RUSH_EXPR_MULTIPLY:
    case RUSH_EXPR_DIVIDE:
    case RUSH_EXPR_INTEGRAL_DIVIDE:
    case RUSH_EXPR_REMAINDER:
    case RUSH_EXPR_NEGATE:
    case RUSH_EXPR_EQUAL:
    case RUSH_EXPR_EQUAL_NULL_SAFE:
    case RUSH_EXPR_LESS:
    case RUSH_EXPR_LESS_EQUAL:
    case RUSH_EXPR_GREATER:
    case RUSH_EXPR_GREATER_EQUAL:
    case RUSH_EXPR_AND:
    case RUSH_EXPR_OR:
    case RUSH_EXPR_NOT:
    case RUSH_EXPR_IS_NULL:
    case RUSH_EXPR_IS_NOT_NULL:
    case RUSH_EXPR_IF:
    case RUSH_EXPR_CASE_WHEN:
    case RUSH_EXPR_COALESCE:
    case RUSH_EXPR_GET_ITEM:
    case RUSH_EXPR_LAMBDA:
    case RUSH_EXPR_N_KINDS:
      break;
    }
  return TRUE;
}

/* ── equality ── */

gboolean
rush_expr_equal (const RushExpr *a, const RushExpr *b)
{
  if (a == b)
    return TRUE;
  if (a->kind != b->kind || a->type != b->type || a->nullable != b->nullable ||
      a->mode != b->mode || a->n_children != b->n_children || !payload_equal (a, b, FALSE))
    return FALSE;
  for (guint i = 0; i < a->n_children; i++)
    if (!rush_expr_equal (a->children[i], b->children[i]))
      return FALSE;
  return TRUE;
}

/* Two bags of operands: each of one has its own twin in the other. */
static gboolean
bags_equal (const RushExpr *a, const RushExpr *b)
{
  g_autoptr (GPtrArray) left = g_ptr_array_new (), right = g_ptr_array_new ();

  collect_operands (a, left);
  collect_operands (b, right);
  if (left->len != right->len)
    return FALSE;
  g_autofree guint *hashes = g_new (guint, right->len);
  for (guint i = 0; i < right->len; i++)
    hashes[i] = rush_expr_semantic_hash (right->pdata[i]);
  for (guint i = 0; i < left->len; i++)
    {
      guint hash = rush_expr_semantic_hash (left->pdata[i]), j = 0;

      while (j < right->len && (right->pdata[j] == NULL || hashes[j] != hash ||
                                !rush_expr_semantic_equal (left->pdata[i], right->pdata[j])))
        j++;
      if (j == right->len)
        return FALSE;
      right->pdata[j] = NULL;
    }
  return TRUE;
}

gboolean
rush_expr_semantic_equal (const RushExpr *a, const RushExpr *b)
{
  gboolean a_swapped, b_swapped;

  if (a == b)
    return (a->flags & RUSH_EXPR_DETERMINISTIC) != 0;
  if (!(a->flags & b->flags & RUSH_EXPR_DETERMINISTIC))
    return FALSE;
  if (canonical_kind (a, &a_swapped) != canonical_kind (b, &b_swapped) || a->mode != b->mode ||
      !rush_type_same_shape (a->type ? a->type : &RUSH_NULL, b->type ? b->type : &RUSH_NULL))
    return FALSE;
  if (is_commutative (a))
    return bags_equal (a, b);
  if (a->n_children != b->n_children || !payload_equal (a, b, TRUE))
    return FALSE;
  for (guint i = 0; i < a->n_children; i++)
    if (!rush_expr_semantic_equal (a->children[a_swapped ? a->n_children - 1 - i : i],
                                   b->children[b_swapped ? b->n_children - 1 - i : i]))
      return FALSE;
  return TRUE;
}

/* ── hash ── */

static guint
mix (guint hash, guint value)
{
  return (hash ^ value) * 0x9E3779B1u + (hash << 6);
}

static guint
payload_hash (const RushExpr *self)
{
  switch ((int)self->kind)
    {
    case RUSH_EXPR_ATTRIBUTE:
    case RUSH_EXPR_ALIAS:
    case RUSH_EXPR_LAMBDA_VARIABLE:
      return (guint)self->as.attribute.id;
    case RUSH_EXPR_LITERAL:
      {
        g_autoptr (GString) text = g_string_new (NULL);

        rush_column_append_text (self->as.literal.value, 0, text);
        return g_string_hash (text);
      }
    case RUSH_EXPR_BOUND:
    case RUSH_EXPR_GET_FIELD:
    case RUSH_EXPR_GET_ARRAY_FIELD:
      return self->as.bound.ordinal;
    case RUSH_EXPR_FUNCTION:
      return g_direct_hash (self->as.function.function);
    case RUSH_EXPR_AGGREGATE:
      return g_direct_hash (self->as.aggregate.function) + self->as.aggregate.distinct;
    case RUSH_EXPR_UNRESOLVED_ATTRIBUTE:
      return self->as.names.parts[0] != NULL ? g_str_hash (self->as.names.parts[0]) : 0;
    default:
      return 0;
    }
}

guint
rush_expr_semantic_hash (const RushExpr *self)
{
  gboolean swapped;
  guint hash = mix (canonical_kind (self, &swapped) + 1, payload_hash (self));

  if (is_commutative (self))
    {
      g_autoptr (GPtrArray) operands = g_ptr_array_new ();
      guint sum = 0;

      collect_operands (self, operands);
      for (guint i = 0; i < operands->len; i++)
        sum += rush_expr_semantic_hash (operands->pdata[i]);
      return mix (hash, sum);
    }
  for (guint i = 0; i < self->n_children; i++)
    hash = mix (hash,
                rush_expr_semantic_hash (self->children[swapped ? self->n_children - 1 - i : i]));
  return hash;
}
