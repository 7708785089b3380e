/* crc32c_private.h - the way without the instruction, for tests to compare. */
#pragma once

#include "core/data/encoding.h"

guint32 rush_crc32c_portable (guint32 crc, const guint8 *bytes, gsize size);
