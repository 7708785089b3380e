/* columns.h - what all kernels share: reading columns in typed loops, and making result columns.
 *
 * A kernel computes every value of a batch without looking at nulls, and the bitmaps are combined
 * apart, a word at a time:
 *
 *   a        7   ?   3      values    b        1   2   ?       a + b    8   ?   ?
 *   valid    1   0   1                valid    1   1   0       valid    1   0   0
 *
 * What stands in the slot of a null may be anything, so kernels must not trip over it: they add
 * without traps, and look for errors among the rows that count and are valid alone.
 *
 * Threads:  the columns are immutable; what is made here belongs to the caller.
 */
#pragma once

#include "core/data/bitmap.h"
#include "core/data/gather.h"
#include "sql/kernels/eval_context.h"

/* Loops that pay for wider registers are compiled twice, and the loader takes the one that the
 * processor can run.  Sanitizers cannot (their checks would run before they are set up). */
#if defined(__x86_64__) && defined(__GLIBC__) && !defined(__clang__) &&                            \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define RUSH_SIMD __attribute__ ((target_clones ("avx2", "default")))
#else
#define RUSH_SIMD
#endif

/* ── reading ── */

/* A column of fixed-width values as loops see it: one value for all rows, or values[row]. */
typedef struct
{
  RushColumn *column; /* (owned) PLAIN or CONSTANT */
  gconstpointer values;
  gboolean constant;      /* values[0] stands for all rows */
  const guint8 *validity; /* NULL: no row is null, or all are (constant) */
  gsize validity_start;   /* bit of row 0 */
} RushVector;

/* A dictionary is expanded, so ask for columns that are none where speed counts. */
gboolean rush_vector_open (RushVector *self, RushColumn *column, RushAllocator *allocator,
                           GError **error);
void rush_vector_close (RushVector *self); /* zeroed is fine */
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (RushVector, rush_vector_close)

/* Bytes of one row of a string or binary column, any layout. */
typedef struct
{
  const RushView *views; /* of row 0, or of the dictionary's first value */
  RushBuffer *const *data;
  const gint32 *indices; /* of row 0; NULL: views go by row */
  gboolean constant;
} RushTextVector;

void rush_text_vector_init (RushTextVector *self, const RushColumn *column);

static inline const RushView *
rush_text_view (const RushTextVector *self, guint row)
{
  if (self->indices != NULL)
    return &self->views[self->indices[row]];
  return &self->views[self->constant ? 0 : row];
}

static inline const char *
rush_text_at (const RushTextVector *self, guint row, gsize *out_length)
{
  const RushView *view = rush_text_view (self, row);
  *out_length = (gsize)view->length;
  return rush_view_bytes (view, self->data);
}

/* ── validity ── */

/* Is every row of it null? */
static inline gboolean
rush_column_is_constant_null (const RushColumn *self)
{
  return self->layout == RUSH_LAYOUT_CONSTANT && self->null_count > 0;
}

/* Bits [0, length) that are set where all of @columns[n] are valid.  *out is NULL if no row is
 * null. */
gboolean rush_validity_and (RushColumn *const *columns, guint n, guint length,
                            RushAllocator *allocator, RushBuffer **out, guint *out_nulls,
                            GError **error);
/* Sets @bits to 1 for the valid rows of @column, 0 for the others. */
void rush_validity_bits (const RushColumn *column, guint length, guint8 *bits);
/* The rows of @rows where all of @columns[n] are valid: @rows itself if all are, else positions in
 * a new buffer, *out_positions. */
gboolean rush_rows_valid (const RushRows *rows, RushColumn *const *columns, guint n,
                          RushAllocator *allocator, RushRows *out, RushBuffer **out_positions,
                          GError **error);
/* @column with the rows null that are null in any of @columns[n]. */
RushColumn *rush_column_null_where_null (RushColumn *column, RushColumn *const *columns, guint n,
                                         RushAllocator *allocator, GError **error); /* takes it */
/* All bits 1, the ones behind the end 0. */
RushBuffer *rush_bits_new_ones (guint length, RushAllocator *allocator, GError **error);

static inline void
rush_bit_clear (guint8 *bits, gsize i)
{
  bits[i >> 3] &= (guint8) ~(1u << (i & 7));
}

/* Positions [start, start + n) whose bit is 1, ascending; returns how many.  @out has room for all.
 * */
guint rush_bits_to_positions (const guint8 *bits, guint n, guint16 *out);

/* ── writing ── */

/* A result under construction: values of a fixed width, and nulls as they come. */
typedef struct
{
  const RushType *type;
  guint length;
  RushAllocator *allocator;
  RushBuffer *values;
  RushBuffer *validity; /* NULL: no null so far */
} RushColumnWriter;

/* Cleared values where @clear (bitmaps, and whoever does not write all rows). */
gboolean rush_column_writer_init (RushColumnWriter *self, const RushType *type, guint length,
                                  gboolean clear, RushAllocator *allocator, GError **error);
gboolean rush_column_writer_set_null (RushColumnWriter *self, guint row, GError **error);
RushColumn *rush_column_writer_finish (RushColumnWriter *self); /* (transfer full) */
void rush_column_writer_clear (RushColumnWriter *self);         /* zeroed is fine */
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (RushColumnWriter, rush_column_writer_clear)

/* The same for strings and binary, row after row in any order; rows not set are "". */
typedef struct
{
  RushColumnWriter base;
  GPtrArray *blocks; /* RushBuffer, sealed; the last one is open */
  gsize used;        /* of the open one */
} RushTextWriter;

gboolean rush_text_writer_init (RushTextWriter *self, const RushType *type, guint length,
                                RushAllocator *allocator, GError **error);
gboolean rush_text_writer_set (RushTextWriter *self, guint row, const char *bytes, gsize length,
                               GError **error);
/* Room for @length bytes that the caller fills in before the next call (more than 12: in place). */
char *rush_text_writer_reserve (RushTextWriter *self, gsize length, GError **error);
/* The bytes reserved last become the value of @row, cut to @length. */
void rush_text_writer_commit (RushTextWriter *self, guint row, char *reserved, gsize length);
RushColumn *rush_text_writer_finish (RushTextWriter *self);
void rush_text_writer_clear (RushTextWriter *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (RushTextWriter, rush_text_writer_clear)

/* A bool column from a finished bitmap; takes over both buffers. */
RushColumn *rush_column_from_bits (guint length, RushBuffer *bits, RushBuffer *validity,
                                   guint nulls);
/* The same values under a type of the same storage. */
RushColumn *rush_column_as_type (RushColumn *self, const RushType *type);

/* 64 bytes of 0 or 1 to a word of bits. */
static inline guint64
rush_pack_64 (const guint8 *bytes)
{
  guint64 word = 0;
  for (guint i = 0; i < 8; i++)
    {
      guint64 eight;
      __builtin_memcpy (&eight, bytes + 8 * i, 8);
      word |= ((eight * G_GUINT64_CONSTANT (0x0102040810204080)) >> 56) << (8 * i);
    }
  return word;
}

/* ── loops ── */

/* Runs BODY for each row that counts and is valid: `i` is its number among those that count, `row`
 * its position, `at` where its value stands in the vector.  The vector is not constant null. */
#define RUSH_FOR_VALID(vector, rows, ...)                                                          \
  do                                                                                               \
    {                                                                                              \
      const guint mask_ = (vector)->constant ? 0 : G_MAXUINT;                                      \
      const guint16 *positions_ = (rows)->positions;                                               \
      const guint n_ = (rows)->n;                                                                  \
      if ((vector)->validity != NULL)                                                              \
        for (guint i = 0; i < n_; i++)                                                             \
          {                                                                                        \
            const guint row = positions_ != NULL ? positions_[i] : i;                              \
            const guint at = row & mask_;                                                          \
            if (rush_bit_get ((vector)->validity, (vector)->validity_start + row))                 \
              {                                                                                    \
                (void)at;                                                                          \
                __VA_ARGS__                                                                        \
              }                                                                                    \
          }                                                                                        \
      else if (positions_ != NULL)                                                                 \
        for (guint i = 0; i < n_; i++)                                                             \
          {                                                                                        \
            const guint row = positions_[i];                                                       \
            const guint at = row & mask_;                                                          \
            (void)at;                                                                              \
            __VA_ARGS__                                                                            \
          }                                                                                        \
      else                                                                                         \
        for (guint i = 0; i < n_; i++)                                                             \
          {                                                                                        \
            const guint row = i;                                                                   \
            const guint at = row & mask_;                                                          \
            (void)at;                                                                              \
            __VA_ARGS__                                                                            \
          }                                                                                        \
    }                                                                                              \
  while (0)
