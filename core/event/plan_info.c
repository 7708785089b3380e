/* plan_info.c - see plan_info.h. */
#include "core/event/plan_info.h"

#include "core/event/json_private.h"

RushPlanInfo *
rush_plan_info_new (char *name, char *text, guint n_children, guint n_metrics)
{
  RushPlanInfo *self = g_new0 (RushPlanInfo, 1);

  self->name = name;
  self->text = text;
  self->n_children = n_children;
  self->children = g_new0 (RushPlanInfo *, n_children);
  self->n_metrics = n_metrics;
  self->metrics = g_new0 (RushPlanMetric, n_metrics);
  return self;
}

void
rush_plan_info_free (RushPlanInfo *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < self->n_children; i++)
    rush_plan_info_free (self->children[i]);
  g_free (self->children);
  g_free (self->metrics);
  g_free (self->name);
  g_free (self->text);
  g_free (self);
}

static void
write_metric (RushJsonWriter *w, const RushPlanMetric *self)
{
  rush_json_begin_object (w);
  put_string (w, "name", self->name);
  put_int (w, "accumulatorId", self->accumulator_id);
  put_string (w, "metricType", self->type);
  rush_json_end_object (w);
}

void
rush_plan_info_write_json (const RushPlanInfo *self, RushJsonWriter *w)
{
  rush_json_begin_object (w);
  put_string (w, "nodeName", self->name);
  put_string (w, "simpleString", self->text);
  rush_json_member (w, "children");
  rush_json_begin_array (w);
  for (guint i = 0; i < self->n_children; i++)
    rush_plan_info_write_json (self->children[i], w);
  rush_json_end_array (w);
  put_properties (w, "metadata", NULL);
  rush_json_member (w, "metrics");
  rush_json_begin_array (w);
  for (guint i = 0; i < self->n_metrics; i++)
    write_metric (w, &self->metrics[i]);
  rush_json_end_array (w);
  rush_json_end_object (w);
}
