/* cluster_manager.h - who gives an application its executors: ask, grant, refuse, lose.
 *
 * Four of them stand behind this table, each in a file of its own: standalone, YARN, Kubernetes and
 * Mesos.  A manager is a small state machine in virtual time: it is asked for executors, it looks
 * at what the hosts have free, rounds what was asked for in its own way, takes its own time
 * (heartbeats, rounds of allocation, pulling an image), and says at each step what it does.
 *
 *     application ──request (n)──▶ manager ──▶ hosts: cores and memory taken
 *          ▲                          │
 *          └── ready / gone ──────────┤
 *     listeners ◀── step: "ResourceManager", "allocates container 3 of 1,408 MiB on host-2" …
 *
 *   table of ask → grant            asks                                grants a container of
 *   yarn, increment 512 MiB         heap 1,024 MiB + overhead 384       1,536 MiB
 *   kubernetes, PySpark             heap 1,024 MiB × 1.4                1,434 MiB
 *
 * Ownership:  the manager owns what it knows of executors; heap, topology, configuration and
 *             listener outlive it.
 * Threads:    the simulation's.  Nothing blocks; answers come later, from the heap.
 * Mirrors:    deploy.master.Master, YarnAllocator, ExecutorPodsAllocator,
 *             MesosCoarseGrainedSchedulerBackend.
 */
#pragma once

#include "core/base/json.h"
#include "core/conf/conf.h"
#include "sim/topology.h"

/* What one executor is to have, by the settings of the application: before a manager rounds it. */
typedef struct
{
  guint cores;
  gint64 heap_bytes;
  gint64 overhead_bytes; /* max (384 MiB, factor × heap), or as set */
  gint64 off_heap_bytes;
  gint64 pyspark_bytes;
} RushExecutorShape;

typedef struct
{
  char *id; /* "0", "1" … in the order of their requests */
  RushSimHost *host;
  guint cores;
  gint64 heap_bytes;
  gint64 container_bytes; /* what the manager has set aside, and kills beyond */
  char *container;        /* "container_…_000003", "pod …-exec-3", "app-…/3"; NULL: has none */
} RushSimExecutor;

/* How many bytes of which host were looked at in vain. */
typedef struct
{
  const char *host;
  guint free_cores;
  gint64 free_bytes;
} RushHostRoom;

typedef struct
{
  /* It has registered with the driver; (transfer none), valid until it is gone. */
  void (*executor_ready) (gpointer data, const RushSimExecutor *executor);
  /* @reason in the words of Spark; @exit_code as its container ended; @by_application: it counts as
   * the application's fault. */
  void (*executor_gone) (gpointer data, const RushSimExecutor *executor, const char *reason,
                         gint exit_code, gboolean by_application);
  /* A step of the story, for the log and the pictures. @executor_id and @host may be NULL. */
  void (*step) (gpointer data, const char *actor, const char *step, const char *executor_id,
                const char *host);
  /* Nothing more can be granted for now: what was asked, and what each host had free. */
  void (*short_of_room) (gpointer data, const RushExecutorShape *asked, gint64 container_bytes,
                         guint n_missing, const RushHostRoom *rooms, guint n_rooms);
  /* The driver itself is gone, and with it the application. */
  void (*driver_gone) (gpointer data, const char *reason);
} RushManagerListener;

typedef struct _RushClusterManager RushClusterManager;

typedef struct
{
  const char *name; /* "standalone", "yarn", "kubernetes", "mesos" */
  /* The application starts: the driver finds its place; no executor is asked for yet. */
  void (*start) (RushClusterManager *self);
  /* From now on the application wants @n executors in all. */
  void (*request) (RushClusterManager *self, guint n);
  /* The application lets one go. */
  void (*release) (RushClusterManager *self, const char *executor_id);
  /* A process has died (exit code), or its container used more than it has; the manager finds out
   * in its own time. */
  void (*executor_died) (RushClusterManager *self, const char *executor_id, gint exit_code,
                         const char *reason);
  void (*host_died) (RushClusterManager *self, RushSimHost *host);
  void (*host_back) (RushClusterManager *self, RushSimHost *host);
  void (*stop) (RushClusterManager *self);
  void (*free) (RushClusterManager *self);
} RushClusterManagerClass;

/* What every manager is made of. */
typedef struct
{
  RushEventHeap *heap;
  RushTopology *topology;
  const RushConf *conf;
  guint64 seed;
  gboolean runs_python;      /* the overhead factor of Kubernetes */
  gboolean cluster_mode;     /* the driver runs inside the cluster, else on the client's machine */
  RushExecutorShape shape;
  const RushJson *settings;  /* the scenario's "manager" object, or NULL */
  const RushManagerListener *listener;
  gpointer listener_data;
} RushManagerSetup;

struct _RushClusterManager
{
  const RushClusterManagerClass *klass;
  RushManagerSetup setup;
};

/* INVALID_ARGUMENT: settings that contradict each other, or executors that no host could ever hold,
 * with asked and available. */
RushClusterManager *rush_standalone_manager_new (const RushManagerSetup *setup, GError **error);
RushClusterManager *rush_yarn_manager_new (const RushManagerSetup *setup, GError **error);
RushClusterManager *rush_kubernetes_manager_new (const RushManagerSetup *setup, GError **error);
RushClusterManager *rush_mesos_manager_new (const RushManagerSetup *setup, GError **error);

/* From spark.executor.{cores,memory,memoryOverhead,memoryOverheadFactor,pyspark.memory} and
 * spark.memory.offHeap.*; @default_factor: 0.1, or 0.4 for Python on Kubernetes. */
gboolean rush_executor_shape_read (const RushConf *conf, double default_factor,
                                   RushExecutorShape *out, GError **error);
