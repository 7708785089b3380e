/* lineage.h - what the RDDs of one context share: their numbers, and where they come from.
 *
 * Ownership:  refcounted; every RDD holds a ref.
 * Threads:    numbers are atomic; the call scope is thread-local (several threads may build RDDs).
 *
 * A lineage changes in one way only: an RDD that has been checkpointed forgets what it was computed
 * from.  Somebody may be walking there, so what was forgotten is retired: it stays until nobody
 * reads the lineage any more.
 */
#pragma once

#include "core/base/refcount.h"
#include "core/plugin/plugin.h"

RUSH_BEGIN_PUBLIC

typedef struct _RushLineage RushLineage;

RushLineage *rush_lineage_new (void);
RushLineage *rush_lineage_ref (RushLineage *self);
void rush_lineage_unref (RushLineage *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushLineage, rush_lineage_unref)

gint rush_lineage_next_rdd_id (RushLineage *self);     /* from 0 */
gint rush_lineage_next_shuffle_id (RushLineage *self); /* from 0 */

/* spark.default.parallelism, which shuffles without a number of their own take; 0: not set, they
 * take the largest number among their parents.  Set once, before there are RDDs. */
void rush_lineage_set_default_parallelism (RushLineage *self, guint n);
guint rush_lineage_default_parallelism (RushLineage *self);

/* Who takes the seams of transformations; NULL: nobody.  Set once, before there are RDDs. */
void rush_lineage_set_plugins (RushLineage *self, RushPlugins *plugins);
gconstpointer rush_lineage_find_part (const RushLineage *self, const char *seam); /* or NULL */

/* What no lineage can reach any more, with the number of the shuffle or RDD. */
typedef enum
{
  RUSH_DROPPED_SHUFFLE,    /* map outputs */
  RUSH_DROPPED_CACHE,      /* the blocks of a persisted RDD */
  RUSH_DROPPED_CHECKPOINT, /* the files of a checkpointed RDD */
} RushDroppedKind;

/* Called when the last ref on a shuffle dependency or on an RDD goes, on whatever thread that
 * happens: the callback only posts a message.  NULL to unset (the context stops). */
typedef void (*RushDropped) (RushDroppedKind kind, gint id, gpointer data);
void rush_lineage_set_dropped (RushLineage *self, RushDropped callback, gpointer data);
void rush_lineage_dropped (RushLineage *self, RushDroppedKind kind, gint id);

/* Whoever looks at dependencies by rush_rdd_dependencies () does so between these two; calls may
 * nest, and a task is between them as long as it runs. */
void rush_lineage_begin_reading (RushLineage *self);
void rush_lineage_end_reading (RushLineage *self);
/* @free_data gets @data once all who read now have ended. */
void rush_lineage_retire (RushLineage *self, gpointer data, GDestroyNotify free_data);

/* What is kept of a persisted RDD, in all executors; for people.  NULL: not known. */
typedef struct
{
  guint n_cached_partitions;
  gint64 memory_bytes;
  gint64 disk_bytes;
} RushStorageStatus;
typedef void (*RushStorageStatusOf) (gint rdd_id, RushStorageStatus *out, gpointer data);
void rush_lineage_set_storage_status (RushLineage *self, RushStorageStatusOf callback,
                                      gpointer data);
/* All zero if nothing is kept, or nobody knows. */
RushStorageStatus rush_lineage_storage_status (RushLineage *self, gint rdd_id);

/* Where a partition is kept, or what it reads of a shuffle: hosts, NULL-terminated (transfer full),
 * or NULL.  For transformations that put partitions together by place; the callback must not ask
 * for other RDDs' partitions. */
struct _RushRdd;
typedef char **(*RushPlacesOf) (struct _RushRdd *rdd, guint split, gpointer data);
void rush_lineage_set_places (RushLineage *self, RushPlacesOf callback, gpointer data);
char **rush_lineage_places (RushLineage *self, struct _RushRdd *rdd, guint split);

/* Names the RDDs that this thread creates until the matching pop: @operator_name "reduceByKey",
 * @short_form "reduceByKey at app.py:9", @long_form the user's stack.  Pushes nest; the outermost
 * wins, as in Spark's withScope: what reduceByKey creates inside is called reduceByKey. */
void rush_lineage_push_call (const char *operator_name, const char *short_form,
                             const char *long_form);
void rush_lineage_pop_call (void);
/* The same for what one operator of a query creates, whatever goes on around it (Spark's withScope
 * with ignoreParent).  NULL forms: those that hold now.  Returns what held, for restore (), which
 * takes it over. */
typedef struct _RushLineageCall RushLineageCall;
RushLineageCall *rush_lineage_replace_call (const char *operator_name, const char *short_form,
                                            const char *long_form);
void rush_lineage_restore_call (RushLineageCall *before);
/* The innermost-to-outermost rule applied; never NULL. */
const char *rush_lineage_current_operator (void);
const char *rush_lineage_current_short_form (void);
const char *rush_lineage_current_long_form (void);

RUSH_END_PUBLIC
