/* recorded_cores.c - see the header.
 *
 * The driver stamps the end of a task when it has looked at its result, a little after the next one
 * was launched on the same core: so two tasks of one core overlap by some milliseconds.  A host
 * never counts for more tasks at once than its executors have cores.
 *
 *     tasks on a host    1   2     3 2   2   1         area = ∫ min (tasks, cores) dt
 *     time            ───┬───┬─────┬─┬───┬───┬──▶      neighbours = area of a task ÷ its time − 1
 */
#include "sim/replay/recorded_cores.h"

#include "sim/distribution.h"

/* Tasks that have almost as many neighbours in both runs tell nothing of neighbours. */
#define LEAST_APART 0.5

/* ---- places ---- */

/* An executor. */
typedef struct
{
  guint index; /* in the order of the log */
  guint host;
  guint cores;
} Place;

typedef struct
{
  GHashTable *by_executor; /* its id as tasks have it → Place */
  GHashTable *hosts;       /* name → number, from 1 */
  GArray *cores_of_host;   /* guint */
} Places;

static void
add_place (Places *self, const RushRecordedExecutor *executor, guint index)
{
  Place *place = g_new (Place, 1);
  const char *host = executor->host[0] != '\0' ? executor->host : executor->id;
  guint number = GPOINTER_TO_UINT (g_hash_table_lookup (self->hosts, host));

  if (number == 0)
    {
      guint no_cores = 0;
      g_array_append_val (self->cores_of_host, no_cores);
      number = self->cores_of_host->len;
      g_hash_table_insert (self->hosts, (char *)host, GUINT_TO_POINTER (number));
    }
  *place = (Place){ index, number - 1, executor->cores };
  g_array_index (self->cores_of_host, guint, place->host) += executor->cores;
  g_hash_table_replace (self->by_executor,
                        g_strndup (executor->id, sizeof ((RushRecordedTask *)0)->executor_id - 1),
                        place);
}

static void
places_init (Places *self, const RushRecordedRun *run)
{
  self->by_executor = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->hosts = g_hash_table_new (g_str_hash, g_str_equal);
  self->cores_of_host = g_array_new (FALSE, FALSE, sizeof (guint));
  for (guint i = 0; i < run->executors->len; i++)
    add_place (self, g_ptr_array_index (run->executors, i), i);
}

static void
places_clear (Places *self)
{
  g_hash_table_unref (self->by_executor);
  g_hash_table_unref (self->hosts);
  g_array_unref (self->cores_of_host);
}

/* NULL: the log does not say that this executor came. */
static const Place *
place_of (const Places *self, const RushRecordedTask *task)
{
  return g_hash_table_lookup (self->by_executor, task->executor_id);
}

/* ---- neighbours ---- */

/* A task begins or ends. */
typedef struct
{
  RushRecordedTask *task;
  guint host;
  gint64 ms;
  gboolean ends;
} Edge;

static gint
compare_edges (gconstpointer a, gconstpointer b)
{
  const Edge *x = a, *y = b;

  if (x->host != y->host)
    return x->host < y->host ? -1 : 1;
  if (x->ms != y->ms)
    return x->ms < y->ms ? -1 : 1;
  return y->ends - x->ends;
}

static void
add_edges (GArray *edges, const Places *places, const RushRecordedStage *stage)
{
  for (guint i = 0; i < stage->tasks->len; i++)
    {
      RushRecordedTask *task = &g_array_index (stage->tasks, RushRecordedTask, i);
      const Place *place = place_of (places, task);

      if (place == NULL || task->finish_ms <= task->launch_ms)
        continue;
      Edge begins = { task, place->host, task->launch_ms, FALSE };
      Edge ends = { task, place->host, task->finish_ms, TRUE };
      g_array_append_val (edges, begins);
      g_array_append_val (edges, ends);
    }
}

/* Until a task's end its neighbours are less by the area at its beginning. */
static void
walk_edges (const GArray *edges, const Places *places)
{
  double area = 0;
  guint n_running = 0;

  for (guint i = 0; i < edges->len; i++)
    {
      const Edge *edge = &g_array_index (edges, Edge, i);
      RushRecordedTask *task = edge->task;
      guint cores = g_array_index (places->cores_of_host, guint, edge->host);

      if (i > 0 && g_array_index (edges, Edge, i - 1).host == edge->host)
        area += (double)(edge->ms - g_array_index (edges, Edge, i - 1).ms) * MIN (n_running, cores);
      n_running += edge->ends ? -1 : 1;
      if (edge->ends)
        task->neighbours =
            (task->neighbours + area) / (double)(task->finish_ms - task->launch_ms) - 1;
      else
        task->neighbours = -area;
    }
}

static void
note_neighbours (RushRecordedRun *run, const Places *places)
{
  g_autoptr (GArray) edges = g_array_new (FALSE, FALSE, sizeof (Edge));

  for (guint i = 0; i < run->stages->len; i++)
    add_edges (edges, places, g_ptr_array_index (run->stages, i));
  g_array_sort (edges, compare_edges);
  walk_edges (edges, places);
}

/* ---- who came first ---- */

typedef struct
{
  RushRecordedTask *task;
  const Place *place;
} Launch;

static gint
compare_launches (gconstpointer a, gconstpointer b)
{
  const Launch *x = a, *y = b;

  if (x->place->index != y->place->index)
    return x->place->index < y->place->index ? -1 : 1;
  if (x->task->launch_ms != y->task->launch_ms)
    return x->task->launch_ms < y->task->launch_ms ? -1 : 1;
  return (x->task > y->task) - (x->task < y->task); /* of one array: by partition */
}

static void
note_first_of_stage (RushRecordedStage *stage, const Places *places)
{
  g_autoptr (GArray) launches = g_array_new (FALSE, FALSE, sizeof (Launch));
  const Place *place = NULL;
  guint n_before = 0;
  gint64 first_end_ms = 0;

  for (guint i = 0; i < stage->tasks->len; i++)
    {
      RushRecordedTask *task = &g_array_index (stage->tasks, RushRecordedTask, i);
      Launch launch = { task, place_of (places, task) };
      if (launch.place != NULL && task->finish_ms > 0)
        g_array_append_val (launches, launch);
    }
  g_array_sort (launches, compare_launches);
  for (guint i = 0; i < launches->len; i++)
    {
      const Launch *launch = &g_array_index (launches, Launch, i);

      if (launch->place != place)
        {
          place = launch->place;
          n_before = 0;
          first_end_ms = G_MAXINT64;
        }
      launch->task->is_first = n_before++ < place->cores && launch->task->launch_ms < first_end_ms;
      first_end_ms = MIN (first_end_ms, launch->task->finish_ms);
    }
}

void
rush_recorded_cores_note (RushRecordedRun *run)
{
  Places places;

  places_init (&places, run);
  note_neighbours (run, &places);
  for (guint i = 0; i < run->stages->len; i++)
    note_first_of_stage (g_ptr_array_index (run->stages, i), &places);
  places_clear (&places);
}

/* ---- two runs of one program ---- */

/* What a stage's tasks in the middle take, of those that were not first; 0: none. */
static double
typical_seconds (const RushRecordedStage *stage, double *out_neighbours)
{
  g_autofree double *seconds = g_new (double, stage->n_run);
  guint n = 0;

  *out_neighbours = 0;
  for (guint i = 0; i < stage->tasks->len; i++)
    {
      const RushRecordedTask *task = &g_array_index (stage->tasks, RushRecordedTask, i);
      if (task->finish_ms == 0 || task->is_first)
        continue;
      seconds[n++] = rush_recorded_task_own_s (task);
      *out_neighbours += task->neighbours;
    }
  *out_neighbours = n > 0 ? *out_neighbours / n : 0;
  return n > 0 ? rush_order_statistic (seconds, n, n / 2) : 0;
}

/* With d the time that a task takes alone and n its neighbours: d (1 + s n₂) = longer × d (1 + s
 * n₁). */
gboolean
rush_recorded_cores_compare (RushRecordedRun *first, RushRecordedRun *second, RushContention *out)
{
  double seconds[2] = { 0 }, neighbours[2] = { 0 }, apart;

  *out = (RushContention){ 0 };
  for (guint i = 0; i < first->stages->len; i++)
    {
      RushRecordedStage *one = g_ptr_array_index (first->stages, i);
      RushRecordedStage *other = rush_recorded_run_stage (second, one->id);
      double s[2], n[2];

      if (other == NULL || other->n_run != one->n_run || !g_str_equal (other->name, one->name))
        continue;
      s[0] = typical_seconds (one, &n[0]) * one->n_run;
      s[1] = typical_seconds (other, &n[1]) * one->n_run;
      if (s[0] <= 0 || s[1] <= 0)
        continue;
      out->n_stages++;
      for (guint k = 0; k < 2; k++)
        {
          seconds[k] += s[k];
          neighbours[k] += s[k] * n[k];
        }
    }
  if (out->n_stages == 0)
    return FALSE;
  for (guint k = 0; k < 2; k++)
    out->neighbours[k] = neighbours[k] / seconds[k];
  out->longer = seconds[1] / seconds[0];
  apart = out->neighbours[1] - out->longer * out->neighbours[0];
  if (ABS (out->neighbours[1] - out->neighbours[0]) < LEAST_APART ||
      (apart > 0) != (out->neighbours[1] > out->neighbours[0]))
    return FALSE;
  out->slowdown = MAX (0, (out->longer - 1) / apart);
  return TRUE;
}
