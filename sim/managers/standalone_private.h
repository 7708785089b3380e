/* standalone_private.h - the master, and what it is told.
 *
 *   core_dealing.c        which worker gives how many cores
 *   standalone.c          executors, workers; the class
 *   standalone_driver.c   the driver's place
 */
#pragma once

#include "sim/managers/core_dealing.h"
#include "sim/managers/manager_base.h"

typedef struct
{
  RushCommonSettings common;
} RushStandaloneSettings;

typedef struct
{
  RushManagerBase base;
  RushStandaloneSettings settings;
  guint number; /* of the application: a restarted driver registers another */
  gboolean registered;
  gboolean driver_waits;             /* for a worker with room */
  const RushSimHost *driver_lost_on; /* which the master does not know to be lost */
  guint n_failures;                  /* in a row */

  guint cores_each; /* 0: as many as there are */
  gint64 heap_bytes;
  guint cores_max;
  guint driver_cores;
  gint64 driver_bytes;
  gboolean supervise;
  gboolean spread_out, spread_drivers;
  RushWorkerPolicy policy;
  gint64 most_failures;
  gint64 timeout_us;
} RushStandalone;

/* ---- standalone.c ---- */

/* Gives out what there is: to a driver that waits first, then to executors. */
void rush_standalone_schedule (RushStandalone *self);

/* ---- standalone_driver.c ---- */

/* The driver runs, if it is still this @attempt: an action for rush_manager_after (). */
void rush_standalone_register (RushManagerBase *base, gint64 attempt);
/* Onto a worker, if any has room; else it goes on waiting. */
void rush_standalone_launch_driver (RushStandalone *self);
/* @host is known to be lost: a driver that was there waits for another worker. */
void rush_standalone_relaunch_driver (RushStandalone *self, const RushSimHost *host);
void rush_standalone_driver_lost (RushStandalone *self, const RushSimHost *host);
