/* json_fields.c - walking an object along its table.
 *
 * Every member is looked up in the table, and read as its type says into the place that the table
 * says.  Defaults are JSON as well and take the same way, so that a default of "200m" cannot mean
 * another number than a "200m" in a file.
 */
#include "sim/json_fields.h"

#include <string.h>

/* ---- errors ---- */

gboolean
rush_json_fields_fail (const RushJson *value, GError **error, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  g_autofree char *text = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT, "line %u: %s",
               rush_json_line (value), text);
  return FALSE;
}

/* Levenshtein's: how many letters must be put in, taken out or changed.  One row of the table at a
 * time; names are short. */
static guint
edit_distance (const char *a, const char *b)
{
  gsize n = strlen (b);
  g_autofree guint *row = g_new (guint, n + 1);

  for (guint j = 0; j <= n; j++)
    row[j] = j;
  for (guint i = 1; a[i - 1] != '\0'; i++)
    {
      guint diagonal = row[0]; /* of the row before */

      row[0] = i;
      for (guint j = 1; j <= n; j++)
        {
          guint change = diagonal + (g_ascii_tolower (a[i - 1]) != g_ascii_tolower (b[j - 1]));

          diagonal = row[j];
          row[j] = MIN (change, MIN (row[j], row[j - 1]) + 1);
        }
    }
  return row[n];
}

const char *
rush_nearest_name (const char *name, const char *const *names, guint n)
{
  const char *nearest = NULL;
  gsize length = strlen (name);
  guint least = (guint)MIN (length, 64) / 3 + 2; /* as many changes are a guess, not a slip */

  for (guint i = 0; i < n && length <= 64; i++)
    {
      guint distance = edit_distance (name, names[i]);

      if (distance < least && distance < strlen (names[i]))
        {
          least = distance;
          nearest = names[i];
        }
    }
  return nearest;
}

/* "path.name", or "name" of the root */
static char *
path_of (const char *where, const char *name)
{
  return where[0] == '\0' ? g_strdup (name) : g_strdup_printf ("%s.%s", where, name);
}

static gboolean
fail_unknown (const RushJsonFieldTable *table, const RushJson *value, const char *path,
              const char *name, GError **error)
{
  g_autofree const char **names = g_new (const char *, table->n_fields + 1);
  const char *nearest;

  for (guint i = 0; i <= table->n_fields; i++)
    names[i] = i < table->n_fields ? table->fields[i].name : NULL;
  nearest = rush_nearest_name (name, names, table->n_fields);
  if (nearest != NULL)
    return rush_json_fields_fail (value, error, "\"%s\" is not known; do you mean \"%s\"?", path,
                                  nearest);
  g_autofree char *all = g_strjoinv (", ", (char **)names);
  return rush_json_fields_fail (value, error, "\"%s\" is not known; there are %s", path, all);
}

/* ---- one value ---- */

static gboolean
read_text (const RushJson *value, const char *where, char **out, GError **error)
{
  const char *text = rush_json_as_string (value, NULL);

  if (text == NULL || text[0] == '\0')
    return rush_json_fields_fail (value, error, "\"%s\" must be a text", where);
  *out = g_strdup (text);
  return TRUE;
}

static gboolean
read_texts (const RushJson *value, const char *where, GPtrArray **out, GError **error)
{
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);

  if (rush_json_kind (value) != RUSH_JSON_ARRAY)
    return rush_json_fields_fail (value, error, "\"%s\" must be a list of texts", where);
  for (guint i = 0; i < rush_json_length (value); i++)
    {
      char *text = NULL;

      if (!read_text (rush_json_item (value, i), where, &text, error))
        return FALSE;
      g_ptr_array_add (texts, text);
    }
  *out = g_steal_pointer (&texts);
  return TRUE;
}

static gboolean
read_flag (const RushJson *value, const char *where, gboolean *out, GError **error)
{
  if (rush_json_kind (value) != RUSH_JSON_BOOL)
    return rush_json_fields_fail (value, error, "\"%s\" must be true or false", where);
  *out = rush_json_as_bool (value, FALSE);
  return TRUE;
}

static gboolean
read_word (const RushJsonField *field, const RushJson *value, const char *where, int *out,
           GError **error)
{
  const char *word = rush_json_as_string (value, NULL);

  for (int i = 0; word != NULL && field->words[i] != NULL; i++)
    if (g_str_equal (field->words[i], word))
      {
        *out = i;
        return TRUE;
      }
  g_autofree char *all = g_strjoinv ("\", \"", (char **)field->words);
  return rush_json_fields_fail (value, error, "\"%s\" must be one of \"%s\"", where, all);
}

static gboolean
check_bounds (const RushJsonField *field, const RushJson *value, const char *where, double number,
              GError **error)
{
  if (number < field->least)
    return rush_json_fields_fail (value, error, "\"%s\" must be at least %.12g, not %.12g", where,
                                  field->least, number);
  if (field->most > 0 && number > field->most)
    return rush_json_fields_fail (value, error, "\"%s\" must be at most %.12g, not %.12g", where,
                                  field->most, number);
  return TRUE;
}

static gboolean
read_count (const RushJsonField *field, const RushJson *value, const char *where, gint64 *out,
            GError **error)
{
  if (rush_json_kind (value) != RUSH_JSON_INT)
    return rush_json_fields_fail (value, error, "\"%s\" must be a whole number", where);
  *out = rush_json_as_int (value, 0);
  return check_bounds (field, value, where, (double)*out, error);
}

static gboolean
read_number (const RushJsonField *field, RushUnit unit, const RushJson *value, const char *where,
             double *out, GError **error)
{
  return rush_unit_parse (value, unit, where, out, error) &&
         check_bounds (field, value, where, *out, error);
}

static gboolean
read_size (const RushJsonField *field, const RushJson *value, const char *where, gint64 *out,
           GError **error)
{
  double bytes;

  if (!read_number (field, RUSH_UNIT_BYTES, value, where, &bytes, error))
    return FALSE;
  if (bytes > 0x1p60)
    return rush_json_fields_fail (value, error, "\"%s\" must be less than an exbibyte", where);
  *out = (gint64)bytes;
  return TRUE;
}

static gboolean
read_distribution (RushUnit unit, const RushJson *value, const char *where, RushDistribution **out,
                   GError **error)
{
  return (*out = rush_distribution_parse (value, unit, where, error)) != NULL;
}

static void
free_item (gpointer item, gpointer table)
{
  rush_json_fields_clear (table, item);
  g_free (item);
}

static void
free_items (const RushJsonFieldTable *table, GPtrArray *items)
{
  if (items == NULL)
    return;
  g_ptr_array_foreach (items, free_item, (gpointer)table);
  g_ptr_array_unref (items);
}

static gboolean
read_list (const RushJsonField *field, const RushJson *list, const char *where, GPtrArray **out,
           GError **error)
{
  if (rush_json_kind (list) != RUSH_JSON_ARRAY)
    return rush_json_fields_fail (list, error, "\"%s\" must be a list", where);
  *out = g_ptr_array_new ();
  for (guint i = 0; i < rush_json_length (list); i++)
    {
      g_autofree gpointer item = g_malloc0 (field->inside->size);
      g_autofree char *item_where = g_strdup_printf ("%s[%u]", where, i);

      if (!rush_json_fields_read (field->inside, rush_json_item (list, i), item_where, item, error))
        return FALSE;
      g_ptr_array_add (*out, g_steal_pointer (&item));
    }
  return TRUE;
}

static gboolean
read_value (const RushJsonField *field, const RushJson *value, const char *where, gpointer at,
            GError **error)
{
  switch (field->type)
    {
    case RUSH_FIELD_TEXT:
      return read_text (value, where, at, error);
    case RUSH_FIELD_TEXTS:
      return read_texts (value, where, at, error);
    case RUSH_FIELD_FLAG:
      return read_flag (value, where, at, error);
    case RUSH_FIELD_WORD:
      return read_word (field, value, where, at, error);
    case RUSH_FIELD_COUNT:
      return read_count (field, value, where, at, error);
    case RUSH_FIELD_NUMBER:
      return read_number (field, RUSH_UNIT_PLAIN, value, where, at, error);
    case RUSH_FIELD_TIME:
      return read_number (field, RUSH_UNIT_SECONDS, value, where, at, error);
    case RUSH_FIELD_SIZE:
      return read_size (field, value, where, at, error);
    case RUSH_FIELD_RATE:
      return read_number (field, RUSH_UNIT_BYTES_PER_S, value, where, at, error);
    case RUSH_FIELD_TIMES:
      return read_distribution (RUSH_UNIT_SECONDS, value, where, at, error);
    case RUSH_FIELD_SIZES:
      return read_distribution (RUSH_UNIT_BYTES, value, where, at, error);
    case RUSH_FIELD_NUMBERS:
      return read_distribution (RUSH_UNIT_PLAIN, value, where, at, error);
    case RUSH_FIELD_OBJECT:
      return rush_json_fields_read (field->inside, value, where, at, error);
    case RUSH_FIELD_LIST:
      return read_list (field, value, where, at, error);
    case RUSH_FIELD_OWN:
      return field->own->read (value, where, at, error);
    }
  g_return_val_if_reached (FALSE);
}

gboolean
rush_json_field_read (const RushJsonField *field, const RushJson *value, const char *where,
                      gpointer out, GError **error)
{
  return read_value (field, value, where, (char *)out + field->offset, error);
}

/* ---- defaults, and what they leave ---- */

static void
set_nothing (const RushJsonField *field, gpointer at)
{
  switch (field->type)
    {
    case RUSH_FIELD_COUNT:
    case RUSH_FIELD_SIZE:
      *(gint64 *)at = -1;
      break;
    case RUSH_FIELD_NUMBER:
    case RUSH_FIELD_TIME:
    case RUSH_FIELD_RATE:
      *(double *)at = -1;
      break;
    case RUSH_FIELD_OBJECT:
      rush_json_fields_set_defaults (field->inside, at);
      break;
    case RUSH_FIELD_TEXT:
    case RUSH_FIELD_TEXTS:
    case RUSH_FIELD_FLAG:
    case RUSH_FIELD_WORD:
    case RUSH_FIELD_TIMES:
    case RUSH_FIELD_SIZES:
    case RUSH_FIELD_NUMBERS:
    case RUSH_FIELD_LIST:
      break; /* all zero */
    case RUSH_FIELD_OWN:
      field->own->clear (at);
      break;
    }
}

static void
set_default (const RushJsonField *field, gpointer at)
{
  g_autoptr (RushJson) value = NULL;
  g_autoptr (GError) error = NULL;

  set_nothing (field, at);
  if (field->standard == NULL)
    return;
  value = rush_json_parse (field->standard, -1, &error);
  if (value == NULL || !read_value (field, value, field->name, at, &error))
    g_error ("the default of %s: %s", field->name, error->message); /* a slip in the table */
}

void
rush_json_fields_set_defaults (const RushJsonFieldTable *table, gpointer out)
{
  memset (out, 0, table->size);
  for (guint i = 0; i < table->n_fields; i++)
    set_default (&table->fields[i], (char *)out + table->fields[i].offset);
}

static void
clear_value (const RushJsonField *field, gpointer at)
{
  switch (field->type)
    {
    case RUSH_FIELD_TEXT:
      g_clear_pointer ((char **)at, g_free);
      break;
    case RUSH_FIELD_TEXTS:
      g_clear_pointer ((GPtrArray **)at, g_ptr_array_unref);
      break;
    case RUSH_FIELD_TIMES:
    case RUSH_FIELD_SIZES:
    case RUSH_FIELD_NUMBERS:
      g_clear_pointer ((RushDistribution **)at, rush_distribution_unref);
      break;
    case RUSH_FIELD_OBJECT:
      rush_json_fields_clear (field->inside, at);
      break;
    case RUSH_FIELD_LIST:
      free_items (field->inside, *(GPtrArray **)at);
      *(GPtrArray **)at = NULL;
      break;
    case RUSH_FIELD_OWN:
      field->own->clear (at);
      break;
    case RUSH_FIELD_FLAG:
    case RUSH_FIELD_WORD:
    case RUSH_FIELD_COUNT:
    case RUSH_FIELD_NUMBER:
    case RUSH_FIELD_TIME:
    case RUSH_FIELD_SIZE:
    case RUSH_FIELD_RATE:
      break;
    }
}

void
rush_json_field_clear (const RushJsonField *field, gpointer out)
{
  clear_value (field, (char *)out + field->offset);
}

void
rush_json_fields_clear (const RushJsonFieldTable *table, gpointer out)
{
  for (guint i = 0; i < table->n_fields; i++)
    rush_json_field_clear (&table->fields[i], out);
}

/* ---- objects ---- */

static const RushJsonField *
find_field (const RushJsonFieldTable *table, const char *name)
{
  for (guint i = 0; i < table->n_fields; i++)
    if (g_str_equal (table->fields[i].name, name))
      return &table->fields[i];
  return NULL;
}

static gboolean
is_there_before (const RushJson *object, guint i)
{
  for (guint j = 0; j < i; j++)
    if (g_str_equal (rush_json_name (object, j), rush_json_name (object, i)))
      return TRUE;
  return FALSE;
}

static gboolean
read_member (const RushJsonFieldTable *table, const RushJson *object, guint i, const char *where,
             gpointer out, GError **error)
{
  const RushJson *value = rush_json_item (object, i);
  const RushJsonField *field = find_field (table, rush_json_name (object, i));
  g_autofree char *path = path_of (where, rush_json_name (object, i));

  if (field == NULL)
    return fail_unknown (table, value, path, rush_json_name (object, i), error);
  if (is_there_before (object, i))
    return rush_json_fields_fail (value, error, "\"%s\" is there twice", path);
  rush_json_field_clear (field, out); /* the default makes room */
  return rush_json_field_read (field, value, path, out, error);
}

static gboolean
read_members (const RushJsonFieldTable *table, const RushJson *object, const char *where,
              gpointer out, GError **error)
{
  for (guint i = 0; i < rush_json_length (object); i++)
    if (!read_member (table, object, i, where, out, error))
      return FALSE;
  for (guint i = 0; i < table->n_fields; i++)
    if (table->fields[i].needed && rush_json_get (object, table->fields[i].name) == NULL)
      {
        g_autofree char *path = path_of (where, table->fields[i].name);
        return rush_json_fields_fail (object, error, "\"%s\" is missing: %s", path,
                                      table->fields[i].doc);
      }
  return TRUE;
}

gboolean
rush_json_fields_read (const RushJsonFieldTable *table, const RushJson *object, const char *where,
                       gpointer out, GError **error)
{
  if (rush_json_kind (object) != RUSH_JSON_OBJECT)
    {
      memset (out, 0, table->size);
      return rush_json_fields_fail (object, error, "\"%s\" must be an object",
                                    where[0] != '\0' ? where : "{ … }");
    }
  rush_json_fields_set_defaults (table, out);
  if (read_members (table, object, where, out, error))
    return TRUE;
  rush_json_fields_clear (table, out);
  return FALSE;
}
