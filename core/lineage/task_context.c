/* task_context.c - a running task's cancellation, its cleanups, and what it could not fetch.
 *
 * Cancellation is a request, not an interruption: somebody sets the flag, the task sees it at its
 * next batch or poll and returns CANCELLED up through its iterators, whose owners close them.  The
 * reason is written before the flag is released, so that who sees the flag sees the reason.
 *
 * Who sleeps in poll () meanwhile is woken through an eventfd.  Each task that waits for a Python
 * worker asks for one, and hardly any is ever cancelled: what was not written to serves the next
 * task, which saves an empty one two of its ten system calls.
 *
 * Cleanups are for what must end with the task and not with an iterator (a worker that goes back to
 * its pool, a temporary file).  They run last in, first out, whether the task succeeded or not.
 */
#include "core/lineage/task_context.h"

#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

typedef struct
{
  GDestroyNotify func;
  gpointer data;
} Cleanup;

static GHashTable *no_properties; /* immortal, never changed */
static pthread_once_t no_properties_once = PTHREAD_ONCE_INIT;

static void
make_no_properties (void)
{
  no_properties = g_hash_table_new (g_str_hash, g_str_equal);
}

/* ---- descriptors that nobody has written to ---- */

#define MOST_SPARE 16

static pthread_mutex_t spare_lock = PTHREAD_MUTEX_INITIALIZER;
static int spare[MOST_SPARE]; /* guarded by spare_lock, as is the next */
static guint n_spare;

static int
take_eventfd (void)
{
  int fd = -1;

  pthread_mutex_lock (&spare_lock);
  if (n_spare > 0)
    fd = spare[--n_spare];
  pthread_mutex_unlock (&spare_lock);
  return fd >= 0 ? fd : eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
}

static void
give_back_eventfd (int fd)
{
  pthread_mutex_lock (&spare_lock);
  gboolean keep = n_spare < MOST_SPARE;
  if (keep)
    spare[n_spare++] = fd;
  pthread_mutex_unlock (&spare_lock);
  if (!keep)
    close (fd);
}

/* ---- which task it is ---- */

static _Thread_local RushTaskContext *current;

RushTaskContext *
rush_task_context_current (void)
{
  return current;
}

void
rush_task_context_enter (RushTaskContext *self)
{
  g_assert (current == NULL);
  current = self;
}

void
rush_task_context_leave (void)
{
  current = NULL;
}

/* ---- cancellation ---- */

gboolean
rush_task_context_check (RushTaskContext *self, GError **error)
{
  const char *reason;

  atomic_store_explicit (&self->records_read,
                         self->metrics.input_records + self->metrics.shuffle_read_records,
                         memory_order_relaxed);
  if (!atomic_load_explicit (&self->cancelled, memory_order_acquire))
    return TRUE;
  reason = atomic_load (&self->cancel_reason);
  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_CANCELLED, "Task killed (%s)",
               reason != NULL ? reason : "unknown reason");
  return FALSE;
}

static void
wake (RushTaskContext *self)
{
  int fd = atomic_load (&self->cancel_fd);

  if (fd >= 0)
    eventfd_write (fd, 1);
}

void
rush_task_context_cancel (RushTaskContext *self, const char *reason)
{
  const char *none = NULL;

  atomic_compare_exchange_strong (&self->cancel_reason, &none, reason);
  atomic_store (&self->cancelled, TRUE);
  wake (self);
}

/* Sequentially consistent on both sides: either the canceller sees the descriptor, or its maker
 * sees the flag. */
int
rush_task_context_cancel_fd (RushTaskContext *self)
{
  if (atomic_load (&self->cancel_fd) < 0)
    {
      atomic_store (&self->cancel_fd, take_eventfd ());
      if (atomic_load (&self->cancelled))
        wake (self);
    }
  return atomic_load (&self->cancel_fd);
}

/* ---- what a task leaves ---- */

void
rush_task_context_add_cleanup (RushTaskContext *self, GDestroyNotify func, gpointer data)
{
  Cleanup cleanup = { func, data };

  g_array_append_val (self->cleanups, cleanup);
}

void
rush_task_context_add_accumulator_updates (RushTaskContext *self, GBytes *updates)
{
  if (self->accumulator_updates == NULL)
    self->accumulator_updates = g_ptr_array_new_with_free_func ((GDestroyNotify)g_bytes_unref);
  g_ptr_array_add (self->accumulator_updates, updates);
}

void
rush_task_context_set_fetch_failed (RushTaskContext *self, gint shuffle_id, gint map_index,
                                    guint reduce_partition, const char *executor_id,
                                    const char *message, GError **error)
{
  self->fetch_failed = TRUE;
  self->fetch_shuffle_id = shuffle_id;
  self->fetch_map_index = map_index;
  self->fetch_reduce_partition = reduce_partition;
  g_free (self->fetch_executor_id);
  self->fetch_executor_id = g_strdup (executor_id);
  g_set_error_literal (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_FETCH_FAILED, message);
}

void
rush_task_context_run_cleanups (RushTaskContext *self)
{
  /* A cleanup may add another one. */
  while (self->cleanups->len > 0)
    {
      Cleanup last = g_array_index (self->cleanups, Cleanup, self->cleanups->len - 1);

      g_array_set_size (self->cleanups, self->cleanups->len - 1);
      last.func (last.data);
    }
}

void
rush_task_context_free (RushTaskContext *self)
{
  if (self == NULL)
    return;
  rush_task_context_run_cleanups (self);
  g_array_free (self->cleanups, TRUE);
  g_clear_pointer (&self->accumulator_updates, g_ptr_array_unref);
  g_clear_pointer (&self->counted, g_array_unref);
  g_free (self->fetch_executor_id);
  int fd = atomic_load (&self->cancel_fd);
  if (fd >= 0 && atomic_load (&self->cancelled))
    close (fd);
  else if (fd >= 0)
    give_back_eventfd (fd);
  g_free (self);
}

RushTaskContext *
rush_task_context_new (void)
{
  RushTaskContext *self = g_new0 (RushTaskContext, 1);

  pthread_once (&no_properties_once, make_no_properties);
  self->properties = no_properties;
  self->clock = rush_clock_system ();
  self->allocator = rush_allocator_system ();
  self->fetch_map_index = -1;
  atomic_init (&self->cancelled, FALSE);
  atomic_init (&self->cancel_reason, NULL);
  atomic_init (&self->cancel_fd, -1);
  self->cleanups = g_array_new (FALSE, FALSE, sizeof (Cleanup));
  return self;
}
