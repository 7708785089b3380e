/* type.c - the data types: one immortal constant each, listed once. */
#include "core/data/type.h"

const RushType RUSH_BOOL = { RUSH_TYPE_BOOL, "boolean", 0 };
const RushType RUSH_INT8 = { RUSH_TYPE_INT8, "tinyint", 1 };
const RushType RUSH_INT16 = { RUSH_TYPE_INT16, "smallint", 2 };
const RushType RUSH_INT32 = { RUSH_TYPE_INT32, "int", 4 };
const RushType RUSH_INT64 = { RUSH_TYPE_INT64, "bigint", 8 };
const RushType RUSH_FLOAT32 = { RUSH_TYPE_FLOAT32, "float", 4 };
const RushType RUSH_FLOAT64 = { RUSH_TYPE_FLOAT64, "double", 8 };
const RushType RUSH_STRING = { RUSH_TYPE_STRING, "string", 16 };
const RushType RUSH_BINARY = { RUSH_TYPE_BINARY, "binary", 16 };

static const RushType *const ALL[] = {
  [RUSH_TYPE_BOOL] = &RUSH_BOOL,       [RUSH_TYPE_INT8] = &RUSH_INT8,
  [RUSH_TYPE_INT16] = &RUSH_INT16,     [RUSH_TYPE_INT32] = &RUSH_INT32,
  [RUSH_TYPE_INT64] = &RUSH_INT64,     [RUSH_TYPE_FLOAT32] = &RUSH_FLOAT32,
  [RUSH_TYPE_FLOAT64] = &RUSH_FLOAT64, [RUSH_TYPE_STRING] = &RUSH_STRING,
  [RUSH_TYPE_BINARY] = &RUSH_BINARY,
};

/* NULL for a number that is no kind: kinds are also read from bytes of unknown origin. */
const RushType *
rush_type_from_kind (RushTypeKind kind)
{
  return (guint)kind < G_N_ELEMENTS (ALL) ? ALL[kind] : NULL;
}
