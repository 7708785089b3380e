/* mesos_private.h - agents, and what they have been told.
 *
 *   mesos.c          the driver's place, ends of tasks, agents that are lost; the class
 *   mesos_offers.c   offers, accepted and declined
 */
#pragma once

#include "sim/managers/manager_base.h"

#define RUSH_MESOS_AGENT_FAILURES 2 /* and no more is launched there */

typedef struct
{
  gint64 declined_until_us;
  guint n_failures;
} RushMesosAgent;

typedef struct
{
  RushCommonSettings common;
  double offer_interval_s, agent_timeout_s;
} RushMesosSettings;

typedef struct
{
  RushManagerBase base;
  RushMesosSettings settings;
  RushMesosAgent *agents; /* by host */
  guint cores_each;       /* 0: all of an offer */
  guint cores_max;
  gint64 bytes; /* of an executor's task */
  guint driver_cores;
  gint64 driver_bytes;
  gboolean supervise;
  gint64 declined_full_us;

  gint64 offer_interval_us, agent_timeout_us;

  gboolean registered;
  gboolean driver_waits;
  const RushSimHost *driver_lost_on; /* which Mesos does not know to be lost */
  gint64 offers_at_us;               /* G_MAXINT64: none are due */
} RushMesos;

/* ---- mesos_offers.c ---- */

/* Something may be wanted: the next round of offers that would bring it. */
void rush_mesos_expect_offers (RushMesos *self);
/* All that was declined is offered again. */
void rush_mesos_revive_offers (RushMesos *self);

/* ---- mesos.c ---- */

/* FALSE: the agent's offer is too small. */
gboolean rush_mesos_start_driver (RushMesos *self, guint host);
