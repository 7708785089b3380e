/* event_log.c - a listener that writes each event as a line of JSON.
 *
 *     <dir>/<app>.inprogress ──finish──▶ <dir>/<app>
 *
 * The name with .inprogress is a promise that more will come: the History Server shows such an
 * application as running.  It is given up only by a log that is whole; after an error the rest
 * of the run is not logged and the name stays, as it does when the process dies.
 *
 * Task events are many and small, they wait in stdio's buffer; every other event pushes the buffer
 * out, so that a reader of the running log sees whole stages (Spark flushes at the same places).
 *
 * The file is made with O_EXCL: neither another run's log nor a link that somebody left under the
 * name is written through.
 */
#include "core/event/event_log.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define KEEPS_NAME "cannot give its final name to the event log"

typedef struct
{
  RushListener base;
  char *final_path;
  char *inprogress_path;
  gboolean overwrite;
  FILE *file;    /* NULL: closed, or given up after an error */
  GString *line; /* reused */
} EventLog;

/* ---- writing ---- */

static void
complain (const EventLog *self, const char *what, int errnum, const char *consequence)
{
  g_printerr ("rushlight: %s %s: %s; %s\n", what, self->inprogress_path, g_strerror (errnum),
              consequence);
}

static void
give_up (EventLog *self, int errnum)
{
  complain (self, "cannot write the event log", errnum, "the rest of this run is not logged");
  if (self->file != NULL)
    fclose (self->file);
  self->file = NULL;
}

static void
on_event (RushListener *listener, RushEvent *event)
{
  EventLog *self = (EventLog *)listener;
  RushJsonWriter writer;

  /* Spark tells listeners of copies, not the log: it sees them start. */
  if (self->file == NULL || event->kind == RUSH_EVENT_SPECULATIVE_TASK_SUBMITTED)
    return;
  g_string_truncate (self->line, 0);
  rush_json_writer_init (&writer, self->line);
  rush_event_write_json (event, &writer);
  g_string_append_c (self->line, '\n');

  gboolean is_task = event->kind == RUSH_EVENT_TASK_START || event->kind == RUSH_EVENT_TASK_END;
  if (fwrite (self->line->str, 1, self->line->len, self->file) != self->line->len ||
      (!is_task && fflush (self->file) != 0))
    give_up (self, errno);
}

static void
finish (RushListener *listener)
{
  EventLog *self = (EventLog *)listener;

  if (self->file == NULL)
    return;
  FILE *file = g_steal_pointer (&self->file);
  if (fclose (file) != 0)
    give_up (self, errno);
  else if (!self->overwrite && g_file_test (self->final_path, G_FILE_TEST_EXISTS))
    complain (self, KEEPS_NAME, EEXIST, "it is whole");
  else if (g_rename (self->inprogress_path, self->final_path) != 0)
    complain (self, KEEPS_NAME, errno, "it is whole");
}

static void
event_log_free (RushListener *listener)
{
  EventLog *self = (EventLog *)listener;

  if (self->file != NULL)
    fclose (self->file);
  g_string_free (self->line, TRUE);
  g_free (self->final_path);
  g_free (self->inprogress_path);
  g_free (self);
}

static const RushListenerClass event_log_class = { "event log", on_event, finish, event_log_free };

/* ---- where to ---- */

/* "hdfs://…", "s3a:/…": letters, then a colon and a slash. */
static gboolean
has_scheme (const char *dir)
{
  const char *p = dir;

  while (g_ascii_isalnum (*p) || *p == '+' || *p == '-' || *p == '.')
    p++;
  return p > dir && p[0] == ':' && p[1] == '/';
}

/* file:///x and file://localhost/x as in any URI; file:/x as Hadoop writes it; a plain path. */
static char *
path_of_dir (const char *dir, GError **error)
{
  if (dir == NULL || *dir == '\0')
    {
      g_set_error_literal (
          error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
          "spark.eventLog.dir is empty; name a folder, for example /tmp/spark-events");
      return NULL;
    }
  if (!has_scheme (dir))
    return g_strdup (dir);
  if (g_str_has_prefix (dir, "file:/") && !g_str_has_prefix (dir, "file://"))
    return g_uri_unescape_string (dir + strlen ("file:"), NULL);
  char *path = g_filename_from_uri (dir, NULL, NULL);
  if (path == NULL)
    g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_UNSUPPORTED,
                 "spark.eventLog.dir is %s: the event log is written to local folders only; "
                 "use a path or file:///…",
                 dir);
  return path;
}

static gboolean
check_dir (const char *path, gboolean create, GError **error)
{
  struct stat status;

  if (create && g_mkdir_with_parents (path, 0770) != 0)
    {
      rush_set_error_errno (error, errno, "cannot create the folder for event logs", path);
      return FALSE;
    }
  if (stat (path, &status) != 0)
    {
      rush_set_error_errno (error, errno, "spark.eventLog.dir names the folder", path);
      g_prefix_error (error,
                      "the event log cannot be written (create the folder, name another one, "
                      "or set spark.eventLog.enabled to false): ");
      return FALSE;
    }
  if (!S_ISDIR (status.st_mode))
    {
      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                   "spark.eventLog.dir is %s, which is not a folder", path);
      return FALSE;
    }
  return TRUE;
}

/* An application id as a file name, by Spark's rule. */
static char *
file_name_of_app (const char *app_id)
{
  char *name = g_ascii_strdown (app_id, -1);

  g_strdelimit (name, " :/", '-');
  g_strdelimit (name, ".${}'\"", '_');
  return name;
}

static gboolean
refuse_existing (const char *path, GError **error)
{
  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return TRUE;
  g_set_error (
      error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_EXISTS,
      "the event log %s is there already; set spark.eventLog.overwrite to true to replace it",
      path);
  return FALSE;
}

static gboolean
open_log (EventLog *self, GError **error)
{
  if (!self->overwrite && (!refuse_existing (self->final_path, error) ||
                           !refuse_existing (self->inprogress_path, error)))
    return FALSE;
  if (self->overwrite)
    g_unlink (self->inprogress_path); /* if there is none, all the better */

  int fd = open (self->inprogress_path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0660);
  if (fd >= 0)
    self->file = fdopen (fd, "w");
  if (self->file == NULL)
    {
      int errnum = errno;
      if (fd >= 0)
        close (fd);
      rush_set_error_errno (error, errnum, "cannot create the event log", self->inprogress_path);
      return FALSE;
    }
  return TRUE;
}

const char *
rush_event_log_path (const RushListener *self)
{
  g_return_val_if_fail (self->klass == &event_log_class, NULL);
  return ((const EventLog *)self)->final_path;
}

RushListener *
rush_event_log_new (const char *dir, const char *app_id, gboolean overwrite, gboolean create_dir,
                    GError **error)
{
  g_return_val_if_fail (app_id != NULL && *app_id != '\0', NULL);

  g_autofree char *path = path_of_dir (dir, error);
  if (path == NULL || !check_dir (path, create_dir, error))
    return NULL;

  EventLog *self = g_new0 (EventLog, 1);
  g_autofree char *name = file_name_of_app (app_id);
  self->base.klass = &event_log_class;
  self->line = g_string_new (NULL);
  self->overwrite = overwrite;
  self->final_path = g_build_filename (path, name, NULL);
  self->inprogress_path = g_strconcat (self->final_path, ".inprogress", NULL);
  if (!open_log (self, error))
    {
      event_log_free (&self->base);
      return NULL;
    }
  return &self->base;
}
