/* dag.c - four arrays, and what they own.
 *
 * Invariant:  rdds are sorted by (stage, id), so that one is found by halving.
 */
#include "core/event/event_text.h"
#include "core/viz/dag_private.h"

static void
job_clear (gpointer data)
{
  RushDagJob *self = data;

  g_free (self->call_site);
  g_free (self->cause);
  g_free (self->error);
}

static void
stage_clear (gpointer data)
{
  RushDagStage *self = data;

  g_free (self->recomputed);
  g_free (self->because);
}

static void
rdd_clear (gpointer data)
{
  RushDagRdd *self = data;

  for (guint i = 0; i < self->n_steps; i++)
    {
      g_free (self->steps[i].name);
      g_free (self->steps[i].place);
    }
  g_free (self->steps);
  g_free (self->class_name);
  g_free (self->name);
  g_free (self->operator_name);
  g_free (self->place);
}

/* Stage by stage, and in a stage by id. */
static gint
compare_places (const RushDagRdd *rdd, guint stage, gint rdd_id)
{
  if (rdd->stage != stage)
    return rdd->stage < stage ? -1 : 1;
  return (rdd->rdd_id > rdd_id) - (rdd->rdd_id < rdd_id);
}

guint
rush_dag_add_job (RushDag *self, const RushDagJob *job)
{
  g_array_append_val (self->jobs, *job);
  return self->jobs->len - 1;
}

guint
rush_dag_add_stage (RushDag *self, const RushDagStage *stage)
{
  g_assert (stage->job < self->jobs->len);

  g_array_append_val (self->stages, *stage);
  return self->stages->len - 1;
}

guint
rush_dag_add_rdd (RushDag *self, const RushDagRdd *rdd)
{
  g_assert (rdd->stage < self->stages->len);
  g_assert (self->rdds->len == 0 ||
            compare_places (rush_dag_rdd (self, self->rdds->len - 1), rdd->stage, rdd->rdd_id) < 0);

  g_array_append_val (self->rdds, *rdd);
  return self->rdds->len - 1;
}

void
rush_dag_add_edge (RushDag *self, const RushDagEdge *edge)
{
  g_assert (edge->from < self->rdds->len && edge->to < self->rdds->len);

  g_array_append_val (self->edges, *edge);
}

gboolean
rush_dag_find_rdd (const RushDag *self, guint stage, gint rdd_id, guint *out_index)
{
  guint low = 0, high = self->rdds->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;
      gint order = compare_places (rush_dag_rdd (self, middle), stage, rdd_id);
      if (order == 0)
        {
          *out_index = middle;
          return TRUE;
        }
      if (order < 0)
        low = middle + 1;
      else
        high = middle;
    }
  return FALSE;
}

char *
rush_dag_place_of_step (const char *site)
{
  g_autofree char *as_call_site = g_strconcat (" at ", site != NULL ? site : "", NULL);

  return rush_format_place (as_call_site);
}

void
rush_dag_free (RushDag *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->jobs);
  g_array_unref (self->stages);
  g_array_unref (self->rdds);
  g_array_unref (self->edges);
  g_free (self);
}

RushDag *
rush_dag_new (void)
{
  RushDag *self = g_new (RushDag, 1);

  self->jobs = g_array_new (FALSE, FALSE, sizeof (RushDagJob));
  g_array_set_clear_func (self->jobs, job_clear);
  self->stages = g_array_new (FALSE, FALSE, sizeof (RushDagStage));
  g_array_set_clear_func (self->stages, stage_clear);
  self->rdds = g_array_new (FALSE, FALSE, sizeof (RushDagRdd));
  g_array_set_clear_func (self->rdds, rdd_clear);
  self->edges = g_array_new (FALSE, FALSE, sizeof (RushDagEdge));
  return self;
}
