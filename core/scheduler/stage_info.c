/* stage_info.c - a stage as listeners see it: its RDDs, the steps inside them, its parents.
 *
 * An event log, a page and a picture are made from this alone, after the run and maybe elsewhere,
 * so it holds all they need, down to the user's own operators inside a Python chain:
 *
 *     RDD 5  PythonRDD  at app.py:10      parents 4        steps  map        app.py:8
 *     RDD 4  ShuffledRDD                  parents 3 ═(2)          filter     app.py:9
 *
 * What is told of an RDD is made once and shared by all stages and jobs that compute it: in a loop
 * of N rounds with an action each, N jobs name up to N stages each, and each of these up to N RDDs.
 *
 * Mirrors: org.apache.spark.scheduler.StageInfo.fromStage, storage.RDDInfo.fromRdd.
 */
#include "core/scheduler/dag_scheduler_private.h"

#include "core/lineage/persistence.h"

static const char *
determinism_name (RushDeterminism determinism)
{
  switch (determinism)
    {
    case RUSH_DETERMINATE:
      return "DETERMINATE";
    case RUSH_UNORDERED:
      return "UNORDERED";
    case RUSH_INDETERMINATE:
      return "INDETERMINATE";
    }
  g_return_val_if_reached ("DETERMINATE");
}

/* "map\tapp.py:12" each; NULL: the RDD is a step of its own. */
static char **
describe_steps (RushRdd *rdd)
{
  if (rdd->klass->describe_step == NULL)
    return NULL;

  g_autoptr (GStrvBuilder) steps = g_strv_builder_new ();
  const char *name, *call_site;
  for (guint i = 0; rdd->klass->describe_step (rdd, i, &name, &call_site); i++)
    {
      g_autofree char *step = g_strconcat (name, "\t", call_site, NULL);

      g_strv_builder_add (steps, step);
    }
  return g_strv_builder_end (steps);
}

static void
describe_parents (const RushRdd *rdd, RushRddInfo *out)
{
  RushDependency *const *dependencies = rush_rdd_dependencies (rdd, &out->n_parents);

  out->parent_ids = g_new (gint, out->n_parents);
  out->parent_shuffle_ids = g_new (gint, out->n_parents);
  for (guint i = 0; i < out->n_parents; i++)
    {
      out->parent_ids[i] = dependencies[i]->rdd->id;
      out->parent_shuffle_ids[i] = dependencies[i]->shuffle_id; /* −1 for narrow ones */
    }
}

/* (transfer full) */
static RushRddInfo *
describe_rdd (RushRdd *rdd)
{
  RushRddInfo *info = rush_rdd_info_new ();
  gboolean known = rush_rdd_n_partitions (rdd, &info->n_partitions, NULL);

  g_assert (known); /* counted when the job came */
  info->rdd_id = rdd->id;
  info->class_name = rdd->klass->name;
  info->name = rush_rdd_dup_name (rdd);
  if (info->name == NULL)
    info->name = g_strdup (rdd->klass->name);
  info->scope = g_strdup (rdd->operator_name);
  info->call_site = g_strdup (rdd->call_site.short_form);
  info->storage_level = rush_rdd_storage_level (rdd);
  info->barrier = rdd->barrier;
  info->determinism = determinism_name (rush_rdd_determinism (rdd));
  info->steps = describe_steps (rdd);
  describe_parents (rdd, info);
  return info;
}

/* ---- an RDD is described once, and again when it has changed ---- */

static gboolean
has_parents (const RushRdd *rdd, const RushRddInfo *info)
{
  guint n;
  RushDependency *const *dependencies = rush_rdd_dependencies (rdd, &n);

  if (n != info->n_parents)
    return FALSE;
  for (guint i = 0; i < n; i++)
    if (dependencies[i]->rdd->id != info->parent_ids[i] ||
        dependencies[i]->shuffle_id != info->parent_shuffle_ids[i])
      return FALSE;
  return TRUE;
}

/* What may be otherwise now: what the user says of it, and what a checkpoint does. */
static gboolean
is_still_true (RushRdd *rdd, const RushRddInfo *info)
{
  RushStorageLevel level = rush_rdd_storage_level (rdd);

  return rush_storage_level_equal (&level, &info->storage_level) &&
         rush_rdd_is_named (rdd, info->name) &&
         determinism_name (rush_rdd_determinism (rdd)) == info->determinism &&
         has_parents (rdd, info);
}

/* (transfer full) */
static RushRddInfo *
info_of (RushRdd *rdd)
{
  if (rdd->told == NULL || !is_still_true (rdd, rdd->told))
    {
      rush_rdd_info_unref (rdd->told);
      rdd->told = describe_rdd (rdd);
    }
  return rush_rdd_info_ref (rdd->told);
}

RushStageInfo *
rush_stage_describe_all (const RushStage *self)
{
  g_autoptr (GPtrArray) rdds = rush_stage_rdds (self->rdd);
  RushStageInfo *info = rush_stage_info_new (rdds->len, self->parents->len);

  info->stage_id = self->id;
  info->attempt = MAX (self->attempt, 0);
  info->name = g_strdup (self->call_site->short_form);
  info->details = g_strdup (self->call_site->long_form);
  info->n_tasks = self->n_outputs;
  if (self->dependency != NULL)
    info->shuffle_id = self->dependency->shuffle_id;
  for (guint i = 0; i < rdds->len; i++)
    info->rdds[i] = info_of (g_ptr_array_index (rdds, i));
  for (guint i = 0; i < self->parents->len; i++)
    info->parent_ids[i] = rush_stage_id (g_ptr_array_index (self->parents, i));
  return info;
}
