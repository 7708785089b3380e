/* looks behind one narrow dependency, not behind several */
/* caught by: two_stages */
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
static void
add_once (GPtrArray *array, gpointer pointer)
{
  if (!g_ptr_array_find (array, pointer, NULL))
    g_ptr_array_add (array, pointer);
}

/* The shuffles that the stage of @rdd reads: those that are met first on the way up.  Each once,
 * however many ways lead there. */
static GPtrArray *
find_shuffles (RushRdd *rdd)
{
  GPtrArray *shuffles = g_ptr_array_new ();            /* of RushDependency * */
  g_autoptr (GPtrArray) seen = g_ptr_array_new ();     /* of RushRdd *, to be looked at in turn */

  g_ptr_array_add (seen, rdd);
  for (guint next = 0; next < MIN (seen->len, 2); next++)
    {
      guint n;
      RushDependency *const *dependencies =
          rush_rdd_dependencies (g_ptr_array_index (seen, next), &n);

      for (guint i = 0; i < n; i++)
        if (dependencies[i]->kind == RUSH_DEPENDENCY_SHUFFLE)
          add_once (shuffles, dependencies[i]); /* the stage ends here */
        else
          add_once (seen, dependencies[i]->rdd); /* the same task computes it */
    }
  return shuffles;
}

static gboolean cut (RushStageBuilder *builder, RushRdd *rdd, GPtrArray *out_parents,
                     GError **error);

/* The stage that writes @shuffle; made now, after those that it reads, if there is none. */
static RushStage *
stage_of (RushStageBuilder *builder, RushDependency *shuffle, GError **error)
{
  RushStage *stage = rush_stage_builder_find (builder, shuffle);
  g_autoptr (GPtrArray) parents = g_ptr_array_new ();

  if (stage != NULL)
    return stage;
  if (!cut (builder, shuffle->rdd, parents, error))
    return NULL;
  return rush_stage_builder_add (builder, shuffle, parents, error);
}

static gboolean
cut (RushStageBuilder *builder, RushRdd *rdd, GPtrArray *out_parents, GError **error)
{
  g_autoptr (GPtrArray) shuffles = find_shuffles (rdd);

  for (guint i = 0; i < shuffles->len; i++)
    {
      RushStage *stage = stage_of (builder, g_ptr_array_index (shuffles, i), error);

      if (stage == NULL)
        return FALSE;
      g_ptr_array_add (out_parents, stage);
    }
  return TRUE;
}
/* END SOLUTION */

static const RushStageCutter cutter = { "my cutter", cut };

RUSH_PLUGIN (RUSH_STAGE_CUTTER_PART (&cutter));
