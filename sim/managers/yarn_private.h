/* yarn_private.h - the two halves of YARN, and the arithmetic between them.
 *
 *   yarn_resources.c   what is asked for, what that is rounded to; queues; what is refused at once
 *   yarn_exits.c       why a container is over
 *   yarn_nodes.c       the ResourceManager and its nodes: containers, given out at heartbeats
 *   yarn.c             the ApplicationMaster, which asks and launches; the class
 */
#pragma once

#include "sim/managers/executor_failures.h"
#include "sim/managers/manager_base.h"

typedef enum
{
  RUSH_YARN_CAPACITY,
  RUSH_YARN_FAIR,
} RushYarnScheduler;

typedef enum
{
  RUSH_YARN_BY_MEMORY,   /* DefaultResourceCalculator: cores are not counted */
  RUSH_YARN_BY_DOMINANT, /* DominantResourceCalculator: both are */
} RushYarnCalculator;

typedef struct
{
  char *name;
  double capacity, maximum_capacity; /* percent of the cluster's memory */
  double user_limit_factor;          /* times its capacity for one user */
} RushYarnQueue;

typedef struct
{
  RushCommonSettings common;
  int scheduler;                                        /* RushYarnScheduler */
  int calculator;                                       /* RushYarnCalculator */
  gint64 minimum_bytes, increment_bytes, maximum_bytes; /* of a container; increment −1: not set */
  gint64 maximum_cores;
  gint64 containers_per_heartbeat;
  gint64 am_max_attempts;
  double node_heartbeat_s, node_expiry_s, memory_check_s;
  GPtrArray *queues; /* RushYarnQueue, or NULL: "default" alone */
} RushYarnSettings;

typedef struct
{
  guint cores;
  gint64 bytes;
} RushYarnAsk;

/* Of a container, in the manager's own stage. */
enum
{
  RUSH_YARN_ALLOCATED, /* the ApplicationMaster has not heard of it */
  RUSH_YARN_LAUNCHED,
  RUSH_YARN_COMPLETED, /* the ResourceManager knows that it is over */
};

#define RUSH_YARN_LOST_NODE (-100)
#define RUSH_YARN_BEYOND_MEMORY (-104)

typedef struct
{
  RushManagerBase base;
  RushYarnSettings settings;
  char *queue_name;
  gint64 queue_limit_bytes;    /* what one user gets of it */
  RushYarnAsk executor;        /* rounded */
  gint64 executor_asked_bytes; /* before */
  RushYarnAsk am;              /* rounded */
  gint64 am_asked_bytes;
  guint max_attempts;
  gint64 poll_initial_us, poll_heartbeat_us;
  RushExecutorFailures failures;

  /* The ResourceManager's. */
  gboolean am_waits; /* its container has not been given out */
  guint asked;       /* containers that are still to be given out */
  gint64 used_bytes; /* of the queue */
  gboolean *beating; /* by host: its next heartbeat will be looked at */
  guint n_beating;

  /* The ApplicationMaster's. */
  gboolean am_running;
  const RushSimHost *am_lost_host; /* its host is gone, and the ResourceManager does not know */
  guint most_wanted;
  GArray *completed;   /* gint64, numbers: to be heard of at the next poll */
  gint64 poll_base_us; /* since when the interval grows */
  gint64 poll_at_us;   /* G_MAXINT64: no poll is due */
} RushYarn;

/* ---- yarn_resources.c ---- */

RushYarnAsk rush_yarn_round (const RushYarnSettings *settings, guint cores, gint64 bytes);
gint64 rush_yarn_asked_bytes (const RushExecutorShape *shape);
/* Heap and overhead of the ApplicationMaster, before it is rounded. */
RushYarnAsk rush_yarn_am_ask (const RushConf *conf, gboolean cluster_mode);
/* Reads the settings, finds the queue, rounds, and refuses what can never be. */
gboolean rush_yarn_configure (RushYarn *self, GError **error);
gint64 rush_yarn_cluster_bytes (const RushYarn *self);

/* ---- yarn_exits.c ---- */

/* Of a grant that is ending. (transfer full) */
char *rush_yarn_exit_reason (const RushGrant *grant, gboolean *out_by_application);

/* ---- yarn_nodes.c ---- */

/* Looks at the heartbeats of nodes that could give something out. */
void rush_yarn_nodes_look (RushYarn *self);
/* At its next heartbeat @host tells of the containers that are over there. */
void rush_yarn_nodes_report (RushYarn *self, const RushSimHost *host);
void rush_yarn_nodes_host_died (RushYarn *self, RushSimHost *host);
void rush_yarn_nodes_host_back (RushYarn *self, RushSimHost *host);
void rush_yarn_nodes_memory_used (RushYarn *self, RushGrant *grant, gint64 used_bytes);
/* Out of the queue: a container, or the ApplicationMaster's, is over. */
void rush_yarn_nodes_free (RushYarn *self, gint64 bytes);

/* ---- yarn.c ---- */

/* There is something to be heard of at the next poll. */
void rush_yarn_am_expect (RushYarn *self);
void rush_yarn_am_given (RushYarn *self, RushSimHost *host);
void rush_yarn_am_expire (RushYarn *self);
