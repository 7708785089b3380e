/* context_cleaner.h - drops what no lineage can reach any more.
 *
 * When the last ref on a shuffle dependency or on a persisted RDD goes (a Python RDD was collected,
 * say), its map outputs or its blocks are of no use.  The lineage tells the cleaner on whatever
 * thread that happens; the cleaner's own thread then calls @remove (unregister, drop blocks and
 * files).
 *
 * Mirrors: org.apache.spark.ContextCleaner (weak references and a reference queue there).
 */
#pragma once

#include "core/lineage/lineage.h"

typedef struct _RushContextCleaner RushContextCleaner;

/* NULL with @error: there is no thread for it. */
RushContextCleaner *rush_context_cleaner_new (RushLineage *lineage, RushDropped remove,
                                              gpointer data, GError **error);
void rush_context_cleaner_free (RushContextCleaner *self);  /* finishes what is queued, joins */
/* For what is to go without anybody waiting for it; from any thread. */
void rush_context_cleaner_post (RushContextCleaner *self, RushDroppedKind kind, gint id);
void rush_context_cleaner_flush (RushContextCleaner *self); /* for tests */
