/* scenario.h - a cluster as a file: what there is, what it costs, what goes wrong.
 *
 *   { "name": "ten nodes", "seed": 7,
 *     "executors": { "count": 20, "cores": 4, "memory": "4g" },
 *     "hosts":     { "count": 10, "racks": 2, "cores": 16, "memory": "64g",
 *                    "except": [ { "host": 3, "cpu_speed": 0.5 } ] },
 *     "network":   { "nic": "10gbit", "uplink": "40gbit" },
 *     "faults":    [ { "at": "12s", "do": "kill_host", "host": 3 } ] }
 *
 * All may be left out: scenario_fields.c is the table of what there is, with the defaults and
 * where they come from; scenario.schema.json is the same table for editors.  Fields of the structs
 * are named as the members of the file are.  A number that is neither in the file nor has a
 * default is −1.
 *
 * A master URL is a scenario in one line:
 * sim://?executors=50&cores=4&memory=4g&hosts=10&racks=2&seed=7, [&mode=model].
 *
 * Ownership:  a scenario owns all that it points to.
 * Threads:    immutable.
 */
#pragma once

#include "sim/model_job.h"
#include "sim/sim_costs.h"
#include "sim/sim_fault.h"

typedef enum
{
  RUSH_SIM_REAL,  /* tasks compute; how long that takes is worked out from what they have counted */
  RUSH_SIM_MODEL, /* tasks are numbers that are drawn */
} RushSimMode;

typedef struct
{
  gint64 count; /* these three: −1: as the configuration says */
  gint64 cores;
  gint64 memory_bytes;
} RushScenarioExecutors;

typedef struct
{
  gint64 host;
  gint64 cores, memory_bytes;
  double cpu_speed, nic, disk; /* −1, as the two before: as the others */
} RushScenarioException;

typedef struct
{
  char *name;
  gint64 hosts;
  char *behind;  /* the rack that its uplink goes to; NULL: the core */
  double uplink; /* −1: as network.uplink */
} RushScenarioRack;

typedef struct
{
  gint64 count;
  GPtrArray *list; /* RushScenarioRack *, or NULL: all alike */
} RushScenarioRacks;

typedef struct
{
  gint64 count; /* never −1 once read: as many as the executors need, or 10 */
  RushScenarioRacks racks;
  gint64 cores, memory_bytes;
  double cpu_speed;
  GPtrArray *except; /* RushScenarioException *, or NULL */
} RushScenarioHosts;

typedef struct
{
  double nic, uplink;                    /* bytes a second */
  double rack_latency_s, core_latency_s; /* there and back */
} RushScenarioNetwork;

typedef struct
{
  double bytes_per_s;
  double seek_s; /* for each map output that a task fetches a piece of */
} RushScenarioDisk;

typedef struct
{
  double driver_task_s;            /* of the driver's one thread, a task */
  double task_overhead_s;          /* of an executor, a task */
  double per_record_s, per_byte_s; /* real mode: to compute */
} RushScenarioCpu;

typedef struct
{
  double fraction;            /* 0 … 1 */
  RushDistribution *slowdown; /* times as long */
} RushScenarioSlow;

typedef struct
{
  RushScenarioSlow tasks, hosts;
} RushScenarioStragglers;

typedef struct
{
  RushDistribution *every, *lasts; /* seconds, of each executor; NULL: none */
} RushScenarioPauses;

typedef struct
{
  double start_s, fork_s, per_record_s;
} RushScenarioPython;

typedef struct
{
  double per_record_s, per_byte_s;
  double size_factor; /* bytes on the wire ÷ bytes counted */
} RushScenarioSerializer;

typedef struct
{
  RushScenarioSerializer java, kryo, pickle, arrow;
} RushScenarioSerializers;

typedef struct
{
  char *name;
  gint64 tasks;
  RushDistribution *duration;              /* seconds, on a core of speed 1 */
  RushDistribution *input, *shuffle_write; /* bytes, of a task; NULL: none */
  GPtrArray *reads;                        /* char *: stages before; NULL: none */
  double skew; /* of what its tasks read: the i-th gets a share like i^−skew */
  gboolean python;
  RushDistribution *execution_memory, *memory, *python_memory; /* bytes, of a task; NULL: none */
} RushScenarioStage;

typedef enum
{
  RUSH_MANAGER_ANY = -1, /* the file does not say: as the master URL says */
  RUSH_MANAGER_STANDALONE,
  RUSH_MANAGER_YARN,
  RUSH_MANAGER_KUBERNETES,
  RUSH_MANAGER_MESOS,
} RushManagerKind;

typedef struct
{
  RushManagerKind kind;
  const RushJson *settings; /* the whole object, for the manager to read; or NULL */
} RushScenarioManager;

typedef enum
{
  RUSH_DEPLOY_CLIENT,
  RUSH_DEPLOY_CLUSTER,
} RushDeployMode;

typedef struct
{
  RushDeployMode deploy_mode;
  gint64 memory_bytes, cores; /* −1: as the configuration says */
} RushScenarioDriver;

typedef struct
{
  char *schema; /* for editors */
  char *name;
  gint64 seed;
  RushSimMode mode;
  RushScenarioExecutors executors;
  RushScenarioHosts hosts;
  RushScenarioNetwork network;
  RushScenarioDisk disk;
  RushScenarioCpu cpu;
  RushScenarioStragglers stragglers;
  RushScenarioPauses pauses;
  RushScenarioPython python;
  RushScenarioSerializers serializers;
  GPtrArray *stages; /* RushScenarioStage *, or NULL */
  RushScenarioManager manager;
  RushScenarioDriver driver;
  GPtrArray *faults; /* RushSimFault *, or NULL */
  char *source;      /* the file's path, or the URL */
  RushJson *document;
} RushScenario;

/* @path is read.  NOT_FOUND, IO; CORRUPT: no JSON; INVALID_ARGUMENT: one sentence with file, line
 * and key. */
RushScenario *rush_scenario_read (const char *path, GError **error);
/* The text of such a file; errors name it @source. */
RushScenario *rush_scenario_parse (const char *text, gssize length, const char *source,
                                   GError **error);
/* "sim://" or "sim://?key=value&…". */
RushScenario *rush_scenario_from_url (const char *url, GError **error);
void rush_scenario_free (RushScenario *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushScenario, rush_scenario_free)

/* Its machines, with exceptions and slow hosts; @heap outlives them. */
RushTopology *rush_scenario_topology (const RushScenario *self, RushEventHeap *heap);
/* What tasks cost besides their work; it borrows from the scenario. */
RushSimCosts rush_scenario_costs (const RushScenario *self);
/* Its stages for rush_model_job_new (), as many as self->stages has. (transfer container) */
RushModelStage *rush_scenario_model_stages (const RushScenario *self);

/* The JSON Schema of scenarios, draft 2020-12, compact. (transfer full) */
char *rush_scenario_schema (void);
