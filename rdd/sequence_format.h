/* sequence_format.h - what a SequenceFile begins with, and Hadoop's way to write whole numbers.
 *
 *     "SEQ" 6 · key class · value class · packed? · in blocks? · [codec] · metadata · sync[16]
 *
 *     record     length of key and value · length of the key · key · value
 *     in blocks  −1 · sync · number of records · four packed pieces: key lengths, keys, value
 *                lengths, values
 *     sync       −1 · the 16 bytes, about every 100 KiB: where who begins anywhere finds in
 *
 * Lengths of records are 32 bit, big-endian; all other numbers are of Hadoop's variable length.
 *
 * Mirrors: org.apache.hadoop.io.{SequenceFile,WritableUtils}.
 */
#pragma once

#include "rdd/codec.h"

#define RUSH_SYNC_BYTES 16
#define RUSH_SYNC_ESCAPE (-1)
#define RUSH_VINT_MOST_BYTES 9
#define RUSH_SYNC_INTERVAL (5 * 1024 * (4 + RUSH_SYNC_BYTES)) /* bytes from one to the next */

/* The pieces of a block, in the order in which they stand. */
typedef enum
{
  RUSH_SEQUENCE_KEY_LENGTHS,
  RUSH_SEQUENCE_KEYS,
  RUSH_SEQUENCE_VALUE_LENGTHS,
  RUSH_SEQUENCE_VALUES,
} RushSequencePiece;
#define RUSH_SEQUENCE_N_PIECES 4

typedef enum
{
  RUSH_SEQUENCE_PLAIN,
  RUSH_SEQUENCE_RECORDS, /* each value packed for itself */
  RUSH_SEQUENCE_BLOCKS,  /* many records packed at once */
} RushSequenceKind;

typedef struct
{
  char *key_class; /* "org.apache.hadoop.io.Text" */
  char *value_class;
  RushSequenceKind kind;
  RushPacking packing; /* NONE if PLAIN */
  guint8 sync[RUSH_SYNC_BYTES];
} RushSequenceHeader;

void rush_sequence_header_clear (RushSequenceHeader *self);
/* A new sync, different in every file. */
void rush_sequence_header_make_sync (RushSequenceHeader *self);
void rush_sequence_header_write (const RushSequenceHeader *self, GByteArray *out);

/* How many bytes of @out it has written. */
guint rush_vint_write (guint8 out[RUSH_VINT_MOST_BYTES], gint64 value);
/* FALSE: @bytes ends before the number does. */
gboolean rush_vint_read (const guint8 *bytes, gsize n, gint64 *out, gsize *out_taken);
