/* context_pools.c - spark.scheduler.mode: FIFO, or FAIR with the pools of a file.
 *
 * Mirrors: TaskSchedulerImpl.initialize, the part of FairSchedulableBuilder that finds the file.
 */
#include "rdd/context_private.h"

#include "rdd/source/local_path.h"

#define USUAL_FILE "fairscheduler.xml"

/* Beside spark-defaults.conf. (transfer full); NULL: there is none. */
static char *
usual_file (void)
{
  const char *folder = g_getenv ("SPARK_CONF_DIR");
  const char *home = g_getenv ("SPARK_HOME");
  g_autofree char *file = folder != NULL ? g_build_filename (folder, USUAL_FILE, NULL)
                          : home != NULL ? g_build_filename (home, "conf", USUAL_FILE, NULL)
                                         : NULL;

  if (file == NULL || !g_file_test (file, G_FILE_TEST_EXISTS))
    return NULL;
  return g_steal_pointer (&file);
}

gboolean
rush_context_choose_scheduling_mode (RushContext *self, GError **error)
{
  g_autofree char *mode = rush_conf_get_string (self->conf, "spark.scheduler.mode");
  g_autofree char *name = rush_conf_get_string (self->conf, "spark.scheduler.allocation.file");
  g_autofree char *file = NULL;

  if (g_ascii_strcasecmp (mode, "FAIR") != 0)
    return TRUE;
  file = name != NULL ? rush_local_path_resolve (name, error) : usual_file ();
  if (name != NULL && file == NULL)
    return FALSE;
  return rush_scheduler_use_fair_pools (self->scheduler, file, error);
}
