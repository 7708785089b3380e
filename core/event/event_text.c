/* event_text.c - counts with commas, durations with a unit, call sites without folders. */
#include "core/event/event_text.h"

#include "core/base/size_string.h"

#include <string.h>

#define AT " at "

char *
rush_format_count (gint64 n)
{
  g_autofree char *plain = g_strdup_printf ("%" G_GINT64_FORMAT, n);
  gsize digits = strlen (plain) - (n < 0);
  GString *out = g_string_new (NULL);

  for (const char *p = plain; *p != '\0'; p++)
    {
      g_string_append_c (out, *p);
      if (*p != '-' && --digits > 0 && digits % 3 == 0)
        g_string_append_c (out, ',');
    }
  return g_string_free (out, FALSE);
}

char *
rush_format_counted (gint64 n, const char *noun)
{
  g_autofree char *count = rush_format_count (n);

  return g_strdup_printf ("%s %s%s", count, noun, n == 1 ? "" : "s");
}

/* rush_format_time_us () has the web UI's one digit; most lessons' jobs last a tenth of a second,
 * so below ten seconds there are two, and what is shorter has milliseconds. */
char *
rush_format_duration_ms (gint64 ms)
{
  if (ms < 100)
    return g_strdup_printf ("%d ms", (int)ms);
  if (ms < 10 * 1000)
    {
      gint64 hundredths = (ms + 5) / 10;
      return g_strdup_printf ("%d.%02d s", (int)(hundredths / 100), (int)(hundredths % 100));
    }
  if (ms < 60 * 1000)
    {
      gint64 tenths = (ms + 50) / 100;
      return g_strdup_printf ("%d.%d s", (int)(tenths / 10), (int)(tenths % 10));
    }
  return rush_format_time_us (ms * 1000);
}

char *
rush_format_size (gint64 bytes)
{
  static const char *const units[] = { "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
  double value = (double)bytes;
  gint unit = -1;

  /* 1023.95 would be printed as 1024.0. */
  while (value >= 1023.95 && unit + 1 < (gint)G_N_ELEMENTS (units))
    {
      value /= 1024;
      unit++;
    }
  return unit < 0 ? g_strdup_printf ("%" G_GINT64_FORMAT " B", bytes)
                  : g_strdup_printf ("%.1f %s", value, units[unit]);
}

/* The text behind the last " at ", or NULL. */
static const char *
find_place (const char *short_form)
{
  const char *at = g_strrstr (short_form, AT);

  return at != NULL ? at + strlen (AT) : NULL;
}

static const char *
without_folders (const char *place)
{
  const char *slash = strrchr (place, '/');

  return slash != NULL && slash[1] != '\0' ? slash + 1 : place;
}

char *
rush_format_call_site (const char *short_form)
{
  const char *place = short_form != NULL ? find_place (short_form) : NULL;

  if (place == NULL)
    return g_strdup (short_form != NULL ? short_form : "");
  return g_strdup_printf ("%.*s%s", (int)(place - short_form), short_form, without_folders (place));
}

/* With or without a line: ".java:0", ".scala". */
gboolean
rush_call_site_is_in_spark (const char *short_form)
{
  const char *place = short_form != NULL ? find_place (short_form) : NULL;
  const char *ending = place != NULL ? strrchr (place, '.') : NULL;

  if (ending == NULL)
    return FALSE;
  gsize length = strcspn (ending, ":");
  const char *line = ending[length] == ':' ? ending + length + 1 : ending + length;
  return ((length == strlen (".java") && strncmp (ending, ".java", length) == 0) ||
          (length == strlen (".scala") && strncmp (ending, ".scala", length) == 0)) &&
         line[strspn (line, "0123456789")] == '\0';
}

char *
rush_format_place (const char *short_form)
{
  const char *place = short_form != NULL ? find_place (short_form) : NULL;

  if (place == NULL || rush_call_site_is_in_spark (short_form))
    return g_strdup ("");
  return g_strdup (without_folders (place));
}

#define TRACEBACK "Traceback (most recent call last):\n"

char *
rush_format_stages (guint n, guint n_skipped)
{
  g_return_val_if_fail (n_skipped <= n, NULL);

  g_autofree char *stages = rush_format_counted (n - n_skipped, "stage");
  return n_skipped > 0 ? g_strdup_printf ("%s (%u skipped)", stages, n_skipped)
                       : g_steal_pointer (&stages);
}

static char *
dup_line (const char *line)
{
  return g_strndup (line, strcspn (line, "\r\n"));
}

/* Frames are indented, the exception is not; behind it come further lines of its message, and
 * Spark's "Driver stacktrace:".  The last traceback is that of the exception that was not caught.
 */
static const char *
find_exception (const char *traceback)
{
  const char *line = traceback + strlen (TRACEBACK);

  while (*line == ' ')
    {
      const char *newline = strchr (line, '\n');
      if (newline == NULL)
        break;
      line = newline + 1;
    }
  line += strspn (line, " \r\n");
  return *line != '\0' ? line : traceback;
}

/* Behind "… most recent failure: Lost task 2.0 in stage 0.0 (TID 2) (host executor 1): ". */
static const char *
skip_lost_task (const char *message)
{
  const char *lost = strstr (message, "most recent failure: Lost task ");
  const char *executor = lost != NULL ? strstr (lost, " executor ") : NULL;
  const char *reason = executor != NULL ? strstr (executor, "): ") : NULL;

  return reason != NULL ? reason + strlen ("): ") : message;
}

char *
rush_format_error (const char *message)
{
  if (message == NULL)
    return g_strdup ("");
  const char *traceback = g_strrstr (message, TRACEBACK);
  return dup_line (traceback != NULL ? find_exception (traceback) : skip_lost_task (message));
}
