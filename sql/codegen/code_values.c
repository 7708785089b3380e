/* code_values.c - what attributes are called, and conditions made of flags.
 *
 * A value is two C expressions, itself and whether it is null.  Both are without effects, so that
 * they may be written into others as they are; they get variables where the text would grow long.
 */
#include "sql/codegen/codegen_private.h"

#include <string.h>

#define LONG_TEXT 60

/* ---- attributes ---- */

void
rush_code_set (RushStageCode *self, const RushExpr *attribute, RushCode code)
{
  RushExprId id = rush_expr_named_id (attribute);

  g_hash_table_insert (self->values, g_memdup2 (&id, sizeof id), g_memdup2 (&code, sizeof code));
}

static RushCode *
find (RushStageCode *self, const RushExpr *attribute)
{
  RushExprId id = rush_expr_named_id (attribute);
  RushCode *code = g_hash_table_lookup (self->values, &id);

  if (code == NULL)
    g_error ("no value of %s is at hand", rush_expr_name (attribute));
  return code;
}

RushCode
rush_code_get (RushStageCode *self, const RushExpr *attribute)
{
  return *find (self, attribute);
}

void
rush_code_set_not_null (RushStageCode *self, const RushExpr *attribute)
{
  find (self, attribute)->is_null = "false";
}

void
rush_code_load_row (RushStageCode *self, const RushExprList *attributes, const char *row,
                    gboolean may_be_none)
{
  for (guint i = 0; i < attributes->n; i++)
    {
      const RushExpr *attribute = attributes->items[i];
      const char *name = rush_code_name (self, rush_expr_name (attribute));
      RushCode code = { attribute->type, name, "false" };

      rush_code_line_for (self, name, "%s %s = %s (%s, %u);", rush_code_type (attribute->type),
                          name, rush_code_getter (attribute->type), row, i);
      if (attribute->nullable || may_be_none)
        {
          code.is_null = rush_code_name (self, rush_code_text (self, "%s_is_null", name));
          rush_code_line_for (self, code.is_null, "bool %s = rl_is_null (%s, %u);", code.is_null,
                              row, i);
        }
      rush_code_set (self, attribute, code);
    }
}

/* ---- variables ---- */

/* A name, or a number. */
static gboolean
is_atom (const char *text)
{
  for (const char *c = text; *c != '\0'; c++)
    if (!g_ascii_isalnum (*c) && *c != '_' && *c != '.')
      return FALSE;
  return TRUE;
}

const char *
rush_code_short (RushStageCode *self, const char *condition, const char *wish)
{
  const char *name;

  if (strlen (condition) < LONG_TEXT)
    return condition;
  name = rush_code_name (self, wish);
  rush_code_line_for (self, name, "bool %s = %s;", name, rush_code_bare (self, condition));
  return name;
}

RushCode
rush_code_variable (RushStageCode *self, RushCode code, const char *wish)
{
  const char *name;
  RushCode variable = { code.type, code.value, code.is_null };

  if (is_atom (code.value) && is_atom (code.is_null))
    return code;
  name = rush_code_name (self, wish);
  if (!is_atom (code.is_null))
    {
      variable.is_null = rush_code_name (self, rush_code_text (self, "%s_is_null", name));
      rush_code_line_for (self, variable.is_null, "bool %s = %s;", variable.is_null,
                          rush_code_bare (self, code.is_null));
    }
  if (!is_atom (code.value))
    {
      variable.value = name;
      rush_code_line_for (self, name, "%s %s = %s;", rush_code_type (code.type), name,
                          rush_code_bare (self, code.value));
    }
  return variable;
}

/* ---- conditions ---- */

const char *
rush_code_or (RushStageCode *self, const char *a, const char *b)
{
  if (strcmp (a, "true") == 0 || strcmp (b, "false") == 0 || strcmp (a, b) == 0)
    return a;
  if (strcmp (b, "true") == 0 || strcmp (a, "false") == 0)
    return b;
  return rush_code_text (self, "(%s || %s)", a, b);
}

const char *
rush_code_and (RushStageCode *self, const char *a, const char *b)
{
  if (strcmp (a, "false") == 0 || strcmp (b, "true") == 0 || strcmp (a, b) == 0)
    return a;
  if (strcmp (b, "false") == 0 || strcmp (a, "true") == 0)
    return b;
  return rush_code_text (self, "(%s && %s)", a, b);
}

const char *
rush_code_not (RushStageCode *self, const char *a)
{
  if (strcmp (a, "true") == 0)
    return "false";
  if (strcmp (a, "false") == 0)
    return "true";
  return rush_code_text (self, "!%s", a);
}

const char *
rush_code_bare (RushStageCode *self, const char *text)
{
  gsize length = strlen (text);
  guint depth = 0;
  gboolean quoted = FALSE;

  if (length < 2 || text[0] != '(' || text[length - 1] != ')')
    return text;
  for (gsize i = 0; i < length; i++)
    {
      if (text[i] == '\\' && quoted)
        i++;
      else if (text[i] == '"')
        quoted = !quoted;
      else if (!quoted && text[i] == '(')
        depth++;
      else if (!quoted && text[i] == ')' && --depth == 0 && i < length - 1)
        return text;
    }
  return rush_code_text (self, "%.*s", (int)(length - 2), text + 1);
}
