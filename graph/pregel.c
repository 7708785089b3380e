/* pregel.c - the loop around rounds. */
#include "graph/pregel.h"

#include "graph/graph_actions.h"
#include "rdd/call_site.h"

static gpointer
ref_data (const RushPregel *self)
{
  return self->ref_data != NULL ? self->ref_data (self->data) : self->data;
}

static RushGraph *
next_round (RushGraph *graph, const RushPregel *self)
{
  RushMessageProgram program = self->program;

  program.data = ref_data (self);
  program.free_data = self->unref_data;
  return rush_graph_change_by_messages (graph, &program, self->attributes, self->change,
                                        ref_data (self), self->unref_data);
}

RushGraph *
rush_pregel (RushGraph *begin, const RushPregel *self, const RushJobOptions *job, GError **error)
{
  RUSH_OPERATOR ("pregel");
  g_autoptr (RushGraph) now = rush_graph_ref (begin);
  double n_active = 1;

  /* A number of rounds needs no count before the first, which computes what it begins with. */
  if (!self->all_rounds && !rush_graph_advance (now, NULL, self->active, job, &n_active, error))
    return NULL;
  for (guint i = 0; self->all_rounds || n_active > 0; i++)
    {
      g_autoptr (RushGraph) next = NULL;

      if (i == self->n_rounds && self->n_rounds > 0)
        break;
      next = next_round (now, self);
      if (!rush_graph_advance (next, now, self->active, job, &n_active, error))
        return NULL;
      rush_graph_unref (now);
      now = g_steal_pointer (&next);
    }
  return g_steal_pointer (&now);
}
