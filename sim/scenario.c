/* scenario.c - from text to a scenario, and from a scenario to machines and costs.
 *
 *     text ──JSON──▶ values ──scenario_fields.c──▶ struct ──scenario_check.c──▶ scenario
 *     sim://?… ──▶ text of the same form
 *
 * Errors gain the file's name here; their lines are in them already.
 */
#include "sim/scenario_private.h"

#include <string.h>

/* ---- reading ---- */

RushScenario *
rush_scenario_parse (const char *text, gssize length, const char *source, GError **error)
{
  g_autoptr (RushScenario) self = g_new0 (RushScenario, 1);
  g_autoptr (RushJson) document = rush_json_parse (text, length, error);

  if (document == NULL || !rush_json_fields_read (&rush_scenario_table, document, "", self, error))
    {
      g_prefix_error (error, "%s, ", source);
      return NULL;
    }
  self->document = g_steal_pointer (&document);
  self->source = g_strdup (source);
  if (!rush_scenario_complete (self, error))
    {
      g_prefix_error (error, "%s, ", source);
      return NULL;
    }
  return g_steal_pointer (&self);
}

RushScenario *
rush_scenario_read (const char *path, GError **error)
{
  g_autoptr (GError) cause = NULL;
  g_autofree char *text = NULL;
  gsize size;

  if (!g_file_get_contents (path, &text, &size, &cause))
    {
      gboolean missing = g_error_matches (cause, G_FILE_ERROR, G_FILE_ERROR_NOENT);

      g_set_error (error, RUSH_CORE_ERROR, missing ? RUSH_CORE_ERROR_NOT_FOUND : RUSH_CORE_ERROR_IO,
                   "the scenario cannot be read: %s", cause->message);
      return NULL;
    }
  return rush_scenario_parse (text, (gssize)size, path, error);
}

void
rush_scenario_free (RushScenario *self)
{
  if (self == NULL)
    return;
  rush_json_fields_clear (&rush_scenario_table, self);
  g_free (self->source);
  rush_json_free (self->document);
  g_free (self);
}

/* ---- machines ---- */

static gint
rack_named (const RushScenario *self, const char *name)
{
  for (guint i = 0; name != NULL && i < self->hosts.racks.list->len; i++)
    {
      const RushScenarioRack *rack = g_ptr_array_index (self->hosts.racks.list, i);

      if (g_str_equal (rack->name, name))
        return (gint)i;
    }
  return -1;
}

/* NULL: all racks are alike */
static RushRackShape *
rack_shapes (const RushScenario *self)
{
  const GPtrArray *list = self->hosts.racks.list;

  if (list == NULL)
    return NULL;
  RushRackShape *shapes = g_new (RushRackShape, list->len);
  for (guint i = 0; i < list->len; i++)
    {
      const RushScenarioRack *rack = g_ptr_array_index (list, i);

      shapes[i] = (RushRackShape){ .name = rack->name,
                                   .n_hosts = (guint)rack->hosts,
                                   .behind = rack_named (self, rack->behind),
                                   .uplink_bytes_per_s =
                                       rack->uplink >= 0 ? rack->uplink : self->network.uplink };
    }
  return shapes;
}

static void
apply_exception (const RushScenarioException *exception, RushSimHost *host)
{
  if (exception->cores >= 0)
    host->cores = (guint)exception->cores;
  if (exception->memory_bytes >= 0)
    host->memory_bytes = exception->memory_bytes;
  if (exception->cpu_speed >= 0)
    host->cpu_speed = exception->cpu_speed;
  if (exception->nic >= 0)
    rush_link_set_bandwidth (host->nic, exception->nic);
  if (exception->disk >= 0)
    rush_link_set_bandwidth (host->disk, exception->disk);
}

/* Drawn for each host by its number: the same ones are slow, whatever else changes. */
static void
slow_some_hosts (const RushScenario *self, RushTopology *topology)
{
  const RushScenarioSlow *slow = &self->stragglers.hosts;

  for (guint i = 0; i < rush_topology_n_hosts (topology); i++)
    {
      RushSimRandom luck = rush_sim_random ((guint64)self->seed, "slow host", i, 0, 0);

      if (rush_sim_random_uniform (&luck) < slow->fraction)
        rush_topology_host (topology, i)->cpu_speed /=
            MAX (1, rush_distribution_draw (slow->slowdown, &luck));
    }
}

RushTopology *
rush_scenario_topology (const RushScenario *self, RushEventHeap *heap)
{
  g_autofree RushRackShape *racks = rack_shapes (self);
  const RushTopologyShape shape = { .n_hosts = (guint)self->hosts.count,
                                    .n_racks = (guint)self->hosts.racks.count,
                                    .racks = racks,
                                    .cores = (guint)self->hosts.cores,
                                    .memory_bytes = self->hosts.memory_bytes,
                                    .cpu_speed = self->hosts.cpu_speed,
                                    .nic_bytes_per_s = self->network.nic,
                                    .uplink_bytes_per_s = self->network.uplink,
                                    .disk_bytes_per_s = self->disk.bytes_per_s,
                                    .rack_latency_s = self->network.rack_latency_s,
                                    .core_latency_s = self->network.core_latency_s };
  RushTopology *topology = rush_topology_new (heap, &shape);

  for (guint i = 0; self->hosts.except != NULL && i < self->hosts.except->len; i++)
    {
      const RushScenarioException *exception = g_ptr_array_index (self->hosts.except, i);

      apply_exception (exception, rush_topology_host (topology, (guint)exception->host));
    }
  slow_some_hosts (self, topology);
  return topology;
}

/* ---- costs and stages ---- */

RushSimCosts
rush_scenario_costs (const RushScenario *self)
{
  return (RushSimCosts){ .driver_task_s = self->cpu.driver_task_s,
                         .task_overhead_s = self->cpu.task_overhead_s,
                         .disk_seek_s = self->disk.seek_s,
                         .python_start_s = self->python.start_s,
                         .straggler_fraction = self->stragglers.tasks.fraction,
                         .straggler_slowdown = self->stragglers.tasks.slowdown,
                         .pause_every = self->pauses.every,
                         .pause_lasts = self->pauses.lasts };
}

static guint
stage_named (const RushScenario *self, const char *name)
{
  guint i = 0;

  while (strcmp (((RushScenarioStage *)g_ptr_array_index (self->stages, i))->name, name) != 0)
    i++;
  return i;
}

RushModelStage *
rush_scenario_model_stages (const RushScenario *self)
{
  guint n = self->stages != NULL ? self->stages->len : 0;
  RushModelStage *out = g_new0 (RushModelStage, n);

  for (guint i = 0; i < n; i++)
    {
      const RushScenarioStage *stage = g_ptr_array_index (self->stages, i);

      out[i] = (RushModelStage){ .name = stage->name,
                                 .n_tasks = (guint)stage->tasks,
                                 .seconds = stage->duration,
                                 .input_bytes = stage->input,
                                 .write_bytes = stage->shuffle_write,
                                 .runs_python = stage->python,
                                 .execution_bytes = stage->execution_memory,
                                 .memory_bytes = stage->memory,
                                 .python_bytes = stage->python_memory,
                                 .skew = stage->skew,
                                 .n_parents = stage->reads != NULL ? stage->reads->len : 0 };
      for (guint j = 0; j < out[i].n_parents; j++)
        out[i].parents[j] = stage_named (self, g_ptr_array_index (stage->reads, j));
    }
  return out;
}

/* ---- the schema ---- */

char *
rush_scenario_schema (void)
{
  g_autoptr (GString) text = g_string_new (NULL);
  RushJsonWriter out;

  rush_json_writer_init (&out, text);
  rush_json_begin_object (&out);
  rush_json_member (&out, "$schema");
  rush_json_string (&out, "https://json-schema.org/draft/2020-12/schema");
  rush_json_member (&out, "title");
  rush_json_string (&out, "A simulated cluster of Rushlight");
  rush_json_member (&out, "$ref");
  rush_json_string (&out, "#/$defs/scenario");
  rush_json_member (&out, "$defs");
  rush_json_begin_object (&out);
  rush_json_member (&out, "scenario");
  rush_json_fields_schema (&rush_scenario_table, &out);
  rush_json_fields_schema_definitions (&out);
  rush_json_end_object (&out);
  rush_json_end_object (&out);
  return g_string_free (g_steal_pointer (&text), FALSE);
}
