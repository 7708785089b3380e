/* parameters.c - values take the places of :name and ? in a statement.
 *
 *   WHERE a > :low          Filter (a > :low)   ──▶   Filter (a > 10)
 *
 * Values are literals, never text, so that nothing in them can be read as SQL.
 *
 * Mirrors: catalyst.analysis.{BindParameters,NameParameterizedQuery,PosParameterizedQuery}.
 */
#include "sql/session/session_private.h"

typedef struct
{
  GPtrArray *parameters; /* or NULL */
  guint next_position;
} Binding;

static RushPlan *bind_plan (RushPlan *plan, gpointer data, GError **error);

static RushExpr *
value_of (Binding *self, const RushExpr *parameter)
{
  const char *name = parameter->as.names.parts ? parameter->as.names.parts[0] : NULL;
  guint n = self->parameters ? self->parameters->len / 2 : 0;
  guint position = 0;
  for (guint i = 0; i < n; i++)
    {
      const char *given = self->parameters->pdata[2 * i];
      if (name != NULL ? g_strcmp0 (given, name) == 0
                       : given == NULL && position++ == self->next_position)
        {
          self->next_position += name == NULL;
          return self->parameters->pdata[2 * i + 1];
        }
    }
  return NULL;
}

static RushExpr *
bind_expr (RushExpr *expr, gpointer data, GError **error)
{
  if (expr->flags & RUSH_EXPR_HAS_SUBQUERY &&
      (expr->kind == RUSH_EXPR_SCALAR_SUBQUERY || expr->kind == RUSH_EXPR_EXISTS ||
       expr->kind == RUSH_EXPR_IN_SUBQUERY))
    {
      RushPlan *plan = rush_plan_transform_down (expr->as.subquery.plan, bind_plan, data, error);
      return plan ? rush_expr_with_plan (expr, plan) : NULL;
    }
  if (expr->kind != RUSH_EXPR_PARAMETER)
    return rush_expr_ref (expr);
  RushExpr *value = value_of (data, expr);
  if (value != NULL)
    return rush_expr_ref (value);
  const char *name =
      expr->as.names.parts && expr->as.names.parts[0] ? expr->as.names.parts[0] : "?";
  rush_sql_error_set (error, RUSH_SQL_CLASS_UNBOUND_SQL_PARAMETER, &expr->context, "name", name,
                      NULL);
  return NULL;
}

typedef struct
{
  RushPlan **plans;
} WithPlans;

static void
put_plans (RushPlan *copy, gpointer data)
{
  WithPlans *with = data;
  for (guint i = 0; i < copy->as.with.n; i++)
    {
      rush_plan_unref (copy->as.with.plans[i]);
      copy->as.with.plans[i] = rush_plan_ref (with->plans[i]);
    }
}

/* Also the definitions of WITH, which are no children. */
static RushPlan *
bind_plan (RushPlan *plan, gpointer data, GError **error)
{
  g_autoptr (RushPlan) bound = rush_plan_transform_expressions (plan, bind_expr, data, error);
  if (bound == NULL || bound->kind != RUSH_PLAN_UNRESOLVED_WITH)
    return g_steal_pointer (&bound);
  g_autoptr (GPtrArray) plans = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_plan_unref);
  for (guint i = 0; i < bound->as.with.n; i++)
    {
      RushPlan *definition =
          rush_plan_transform_down (bound->as.with.plans[i], bind_plan, data, error);
      if (definition == NULL)
        return NULL;
      g_ptr_array_add (plans, definition);
    }
  WithPlans with = { .plans = (RushPlan **)plans->pdata };
  return rush_plan_edit (bound, put_plans, &with);
}

RushPlan *
rush_bind_parameters (RushPlan *plan, GPtrArray *parameters, GError **error)
{
  Binding self = { .parameters = parameters };
  return rush_plan_transform_down (plan, bind_plan, &self, error);
}
