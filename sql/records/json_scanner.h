/* json_scanner.h - JSON text as tokens, with what Spark's options allow beyond the standard.
 *
 * Ownership:  tokens point into the text, or into the scanner's scratch, until the next one.
 * Threads:    one.
 * Mirrors:    com.fasterxml.jackson.core.JsonParser.
 */
#pragma once

#include "sql/records/json_options.h"

typedef enum
{
  RUSH_JSON_TOKEN_END,
  RUSH_JSON_TOKEN_ERROR, /* no JSON; the scanner goes no further */
  RUSH_JSON_TOKEN_OBJECT,
  RUSH_JSON_TOKEN_OBJECT_END,
  RUSH_JSON_TOKEN_ARRAY,
  RUSH_JSON_TOKEN_ARRAY_END,
  RUSH_JSON_TOKEN_NAME,   /* of a member; the colon has been passed */
  RUSH_JSON_TOKEN_STRING, /* without quotes, escapes resolved */
  RUSH_JSON_TOKEN_INTEGER,
  RUSH_JSON_TOKEN_DOUBLE, /* with a point or an exponent; and NaN, Infinity, -Infinity */
  RUSH_JSON_TOKEN_TRUE,
  RUSH_JSON_TOKEN_FALSE,
  RUSH_JSON_TOKEN_NULL,
} RushJsonTokenKind;

#define RUSH_JSON_MAX_DEPTH 1000

typedef struct
{
  const RushJsonOptions *options; /* (unowned) */
  RushAllocator *allocator;       /* (unowned) of scratch */
  const char *start, *at, *end;
  const char *token_start; /* where the last token begins */
  const char *text;        /* NAME, STRING, numbers */
  gsize length;
  gboolean in_scratch; /* text was changed, and does not stand in the record */
  char *scratch;
  gsize scratch_size;
  guint depth;
  gboolean in_array[RUSH_JSON_MAX_DEPTH + 1]; /* at each depth: else in an object */
  gboolean expects_more;                      /* behind a comma, or at the start of a container */
  gboolean after_value;                       /* a comma or an end must come */
} RushJsonScanner;

void rush_json_scanner_init (RushJsonScanner *self, const RushJsonOptions *options,
                             RushAllocator *allocator);
void rush_json_scanner_clear (RushJsonScanner *self);
/* A text; what comes behind its one value is never looked at. */
void rush_json_scanner_begin (RushJsonScanner *self, const char *text, gsize length);
RushJsonTokenKind rush_json_scanner_next (RushJsonScanner *self);
/* Passes the value that begins with the last token.  FALSE: it is none. */
gboolean rush_json_scanner_skip (RushJsonScanner *self, RushJsonTokenKind first);
