/* row_order.c - the order of rows by one of their columns: null, then values; a NaN is larger than
 * every number, as in Spark's ordering of doubles; strings by their bytes, which is the order of
 * their characters. */
#include "rdd/row.h"

#include <string.h>

static gint
compare_doubles (double a, double b)
{
  gboolean a_nan = a != a, b_nan = b != b;

  return a_nan || b_nan ? a_nan - b_nan : (a > b) - (a < b);
}

static gint
compare_bytes (const RushRow *a, const RushRow *b, guint column)
{
  gsize a_length, b_length;
  const char *a_bytes = rush_row_string (a, column, &a_length);
  const char *b_bytes = rush_row_string (b, column, &b_length);
  gint difference = memcmp (a_bytes, b_bytes, MIN (a_length, b_length));

  return difference != 0 ? difference : (a_length > b_length) - (a_length < b_length);
}

gint
rush_row_ascending (const RushRow *a, const RushRow *b, gpointer data)
{
  guint column = GPOINTER_TO_UINT (data);
  gboolean a_null = rush_row_is_null (a, column), b_null = rush_row_is_null (b, column);
  gint64 x, y;

  if (a_null || b_null)
    return b_null - a_null;
  switch (a->batch->schema->fields[column].type->storage)
    {
    case RUSH_STORAGE_BIT:
    case RUSH_STORAGE_I8:
    case RUSH_STORAGE_I16:
    case RUSH_STORAGE_I32:
    case RUSH_STORAGE_I64:
      x = rush_row_int (a, column);
      y = rush_row_int (b, column);
      return (x > y) - (x < y);
    case RUSH_STORAGE_F32:
    case RUSH_STORAGE_F64:
      return compare_doubles (rush_row_double (a, column), rush_row_double (b, column));
    case RUSH_STORAGE_VIEW:
      return compare_bytes (a, b, column);
    case RUSH_STORAGE_I128:
    case RUSH_STORAGE_INTERVAL:
    case RUSH_STORAGE_LIST:
    case RUSH_STORAGE_STRUCT:
    case RUSH_STORAGE_VOID:
      break;
    }
  g_return_val_if_reached (0);
}

gint
rush_row_descending (const RushRow *a, const RushRow *b, gpointer data)
{
  return rush_row_ascending (b, a, data);
}
