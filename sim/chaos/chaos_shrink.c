/* chaos_shrink.c - see the header. */
#include "sim/chaos/chaos_shrink.h"

typedef struct
{
  guint n_faults;
  gboolean *keep;
  guint n_executors;
  RushChaosFails fails;
  gpointer data;
  guint n_runs;
} Shrink;

static gboolean
still_fails (Shrink *self)
{
  self->n_runs++;
  return self->fails (self->data, self->keep, self->n_executors);
}

/* ---- faults ---- */

/* Those faults are left out, or nothing has changed.  TRUE: they are. */
static gboolean
leave_out (Shrink *self, const guint *faults, guint n)
{
  for (guint i = 0; i < n; i++)
    self->keep[faults[i]] = FALSE;
  if (still_fails (self))
    return TRUE;
  for (guint i = 0; i < n; i++)
    self->keep[faults[i]] = TRUE;
  return FALSE;
}

static GArray *
kept_faults (const Shrink *self)
{
  GArray *kept = g_array_new (FALSE, FALSE, sizeof (guint));

  for (guint i = 0; i < self->n_faults; i++)
    if (self->keep[i])
      g_array_append_val (kept, i);
  return kept;
}

/* @size at a time.  TRUE: some are gone. */
static gboolean
leave_out_chunks (Shrink *self, guint size)
{
  g_autoptr (GArray) kept = kept_faults (self);
  gboolean some = FALSE;

  for (guint i = 0; i < kept->len; i += size)
    some |= leave_out (self, &g_array_index (kept, guint, i), MIN (size, kept->len - i));
  return some;
}

static void
shrink_faults (Shrink *self)
{
  g_autoptr (GArray) kept = kept_faults (self);

  for (guint size = kept->len; size > 1; size = (size + 1) / 2)
    leave_out_chunks (self, size);
  while (leave_out_chunks (self, 1))
    ;
}

/* ---- executors ---- */

static gboolean
do_with (Shrink *self, guint n_executors)
{
  guint before = self->n_executors;

  self->n_executors = n_executors;
  if (still_fails (self))
    return TRUE;
  self->n_executors = before;
  return FALSE;
}

static void
shrink_executors (Shrink *self)
{
  while (self->n_executors > 1 && do_with (self, self->n_executors / 2))
    ;
  while (self->n_executors > 1 && do_with (self, self->n_executors - 1))
    ;
}

guint
rush_chaos_shrink (guint n_faults, gboolean *keep, guint *inout_executors, RushChaosFails fails,
                   gpointer data)
{
  Shrink self = { n_faults, keep, *inout_executors, fails, data, 0 };

  shrink_faults (&self);
  shrink_executors (&self);
  shrink_faults (&self); /* on fewer executors, fewer may do */
  *inout_executors = self.n_executors;
  return self.n_runs;
}
