/* json_scanner.c - one token at a time.
 *
 *     value    := object | array | string | number | 'true' | 'false' | 'null'
 *     object   := '{' [ name ':' value { ',' name ':' value } ] '}'
 *     array    := '[' [ value { ',' value } ] ']'
 *
 * Which of them may come follows from the depth, and whether a value has just ended; no stack of
 * calls, so that depth is no danger, and is limited as Jackson limits it.
 *
 * A string without escapes is found by one loop over its bytes and stays where it is.
 */
#include "sql/records/json_scanner.h"

#include <string.h>

/* ---- white space ---- */

/* Behind a comment that begins at @at, or @at. */
static const char *
pass_comment (const RushJsonScanner *self, const char *at)
{
  const char *found;

  if (!self->options->comments || self->end - at < 2 || at[0] != '/')
    return at;
  if (at[1] == '/')
    {
      found = memchr (at, '\n', (gsize)(self->end - at));
      return found != NULL ? found : self->end;
    }
  if (at[1] != '*')
    return at;
  found = memmem (at + 2, (gsize)(self->end - at - 2), "*/", 2);
  return found != NULL ? found + 2 : at;
}

static void
pass_space (RushJsonScanner *self)
{
  for (;;)
    {
      const char *at = self->at;

      while (at < self->end && (*at == ' ' || *at == '\n' || *at == '\t' || *at == '\r'))
        at++;
      self->at = pass_comment (self, at);
      if (self->at == at)
        return;
    }
}

/* ---- strings ---- */

static gboolean
need_scratch (RushJsonScanner *self, gsize size)
{
  gpointer scratch;

  if (size <= self->scratch_size)
    return TRUE;
  scratch = rush_alloc (self->allocator, size, NULL);
  if (scratch == NULL)
    return FALSE;
  rush_free (self->allocator, self->scratch, self->scratch_size);
  self->scratch = scratch;
  self->scratch_size = size;
  return TRUE;
}

static gboolean
read_hex (const char *at, const char *end, guint32 *out)
{
  *out = 0;
  if (end - at < 4)
    return FALSE;
  for (guint i = 0; i < 4; i++)
    {
      if (!g_ascii_isxdigit (at[i]))
        return FALSE;
      *out = *out << 4 | (guint32)g_ascii_xdigit_value (at[i]);
    }
  return TRUE;
}

/* \uXXXX, or two of them that are one character; *at behind the u.  A half without its other half
 * is written as a question mark, as Java writes it. */
static gboolean
take_unicode (const RushJsonScanner *self, const char **at, char **out)
{
  guint32 code, low;

  if (!read_hex (*at, self->end, &code))
    return FALSE;
  *at += 4;
  if (code >= 0xd800 && code < 0xdc00 && self->end - *at >= 6 && (*at)[0] == '\\' &&
      (*at)[1] == 'u' && read_hex (*at + 2, self->end, &low) && low >= 0xdc00 && low < 0xe000)
    {
      code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
      *at += 6;
    }
  if (code >= 0xd800 && code < 0xe000)
    code = '?';
  *out += g_unichar_to_utf8 (code, *out);
  return TRUE;
}

static gboolean
take_escape (const RushJsonScanner *self, const char **at, char **out)
{
  static const char letters[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
  const char *found;

  if (*at == self->end)
    return FALSE;
  if (**at == 'u')
    {
      ++*at;
      return take_unicode (self, at, out);
    }
  found = **at != '\0' ? strchr (letters, **at) : NULL;
  if (found != NULL)
    *(*out)++ = meanings[found - letters];
  else if (self->options->any_escape || (**at == '\'' && self->options->single_quotes))
    *(*out)++ = **at;
  else
    return FALSE;
  ++*at;
  return TRUE;
}

/* From the first escape on, at @at. */
static gboolean
take_escaped (RushJsonScanner *self, const char *start, const char *at, char quote)
{
  char *out;

  /* A character is never longer than its escape. */
  if (!need_scratch (self, (gsize)(self->end - start) + 8))
    return FALSE;
  memcpy (self->scratch, start, (gsize)(at - start));
  out = self->scratch + (at - start);
  while (at < self->end && *at != quote)
    {
      if ((guchar)*at < 0x20 && !self->options->control_chars)
        return FALSE;
      if (*at != '\\')
        *out++ = *at++;
      else if (at++, !take_escape (self, &at, &out))
        return FALSE;
    }
  if (at == self->end)
    return FALSE;
  self->text = self->scratch;
  self->length = (gsize)(out - self->scratch);
  self->in_scratch = TRUE;
  self->at = at + 1;
  return TRUE;
}

/* At the quote. */
static gboolean
take_string (RushJsonScanner *self)
{
  char quote = *self->at;
  const char *start = self->at + 1, *at = start;

  while (at < self->end && *at != quote && *at != '\\' &&
         ((guchar)*at >= 0x20 || self->options->control_chars))
    at++;
  if (at == self->end || (*at != quote && *at != '\\'))
    return FALSE;
  if (*at == '\\')
    return take_escaped (self, start, at, quote);
  self->text = start;
  self->length = (gsize)(at - start);
  self->in_scratch = FALSE;
  self->at = at + 1;
  return TRUE;
}

static inline gboolean
is_quote (const RushJsonScanner *self, char c)
{
  return c == '"' || (c == '\'' && self->options->single_quotes);
}

/* ---- numbers and words ---- */

static const char *
pass_digits (const RushJsonScanner *self, const char *at)
{
  while (at < self->end && g_ascii_isdigit (*at))
    at++;
  return at;
}

static gboolean
ends_token (const RushJsonScanner *self, const char *at)
{
  return at == self->end || !(g_ascii_isalnum (*at) || *at == '_' || *at == '$' || *at == '.');
}

static RushJsonTokenKind
take_number (RushJsonScanner *self)
{
  const char *start = self->at, *at = start + (*start == '-');
  const char *digits = at;
  RushJsonTokenKind kind = RUSH_JSON_TOKEN_INTEGER;

  at = pass_digits (self, at);
  if (at == digits || (*digits == '0' && at - digits > 1 && !self->options->leading_zeros))
    return RUSH_JSON_TOKEN_ERROR;
  if (at < self->end && *at == '.')
    {
      const char *behind = at + 1;

      kind = RUSH_JSON_TOKEN_DOUBLE;
      at = pass_digits (self, behind);
      if (at == behind)
        return RUSH_JSON_TOKEN_ERROR;
    }
  if (at < self->end && (*at == 'e' || *at == 'E'))
    {
      const char *exponent = at + 1;

      kind = RUSH_JSON_TOKEN_DOUBLE;
      exponent += exponent < self->end && (*exponent == '+' || *exponent == '-');
      at = pass_digits (self, exponent);
      if (at == exponent)
        return RUSH_JSON_TOKEN_ERROR;
    }
  if (!ends_token (self, at))
    return RUSH_JSON_TOKEN_ERROR;
  self->text = start;
  self->length = (gsize)(at - start);
  self->in_scratch = FALSE;
  self->at = at;
  return kind;
}

static gboolean
take_word (RushJsonScanner *self, const char *word)
{
  gsize length = strlen (word);

  if ((gsize)(self->end - self->at) < length || memcmp (self->at, word, length) != 0 ||
      !ends_token (self, self->at + length))
    return FALSE;
  self->text = self->at;
  self->length = length;
  self->in_scratch = FALSE;
  self->at += length;
  return TRUE;
}

static RushJsonTokenKind
take_scalar (RushJsonScanner *self)
{
  if (is_quote (self, *self->at))
    return take_string (self) ? RUSH_JSON_TOKEN_STRING : RUSH_JSON_TOKEN_ERROR;
  if (take_word (self, "true"))
    return RUSH_JSON_TOKEN_TRUE;
  if (take_word (self, "false"))
    return RUSH_JSON_TOKEN_FALSE;
  if (take_word (self, "null"))
    return RUSH_JSON_TOKEN_NULL;
  if (self->options->non_numeric_numbers &&
      (take_word (self, "NaN") || take_word (self, "Infinity") || take_word (self, "-Infinity") ||
       take_word (self, "+Infinity") || take_word (self, "INF") || take_word (self, "-INF") ||
       take_word (self, "+INF")))
    return RUSH_JSON_TOKEN_DOUBLE;
  return take_number (self);
}

/* ---- tokens ---- */

static RushJsonTokenKind
fail (RushJsonScanner *self)
{
  self->at = self->end;
  self->depth = 0;
  return RUSH_JSON_TOKEN_ERROR;
}

static RushJsonTokenKind
open_container (RushJsonScanner *self, gboolean is_array)
{
  if (self->depth == RUSH_JSON_MAX_DEPTH)
    return fail (self);
  self->in_array[++self->depth] = is_array;
  self->at++;
  self->after_value = FALSE;
  self->expects_more = FALSE;
  return is_array ? RUSH_JSON_TOKEN_ARRAY : RUSH_JSON_TOKEN_OBJECT;
}

static RushJsonTokenKind
close_container (RushJsonScanner *self)
{
  gboolean is_array = self->in_array[self->depth];

  /* [1,] is none. */
  if (self->expects_more || *self->at != (is_array ? ']' : '}'))
    return fail (self);
  self->depth--;
  self->at++;
  self->after_value = TRUE;
  return is_array ? RUSH_JSON_TOKEN_ARRAY_END : RUSH_JSON_TOKEN_OBJECT_END;
}

static RushJsonTokenKind
take_name (RushJsonScanner *self)
{
  const char *start = self->at;
  gboolean ok = is_quote (self, *start);

  if (ok)
    ok = take_string (self);
  else if (self->options->unquoted_names)
    {
      while (self->at < self->end && (g_ascii_isalnum (*self->at) || *self->at == '_' ||
                                      *self->at == '$' || (guchar)*self->at >= 0x80))
        self->at++;
      self->text = start;
      self->length = (gsize)(self->at - start);
      self->in_scratch = FALSE;
      ok = self->length > 0;
    }
  pass_space (self);
  if (!ok || self->at == self->end || *self->at != ':')
    return fail (self);
  self->at++;
  self->expects_more = TRUE;
  self->after_value = FALSE;
  return RUSH_JSON_TOKEN_NAME;
}

/* Between two values of a container, or at its end; FALSE: neither. */
static gboolean
pass_comma (RushJsonScanner *self)
{
  if (*self->at != ',')
    return FALSE;
  self->at++;
  self->after_value = FALSE;
  self->expects_more = TRUE;
  pass_space (self);
  return self->at < self->end;
}

RushJsonTokenKind
rush_json_scanner_next (RushJsonScanner *self)
{
  RushJsonTokenKind kind;
  gboolean wants_name;

  pass_space (self);
  if (self->depth == 0 && self->after_value)
    return RUSH_JSON_TOKEN_END;
  if (self->at == self->end)
    return self->depth == 0 && self->token_start == NULL ? RUSH_JSON_TOKEN_END : fail (self);
  if (self->depth > 0 && (*self->at == ']' || *self->at == '}'))
    return close_container (self);
  wants_name =
      self->depth > 0 && !self->in_array[self->depth] && (self->after_value || !self->expects_more);
  if (self->after_value && !pass_comma (self))
    return fail (self);
  self->token_start = self->at;
  if (wants_name)
    return take_name (self);
  if (*self->at == '{' || *self->at == '[')
    return open_container (self, *self->at == '[');
  kind = take_scalar (self);
  if (kind == RUSH_JSON_TOKEN_ERROR)
    return fail (self);
  self->after_value = TRUE;
  self->expects_more = FALSE;
  return kind;
}

gboolean
rush_json_scanner_skip (RushJsonScanner *self, RushJsonTokenKind first)
{
  guint depth = self->depth;

  if (first != RUSH_JSON_TOKEN_OBJECT && first != RUSH_JSON_TOKEN_ARRAY)
    return first != RUSH_JSON_TOKEN_ERROR && first != RUSH_JSON_TOKEN_END;
  while (self->depth >= depth)
    if (rush_json_scanner_next (self) == RUSH_JSON_TOKEN_ERROR)
      return FALSE;
  return TRUE;
}

void
rush_json_scanner_begin (RushJsonScanner *self, const char *text, gsize length)
{
  gboolean has_mark = length >= 3 && memcmp (text, "\xef\xbb\xbf", 3) == 0;

  self->start = self->at = text + (has_mark ? 3 : 0);
  self->end = text + length;
  self->token_start = NULL;
  self->depth = 0;
  self->expects_more = self->after_value = FALSE;
}

void
rush_json_scanner_init (RushJsonScanner *self, const RushJsonOptions *options,
                        RushAllocator *allocator)
{
  self->options = options;
  self->allocator = allocator;
  self->scratch = NULL;
  self->scratch_size = 0;
  rush_json_scanner_begin (self, "", 0);
}

void
rush_json_scanner_clear (RushJsonScanner *self)
{
  rush_free (self->allocator, self->scratch, self->scratch_size);
}
