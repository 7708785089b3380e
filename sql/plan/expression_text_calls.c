/* expression_text_calls.c - calls, aggregates, windows and subqueries as text; expression_text.c
 * has the rest.
 *
 *   STRING  sum(v#2) windowspecdefinition(k#1, specifiedwindowframe(RowFrame, -1, currentrow$()))
 *   PRETTY  sum(v) OVER (PARTITION BY k ROWS BETWEEN 1 PRECEDING AND CURRENT
 ROW) */
#include "sql/plan/expression_text_private.h"
#include "sql/plan/logical.h"

/* struct(a, a#1, b, b#2): Spark's plans name the fields. */
static void
append_struct (const RushExpr *self, RushTextStyle style, GString *out)
{
  g_string_append (out, "struct(");
  for (guint i = 0; i < self->n_children; i++)
    {
      g_string_append_printf (out, "%s%s, ", i > 0 ? ", " : "", self->type->fields[i].name);
      rush_append_expression (self->children[i], style, out);
    }
  g_string_append_c (out, ')');
}

/* A call as its function has it. */
static void
append_own_text (const RushFunctionHead *head, const RushExpr *self, RushTextStyle style,
                 GString *out)
{
  g_auto (GStrv) args = g_new0 (char *, self->n_children + 1);
  g_autofree char *text = NULL;

  for (guint i = 0; i < self->n_children; i++)
    {
      GString *arg = g_string_new (NULL);

      rush_append_expression (self->children[i], style, arg);
      args[i] = g_string_free (arg, FALSE);
    }
  text = head->to_sql (self, args);
  g_string_append (out, text);
}

void
rush_append_function (const RushExpr *self, RushTextStyle style, GString *out)
{
  const RushFunctionHead *head = rush_function_head (self->as.function.function);

  if (style == RUSH_TEXT_STRING && self->type != NULL && g_str_equal (head->name, "struct"))
    {
      append_struct (self, style, out);
      return;
    }
  if (head->to_sql == NULL)
    {
      rush_append_call (self->as.function.name, self, style, out);
      return;
    }
  append_own_text (head, self, style, out);
}

static void
append_filter (const RushExpr *self, RushTextStyle style, GString *out)
{
  if (!self->as.aggregate.has_filter)
    return;
  g_string_append (out, " FILTER (WHERE ");
  rush_append_expression (self->children[self->n_children - 1], style, out);
  g_string_append_c (out, ')');
}

/* first(v#1, false): whether nulls are ignored is an argument. */
static gboolean
takes_nulls_by_argument (const RushExpr *self)
{
  static const char *const names[] = { "first", "first_value", "last", "last_value", "any_value" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_str_equal (rush_function_head (self->as.aggregate.function)->name, names[i]))
      return TRUE;
  return FALSE;
}

void
rush_append_aggregate (const RushExpr *self, RushTextStyle style, GString *out)
{
  static const char *const prefixes[] = { "", "partial_", "merge_", "" };
  gboolean string = style == RUSH_TEXT_STRING;
  guint n = self->n_children - self->as.aggregate.has_filter;
  const RushFunctionHead *head = rush_function_head (self->as.aggregate.function);

  if (head->to_sql != NULL && !string && !self->as.aggregate.distinct)
    {
      append_own_text (head, self, style, out);
      append_filter (self, style, out);
      return;
    }
  g_string_append_printf (out, "%s%s(%s", string ? prefixes[self->as.aggregate.mode] : "",
                          head->name,
                          !self->as.aggregate.distinct ? ""
                          : string                     ? "distinct "
                                                       : "DISTINCT ");
  rush_append_expressions (self->children, n, ", ", style, out);
  if (string && takes_nulls_by_argument (self))
    {
      g_string_append (out, self->as.aggregate.ignore_nulls ? ", true)" : ", false)");
      append_filter (self, style, out);
      return;
    }
  g_string_append_c (out, ')');
  if (self->as.aggregate.ignore_nulls)
    g_string_append (out, " ignore nulls");
  append_filter (self, style, out);
}

void
rush_append_sort_order (const RushExpr *self, RushTextStyle style, GString *out)
{
  rush_append_expression (self->children[0], style, out);
  g_string_append_printf (out, " %s NULLS %s", self->as.sort.descending ? "DESC" : "ASC",
                          self->as.sort.nulls_last ? "LAST" : "FIRST");
}

static void
append_bound_text (RushFrameBound bound, const RushExpr *offset, RushTextStyle style, GString *out)
{
  static const char *const strings[] = { "unboundedpreceding$()", "-", "currentrow$()", "",
                                         "unboundedfollowing$()" };
  static const char *const sql[] = { "UNBOUNDED PRECEDING", " PRECEDING", "CURRENT ROW",
                                     " FOLLOWING", "UNBOUNDED FOLLOWING" };

  if (style == RUSH_TEXT_STRING)
    g_string_append (out, strings[bound]);
  if (offset != NULL)
    rush_append_expression (offset, style, out);
  if (style != RUSH_TEXT_STRING)
    g_string_append (out, sql[bound]);
}

static void
append_frame (const RushWindowFrame *frame, RushTextStyle style, GString *out)
{
  gboolean string = style == RUSH_TEXT_STRING;

  if (!frame->given)
    {
      if (string)
        g_string_append (out, "unspecifiedframe$()");
      return;
    }
  if (string)
    g_string_append_printf (out, "specifiedwindowframe(%s, ",
                            frame->rows ? "RowFrame" : "RangeFrame");
  else
    g_string_append (out, frame->rows ? "ROWS BETWEEN " : "RANGE BETWEEN ");
  append_bound_text (frame->lower, frame->lower_offset, style, out);
  g_string_append (out, string ? ", " : " AND ");
  append_bound_text (frame->upper, frame->upper_offset, style, out);
  if (string)
    g_string_append_c (out, ')');
}

static void
append_orders (RushExpr *const *orders, guint n, GString *out)
{
  for (guint i = 0; i < n; i++)
    {
      g_string_append (out, i > 0 ? ", " : "");
      rush_append_expression (orders[i]->children[0], RUSH_TEXT_STRING, out);
    }
}

/* lag(v#1, -1, null): all arguments, and an offset that goes backwards. */
static void
append_offset_function (const RushExpr *call, gboolean backwards, GString *out)
{
  g_string_append_printf (out, "%s(", call->as.function.name);
  rush_append_expression (call->children[0], RUSH_TEXT_STRING, out);
  g_string_append (out, backwards ? ", -" : ", ");
  if (call->n_children > 1)
    rush_append_expression (call->children[1], RUSH_TEXT_STRING, out);
  else
    g_string_append_c (out, '1');
  g_string_append (out, ", ");
  if (call->n_children > 2)
    rush_append_expression (call->children[2], RUSH_TEXT_STRING, out);
  else
    g_string_append (out, "null");
  g_string_append_c (out, ')');
}

void
rush_append_window_function (const RushExpr *call, RushExpr *const *orders, guint n_orders,
                             GString *out)
{
  const char *name =
      call->kind == RUSH_EXPR_FUNCTION ? rush_function_head (call->as.function.function)->name : "";

  if (g_str_equal (name, "rank") || g_str_equal (name, "dense_rank") ||
      g_str_equal (name, "percent_rank"))
    {
      g_string_append_printf (out, "%s(", name);
      append_orders (orders, n_orders, out);
      g_string_append_c (out, ')');
    }
  else if (g_str_equal (name, "lag") || g_str_equal (name, "lead"))
    append_offset_function (call, g_str_equal (name, "lag"), out);
  else if (g_str_equal (name, "nth_value"))
    {
      g_string_append_printf (out, "%s(", name);
      rush_append_expressions (call->children, call->n_children, ", ", RUSH_TEXT_STRING, out);
      g_string_append (out, call->as.function.ignore_nulls ? ", true)" : ", false)");
    }
  else
    rush_append_expression ((RushExpr *)call, RUSH_TEXT_STRING, out);
}

char *
rush_window_function_to_string (const RushExpr *call, const RushExprList *orders)
{
  GString *out = g_string_new (NULL);

  rush_append_window_function (call, orders->items, orders->n, out);
  return g_string_free (out, FALSE);
}

static gboolean
is_window_call (const RushExpr *call, const char *name)
{
  return call->kind == RUSH_EXPR_FUNCTION &&
         g_str_equal (rush_function_head (call->as.function.function)->name, name);
}

/* In names of columns: RANK(), and lag(v, 1, NULL) with all its arguments. */
static void
append_window_call (const RushExpr *call, RushTextStyle style, GString *out)
{
  static const char *const ranks[] = { "rank", "dense_rank", "percent_rank" };

  for (guint i = 0; i < G_N_ELEMENTS (ranks); i++)
    if (is_window_call (call, ranks[i]))
      {
        g_autofree char *upper = g_ascii_strup (ranks[i], -1);

        g_string_append_printf (out, "%s()", upper);
        return;
      }
  if (!is_window_call (call, "lag") && !is_window_call (call, "lead"))
    {
      rush_append_expression ((RushExpr *)call, style, out);
      return;
    }
  g_string_append_printf (out, "%s(", call->as.function.name);
  rush_append_expressions (call->children, call->n_children, ", ", style, out);
  g_string_append (out, call->n_children > 2   ? ")"
                        : call->n_children > 1 ? ", NULL)"
                                               : ", 1, NULL)");
}

/* The one row that lag () and lead () look at is so many rows on, or so many less than none. */
static void
append_offset_frame (const RushWindowFrame *frame, RushTextStyle style, GString *out)
{
  const char *sign = frame->lower == RUSH_BOUND_PRECEDING ? "-" : "";
  g_autoptr (GString) offset = g_string_new (NULL);

  rush_append_expression (frame->lower_offset, style, offset);
  g_string_append_printf (out, "ROWS BETWEEN %s%s FOLLOWING AND %s%s FOLLOWING", sign, offset->str,
                          sign, offset->str);
}

void
rush_append_window (const RushExpr *self, RushTextStyle style, GString *out)
{
  guint n_partition = self->as.window.n_partition;
  guint n_order = self->n_children - 1 - n_partition;
  RushExpr *const *order = self->children + 1 + n_partition;

  if (style == RUSH_TEXT_STRING)
    rush_append_window_function (self->children[0], order, n_order, out);
  else
    append_window_call (self->children[0], style, out);
  if (style == RUSH_TEXT_STRING)
    {
      g_string_append (out, " windowspecdefinition(");
      rush_append_expressions (self->children + 1, n_partition + n_order, ", ", style, out);
      if (n_partition + n_order > 0)
        g_string_append (out, ", ");
    }
  else
    {
      g_string_append (out, " OVER (");
      if (n_partition > 0)
        g_string_append (out, "PARTITION BY ");
      rush_append_expressions (self->children + 1, n_partition, ", ", style, out);
      if (n_order > 0)
        g_string_append (out, n_partition > 0 ? " ORDER BY " : "ORDER BY ");
      rush_append_expressions (order, n_order, ", ", style, out);
      if (n_partition + n_order > 0 && self->as.window.frame.given)
        g_string_append_c (out, ' ');
    }
  if (style != RUSH_TEXT_STRING && self->as.window.frame.lower_offset != NULL &&
      (is_window_call (self->children[0], "lag") || is_window_call (self->children[0], "lead")))
    append_offset_frame (&self->as.window.frame, style, out);
  else
    append_frame (&self->as.window.frame, style, out);
  g_string_append_c (out, ')');
}

void
rush_append_subquery (const RushExpr *self, RushTextStyle style, GString *out)
{
  gboolean string = style == RUSH_TEXT_STRING, in = self->kind == RUSH_EXPR_IN_SUBQUERY;
  guint n_values = self->as.subquery.n_values;
  const char *name = in                               ? (string ? "list" : "listquery")
                     : self->kind == RUSH_EXPR_EXISTS ? "exists"
                     : string                         ? "scalar-subquery"
                                                      : "scalarsubquery";

  if (in)
    {
      g_string_append (out, string && n_values == 1 ? "" : n_values == 1 ? "(" : "(");
      rush_append_expressions (self->children, n_values, string ? "," : ", ", style, out);
      g_string_append (out, string && n_values > 1 ? ") IN (" : n_values > 1 ? ") IN (" : " IN (");
    }
  g_string_append (out, name);
  if (string)
    rush_append_id (self->as.subquery.id, NULL, out);
  g_string_append (out, string ? " [" : "(");
  rush_append_expressions (self->children + n_values, self->n_children - n_values,
                           string ? " && " : ", ", style, out);
  if (string && self->as.subquery.conditions != NULL)
    {
      if (self->n_children > n_values && self->as.subquery.conditions->n > 0)
        g_string_append (out, " && ");
      rush_append_expressions (self->as.subquery.conditions->items, self->as.subquery.conditions->n,
                               " && ", style, out);
    }
  g_string_append (out, string ? "]" : ")");
  if (in)
    g_string_append (out, string ? ")" : "))");
}

/* f(a, x => b) */
static void
append_named_call (const RushExpr *self, RushTextStyle style, GString *out)
{
  const RushPythonFunction *function = self->as.python.function;
  guint by_place = self->n_children - g_strv_length (function->argument_names);

  g_string_append_printf (out, "%s(", function->name);
  for (guint i = 0; i < self->n_children; i++)
    {
      if (i > 0)
        g_string_append (out, ", ");
      if (i >= by_place)
        g_string_append_printf (out, "%s => ", function->argument_names[i - by_place]);
      rush_append_expression (self->children[i], style, out);
    }
  g_string_append_c (out, ')');
}

void
rush_append_python (const RushExpr *self, RushTextStyle style, GString *out)
{
  if (self->as.python.function->argument_names != NULL)
    append_named_call (self, style, out);
  else
    rush_append_call (self->as.python.function->name, self, style, out);
  if (style == RUSH_TEXT_STRING)
    rush_append_id (self->as.python.result_id, self->type, out);
}

void
rush_append_lambda (const RushExpr *self, RushTextStyle style, GString *out)
{
  g_string_append (out, "lambdafunction(");
  rush_append_expressions (self->children, self->n_children, ", ", style, out);
  g_string_append (out, style == RUSH_TEXT_STRING ? ", false)" : ")");
}

char *
rush_call_sql_id (const char *name, guint n, RushExpr *const *args)
{
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "\"%s(", name);
  rush_append_expressions (args, n, ", ", RUSH_TEXT_PRETTY, text);
  return g_string_free (g_string_append (text, ")\""), FALSE);
}
