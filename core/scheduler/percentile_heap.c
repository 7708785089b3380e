/* percentile_heap.c - two heaps that lean against each other.
 *
 *     7 1 9 3 5       low, largest on top:  3 1      high, smallest on top:  5 9 7
 *                                           └── floor (n / 2) of them        └── the median
 *
 * A stage of a million tasks asks for the median of its durations ten times a second; sorting them
 * each time, or keeping them sorted in an array, would cost more than the tasks.  Here a number
 * costs O(log n), the median O(1).
 *
 * Invariants:  no number of `low` is larger than any of `high`; low holds floor (n / 2) numbers.
 */
#include "core/scheduler/percentile_heap_private.h"

/* The root is the smallest of `sign × number`. */
typedef struct
{
  GArray *numbers; /* gint64 (owned) */
  gint sign;
} Heap;

struct _RushPercentileHeap
{
  Heap low;
  Heap high;
};

static gint64 *
at (const Heap *heap, guint i)
{
  return &g_array_index (heap->numbers, gint64, i);
}

static gboolean
is_before (const Heap *heap, guint i, guint j)
{
  return heap->sign * *at (heap, i) < heap->sign * *at (heap, j);
}

static void
swap (const Heap *heap, guint i, guint j)
{
  gint64 number = *at (heap, i);

  *at (heap, i) = *at (heap, j);
  *at (heap, j) = number;
}

static void
push (Heap *heap, gint64 number)
{
  guint i = heap->numbers->len;

  g_array_append_val (heap->numbers, number);
  for (; i > 0 && is_before (heap, i, (i - 1) / 2); i = (i - 1) / 2)
    swap (heap, i, (i - 1) / 2);
}

static gint64
pop (Heap *heap)
{
  gint64 top = *at (heap, 0);
  guint n = heap->numbers->len - 1;

  *at (heap, 0) = *at (heap, n);
  g_array_set_size (heap->numbers, n);
  for (guint i = 0;;)
    {
      guint first = i;

      for (guint child = 2 * i + 1; child <= 2 * i + 2 && child < n; child++)
        if (is_before (heap, child, first))
          first = child;
      if (first == i)
        return top;
      swap (heap, i, first);
      i = first;
    }
}

void
rush_percentile_heap_insert (RushPercentileHeap *self, gint64 value)
{
  guint n = rush_percentile_heap_size (self) + 1;

  push (&self->high, value);
  push (&self->low, pop (&self->high));
  while (self->low.numbers->len > n / 2)
    push (&self->high, pop (&self->low));
}

guint
rush_percentile_heap_size (const RushPercentileHeap *self)
{
  return self->low.numbers->len + self->high.numbers->len;
}

gint64
rush_percentile_heap_median (const RushPercentileHeap *self)
{
  g_assert (self->high.numbers->len > 0);

  return *at (&self->high, 0);
}

void
rush_percentile_heap_free (RushPercentileHeap *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->low.numbers);
  g_array_unref (self->high.numbers);
  g_free (self);
}

RushPercentileHeap *
rush_percentile_heap_new (void)
{
  RushPercentileHeap *self = g_new0 (RushPercentileHeap, 1);

  self->low = (Heap){ g_array_new (FALSE, FALSE, sizeof (gint64)), -1 };
  self->high = (Heap){ g_array_new (FALSE, FALSE, sizeof (gint64)), 1 };
  return self;
}
