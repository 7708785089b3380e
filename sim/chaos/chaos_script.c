/* chaos_script.c - see the header: one function a part of the scenario, one row a kind of fault. */
#include "sim/chaos/chaos_script.h"

#include "sim/sim_fault.h"
#include "sim/sim_random.h"

#include <string.h>

#define EXECUTORS_A_HOST 4

/* ---- chance ---- */

/* The streams of one fault: the @i-th choice of the fault of that number. */
typedef struct
{
  guint64 seed;
  guint fault;
  guint n_choices;
} Dice;

static guint64
throw_dice (Dice *self, guint64 n)
{
  RushSimRandom random = rush_sim_random (self->seed, "fault", self->fault, self->n_choices++, 0);

  return rush_sim_random_below (&random, n);
}

/* ---- what a fault is aimed at ---- */

static void
add_executor (GString *out, const RushChaosScript *self, Dice *dice)
{
  /* Those that come in the place of others have higher numbers. */
  guint n = self->aims.n_executors + self->aims.n_executors / 3 + 1;

  g_string_append_printf (out, ", \"executor\": \"%u\"", (guint)throw_dice (dice, n));
}

static void
maybe_executor (GString *out, const RushChaosScript *self, Dice *dice)
{
  if (throw_dice (dice, 2) == 0)
    add_executor (out, self, dice);
}

static void
add_host (GString *out, const RushChaosScript *self, Dice *dice)
{
  g_string_append_printf (out, ", \"host\": %u", (guint)throw_dice (dice, self->n_hosts));
}

static void
add_rack (GString *out, const RushChaosScript *self, Dice *dice)
{
  g_string_append_printf (out, ", \"rack\": %u", (guint)throw_dice (dice, self->n_racks));
}

static void
add_factor (GString *out, Dice *dice)
{
  g_string_append_printf (out, ", \"factor\": %u", 2 + (guint)throw_dice (dice, 20));
}

/* From a second to more than a heartbeat may be missing. */
static void
add_lasts (GString *out, Dice *dice)
{
  static const guint longest_ms[] = { 3000, 20000, 150000 };
  guint most = longest_ms[throw_dice (dice, G_N_ELEMENTS (longest_ms))];

  g_string_append_printf (out, ", \"lasts\": \"%ums\"", 1000 + (guint)throw_dice (dice, most));
}

static void
kill_executor (GString *out, const RushChaosScript *self, Dice *dice)
{
  add_executor (out, self, dice);
}

static void
slow_executor (GString *out, const RushChaosScript *self, Dice *dice)
{
  add_executor (out, self, dice);
  add_factor (out, dice);
  add_lasts (out, dice);
}

static void
host_for_a_while (GString *out, const RushChaosScript *self, Dice *dice)
{
  add_host (out, self, dice);
  add_lasts (out, dice);
}

static void
rack_for_a_while (GString *out, const RushChaosScript *self, Dice *dice)
{
  add_rack (out, self, dice);
  add_lasts (out, dice);
}

static void
slow_host (GString *out, const RushChaosScript *self, Dice *dice)
{
  add_host (out, self, dice);
  add_factor (out, dice);
  add_lasts (out, dice);
}

static void
heal (GString *out, const RushChaosScript *self, Dice *dice)
{
  if (throw_dice (dice, 2) == 0)
    add_rack (out, self, dice);
}

static void
outputs (GString *out, const RushChaosScript *self, Dice *dice)
{
  g_string_append_printf (out, ", \"shuffle\": %u",
                          (guint)throw_dice (dice, MAX (1, self->aims.n_shuffles)));
  if (throw_dice (dice, 3) > 0)
    g_string_append_printf (out, ", \"map\": %u", (guint)throw_dice (dice, 20));
  else
    maybe_executor (out, self, dice);
}

static void
cached_blocks (GString *out, const RushChaosScript *self, Dice *dice)
{
  g_string_append_printf (out, ", \"rdd\": %u",
                          (guint)throw_dice (dice, MAX (1, self->aims.n_kept_rdds)));
  maybe_executor (out, self, dice);
}

static void
late_messages (GString *out, const RushChaosScript *self, Dice *dice)
{
  g_string_append_printf (out, ", \"by\": \"%ums\", \"fraction\": 0.%u",
                          1 + (guint)throw_dice (dice, 30000), 1 + (guint)throw_dice (dice, 9));
  maybe_executor (out, self, dice);
  add_lasts (out, dice);
}

static void
doubled_messages (GString *out, const RushChaosScript *self, Dice *dice)
{
  g_string_append_printf (out, ", \"fraction\": 0.%u", 1 + (guint)throw_dice (dice, 9));
  maybe_executor (out, self, dice);
  add_lasts (out, dice);
}

static const struct
{
  RushSimFaultKind kind;
  guint weight;
  void (*aim) (GString *out, const RushChaosScript *self, Dice *dice);
} kinds[] = {
  { RUSH_SIM_KILL_EXECUTOR, 20, kill_executor },
  { RUSH_SIM_DECOMMISSION_EXECUTOR, 6, kill_executor },
  { RUSH_SIM_SLOW_EXECUTOR, 8, slow_executor },
  { RUSH_SIM_KILL_HOST, 8, host_for_a_while },
  { RUSH_SIM_KILL_RACK, 2, rack_for_a_while },
  { RUSH_SIM_SLOW_HOST, 6, slow_host },
  { RUSH_SIM_CUT_HOST, 8, host_for_a_while },
  { RUSH_SIM_CUT_RACK, 3, rack_for_a_while },
  { RUSH_SIM_HEAL, 4, heal },
  { RUSH_SIM_DROP_SHUFFLE, 12, outputs },
  { RUSH_SIM_CORRUPT_SHUFFLE, 8, outputs },
  { RUSH_SIM_FAIL_TASK, 10, NULL },
  { RUSH_SIM_DELAY_MESSAGES, 5, late_messages },
  { RUSH_SIM_DUPLICATE_MESSAGES, 5, doubled_messages },
  { RUSH_SIM_DROP_CACHED, 10, cached_blocks },
};

/* ---- faults ---- */

static guint
draw_kind (const RushChaosScript *self, Dice *dice)
{
  guint n = G_N_ELEMENTS (kinds) - (self->aims.n_kept_rdds == 0), sum = 0, i = 0;
  guint64 drawn;

  for (guint k = 0; k < n; k++)
    sum += kinds[k].weight;
  drawn = throw_dice (dice, sum);
  while (drawn >= kinds[i].weight)
    drawn -= kinds[i++].weight;
  return i;
}

/* As a task starts, or at a time; a task that is to fail has no choice. */
static void
add_moment (GString *out, const RushChaosScript *self, Dice *dice, gboolean at_task)
{
  guint64 horizon_ms = (guint64)(1500 * self->aims.seconds) + 20000;

  if (!at_task && throw_dice (dice, 2) == 0)
    g_string_append_printf (out, ", \"at\": \"%ums\"", (guint)throw_dice (dice, horizon_ms));
  else
    g_string_append_printf (out, ", \"when\": {\"task\": %u}",
                            (guint)throw_dice (dice, MAX (1, self->aims.n_tasks)));
}

static void
add_failures (GString *out, Dice *dice)
{
  g_string_append_printf (out, ", \"times\": %u", 1 + (guint)throw_dice (dice, 3));
}

static char *
draw_fault (const RushChaosScript *self, guint number)
{
  Dice dice = { self->aims.seed, number, 0 };
  guint kind = draw_kind (self, &dice);
  GString *out = g_string_new (NULL);

  g_string_append_printf (out, "{\"do\": \"%s\"", rush_sim_fault_name (kinds[kind].kind));
  add_moment (out, self, &dice, kinds[kind].kind == RUSH_SIM_FAIL_TASK);
  if (kinds[kind].aim != NULL)
    kinds[kind].aim (out, self, &dice);
  else
    add_failures (out, &dice);
  g_string_append_c (out, '}');
  return g_string_free (out, FALSE);
}

/* ---- cluster and settings ---- */

static guint
choose (const RushChaosScript *self, const char *what, guint n)
{
  RushSimRandom random = rush_sim_random (self->aims.seed, what, 0, 0, 0);

  return (guint)rush_sim_random_below (&random, n);
}

static void
set (RushChaosScript *self, const char *key, const char *value)
{
  g_ptr_array_add (self->settings, g_strdup (key));
  g_ptr_array_add (self->settings, g_strdup (value));
}

static void
draw_dynamic_allocation (RushChaosScript *self)
{
  g_autofree char *most = g_strdup_printf ("%u", self->aims.n_executors);

  self->dynamic_allocation = choose (self, "dynamic allocation", 5) == 0;
  if (!self->dynamic_allocation)
    return;
  set (self, "spark.dynamicAllocation.enabled", "true");
  set (self, "spark.dynamicAllocation.minExecutors", "1");
  set (self, "spark.dynamicAllocation.maxExecutors", most);
  set (self, "spark.dynamicAllocation.executorIdleTimeout", "10s");
}

static void
draw_exclusion (RushChaosScript *self)
{
  set (self, "spark.excludeOnFailure.enabled", "true");
  set (self, "spark.excludeOnFailure.timeout", "60s");
  if (choose (self, "kill excluded", 3) == 0)
    set (self, "spark.excludeOnFailure.killExcludedExecutors", "true");
}

static void
draw_settings (RushChaosScript *self)
{
  set (self, "spark.task.maxFailures", choose (self, "task failures", 2) == 0 ? "4" : "10");
  set (self, "spark.stage.maxConsecutiveAttempts",
       choose (self, "stage attempts", 2) == 0 ? "4" : "12");
  if (choose (self, "speculation", 3) == 0)
    set (self, "spark.speculation", "true");
  if (choose (self, "exclusion", 4) == 0)
    draw_exclusion (self);
  if (choose (self, "locality", 3) == 0)
    set (self, "spark.locality.wait", "0s");
  if (choose (self, "decommission", 3) == 0)
    {
      set (self, "spark.decommission.enabled", "true");
      set (self, "spark.executor.decommission.forceKillTimeout", "20s");
    }
  if (choose (self, "heartbeats", 3) == 0)
    set (self, "spark.network.timeout", "40s");
  self->outputs_outlive = choose (self, "shuffle service", 6) == 0;
  if (self->outputs_outlive)
    set (self, "spark.shuffle.service.enabled", "true");
  self->fair = choose (self, "fair", 4) == 0;
  draw_dynamic_allocation (self);
}

static void
draw_cluster (RushChaosScript *self)
{
  static const char *const managers[] = { "standalone", "yarn", "kubernetes", "mesos" };
  guint on_a_host = 1 + choose (self, "executors a host", EXECUTORS_A_HOST);

  self->manager = managers[choose (self, "manager", G_N_ELEMENTS (managers))];
  self->n_hosts = MAX (2, (self->aims.n_executors + on_a_host - 1) / on_a_host);
  self->n_racks = 1 + choose (self, "racks", MIN (4, self->n_hosts));
  self->cores = 1 + choose (self, "cores", 4);
}

/* ---- life ---- */

gboolean
rush_chaos_script_configure (const RushChaosScript *self, RushConf *conf, GError **error)
{
  for (guint i = 0; i < self->settings->len; i += 2)
    if (!rush_conf_set (conf, g_ptr_array_index (self->settings, i),
                        g_ptr_array_index (self->settings, i + 1), error))
      return FALSE;
  return TRUE;
}

char *
rush_chaos_script_scenario (const RushChaosScript *self, guint n_executors, const gboolean *keep,
                            const char *mode)
{
  GString *out = g_string_new (NULL);
  const char *between = "";

  g_string_append_printf (
      out, "{\"name\": \"chaos\", \"seed\": %" G_GINT64_FORMAT ", \"mode\": \"%s\",\n",
      (gint64)(self->aims.seed & G_MAXINT64), mode);
  g_string_append_printf (out,
                          " \"executors\": {\"count\": %u, \"cores\": %u, \"memory\": \"1g\"},\n",
                          n_executors, self->cores);
  g_string_append_printf (
      out, " \"hosts\": {\"count\": %u, \"racks\": %u, \"cores\": 16, \"memory\": \"64g\"},\n",
      self->n_hosts, self->n_racks);
  if (g_str_equal (mode, "real")) /* small data: tasks would be over before anything goes wrong */
    g_string_append (out, " \"cpu\": {\"task_overhead\": \"1s\"},\n");
  g_string_append_printf (out, " \"manager\": {\"kind\": \"%s\"},\n \"faults\": [", self->manager);
  for (guint i = 0; i < self->faults->len; i++)
    if (keep == NULL || keep[i])
      {
        g_string_append_printf (out, "%s\n  %s", between,
                                (const char *)g_ptr_array_index (self->faults, i));
        between = ",";
      }
  g_string_append (out, "]}\n");
  return g_string_free (out, FALSE);
}

void
rush_chaos_script_free (RushChaosScript *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->faults);
  g_ptr_array_unref (self->settings);
  g_free (self);
}

RushChaosScript *
rush_chaos_script_new (const RushChaosAims *aims)
{
  RushChaosScript *self = g_new0 (RushChaosScript, 1);
  guint n_faults;

  g_return_val_if_fail (aims->n_executors > 0 && aims->min_faults <= aims->max_faults, NULL);
  self->aims = *aims;
  self->faults = g_ptr_array_new_with_free_func (g_free);
  self->settings = g_ptr_array_new_with_free_func (g_free);
  draw_cluster (self);
  draw_settings (self);
  n_faults =
      aims->min_faults + choose (self, "number of faults", aims->max_faults - aims->min_faults + 1);
  for (guint i = 0; i < n_faults; i++)
    g_ptr_array_add (self->faults, draw_fault (self, i));
  return self;
}
