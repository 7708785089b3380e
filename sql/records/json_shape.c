/* json_shape.c - a tree of what the values so far can all be read as.
 *
 *     {"a": 1, "b": [1]}          a: LONG     b: ARRAY of LONG
 *     {"a": 2.5, "b": null}       a: DOUBLE   b: ARRAY of LONG
 *     {"a": {"c": 1}}             a: STRING   what has no type in common is kept as text
 *
 * The tree is changed in place, so that inference costs what the scanning costs.  A text is first
 * scanned to its end: only if it is JSON does it count.
 */
#include "sql/records/json_shape.h"

#include "sql/types/sql_error.h"

#include "sql/types/datetime_text.h"
#include "sql/types/decimal.h"

#include <string.h>

typedef enum
{
  SHAPE_NULL,
  SHAPE_BOOL,
  SHAPE_LONG,
  SHAPE_DECIMAL,
  SHAPE_DOUBLE,
  SHAPE_TIMESTAMP,
  SHAPE_STRING,
  SHAPE_ARRAY,
  SHAPE_OBJECT,
} ShapeKind;

typedef struct _Shape Shape;

typedef struct
{
  char *name;
  Shape *shape;
  guint64 seen; /* the object in which it was last */
} Member;

struct _Shape
{
  ShapeKind kind;
  gint precision, scale; /* DECIMAL */
  Shape *element;        /* ARRAY */
  GPtrArray *members;    /* OBJECT: Member */
  GHashTable *by_name;   /* OBJECT: name → Member */
};

struct _RushJsonShape
{
  Shape *root;
  gboolean corrupt;  /* some text was none, or no object */
  char *double_name; /* that stood twice in one object; or NULL */
  guint64 n_objects;
};

static void add_value (RushJsonShape *self, Shape *shape, RushJsonScanner *scanner,
                       RushJsonTokenKind first);

/* ---- trees ---- */

static Shape *
shape_new (void)
{
  return g_new0 (Shape, 1);
}

static void
shape_free (gpointer data)
{
  Shape *self = data;

  if (self == NULL)
    return;
  shape_free (self->element);
  g_clear_pointer (&self->by_name, g_hash_table_unref);
  g_clear_pointer (&self->members, g_ptr_array_unref);
  g_free (self);
}

static void
member_free (gpointer data)
{
  Member *self = data;

  shape_free (self->shape);
  g_free (self->name);
  g_free (self);
}

static void
become (Shape *self, ShapeKind kind)
{
  if (self->kind == kind)
    return;
  g_clear_pointer (&self->element, shape_free);
  g_clear_pointer (&self->by_name, g_hash_table_unref);
  g_clear_pointer (&self->members, g_ptr_array_unref);
  self->kind = kind;
  if (kind == SHAPE_ARRAY)
    self->element = shape_new ();
  if (kind == SHAPE_OBJECT)
    {
      self->members = g_ptr_array_new_with_free_func (member_free);
      self->by_name = g_hash_table_new (g_str_hash, g_str_equal);
    }
}

static gboolean
is_number (ShapeKind kind)
{
  return kind == SHAPE_LONG || kind == SHAPE_DECIMAL || kind == SHAPE_DOUBLE;
}

/* A decimal, or a bigint as one, joins another. */
static void
widen_decimal (Shape *self, gint precision, gint scale)
{
  gint digits, most;

  if (self->kind == SHAPE_LONG)
    {
      self->precision = 20;
      self->scale = 0;
    }
  most = MAX (self->scale, scale);
  digits = MAX (self->precision - self->scale, precision - scale);
  become (self, digits + most > RUSH_DECIMAL_MAX_PRECISION ? SHAPE_DOUBLE : SHAPE_DECIMAL);
  self->precision = digits + most;
  self->scale = most;
}

/* @self holds what it held and values of @kind. */
static void
widen (Shape *self, ShapeKind kind, gint precision, gint scale)
{
  if (kind == SHAPE_NULL || (self->kind == kind && kind != SHAPE_DECIMAL))
    return;
  if (self->kind == SHAPE_NULL)
    {
      become (self, kind);
      self->precision = precision;
      self->scale = scale;
    }
  else if (!is_number (self->kind) || !is_number (kind))
    become (self, SHAPE_STRING);
  else if (self->kind == SHAPE_DOUBLE || kind == SHAPE_DOUBLE)
    become (self, SHAPE_DOUBLE);
  else if (kind == SHAPE_LONG)
    widen_decimal (self, 20, 0);
  else
    widen_decimal (self, precision, scale);
}

static Member *
find_member (Shape *self, const char *name, gsize length)
{
  g_autofree char *key = g_strndup (name, length);
  Member *member = g_hash_table_lookup (self->by_name, key);

  if (member != NULL)
    return member;
  member = g_new0 (Member, 1);
  member->shape = shape_new ();
  member->name = g_steal_pointer (&key);
  g_ptr_array_add (self->members, member);
  g_hash_table_insert (self->by_name, member->name, member);
  return member;
}

/* ---- texts ---- */

static void
add_decimal (Shape *shape, const char *text, gsize length)
{
  rush_int128 unscaled;
  gint scale;

  if (rush_decimal_parse_literal (text, length, &unscaled, &scale) == RUSH_DECIMAL_TEXT_OK)
    widen (shape, SHAPE_DECIMAL, MAX ((gint)rush_decimal_digits (unscaled), scale), scale);
  else
    widen (shape, SHAPE_DOUBLE, 0, 0);
}

static void
add_integer (Shape *shape, const char *text, gsize length)
{
  g_autofree char *copy = g_strndup (text, length);
  gint64 value;

  if (g_ascii_string_to_signed (copy, 10, G_MININT64, G_MAXINT64, &value, NULL))
    widen (shape, SHAPE_LONG, 0, 0);
  else
    add_decimal (shape, text, length);
}

static void
add_string (Shape *shape, const RushJsonScanner *scanner)
{
  const RushJsonOptions *options = scanner->options;
  const RushTimeZone *zone = rush_time_zone_get (options->time_zone, NULL);
  rush_int128 unscaled;
  gint scale;
  gint64 micros;

  if (scanner->length == 0)
    return;
  if (options->prefers_decimal &&
      rush_decimal_parse_literal (scanner->text, scanner->length, &unscaled, &scale) ==
          RUSH_DECIMAL_TEXT_OK)
    add_decimal (shape, scanner->text, scanner->length);
  else if (options->infers_timestamps &&
           (options->timestamp_pattern != NULL
                ? rush_datetime_pattern_parse_instant (options->timestamp_pattern, scanner->text,
                                                       scanner->length, zone, "", &micros, NULL)
                : rush_text_to_timestamp (scanner->text, scanner->length, zone, 0, &micros)))
    widen (shape, SHAPE_TIMESTAMP, 0, 0);
  else
    widen (shape, SHAPE_STRING, 0, 0);
}

static void
add_array (RushJsonShape *self, Shape *shape, RushJsonScanner *scanner)
{
  RushJsonTokenKind kind;

  widen (shape, SHAPE_ARRAY, 0, 0);
  while ((kind = rush_json_scanner_next (scanner)) != RUSH_JSON_TOKEN_ARRAY_END)
    if (shape->kind == SHAPE_ARRAY)
      add_value (self, shape->element, scanner, kind);
    else
      rush_json_scanner_skip (scanner, kind);
}

static void
add_object (RushJsonShape *self, Shape *shape, RushJsonScanner *scanner)
{
  guint64 number = ++self->n_objects;

  widen (shape, SHAPE_OBJECT, 0, 0);
  while (rush_json_scanner_next (scanner) != RUSH_JSON_TOKEN_OBJECT_END)
    {
      Member *member =
          shape->kind == SHAPE_OBJECT ? find_member (shape, scanner->text, scanner->length) : NULL;
      RushJsonTokenKind kind = rush_json_scanner_next (scanner);

      if (member == NULL)
        {
          rush_json_scanner_skip (scanner, kind);
          continue;
        }
      if (member->seen == number && self->double_name == NULL)
        self->double_name = g_strdup (member->name);
      member->seen = number;
      add_value (self, member->shape, scanner, kind);
    }
}

/* The value that begins with the token @first; it is JSON. */
static void
add_value (RushJsonShape *self, Shape *shape, RushJsonScanner *scanner, RushJsonTokenKind first)
{
  gboolean as_string = scanner->options->primitives_as_string;

  switch (first)
    {
    case RUSH_JSON_TOKEN_OBJECT:
      add_object (self, shape, scanner);
      break;
    case RUSH_JSON_TOKEN_ARRAY:
      add_array (self, shape, scanner);
      break;
    case RUSH_JSON_TOKEN_STRING:
      add_string (shape, scanner);
      break;
    case RUSH_JSON_TOKEN_TRUE:
    case RUSH_JSON_TOKEN_FALSE:
      widen (shape, as_string ? SHAPE_STRING : SHAPE_BOOL, 0, 0);
      break;
    case RUSH_JSON_TOKEN_INTEGER:
      if (as_string)
        widen (shape, SHAPE_STRING, 0, 0);
      else
        add_integer (shape, scanner->text, scanner->length);
      break;
    case RUSH_JSON_TOKEN_DOUBLE:
      if (as_string)
        widen (shape, SHAPE_STRING, 0, 0);
      else if (scanner->options->prefers_decimal)
        add_decimal (shape, scanner->text, scanner->length);
      else
        widen (shape, SHAPE_DOUBLE, 0, 0);
      break;
    case RUSH_JSON_TOKEN_NULL:
      break;
    case RUSH_JSON_TOKEN_END:
    case RUSH_JSON_TOKEN_ERROR:
    case RUSH_JSON_TOKEN_OBJECT_END:
    case RUSH_JSON_TOKEN_ARRAY_END:
    case RUSH_JSON_TOKEN_NAME:
    default:
      g_assert_not_reached ();
    }
}

/* The rows of a text: an object, or all objects of an array. */
static void
add_root (RushJsonShape *self, RushJsonScanner *scanner, RushJsonTokenKind first)
{
  if (first == RUSH_JSON_TOKEN_OBJECT)
    add_object (self, self->root, scanner);
  else if (first == RUSH_JSON_TOKEN_ARRAY)
    while ((first = rush_json_scanner_next (scanner)) != RUSH_JSON_TOKEN_ARRAY_END)
      add_root (self, scanner, first);
  else
    self->corrupt = TRUE;
}

gboolean
rush_json_shape_add_value (RushJsonShape *self, RushJsonScanner *scanner)
{
  const char *start = scanner->at;

  if (!rush_json_scanner_skip (scanner, rush_json_scanner_next (scanner)))
    return FALSE;
  rush_json_scanner_begin (scanner, start, (gsize)(scanner->end - start));
  add_value (self, self->root, scanner, rush_json_scanner_next (scanner));
  return TRUE;
}

gboolean
rush_json_shape_add (RushJsonShape *self, RushJsonScanner *scanner)
{
  const char *start = scanner->at;
  RushJsonTokenKind first = rush_json_scanner_next (scanner);

  if (first == RUSH_JSON_TOKEN_END)
    return TRUE;
  if (!rush_json_scanner_skip (scanner, first))
    return FALSE;
  rush_json_scanner_begin (scanner, start, (gsize)(scanner->end - start));
  add_root (self, scanner, rush_json_scanner_next (scanner));
  return TRUE;
}

void
rush_json_shape_add_corrupt (RushJsonShape *self)
{
  self->corrupt = TRUE;
}

static void
merge_shapes (Shape *self, const Shape *other)
{
  widen (self, other->kind, other->precision, other->scale);
  if (self->kind == SHAPE_ARRAY && other->kind == SHAPE_ARRAY)
    merge_shapes (self->element, other->element);
  if (self->kind != SHAPE_OBJECT || other->kind != SHAPE_OBJECT)
    return;
  for (guint i = 0; i < other->members->len; i++)
    {
      const Member *member = g_ptr_array_index (other->members, i);

      merge_shapes (find_member (self, member->name, strlen (member->name))->shape, member->shape);
    }
}

void
rush_json_shape_merge (RushJsonShape *self, const RushJsonShape *other)
{
  merge_shapes (self->root, other->root);
  self->corrupt |= other->corrupt;
  if (self->double_name == NULL)
    self->double_name = g_strdup (other->double_name);
}

/* ---- types ---- */

static gint
compare_members (gconstpointer a, gconstpointer b)
{
  return strcmp ((*(Member *const *)a)->name, (*(Member *const *)b)->name);
}

static const RushType *to_type (const Shape *self, const RushJsonOptions *options);

/* NULL: it has no members that are anything. */
static const RushType *
object_type (const Shape *self, const RushJsonOptions *options)
{
  g_autofree RushTypeField *fields = g_new (RushTypeField, self->members->len + 1);
  guint n = 0;

  g_ptr_array_sort (self->members, compare_members);
  for (guint i = 0; i < self->members->len; i++)
    {
      const Member *member = g_ptr_array_index (self->members, i);
      const RushType *type = to_type (member->shape, options);

      if (type != NULL)
        fields[n++] = (RushTypeField){ member->name, type, TRUE };
    }
  return n > 0 ? rush_type_struct (n, fields) : NULL;
}

/* NULL: there is nothing to be a column. */
static const RushType *
to_type (const Shape *self, const RushJsonOptions *options)
{
  const RushType *element;

  switch (self->kind)
    {
    case SHAPE_NULL:
      return options->drops_all_null ? NULL : &RUSH_STRING;
    case SHAPE_BOOL:
      return &RUSH_BOOL;
    case SHAPE_LONG:
      return &RUSH_INT64;
    case SHAPE_DECIMAL:
      return rush_type_decimal ((guint)self->precision, self->scale);
    case SHAPE_DOUBLE:
      return &RUSH_FLOAT64;
    case SHAPE_TIMESTAMP:
      return &RUSH_TIMESTAMP;
    case SHAPE_ARRAY:
      element = to_type (self->element, options);
      return element != NULL ? rush_type_array (element, TRUE) : NULL;
    case SHAPE_OBJECT:
      return object_type (self, options);
    case SHAPE_STRING:
    default:
      return &RUSH_STRING;
    }
}

/* Names that differ in case alone are one, unless case counts. */
static const char *
find_double_name (const RushType *type)
{
  for (guint i = 1; i < type->n_fields; i++)
    for (guint j = 0; j < i; j++)
      if (g_ascii_strcasecmp (type->fields[i].name, type->fields[j].name) == 0)
        return type->fields[i].name;
  return NULL;
}

/* The schema of @type with the column of corrupt records in its place among the names. */
static RushSchema *
with_corrupt_column (const RushType *type, const char *name)
{
  guint n = type != NULL ? type->n_fields : 0, at = 0;
  g_autofree RushField *fields = g_new (RushField, n + 1);

  while (at < n && strcmp (type->fields[at].name, name) < 0)
    at++;
  for (guint i = 0; i < n; i++)
    fields[i + (i >= at)] = (RushField){ (char *)type->fields[i].name, type->fields[i].type, TRUE };
  fields[at] = (RushField){ (char *)name, &RUSH_STRING, TRUE };
  return rush_schema_new (n + 1, fields);
}

const RushType *
rush_json_shape_value_type (const RushJsonShape *self, const RushJsonOptions *options)
{
  const RushType *type = to_type (self->root, options);

  return type != NULL ? type : rush_type_struct (0, NULL);
}

RushSchema *
rush_json_shape_to_schema (const RushJsonShape *self, const RushJsonOptions *options,
                           GError **error)
{
  const RushType *type =
      self->root->kind == SHAPE_OBJECT ? object_type (self->root, options) : NULL;
  const char *twice = self->double_name;

  if (twice == NULL && type != NULL && !options->case_sensitive)
    twice = find_double_name (type);
  if (twice != NULL)
    {
      g_autofree char *lower = g_utf8_strdown (twice, -1);
      g_autofree char *column = rush_sql_id_of (lower);

      rush_sql_error_set (error, RUSH_SQL_CLASS_COLUMN_ALREADY_EXISTS, NULL, "columnName", column,
                          NULL);
      return NULL;
    }
  if (self->corrupt && options->mode == RUSH_PARSE_PERMISSIVE)
    return with_corrupt_column (type, options->corrupt_column);
  return type != NULL ? rush_schema_from_type (type) : rush_schema_new (0, NULL);
}

RushJsonShape *
rush_json_shape_new (void)
{
  RushJsonShape *self = g_new0 (RushJsonShape, 1);

  self->root = shape_new ();
  return self;
}

void
rush_json_shape_free (RushJsonShape *self)
{
  if (self == NULL)
    return;
  shape_free (self->root);
  g_free (self->double_name);
  g_free (self);
}
