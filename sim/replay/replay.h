/* replay.h - a recorded run again, on another cluster: how long would it take?
 *
 *   recorded   2 executors × 4 cores        61.0 s
 *   what if    8 executors × 4 cores        → 19.4 s, 155 executor-seconds
 *
 * The recorded tasks run on the simulated backend under the real scheduler.  Each takes the time in
 * an executor that it took, but for the waiting for its fetches, for warming up a core
 * (steady_tasks.h) and for what its neighbours cost it.  What it fetches, and what now comes by the
 * wire that was on the same machine before, it waits for anew; the first tasks of a stage on their
 * cores warm them up; new neighbours slow it.  The program's own time between its jobs stays what
 * it was; a job that began when others had ended begins when they have ended.
 *
 * A copy of a slow task (speculation) takes what the stage's tasks take in the middle, or more if
 * the task has more to read than they.
 *
 * What that cannot know: how much neighbours slow each other, if nobody says so (two logs of one
 * program tell: recorded_cores.h); what more memory would have saved of spilling; a number of
 * partitions that follows from the number of cores.
 *
 * Threads:  one.
 * Source:   Ousterhout et al., Making sense of performance in data analytics frameworks (NSDI
 * 2015).
 */
#pragma once

#include "core/conf/conf.h"
#include "core/event/event_bus.h"
#include "sim/replay/replay_plan.h"

typedef struct
{
  guint n_executors;
  guint cores;                /* of each */
  guint n_hosts;              /* 0: an executor a host */
  double network_bytes_per_s; /* of each host; 0: as fast as one likes */
  RushReplayTerms terms;      /* the slowdown by neighbours holds for the new cluster, too */
  const RushConf *conf;       /* spark.speculation, spark.scheduler.mode … */
  RushEventBus *bus;          /* hears of the new run; or NULL */
} RushWhatIf;

typedef struct
{
  double seconds;
  double executor_seconds; /* all executors, from beginning to end */
  double busy_fraction;    /* of the cores */
  double driver_s;         /* the program's own, of seconds */
  guint64 n_tasks;         /* attempts, copies of slow tasks too */
} RushPrediction;

/* The least that any cluster could take: the longest chain of tasks and of the program's own time,
 * and what the work takes if no core ever waits. */
typedef struct
{
  double critical_path_s;
  double work_s; /* of all tasks, on one core */
  double driver_s;
  guint n_left_out; /* jobs that failed in the log and are not replayed */
} RushReplayBounds;

/* FALSE: the jobs could not be run to their ends. */
gboolean rush_replay (RushRecordedRun *run, const RushWhatIf *what_if, RushPrediction *out,
                      GError **error);
gboolean rush_replay_bounds (RushRecordedRun *run, const RushReplayTerms *terms,
                             RushReplayBounds *out, GError **error);
