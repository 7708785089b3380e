/* key_codes.c - see key_codes.h.
 *
 * One pass finds groups and notes what is missing: a code without a group gets a number of its own,
 * with PENDING set, until learn () is told its group.
 *
 *     groups   … │ 7 │ unknown │ 3 │ …       row with the unknown code: missing[0]
 *                      └▶ PENDING + 0            (the next such row finds PENDING + 0 and waits)
 *
 * A range begins with the first batch's and grows by doubling to where values come: whoever brings
 * rising keys makes it grow a few times, not with every batch.  What was known is forgotten then,
 * and found again in the table, once a group.  A range must be worth its room: 4 bytes a value,
 * eight values a group.
 */
#include "sql/physical/tables/key_codes.h"

#include "sql/kernels/columns.h"

#include <string.h>

#define FEW_CODES (1u << 17)  /* are always allowed */
#define MOST_CODES (1u << 26) /* never more */
#define CODES_A_GROUP 8
#define MAX_KEYS 4
#define MAX_SKIPPED 64
#define UNKNOWN G_MAXUINT32
#define PENDING 0x80000000u

/* How a column's values become codes; the last code is null's. */
typedef struct
{
  enum
  {
    CODE_NONE,
    CODE_DICTIONARY, /* the index */
    CODE_BIT,
    CODE_BYTE,
    CODE_SHORT_STRING, /* the byte; 256: none */
    CODE_RANGE,        /* the distance from base */
  } kind;
  guint n_codes;
  gint64 base;
  RushColumn *dictionary; /* (owned) keeps its address its own */
} Coding;

struct _RushKeyCodes
{
  guint n_keys;
  RushAllocator *allocator; /* (owned) */
  Coding codings[MAX_KEYS];
  guint32 *groups; /* [n_codes] by code, or UNKNOWN; NULL: nothing is known */
  guint n_codes;
  guint64 n_served; /* rows since begin () */
  guint32 *missing; /* [RUSH_BATCH_MAX_ROWS] codes that learn () gets the groups of */
  guint n_missing;
  guint refusals, n_to_skip; /* batches that need not be tried */
};

/* ---- ranges ---- */

#define BOUNDS(T)                                                                                  \
  RUSH_SIMD static void bounds_##T (const T *values, const RushRows *rows, gint64 *out_min,        \
                                    gint64 *out_max)                                               \
  {                                                                                                \
    T min = values[rush_eval_row (rows, 0)], max = min;                                            \
    if (rows->positions == NULL)                                                                   \
      for (guint i = 0; i < rows->n; i++)                                                          \
        {                                                                                          \
          min = MIN (min, values[i]);                                                              \
          max = MAX (max, values[i]);                                                              \
        }                                                                                          \
    else                                                                                           \
      for (guint i = 0; i < rows->n; i++)                                                          \
        {                                                                                          \
          min = MIN (min, values[rows->positions[i]]);                                             \
          max = MAX (max, values[rows->positions[i]]);                                             \
        }                                                                                          \
    *out_min = min;                                                                                \
    *out_max = max;                                                                                \
  }
BOUNDS (gint16)
BOUNDS (gint32)
BOUNDS (gint64)

/* The range that holds the values and, if it is one, that of @known.  What stands in the place of
 * nulls counts, too: it is zero, as a rule. */
static Coding
range_of (const RushColumn *column, const RushRows *rows, const Coding *known)
{
  gboolean grows = known->kind == CODE_RANGE, downwards = FALSE;
  gint64 min, max;
  guint64 span, size = 64;

  if (column->type->storage == RUSH_STORAGE_I16)
    bounds_gint16 ((const gint16 *)column->values->bytes + column->offset, rows, &min, &max);
  else if (column->type->storage == RUSH_STORAGE_I32)
    bounds_gint32 ((const gint32 *)column->values->bytes + column->offset, rows, &min, &max);
  else
    bounds_gint64 ((const gint64 *)column->values->bytes + column->offset, rows, &min, &max);
  if (grows)
    {
      gint64 last = known->base + (known->n_codes - 2);
      if (min >= known->base && max <= last)
        return *known;
      downwards = min < known->base;
      min = MIN (min, known->base);
      max = MAX (max, last);
    }
  span = (guint64)max - (guint64)min;
  if (span >= MOST_CODES / 2)
    return (Coding){ CODE_NONE, 0, 0, NULL };
  while (size <= span)
    size *= 2;
  /* The first batch has shown most of a small range; the room that is left goes where it grows. */
  if (downwards && (guint64)max - (guint64)G_MININT64 >= size)
    min = max - (gint64)(size - 1);
  else if ((guint64)G_MAXINT64 - (guint64)min < size)
    min = G_MAXINT64 - (gint64)(size - 1);
  else if (!grows && min > 0 && min <= (gint64)(size - 1 - span))
    min = 0;
  return (Coding){ CODE_RANGE, (guint)size + 1, min, NULL };
}

/* ---- which codes ---- */

static gboolean
is_short (const RushColumn *column, const RushRows *rows)
{
  const RushView *views = (const RushView *)column->values->bytes + column->offset;
  gint32 longest = 0;

  for (guint i = 0; i < rows->n; i++)
    longest |= views[rush_eval_row (rows, i)].length;
  return (guint32)longest <= 1;
}

static Coding
coding_of (const RushColumn *column, const RushRows *rows, const Coding *known)
{
  if (column->layout == RUSH_LAYOUT_DICTIONARY)
    return (Coding){ CODE_DICTIONARY, column->dictionary->length + 1, 0, column->dictionary };
  if (column->layout == RUSH_LAYOUT_PLAIN)
    switch ((guint)column->type->storage)
      {
      case RUSH_STORAGE_BIT:
        return (Coding){ CODE_BIT, 3, 0, NULL };
      case RUSH_STORAGE_I8:
        return (Coding){ CODE_BYTE, 257, 0, NULL };
      case RUSH_STORAGE_I16:
      case RUSH_STORAGE_I32:
      case RUSH_STORAGE_I64:
        return range_of (column, rows, known);
      case RUSH_STORAGE_VIEW:
        if (is_short (column, rows))
          return (Coding){ CODE_SHORT_STRING, 258, 0, NULL };
        break;
      default:
        break;
      }
  return (Coding){ CODE_NONE, 0, 0, NULL };
}

void
rush_key_codes_forget (RushKeyCodes *self)
{
  rush_free (self->allocator, self->groups, self->n_codes * sizeof *self->groups);
  self->groups = NULL;
  self->n_codes = 0;
  g_clear_pointer (&self->missing, g_free);
  for (guint k = 0; k < MAX_KEYS; k++)
    {
      if (self->codings[k].dictionary != NULL)
        rush_column_unref (self->codings[k].dictionary);
      self->codings[k] = (Coding){ CODE_NONE, 0, 0, NULL };
    }
}

/* FALSE: there is no memory for them. */
static gboolean
begin (RushKeyCodes *self, const Coding *codings, guint n_codes)
{
  gsize bytes = n_codes * sizeof *self->groups;

  for (guint k = 0; k < self->n_keys; k++)
    if (codings[k].dictionary != NULL)
      rush_column_ref (codings[k].dictionary);
  rush_key_codes_forget (self);
  memcpy (self->codings, codings, self->n_keys * sizeof *codings);
  self->groups = rush_alloc (self->allocator, bytes, NULL);
  if (self->groups == NULL)
    {
      rush_key_codes_forget (self);
      return FALSE;
    }
  memset (self->groups, 0xff, bytes);
  self->n_codes = n_codes;
  self->n_served = 0;
  self->missing = g_new (guint32, RUSH_BATCH_MAX_ROWS);
  return TRUE;
}

static gboolean
same_coding (const Coding *a, const Coding *b)
{
  return a->kind == b->kind && a->n_codes == b->n_codes && a->base == b->base &&
         a->dictionary == b->dictionary;
}

/* FALSE: these keys are not for codes. */
static gboolean
choose (RushKeyCodes *self, RushColumn *const *keys, const RushRows *rows, guint n_groups)
{
  guint64 n_codes = 1, allowed = ((guint64)n_groups + rows->n) * CODES_A_GROUP;
  gboolean known = self->groups != NULL, replaces = FALSE;
  Coding codings[MAX_KEYS];

  for (guint k = 0; k < self->n_keys; k++)
    {
      codings[k] = coding_of (keys[k], rows, &self->codings[k]);
      if (codings[k].kind == CODE_NONE)
        return FALSE;
      n_codes *= codings[k].n_codes;
      if (n_codes > CLAMP (allowed, FEW_CODES, MOST_CODES))
        return FALSE;
      known = known && same_coding (&codings[k], &self->codings[k]);
      replaces = replaces || codings[k].dictionary != self->codings[k].dictionary;
    }
  if (known)
    return TRUE;
  /* A dictionary that comes with every batch must be smaller than it, or the last one have served
   * as many rows as this one has codes. */
  if (self->groups != NULL && replaces && n_codes > MAX (rows->n, self->n_served))
    return FALSE;
  return begin (self, codings, (guint)n_codes);
}

/* Keys that are not for codes are rarely so a batch later. */
static gboolean
try_to_choose (RushKeyCodes *self, RushColumn *const *keys, const RushRows *rows, guint n_groups)
{
  if (self->n_keys == 0 || self->n_keys > MAX_KEYS || rows->n == 0 || n_groups >= PENDING / 2)
    return FALSE;
  if (self->n_to_skip > 0)
    {
      self->n_to_skip--;
      return FALSE;
    }
  if (choose (self, keys, rows, n_groups))
    {
      self->refusals = 0;
      return TRUE;
    }
  self->n_to_skip = MIN (self->refusals++, MAX_SKIPPED);
  return FALSE;
}

/* ---- codes ---- */

static inline guint
code_at (const Coding *coding, const RushColumn *column, guint row)
{
  gsize at = column->offset + row;

  if (column->validity != NULL && !rush_bit_get (column->validity->bytes, at))
    return coding->n_codes - 1;
  switch (coding->kind)
    {
    case CODE_DICTIONARY:
      return (guint)((const gint32 *)column->values->bytes)[at];
    case CODE_BIT:
      return rush_bit_get (column->values->bytes, at);
    case CODE_BYTE:
      return column->values->bytes[at];
    case CODE_SHORT_STRING:
      {
        const RushView *view = (const RushView *)column->values->bytes + at;
        return view->length == 0 ? 256 : (guint8)view->inlined[0];
      }
    case CODE_RANGE:
      if (column->type->storage == RUSH_STORAGE_I16)
        return (guint)(((const gint16 *)column->values->bytes)[at] - coding->base);
      if (column->type->storage == RUSH_STORAGE_I32)
        return (guint)(((const gint32 *)column->values->bytes)[at] - coding->base);
      return (guint)(((const gint64 *)column->values->bytes)[at] - coding->base);
    case CODE_NONE:
      break;
    }
  g_assert_not_reached ();
}

/* Without nulls, the layouts that columns of numbers and dictionaries have.  Differences are taken
 * of unsigned numbers: a base may be less than any value of its type. */
#define ADD_CODES(T)                                                                               \
  {                                                                                                \
    const T *values = (const T *)column->values->bytes + column->offset;                           \
    if (rows->positions == NULL)                                                                   \
      for (guint i = 0; i < rows->n; i++)                                                          \
        codes[i] = codes[i] * n_codes + ((guint32)values[i] - (guint32)base);                      \
    else                                                                                           \
      for (guint i = 0; i < rows->n; i++)                                                          \
        codes[i] = codes[i] * n_codes + ((guint32)values[rows->positions[i]] - (guint32)base);     \
    return;                                                                                        \
  }

RUSH_SIMD static void
add_codes (const Coding *coding, const RushColumn *column, const RushRows *rows, guint32 *codes)
{
  guint n_codes = coding->n_codes;
  gint64 base = coding->base;

  if (column->validity == NULL && coding->kind == CODE_DICTIONARY)
    ADD_CODES (gint32)
  if (column->validity == NULL && coding->kind == CODE_RANGE)
    {
      if (column->type->storage == RUSH_STORAGE_I32)
        ADD_CODES (gint32)
      if (column->type->storage == RUSH_STORAGE_I64)
        ADD_CODES (gint64)
    }
  for (guint i = 0; i < rows->n; i++)
    codes[i] = codes[i] * n_codes + code_at (coding, column, rush_eval_row (rows, i));
}

gboolean
rush_key_codes_look_up (RushKeyCodes *self, RushColumn *const *keys, const RushRows *rows,
                        guint n_groups, guint32 *out_groups, guint16 *out_missing,
                        guint *out_n_missing)
{
  guint n_missing = 0;

  if (!try_to_choose (self, keys, rows, n_groups))
    return FALSE;
  memset (out_groups, 0, rows->n * sizeof *out_groups);
  for (guint k = 0; k < self->n_keys; k++)
    add_codes (&self->codings[k], keys[k], rows, out_groups);
  for (guint i = 0; i < rows->n; i++)
    {
      guint32 code = out_groups[i];

      out_groups[i] = self->groups[code];
      if (G_LIKELY (out_groups[i] != UNKNOWN))
        continue;
      out_groups[i] = self->groups[code] = PENDING + n_missing;
      out_missing[n_missing] = (guint16)rush_eval_row (rows, i);
      self->missing[n_missing++] = code;
    }
  self->n_served += rows->n;
  self->n_missing = *out_n_missing = n_missing;
  return TRUE;
}

void
rush_key_codes_learn (RushKeyCodes *self, const guint32 *found, guint n, guint32 *inout_groups)
{
  if (self->n_missing == 0)
    return;
  for (guint i = 0; i < self->n_missing; i++)
    self->groups[self->missing[i]] = found[i];
  for (guint i = 0; i < n; i++)
    if (inout_groups[i] >= PENDING)
      inout_groups[i] = found[inout_groups[i] - PENDING];
  self->n_missing = 0;
}

RushKeyCodes *
rush_key_codes_new (guint n_keys, RushAllocator *allocator)
{
  RushKeyCodes *self = g_new0 (RushKeyCodes, 1);

  self->n_keys = n_keys;
  self->allocator = rush_allocator_ref (allocator);
  return self;
}

void
rush_key_codes_free (RushKeyCodes *self)
{
  if (self == NULL)
    return;
  rush_key_codes_forget (self);
  rush_allocator_unref (self->allocator);
  g_free (self);
}
