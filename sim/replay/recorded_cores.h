/* recorded_cores.h - who ran beside whom in a recorded run, and who came first to a core.
 *
 *   host h, two cores   core  ▓▓▓▓▓▓▓▓▓ first │▒▒▒▒│▒▒▒▒ alone here: half a neighbour
 *                       core  ▓▓▓▓▓▓▓▓▓ first │▒▒▒▒▒▒│
 *
 * A log does not tell cores from each other.  First are, of a stage's tasks on an executor, as many
 * as it has cores, if they were launched before any of them had ended.
 *
 * How much a task suffers from its neighbours cannot be told from one log: those that run alone are
 * mostly the last of their stage, and they are the last because they are long.  Two logs of one
 * program, with more and with fewer tasks beside each other, tell it.
 *
 * Threads: those of the run.
 */
#pragma once

#include "sim/replay/recorded_run.h"

/* What two runs of one program tell of neighbours. */
typedef struct
{
  guint n_stages;       /* that both have, with as many tasks */
  double neighbours[2]; /* of a task, on average */
  double longer;        /* so many times as long took the second run's tasks */
  double slowdown;      /* a task takes so much longer, as a fraction, for each neighbour */
} RushContention;

/* Fills neighbours and is_first of all tasks. */
void rush_recorded_cores_note (RushRecordedRun *run);
/* Of tasks that were not first on their core.  FALSE: no stage can be compared, or tasks had as
 * many neighbours in both, or their times grew more than their neighbours. */
gboolean rush_recorded_cores_compare (RushRecordedRun *first, RushRecordedRun *second,
                                      RushContention *out);
