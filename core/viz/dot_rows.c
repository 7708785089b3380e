/* dot_rows.c - jobs in rows.
 *
 *     ┌ Job 0 ┐ ┌ Job 1 ┐ ┌ Job 2 ┐      Graphviz puts jobs side by side, as nothing connects them.
 *     └───┬───┘ └───┬───┘ └───┬───┘      From the end of a job an edge that is not seen leads to
 *         │         ├─────────┘          the beginnings of the one below it.  No two edges cross:
 *     ┌ Job 3 ┐ ┌ Job 4 ──────────┐      Graphviz would mend that by another order of jobs.
 *     └───────┘ └─────────────────┘
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

static void
append_edge (GString *out, const JobPlace *jobs, guint from, const char *to_name, guint to)
{
  if (jobs[from].begin < jobs[from].end)
    g_string_append_printf (out, "  box%u -> %s%u [style=invis]\n", jobs[from].end - 1, to_name,
                            to);
  else
    g_string_append_printf (out, "  " RUSH_DOT_NO_STAGES "%u -> %s%u [style=invis]\n", from,
                            to_name, to);
}

static void
append_edges_between (GString *out, const JobPlace *jobs, const guint *depths, guint from, guint to)
{
  if (jobs[to].begin == jobs[to].end)
    append_edge (out, jobs, from, RUSH_DOT_NO_STAGES, to);
  for (guint i = jobs[to].begin; i < jobs[to].end; i++)
    if (depths[i] == 0)
      append_edge (out, jobs, from, "box", i);
}

static guint
end_of_row (const JobPlace *jobs, guint n, guint begin)
{
  guint end = begin;

  while (end < n && jobs[end].row == jobs[begin].row)
    end++;
  return end;
}

void
rush_dot_append_rows (GString *out, const RushDag *dag, const RushDagBoxes *boxes)
{
  guint n = dag->jobs->len;
  g_autofree JobPlace *jobs = g_new0 (JobPlace, n);
  g_autofree guint *depths = find_depths (boxes);

  find_boxes (dag, boxes, jobs);
  for (guint j = 0; j < n; j++)
    jobs[j].width = width_of (&jobs[j], depths);
  fill_rows (jobs, n);
  for (guint begin = 0; begin < n;)
    {
      guint middle = end_of_row (jobs, n, begin), end = end_of_row (jobs, n, middle);
      for (guint k = 0; middle < end && k < MAX (middle - begin, end - middle); k++)
        append_edges_between (out, jobs, depths, MIN (begin + k, middle - 1),
                              MIN (middle + k, end - 1));
      begin = middle;
    }
}
