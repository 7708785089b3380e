/* groups that have been handed out are still in the table */
/* caught by: begins_anew */
/* table.c - the hash table of a map-side aggregate: from keys to groups.
 *
 *   select k, sum (v) … group by k
 *
 *   slots (a power of two)            groups, kept by the engine
 *   ┌───┬───┬───┬───┬───┬───┬───┬───┐   0  "b"  sum 7
 *   │ 1 │   │ 2 │ 0 │   │   │   │   │   1  "a"  sum 3
 *   └───┴───┴───┴───┴───┴───┴───┴───┘   2  "c"  sum 9
 *     hash & 7 is where a key's search begins; a slot that is taken by another key sends it on
 *     to the next one
 *
 * The engine keeps keys and sums of the groups.  It asks for the group of each row; the table may
 * ask for a new group.  What you write stands between BEGIN and END; the rest is given.
 */
#include "sql/physical/tables/combining_seam.h"

#define EMPTY G_MAXUINT32
#define FIRST_SIZE 16

typedef struct
{
  guint32 *slots; /* [size] the number of a group, or EMPTY */
  gsize size;     /* a power of two, so that hash & (size − 1) is hash modulo size */
} Table;

static void
empty_slots (Table *self, gsize size)
{
  g_free (self->slots);
  self->slots = g_new (guint32, size);
  self->size = size;
  for (gsize i = 0; i < size; i++)
    self->slots[i] = EMPTY;
}

/* Twice as many slots, and every group in its place: where its hash says, or the next free slot. */
static G_GNUC_UNUSED void
grow (Table *self, RushCombineKeys *keys)
{
  /* BEGIN SOLUTION */
  empty_slots (self, self->size * 2);
  for (guint32 group = 0; group < rush_combine_keys_n_groups (keys); group++)
    {
      gsize at = rush_combine_keys_group_hash (keys, group) & (self->size - 1);
      while (self->slots[at] != EMPTY)
        at = (at + 1) & (self->size - 1);
      self->slots[at] = group;
    }
  /* END SOLUTION */
}

/* The group of the row's key: the one that has it, or a new one. */
static guint32
group_of (Table *self, RushCombineKeys *keys, guint row)
{
  /* BEGIN SOLUTION */
  guint64 hash = rush_combine_keys_hash (keys, row);
  gsize at = hash & (self->size - 1);

  for (; self->slots[at] != EMPTY; at = (at + 1) & (self->size - 1))
    if (rush_combine_keys_group_hash (keys, self->slots[at]) == hash &&
        rush_combine_keys_equal (keys, row, self->slots[at]))
      return self->slots[at];
  self->slots[at] = rush_combine_keys_add (keys, row);
  guint32 group = self->slots[at];
  if (rush_combine_keys_n_groups (keys) * 2 > self->size)
    grow (self, keys);
  return group;
  /* END SOLUTION */
}

/* ---- what the engine calls ---- */

static gpointer
create (void)
{
  Table *self = g_new0 (Table, 1);

  empty_slots (self, FIRST_SIZE);
  return self;
}

/* A batch of rows. */
static void
find (gpointer table, RushCombineKeys *keys, guint32 *out_groups)
{
  for (guint row = 0; row < rush_combine_keys_n (keys); row++)
    out_groups[row] = group_of (table, keys, row);
}

/* The groups have been handed out: there are none any more, and the next one is 0 again. */
static void
clear (gpointer table)
{
  /* BEGIN SOLUTION */
  (void)table;
  /* END SOLUTION */
}

static void
destroy (gpointer table)
{
  g_free (((Table *)table)->slots);
  g_free (table);
}

static const RushCombineTable combining = { "my table", create, find, clear, destroy };

RUSH_PLUGIN (RUSH_PARTIAL_AGGREGATE_PART (&combining));
