/* Writes the event log of the sample application into a folder, to be opened with Spark's own
 * History Server (core/event/README.md says how). */
#include "core/event/event_log.h"
#include "sample_run.h"

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;

  if (argc != 2)
    {
      g_printerr ("usage: write_sample_log FOLDER\n");
      return 2;
    }
  RushListener *log = rush_event_log_new (argv[1], SAMPLE_APP_ID, TRUE, TRUE, &error);
  if (log == NULL)
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }
  RushEventBus *bus = rush_event_bus_new (100);
  rush_event_bus_add_queued (bus, log, NULL);
  sample_run_post (bus);
  rush_event_bus_free (bus);
  return 0;
}
