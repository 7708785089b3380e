/* manager_books.c - what each host has left, and who has got it.
 *
 * A manager knows less than we do: a host that is gone keeps its grants in the books until its
 * manager has found out, and then they go one by one, each with its word to the listener.
 *
 *     host dies ──▶ turn is odd; nothing more is granted there
 *        ⋮              heartbeats that do not come …
 *     write_off (death) ──▶ its grants are gone; NULL if the host has come back, or died anew
 *
 * Invariants:  a host's taken room is the sum over its grants, and the driver's;
 *              grants are in the order of their numbers.
 */
#include "sim/managers/manager_base.h"

/* ---- hosts ---- */

static RushSimHost *
host_at (const RushManagerBase *self, guint index)
{
  return rush_topology_host (self->manager.setup.topology, index);
}

gboolean
rush_manager_host_is_up (const RushManagerBase *self, guint host)
{
  const RushSimHost *at = host_at (self, host);

  return at->alive && at->reachable;
}

guint
rush_manager_free_cores (const RushManagerBase *self, guint host)
{
  guint cores = host_at (self, host)->cores;

  /* YARN that counts memory alone gives more cores than there are. */
  return cores > self->books[host].cores_taken ? cores - self->books[host].cores_taken : 0;
}

gint64
rush_manager_free_bytes (const RushManagerBase *self, guint host)
{
  return host_at (self, host)->memory_bytes - self->books[host].bytes_taken;
}

gboolean
rush_manager_fits (const RushManagerBase *self, guint host, guint cores, gint64 bytes)
{
  return rush_manager_host_is_up (self, host) && rush_manager_free_cores (self, host) >= cores &&
         rush_manager_free_bytes (self, host) >= bytes;
}

guint
rush_manager_most_cores (const RushManagerBase *self)
{
  guint most = 0;

  for (guint i = 0; i < self->n_hosts; i++)
    most = MAX (most, host_at (self, i)->cores);
  return most;
}

gint64
rush_manager_most_bytes (const RushManagerBase *self)
{
  gint64 most = 0;

  for (guint i = 0; i < self->n_hosts; i++)
    most = MAX (most, host_at (self, i)->memory_bytes);
  return most;
}

gboolean
rush_manager_check_ever_fits (const RushManagerBase *self, const char *what, guint cores,
                              gint64 bytes, GError **error)
{
  for (guint i = 0; i < self->n_hosts; i++)
    if (host_at (self, i)->cores >= cores && host_at (self, i)->memory_bytes >= bytes)
      return TRUE;

  g_autofree char *asked_cores = rush_format_counted (cores, "core");
  g_autofree char *asked = rush_format_mib (bytes);
  g_autofree char *most_cores = rush_format_counted (rush_manager_most_cores (self), "core");
  g_autofree char *most = rush_format_mib (rush_manager_most_bytes (self));
  g_set_error (
      error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
      "%s needs %s and %s, and no host has both, even if it is empty: the most of them are "
      "%s, and %s; ask for less, or give the hosts more",
      what, asked_cores, asked, most_cores, most);
  return FALSE;
}

void
rush_manager_take_room (RushManagerBase *self, const RushSimHost *host, guint cores, gint64 bytes)
{
  self->books[host->index].cores_taken += cores;
  self->books[host->index].bytes_taken += bytes;
  self->version++;
}

void
rush_manager_give_room (RushManagerBase *self, const RushSimHost *host, guint cores, gint64 bytes)
{
  RushHostBooks *books = &self->books[host->index];

  g_assert (books->cores_taken >= cores && books->bytes_taken >= bytes);
  books->cores_taken -= cores;
  books->bytes_taken -= bytes;
  self->version++;
}

#define TURN_BITS 32

gint64
rush_manager_host_died (RushManagerBase *self, const RushSimHost *host)
{
  RushHostBooks *books = &self->books[host->index];

  if (books->turn % 2 == 0)
    books->turn++;
  self->version++;
  return ((gint64)books->turn << TURN_BITS) | host->index;
}

void
rush_manager_host_came_back (RushManagerBase *self, const RushSimHost *host)
{
  RushHostBooks *books = &self->books[host->index];

  if (books->turn % 2 == 1)
    books->turn++;
  books->written_off = FALSE;
  self->version++;
}

RushSimHost *
rush_manager_still_dead (RushManagerBase *self, gint64 death)
{
  guint index = (guint)(death & G_MAXUINT32);
  const RushHostBooks *books = &self->books[index];

  return books->turn == (guint)(death >> TURN_BITS) && !books->written_off ? host_at (self, index)
                                                                           : NULL;
}

RushSimHost *
rush_manager_write_off (RushManagerBase *self, gint64 death)
{
  RushSimHost *host = rush_manager_still_dead (self, death);

  if (host != NULL)
    self->books[host->index].written_off = TRUE;
  return host;
}

/* ---- executors ---- */

void
rush_grant_free (gpointer data)
{
  RushGrant *grant = data;

  g_free (grant->seen.id);
  g_free (grant->seen.container);
  g_free (grant->end_reason);
  g_free (grant);
}

RushGrant *
rush_manager_grant (RushManagerBase *self, RushSimHost *host, guint cores, gint64 bytes,
                    char *container)
{
  RushGrant *grant = g_new0 (RushGrant, 1);

  grant->number = self->next_number++;
  grant->since_us = rush_manager_now_us (self);
  grant->seen.id = g_strdup_printf ("%" G_GINT64_FORMAT, grant->number);
  grant->seen.host = host;
  grant->seen.cores = cores;
  grant->seen.heap_bytes = self->manager.setup.shape.heap_bytes;
  grant->seen.container_bytes = bytes;
  grant->seen.container = container;
  rush_manager_take_room (self, host, cores, bytes);
  self->cores_granted += cores;
  g_ptr_array_add (self->grants, grant);
  return grant;
}

/* Where @number is, or would be. */
static guint
place_of (RushManagerBase *self, gint64 number)
{
  guint low = 0, high = self->grants->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;
      const RushGrant *grant = self->grants->pdata[middle];

      if (grant->number < number)
        low = middle + 1;
      else
        high = middle;
    }
  return low;
}

RushGrant *
rush_manager_find (RushManagerBase *self, gint64 number)
{
  guint place = place_of (self, number);
  RushGrant *grant = place < self->grants->len ? self->grants->pdata[place] : NULL;

  return grant != NULL && grant->number == number ? grant : NULL;
}

RushGrant *
rush_manager_find_running (RushManagerBase *self, const char *executor_id)
{
  guint64 number;

  if (!g_ascii_string_to_unsigned (executor_id, 10, 0, G_MAXINT64, &number, NULL))
    return NULL;
  RushGrant *grant = rush_manager_find (self, (gint64)number);
  return grant != NULL && !grant->ending ? grant : NULL;
}

GArray *
rush_manager_numbers_on (RushManagerBase *self, const RushSimHost *host)
{
  GArray *numbers = g_array_new (FALSE, FALSE, sizeof (gint64));

  for (guint i = 0; i < self->grants->len; i++)
    {
      const RushGrant *grant = self->grants->pdata[i];

      if (host == NULL || grant->seen.host == host)
        g_array_append_val (numbers, grant->number);
    }
  return numbers;
}

static void
register_executor (RushManagerBase *self, gint64 number)
{
  const RushManagerSetup *setup = &self->manager.setup;
  RushGrant *grant = rush_manager_find (self, number);

  if (grant == NULL || grant->ending || !rush_manager_host_is_up (self, grant->seen.host->index))
    return;
  grant->ready = TRUE;
  rush_manager_say (self, "Driver", grant, grant->seen.host, "registers executor %s on %s",
                    grant->seen.id, grant->seen.host->name);
  if (setup->listener->executor_ready != NULL)
    setup->listener->executor_ready (setup->listener_data, &grant->seen);
}

void
rush_manager_launch (RushManagerBase *self, RushGrant *grant, gint64 after_us,
                     RushManagerAction ready_too)
{
  gint64 delay = after_us + rush_manager_draw_us (self, self->common->executor_start,
                                                  "executor start", grant->number);

  rush_manager_after (self, delay, register_executor, grant->number);
  if (ready_too != NULL)
    rush_manager_after (self, delay, ready_too, grant->number);
}

void
rush_manager_end (RushGrant *grant, gint exit_code, const char *reason)
{
  grant->ending = TRUE;
  grant->exit_code = exit_code;
  g_free (grant->end_reason);
  grant->end_reason = g_strdup (reason);
}

void
rush_manager_killed (RushManagerBase *self, gint64 number)
{
  const RushManagerSetup *setup = &self->manager.setup;
  const RushGrant *grant = rush_manager_find (self, number);

  if (grant != NULL && grant->ready && !self->ended && setup->listener->executor_killed != NULL)
    setup->listener->executor_killed (setup->listener_data, &grant->seen);
}

/* Out of the books; the caller frees it. */
static void
strike (RushManagerBase *self, RushGrant *grant)
{
  guint place = place_of (self, grant->number);

  g_assert (self->grants->pdata[place] == grant);
  rush_manager_give_room (self, grant->seen.host, grant->seen.cores, grant->seen.container_bytes);
  self->cores_granted -= grant->seen.cores;
  g_ptr_array_steal_index (self->grants, place);
}

void
rush_manager_gone (RushManagerBase *self, RushGrant *grant, const char *reason, gint exit_code,
                   gboolean by_application)
{
  const RushManagerSetup *setup = &self->manager.setup;

  strike (self, grant);
  if (grant->ready && !self->ended && setup->listener->executor_gone != NULL)
    setup->listener->executor_gone (setup->listener_data, &grant->seen, reason, exit_code,
                                    by_application);
  rush_grant_free (grant);
}

void
rush_manager_drop_grants (RushManagerBase *self)
{
  while (self->grants->len > 0)
    {
      RushGrant *last = self->grants->pdata[self->grants->len - 1];

      strike (self, last);
      rush_grant_free (last);
    }
}

guint
rush_manager_n_grants (const RushManagerBase *self)
{
  return self->grants->len;
}

guint
rush_manager_n_missing (const RushManagerBase *self)
{
  return self->target > self->grants->len ? self->target - self->grants->len : 0;
}
