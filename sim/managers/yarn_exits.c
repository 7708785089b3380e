/* yarn_exits.c - why a container is over, in the words that Spark's users look for.
 *
 *     exit status   by the application   counts as a failure
 *     0             no                   no
 *     −100          no                   no     the node is lost
 *     −104          yes                  no     beyond its memory; the process ended with 143
 *     any other     yes                  yes    "Container from a bad node"
 *
 * Mirrors: YarnAllocator.processCompletedContainers, ExecutorExitCode.explainExitCode.
 */
#include "sim/managers/yarn_private.h"

/* As Spark explains the exit codes of its executors. */
static char *
explain_exit (gint code)
{
  switch (code)
    {
    case 50:
      return g_strdup ("Uncaught exception");
    case 51:
      return g_strdup ("Uncaught exception, and logging the exception failed");
    case 52:
      return g_strdup ("OutOfMemory");
    case 53:
      return g_strdup ("Failed to create local directory (bad spark.local.dir?)");
    case 56:
      return g_strdup ("Unable to send heartbeats to driver.");
    default:
      return code > 128 ? g_strdup_printf ("Unknown executor exit code (%d) (died from signal %d?)",
                                           code, code - 128)
                        : g_strdup_printf ("Unknown executor exit code (%d)", code);
    }
}

char *
rush_yarn_exit_reason (const RushGrant *grant, gboolean *out_by_application)
{
  const char *container = grant->seen.container;
  const char *host = grant->seen.host->name;
  g_autofree char *explained = explain_exit (grant->exit_code);

  *out_by_application = grant->exit_code != 0 && grant->exit_code != RUSH_YARN_LOST_NODE;
  switch (grant->exit_code)
    {
    case 0:
      return g_strdup_printf ("Executor for container %s exited because of a YARN event (e.g., "
                              "preemption) and not because of an error in the running job.",
                              container);
    case RUSH_YARN_BEYOND_MEMORY:
      return g_strdup_printf ("Container killed by YARN for exceeding physical memory limits. %s. "
                              "Consider boosting spark.executor.memoryOverhead.",
                              grant->end_reason);
    case RUSH_YARN_LOST_NODE:
      return g_strdup_printf (
          "Container marked as failed: %s on host: %s. Exit status: %d. Possible "
          "causes: %s. Diagnostics: %s.",
          container, host, grant->exit_code, explained, grant->end_reason);
    default:
      return g_strdup_printf (
          "Container from a bad node: %s on host: %s. Exit status: %d. Possible "
          "causes: %s. Diagnostics: %s.",
          container, host, grant->exit_code, explained, grant->end_reason);
    }
}
