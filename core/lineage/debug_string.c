/* debug_string.c - a lineage as Spark's RDD.toDebugString draws it.
 *
 *     (2) ShuffledRDD[4] at reduceByKey at app.py:9 []
 *      +-(2) MapPartitionsRDD[3] at map at app.py:8 []
 *         |  app.txt MapPartitionsRDD[1] at textFile at app.py:7 []
 *         |  app.txt HadoopRDD[0] at textFile at app.py:7 []
 *
 * One line an RDD, parents below their child.  What is narrow shares its child's column of bars;
 * a shuffle opens a new column with "+-(partitions)".  The prefix of a line is made from its
 * child's:
 *
 *     the first RDD        "(2) "        below it:  " |  "      (the bar under the digits)
 *     a shuffle parent     prefix without its last bar and blanks, then "+-(2) ";
 *                          below it:     the same, then "  " for the last parent or "| ", then
 *                          the bar under the digits
 *     a narrow parent      the prefix as it is
 *
 * The brackets at the end of each line hold the storage level of the RDD that is drawn, the last
 * one.  Below an RDD of which something is kept stands how much:
 *
 *     (4) PythonRDD[1] at cache at app.py:3 [Memory Serialized 1x Replicated]
 *      |       CachedPartitions: 4; MemorySize: 632.0 B; DiskSize: 0.0 B
 *
 * An RDD that is reached twice is drawn twice, as Spark does.
 */
#include "core/lineage/persistence.h"

#include "core/base/size_string.h"

#include <string.h>

typedef struct
{
  GString *out;
  char *level; /* (owned) what stands in the brackets */
} Drawing;

/* A line to be drawn; a stack of them replaces recursion, so the next to draw is pushed last. */
typedef struct
{
  RushRdd *rdd;
  char *prefix; /* of its child (owned) */
  gboolean is_shuffle;
  gboolean is_last;
} PendingLine;

static void
pending_line_clear (gpointer data)
{
  g_free (((PendingLine *)data)->prefix);
}

static void
append_blanks (GString *out, gsize n)
{
  for (gsize i = 0; i < n; i++)
    g_string_append_c (out, ' ');
}

/* "(12)" → " |   ": a bar under the middle, and a column as wide as the label and a blank. */
static void
append_bar (GString *out, gsize label_width)
{
  gsize left = (label_width - 1) / 2;

  append_blanks (out, left);
  g_string_append_c (out, '|');
  append_blanks (out, label_width - left);
}

/* The length of @prefix without its last bar, if only blanks follow it. */
static gsize
length_before_last_bar (const char *prefix)
{
  gsize end = strlen (prefix);
  gsize length = end;

  while (end > 0 && prefix[end - 1] == ' ')
    end--;
  if (end > 0 && end < length && prefix[end - 1] == '|')
    return end - 1;
  return length;
}

static void
draw_status (Drawing *self, RushRdd *rdd, const char *prefix)
{
  RushStorageStatus status = rush_lineage_storage_status (rdd->lineage, rdd->id);
  g_autofree char *memory = rush_format_bytes (status.memory_bytes);
  g_autofree char *disk = rush_format_bytes (status.disk_bytes);

  if (status.n_cached_partitions > 0) /* of empty ones, too: in Spark they have some bytes */
    g_string_append_printf (self->out, "\n%s    CachedPartitions: %u; MemorySize: %s; DiskSize: %s",
                            prefix, status.n_cached_partitions, memory, disk);
}

/* Draws one RDD and returns the prefix for what is below it. */
static char *
draw_rdd (Drawing *self, const PendingLine *line, GError **error)
{
  GString *out = self->out;
  g_autofree char *text = rush_rdd_to_string (line->rdd);
  g_autofree char *label = NULL;
  GString *next;
  guint n;

  if (!line->is_shuffle)
    {
      g_string_append_printf (out, "%s%s [%s]", line->prefix, text, self->level);
      draw_status (self, line->rdd, line->prefix);
      return g_strdup (line->prefix);
    }
  if (!rush_rdd_n_partitions (line->rdd, &n, error))
    return NULL;
  label = g_strdup_printf ("(%u)", n);
  next = g_string_new_len (line->prefix, (gssize)length_before_last_bar (line->prefix));
  g_string_append_printf (out, "%s+-%s %s [%s]", next->str, label, text, self->level);
  g_string_append (next, line->is_last ? "  " : "| ");
  append_bar (next, strlen (label));
  draw_status (self, line->rdd, next->str);
  return g_string_free (next, FALSE);
}

static char *
draw_first_rdd (Drawing *self, RushRdd *rdd, GError **error)
{
  g_autofree char *text = rush_rdd_to_string (rdd);
  g_autofree char *label = NULL;
  GString *next;
  guint n;

  if (!rush_rdd_n_partitions (rdd, &n, error))
    return NULL;
  label = g_strdup_printf ("(%u)", n);
  g_string_append_printf (self->out, "%s %s [%s]", label, text, self->level);
  next = g_string_new (NULL);
  append_bar (next, strlen (label));
  g_autofree char *status_prefix = g_strconcat (next->str, " ", NULL);
  draw_status (self, rdd, status_prefix);
  return g_string_free (next, FALSE);
}

static void
push_parents (GArray *stack, RushRdd *rdd, const char *prefix)
{
  guint n;
  RushDependency *const *dependencies = rush_rdd_dependencies (rdd, &n);

  for (guint i = n; i > 0; i--)
    {
      const RushDependency *dep = dependencies[i - 1];
      PendingLine line = { dep->rdd, g_strdup (prefix), dep->kind == RUSH_DEPENDENCY_SHUFFLE,
                           i == n };

      g_array_append_val (stack, line);
    }
}

static gboolean
draw (Drawing *self, RushRdd *rdd, GError **error)
{
  g_autoptr (GArray) stack = g_array_new (FALSE, FALSE, sizeof (PendingLine));
  g_autofree char *first_prefix = draw_first_rdd (self, rdd, error);

  g_array_set_clear_func (stack, pending_line_clear);
  if (first_prefix == NULL)
    return FALSE;
  push_parents (stack, rdd, first_prefix);
  while (stack->len > 0)
    {
      PendingLine line = g_array_index (stack, PendingLine, stack->len - 1);
      g_autofree char *own_prefix = line.prefix;
      g_autofree char *below = NULL;

      g_array_index (stack, PendingLine, stack->len - 1).prefix = NULL;
      g_array_set_size (stack, stack->len - 1);
      g_string_append_c (self->out, '\n');
      below = draw_rdd (self, &line, error);
      if (below == NULL)
        return FALSE;
      push_parents (stack, line.rdd, below);
    }
  return TRUE;
}

char *
rush_rdd_to_debug_string (RushRdd *self, GError **error)
{
  RushStorageLevel level = rush_rdd_storage_level (self);
  Drawing drawing = { .out = g_string_new (NULL) };
  gboolean drawn;

  drawing.level = rush_storage_level_equal (&level, &RUSH_STORAGE_NONE)
                      ? g_strdup ("")
                      : rush_storage_level_describe (&level);
  rush_lineage_begin_reading (self->lineage);
  drawn = draw (&drawing, self, error);
  rush_lineage_end_reading (self->lineage);
  g_free (drawing.level);
  return g_string_free (drawing.out, !drawn);
}
