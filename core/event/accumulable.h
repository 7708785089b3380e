/* accumulable.h - sums with a name that tasks add to: what metrics of SQL operators are in events.
 *
 * A task counts its own sums; its end carries them (update) beside what all tasks of its stage have
 * come to so far (value).  A stage's have the value alone.
 *
 * Ownership:  lists are GArrays of RushAccumulable; those in events are shared and never changed.
 * Mirrors:    org.apache.spark.scheduler.AccumulableInfo.
 */
#pragma once

#include "core/base/json.h"

#include <glib.h>

RUSH_BEGIN_PUBLIC

typedef struct
{
  gint64 id;
  const char *name; /* immortal */
  gint64 update;    /* what one task has added */
  gint64 value;     /* … and all together, this one among them */
} RushAccumulable;

/* Adds to the entry of @id; *@inout_list is made when it is needed. */
void rush_accumulables_add (GArray **inout_list, gint64 id, const char *name, gint64 update);
/* Adds all of @updates to *@inout_totals, and gives them with the totals as values. */
GArray *rush_accumulables_merge (GArray **inout_totals, const GArray *updates);
/* The member "Accumulables" of a task's info, or of a stage's, which has no updates. */
void rush_json_put_accumulables (RushJsonWriter *w, const GArray *list, gboolean with_updates);

RUSH_END_PUBLIC
