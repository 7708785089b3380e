/* text_checks.c - luhn_check (), is_valid_utf8 () and its kin, mask ().
 *
 *   luhn_check ('79927398713')           true         every second digit doubled, the sum ends in 0
 *   make_valid_utf8 (X'61C0')            'a\uFFFD'    one mark for each longest broken sequence
 *   mask ('AbC-1')                       'XxX-n'
 *
 * Mirrors:  Luhncheck, IsValidUTF8, MakeValidUTF8, ValidateUTF8, TryValidateUTF8, Mask.
 */
#include "sql/functions/scalar/scalar_private.h"

/* ── check digits ── */

RUSH_BOOL_EVALUATOR (luhn_check, {
  RushText text = RUSH_TEXT_ARG (0);
  guint sum = 0;
  gboolean digits = text.length > 0;
  for (gsize i = 0; i < text.length && digits; i++)
    {
      char c = text.bytes[text.length - 1 - i];
      guint digit = (guint)(c - '0') << (i & 1);
      digits = g_ascii_isdigit (c);
      sum += digit > 9 ? digit - 9 : digit;
    }
  value = digits && sum % 10 == 0;
})

/* ── UTF-8 ── */

/* The bytes that may come second after @first: Unicode's table 3-7. */
static gboolean
is_second (guint8 first, guint8 second)
{
  guint8 low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
  guint8 high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;

  return second >= low && second <= high;
}

/* The character that begins at @p, or as much of one as there is; *out_whole: it is whole. */
static gsize
sequence_at (const char *p, const char *end, gboolean *out_whole)
{
  const guint8 *bytes = (const guint8 *)p;
  gsize wanted = bytes[0] < 0x80                        ? 1
                 : bytes[0] >= 0xc2 && bytes[0] <= 0xdf ? 2
                 : bytes[0] >= 0xe0 && bytes[0] <= 0xef ? 3
                 : bytes[0] >= 0xf0 && bytes[0] <= 0xf4 ? 4
                                                        : 0;
  gsize n = 1;

  while (n < wanted && p + n < end &&
         (n == 1 ? is_second (bytes[0], bytes[1]) : (bytes[n] & 0xc0) == 0x80))
    n++;
  *out_whole = n == wanted;
  return n;
}

/* Where the first broken sequence begins; the end if there is none. */
static const char *
find_broken (const char *p, const char *end)
{
  gboolean whole = TRUE;

  while (p < end)
    {
      gsize n = sequence_at (p, end, &whole);
      if (!whole)
        return p;
      p += n;
    }
  return end;
}

gboolean
rush_utf8_is_valid (RushText text)
{
  const char *end = text.bytes + text.length;

  return find_broken (text.bytes, end) == end;
}

RUSH_BOOL_EVALUATOR (is_valid_utf8, { value = rush_utf8_is_valid (RUSH_TEXT_ARG (0)); })

RUSH_TEXT_EVALUATOR (make_valid_utf8, {
  RushText text = RUSH_TEXT_ARG (0);
  const char *p = text.bytes;
  const char *end = text.bytes + text.length;
  while (p < end)
    {
      gboolean whole = TRUE;
      const char *broken = find_broken (p, end);
      g_string_append_len (out, p, broken - p);
      p = broken;
      if (p == end)
        break;
      g_string_append (out, "\xef\xbf\xbd");
      p += sequence_at (p, end, &whole);
    }
})

static void
set_invalid_utf8 (GError **error, RushText text)
{
  const char *end = text.bytes + text.length, *p = find_broken (text.bytes, end);
  g_autoptr (GString) shown = g_string_new (NULL);
  gboolean whole;
  gsize n = sequence_at (p, end, &whole);

  for (gsize i = 0; i < n; i++)
    g_string_append_printf (shown, "\\x%02X", (guint8)p[i]);
  rush_sql_error_set (error, RUSH_SQL_CLASS_INVALID_UTF8_STRING, NULL, "str", shown->str, NULL);
}

RUSH_TEXT_EVALUATOR (validate_utf8, {
  RushText text = RUSH_TEXT_ARG (0);
  null = !rush_utf8_is_valid (text);
  if (null && call->as.function.function->name[0] != 't')
    {
      set_invalid_utf8 (error, text);
      return NULL;
    }
  g_string_append_len (out, text.bytes, (gssize)text.length);
})

/* ── mask ── */

/* The character that stands for a kind of them, 1 to 4: as the call says, else X, x, n; "": they
 * stay. */
static RushText
mask_of (RushColumn *const *args, guint n, guint kind, guint row)
{
  static const char *const letters[] = { NULL, "X", "x", "n", "" };

  if (kind >= n)
    return (RushText){ letters[kind], strlen (letters[kind]) };
  return rush_column_is_valid (args[kind], row) ? rush_text_arg (args[kind], row)
                                                : (RushText){ "", 0 };
}

/* mask (text[, upper[, lower[, digit[, other]]]]): a null among the four leaves its characters. */
RUSH_TEXT_EVALUATOR (mask, {
  null = !rush_column_is_valid (args[0], row);
  RushText text = null ? (RushText){ "", 0 } : RUSH_TEXT_ARG (0);
  const char *end = text.bytes + text.length;
  for (const char *p = text.bytes; p < end;)
    {
      gsize n = rush_utf8_bytes (p, end);
      gunichar c = g_utf8_get_char_validated (p, (gssize)n);
      guint kind = g_unichar_isupper (c)   ? 1
                   : g_unichar_islower (c) ? 2
                   : g_unichar_isdigit (c) ? 3
                                           : 4;
      RushText with = mask_of (args, call->n_children, kind, row);
      if (with.length == 0)
        with = (RushText){ p, n };
      g_string_append_len (out, with.bytes, (gssize)with.length);
      p += n;
    }
})

static char *
mask_to_sql (const RushExpr *call, char *const *args)
{
  static const char *const defaults[] = { NULL, "X", "x", "n", "NULL" };
  GString *text = g_string_new ("mask(");

  for (guint i = 0; i < 5; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? ", " : "",
                            i < call->n_children ? args[i] : defaults[i]);
  return g_string_free (g_string_append_c (text, ')'), FALSE);
}

/* What stands for a kind of characters is one of them. */
RUSH_RESULT_TYPE (mask_type)
{
  static const char *const names[] = { "", "upperChar", "lowerChar", "digitChar", "otherChar" };

  for (guint i = 1; i < n; i++)
    {
      if (args[i]->kind != RUSH_EXPR_LITERAL || rush_expr_is_literal_null (args[i]))
        continue;
      RushText text = rush_text_arg (args[i]->as.literal.value, 0);
      if (rush_utf8_length (text.bytes, text.length) == 1)
        continue;
      g_autofree char *shown = rush_expr_to_pretty_sql (args[0]);
      g_autofree char *call = g_strdup_printf ("\"mask(%s)\"", shown);
      rush_sql_error_set (error, RUSH_SQL_CLASS_DATATYPE_MISMATCH_INPUT_SIZE_NOT_ONE, NULL,
                          "sqlExpr", call, "exprName", names[i], NULL);
      return NULL;
    }
  return &RUSH_STRING;
}

#define CHECK(NAME, TYPE, EVALUATE, USAGE)                                                         \
  RUSH_SCALAR (NAME, 1, 1, TYPE, EVALUATE, NAME "(text) - " USAGE, "4.0.0",                        \
               RUSH_ARGS (RUSH_ARG_STRING_OR_BINARY), .always_nullable = TRUE)

const RushFunction rush_functions_text_checks[] = {
  RUSH_SCALAR ("luhn_check", 1, 1, &RUSH_BOOL, luhn_check,
               "luhn_check(digits) - whether the last one checks the others", "3.5.0",
               RUSH_ARGS (RUSH_ARG_STRING), .always_nullable = TRUE),
  CHECK ("is_valid_utf8", &RUSH_BOOL, is_valid_utf8, "whether it is UTF-8"),
  CHECK ("make_valid_utf8", &RUSH_STRING, make_valid_utf8, "with marks for what is no UTF-8"),
  CHECK ("validate_utf8", &RUSH_STRING, validate_utf8, "the text, an error if it is no UTF-8"),
  CHECK ("try_validate_utf8", &RUSH_STRING, validate_utf8, "the text, null if it is no UTF-8"),
  RUSH_SCALAR ("mask", 1, 5, NULL, mask,
               "mask(text[, upper[, lower[, digit[, other]]]]) - characters by their kind", "3.5.0",
               RUSH_ARGS (RUSH_ARG_STRING), .result_type = mask_type, .handles_nulls = TRUE,
               .always_nullable = TRUE, .to_sql = mask_to_sql),
  { NULL },
};
