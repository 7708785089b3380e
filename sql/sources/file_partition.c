/* file_partition.c - files cut into pieces, pieces packed into tasks.
 *
 *     files    a: 300 MB           b: 60 MB    c: 1 MB    d: 1 MB
 *     pieces   a₀ 128  a₁ 128  b 60  a₂ 44  c 1  d 1            longest first
 *     tasks    [a₀] [a₁] [b, a₂] [c, d]                         next fit
 *
 * To open a file costs something, so each piece counts as openCostInBytes (4 MB) more than it has
 * when tasks are filled: a task of ten thousand files of one byte would be none the smaller.
 *
 *     largest piece = min (maxPartitionBytes, max (openCostInBytes, all bytes ÷ parallelism))
 *
 * so that small tables still keep all cores busy.  Next fit, unlike first fit, looks at one open
 * task only: neighbours stay together.
 */
#include "sql/sources/file_partition.h"

static gint64
open_cost (const RushEvalSettings *settings)
{
  return rush_settings_get_bytes (settings, "spark.sql.files.openCostInBytes");
}

gint64
rush_max_split_bytes (const GPtrArray *files, guint default_parallelism,
                      const RushEvalSettings *settings)
{
  gint64 most = rush_settings_get_bytes (settings, "spark.sql.files.maxPartitionBytes");
  gint64 cost = open_cost (settings), total = 0;
  gint64 n_cores = default_parallelism;
  const char *wished = rush_settings_get_string (settings, "spark.sql.files.minPartitionNum");
  const char *leaf = rush_settings_get_string (settings, "spark.sql.leafNodeDefaultParallelism");

  if (wished != NULL || leaf != NULL)
    n_cores = g_ascii_strtoll (wished != NULL ? wished : leaf, NULL, 10);
  for (guint i = 0; i < files->len; i++)
    total += ((const RushPartitionedFile *)g_ptr_array_index (files, i))->file_size + cost;
  return MIN (most, MAX (cost, total / MAX (n_cores, 1)));
}

static void
cut_file (GArray *pieces, const RushPartitionedFile *file, gboolean splittable, gint64 most)
{
  RushPartitionedFile piece = *file;

  if (!splittable)
    {
      g_array_append_val (pieces, piece);
      return;
    }
  for (piece.start = 0; piece.start < file->file_size; piece.start += most)
    {
      piece.length = MIN (most, file->file_size - piece.start);
      g_array_append_val (pieces, piece);
    }
}

typedef struct
{
  gint64 length;
  guint index;
} Order;

/* The longest first; equal ones stay in their order. */
static gint
compare_orders (gconstpointer a, gconstpointer b)
{
  const Order *x = a, *y = b;

  if (x->length != y->length)
    return x->length > y->length ? -1 : 1;
  return x->index < y->index ? -1 : 1;
}

static Order *
order_by_length (const GArray *pieces)
{
  Order *orders = g_new (Order, pieces->len + 1);

  for (guint i = 0; i < pieces->len; i++)
    orders[i] = (Order){ g_array_index (pieces, RushPartitionedFile, i).length, i };
  qsort (orders, pieces->len, sizeof *orders, compare_orders);
  return orders;
}

static void
partition_clear (gpointer data)
{
  g_free (((RushFilePartition *)data)->files);
}

static void
close_partition (GArray *partitions, GArray *open)
{
  RushFilePartition partition = { .n = open->len };

  if (open->len == 0)
    return;
  partition.files = g_memdup2 (open->data, open->len * sizeof (RushPartitionedFile));
  g_array_append_val (partitions, partition);
  g_array_set_size (open, 0);
}

GArray *
rush_file_partitions (const GPtrArray *files, const RushFileFormat *format,
                      const RushOptions *options, guint default_parallelism,
                      const RushEvalSettings *settings)
{
  gint64 most = rush_max_split_bytes (files, default_parallelism, settings);
  gint64 cost = open_cost (settings), filled = 0;
  g_autoptr (GArray) pieces = g_array_new (FALSE, FALSE, sizeof (RushPartitionedFile));
  g_autoptr (GArray) open = g_array_new (FALSE, FALSE, sizeof (RushPartitionedFile));
  GArray *partitions = g_array_new (FALSE, FALSE, sizeof (RushFilePartition));
  g_autofree Order *orders = NULL;

  g_array_set_clear_func (partitions, partition_clear);
  for (guint i = 0; i < files->len; i++)
    {
      const RushPartitionedFile *file = g_ptr_array_index (files, i);

      cut_file (pieces, file, format->is_splittable (format, file->path, options), most);
    }
  orders = order_by_length (pieces);
  for (guint i = 0; i < pieces->len; i++)
    {
      RushPartitionedFile piece = g_array_index (pieces, RushPartitionedFile, orders[i].index);

      if (filled + piece.length > most)
        {
          close_partition (partitions, open);
          filled = 0;
        }
      filled += piece.length + cost;
      g_array_append_val (open, piece);
    }
  close_partition (partitions, open);
  return partitions;
}
