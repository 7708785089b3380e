/* python_helper_private.h - the helper process that forks Python workers, as the runners see it.
 *
 * Ownership:  refcounted: the pool has one, and each worker that it forked.
 * Threads:    any.  A monitor thread reads what the helper says.
 */
#pragma once

#include "core/base/error.h"
#include "core/lineage/task_context.h"
#include "py/runner/python_rdd.h"

typedef struct _RushPythonHelper RushPythonHelper;

/* Starts the process and returns at once; NOT_FOUND or IO if there is no such program.
 * @variables: names and values in turn, NULL-terminated: environment variables of the workers. */
RushPythonHelper *rush_python_helper_start (const RushPythonConfig *config,
                                            const char *const *variables, GError **error);
RushPythonHelper *rush_python_helper_ref (RushPythonHelper *self);
void rush_python_helper_unref (RushPythonHelper *self); /* the last one ends it; NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushPythonHelper, rush_python_helper_unref)

/* Ends the process and its workers, and waits until it is gone. Idempotent. */
void rush_python_helper_end (RushPythonHelper *self);
gboolean rush_python_helper_is_gone (RushPythonHelper *self);

/* Forks worker @id, which gets @fd (still the caller's), and waits until it is there.  Looks at the
 * cancellation of @ctx meanwhile. */
gboolean rush_python_helper_fork (RushPythonHelper *self, gint64 id, int fd, RushTaskContext *ctx,
                                  GPid *out_pid, GError **error);
void rush_python_helper_kill (RushPythonHelper *self, gint64 id);
/* Nobody will ask for worker @id any more. */
void rush_python_helper_forget (RushPythonHelper *self, gint64 id);
/* How worker @id, whose socket was closed, ended: "signal 9 (SIGKILL)", "exit status 3". */
char *rush_python_helper_describe_end (RushPythonHelper *self, gint64 id);
/* Appends the pids (gint) of the helper and of the workers that live. */
void rush_python_helper_pids (RushPythonHelper *self, GArray *out);
