/* parser.c - entry points, and what all rules share: looking at tokens, names, lists.
 *
 *   text → tokens (lexer.c) → one of the rules' functions → EOF must be next
 *
 * Names: every keyword may be one where nothing else fits.  Where a name is optional (an alias), a
 * word that can go on with the query is none: FROM t WHERE … is no table called "where".  Spark's
 * parser looks at the whole rest of the text to decide that; here one look at the next token does:
 * a clause's word with nothing behind it is a name after all (SELECT a FROM t LIMIT).
 *
 * Depth is counted where rules nest, so that a text of 5,000 parentheses is an error, and no end of
 * the stack; chains of operators and of set operations do not nest.
 *
 * Mirrors:  AbstractSqlParser, ParseDriver.
 */
#include "sql/parser/parser_private.h"

#include "sql/parser/parse_error_private.h"

#include <string.h>

#define MAX_DEPTH 1000

/* ---- tokens ---- */

RushTokenKind
rush_peek_at (const RushParser *p, guint ahead)
{
  for (guint i = 0; i < ahead; i++)
    if (p->tokens[p->pos + i].kind == T (EOF))
      return T (EOF);
  return p->tokens[p->pos + ahead].kind;
}

const char *
rush_token_text (const RushParser *p, guint pos, gsize *out_length)
{
  *out_length = p->tokens[pos].end - p->tokens[pos].start;
  return p->text->text + p->tokens[pos].start;
}

char *
rush_token_dup (const RushParser *p, guint pos)
{
  gsize length;
  const char *text = rush_token_text (p, pos, &length);

  return g_strndup (text, length);
}

gboolean
rush_peek_word (const RushParser *p, guint ahead, const char *word)
{
  RushTokenKind kind = rush_peek_at (p, ahead);
  gsize length;

  if (kind != T (IDENTIFIER) && !rush_token_is_keyword (kind))
    return FALSE;
  const char *text = rush_token_text (p, p->pos + ahead, &length);
  return strlen (word) == length && g_ascii_strncasecmp (text, word, length) == 0;
}

gboolean
rush_accept (RushParser *p, RushTokenKind kind)
{
  if (rush_peek (p) != kind)
    return FALSE;
  p->pos++;
  return TRUE;
}

gboolean
rush_accept_word (RushParser *p, const char *word)
{
  if (!rush_peek_word (p, 0, word))
    return FALSE;
  p->pos++;
  return TRUE;
}

gboolean
rush_expect (RushParser *p, RushTokenKind kind)
{
  return rush_accept (p, kind) || rush_syntax_error_expected (p, kind, FALSE);
}

gboolean
rush_expect_word (RushParser *p, const char *word)
{
  return rush_accept_word (p, word) || rush_syntax_error (p);
}

gboolean
rush_expect_before (RushParser *p, RushTokenKind kind)
{
  gboolean may_follow = rush_peek (p) != T (EOF) || kind == T (RIGHT_PAREN);

  return rush_accept (p, kind) || rush_syntax_error_expected (p, kind, may_follow);
}

char *
rush_source_text (const RushParser *p, guint from)
{
  guint start = p->tokens[from].start;
  guint end = p->pos > from ? p->tokens[p->pos - 1].end : start;

  return g_strndup (p->text->text + start, end - start);
}

gboolean
rush_enter (RushParser *p)
{
  if (++p->depth > MAX_DEPTH)
    return rush_too_complex (p);
  return TRUE;
}

void
rush_leave (RushParser *p)
{
  p->depth--;
}

/* ---- lists ---- */

GPtrArray *
rush_exprs_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify)rush_expr_unref);
}

RushExprList *
rush_exprs_to_list (GPtrArray *exprs)
{
  return rush_expr_list_from_array (exprs);
}

RushExprList *
rush_expr_list_of (RushExpr *item)
{
  return rush_expr_list_new (1, &item);
}

char **
rush_strings_to_strv (GPtrArray *strings)
{
  g_ptr_array_add (strings, NULL);
  return (char **)g_ptr_array_free (strings, FALSE);
}

/* ---- names ---- */

gboolean
rush_at_identifier (const RushParser *p, guint ahead)
{
  RushTokenKind kind = rush_peek_at (p, ahead);

  return kind == T (IDENTIFIER) || kind == T (BACKQUOTED) || rush_token_is_keyword (kind) ||
         (kind == T (DOUBLE_QUOTED) && p->options.double_quoted_identifiers);
}

gboolean
rush_at_strict_identifier (const RushParser *p)
{
  return rush_at_identifier (p, 0) && !rush_token_is_strict (rush_peek (p));
}

/* identifier:  WORD | `quoted` */
char *
rush_parse_identifier (RushParser *p)
{
  RushTokenKind kind = rush_peek (p);

  if (!rush_at_identifier (p, 0))
    {
      rush_syntax_error (p);
      return NULL;
    }
  p->pos++;
  char *text = rush_token_dup (p, p->pos - 1);
  if (kind != T (BACKQUOTED) && kind != T (DOUBLE_QUOTED))
    {
      if (g_str_is_ascii (text))
        return text;
      rush_invalid_identifier (p, p->pos - 1, text);
      g_free (text);
      return NULL;
    }
  /* Quotes go, doubled ones are one. */
  GString *out = g_string_new (NULL);
  for (const char *c = text + 1; c[1] != '\0'; c++)
    {
      g_string_append_c (out, *c);
      if (c[0] == text[0] && c[1] == text[0] && c[2] != '\0')
        c++;
    }
  g_free (text);
  return g_string_free (out, FALSE);
}

/* my-table: a name that must be quoted */
static gboolean
check_no_dash (RushParser *p, guint from)
{
  if (rush_peek (p) != T (DASH) || !rush_at_identifier (p, 1))
    return TRUE;
  while (rush_peek (p) == T (DASH) && rush_at_identifier (p, 1))
    p->pos += 2;
  g_autofree char *text = rush_source_text (p, from);
  return rush_invalid_identifier (p, from + 1, text);
}

/* names:  identifier { '.' identifier } */
char **
rush_parse_names (RushParser *p)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  do
    {
      guint from = p->pos;
      char *name = rush_parse_identifier (p);
      if (name == NULL)
        return NULL;
      g_ptr_array_add (names, name);
      if (!check_no_dash (p, from))
        return NULL;
    }
  while (rush_accept (p, T (DOT)));
  return rush_strings_to_strv (g_steal_pointer (&names));
}

/* identifier_list:  '(' identifier { ',' identifier } ')' */
char **
rush_parse_identifier_list (RushParser *p)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  if (!rush_expect_before (p, T (LEFT_PAREN)))
    return NULL;
  do
    {
      char *name = rush_parse_identifier (p);
      if (name == NULL)
        return NULL;
      g_ptr_array_add (names, name);
    }
  while (rush_accept (p, T (COMMA)));
  if (!rush_expect (p, T (RIGHT_PAREN)))
    return NULL;
  return rush_strings_to_strv (g_steal_pointer (&names));
}

gboolean
rush_at_clause (const RushParser *p, guint ahead)
{
  static const RushTokenKind clauses[] = {
    T (FROM),        T (WHERE),      T (GROUP),     T (HAVING),  T (ORDER),  T (SORT),
    T (CLUSTER),     T (DISTRIBUTE), T (LIMIT),     T (OFFSET),  T (WINDOW), T (UNION),
    T (EXCEPT),      T (MINUS),      T (INTERSECT), T (LATERAL), T (PIVOT),  T (UNPIVOT),
    T (TABLESAMPLE), T (QUALIFY),    T (JOIN),      T (ON),      T (USING),  T (LEFT),
    T (RIGHT),       T (FULL),       T (INNER),     T (CROSS),   T (SEMI),   T (ANTI),
    T (NATURAL),     T (WHEN),       T (THEN),      T (ELSE),    T (END),    T (SELECT),
    T (AND),         T (OR),         T (SET),       T (INSERT),  T (FOR),
  };
  RushTokenKind kind = rush_peek_at (p, ahead);

  for (guint i = 0; i < G_N_ELEMENTS (clauses); i++)
    if (clauses[i] == kind)
      return TRUE;
  return FALSE;
}

gboolean
rush_at_alias (const RushParser *p)
{
  if (!rush_at_identifier (p, 0))
    return FALSE;
  if (!rush_at_clause (p, 0))
    return TRUE;
  RushTokenKind next = rush_peek_at (p, 1);
  return next == T (EOF) || next == T (SEMICOLON);
}

/* ---- entry points ---- */

static void
parser_clear (RushParser *p)
{
  g_free (p->tokens);
  rush_sql_text_unref (p->text);
  g_clear_error (&p->error);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (RushParser, parser_clear)

static gboolean
parser_init (RushParser *p, const char *text, const RushParserOptions *options, GError **error)
{
  p->text = rush_sql_text_new (text, NULL, NULL);
  if (options != NULL)
    p->options = *options;
  else
    p->options.ansi = TRUE;
  if (!g_utf8_validate (text, -1, NULL))
    {
      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                   "SQL text must be UTF-8");
      return FALSE;
    }
  GArray *tokens = rush_sql_tokenize (p->text, error);
  if (tokens == NULL)
    return FALSE;
  p->tokens = (RushToken *)(gpointer)g_array_free (tokens, FALSE);
  return TRUE;
}

/* All of the text must have been read.  FALSE: p->error goes to @error. */
static gboolean
parser_finish (RushParser *p, GError **error)
{
  if (p->error == NULL && rush_peek (p) != T (EOF))
    {
      if (p->pos > 0 && p->tokens[p->pos - 1].kind == T (SEMICOLON))
        rush_syntax_error_extra (p);
      else
        rush_syntax_error_expected (p, T (EOF), FALSE);
    }
  if (p->error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&p->error));
  return FALSE;
}

/* statement:  ( query | command ) { ';' } END */
RushPlan *
rush_parse_statement (const char *text, const RushParserOptions *options, GError **error)
{
  g_auto (RushParser) p = { 0 };
  g_return_val_if_fail (text != NULL, NULL);

  if (!parser_init (&p, text, options, error))
    return NULL;
  if (rush_peek (&p) == T (EOF))
    {
      rush_parse_error_whole (error, RUSH_SQL_CLASS_PARSE_EMPTY_STATEMENT, p.text);
      return NULL;
    }
  g_autoptr (RushPlan) plan =
      rush_at_command (&p) ? rush_parse_command (&p) : rush_parse_query (&p);
  while (plan != NULL && rush_accept (&p, T (SEMICOLON)))
    ;
  return parser_finish (&p, error) ? g_steal_pointer (&plan) : NULL;
}

RushExpr *
rush_parse_expression (const char *text, const RushParserOptions *options, GError **error)
{
  g_auto (RushParser) p = { 0 };
  g_return_val_if_fail (text != NULL, NULL);

  if (!parser_init (&p, text, options, error))
    return NULL;
  g_autoptr (RushExpr) expr = rush_parse_named_raw (&p);
  return parser_finish (&p, error) ? g_steal_pointer (&expr) : NULL;
}

RushExprList *
rush_parse_expressions (const char *text, const RushParserOptions *options, GError **error)
{
  g_auto (RushParser) p = { 0 };
  g_autoptr (GPtrArray) list = rush_exprs_new ();
  g_return_val_if_fail (text != NULL, NULL);

  if (!parser_init (&p, text, options, error))
    return NULL;
  do
    {
      RushExpr *expr = rush_parse_named_raw (&p);
      if (expr == NULL)
        break;
      g_ptr_array_add (list, expr);
    }
  while (rush_accept (&p, T (COMMA)));
  return parser_finish (&p, error) ? rush_exprs_to_list (g_steal_pointer (&list)) : NULL;
}

const RushType *
rush_parse_type (const char *text, GError **error)
{
  g_auto (RushParser) p = { 0 };
  g_return_val_if_fail (text != NULL, NULL);

  if (!parser_init (&p, text, NULL, error))
    return NULL;
  const RushType *type = rush_parse_type_tree (&p);
  return parser_finish (&p, error) ? type : NULL;
}

/* schema:  columns | type; a type that is no struct is one column "value" */
RushSchema *
rush_parse_schema (const char *text, GError **error)
{
  g_auto (RushParser) p = { 0 };
  g_return_val_if_fail (text != NULL, NULL);

  if (!parser_init (&p, text, NULL, error))
    return NULL;
  g_autoptr (RushSchema) columns = rush_parse_columns (&p, T (EOF), NULL);
  g_autoptr (GError) first_error = NULL;
  if (parser_finish (&p, &first_error))
    return g_steal_pointer (&columns);
  const RushType *type = rush_parse_type (text, NULL);
  if (type == NULL)
    {
      g_propagate_error (error, g_steal_pointer (&first_error));
      return NULL;
    }
  if (type->kind == RUSH_TYPE_STRUCT)
    return rush_schema_from_type (type);
  RushField value = { (char *)"value", type, TRUE };
  return rush_schema_new (1, &value);
}

char **
rush_parse_multipart_identifier (const char *text, GError **error)
{
  g_auto (RushParser) p = { 0 };
  g_return_val_if_fail (text != NULL, NULL);

  if (!parser_init (&p, text, NULL, error))
    return NULL;
  g_auto (GStrv) names = rush_parse_names (&p);
  return parser_finish (&p, error) ? g_steal_pointer (&names) : NULL;
}
