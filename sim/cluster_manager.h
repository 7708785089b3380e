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
 *   standalone                      heap 1,024 MiB                      1,024 MiB
 *   yarn, increment 512 MiB         heap 1,024 MiB + overhead 384       1,536 MiB
 *   kubernetes, PySpark             heap 1,024 MiB × 1.4, rounded down  1,433 MiB
 *   mesos                           heap 1,024 MiB + overhead 384       1,408 MiB
 *
 * What they grant is what the whole cluster has: the application is alone on it.
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
#include "sim/json_fields.h"
#include "sim/topology.h"

/* What one executor is to have, by the settings of the application: before a manager rounds it. */
typedef struct
{
  guint cores; /* 0: not set.  Standalone and Mesos give all of a host's, the others one */
  gint64 heap_bytes;
  gint64 overhead_bytes; /* max (384 MiB, factor × heap), or as set */
  gint64 off_heap_bytes;
  gint64 pyspark_bytes;
} RushExecutorShape;

typedef struct
{
  char *id; /* "0", "1" … in the order of their requests; YARN and Kubernetes begin with "1" */
  RushSimHost *host;
  guint cores;
  gint64 heap_bytes;
  gint64 container_bytes; /* what the manager has set aside, and kills beyond */
  char *container;        /* "container_…_000003", "…-exec-3", "app-…/3" */
} RushSimExecutor;

/* How much of which host was looked at in vain. */
typedef struct
{
  const char *host;
  guint free_cores;
  gint64 free_bytes;
} RushHostRoom;

#define RUSH_EXIT_UNKNOWN (-1) /* nobody knows how it ended */

/* Each may be NULL: nobody listens.  They may call the manager. */
typedef struct
{
  /* It has registered with the driver; (transfer none), valid until it is gone. */
  void (*executor_ready) (gpointer data, const RushSimExecutor *executor);
  /* @reason in the words of Spark; @exit_code as its container ended; @by_application: it counts as
   * the application's fault. */
  void (*executor_gone) (gpointer data, const RushSimExecutor *executor, const char *reason,
                         gint exit_code, gboolean by_application);
  /* It has been killed for the memory that it used: its processes are gone.  executor_gone () tells
   * why, when the manager has found out. */
  void (*executor_killed) (gpointer data, const RushSimExecutor *executor);
  /* A step of the story, for the log and the pictures. @executor_id and @host may be NULL. */
  void (*step) (gpointer data, const char *actor, const char *step, const char *executor_id,
                const char *host);
  /* Nothing more can be granted for now: what was asked, and what each host had free.  @why: the
   * refusal in one sentence, in the manager's words.  Once, until something changes. */
  void (*short_of_room) (gpointer data, const RushExecutorShape *asked, gint64 container_bytes,
                         guint n_missing, const RushHostRoom *rooms, guint n_rooms,
                         const char *why);
  /* In cluster mode: the driver runs, for the first time.  (Else it runs from the beginning.) */
  void (*driver_runs) (gpointer data);
  /* The driver itself is gone, or the manager has ended the application: executors go without a
   * word of their own.  @starts_again: driver_back () follows. */
  void (*driver_gone) (gpointer data, const char *reason, gboolean starts_again);
  /* It has been started again: a new application, that has asked for nothing yet. */
  void (*driver_back) (gpointer data, guint attempt);
} RushManagerListener;

typedef struct _RushClusterManager RushClusterManager;

typedef struct
{
  const char *name; /* "standalone", "yarn", "kubernetes", "mesos" */
  /* The application starts: the driver finds its place; no executor is asked for yet. */
  void (*start) (RushClusterManager *self);
  /* From now on the application wants @n executors in all.  May be called before start () is
   * through: it is remembered.  Fewer than there are: nobody is sent away, see release ().
   * G_MAXUINT, standalone and Mesos alone: as many as spark.cores.max and the hosts allow. */
  void (*request) (RushClusterManager *self, guint n);
  /* The application lets one go; who does not want another in its place asks for fewer before. */
  void (*release) (RushClusterManager *self, const char *executor_id);
  /* A process has died; the manager finds out in its own time.  @reason: why, for the story. */
  void (*executor_died) (RushClusterManager *self, const char *executor_id, gint exit_code,
                         const char *reason);
  /* Its processes now use that much together; who limits it kills it beyond, in its own time. */
  void (*memory_used) (RushClusterManager *self, const char *executor_id, gint64 used_bytes);
  /* After @host's alive or reachable has become FALSE, and all that ran there with it. */
  void (*host_died) (RushClusterManager *self, RushSimHost *host);
  /* After both are TRUE again: nothing runs there any more. */
  void (*host_back) (RushClusterManager *self, RushSimHost *host);
  /* Gives everything back; nobody is told anything any more. */
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
  gboolean runs_python;  /* for a driver's pod; the shape of executors has it already */
  gboolean cluster_mode; /* the driver runs inside the cluster, else on the client's machine */
  RushExecutorShape shape;
  const RushJson *settings; /* the scenario's "manager" object, or NULL; see managers/README.md */
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

/* What short_of_room () is told, as sentences for people. (transfer full) */
char *rush_refusal_text (const RushExecutorShape *asked, gint64 container_bytes, guint n_missing,
                         const RushHostRoom *rooms, guint n_rooms, const char *why);

/* What a scenario's "manager" object of that kind may have; NULL: there is no such kind. */
const RushJsonFieldTable *rush_manager_settings (const char *kind);

/* From spark.executor.{cores,memory,memoryOverhead,memoryOverheadFactor,minMemoryOverhead,
 * pyspark.memory} and spark.memory.offHeap.*, in whole MiB as Spark counts.  @default_factor: if
 * spark.executor.memoryOverheadFactor is not set.  INVALID_ARGUMENT: a heap below 450 MiB, or
 * memory outside of the heap that is enabled and has no size. */
gboolean rush_executor_shape_read (const RushConf *conf, double default_factor,
                                   RushExecutorShape *out, GError **error);
/* 0.1; on Kubernetes spark.kubernetes.memoryOverheadFactor, or 0.4 for Python. */
double rush_default_overhead_factor (const RushConf *conf, gboolean kubernetes,
                                     gboolean runs_python);
