/* stages.c - where a lineage is cut into stages.
 *
 *     textFile ─ map ─┐                             ┌─────── stage 0 ───────┐
 *                     ╞═ reduceByKey ─ filter ─┐    │ textFile, map         │
 *                                              ╞═ join ─ collect
 *     parallelize ─ map ───────────────────────┘    stage 1: parallelize, map
 *     ═ shuffle   ─ narrow                          stage 2: reduceByKey, filter
 *                                                   stage 3: join, collect (the result stage)
 *
 * The scheduler calls cut () with the last RDD of a job.  When it returns, each shuffle above has
 * a stage that writes it, and @out_parents has those that the last stage reads itself.
 *
 * What you need (core/lineage/rdd.h, core/scheduler/seams.h):
 *     rush_rdd_dependencies (rdd, &n)          what it is computed from: an array of n
 *     dependency->kind                         RUSH_DEPENDENCY_SHUFFLE, or a narrow one
 *     dependency->rdd                          the parent RDD
 *     rush_stage_builder_find (builder, dep)   the stage that writes a shuffle, or NULL
 *     rush_stage_builder_add (builder, dep, parents, error)
 *                                              adds that stage under the next number; NULL: failed
 *     g_ptr_array_add (array, pointer), array->len, g_ptr_array_index (array, i)
 */
#include "core/scheduler/seams.h"

/* BEGIN SOLUTION */
/* As it stands: every dependency is looked at, but only those of the RDD that is handed in, and
 * what the new stage reads itself is forgotten. */
static gboolean
cut (RushStageBuilder *builder, RushRdd *rdd, GPtrArray *out_parents, GError **error)
{
  g_autoptr (GPtrArray) parents = g_ptr_array_new ();
  guint n;
  RushDependency *const *dependencies = rush_rdd_dependencies (rdd, &n);

  for (guint i = 0; i < n; i++)
    {
      RushStage *stage;

      if (dependencies[i]->kind != RUSH_DEPENDENCY_SHUFFLE)
        continue;
      stage = rush_stage_builder_add (builder, dependencies[i], parents, error);
      if (stage == NULL)
        return FALSE;
      g_ptr_array_add (out_parents, stage);
    }
  return TRUE;
}
/* END SOLUTION */

static const RushStageCutter cutter = { "my cutter", cut };

RUSH_PLUGIN (RUSH_STAGE_CUTTER_PART (&cutter));
