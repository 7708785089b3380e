/* steady_tasks.h - recorded tasks as they would have run alone, on cores that were warm.
 *
 *   recorded    core ▓▓▓▓▓▓▓▓▒▒▒│▒▒▒│▒▒▒▒│▒▒▒       stage of 8 tasks, two cores
 *               core ▓▓▓▓▓▓▓▓▒▒▒▒│▒▒▒│▒▒▒│▒▒▒▒
 *   steady      warm-up ▓▓▓▓▓▓▓▓, and 8 tasks ▒▒▒
 *   four cores  core ▓▓▓▓▓▓▓▓▒▒▒│▒▒▒              each core warms up, side by side
 *               core ▓▓▓▓▓▓▓▓▒▒▒▒│▒▒▒▒   …
 *
 * The first task of a stage on a core does what no later one need do: classes are loaded, code is
 * generated and compiled, a Python worker starts and imports.  What half of the first tasks took
 * longer than later ones, or more, is the stage's warm-up; what one took beyond that is its own.
 *
 * Threads: any.
 */
#pragma once

#include "sim/model_job.h"
#include "sim/replay/recorded_run.h"

/* Fills @out with the stage's n_run tasks that ran, by partition.  Each took longer by @slowdown,
 * as a fraction, for each of its neighbours.  Returns the seconds of warming up one core; 0 if
 * there were no later tasks to compare with. */
double rush_steady_tasks (const RushRecordedStage *stage, double slowdown, RushModelTask *out);
