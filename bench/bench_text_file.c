/* bench_text_file.c - what it costs to find the lines of a file, beside what it costs to read it.
 *
 *     meson setup build-bench -Dbench=true --buildtype=release && ninja -C build-bench
 *     build-bench/bench/bench_text_file FILE …
 *
 * All splits of each file are read one after the other on one thread, as batches that are dropped
 * at once; the best of five runs counts, and the file is in the page cache after the first.  The
 * ratios are to read () into one buffer, and to getline ().
 */
#include "rdd/source/text_file.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define N_RUNS 5
#define BUFFER_BYTES (1024 * 1024)

typedef struct
{
  gint64 bytes;
  gint64 lines;
} Seen;

static Seen
read_with_engine (const char *path)
{
  g_autoptr (RushLineage) lineage = rush_lineage_new ();
  g_autoptr (RushRdd) rdd = rush_rdd_text_file (lineage, path, 2);
  Seen seen = { 0 };
  guint n;

  if (!rush_rdd_n_partitions (rdd, &n, NULL))
    g_error ("cannot read %s", path);
  for (guint split = 0; split < n; split++)
    {
      g_autoptr (RushTaskContext) ctx = rush_task_context_new ();
      g_autoptr (RushIterator) rows = rush_rdd_iterator (rdd, split, ctx, NULL);
      RushBatch *batch;

      while ((batch = rush_iterator_next (rows, NULL)) != NULL)
        rush_batch_unref (batch);
      seen.lines += ctx->metrics.input_records;
      seen.bytes += ctx->metrics.input_bytes;
    }
  return seen;
}

static Seen
read_plainly (const char *path)
{
  static char buffer[BUFFER_BYTES];
  Seen seen = { 0 };
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  ssize_t got;

  while ((got = read (fd, buffer, sizeof buffer)) > 0)
    seen.bytes += got;
  close (fd);
  return seen;
}

static Seen
read_with_getline (const char *path)
{
  FILE *file = fopen (path, "re");
  Seen seen = { 0 };
  char *line = NULL;
  size_t room = 0;
  ssize_t got;

  if (file == NULL)
    g_error ("cannot read %s", path);
  while ((got = getline (&line, &room, file)) > 0)
    {
      seen.bytes += got;
      seen.lines++;
    }
  free (line);
  fclose (file);
  return seen;
}

static double
best_seconds (Seen (*work) (const char *), const char *path, Seen *out_seen)
{
  double best = G_MAXDOUBLE;

  for (guint run = 0; run < N_RUNS; run++)
    {
      struct timespec start, end;

      clock_gettime (CLOCK_MONOTONIC, &start);
      *out_seen = work (path);
      clock_gettime (CLOCK_MONOTONIC, &end);
      best = MIN (best, (double)(end.tv_sec - start.tv_sec) +
                            (double)(end.tv_nsec - start.tv_nsec) / 1e9);
    }
  return best;
}

int
main (int argc, char **argv)
{
  g_print ("%-32s %10s %8s %8s %14s %14s\n", "", "lines", "bytes/l", "GB/s", "read () takes",
           "getline () takes");
  for (int i = 1; i < argc; i++)
    {
      Seen seen, plain, lines;
      double seconds = best_seconds (read_with_engine, argv[i], &seen);
      double plain_seconds = best_seconds (read_plainly, argv[i], &plain);
      double getline_seconds = best_seconds (read_with_getline, argv[i], &lines);

      g_print ("%-32s %10" G_GINT64_FORMAT " %8.1f %8.2f %14.2f %14.2f\n", argv[i], seen.lines,
               (double)plain.bytes / (double)MAX (seen.lines, 1),
               (double)plain.bytes / seconds / 1e9, plain_seconds / seconds,
               getline_seconds / seconds);
    }
  return 0;
}
