/* string_basic.c - strings cut, joined, padded, trimmed, changed in case, searched.
 *
 * Positions are characters, from 1; negative ones count from the end.  Text is UTF-8: a loop that
 * needs characters steps over continuation bytes, and takes bytes where all are ASCII anyway.
 *
 * Mirrors:  org.apache.spark.sql.catalyst.expressions.{Substring, Concat, StringTrim, StringLPad,
 * …},
 *           UTF8String.
 */
#include "sql/functions/scalar/scalar_private.h"

/* ── length ── */

#define TEXT RUSH_TEXT_ARG (0)

RUSH_EVALUATOR (length)
{
  g_auto (RushColumnWriter) writer = { NULL };
  gboolean binary = args[0]->type == &RUSH_BINARY;
  RushTextVector text;

  if (!rush_column_writer_init (&writer, &RUSH_INT32, rows->length, TRUE, ctx->allocator, error))
    return NULL;
  rush_text_vector_init (&text, args[0]);
  RUSH_FOR_ROWS (rows, row, {
    gsize n;
    const char *bytes = rush_text_at (&text, row, &n);
    ((gint32 *)writer.values->bytes)[row] = (gint32)(binary ? n : rush_utf8_length (bytes, n));
  });
  return rush_column_writer_finish (&writer);
}

RUSH_FIXED_EVALUATOR (octet_length, gint32, { value = (gint32)TEXT.length; })
RUSH_FIXED_EVALUATOR (bit_length, gint32, { value = (gint32)TEXT.length * 8; })

/* ── substring ── */

/* Bytes [*start, *start + *n) of characters [from, from + count) where from counts from 1, 0 is as
 * 1, and negative ones from the end; what lies before the text is cut off. */
static RushText
slice (RushText text, gboolean binary, gint64 from, gint64 count)
{
  gint64 all = (gint64)(binary ? text.length : rush_utf8_length (text.bytes, text.length));
  gint64 start = from > 0 ? from - 1 : from < 0 ? all + from : 0;
  gint64 end = start + count;

  start = CLAMP (start, 0, all);
  end = CLAMP (end, start, all);
  if (binary || all == (gint64)text.length)
    return (RushText){ text.bytes + start, (gsize)(end - start) };
  const char *first = rush_utf8_at (text.bytes, text.length, (gsize)start);
  const char *last =
      rush_utf8_at (first, text.length - (gsize)(first - text.bytes), (gsize)(end - start));
  return (RushText){ first, (gsize)(last - first) };
}

RUSH_EVALUATOR (substring)
{
  g_auto (RushTextWriter) writer = { .blocks = NULL };
  gboolean binary = args[0]->type == &RUSH_BINARY;
  RushTextVector text;

  if (!rush_text_writer_init (&writer, call->type, rows->length, ctx->allocator, error))
    return NULL;
  rush_text_vector_init (&text, args[0]);
  RUSH_FOR_ROWS (rows, row, {
    RushText in;
    in.bytes = rush_text_at (&text, row, &in.length);
    gint64 count = call->n_children > 2 ? RUSH_INT_ARG (2) : G_MAXINT32;
    RushText part = slice (in, binary, RUSH_INT_ARG (1), count);
    if (!rush_text_writer_set (&writer, row, part.bytes, part.length, error))
      return NULL;
  });
  return rush_text_writer_finish (&writer);
}

RUSH_TEXT_EVALUATOR (left, {
  gint64 n = RUSH_INT_ARG (1);
  RushText part = slice (TEXT, args[0]->type == &RUSH_BINARY, 1, MAX (n, 0));
  g_string_append_len (out, part.bytes, (gssize)part.length);
})

RUSH_TEXT_EVALUATOR (right, {
  gint64 n = RUSH_INT_ARG (1);
  RushText part =
      n <= 0 ? (RushText){ "", 0 }
             : slice (TEXT, FALSE, -MIN (n, (gint64)rush_utf8_length (TEXT.bytes, TEXT.length)),
                      G_MAXINT32);
  g_string_append_len (out, part.bytes, (gssize)part.length);
})

RUSH_TEXT_EVALUATOR (substring_index, {
  RushText text = TEXT;
  RushText delimiter = RUSH_TEXT_ARG (1);
  gint64 count = RUSH_INT_ARG (2);
  const char *p = text.bytes;
  const char *end = text.bytes + text.length;
  if (count > 0 && delimiter.length > 0)
    {
      for (; count > 0; count--)
        {
          const char *at = memmem (p, (gsize)(end - p), delimiter.bytes, delimiter.length);
          if (at == NULL)
            {
              p = end + delimiter.length;
              break;
            }
          p = at + delimiter.length;
        }
      g_string_append_len (out, text.bytes, p - text.bytes - (gssize)delimiter.length);
    }
  else if (count < 0 && delimiter.length > 0)
    {
      p = end;
      while (count < 0 && p >= text.bytes)
        {
          for (p--; p >= text.bytes; p--)
            if ((gsize)(end - p) >= delimiter.length &&
                memcmp (p, delimiter.bytes, delimiter.length) == 0)
              break;
          count++;
        }
      p = p < text.bytes ? text.bytes : p + delimiter.length;
      g_string_append_len (out, p, end - p);
    }
})

/* ── joined ── */

RUSH_RESULT_TYPE (concat_type)
{
  return n == 0 ? &RUSH_STRING : args[0]->type;
}

RUSH_EVALUATOR (concat)
{
  g_auto (RushTextWriter) writer = { .blocks = NULL };

  if (call->type->kind == RUSH_TYPE_ARRAY)
    return rush_concat_arrays (call, args, rows, ctx, error);
  if (!rush_text_writer_init (&writer, call->type, rows->length, ctx->allocator, error))
    return NULL;
  RUSH_FOR_ROWS (rows, row, {
    gsize total = 0;
    for (guint i = 0; i < call->n_children; i++)
      total += RUSH_TEXT_ARG (i).length;
    char *room = rush_text_writer_reserve (&writer, total, error);
    if (room == NULL)
      return NULL;
    char *p = room;
    for (guint i = 0; i < call->n_children; i++)
      {
        RushText part = RUSH_TEXT_ARG (i);
        memcpy (p, part.bytes, part.length);
        p += part.length;
      }
    rush_text_writer_commit (&writer, row, room, total);
  });
  return rush_text_writer_finish (&writer);
}

static void
append_joined (GString *out, RushText separator, RushText part, gboolean *first)
{
  if (!*first)
    g_string_append_len (out, separator.bytes, (gssize)separator.length);
  g_string_append_len (out, part.bytes, (gssize)part.length);
  *first = FALSE;
}

/* Nulls among the parts are left out, arrays are spread. */
RUSH_TEXT_EVALUATOR (concat_ws, {
  gboolean first = TRUE;
  null = !rush_column_is_valid (args[0], row);
  for (guint i = 1; !null && i < call->n_children; i++)
    {
      if (!rush_column_is_valid (args[i], row))
        continue;
      if (args[i]->type->kind != RUSH_TYPE_ARRAY)
        {
          append_joined (out, TEXT, RUSH_TEXT_ARG (i), &first);
          continue;
        }
      RushListView list = rush_column_get_list (args[i], row);
      const RushColumn *elements = rush_column_child (args[i], 0);
      for (guint k = (guint)list.offset; k < (guint)(list.offset + list.length); k++)
        if (rush_column_is_valid (elements, k))
          append_joined (out, TEXT, rush_text_arg (elements, k), &first);
    }
})

RUSH_TEXT_EVALUATOR (repeat, {
  RushText text = TEXT;
  for (gint64 n = RUSH_INT_ARG (1); n > 0; n--)
    g_string_append_len (out, text.bytes, (gssize)text.length);
})

RUSH_TEXT_EVALUATOR (space, {
  for (gint64 n = RUSH_INT_ARG (0); n > 0; n--)
    g_string_append_c (out, ' ');
})

/* ── case ── */

static gboolean
is_ascii (RushText text)
{
  guint8 all = 0;
  for (gsize i = 0; i < text.length; i++)
    all |= (guint8)text.bytes[i];
  return all < 0x80;
}

static void
append_upper (GString *out, RushText text)
{
  if (!is_ascii (text))
    {
      g_autofree char *upper = g_utf8_strup (text.bytes, (gssize)text.length);
      g_string_append (out, upper);
      return;
    }
  gsize start = out->len;
  g_string_append_len (out, text.bytes, (gssize)text.length);
  for (char *p = out->str + start; p < out->str + out->len; p++)
    *p = g_ascii_toupper (*p);
}

static void
append_lower (GString *out, RushText text)
{
  if (!is_ascii (text))
    {
      g_autofree char *lower = g_utf8_strdown (text.bytes, (gssize)text.length);
      g_string_append (out, lower);
      return;
    }
  gsize start = out->len;
  g_string_append_len (out, text.bytes, (gssize)text.length);
  for (char *p = out->str + start; p < out->str + out->len; p++)
    *p = g_ascii_tolower (*p);
}

RUSH_TEXT_EVALUATOR (upper, { append_upper (out, TEXT); })
RUSH_TEXT_EVALUATOR (lower, { append_lower (out, TEXT); })

/* The first letter of each word large, the rest small; words end at blanks alone. */
RUSH_TEXT_EVALUATOR (initcap, {
  g_autoptr (GString) small = g_string_new (NULL);
  append_lower (small, TEXT);
  gboolean first = TRUE;
  const char *end = small->str + small->len;
  for (const char *p = small->str; p < end;)
    {
      gsize n = rush_utf8_bytes (p, end);
      if (first)
        g_string_append_unichar (out, g_unichar_totitle (g_utf8_get_char_validated (p, end - p)));
      else
        g_string_append_len (out, p, (gssize)n);
      first = *p == ' ';
      p += n;
    }
})

/* ── trimmed ── */

/* Is the character at @p among those of @set? */
static gboolean
in_set (const char *p, gsize n, RushText set)
{
  const char *end = set.bytes + set.length;
  for (const char *s = set.bytes; s < end; s += rush_utf8_bytes (s, end))
    if (rush_utf8_bytes (s, end) == n && memcmp (s, p, n) == 0)
      return TRUE;
  return FALSE;
}

static RushText
trim (RushText text, RushText set, gboolean left_side, gboolean right_side)
{
  const char *p = text.bytes, *end = text.bytes + text.length;

  while (left_side && p < end && in_set (p, rush_utf8_bytes (p, end), set))
    p += rush_utf8_bytes (p, end);
  while (right_side && end > p)
    {
      const char *last = end - 1;
      while (last > p && ((guint8)*last & 0xc0) == 0x80)
        last--;
      if (!in_set (last, (gsize)(end - last), set))
        break;
      end = last;
    }
  return (RushText){ p, (gsize)(end - p) };
}

/* trim (text), trim (characters, text), but btrim (text, characters). */
#define TRIM_EVALUATOR(name, TEXT_AT, SET_AT, LEFT, RIGHT)                                         \
  RUSH_TEXT_EVALUATOR (name, {                                                                     \
    gboolean given = call->n_children > 1;                                                         \
    RushText set = given ? RUSH_TEXT_ARG (SET_AT) : (RushText){ " ", 1 };                          \
    RushText part = trim (RUSH_TEXT_ARG (given ? TEXT_AT : 0), set, LEFT, RIGHT);                  \
    g_string_append_len (out, part.bytes, (gssize)part.length);                                    \
  })
TRIM_EVALUATOR (trim_both, 1, 0, TRUE, TRUE)
TRIM_EVALUATOR (trim_left, 1, 0, TRUE, FALSE)
TRIM_EVALUATOR (trim_right, 1, 0, FALSE, TRUE)
TRIM_EVALUATOR (btrim, 0, 1, TRUE, TRUE)

/* TRIM(BOTH x FROM text): how the three are written again. */
static char *
trim_to_sql (const RushExpr *call, char *const *args)
{
  const char *name = call->as.function.function->name;
  const char *side = name[0] == 'l' ? "LEADING" : name[0] == 'r' ? "TRAILING" : "BOTH";

  return call->n_children > 1 ? g_strdup_printf ("TRIM(%s %s FROM %s)", side, args[0], args[1])
                              : g_strdup_printf ("%s(%s)", name, args[0]);
}

/* ── padded ── */

static void
append_padding (GString *out, RushText pad, gint64 n)
{
  const char *end = pad.bytes + pad.length;
  for (const char *p = pad.bytes; n > 0 && pad.length > 0; n--)
    {
      gsize bytes = rush_utf8_bytes (p, end);
      g_string_append_len (out, p, (gssize)bytes);
      p += bytes;
      if (p == end)
        p = pad.bytes;
    }
}

static void
pad (GString *out, RushText text, gint64 length, RushText with, gboolean before)
{
  gint64 have = (gint64)rush_utf8_length (text.bytes, text.length);

  if (length <= have)
    {
      RushText part = slice (text, FALSE, 1, MAX (length, 0));
      g_string_append_len (out, part.bytes, (gssize)part.length);
      return;
    }
  if (before)
    append_padding (out, with, length - have);
  g_string_append_len (out, text.bytes, (gssize)text.length);
  if (!before)
    append_padding (out, with, length - have);
}

RUSH_TEXT_EVALUATOR (lpad, {
  pad (out, TEXT, RUSH_INT_ARG (1), call->n_children > 2 ? RUSH_TEXT_ARG (2) : (RushText){ " ", 1 },
       TRUE);
})
RUSH_TEXT_EVALUATOR (rpad, {
  pad (out, TEXT, RUSH_INT_ARG (1), call->n_children > 2 ? RUSH_TEXT_ARG (2) : (RushText){ " ", 1 },
       FALSE);
})

/* ── searched ── */

/* Character position from 1 of the first place at or behind character @from; 0: none. */
static gint32
locate_from (RushText needle, RushText text, gint64 from)
{
  if (from < 1)
    return 0;
  const char *start = rush_utf8_at (text.bytes, text.length, (gsize)(from - 1));
  gsize rest = text.length - (gsize)(start - text.bytes);
  if (needle.length == 0)
    return 1;
  const char *at = memmem (start, rest, needle.bytes, needle.length);
  return at == NULL ? 0 : (gint32)rush_utf8_length (text.bytes, (gsize)(at - text.bytes)) + 1;
}

RUSH_FIXED_EVALUATOR (instr, gint32, { value = locate_from (RUSH_TEXT_ARG (1), TEXT, 1); })
RUSH_FIXED_EVALUATOR (locate, gint32, {
  value = locate_from (TEXT, RUSH_TEXT_ARG (1), call->n_children > 2 ? RUSH_INT_ARG (2) : 1);
})

RUSH_BOOL_EVALUATOR (starts_with, {
  RushText text = TEXT;
  RushText with = RUSH_TEXT_ARG (1);
  value = text.length >= with.length && memcmp (text.bytes, with.bytes, with.length) == 0;
})
RUSH_BOOL_EVALUATOR (ends_with, {
  RushText text = TEXT;
  RushText with = RUSH_TEXT_ARG (1);
  value = text.length >= with.length &&
          memcmp (text.bytes + text.length - with.length, with.bytes, with.length) == 0;
})
RUSH_BOOL_EVALUATOR (contains, {
  RushText text = TEXT;
  RushText with = RUSH_TEXT_ARG (1);
  value = memmem (text.bytes, text.length, with.bytes, with.length) != NULL;
})

/* ── tables ── */

#define TEXT_FUNCTION(NAME, MIN, MAX, EVALUATE, USAGE, ...)                                        \
  RUSH_SCALAR (NAME, MIN, MAX, &RUSH_STRING, EVALUATE, USAGE, "1.5.0", __VA_ARGS__)
#define STRING_ARGS RUSH_ARGS (RUSH_ARG_STRING)
#define SUBSTRING(NAME)                                                                            \
  RUSH_SCALAR (NAME, 2, 3, NULL, substring, NAME "(text, position[, length]) - a part of a text",  \
               "1.5.0", RUSH_ARGS (RUSH_ARG_STRING_OR_BINARY, RUSH_ARG_INT, RUSH_ARG_INT),         \
               .result_type = rush_result_type_of_first)
#define LENGTH(NAME)                                                                               \
  RUSH_SCALAR (NAME, 1, 1, &RUSH_INT32, length, NAME "(text) - its characters, or bytes", "1.5.0", \
               RUSH_ARGS (RUSH_ARG_STRING_OR_BINARY))
#define LOCATE(NAME)                                                                               \
  RUSH_SCALAR (NAME, 2, 3, &RUSH_INT32, locate,                                                    \
               NAME "(part, text[, from]) - where part first stands, from 1; 0 if it does not",    \
               "1.5.0", RUSH_ARGS (RUSH_ARG_STRING, RUSH_ARG_STRING, RUSH_ARG_INT))

const RushFunction rush_functions_string_basic[] = {
  LENGTH ("length"),
  LENGTH ("len"),
  LENGTH ("char_length"),
  LENGTH ("character_length"),
  RUSH_SCALAR ("octet_length", 1, 1, &RUSH_INT32, octet_length, "octet_length(text) - its bytes",
               "2.3.0", RUSH_ARGS (RUSH_ARG_STRING_OR_BINARY)),
  RUSH_SCALAR ("bit_length", 1, 1, &RUSH_INT32, bit_length, "bit_length(text) - its bits", "2.3.0",
               RUSH_ARGS (RUSH_ARG_STRING_OR_BINARY)),
  SUBSTRING ("substring"),
  SUBSTRING ("substr"),
  RUSH_SCALAR ("left", 2, 2, NULL, left, "left(text, n) - the first n characters", "2.3.0",
               RUSH_ARGS (RUSH_ARG_STRING_OR_BINARY, RUSH_ARG_INT),
               .result_type = rush_result_type_of_first),
  TEXT_FUNCTION ("right", 2, 2, right, "right(text, n) - the last n characters",
                 RUSH_ARGS (RUSH_ARG_STRING, RUSH_ARG_INT)),
  TEXT_FUNCTION ("substring_index", 3, 3, substring_index,
                 "substring_index(text, delimiter, n) - what stands before the n-th delimiter",
                 RUSH_ARGS (RUSH_ARG_STRING, RUSH_ARG_STRING, RUSH_ARG_INT)),
  RUSH_SCALAR ("concat", 0, G_MAXUINT, NULL, concat,
               "concat(a, …) - strings, binaries or arrays joined", "1.5.0",
               RUSH_ARGS (RUSH_ARG_CONCAT), .result_type = concat_type),
  TEXT_FUNCTION ("concat_ws", 1, G_MAXUINT, concat_ws,
                 "concat_ws(separator, text or array, …) - joined, nulls left out",
                 RUSH_ARGS (RUSH_ARG_STRING, RUSH_ARG_ANY), .handles_nulls = TRUE),
  TEXT_FUNCTION ("repeat", 2, 2, repeat, "repeat(text, n) - n times",
                 RUSH_ARGS (RUSH_ARG_STRING, RUSH_ARG_INT)),
  TEXT_FUNCTION ("space", 1, 1, space, "space(n) - n blanks", RUSH_ARGS (RUSH_ARG_INT)),
  TEXT_FUNCTION ("upper", 1, 1, upper, "upper(text) - in capital letters", STRING_ARGS),
  TEXT_FUNCTION ("ucase", 1, 1, upper, "ucase(text) - in capital letters", STRING_ARGS),
  TEXT_FUNCTION ("lower", 1, 1, lower, "lower(text) - in small letters", STRING_ARGS),
  TEXT_FUNCTION ("lcase", 1, 1, lower, "lcase(text) - in small letters", STRING_ARGS),
  TEXT_FUNCTION ("initcap", 1, 1, initcap, "initcap(text) - words with a capital", STRING_ARGS),
  TEXT_FUNCTION ("trim", 1, 2, trim_both, "trim([characters, ]text) - cut at both ends",
                 STRING_ARGS, .to_sql = trim_to_sql),
  TEXT_FUNCTION ("btrim", 1, 2, btrim, "btrim(text[, characters]) - cut at both ends", STRING_ARGS),
  TEXT_FUNCTION ("ltrim", 1, 2, trim_left, "ltrim([characters, ]text) - cut at the start",
                 STRING_ARGS, .to_sql = trim_to_sql),
  TEXT_FUNCTION ("rtrim", 1, 2, trim_right, "rtrim([characters, ]text) - cut at the end",
                 STRING_ARGS, .to_sql = trim_to_sql),
  TEXT_FUNCTION ("lpad", 2, 3, lpad, "lpad(text, length[, pad]) - filled up from the left",
                 RUSH_ARGS (RUSH_ARG_STRING, RUSH_ARG_INT, RUSH_ARG_STRING)),
  TEXT_FUNCTION ("rpad", 2, 3, rpad, "rpad(text, length[, pad]) - filled up from the right",
                 RUSH_ARGS (RUSH_ARG_STRING, RUSH_ARG_INT, RUSH_ARG_STRING)),
  RUSH_SCALAR ("instr", 2, 2, &RUSH_INT32, instr, "instr(text, part) - where part first stands",
               "1.5.0", STRING_ARGS),
  LOCATE ("locate"),
  LOCATE ("position"),
  RUSH_SCALAR ("startswith", 2, 2, &RUSH_BOOL, starts_with, "startswith(text, start)", "3.3.0",
               STRING_ARGS),
  RUSH_SCALAR ("endswith", 2, 2, &RUSH_BOOL, ends_with, "endswith(text, end)", "3.3.0",
               STRING_ARGS),
  RUSH_SCALAR ("contains", 2, 2, &RUSH_BOOL, contains, "contains(text, part)", "3.3.0",
               STRING_ARGS),
  { NULL },
};
