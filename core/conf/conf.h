/* conf.h - the configuration of one application: spark.* keys and their values.
 *
 * Every key that Rushlight acts upon stands once in keys.def with its type, default, range and
 * documentation.  A value is checked when it is set, so what a getter returns is always sound and
 * no reader has an error to handle.
 *
 * Interface:  a key that begins with "spark." and is not in the table is kept (a program may read
 *             it back) and warned about, as it has no effect; but for spark.executorEnv.NAME, which
 *             sets the variable NAME of Python workers.  A key that does not begin with
 *             "spark." is warned about and left out, as spark-submit does.  Each key is warned
 *             about once.
 * Ownership:  refcounted; strings go out as copies.
 * Threads:    any; each call is atomic.  Once frozen it does not change any more.
 * Mirrors:    org.apache.spark.SparkConf with org.apache.spark.internal.config.ConfigEntry.
 */
#pragma once

#include "core/base/error.h"

RUSH_BEGIN_PUBLIC

typedef struct _RushConf RushConf;

RushConf *rush_conf_new (void);
RushConf *rush_conf_ref (RushConf *self);
void rush_conf_unref (RushConf *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushConf, rush_conf_unref)
RushConf *rush_conf_copy (const RushConf *self); /* not frozen; the same warner */
/* From now on keys are kept that do not begin with "spark.", and nothing is said of them: those of
 * a SQL session are the programs' own. */
void rush_conf_keep_any_key (RushConf *self);

/* Without a warner of its own a conf writes one line to stderr.  Called on the thread that sets the
 * key, no lock held; @data must live as long as the conf and its copies. */
typedef void (*RushConfWarn) (const char *message, gpointer data);
void rush_conf_set_warner (RushConf *self, RushConfWarn warn, gpointer data);

/* Tells the warner what somebody has found out who acts upon the configuration. */
void rush_conf_warn (const RushConf *self, const char *message);

/* INVALID_ARGUMENT names key, value and what is allowed; UNSUPPORTED: Spark has it, Rushlight not
 * yet.  A frozen conf refuses (INVALID_ARGUMENT). */
gboolean rush_conf_set (RushConf *self, const char *key, const char *value, GError **error);
gboolean rush_conf_unset (RushConf *self, const char *key, GError **error);
void rush_conf_freeze (RushConf *self); /* the context has taken it */

gboolean rush_conf_contains (const RushConf *self, const char *key); /* explicitly set */
/* Any key: what was set, else the key's fallback or default, else NULL. (transfer full) */
char *rush_conf_get_string (const RushConf *self, const char *key);

/* The key must be in the table, be of that type, and have a value: those without a default must be
 * asked for with rush_conf_contains () first. */
gint64 rush_conf_get_int (const RushConf *self, const char *key);
double rush_conf_get_double (const RushConf *self, const char *key);
gboolean rush_conf_get_bool (const RushConf *self, const char *key);
gint64 rush_conf_get_bytes (const RushConf *self, const char *key);
gint64 rush_conf_get_time_us (const RushConf *self, const char *key);

/* Visits what is explicitly set, in the order of the keys (strcmp), as it is at the call: @visit
 * may change the conf. */
typedef void (*RushConfVisit) (const char *key, const char *value, gpointer data);
void rush_conf_foreach (const RushConf *self, RushConfVisit visit, gpointer data);

/* The documentation of all keys, a Markdown table sorted by key. (transfer full) */
char *rush_conf_describe (void);

/* @value, or "*********(redacted)" if @key or @value speaks of a secret, password, token,
 * credential or access key: for logs and pages.  Mirrors Utils.redact with the default of
 * spark.redaction.regex. (transfer none) */
const char *rush_conf_redact (const char *key, const char *value);

RUSH_END_PUBLIC
