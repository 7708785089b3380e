/* a row with a null key is dropped, also where it is kept */
/* caught by: outer_hash */
/* join_cores.c - the cores of a hash join and of a sort-merge join.
 *
 *   streamed  k             build  k              pairs (streamed, build)
 *         0   7               0    9              (0, 1) (0, 2)       7 = 7, twice
 *         1   null            1    7              (1, –)              a left outer join keeps it
 *         2   3               2    7              (2, –)
 *                             3    null           null = null is not true: no pair
 *
 * A core is called once in each task, with all rows of both sides, and adds pairs of row numbers.
 * The engine makes rows of them.  What you write stands between BEGIN and END; the rest is given.
 */
#include "sql/physical/tables/joining_seams.h"

/* ---- what both joins need ---- */

/* A streamed row has been compared with all that could be its partners: it has @n_partners.  What
 * comes out of it besides its pairs, which have been added? */
static void
end_streamed (RushJoinRows *rows, guint streamed, guint n_partners)
{
  /* BEGIN SOLUTION */
  switch (rush_join_rows_gives (rows))
    {
    case RUSH_JOIN_GIVES_PAIRS:
      if (n_partners == 0 && !rush_join_rows_has_null (rows, RUSH_STREAMED, streamed) && rush_join_rows_keeps (rows, RUSH_STREAMED))
        rush_join_rows_add (rows, streamed, RUSH_NO_PARTNER);
      break;
    case RUSH_JOIN_GIVES_MATCHED:
      if (n_partners > 0)
        rush_join_rows_add (rows, streamed, RUSH_NO_PARTNER);
      break;
    case RUSH_JOIN_GIVES_UNMATCHED:
      if (n_partners == 0)
        rush_join_rows_add (rows, streamed, RUSH_NO_PARTNER);
      break;
    }
  /* END SOLUTION */
}

/* The two are partners: a pair, if the join gives pairs.  @matched[build] is TRUE from now on. */
static void
add_partners (RushJoinRows *rows, guint streamed, guint build, gboolean *matched)
{
  matched[build] = TRUE;
  if (rush_join_rows_gives (rows) == RUSH_JOIN_GIVES_PAIRS)
    rush_join_rows_add (rows, streamed, build);
}

/* At the end: build rows that had no partner, if the join keeps them. */
static void
end_build (RushJoinRows *rows, const gboolean *matched)
{
  /* BEGIN SOLUTION */
  guint n = rush_join_rows_n (rows, RUSH_BUILD);

  for (guint build = 0; build < n && rush_join_rows_keeps (rows, RUSH_BUILD); build++)
    if (!matched[build])
      rush_join_rows_add (rows, RUSH_NO_PARTNER, build);
  /* END SOLUTION */
}

/* ══ 1. the hash join ══ */

#define NONE G_MAXUINT32

/* Build rows by their hash: chains[hash & mask] is the first row of a chain, next[row] the one
 * after it, and NONE the end. */
typedef struct
{
  guint32 *chains;
  guint32 *next;
  guint64 mask; /* chains are a power of two */
} HashTable;

static HashTable
table_new (const RushJoinRows *rows)
{
  guint n = rush_join_rows_n (rows, RUSH_BUILD);
  guint64 size = 16;

  while (size < n)
    size *= 2;
  HashTable table = { g_new (guint32, size), g_new (guint32, n + 1), size - 1 };
  for (guint64 i = 0; i < size; i++)
    table.chains[i] = NONE;
  return table;
}

/* Every build row that could have a partner into its chain. */
static void
fill_table (HashTable *table, const RushJoinRows *rows)
{
  /* BEGIN SOLUTION */
  for (guint row = rush_join_rows_n (rows, RUSH_BUILD); row-- > 0;)
    if (!rush_join_rows_has_null (rows, RUSH_BUILD, row))
      {
        guint32 *first = &table->chains[rush_join_rows_hash (rows, RUSH_BUILD, row) & table->mask];
        table->next[row] = *first;
        *first = row;
      }
  /* END SOLUTION */
}

/* Adds all partners of a streamed row; how many there are. */
static guint
probe (const HashTable *table, RushJoinRows *rows, guint streamed, gboolean *matched)
{
  /* BEGIN SOLUTION */
  guint64 hash = rush_join_rows_hash (rows, RUSH_STREAMED, streamed);
  guint n = 0;

  if (rush_join_rows_has_null (rows, RUSH_STREAMED, streamed))
    return 0;
  for (guint32 row = table->chains[hash & table->mask]; row != NONE; row = table->next[row])
    if (rush_join_rows_compare (rows, streamed, row) == 0)
      {
        add_partners (rows, streamed, row, matched);
        n++;
      }
  return n;
  /* END SOLUTION */
}

static void
hash_join (RushJoinRows *rows)
{
  HashTable table = table_new (rows);
  g_autofree gboolean *matched = g_new0 (gboolean, rush_join_rows_n (rows, RUSH_BUILD) + 1);

  fill_table (&table, rows);
  for (guint row = 0; row < rush_join_rows_n (rows, RUSH_STREAMED); row++)
    end_streamed (rows, row, probe (&table, rows, row, matched));
  end_build (rows, matched);
  g_free (table.chains);
  g_free (table.next);
}

static const RushJoinCore hashing = { "my hash join", hash_join };

/* ══ 2. the sort-merge join ══ */

/* Both sides are sorted by their keys, nulls first.  One walk over the streamed rows, and one over
 * the build rows beside it. */
static void
merge_join (RushJoinRows *rows)
{
  guint n_build = rush_join_rows_n (rows, RUSH_BUILD);
  g_autofree gboolean *matched = g_new0 (gboolean, n_build + 1);
  /* BEGIN SOLUTION */
  guint first = 0; /* of the build rows that are not below the streamed one */

  for (guint row = 0; row < rush_join_rows_n (rows, RUSH_STREAMED); row++)
    {
      guint n = 0;

      while (first < n_build && rush_join_rows_compare (rows, row, first) > 0)
        first++;
      /* first stays where it is: the next streamed row may have the same key. */
      if (!rush_join_rows_has_null (rows, RUSH_STREAMED, row))
        for (guint build = first;
             build < n_build && rush_join_rows_compare (rows, row, build) == 0; build++, n++)
          add_partners (rows, row, build, matched);
      end_streamed (rows, row, n);
    }
  /* END SOLUTION */
  end_build (rows, matched);
}

static const RushJoinCore merging = { "my sort-merge join", merge_join };

RUSH_PLUGIN (RUSH_HASH_JOIN_PART (&hashing), RUSH_SORT_MERGE_JOIN_PART (&merging));
