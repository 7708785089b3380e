/* event_text.h - numbers and call sites as people read them, alike in summaries and in pictures.
 *
 * Ownership: all results are (transfer full).   Threads: any.
 */
#pragma once

#include <glib.h>

char *rush_format_count (gint64 n);                     /* "12,345" */
char *rush_format_counted (gint64 n, const char *noun); /* "1 task", "1,200 tasks" */
char *rush_format_duration_ms (gint64 ms);              /* "31 ms", "0.31 s", "12.3 s", "3.5 min" */
/* "336 B", "20.1 KiB", "1.2 MiB": shorter than Spark's, which has "336.0 B" and "1228.8 KiB". */
char *rush_format_size (gint64 bytes);
/* "collect at /home/ann/app.py:9" → "collect at app.py:9"; what has another form stays. */
char *rush_format_call_site (const char *short_form);
/* Whether the call site names a place in Spark's own files, as many of Spark's jobs and stages are
 * called: "showString at NativeMethodAccessorImpl.java:0", "treeAggregate at Summarizer.scala". */
gboolean rush_call_site_is_in_spark (const char *short_form);
/* "collect at /home/ann/app.py:9" → "app.py:9"; "" when no place is named, or one in Spark. */
char *rush_format_place (const char *short_form);
/* "2 stages", "1 stage (1 skipped)": the skipped ones, which are among the @n, are counted
 * apart, as in Spark's web UI. */
char *rush_format_stages (guint n, guint n_skipped);
/* The line of an error that says why: the exception at the end of a Python traceback
 * ("ZeroDivisionError: division by zero"), the reason of the task that failed a job; else the first
 * line. */
char *rush_format_error (const char *message);
