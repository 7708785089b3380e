/* partition_coalescer.c - balls (the parent's partitions) into bins (groups), near to their places.
 *
 * Where no partition has a preferred place there is nothing to weigh: neighbours go together,
 *
 *     6 into 4      0 │ 1 2 │ 3 │ 4 5          group i is [i × 6 ÷ 4, (i + 1) × 6 ÷ 4)
 *
 * Otherwise there is a bin for each place first, while bins last; more are given to places drawn by
 * chance.  Each bin gets one ball, so that none is empty.  Every other ball looks at two bins by
 * chance and takes the emptier one ("the power of two choices"), unless a bin at its own place is
 * not fuller than that by more than the slack, a tenth of all balls: then it goes home.
 *
 *     place   n1        n1        n2           slack = 0.10 × 40 = 4
 *     bin    ▒▒▒▒▒▒    ▒▒▒▒▒     ▒▒▒▒          a ball of n1 goes into the second bin: 5 < 4 + 4
 *
 * The chance is Spark's own, seeded with 7919, so groups are Spark's groups.  A place is where the
 * partition is kept, or where most of a shuffle is that it reads, or its own; else that of the
 * first partition below it, through narrow steps.  On one machine all these are one place, and
 * neighbours part, as they do in Spark.
 */
#include "rdd/transform/partition_coalescer.h"

#include "rdd/random.h"
#include "rdd/source/parallelize.h"

#include <math.h>

#define BALANCE_SLACK 0.10
#define SEED 7919
#define MOST_REPLICAS 3 /* places of a partition that are looked at when bins are made */

typedef struct
{
  char *place; /* (unowned) */
  guint ball;
} Placed;

typedef struct
{
  RushRdd *parent;
  guint n_balls;
  char ***places;          /* [n_balls] each NULL-terminated or NULL */
  GArray *placed;          /* Placed: the first place of each ball, then the second … */
  gboolean *placed_in_bin; /* [n_balls] */
  GPtrArray *bins;         /* RushPartitionGroup */
  RushJavaRandom random;
} Coalescer;

/* ---- places ---- */

/* The places of a partition, or those of the first below it that has any. */
static char **
places_of (RushRdd *rdd, guint split)
{
  g_autoptr (GArray) parents = g_array_new (FALSE, FALSE, sizeof (guint));

  for (;;)
    {
      char **places = rush_lineage_places (rdd->lineage, rdd, split);

      if (places == NULL)
        places = rush_rdd_preferred_locations (rdd, split);
      if (places != NULL && places[0] != NULL)
        return places;
      g_strfreev (places);
      g_array_set_size (parents, 0);
      guint n;
      RushDependency *const *dependencies = rush_rdd_dependencies (rdd, &n);
      for (guint i = 0; i < n && parents->len == 0; i++)
        if (dependencies[i]->kind != RUSH_DEPENDENCY_SHUFFLE)
          {
            rush_dependency_parents (dependencies[i], split, parents);
            if (parents->len > 0)
              {
                rdd = dependencies[i]->rdd;
                break;
              }
          }
      if (parents->len == 0)
        return NULL;
      split = g_array_index (parents, guint, 0);
    }
}

static void
find_places (Coalescer *self)
{
  self->places = g_new0 (char **, self->n_balls);
  for (guint b = 0; b < self->n_balls; b++)
    self->places[b] = places_of (self->parent, b);
  for (guint replica = 0; replica < MOST_REPLICAS; replica++)
    for (guint b = 0; b < self->n_balls; b++)
      if (self->places[b] != NULL && g_strv_length (self->places[b]) > replica)
        {
          Placed placed = { self->places[b][replica], b };

          g_array_append_val (self->placed, placed);
        }
}

/* ---- bins ---- */

static void
group_free (gpointer data)
{
  RushPartitionGroup *self = data;

  g_array_unref (self->parents);
  g_free (self->place);
  g_free (self);
}

static RushPartitionGroup *
add_bin (Coalescer *self, const char *place)
{
  RushPartitionGroup *bin = g_new (RushPartitionGroup, 1);

  bin->place = g_strdup (place);
  bin->parents = g_array_new (FALSE, FALSE, sizeof (guint));
  g_ptr_array_add (self->bins, bin);
  return bin;
}

static RushPartitionGroup *
bin_at (const Coalescer *self, guint i)
{
  return g_ptr_array_index (self->bins, i);
}

/* A ball lies in one bin only. */
static void
put_into (Coalescer *self, guint ball, RushPartitionGroup *bin)
{
  if (self->placed_in_bin[ball])
    return;
  self->placed_in_bin[ball] = TRUE;
  g_array_append_val (bin->parents, ball);
}

/* The emptiest bin at a place, or NULL. */
static RushPartitionGroup *
emptiest_at (const Coalescer *self, const char *place)
{
  RushPartitionGroup *best = NULL;

  for (guint i = 0; i < self->bins->len; i++)
    {
      RushPartitionGroup *bin = bin_at (self, i);

      if (g_strcmp0 (bin->place, place) == 0 &&
          (best == NULL || bin->parents->len < best->parents->len))
        best = bin;
    }
  return best;
}

/* A bin for each place that the first few placed balls show, then as many as are missing. */
static void
set_up_bins (Coalescer *self, guint n)
{
  guint tries = 2 * (guint)(log (n) * n + n + 0.5); /* collects all coupons, most likely */

  tries = MIN (tries, self->placed->len);
  for (guint i = 0; i < tries && self->bins->len < n; i++)
    {
      const Placed *placed = &g_array_index (self->placed, Placed, i);

      if (emptiest_at (self, placed->place) == NULL)
        put_into (self, placed->ball, add_bin (self, placed->place));
    }
  while (self->bins->len < n)
    {
      guint drawn = rush_java_random_next (&self->random, self->placed->len);
      const Placed *placed = &g_array_index (self->placed, Placed, drawn);

      put_into (self, placed->ball, add_bin (self, placed->place));
    }
}

/* ---- balls ---- */

/* One for each bin that has none: placed ones while there are any, then others. */
static void
fill_empty_bins (Coalescer *self)
{
  guint next_placed = 0, next_other = 0;

  for (guint i = 0; i < self->bins->len; i++)
    {
      RushPartitionGroup *bin = bin_at (self, i);

      while (bin->parents->len == 0 && next_placed < self->placed->len)
        put_into (self, g_array_index (self->placed, Placed, next_placed++).ball, bin);
    }
  for (guint i = 0; i < self->bins->len; i++)
    {
      RushPartitionGroup *bin = bin_at (self, i);

      for (; bin->parents->len == 0 && next_other < self->n_balls; next_other++)
        if (self->places[next_other] == NULL)
          put_into (self, next_other, bin);
    }
}

static RushPartitionGroup *
pick_bin (Coalescer *self, guint ball)
{
  guint slack = (guint)(BALANCE_SLACK * self->n_balls);
  RushPartitionGroup *home = NULL, *one, *two, *emptier;

  for (guint r = 0; self->places[ball] != NULL && self->places[ball][r] != NULL; r++)
    {
      RushPartitionGroup *bin = emptiest_at (self, self->places[ball][r]);

      if (bin != NULL && (home == NULL || bin->parents->len < home->parents->len))
        home = bin;
    }
  one = bin_at (self, rush_java_random_next (&self->random, self->bins->len));
  two = bin_at (self, rush_java_random_next (&self->random, self->bins->len));
  emptier = one->parents->len < two->parents->len ? one : two;
  return home == NULL || emptier->parents->len + slack <= home->parents->len ? emptier : home;
}

static void
group_by_place (Coalescer *self, guint n)
{
  set_up_bins (self, n);
  fill_empty_bins (self);
  for (guint ball = 0; ball < self->n_balls; ball++)
    if (!self->placed_in_bin[ball])
      put_into (self, ball, pick_bin (self, ball));
}

static void
group_neighbours (Coalescer *self, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      RushPartitionGroup *bin = add_bin (self, NULL);
      guint end = (guint)rush_slice_start (self->n_balls, n, i + 1);

      for (guint ball = (guint)rush_slice_start (self->n_balls, n, i); ball < end; ball++)
        put_into (self, ball, bin);
    }
}

/* ---- all of it ---- */

static void
drop_empty_bins (Coalescer *self)
{
  for (guint i = self->bins->len; i-- > 0;)
    if (bin_at (self, i)->parents->len == 0)
      g_ptr_array_remove_index (self->bins, i);
}

GPtrArray *
rush_coalesce_partitions (RushRdd *parent, guint n, GError **error)
{
  Coalescer self = { .parent = parent };

  if (!rush_rdd_n_partitions (parent, &self.n_balls, error))
    return NULL;
  self.placed = g_array_new (FALSE, FALSE, sizeof (Placed));
  self.placed_in_bin = g_new0 (gboolean, self.n_balls);
  self.bins = g_ptr_array_new_with_free_func (group_free);
  rush_java_random_init (&self.random, SEED);
  find_places (&self);
  if (self.placed->len == 0)
    group_neighbours (&self, MIN (n, self.n_balls));
  else
    group_by_place (&self, MIN (n, self.n_balls));
  drop_empty_bins (&self);

  for (guint b = 0; b < self.n_balls; b++)
    g_strfreev (self.places[b]);
  g_free (self.places);
  g_free (self.placed_in_bin);
  g_array_unref (self.placed);
  return self.bins;
}
