/* lexer.c - text to tokens, the longest match first.
 *
 *   SELECT a.b  FROM t -- all of it      SELECT │ a │ . │ b │ FROM │ t │ END
 *
 * A word is letters, digits and '_', and may begin with a digit: 1a is a name, 1 and 1e5 and 1L are
 * numbers, because there the number is as long as the word.  Names with letters beyond ASCII are
 * words, too, so that the parser can say that they must be quoted.  Comments go away here: "--" to
 * the end of the line (a backslash before the line's end lets it go on), and bracketed ones, which
 * nest.  "/ * +" is a token: it opens hints.
 *
 * What cannot be read is one UNRECOGNIZED character; the parser stumbles over it at the right
 * place.
 *
 * Mirrors:  SqlBaseLexer.g4.
 */
#include "sql/parser/lexer_private.h"

#include "sql/parser/parse_error_private.h"

#include <string.h>

typedef struct
{
  const char *text;
  RushTokenKind kind;
  gboolean strict;
} Word;

/* In alphabetical order. */
static const Word keywords[] = {
#define RUSH_SYMBOL(name, text)
#define RUSH_KEYWORD(name, text, strict) { text, RUSH_TOKEN_##name, strict },
#include "sql/parser/tokens.def"
#undef RUSH_SYMBOL
#undef RUSH_KEYWORD
};

/* Longer ones before their beginnings. */
static const Word symbols[] = {
#define RUSH_SYMBOL(name, text) { text, RUSH_TOKEN_##name, FALSE },
#define RUSH_KEYWORD(name, text, strict)
#include "sql/parser/tokens.def"
#undef RUSH_SYMBOL
#undef RUSH_KEYWORD
};

/* Second words for some keywords and symbols. */
static const Word synonyms[] = {
  { "TEMP", RUSH_TOKEN_TEMPORARY, FALSE },
  { "REGEXP", RUSH_TOKEN_RLIKE, FALSE },
};

/* Keywords come last among the kinds. */
#define FIRST_KEYWORD (RUSH_TOKEN_N_KINDS - G_N_ELEMENTS (keywords))

gboolean
rush_token_is_keyword (RushTokenKind kind)
{
  return kind >= FIRST_KEYWORD && kind < RUSH_TOKEN_N_KINDS;
}

gboolean
rush_token_is_strict (RushTokenKind kind)
{
  return rush_token_is_keyword (kind) && keywords[kind - FIRST_KEYWORD].strict;
}

char *
rush_token_kind_text (RushTokenKind kind)
{
  if (rush_token_is_keyword (kind))
    return g_strdup_printf ("'%s'", keywords[kind - FIRST_KEYWORD].text);
  for (guint i = 0; i < G_N_ELEMENTS (symbols); i++)
    if (symbols[i].kind == kind)
      return g_strdup_printf ("'%s'", symbols[i].text);
  return g_strdup ("IDENTIFIER");
}

/* ---- what stands where ---- */

static gboolean
is_word (char c)
{
  return g_ascii_isalnum (c) || c == '_' || ((guchar)c & 0x80) != 0;
}

static const char *
skip_digits (const char *p)
{
  while (g_ascii_isdigit (*p))
    p++;
  return p;
}

static RushTokenKind
keyword_of (const char *word, gsize length)
{
  guint low = 0, high = G_N_ELEMENTS (keywords);

  while (low < high)
    {
      guint middle = (low + high) / 2;
      int order = g_ascii_strncasecmp (word, keywords[middle].text, length);
      if (order == 0 && keywords[middle].text[length] == '\0')
        return keywords[middle].kind;
      if (order > 0)
        low = middle + 1;
      else
        high = middle;
    }
  for (guint i = 0; i < G_N_ELEMENTS (synonyms); i++)
    if (strlen (synonyms[i].text) == length &&
        g_ascii_strncasecmp (word, synonyms[i].text, length) == 0)
      return synonyms[i].kind;
  return RUSH_TOKEN_IDENTIFIER;
}

/* The end of a number at @p, and its kind; NULL: there is none.  A number ends where the word ends,
 * else it is none (or a shorter one that ends before a point). */
static const char *
match_suffix (const char *end, gboolean integer, gboolean exponent, RushTokenKind *out_kind)
{
  static const struct
  {
    const char *suffix;
    RushTokenKind kind;
    gboolean integers_only;
  } suffixes[] = {
    { "BD", RUSH_TOKEN_BIGDECIMAL, FALSE }, { "D", RUSH_TOKEN_DOUBLE, FALSE },
    { "F", RUSH_TOKEN_FLOAT, FALSE },       { "L", RUSH_TOKEN_BIGINT, TRUE },
    { "S", RUSH_TOKEN_SMALLINT, TRUE },     { "Y", RUSH_TOKEN_TINYINT, TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++)
    {
      gsize length = strlen (suffixes[i].suffix);
      if ((!suffixes[i].integers_only || (integer && !exponent)) &&
          g_ascii_strncasecmp (end, suffixes[i].suffix, length) == 0 && !is_word (end[length]))
        {
          *out_kind = suffixes[i].kind;
          return end + length;
        }
    }
  *out_kind = exponent ? RUSH_TOKEN_EXPONENT : integer ? RUSH_TOKEN_INTEGER : RUSH_TOKEN_DECIMAL;
  return is_word (*end) ? NULL : end;
}

static const char *
match_number (const char *p, RushTokenKind *out_kind)
{
  const char *integer_end = skip_digits (p);
  const char *end = integer_end;
  gboolean integer = *end != '.';

  if (!integer)
    end = skip_digits (end + 1);
  if (end == p || (end == p + 1 && *p == '.'))
    return NULL;
  if (*end == 'e' || *end == 'E')
    {
      const char *digits = end + 1 + (end[1] == '+' || end[1] == '-');
      const char *behind = skip_digits (digits);
      const char *match = behind > digits ? match_suffix (behind, integer, TRUE, out_kind) : NULL;
      if (match != NULL)
        return match;
    }
  const char *match = match_suffix (end, integer, FALSE, out_kind);
  if (match == NULL && !integer && integer_end > p)
    match = match_suffix (integer_end, TRUE, FALSE, out_kind); /* 5.x: a number, a point, a name */
  return match;
}

/* Behind the closing quote; NULL: there is none. */
static const char *
match_quoted (const char *p, const char *end, char quote, gboolean escapes)
{
  for (p++; p < end; p++)
    {
      if (escapes && *p == '\\' && p + 1 < end)
        p++;
      else if (*p == quote)
        {
          if (quote != '`' ? !(escapes && p[1] == quote) : p[1] != quote)
            return p + 1;
          p++;
        }
    }
  return NULL;
}

/* Behind the comment or blank at @p; @p itself: there is none; NULL: it is never closed. */
static const char *
skip_blank (const char *p, const char *end)
{
  if (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r')
    return p + 1;
  if (p[0] == '-' && p[1] == '-')
    {
      for (; p < end && *p != '\n'; p++)
        if (p[0] == '\\' && p[1] == '\n')
          p++;
      return p;
    }
  if (p[0] == '/' && p[1] == '*' && p[2] != '+')
    {
      guint depth = 1;
      for (p += 2; p < end; p++)
        if (p[0] == '/' && p[1] == '*' && p[2] != '+')
          {
            depth++;
            p++;
          }
        else if (p[0] == '*' && p[1] == '/')
          {
            p++;
            if (--depth == 0)
              return p + 1;
          }
      return NULL;
    }
  return p;
}

/* Behind the token at @p. */
static const char *
match_token (const char *p, const char *end, RushTokenKind *out_kind)
{
  const char *match = NULL;

  if (*p == '\'' || *p == '"' || *p == '`')
    {
      *out_kind = *p == '\''  ? RUSH_TOKEN_STRING
                  : *p == '"' ? RUSH_TOKEN_DOUBLE_QUOTED
                              : RUSH_TOKEN_BACKQUOTED;
      match = match_quoted (p, end, *p, *p != '`');
    }
  else if ((*p == 'r' || *p == 'R') && (p[1] == '\'' || p[1] == '"'))
    {
      *out_kind = p[1] == '\'' ? RUSH_TOKEN_STRING : RUSH_TOKEN_DOUBLE_QUOTED;
      match = match_quoted (p + 1, end, p[1], FALSE);
    }
  if (match == NULL && (g_ascii_isdigit (*p) || (*p == '.' && g_ascii_isdigit (p[1]))))
    match = match_number (p, out_kind);
  if (match == NULL && is_word (*p))
    {
      for (match = p + 1; is_word (*match); match++)
        ;
      *out_kind = keyword_of (p, (gsize)(match - p));
    }
  for (guint i = 0; match == NULL && i < G_N_ELEMENTS (symbols); i++)
    if (strncmp (p, symbols[i].text, strlen (symbols[i].text)) == 0)
      {
        *out_kind = symbols[i].kind;
        match = p + strlen (symbols[i].text);
      }
  if (match == NULL)
    {
      *out_kind = RUSH_TOKEN_UNRECOGNIZED;
      match = p + 1;
    }
  return match;
}

/* "==" is "=", "!=" is "<>", "!>" is "<=", "!<" is ">=". */
static RushTokenKind
plain_kind (RushTokenKind kind)
{
  if (kind == RUSH_TOKEN_EQ_EQ)
    return RUSH_TOKEN_EQ;
  if (kind == RUSH_TOKEN_BANG_EQ)
    return RUSH_TOKEN_NEQ;
  if (kind == RUSH_TOKEN_BANG_GT)
    return RUSH_TOKEN_LTE;
  return kind == RUSH_TOKEN_BANG_LT ? RUSH_TOKEN_GTE : kind;
}

GArray *
rush_sql_tokenize (RushSqlText *text, GError **error)
{
  const char *begin = text->text;
  const char *end = begin + strlen (begin);
  g_autoptr (GArray) tokens = g_array_new (FALSE, FALSE, sizeof (RushToken));

  for (const char *p = begin; p < end;)
    {
      const char *next = skip_blank (p, end);
      if (next == NULL)
        {
          rush_parse_error_whole (error, RUSH_SQL_CLASS_UNCLOSED_BRACKETED_COMMENT, text);
          return NULL;
        }
      if (next == p)
        {
          RushToken token = { .start = (guint)(p - begin) };
          next = match_token (p, end, &token.kind);
          token.kind = plain_kind (token.kind);
          token.end = (guint)(next - begin);
          g_array_append_val (tokens, token);
        }
      p = next;
    }
  RushToken last = { RUSH_TOKEN_EOF, (guint)(end - begin), (guint)(end - begin) };
  g_array_append_val (tokens, last);
  return g_steal_pointer (&tokens);
}
