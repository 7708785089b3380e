/* event_fields.h - what each event is made of, as tables: for those who treat all fields alike.
 *
 *   const RushEventStruct *made_of = rush_event_struct (event->kind);
 *   const void *payload = rush_event_payload (event);
 *   for (guint i = 0; i < made_of->n_fields; i++)
 *     look_at (&made_of->fields[i], payload);
 *
 * Every member of every payload is in a table, and of every struct that payloads point to, but for
 * counts of references, which no event tells.  So a digest, or a comparison of two runs, forgets
 * none.  tests/architecture compares the tables with event.h, name by name.
 *
 * Threads: immutable, hence any.
 */
#pragma once

#include "core/event/event.h"

typedef enum
{
  RUSH_FIELD_INT,      /* of size bytes, 4 or 8: numbers, truth values, enums */
  RUSH_FIELD_TEXT,     /* char *, or NULL */
  RUSH_FIELD_CHARS,    /* char[size], NUL-terminated */
  RUSH_FIELD_TEXTS,    /* char **, NULL-terminated, or NULL */
  RUSH_FIELD_INTS,     /* gint *, of which count says how many there are, or NULL */
  RUSH_FIELD_STRUCT,   /* a struct in its place */
  RUSH_FIELD_POINTER,  /* a struct elsewhere, or NULL */
  RUSH_FIELD_POINTERS, /* an array of pointers to structs, of which count says how many */
  RUSH_FIELD_STRUCTS,  /* an array of structs, of which count says how many */
  RUSH_FIELD_LIST,     /* GArray of structs, or NULL */
} RushEventFieldKind;

typedef struct _RushEventStruct RushEventStruct;

typedef struct
{
  const char *name;
  RushEventFieldKind kind;
  guint offset;              /* in its struct */
  guint size;                /* of the member, in bytes */
  guint count;               /* offset of the guint that says how many, which is a field before */
  const RushEventStruct *of; /* what kind of struct; NULL: none */
} RushEventField;

struct _RushEventStruct
{
  const char *name; /* "RushTaskEnd" */
  gsize size;
  const RushEventField *fields;
  guint n_fields;
};

const RushEventStruct *rush_event_struct (RushEventKind kind);

/* Where the payload of any kind begins. */
static inline const void *
rush_event_payload (const RushEvent *event)
{
  return &event->log_start; /* a union's members all begin where it does */
}
