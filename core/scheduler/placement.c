/* placement.c - where a task would best run.
 *
 * A task computes one partition of the stage's last RDD, and with it one partition of each RDD
 * below.  Going up from the last one, the first that has an opinion decides:
 *
 *   1. a cached partition: the executors that hold it
 *   2. an RDD's own preferred locations: the hosts of a file's blocks
 *   3. a shuffled RDD: the hosts that hold at least a fifth of what this partition will read
 *   4. else the first opinion among its narrow parents
 *
 *     result ─▶ map ─▶ shuffled ═▶      "n3", as n3 holds 40% of reduce partition 7
 *
 * (3) is asked only of small shuffles, as it looks at each map output.
 *
 * Mirrors: DAGScheduler.getPreferredLocsInternal, ShuffledRDD.getPreferredLocations,
 *          MapOutputTrackerMaster.getPreferredLocationsForShuffle.
 */
#include "core/scheduler/dag_scheduler_private.h"

#define SHUFFLE_PREF_THRESHOLD 1000 /* maps, and reduces: fewer than that */
#define REDUCER_PREF_LOCS_FRACTION 0.2

/* One partition of one RDD: what is to be visited. */
typedef struct
{
  RushRdd *rdd;
  guint partition;
} Step;

typedef struct
{
  RushDag *dag;
  GArray *to_visit; /* Step, a stack */
  GArray *parents;  /* guint, of one dependency */
  GHashTable *seen; /* Step; filled once the walk has forked: a chain cannot meet itself */
  gboolean forked;
} Walk;

static guint
step_hash (gconstpointer data)
{
  const Step *step = data;

  return g_direct_hash (step->rdd) * 31 + step->partition;
}

static gboolean
step_equal (gconstpointer a, gconstpointer b)
{
  const Step *x = a, *y = b;

  return x->rdd == y->rdd && x->partition == y->partition;
}

/* ---- opinions ---- */

/* NULL in place of an empty list. */
static char **
or_none (char **places)
{
  if (places == NULL || places[0] != NULL)
    return places;
  g_strfreev (places);
  return NULL;
}

/* The shuffle that partition i of @rdd reads as its i-th slice, if that is how it reads; or NULL.
 */
static const RushDependency *
shuffle_read_by (const RushRdd *rdd)
{
  guint n;
  RushDependency *const *dependencies = rush_rdd_dependencies (rdd, &n);

  return n == 1 && dependencies[0]->kind == RUSH_DEPENDENCY_SHUFFLE ? dependencies[0] : NULL;
}

char **
rush_shuffle_preferred_hosts (RushMapOutputTracker *tracker, RushRdd *rdd, guint partition)
{
  const RushDependency *shuffle = shuffle_read_by (rdd);
  char **hosts = NULL;
  guint n;

  if (shuffle == NULL || !rush_rdd_n_partitions (rdd, &n, NULL) ||
      n != shuffle->partitioner->n_partitions || n >= SHUFFLE_PREF_THRESHOLD ||
      rush_map_output_tracker_n_maps (tracker, shuffle->shuffle_id) >= SHUFFLE_PREF_THRESHOLD)
    return NULL;
  g_strfreev (rush_map_output_tracker_preferred (tracker, shuffle->shuffle_id, partition,
                                                 REDUCER_PREF_LOCS_FRACTION, &hosts));
  return or_none (hosts);
}

static char **
opinion_of (RushDag *dag, const Step *step)
{
  char **places = NULL;

  if (dag->cache != NULL)
    places = or_none (dag->cache->locations (dag->cache, step->rdd, step->partition));
  if (places == NULL)
    places = or_none (rush_rdd_preferred_locations (step->rdd, step->partition));
  return places != NULL ? places
                        : rush_shuffle_preferred_hosts (dag->tracker, step->rdd, step->partition);
}

/* ---- one partition ---- */

/* Narrow parents go on the stack in reverse: the first is asked first. */
static void
push_parents (Walk *walk, const Step *step)
{
  guint before = walk->to_visit->len, n;
  RushDependency *const *dependencies = rush_rdd_dependencies (step->rdd, &n);

  for (guint i = n; i-- > 0;)
    {
      const RushDependency *dependency = dependencies[i];

      if (dependency->kind == RUSH_DEPENDENCY_SHUFFLE)
        continue;
      g_array_set_size (walk->parents, 0);
      rush_dependency_parents (dependency, step->partition, walk->parents);
      for (guint j = walk->parents->len; j-- > 0;)
        {
          Step parent = { dependency->rdd, g_array_index (walk->parents, guint, j) };

          g_array_append_val (walk->to_visit, parent);
        }
    }
  if (walk->to_visit->len > before + 1)
    walk->forked = TRUE;
}

static char **
place_partition (Walk *walk, RushRdd *last, guint partition)
{
  Step first = { last, partition };

  walk->forked = FALSE;
  g_hash_table_remove_all (walk->seen);
  g_array_set_size (walk->to_visit, 0);
  g_array_append_val (walk->to_visit, first);
  while (walk->to_visit->len > 0)
    {
      Step step = g_array_index (walk->to_visit, Step, walk->to_visit->len - 1);

      g_array_set_size (walk->to_visit, walk->to_visit->len - 1);
      if (walk->forked && !g_hash_table_add (walk->seen, g_memdup2 (&step, sizeof step)))
        continue;
      char **places = opinion_of (walk->dag, &step);
      if (places != NULL)
        return places;
      push_parents (walk, &step);
    }
  return NULL;
}

/* ---- all partitions of a stage ---- */

/* Whether anything in the stage can have an opinion: a walk for each of a million partitions that
 * like no place is saved. */
static gboolean
may_have_opinion (RushDag *self, const RushStage *stage)
{
  g_autoptr (GPtrArray) rdds = rush_stage_rdds (stage->rdd);

  for (guint i = 0; i < rdds->len; i++)
    {
      const RushRdd *rdd = g_ptr_array_index (rdds, i);

      if (self->cache != NULL || rdd->klass->preferred_locations != NULL ||
          shuffle_read_by (rdd) != NULL)
        return TRUE;
    }
  return FALSE;
}

char ***
rush_dag_place (RushDag *self, RushStage *stage, const guint *partitions, guint n)
{
  if (!may_have_opinion (self, stage))
    return NULL;

  char ***places = g_new0 (char **, n);
  g_autoptr (GArray) to_visit = g_array_new (FALSE, FALSE, sizeof (Step));
  g_autoptr (GArray) parents = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autoptr (GHashTable) seen = g_hash_table_new_full (step_hash, step_equal, g_free, NULL);
  Walk walk = { .dag = self, .to_visit = to_visit, .parents = parents, .seen = seen };

  for (guint i = 0; i < n; i++)
    places[i] = place_partition (&walk, stage->rdd, partitions[i]);
  return places;
}
