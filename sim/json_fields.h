/* json_fields.h - objects of JSON that people write, read by a table of what may stand in them.
 *
 *   static const RushJsonField disk_fields[] = {
 *     RUSH_JSON_FIELD ("bandwidth", RUSH_FIELD_RATE, G_STRUCT_OFFSET (Disk, bytes_per_s),
 *                      "what it reads and writes a second", .standard = "\"200m\""),
 *   };
 *
 * One table gives the reader, the defaults, the clean-up and the JSON Schema, so that these four
 * cannot come apart.  What is not in the table is refused with the nearest name that is; what is
 * there twice is refused, too.  Errors are one sentence and begin with the line:
 *
 *   line 7: "executors.core" is not known; do you mean "cores"?
 *
 * A number that is not there and has no default is −1, all else is 0, FALSE or NULL.
 *
 * Ownership:  what has been read belongs to the struct, until rush_json_fields_clear (); but JSON
 * values
 *             belong to their document, which must live as long.
 * Threads:    tables are constant.
 */
#pragma once

#include "sim/distribution.h"

typedef enum
{
  RUSH_FIELD_TEXT,    /* char * */
  RUSH_FIELD_TEXTS,   /* GPtrArray * of char * */
  RUSH_FIELD_FLAG,    /* gboolean */
  RUSH_FIELD_WORD,    /* int: which of the words */
  RUSH_FIELD_COUNT,   /* gint64: a whole number */
  RUSH_FIELD_NUMBER,  /* double */
  RUSH_FIELD_TIME,    /* double, seconds */
  RUSH_FIELD_SIZE,    /* gint64, bytes */
  RUSH_FIELD_RATE,    /* double, bytes a second */
  RUSH_FIELD_TIMES,   /* RushDistribution *, of seconds */
  RUSH_FIELD_SIZES,   /* RushDistribution *, of bytes */
  RUSH_FIELD_NUMBERS, /* RushDistribution * */
  RUSH_FIELD_OBJECT,  /* a struct in the struct */
  RUSH_FIELD_LIST,    /* GPtrArray * of structs */
  RUSH_FIELD_OWN,     /* has functions of its own */
} RushJsonFieldType;

typedef struct _RushJsonField RushJsonField;

typedef struct
{
  const RushJsonField *fields;
  guint n_fields;
  gsize size; /* of the struct */
} RushJsonFieldTable;

#define RUSH_JSON_FIELD(name_, type_, offset_, doc_, ...)                                          \
  { .name = name_, .type = type_, .offset = offset_, .doc = doc_, ##__VA_ARGS__ }
#define RUSH_JSON_FIELD_TABLE(fields, Type) { fields, G_N_ELEMENTS (fields), sizeof (Type) }

/* What a field of its own kind does; @field points into the struct. */
typedef struct
{
  gboolean (*read) (const RushJson *value, const char *where, gpointer field, GError **error);
  void (*clear) (gpointer field);       /* to what it is if it is not there; of zeros, too */
  void (*schema) (RushJsonWriter *out); /* members of the object that describes it */
} RushJsonFieldClass;

struct _RushJsonField
{
  const char *name;
  RushJsonFieldType type;
  gsize offset;
  const char *doc;
  const char *standard; /* as JSON; NULL: none */
  gboolean needed;
  double least, most;               /* of a number, or of each size; most 0: any */
  const char *const *words;         /* of a word, up to a NULL */
  const RushJsonFieldTable *inside; /* an object, or each of a list */
  const RushJsonFieldClass *own;
};

/* Fills @out, which may hold anything.  FALSE: it is clear again.  @where: "" for a document's
 * root; "hosts.except[2]". */
gboolean rush_json_fields_read (const RushJsonFieldTable *table, const RushJson *object,
                                const char *where, gpointer out, GError **error);
/* As if nothing were there. */
void rush_json_fields_set_defaults (const RushJsonFieldTable *table, gpointer out);
void rush_json_fields_clear (const RushJsonFieldTable *table, gpointer out);
/* One field alone, of the struct at @out. */
gboolean rush_json_field_read (const RushJsonField *field, const RushJson *value, const char *where,
                               gpointer out, GError **error);
void rush_json_field_clear (const RushJsonField *field, gpointer out);
/* Sets an error that begins with the line of @value, and answers FALSE. */
gboolean rush_json_fields_fail (const RushJson *value, GError **error, const char *format, ...)
    G_GNUC_PRINTF (3, 4);
/* Of @n names the one that @name is likely to be a slip of the pen for, or NULL. */
const char *rush_nearest_name (const char *name, const char *const *names, guint n);

/* The object that describes such objects, in JSON Schema 2020-12; "$defs/…" are those below. */
void rush_json_fields_schema (const RushJsonFieldTable *table, RushJsonWriter *out);
/* A field of it: what may stand there, as members of an object that is already begun. */
void rush_json_field_schema_members (const RushJsonField *field, RushJsonWriter *out);
/* The definitions of times, sizes, rates and distributions: members of "$defs". */
void rush_json_fields_schema_definitions (RushJsonWriter *out);
