/* json.h - compact JSON, written and read.
 *
 * Spark's History Server lists an application only if its log has no space after a colon, and the
 * order of fields is part of the format: hence a writer of our own that appends to a GString, and
 * a reader that keeps the order of an object's members.
 *
 *   g_autoptr (GString) out = g_string_new (NULL);
 *   RushJsonWriter w; rush_json_writer_init (&w, out);
 *   rush_json_begin_object (&w);
 *   rush_json_member (&w, "Event"); rush_json_string (&w, "SparkListenerLogStart");
 *   rush_json_end_object (&w);              →  {"Event":"SparkListenerLogStart"}
 *
 * Threads: a writer belongs to one thread; a parsed value is immutable.
 */
#pragma once

#include "core/base/error.h"
#include "core/base/public.h"

RUSH_BEGIN_PUBLIC

typedef struct
{
  GString *out; /* (unowned) */
  guint depth;
  gboolean after_key;
  gboolean has_value; /* the text as a whole */
} RushJsonWriter;

void rush_json_writer_init (RushJsonWriter *self, GString *out);
void rush_json_begin_object (RushJsonWriter *self);
void rush_json_end_object (RushJsonWriter *self);
void rush_json_begin_array (RushJsonWriter *self);
void rush_json_end_array (RushJsonWriter *self);
void rush_json_member (RushJsonWriter *self, const char *name);
void rush_json_string (RushJsonWriter *self,
                       const char *value); /* NULL → null; bad UTF-8 → U+FFFD */
void rush_json_int (RushJsonWriter *self, gint64 value);
/* The shortest text that reads back, as Java spells it: 1.0, 0.001, 1.5E10; NaN → "NaN". */
void rush_json_double (RushJsonWriter *self, double value);
void rush_json_bool (RushJsonWriter *self, gboolean value);
void rush_json_null (RushJsonWriter *self);

typedef enum
{
  RUSH_JSON_NULL,
  RUSH_JSON_BOOL,
  RUSH_JSON_INT, /* no fraction, no exponent, fits gint64 */
  RUSH_JSON_DOUBLE,
  RUSH_JSON_STRING,
  RUSH_JSON_ARRAY,
  RUSH_JSON_OBJECT,
} RushJsonKind;

typedef struct _RushJson RushJson;

/* Parses one value that fills @text (@length −1: NUL-terminated).  An error names line and column;
 * nesting deeper than 512 is refused.  An escaped NUL becomes U+FFFD. */
RushJson *rush_json_parse (const char *text, gssize length, GError **error);
void rush_json_free (RushJson *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushJson, rush_json_free)

RushJsonKind rush_json_kind (const RushJson *self);
/* Where it begins in the text, from 1, for errors of those who read a file that people write. */
guint rush_json_line (const RushJson *self);
guint rush_json_length (const RushJson *self);                            /* array or object */
const RushJson *rush_json_item (const RushJson *self, guint i);           /* array or object */
const char *rush_json_name (const RushJson *self, guint i);               /* object */
const RushJson *rush_json_get (const RushJson *self, const char *member); /* NULL: not there */
/* These answer @fallback for NULL or another kind, so that look-ups can be chained.  A double may
 * stand there as an integer or as one of "NaN", "Infinity", "-Infinity". */
gint64 rush_json_get_int (const RushJson *self, const char *member, gint64 fallback);
double rush_json_get_double (const RushJson *self, const char *member, double fallback);
gboolean rush_json_get_bool (const RushJson *self, const char *member, gboolean fallback);
const char *rush_json_get_string (const RushJson *self, const char *member, const char *fallback);
gint64 rush_json_as_int (const RushJson *self, gint64 fallback);
double rush_json_as_double (const RushJson *self, double fallback);
gboolean rush_json_as_bool (const RushJson *self, gboolean fallback);
const char *rush_json_as_string (const RushJson *self, const char *fallback);

/* The whole of @value once more, as the writer spells it. */
void rush_json_value (RushJsonWriter *self, const RushJson *value);

RUSH_END_PUBLIC
