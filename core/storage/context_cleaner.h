/* context_cleaner.h - drops what no lineage can reach any more.
 *
 * When the last ref on a shuffle dependency goes (a Python RDD was collected, say), its map outputs
 * are of no use.  The lineage tells the cleaner on whatever thread that happens; the cleaner's own
 * thread then calls @remove_shuffle (unregister at the tracker, drop blocks and files).
 *
 * Mirrors: org.apache.spark.ContextCleaner (weak references and a reference queue there).
 */
#pragma once

#include "core/lineage/lineage.h"

typedef struct _RushContextCleaner RushContextCleaner;
typedef void (*RushRemoveShuffle) (gint shuffle_id, gpointer data);

/* NULL with @error: there is no thread for it. */
RushContextCleaner *rush_context_cleaner_new (RushLineage *lineage, RushRemoveShuffle remove,
                                              gpointer data, GError **error);
void rush_context_cleaner_free (RushContextCleaner *self);  /* finishes what is queued, joins */
void rush_context_cleaner_flush (RushContextCleaner *self); /* for tests */
