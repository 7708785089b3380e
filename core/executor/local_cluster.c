/* local_cluster.c - local and local-cluster: the local backend as what an application runs on. */
#include "core/executor/cluster.h"

#include "core/executor/local_backend.h"

static gboolean
local_build (RushCluster *self, const RushExecutorServices *services, RushDriverLoop *loop,
             GError **error)
{
  self->backend = rush_local_backend_new (&self->master, services, loop, error);
  if (self->backend == NULL)
    return FALSE;
  self->executors = rush_local_backend_executors (self->backend);
  return TRUE;
}

static void
local_start (RushCluster *self, RushScheduler *scheduler)
{
  rush_local_backend_start (self->backend);
}

static void
local_stop (RushCluster *self)
{
  rush_local_backend_stop (self->backend);
}

static gboolean
local_kill_executor (RushCluster *self, const char *executor_id, gboolean replace)
{
  return rush_local_backend_kill_executor (self->backend, executor_id, replace);
}

static gboolean
local_inject (RushCluster *self, const char *fault, GError **error)
{
  return rush_local_backend_inject (self->backend, fault, error);
}

static guint
local_n_cores (RushCluster *self)
{
  return self->master.n_executors * self->master.cores;
}

static void
local_free (RushCluster *self)
{
  if (self->backend != NULL)
    self->backend->klass->free (self->backend);
  g_free (self->application_id);
  g_free (self);
}

static const RushClusterClass local_class = {
  .build = local_build,
  .start = local_start,
  .stop = local_stop,
  .kill_executor = local_kill_executor,
  .inject = local_inject,
  .n_cores = local_n_cores,
  .free = local_free,
};

static gboolean
takes_all (const char *url, const RushConf *conf)
{
  return TRUE;
}

/* "local-1795234224138"; no two applications of one process have the same. */
static char *
new_application_id (gint64 now_ms)
{
  static _Atomic gint64 last_ms;
  gint64 before = atomic_load (&last_ms);
  gint64 chosen;

  do
    chosen = MAX (now_ms, before + 1);
  while (!atomic_compare_exchange_weak (&last_ms, &before, chosen));
  return g_strdup_printf ("local-%" G_GINT64_FORMAT, chosen);
}

static gboolean
check_driver_is_here (const char *url, const RushConf *conf, GError **error)
{
  g_autofree char *mode = rush_conf_get_string (conf, "spark.submit.deployMode");

  if (!g_str_equal (mode, "cluster"))
    return TRUE;
  g_set_error (
      error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_UNSUPPORTED,
      "spark.submit.deployMode: \"cluster\" needs a cluster, and with %s the driver runs in "
      "this process; use client, or a simulated cluster (sim://, or --simulate SCENARIO)",
      url);
  return FALSE;
}

static RushCluster *
local_open (const char *url, RushConf *conf, GError **error)
{
  RushMaster master;
  RushCluster *self;

  if (!rush_master_parse (url, &master, error) || !check_driver_is_here (url, conf, error))
    return NULL;
  self = g_new0 (RushCluster, 1);
  self->klass = &local_class;
  self->master = master;
  self->clock = rush_clock_system ();
  self->application_id = new_application_id (rush_clock_wall_ms (self->clock));
  return self;
}

const RushClusterFactory rush_local_cluster_factory = { "local", takes_all, local_open };
