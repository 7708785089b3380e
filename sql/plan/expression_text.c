/* expression_text.c - expressions as text, in the three ways Spark has.
 *
 *   STRING  (price#3 * (1 - discount#4))      plans: names with ids, casts all shown
 *   PRETTY  (price * (1 - discount))          names of columns: no ids, no casts but the user's
 *   SQL     (t.price * (1 - t.discount))      messages that quote SQL: literals as in queries
 *
 * One function writes all three, because they differ in leaves and in a few kinds only.
 *
 * Mirrors: Expression.{toString,sql},
 catalyst.util.{usePrettyExpression,toPrettySQL}. */
#include <string.h>

#include "sql/plan/expression_text_private.h"
#include "sql/plan/logical.h"
#include "sql/types/type_rules.h"

/* ── pieces ── */

void
rush_append_quoted_if_needed (const char *part, GString *out)
{
  gboolean plain = *part != '\0', digits = TRUE;

  for (const char *c = part; *c != '\0' && plain; c++)
    {
      plain = g_ascii_isalnum (*c) || *c == '_';
      digits = digits && g_ascii_isdigit (*c);
    }
  if (plain && !digits)
    {
      g_string_append (out, part);
      return;
    }
  g_string_append_c (out, '`');
  for (const char *c = part; *c != '\0'; c++)
    g_string_append (out, *c == '`' ? "``" : (char[]){ *c, '\0' });
  g_string_append_c (out, '`');
}

static void
append_parts (char *const *parts, GString *out)
{
  for (guint i = 0; parts[i] != NULL; i++)
    {
      if (i > 0)
        g_string_append_c (out, '.');
      rush_append_quoted_if_needed (parts[i], out);
    }
}

void
rush_append_expressions (RushExpr *const *items, guint n, const char *separator,
                         RushTextStyle style, GString *out)
{
  for (guint i = 0; i < n; i++)
    {
      if (i > 0)
        g_string_append (out, separator);
      rush_append_expression (items[i], style, out);
    }
}

void
rush_append_id (RushExprId id, const RushType *type, GString *out)
{
  g_string_append_printf (out, "#%" G_GUINT64_FORMAT "%s", id,
                          type != NULL && type->kind == RUSH_TYPE_INT64 ? "L" : "");
}

static const char *
operator_symbol (RushExprKind kind)
{
  switch ((int)kind)
    {
    case RUSH_EXPR_ADD:
      return "+";
    case RUSH_EXPR_SUBTRACT:
      return "-";
    case RUSH_EXPR_MULTIPLY:
      return "*";
    case RUSH_EXPR_DIVIDE:
      return "/";
    case RUSH_EXPR_INTEGRAL_DIVIDE:
      return "div";
    case RUSH_EXPR_REMAINDER:
      return "%";
    case RUSH_EXPR_EQUAL:
      return "=";
    case RUSH_EXPR_EQUAL_NULL_SAFE:
      return "<=>";
    case RUSH_EXPR_LESS:
      return "<";
    case RUSH_EXPR_LESS_EQUAL:
      return "<=";
    case RUSH_EXPR_GREATER:
      return ">";
    case RUSH_EXPR_GREATER_EQUAL:
      return ">=";
    case RUSH_EXPR_AND:
      return "AND";
    case RUSH_EXPR_OR:
      return "OR";
    default:
      return NULL;
    }
}

/* How Spark writes times that are moved by intervals: it has classes of their own for them. */
typedef enum
{
  NOT_MOVED,
  MOVED,         /* dt + INTERVAL '1' MONTH: no parentheses */
  MOVED_BY_DAYS, /* date_add(dt, extractansiintervaldays(INTERVAL '1' DAY)) */
  MOVED_CAST,    /* cast(ts + INTERVAL '1' HOUR as timestamp) */
} Movement;

static Movement
movement_of (const RushExpr *self)
{
  const RushType *left = self->n_children == 2 ? self->children[0]->type : NULL;
  const RushType *right = left != NULL ? self->children[1]->type : NULL;

  if (right == NULL || (self->kind != RUSH_EXPR_ADD && self->kind != RUSH_EXPR_SUBTRACT))
    return NOT_MOVED;
  if (left->kind != RUSH_TYPE_DATE && left->kind != RUSH_TYPE_TIMESTAMP &&
      left->kind != RUSH_TYPE_TIMESTAMP_NTZ)
    return NOT_MOVED;
  if (right->kind == RUSH_TYPE_DAY_TIME_INTERVAL && left->kind == RUSH_TYPE_DATE)
    return MOVED_BY_DAYS;
  if (right->kind == RUSH_TYPE_DAY_TIME_INTERVAL)
    return self->children[0]->kind == RUSH_EXPR_CAST ? MOVED : MOVED_CAST;
  return right->kind == RUSH_TYPE_YEAR_MONTH_INTERVAL || right->kind == RUSH_TYPE_CALENDAR_INTERVAL
             ? MOVED
             : NOT_MOVED;
}

static void
append_movement (const RushExpr *self, Movement movement, RushTextStyle style, GString *out)
{
  gboolean string = style == RUSH_TEXT_STRING, minus = self->kind == RUSH_EXPR_SUBTRACT;

  if (movement == MOVED_BY_DAYS)
    {
      g_string_append (out, "date_add(");
      rush_append_expression (self->children[0], style, out);
      g_string_append_printf (out, ", %sextractansiintervaldays(",
                              !minus   ? ""
                              : string ? "-"
                                       : "(- ");
      rush_append_expression (self->children[1], style, out);
      g_string_append (out, minus && !string ? ")))" : "))");
      return;
    }
  g_string_append (out, movement == MOVED_CAST && string ? "cast(" : "");
  rush_append_expression (self->children[0], style, out);
  g_string_append (out, minus ? " - " : " + ");
  rush_append_expression (self->children[1], style, out);
  if (movement == MOVED_CAST && string)
    g_string_append_printf (out, " as %s)", self->children[0]->type->name);
}

/* A chain that leans to the left is written in a loop: "(((a + b) + c) + d)". */
static void
append_binary (const RushExpr *self, RushTextStyle style, GString *out)
{
  g_autoptr (GPtrArray) spine = g_ptr_array_new ();
  const RushExpr *node = self;

  while (operator_symbol (node->kind) != NULL && node->mode != RUSH_EVAL_TRY &&
         movement_of (node) == NOT_MOVED)
    {
      g_ptr_array_add (spine, (gpointer)node);
      g_string_append_c (out, '(');
      node = node->children[0];
    }
  rush_append_expression (node, style, out);
  while (spine->len > 0)
    {
      node = g_ptr_array_steal_index_fast (spine, spine->len - 1);
      g_string_append_printf (out, " %s ", operator_symbol (node->kind));
      rush_append_expression (node->children[1], style, out);
      g_string_append_c (out, ')');
    }
}

void
rush_append_call (const char *name, const RushExpr *self, RushTextStyle style, GString *out)
{
  g_string_append_printf (out, "%s(", name);
  rush_append_expressions (self->children, self->n_children, ", ", style, out);
  g_string_append_c (out, ')');
}

static void
append_try (const RushExpr *self, RushTextStyle style, GString *out)
{
  static const char *const names[] = {
    [RUSH_EXPR_ADD] = "try_add",           [RUSH_EXPR_SUBTRACT] = "try_subtract",
    [RUSH_EXPR_MULTIPLY] = "try_multiply", [RUSH_EXPR_DIVIDE] = "try_divide",
    [RUSH_EXPR_REMAINDER] = "try_mod",     [RUSH_EXPR_INTEGRAL_DIVIDE] = "try_div",
  };

  rush_append_call (names[self->kind], self, style, out);
}

/* ── names ── */

static void
append_attribute (const RushExpr *self, RushTextStyle style, GString *out)
{
  if (style == RUSH_TEXT_SQL)
    {
      if (self->as.attribute.qualifier != NULL && *self->as.attribute.qualifier != NULL)
        {
          append_parts (self->as.attribute.qualifier, out);
          g_string_append_c (out, '.');
        }
      rush_append_quoted_if_needed (self->as.attribute.name, out);
      return;
    }
  if (self->kind == RUSH_EXPR_LAMBDA_VARIABLE && style == RUSH_TEXT_STRING)
    g_string_append (out, "lambda ");
  else if (self->kind == RUSH_EXPR_LAMBDA_VARIABLE && self->type != NULL)
    {
      g_string_append (out, "namedlambdavariable()");
      return;
    }
  g_string_append (out, self->as.attribute.name);
  if (style == RUSH_TEXT_STRING)
    rush_append_id (self->as.attribute.id, self->type, out);
}

static void
append_alias (const RushExpr *self, RushTextStyle style, GString *out)
{
  rush_append_expression (self->children[0], style, out);
  g_string_append (out, " AS ");
  if (style != RUSH_TEXT_STRING)
    {
      rush_append_quoted_if_needed (self->as.attribute.name, out);
      return;
    }
  g_string_append (out, self->as.attribute.name);
  rush_append_id (self->as.attribute.id, self->type, out);
}

/* extract(year FROM d), as the user writes it. */
static gboolean
is_extract (const RushExpr *call)
{
  return call->as.call.parts[1] == NULL &&
         g_ascii_strcasecmp (call->as.call.parts[0], "extract") == 0;
}

static void
append_unresolved (const RushExpr *self, RushTextStyle style, GString *out)
{
  const char *mark = style == RUSH_TEXT_STRING ? "'" : "";

  switch ((int)self->kind)
    {
    case RUSH_EXPR_UNRESOLVED_ATTRIBUTE:
      g_string_append (out, mark);
      append_parts (self->as.names.parts, out);
      break;
    case RUSH_EXPR_UNRESOLVED_STAR:
      append_parts (self->as.names.parts, out);
      g_string_append (out, self->as.names.parts[0] != NULL ? ".*" : "*");
      break;
    case RUSH_EXPR_UNRESOLVED_REGEX:
      g_string_append (out, self->as.names.parts[0]);
      break;
    case RUSH_EXPR_UNRESOLVED_FUNCTION:
      g_string_append (out, mark);
      append_parts (self->as.call.parts, out);
      g_string_append_printf (out, "(%s",
                              !self->as.call.distinct     ? ""
                              : style == RUSH_TEXT_STRING ? "distinct "
                                                          : "DISTINCT ");
      rush_append_expressions (self->children,
                               self->n_children - self->as.call.has_filter - self->as.call.n_orders,
                               is_extract (self) ? " FROM " : ", ", style, out);
      g_string_append_c (out, ')');
      break;
    case RUSH_EXPR_UNRESOLVED_ALIAS:
      rush_append_call ("unresolvedalias", self, style, out);
      break;
    case RUSH_EXPR_UNRESOLVED_EXTRACT:
      rush_append_expression (self->children[0], style, out);
      g_string_append_c (out, '[');
      rush_append_expression (self->children[1], style, out);
      g_string_append_c (out, ']');
      break;
    case RUSH_EXPR_UNRESOLVED_WINDOW:
      rush_append_expression (self->children[0], style, out);
      g_string_append_printf (out, " OVER %s", self->as.names.parts[0]);
      break;
    case RUSH_EXPR_PARAMETER:
      if (self->as.names.parts[0] == NULL)
        g_string_append_c (out, '?');
      else
        g_string_append_printf (out, ":%s", self->as.names.parts[0]);
      break;
    case RUSH_EXPR_MULTI_ALIAS:
      rush_append_expression (self->children[0], style, out);
      g_string_append (out, " AS (");
      append_parts (self->as.names.parts, out);
      g_string_append_c (out, ')');
      break;
    case RUSH_EXPR_NAMED_ARGUMENT:
      g_string_append_printf (out, "%s => ", self->as.names.parts[0]);
      rush_append_expression (self->children[0], style, out);
      break;
    default:
      rush_append_call (self->kind != RUSH_EXPR_GROUPING_SETS                 ? "?"
                        : self->as.grouping_sets.kind == RUSH_GROUPING_ROLLUP ? "rollup"
                        : self->as.grouping_sets.kind == RUSH_GROUPING_CUBE   ? "cube"
                                                                              : "grouping sets",
                        self, style, out);
      break;
    }
}

/* ── the kinds ── */

static void
append_type (const RushType *type, RushTextStyle style, GString *out)
{
  g_autofree char *sql = style == RUSH_TEXT_STRING ? NULL : rush_type_sql (type);

  g_string_append (out, style == RUSH_TEXT_STRING ? type->name : sql);
}

static void
append_cast (const RushExpr *self, RushTextStyle style, GString *out)
{
  gboolean string = style == RUSH_TEXT_STRING, try = self->mode == RUSH_EVAL_TRY;

  if (style == RUSH_TEXT_PRETTY && !self->as.cast.by_user)
    {
      rush_append_expression (self->children[0], style, out);
      return;
    }
  g_string_append (out, string ? (try ? "try_cast(" : "cast(") : try ? "TRY_CAST(" : "CAST(");
  rush_append_expression (self->children[0], style, out);
  g_string_append (out, string ? " as " : " AS ");
  append_type (self->type, style, out);
  g_string_append_c (out, ')');
}

static gint
compare_texts (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *)a, *(char *const *)b);
}

/* k#1 INSET 1, 10, 2: a set has no order, so the texts are sorted. */
static void
append_in_set (const RushExpr *self, GString *out)
{
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 1; i < self->n_children; i++)
    {
      GString *text = g_string_new (NULL);
      rush_append_expression (self->children[i], RUSH_TEXT_STRING, text);
      g_ptr_array_add (texts, g_string_free (text, FALSE));
    }
  g_ptr_array_sort (texts, compare_texts);
  g_ptr_array_add (texts, NULL);
  g_autofree char *list = g_strjoinv (", ", (char **)texts->pdata);
  rush_append_expression (self->children[0], RUSH_TEXT_STRING, out);
  g_string_append_printf (out, " INSET %s", list);
}

static void
append_in (const RushExpr *self, RushTextStyle style, GString *out)
{
  gboolean string = style == RUSH_TEXT_STRING;

  if (string && self->as.in.set)
    {
      append_in_set (self, out);
      return;
    }
  if (!string)
    g_string_append_c (out, '(');
  rush_append_expression (self->children[0], style, out);
  g_string_append (out, " IN (");
  rush_append_expressions (self->children + 1, self->n_children - 1, string ? "," : ", ", style,
                           out);
  g_string_append (out, string ? ")" : "))");
}

static void
append_like (const RushExpr *self, RushTextStyle style, GString *out)
{
  rush_append_expression (self->children[0], style, out);
  g_string_append (out, " LIKE ");
  rush_append_expression (self->children[1], style, out);
  if (self->as.like.escape != '\\')
    {
      g_string_append (out, " ESCAPE '");
      g_string_append_unichar (out, self->as.like.escape);
      g_string_append_c (out, '\'');
    }
}

/* @string: how toString () puts it around the operand; @sql: the others. */
static void
append_around (const RushExpr *self, RushTextStyle style, const char *string_before,
               const char *string_after, const char *sql_before, const char *sql_after,
               GString *out)
{
  gboolean string = style == RUSH_TEXT_STRING;

  g_string_append (out, string ? string_before : sql_before);
  rush_append_expression (self->children[0], style, out);
  g_string_append (out, string ? string_after : sql_after);
}

static void
append_if (const RushExpr *self, RushTextStyle style, GString *out)
{
  gboolean string = style == RUSH_TEXT_STRING;

  g_string_append (out, string ? "if (" : "(IF(");
  rush_append_expression (self->children[0], style, out);
  g_string_append (out, string ? ") " : ", ");
  rush_append_expression (self->children[1], style, out);
  g_string_append (out, string ? " else " : ", ");
  rush_append_expression (self->children[2], style, out);
  g_string_append (out, string ? "" : "))");
}

static void
append_case (const RushExpr *self, RushTextStyle style, GString *out)
{
  g_string_append (out, "CASE");
  for (guint i = 0; i + 1 < self->n_children; i += 2)
    {
      g_string_append (out, " WHEN ");
      rush_append_expression (self->children[i], style, out);
      g_string_append (out, " THEN ");
      rush_append_expression (self->children[i + 1], style, out);
    }
  if (self->n_children % 2 == 1)
    {
      g_string_append (out, " ELSE ");
      rush_append_expression (self->children[self->n_children - 1], style, out);
    }
  g_string_append (out, " END");
}

void
rush_append_expression (const RushExpr *self, RushTextStyle style, GString *out)
{
  switch (self->kind)
    {
    case RUSH_EXPR_LITERAL:
      rush_append_literal (self, style, out);
      break;
    case RUSH_EXPR_ATTRIBUTE:
    case RUSH_EXPR_LAMBDA_VARIABLE:
      append_attribute (self, style, out);
      break;
    case RUSH_EXPR_BOUND:
      g_string_append_printf (out, style == RUSH_TEXT_STRING ? "input[%u, %s, %s]" : "input[%u]",
                              self->as.bound.ordinal, self->type->name,
                              self->nullable ? "true" : "false");
      break;
    case RUSH_EXPR_OUTER:
      rush_append_call ("outer", self, style, out);
      break;
    case RUSH_EXPR_ALIAS:
      append_alias (self, style, out);
      break;
    case RUSH_EXPR_ADD:
    case RUSH_EXPR_SUBTRACT:
    case RUSH_EXPR_MULTIPLY:
    case RUSH_EXPR_DIVIDE:
    case RUSH_EXPR_INTEGRAL_DIVIDE:
    case RUSH_EXPR_REMAINDER:
      if (self->mode == RUSH_EVAL_TRY)
        append_try (self, style, out);
      else if (movement_of (self) != NOT_MOVED)
        append_movement (self, movement_of (self), style, out);
      else
        append_binary (self, style, out);
      break;
    case RUSH_EXPR_EQUAL:
    case RUSH_EXPR_EQUAL_NULL_SAFE:
    case RUSH_EXPR_LESS:
    case RUSH_EXPR_LESS_EQUAL:
    case RUSH_EXPR_GREATER:
    case RUSH_EXPR_GREATER_EQUAL:
    case RUSH_EXPR_AND:
    case RUSH_EXPR_OR:
      append_binary (self, style, out);
      break;
    case RUSH_EXPR_NEGATE:
      append_around (self, style, "-", "", "(- ", ")", out);
      break;
    case RUSH_EXPR_IN:
      append_in (self, style, out);
      break;
    case RUSH_EXPR_LIKE:
      append_like (self, style, out);
      break;
    case RUSH_EXPR_NOT:
      append_around (self, style, "NOT ", "", "(NOT ", ")", out);
      break;
    case RUSH_EXPR_IS_NULL:
      append_around (self, style, "isnull(", ")", "(", " IS NULL)", out);
      break;
    case RUSH_EXPR_IS_NOT_NULL:
      append_around (self, style, "isnotnull(", ")", "(", " IS NOT NULL)", out);
      break;
    case RUSH_EXPR_IF:
      append_if (self, style, out);
      break;
    case RUSH_EXPR_CASE_WHEN:
      append_case (self, style, out);
      break;
    case RUSH_EXPR_COALESCE:
      rush_append_call ("coalesce", self, style, out);
      break;
    case RUSH_EXPR_CAST:
      append_cast (self, style, out);
      break;
    case RUSH_EXPR_GET_FIELD:
    case RUSH_EXPR_GET_ARRAY_FIELD:
      rush_append_expression (self->children[0], style, out);
      g_string_append_printf (out, ".%s", self->as.bound.name);
      break;
    case RUSH_EXPR_GET_ITEM:
      rush_append_expression (self->children[0], style, out);
      g_string_append_c (out, '[');
      rush_append_expression (self->children[1], style, out);
      g_string_append_c (out, ']');
      break;
    case RUSH_EXPR_FUNCTION:
      rush_append_function (self, style, out);
      break;
    case RUSH_EXPR_LAMBDA:
      rush_append_lambda (self, style, out);
      break;
    case RUSH_EXPR_AGGREGATE:
      rush_append_aggregate (self, style, out);
      break;
    case RUSH_EXPR_WINDOW:
      rush_append_window (self, style, out);
      break;
    case RUSH_EXPR_PYTHON_UDF:
      rush_append_python (self, style, out);
      break;
    case RUSH_EXPR_SORT_ORDER:
      rush_append_sort_order (self, style, out);
      break;
    case RUSH_EXPR_SCALAR_SUBQUERY:
    case RUSH_EXPR_EXISTS:
    case RUSH_EXPR_IN_SUBQUERY:
      rush_append_subquery (self, style, out);
      break;
    case RUSH_EXPR_UNRESOLVED_ATTRIBUTE:
    case RUSH_EXPR_UNRESOLVED_STAR:
    case RUSH_EXPR_UNRESOLVED_REGEX:
    case RUSH_EXPR_UNRESOLVED_FUNCTION:
    case RUSH_EXPR_UNRESOLVED_ALIAS:
    case RUSH_EXPR_UNRESOLVED_EXTRACT:
    case RUSH_EXPR_UNRESOLVED_WINDOW:
    case RUSH_EXPR_PARAMETER:
    case RUSH_EXPR_MULTI_ALIAS:
    case RUSH_EXPR_NAMED_ARGUMENT:
    case RUSH_EXPR_GROUPING_SETS:
    case RUSH_EXPR_N_KINDS:
      append_unresolved (self, style, out);
      break;
    }
}

static char *
to_text (const RushExpr *self, RushTextStyle style)
{
  GString *out = g_string_new (NULL);

  rush_append_expression (self, style, out);
  return g_string_free (out, FALSE);
}

char *
rush_expr_to_string (const RushExpr *self)
{
  return to_text (self, RUSH_TEXT_STRING);
}

char *
rush_expr_to_pretty_sql (const RushExpr *self)
{
  return to_text (self, RUSH_TEXT_PRETTY);
}

char *
rush_expr_to_sql (const RushExpr *self)
{
  return to_text (self, RUSH_TEXT_SQL);
}
