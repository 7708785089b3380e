/* executor_pauses.c - see the header.  Windows are drawn as far as somebody asks, and kept: a task
 * that began long ago may ask for an earlier one than the last. */
#include "sim/executor_pauses.h"

typedef struct
{
  gint64 start_us, end_us;
} Window;

void
rush_executor_pauses_init (RushExecutorPauses *self, const RushSimCosts *costs, guint64 seed,
                           gint64 executor, gint64 start_us)
{
  *self = (RushExecutorPauses){ .random = rush_sim_random (seed, "pauses", executor, 0, 0),
                                .every = costs->pause_every,
                                .lasts = costs->pause_lasts };
  if (self->every == NULL || self->lasts == NULL)
    {
      self->every = NULL;
      return;
    }
  self->windows = g_array_new (FALSE, FALSE, sizeof (Window));
  Window nothing = { start_us, start_us };
  g_array_append_val (self->windows, nothing);
}

void
rush_executor_pauses_clear (RushExecutorPauses *self)
{
  g_clear_pointer (&self->windows, g_array_unref);
}

static const Window *
last_window (const RushExecutorPauses *self)
{
  return &g_array_index (self->windows, Window, self->windows->len - 1);
}

/* A microsecond at least, or a distribution around 0 would never get anywhere. */
static gint64
draw_us (RushExecutorPauses *self, const RushDistribution *seconds)
{
  return MAX (1, (gint64)(rush_distribution_draw (seconds, &self->random) * G_USEC_PER_SEC));
}

static void
draw_until (RushExecutorPauses *self, gint64 us)
{
  while (last_window (self)->end_us < us)
    {
      Window window = { .start_us = last_window (self)->end_us + draw_us (self, self->every) };

      window.end_us = window.start_us + draw_us (self, self->lasts);
      g_array_append_val (self->windows, window);
    }
}

/* The first window that ends after @us, by bisection. */
static guint
first_after (RushExecutorPauses *self, gint64 us)
{
  guint low = 0, high = self->windows->len;

  while (low < high)
    {
      guint middle = (low + high) / 2;

      if (g_array_index (self->windows, Window, middle).end_us > us)
        high = middle;
      else
        low = middle + 1;
    }
  return low;
}

gint64
rush_executor_pauses_end_of (RushExecutorPauses *self, gint64 now_us, gint64 work_us)
{
  gint64 end_us = now_us + work_us;

  if (self->every == NULL)
    return end_us;
  draw_until (self, now_us + 1);
  for (guint i = first_after (self, now_us);; i++)
    {
      draw_until (self, end_us + 1);
      if (i == self->windows->len)
        return end_us;
      const Window *window = &g_array_index (self->windows, Window, i);

      if (window->start_us >= end_us)
        return end_us;
      end_us += window->end_us - MAX (window->start_us, now_us);
    }
}
