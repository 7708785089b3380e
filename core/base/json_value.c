/* json_value.c - looking into a parsed value.
 *
 * A look-up of something that is not there, or is of another kind, answers the caller's fallback
 * and goes on: a log of another version has members that this one has not, and the other way round.
 */
#include "core/base/json_value_private.h"

#include <math.h>
#include <string.h>

/* ---- structure ---- */

RushJsonKind
rush_json_kind (const RushJson *self)
{
  return self->kind;
}

guint
rush_json_line (const RushJson *self)
{
  return self->line;
}

guint
rush_json_length (const RushJson *self)
{
  g_return_val_if_fail (rush_json_is_container (self), 0);

  return self->length;
}

const RushJson *
rush_json_item (const RushJson *self, guint i)
{
  g_return_val_if_fail (rush_json_is_container (self), NULL);
  g_return_val_if_fail (i < self->length, NULL);

  return &self->as.items[i];
}

const char *
rush_json_name (const RushJson *self, guint i)
{
  g_return_val_if_fail (self->kind == RUSH_JSON_OBJECT, NULL);

  const RushJson *item = rush_json_item (self, i);
  return item != NULL ? item->name : NULL;
}

/* Of two members with one name the later counts, as in Jackson and in Python. */
const RushJson *
rush_json_get (const RushJson *self, const char *member)
{
  if (self == NULL || self->kind != RUSH_JSON_OBJECT)
    return NULL;
  for (guint i = self->length; i > 0; i--)
    if (strcmp (self->as.items[i - 1].name, member) == 0)
      return &self->as.items[i - 1];
  return NULL;
}

/* ---- a value ---- */

gint64
rush_json_as_int (const RushJson *self, gint64 fallback)
{
  return self != NULL && self->kind == RUSH_JSON_INT ? self->as.integer : fallback;
}

/* The three numbers that JSON cannot write are strings; see rush_json_double (). */
static double
number_from_string (const char *text, double fallback)
{
  if (strcmp (text, "NaN") == 0)
    return NAN;
  if (strcmp (text, "Infinity") == 0)
    return INFINITY;
  if (strcmp (text, "-Infinity") == 0)
    return -INFINITY;
  return fallback;
}

double
rush_json_as_double (const RushJson *self, double fallback)
{
  if (self == NULL)
    return fallback;
  if (self->kind == RUSH_JSON_DOUBLE)
    return self->as.number;
  if (self->kind == RUSH_JSON_INT)
    return (double)self->as.integer;
  if (self->kind == RUSH_JSON_STRING)
    return number_from_string (self->as.string, fallback);
  return fallback;
}

gboolean
rush_json_as_bool (const RushJson *self, gboolean fallback)
{
  return self != NULL && self->kind == RUSH_JSON_BOOL ? self->as.boolean : fallback;
}

const char *
rush_json_as_string (const RushJson *self, const char *fallback)
{
  return self != NULL && self->kind == RUSH_JSON_STRING ? self->as.string : fallback;
}

/* ---- a member ---- */

gint64
rush_json_get_int (const RushJson *self, const char *member, gint64 fallback)
{
  return rush_json_as_int (rush_json_get (self, member), fallback);
}

double
rush_json_get_double (const RushJson *self, const char *member, double fallback)
{
  return rush_json_as_double (rush_json_get (self, member), fallback);
}

gboolean
rush_json_get_bool (const RushJson *self, const char *member, gboolean fallback)
{
  return rush_json_as_bool (rush_json_get (self, member), fallback);
}

const char *
rush_json_get_string (const RushJson *self, const char *member, const char *fallback)
{
  return rush_json_as_string (rush_json_get (self, member), fallback);
}

/* ---- written again ---- */

static void
write_items (RushJsonWriter *out, const RushJson *container)
{
  for (guint i = 0; i < container->length; i++)
    {
      const RushJson *item = &container->as.items[i];

      if (container->kind == RUSH_JSON_OBJECT)
        rush_json_member (out, item->name);
      rush_json_value (out, item);
    }
}

void
rush_json_value (RushJsonWriter *self, const RushJson *value)
{
  switch (value->kind)
    {
    case RUSH_JSON_NULL:
      rush_json_null (self);
      return;
    case RUSH_JSON_BOOL:
      rush_json_bool (self, value->as.boolean);
      return;
    case RUSH_JSON_INT:
      rush_json_int (self, value->as.integer);
      return;
    case RUSH_JSON_DOUBLE:
      rush_json_double (self, value->as.number);
      return;
    case RUSH_JSON_STRING:
      rush_json_string (self, value->as.string);
      return;
    case RUSH_JSON_ARRAY:
      rush_json_begin_array (self);
      write_items (self, value);
      rush_json_end_array (self);
      return;
    case RUSH_JSON_OBJECT:
      rush_json_begin_object (self);
      write_items (self, value);
      rush_json_end_object (self);
      return;
    }
  g_return_if_reached ();
}
