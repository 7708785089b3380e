/* lexer_private.h - the words of SQL text: what the parser reads instead of characters.
 *
 * Tokens are places in the text, nothing is copied; the list ends with one RUSH_TOKEN_EOF.
 */
#pragma once

#include "sql/types/sql_error.h"

typedef enum
{
  RUSH_TOKEN_EOF,
  RUSH_TOKEN_UNRECOGNIZED, /* a character that begins nothing, a quote that is never closed */
  RUSH_TOKEN_IDENTIFIER,
  RUSH_TOKEN_BACKQUOTED,    /* `a b` */
  RUSH_TOKEN_STRING,        /* 'a', r'a' */
  RUSH_TOKEN_DOUBLE_QUOTED, /* "a" */
  RUSH_TOKEN_INTEGER,       /* 12 */
  RUSH_TOKEN_DECIMAL,       /* 1.5 */
  RUSH_TOKEN_EXPONENT,      /* 1e3 */
  RUSH_TOKEN_TINYINT,       /* 1Y */
  RUSH_TOKEN_SMALLINT,      /* 1S */
  RUSH_TOKEN_BIGINT,        /* 1L */
  RUSH_TOKEN_FLOAT,         /* 1.5F */
  RUSH_TOKEN_DOUBLE,        /* 1.5D */
  RUSH_TOKEN_BIGDECIMAL,    /* 1.5BD */
#define RUSH_SYMBOL(name, text) RUSH_TOKEN_##name,
#define RUSH_KEYWORD(name, text, strict) RUSH_TOKEN_##name,
#include "sql/parser/tokens.def"
#undef RUSH_SYMBOL
#undef RUSH_KEYWORD
  RUSH_TOKEN_N_KINDS
} RushTokenKind;

typedef struct
{
  RushTokenKind kind;
  guint start, end; /* bytes [start, end) of the text */
} RushToken;

/* (transfer full) of RushToken; NULL with UNCLOSED_BRACKETED_COMMENT. */
GArray *rush_sql_tokenize (RushSqlText *text, GError **error);
gboolean rush_token_is_keyword (RushTokenKind kind);
/* A join's word (LEFT, ON, UNION, …), which no table can be called without AS. */
gboolean rush_token_is_strict (RushTokenKind kind);
/* "'AND'", "')'" as messages name a token that is missing. */
char *rush_token_kind_text (RushTokenKind kind);
