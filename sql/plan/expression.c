/* expression.c - making, copying and freeing expressions.
 *
 *   constructor ─► alloc ─► payload, children ─► derive (expression_type.c): type, nullable, flags
 *   with_…      ─► copy  ─► one thing changed  ─► derive
 *
 * Nodes are immutable once a constructor has returned them, so a copy shares its children.  A chain
 * of a hundred thousand ORs is a legal tree: freeing one must not recurse, hence the work list in
 * rush_expr_unref ().
 *
 * Mirrors:
 org.apache.spark.sql.catalyst.expressions.{Expression,NamedExpression,Literal,Cast}. */
#include <string.h>

#include "sql/plan/expression_private.h"
#include "sql/plan/logical.h"

/* ── nodes ── */

RushExprId
rush_expr_id_new (void)
{
  static _Atomic guint64 last = 0;

  return atomic_fetch_add_explicit (&last, 1, memory_order_relaxed) + 1;
}

RushExpr *
rush_expr_alloc (RushExprKind kind, guint n)
{
  RushExpr *self = g_malloc0 (sizeof (RushExpr) + n * sizeof (RushExpr *));

  rush_ref_count_init (&self->refs);
  self->kind = kind;
  self->mode = RUSH_EVAL_ANSI;
  self->n_children = n;
  return self;
}

static RushExpr *
alloc_with (RushExprKind kind, guint n, RushExpr *const *children)
{
  RushExpr *self = rush_expr_alloc (kind, n);

  for (guint i = 0; i < n; i++)
    self->children[i] = children[i];
  return self;
}

static RushExpr *
finish (RushExpr *self)
{
  rush_expr_derive (self);
  return self;
}

RushExpr *
rush_expr_ref (RushExpr *self)
{
  rush_ref_count_inc (&self->refs);
  return self;
}

/* What of the payload is owned, kind by kind. */
static void
clear_payload (RushExpr *self)
{
  switch ((int)self->kind)
    {
    case RUSH_EXPR_UNRESOLVED_ATTRIBUTE:
    case RUSH_EXPR_UNRESOLVED_STAR:
    case RUSH_EXPR_UNRESOLVED_REGEX:
    case RUSH_EXPR_UNRESOLVED_WINDOW:
    case RUSH_EXPR_PARAMETER:
    case RUSH_EXPR_MULTI_ALIAS:
    case RUSH_EXPR_NAMED_ARGUMENT:
      g_strfreev (self->as.names.parts);
      break;
    case RUSH_EXPR_UNRESOLVED_FUNCTION:
      g_strfreev (self->as.call.parts);
      break;
    case RUSH_EXPR_GROUPING_SETS:
      for (guint i = 0; i < self->as.grouping_sets.n_sets; i++)
        g_array_unref (self->as.grouping_sets.sets[i]);
      g_free (self->as.grouping_sets.sets);
      break;
    case RUSH_EXPR_LITERAL:
      rush_column_unref (self->as.literal.value);
      break;
    case RUSH_EXPR_ATTRIBUTE:
    case RUSH_EXPR_ALIAS:
    case RUSH_EXPR_LAMBDA_VARIABLE:
      g_free (self->as.attribute.name);
      g_strfreev (self->as.attribute.qualifier);
      g_free (self->as.attribute.metadata);
      break;
    case RUSH_EXPR_BOUND:
    case RUSH_EXPR_GET_FIELD:
    case RUSH_EXPR_GET_ARRAY_FIELD:
      g_free (self->as.bound.name);
      break;
    case RUSH_EXPR_WINDOW:
      rush_expr_unref (self->as.window.frame.lower_offset);
      rush_expr_unref (self->as.window.frame.upper_offset);
      break;
    case RUSH_EXPR_PYTHON_UDF:
      rush_python_function_unref (self->as.python.function);
      break;
    case RUSH_EXPR_SCALAR_SUBQUERY:
    case RUSH_EXPR_EXISTS:
    case RUSH_EXPR_IN_SUBQUERY:
      rush_plan_unref (self->as.subquery.plan);
      rush_expr_list_unref (self->as.subquery.conditions);
      break;
    default:
      break;
    }
  rush_sql_text_unref (self->context.text);
}

void
rush_expr_unref (RushExpr *self)
{
  g_autoptr (GPtrArray) dead = NULL;

  if (self == NULL || !rush_ref_count_dec (&self->refs))
    return;
  while (self != NULL)
    {
      for (guint i = 0; i < self->n_children; i++)
        if (self->children[i] != NULL && rush_ref_count_dec (&self->children[i]->refs))
          {
            if (dead == NULL)
              dead = g_ptr_array_new ();
            g_ptr_array_add (dead, self->children[i]);
          }
      clear_payload (self);
      g_free (self);
      self =
          dead != NULL && dead->len > 0 ? g_ptr_array_steal_index_fast (dead, dead->len - 1) : NULL;
    }
}

/* Makes the payload of a byte-wise copy its own. */
static void
own_payload (RushExpr *self)
{
  switch ((int)self->kind)
    {
    case RUSH_EXPR_UNRESOLVED_ATTRIBUTE:
    case RUSH_EXPR_UNRESOLVED_STAR:
    case RUSH_EXPR_UNRESOLVED_REGEX:
    case RUSH_EXPR_UNRESOLVED_WINDOW:
    case RUSH_EXPR_PARAMETER:
    case RUSH_EXPR_MULTI_ALIAS:
    case RUSH_EXPR_NAMED_ARGUMENT:
      self->as.names.parts = g_strdupv (self->as.names.parts);
      break;
    case RUSH_EXPR_UNRESOLVED_FUNCTION:
      self->as.call.parts = g_strdupv (self->as.call.parts);
      break;
    case RUSH_EXPR_GROUPING_SETS:
      self->as.grouping_sets.sets = g_memdup2 (self->as.grouping_sets.sets,
                                               self->as.grouping_sets.n_sets * sizeof (GArray *));
      for (guint i = 0; i < self->as.grouping_sets.n_sets; i++)
        g_array_ref (self->as.grouping_sets.sets[i]);
      break;
    case RUSH_EXPR_LITERAL:
      rush_column_ref (self->as.literal.value);
      break;
    case RUSH_EXPR_ATTRIBUTE:
    case RUSH_EXPR_ALIAS:
    case RUSH_EXPR_LAMBDA_VARIABLE:
      self->as.attribute.name = g_strdup (self->as.attribute.name);
      self->as.attribute.qualifier = g_strdupv (self->as.attribute.qualifier);
      self->as.attribute.metadata = g_strdup (self->as.attribute.metadata);
      break;
    case RUSH_EXPR_BOUND:
    case RUSH_EXPR_GET_FIELD:
    case RUSH_EXPR_GET_ARRAY_FIELD:
      self->as.bound.name = g_strdup (self->as.bound.name);
      break;
    case RUSH_EXPR_WINDOW:
      if (self->as.window.frame.lower_offset != NULL)
        rush_expr_ref (self->as.window.frame.lower_offset);
      if (self->as.window.frame.upper_offset != NULL)
        rush_expr_ref (self->as.window.frame.upper_offset);
      break;
    case RUSH_EXPR_PYTHON_UDF:
      rush_python_function_ref (self->as.python.function);
      break;
    case RUSH_EXPR_SCALAR_SUBQUERY:
    case RUSH_EXPR_EXISTS:
    case RUSH_EXPR_IN_SUBQUERY:
      rush_plan_ref (self->as.subquery.plan);
      if (self->as.subquery.conditions != NULL)
        rush_expr_list_ref (self->as.subquery.conditions);
      break;
    default:
      break;
    }
  if (self->context.text != NULL)
    rush_sql_text_ref (self->context.text);
}

RushExpr *
rush_expr_copy_shallow (const RushExpr *self)
{
  RushExpr *copy = rush_expr_alloc (self->kind, self->n_children);

  copy->type = self->type;
  copy->nullable = self->nullable;
  copy->mode = self->mode;
  copy->context = self->context;
  copy->as = self->as;
  own_payload (copy);
  return copy;
}

RushExpr *
rush_expr_copy (const RushExpr *self)
{
  RushExpr *copy = rush_expr_copy_shallow (self);

  for (guint i = 0; i < self->n_children; i++)
    copy->children[i] = rush_expr_ref (self->children[i]);
  return copy;
}

/* ── lists ── */

RushExprList *
rush_expr_list_new (guint n, RushExpr *const *items)
{
  RushExprList *self = g_malloc (sizeof (RushExprList) + n * sizeof (RushExpr *));

  rush_ref_count_init (&self->refs);
  self->n = n;
  for (guint i = 0; i < n; i++)
    self->items[i] = items[i];
  return self;
}

RushExprList *
rush_expr_list_from_array (GPtrArray *items)
{
  RushExprList *self = rush_expr_list_new (items->len, (RushExpr *const *)items->pdata);

  g_ptr_array_set_free_func (items, NULL); /* the list has them now */
  g_ptr_array_unref (items);
  return self;
}

RushExprList *
rush_expr_list_ref (RushExprList *self)
{
  rush_ref_count_inc (&self->refs);
  return self;
}

void
rush_expr_list_unref (RushExprList *self)
{
  if (self == NULL || !rush_ref_count_dec (&self->refs))
    return;
  for (guint i = 0; i < self->n; i++)
    rush_expr_unref (self->items[i]);
  g_free (self);
}

RushPythonFunction *
rush_python_function_ref (RushPythonFunction *self)
{
  rush_ref_count_inc (&self->refs);
  return self;
}

void
rush_python_function_unref (RushPythonFunction *self)
{
  if (self == NULL || !rush_ref_count_dec (&self->refs))
    return;
  g_free (self->name);
  g_bytes_unref (self->command);
  g_clear_pointer (&self->broadcasts, g_ptr_array_unref);
  g_strfreev (self->argument_names);
  g_free (self);
}

/* ── constructors: without payload ── */

RushExpr *
rush_expr_new (RushExprKind kind, guint n, RushExpr *const *children)
{
  return finish (alloc_with (kind, n, children));
}

RushExpr *
rush_expr_unary (RushExprKind kind, RushExpr *child)
{
  return rush_expr_new (kind, 1, &child);
}

RushExpr *
rush_expr_binary (RushExprKind kind, RushExpr *left, RushExpr *right)
{
  return rush_expr_new (kind, 2, (RushExpr *[]){ left, right });
}

RushExpr *
rush_expr_arithmetic (RushExprKind kind, RushEvalMode mode, RushExpr *left, RushExpr *right)
{
  RushExpr *self = alloc_with (kind, right != NULL ? 2 : 1, (RushExpr *[]){ left, right });

  self->mode = mode;
  return finish (self);
}

/* ── constructors: unresolved ── */

static char **
copy_names (const char *const *parts)
{
  return parts != NULL ? g_strdupv ((char **)parts) : g_new0 (char *, 1);
}

RushExpr *
rush_expr_named (RushExprKind kind, const char *const *parts, guint n, RushExpr *const *children)
{
  RushExpr *self = alloc_with (kind, n, children);

  self->as.names.parts = copy_names (parts);
  self->as.names.plan_id = -1;
  return finish (self);
}

RushExpr *
rush_expr_unresolved_attribute (const char *const *parts, gint64 plan_id)
{
  RushExpr *self = rush_expr_named (RUSH_EXPR_UNRESOLVED_ATTRIBUTE, parts, 0, NULL);

  self->as.names.plan_id = plan_id;
  return self;
}

RushExpr *
rush_expr_unresolved_star (const char *const *target)
{
  return rush_expr_named (RUSH_EXPR_UNRESOLVED_STAR, target, 0, NULL);
}

RushExpr *
rush_expr_unresolved_call (const char *const *name, guint n, RushExpr *const *args,
                           gboolean distinct, RushExpr *filter, gboolean ignore_nulls,
                           guint n_orders, RushExpr *const *orders)
{
  RushExpr *self = rush_expr_alloc (RUSH_EXPR_UNRESOLVED_FUNCTION, n + (filter != NULL) + n_orders);
  guint at = 0;

  for (guint i = 0; i < n; i++)
    self->children[at++] = args[i];
  if (filter != NULL)
    self->children[at++] = filter;
  for (guint i = 0; i < n_orders; i++)
    self->children[at++] = orders[i];
  self->as.call.parts = copy_names (name);
  self->as.call.distinct = distinct;
  self->as.call.has_filter = filter != NULL;
  self->as.call.ignore_nulls = ignore_nulls;
  self->as.call.n_orders = n_orders;
  return finish (self);
}

RushExpr *
rush_expr_unresolved_function (const char *const *name, guint n, RushExpr *const *args,
                               gboolean distinct, RushExpr *filter)
{
  return rush_expr_unresolved_call (name, n, args, distinct, filter, FALSE, 0, NULL);
}

RushExpr *
rush_expr_grouping_sets (RushGroupingKind kind, guint n_sets, GArray *const *sets, guint n,
                         RushExpr *const *children)
{
  RushExpr *self = alloc_with (RUSH_EXPR_GROUPING_SETS, n, children);

  self->as.grouping_sets.kind = kind;
  self->as.grouping_sets.n_sets = n_sets;
  self->as.grouping_sets.sets = g_memdup2 (sets, n_sets * sizeof (GArray *));
  return finish (self);
}

/* ── constructors: names ── */

static RushExpr *
new_attribute (RushExprKind kind, const char *name, const RushType *type, gboolean nullable,
               RushExprId id, const char *const *qualifier)
{
  RushExpr *self = rush_expr_alloc (kind, 0);

  self->type = type;
  self->nullable = nullable;
  self->as.attribute.name = g_strdup (name);
  self->as.attribute.id = id != 0 ? id : rush_expr_id_new ();
  self->as.attribute.qualifier = g_strdupv ((char **)qualifier);
  return finish (self);
}

RushExpr *
rush_expr_attribute (const char *name, const RushType *type, gboolean nullable, RushExprId id,
                     const char *const *qualifier)
{
  return new_attribute (RUSH_EXPR_ATTRIBUTE, name, type, nullable, id, qualifier);
}

RushExpr *
rush_expr_lambda_variable (const char *name, const RushType *type, gboolean nullable, RushExprId id)
{
  return new_attribute (RUSH_EXPR_LAMBDA_VARIABLE, name, type, nullable, id, NULL);
}

RushExpr *
rush_expr_alias (RushExpr *child, const char *name, RushExprId id)
{
  RushExpr *self = alloc_with (RUSH_EXPR_ALIAS, 1, &child);

  self->as.attribute.name = g_strdup (name);
  self->as.attribute.id = id != 0 ? id : rush_expr_id_new ();
  return finish (self);
}

RushExpr *
rush_expr_bound (guint ordinal, const RushType *type, gboolean nullable, const char *name)
{
  RushExpr *self = rush_expr_alloc (RUSH_EXPR_BOUND, 0);

  self->type = type;
  self->nullable = nullable;
  self->as.bound.ordinal = ordinal;
  self->as.bound.name = g_strdup (name);
  return finish (self);
}

/* ── constructors: with payload ── */

RushExpr *
rush_expr_cast (RushExpr *child, const RushType *type, RushEvalMode mode, const char *time_zone,
                gboolean by_user)
{
  RushExpr *self = alloc_with (RUSH_EXPR_CAST, 1, &child);

  self->type = type;
  self->mode = mode;
  self->as.cast.time_zone = time_zone;
  self->as.cast.by_user = by_user;
  return finish (self);
}

RushExpr *
rush_expr_get_field (RushExpr *child, guint ordinal)
{
  gboolean in_array = child->type != NULL && child->type->kind == RUSH_TYPE_ARRAY;
  const RushType *fields = in_array ? rush_type_element (child->type) : child->type;
  RushExpr *self;

  g_return_val_if_fail (fields != NULL && fields->kind == RUSH_TYPE_STRUCT, NULL);
  g_return_val_if_fail (ordinal < fields->n_fields, NULL);
  self = alloc_with (in_array ? RUSH_EXPR_GET_ARRAY_FIELD : RUSH_EXPR_GET_FIELD, 1, &child);
  self->as.bound.ordinal = ordinal;
  self->as.bound.name = g_strdup (fields->fields[ordinal].name);
  return finish (self);
}

RushExpr *
rush_expr_like (RushExpr *text, RushExpr *pattern, gunichar escape)
{
  RushExpr *self = alloc_with (RUSH_EXPR_LIKE, 2, (RushExpr *[]){ text, pattern });

  self->as.like.escape = escape;
  return finish (self);
}

RushExpr *
rush_expr_function (const RushFunction *function, const char *name, const RushType *type,
                    gboolean nullable, RushEvalMode mode, guint n, RushExpr *const *args)
{
  RushExpr *self = alloc_with (RUSH_EXPR_FUNCTION, n, args);

  self->type = type;
  self->nullable = nullable;
  self->mode = mode;
  self->as.function.function = function;
  self->as.function.name = g_intern_string (name);
  return finish (self);
}

RushExpr *
rush_expr_aggregate (const RushFunction *function, const RushType *type, gboolean nullable,
                     RushEvalMode mode, gboolean distinct, RushExpr *filter, guint n,
                     RushExpr *const *args)
{
  RushExpr *self = rush_expr_alloc (RUSH_EXPR_AGGREGATE, n + (filter != NULL));

  for (guint i = 0; i < n; i++)
    self->children[i] = args[i];
  if (filter != NULL)
    self->children[n] = filter;
  self->type = type;
  self->nullable = nullable;
  self->mode = mode;
  self->as.aggregate.function = function;
  self->as.aggregate.mode = RUSH_AGG_COMPLETE;
  self->as.aggregate.distinct = distinct;
  self->as.aggregate.has_filter = filter != NULL;
  self->as.aggregate.result_id = rush_expr_id_new ();
  return finish (self);
}

RushExpr *
rush_expr_window (RushExpr *function, const RushExprList *partition, const RushExprList *order,
                  const RushWindowFrame *frame)
{
  guint n_partition = partition != NULL ? partition->n : 0, n_order = order != NULL ? order->n : 0;
  RushExpr *self = rush_expr_alloc (RUSH_EXPR_WINDOW, 1 + n_partition + n_order);

  self->children[0] = function;
  for (guint i = 0; i < n_partition; i++)
    self->children[1 + i] = rush_expr_ref (partition->items[i]);
  for (guint i = 0; i < n_order; i++)
    self->children[1 + n_partition + i] = rush_expr_ref (order->items[i]);
  self->as.window.n_partition = n_partition;
  if (frame != NULL)
    {
      self->as.window.frame = *frame;
      if (frame->lower_offset != NULL)
        rush_expr_ref (frame->lower_offset);
      if (frame->upper_offset != NULL)
        rush_expr_ref (frame->upper_offset);
    }
  return finish (self);
}

RushExpr *
rush_expr_sort_order (RushExpr *child, gboolean descending, gboolean nulls_last)
{
  RushExpr *self = alloc_with (RUSH_EXPR_SORT_ORDER, 1, &child);

  self->as.sort.descending = descending;
  self->as.sort.nulls_last = nulls_last;
  return finish (self);
}

RushExpr *
rush_expr_subquery (RushExprKind kind, RushPlan *plan, guint n_values, RushExpr *const *values)
{
  RushExpr *self = alloc_with (kind, n_values, values);

  self->as.subquery.plan = plan;
  self->as.subquery.id = rush_expr_id_new ();
  self->as.subquery.n_values = n_values;
  return finish (self);
}

RushExpr *
rush_expr_python_udf (RushPythonFunction *function, guint n, RushExpr *const *args)
{
  RushExpr *self = alloc_with (RUSH_EXPR_PYTHON_UDF, n, args);

  self->type = function->return_type;
  self->nullable = TRUE;
  self->as.python.function = function;
  self->as.python.result_id = rush_expr_id_new ();
  return finish (self);
}

const char *
rush_expr_kind_name (RushExprKind kind)
{
  static const char *const names[] = {
#define RUSH_EXPR_KIND(kind, name, payload, children) #name,
#include "sql/plan/expression_kinds.def"
#undef RUSH_EXPR_KIND
  };

  g_return_val_if_fail (kind < RUSH_EXPR_N_KINDS, "?");
  return names[kind];
}
