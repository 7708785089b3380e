/* sql_error.c - messages in Spark's words.
 *
 * A message is made of three parts:
 *
 *   [CLASS] template with its parameters filled in SQLSTATE: 22012   the same for every kind
 *   ; line 1 pos 7                                                   where, in analysis
 *   \n== SQL (line 1, position 8) ==\n…                              where, in all others
 *   ;\n'Project …                                                    the plan, in analysis
 *
 * The table of classes (sql_error_classes.def) is the specification; this file only fills it in.
 * The parts of a message can be found again in it, because a class is everything between the first
 * pair of brackets and a state is five characters after the last " SQLSTATE: " of the first part.
 *
 * The block is drawn in sql_error_context.c.
 */
#include "sql/types/sql_error.h"

#include "sql/types/sql_error_private.h"

#include <stdarg.h>
#include <string.h>

typedef struct
{
  const char *name;
  const char *state;
  const char *template;
  RushSqlError kind;
} ErrorClass;

static const ErrorClass classes[RUSH_SQL_CLASS_COUNT] = {
#define ERROR_CLASS(id, name, state, kind, template)                                               \
  { name, state, template, RUSH_SQL_ERROR_##kind },
#include "sql/types/sql_error_classes.def"
#undef ERROR_CLASS
};

/* ---- the domain ---- */

/* What GLib keeps beside each error of the domain. */
typedef struct
{
  char *place; /* of an error of analysis: its block, which the message leaves out */
} RushSqlErrorPrivate;

static void
rush_sql_error_private_init (RushSqlErrorPrivate *self)
{
  self->place = NULL;
}

static void
rush_sql_error_private_copy (const RushSqlErrorPrivate *from, RushSqlErrorPrivate *to)
{
  to->place = g_strdup (from->place);
}

static void
rush_sql_error_private_clear (RushSqlErrorPrivate *self)
{
  g_free (self->place);
}

G_DEFINE_EXTENDED_ERROR (RushSqlError, rush_sql_error)

/* ---- the table of classes ---- */

const char *
rush_sql_error_class_name (RushSqlErrorClass error_class)
{
  g_return_val_if_fail (error_class < RUSH_SQL_CLASS_COUNT, NULL);
  return classes[error_class].name;
}

const char *
rush_sql_error_class_state (RushSqlErrorClass error_class)
{
  g_return_val_if_fail (error_class < RUSH_SQL_CLASS_COUNT, NULL);
  return classes[error_class].state;
}

const char *
rush_sql_error_class_template (RushSqlErrorClass error_class)
{
  g_return_val_if_fail (error_class < RUSH_SQL_CLASS_COUNT, NULL);
  return classes[error_class].template;
}

RushSqlError
rush_sql_error_class_kind (RushSqlErrorClass error_class)
{
  g_return_val_if_fail (error_class < RUSH_SQL_CLASS_COUNT, RUSH_SQL_ERROR_SPARK);
  return classes[error_class].kind;
}

gboolean
rush_sql_error_class_find (const char *name, RushSqlErrorClass *out_class)
{
  guint low = 0, high = RUSH_SQL_CLASS_COUNT;

  while (low < high)
    {
      guint middle = (low + high) / 2;
      int order = strcmp (name, classes[middle].name);
      if (order == 0)
        {
          *out_class = (RushSqlErrorClass)middle;
          return TRUE;
        }
      if (order < 0)
        high = middle;
      else
        low = middle + 1;
    }
  return FALSE;
}

/* ---- filling a template in ---- */

typedef struct
{
  const char *name, *value;
} Parameter;

#define MAX_PARAMETERS 16

static guint
read_parameters (va_list arguments, Parameter parameters[MAX_PARAMETERS])
{
  guint n = 0;
  const char *name;

  while ((name = va_arg (arguments, const char *)) != NULL)
    {
      g_assert (n < MAX_PARAMETERS);
      const char *value = va_arg (arguments, const char *);
      parameters[n++] = (Parameter){ name, value != NULL ? value : "null" };
    }
  return n;
}

static const char *
find_parameter (const Parameter *parameters, guint n, const char *name, gsize length)
{
  for (guint i = 0; i < n; i++)
    if (strlen (parameters[i].name) == length && memcmp (parameters[i].name, name, length) == 0)
      return parameters[i].value;
  return NULL;
}

/* The length of the parameter's name at @p ("<name>"), or 0: '<' also stands for itself. */
static gsize
parameter_length (const char *p)
{
  gsize length = 0;

  if (*p != '<')
    return 0;
  while (g_ascii_isalnum (p[1 + length]) || p[1 + length] == '_')
    length++;
  return p[1 + length] == '>' ? length : 0;
}

/* A parameter that the caller did not give stays as the template has it: a name in a message is
 * better than an end of the process.  Tests look for it. */
static void
append_filled (GString *out, const char *template, const Parameter *parameters, guint n)
{
  for (const char *p = template; *p != '\0';)
    {
      gsize length = parameter_length (p);
      const char *value = length > 0 ? find_parameter (parameters, n, p + 1, length) : NULL;

      if (value != NULL)
        {
          g_string_append (out, value);
          p += length + 2;
        }
      else
        g_string_append_c (out, *p++);
    }
}

static GString *
message_of (RushSqlErrorClass error_class, va_list arguments)
{
  const ErrorClass *entry = &classes[error_class];
  Parameter parameters[MAX_PARAMETERS];
  guint n = read_parameters (arguments, parameters);
  GString *out = g_string_new ("[");

  g_string_append_printf (out, "%s] ", entry->name);
  append_filled (out, entry->template, parameters, n);
  g_string_append_printf (out, " SQLSTATE: %s", entry->state);
  return out;
}

/* ---- places ---- */

static void
append_line (GString *out, const RushSqlContext *context)
{
  guint line, position;

  if (context == NULL || context->text == NULL)
    return;
  rush_sql_context_line (context, &line, &position);
  g_string_append_printf (out, "; line %u pos %u", line, position);
}

static void
append_summary (GString *out, const RushSqlContext *context)
{
  g_autofree char *summary = context != NULL ? rush_sql_context_summary (context) : NULL;

  if (summary != NULL && summary[0] != '\0')
    g_string_append_printf (out, "\n%s", summary);
}

static void
set_error (GError **error, RushSqlError kind, RushSqlErrorClass error_class,
           const RushSqlContext *context, va_list arguments)
{
  g_autoptr (GString) message = message_of (error_class, arguments);

  if (kind == RUSH_SQL_ERROR_PARSE)
    g_string_prepend_c (message, '\n');
  if (kind == RUSH_SQL_ERROR_ANALYSIS)
    append_line (message, context);
  else
    append_summary (message, context);
  g_set_error_literal (error, RUSH_SQL_ERROR, kind, message->str);
  if (error != NULL && kind == RUSH_SQL_ERROR_ANALYSIS && context != NULL)
    rush_sql_error_get_private (*error)->place = rush_sql_context_summary (context);
}

void
rush_sql_error_set (GError **error, RushSqlErrorClass error_class, const RushSqlContext *context,
                    ...)
{
  va_list arguments;

  g_return_if_fail (error_class < RUSH_SQL_CLASS_COUNT);
  va_start (arguments, context);
  set_error (error, classes[error_class].kind, error_class, context, arguments);
  va_end (arguments);
}

void
rush_sql_error_set_as (GError **error, RushSqlError kind, RushSqlErrorClass error_class,
                       const RushSqlContext *context, ...)
{
  va_list arguments;

  g_return_if_fail (error_class < RUSH_SQL_CLASS_COUNT);
  va_start (arguments, context);
  set_error (error, kind, error_class, context, arguments);
  va_end (arguments);
}

void
rush_sql_error_set_syntax (GError **error, RushSqlErrorClass error_class,
                           const RushSqlContext *context, ...)
{
  va_list arguments;

  g_return_if_fail (error_class < RUSH_SQL_CLASS_COUNT);
  g_return_if_fail (context != NULL && context->text != NULL);
  va_start (arguments, context);
  g_autoptr (GString) message = message_of (error_class, arguments);
  va_end (arguments);

  g_string_prepend_c (message, '\n');
  rush_sql_context_append_arrow (message, context);
  g_set_error_literal (error, RUSH_SQL_ERROR, RUSH_SQL_ERROR_PARSE, message->str);
}

void
rush_sql_error_add_context (GError *error, const RushSqlContext *context)
{
  g_return_if_fail (error != NULL);

  if (error->domain != RUSH_SQL_ERROR || error->code == RUSH_SQL_ERROR_PARSE ||
      strstr (error->message, "\n== ") != NULL)
    return;
  RushSqlErrorPrivate *own = rush_sql_error_get_private (error);
  gboolean analysis = error->code == RUSH_SQL_ERROR_ANALYSIS;
  if (own->place != NULL || context == NULL)
    return;
  GString *message = g_string_new (error->message);
  if (analysis)
    {
      append_line (message, context);
      own->place = rush_sql_context_summary (context);
    }
  else
    append_summary (message, context);
  g_free (error->message);
  error->message = g_string_free (message, FALSE);
}

void
rush_sql_error_add_plan (GError *error, const char *plan)
{
  g_return_if_fail (error != NULL && plan != NULL);

  char *message = g_strconcat (error->message, ";\n", plan, NULL);
  g_free (error->message);
  error->message = message;
}

/* ---- read back ---- */

char *
rush_sql_error_get_class (const GError *error)
{
  g_return_val_if_fail (error != NULL, NULL);

  const char *open = error->message + (error->message[0] == '\n');
  const char *close = open[0] == '[' ? strchr (open, ']') : NULL;
  if (close == NULL)
    return NULL;
  for (const char *p = open + 1; p < close; p++)
    if (!g_ascii_isupper (*p) && !g_ascii_isdigit (*p) && *p != '_' && *p != '.')
      return NULL;
  return g_strndup (open + 1, close - open - 1);
}

char *
rush_sql_error_get_state (const GError *error)
{
  g_return_val_if_fail (error != NULL, NULL);

  static const char mark[] = " SQLSTATE: ";
  const char *found = strstr (error->message, mark);
  if (found == NULL)
    return NULL;
  /* A parameter may quote another message: the error's own state is the last before its place. */
  const char *end = strstr (error->message, "\n== ");
  for (const char *next = found; next != NULL && (end == NULL || next < end);
       next = strstr (next + 1, mark))
    found = next;
  return g_strndup (found + strlen (mark), 5);
}

const char *
rush_sql_error_get_place (const GError *error)
{
  g_return_val_if_fail (error != NULL, NULL);
  return error->domain == RUSH_SQL_ERROR ? rush_sql_error_get_private (error)->place : NULL;
}

/* ---- names in messages ---- */

char *
rush_sql_id (const char *const *parts, guint n)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    {
      g_string_append (out, i > 0 ? ".`" : "`");
      for (const char *p = parts[i]; *p != '\0'; p++)
        {
          if (*p == '`')
            g_string_append_c (out, '`');
          g_string_append_c (out, *p);
        }
      g_string_append_c (out, '`');
    }
  return g_string_free (out, FALSE);
}

char *
rush_sql_id_of (const char *name)
{
  return rush_sql_id (&name, 1);
}

char *
rush_sql_conf (const char *key)
{
  return g_strdup_printf ("\"%s\"", key);
}
