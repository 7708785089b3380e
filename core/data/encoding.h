/* encoding.h - the one encoding of a batch to bytes: for wire, spill, shuffle and Python workers.
 *
 *   batch   = u32 magic "RBT1" · u32 rows · u32 columns · column…
 *   column  = u8 type · u8 layout (plain, dictionary or constant) · u8 has_validity · u8 0 · u32 n
 *             · [parameters of the type] · [validity bitmap, whole bytes] · body
 *   body    = fixed width: n values   ·  bool: bitmap
 *             string, binary: u32 lengths[n] · u64 total · bytes
 *             array, map: u32 lengths[n] · u64 total · 1 or 2 columns of total rows
 *             struct: a column of n rows for each field
 *             dictionary: column · i32 indices[n]      constant: a column of 1 row
 *             void: nothing; its layout is constant
 *   parameters = decimal: u8 precision · u8 scale      ANSI interval: u8 start · u8 end
 *             array, map: u8 nullable (of element, value)
 *             struct: u32 fields · for each: u8 nullable · u32 bytes · name
 * All numbers little-endian, no padding; the reader checks every length against what is left.
 * A user-defined type is written as its SQL type.
 * The rows written are those that count: encoding applies the selection.
 *
 * A frame wraps one or more batches for disk and wire:
 *   frame   = u32 magic "RFR1" · u8 codec (0 none, 1 zstd) · 3×u8 0 · u32 raw_bytes
 *             · u32 stored_bytes · u32 checksum of the stored bytes (CRC-32C) · stored bytes
 *
 * A decoded batch keeps a ref on the buffer it was decoded from where it can (strings are views
 * into it): one copy less.
 */
#pragma once

#include "core/data/batch.h"

RUSH_BEGIN_PUBLIC

/* Appends to @out.  A GByteArray ends at 4 GiB: for a batch of rows that wide ask
 * rush_batch_encoded_bytes () first and encode slices. */
void rush_batch_encode (const RushBatch *batch, GByteArray *out);
gsize
rush_batch_encoded_bytes (const RushBatch *batch); /* what rush_batch_encode () would append */
/* For statistics that must not depend on how rows were cut into batches: what a column and its
 * children take however many rows there are, and what the value of one row takes in a PLAIN column
 * that has children (bools a byte each; validity not counted). */
gsize rush_encoded_header_bytes (const RushType *type);
gsize rush_encoded_row_bytes (const RushColumn *column, guint row);
/* Reads one batch from @buffer at *@inout_offset and moves the offset behind it.  The schema must
 * match the encoded types, or NULL: fields are then named _1, _2, … */
RushBatch *rush_batch_decode (RushBuffer *buffer, gsize *inout_offset, RushSchema *schema,
                              RushAllocator *allocator, GError **error);

typedef enum
{
  RUSH_CODEC_NONE = 0,
  RUSH_CODEC_ZSTD = 1,
} RushCodec;

#define RUSH_FRAME_HEADER_BYTES 20
#define RUSH_FRAME_MAX_RAW_BYTES (G_MAXUINT32 - 64)

/* Appends one frame with @raw to @out; zstd level 1, contexts are kept per thread.  What zstd does
 * not make smaller is stored with codec none.  Over RUSH_FRAME_MAX_RAW_BYTES: INVALID_ARGUMENT. */
gboolean rush_frame_encode (RushCodec codec, const guint8 *raw, gsize raw_bytes, GByteArray *out,
                            GError **error);
/* Reads one frame at *@inout_offset; RUSH_CORE_ERROR_CORRUPT if checksum or lengths do not hold. */
RushBuffer *rush_frame_decode (const guint8 *bytes, gsize size, gsize *inout_offset,
                               RushAllocator *allocator, GError **error);
/* Whether the frame at *@inout_offset is as it was written, without reading what is in it. */
gboolean rush_frame_check (const guint8 *bytes, gsize size, gsize *inout_offset, GError **error);
/* CRC-32C of @bytes behind what gave @crc; 0 to begin. */
guint32 rush_crc32c (guint32 crc, const guint8 *bytes, gsize size);

RUSH_END_PUBLIC
