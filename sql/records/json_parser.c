/* json_parser.c - straight from tokens into columns.
 *
 *     {"b": "x", "a": 1}     name → column, a value appended there; columns without one get null
 *
 * A value of another type than its column's is null and makes the record malformed; the other
 * columns keep theirs.  A text that breaks off is malformed as a whole: the row is taken back, and
 * one of nulls takes its place.  What happens to malformed records says the mode (parse_mode.h).
 *
 * Members mostly come in the order of the row before: the column behind the last one is tried
 * first.
 */
#include "sql/records/json_parser.h"

#include "sql/types/civil_time.h"
#include "sql/types/decimal.h"
#include "sql/types/number_text.h"

#include <math.h>
#include <string.h>

typedef enum
{
  PARSED,
  MALFORMED, /* another type: nothing was appended, the value has been passed */
  BROKEN,    /* no JSON */
  FAILED,    /* @error is set */
} Parsed;

struct _RushJsonParser
{
  const RushSchema *schema;
  const RushType *row_type;
  RushBatchBuilder *builder;   /* (unowned) */
  RushColumnBuilder **columns; /* the builder's */
  RushJsonScanner scanner;
  RushBuffer *buffer;       /* of the text; or NULL */
  gint corrupt;             /* its column, or −1 */
  RushFieldParser *parsers; /* a RushTypeKind each, for values in strings */
  gboolean malformed;       /* something in the row */
  const char *pending;      /* the text of an array that has more rows; or NULL */
  gsize pending_length;
  guint64 n_rows;
};

static Parsed parse_value (RushJsonParser *self, RushJsonTokenKind first, const RushType *type,
                           RushColumnBuilder *into, GError **error);

/* ---- scalars ---- */

static Parsed
appended (gboolean ok)
{
  return ok ? PARSED : FAILED;
}

static Parsed
parse_integer (RushJsonParser *self, const RushType *type, RushColumnBuilder *into, GError **error)
{
  gint64 limit = type->kind == RUSH_TYPE_INT8    ? G_MAXINT8
                 : type->kind == RUSH_TYPE_INT16 ? G_MAXINT16
                 : type->kind == RUSH_TYPE_INT32 ? G_MAXINT32
                                                 : G_MAXINT64;
  gint64 value;

  if (!rush_text_to_int64 (self->scanner.text, self->scanner.length, -limit - 1, limit, FALSE,
                           &value))
    return MALFORMED;
  return appended (rush_column_builder_append_int (into, value, error));
}

static Parsed
parse_number (RushJsonParser *self, RushJsonTokenKind first, const RushType *type,
              RushColumnBuilder *into, GError **error)
{
  const char *text = self->scanner.text;
  gsize length = self->scanner.length;
  rush_int128 unscaled;
  double value;
  gint64 seconds;

  if (rush_type_is_integral (type))
    return first == RUSH_JSON_TOKEN_INTEGER ? parse_integer (self, type, into, error) : MALFORMED;
  if (type == &RUSH_FLOAT64 || type == &RUSH_FLOAT32)
    {
      if (length > 0 && (text[length - 1] == 'F')) /* INF */
        value = text[0] == '-' ? -INFINITY : INFINITY;
      else if (!rush_text_to_double (text, length, &value))
        return MALFORMED;
      return appended (rush_column_builder_append_double (into, value, error));
    }
  if (type->kind == RUSH_TYPE_DECIMAL)
    return rush_decimal_parse (text, length, type, &unscaled) == RUSH_DECIMAL_TEXT_OK
               ? appended (rush_column_builder_append_int128 (into, unscaled, error))
               : MALFORMED;
  if (type == &RUSH_TIMESTAMP && first == RUSH_JSON_TOKEN_INTEGER &&
      rush_text_to_int64 (text, length, G_MININT64 / RUSH_MICROS_PER_SECOND,
                          G_MAXINT64 / RUSH_MICROS_PER_SECOND, FALSE, &seconds))
    return appended (
        rush_column_builder_append_int (into, seconds * RUSH_MICROS_PER_SECOND, error));
  return MALFORMED;
}

static Parsed
parse_base64 (RushJsonParser *self, RushColumnBuilder *into, GError **error)
{
  g_autofree char *text = g_strndup (self->scanner.text, self->scanner.length);
  gsize length;
  g_autofree guchar *bytes = g_base64_decode (text, &length);

  return appended (rush_column_builder_append_bytes (into, (const char *)bytes, length, error));
}

/* A number in a string: one of the words that are none. */
static Parsed
parse_special (RushJsonParser *self, RushColumnBuilder *into, GError **error)
{
  static const struct
  {
    const char *word;
    double value;
  } words[] = { { "NaN", NAN },       { "Infinity", INFINITY }, { "+Infinity", INFINITY },
                { "INF", INFINITY },  { "+INF", INFINITY },     { "-Infinity", -INFINITY },
                { "-INF", -INFINITY } };

  for (guint i = 0; self->scanner.options->non_numeric_numbers && i < G_N_ELEMENTS (words); i++)
    if (strlen (words[i].word) == self->scanner.length &&
        memcmp (words[i].word, self->scanner.text, self->scanner.length) == 0)
      return appended (rush_column_builder_append_double (into, words[i].value, error));
  return MALFORMED;
}

static Parsed
append_text (RushJsonParser *self, const char *text, gsize length, gboolean in_scratch,
             RushColumnBuilder *into, GError **error)
{
  if (in_scratch || self->buffer == NULL || length <= RUSH_VIEW_INLINE_MAX)
    return appended (rush_column_builder_append_bytes (into, text, length, error));
  return appended (rush_column_builder_append_bytes_shared (
      into, self->buffer, (gsize)(text - (const char *)self->buffer->bytes), length, error));
}

static Parsed
parse_string (RushJsonParser *self, const RushType *type, RushColumnBuilder *into, GError **error)
{
  const RushJsonScanner *scanner = &self->scanner;
  RushFieldStatus status;

  if (type == &RUSH_STRING)
    return append_text (self, scanner->text, scanner->length, scanner->in_scratch, into, error);
  if (type == &RUSH_BINARY)
    return parse_base64 (self, into, error);
  if (type == &RUSH_FLOAT32 || type == &RUSH_FLOAT64)
    return parse_special (self, into, error);
  if (scanner->length == 0 || (type != &RUSH_DATE && type != &RUSH_TIMESTAMP &&
                               type != &RUSH_TIMESTAMP_NTZ && type->kind != RUSH_TYPE_DECIMAL))
    return MALFORMED;
  self->parsers[type->kind].type = type;
  status =
      rush_field_parse (&self->parsers[type->kind], scanner->text, scanner->length, into, error);
  return status == RUSH_FIELD_OK ? PARSED : status == RUSH_FIELD_ERROR ? FAILED : MALFORMED;
}

/* Anything as text, as it stands there. */
static Parsed
parse_as_text (RushJsonParser *self, RushJsonTokenKind first, RushColumnBuilder *into,
               GError **error)
{
  const char *start = self->scanner.token_start;

  if (!rush_json_scanner_skip (&self->scanner, first))
    return BROKEN;
  return append_text (self, start, (gsize)(self->scanner.at - start), FALSE, into, error);
}

/* ---- containers ---- */

/* An element: a null of its own where one stands there. */
static Parsed
parse_element (RushJsonParser *self, const RushType *type, RushJsonTokenKind first,
               RushColumnBuilder *into, GError **error)
{
  if (first == RUSH_JSON_TOKEN_NULL)
    return appended (rush_column_builder_append_null (into, error));
  return parse_value (self, first, type, into, error);
}

/* One element that is malformed makes the array so; the rest of it is passed. */
static Parsed
parse_array (RushJsonParser *self, const RushType *type, RushColumnBuilder *into, GError **error)
{
  RushColumnBuilder *elements = rush_column_builder_child (into, 0);
  Parsed result = PARSED;
  RushJsonTokenKind kind;

  while ((kind = rush_json_scanner_next (&self->scanner)) != RUSH_JSON_TOKEN_ARRAY_END)
    {
      Parsed parsed;

      if (result == MALFORMED)
        parsed = rush_json_scanner_skip (&self->scanner, kind) ? MALFORMED : BROKEN;
      else
        parsed = parse_element (self, type->fields[0].type, kind, elements, error);
      if (parsed == BROKEN || parsed == FAILED)
        return parsed;
      result = parsed == MALFORMED ? MALFORMED : result;
    }
  return result == PARSED ? appended (rush_column_builder_end_list (into, error)) : result;
}

static Parsed
parse_map (RushJsonParser *self, const RushType *type, RushColumnBuilder *into, GError **error)
{
  RushColumnBuilder *keys = rush_column_builder_child (into, 0);
  RushColumnBuilder *values = rush_column_builder_child (into, 1);
  Parsed result = type->fields[0].type == &RUSH_STRING ? PARSED : MALFORMED;
  RushJsonTokenKind kind;

  while ((kind = rush_json_scanner_next (&self->scanner)) != RUSH_JSON_TOKEN_OBJECT_END)
    {
      Parsed parsed;

      if (kind == RUSH_JSON_TOKEN_ERROR)
        return BROKEN;
      if (result == PARSED && append_text (self, self->scanner.text, self->scanner.length,
                                           self->scanner.in_scratch, keys, error) != PARSED)
        return FAILED;
      kind = rush_json_scanner_next (&self->scanner);
      if (result == MALFORMED)
        parsed = rush_json_scanner_skip (&self->scanner, kind) ? MALFORMED : BROKEN;
      else
        parsed = parse_element (self, type->fields[1].type, kind, values, error);
      if (parsed == BROKEN || parsed == FAILED)
        return parsed;
      result = parsed == MALFORMED ? MALFORMED : result;
    }
  return result == PARSED ? appended (rush_column_builder_end_list (into, error)) : result;
}

static gint
find_field (const RushType *type, const char *name, gsize length, guint expected)
{
  if (expected < type->n_fields && strncmp (type->fields[expected].name, name, length) == 0 &&
      type->fields[expected].name[length] == '\0')
    return (gint)expected;
  for (guint i = 0; i < type->n_fields; i++)
    if (strncmp (type->fields[i].name, name, length) == 0 && type->fields[i].name[length] == '\0')
      return (gint)i;
  return -1;
}

/* The value of a member into its column, which has @length values before this row's. */
static Parsed
parse_member (RushJsonParser *self, const RushType *type, RushColumnBuilder *into, guint length,
              GError **error)
{
  RushJsonTokenKind kind = rush_json_scanner_next (&self->scanner);
  Parsed parsed;

  /* A name that comes again: the last one counts. */
  if (rush_column_builder_length (into) > length)
    rush_column_builder_truncate (into, length);
  parsed = parse_element (self, type, kind, into, error);
  if (parsed != MALFORMED)
    return parsed;
  self->malformed = TRUE;
  rush_column_builder_truncate (into, length);
  return appended (rush_column_builder_append_null (into, error));
}

/* Nulls for the fields that had no member. */
static Parsed
complete_struct (const RushType *type, RushColumnBuilder *into, guint length, GError **error)
{
  for (guint i = 0; i < type->n_fields; i++)
    {
      RushColumnBuilder *child = rush_column_builder_child (into, i);

      if (rush_column_builder_length (child) == length &&
          !rush_column_builder_append_null (child, error))
        return FAILED;
    }
  return appended (rush_column_builder_end_struct (into, error));
}

static Parsed
parse_struct (RushJsonParser *self, const RushType *type, RushColumnBuilder *into, GError **error)
{
  guint length = rush_column_builder_length (into), expected = 0;
  RushJsonTokenKind kind;

  while ((kind = rush_json_scanner_next (&self->scanner)) != RUSH_JSON_TOKEN_OBJECT_END)
    {
      gint field;
      Parsed parsed = PARSED;

      if (kind == RUSH_JSON_TOKEN_ERROR)
        return BROKEN;
      field = find_field (type, self->scanner.text, self->scanner.length, expected);
      if (field >= 0)
        parsed = parse_member (self, type->fields[field].type,
                               rush_column_builder_child (into, (guint)field), length, error);
      else if (!rush_json_scanner_skip (&self->scanner, rush_json_scanner_next (&self->scanner)))
        parsed = BROKEN;
      if (parsed != PARSED)
        return parsed;
      expected = (guint)field + 1;
    }
  return complete_struct (type, into, length, error);
}

/* ---- values ---- */

static Parsed
pass_malformed (RushJsonParser *self, RushJsonTokenKind first)
{
  return rush_json_scanner_skip (&self->scanner, first) ? MALFORMED : BROKEN;
}

static Parsed
parse_value (RushJsonParser *self, RushJsonTokenKind first, const RushType *type,
             RushColumnBuilder *into, GError **error)
{
  if (first == RUSH_JSON_TOKEN_ERROR || first == RUSH_JSON_TOKEN_END)
    return BROKEN;
  if (first == RUSH_JSON_TOKEN_STRING)
    return parse_string (self, type, into, error);
  if (type == &RUSH_STRING)
    return parse_as_text (self, first, into, error);
  switch (first)
    {
    case RUSH_JSON_TOKEN_INTEGER:
    case RUSH_JSON_TOKEN_DOUBLE:
      return parse_number (self, first, type, into, error);
    case RUSH_JSON_TOKEN_TRUE:
    case RUSH_JSON_TOKEN_FALSE:
      return type == &RUSH_BOOL ? appended (rush_column_builder_append_bool (
                                      into, first == RUSH_JSON_TOKEN_TRUE, error))
                                : MALFORMED;
    case RUSH_JSON_TOKEN_ARRAY:
      return type->kind == RUSH_TYPE_ARRAY ? parse_array (self, type, into, error)
                                           : pass_malformed (self, first);
    case RUSH_JSON_TOKEN_OBJECT:
      return type->kind == RUSH_TYPE_STRUCT ? parse_struct (self, type, into, error)
             : type->kind == RUSH_TYPE_MAP  ? parse_map (self, type, into, error)
                                            : pass_malformed (self, first);
    case RUSH_JSON_TOKEN_NULL:
      return MALFORMED;
    case RUSH_JSON_TOKEN_END:
    case RUSH_JSON_TOKEN_ERROR:
    case RUSH_JSON_TOKEN_STRING:
    case RUSH_JSON_TOKEN_OBJECT_END:
    case RUSH_JSON_TOKEN_ARRAY_END:
    case RUSH_JSON_TOKEN_NAME:
    default:
      return BROKEN;
    }
}

/* ---- rows ---- */

/* Ends a row whose members have been appended, the record being @text. */
static gboolean
end_row (RushJsonParser *self, guint length, const char *text, gsize size, GError **error)
{
  if (self->malformed && self->scanner.options->mode == RUSH_PARSE_FAIL_FAST)
    {
      rush_set_malformed (error, text, size);
      return FALSE;
    }
  if (self->malformed && self->scanner.options->mode == RUSH_PARSE_DROP_MALFORMED)
    {
      rush_batch_builder_abandon_row (self->builder);
      return TRUE;
    }
  for (guint c = 0; c < self->schema->n_fields; c++)
    {
      RushColumnBuilder *column = self->columns[c];
      gboolean ok = TRUE;

      if ((gint)c == self->corrupt && self->malformed)
        {
          rush_column_builder_truncate (column, length);
          ok = rush_column_builder_append_bytes (column, text, size, error);
        }
      else if (rush_column_builder_length (column) == length)
        ok = rush_column_builder_append_null (column, error);
      if (!ok)
        return FALSE;
    }
  if (self->schema->n_fields > 0)
    rush_batch_builder_end_row (self->builder);
  self->n_rows++;
  return TRUE;
}

/* Members of the object that has begun. */
static Parsed
parse_row (RushJsonParser *self, guint length, GError **error)
{
  guint expected = 0;
  RushJsonTokenKind kind;

  while ((kind = rush_json_scanner_next (&self->scanner)) != RUSH_JSON_TOKEN_OBJECT_END)
    {
      gint field;
      Parsed parsed = PARSED;

      if (kind == RUSH_JSON_TOKEN_ERROR)
        return BROKEN;
      field = find_field (self->row_type, self->scanner.text, self->scanner.length, expected);
      if (field >= 0 && field != self->corrupt)
        parsed = parse_member (self, self->schema->fields[field].type, self->columns[field], length,
                               error);
      else if (!rush_json_scanner_skip (&self->scanner, rush_json_scanner_next (&self->scanner)))
        parsed = BROKEN;
      if (parsed != PARSED)
        return parsed;
      expected = (guint)field + 1;
    }
  return PARSED;
}

/* A record that is no row at all. */
static gboolean
add_broken (RushJsonParser *self, const char *text, gsize size, GError **error)
{
  guint length = rush_batch_builder_length (self->builder);

  rush_batch_builder_abandon_row (self->builder);
  self->malformed = TRUE;
  return end_row (self, length, text, size, error);
}

static gboolean
add_object (RushJsonParser *self, const char *text, gsize size, GError **error)
{
  guint length = rush_batch_builder_length (self->builder);
  Parsed parsed;

  self->malformed = FALSE;
  parsed = parse_row (self, length, error);
  if (parsed == FAILED)
    return FALSE;
  return parsed == BROKEN ? add_broken (self, text, size, error)
                          : end_row (self, length, text, size, error);
}

/* Objects of an array, each a row, until it ends or the builder is full. */
static gboolean
add_array (RushJsonParser *self, const char *text, gsize size, GError **error)
{
  RushJsonTokenKind kind;

  self->pending = NULL;
  while ((kind = rush_json_scanner_next (&self->scanner)) != RUSH_JSON_TOKEN_ARRAY_END)
    {
      if (kind != RUSH_JSON_TOKEN_OBJECT)
        return add_broken (self, text, size, error);
      if (!add_object (self, text, size, error))
        return FALSE;
      if (self->scanner.depth == 0)
        return TRUE; /* it was broken, and has been told */
      if (rush_batch_builder_is_full (self->builder))
        {
          self->pending = text;
          self->pending_length = size;
          return TRUE;
        }
    }
  return TRUE;
}

gboolean
rush_json_parser_is_pending (const RushJsonParser *self)
{
  return self->pending != NULL;
}

gboolean
rush_json_parser_resume (RushJsonParser *self, GError **error)
{
  g_return_val_if_fail (self->pending != NULL, FALSE);
  return add_array (self, self->pending, self->pending_length, error);
}

gboolean
rush_json_parser_add (RushJsonParser *self, const char *text, gsize length, RushBuffer *buffer,
                      GError **error)
{
  RushJsonTokenKind first;

  g_return_val_if_fail (self->pending == NULL, FALSE);
  self->buffer = buffer;
  rush_json_scanner_begin (&self->scanner, text, length);
  first = rush_json_scanner_next (&self->scanner);
  if (first == RUSH_JSON_TOKEN_END)
    return TRUE;
  if (first == RUSH_JSON_TOKEN_OBJECT)
    return add_object (self, text, length, error);
  if (first == RUSH_JSON_TOKEN_ARRAY)
    return add_array (self, text, length, error);
  return add_broken (self, text, length, error);
}

guint64
rush_json_parser_rows (const RushJsonParser *self)
{
  return self->n_rows;
}

/* ---- values by themselves ---- */

/* A struct, an array or a map; an object where structs are asked for is an array of one. */
static Parsed
parse_root (RushJsonParser *self, RushJsonTokenKind first, const RushType *type,
            RushColumnBuilder *into, GError **error)
{
  Parsed parsed;

  if (first != RUSH_JSON_TOKEN_OBJECT || type->kind != RUSH_TYPE_ARRAY ||
      rush_type_element (type)->kind != RUSH_TYPE_STRUCT)
    return parse_value (self, first, type, into, error);
  parsed =
      parse_struct (self, rush_type_element (type), rush_column_builder_child (into, 0), error);
  return parsed == PARSED ? appended (rush_column_builder_end_list (into, error)) : parsed;
}

/* The text of a malformed record, in a struct that has a field for it. */
static gboolean
keep_corrupt (RushJsonParser *self, const RushType *type, RushColumnBuilder *into, guint length,
              const char *text, gsize size, GError **error)
{
  const char *name = self->scanner.options->corrupt_column;
  gint field = type->kind == RUSH_TYPE_STRUCT ? find_field (type, name, strlen (name), 0) : -1;

  if (field < 0 || type->fields[field].type != &RUSH_STRING)
    return TRUE;
  into = rush_column_builder_child (into, (guint)field);
  rush_column_builder_truncate (into, length);
  return rush_column_builder_append_bytes (into, text, size, error);
}

gboolean
rush_json_parser_add_value (RushJsonParser *self, const char *text, gsize size, GError **error)
{
  const RushType *type = self->schema->fields[0].type;
  RushColumnBuilder *into = self->columns[0];
  guint length = rush_column_builder_length (into);
  RushJsonTokenKind first;
  Parsed parsed;

  self->malformed = FALSE;
  rush_json_scanner_begin (&self->scanner, text, size);
  first = rush_json_scanner_next (&self->scanner);
  if (first == RUSH_JSON_TOKEN_END)
    return rush_column_builder_append_null (into, error);
  parsed = parse_root (self, first, type, into, error);
  if (parsed == FAILED || (parsed == PARSED && !self->malformed))
    return parsed == PARSED;
  if (self->scanner.options->mode == RUSH_PARSE_FAIL_FAST)
    {
      rush_set_malformed (error, text, size);
      return FALSE;
    }
  if (parsed != PARSED)
    {
      rush_column_builder_truncate (into, length);
      if (type->kind == RUSH_TYPE_STRUCT ? complete_struct (type, into, length, error) != PARSED
                                         : !rush_column_builder_append_null (into, error))
        return FALSE;
    }
  return keep_corrupt (self, type, into, length, text, size, error);
}

/* ---- life ---- */

RushJsonParser *
rush_json_parser_new (const RushSchema *schema, const RushJsonOptions *options,
                      RushBatchBuilder *builder, RushAllocator *allocator, GError **error)
{
  RushJsonParser *self = g_new0 (RushJsonParser, 1);

  self->schema = schema;
  self->row_type = rush_schema_to_type (schema);
  self->builder = builder;
  self->columns = g_new (RushColumnBuilder *, schema->n_fields + 1);
  for (guint c = 0; c < schema->n_fields; c++)
    self->columns[c] = rush_batch_builder_column (builder, c);
  rush_json_scanner_init (&self->scanner, options, allocator);
  self->parsers = g_new0 (RushFieldParser, RUSH_TYPE_STRUCT + 1);
  if (rush_field_parser_init (&self->parsers[RUSH_TYPE_DATE], &RUSH_DATE, options->time_zone,
                              error) &&
      rush_field_parser_init (&self->parsers[RUSH_TYPE_TIMESTAMP], &RUSH_TIMESTAMP,
                              options->time_zone, error) &&
      rush_field_parser_init (&self->parsers[RUSH_TYPE_TIMESTAMP_NTZ], &RUSH_TIMESTAMP_NTZ,
                              options->time_zone, error) &&
      rush_corrupt_column_find (schema, options->corrupt_column, &self->corrupt, error))
    {
      self->parsers[RUSH_TYPE_DATE].pattern = options->date_pattern;
      self->parsers[RUSH_TYPE_TIMESTAMP].pattern = options->timestamp_pattern;
      self->parsers[RUSH_TYPE_TIMESTAMP_NTZ].pattern = options->timestamp_ntz_pattern;
      return self;
    }
  rush_json_parser_free (self);
  return NULL;
}

void
rush_json_parser_free (RushJsonParser *self)
{
  if (self == NULL)
    return;
  rush_json_scanner_clear (&self->scanner);
  g_free (self->columns);
  g_free (self->parsers);
  g_free (self);
}
