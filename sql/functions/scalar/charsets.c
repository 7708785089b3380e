/* charsets.c - encode () and decode (): text to bytes of a charset, and back.
 *
 *   encode ('a', 'UTF-16')         X'FEFF0061'      Java's UTF-16 begins with its byte order
 *   decode (X'61', 'UTF-8')        'a'
 *   decode (2, 1, 'a', 2, 'b')     'b'              with more arguments it is a CASE, nulls equal
 *
 * Mirrors:  Encode, StringDecode, Decode.
 */
#include "sql/functions/scalar/scalar_private.h"

#define CHARSETS "iso-8859-1, us-ascii, utf-16, utf-16be, utf-16le, utf-32, utf-8"

/* The name as it is asked for; NULL: there is none. */
static const char *
find_charset (RushText name)
{
  static const char *const charsets[] = { "ISO-8859-1", "US-ASCII", "UTF-16", "UTF-16BE",
                                          "UTF-16LE",   "UTF-32",   "UTF-8" };

  for (guint i = 0; i < G_N_ELEMENTS (charsets); i++)
    if (strlen (charsets[i]) == name.length &&
        g_ascii_strncasecmp (charsets[i], name.bytes, name.length) == 0)
      return charsets[i];
  return NULL;
}

static void
set_invalid_charset (GError **error, const char *function, RushText name)
{
  g_autofree char *shown = g_strndup (name.bytes, name.length);

  rush_sql_error_set (error, RUSH_SQL_CLASS_INVALID_PARAMETER_VALUE_CHARSET, NULL, "parameter",
                      "`charset`", "functionName", function, "charsets", CHARSETS, "charset", shown,
                      NULL);
}

static void
set_malformed (GError **error, const char *function, RushText name)
{
  g_autofree char *shown = g_strndup (name.bytes, name.length);

  rush_sql_error_set (error, RUSH_SQL_CLASS_MALFORMED_CHARACTER_CODING, NULL, "function", function,
                      "charset", shown, NULL);
}

/* Bytes that say their order: which one it is; they are passed over.  None: big-endian. */
static const char *
pass_byte_order (const char *charset, RushText *text)
{
  if (strcmp (charset, "UTF-16") == 0)
    {
      gboolean little = text->length >= 2 && memcmp (text->bytes, "\xff\xfe", 2) == 0;
      gboolean big = text->length >= 2 && memcmp (text->bytes, "\xfe\xff", 2) == 0;
      text->bytes += little || big ? 2 : 0;
      text->length -= little || big ? 2 : 0;
      return little ? "UTF-16LE" : "UTF-16BE";
    }
  return strcmp (charset, "UTF-32") == 0 ? "UTF-32BE" : charset;
}

/* Appends @text in another charset; FALSE: a character is not there, or the bytes are none. */
static gboolean
convert (RushText text, const char *to, const char *from, GString *out)
{
  gsize written;
  g_autofree char *bytes = NULL;

  if (strcmp (to, from) == 0)
    {
      g_string_append_len (out, text.bytes, (gssize)text.length);
      return rush_utf8_is_valid (text);
    }
  bytes = g_convert (text.bytes, (gssize)text.length, to, from, NULL, &written, NULL);
  if (bytes != NULL)
    g_string_append_len (out, bytes, (gssize)written);
  return bytes != NULL;
}

RUSH_TEXT_EVALUATOR (encode, {
  RushText text = RUSH_TEXT_ARG (0);
  RushText name = RUSH_TEXT_ARG (1);
  const char *charset = find_charset (name);
  if (charset == NULL)
    {
      set_invalid_charset (error, "`encode`", name);
      return NULL;
    }
  if (strcmp (charset, "UTF-16") == 0)
    g_string_append (out, text.length > 0 ? "\xfe\xff" : "");
  if (!convert (text, pass_byte_order (charset, &(RushText){ "", 0 }), "UTF-8", out))
    {
      set_malformed (error, "`encode`", name);
      return NULL;
    }
})

RUSH_TEXT_EVALUATOR (decode, {
  RushText text = RUSH_TEXT_ARG (0);
  RushText name = RUSH_TEXT_ARG (1);
  const char *charset = find_charset (name);
  if (charset == NULL)
    {
      set_invalid_charset (error, "`decode`", name);
      return NULL;
    }
  const char *from = pass_byte_order (charset, &text);
  if (!convert (text, "UTF-8", from, out))
    {
      set_malformed (error, "`decode`", name);
      return NULL;
    }
})

static char *
decode_to_sql (const RushExpr *call, char *const *args)
{
  return g_strdup_printf ("decode(%s, %s)", args[0], args[1]);
}

/* decode (a, b) decodes bytes; decode (a, x, y[, …][, z]): IF (a <=> x, y, … z). */
static RushExpr *
rewrite_decode (const RushFunction *self, guint n, RushExpr *const *args, RushEvalMode mode,
                GError **error)
{
  RushExpr *result;

  if (n == 2)
    {
      RushExpr *both[] = { rush_expr_ref (args[0]), rush_expr_ref (args[1]) };
      return rush_expr_unresolved_function ((const char *[]){ "decode_bytes", NULL }, 2, both,
                                            FALSE, NULL);
    }
  result = n % 2 == 0 ? rush_expr_ref (args[n - 1]) : rush_expr_literal_null (&RUSH_NULL);
  for (guint i = (n - 1) / 2; i > 0; i--)
    {
      RushExpr *all[] = { rush_expr_binary (RUSH_EXPR_EQUAL_NULL_SAFE, rush_expr_ref (args[0]),
                                            rush_expr_ref (args[2 * i - 1])),
                          rush_expr_ref (args[2 * i]), result };
      result = rush_expr_new (RUSH_EXPR_IF, 3, all);
    }
  return result;
}

const RushFunction rush_functions_charsets[] = {
  RUSH_SCALAR ("encode", 2, 2, &RUSH_BINARY, encode,
               "encode(text, charset) - its bytes in the charset", "1.5.0",
               RUSH_ARGS (RUSH_ARG_STRING), .always_nullable = TRUE),
  RUSH_SCALAR ("decode_bytes", 2, 2, &RUSH_STRING, decode, "what decode() of bytes becomes",
               "1.5.0", RUSH_ARGS (RUSH_ARG_BINARY, RUSH_ARG_STRING), .always_nullable = TRUE,
               .internal = TRUE, .to_sql = decode_to_sql),
  {
      .name = "decode",
      .kind = RUSH_FUNCTION_REWRITE,
      .min_args = 2,
      .max_args = G_MAXUINT,
      .args = { RUSH_ARG_ANY },
      .rewrite = rewrite_decode,
      .usage = "decode(bytes, charset), decode(expr, search, result[, …][, default])",
      .since = "3.2.0",
  },
  { NULL },
};
