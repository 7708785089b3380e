/* parse_call.c - calls: of functions in general, and of those whose arguments have words between.
 *
 *   percentile_cont(0.5) WITHIN GROUP (ORDER BY x) FILTER (WHERE y) OVER (PARTITION BY z)
 *   trim(BOTH 'x' FROM name)     the same as     trim('x', name)
 *
 * What a function is, is found out by the analyzer; here every call is an UNRESOLVED_FUNCTION with
 * the name as the user wrote it.  Only count(*) is seen to already: it is count(1), as in Spark.
 *
 * Mirrors:  AstBuilder.visitFunctionCall, visitTrim, visitSubstring, visitExtract, visitOverlay, …
 */
#include "sql/parser/parser_private.h"

/* ---- arguments ---- */

/* argument:  [ name '=>' ] expression */
static RushExpr *
parse_argument (RushParser *p)
{
  guint from = p->pos;

  if (!rush_at_identifier (p, 0) || rush_peek_at (p, 1) != T (FAT_ARROW))
    return rush_parse_tree (p);
  g_autofree char *name = rush_parse_identifier (p);
  if (name == NULL || !rush_expect (p, T (FAT_ARROW)))
    return NULL;
  RushExpr *value = rush_parse_tree (p);
  if (value == NULL)
    return NULL;
  return rush_mark (
      p, from,
      rush_expr_named (RUSH_EXPR_NAMED_ARGUMENT, (const char *const[]){ name, NULL }, 1, &value));
}

gboolean
rush_parse_call_args (RushParser *p, GPtrArray *into)
{
  if (rush_peek (p) == T (RIGHT_PAREN))
    return TRUE;
  do
    {
      RushExpr *argument = parse_argument (p);
      if (argument == NULL)
        return FALSE;
      g_ptr_array_add (into, argument);
    }
  while (rush_accept (p, T (COMMA)));
  return TRUE;
}

static gboolean
accept_quantifier (RushParser *p, RushTokenKind kind)
{
  RushTokenKind next = rush_peek_at (p, 1);

  return next != T (RIGHT_PAREN) && next != T (COMMA) && next != T (DOT) && rush_accept (p, kind);
}

/* ---- words between arguments ---- */

/* WORD value; into @args */
static gboolean
parse_word_value (RushParser *p, RushTokenKind word, GPtrArray *args)
{
  RushExpr *value = rush_expect_before (p, word) ? rush_parse_value (p) : NULL;

  if (value != NULL)
    g_ptr_array_add (args, value);
  return value != NULL;
}

static RushExpr *
call_with (const char *name, GPtrArray *args)
{
  RushExpr *made = rush_call_of (name, args->len, (RushExpr *const *)args->pdata);

  g_ptr_array_set_free_func (args, NULL); /* the call has them now */
  g_ptr_array_set_size (args, 0);
  g_ptr_array_set_free_func (args, (GDestroyNotify)rush_expr_unref);
  return made;
}

/* trim:  ( BOTH | LEADING | TRAILING ) [ what ] FROM text | what FROM text */
static RushExpr *
parse_trim (RushParser *p, GPtrArray *args)
{
  RushTokenKind side = rush_peek (p);
  gboolean sided = side == T (BOTH) || side == T (LEADING) || side == T (TRAILING);
  RushTokenKind next = rush_peek_at (p, 1);

  sided = sided && next != T (COMMA) && next != T (RIGHT_PAREN) && next != T (DOT);
  p->pos += sided;
  if (!sided || rush_peek (p) != T (FROM))
    {
      RushExpr *what = rush_parse_value (p);
      if (what == NULL)
        return NULL;
      g_ptr_array_add (args, what);
    }
  if (!sided && rush_peek (p) != T (FROM))
    return NULL;
  if (!rush_accept (p, T (FROM)))
    {
      rush_syntax_error (p);
      return NULL;
    }
  RushExpr *text = rush_parse_value (p);
  if (text == NULL)
    return NULL;
  g_ptr_array_add (args, text);
  return call_with (side == T (LEADING) ? "ltrim" : side == T (TRAILING) ? "rtrim" : "trim", args);
}

/* value WORD value [ WORD value ] …: substring (a FROM b FOR c), overlay (a PLACING b FROM c FOR d)
 * */
static RushExpr *
parse_words (RushParser *p, const char *name, const RushTokenKind *words, guint n_words,
             GPtrArray *args)
{
  RushExpr *first = rush_parse_value (p);

  if (first == NULL)
    return NULL;
  g_ptr_array_add (args, first);
  if (rush_peek (p) != words[0])
    return NULL;
  for (guint i = 0; i < n_words; i++)
    if ((words[i] != T (FOR) || rush_peek (p) == T (FOR)) && !parse_word_value (p, words[i], args))
      return NULL;
  return call_with (name, args);
}

/* extract:  field FROM value */
static RushExpr *
parse_extract (RushParser *p, GPtrArray *args)
{
  if (!rush_at_identifier (p, 0) || rush_peek_at (p, 1) != T (FROM))
    return NULL;
  g_autofree char *field = rush_parse_identifier (p);
  if (field == NULL)
    return NULL;
  g_ptr_array_add (args, rush_expr_literal_string (field, -1));
  return parse_word_value (p, T (FROM), args) ? call_with ("extract", args) : NULL;
}

/* position:  what IN text; the same as locate (what, text) */
static RushExpr *
parse_position (RushParser *p, GPtrArray *args)
{
  RushExpr *what = rush_parse_value (p);

  if (what == NULL)
    return NULL;
  g_ptr_array_add (args, what);
  if (rush_peek (p) != T (IN) || !parse_word_value (p, T (IN), args))
    return NULL;
  return call_with ("locate", args);
}

static gboolean
at_time_unit (const RushParser *p)
{
  static const char *const units[] = { "YEAR",   "QUARTER",     "MONTH",      "WEEK",
                                       "DAY",    "DAYOFYEAR",   "HOUR",       "MINUTE",
                                       "SECOND", "MILLISECOND", "MICROSECOND" };

  for (guint i = 0; i < G_N_ELEMENTS (units); i++)
    if (rush_peek_word (p, 0, units[i]))
      return rush_peek_at (p, 1) == T (COMMA);
  return FALSE;
}

/* unit ',' value ',' value:  the unit becomes a string */
static RushExpr *
parse_with_unit (RushParser *p, const char *name, GPtrArray *args)
{
  if (!at_time_unit (p))
    return NULL;
  g_autofree char *unit = rush_token_dup (p, p->pos);
  g_autofree char *upper = g_ascii_strup (unit, -1);
  p->pos += 2;
  g_ptr_array_add (args, rush_expr_literal_string (upper, -1));
  return rush_parse_call_args (p, args) ? call_with (name, args) : NULL;
}

/* named { ',' named }:  the fields' names may be given: struct(1 AS p) */
static RushExpr *
parse_fields (RushParser *p, GPtrArray *args)
{
  do
    {
      RushExpr *field = rush_parse_named_raw (p);
      if (field == NULL)
        return NULL;
      g_ptr_array_add (args, field);
    }
  while (rush_accept (p, T (COMMA)));
  return call_with ("struct", args);
}

RushExpr *
rush_parse_words_call (RushParser *p, const char *name, GPtrArray *args)
{
  static const RushTokenKind substring[] = { T (FROM), T (FOR) };
  static const RushTokenKind overlay[] = { T (PLACING), T (FROM), T (FOR) };
  RushTokenKind kind = p->tokens[p->pos - 2].kind; /* NAME ( */

  if (rush_peek (p) == T (RIGHT_PAREN))
    return NULL;
  if (kind == T (SUBSTRING) || kind == T (SUBSTR))
    return parse_words (p, "substring", substring, G_N_ELEMENTS (substring), args);
  if (kind == T (OVERLAY))
    return parse_words (p, "overlay", overlay, G_N_ELEMENTS (overlay), args);
  if (kind == T (STRUCT))
    return parse_fields (p, args);
  if (kind == T (TRIM))
    return parse_trim (p, args);
  if (kind == T (EXTRACT))
    return parse_extract (p, args);
  if (kind == T (POSITION))
    return parse_position (p, args);
  if (kind == T (TIMESTAMPADD) || kind == T (DATEADD) || kind == T (DATE_ADD))
    return parse_with_unit (p, "timestampadd", args);
  if (kind == T (TIMESTAMPDIFF) || kind == T (DATEDIFF) || kind == T (DATE_DIFF) ||
      kind == T (TIMEDIFF))
    return parse_with_unit (p, "timestampdiff", args);
  return NULL;
}

/* ---- what may stand behind the ')' ---- */

typedef struct
{
  GPtrArray *orders; /* WITHIN GROUP */
  RushExpr *filter;
  gboolean ignore_nulls;
} Tail;

/* [ WITHIN GROUP '(' ORDER BY … ')' ] [ FILTER '(' WHERE condition ')' ] [ ( IGNORE | RESPECT )
 * NULLS ] */
static gboolean
parse_tail (RushParser *p, Tail *tail)
{
  if (rush_peek (p) == T (WITHIN) && rush_peek_at (p, 1) == T (GROUP))
    {
      p->pos += 2;
      if (!rush_expect (p, T (LEFT_PAREN)) || !rush_expect (p, T (ORDER)) ||
          !rush_expect (p, T (BY)) || !rush_parse_orders (p, tail->orders) ||
          !rush_expect (p, T (RIGHT_PAREN)))
        return FALSE;
    }
  if (rush_peek (p) == T (FILTER) && rush_peek_at (p, 1) == T (LEFT_PAREN))
    {
      p->pos += 2;
      if (!rush_expect (p, T (WHERE)) || (tail->filter = rush_parse_tree (p)) == NULL ||
          !rush_expect (p, T (RIGHT_PAREN)))
        return FALSE;
    }
  if ((rush_peek (p) == T (IGNORE) || rush_peek (p) == T (RESPECT)) &&
      rush_peek_at (p, 1) == T (NULLS))
    {
      tail->ignore_nulls = rush_peek (p) == T (IGNORE);
      p->pos += 2;
    }
  return TRUE;
}

/* ---- the call ---- */

static gboolean
is_count_star (char **name, GPtrArray *args, gboolean distinct)
{
  if (name[1] != NULL || g_ascii_strcasecmp (name[0], "count") != 0 || distinct || args->len != 1)
    return FALSE;
  const RushExpr *arg = args->pdata[0];
  return arg->kind == RUSH_EXPR_UNRESOLVED_STAR &&
         (arg->as.names.parts == NULL || arg->as.names.parts[0] == NULL);
}

static RushExpr *
make_call (char **name, GPtrArray *args, gboolean distinct, Tail *tail)
{
  if (is_count_star (name, args, distinct))
    {
      g_ptr_array_set_size (args, 0);
      g_ptr_array_add (args, rush_expr_literal_int (&RUSH_INT32, 1));
    }
  RushExpr *made = rush_expr_unresolved_call (
      (const char *const *)name, args->len, (RushExpr *const *)args->pdata, distinct,
      g_steal_pointer (&tail->filter), tail->ignore_nulls, tail->orders->len,
      (RushExpr *const *)tail->orders->pdata);
  g_ptr_array_set_free_func (args, NULL);
  g_ptr_array_set_free_func (tail->orders, NULL);
  return made;
}

/* The part between '(' and the end; NULL with p->error. */
static RushExpr *
parse_call_rest (RushParser *p, guint from, char **name, GPtrArray *args, Tail *tail)
{
  RushExpr *made = rush_parse_words_call (p, name[0], args);
  gboolean distinct = FALSE;

  if (p->error != NULL)
    return NULL;
  if (made != NULL)
    {
      if (rush_expect (p, T (RIGHT_PAREN)))
        return rush_mark (p, from, made);
      rush_expr_unref (made);
      return NULL;
    }
  if (args->len == 0)
    {
      distinct = accept_quantifier (p, T (DISTINCT));
      if (!distinct)
        accept_quantifier (p, T (ALL));
      if (!rush_parse_call_args (p, args))
        return NULL;
    }
  else if (rush_accept (p, T (COMMA)) && !rush_parse_call_args (p, args))
    return NULL;
  if (!rush_expect (p, T (RIGHT_PAREN)) || !parse_tail (p, tail))
    return NULL;
  return rush_mark (p, from, make_call (name, args, distinct, tail));
}

/* call:  names '(' [ DISTINCT | ALL ] [ argument { ',' argument } ] ')' tail [ OVER … ] */
RushExpr *
rush_parse_call (RushParser *p)
{
  guint from = p->pos;
  g_auto (GStrv) name = rush_parse_names (p);
  g_autoptr (GPtrArray) args = rush_exprs_new ();
  g_autoptr (GPtrArray) orders = rush_exprs_new ();
  Tail tail = { .orders = orders };

  if (name == NULL || !rush_expect (p, T (LEFT_PAREN)))
    return NULL;
  RushExpr *made = parse_call_rest (p, from, name, args, &tail);
  g_clear_pointer (&tail.filter, rush_expr_unref);
  if (made != NULL && rush_peek (p) == T (OVER) &&
      (rush_peek_at (p, 1) == T (LEFT_PAREN) || rush_at_identifier (p, 1)))
    made = rush_parse_over (p, from, made);
  return made;
}
