/* regexp.c - rlike (), regexp_extract (), regexp_replace (), split (): patterns in Java's syntax.
 *
 * PCRE2 understands most of what Java does; the rest is told apart here:
 *
 *   replacement   $1 and ${name} are groups, \$ is a dollar          done by hand
 *   \h \R \p{…}   mean the same                                 \p{Alpha} and its like: [[:alpha:]]
 *   [a-z&&[^b]]   intersections                                       an error that says so
 *
 * A pattern that is a literal is compiled once a task.
 *
 * Mirrors:  RLike, RegExpExtract, RegExpExtractAll, RegExpReplace, RegExpCount, RegExpInStr,
 *           StringSplit; java.util.regex.
 */
#define PCRE2_CODE_UNIT_WIDTH 8

#include "sql/functions/scalar/nested_private.h"

#include <pcre2.h>

typedef struct
{
  pcre2_code *code;
  pcre2_match_data *match;
  guint n_groups;
} Pattern;

static void
pattern_free (Pattern *self)
{
  if (self == NULL)
    return;
  pcre2_match_data_free (self->match);
  pcre2_code_free (self->code);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Pattern, pattern_free)

/* Java's names of POSIX classes, as PCRE2 has them. */
static char *
translate_pattern (RushText java)
{
  static const struct
  {
    const char *java, *pcre;
  } classes[] = {
    { "\\p{Alpha}", "[[:alpha:]]" }, { "\\p{Digit}", "[[:digit:]]" },
    { "\\p{Alnum}", "[[:alnum:]]" }, { "\\p{Punct}", "[[:punct:]]" },
    { "\\p{Upper}", "[[:upper:]]" }, { "\\p{Lower}", "[[:lower:]]" },
    { "\\p{Space}", "[[:space:]]" }, { "\\p{IsAlphabetic}", "\\p{L}" },
  };
  GString *out = g_string_new_len (java.bytes, (gssize)java.length);
  for (guint i = 0; i < G_N_ELEMENTS (classes); i++)
    g_string_replace (out, classes[i].java, classes[i].pcre, 0);
  return g_string_free (out, FALSE);
}

static Pattern *
compile (const RushExpr *call, RushText java, GError **error)
{
  g_autofree char *text = translate_pattern (java);
  g_autoptr (Pattern) self = g_new0 (Pattern, 1);
  int code = 0;
  PCRE2_SIZE offset;
  guint32 groups;

  if (strstr (text, "&&[") == NULL)
    self->code = pcre2_compile ((PCRE2_SPTR)text, PCRE2_ZERO_TERMINATED,
                                PCRE2_UTF | PCRE2_NO_UTF_CHECK | PCRE2_MATCH_INVALID_UTF, &code,
                                &offset, NULL);
  if (self->code == NULL)
    {
      g_autofree char *name = g_strdup_printf ("`%s`", call->as.function.function->name);
      g_autofree char *shown = g_strdup_printf ("'%.*s'", (gint)java.length, java.bytes);
      rush_sql_error_set (error, RUSH_SQL_CLASS_INVALID_PARAMETER_VALUE_PATTERN, NULL, "parameter",
                          "`regexp`", "functionName", name, "value", shown, NULL);
      return NULL;
    }
  pcre2_jit_compile (self->code, PCRE2_JIT_COMPLETE);
  self->match = pcre2_match_data_create_from_pattern (self->code, NULL);
  pcre2_pattern_info (self->code, PCRE2_INFO_CAPTURECOUNT, &groups);
  self->n_groups = groups;
  return g_steal_pointer (&self);
}

static gpointer
make_pattern (const RushExpr *call, gpointer data, GError **error)
{
  return compile (call, rush_text_arg (data, 0), error);
}

/* Of a row: prepared, or in *own. */
static Pattern *
pattern_of (const RushExpr *call, RushColumn *const *args, guint row, Pattern **own,
            RushEvalContext *ctx, GError **error)
{
  if (call->children[1]->kind == RUSH_EXPR_LITERAL)
    return rush_eval_prepared (ctx, call, make_pattern, args[1], (GDestroyNotify)pattern_free,
                               error);
  g_clear_pointer (own, pattern_free);
  *own = compile (call, rush_text_arg (args[1], row), error);
  return *own;
}

/* Does it match at or behind @from?  Then *start and *end say where. */
static gboolean
find (Pattern *self, RushText text, gsize from, gsize *start, gsize *end)
{
  if (from > text.length ||
      pcre2_match (self->code, (PCRE2_SPTR)text.bytes, text.length, from, 0, self->match, NULL) < 1)
    return FALSE;
  const PCRE2_SIZE *places = pcre2_get_ovector_pointer (self->match);
  *start = places[0];
  *end = places[1];
  return TRUE;
}

/* Where to look on after a match: one that is empty must not be found again. */
static gsize
behind (RushText text, gsize start, gsize end)
{
  if (end > start)
    return end;
  return end < text.length ? end + rush_utf8_bytes (text.bytes + end, text.bytes + text.length)
                           : end + 1;
}

/* A group of the last match; "" if it took no part. */
static RushText
group (const Pattern *self, RushText text, guint number)
{
  const PCRE2_SIZE *places = pcre2_get_ovector_pointer (self->match);
  if (places[2 * number] == PCRE2_UNSET)
    return (RushText){ "", 0 };
  return (RushText){ text.bytes + places[2 * number], places[2 * number + 1] - places[2 * number] };
}

static gboolean
check_group (const RushExpr *call, const Pattern *pattern, gint64 number, GError **error)
{
  if (number >= 0 && number <= pattern->n_groups)
    return TRUE;
  g_autofree char *name = g_strdup_printf ("`%s`", call->as.function.function->name);
  g_autofree char *count = g_strdup_printf ("%u", pattern->n_groups);
  g_autofree char *index = g_strdup_printf ("%" G_GINT64_FORMAT, number);
  rush_sql_error_set (error, RUSH_SQL_CLASS_INVALID_PARAMETER_VALUE_REGEX_GROUP_INDEX, NULL,
                      "parameter", "`idx`", "functionName", name, "groupCount", count, "groupIndex",
                      index, NULL);
  return FALSE;
}

#define TEXT RUSH_TEXT_ARG (0)
/* For the bodies below: the row's pattern, and places of a match. */
#define WITH_PATTERN                                                                               \
  g_autoptr (Pattern) own = NULL;                                                                  \
  gsize start;                                                                                     \
  gsize end;                                                                                       \
  RushText text = TEXT;                                                                            \
  Pattern *pattern = pattern_of (call, args, row, &own, ctx, error);                               \
  if (pattern == NULL)                                                                             \
    return NULL;

RUSH_BOOL_EVALUATOR (rlike, {
  WITH_PATTERN
  value = find (pattern, text, 0, &start, &end);
})

RUSH_FIXED_EVALUATOR (regexp_count, gint32, {
  WITH_PATTERN
  for (gsize from = 0; find (pattern, text, from, &start, &end); from = behind (text, start, end))
    value++;
})

RUSH_FIXED_EVALUATOR (regexp_instr, gint32, {
  WITH_PATTERN
  if (find (pattern, text, 0, &start, &end))
    value = (gint32)rush_utf8_length (text.bytes, start) + 1;
})

RUSH_TEXT_EVALUATOR (regexp_substr, {
  WITH_PATTERN
  null = !find (pattern, text, 0, &start, &end);
  if (!null)
    g_string_append_len (out, text.bytes + start, (gssize)(end - start));
})

RUSH_TEXT_EVALUATOR (regexp_extract, {
  WITH_PATTERN
  gint64 number = call->n_children > 2 ? RUSH_INT_ARG (2) : 1;
  if (!check_group (call, pattern, number, error))
    return NULL;
  if (find (pattern, text, 0, &start, &end))
    {
      RushText found = group (pattern, text, (guint)number);
      g_string_append_len (out, found.bytes, (gssize)found.length);
    }
})

/* $1, ${1}: groups; a backslash takes the next character as it is. */
static void
append_replacement (GString *out, const Pattern *pattern, RushText text, RushText with)
{
  for (gsize i = 0; i < with.length; i++)
    {
      if (with.bytes[i] == '\\' && i + 1 < with.length)
        g_string_append_c (out, with.bytes[++i]);
      else if (with.bytes[i] == '$' && i + 1 < with.length && g_ascii_isdigit (with.bytes[i + 1]))
        {
          guint number = (guint)(with.bytes[++i] - '0');
          while (i + 1 < with.length && g_ascii_isdigit (with.bytes[i + 1]) &&
                 number * 10 + (guint)(with.bytes[i + 1] - '0') <= pattern->n_groups)
            number = number * 10 + (guint)(with.bytes[++i] - '0');
          RushText found =
              number <= pattern->n_groups ? group (pattern, text, number) : (RushText){ "", 0 };
          g_string_append_len (out, found.bytes, (gssize)found.length);
        }
      else
        g_string_append_c (out, with.bytes[i]);
    }
}

/* From the position on (characters, from 1) if it is given. */
RUSH_TEXT_EVALUATOR (regexp_replace, {
  WITH_PATTERN
  RushText with = RUSH_TEXT_ARG (2);
  gint64 position = call->n_children > 3 ? RUSH_INT_ARG (3) : 1;
  gsize from =
      (gsize)(rush_utf8_at (text.bytes, text.length, (gsize)MAX (position - 1, 0)) - text.bytes);
  gsize copied = 0;
  while (find (pattern, text, from, &start, &end))
    {
      g_string_append_len (out, text.bytes + copied, (gssize)(start - copied));
      append_replacement (out, pattern, text, with);
      copied = end;
      from = behind (text, start, end);
    }
  g_string_append_len (out, text.bytes + copied, (gssize)(text.length - copied));
})

/* ── arrays of strings ── */

typedef struct
{
  GArray *offsets; /* of guint32: where each element begins in bytes */
  GString *bytes;
  RushColumnWriter lists;
  guint start;
} Pieces;

static void
pieces_clear (Pieces *self)
{
  g_clear_pointer (&self->offsets, g_array_unref);
  if (self->bytes != NULL)
    g_string_free (self->bytes, TRUE);
  rush_column_writer_clear (&self->lists);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Pieces, pieces_clear)

static gboolean
pieces_init (Pieces *self, const RushType *type, const RushRows *rows, RushEvalContext *ctx,
             GError **error)
{
  self->offsets = g_array_new (FALSE, FALSE, sizeof (gsize));
  self->bytes = g_string_new (NULL);
  return rush_column_writer_init (&self->lists, type, rows->length, TRUE, ctx->allocator, error);
}

static void
pieces_add (Pieces *self, const char *bytes, gsize length)
{
  gsize at = self->bytes->len;
  g_array_append_val (self->offsets, at);
  g_string_append_len (self->bytes, bytes, (gssize)length);
}

static void
pieces_end (Pieces *self, guint row)
{
  ((RushListView *)self->lists.values->bytes)[row] =
      (RushListView){ (gint32)self->start, (gint32)(self->offsets->len - self->start) };
  self->start = self->offsets->len;
}

static RushColumn *
pieces_finish (Pieces *self, RushEvalContext *ctx, GError **error)
{
  g_auto (RushTextWriter) writer = { .blocks = NULL };
  guint n = self->offsets->len;

  if (!rush_text_writer_init (&writer, &RUSH_STRING, n, ctx->allocator, error))
    return NULL;
  for (guint i = 0; i < n; i++)
    {
      gsize from = g_array_index (self->offsets, gsize, i);
      gsize to = i + 1 < n ? g_array_index (self->offsets, gsize, i + 1) : self->bytes->len;
      if (!rush_text_writer_set (&writer, i, self->bytes->str + from, to - from, error))
        return NULL;
    }
  RushColumn *elements = rush_text_writer_finish (&writer);
  return rush_column_new_list (self->lists.type, self->lists.length, NULL, 0,
                               g_steal_pointer (&self->lists.values), &elements);
}

RUSH_EVALUATOR (regexp_extract_all)
{
  g_auto (Pieces) pieces = { NULL };

  if (!pieces_init (&pieces, call->type, rows, ctx, error))
    return NULL;
  RUSH_FOR_ROWS (rows, row, {
    WITH_PATTERN
    gint64 number = call->n_children > 2 ? RUSH_INT_ARG (2) : 1;
    if (!check_group (call, pattern, number, error))
      return NULL;
    for (gsize from = 0; find (pattern, text, from, &start, &end); from = behind (text, start, end))
      {
        RushText found = group (pattern, text, (guint)number);
        pieces_add (&pieces, found.bytes, found.length);
      }
    pieces_end (&pieces, row);
  });
  return pieces_finish (&pieces, ctx, error);
}

/* As Java's String.split (): a match of nothing at the very start gives no empty piece; a limit
 * above 0 is how many pieces there are at most. */
RUSH_EVALUATOR (split)
{
  g_auto (Pieces) pieces = { NULL };

  if (!pieces_init (&pieces, call->type, rows, ctx, error))
    return NULL;
  RUSH_FOR_ROWS (rows, row, {
    WITH_PATTERN
    gint64 limit = call->n_children > 2 ? RUSH_INT_ARG (2) : -1;
    gboolean no_pattern = RUSH_TEXT_ARG (1).length == 0;
    gsize piece = 0;
    gint64 n = 1;
    for (gsize from = 0; (limit <= 0 || n < limit) && find (pattern, text, from, &start, &end);
         from = behind (text, start, end))
      {
        if (end == 0 || (no_pattern && start >= text.length))
          continue;
        pieces_add (&pieces, text.bytes + piece, start - piece);
        piece = end;
        n++;
      }
    pieces_add (&pieces, text.bytes + piece, text.length - piece);
    pieces_end (&pieces, row);
  });
  return pieces_finish (&pieces, ctx, error);
}

RUSH_RESULT_TYPE (strings_type)
{
  return rush_type_array (&RUSH_STRING, FALSE);
}

#define MATCH(NAME)                                                                                \
  RUSH_SCALAR (NAME, 2, 2, &RUSH_BOOL, rlike, NAME "(text, pattern) - does it match anywhere?",    \
               "1.0.0", RUSH_ARGS (RUSH_ARG_STRING))
#define STRINGS                                                                                    \
  RUSH_ARGS (RUSH_ARG_STRING, RUSH_ARG_STRING, RUSH_ARG_INT), .result_type = strings_type

const RushFunction rush_functions_regexp[] = {
  MATCH ("rlike"),
  MATCH ("regexp"),
  MATCH ("regexp_like"),
  RUSH_SCALAR ("regexp_count", 2, 2, &RUSH_INT32, regexp_count, "regexp_count(text, pattern)",
               "3.4.0", RUSH_ARGS (RUSH_ARG_STRING)),
  RUSH_SCALAR ("regexp_instr", 2, 2, &RUSH_INT32, regexp_instr, "regexp_instr(text, pattern)",
               "3.4.0", RUSH_ARGS (RUSH_ARG_STRING)),
  RUSH_SCALAR ("regexp_substr", 2, 2, &RUSH_STRING, regexp_substr, "regexp_substr(text, pattern)",
               "3.4.0", RUSH_ARGS (RUSH_ARG_STRING), .always_nullable = TRUE),
  RUSH_SCALAR ("regexp_extract", 2, 3, &RUSH_STRING, regexp_extract,
               "regexp_extract(text, pattern[, group])", "1.5.0",
               RUSH_ARGS (RUSH_ARG_STRING, RUSH_ARG_STRING, RUSH_ARG_INT)),
  RUSH_SCALAR ("regexp_replace", 3, 4, &RUSH_STRING, regexp_replace,
               "regexp_replace(text, pattern, with[, from])", "1.5.0",
               RUSH_ARGS (RUSH_ARG_STRING, RUSH_ARG_STRING, RUSH_ARG_STRING, RUSH_ARG_INT)),
  RUSH_SCALAR ("regexp_extract_all", 2, 3, NULL, regexp_extract_all,
               "regexp_extract_all(text, pattern[, group])", "3.1.0", STRINGS),
  RUSH_SCALAR ("split", 2, 3, NULL, split, "split(text, pattern[, limit])", "1.5.0", STRINGS),
  { NULL },
};
