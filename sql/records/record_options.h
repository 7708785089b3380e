/* record_options.h - what a reader, a writer or a function of JSON and CSV was told.
 *
 * Ownership:  refcounted; set before others have it.   Threads: any.
 * Mirrors:    org.apache.spark.sql.catalyst.util.CaseInsensitiveMap.
 */
#pragma once

#include <glib.h>

/* Options as the user gave them, keys without regard to case. */
typedef struct _RushOptions RushOptions;
RushOptions *rush_options_new (void);
RushOptions *rush_options_ref (RushOptions *self);
void rush_options_unref (RushOptions *self);
void rush_options_set (RushOptions *self, const char *key, const char *value);
const char *rush_options_get (const RushOptions *self, const char *key); /* or NULL */
gboolean rush_options_get_bool (const RushOptions *self, const char *key, gboolean fallback,
                                gboolean *out, GError **error);
gboolean rush_options_get_int (const RushOptions *self, const char *key, gint64 fallback,
                               gint64 *out, GError **error);
gboolean rush_options_equal (const RushOptions *a, const RushOptions *b);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushOptions, rush_options_unref)
