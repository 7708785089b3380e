/* waiting_room.c - two numbers under a lock; see the header. */
#include "core/scheduler/waiting_room.h"

struct _RushWaitingRoom
{
  void (*changed) (gpointer data);
  gpointer data;
  pthread_mutex_t lock;
  /* Guarded by lock. */
  int n_waiting; /* for what has not happened yet */
  int n_called;  /* it has, and they have not left yet */
};

gboolean
rush_waiting_room_is_patient (RushWaitingRoom *self)
{
  pthread_mutex_lock (&self->lock);
  gboolean patient = self->n_waiting > 0 && self->n_called == 0;
  pthread_mutex_unlock (&self->lock);
  return patient;
}

/* So many threads more, or fewer, wait for this. */
static void
count (RushAwaited *self, int change)
{
  RushWaitingRoom *room = self->room;

  if (room == NULL)
    return;
  pthread_mutex_lock (&room->lock);
  self->n_waiting += change;
  g_assert (self->n_waiting >= 0);
  if (self->happened)
    room->n_called += change;
  else
    room->n_waiting += change;
  pthread_mutex_unlock (&room->lock);
  room->changed (room->data);
}

void
rush_awaited_enter (RushAwaited *self)
{
  count (self, 1);
}

void
rush_awaited_leave (RushAwaited *self)
{
  count (self, -1);
}

void
rush_awaited_happen (RushAwaited *self)
{
  RushWaitingRoom *room = self->room;

  if (room == NULL)
    return;
  pthread_mutex_lock (&room->lock);
  g_assert (!self->happened);
  self->happened = TRUE;
  room->n_waiting -= self->n_waiting;
  room->n_called += self->n_waiting;
  pthread_mutex_unlock (&room->lock);
}

void
rush_waiting_room_free (RushWaitingRoom *self)
{
  if (self == NULL)
    return;
  pthread_mutex_destroy (&self->lock);
  g_free (self);
}

RushWaitingRoom *
rush_waiting_room_new (void (*changed) (gpointer data), gpointer data)
{
  RushWaitingRoom *self = g_new0 (RushWaitingRoom, 1);

  self->changed = changed;
  self->data = data;
  pthread_mutex_init (&self->lock, NULL);
  return self;
}
