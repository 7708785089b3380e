/* scenario_check.c - what a table of fields cannot say: that one value does not go with another.
 *
 * Everything is well-formed here, each number in its bounds.  What is left open is worked out first
 * (how many hosts), then each part of the scenario is held against the others.  An error names the
 * line of the value that is easier to change.
 */
#include "sim/scenario_private.h"

#include "core/base/size_string.h"

#include <string.h>

#define MIB G_GINT64_CONSTANT (1048576)
#define LEAST_HEAP (450 * MIB)     /* 1.5 × what Spark sets aside */
#define LEAST_OVERHEAD (384 * MIB) /* spark.executor.minMemoryOverhead */

/* The value at "hosts.racks", or the nearest around it that is in the file. */
static const RushJson *
value_at (const RushScenario *self, const char *path)
{
  g_auto (GStrv) names = g_strsplit (path, ".", -1);
  const RushJson *at = self->document;

  for (guint i = 0; names[i] != NULL; i++)
    {
      const RushJson *inside = rush_json_get (at, names[i]);

      if (inside == NULL)
        return at;
      at = inside;
    }
  return at;
}

static const RushJson *
item_at (const RushScenario *self, const char *path, guint i)
{
  return rush_json_item (value_at (self, path), i);
}

/* ---- memory and cores ---- */

static gboolean
check_heap (const RushScenario *self, const char *path, gint64 bytes, GError **error)
{
  if (bytes < 0 || bytes >= LEAST_HEAP)
    return TRUE;
  g_autofree char *shown = rush_format_bytes (bytes);
  return rush_json_fields_fail (
      value_at (self, path), error,
      "\"%s\" is %s, but Spark starts no heap below 450m: it sets 300m aside "
      "and wants half as much again",
      path, shown);
}

static gint64
container_bytes (gint64 heap)
{
  return heap + MAX (LEAST_OVERHEAD, heap / 10);
}

typedef struct
{
  gint64 cores, memory_bytes;
} Room;

/* The most that any host has. */
static Room
largest_host (const RushScenario *self)
{
  Room most = { self->hosts.cores, self->hosts.memory_bytes };

  for (guint i = 0; self->hosts.except != NULL && i < self->hosts.except->len; i++)
    {
      const RushScenarioException *exception = g_ptr_array_index (self->hosts.except, i);

      most.cores = MAX (most.cores, exception->cores);
      most.memory_bytes = MAX (most.memory_bytes, exception->memory_bytes);
    }
  return most;
}

/* Some host must be able to hold one executor. */
static gboolean
check_room (const RushScenario *self, GError **error)
{
  const RushScenarioExecutors *executors = &self->executors;
  Room most = largest_host (self);

  if (executors->cores > most.cores)
    return rush_json_fields_fail (value_at (self, "executors.cores"), error,
                                  "\"executors.cores\" is %" G_GINT64_FORMAT
                                  ", but no host has more than %" G_GINT64_FORMAT " (hosts.cores)",
                                  executors->cores, most.cores);
  if (executors->memory_bytes >= 0 && container_bytes (executors->memory_bytes) > most.memory_bytes)
    {
      g_autofree char *asked = rush_format_bytes (container_bytes (executors->memory_bytes));
      g_autofree char *there = rush_format_bytes (most.memory_bytes);

      return rush_json_fields_fail (
          value_at (self, "executors.memory"), error,
          "\"executors.memory\" needs %s with its overhead, but no host has "
          "more than %s (hosts.memory)",
          asked, there);
    }
  return TRUE;
}

/* An executor of no said size has one core on YARN and Kubernetes, and all of a standalone worker's
 * or Mesos agent's. */
static gint64
cores_of_one (const RushScenario *self)
{
  RushManagerKind kind = self->manager.kind;

  if (self->executors.cores > 0)
    return self->executors.cores;
  return kind == RUSH_MANAGER_YARN || kind == RUSH_MANAGER_KUBERNETES ? 1 : self->hosts.cores;
}

static gint64
executors_a_host (const RushScenario *self)
{
  gint64 by_cores = self->hosts.cores / cores_of_one (self);
  gint64 by_memory =
      self->executors.memory_bytes < 0
          ? by_cores
          : self->hosts.memory_bytes / container_bytes (self->executors.memory_bytes);

  return MAX (1, MIN (by_cores, by_memory));
}

/* ---- hosts and racks ---- */

#define DEFAULT_HOSTS 10

static gint64
hosts_in_racks (const RushScenario *self)
{
  gint64 sum = 0;

  for (guint i = 0; i < self->hosts.racks.list->len; i++)
    sum += ((RushScenarioRack *)g_ptr_array_index (self->hosts.racks.list, i))->hosts;
  return sum;
}

/* As many as the list of racks has; as many as the executors need, but one for each rack; or ten.
 * */
static gboolean
complete_hosts (RushScenario *self, GError **error)
{
  RushScenarioHosts *hosts = &self->hosts;

  if (hosts->racks.list != NULL)
    {
      gint64 sum = hosts_in_racks (self);

      if (hosts->count >= 0 && hosts->count != sum)
        return rush_json_fields_fail (value_at (self, "hosts.count"), error,
                                      "\"hosts.count\" is %" G_GINT64_FORMAT
                                      ", but the racks hold %" G_GINT64_FORMAT " hosts",
                                      hosts->count, sum);
      hosts->count = sum;
    }
  else if (hosts->count < 0)
    {
      gint64 needed = self->executors.count < 0
                          ? DEFAULT_HOSTS
                          : (self->executors.count - 1) / executors_a_host (self) + 1;

      hosts->count = MAX (needed, hosts->racks.count);
    }
  if (hosts->count > 1000000)
    return rush_json_fields_fail (value_at (self, "hosts"), error,
                                  "\"hosts\" would be %" G_GINT64_FORMAT
                                  "; at most 1,000,000 can be simulated",
                                  hosts->count);
  if (hosts->racks.count > hosts->count)
    return rush_json_fields_fail (value_at (self, "hosts.racks"), error,
                                  "\"hosts.racks\" is %" G_GINT64_FORMAT
                                  ", but there are %" G_GINT64_FORMAT
                                  " hosts (hosts.count): a rack would be empty",
                                  hosts->racks.count, hosts->count);
  return TRUE;
}

static const RushScenarioRack *
rack_at (const RushScenario *self, guint i)
{
  return g_ptr_array_index (self->hosts.racks.list, i);
}

/* The number of a rack by its name; as many as there are: none. */
static guint
find_rack (const RushScenario *self, const char *name)
{
  guint i = 0;

  while (i < self->hosts.racks.list->len && strcmp (rack_at (self, i)->name, name) != 0)
    i++;
  return i;
}

static gboolean
fail_unknown_rack (const RushScenario *self, guint i, GError **error)
{
  guint n = self->hosts.racks.list->len;
  const char *behind = rack_at (self, i)->behind;
  g_autofree const char **names = g_new (const char *, n);

  for (guint j = 0; j < n; j++)
    names[j] = rack_at (self, j)->name;
  const char *nearest = rush_nearest_name (behind, names, n);
  return rush_json_fields_fail (item_at (self, "hosts.racks", i), error,
                                "\"hosts.racks[%u].behind\": there is no rack \"%s\"%s%s%s", i,
                                behind, nearest != NULL ? "; do you mean \"" : "",
                                nearest != NULL ? nearest : "", nearest != NULL ? "\"?" : "");
}

/* Whoever has taken more steps than there are racks goes round in a ring. */
static gboolean
check_way_to_core (const RushScenario *self, guint i, GError **error)
{
  guint steps = 0;

  for (guint at = i; rack_at (self, at)->behind != NULL;)
    {
      guint next = find_rack (self, rack_at (self, at)->behind);

      if (next == self->hosts.racks.list->len)
        return fail_unknown_rack (self, at, error);
      if (++steps > self->hosts.racks.list->len)
        return rush_json_fields_fail (item_at (self, "hosts.racks", i), error,
                                      "\"hosts.racks[%u].behind\": from rack \"%s\" the way to the "
                                      "core leads round in a ring",
                                      i, rack_at (self, i)->name);
      at = next;
    }
  return TRUE;
}

static gboolean
check_racks (const RushScenario *self, GError **error)
{
  for (guint i = 0; self->hosts.racks.list != NULL && i < self->hosts.racks.list->len; i++)
    {
      if (find_rack (self, rack_at (self, i)->name) != i)
        return rush_json_fields_fail (item_at (self, "hosts.racks", i), error,
                                      "\"hosts.racks[%u].name\": there are two racks \"%s\"", i,
                                      rack_at (self, i)->name);
      if (!check_way_to_core (self, i, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
check_index (const RushJson *value, const char *where, guint i, const char *member, gint64 index,
             gint64 count, GError **error)
{
  if (index < count)
    return TRUE;
  return rush_json_fields_fail (value, error,
                                "\"%s[%u].%s\" is %" G_GINT64_FORMAT
                                ", but there are %" G_GINT64_FORMAT ": 0 to %" G_GINT64_FORMAT,
                                where, i, member, index, count, count - 1);
}

static gboolean
check_exceptions (const RushScenario *self, GError **error)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_int64_hash, g_int64_equal);

  for (guint i = 0; self->hosts.except != NULL && i < self->hosts.except->len; i++)
    {
      RushScenarioException *exception = g_ptr_array_index (self->hosts.except, i);
      const RushJson *value = item_at (self, "hosts.except", i);

      if (!check_index (value, "hosts.except", i, "host", exception->host, self->hosts.count,
                        error))
        return FALSE;
      if (!g_hash_table_add (seen, &exception->host))
        return rush_json_fields_fail (value, error,
                                      "\"hosts.except[%u]\": host %" G_GINT64_FORMAT
                                      " has an exception already",
                                      i, exception->host);
    }
  return TRUE;
}

/* ---- pauses ---- */

/* Without work in between a run would never end. */
static gboolean
check_pauses (const RushScenario *self, GError **error)
{
  if (self->pauses.every == NULL || rush_distribution_median (self->pauses.every) >= 0.001)
    return TRUE;
  return rush_json_fields_fail (value_at (self, "pauses.every"), error,
                                "\"pauses.every\" must have a median of 1ms or more");
}

/* ---- stages ---- */

static const RushScenarioStage *
stage_at (const RushScenario *self, guint i)
{
  return g_ptr_array_index (self->stages, i);
}

static guint
find_stage (const RushScenario *self, const char *name)
{
  guint i = 0;

  while (i < self->stages->len && strcmp (stage_at (self, i)->name, name) != 0)
    i++;
  return i;
}

static gboolean
fail_unread (const RushScenario *self, guint i, const char *name, GError **error)
{
  g_autofree const char **names = g_new (const char *, i + 1);

  for (guint j = 0; j < i; j++)
    names[j] = stage_at (self, j)->name;
  const char *nearest = rush_nearest_name (name, names, i);
  return rush_json_fields_fail (
      item_at (self, "stages", i), error,
      "\"stages[%u].reads\": there is no stage \"%s\" before this one%s%s%s", i, name,
      nearest != NULL ? "; do you mean \"" : "", nearest != NULL ? nearest : "",
      nearest != NULL ? "\"?" : "");
}

static gboolean
check_reads (const RushScenario *self, guint i, gboolean *is_read, GError **error)
{
  const GPtrArray *reads = stage_at (self, i)->reads;

  if (reads != NULL && reads->len > RUSH_MODEL_MAX_PARENTS)
    return rush_json_fields_fail (item_at (self, "stages", i), error,
                                  "\"stages[%u].reads\" names %u stages; at most %d can be read", i,
                                  reads->len, RUSH_MODEL_MAX_PARENTS);
  for (guint j = 0; reads != NULL && j < reads->len; j++)
    {
      guint parent = find_stage (self, g_ptr_array_index (reads, j));

      if (parent >= i)
        return fail_unread (self, i, g_ptr_array_index (reads, j), error);
      is_read[parent] = TRUE;
    }
  return TRUE;
}

static gboolean
check_stages (const RushScenario *self, GError **error)
{
  guint n = self->stages != NULL ? self->stages->len : 0;
  g_autofree gboolean *is_read = g_new0 (gboolean, n + 1);

  if (n > 0 && self->mode != RUSH_SIM_MODEL)
    return rush_json_fields_fail (value_at (self, "stages"), error,
                                  "\"stages\" are drawn in model mode only: \"mode\" must be "
                                  "\"model\"");
  for (guint i = 0; i < n; i++)
    {
      if (find_stage (self, stage_at (self, i)->name) != i)
        return rush_json_fields_fail (item_at (self, "stages", i), error,
                                      "\"stages[%u].name\": there are two stages \"%s\"", i,
                                      stage_at (self, i)->name);
      if (!check_reads (self, i, is_read, error))
        return FALSE;
      if (stage_at (self, i)->python_memory != NULL && !stage_at (self, i)->python)
        return rush_json_fields_fail (item_at (self, "stages", i), error,
                                      "\"stages[%u].python_memory\" is of workers, and there are "
                                      "none: \"python\" must be true",
                                      i);
    }
  for (guint i = 0; i + 1 < n; i++)
    if (!is_read[i])
      return rush_json_fields_fail (item_at (self, "stages", i), error,
                                    "\"stages[%u]\": no stage reads \"%s\", and it is not the last",
                                    i, stage_at (self, i)->name);
  return TRUE;
}

/* ---- faults ---- */

static gboolean
check_faults (const RushScenario *self, GError **error)
{
  for (guint i = 0; self->faults != NULL && i < self->faults->len; i++)
    {
      const RushSimFault *fault = g_ptr_array_index (self->faults, i);
      const RushJson *value = item_at (self, "faults", i);

      if (!check_index (value, "faults", i, "host", fault->host, self->hosts.count, error) ||
          !check_index (value, "faults", i, "rack", fault->rack, self->hosts.racks.count, error))
        return FALSE;
    }
  return TRUE;
}

/* Stages are drawn: who has some and says nothing of the mode means that. */
static gboolean
choose_mode (RushScenario *self)
{
  if (self->stages != NULL && rush_json_get (self->document, "mode") == NULL)
    self->mode = RUSH_SIM_MODEL;
  return TRUE;
}

gboolean
rush_scenario_complete (RushScenario *self, GError **error)
{
  return check_heap (self, "executors.memory", self->executors.memory_bytes, error) &&
         check_heap (self, "driver.memory", self->driver.memory_bytes, error) &&
         complete_hosts (self, error) && check_racks (self, error) && choose_mode (self) &&
         check_exceptions (self, error) && check_room (self, error) && check_pauses (self, error) &&
         check_stages (self, error) && check_faults (self, error);
}
