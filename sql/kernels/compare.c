/* compare.c - a op b for columns of numbers, strings and everything else.
 *
 *   values, 64 at a time ──►  64 bytes of 0 or 1  ──►  one word of bits  ──►  AND validity
 *      (SIMD compares)           (a multiplication packs eight)        ──►  rows, by counting zeros
 *
 * A filter never makes a bool column: with all rows to look at it takes the words apart into row
 * numbers, with a selection it walks that and keeps or overwrites.
 *
 * Strings that are equal have equal first 8 bytes of their views (length and prefix); only then
 * are more bytes looked at.
 */
#include "sql/kernels/compare.h"

#include <math.h>
#include <string.h>

#define EQ(x, y) ((x) == (y))
#define LT(x, y) ((x) < (y))
#define FLOAT_EQ(x, y) (((x) == (y)) | (((x) != (x)) & ((y) != (y))))
#define FLOAT_LT(x, y) (((x) < (y)) | (((x) == (x)) & ((y) != (y))))

#define RUSH_T gint8
#define RUSH_FN(name) name##_i8
#define RUSH_EQ EQ
#define RUSH_LT LT
#include "sql/kernels/compare_template.h"
#define RUSH_T gint16
#define RUSH_FN(name) name##_i16
#define RUSH_EQ EQ
#define RUSH_LT LT
#include "sql/kernels/compare_template.h"
#define RUSH_T gint32
#define RUSH_FN(name) name##_i32
#define RUSH_EQ EQ
#define RUSH_LT LT
#include "sql/kernels/compare_template.h"
#define RUSH_T gint64
#define RUSH_FN(name) name##_i64
#define RUSH_EQ EQ
#define RUSH_LT LT
#include "sql/kernels/compare_template.h"
#define RUSH_T rush_int128
#define RUSH_FN(name) name##_i128
#define RUSH_EQ EQ
#define RUSH_LT LT
#include "sql/kernels/compare_template.h"
#define RUSH_T float
#define RUSH_FN(name) name##_f32
#define RUSH_EQ FLOAT_EQ
#define RUSH_LT FLOAT_LT
#include "sql/kernels/compare_template.h"
#define RUSH_T double
#define RUSH_FN(name) name##_f64
#define RUSH_EQ FLOAT_EQ
#define RUSH_LT FLOAT_LT
#include "sql/kernels/compare_template.h"

typedef void (*BitsFunc) (RushCompareOp op, gconstpointer a, gboolean constant_a, gconstpointer b,
                          gboolean constant_b, guint n, guint64 *out);
typedef guint (*SelectFunc) (RushCompareOp op, gconstpointer a, gboolean constant_a,
                             gconstpointer b, gboolean constant_b, const guint16 *rows, guint n,
                             guint16 *out);

/* By storage; NULL: value by value. */
static const struct
{
  BitsFunc bits;
  SelectFunc select;
} typed[] = {
  [RUSH_STORAGE_I8] = { (BitsFunc)bits_i8, (SelectFunc)select_i8 },
  [RUSH_STORAGE_I16] = { (BitsFunc)bits_i16, (SelectFunc)select_i16 },
  [RUSH_STORAGE_I32] = { (BitsFunc)bits_i32, (SelectFunc)select_i32 },
  [RUSH_STORAGE_I64] = { (BitsFunc)bits_i64, (SelectFunc)select_i64 },
  [RUSH_STORAGE_I128] = { (BitsFunc)bits_i128, (SelectFunc)select_i128 },
  [RUSH_STORAGE_F32] = { (BitsFunc)bits_f32, (SelectFunc)select_f32 },
  [RUSH_STORAGE_F64] = { (BitsFunc)bits_f64, (SelectFunc)select_f64 },
  [RUSH_STORAGE_VOID] = { NULL, NULL },
};

RushCompareOp
rush_compare_op_flip (RushCompareOp op)
{
  static const RushCompareOp flipped[] = {
    [RUSH_COMPARE_EQUAL] = RUSH_COMPARE_EQUAL,
    [RUSH_COMPARE_NOT_EQUAL] = RUSH_COMPARE_NOT_EQUAL,
    [RUSH_COMPARE_LESS] = RUSH_COMPARE_GREATER,
    [RUSH_COMPARE_LESS_EQUAL] = RUSH_COMPARE_GREATER_EQUAL,
    [RUSH_COMPARE_GREATER] = RUSH_COMPARE_LESS,
    [RUSH_COMPARE_GREATER_EQUAL] = RUSH_COMPARE_LESS_EQUAL,
  };
  return flipped[op];
}

static inline gboolean
holds (RushCompareOp op, gint order)
{
  switch (op)
    {
    case RUSH_COMPARE_EQUAL:
      return order == 0;
    case RUSH_COMPARE_NOT_EQUAL:
      return order != 0;
    case RUSH_COMPARE_LESS:
      return order < 0;
    case RUSH_COMPARE_LESS_EQUAL:
      return order <= 0;
    case RUSH_COMPARE_GREATER:
      return order > 0;
    case RUSH_COMPARE_GREATER_EQUAL:
    default:
      return order >= 0;
    }
}

/* ── one value ── */

gint
rush_compare_doubles (double a, double b)
{
  return FLOAT_EQ (a, b) ? 0 : FLOAT_LT (a, b) ? -1 : 1;
}

static gint
compare_bytes (const char *a, gsize length_a, const char *b, gsize length_b)
{
  gint order = memcmp (a, b, MIN (length_a, length_b));
  if (order != 0)
    return order < 0 ? -1 : 1;
  return length_a < length_b ? -1 : length_a > length_b;
}

static gboolean
views_equal (const RushView *a, RushBuffer *const *data_a, const RushView *b,
             RushBuffer *const *data_b)
{
  guint64 head_a, head_b;

  memcpy (&head_a, a, 8);
  memcpy (&head_b, b, 8);
  if (head_a != head_b)
    return FALSE;
  if (a->length > RUSH_VIEW_INLINE_MAX)
    return memcmp (rush_view_bytes (a, data_a), rush_view_bytes (b, data_b), (gsize)a->length) == 0;
  return memcmp ((const guint8 *)a + 8, (const guint8 *)b + 8, 8) == 0;
}

static gint
compare_lists (const RushColumn *a, guint row_a, const RushColumn *b, guint row_b)
{
  RushListView x = rush_column_get_list (a, row_a), y = rush_column_get_list (b, row_b);
  guint n = (guint)MIN (x.length, y.length);

  /* The values of a map count where its keys are equal. */
  for (guint i = 0; i < n; i++)
    for (guint child = 0; child < a->type->n_fields; child++)
      {
        gint order = rush_compare_rows (rush_column_child (a, child), (guint)x.offset + i,
                                        rush_column_child (b, child), (guint)y.offset + i);
        if (order != 0)
          return order;
      }
  return x.length < y.length ? -1 : x.length > y.length;
}

static gint
compare_values (const RushColumn *a, guint row_a, const RushColumn *b, guint row_b)
{
  switch (a->type->storage)
    {
    case RUSH_STORAGE_BIT:
    case RUSH_STORAGE_I8:
    case RUSH_STORAGE_I16:
    case RUSH_STORAGE_I32:
    case RUSH_STORAGE_I64:
      {
        gint64 x = rush_column_get_int (a, row_a), y = rush_column_get_int (b, row_b);
        return x < y ? -1 : x > y;
      }
    case RUSH_STORAGE_I128:
      {
        rush_int128 x = rush_column_get_int128 (a, row_a), y = rush_column_get_int128 (b, row_b);
        return x < y ? -1 : x > y;
      }
    case RUSH_STORAGE_F32:
    case RUSH_STORAGE_F64:
      return rush_compare_doubles (rush_column_get_double (a, row_a),
                                   rush_column_get_double (b, row_b));
    case RUSH_STORAGE_VIEW:
      {
        gsize length_a, length_b;
        const char *x = rush_column_get_bytes (a, row_a, &length_a);
        const char *y = rush_column_get_bytes (b, row_b, &length_b);
        return compare_bytes (x, length_a, y, length_b);
      }
    case RUSH_STORAGE_LIST:
      return compare_lists (a, row_a, b, row_b);
    case RUSH_STORAGE_STRUCT:
      for (guint i = 0; i < a->type->n_fields; i++)
        {
          gint order =
              rush_compare_rows (rush_column_child (a, i), rush_column_struct_row (a, row_a),
                                 rush_column_child (b, i), rush_column_struct_row (b, row_b));
          if (order != 0)
            return order;
        }
      return 0;
    case RUSH_STORAGE_INTERVAL:
      {
        /* No order in Spark but equality: by its three numbers. */
        RushCalendarInterval x = rush_column_get_interval (a, row_a);
        RushCalendarInterval y = rush_column_get_interval (b, row_b);
        if (x.months != y.months)
          return x.months < y.months ? -1 : 1;
        if (x.days != y.days)
          return x.days < y.days ? -1 : 1;
        return x.microseconds < y.microseconds ? -1 : x.microseconds > y.microseconds;
      }
    case RUSH_STORAGE_VOID:
    default:
      return 0;
    }
}

gint
rush_compare_rows (const RushColumn *a, guint row_a, const RushColumn *b, guint row_b)
{
  gboolean valid_a = rush_column_is_valid (a, row_a), valid_b = rush_column_is_valid (b, row_b);

  if (!valid_a || !valid_b)
    return (gint)valid_a - (gint)valid_b;
  return compare_values (a, row_a, b, row_b);
}

/* ── columns ── */

/* Strings and what has no fixed width: for the rows that count, bit by bit. */
static void
slow_bits (RushCompareOp op, RushColumn *a, RushColumn *b, const RushRows *rows, guint8 *bits)
{
  if (a->type->storage != RUSH_STORAGE_VIEW)
    {
      for (guint i = 0; i < rows->n; i++)
        {
          guint row = rush_eval_row (rows, i);
          if (holds (op, rush_compare_rows (a, row, b, row)))
            rush_bit_set (bits, row);
        }
      return;
    }

  RushTextVector x, y;
  gboolean equality = op == RUSH_COMPARE_EQUAL || op == RUSH_COMPARE_NOT_EQUAL;
  rush_text_vector_init (&x, a);
  rush_text_vector_init (&y, b);
  for (guint i = 0; i < rows->n; i++)
    {
      guint row = rush_eval_row (rows, i);
      gsize length_x, length_y;
      gint order;
      if (equality)
        order = !views_equal (rush_text_view (&x, row), x.data, rush_text_view (&y, row), y.data);
      else
        {
          const char *left = rush_text_at (&x, row, &length_x);
          const char *right = rush_text_at (&y, row, &length_y);
          order = compare_bytes (left, length_x, right, length_y);
        }
      if (holds (op, order))
        rush_bit_set (bits, row);
    }
}

/* Bits of all rows (typed), or of those that count, the rest 0; whole words. */
static gboolean
compare_bits (RushCompareOp op, RushColumn *a, RushColumn *b, const RushRows *rows, guint8 *bits,
              RushAllocator *allocator, GError **error)
{
  BitsFunc func = typed[a->type->storage].bits;
  g_auto (RushVector) x = { NULL }, y = { NULL };

  if (func == NULL)
    {
      memset (bits, 0, rush_bits_bytes (rows->length));
      slow_bits (op, a, b, rows, bits);
      return TRUE;
    }
  if (!rush_vector_open (&x, a, allocator, error) || !rush_vector_open (&y, b, allocator, error))
    return FALSE;
  if (x.constant && y.constant) /* the loops walk along one side */
    {
      guint64 one;
      func (op, x.values, TRUE, y.values, TRUE, 1, &one);
      memset (bits, (one & 1) != 0 ? 0xff : 0, ((gsize)rows->length + 63) / 64 * 8);
      return TRUE;
    }
  func (op, x.values, x.constant, y.values, y.constant, rows->length, (guint64 *)bits);
  return TRUE;
}

static RushBuffer *
new_words (guint length, RushAllocator *allocator, GError **error)
{
  return rush_buffer_new (allocator, MAX (8, (gsize)(length + 63) / 64 * 8), error);
}

RushColumn *
rush_compare_columns (RushCompareOp op, RushColumn *a, RushColumn *b, const RushRows *rows,
                      RushAllocator *allocator, GError **error)
{
  RushColumn *both[] = { a, b };
  RushBuffer *validity;
  guint nulls;
  g_autoptr (RushBuffer) bits = new_words (rows->length, allocator, error);

  if (bits == NULL || !compare_bits (op, a, b, rows, bits->bytes, allocator, error) ||
      !rush_validity_and (both, 2, rows->length, allocator, &validity, &nulls, error))
    return NULL;
  return rush_column_from_bits (rows->length, g_steal_pointer (&bits), validity, nulls);
}

/* Keeps the rows of out[0…n) whose bit is 1. */
static guint
keep_set (const guint8 *bits, guint16 *out, guint n)
{
  guint count = 0;
  for (guint i = 0; i < n; i++)
    {
      guint16 row = out[i];
      out[count] = row;
      count += rush_bit_get (bits, row);
    }
  return count;
}

gint
rush_compare_select (RushCompareOp op, RushColumn *a, RushColumn *b, const RushRows *rows,
                     guint16 *out, RushAllocator *allocator, GError **error)
{
  RushColumn *both[] = { a, b };
  SelectFunc select = typed[a->type->storage].select;
  g_autoptr (RushBuffer) validity = NULL;
  guint nulls;

  if (!rush_validity_and (both, 2, rows->length, allocator, &validity, &nulls, error))
    return -1;
  if (rows->positions != NULL && select != NULL)
    {
      g_auto (RushVector) x = { NULL }, y = { NULL };
      if (!rush_vector_open (&x, a, allocator, error) ||
          !rush_vector_open (&y, b, allocator, error))
        return -1;
      guint n =
          select (op, x.values, x.constant, y.values, y.constant, rows->positions, rows->n, out);
      return (gint)(validity != NULL ? keep_set (validity->bytes, out, n) : n);
    }

  g_autoptr (RushBuffer) bits = new_words (rows->length, allocator, error);
  if (bits == NULL || !compare_bits (op, a, b, rows, bits->bytes, allocator, error))
    return -1;
  if (validity != NULL)
    for (gsize i = 0; i < rush_bits_bytes (rows->length); i++)
      bits->bytes[i] &= validity->bytes[i];
  if (rows->positions == NULL)
    return (gint)rush_bits_to_positions (bits->bytes, rows->n, out);
  memcpy (out, rows->positions, rows->n * sizeof *out);
  return (gint)keep_set (bits->bytes, out, rows->n);
}
