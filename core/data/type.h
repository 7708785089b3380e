/* type.h - data types, immortal and compared by pointer; and schemas, which are shared.
 *
 * Mirrors Spark's org.apache.spark.sql.types.  Types with parameters (decimal, array, …) come with
 * the SQL engine; the ones here are what RDDs of the core need.
 */
#pragma once

#include "core/base/error.h"
#include "core/base/refcount.h"

typedef enum
{
  RUSH_TYPE_BOOL,
  RUSH_TYPE_INT8,
  RUSH_TYPE_INT16,
  RUSH_TYPE_INT32,
  RUSH_TYPE_INT64,
  RUSH_TYPE_FLOAT32,
  RUSH_TYPE_FLOAT64,
  RUSH_TYPE_STRING, /* UTF-8, 16-byte views */
  RUSH_TYPE_BINARY, /* bytes, 16-byte views */
} RushTypeKind;

typedef struct
{
  RushTypeKind kind;
  const char *name;  /* Spark's: "boolean", "tinyint", "int", "bigint", "string", … */
  guint value_bytes; /* 0: bitmap; 16: view */
} RushType;

extern const RushType RUSH_BOOL, RUSH_INT8, RUSH_INT16, RUSH_INT32, RUSH_INT64, RUSH_FLOAT32,
    RUSH_FLOAT64, RUSH_STRING, RUSH_BINARY;

const RushType *rush_type_from_kind (RushTypeKind kind);

typedef struct
{
  char *name;
  const RushType *type;
  gboolean nullable;
} RushField;

typedef struct _RushSchema
{
  RushRefCount refs;
  guint n_fields;
  RushField fields[];
} RushSchema;

RushSchema *rush_schema_new (guint n_fields, const RushField *fields); /* copies */
/* rush_schema_of ("word", &RUSH_STRING, "count", &RUSH_INT64, NULL): no field is nullable. */
RushSchema *rush_schema_of (const char *name, ...) G_GNUC_NULL_TERMINATED;
RushSchema *rush_schema_ref (RushSchema *self);
void rush_schema_unref (RushSchema *self);
gboolean rush_schema_equal (const RushSchema *a, const RushSchema *b);
char *rush_schema_to_string (const RushSchema *self); /* "word: string, count: bigint" */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushSchema, rush_schema_unref)
