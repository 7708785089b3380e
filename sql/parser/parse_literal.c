/* parse_literal.c - numbers, strings, and what is written with a type's name in front.
 *
 *   1Y 2S 3L  4  5.0  6BD  7D  8F  9e2  the suffix says the type; without one an integer is an int,
 *                                           a bigint or a decimal, as large as it must be; 5.0 is a
 *                                           decimal(2,1), 9e2 a double
 *   'it''s'  "a"  'a\n\u0041'  r'\n'        adjacent strings are one
 *   DATE '2020-01-02'   TIMESTAMP '…'   X'1F'   INTERVAL '1' DAY
 *
 * Mirrors:  AstBuilder.visitTypeConstructor, visitNumericLiteral …,
 * SparkParserUtils.unescapeSQLString.
 */
#include "sql/parser/parser_private.h"

#include "sql/types/datetime_text.h"
#include "sql/types/decimal.h"
#include "sql/types/number_text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- strings ---- */

gboolean
rush_at_string (const RushParser *p, guint ahead)
{
  RushTokenKind kind = rush_peek_at (p, ahead);

  return kind == T (STRING) || (kind == T (DOUBLE_QUOTED) && !p->options.double_quoted_identifiers);
}

static gboolean
read_digits (const char *c, guint n, guint base, gunichar *out)
{
  *out = 0;
  for (guint i = 0; i < n; i++)
    {
      gint digit = g_ascii_xdigit_value (c[i]);
      if (digit < 0 || (guint)digit >= base)
        return FALSE;
      *out = *out * base + (guint)digit;
    }
  return TRUE;
}

static void
append_char (GString *out, gunichar c)
{
  if (c != 0 && g_unichar_validate (c))
    g_string_append_unichar (out, c);
  else if (c == 0)
    g_string_append_c (out, '\0');
  else
    g_string_append_unichar (out, 0xFFFD);
}

/* Behind the backslash at @c; returns where to go on. */
static const char *
append_escape (GString *out, const char *c)
{
  static const char from[] = "0bnrtZ", to[] = "\0\b\n\r\t\032";
  gunichar code;

  if (*c == 'u' && read_digits (c + 1, 4, 16, &code))
    {
      append_char (out, code);
      return c + 5;
    }
  if (*c == 'U' && read_digits (c + 1, 8, 16, &code))
    {
      append_char (out, code);
      return c + 9;
    }
  if (*c >= '0' && *c <= '1' && read_digits (c, 3, 8, &code))
    {
      append_char (out, code);
      return c + 3;
    }
  const char *found = strchr (from, *c);
  if (*c == '%' || *c == '_')
    g_string_append_c (out, '\\'); /* LIKE needs them escaped */
  if (found != NULL && *c != '\0')
    g_string_append_c (out, to[found - from]);
  else
    g_string_append_unichar (out, g_utf8_get_char (c));
  return g_utf8_next_char (c);
}

static void
append_string_token (RushParser *p, GString *out, guint pos)
{
  g_autofree char *text = rush_token_dup (p, pos);
  gboolean raw = *text == 'r' || *text == 'R';
  const char *c = text + 1 + raw;
  const char *end = text + strlen (text) - 1;
  char quote = text[raw];

  if (raw)
    {
      g_string_append_len (out, c, end - c);
      return;
    }
  while (c < end)
    if (*c == '\\' && c + 1 < end)
      c = append_escape (out, c + 1);
    else
      {
        g_string_append_c (out, *c);
        c += 1 + (*c == quote && c[1] == quote && c + 1 < end);
      }
}

/* string:  STRING { STRING } */
static GString *
parse_string (RushParser *p)
{
  if (!rush_at_string (p, 0))
    {
      rush_syntax_error (p);
      return NULL;
    }
  GString *out = g_string_new (NULL);
  while (rush_at_string (p, 0))
    append_string_token (p, out, p->pos++);
  return out;
}

char *
rush_parse_string (RushParser *p)
{
  GString *out = parse_string (p);
  return out != NULL ? g_string_free (out, FALSE) : NULL;
}

/* ---- numbers ---- */

gboolean
rush_at_number (const RushParser *p, guint ahead)
{
  RushTokenKind kind = rush_peek_at (p, ahead);
  return kind >= T (INTEGER) && kind <= T (BIGDECIMAL);
}

/* INTEGER, as a number of buckets, rows, … */
gboolean
rush_parse_unsigned (RushParser *p, guint64 max, guint64 *out)
{
  if (rush_peek (p) != T (INTEGER))
    return rush_syntax_error (p);
  g_autofree char *text = rush_token_dup (p, p->pos);
  if (!g_ascii_string_to_unsigned (text, 10, 0, max, out, NULL))
    return rush_syntax_error (p);
  p->pos++;
  return TRUE;
}

static void
range_error (RushParser *p, guint from, const char *digits, const char *type, const char *min,
             const char *max)
{
  RushSqlContext context = rush_context (p, from);

  rush_sql_error_set (&p->error, RUSH_SQL_CLASS_INVALID_NUMERIC_LITERAL_RANGE, &context,
                      "rawStrippedQualifier", digits, "typeName", type, "minValue", min, "maxValue",
                      max, NULL);
}

static RushExpr *
integer_literal (RushParser *p, guint from, const char *digits, const RushType *type)
{
  gint64 value;
  gint64 max = type == &RUSH_INT8 ? G_MAXINT8 : type == &RUSH_INT16 ? G_MAXINT16 : G_MAXINT64;

  if (rush_text_to_int64 (digits, strlen (digits), -max - 1, max, FALSE, &value))
    return rush_expr_literal_int (type, value);
  g_autofree char *low = g_strdup_printf ("%" G_GINT64_FORMAT, -max - 1);
  g_autofree char *high = g_strdup_printf ("%" G_GINT64_FORMAT, max);
  range_error (p, from, digits, type->name, low, high);
  return NULL;
}

static RushExpr *
float_literal (RushParser *p, guint from, const char *digits, gboolean single)
{
  double value = g_ascii_strtod (digits, NULL);

  if (single ? fabs (value) <= 3.4028234663852886E38 : isfinite (value))
    return single ? rush_expr_literal_float ((float)value) : rush_expr_literal_double (value);
  if (single)
    range_error (p, from, digits, "float", "-3.4028234663852886E+38", "3.4028234663852886E+38");
  else
    range_error (p, from, digits, "double", "-1.7976931348623157E+308", "1.7976931348623157E+308");
  return NULL;
}

static void
precision_error (RushParser *p, const RushSqlContext *context, guint precision)
{
  g_autofree char *text = g_strdup_printf ("%u", precision);

  rush_sql_error_set_as (&p->error,
                         context != NULL ? RUSH_SQL_ERROR_PARSE : RUSH_SQL_ERROR_ARITHMETIC,
                         RUSH_SQL_CLASS_DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION, context,
                         "precision", text, "maxPrecision", "38", NULL);
}

static guint
count_digits (const char *digits)
{
  guint n = 0;
  const char *c = digits + strspn (digits, "-0.");

  for (; *c != '\0' && *c != 'e' && *c != 'E'; c++)
    n += g_ascii_isdigit (*c);
  return *c != '\0' ? n + (guint)MAX (0, atoi (c + 1)) : n;
}

static RushExpr *
decimal_literal (RushParser *p, guint from, const char *digits)
{
  rush_int128 value;
  gint scale;

  if (rush_decimal_parse_literal (digits, strlen (digits), &value, &scale) == RUSH_DECIMAL_TEXT_OK)
    return rush_expr_literal_decimal (rush_decimal_of_value (value, scale), value);
  RushSqlContext context = rush_context (p, from);
  gboolean suffixed = p->tokens[p->pos - 1].kind == T (BIGDECIMAL);
  precision_error (p, suffixed ? &context : NULL, count_digits (digits));
  return NULL;
}

/* Without suffix: the narrowest of int, bigint and decimal. */
static RushExpr *
plain_integer (RushParser *p, guint from, const char *digits)
{
  gint64 value;

  if (!rush_text_to_int64 (digits, strlen (digits), G_MININT64, G_MAXINT64, FALSE, &value))
    return decimal_literal (p, from, digits);
  gboolean narrow = value >= G_MININT32 && value <= G_MAXINT32;
  return rush_expr_literal_int (narrow ? &RUSH_INT32 : &RUSH_INT64, value);
}

/* number:  [ '-' ] NUMBER; @negative: before the sign */
RushExpr *
rush_parse_number (RushParser *p, gboolean negative)
{
  guint from = p->pos;
  p->pos += negative;
  RushTokenKind kind = rush_peek (p);
  g_autofree char *text = rush_token_dup (p, p->pos++);
  g_autofree char *digits = g_strconcat (negative ? "-" : "", text, NULL);
  gsize length = strlen (digits);

  if (kind == T (BIGDECIMAL))
    digits[length - 2] = '\0';
  else if (kind >= T (TINYINT))
    digits[length - 1] = '\0';
  if (kind == T (INTEGER))
    return plain_integer (p, from, digits);
  if (kind == T (TINYINT) || kind == T (SMALLINT) || kind == T (BIGINT))
    return integer_literal (p, from, digits,
                            kind == T (TINYINT)    ? &RUSH_INT8
                            : kind == T (SMALLINT) ? &RUSH_INT16
                                                   : &RUSH_INT64);
  if (kind == T (DECIMAL) || kind == T (BIGDECIMAL))
    return decimal_literal (p, from, digits);
  return float_literal (p, from, digits, kind == T (FLOAT));
}

/* ---- typed literals ---- */

static RushExpr *
date_literal (const char *text)
{
  gint32 days;

  return rush_text_to_date (text, strlen (text), &days) ? rush_expr_literal_int (&RUSH_DATE, days)
                                                        : NULL;
}

static RushExpr *
timestamp_ntz_literal (const char *text)
{
  gint64 us;

  return rush_text_to_timestamp_ntz (text, strlen (text), FALSE, &us)
             ? rush_expr_literal_int (&RUSH_TIMESTAMP_NTZ, us)
             : NULL;
}

static RushExpr *
timestamp_literal (RushParser *p, const char *text)
{
  gint64 us;
  const RushTimeZone *zone = p->options.time_zone != NULL
                                 ? rush_time_zone_get (p->options.time_zone, NULL)
                                 : rush_time_zone_utc ();

  if (zone == NULL)
    zone = rush_time_zone_utc ();
  return rush_text_to_timestamp (text, strlen (text), zone, g_get_real_time (), &us)
             ? rush_expr_literal_int (&RUSH_TIMESTAMP, us)
             : NULL;
}

/* X'1aF': an odd number of digits has a 0 before the first */
static RushExpr *
binary_literal (const char *text)
{
  gsize n = strlen (text), odd = n % 2;
  g_autofree guint8 *bytes = g_malloc0 (n / 2 + 1);

  for (gsize i = 0; i < n; i++)
    {
      gint digit = g_ascii_xdigit_value (text[i]);
      if (digit < 0)
        return NULL;
      gsize place = i + odd;
      bytes[place / 2] = (guint8)(bytes[place / 2] | digit << (place % 2 == 0 ? 4 : 0));
    }
  return rush_expr_literal_binary (bytes, (n + odd) / 2);
}

static void
unsupported_typed_literal (RushParser *p, guint from, const char *type)
{
  RushSqlContext context = rush_context (p, from);
  g_autofree char *quoted = g_strdup_printf ("\"%s\"", type);

  rush_sql_error_set (
      &p->error, RUSH_SQL_CLASS_UNSUPPORTED_TYPED_LITERAL, &context, "unsupportedType", quoted,
      "supportedTypes",
      "\"DATE\", \"TIMESTAMP_NTZ\", \"TIMESTAMP_LTZ\", \"TIMESTAMP\", \"INTERVAL\", "
      "\"X\", \"TIME\"",
      NULL);
}

/* typed:  name string */
static RushExpr *
parse_typed (RushParser *p)
{
  guint from = p->pos;
  g_autofree char *name = rush_token_dup (p, p->pos++);
  g_autofree char *type = g_ascii_strup (name, -1);
  g_autofree char *text = rush_parse_string (p);
  RushExpr *made = NULL;

  if (text == NULL)
    return NULL;
  if (g_str_equal (type, "TIME"))
    {
      rush_unsupported (p, from, "TIME literals");
      return NULL;
    }
  if (g_str_equal (type, "DATE"))
    made = date_literal (text);
  else if (g_str_equal (type, "TIMESTAMP") || g_str_equal (type, "TIMESTAMP_LTZ"))
    made = timestamp_literal (p, text);
  else if (g_str_equal (type, "TIMESTAMP_NTZ"))
    made = timestamp_ntz_literal (text);
  else if (g_str_equal (type, "INTERVAL"))
    made = rush_interval_from_string (p, from, text);
  else if (g_str_equal (type, "X"))
    made = binary_literal (text);
  else
    unsupported_typed_literal (p, from, type);
  if (made == NULL && p->error == NULL)
    {
      RushSqlContext context = rush_context (p, from);
      g_autofree char *value_type = g_strdup_printf ("\"%s\"", type);
      g_autofree char *value = g_strdup_printf ("'%s'", text);
      rush_sql_error_set (&p->error, RUSH_SQL_CLASS_INVALID_TYPED_LITERAL, &context, "valueType",
                          value_type, "value", value, NULL);
    }
  return made;
}

/* ---- all of them ---- */

static RushExpr *
parse_string_literal (RushParser *p)
{
  GString *text = parse_string (p);
  RushExpr *made = rush_expr_literal_string (text->str, (gssize)text->len);

  g_string_free (text, TRUE);
  return made;
}

/* A word that may as well be a column's name: it is one with a point or parenthesis behind it. */
static gboolean
at_constant (const RushParser *p)
{
  RushTokenKind next = rush_peek_at (p, 1);
  return next != T (DOT) && next != T (LEFT_PAREN) && next != T (ARROW);
}

/* literal:  number | string | TRUE | FALSE | NULL | name string | INTERVAL … */
RushExpr *
rush_parse_literal (RushParser *p)
{
  guint from = p->pos;
  RushTokenKind kind = rush_peek (p);
  RushExpr *made = NULL;

  if (rush_at_number (p, 0) || (kind == T (DASH) && rush_at_number (p, 1)))
    made = rush_parse_number (p, kind == T (DASH));
  else if (rush_at_string (p, 0))
    made = parse_string_literal (p);
  else if (rush_at_interval (p))
    made = rush_parse_interval (p);
  else if ((kind == T (IDENTIFIER) || rush_token_is_keyword (kind)) && rush_at_string (p, 1))
    made = parse_typed (p);
  else if ((kind == T (TRUE) || kind == T (FALSE) || kind == T (NULL)) && at_constant (p))
    {
      made = kind == T (NULL) ? rush_expr_literal_null (&RUSH_NULL)
                              : rush_expr_literal_bool (kind == T (TRUE));
      p->pos++;
    }
  return rush_mark (p, from, made);
}
