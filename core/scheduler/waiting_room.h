/* waiting_room.h - who of the application waits, so that virtual time knows when to go on.
 *
 * A simulated cluster's clock stands still while the program computes, and goes on while it waits
 * for a job.  When the job ends, the clock must stop at that moment, and not run on until the
 * waiting thread has woken up: else the next job would begin later on a slow machine.  So whoever
 * is called stays in the room until he has left it himself:
 *
 *     thread                       room                           cluster
 *     enter: waits for job 3       1 waits, 0 called   patient    takes steps
 *     …                            0 wait,  1 called   ◀── job 3 ends; takes no step
 *     wakes, leaves                0 wait,  0 called              takes no step
 *     enter: waits for job 4       1 waits, 0 called   patient    takes steps
 *
 * Threads:  any.
 */
#pragma once

#include <glib.h>
#include <pthread.h>

typedef struct _RushWaitingRoom RushWaitingRoom;

/* Something that threads wait for: a job's end.  Embedded in whatever knows when it happens.  A
 * zeroed one has no room: in real time nobody needs to know. */
typedef struct
{
  RushWaitingRoom *room;
  /* Guarded by the room's lock. */
  int n_waiting;
  gboolean happened;
} RushAwaited;

/* @changed is called without locks, whenever the answer of is_patient () may have become TRUE. */
RushWaitingRoom *rush_waiting_room_new (void (*changed) (gpointer data), gpointer data);
void rush_waiting_room_free (RushWaitingRoom *self); /* NULL is fine */
/* Somebody waits, and nobody who waited has been called and is still on his way out. */
gboolean rush_waiting_room_is_patient (RushWaitingRoom *self);

void rush_awaited_enter (RushAwaited *self);
void rush_awaited_leave (RushAwaited *self); /* once for each enter () */
/* It has happened, once: who waits is called, who comes later need not wait. */
void rush_awaited_happen (RushAwaited *self);
