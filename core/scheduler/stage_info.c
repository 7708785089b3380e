/* stage_info.c - a stage as listeners see it: its RDDs, the steps inside them, its parents.
 *
 * An event log, a page and a picture are made from this alone, after the run and maybe elsewhere,
 * so it holds copies of all they need, down to the user's own operators inside a Python chain:
 *
 *     RDD 5  PythonRDD  at app.py:10      parents 4        steps  map        app.py:8
 *     RDD 4  ShuffledRDD                  parents 3 ═(2)          filter     app.py:9
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

  out->parent_ids = g_new0 (gint, out->n_parents);
  out->parent_shuffle_ids = g_new0 (gint, out->n_parents);
  for (guint i = 0; i < out->n_parents; i++)
    {
      out->parent_ids[i] = dependencies[i]->rdd->id;
      out->parent_shuffle_ids[i] = dependencies[i]->shuffle_id; /* −1 for narrow ones */
    }
}

static void
describe_rdd (RushRdd *rdd, RushRddInfo *out)
{
  gboolean known = rush_rdd_n_partitions (rdd, &out->n_partitions, NULL);

  g_assert (known); /* counted when the job came */
  out->rdd_id = rdd->id;
  out->class_name = rdd->klass->name;
  out->name = rush_rdd_dup_name (rdd);
  if (out->name == NULL)
    out->name = g_strdup (rdd->klass->name);
  out->scope = g_strdup (rdd->operator_name);
  out->call_site = g_strdup (rdd->call_site.short_form);
  out->storage_level = rush_rdd_storage_level (rdd);
  out->barrier = rdd->barrier;
  out->determinism = determinism_name (rush_rdd_determinism (rdd));
  out->steps = describe_steps (rdd);
  describe_parents (rdd, out);
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
    describe_rdd (g_ptr_array_index (rdds, i), &info->rdds[i]);
  for (guint i = 0; i < self->parents->len; i++)
    info->parent_ids[i] = rush_stage_id (g_ptr_array_index (self->parents, i));
  return info;
}
