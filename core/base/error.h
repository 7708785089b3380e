/* error.h - the engine's error domain.
 *
 * What a user can cause is a GError of this domain; what only a programmer can cause is a
 * g_return_if_fail () at a public edge or a g_assert () inside.  A *task's* outcome is neither:
 * it is data (see core/lineage/task_outcome.h), because the scheduler branches on it.
 *
 * Interface:  a message says what, where, and how to mend it; context is added on the way up
 *             with g_prefix_error ().
 * Ownership:  the usual GError rules; outputs are untouched on failure.
 */
#pragma once

#include "core/base/public.h"

#include <glib.h>

RUSH_BEGIN_PUBLIC

typedef enum
{
  RUSH_CORE_ERROR_INVALID_ARGUMENT, /* the caller asked for something that makes no sense */
  RUSH_CORE_ERROR_OUT_OF_MEMORY,    /* an accounted allocation was refused, or malloc failed */
  RUSH_CORE_ERROR_IO,               /* the operating system refused a file, socket or process */
  RUSH_CORE_ERROR_NOT_FOUND,        /* a path or a key that does not exist */
  RUSH_CORE_ERROR_EXISTS,           /* an output that must not be overwritten */
  RUSH_CORE_ERROR_CORRUPT,          /* bytes that fail their checksum or break their format */
  RUSH_CORE_ERROR_CANCELLED,        /* the task or job was asked to stop */
  RUSH_CORE_ERROR_UNSUPPORTED,      /* a thing that Spark has and Rushlight has not */
  RUSH_CORE_ERROR_JOB_ABORTED,      /* a job failed; the message carries Spark's reason */
  RUSH_CORE_ERROR_STOPPED,          /* the context has been stopped */
  RUSH_CORE_ERROR_PYTHON,           /* a Python worker reported an exception; message = traceback */
  RUSH_CORE_ERROR_WORKER_LOST,      /* a Python worker ended without an answer */
  RUSH_CORE_ERROR_FETCH_FAILED,     /* a map output could not be read; see rush_task_context_… */
  RUSH_CORE_ERROR_COMMIT_DENIED,    /* another attempt puts the partition's output in place */
} RushCoreError;

#define RUSH_CORE_ERROR (rush_core_error_quark ())
GQuark rush_core_error_quark (void);

/* A GError from errno: "<what> <path>: <strerror>"; ENOENT → NOT_FOUND, EEXIST → EXISTS, ENOMEM →
 * OUT_OF_MEMORY, everything else → IO.  @path may be NULL. */
void rush_set_error_errno (GError **error, int errnum, const char *what, const char *path);

RUSH_END_PUBLIC
