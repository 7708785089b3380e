/* parse_type.c - types and schemas.
 *
 *   type:     name [ '(' number { ',' number } ')' ]
 *           | ARRAY '<' type '>' | MAP '<' type ',' type '>' | STRUCT '<' [ fields ] '>'
 *           | INTERVAL [ field [ TO field ] ] | TIMESTAMP ( WITH LOCAL | WITHOUT ) TIME ZONE
 *   fields:   field { ',' field }
 *   field:    name [ ':' ] type [ NOT NULL ] [ COMMENT string ]
 *
 * ">>" closes two types: it is split where one ">" is due.  char(n) and varchar(n) are strings.
 *
 * Mirrors:  DataTypeAstBuilder.
 */
#include "sql/parser/parse_error_private.h"
#include "sql/parser/parser_private.h"

#include <string.h>

typedef struct
{
  const char *name;
  const RushType *type;
} NamedType;

static const NamedType plain_types[] = {
  { "boolean", &RUSH_BOOL },
  { "tinyint", &RUSH_INT8 },
  { "byte", &RUSH_INT8 },
  { "smallint", &RUSH_INT16 },
  { "short", &RUSH_INT16 },
  { "int", &RUSH_INT32 },
  { "integer", &RUSH_INT32 },
  { "bigint", &RUSH_INT64 },
  { "long", &RUSH_INT64 },
  { "float", &RUSH_FLOAT32 },
  { "real", &RUSH_FLOAT32 },
  { "double", &RUSH_FLOAT64 },
  { "date", &RUSH_DATE },
  { "timestamp", &RUSH_TIMESTAMP },
  { "timestamp_ltz", &RUSH_TIMESTAMP },
  { "timestamp_ntz", &RUSH_TIMESTAMP_NTZ },
  { "string", &RUSH_STRING },
  { "binary", &RUSH_BINARY },
  { "void", &RUSH_NULL },
};

#define MAX_ARGUMENTS 8

/* ---- errors ---- */

static const RushType *
unsupported_type (RushParser *p, guint from, const char *name, const char *arguments)
{
  RushSqlContext context = rush_context (p, from);
  g_autofree char *upper = g_ascii_strup (name, -1);
  g_autofree char *quoted = g_strdup_printf ("\"%s%s\"", upper, arguments);

  rush_sql_error_set (&p->error, RUSH_SQL_CLASS_UNSUPPORTED_DATATYPE, &context, "typeName", quoted,
                      NULL);
  return NULL;
}

static const RushType *
incomplete_type (RushParser *p, guint from, RushSqlErrorClass error_class)
{
  RushSqlContext context = rush_context (p, from);

  rush_sql_error_set (&p->error, error_class, &context, "elementType", "<INT>", NULL);
  return NULL;
}

/* ---- decimal, char ---- */

/* [ '(' number { ',' number } ')' ]; @out_text: as written, without blanks */
static gboolean
parse_arguments (RushParser *p, guint64 *out, guint *out_n, GString *out_text)
{
  *out_n = 0;
  if (rush_peek (p) != T (LEFT_PAREN) || rush_peek_at (p, 1) != T (INTEGER))
    return TRUE;
  p->pos++;
  do
    {
      guint64 value;
      if (!rush_parse_unsigned (p, G_MAXINT32, &value))
        return FALSE;
      g_string_append_printf (out_text, "%s%" G_GUINT64_FORMAT, *out_n > 0 ? "," : "(", value);
      if (*out_n < MAX_ARGUMENTS)
        out[(*out_n)++] = value;
    }
  while (rush_accept (p, T (COMMA)));
  g_string_append_c (out_text, ')');
  return rush_expect (p, T (RIGHT_PAREN));
}

static const RushType *
decimal_type (RushParser *p, guint64 precision, guint64 scale)
{
  g_autofree char *digits = g_strdup_printf ("%" G_GUINT64_FORMAT, precision);
  g_autofree char *behind = g_strdup_printf ("%" G_GUINT64_FORMAT, scale);

  if (scale <= precision && precision <= RUSH_DECIMAL_MAX_PRECISION)
    return rush_type_decimal ((guint)precision, (gint)scale);
  if (scale > precision)
    {
      rush_sql_error_set_as (&p->error, RUSH_SQL_ERROR_PARSE,
                             RUSH_SQL_CLASS_DECIMAL_SCALE_EXCEEDS_PRECISION, NULL, "scale", behind,
                             "precision", digits, NULL);
      rush_parse_error_add_text (p->error, p->text);
    }
  else
    rush_sql_error_set (&p->error, RUSH_SQL_CLASS_DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION, NULL,
                        "precision", digits, "maxPrecision", "38", NULL);
  return NULL;
}

static gboolean
is_char (const char *name)
{
  return g_str_equal (name, "char") || g_str_equal (name, "character") ||
         g_str_equal (name, "varchar");
}

static const RushType *
missing_size (RushParser *p, guint from, const char *name)
{
  RushSqlContext context = rush_context (p, from);
  g_autofree char *upper = g_ascii_strup (name, -1);
  g_autofree char *quoted =
      g_strdup_printf ("\"%s\"", g_str_equal (upper, "CHARACTER") ? "CHAR" : upper);

  rush_sql_error_set (&p->error, RUSH_SQL_CLASS_DATATYPE_MISSING_SIZE, &context, "type", quoted,
                      NULL);
  return NULL;
}

/* name [ '(' number { ',' number } ')' ] */
static const RushType *
parse_plain (RushParser *p, guint from, const char *name)
{
  guint64 arguments[MAX_ARGUMENTS];
  guint n;
  g_autoptr (GString) text = g_string_new (NULL);

  if (!parse_arguments (p, arguments, &n, text))
    return NULL;
  if (n == 0)
    for (guint i = 0; i < G_N_ELEMENTS (plain_types); i++)
      if (g_str_equal (plain_types[i].name, name))
        return plain_types[i].type;
  if ((g_str_equal (name, "decimal") || g_str_equal (name, "dec") ||
       g_str_equal (name, "numeric")) &&
      n <= 2)
    return decimal_type (p, n > 0 ? arguments[0] : 10, n > 1 ? arguments[1] : 0);
  if (is_char (name) && n == 1)
    return &RUSH_STRING;
  if (is_char (name) && n == 0)
    return missing_size (p, from, name);
  return unsupported_type (p, from, name, text->str);
}

/* ---- array, map, struct ---- */

/* '>', which may be the beginning of ">>", ">>>" or ">=" */
static gboolean
expect_close (RushParser *p)
{
  RushToken *token = &p->tokens[p->pos];

  if (token->kind == T (SHIFT_RIGHT) || token->kind == T (SHIFT_RIGHT_UNSIGNED))
    {
      token->kind = token->kind == T (SHIFT_RIGHT) ? T (GT) : T (SHIFT_RIGHT);
      token->start++;
      return TRUE;
    }
  return rush_expect_before (p, T (GT));
}

static gboolean
parse_comment (RushParser *p, GPtrArray *comments)
{
  if (rush_peek (p) == T (COMMENT) && rush_at_string (p, 1))
    {
      p->pos++;
      g_autofree char *text = rush_parse_string (p);
      if (text == NULL)
        return FALSE;
      if (comments != NULL)
        g_ptr_array_add (comments, g_steal_pointer (&text));
    }
  else if (comments != NULL)
    g_ptr_array_add (comments, g_strdup (""));
  return TRUE;
}

/* field:  name [ ':' ] type [ NOT NULL ] [ COMMENT string ] */
static gboolean
parse_field (RushParser *p, RushField *field, GPtrArray *comments)
{
  field->nullable = TRUE;
  if ((field->name = rush_parse_identifier (p)) == NULL)
    return FALSE;
  rush_accept (p, T (COLON));
  if ((field->type = rush_parse_type_tree (p)) == NULL)
    return FALSE;
  if (rush_peek (p) == T (NOT) && rush_peek_at (p, 1) == T (NULL))
    {
      p->pos += 2;
      field->nullable = FALSE;
    }
  if (rush_peek (p) == T (DEFAULT) || rush_peek (p) == T (GENERATED))
    return rush_unsupported (p, p->pos, "DEFAULT and GENERATED columns");
  return parse_comment (p, comments);
}

static void
field_clear (gpointer data)
{
  g_free (((RushField *)data)->name);
}

/* fields, until @end, which is left alone */
RushSchema *
rush_parse_columns (RushParser *p, RushTokenKind end, GPtrArray *comments)
{
  g_autoptr (GArray) fields = g_array_new (FALSE, TRUE, sizeof (RushField));

  g_array_set_clear_func (fields, field_clear);
  while (rush_peek (p) != end || fields->len > 0)
    {
      RushField field = { 0 };
      gboolean ok = parse_field (p, &field, comments);
      g_array_append_val (fields, field);
      if (!ok)
        return NULL;
      if (!rush_accept (p, T (COMMA)))
        break;
    }
  return rush_schema_new (fields->len, (const RushField *)(gpointer)fields->data);
}

static const RushType *
parse_struct (RushParser *p)
{
  if (rush_accept (p, T (NEQ))) /* "<>" */
    return rush_type_struct (0, NULL);
  p->pos++;
  g_autoptr (RushSchema) fields = rush_parse_columns (p, T (GT), NULL);
  if (fields == NULL || !expect_close (p))
    return NULL;
  return rush_schema_to_type (fields);
}

static const RushType *
parse_array (RushParser *p)
{
  p->pos++;
  const RushType *element = rush_parse_type_tree (p);
  return element != NULL && expect_close (p) ? rush_type_array (element, TRUE) : NULL;
}

static const RushType *
parse_map (RushParser *p)
{
  p->pos++;
  const RushType *key = rush_parse_type_tree (p);
  if (key == NULL || !rush_expect_before (p, T (COMMA)))
    return NULL;
  const RushType *value = rush_parse_type_tree (p);
  return value != NULL && expect_close (p) ? rush_type_map (key, value, TRUE) : NULL;
}

/* ---- intervals, zones ---- */

static gboolean
accept_interval_field (RushParser *p, guint ahead, RushIntervalField *out)
{
  static const char *const names[] = { "year", "month", "day", "hour", "minute", "second" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (rush_peek_word (p, ahead, names[i]))
      {
        *out = (RushIntervalField)i;
        p->pos += ahead + 1;
        return TRUE;
      }
  return FALSE;
}

/* interval:  INTERVAL [ field [ TO field ] ] */
static const RushType *
parse_interval_type (RushParser *p)
{
  guint from = p->pos - 1;
  RushIntervalField start, end;

  if (!accept_interval_field (p, 0, &start))
    return &RUSH_CALENDAR_INTERVAL;
  end = start;
  if (rush_peek (p) == T (TO) && !accept_interval_field (p, 1, &end))
    {
      p->pos++;
      rush_syntax_error (p);
      return NULL;
    }
  gboolean years = start <= RUSH_INTERVAL_MONTH;
  if (end < start || years != (end <= RUSH_INTERVAL_MONTH))
    {
      g_autofree char *text = rush_source_text (p, from);
      return unsupported_type (p, from, text, "");
    }
  return years ? rush_type_year_month_interval (start, end)
               : rush_type_day_time_interval (start, end);
}

/* timestamp:  TIMESTAMP [ WITHOUT TIME ZONE | WITH LOCAL TIME ZONE ] */
static const RushType *
parse_timestamp_type (RushParser *p)
{
  if (rush_peek_word (p, 0, "without") && rush_peek_word (p, 1, "time"))
    {
      p->pos += 2;
      return rush_expect_word (p, "zone") ? &RUSH_TIMESTAMP_NTZ : NULL;
    }
  if (rush_peek_word (p, 0, "with") && rush_peek_word (p, 1, "local"))
    {
      p->pos += 2;
      if (!rush_expect_word (p, "time") || !rush_expect_word (p, "zone"))
        return NULL;
    }
  return &RUSH_TIMESTAMP;
}

/* ---- all ---- */

static const RushType *
parse_type (RushParser *p)
{
  guint from = p->pos;
  g_autofree char *word = rush_parse_identifier (p);
  g_autofree char *name = word != NULL ? g_ascii_strdown (word, -1) : NULL;
  gboolean open = rush_peek (p) == T (LT);

  if (name == NULL)
    return NULL;
  if (g_str_equal (name, "array"))
    return open ? parse_array (p)
                : incomplete_type (p, from, RUSH_SQL_CLASS_INCOMPLETE_TYPE_DEFINITION_ARRAY);
  if (g_str_equal (name, "map"))
    return open ? parse_map (p)
                : incomplete_type (p, from, RUSH_SQL_CLASS_INCOMPLETE_TYPE_DEFINITION_MAP);
  if (g_str_equal (name, "struct"))
    return open || rush_peek (p) == T (NEQ)
               ? parse_struct (p)
               : incomplete_type (p, from, RUSH_SQL_CLASS_INCOMPLETE_TYPE_DEFINITION_STRUCT);
  if (g_str_equal (name, "interval"))
    return parse_interval_type (p);
  if (g_str_equal (name, "timestamp"))
    return parse_timestamp_type (p);
  if (g_str_equal (name, "variant") || g_str_equal (name, "time") ||
      g_str_equal (name, "geometry") || g_str_equal (name, "geography"))
    {
      g_autofree char *what = g_strdup_printf ("the type %s", name);
      rush_unsupported (p, from, what);
      return NULL;
    }
  return parse_plain (p, from, name);
}

const RushType *
rush_parse_type_tree (RushParser *p)
{
  if (!rush_enter (p))
    return NULL;
  const RushType *type = parse_type (p);
  rush_leave (p);
  return type;
}
