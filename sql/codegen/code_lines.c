/* code_lines.c - lines of generated C, and the names in them.
 *
 *   int64_t price = rl_get_integer (row, 3);            for price        nobody reads price: both
 *   bool price_is_null = rl_is_null (row, 3);           for price_is_null    lines go
 *   if (!(quantity > 2))
 *     continue;
 *
 * Operators write what could be needed: all columns of a row, both halves of a value.  Which lines
 * are is known at the end: a line that gives a name its value goes if no other line that stays
 * reads the name.  Spark evaluates late for the same reason (usedInputs).
 */
#include "sql/codegen/codegen_private.h"

#include <stdarg.h>
#include <string.h>

#define MAX_COLUMNS 96

typedef struct
{
  guint indent;
  char *text;      /* (owned) */
  const char *use; /* the name that it is for, or NULL: it stays */
} RushCodeLine;

void
rush_code_line_free (gpointer line)
{
  g_free (((RushCodeLine *)line)->text);
  g_free (line);
}

const char *
rush_code_text (RushStageCode *self, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  return g_string_chunk_insert_const (self->texts, text);
}

/* ---- names ---- */

/* What a column may be called and a variable may not. */
static const char *const reserved[] = {
  "auto",   "bool",     "break",  "case",    "char",     "const", "continue", "default",
  "do",     "double",   "else",   "enum",    "extern",   "false", "float",    "for",
  "goto",   "if",       "inline", "int",     "long",     "main",  "register", "restrict",
  "return", "short",    "signed", "sizeof",  "static",   "stage", "struct",   "switch",
  "true",   "typedef",  "typeof", "union",   "unsigned", "void",  "volatile", "while",
  "asm",    "y0",       "y1",     "yn",      "j0",       "j1",    "jn",       "gamma",
  "NAN",    "INFINITY", "NULL",   "signgam",
};

static gboolean
is_reserved (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (reserved); i++)
    if (strcmp (reserved[i], name) == 0)
      return TRUE;
  return g_str_has_prefix (name, "rl_") || g_str_has_prefix (name, "RL_");
}

static char *
identifier (const char *wish)
{
  GString *out = g_string_new (NULL);

  for (const char *c = wish; *c != '\0'; c++)
    {
      gboolean fits = g_ascii_isalnum (*c) || *c == '_';
      if (fits)
        g_string_append_c (out, *c);
      else if (out->len > 0 && out->str[out->len - 1] != '_')
        g_string_append_c (out, '_');
    }
  while (out->len > 0 && out->str[out->len - 1] == '_')
    g_string_truncate (out, out->len - 1);
  if (out->len > 40)
    g_string_truncate (out, 40);
  if (out->len == 0)
    g_string_append (out, "value");
  if (g_ascii_isdigit (out->str[0]) || out->str[0] == '_')
    g_string_prepend (out, "c_");
  return g_string_free (out, FALSE);
}

const char *
rush_code_name (RushStageCode *self, const char *wish)
{
  g_autofree char *base = identifier (wish);
  g_autofree char *flag = g_strconcat (base, "_is_null", NULL);
  const char *name = g_string_chunk_insert_const (self->texts, base);

  for (guint n = 2; is_reserved (name) || g_hash_table_contains (self->names, name) ||
                    g_hash_table_contains (self->names, flag);
       n++)
    {
      name = rush_code_text (self, "%s_%u", base, n);
      g_free (flag);
      flag = g_strconcat (name, "_is_null", NULL);
    }
  g_hash_table_add (self->names, (gpointer)name);
  return name;
}

/* ---- writing ---- */

static void
add_line (RushStageCode *self, const char *use, char *text)
{
  RushCodeLine *line = g_new (RushCodeLine, 1);

  *line = (RushCodeLine){ self->indent, text, use };
  g_ptr_array_add (self->lines, line);
}

void
rush_code_line (RushStageCode *self, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  add_line (self, NULL, g_strdup_vprintf (format, args));
  va_end (args);
}

void
rush_code_line_for (RushStageCode *self, const char *name, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  add_line (self, name, g_strdup_vprintf (format, args));
  va_end (args);
}

void
rush_code_open (RushStageCode *self, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  add_line (self, NULL, g_strdup_vprintf (format, args));
  va_end (args);
  self->indent += 2;
  rush_code_line (self, "{");
  self->indent += 2;
}

void
rush_code_close (RushStageCode *self)
{
  self->indent -= 2;
  rush_code_line (self, "}");
  self->indent -= 2;
}

void
rush_code_if (RushStageCode *self, const char *action, const char *format, ...)
{
  g_autofree char *condition = NULL;
  va_list args;

  va_start (args, format);
  condition = g_strdup_vprintf (format, args);
  va_end (args);
  rush_code_line (self, "if (%s)", rush_code_bare (self, condition));
  self->indent += 2;
  rush_code_line (self, "%s", action);
  self->indent -= 2;
}

void
rush_code_comment (RushStageCode *self, const char *text)
{
  g_autofree char *flat = g_strdup (text);

  g_strdelimit (flat, "\n\r\t\\", ' ');
  rush_code_line (self, "// %s", flat);
}

const char *
rush_code_quote (RushStageCode *self, const char *bytes, gsize length)
{
  g_autoptr (GString) out = g_string_new ("\"");

  for (gsize i = 0; i < length; i++)
    {
      guchar c = (guchar)bytes[i];
      if (c == '"' || c == '\\')
        g_string_append_printf (out, "\\%c", c);
      else if (c == '?') /* no trigraphs */
        g_string_append (out, "\\?");
      else if (c < 0x20 || c >= 0x7f)
        g_string_append_printf (out, "\\%03o", c);
      else
        g_string_append_c (out, (char)c);
    }
  g_string_append_c (out, '"');
  return g_string_chunk_insert_const (self->texts, out->str);
}

/* ---- what is needed ---- */

static gboolean
is_name_char (char c)
{
  return g_ascii_isalnum (c) || c == '_';
}

/* Adds the identifiers of @text but @except to @into. */
static void
add_names (GHashTable *into, const char *text, const char *except)
{
  if (g_str_has_prefix (text, "//"))
    return;
  while (*text != '\0')
    {
      gsize length = 0;

      if (*text == '"') /* a string: no names in it */
        for (text++; *text != '\0' && *text != '"'; text++)
          if (*text == '\\' && text[1] != '\0')
            text++;
      while (is_name_char (text[length]))
        length++;
      if (length > 0)
        {
          char *name = g_strndup (text, length);
          if (except != NULL && strcmp (name, except) == 0)
            g_free (name);
          else
            g_hash_table_add (into, name);
        }
      text += length > 0 ? length : *text != '\0';
    }
}

/* Takes lines away until each that is left is read, or has an effect. */
static void
drop_unread (GPtrArray *lines)
{
  gboolean dropped = TRUE;

  while (dropped)
    {
      g_autoptr (GHashTable) read = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

      dropped = FALSE;
      for (guint i = 0; i < lines->len; i++)
        {
          const RushCodeLine *line = lines->pdata[i];
          add_names (read, line->text, line->use);
        }
      for (guint i = lines->len; i-- > 0;)
        {
          const RushCodeLine *line = lines->pdata[i];
          if (line->use != NULL && !g_hash_table_contains (read, line->use))
            {
              g_ptr_array_remove_index (lines, i);
              dropped = TRUE;
            }
        }
    }
}

/* ---- printing ---- */

/* The last blank of @text that is no later than @room and not in a string, if there is one behind
 * a comma or before an operator; 0: there is none. */
static gsize
break_of (const char *text, gsize room)
{
  gsize at = 0, good = 0;
  gboolean quoted = FALSE;

  for (gsize i = 0; text[i] != '\0' && (i <= room || at == 0); i++)
    {
      if (text[i] == '\\' && quoted && text[i + 1] != '\0')
        i++;
      else if (text[i] == '"')
        quoted = !quoted;
      else if (text[i] == ' ' && !quoted && i > 8)
        {
          at = i;
          if (i <= room && (text[i - 1] == ',' || strchr ("&|?:=", text[i + 1]) != NULL))
            good = i;
        }
    }
  return good > room / 2 ? good : at;
}

static void
print_line (GString *out, const RushCodeLine *line)
{
  const char *text = line->text;
  const char *lead = g_str_has_prefix (text, "//") ? "//   " : "    ";
  gboolean is_first = TRUE;

  while (TRUE)
    {
      guint indent = text[0] == '\0' ? 0 : line->indent;
      gsize used = indent + (is_first ? 0 : strlen (lead));
      gsize room = used < MAX_COLUMNS - 20 ? MAX_COLUMNS - used : 20;
      gsize at = strlen (text) > room ? break_of (text, room) : 0;

      g_string_append_printf (out, "%*s%s%.*s\n", (int)indent, "", is_first ? "" : lead,
                              at > 0 ? (int)at : (int)strlen (text), text);
      if (at == 0)
        return;
      text += at + 1;
      is_first = FALSE;
    }
}

void
rush_code_print (RushStageCode *self, GString *out, GPtrArray *lines)
{
  drop_unread (lines);
  for (guint i = 0; i < lines->len; i++)
    print_line (out, lines->pdata[i]);
}
