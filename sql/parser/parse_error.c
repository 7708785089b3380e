/* parse_error.c - where the text did not fit, said as Spark says it.
 *
 *   [PARSE_SYNTAX_ERROR] Syntax error at or near 'x': extra input 'x'. SQLSTATE: 42601 (line 1, pos
 *   8)
 *
 * The place is the first token that no statement could have there.  Spark's parser tries to mend
 * the text by one token, and its hint says how: the next token is one too many if what was
 * expected stands behind it, and one is missing if what stands there could follow it.
 *
 * Mirrors:  SparkParserErrorStrategy, ParseException.
 */
#include "sql/parser/parse_error_private.h"

#include "sql/parser/parser_private.h"

void
rush_parse_error_whole (GError **error, RushSqlErrorClass error_class, RushSqlText *text)
{
  GError *made = NULL;

  rush_sql_error_set_as (&made, RUSH_SQL_ERROR_PARSE, error_class, NULL, NULL);
  rush_parse_error_add_text (made, text);
  g_propagate_error (error, made);
}

void
rush_parse_error_add_text (GError *error, const RushSqlText *text)
{
  char *message = g_strdup_printf ("%s\n== SQL ==\n%s", error->message, text->text);

  g_free (error->message);
  error->message = message;
}

RushSqlContext
rush_context (const RushParser *p, guint from)
{
  guint last = p->pos > from ? p->pos - 1 : from;
  const RushToken *start = &p->tokens[from], *stop = &p->tokens[last];

  return (RushSqlContext){ .text = p->text,
                           .start = start->start,
                           .stop = stop->end > start->start ? stop->end - 1 : start->start };
}

RushExpr *
rush_mark (RushParser *p, guint from, RushExpr *node)
{
  if (node == NULL)
    return NULL;
  RushSqlContext context = rush_context (p, from);
  RushExpr *marked = rush_expr_with_context (node, &context);
  rush_expr_unref (node);
  return marked;
}

RushPlan *
rush_mark_plan (RushParser *p, guint from, RushPlan *node)
{
  if (node == NULL)
    return NULL;
  RushSqlContext context = rush_context (p, from);
  RushPlan *marked = rush_plan_with_context (node, &context);
  rush_plan_unref (node);
  return marked;
}

/* ---- errors ---- */

static char *
quoted_token (const RushParser *p)
{
  if (rush_peek (p) == T (EOF))
    return g_strdup ("end of input");
  g_autofree char *text = rush_token_dup (p, p->pos);
  return g_strdup_printf ("'%s'", text);
}

static void
syntax_error_with_hint (RushParser *p, const char *hint)
{
  g_autofree char *near = quoted_token (p);
  const RushToken *token = &p->tokens[p->pos];
  RushSqlContext context = { .text = p->text, .start = token->start, .stop = token->end };

  if (p->error == NULL)
    rush_sql_error_set_syntax (&p->error, RUSH_SQL_CLASS_PARSE_SYNTAX_ERROR, &context, "error",
                               near, "hint", hint, NULL);
}

gboolean
rush_syntax_error (RushParser *p)
{
  syntax_error_with_hint (p, "");
  return FALSE;
}

gboolean
rush_syntax_error_extra (RushParser *p)
{
  g_autofree char *near = quoted_token (p);
  g_autofree char *hint = g_strdup_printf (": extra input %s", near);

  syntax_error_with_hint (p, hint);
  return FALSE;
}

gboolean
rush_syntax_error_expected (RushParser *p, RushTokenKind expected, gboolean may_follow)
{
  g_autofree char *hint = NULL;

  if (rush_peek_at (p, 1) == expected && rush_peek (p) != T (EOF))
    return rush_syntax_error_extra (p);
  if (may_follow)
    {
      g_autofree char *missing = rush_token_kind_text (expected);
      hint = g_strdup_printf (": missing %s", missing);
    }
  syntax_error_with_hint (p, hint != NULL ? hint : "");
  return FALSE;
}

gboolean
rush_invalid_identifier (RushParser *p, guint from, const char *text)
{
  RushSqlContext context = rush_context (p, from);

  if (p->error == NULL)
    rush_sql_error_set_syntax (&p->error, RUSH_SQL_CLASS_INVALID_IDENTIFIER, &context, "ident",
                               text, NULL);
  return FALSE;
}

gboolean
rush_unsupported (RushParser *p, guint from, const char *what)
{
  guint line, position;
  RushSqlContext context = rush_context (p, from);

  rush_sql_context_line (&context, &line, &position);
  if (p->error == NULL)
    g_set_error (&p->error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_UNSUPPORTED,
                 "Spark has %s, Rushlight has not (line %u, pos %u)", what, line, position);
  return FALSE;
}

gboolean
rush_too_complex (RushParser *p)
{
  if (p->error == NULL)
    rush_parse_error_whole (&p->error, RUSH_SQL_CLASS_FAILED_TO_PARSE_TOO_COMPLEX, p->text);
  return FALSE;
}

gboolean
rush_plain_error (RushParser *p, guint from, const char *message)
{
  RushSqlContext context = rush_context (p, from);
  g_autofree char *summary = rush_sql_context_summary (&context);

  if (p->error == NULL)
    g_set_error (&p->error, RUSH_SQL_ERROR, RUSH_SQL_ERROR_PARSE, "\n%s\n%s", message, summary);
  return FALSE;
}
