/* dag_from_job.c - what a job did, from the infos of its stages.
 *
 * An info lists the RDDs of its stage and names each one's parents by id.  A parent that is read
 * narrowly is in the same stage; a parent that is read through shuffle s is the last RDD of the
 * stage that writes s:
 *
 *     stage 0, writes shuffle 0:  RDD 2 ◀ RDD 1 ◀ RDD 0
 *     stage 1:                    RDD 4 ◀ RDD 3, whose parent 2 is read through shuffle 0
 *                                           └──────▶ edge from stage 0's RDD 2
 */
#include "core/event/event_text.h"
#include "core/viz/dag_private.h"

#include <string.h>

/* ---- RDDs ---- */

/* "map\tapp.py:12" */
static void
fill_step (RushDagStep *out, const char *text)
{
  const char *tab = strchr (text, '\t');

  out->name = tab != NULL ? g_strndup (text, tab - text) : g_strdup (text);
  out->place = rush_dag_place_of_step (tab != NULL ? tab + 1 : NULL);
}

/* Without a scope, what the user called is in front of the place: "collect at app.py:10". */
static char *
operator_of (const RushRddInfo *info)
{
  const char *at = info->call_site != NULL ? g_strrstr (info->call_site, " at ") : NULL;

  if (info->scope != NULL)
    return g_strdup (info->scope);
  return at != NULL && at > info->call_site ? g_strndup (info->call_site, at - info->call_site)
                                            : NULL;
}

static void
add_rdd (RushDag *dag, guint stage, const RushRddInfo *info)
{
  const char *class_name = info->class_name != NULL ? info->class_name : info->name;
  RushDagRdd rdd = { .stage = stage,
                     .rdd_id = info->rdd_id,
                     .class_name = g_strdup (class_name),
                     .name = g_strcmp0 (info->name, class_name) != 0 ? g_strdup (info->name) : NULL,
                     .operator_name = operator_of (info),
                     .place = rush_format_place (info->call_site),
                     .n_partitions = info->n_partitions,
                     .level = info->storage_level,
                     .n_kept = -1,
                     .barrier = info->barrier };

  if (info->steps != NULL)
    {
      rdd.n_steps = g_strv_length (info->steps);
      rdd.steps = g_new (RushDagStep, rdd.n_steps);
      for (guint i = 0; i < rdd.n_steps; i++)
        fill_step (&rdd.steps[i], info->steps[i]);
    }
  rush_dag_add_rdd (dag, &rdd);
}

static gint
compare_rdd_infos (gconstpointer a, gconstpointer b)
{
  gint x = (*(const RushRddInfo *const *)a)->rdd_id, y = (*(const RushRddInfo *const *)b)->rdd_id;

  return (x > y) - (x < y);
}

static void
add_rdds_by_id (RushDag *dag, guint stage, const RushStageInfo *info)
{
  g_autoptr (GPtrArray) rdds = g_ptr_array_new ();

  for (guint i = 0; i < info->n_rdds; i++)
    g_ptr_array_add (rdds, info->rdds[i]);
  g_ptr_array_sort (rdds, compare_rdd_infos);
  for (guint i = 0; i < rdds->len; i++)
    add_rdd (dag, stage, g_ptr_array_index (rdds, i));
}

/* ---- edges ---- */

/* A job while its edges are drawn. */
typedef struct
{
  const RushJobSummary *summary;
  guint first_stage;   /* index in the dag of the job's first stage */
  GHashTable *writers; /* shuffle id → which of the job's stages writes it, + 1 */
} JobEdges;

static void
add_narrow_edge (RushDag *dag, guint stage, gint parent_id, guint to)
{
  RushDagEdge edge = { .to = to, .shuffle_id = -1, .pairs = -1, .bytes = -1 };

  if (rush_dag_find_rdd (dag, stage, parent_id, &edge.from))
    rush_dag_add_edge (dag, &edge);
}

static void
add_shuffle_edge (RushDag *dag, const JobEdges *job, gint shuffle_id, guint to)
{
  gpointer writer = g_hash_table_lookup (job->writers, GINT_TO_POINTER (shuffle_id));
  if (writer == NULL)
    return;
  guint i = GPOINTER_TO_UINT (writer) - 1;
  const RushStageSummary *stage = &job->summary->stages[i];
  RushDagEdge edge = {
    .to = to, .shuffle_id = shuffle_id, .pairs = stage->shuffle_pairs, .bytes = stage->shuffle_bytes
  };

  if (rush_dag_find_rdd (dag, job->first_stage + i, stage->info->rdds[0]->rdd_id, &edge.from))
    rush_dag_add_edge (dag, &edge);
}

static void
add_edges_of_stage (RushDag *dag, const JobEdges *job, guint i)
{
  const RushStageInfo *info = job->summary->stages[i].info;

  for (guint r = 0; r < info->n_rdds; r++)
    {
      const RushRddInfo *rdd = info->rdds[r];
      guint to = 0;
      gboolean found = rush_dag_find_rdd (dag, job->first_stage + i, rdd->rdd_id, &to);
      g_assert (found);
      for (guint p = 0; p < rdd->n_parents; p++)
        if (rdd->parent_shuffle_ids != NULL && rdd->parent_shuffle_ids[p] >= 0)
          add_shuffle_edge (dag, job, rdd->parent_shuffle_ids[p], to);
        else
          add_narrow_edge (dag, job->first_stage + i, rdd->parent_ids[p], to);
    }
}

static void
add_edges (RushDag *dag, const RushJobSummary *summary, guint first_stage)
{
  g_autoptr (GHashTable) writers = g_hash_table_new (NULL, NULL);
  JobEdges job = { summary, first_stage, writers };

  for (guint i = 0; i < summary->n_stages; i++)
    {
      const RushStageInfo *info = summary->stages[i].info;
      if (info->shuffle_id >= 0 && info->n_rdds > 0)
        g_hash_table_insert (writers, GINT_TO_POINTER (info->shuffle_id), GUINT_TO_POINTER (i + 1));
    }
  for (guint i = 0; i < summary->n_stages; i++)
    add_edges_of_stage (dag, &job, i);
}

/* ---- stages and jobs ---- */

static gint64
duration (gint64 begin_ms, gint64 end_ms)
{
  return begin_ms > 0 && end_ms >= begin_ms ? end_ms - begin_ms : -1;
}

static guint
add_stage (RushDag *dag, guint job, const RushStageSummary *summary)
{
  RushDagStage stage = { .job = job,
                         .stage_id = summary->info->stage_id,
                         .status = summary->status,
                         .n_tasks = summary->n_tasks,
                         .n_completed = summary->n_completed,
                         .n_attempts = summary->n_attempts,
                         .n_recomputed = summary->n_recomputed,
                         .n_kept_read = (guint64)summary->metrics.kept_blocks_read,
                         .n_kept_computed = (guint64)summary->metrics.kept_blocks_computed,
                         .recomputed = rush_stage_summary_describe_recomputed (summary),
                         .because = g_strdup (summary->because),
                         .duration_ms = duration (summary->submission_ms, summary->completion_ms) };

  return rush_dag_add_stage (dag, &stage);
}

/* Of those that are not remembered. */
static guint
count_skipped (const RushJobSummary *summary)
{
  guint n = summary->n_skipped;

  for (guint i = 0; i < summary->n_stages && n > 0; i++)
    n -= summary->stages[i].status == RUSH_STAGE_SKIPPED;
  return MIN (n, summary->n_stage_ids - summary->n_stages);
}

static void
add_job (RushDag *dag, const RushJobSummary *summary)
{
  RushDagJob job = { .job_id = summary->job_id,
                     .status = summary->status,
                     .call_site = rush_format_call_site (rush_job_summary_place (summary)),
                     .cause = g_strdup (summary->cause),
                     .error = g_strdup (summary->error),
                     .duration_ms = duration (summary->submission_ms, summary->completion_ms),
                     .n_forgotten_stages = summary->n_stage_ids - summary->n_stages,
                     .n_forgotten_skipped = count_skipped (summary) };
  guint index = rush_dag_add_job (dag, &job);
  guint first_stage = dag->stages->len;

  for (guint i = 0; i < summary->n_stages; i++)
    {
      guint stage = add_stage (dag, index, &summary->stages[i]);
      add_rdds_by_id (dag, stage, summary->stages[i].info);
    }
  add_edges (dag, summary, first_stage);
}

RushDag *
rush_dag_from_jobs (const RushJobSummary *const *jobs, guint n)
{
  g_return_val_if_fail (n == 0 || jobs != NULL, NULL);

  RushDag *dag = rush_dag_new ();
  for (guint i = 0; i < n; i++)
    add_job (dag, jobs[i]);
  return dag;
}

RushDag *
rush_dag_from_job (const RushJobSummary *job)
{
  g_return_val_if_fail (job != NULL, NULL);

  return rush_dag_from_jobs (&job, 1);
}
