/* thread_jobs.h - what surrounds jobs that somebody far below starts.
 *
 * Whoever finds out a file's columns runs jobs without knowing on whose behalf.  The caller says it
 * for the thread, as Spark keeps local properties with the thread.
 */
#pragma once

#include "rdd/context.h"

/* For the jobs that this thread starts without options of their own; NULL: nothing surrounds them.
 * @options is the caller's, and stays until the next call. */
void rush_set_thread_job_options (const RushJobOptions *options);
const RushJobOptions *rush_thread_job_options (void);
