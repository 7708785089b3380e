/* lineage.h - what the RDDs of one context share: their numbers, and where they come from.
 *
 * Ownership:  refcounted; every RDD holds a ref.
 * Threads:    numbers are atomic; the call scope is thread-local (several threads may build RDDs).
 */
#pragma once

#include "core/base/refcount.h"

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

/* Called when the last ref on a shuffle dependency goes, on whatever thread that happens: the
 * callback only posts a message.  NULL to unset (the context stops). */
typedef void (*RushShuffleDropped) (gint shuffle_id, gpointer data);
void rush_lineage_set_shuffle_dropped (RushLineage *self, RushShuffleDropped callback,
                                       gpointer data);
void rush_lineage_shuffle_dropped (RushLineage *self, gint shuffle_id);

/* Names the RDDs that this thread creates until the matching pop: @operator_name "reduceByKey",
 * @short_form "reduceByKey at app.py:9", @long_form the user's stack.  Pushes nest; the outermost
 * wins, as in Spark's withScope: what reduceByKey creates inside is called reduceByKey. */
void rush_lineage_push_call (const char *operator_name, const char *short_form,
                             const char *long_form);
void rush_lineage_pop_call (void);
/* The innermost-to-outermost rule applied; never NULL. */
const char *rush_lineage_current_operator (void);
const char *rush_lineage_current_short_form (void);
const char *rush_lineage_current_long_form (void);
