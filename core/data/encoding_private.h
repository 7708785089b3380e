/* encoding_private.h - the two ends of the format in encoding.h share these numbers. */
#pragma once

#include "core/data/encoding.h"

#define RUSH_BATCH_MAGIC "RBT1"

typedef struct
{
  char magic[4];
  guint32 rows;
  guint32 columns;
} RushBatchHeader;

typedef struct
{
  guint8 type;
  guint8 layout;
  guint8 has_validity;
  guint8 zero;
  guint32 n;
} RushColumnHeader;

G_STATIC_ASSERT (sizeof (RushBatchHeader) == 12);
G_STATIC_ASSERT (sizeof (RushColumnHeader) == 8);
G_STATIC_ASSERT (G_BYTE_ORDER == G_LITTLE_ENDIAN); /* values are copied as they stand in memory */

/* Deeper types are refused by the reader. */
#define RUSH_ENCODING_MAX_DEPTH 100

/* ---- types, both ways (encoding_types.c) ---- */

gsize rush_encoding_header_bytes (const RushType *type);
/* Returns where it stopped. */
guint8 *rush_encoding_write_header (guint8 *out, const RushType *type, RushLayout layout,
                                    gboolean has_validity, guint n);

typedef struct
{
  RushBuffer *buffer;
  gsize at;
  guint column; /* for messages */
  guint depth;
  RushAllocator *allocator;
} RushReader;

/* What stands before the body.  @type is NULL until the children of a nested type are read, if
 * nobody said what to expect; its parameters are kept meanwhile. */
typedef struct
{
  RushTypeKind kind;
  const RushType *type;
  RushLayout layout;
  gboolean has_validity;
  guint n;
  guint n_fields;        /* children */
  RushTypeField *fields; /* (owned) with names */
} RushColumnShape;

void rush_column_shape_clear (RushColumnShape *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (RushColumnShape, rush_column_shape_clear)

/* @expected may be NULL. */
gboolean rush_reader_read_shape (RushReader *self, const RushType *expected, RushColumnShape *out,
                                 GError **error);
/* The type of a nested column whose children are there; mostly it was expected, and is known. */
const RushType *rush_column_shape_type (RushColumnShape *self, RushColumn *const *children);

gboolean rush_reader_refuse (const RushReader *self, const char *why, GError **error); /* FALSE */
/* Moves over @bytes bytes and tells where they begin: the only way to them. */
gboolean rush_reader_take (RushReader *self, guint64 bytes, gsize *out_start, GError **error);
gboolean rush_reader_take_copy (RushReader *self, gpointer out, gsize bytes, GError **error);
