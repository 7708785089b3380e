/* stage_cutter.c - a lineage is cut into stages where its data has to be shuffled.
 *
 *     textFile ─ map ─┐                             ┌─────── stage 0 ───────┐
 *                     ╞═ reduceByKey ─ filter ─┐    │ textFile, map         │
 *                                              ╞═ join ─ collect
 *     parallelize ─ map ───────────────────────┘    stage 1: reduceByKey, filter
 *                                                   stage 2: parallelize, map
 *     ═ shuffle   ─ narrow                          stage 3: join, collect (the result stage)
 *
 * Narrow steps need a known few partitions each, so they run in one task, and what one loses is
 * computed again by itself.  A shuffle needs all of its parent first: there a stage ends (NSDI
 * 2012, section 4).
 *
 * The walk goes up from the last RDD and makes parents before children, so that a stage's number
 * is higher than those of its parents.  A shuffle that already has a stage, of this job or of
 * another one that runs, is not cut again: that stage is shared.  (A stage of a job that is over
 * is gone; a new one is made for its shuffle, finds the outputs there, and is skipped.)
 *
 * A lineage of 10,000 shuffles must not use the C stack: the walk keeps a frame for each shuffle
 * whose stage waits for its parents.
 *
 * Source:   Zaharia et al., Resilient Distributed Datasets, NSDI 2012.
 * Mirrors:  DAGScheduler.getOrCreateShuffleMapStage, createResultStage.
 */
#include "core/scheduler/dag_scheduler_private.h"

/* ---- the cutter ---- */

/* A shuffle whose stage is to be made, and those that it reads; NULL: the stage that we cut for. */
typedef struct
{
  RushDependency *shuffle;
  GPtrArray *reads; /* (owned) RushDependency * */
  guint n_seen;     /* of them have a stage */
} Frame;

static void
frame_clear (gpointer data)
{
  g_ptr_array_unref (((Frame *)data)->reads);
}

static void
push_frame (GArray *frames, RushDependency *shuffle, RushRdd *rdd)
{
  Frame frame = { shuffle, rush_stage_shuffles (rdd), 0 };

  g_array_append_val (frames, frame);
}

static void
find_parents (RushStageBuilder *builder, const Frame *frame, GPtrArray *out_parents)
{
  for (guint i = 0; i < frame->reads->len; i++)
    g_ptr_array_add (out_parents,
                     rush_stage_builder_find (builder, g_ptr_array_index (frame->reads, i)));
}

/* All that the frame's stage reads has a stage: now it can have one. */
static gboolean
close_frame (RushStageBuilder *builder, const Frame *frame, GPtrArray *out_parents, GError **error)
{
  if (frame->shuffle == NULL)
    {
      find_parents (builder, frame, out_parents);
      return TRUE;
    }
  g_autoptr (GPtrArray) parents = g_ptr_array_new ();
  find_parents (builder, frame, parents);
  return rush_stage_builder_add (builder, frame->shuffle, parents, error) != NULL;
}

static gboolean
cut_at_shuffles (RushStageBuilder *builder, RushRdd *rdd, GPtrArray *out_parents, GError **error)
{
  g_autoptr (GArray) frames = g_array_new (FALSE, FALSE, sizeof (Frame));

  g_array_set_clear_func (frames, frame_clear);
  push_frame (frames, NULL, rdd);
  while (frames->len > 0)
    {
      Frame *frame = &g_array_index (frames, Frame, frames->len - 1);

      if (frame->n_seen < frame->reads->len)
        {
          RushDependency *shuffle = g_ptr_array_index (frame->reads, frame->n_seen++);

          if (rush_stage_builder_find (builder, shuffle) == NULL)
            push_frame (frames, shuffle, shuffle->rdd);
          continue;
        }
      if (!close_frame (builder, frame, out_parents, error))
        return FALSE;
      g_array_set_size (frames, frames->len - 1);
    }
  return TRUE;
}

const RushStageCutter rush_stage_cutter_at_shuffles = { "at shuffles", cut_at_shuffles };

/* ---- the builder: what a cutter does it with ---- */

struct _RushStageBuilder
{
  RushDag *dag;
  RushActiveJob *job;
  GPtrArray *made; /* RushStage *, in the order of their numbers */
};

RushStage *
rush_stage_builder_find (RushStageBuilder *self, const RushDependency *shuffle)
{
  return rush_dag_find_map_stage (self->dag, shuffle->shuffle_id);
}

static RushStage *
add_stage (RushStageBuilder *self, RushTaskKind kind, RushRdd *rdd, guint n_outputs,
           const GPtrArray *parents)
{
  RushDag *dag = self->dag;
  RushStage *stage = rush_stage_new (kind, dag->next_stage_id++, rdd, n_outputs, parents);

  g_tree_insert (dag->stages, GINT_TO_POINTER (stage->id), stage);
  g_ptr_array_add (self->made, stage);
  return stage;
}

RushStage *
rush_stage_builder_add (RushStageBuilder *self, RushDependency *shuffle, const GPtrArray *parents,
                        GError **error)
{
  RushMapOutputTracker *tracker = self->dag->tracker;
  guint n_maps;

  if (rush_stage_builder_find (self, shuffle) != NULL)
    {
      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                   "the stage cutter \"%s\" adds a second stage for shuffle %d: ask "
                   "rush_stage_builder_find () first",
                   self->dag->seams.cutter->name, shuffle->shuffle_id);
      return NULL;
    }
  if (!rush_rdd_n_partitions (shuffle->rdd, &n_maps, error) ||
      !rush_dag_check_barrier (self->dag, self->job, shuffle->rdd, n_maps, error))
    return NULL;

  RushStage *stage = add_stage (self, RUSH_TASK_SHUFFLE_MAP, shuffle->rdd, n_maps, parents);
  stage->dependency = rush_dependency_ref (shuffle);
  stage->pending = g_new0 (guint8, n_maps);
  g_hash_table_insert (self->dag->map_stages, GINT_TO_POINTER (shuffle->shuffle_id), stage);
  if (!rush_map_output_tracker_contains_shuffle (tracker, shuffle->shuffle_id))
    rush_map_output_tracker_register_shuffle (tracker, shuffle->shuffle_id, n_maps);
  return stage;
}

/* ---- the stages of a job ---- */

/* Another file's cutter may have left a stage without one that it reads: such a job cannot run. */
static gboolean
check_reads (RushStageBuilder *self, RushRdd *rdd, const GPtrArray *parents, GError **error)
{
  g_autoptr (GPtrArray) reads = rush_stage_shuffles (rdd);

  for (guint i = 0; i < reads->len; i++)
    {
      const RushDependency *shuffle = g_ptr_array_index (reads, i);
      const RushStage *stage = rush_stage_builder_find (self, shuffle);

      if (stage != NULL && g_ptr_array_find ((GPtrArray *)parents, stage, NULL))
        continue;
      g_autofree char *name = rush_rdd_to_string (rdd);
      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                   "the stage cutter \"%s\" has not made the stage of shuffle %d a parent of the "
                   "stage that ends with %s, which reads it",
                   self->dag->seams.cutter->name, shuffle->shuffle_id, name);
      return FALSE;
    }
  return TRUE;
}

static gboolean
cut (RushStageBuilder *self, RushRdd *rdd, GPtrArray *out_parents, GError **error)
{
  const RushStageCutter *cutter = self->dag->seams.cutter;

  if (!cutter->cut (self, rdd, out_parents, error))
    return FALSE;
  if (cutter == &rush_stage_cutter_at_shuffles)
    return TRUE;
  for (guint i = 0; i < self->made->len; i++)
    {
      const RushStage *stage = g_ptr_array_index (self->made, i);

      if (!check_reads (self, stage->rdd, stage->parents, error))
        return FALSE;
    }
  return check_reads (self, rdd, out_parents, error);
}

static RushStage *
make_final_stage (RushStageBuilder *self, GError **error)
{
  const RushJobRequest *request = self->job->request;
  RushDependency *shuffle = request->dependency;
  RushRdd *rdd = shuffle != NULL ? shuffle->rdd : request->rdd;
  g_autoptr (GPtrArray) parents = g_ptr_array_new ();

  if (shuffle != NULL && rush_stage_builder_find (self, shuffle) != NULL)
    return rush_stage_builder_find (self, shuffle);
  if (!cut (self, rdd, parents, error))
    return NULL;
  if (shuffle != NULL)
    return rush_stage_builder_add (self, shuffle, parents, error);
  if (!rush_dag_check_barrier (self->dag, self->job, rdd, request->n_partitions, error))
    return NULL;

  RushStage *stage = add_stage (self, RUSH_TASK_RESULT, rdd, request->n_partitions, parents);
  stage->job = self->job;
  stage->call_site = &request->call_site;
  return stage;
}

/* The job needs its final stage and all above it.  Mirrors updateJobIdStageIdMaps. */
static void
register_job (RushActiveJob *job)
{
  g_autoptr (GPtrArray) to_visit = g_ptr_array_new ();

  g_ptr_array_add (to_visit, job->final_stage);
  while (to_visit->len > 0)
    {
      RushStage *stage = g_ptr_array_steal_index (to_visit, to_visit->len - 1);

      if (rush_stage_is_needed_by (stage, job->id))
        continue;
      rush_stage_add_job (stage, job->id);
      g_ptr_array_add (job->stages, stage);
      g_ptr_array_extend (to_visit, stage->parents, NULL, NULL);
    }
  g_ptr_array_sort (job->stages, rush_stage_compare_ids);
}

static void
take_back (RushStageBuilder *self)
{
  for (guint i = self->made->len; i-- > 0;) /* children before parents */
    {
      RushStage *stage = g_ptr_array_index (self->made, i);

      if (stage->dependency != NULL)
        g_hash_table_remove (self->dag->map_stages,
                             GINT_TO_POINTER (stage->dependency->shuffle_id));
      self->dag->next_stage_id = stage->id;
      g_tree_remove (self->dag->stages, GINT_TO_POINTER (stage->id));
    }
}

gboolean
rush_dag_cut_job (RushDag *self, RushActiveJob *job, GError **error)
{
  RushStageBuilder builder = { .dag = self, .job = job };
  g_autoptr (GPtrArray) made = g_ptr_array_new ();

  builder.made = made;
  job->final_stage = make_final_stage (&builder, error);
  if (job->final_stage == NULL)
    {
      take_back (&builder);
      return FALSE;
    }
  register_job (job);
  return TRUE;
}
