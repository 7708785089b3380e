/* chaos_shrink.h - the smallest part of a fault script that still does the harm.
 *
 *     30 faults ──halves──▶ 15 ──quarters──▶ … ──one by one──▶ the 2 that matter
 *     50 executors ──half──▶ 25 ──▶ … ──one less──▶ 3
 *
 * Nothing that is left can be left out alone: without it, the run is as it should be.
 *
 * Source: Zeller, Hildebrandt, Simplifying and Isolating Failure-Inducing Input (TSE 2002), ddmin
 *         without its complements, which one pass of single steps at the end makes up for.
 */
#pragma once

#include <glib.h>

/* Does the run on @n_executors with those faults that @keep names still fail? */
typedef gboolean (*RushChaosFails) (gpointer data, const gboolean *keep, guint n_executors);

/* @keep has @n_faults, all TRUE or those known to fail; *@inout_executors likewise.  Both say what
 * is left afterwards.  Returns how many runs that took. */
guint rush_chaos_shrink (guint n_faults, gboolean *keep, guint *inout_executors,
                         RushChaosFails fails, gpointer data);
