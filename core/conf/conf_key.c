/* conf_key.c - one table, read three ways: to check a value, to know a default, to print the page.
 *
 * keys.def is included once, into an array of RushConfKey.  The words in its "allowed" column
 * (AT_LEAST, ONE_OF, BUT_NOT …) are macros that expand to fields of the struct, so that what is
 * checked and what is documented come from the same line.
 *
 * A value passes three gates, in this order:
 *
 *     is it of the type?   →   is it in the bounds, or one of the choices?   →   do we have it?
 *     INVALID_ARGUMENT         INVALID_ARGUMENT                                  UNSUPPORTED
 *
 * The table is searched from end to end: it has some two hundred keys, and readers look once a job.
 */
#include "core/conf/conf_key_private.h"

#include "core/base/size_string.h"
#include "core/conf/conf.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define UNBOUNDED .min = -G_MAXDOUBLE, .max = G_MAXDOUBLE
#define ANY UNBOUNDED
#define AT_LEAST(n) .min = n, .max = G_MAXDOUBLE, .bounds = "at least " #n
#define FROM_TO(a, b) .min = a, .max = b, .bounds = "from " #a " to " #b
#define FROM_BELOW(a, b)                                                                           \
  .min = a, .max = b, .max_excluded = TRUE, .bounds = "from " #a " to below " #b
#define ABOVE_ZERO_TO(b) .min = G_MINDOUBLE, .max = b, .bounds = "above 0 to " #b
#define ONE_OF(texts) UNBOUNDED, .choices = texts
#define BUT_NOT(value, why) , .refused = value, .refusal = why
#define NOTED(value, text) , .noted = value, .note = text
#define NOTED_BUT_DEFAULT(text) , .note = text
#define ON_CLUSTERS(text) , .note = text, .acts_on_clusters = TRUE

#define NONE NULL
#define KEY(name_, type_, unit_, default_, allowed_, since_, doc_)                                 \
  { .name = name_,                                                                                 \
    .type = RUSH_CONF_##type_,                                                                     \
    .unit = RUSH_CONF_UNIT_##unit_,                                                                \
    .default_text = default_,                                                                      \
    .since = since_,                                                                               \
    .doc = doc_,                                                                                   \
    allowed_ },
#define KEY_LIKE(name_, type_, unit_, fallback_, allowed_, since_, doc_)                           \
  { .name = name_,                                                                                 \
    .type = RUSH_CONF_##type_,                                                                     \
    .unit = RUSH_CONF_UNIT_##unit_,                                                                \
    .fallback_key = fallback_,                                                                     \
    .since = since_,                                                                               \
    .doc = doc_,                                                                                   \
    allowed_ },

static const RushConfKey keys[] = {
#include "core/conf/keys.def"
};

const RushConfKey *
rush_conf_keys (gsize *out_n)
{
  *out_n = G_N_ELEMENTS (keys);
  return keys;
}

const RushConfKey *
rush_conf_key_find (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    if (strcmp (keys[i].name, name) == 0)
      return &keys[i];
  return NULL;
}

/* ---- what is allowed, in words ---- */

static const char *
type_in_words (RushConfType type)
{
  switch (type)
    {
    case RUSH_CONF_STRING:
      return "any text";
    case RUSH_CONF_INT:
      return "a whole number";
    case RUSH_CONF_DOUBLE:
      return "a number";
    case RUSH_CONF_BOOL:
      return "true or false";
    case RUSH_CONF_BYTES:
      return "a size such as 512m";
    case RUSH_CONF_TIME:
      return "a time such as 3s";
    }
  g_assert_not_reached ();
}

static char *
allowed_in_words (const RushConfKey *self)
{
  if (self->choices != NULL)
    {
      g_auto (GStrv) choices = g_strsplit (self->choices, "|", -1);
      g_autofree char *list = g_strjoinv (", ", choices);
      return g_strconcat ("one of ", list, NULL);
    }
  return g_strconcat (type_in_words (self->type), self->bounds != NULL ? ", " : NULL, self->bounds,
                      NULL);
}

static gboolean
refuse (const RushConfKey *self, const char *text, GError **error)
{
  g_autofree char *allowed = allowed_in_words (self);

  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
               "%s: \"%s\" is not allowed; give %s", self->name, text, allowed);
  return FALSE;
}

/* ---- first gate: the type ---- */

/* As Java's Integer.parseInt after trim: a sign, digits, 32 bits. */
static gboolean
parse_int (const char *text, gint64 *out_value)
{
  const char *digits = *text == '-' || *text == '+' ? text + 1 : text;
  char *end;

  if (!g_ascii_isdigit (*digits))
    return FALSE;
  errno = 0;
  *out_value = g_ascii_strtoll (text, &end, 10);
  return *end == '\0' && errno == 0 && *out_value >= G_MININT32 && *out_value <= G_MAXINT32;
}

static gboolean
parse_double (const char *text, double *out_value)
{
  char *end;

  *out_value = g_ascii_strtod (text, &end);
  return end != text && *end == '\0';
}

static gboolean
parse_bool (const char *text, gboolean *out_value)
{
  *out_value = g_ascii_strcasecmp (text, "true") == 0;
  return *out_value || g_ascii_strcasecmp (text, "false") == 0;
}

static gboolean
parse_bytes (const RushConfKey *self, const char *text, gint64 *out_bytes, GError **error)
{
  RushByteUnit unit = self->unit == RUSH_CONF_UNIT_MIB ? RUSH_BYTE_UNIT_MIB : RUSH_BYTE_UNIT_BYTE;

  if (self->min < 0 && *text == '-') /* a threshold that is never met */
    return parse_int (text, out_bytes) || refuse (self, text, error);
  return rush_parse_bytes (text, unit, out_bytes, error);
}

static gboolean
parse_typed (const RushConfKey *self, const char *text, RushConfValue *out_value, GError **error)
{
  g_autofree char *trimmed = g_strstrip (g_strdup (text));

  switch (self->type)
    {
    case RUSH_CONF_STRING:
      return TRUE;
    case RUSH_CONF_INT:
      return parse_int (trimmed, &out_value->integer) || refuse (self, text, error);
    case RUSH_CONF_DOUBLE:
      return parse_double (trimmed, &out_value->number) || refuse (self, text, error);
    case RUSH_CONF_BOOL:
      return parse_bool (trimmed, &out_value->boolean) || refuse (self, text, error);
    case RUSH_CONF_BYTES:
      if (parse_bytes (self, text, &out_value->integer, error))
        return TRUE;
      break;
    case RUSH_CONF_TIME:
      if (rush_parse_time_us (text, self->unit == RUSH_CONF_UNIT_S ? G_USEC_PER_SEC : 1000,
                              &out_value->integer, error))
        return TRUE;
      break;
    }
  g_prefix_error (error, "%s: ", self->name);
  return FALSE;
}

/* ---- second gate: bounds and choices ---- */

static gboolean
in_bounds (const RushConfKey *self, const RushConfValue *value)
{
  if (self->type == RUSH_CONF_STRING || self->type == RUSH_CONF_BOOL)
    return TRUE;

  double number = self->type == RUSH_CONF_DOUBLE ? value->number : (double)value->integer;
  return number >= self->min && (self->max_excluded ? number < self->max : number <= self->max);
}

static gboolean
is_a_choice (const RushConfKey *self, const char *text)
{
  if (self->choices == NULL)
    return TRUE;

  g_auto (GStrv) choices = g_strsplit (self->choices, "|", -1);
  for (char **choice = choices; *choice != NULL; choice++)
    if (g_ascii_strcasecmp (*choice, text) == 0)
      return TRUE;
  return FALSE;
}

/* ---- all three ---- */

/* Values with a meaning of their own are words: they are compared without case and white space. */
static gboolean
same_word (const char *word, const char *text)
{
  g_autofree char *trimmed = g_strstrip (g_strdup (text));

  return word != NULL && g_ascii_strcasecmp (word, trimmed) == 0;
}

gboolean
rush_conf_key_parse (const RushConfKey *self, const char *text, RushConfValue *out_value,
                     GError **error)
{
  RushConfValue value = { 0 };

  if (!parse_typed (self, text, &value, error))
    return FALSE;
  if (!in_bounds (self, &value) || !is_a_choice (self, text))
    return refuse (self, text, error);
  if (same_word (self->refused, text))
    {
      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_UNSUPPORTED,
                   "%s: \"%s\" is not supported yet: %s", self->name, text, self->refusal);
      return FALSE;
    }
  *out_value = value;
  return TRUE;
}

const char *
rush_conf_key_note (const RushConfKey *self, const char *text)
{
  gboolean noted =
      self->noted != NULL ? same_word (self->noted, text) : !same_word (self->default_text, text);

  return noted ? self->note : NULL;
}

/* ---- the page ---- */

static const char *
type_name (RushConfType type)
{
  switch (type)
    {
    case RUSH_CONF_STRING:
      return "string";
    case RUSH_CONF_INT:
      return "int";
    case RUSH_CONF_DOUBLE:
      return "double";
    case RUSH_CONF_BOOL:
      return "bool";
    case RUSH_CONF_BYTES:
      return "bytes";
    case RUSH_CONF_TIME:
      return "time";
    }
  g_assert_not_reached ();
}

static const char *
unit_in_words (RushConfUnit unit)
{
  switch (unit)
    {
    case RUSH_CONF_UNIT_NONE:
      return "";
    case RUSH_CONF_UNIT_BYTE:
      return " (bytes)";
    case RUSH_CONF_UNIT_MIB:
      return " (MiB)";
    case RUSH_CONF_UNIT_MS:
      return " (ms)";
    case RUSH_CONF_UNIT_S:
      return " (s)";
    }
  g_assert_not_reached ();
}

static void
append_row (GString *out, const RushConfKey *self)
{
  g_autofree char *allowed = allowed_in_words (self);
  const char *fallback = self->fallback_key != NULL ? self->fallback_key : "(none)";

  g_string_append_printf (out, "| %s | %s%s | %s | %s | %s | %s", self->name,
                          type_name (self->type), unit_in_words (self->unit),
                          self->default_text != NULL ? self->default_text : fallback, allowed,
                          self->since, self->doc);
  if (self->refused != NULL)
    g_string_append_printf (out, " Not supported yet: %s (%s).", self->refused, self->refusal);
  g_string_append (out, " |\n");
}

static int
compare_names (const void *a, const void *b)
{
  return strcmp ((*(const RushConfKey *const *)a)->name, (*(const RushConfKey *const *)b)->name);
}

char *
rush_conf_describe (void)
{
  const RushConfKey *sorted[G_N_ELEMENTS (keys)];
  GString *out =
      g_string_new ("| Key | Type (bare number) | Default | Allowed | Since | Meaning |\n"
                    "| --- | --- | --- | --- | --- | --- |\n");

  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    sorted[i] = &keys[i];
  qsort (sorted, G_N_ELEMENTS (keys), sizeof *sorted, compare_names);
  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    append_row (out, sorted[i]);
  return g_string_free (out, FALSE);
}
