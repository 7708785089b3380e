/* schema.c - schemas: names and types of a batch's columns, shared by all its batches. */
#include "core/data/type.h"

#include <stdarg.h>

RushSchema *
rush_schema_new (guint n_fields, const RushField *fields)
{
  g_return_val_if_fail (n_fields == 0 || fields != NULL, NULL);

  RushSchema *self = g_malloc0 (sizeof *self + (gsize)n_fields * sizeof (RushField));
  rush_ref_count_init (&self->refs);
  self->n_fields = n_fields;
  for (guint i = 0; i < n_fields; i++)
    {
      g_assert (fields[i].name != NULL && fields[i].type != NULL);
      self->fields[i] = fields[i];
      self->fields[i].name = g_strdup (fields[i].name);
    }
  return self;
}

RushSchema *
rush_schema_of (const char *name, ...)
{
  g_autoptr (GArray) fields = g_array_new (FALSE, TRUE, sizeof (RushField));
  va_list args;

  va_start (args, name);
  while (name != NULL)
    {
      RushField field = { .name = (char *)name, .type = va_arg (args, const RushType *) };
      g_array_append_val (fields, field);
      name = va_arg (args, const char *);
    }
  va_end (args);
  return rush_schema_new (fields->len, (const RushField *)(gpointer)fields->data);
}

RushSchema *
rush_schema_ref (RushSchema *self)
{
  rush_ref_count_inc (&self->refs);
  return self;
}

void
rush_schema_unref (RushSchema *self)
{
  if (self == NULL || !rush_ref_count_dec (&self->refs))
    return;
  for (guint i = 0; i < self->n_fields; i++)
    g_free (self->fields[i].name);
  g_free (self);
}

gboolean
rush_schema_equal (const RushSchema *a, const RushSchema *b)
{
  if (a == b)
    return TRUE;
  if (a->n_fields != b->n_fields)
    return FALSE;
  for (guint i = 0; i < a->n_fields; i++)
    {
      const RushField *x = &a->fields[i], *y = &b->fields[i];
      if (x->type != y->type || !x->nullable != !y->nullable || strcmp (x->name, y->name) != 0)
        return FALSE;
    }
  return TRUE;
}

char *
rush_schema_to_string (const RushSchema *self)
{
  GString *out = g_string_new (NULL);
  for (guint i = 0; i < self->n_fields; i++)
    g_string_append_printf (out, "%s%s: %s", i > 0 ? ", " : "", self->fields[i].name,
                            self->fields[i].type->name);
  return g_string_free (out, FALSE);
}

const RushType *
rush_schema_to_type (const RushSchema *self)
{
  g_autofree RushTypeField *fields = g_new (RushTypeField, self->n_fields);

  for (guint i = 0; i < self->n_fields; i++)
    fields[i] =
        (RushTypeField){ self->fields[i].name, self->fields[i].type, self->fields[i].nullable };
  return rush_type_struct (self->n_fields, fields);
}

RushSchema *
rush_schema_from_type (const RushType *struct_type)
{
  g_return_val_if_fail (struct_type->kind == RUSH_TYPE_STRUCT, NULL);

  g_autofree RushField *fields = g_new (RushField, struct_type->n_fields);
  for (guint i = 0; i < struct_type->n_fields; i++)
    fields[i] = (RushField){ (char *)struct_type->fields[i].name, struct_type->fields[i].type,
                             struct_type->fields[i].nullable };
  return rush_schema_new (struct_type->n_fields, fields);
}
