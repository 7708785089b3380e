/* refusal.c - a refusal as sentences: how many were asked for, what one needs, what there is where.
 *
 *     2 executors of 2,048 MiB and 4 cores each are not granted: no node has 2,048 MiB free.
 *     Free: host-0 1 core, 1,024 MiB; host-1 4 cores, 512 MiB; and 8 more hosts.
 *
 * The roomiest hosts come first, as they are the ones that nearly did.
 */
#include "sim/managers/manager_base.h"

#include "core/event/event_text.h"

#define MOST_HOSTS 5

static gint
compare_rooms (gconstpointer a, gconstpointer b, gpointer rooms)
{
  const RushHostRoom *x = (const RushHostRoom *)rooms + *(const guint *)a;
  const RushHostRoom *y = (const RushHostRoom *)rooms + *(const guint *)b;

  if (x->free_bytes != y->free_bytes)
    return x->free_bytes > y->free_bytes ? -1 : 1;
  if (x->free_cores != y->free_cores)
    return x->free_cores > y->free_cores ? -1 : 1;
  return *(const guint *)a < *(const guint *)b ? -1 : 1;
}

static void
append_rooms (GString *out, const RushHostRoom *rooms, guint n_rooms)
{
  g_autofree guint *order = g_new (guint, n_rooms + 1);

  for (guint i = 0; i < n_rooms; i++)
    order[i] = i;
  g_qsort_with_data (order, (gint)n_rooms, sizeof *order, compare_rooms, (gpointer)rooms);
  for (guint i = 0; i < MIN (n_rooms, MOST_HOSTS); i++)
    {
      const RushHostRoom *room = &rooms[order[i]];
      g_autofree char *cores = rush_format_counted (room->free_cores, "core");
      g_autofree char *bytes = rush_format_mib (room->free_bytes);

      g_string_append_printf (out, "%s%s %s, %s", i > 0 ? "; " : "", room->host, cores, bytes);
    }
  if (n_rooms > MOST_HOSTS)
    {
      g_autofree char *more = rush_format_counted (n_rooms - MOST_HOSTS, "more host");
      g_string_append_printf (out, "; and %s", more);
    }
}

char *
rush_refusal_text (const RushExecutorShape *asked, gint64 container_bytes, guint n_missing,
                   const RushHostRoom *rooms, guint n_rooms, const char *why)
{
  GString *out = g_string_new (NULL);
  g_autofree char *executors = rush_format_counted (n_missing, "executor");
  g_autofree char *bytes = rush_format_mib (container_bytes);
  g_autofree char *cores = rush_format_counted (MAX (asked->cores, 1), "core");
  gboolean stops = g_str_has_suffix (why, ".");

  g_string_printf (out, "%s of %s and %s%s %s not granted: %s%s Free: ", executors, bytes, cores,
                   n_missing == 1 ? "" : " each", n_missing == 1 ? "is" : "are", why,
                   stops ? "" : ".");
  if (n_rooms > 0)
    append_rooms (out, rooms, n_rooms);
  else
    g_string_append (out, "no host is there");
  g_string_append_c (out, '.');
  return g_string_free (out, FALSE);
}
