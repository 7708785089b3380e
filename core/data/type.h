/* type.h - data types, immortal and compared by pointer; and schemas, which are shared.
 *
 *   constants      RUSH_INT64, RUSH_STRING, RUSH_DATE, …
 *   with parameters  rush_type_decimal (15, 2), rush_type_array (&RUSH_INT32, TRUE), …: made on
 *                  first use, kept for the life of the process, so that equal types are one pointer
 *   user-defined   rush_type_user (…): values that lie as those of another type, its SQL type, and
 *                  that classes of the program give another form: a vector is a struct of four
 *
 * How a type lies in a column (column.h) follows from `storage` alone: kernels switch on that, and
 * on the kind only where the meaning matters.
 *
 * Threads:  any.
 * Mirrors:  org.apache.spark.sql.types.
 */
#pragma once

#include "core/base/error.h"
#include "core/base/refcount.h"

RUSH_BEGIN_PUBLIC

typedef enum
{
  RUSH_TYPE_BOOL,
  RUSH_TYPE_INT8,
  RUSH_TYPE_INT16,
  RUSH_TYPE_INT32,
  RUSH_TYPE_INT64,
  RUSH_TYPE_FLOAT32,
  RUSH_TYPE_FLOAT64,
  RUSH_TYPE_STRING,        /* UTF-8, 16-byte views */
  RUSH_TYPE_BINARY,        /* bytes, 16-byte views */
  RUSH_TYPE_NULL,          /* "void": all rows are null */
  RUSH_TYPE_DATE,          /* days since 1970-01-01, proleptic Gregorian */
  RUSH_TYPE_TIMESTAMP,     /* an instant: microseconds since 1970-01-01T00:00:00Z */
  RUSH_TYPE_TIMESTAMP_NTZ, /* a date and a clock time without zone: microseconds, as if in UTC */
  RUSH_TYPE_DECIMAL,       /* unscaled value: int64 up to 18 digits, else 128 bits */
  RUSH_TYPE_YEAR_MONTH_INTERVAL, /* months */
  RUSH_TYPE_DAY_TIME_INTERVAL,   /* microseconds */
  RUSH_TYPE_CALENDAR_INTERVAL,   /* RushCalendarInterval */
  RUSH_TYPE_ARRAY,               /* RushListView into one child */
  RUSH_TYPE_MAP,                 /* RushListView into two children of equal length: keys, values */
  RUSH_TYPE_STRUCT,              /* one child a field */
} RushTypeKind;

/* How the values buffer of a PLAIN column looks. */
typedef enum
{
  RUSH_STORAGE_BIT, /* bitmap */
  RUSH_STORAGE_I8,
  RUSH_STORAGE_I16,
  RUSH_STORAGE_I32,
  RUSH_STORAGE_I64,
  RUSH_STORAGE_I128, /* gint128, aligned to 16 */
  RUSH_STORAGE_F32,
  RUSH_STORAGE_F64,
  RUSH_STORAGE_VIEW,     /* RushView */
  RUSH_STORAGE_INTERVAL, /* RushCalendarInterval */
  RUSH_STORAGE_LIST,     /* RushListView; children */
  RUSH_STORAGE_STRUCT,   /* no values buffer; children */
  RUSH_STORAGE_VOID,     /* no values buffer, no children: void */
} RushStorage;

typedef __int128 rush_int128;
#define RUSH_DECIMAL_MAX_PRECISION 38
#define RUSH_DECIMAL_MAX_INT64_PRECISION 18

typedef struct
{
  gint32 months;
  gint32 days;
  gint64 microseconds;
} RushCalendarInterval;

/* Fields of an ANSI interval, coarse to fine; start ≤ end. */
typedef enum
{
  RUSH_INTERVAL_YEAR,
  RUSH_INTERVAL_MONTH,
  RUSH_INTERVAL_DAY,
  RUSH_INTERVAL_HOUR,
  RUSH_INTERVAL_MINUTE,
  RUSH_INTERVAL_SECOND,
} RushIntervalField;

typedef struct _RushType RushType;

/* A field of a struct type.  Array: one field "element"; map: two, "key" and "value". */
typedef struct
{
  const char *name;
  const RushType *type;
  gboolean nullable; /* array: containsNull; map's value: valueContainsNull */
} RushTypeField;

/* What a user-defined type has beside its SQL type.  Names of classes are full; "": none. */
typedef struct
{
  const RushType *sql_type;
  const char *jvm_class;        /* "org.apache.spark.ml.linalg.VectorUDT" */
  const char *python_class;     /* "pyspark.ml.linalg.VectorUDT" */
  const char *serialized_class; /* the Python class itself, pickled, in base64: for programs' own */
} RushUserType;

struct _RushType
{
  RushTypeKind kind; /* user-defined: the SQL type's, as all below but the name */
  const char *name;  /* Spark's simpleString: "bigint", "decimal(15,2)", "array<int>",
                        "struct<a:int,b:string>", "vector" */
  guint value_bytes; /* of one value in the buffer; 0: bitmap, or no buffer */
  RushStorage storage;
  guint8 precision;             /* DECIMAL: 1…38 */
  gint8 scale;                  /* DECIMAL: 0…precision */
  RushIntervalField start, end; /* ANSI intervals */
  guint n_fields;
  const RushTypeField *fields;
  const RushUserType *user; /* NULL: not user-defined */
};

extern const RushType RUSH_BOOL, RUSH_INT8, RUSH_INT16, RUSH_INT32, RUSH_INT64, RUSH_FLOAT32,
    RUSH_FLOAT64, RUSH_STRING, RUSH_BINARY, RUSH_NULL, RUSH_DATE, RUSH_TIMESTAMP,
    RUSH_TIMESTAMP_NTZ, RUSH_CALENDAR_INTERVAL;

/* The type of a kind without parameters; NULL for any other number: kinds are also read from bytes
 * of unknown origin. */
const RushType *rush_type_from_kind (RushTypeKind kind);
/* (transfer none), all; arguments out of range are a programmer's error. */
const RushType *rush_type_decimal (guint precision, gint scale);
const RushType *rush_type_array (const RushType *element, gboolean contains_null);
const RushType *rush_type_map (const RushType *key, const RushType *value,
                               gboolean value_contains_null);
const RushType *rush_type_struct (guint n_fields, const RushTypeField *fields); /* copies */
const RushType *rush_type_year_month_interval (RushIntervalField start, RushIntervalField end);
const RushType *rush_type_day_time_interval (RushIntervalField start, RushIntervalField end);
/* Copies @user; its SQL type is not user-defined itself. */
const RushType *rush_type_user (const RushUserType *user);

static inline const RushType *
rush_type_element (const RushType *array)
{
  return array->fields[0].type;
}

gboolean rush_type_is_integral (const RushType *self);   /* tinyint … bigint */
gboolean rush_type_is_fractional (const RushType *self); /* float, double, decimal */
gboolean rush_type_is_numeric (const RushType *self);
/* The type that says how values lie: the SQL type of a user-defined one, else itself. */
static inline const RushType *
rush_type_sql_type (const RushType *self)
{
  return self->user != NULL ? self->user->sql_type : self;
}
/* Names in fields, and nullability inside, do not matter.  User-defined types are alike if they are
 * of one class, whatever it was pickled to. */
gboolean rush_type_same_shape (const RushType *a, const RushType *b);

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
/* The struct type with these fields, and back. */
const RushType *rush_schema_to_type (const RushSchema *self);
RushSchema *rush_schema_from_type (const RushType *struct_type);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushSchema, rush_schema_unref)

RUSH_END_PUBLIC
