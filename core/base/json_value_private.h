/* json_value_private.h - a value as json_reader.c leaves it and json_value.c shows it. */
#pragma once

#include "core/base/json.h"

struct _RushJson
{
  guint32 kind : 8;  /* a RushJsonKind */
  guint32 line : 24; /* where it begins, from 1; the last one that fits for all behind it */
  guint32 length;
  const char *name; /* in the object around it, else NULL */
  union
  {
    gboolean boolean;
    gint64 integer;
    double number;
    const char *string;
    gsize first; /* while parsing: index of the first member in nodes */
    const RushJson *items;
  } as;
};

#define RUSH_JSON_MAX_LINE 0xFFFFFF

G_STATIC_ASSERT (sizeof (RushJson) <= 24);

static inline gboolean
rush_json_is_container (const RushJson *self)
{
  return self->kind == RUSH_JSON_ARRAY || self->kind == RUSH_JSON_OBJECT;
}
