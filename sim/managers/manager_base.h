/* manager_base.h - what all four managers share: the books of the hosts, the executors, the story.
 *
 *     hosts     what each has, what is taken; whether its manager believes it alive
 *     grants    executors from when a container is set aside until somebody has been told
 *               that it is gone:   set aside ──▶ starting ──▶ ready ──▶ ending ──▶ (told) gone
 *     driver    in cluster mode: its own place on a host
 *     later     actions in the heap that die with the manager
 *
 * A manager is a RushManagerBase first and its own state after it.  Its class's functions get the
 * base and cast it.
 *
 * Ownership:  grants belong to the base; a pointer to one is good until the listener is next told.
 * Threads:    the simulation's.
 */
#pragma once

#include "core/event/event_text.h"
#include "sim/cluster_manager.h"

#define RUSH_MIB ((gint64)1 << 20)

typedef struct
{
  RushSimExecutor seen; /* first: what listeners see */
  gint64 number;        /* its id */
  gint64 since_us;      /* when it was set aside */
  gint64 used_bytes;    /* of memory, as last told */
  gboolean ready;       /* it has registered with the driver */
  guint stage;          /* for its manager's own use; 0 at first */
  gboolean ending;  /* its process is over; its manager does not know it yet, or has not said so */
  gint exit_code;   /* when ending */
  char *end_reason; /* when ending */
} RushGrant;

typedef struct
{
  guint cores_taken;
  gint64 bytes_taken;
  guint turn;           /* odd: it is gone; one more each time it goes or comes */
  gboolean written_off; /* its manager knows that it is gone */
} RushHostBooks;

typedef struct
{
  RushSimHost *host; /* NULL: it has no place in the cluster, or waits for one */
  guint cores;
  gint64 bytes;
  guint attempt; /* 1, 2 … */
  gboolean running;
} RushDriverPlace;

/* What the scenario's "manager" object has for all of them; each has a struct of its own after it.
 * */
typedef struct
{
  int kind;
  RushDistribution *executor_start; /* from a launched process to its registration, seconds */
  RushDistribution *driver_start;   /* the same of a driver, or of an ApplicationMaster */
} RushCommonSettings;

typedef struct
{
  RushClusterManager manager; /* first */
  char *app_id;
  guint n_hosts;
  RushHostBooks *books;
  guint64 version;   /* of the books: one more with each change */
  GPtrArray *grants; /* RushGrant, owned, by number */
  gint64 next_number;
  guint target;        /* how many the application wants */
  guint cores_granted; /* of all grants */
  RushDriverPlace driver;
  gboolean ended; /* stopped, or the application is over */
  const RushCommonSettings *common;
  GQueue later; /* of what is in the heap for us */

  guint64 refused_version; /* what was last refused, and when */
  guint refused_missing;
} RushManagerBase;

/* @kind_words: the name of the manager alone, and NULL. */
#define RUSH_COMMON_SETTINGS(type, kind_words)                                                     \
  RUSH_JSON_FIELD ("kind", RUSH_FIELD_WORD, G_STRUCT_OFFSET (type, common.kind),                   \
                   "which manager this is", .words = kind_words),                                  \
      RUSH_JSON_FIELD (                                                                            \
          "executor_start", RUSH_FIELD_TIMES, G_STRUCT_OFFSET (type, common.executor_start),       \
          "from the launch of an executor to its registration with the driver", "\"2s\""),         \
      RUSH_JSON_FIELD ("driver_start", RUSH_FIELD_TIMES,                                           \
                       G_STRUCT_OFFSET (type, common.driver_start),                                \
                       "how long a driver in the cluster, or an ApplicationMaster, takes to "      \
                       "start",                                                                    \
                       "\"3s\"")

/* One table a manager: what its object may have. */
extern const RushJsonFieldTable rush_standalone_settings, rush_yarn_settings,
    rush_kubernetes_settings, rush_mesos_settings;

void rush_manager_base_init (RushManagerBase *self, const RushClusterManagerClass *klass,
                             const RushManagerSetup *setup, gint64 first_number);
/* Fills @out, which begins with the common ones, and belongs to the manager from then on. */
gboolean rush_manager_read_settings (RushManagerBase *self, const RushJsonFieldTable *table,
                                     gpointer out, GError **error);
gint64 rush_manager_us (double seconds); /* at least 1 */
void rush_manager_base_clear (RushManagerBase *self);

/* ---- time ---- */

typedef void (*RushManagerAction) (RushManagerBase *self, gint64 argument);
typedef struct _RushManagerLater RushManagerLater;

/* Not after rush_manager_base_clear (), nor once the application has ended. */
void rush_manager_after (RushManagerBase *self, gint64 delay_us, RushManagerAction action,
                         gint64 argument);
gint64 rush_manager_now_us (const RushManagerBase *self);
/* How long a message takes from one machine to another. */
gint64 rush_manager_message_us (const RushManagerBase *self);
/* From now to the next of the instants phase, phase + period …; never 0. */
gint64 rush_manager_until_us (const RushManagerBase *self, gint64 phase_us, gint64 period_us);
gint64 rush_manager_draw_us (const RushManagerBase *self, const RushDistribution *distribution,
                             const char *purpose, gint64 number);

/* ---- the story ---- */

/* "Master" "launches …"; @grant and @host may be NULL. */
void rush_manager_say (RushManagerBase *self, const char *actor, const RushGrant *grant,
                       const RushSimHost *host, const char *format, ...) G_GNUC_PRINTF (5, 6);
/* The application has ended, which is told in these words; nothing happens after it. */
void rush_manager_finished (RushManagerBase *self, const char *actor, const char *format, ...)
    G_GNUC_PRINTF (3, 4);
/* Tells of a refusal, unless nothing has changed since the last one. */
void rush_manager_refuse (RushManagerBase *self, gint64 container_bytes, guint n_missing,
                          const char *why);

/* ---- hosts ---- */

gboolean rush_manager_host_is_up (const RushManagerBase *self, guint host);
guint rush_manager_free_cores (const RushManagerBase *self, guint host);
gint64 rush_manager_free_bytes (const RushManagerBase *self, guint host);
void rush_manager_take_room (RushManagerBase *self, const RushSimHost *host, guint cores,
                             gint64 bytes);
void rush_manager_give_room (RushManagerBase *self, const RushSimHost *host, guint cores,
                             gint64 bytes);
gboolean rush_manager_fits (const RushManagerBase *self, guint host, guint cores, gint64 bytes);
/* The largest of all hosts in that respect, whatever is taken. */
guint rush_manager_most_cores (const RushManagerBase *self);
gint64 rush_manager_most_bytes (const RushManagerBase *self);
/* Whether any host could hold it, were it empty; INVALID_ARGUMENT says what is asked for and what
 * there is. */
gboolean rush_manager_check_ever_fits (const RushManagerBase *self, const char *what, guint cores,
                                       gint64 bytes, GError **error);
/* Turns that tell an old death or return of @host from a later one; for an action's argument. */
gint64 rush_manager_host_died (RushManagerBase *self, const RushSimHost *host);
void rush_manager_host_came_back (RushManagerBase *self, const RushSimHost *host);
/* The host that died with this @death, if it is dead since then, and not written off; or NULL. */
RushSimHost *rush_manager_still_dead (RushManagerBase *self, gint64 death);
/* The same, and it is written off from now on. */
RushSimHost *rush_manager_write_off (RushManagerBase *self, gint64 death);

/* ---- executors ---- */

/* Sets room aside on @host. @container: transfer full. */
RushGrant *rush_manager_grant (RushManagerBase *self, RushSimHost *host, guint cores, gint64 bytes,
                               char *container);
/* Its process has been launched: it registers after executor_start, and @after_us before that. */
void rush_manager_launch (RushManagerBase *self, RushGrant *grant, gint64 after_us,
                          RushManagerAction ready_too);
RushGrant *rush_manager_find (RushManagerBase *self, gint64 number);
/* NULL: there is none, or it is ending already. */
RushGrant *rush_manager_find_running (RushManagerBase *self, const char *executor_id);
/* Numbers of all grants on @host, or of all if it is NULL. (transfer full) of gint64 */
GArray *rush_manager_numbers_on (RushManagerBase *self, const RushSimHost *host);
/* Its process is over.  @reason: of the end, for whoever tells of it; copied. */
void rush_manager_end (RushGrant *grant, gint exit_code, const char *reason);
/* It has been killed for its memory just now: @number may be gone after that. */
void rush_manager_killed (RushManagerBase *self, gint64 number);
/* Gives its room back and tells that it is gone; @grant is freed. */
void rush_manager_gone (RushManagerBase *self, RushGrant *grant, const char *reason, gint exit_code,
                        gboolean by_application);
void rush_manager_drop_grants (RushManagerBase *self); /* all, without a word */
void rush_grant_free (gpointer grant);
guint rush_manager_n_grants (const RushManagerBase *self);
/* What executors are missing of the target. */
guint rush_manager_n_missing (const RushManagerBase *self);

/* ---- the driver ---- */

/* In client mode: the driver runs already, and @registers after a message. */
void rush_manager_driver_outside (RushManagerBase *self, RushManagerAction registers);
void rush_manager_place_driver (RushManagerBase *self, RushSimHost *host, guint cores,
                                gint64 bytes);
gboolean rush_manager_driver_is_on (const RushManagerBase *self, const RushSimHost *host);
void rush_manager_leave_driver (RushManagerBase *self); /* gives its room back */
/* All executors go without a word.  Unless it @starts_again nothing happens any more. */
void rush_manager_driver_lost (RushManagerBase *self, const char *reason, gboolean starts_again);
/* Tells of a driver in the cluster: of its first start, or its return. */
void rush_manager_driver_runs (RushManagerBase *self);
gint64 rush_driver_overhead (const RushConf *conf, double default_factor);
gint64 rush_whole_mib (const RushConf *conf, const char *key);

/* "1,536 MiB", as YARN and Kubernetes count. (transfer full) */
char *rush_format_mib (gint64 bytes);
