/* json_value_private.h - a value as json_reader.c leaves it and json_value.c shows it. */
#pragma once

#include "core/base/json.h"

struct _RushJson
{
  guint8 kind; /* a RushJsonKind */
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

G_STATIC_ASSERT (sizeof (RushJson) <= 24);

static inline gboolean
rush_json_is_container (const RushJson *self)
{
  return self->kind == RUSH_JSON_ARRAY || self->kind == RUSH_JSON_OBJECT;
}
