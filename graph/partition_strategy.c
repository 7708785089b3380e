/* partition_strategy.c - four ways to cut a graph through its vertices.
 *
 * Edges are what is spread out, as most graphs have more of them, and a few vertices have most of
 * them: to cut by vertices would give one machine all the edges of a hub.  A vertex whose edges are
 * in several partitions has a mirror in each; the fewer mirrors, the less is sent in a round.
 *
 *     2D, nine partitions:      target  0   1   2          an edge goes to (row of its source's
 *                      source 0        p0  p3  p6          hash, column of its target's), so a
 *                             1        p1  p4  p7          vertex is in one row and one column
 *                             2        p2  p5  p8          only
 */
#include "graph/partition_strategy.h"

#include <math.h>

/* A large prime, so that ids 0, n, 2n … do not meet in one partition. */
#define MIXING_PRIME G_GINT64_CONSTANT (1125899906842597)

static const char *const names[] = {
  [RUSH_RANDOM_VERTEX_CUT] = "RandomVertexCut",
  [RUSH_CANONICAL_RANDOM_VERTEX_CUT] = "CanonicalRandomVertexCut",
  [RUSH_EDGE_PARTITION_1D] = "EdgePartition1D",
  [RUSH_EDGE_PARTITION_2D] = "EdgePartition2D",
};

/* ---- as Java and Scala compute ---- */

/* |id × prime|, wrapping; Java's abs of the smallest number is negative, which is no partition. */
static guint64
mixed (gint64 id)
{
  gint64 product = (gint64)((guint64)id * (guint64)MIXING_PRIME);

  return product < 0 ? (guint64) - (guint64)product : (guint64)product;
}

static guint32
rotate (guint32 x, guint bits)
{
  return x << bits | x >> (32 - bits);
}

static guint32
murmur_mix (guint32 hash, guint32 data)
{
  data *= 0xcc9e2d51u;
  data = rotate (data, 15) * 0x1b873593u;
  hash ^= data;
  return rotate (hash, 13) * 5 + 0xe6546b64u;
}

static guint32
murmur_finalize (guint32 hash, guint32 length)
{
  hash ^= length;
  hash ^= hash >> 16;
  hash *= 0x85ebca6bu;
  hash ^= hash >> 13;
  hash *= 0xc2b2ae35u;
  return hash ^ hash >> 16;
}

/* Scala's ## of a Long: that of the Int of the same value, if there is one. */
static guint32
scala_hash (gint64 id)
{
  if (id == (gint32)id)
    return (guint32)id;
  return (guint32)((guint64)id ^ (guint64)id >> 32);
}

#define PRODUCT_SEED 0xcafebabeu
#define HASH_OF_TUPLE2 0x95fc5d8au /* "Tuple2".hashCode */

/* Scala's (a, b).hashCode. */
static gint32
pair_hash (gint64 a, gint64 b)
{
  guint32 hash = murmur_mix (PRODUCT_SEED, HASH_OF_TUPLE2);

  hash = murmur_mix (hash, scala_hash (a));
  hash = murmur_mix (hash, scala_hash (b));
  return (gint32)murmur_finalize (hash, 2);
}

static guint
pair_partition (gint64 a, gint64 b, guint n)
{
  gint64 hash = pair_hash (a, b);

  return (guint)((hash < 0 ? -hash : hash) % n);
}

/* ---- the square ---- */

/* n partitions that are no square fill the last column with fewer rows. */
static guint
square_partition (gint64 source, gint64 target, guint n)
{
  guint side = (guint)ceil (sqrt (n)), n_rows, last_rows, column;

  if (n == side * side)
    return (guint)((mixed (source) % side) * side + mixed (target) % side) % n;
  n_rows = (n + side - 1) / side;
  last_rows = n - n_rows * (side - 1);
  column = (guint)(mixed (source) % n) / n_rows;
  return column * n_rows + (guint)(mixed (target) % (column < side - 1 ? n_rows : last_rows));
}

/* ---- by name ---- */

guint
rush_partition_of_edge (RushPartitionStrategy self, gint64 source, gint64 target, guint n)
{
  switch (self)
    {
    case RUSH_RANDOM_VERTEX_CUT:
      return pair_partition (source, target, n);
    case RUSH_CANONICAL_RANDOM_VERTEX_CUT:
      return pair_partition (MIN (source, target), MAX (source, target), n);
    case RUSH_EDGE_PARTITION_1D:
      return (guint)(mixed (source) % n);
    case RUSH_EDGE_PARTITION_2D:
      return square_partition (source, target, n);
    }
  g_assert_not_reached ();
}

const char *
rush_partition_strategy_name (RushPartitionStrategy self)
{
  return names[self];
}

gboolean
rush_partition_strategy_parse (const char *name, RushPartitionStrategy *out, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_str_equal (names[i], name))
      {
        *out = (RushPartitionStrategy)i;
        return TRUE;
      }
  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
               "Invalid PartitionStrategy: %s; there are RandomVertexCut, "
               "CanonicalRandomVertexCut, EdgePartition1D and EdgePartition2D",
               name);
  return FALSE;
}
