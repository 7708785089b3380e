/* sort_order.c - radix sort by prefixes of 8 bytes, key after key.
 *
 *     sort (items, key):
 *       rows where the key is null       go to their end, and are sorted by the next key
 *       the others                       get a prefix each: 8 bytes that order as the values do
 *                                        └─ radix sort by it, least byte first
 *       runs of equal prefixes           the prefix says all (numbers): sort (run, next key)
 *                                        it does not (strings): the same with the next 8 bytes
 *
 *   value      prefix
 *   int        v XOR sign bit                                       descending: all bits turned
 *   double     negative: all bits turned; else: sign bit set; −0.0 as 0.0, NaN above all
 *   string     its first 8 bytes, the first one highest
 *
 * A pass of the radix sort in which all items have the same byte is left out, so small numbers and
 * dates cost two or three passes.  Few items are simply compared.  Whether rows need any of this,
 * is_in_order () tells: tables are often stored in the order of a key.
 */
#include "sql/physical/tables/sort_order.h"

#include <math.h>
#include <string.h>

#define FEW_ITEMS 24
#define NOT_MANY_ITEMS 256 /* the radix sort's counters cost more */

/* ---- comparing ---- */

RushSortSpec *
rush_sort_spec_new (const RushExprList *orders)
{
  RushSortSpec *self = g_malloc0 (sizeof *self + orders->n * sizeof self->keys[0]);

  self->n = orders->n;
  for (guint k = 0; k < orders->n; k++)
    {
      const RushExpr *order = orders->items[k];

      g_assert (order->kind == RUSH_EXPR_SORT_ORDER);
      self->keys[k].type = order->children[0]->type;
      self->keys[k].descending = order->as.sort.descending;
      self->keys[k].nulls_last = order->as.sort.nulls_last;
    }
  return self;
}

gint
rush_sort_compare (const RushSortSpec *spec, guint first, RushColumn *const *a, guint row_a,
                   RushColumn *const *b, guint row_b)
{
  for (guint k = first; k < spec->n; k++)
    {
      gboolean valid_a = rush_column_is_valid (a[k], row_a);
      gboolean valid_b = rush_column_is_valid (b[k], row_b);
      gint result;

      if (!valid_a || !valid_b)
        result = spec->keys[k].nulls_last ? valid_b - valid_a : valid_a - valid_b;
      else
        {
          result = rush_compare_rows (a[k], row_a, b[k], row_b);
          result = spec->keys[k].descending ? -result : result;
        }
      if (result != 0)
        return result;
    }
  return 0;
}

/* ---- rows that need no sorting ---- */

/* Numbers without nulls: the first row that is below the one before it or, where more keys follow,
 * as high. */
static guint
count_rising (const RushColumn *column, gboolean more_keys, guint first, guint n)
{
  guint row = first;

#define RISING(T)                                                                                  \
  for (const T *values = (const T *)(gconstpointer)column->values->bytes + column->offset;         \
       row < n &&                                                                                  \
       (values[row - 1] < values[row] || (values[row - 1] == values[row] && !more_keys));          \
       row++)                                                                                      \
    ;
  if (column->type->storage == RUSH_STORAGE_I64)
    RISING (gint64)
  else if (column->type->storage == RUSH_STORAGE_I32)
    RISING (gint32)
#undef RISING
  return row;
}

/* Rows out of order are met early, as a rule: only rows in order are looked at to the end. */
gboolean
rush_sort_is_in_order (const RushSortSpec *spec, RushColumn *const *keys, guint n)
{
  gboolean can_rise = spec->n > 0 && keys[0]->layout == RUSH_LAYOUT_PLAIN &&
                      keys[0]->null_count == 0 && !spec->keys[0].descending;

  for (guint row = 1; row < n; row++)
    {
      if (can_rise)
        row = count_rising (keys[0], spec->n > 1, row, n);
      if (row < n && rush_sort_compare (spec, 0, keys, row - 1, keys, row) > 0)
        return FALSE;
    }
  return TRUE;
}

/* ---- the state of a sort ---- */

typedef struct
{
  const RushSortSpec *spec;
  RushColumn *const *const *keys;
  RushSortItem *items, *scratch; /* parallel: a range of one has its room in the other */
} Sort;

static inline const RushColumn *
column_of (const Sort *self, const RushSortItem *item, guint key)
{
  return self->keys[item->batch][key];
}

/* ---- few items ---- */

static void
insertion_sort (const Sort *self, gsize start, gsize n, guint key)
{
  RushSortItem *items = self->items + start;

  for (gsize i = 1; i < n; i++)
    {
      RushSortItem item = items[i];
      gsize at = i;

      while (at > 0 && rush_sort_compare (self->spec, key, self->keys[items[at - 1].batch],
                                          items[at - 1].row, self->keys[item.batch], item.row) > 0)
        {
          items[at] = items[at - 1];
          at--;
        }
      items[at] = item;
    }
}

static void
merge_sort (const Sort *self, gsize start, gsize n, guint key)
{
  RushSortItem *items = self->items + start, *scratch = self->scratch + start;
  gsize half = n / 2, a = 0, b = half;

  if (n <= FEW_ITEMS)
    {
      insertion_sort (self, start, n, key);
      return;
    }
  merge_sort (self, start, half, key);
  merge_sort (self, start + half, n - half, key);
  for (gsize i = 0; i < n; i++)
    {
      gboolean take_a =
          b == n ||
          (a < half && rush_sort_compare (self->spec, key, self->keys[items[a].batch], items[a].row,
                                          self->keys[items[b].batch], items[b].row) <= 0);
      scratch[i] = items[take_a ? a++ : b++];
    }
  memcpy (items, scratch, n * sizeof *items);
}

/* ---- prefixes ---- */

#define SIGN G_GUINT64_CONSTANT (0x8000000000000000)

static inline guint64
double_prefix (double value)
{
  guint64 bits;

  if (isnan (value))
    return G_MAXUINT64;
  if (value == 0)
    value = 0;
  memcpy (&bits, &value, sizeof bits);
  return bits & SIGN ? ~bits : bits | SIGN;
}

/* Bytes [depth, depth + 8) of a string. */
static guint64
bytes_prefix (const RushColumn *column, guint row, gsize depth)
{
  guint64 prefix = 0;
  gsize length;
  const char *bytes = rush_column_get_bytes (column, row, &length);

  if (length > depth)
    memcpy (&prefix, bytes + depth, MIN (length - depth, sizeof prefix));
  return GUINT64_FROM_BE (prefix);
}

/* Whether equal prefixes are equal values. */
static gboolean
prefix_is_all (const RushType *type)
{
  return type->storage <= RUSH_STORAGE_I64 || type->storage == RUSH_STORAGE_F32 ||
         type->storage == RUSH_STORAGE_F64;
}

static guint64
value_prefix (const RushColumn *column, guint row, gsize depth)
{
  switch (column->type->storage)
    {
    case RUSH_STORAGE_BIT:
    case RUSH_STORAGE_I8:
    case RUSH_STORAGE_I16:
    case RUSH_STORAGE_I32:
    case RUSH_STORAGE_I64:
      return (guint64)rush_column_get_int (column, row) ^ SIGN;
    case RUSH_STORAGE_F32:
    case RUSH_STORAGE_F64:
      return double_prefix (rush_column_get_double (column, row));
    case RUSH_STORAGE_I128:
      return (guint64)(rush_column_get_int128 (column, row) >> 64) ^ SIGN;
    case RUSH_STORAGE_VIEW:
      return bytes_prefix (column, row, depth);
    case RUSH_STORAGE_INTERVAL:
    case RUSH_STORAGE_LIST:
    case RUSH_STORAGE_STRUCT:
    case RUSH_STORAGE_VOID:
      return 0; /* compared */
    }
  g_assert_not_reached ();
}

/* The common case in a loop of its own: plain numbers of 4 and 8 bytes. */
static inline guint64
prefix_of (const RushColumn *column, guint row, gsize depth)
{
  if (column->layout == RUSH_LAYOUT_PLAIN && column->type->storage == RUSH_STORAGE_I64)
    return (guint64)((const gint64 *)column->values->bytes)[column->offset + row] ^ SIGN;
  if (column->layout == RUSH_LAYOUT_PLAIN && column->type->storage == RUSH_STORAGE_I32)
    return (guint64)((const gint32 *)column->values->bytes)[column->offset + row] ^ SIGN;
  return value_prefix (column, row, depth);
}

static void
fill_prefixes (const Sort *self, gsize start, gsize n, guint key, gsize depth)
{
  guint64 turn = self->spec->keys[key].descending ? G_MAXUINT64 : 0;

  for (gsize i = start; i < start + n; i++)
    self->items[i].prefix =
        prefix_of (column_of (self, &self->items[i], key), self->items[i].row, depth) ^ turn;
}

/* ---- radix sort ---- */

static void
radix_sort (const Sort *self, gsize start, gsize n)
{
  gsize (*counts)[256] = g_malloc0 (8 * sizeof *counts);
  RushSortItem *from = self->items + start, *to = self->scratch + start;

  for (gsize i = 0; i < n; i++)
    for (guint byte = 0; byte < 8; byte++)
      counts[byte][from[i].prefix >> (8 * byte) & 0xff]++;
  for (guint byte = 0; byte < 8; byte++)
    {
      gsize at = 0, *count = counts[byte];

      if (count[from[0].prefix >> (8 * byte) & 0xff] == n)
        continue; /* all alike */
      for (guint value = 0; value < 256; value++)
        {
          gsize of_value = count[value];
          count[value] = at;
          at += of_value;
        }
      for (gsize i = 0; i < n; i++)
        to[count[from[i].prefix >> (8 * byte) & 0xff]++] = from[i];
      RushSortItem *done = to;
      to = from;
      from = done;
    }
  if (from != self->items + start)
    memcpy (self->items + start, from, n * sizeof *from);
  g_free (counts);
}

/* ---- a key after the other ---- */

static void sort_by (const Sort *self, gsize start, gsize n, guint key, gsize depth);

/* Rows whose key is null go to their end, the others keep their order; returns how many there are
 * of these. */
static gsize
part_nulls (const Sort *self, gsize start, gsize n, guint key)
{
  RushSortItem *items = self->items + start, *nulls = self->scratch + start;
  gsize n_valid = 0, n_nulls = 0;

  for (gsize i = 0; i < n; i++)
    if (rush_column_is_valid (column_of (self, &items[i], key), items[i].row))
      items[n_valid++] = items[i];
    else
      nulls[n_nulls++] = items[i];
  if (self->spec->keys[key].nulls_last)
    memcpy (items + n_valid, nulls, n_nulls * sizeof *items);
  else
    {
      memmove (items + n_nulls, items, n_valid * sizeof *items);
      memcpy (items, nulls, n_nulls * sizeof *items);
    }
  return n_valid;
}

/* Whether a string of the run goes on behind the prefix. */
static gboolean
goes_on (const Sort *self, gsize start, gsize n, guint key, gsize depth)
{
  for (gsize i = start; i < start + n; i++)
    {
      gsize length;

      rush_column_get_bytes (column_of (self, &self->items[i], key), self->items[i].row, &length);
      if (length > depth + sizeof (guint64))
        return TRUE;
    }
  return FALSE;
}

/* A run of equal prefixes. */
static void
sort_run (const Sort *self, gsize start, gsize n, guint key, gsize depth)
{
  const RushType *type = self->spec->keys[key].type;

  if (n < 2)
    return;
  if (prefix_is_all (type))
    sort_by (self, start, n, key + 1, 0);
  else if (type->storage == RUSH_STORAGE_VIEW && goes_on (self, start, n, key, depth))
    sort_by (self, start, n, key, depth + sizeof (guint64));
  else
    merge_sort (self, start, n, key);
}

static void
sort_by (const Sort *self, gsize start, gsize n, guint key, gsize depth)
{
  gsize first, n_valid, end;

  if (n < 2 || key == self->spec->n)
    return;
  if (n <= NOT_MANY_ITEMS)
    {
      merge_sort (self, start, n, key);
      return;
    }
  n_valid = part_nulls (self, start, n, key);
  first = self->spec->keys[key].nulls_last ? start : start + n - n_valid;
  sort_by (self, self->spec->keys[key].nulls_last ? start + n_valid : start, n - n_valid, key + 1,
           0);
  if (n_valid < 2)
    return;
  fill_prefixes (self, first, n_valid, key, depth);
  radix_sort (self, first, n_valid);
  for (gsize run = first; run < first + n_valid; run = end)
    {
      for (end = run + 1;
           end < first + n_valid && self->items[end].prefix == self->items[run].prefix; end++)
        ;
      sort_run (self, run, end - run, key, depth);
    }
}

void
rush_sort_items (const RushSortSpec *spec, RushColumn *const *const *keys, RushSortItem *items,
                 RushSortItem *scratch, gsize n)
{
  Sort sort = { spec, keys, items, scratch };

  sort_by (&sort, 0, n, 0, 0);
}

/* ---- key columns ---- */

RushColumn **
rush_sort_keys_new (const RushExprList *bound, const RushBatch *batch, RushEvalContext *eval,
                    GError **error)
{
  RushColumn **keys = g_new0 (RushColumn *, bound->n + 1);

  for (guint k = 0; k < bound->n; k++)
    {
      keys[k] = rush_evaluate (bound->items[k]->children[0], batch, eval, error);
      if (keys[k] == NULL)
        {
          rush_sort_keys_free (keys, k);
          return NULL;
        }
    }
  return keys;
}

void
rush_sort_keys_free (RushColumn **keys, guint n)
{
  if (keys == NULL)
    return;
  for (guint k = 0; k < n; k++)
    rush_column_unref (keys[k]);
  g_free (keys);
}
