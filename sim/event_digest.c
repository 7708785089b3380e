/* event_digest.c - a walk over the fields of an event, a word at a time: xor, multiply, fold.
 *
 *     TaskEnd     17 │ 3 │ 0 │ 1 │ 41 │ "1" │ "node2" │ … │ 350000 │ …    (event_fields.h)
 *                  ╰─▶─╯─▶─╯        hash = fold (hash, word)
 *
 * The line of an event's end in the log is two kilobytes, of which most are names and zeros, and
 * there are millions: to write them takes several times as long as the scheduler itself.  Fields
 * say the same in fifty words.
 *
 * What has no fixed length goes in with its length, and NULL is a word of its own: no two events
 * differ in where a text ends alone.  The hash is to find differences, not to resist somebody who
 * makes them.  Numbers are hashed as values, so that the digest is the same on every machine.
 */
#include "sim/event_digest.h"

#include "core/event/event_fields.h"

#include <string.h>

#define PRIME G_GUINT64_CONSTANT (0x9e3779b97f4a7c15)
#define NOTHING G_GUINT64_CONSTANT (0x5bd1e995a3c59ac3) /* NULL: not a likely length */

typedef struct
{
  RushListener base;
  guint64 hash;
  guint64 n_events;
} EventDigest;

/* ---- words ---- */

static inline guint64
fold (guint64 hash, guint64 word)
{
  hash = (hash ^ word) * PRIME;
  return hash ^ (hash >> 32);
}

static guint64
hash_text (guint64 hash, const char *text)
{
  guint64 word;

  if (text == NULL)
    return fold (hash, NOTHING);
  gsize n = strlen (text);
  hash = fold (hash, n);
  for (; n >= sizeof word; n -= sizeof word, text += sizeof word)
    {
      memcpy (&word, text, sizeof word);
      hash = fold (hash, GUINT64_FROM_LE (word));
    }
  word = 0;
  memcpy (&word, text, n);
  return fold (hash, GUINT64_FROM_LE (word));
}

static guint64
hash_texts (guint64 hash, char *const *texts)
{
  if (texts == NULL)
    return fold (hash, NOTHING);
  hash = fold (hash, g_strv_length ((char **)texts));
  for (; *texts != NULL; texts++)
    hash = hash_text (hash, *texts);
  return hash;
}

static guint64
hash_ints (guint64 hash, const gint *values, guint n)
{
  if (values == NULL)
    return fold (hash, NOTHING);
  for (guint i = 0; i < n; i++)
    hash = fold (hash, (guint64)values[i]);
  return hash;
}

/* ---- structs ---- */

static guint64 hash_struct (guint64 hash, const RushEventStruct *made_of, const char *at);

static guint64
hash_elsewhere (guint64 hash, const RushEventStruct *made_of, const char *at)
{
  return at != NULL ? hash_struct (hash, made_of, at) : fold (hash, NOTHING);
}

static guint64
hash_pointers (guint64 hash, const RushEventStruct *made_of, const char *const *at, guint n)
{
  for (guint i = 0; i < n; i++)
    hash = hash_elsewhere (hash, made_of, at[i]);
  return hash;
}

static guint64
hash_row (guint64 hash, const RushEventStruct *made_of, const char *at, guint n)
{
  for (guint i = 0; i < n; i++)
    hash = hash_struct (hash, made_of, at + i * made_of->size);
  return hash;
}

static guint64
hash_list (guint64 hash, const RushEventStruct *made_of, const GArray *list)
{
  return list != NULL ? hash_row (fold (hash, list->len), made_of, list->data, list->len)
                      : fold (hash, NOTHING);
}

static guint64
hash_field (guint64 hash, const RushEventField *field, const char *base)
{
  const void *at = base + field->offset;
  const guint *count = (const void *)(base + field->count);

  switch (field->kind)
    {
    case RUSH_FIELD_INT:
      return fold (hash,
                   field->size == sizeof (gint64) ? *(const guint64 *)at : *(const guint32 *)at);
    case RUSH_FIELD_TEXT:
      return hash_text (hash, *(char *const *)at);
    case RUSH_FIELD_CHARS:
      return hash_text (hash, at);
    case RUSH_FIELD_TEXTS:
      return hash_texts (hash, *(char *const *const *)at);
    case RUSH_FIELD_INTS:
      return hash_ints (hash, *(gint *const *)at, *count);
    case RUSH_FIELD_STRUCT:
      return hash_struct (hash, field->of, at);
    case RUSH_FIELD_POINTER:
      return hash_elsewhere (hash, field->of, *(char *const *)at);
    case RUSH_FIELD_POINTERS:
      return hash_pointers (hash, field->of, *(const char *const *const *)at, *count);
    case RUSH_FIELD_STRUCTS:
      return hash_row (hash, field->of, *(char *const *)at, *count);
    case RUSH_FIELD_LIST:
      return hash_list (hash, field->of, *(GArray *const *)at);
    }
  g_return_val_if_reached (hash);
}

static guint64
hash_struct (guint64 hash, const RushEventStruct *made_of, const char *at)
{
  for (guint i = 0; i < made_of->n_fields; i++)
    hash = hash_field (hash, &made_of->fields[i], at);
  return hash;
}

static guint64
hash_event (guint64 hash, const RushEvent *event)
{
  return hash_struct (fold (hash, event->kind), rush_event_struct (event->kind),
                      rush_event_payload (event));
}

guint64
rush_event_digest_of (const RushEvent *event)
{
  return hash_event (0, event);
}

/* ---- the listener ---- */

static void
digest_event (RushListener *base, RushEvent *event)
{
  EventDigest *self = (EventDigest *)base;

  self->hash = hash_event (self->hash, event);
  self->n_events++;
}

static void
digest_free (RushListener *base)
{
  g_free (base);
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
