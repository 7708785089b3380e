/* key_block.h - the keys of a few rows in one form, with their hashes: what hash tables loop over.
 *
 * Whatever the type and layout of the column, a key is 16 bytes: a view, or a number and zeros.
 * Two keys of up to 12 bytes are equal if their two words are.
 *
 * Threads: none of its own.
 */
#pragma once

#include "core/data/batch.h"

RUSH_BEGIN_PUBLIC

/* So many that a block's keys, hashes and the table's lines stay in the nearest cache. */
#define RUSH_KEY_BLOCK_ROWS 128

typedef union
{
  RushView view;    /* string, binary */
  guint64 words[2]; /* numbers: the value as gint64 or as the bits of a double, and 0 */
} RushKey;

G_STATIC_ASSERT (sizeof (RushKey) == 16);

typedef struct
{
  guint n;
  gboolean is_bytes;       /* keys are views */
  RushBuffer *const *data; /* what long views point into; belongs to the column */
  gboolean any_null;
  guint8 is_null[RUSH_KEY_BLOCK_ROWS]; /* only if any_null */
  guint64 hashes[RUSH_KEY_BLOCK_ROWS]; /* the same for equal keys of one process, null too */
  RushKey keys[RUSH_KEY_BLOCK_ROWS];
} RushKeyBlock;

/* Rows [start, start + n) of those that count, at most RUSH_KEY_BLOCK_ROWS. */
void rush_key_block_load (RushKeyBlock *self, const RushBatch *batch, guint column, guint start,
                          guint n);
/* The values of an int64 or float64 column in the same way; those of nulls are undefined. */
void rush_value_block_load (const RushBatch *batch, guint column, guint start, guint n,
                            gint64 *out_values);
/* How many bytes all keys over 12 bytes have. */
gsize rush_key_long_bytes (const RushBatch *batch, guint column);

RUSH_END_PUBLIC
