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
