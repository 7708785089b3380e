/* key_codes.c - see key_codes.h. */
#include "sql/physical/tables/key_codes.h"

#include <string.h>

#define MAX_CODES (1u << 17)
#define MAX_KEYS 4
#define UNKNOWN G_MAXUINT32

/* How a column's values become codes. */
typedef struct
{
  enum
  {
    CODE_NONE,
    CODE_DICTIONARY, /* the index; then null */
    CODE_BIT,
    CODE_BYTE,
    CODE_SHORT_STRING, /* the byte; 256: none; 257: null */
  } kind;
  guint n_codes;
  RushColumn *dictionary; /* (owned) keeps its address its own */
} Coding;

struct _RushKeyCodes
{
  guint n_keys;
  Coding codings[MAX_KEYS];
  guint32 *groups; /* [n_codes] by code, or UNKNOWN; NULL: nothing is known */
  guint n_codes;
  guint32 *missing; /* codes that learn () gets the groups of */
  guint n_missing;
};

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
coding_of (const RushColumn *column, const RushRows *rows)
{
  if (column->layout == RUSH_LAYOUT_DICTIONARY)
    return (Coding){ CODE_DICTIONARY, column->dictionary->length + 1, column->dictionary };
  if (column->layout == RUSH_LAYOUT_PLAIN)
    {
      if (column->type->storage == RUSH_STORAGE_BIT)
        return (Coding){ CODE_BIT, 3, NULL };
      if (column->type->storage == RUSH_STORAGE_I8)
        return (Coding){ CODE_BYTE, 257, NULL };
      if (column->type->storage == RUSH_STORAGE_VIEW && is_short (column, rows))
        return (Coding){ CODE_SHORT_STRING, 258, NULL };
    }
  return (Coding){ CODE_NONE, 0, NULL };
}

void
rush_key_codes_forget (RushKeyCodes *self)
{
  g_clear_pointer (&self->groups, g_free);
  g_clear_pointer (&self->missing, g_free);
  for (guint k = 0; k < MAX_KEYS; k++)
    if (self->codings[k].dictionary != NULL)
      rush_column_unref (g_steal_pointer (&self->codings[k].dictionary));
}

static void
begin (RushKeyCodes *self, const Coding *codings, guint n_codes)
{
  rush_key_codes_forget (self);
  for (guint k = 0; k < self->n_keys; k++)
    {
      self->codings[k] = codings[k];
      if (codings[k].dictionary != NULL)
        rush_column_ref (codings[k].dictionary);
    }
  self->n_codes = n_codes;
  self->groups = g_new (guint32, n_codes);
  memset (self->groups, 0xff, n_codes * sizeof *self->groups);
  self->missing = g_new (guint32, RUSH_BATCH_MAX_ROWS);
}

static gboolean
same_coding (const Coding *a, const Coding *b)
{
  return a->kind == b->kind && a->n_codes == b->n_codes && a->dictionary == b->dictionary;
}

/* FALSE: these keys are not for codes. */
static gboolean
choose (RushKeyCodes *self, RushColumn *const *keys, const RushRows *rows)
{
  Coding codings[MAX_KEYS];
  guint64 n_codes = 1;
  gboolean known = self->groups != NULL;

  if (self->n_keys == 0 || self->n_keys > MAX_KEYS)
    return FALSE;
  for (guint k = 0; k < self->n_keys; k++)
    {
      codings[k] = coding_of (keys[k], rows);
      if (codings[k].kind == CODE_NONE)
        return FALSE;
      n_codes *= codings[k].n_codes;
      if (n_codes > MAX_CODES)
        return FALSE;
      known = known && same_coding (&codings[k], &self->codings[k]);
    }
  if (known)
    return TRUE;
  /* What is new with every batch must be smaller than it. */
  if (self->groups != NULL && n_codes > rows->n)
    return FALSE;
  begin (self, codings, (guint)n_codes);
  return TRUE;
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
    case CODE_NONE:
      break;
    }
  g_assert_not_reached ();
}

static void
add_codes (const Coding *coding, const RushColumn *column, const RushRows *rows, guint32 *codes)
{
  if (coding->kind == CODE_DICTIONARY && column->validity == NULL)
    {
      const gint32 *indices = (const gint32 *)column->values->bytes + column->offset;
      for (guint i = 0; i < rows->n; i++)
        codes[i] = codes[i] * coding->n_codes + (guint)indices[rush_eval_row (rows, i)];
      return;
    }
  for (guint i = 0; i < rows->n; i++)
    codes[i] = codes[i] * coding->n_codes + code_at (coding, column, rush_eval_row (rows, i));
}

gboolean
rush_key_codes_look_up (RushKeyCodes *self, RushColumn *const *keys, const RushRows *rows,
                        guint32 *out_codes, guint16 *out_missing, guint *out_n_missing)
{
  if (!choose (self, keys, rows))
    return FALSE;
  memset (out_codes, 0, rows->n * sizeof *out_codes);
  for (guint k = 0; k < self->n_keys; k++)
    add_codes (&self->codings[k], keys[k], rows, out_codes);
  self->n_missing = 0;
  for (guint i = 0; i < rows->n; i++)
    if (self->groups[out_codes[i]] == UNKNOWN)
      {
        self->groups[out_codes[i]] = 0; /* until it is learnt: it is missing once */
        out_missing[self->n_missing] = (guint16)rush_eval_row (rows, i);
        self->missing[self->n_missing++] = out_codes[i];
      }
  *out_n_missing = self->n_missing;
  return TRUE;
}

void
rush_key_codes_learn (RushKeyCodes *self, const guint32 *groups, guint n, guint32 *codes)
{
  for (guint i = 0; i < self->n_missing; i++)
    self->groups[self->missing[i]] = groups[i];
  self->n_missing = 0;
  for (guint i = 0; i < n; i++)
    codes[i] = self->groups[codes[i]];
}

RushKeyCodes *
rush_key_codes_new (guint n_keys)
{
  RushKeyCodes *self = g_new0 (RushKeyCodes, 1);

  self->n_keys = n_keys;
  return self;
}

void
rush_key_codes_free (RushKeyCodes *self)
{
  if (self == NULL)
    return;
  rush_key_codes_forget (self);
  g_free (self);
}
