/* aggregate_function_code.c - aggregate functions as C: count, sum, avg, min and max.
 *
 *            field(s) of a group         a row                        buffers come in
 *   count    int64_t count               count++                      count += buffer
 *   sum      T sum; bool sum_is_null     sum += x, checked            the same with the buffer
 *   avg      sum; int64_t count          both                         both
 *   min      T min; bool min_is_null     x if it is smaller           the same with the buffer
 *   others   rl_aggregate *state         rl_aggregate_update ()       rl_aggregate_merge ()
 *
 * The engine computes the others (stddev, corr …) and sums whose overflow is no error.
 *
 * Mirrors: DeclarativeAggregate's updateExpressions, mergeExpressions, evaluateExpression.
 */
#include "sql/codegen/codegen_private.h"

#include "sql/functions/function.h"
#include "sql/physical/tables/aggregate_combiner.h"

#include <string.h>

typedef enum
{
  CALL_ENGINE,
  CALL_COUNT,
  CALL_SUM,
  CALL_AVERAGE,
  CALL_MIN,
  CALL_MAX,
} CallKind;

static const char *
name_of (const RushExpr *call)
{
  return call->as.aggregate.function->name;
}

/* Sums and averages: doubles, bigints (which wrap around, or fail), decimals that fail. */
static gboolean
adds_in_c (const RushExpr *call)
{
  if (call->mode == RUSH_EVAL_TRY)
    return FALSE;
  if (call->type->kind == RUSH_TYPE_DECIMAL)
    return call->mode == RUSH_EVAL_ANSI;
  return call->type == &RUSH_INT64 || call->type == &RUSH_FLOAT64;
}

static CallKind
kind_of (const RushExpr *call)
{
  const char *name = name_of (call);

  if (strcmp (name, "count") == 0)
    return CALL_COUNT;
  if (strcmp (name, "sum") == 0 && adds_in_c (call))
    return CALL_SUM;
  if (strcmp (name, "avg") == 0 && adds_in_c (call) &&
      rush_type_is_numeric (call->children[0]->type))
    return CALL_AVERAGE;
  if (strcmp (rush_code_member (call->type), "object") == 0 ||
      strcmp (rush_code_member (call->type), "string") == 0)
    return CALL_ENGINE;
  return strcmp (name, "min") == 0 ? CALL_MIN : strcmp (name, "max") == 0 ? CALL_MAX : CALL_ENGINE;
}

/* ---- what is known of a call ---- */

static guint
n_arguments (const RushExpr *call)
{
  return call->n_children - (call->as.aggregate.has_filter ? 1 : 0);
}

/* Its filter is seen to outside. */
static RushExpr *
without_filter (const RushExpr *call)
{
  g_autofree RushExpr **args = g_new (RushExpr *, call->n_children + 1);
  RushExpr *plain, *copy;

  if (!call->as.aggregate.has_filter)
    return rush_expr_ref ((RushExpr *)call);
  for (guint i = 0; i < n_arguments (call); i++)
    args[i] = rush_expr_ref (call->children[i]);
  plain = rush_expr_aggregate (call->as.aggregate.function, call->type, call->nullable, call->mode,
                               FALSE, NULL, n_arguments (call), args);
  if (!call->as.aggregate.ignore_nulls)
    return plain;
  copy = rush_expr_with_ignore_nulls (plain);
  rush_expr_unref (plain);
  return copy;
}

void
rush_code_call_init (RushStageCode *self, RushCallCode *call, const RushExpr *expr)
{
  const char *names[RUSH_MAX_LISTED_ARGS];
  gboolean nullable[RUSH_MAX_LISTED_ARGS];
  CallKind kind = kind_of (expr);

  call->call = expr;
  call->arguments = g_ptr_array_new ();
  call->n_buffers = rush_aggregate_buffers (expr, call->buffer_types, names, nullable);
  if (kind == CALL_ENGINE)
    {
      g_autoptr (RushExpr) plain = without_filter (expr);
      call->reference = rush_code_reference (self, plain, call->arguments);
    }
  call->fields[0] = rush_code_name (self, kind == CALL_AVERAGE ? "sum" : name_of (expr));
  call->fields[1] = rush_code_name (
      self, kind == CALL_AVERAGE ? "count" : rush_code_text (self, "%s_is_null", call->fields[0]));
}

void
rush_code_call_clear (RushCallCode *call)
{
  g_ptr_array_unref (call->arguments);
}

void
rush_code_call_declare (RushStageCode *self, const RushCallCode *call)
{
  g_autofree char *text = rush_expr_to_string (call->call);

  rush_code_comment (self, text);
  switch (kind_of (call->call))
    {
    case CALL_ENGINE:
      rush_code_line (self, "rl_aggregate *%s;", call->fields[0]);
      return;
    case CALL_COUNT:
      rush_code_line (self, "int64_t %s;", call->fields[0]);
      return;
    case CALL_AVERAGE:
      rush_code_line (self, "%s %s;", rush_code_type (call->buffer_types[0]), call->fields[0]);
      rush_code_line (self, "int64_t %s;", call->fields[1]);
      return;
    case CALL_SUM:
    case CALL_MIN:
    case CALL_MAX:
      rush_code_line (self, "%s %s;", rush_code_type (call->call->type), call->fields[0]);
      rush_code_line (self, "bool %s;", call->fields[1]);
      return;
    }
}

void
rush_code_call_begin (RushStageCode *self, const RushCallCode *call, const char *group)
{
  const char *name = name_of (call->call);

  switch (kind_of (call->call))
    {
    case CALL_ENGINE:
      rush_code_line (self, "%s->%s = rl_aggregate_new (stage, \"%s\", %u);", group,
                      call->fields[0], name, call->reference);
      return;
    case CALL_SUM:
    case CALL_MIN:
    case CALL_MAX:
      rush_code_line (self, "%s->%s = true;", group, call->fields[1]);
      return;
    case CALL_COUNT:
    case CALL_AVERAGE:
      return;
    }
}

/* ---- one value more ---- */

/* @x, which is not null, is added to a sum. */
static void
write_add (RushStageCode *self, const RushCallCode *call, const char *group, RushCode x)
{
  const char *sum = rush_code_text (self, "%s->%s", group, call->fields[0]);
  const RushType *type = call->buffer_types[0];
  const char *fails;

  if (type->kind == RUSH_TYPE_DECIMAL)
    rush_code_if (self, "return rl_raise (stage, \"NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION\");",
                  "rl_decimal_add (%s, %d, %s, %d, %u, %d, &%s)", sum, type->scale,
                  rush_code_bare (self, x.value), x.type->scale, type->precision, type->scale, sum);
  else if (type == &RUSH_FLOAT64)
    rush_code_line (self, "%s += %s;", sum, rush_code_bare (self, x.value));
  else
    {
      fails = rush_code_text (self, "__builtin_add_overflow (%s, %s, &%s)", sum,
                              rush_code_bare (self, x.value), sum);
      if (call->call->mode == RUSH_EVAL_ANSI)
        rush_code_if (self, "return rl_raise (stage, \"ARITHMETIC_OVERFLOW\");", "%s", fails);
      else
        rush_code_line (self, "(void) %s; // wraps around", fails);
    }
}

static void
write_sum (RushStageCode *self, const RushCallCode *call, const char *group, RushCode x)
{
  gboolean sure = strcmp (x.is_null, "false") == 0;

  if (!sure)
    rush_code_open (self, "if (%s)", rush_code_not (self, x.is_null));
  write_add (self, call, group, x);
  if (kind_of (call->call) == CALL_SUM)
    rush_code_line (self, "%s->%s = false;", group, call->fields[1]);
  else
    rush_code_line (self, "%s->%s++;", group, call->fields[1]);
  if (!sure)
    rush_code_close (self);
}

static void
write_extreme (RushStageCode *self, const RushCallCode *call, const char *group, RushCode value)
{
  const char *field = call->fields[0], *flag = call->fields[1];
  RushCode x = rush_code_variable (self, value, "candidate");
  RushCode old = { call->call->type, rush_code_text (self, "%s->%s", group, field), "false" };
  const char *better =
      rush_code_compare (self, kind_of (call->call) == CALL_MIN ? "<" : ">", x, old);

  better = rush_code_text (self, "(%s->%s || %s)", group, flag, better);
  rush_code_open (
      self, "if (%s)",
      rush_code_bare (self, rush_code_and (self, rush_code_not (self, x.is_null), better)));
  rush_code_line (self, "%s->%s = %s;", group, field, x.value);
  rush_code_line (self, "%s->%s = false;", group, flag);
  rush_code_close (self);
}

static void
write_count (RushStageCode *self, const RushCallCode *call, const char *group)
{
  const char *any_null = "false";

  for (guint i = 0; i < n_arguments (call->call); i++)
    any_null =
        rush_code_or (self, any_null, rush_code_expression (self, call->call->children[i]).is_null);
  if (strcmp (any_null, "false") == 0)
    rush_code_line (self, "%s->%s++;", group, call->fields[0]);
  else
    rush_code_if (self, rush_code_text (self, "%s->%s++;", group, call->fields[0]), "%s",
                  rush_code_not (self, any_null));
}

static void
write_update (RushStageCode *self, const RushCallCode *call, const char *group)
{
  switch (kind_of (call->call))
    {
    case CALL_ENGINE:
      rush_code_if (self, "return false;", "!rl_aggregate_update (%s->%s, %u, %s)", group,
                    call->fields[0], call->arguments->len,
                    rush_code_arguments (self, call->arguments));
      return;
    case CALL_COUNT:
      write_count (self, call, group);
      return;
    case CALL_SUM:
    case CALL_AVERAGE:
      write_sum (self, call, group, rush_code_expression (self, call->call->children[0]));
      return;
    case CALL_MIN:
    case CALL_MAX:
      write_extreme (self, call, group, rush_code_expression (self, call->call->children[0]));
      return;
    }
}

void
rush_code_call_update (RushStageCode *self, const RushCallCode *call, const char *group)
{
  const RushExpr *expr = call->call;
  RushCode filter;

  if (!expr->as.aggregate.has_filter)
    {
      write_update (self, call, group);
      return;
    }
  filter = rush_code_expression (self, expr->children[expr->n_children - 1]);
  rush_code_open (self, "if (%s)", rush_code_bare (self, filter.value));
  write_update (self, call, group);
  rush_code_close (self);
}

/* ---- parts ---- */

void
rush_code_call_merge (RushStageCode *self, const RushCallCode *call, const char *group,
                      const RushCode *buffers)
{
  switch (kind_of (call->call))
    {
    case CALL_ENGINE:
      rush_code_if (self, "return false;", "!rl_aggregate_merge (%s->%s, %u, %s)", group,
                    call->fields[0], call->n_buffers,
                    rush_code_datums (self, buffers, call->n_buffers));
      return;
    case CALL_COUNT:
      rush_code_line (self, "%s->%s += %s;", group, call->fields[0], buffers[0].value);
      return;
    case CALL_SUM:
      write_sum (self, call, group, buffers[0]);
      return;
    case CALL_AVERAGE:
      write_add (self, call, group, buffers[0]); /* a null one is 0 */
      rush_code_line (self, "%s->%s += %s;", group, call->fields[1], buffers[1].value);
      return;
    case CALL_MIN:
    case CALL_MAX:
      write_extreme (self, call, group, buffers[0]);
      return;
    }
}

/* ---- out ---- */

static RushCode
field (RushStageCode *self, const RushCallCode *call, const char *group, guint f,
       const RushType *type)
{
  return (RushCode){ type, rush_code_text (self, "%s->%s", group, call->fields[f]), "false" };
}

/* Sum, min, max: a value and its flag. */
static RushCode
nullable_field (RushStageCode *self, const RushCallCode *call, const char *group,
                const RushType *type)
{
  RushCode code = field (self, call, group, 0, type);

  code.is_null = rush_code_text (self, "%s->%s", group, call->fields[1]);
  return code;
}

void
rush_code_call_buffers (RushStageCode *self, const RushCallCode *call, const char *group,
                        RushCode *out)
{
  const char *datums;

  switch (kind_of (call->call))
    {
    case CALL_ENGINE:
      datums = rush_code_name (self, rush_code_text (self, "%s_buffers", name_of (call->call)));
      rush_code_line (self, "rl_datum %s[%u];", datums, call->n_buffers);
      rush_code_if (self, "return false;", "!rl_aggregate_buffers (%s->%s, %u, %s)", group,
                    call->fields[0], call->n_buffers, datums);
      for (guint b = 0; b < call->n_buffers; b++)
        out[b] = rush_code_of_datum (self, call->buffer_types[b],
                                     rush_code_text (self, "%s[%u]", datums, b));
      return;
    case CALL_COUNT:
      out[0] = field (self, call, group, 0, &RUSH_INT64);
      return;
    case CALL_AVERAGE:
      out[0] = field (self, call, group, 0, call->buffer_types[0]);
      out[1] = field (self, call, group, 1, &RUSH_INT64);
      return;
    case CALL_SUM:
    case CALL_MIN:
    case CALL_MAX:
      out[0] = nullable_field (self, call, group, call->call->type);
      if (call->n_buffers > 1) /* isEmpty */
        out[1] = (RushCode){ &RUSH_BOOL, out[0].is_null, "false" };
      return;
    }
}

static RushCode
average (RushStageCode *self, const RushCallCode *call, const char *group)
{
  const RushType *type = call->call->type, *sum = call->buffer_types[0];
  const char *name = rush_code_name (self, "average");
  const char *flag = rush_code_name (self, rush_code_text (self, "%s_is_null", name));

  rush_code_line_for (self, name, "%s %s = 0;", rush_code_type (type), name);
  rush_code_line (self, "bool %s = %s->%s == 0;", flag, group, call->fields[1]);
  if (type->kind == RUSH_TYPE_DECIMAL)
    rush_code_if (self, "return rl_raise (stage, \"NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION\");",
                  "!%s && rl_decimal_divide (%s->%s, %d, %s->%s, 0, %u, %d, &%s)", flag, group,
                  call->fields[0], sum->scale, group, call->fields[1], type->precision, type->scale,
                  name);
  else
    rush_code_line_for (self, name, "%s = %s ? 0 : %s->%s / (double) %s->%s;", name, flag, group,
                        call->fields[0], group, call->fields[1]);
  return (RushCode){ type, name, flag };
}

RushCode
rush_code_call_result (RushStageCode *self, const RushCallCode *call, const char *group)
{
  const char *result;

  switch (kind_of (call->call))
    {
    case CALL_ENGINE:
      result = rush_code_name (self, name_of (call->call));
      rush_code_line (self, "rl_datum %s;", result);
      rush_code_if (self, "return false;", "!rl_aggregate_result (%s->%s, &%s)", group,
                    call->fields[0], result);
      return rush_code_of_datum (self, call->call->type, result);
    case CALL_COUNT:
      return field (self, call, group, 0, &RUSH_INT64);
    case CALL_AVERAGE:
      return average (self, call, group);
    case CALL_SUM:
    case CALL_MIN:
    case CALL_MAX:
      return nullable_field (self, call, group, call->call->type);
    }
  g_assert_not_reached ();
}
