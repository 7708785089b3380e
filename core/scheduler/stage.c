/* stage.c - the life of stages and jobs; see the header for who owns and needs whom. */
#include "core/scheduler/stage_private.h"

/* ---- what a seam may ask ---- */

gint
rush_stage_id (const RushStage *self)
{
  return self->id;
}

char *
rush_stage_describe (const RushStage *self)
{
  return g_strdup_printf ("%s %d (%s)",
                          self->kind == RUSH_TASK_RESULT ? "ResultStage" : "ShuffleMapStage",
                          self->id, self->call_site->short_form);
}

gboolean
rush_stage_attempt_is_current (const RushStage *self, gint stage_attempt)
{
  return self->attempt == stage_attempt;
}

guint
rush_stage_count_failed_attempt (RushStage *self, gint stage_attempt)
{
  if (self->last_failed_attempt != stage_attempt)
    {
      self->last_failed_attempt = stage_attempt;
      self->n_failed_attempts++;
    }
  return self->n_failed_attempts;
}

/* ---- jobs of a stage ---- */

gboolean
rush_stage_is_indeterminate (const RushStage *self)
{
  return rush_rdd_determinism (self->rdd) == RUSH_INDETERMINATE;
}

static guint
place_of_job (const RushStage *self, gint job_id)
{
  guint place = 0;

  while (place < self->job_ids->len && g_array_index (self->job_ids, gint, place) < job_id)
    place++;
  return place;
}

gboolean
rush_stage_is_needed_by (const RushStage *self, gint job_id)
{
  guint place = place_of_job (self, job_id);

  return place < self->job_ids->len && g_array_index (self->job_ids, gint, place) == job_id;
}

void
rush_stage_add_job (RushStage *self, gint job_id)
{
  g_assert (!rush_stage_is_needed_by (self, job_id));

  if (self->job_ids->len == 0)
    self->first_job_id = job_id;
  g_array_insert_val (self->job_ids, place_of_job (self, job_id), job_id);
}

void
rush_stage_remove_job (RushStage *self, gint job_id)
{
  g_assert (rush_stage_is_needed_by (self, job_id));

  g_array_remove_index (self->job_ids, place_of_job (self, job_id));
}

/* ---- the lineage inside a stage ---- */

/* A stack, as a lineage may be 10,000 steps deep; parents go on it in reverse, so that the first is
 * visited first.  In a loop of N rounds each job walks up to N stages of up to N RDDs, hence a mark
 * on the RDD in place of a table of those that have been seen: nobody but the driver loop walks
 * here, and its walks are numbered. */
GPtrArray *
rush_stage_rdds (RushRdd *last)
{
  static atomic_ullong n_walks; /* of all driver loops */
  guint64 walk = atomic_fetch_add (&n_walks, 1) + 1;
  GPtrArray *found = g_ptr_array_new ();
  g_autoptr (GPtrArray) to_visit = g_ptr_array_new ();

  g_ptr_array_add (to_visit, last);
  while (to_visit->len > 0)
    {
      RushRdd *rdd = g_ptr_array_steal_index (to_visit, to_visit->len - 1);

      if (rdd->walk == walk)
        continue;
      rdd->walk = walk;
      g_ptr_array_add (found, rdd);
      guint n;
      RushDependency *const *dependencies = rush_rdd_dependencies (rdd, &n);
      for (guint i = n; i-- > 0;)
        if (dependencies[i]->kind != RUSH_DEPENDENCY_SHUFFLE)
          g_ptr_array_add (to_visit, dependencies[i]->rdd);
    }
  return found;
}

GPtrArray *
rush_stage_shuffles (RushRdd *rdd)
{
  GPtrArray *shuffles = g_ptr_array_new ();
  g_autoptr (GPtrArray) rdds = rush_stage_rdds (rdd);
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);

  for (guint i = 0; i < rdds->len; i++)
    {
      guint n;
      RushDependency *const *dependencies = rush_rdd_dependencies (g_ptr_array_index (rdds, i), &n);

      for (guint j = 0; j < n; j++)
        if (dependencies[j]->kind == RUSH_DEPENDENCY_SHUFFLE &&
            g_hash_table_add (seen, dependencies[j]))
          g_ptr_array_add (shuffles, dependencies[j]);
    }
  return shuffles;
}

/* ---- orders ---- */

gint
rush_stage_compare_ids (gconstpointer a, gconstpointer b)
{
  gint x = (*(RushStage *const *)a)->id, y = (*(RushStage *const *)b)->id;

  return (x > y) - (x < y);
}

gint
rush_stage_compare_urgency (gconstpointer a, gconstpointer b)
{
  gint x = (*(RushStage *const *)a)->first_job_id, y = (*(RushStage *const *)b)->first_job_id;

  return x != y ? (x > y) - (x < y) : rush_stage_compare_ids (a, b);
}

/* ---- life ---- */

void
rush_stage_free (RushStage *self)
{
  g_assert (self->children->len == 0);
  for (guint i = 0; i < self->parents->len; i++)
    {
      RushStage *parent = g_ptr_array_index (self->parents, i);

      g_ptr_array_remove_fast (parent->children, self);
    }
  g_ptr_array_unref (self->parents);
  g_ptr_array_unref (self->children);
  g_ptr_array_unref (self->map_jobs);
  g_array_unref (self->job_ids);
  g_free (self->pending);
  rush_stage_work_unref (self->first_work);
  g_clear_pointer (&self->counted, g_array_unref);
  rush_stage_info_unref (self->info);
  rush_dependency_unref (self->dependency);
  rush_rdd_unref (self->rdd);
  g_free (self);
}

RushStage *
rush_stage_new (RushTaskKind kind, gint id, RushRdd *rdd, guint n_outputs, const GPtrArray *parents)
{
  RushStage *self = g_new0 (RushStage, 1);

  self->kind = kind;
  self->id = id;
  self->rdd = rush_rdd_ref (rdd);
  self->n_outputs = n_outputs;
  self->call_site = &rdd->call_site;
  self->map_jobs = g_ptr_array_new ();
  self->children = g_ptr_array_new ();
  self->parents = g_ptr_array_sized_new (parents->len);
  self->job_ids = g_array_new (FALSE, FALSE, sizeof (gint));
  self->first_job_id = -1;
  self->attempt = -1;
  self->last_failed_attempt = -1;
  for (guint i = 0; i < parents->len; i++)
    {
      RushStage *parent = g_ptr_array_index (parents, i);

      g_ptr_array_add (self->parents, parent);
      g_ptr_array_add (parent->children, self);
    }
  return self;
}

void
rush_active_job_free (RushActiveJob *self)
{
  g_ptr_array_unref (self->stages);
  g_free (self->finished);
  rush_job_request_free (self->request);
  g_free (self);
}

RushActiveJob *
rush_active_job_new (RushJobRequest *request)
{
  RushActiveJob *self = g_new0 (RushActiveJob, 1);

  self->id = request->job_id;
  self->request = request;
  self->stages = g_ptr_array_new ();
  self->n_outputs = request->dependency == NULL ? request->n_partitions : 0;
  self->finished = g_new0 (guint8, self->n_outputs);
  return self;
}
