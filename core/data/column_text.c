/* column_text.c - columns compared value by value, and shown as text: for tests and debuggers.
 *
 * Nothing here is quick: every value is looked up by itself, whatever the layout.
 */
#include "core/data/batch.h"

#include <string.h>

/* ---- equality ---- */

static gboolean row_equal (const RushColumn *a, guint i, const RushColumn *b, guint j);

static gboolean
bytes_equal (const RushColumn *a, guint i, const RushColumn *b, guint j)
{
  gsize a_length, b_length;
  const char *a_bytes = rush_column_get_bytes (a, i, &a_length);
  const char *b_bytes = rush_column_get_bytes (b, j, &b_length);

  return a_length == b_length && memcmp (a_bytes, b_bytes, a_length) == 0;
}

static gboolean
lists_equal (const RushColumn *a, guint i, const RushColumn *b, guint j)
{
  RushListView x = rush_column_get_list (a, i), y = rush_column_get_list (b, j);

  if (x.length != y.length)
    return FALSE;
  for (guint c = 0; c < a->type->n_fields; c++)
    for (gint32 k = 0; k < x.length; k++)
      if (!row_equal (rush_column_child (a, c), (guint)(x.offset + k), rush_column_child (b, c),
                      (guint)(y.offset + k)))
        return FALSE;
  return TRUE;
}

static gboolean
structs_equal (const RushColumn *a, guint i, const RushColumn *b, guint j)
{
  for (guint c = 0; c < a->type->n_fields; c++)
    if (!row_equal (rush_column_child (a, c), rush_column_struct_row (a, i),
                    rush_column_child (b, c), rush_column_struct_row (b, j)))
      return FALSE;
  return TRUE;
}

static gboolean
doubles_equal (double x, double y)
{
  return memcmp (&x, &y, sizeof x) == 0;
}

static gboolean
intervals_equal (RushCalendarInterval x, RushCalendarInterval y)
{
  return x.months == y.months && x.days == y.days && x.microseconds == y.microseconds;
}

static gboolean
row_equal (const RushColumn *a, guint i, const RushColumn *b, guint j)
{
  gboolean valid = rush_column_is_valid (a, i);

  if (valid != rush_column_is_valid (b, j) || !valid)
    return valid == rush_column_is_valid (b, j);
  switch (a->type->storage)
    {
    case RUSH_STORAGE_BIT:
    case RUSH_STORAGE_I8:
    case RUSH_STORAGE_I16:
    case RUSH_STORAGE_I32:
    case RUSH_STORAGE_I64:
      return rush_column_get_int (a, i) == rush_column_get_int (b, j);
    case RUSH_STORAGE_I128:
      return rush_column_get_int128 (a, i) == rush_column_get_int128 (b, j);
    case RUSH_STORAGE_F32:
    case RUSH_STORAGE_F64:
      return doubles_equal (rush_column_get_double (a, i), rush_column_get_double (b, j));
    case RUSH_STORAGE_VIEW:
      return bytes_equal (a, i, b, j);
    case RUSH_STORAGE_INTERVAL:
      return intervals_equal (rush_column_get_interval (a, i), rush_column_get_interval (b, j));
    case RUSH_STORAGE_LIST:
      return lists_equal (a, i, b, j);
    case RUSH_STORAGE_STRUCT:
      return structs_equal (a, i, b, j);
    case RUSH_STORAGE_VOID:
      break;
    }
  g_assert_not_reached (); /* a void is never valid */
}

gboolean
rush_column_equal (const RushColumn *a, const RushColumn *b)
{
  if (a->type != b->type || a->length != b->length)
    return FALSE;
  for (guint i = 0; i < a->length; i++)
    if (!row_equal (a, i, b, i))
      return FALSE;
  return TRUE;
}

gboolean
rush_batch_equal (const RushBatch *a, const RushBatch *b)
{
  if (a->length != b->length || a->schema->n_fields != b->schema->n_fields)
    return FALSE;
  for (guint c = 0; c < a->schema->n_fields; c++)
    {
      const RushColumn *x = a->columns[c], *y = b->columns[c];
      if (x->type != y->type)
        return FALSE;
      for (guint i = 0; i < a->length; i++)
        if (!row_equal (x, rush_batch_row (a, i), y, rush_batch_row (b, i)))
          return FALSE;
    }
  return TRUE;
}

/* ---- text ---- */

/* Strings in quotes, bytes that are no printing ASCII as \xNN. */
static void
append_quoted (GString *out, const char *bytes, gsize length)
{
  g_string_append_c (out, '"');
  for (gsize i = 0; i < length; i++)
    {
      if (bytes[i] == '"' || bytes[i] == '\\')
        g_string_append_c (out, '\\');
      if (g_ascii_isprint (bytes[i]))
        g_string_append_c (out, bytes[i]);
      else
        g_string_append_printf (out, "\\x%02x", (guint8)bytes[i]);
    }
  g_string_append_c (out, '"');
}

/* Decimals as the unscaled number and how far to shift it: 12345e-2. */
static void
append_int128 (GString *out, rush_int128 value, gint scale)
{
  char digits[48], *at = digits + sizeof digits;
  unsigned __int128 rest = value < 0 ? -(unsigned __int128)value : (unsigned __int128)value;

  *--at = '\0';
  do
    *--at = (char)('0' + (int)(rest % 10));
  while ((rest /= 10) > 0);
  g_string_append_printf (out, "%s%s", value < 0 ? "-" : "", at);
  if (scale > 0)
    g_string_append_printf (out, "e-%d", scale);
}

/* [1, 2] or {"a": 1} */
static void
append_list (GString *out, const RushColumn *self, guint row)
{
  RushListView list = rush_column_get_list (self, row);
  gboolean map = self->type->kind == RUSH_TYPE_MAP;

  g_string_append_c (out, map ? '{' : '[');
  for (gint32 k = 0; k < list.length; k++)
    {
      g_string_append (out, k > 0 ? ", " : "");
      rush_column_append_text (rush_column_child (self, 0), (guint)(list.offset + k), out);
      if (!map)
        continue;
      g_string_append (out, ": ");
      rush_column_append_text (rush_column_child (self, 1), (guint)(list.offset + k), out);
    }
  g_string_append_c (out, map ? '}' : ']');
}

static void
append_struct (GString *out, const RushColumn *self, guint row)
{
  g_string_append_c (out, '(');
  for (guint c = 0; c < self->type->n_fields; c++)
    {
      g_string_append (out, c > 0 ? ", " : "");
      rush_column_append_text (rush_column_child (self, c), rush_column_struct_row (self, row),
                               out);
    }
  g_string_append_c (out, ')');
}

static void
append_interval (GString *out, RushCalendarInterval value)
{
  g_string_append_printf (out, "%d months %d days %" G_GINT64_FORMAT " microseconds", value.months,
                          value.days, value.microseconds);
}

void
rush_column_append_text (const RushColumn *self, guint row, GString *out)
{
  gsize length;

  if (!rush_column_is_valid (self, row))
    {
      g_string_append (out, "null");
      return;
    }
  switch (self->type->storage)
    {
    case RUSH_STORAGE_BIT:
      g_string_append (out, rush_column_get_bool (self, row) ? "true" : "false");
      return;
    case RUSH_STORAGE_I8:
    case RUSH_STORAGE_I16:
    case RUSH_STORAGE_I32:
    case RUSH_STORAGE_I64:
    case RUSH_STORAGE_I128:
      append_int128 (out, rush_column_get_int128 (self, row), self->type->scale);
      return;
    case RUSH_STORAGE_F32:
    case RUSH_STORAGE_F64:
      g_string_append_printf (out, "%.17g", rush_column_get_double (self, row));
      return;
    case RUSH_STORAGE_VIEW:
      {
        const char *bytes = rush_column_get_bytes (self, row, &length);
        append_quoted (out, bytes, length);
        return;
      }
    case RUSH_STORAGE_INTERVAL:
      append_interval (out, rush_column_get_interval (self, row));
      return;
    case RUSH_STORAGE_LIST:
      append_list (out, self, row);
      return;
    case RUSH_STORAGE_STRUCT:
      append_struct (out, self, row);
      return;
    case RUSH_STORAGE_VOID:
      break;
    }
  g_assert_not_reached (); /* a void is never valid */
}

char *
rush_batch_to_string (const RushBatch *self)
{
  g_autofree char *schema = rush_schema_to_string (self->schema);
  GString *out = g_string_new (NULL);

  g_string_append_printf (out, "%s; %u rows\n", schema, self->length);
  for (guint i = 0; i < self->length; i++)
    {
      g_string_append_c (out, '(');
      for (guint c = 0; c < self->schema->n_fields; c++)
        {
          g_string_append (out, c > 0 ? ", " : "");
          rush_column_append_text (self->columns[c], rush_batch_row (self, i), out);
        }
      g_string_append (out, ")\n");
    }
  return g_string_free (out, FALSE);
}
