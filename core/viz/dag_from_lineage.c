/* dag_from_lineage.c - what an action on an RDD would compute, from its lineage alone.
 *
 * A stage is all that is reached from its last RDD through narrow dependencies; each shuffle
 * dependency that is met on the way is written by another stage, the same one for all that read it.
 *
 *     walk up from the RDD ──▶ stages, each known by the shuffle it writes
 *     order them           ──▶ parents first, as the scheduler would number them
 *     add RDDs, then edges
 *
 * Both walks keep their own stacks: a loop of 10,000 steps makes a lineage as deep.
 */
#include "core/event/event_text.h"
#include "core/lineage/persistence.h"
#include "core/viz/dag_private.h"

typedef struct
{
  RushRdd *last;      /* (unowned), like all RDDs here: the caller holds the lineage */
  GPtrArray *rdds;    /* RushRdd, by id */
  GArray *parents;    /* guint: indices of stages */
  guint next_parent;  /* while ordering: how many of them are done */
  guint index_in_dag; /* once ordered */
} PlannedStage;

typedef struct
{
  GPtrArray *stages;   /* PlannedStage, as discovered */
  GHashTable *writers; /* shuffle id → index of the stage that writes it, + 1 */
  GPtrArray *ordered;  /* PlannedStage, parents first */
} Plan;

/* ---- cutting ---- */

static PlannedStage *
plan_stage (Plan *self, guint i)
{
  return g_ptr_array_index (self->stages, i);
}

static void
planned_stage_free (gpointer data)
{
  PlannedStage *self = data;

  g_ptr_array_unref (self->rdds);
  g_array_unref (self->parents);
  g_free (self);
}

static guint
plan_add_stage (Plan *self, RushRdd *last)
{
  PlannedStage *stage = g_new0 (PlannedStage, 1);

  stage->last = last;
  stage->rdds = g_ptr_array_new ();
  stage->parents = g_array_new (FALSE, FALSE, sizeof (guint));
  g_ptr_array_add (self->stages, stage);
  return self->stages->len - 1;
}

static guint
plan_stage_of_shuffle (Plan *self, const RushDependency *dependency)
{
  gpointer id = GINT_TO_POINTER (dependency->shuffle_id);
  guint found = GPOINTER_TO_UINT (g_hash_table_lookup (self->writers, id));

  if (found > 0)
    return found - 1;
  guint index = plan_add_stage (self, dependency->rdd);
  g_hash_table_insert (self->writers, id, GUINT_TO_POINTER (index + 1));
  return index;
}

static void
add_parent_once (PlannedStage *stage, guint parent)
{
  for (guint i = 0; i < stage->parents->len; i++)
    if (g_array_index (stage->parents, guint, i) == parent)
      return;
  g_array_append_val (stage->parents, parent);
}

static gint
compare_rdds (gconstpointer a, gconstpointer b)
{
  gint x = (*(RushRdd *const *)a)->id, y = (*(RushRdd *const *)b)->id;

  return (x > y) - (x < y);
}

/* The RDDs of a stage, and its parents. */
static void
cut_stage (Plan *self, guint index)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
  PlannedStage *stage = plan_stage (self, index);

  g_hash_table_add (seen, stage->last);
  g_ptr_array_add (stage->rdds, stage->last);
  for (guint next = 0; next < stage->rdds->len; next++) /* grows meanwhile */
    {
      RushRdd *rdd = g_ptr_array_index (stage->rdds, next);
      guint n;
      RushDependency *const *dependencies = rush_rdd_dependencies (rdd, &n);
      for (guint d = 0; d < n; d++)
        if (dependencies[d]->kind == RUSH_DEPENDENCY_SHUFFLE)
          add_parent_once (stage, plan_stage_of_shuffle (self, dependencies[d]));
        else if (g_hash_table_add (seen, dependencies[d]->rdd))
          g_ptr_array_add (stage->rdds, dependencies[d]->rdd);
    }
  g_ptr_array_sort (stage->rdds, compare_rdds);
}

/* Parents first; @stack holds the path from the last stage to the one that is looked at. */
static void
order_stages (Plan *self)
{
  g_autoptr (GPtrArray) stack = g_ptr_array_new ();
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);

  g_ptr_array_add (stack, plan_stage (self, 0));
  while (stack->len > 0)
    {
      PlannedStage *stage = g_ptr_array_index (stack, stack->len - 1);
      if (stage->next_parent == stage->parents->len)
        {
          g_ptr_array_add (self->ordered, stage);
          g_ptr_array_set_size (stack, stack->len - 1);
          continue;
        }
      PlannedStage *parent =
          plan_stage (self, g_array_index (stage->parents, guint, stage->next_parent++));
      if (g_hash_table_add (seen, parent))
        g_ptr_array_add (stack, parent);
    }
}

/* ---- drawing ---- */

static guint
count_steps (RushRdd *rdd)
{
  const char *name, *site;
  guint n = 0;

  while (rdd->klass->describe_step != NULL && rdd->klass->describe_step (rdd, n, &name, &site))
    n++;
  return n;
}

static void
fill_steps (RushDagRdd *out, RushRdd *rdd)
{
  out->n_steps = count_steps (rdd);
  out->steps = g_new0 (RushDagStep, out->n_steps);
  for (guint i = 0; i < out->n_steps; i++)
    {
      const char *name, *site;
      rdd->klass->describe_step (rdd, i, &name, &site);
      out->steps[i].name = g_strdup (name);
      out->steps[i].place = rush_dag_place_of_step (site);
    }
}

static gboolean
add_rdd (RushDag *dag, guint stage, RushRdd *rdd, GError **error)
{
  guint n_partitions;
  if (!rush_rdd_n_partitions (rdd, &n_partitions, error))
    return FALSE;

  RushDagRdd drawn = { .stage = stage,
                       .rdd_id = rdd->id,
                       .class_name = g_strdup (rdd->klass->name),
                       .name = rush_rdd_dup_name (rdd),
                       .operator_name = g_strdup (rdd->operator_name),
                       .place = rush_format_place (rdd->call_site.short_form),
                       .n_partitions = n_partitions,
                       .level = rush_rdd_storage_level (rdd),
                       .n_kept = -1,
                       .barrier = rdd->barrier };
  fill_steps (&drawn, rdd);
  rush_dag_add_rdd (dag, &drawn);
  return TRUE;
}

static gboolean
add_stage (RushDag *dag, guint job, PlannedStage *planned, GError **error)
{
  RushDagStage stage = { .job = job, .stage_id = dag->stages->len, .duration_ms = -1 };

  planned->index_in_dag = rush_dag_add_stage (dag, &stage);
  for (guint i = 0; i < planned->rdds->len; i++)
    if (!add_rdd (dag, planned->index_in_dag, g_ptr_array_index (planned->rdds, i), error))
      return FALSE;
  return rush_rdd_n_partitions (
      planned->last, &g_array_index (dag->stages, RushDagStage, planned->index_in_dag).n_tasks,
      error);
}

static void
add_edge (RushDag *dag, Plan *plan, guint stage, const RushDependency *dependency, guint to)
{
  RushDagEdge edge = { .to = to, .shuffle_id = -1, .pairs = -1, .bytes = -1 };

  if (dependency->kind == RUSH_DEPENDENCY_SHUFFLE)
    {
      edge.shuffle_id = dependency->shuffle_id;
      stage = plan_stage (plan, plan_stage_of_shuffle (plan, dependency))->index_in_dag;
    }
  /* Not found: an RDD has been checkpointed while we were drawing. */
  if (rush_dag_find_rdd (dag, stage, dependency->rdd->id, &edge.from))
    rush_dag_add_edge (dag, &edge);
}

static void
add_edges_of_stage (RushDag *dag, Plan *plan, const PlannedStage *stage)
{
  for (guint i = 0; i < stage->rdds->len; i++)
    {
      RushRdd *rdd = g_ptr_array_index (stage->rdds, i);
      guint to = 0;
      gboolean found = rush_dag_find_rdd (dag, stage->index_in_dag, rdd->id, &to);
      g_assert (found);
      guint n;
      RushDependency *const *dependencies = rush_rdd_dependencies (rdd, &n);
      for (guint d = 0; d < n; d++)
        add_edge (dag, plan, stage->index_in_dag, dependencies[d], to);
    }
}

static gboolean
draw (RushDag *dag, Plan *plan, RushRdd *rdd, GError **error)
{
  RushDagJob job = { .job_id = -1,
                     .call_site = rush_format_call_site (rdd->call_site.short_form),
                     .cause = g_strdup (""),
                     .duration_ms = -1 };
  guint index = rush_dag_add_job (dag, &job);

  for (guint i = 0; i < plan->ordered->len; i++)
    if (!add_stage (dag, index, g_ptr_array_index (plan->ordered, i), error))
      return FALSE;
  for (guint i = 0; i < plan->ordered->len; i++)
    add_edges_of_stage (dag, plan, g_ptr_array_index (plan->ordered, i));
  return TRUE;
}

void
rush_dag_show_kept (RushDag *self, RushLineage *lineage)
{
  for (guint i = 0; i < self->rdds->len; i++)
    {
      RushDagRdd *rdd = &g_array_index (self->rdds, RushDagRdd, i);

      rdd->n_kept = (gint)rush_lineage_storage_status (lineage, rdd->rdd_id).n_cached_partitions;
    }
}

RushDag *
rush_dag_from_rdd (RushRdd *rdd, GError **error)
{
  g_return_val_if_fail (rdd != NULL, NULL);

  g_autoptr (GPtrArray) stages = g_ptr_array_new_with_free_func (planned_stage_free);
  g_autoptr (GHashTable) writers = g_hash_table_new (NULL, NULL);
  g_autoptr (GPtrArray) ordered = g_ptr_array_new ();
  Plan plan = { stages, writers, ordered };

  rush_lineage_begin_reading (rdd->lineage);
  plan_add_stage (&plan, rdd);
  for (guint i = 0; i < stages->len; i++) /* grows meanwhile */
    cut_stage (&plan, i);
  order_stages (&plan);

  g_autoptr (RushDag) dag = rush_dag_new ();
  gboolean drawn = draw (dag, &plan, rdd, error);
  rush_lineage_end_reading (rdd->lineage);
  rush_dag_show_kept (dag, rdd->lineage);
  return drawn ? g_steal_pointer (&dag) : NULL;
}
