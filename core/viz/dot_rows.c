/* dot_rows.c - jobs in rows, read as text is: left to right, row by row.
 *
 *     0 → 1 ─→ 2           Nothing connects jobs, so that Graphviz would put them anywhere.
 *     │   │    │           Each hangs on a point that is not seen, by edges that are not seen and
 *     Job 0 Job 1 Job 2    whose weight pulls it up to the point.  The points of a row stand on
 *     │   │    │           one level, in their order, as flat edges lead from one to the next;
 *     3 → 4 ───┘           the ends of the jobs above lead to the points that stand below them.
 *     Job 3 Job 4
 *
 * A job is as wide as the boxes that stand side by side in it: those that are equally far, in
 * edges, from where its data begins.  A row is full when one more job would make it wider than
 * ROW_BOXES.
 */
#include "core/viz/dot_rows.h"

#define ROW_BOXES 3

/* Its boxes are boxes[begin] … boxes[end − 1]. */
typedef struct
{
  guint begin, end;
  guint width; /* in boxes, at least 1 */
  guint row;
} JobPlace;

static void
find_boxes (const RushDag *dag, const RushDagBoxes *boxes, JobPlace *jobs)
{
  guint next = 0;

  for (guint j = 0; j < dag->jobs->len; j++)
    {
      jobs[j].begin = next;
      while (next < boxes->boxes->len)
        {
          const RushDagBox *box = g_ptr_array_index (boxes->boxes, next);
          if (rush_dag_stage (dag, box->stage)->job != j)
            break;
          next++;
        }
      jobs[j].end = next;
    }
}

/* How many edges a box is from a beginning, on the longest way.  Edges lead to later boxes, so that
 * it is final when all that come in have been seen: they are taken by the box that they leave. */
static guint *
find_depths (const RushDagBoxes *boxes)
{
  guint n = boxes->boxes->len;
  guint *depths = g_new0 (guint, n);
  g_autofree GArray **leaving = g_new0 (GArray *, n);

  for (guint e = 0; e < boxes->edges->len; e++)
    {
      const RushDagEdge *edge = &g_array_index (boxes->edges, RushDagEdge, e);
      if (leaving[edge->from] == NULL)
        leaving[edge->from] = g_array_new (FALSE, FALSE, sizeof (guint));
      g_array_append_val (leaving[edge->from], edge->to);
    }
  for (guint i = 0; i < n; i++)
    {
      for (guint e = 0; leaving[i] != NULL && e < leaving[i]->len; e++)
        {
          guint to = g_array_index (leaving[i], guint, e);
          depths[to] = MAX (depths[to], depths[i] + 1);
        }
      g_clear_pointer (&leaving[i], g_array_unref);
    }
  return depths;
}

static guint
width_of (const JobPlace *job, const guint *depths)
{
  g_autofree guint *n_at_depth = g_new0 (guint, job->end - job->begin + 1);
  guint width = 1;

  for (guint i = job->begin; i < job->end; i++)
    {
      n_at_depth[depths[i]]++;
      width = MAX (width, n_at_depth[depths[i]]);
    }
  return width;
}

static void
fill_rows (JobPlace *jobs, guint n)
{
  guint row = 0, filled = 0;

  for (guint j = 0; j < n; j++)
    {
      if (filled > 0 && filled + jobs[j].width > ROW_BOXES)
        {
          row++;
          filled = 0;
        }
      filled += jobs[j].width;
      jobs[j].row = row;
    }
}

/* ---- edges ---- */

#define HELD_UP 100 /* an edge's weight, against 1 of those that are seen */

static void
append_beginnings (GString *out, const JobPlace *job, guint j, const guint *depths)
{
  if (job->begin == job->end)
    g_string_append_printf (out, "  job%u -> " RUSH_DOT_NO_STAGES "%u [style=invis weight=%d]\n", j,
                            j, HELD_UP);
  for (guint i = job->begin; i < job->end; i++)
    if (depths[i] == 0)
      g_string_append_printf (out, "  job%u -> box%u [style=invis weight=%d]\n", j, i, HELD_UP);
}

/* From what stands lowest in the job. */
static void
append_end (GString *out, const JobPlace *job, guint j, const guint *depths, guint below)
{
  guint lowest = job->begin;

  if (job->begin == job->end)
    g_string_append_printf (out, "  " RUSH_DOT_NO_STAGES "%u -> job%u [style=invis]\n", j, below);
  for (guint i = job->begin; i < job->end; i++)
    if (depths[i] >= depths[lowest])
      lowest = i;
  if (job->begin < job->end)
    g_string_append_printf (out, "  box%u -> job%u [style=invis]\n", lowest, below);
}

static guint
end_of_row (const JobPlace *jobs, guint n, guint begin)
{
  guint end = begin;

  while (end < n && jobs[end].row == jobs[begin].row)
    end++;
  return end;
}

static void
append_row (GString *out, const JobPlace *jobs, guint n, guint begin, const guint *depths)
{
  guint end = end_of_row (jobs, n, begin), end_below = end_of_row (jobs, n, end);

  g_string_append (out, "  { rank=same");
  for (guint j = begin; j < end; j++)
    g_string_append_printf (out, "%s job%u", j > begin ? " ->" : "", j);
  g_string_append (out, " [style=invis] }\n");
  for (guint j = begin; j < end; j++)
    {
      append_beginnings (out, &jobs[j], j, depths);
      if (end < n)
        append_end (out, &jobs[j], j, depths, MIN (end + j - begin, end_below - 1));
    }
}

void
rush_dot_append_rows (GString *out, const RushDag *dag, const RushDagBoxes *boxes)
{
  guint n = dag->jobs->len;
  g_autofree JobPlace *jobs = g_new0 (JobPlace, n);
  g_autofree guint *depths = find_depths (boxes);

  if (n < 2)
    return;
  find_boxes (dag, boxes, jobs);
  for (guint j = 0; j < n; j++)
    jobs[j].width = width_of (&jobs[j], depths);
  fill_rows (jobs, n);
  for (guint j = 0; j < n; j++)
    g_string_append_printf (out, "  job%u [shape=point style=invis width=0 height=0]\n", j);
  for (guint begin = 0; begin < n; begin = end_of_row (jobs, n, begin))
    append_row (out, jobs, n, begin, depths);
}
