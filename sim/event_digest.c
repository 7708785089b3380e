/* event_digest.c - eight bytes at a time: xor, multiply, fold.
 *
 * The text of an event is a kilobyte or two, and there are millions; a hash that takes a byte at a
 * time would take longer than the scheduler.  It is to find differences, not to resist somebody who
 * makes them.  A line's length goes in as well, so that no two logs differ by their line ends
 * alone.
 */
#include "sim/event_digest.h"

#include <string.h>

#define PRIME G_GUINT64_CONSTANT (0x9e3779b97f4a7c15)

typedef struct
{
  RushListener base;
  GString *line;
  guint64 hash;
  guint64 n_events;
} EventDigest;

static guint64
fold (guint64 hash, guint64 word)
{
  hash = (hash ^ word) * PRIME;
  return hash ^ (hash >> 32);
}

static guint64
hash_bytes (guint64 hash, const char *bytes, gsize n)
{
  guint64 word;

  for (; n >= sizeof word; n -= sizeof word, bytes += sizeof word)
    {
      memcpy (&word, bytes, sizeof word);
      hash = fold (hash, GUINT64_FROM_LE (word));
    }
  word = 0;
  memcpy (&word, bytes, n);
  return fold (hash, GUINT64_FROM_LE (word));
}

static void
digest_event (RushListener *base, RushEvent *event)
{
  EventDigest *self = (EventDigest *)base;
  RushJsonWriter writer;

  g_string_truncate (self->line, 0);
  rush_json_writer_init (&writer, self->line);
  rush_event_write_json (event, &writer);
  self->hash = fold (self->hash, self->line->len);
  self->hash = hash_bytes (self->hash, self->line->str, self->line->len);
  self->n_events++;
}

static void
digest_free (RushListener *base)
{
  EventDigest *self = (EventDigest *)base;

  g_string_free (self->line, TRUE);
  g_free (self);
}

static const RushListenerClass digest_class = {
  .name = "event digest",
  .on_event = digest_event,
  .free = digest_free,
};

RushListener *
rush_event_digest_new (void)
{
  EventDigest *self = g_new0 (EventDigest, 1);

  self->base.klass = &digest_class;
  self->line = g_string_sized_new (4096);
  return &self->base;
}

guint64
rush_event_digest_value (const RushListener *self)
{
  return ((const EventDigest *)self)->hash;
}

guint64
rush_event_digest_n_events (const RushListener *self)
{
  return ((const EventDigest *)self)->n_events;
}
