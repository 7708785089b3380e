/* output_book.c - see the header.
 *
 * Bytes are whole numbers, so that what is taken away again leaves nothing behind.
 */
#include "sim/output_book.h"

#define NOBODY G_MAXUINT

typedef struct
{
  guint executor; /* NOBODY: not written yet */
  guint host;
  gint64 bytes;
  gboolean lost;
} Place;

struct _RushOutputBook
{
  guint n_maps, n_hosts, n_lost;
  gint64 total_bytes;
  Place *places; /* by map */
  gint64 *bytes; /* by host */
};

RushOutputBook *
rush_output_book_new (guint n_maps, guint n_hosts)
{
  RushOutputBook *self = g_new0 (RushOutputBook, 1);

  self->n_maps = n_maps;
  self->n_hosts = n_hosts;
  self->places = g_new0 (Place, n_maps);
  self->bytes = g_new0 (gint64, n_hosts);
  for (guint i = 0; i < n_maps; i++)
    self->places[i].executor = NOBODY;
  return self;
}

void
rush_output_book_free (RushOutputBook *self)
{
  if (self == NULL)
    return;
  g_free (self->places);
  g_free (self->bytes);
  g_free (self);
}

static void
count (RushOutputBook *self, const Place *place, gint sign)
{
  self->bytes[place->host] += sign * place->bytes;
  self->total_bytes += sign * place->bytes;
}

void
rush_output_book_put (RushOutputBook *self, guint map_index, guint executor, guint host,
                      gint64 bytes)
{
  Place *place = &self->places[map_index];

  g_assert (map_index < self->n_maps && host < self->n_hosts);
  if (place->lost)
    self->n_lost--;
  else if (place->executor != NOBODY)
    count (self, place, -1);
  *place = (Place){ .executor = executor, .host = host, .bytes = bytes };
  count (self, place, 1);
}

gboolean
rush_output_book_owner (const RushOutputBook *self, guint map_index, guint *out_executor)
{
  const Place *place = &self->places[map_index];

  *out_executor = place->executor;
  return place->executor != NOBODY && !place->lost;
}

void
rush_output_book_lose (RushOutputBook *self, guint map_index)
{
  Place *place = &self->places[map_index];

  if (place->executor == NOBODY || place->lost)
    return;
  count (self, place, -1);
  place->lost = TRUE;
  self->n_lost++;
}

void
rush_output_book_move (RushOutputBook *self, guint map_index, guint executor, guint host)
{
  const Place *place = &self->places[map_index];

  if (place->executor != NOBODY && !place->lost)
    rush_output_book_put (self, map_index, executor, host, place->bytes);
}

gint64
rush_output_book_bytes_of (const RushOutputBook *self, guint map_index)
{
  return self->places[map_index].bytes;
}

void
rush_output_book_lose_executor (RushOutputBook *self, guint executor)
{
  for (guint i = 0; i < self->n_maps; i++)
    if (self->places[i].executor == executor)
      rush_output_book_lose (self, i);
}

gint64
rush_output_book_total_bytes (const RushOutputBook *self)
{
  return self->total_bytes;
}

gint64
rush_output_book_bytes_on (const RushOutputBook *self, guint host)
{
  return self->bytes[host];
}

gboolean
rush_output_book_find_lost (const RushOutputBook *self, guint start, guint *out_map,
                            guint *out_executor)
{
  guint map = start % self->n_maps;

  if (self->n_lost == 0)
    return FALSE;
  while (!self->places[map].lost)
    map = (map + 1) % self->n_maps;
  *out_map = map;
  *out_executor = self->places[map].executor;
  return TRUE;
}
