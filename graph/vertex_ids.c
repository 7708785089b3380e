/* vertex_ids.c - ids to numbers, and ids in order.
 *
 * The table is an open one with linear probing: a slot is four bytes, the ids stand apart, by
 * number. It is at most half full.
 *
 *     slots   │ 0 │ 2 │ 0 │ 3 │ 1 │ 0 │ …        number + 1
 *     ids     │ 70 │ 31 │ 12 │                   what has number 0, 1, 2
 *
 * Sorting is by digits of eleven bits, lowest first, each a stable counting sort; a digit that is
 * the same in all ids is passed over, so ids up to four million take two rounds, not six.
 */
#include "graph/vertex_ids.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_SLOTS 1024

/* ---- numbering ---- */

/* The finalizer of MurmurHash3: ids are mostly 0, 1, 2 …, or multiples of something. */
static inline guint64
mix (guint64 id)
{
  id ^= id >> 33;
  id *= G_GUINT64_CONSTANT (0xff51afd7ed558ccd);
  id ^= id >> 33;
  return id;
}

static RushBuffer *
new_slots (RushAllocator *allocator, gsize n, GError **error)
{
  RushBuffer *slots = rush_buffer_new (allocator, n * sizeof (gint32), error);

  if (slots != NULL)
    memset (slots->bytes, 0, slots->size);
  return slots;
}

gboolean
rush_id_table_init (RushIdTable *self, RushAllocator *allocator, GError **error)
{
  *self = (RushIdTable){ .allocator = allocator, .mask = FIRST_SLOTS - 1 };
  self->slots = new_slots (allocator, FIRST_SLOTS, error);
  if (self->slots != NULL)
    self->ids = rush_buffer_new (allocator, FIRST_SLOTS / 2 * sizeof (gint64), error);
  if (self->ids != NULL)
    return TRUE;
  rush_id_table_clear (self);
  return FALSE;
}

void
rush_id_table_clear (RushIdTable *self)
{
  g_clear_pointer (&self->slots, rush_buffer_unref);
  g_clear_pointer (&self->ids, rush_buffer_unref);
}

static inline gint32 *
slot_of (const RushIdTable *self, gint64 id)
{
  gint32 *slots = (gint32 *)(gpointer)self->slots->bytes;
  const gint64 *ids = (const gint64 *)(gpointer)self->ids->bytes;
  guint at = (guint)mix ((guint64)id) & self->mask;

  while (slots[at] != 0 && ids[slots[at] - 1] != id)
    at = (at + 1) & self->mask;
  return &slots[at];
}

static gboolean
grow (RushIdTable *self, GError **error)
{
  gsize n_slots = ((gsize)self->mask + 1) * 4;
  RushBuffer *slots = new_slots (self->allocator, n_slots, error), *ids;

  if (slots == NULL)
    return FALSE;
  ids = rush_buffer_new (self->allocator, n_slots / 2 * sizeof (gint64), error);
  if (ids == NULL)
    {
      rush_buffer_unref (slots);
      return FALSE;
    }
  memcpy (ids->bytes, self->ids->bytes, self->n * sizeof (gint64));
  rush_id_table_clear (self);
  self->slots = slots;
  self->ids = ids;
  self->mask = (guint)(n_slots - 1);
  for (guint i = 0; i < self->n; i++)
    *slot_of (self, ((gint64 *)(gpointer)ids->bytes)[i]) = (gint32)i + 1;
  return TRUE;
}

gint32
rush_id_table_number (RushIdTable *self, gint64 id, GError **error)
{
  gint32 *slot = slot_of (self, id);

  if (*slot != 0)
    return *slot - 1;
  if (self->n == G_MAXINT32)
    {
      g_set_error_literal (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                           "more than 2147483647 vertices in one partition; use more partitions");
      return -1;
    }
  if (self->n == self->mask / 2 + 1)
    {
      if (!grow (self, error))
        return -1;
      slot = slot_of (self, id);
    }
  ((gint64 *)(gpointer)self->ids->bytes)[self->n] = id;
  *slot = (gint32)++self->n;
  return *slot - 1;
}

gint32
rush_id_table_find (const RushIdTable *self, gint64 id)
{
  return *slot_of (self, id) - 1;
}

/* ---- sorting ---- */

#define DIGIT_BITS 11
#define N_DIGITS 6
#define DIGIT_SIZE (1u << DIGIT_BITS)
#define SIGN G_GUINT64_CONSTANT (0x8000000000000000)

static inline guint
digit_of (gint64 id, guint digit)
{
  return (guint)(((guint64)id ^ SIGN) >> (digit * DIGIT_BITS)) & (DIGIT_SIZE - 1);
}

/* FALSE: all ids have the same digit, nothing was moved. */
static gboolean
sort_by_digit (const gint64 *from, gint64 *to, guint n, guint digit)
{
  guint32 starts[DIGIT_SIZE] = { 0 }, sum = 0;

  for (guint i = 0; i < n; i++)
    starts[digit_of (from[i], digit)]++;
  if (starts[digit_of (from[0], digit)] == n)
    return FALSE;
  for (guint d = 0; d < DIGIT_SIZE; d++)
    {
      guint32 count = starts[d];

      starts[d] = sum;
      sum += count;
    }
  for (guint i = 0; i < n; i++)
    to[starts[digit_of (from[i], digit)]++] = from[i];
  return TRUE;
}

static gint
compare_ids (gconstpointer a, gconstpointer b)
{
  gint64 x = *(const gint64 *)a, y = *(const gint64 *)b;

  return (x > y) - (x < y);
}

void
rush_ids_sort (gint64 *ids, gint64 *scratch, guint n)
{
  gint64 *from = ids, *to = scratch;

  if (n < DIGIT_SIZE) /* clearing the counters would cost more */
    {
      qsort (ids, n, sizeof *ids, compare_ids);
      return;
    }
  for (guint digit = 0; digit < N_DIGITS; digit++)
    if (sort_by_digit (from, to, n, digit))
      {
        gint64 *swap = from;

        from = to;
        to = swap;
      }
  if (from != ids)
    memcpy (ids, from, n * sizeof *ids);
}

guint
rush_ids_unique (gint64 *ids, guint n)
{
  guint kept = 0;

  for (guint i = 0; i < n; i++)
    if (kept == 0 || ids[i] != ids[kept - 1])
      ids[kept++] = ids[i];
  return kept;
}

gint32
rush_ids_find (const gint64 *ids, guint n, gint64 id)
{
  guint low = 0, high = n;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;

      if (ids[middle] < id)
        low = middle + 1;
      else
        high = middle;
    }
  return low < n && ids[low] == id ? (gint32)low : -1;
}
