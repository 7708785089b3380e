/* json_reader.c - JSON text to a tree that one free () ends.
 *
 * A parsed document is two blocks.  `nodes` holds every value, the members of a container side by
 * side; `strings` holds every string and name, unescaped and NUL-terminated.  An unescaped string
 * is never longer than its quoted source, so the text's own length is enough room and no pointer
 * into `strings` ever moves.
 *
 *     {"a":[1,2],"b":"x"}
 *
 *     nodes    | 1 | 2 | a:[…] | b:"x" |        strings  | a\0 | b\0 | x\0 |
 *                ^--------/
 *     root     {…} -> nodes[2], 2 items
 *
 * How the members of a container come to lie side by side: finished values wait on a stack; when a
 * bracket closes, all that were pushed since it opened are its members and move to `nodes` in one
 * piece.  `nodes` still grows then, so a container remembers the index of its first member, which
 * becomes a pointer when the whole text has been read.
 *
 * Both blocks grow with the text, so they come from the system allocator, which may refuse.
 * Event logs are read with this, whole job graphs in one line: memory is 24 bytes a value plus
 * the text's length.
 *
 * Grammar: RFC 8259, each rule above its function.  Recursion is bounded by MAX_NESTING.  What a C
 * string cannot hold (an escaped NUL, half a surrogate pair) becomes U+FFFD, as in the writer.
 */
#include "core/base/json_value_private.h"

#include "core/base/allocator.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#define MAX_NESTING 512

typedef struct
{
  RushJson *at;
  gsize length;
  gsize room;
} NodeVector;

typedef struct
{
  RushJson root; /* first: a document is known by the address of its root */
  NodeVector nodes;
  char *strings;
  gsize strings_size;
} Document;

typedef struct
{
  const char *text;
  const char *end;
  const char *p;
  guint line; /* of p: line feeds stand between tokens only */
  guint nesting;
  NodeVector stack; /* finished values whose container is still open */
  NodeVector nodes;
  char *strings_end; /* where the next unescaped character goes */
  GError **error;
} Parser;

/* ---- vectors of nodes ---- */

static gboolean
node_vector_append (NodeVector *self, const RushJson *nodes, gsize n, GError **error)
{
  if (n == 0)
    return TRUE; /* memcpy () wants an address even for nothing */
  if (self->length + n > self->room)
    {
      gsize room = MAX (MAX (16, self->room * 2), self->length + n);
      RushJson *wider =
          rush_realloc (rush_allocator_system (), self->at, self->room * sizeof (RushJson),
                        room * sizeof (RushJson), error);
      if (wider == NULL)
        return FALSE;
      self->at = wider;
      self->room = room;
    }
  memcpy (self->at + self->length, nodes, n * sizeof (RushJson));
  self->length += n;
  return TRUE;
}

static void
node_vector_clear (NodeVector *self)
{
  rush_free (rush_allocator_system (), self->at, self->room * sizeof (RushJson));
}

/* ---- errors ---- */

static gboolean
fail_at (Parser *self, const char *where, const char *what)
{
  guint line = 1;
  const char *line_start = self->text;

  for (const char *p = self->text; p < where; p++)
    if (*p == '\n')
      {
        line++;
        line_start = p + 1;
      }
  g_set_error (self->error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_CORRUPT,
               "JSON, line %u, column %ld: %s", line,
               g_utf8_strlen (line_start, where - line_start) + 1, what);
  return FALSE;
}

static gboolean
fail (Parser *self, const char *what)
{
  return fail_at (self, self->p, self->p < self->end ? what : "the text ends too early");
}

/* ---- tokens ---- */

/* ws = *( space / tab / line feed / carriage return ) */
static void
skip_white (Parser *self)
{
  for (; self->p < self->end; self->p++)
    if (*self->p == '\n')
      self->line++;
    else if (*self->p != ' ' && *self->p != '\r' && *self->p != '\t')
      return;
}

static gboolean
at (const Parser *self, char c)
{
  return self->p < self->end && *self->p == c;
}

static gboolean
accept_char (Parser *self, char c)
{
  if (!at (self, c))
    return FALSE;
  self->p++;
  return TRUE;
}

static gboolean
accept_word (Parser *self, const char *word)
{
  gsize length = strlen (word);

  if ((gsize)(self->end - self->p) < length || memcmp (self->p, word, length) != 0)
    return FALSE;
  self->p += length;
  return TRUE;
}

/* 1*DIGIT */
static gboolean
accept_digits (Parser *self)
{
  const char *start = self->p;

  while (self->p < self->end && g_ascii_isdigit (*self->p))
    self->p++;
  return self->p > start;
}

/* number = [ "-" ] ( "0" / digit1-9 *DIGIT ) [ "." 1*DIGIT ] [ ( "e" / "E" ) [ sign ] 1*DIGIT ]
 *
 * Leaves the number's text in self->text[start, p). */
static gboolean
scan_number (Parser *self, gboolean *out_is_integer)
{
  *out_is_integer = TRUE;
  accept_char (self, '-');
  if (!accept_char (self, '0') && !accept_digits (self))
    return fail (self, "a value was expected");
  if (accept_char (self, '.'))
    {
      *out_is_integer = FALSE;
      if (!accept_digits (self))
        return fail (self, "a digit was expected after the point");
    }
  if (accept_char (self, 'e') || accept_char (self, 'E'))
    {
      *out_is_integer = FALSE;
      if (!accept_char (self, '+'))
        accept_char (self, '-');
      if (!accept_digits (self))
        return fail (self, "a digit was expected in the exponent");
    }
  return TRUE;
}

/* An integer of so few digits that it fits, as nearly all are. */
static gboolean
parse_short_integer (const char *p, const char *end, RushJson *out)
{
  gboolean negative = *p == '-';

  if (end - p > 18)
    return FALSE;
  out->kind = RUSH_JSON_INT;
  out->as.integer = 0;
  for (p += negative; p < end; p++)
    out->as.integer = out->as.integer * 10 + (*p - '0');
  if (negative)
    out->as.integer = -out->as.integer;
  return TRUE;
}

static gboolean
parse_number (Parser *self, RushJson *out)
{
  const char *start = self->p;
  gboolean is_integer;

  if (!scan_number (self, &is_integer))
    return FALSE;
  if (is_integer && parse_short_integer (start, self->p, out))
    return TRUE;

  /* strtod () wants a NUL behind the digits, which the text does not have. */
  g_autofree char *copy = g_strndup (start, self->p - start);
  if (is_integer)
    {
      errno = 0;
      out->as.integer = g_ascii_strtoll (copy, NULL, 10);
      if (errno == 0)
        {
          out->kind = RUSH_JSON_INT;
          return TRUE;
        }
    }
  out->kind = RUSH_JSON_DOUBLE;
  out->as.number = g_ascii_strtod (copy, NULL);
  return !isinf (out->as.number) || fail_at (self, start, "the number is too large for a double");
}

/* ---- strings ---- */

/* 4HEXDIG */
static gboolean
parse_hex4 (Parser *self, gunichar *out_unit)
{
  gunichar unit = 0;

  for (int i = 0; i < 4; i++, self->p++)
    {
      if (self->p >= self->end || !g_ascii_isxdigit (*self->p))
        return fail (self, "four hexadecimal digits were expected after \\u");
      unit = unit * 16 + g_ascii_xdigit_value (*self->p);
    }
  *out_unit = unit;
  return TRUE;
}

/* %x75 4HEXDIG, or two of them that make one character beyond U+FFFF; "\u" has been read */
static gboolean
parse_unicode_escape (Parser *self)
{
  gunichar c, low;

  if (!parse_hex4 (self, &c))
    return FALSE;
  if (c >= 0xD800 && c < 0xDC00)
    {
      const char *behind_high = self->p;
      if (!accept_word (self, "\\u"))
        low = 0;
      else if (!parse_hex4 (self, &low))
        return FALSE;
      if (low >= 0xDC00 && low < 0xE000)
        c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
      else
        self->p = behind_high; /* what follows is a character of its own */
    }
  if (c == 0 || (c >= 0xD800 && c < 0xE000))
    c = 0xFFFD;
  self->strings_end += g_unichar_to_utf8 (c, self->strings_end);
  return TRUE;
}

/* escape = "\" ( one of "\/bfnrt / "u" 4HEXDIG ); the backslash has been read */
static gboolean
parse_escape (Parser *self)
{
  static const char letters[] = "\"\\/bfnrt";
  static const char meanings[] = "\"\\/\b\f\n\r\t";

  if (accept_char (self, 'u'))
    return parse_unicode_escape (self);
  const char *letter = self->p < self->end ? strchr (letters, *self->p) : NULL;
  if (letter == NULL)
    return fail (self, "the letter after the backslash is no escape");
  *self->strings_end++ = meanings[letter - letters];
  self->p++;
  return TRUE;
}

/* string = quote *( unescaped / escape ) quote */
static gboolean
parse_string (Parser *self, const char **out_string)
{
  *out_string = self->strings_end;
  if (!accept_char (self, '"'))
    return fail (self, "a string was expected");
  while (!accept_char (self, '"'))
    {
      if (self->p >= self->end)
        return fail (self, NULL);
      if ((guchar)*self->p < 0x20)
        return fail (self, "a control character in a string must be escaped");
      if (!accept_char (self, '\\'))
        *self->strings_end++ = *self->p++;
      else if (!parse_escape (self))
        return FALSE;
    }
  *self->strings_end++ = '\0';
  return TRUE;
}

/* ---- values ---- */

static gboolean parse_value (Parser *self, RushJson *out);

/* array  = "[" [ value *( "," value ) ] "]"
 * object = "{" [ member *( "," member ) ] "}"        member = string ":" value
 *
 * The opening bracket has been read. */
static gboolean
parse_members (Parser *self, RushJson *out, char close)
{
  gsize stack_start = self->stack.length;

  skip_white (self);
  if (accept_char (self, close))
    return TRUE;
  do
    {
      RushJson item = { 0 };
      const char *name = NULL;
      skip_white (self);
      if (close == '}')
        {
          if (!parse_string (self, &name))
            return FALSE;
          skip_white (self);
          if (!accept_char (self, ':'))
            return fail (self, "a colon was expected after the name");
        }
      if (!parse_value (self, &item))
        return FALSE;
      item.name = name;
      if (!node_vector_append (&self->stack, &item, 1, self->error))
        return FALSE;
    }
  while (accept_char (self, ','));
  if (!accept_char (self, close))
    return fail (self, close == '}' ? "',' or '}' was expected" : "',' or ']' was expected");

  out->length = (guint32)(self->stack.length - stack_start);
  out->as.first = self->nodes.length;
  self->stack.length = stack_start;
  return node_vector_append (&self->nodes, self->stack.at + stack_start, out->length, self->error);
}

static gboolean
parse_container (Parser *self, RushJson *out, char close)
{
  if (self->nesting == MAX_NESTING)
    return fail (self, "values are nested deeper than " G_STRINGIFY (MAX_NESTING));

  out->kind = close == '}' ? RUSH_JSON_OBJECT : RUSH_JSON_ARRAY;
  self->p++;
  self->nesting++;
  gboolean ok = parse_members (self, out, close);
  self->nesting--;
  return ok;
}

/* value = ws ( "null" / "true" / "false" / string / array / object / number ) ws */
static gboolean
parse_value (Parser *self, RushJson *out)
{
  gboolean ok = TRUE;

  skip_white (self);
  out->line = MIN (self->line, RUSH_JSON_MAX_LINE);
  if (at (self, '"'))
    {
      out->kind = RUSH_JSON_STRING;
      ok = parse_string (self, &out->as.string);
    }
  else if (at (self, '{'))
    ok = parse_container (self, out, '}');
  else if (at (self, '['))
    ok = parse_container (self, out, ']');
  else if (accept_word (self, "null"))
    out->kind = RUSH_JSON_NULL;
  else if (accept_word (self, "true"))
    {
      out->kind = RUSH_JSON_BOOL;
      out->as.boolean = TRUE;
    }
  else if (accept_word (self, "false"))
    out->kind = RUSH_JSON_BOOL;
  else
    ok = parse_number (self, out);
  skip_white (self);
  return ok;
}

/* text = value */
static gboolean
parse_text (Parser *self, RushJson *out_root)
{
  const char *bad;

  if (!g_utf8_validate_len (self->text, self->end - self->text, &bad))
    return fail_at (self, bad, "this is not UTF-8");
  if (!parse_value (self, out_root))
    return FALSE;
  return self->p == self->end || fail (self, "there is more behind the value");
}

/* ---- documents ---- */

static void
point_to_items (RushJson *self, const RushJson *nodes)
{
  if (rush_json_is_container (self))
    self->as.items = self->length > 0 ? nodes + self->as.first : NULL;
}

RushJson *
rush_json_parse (const char *text, gssize length, GError **error)
{
  g_return_val_if_fail (text != NULL, NULL);

  gsize size = length < 0 ? strlen (text) : (gsize)length;
  if (size > G_MAXUINT32)
    {
      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                   "JSON text of %" G_GSIZE_FORMAT " bytes: only texts below 4 GiB are read", size);
      return NULL;
    }
  gsize strings_size = size + 1;
  char *strings = rush_alloc (rush_allocator_system (), strings_size, error);
  if (strings == NULL)
    return NULL;

  Parser parser = { .text = text, .end = text + size, .p = text, .line = 1 };
  RushJson root = { 0 };
  parser.strings_end = strings;
  parser.error = error;
  gboolean ok = parse_text (&parser, &root);
  node_vector_clear (&parser.stack);
  if (!ok)
    {
      node_vector_clear (&parser.nodes);
      rush_free (rush_allocator_system (), strings, strings_size);
      return NULL;
    }

  Document *self = g_new (Document, 1);
  *self = (Document){ root, parser.nodes, strings, strings_size };
  point_to_items (&self->root, self->nodes.at);
  for (gsize i = 0; i < self->nodes.length; i++)
    point_to_items (&self->nodes.at[i], self->nodes.at);
  return &self->root;
}

void
rush_json_free (RushJson *root)
{
  if (root == NULL)
    return;
  Document *self = (Document *)root;

  node_vector_clear (&self->nodes);
  rush_free (rush_allocator_system (), self->strings, self->strings_size);
  g_free (self);
}
