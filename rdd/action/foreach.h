/* foreach.h - a function called with every row, in the tasks; nothing comes to the driver.
 *
 * What it does it does on runners, several at once, and once more for a task that is tried again.
 * After a failure tasks may still call it for a moment: its data must be there until the context
 * stops.
 *
 * Mirrors: RDD.foreach.
 */
#pragma once

#include "rdd/context.h"
#include "rdd/row.h"

typedef gboolean (*RushRowVisit) (const RushRow *row, gpointer data, GError **error);

gboolean rush_rdd_foreach (RushContext *context, RushRdd *rdd, RushRowVisit func, gpointer data,
                           GError **error);
