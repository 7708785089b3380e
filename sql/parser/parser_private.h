/* parser_private.h - the parser's state, and what its files call in each other.
 *
 * A recursive-descent parser: one function a rule of the grammar, which stands above it in the form
 *
 *   rule:  WORD other_rule [ optional ] { repeated } ( this | that )
 *
 * Every function is called with the parser before the first token of its rule and leaves it behind
 * the last; where the text does not fit, it sets parser->error and returns NULL or FALSE.  Whoever
 * gets that returns at once: the first error is the one that the user sees.
 *
 * Files:  parser.c         entry points, tokens, names
 *  parse_query.c  WITH, set operations, ORDER BY, LIMIT  parse_select.c  SELECT … GROUP BY
 *  parse_from.c  relations and joins  parse_pivot.c   PIVOT, UNPIVOT  parse_pipe.c  |>
 *  parse_expression.c  operators (Pratt)  parse_primary.c what they join
 *         parse_call.c     functions and those with words inside      parse_window.c  OVER
 *         parse_literal.c  numbers, strings, dates                    parse_interval.c
 *         parse_type.c     types and schemas
 *  parse_command.c  statements that are no queries  parse_table.c   CREATE, INSERT
 *         parse_show.c     SHOW, DESCRIBE
 */
#pragma once

#include "sql/parser/lexer_private.h"
#include "sql/parser/parser.h"

#define T(name) RUSH_TOKEN_##name

typedef struct
{
  RushSqlText *text;
  RushParserOptions options;
  RushToken *tokens; /* ends with END */
  guint pos;
  guint depth;
  GError *error; /* the first one */
} RushParser;

/* ── tokens (parser.c) ── */
static inline RushTokenKind
rush_peek (const RushParser *p)
{
  return p->tokens[p->pos].kind;
}
RushTokenKind rush_peek_at (const RushParser *p, guint ahead); /* END behind the end */
/* Is the token a word (of any kind but quoted) that reads @word, in any case? */
gboolean rush_peek_word (const RushParser *p, guint ahead, const char *word);
gboolean rush_accept (RushParser *p, RushTokenKind kind);
gboolean rush_accept_word (RushParser *p, const char *word);
gboolean rush_expect (RushParser *p, RushTokenKind kind);
gboolean rush_expect_word (RushParser *p, const char *word);
/* The same where what stands there instead may follow it: "missing 'AND'". */
gboolean rush_expect_before (RushParser *p, RushTokenKind kind);
const char *rush_token_text (const RushParser *p, guint pos, gsize *out_length);
char *rush_token_dup (const RushParser *p, guint pos);
/* Source text from a token to the last one that was read. (transfer full) */
char *rush_source_text (const RushParser *p, guint from);
/* What nests calls this; FALSE: too deep. */
gboolean rush_enter (RushParser *p);
void rush_leave (RushParser *p);

/* ── places and errors (parse_error.c) ── */
RushSqlContext rush_context (const RushParser *p, guint from); /* … to the last token read */
gboolean rush_syntax_error (RushParser *p);                    /* at the next token; FALSE */
gboolean rush_syntax_error_extra (RushParser *p);              /* "extra input" */
/* "extra input", if what was expected stands behind the next token. */
gboolean rush_syntax_error_expected (RushParser *p, RushTokenKind expected, gboolean may_follow);
gboolean rush_invalid_identifier (RushParser *p, guint from, const char *text);
gboolean rush_unsupported (RushParser *p, guint from, const char *what);
gboolean rush_too_complex (RushParser *p);
/* An error of Spark's that has no class, but the place: "…\n== SQL (line …". */
gboolean rush_plain_error (RushParser *p, guint from, const char *message);
/* Copies with their place, @node is taken over; NULL for NULL. */
RushExpr *rush_mark (RushParser *p, guint from, RushExpr *node);
RushPlan *rush_mark_plan (RushParser *p, guint from, RushPlan *node);

/* ── names (parser.c) ── */
gboolean rush_at_identifier (const RushParser *p, guint ahead); /* keywords, too */
gboolean rush_at_strict_identifier (const RushParser *p);       /* but those of joins */
char *rush_parse_identifier (RushParser *p);
char **rush_parse_names (RushParser *p);           /* a.b.c */
char **rush_parse_identifier_list (RushParser *p); /* (a, b), with the parentheses */
/* A name that may follow without AS; not one that goes on with the query. */
gboolean rush_at_alias (const RushParser *p);

/* ── lists of nodes ── */
GPtrArray *rush_exprs_new (void); /* owns RushExpr */
RushExprList *rush_exprs_to_list (GPtrArray *exprs);
RushExprList *rush_expr_list_of (RushExpr *item);
char **rush_strings_to_strv (GPtrArray *strings); /* (transfer full) both */

/* ── expressions ── */
RushExpr *rush_parse_tree (RushParser *p);  /* expression */
RushExpr *rush_parse_value (RushParser *p); /* valueExpression: no AND, OR, NOT, IN … */
RushExpr *rush_parse_primary (RushParser *p);
RushExpr *rush_parse_named (RushParser *p);     /* namedExpression: AS, unresolvedalias */
RushExpr *rush_parse_named_raw (RushParser *p); /* the same without unresolvedalias */
gboolean rush_parse_tree_list (RushParser *p, GPtrArray *into);
RushExpr *rush_parse_call (RushParser *p);                      /* at a name with '(' behind it */
gboolean rush_parse_call_args (RushParser *p, GPtrArray *into); /* up to, without, the ')' */
/* TRIM (BOTH … FROM …), EXTRACT (… FROM …) and the like, behind the '('.  NULL without error: it is
 * written as any call; what was read of its arguments is in @args. */
RushExpr *rush_parse_words_call (RushParser *p, const char *name, GPtrArray *args);
RushExpr *rush_parse_over (RushParser *p, guint from, RushExpr *function);
gboolean rush_parse_named_windows (RushParser *p, GPtrArray *names, GPtrArray *windows);
RushExpr *rush_parse_literal (RushParser *p); /* NULL without error: there is none */
RushExpr *rush_parse_number (RushParser *p, gboolean negative);
char *rush_parse_string (RushParser *p); /* adjacent ones are one */
gboolean rush_at_string (const RushParser *p, guint ahead);
gboolean rush_at_number (const RushParser *p, guint ahead);
gboolean rush_parse_unsigned (RushParser *p, guint64 max, guint64 *out);
RushExpr *rush_parse_interval (RushParser *p); /* behind INTERVAL */
RushExpr *rush_interval_from_string (RushParser *p, guint from, const char *text);
gboolean rush_at_interval (const RushParser *p);
RushExpr *rush_call_of (const char *name, guint n, RushExpr *const *args);
RushExpr *rush_not (RushExpr *child);

/* ── types ── */
const RushType *rush_parse_type_tree (RushParser *p);
/* name type [NOT NULL] [COMMENT 'x'], …; comments may be NULL. */
RushSchema *rush_parse_columns (RushParser *p, RushTokenKind end, GPtrArray *comments);

/* ── queries ── */
gboolean rush_at_query (const RushParser *p, guint ahead);
RushPlan *rush_parse_query (RushParser *p);
RushPlan *rush_parse_query_primary (RushParser *p);
RushPlan *rush_parse_select (RushParser *p);
RushPlan *rush_parse_select_over (RushParser *p, RushPlan *source); /* SELECT … of a pipe */
RushPlan *rush_parse_from_first (RushParser *p);
RushPlan *rush_parse_from (RushParser *p); /* behind FROM */
RushPlan *rush_parse_relation (RushParser *p);
RushPlan *rush_parse_inline_table (RushParser *p);
RushPlan *rush_parse_pivot (RushParser *p, RushPlan *child);
RushPlan *rush_parse_unpivot (RushParser *p, RushPlan *child);
RushPlan *rush_parse_lateral_view (RushParser *p, RushPlan *child);
RushPlan *rush_parse_query_clauses (RushParser *p, RushPlan *plan, gboolean order_allowed);
gboolean rush_parse_orders (RushParser *p, GPtrArray *into);
RushPlan *rush_parse_alias (RushParser *p, RushPlan *plan, const char *default_name);
/* Is a query's clause or a set operation next? */
gboolean rush_at_clause (const RushParser *p, guint ahead);

/* '|>' and what may stand behind it; each takes over the plan to its left. */
#define RUSH_PARSER_MAX_STEPS 1000 /* a plan is as deep as its steps are many */
RushPlan *rush_parse_pipes (RushParser *p, guint from, RushPlan *plan);
RushPlan *rush_parse_set_operation (RushParser *p, guint from, RushPlan *left);
/* A join, PIVOT, UNPIVOT or TABLESAMPLE. */
RushPlan *rush_parse_relation_step (RushParser *p, guint from, RushPlan *left);

/* ── commands ── */
gboolean rush_at_command (const RushParser *p);
RushPlan *rush_parse_command (RushParser *p);
gboolean rush_parse_properties (RushParser *p, GPtrArray **inout); /* key, value, … */
RushPlan *rush_command_plan (RushParser *p, guint from, RushCommand *command, RushPlan *child);
