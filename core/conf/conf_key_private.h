/* conf_key_private.h - the table of keys.def, and values checked against it. */
#pragma once

#include "core/base/error.h"

typedef enum
{
  RUSH_CONF_STRING,
  RUSH_CONF_INT, /* 32 bits, as in Spark */
  RUSH_CONF_DOUBLE,
  RUSH_CONF_BOOL,
  RUSH_CONF_BYTES,
  RUSH_CONF_TIME,
} RushConfType;

typedef enum
{
  RUSH_CONF_UNIT_NONE,
  RUSH_CONF_UNIT_BYTE,
  RUSH_CONF_UNIT_MIB,
  RUSH_CONF_UNIT_MS,
  RUSH_CONF_UNIT_S,
} RushConfUnit;

typedef struct
{
  const char *name;
  RushConfType type;
  RushConfUnit unit;        /* of a bare number */
  const char *default_text; /* NULL: none */
  const char *fallback_key; /* NULL: none; it stands in for the default */
  const char *since;
  const char *doc;

  /* What is allowed. */
  double min;
  double max;
  gboolean max_excluded;
  const char *bounds;  /* min and max in words; NULL: anything of the type */
  const char *choices; /* "a|b", in any case; NULL: any text */
  const char *refused; /* a value that Spark takes and Rushlight does not yet */
  const char *refusal; /* why, and what to use */
  const char *noted;   /* the value at which the user is told @note; NULL: all but the default */
  const char *note;
  gboolean acts_on_clusters; /* nothing is to be told there */
} RushConfKey;

typedef union
{
  gint64 integer; /* INT; bytes; µs */
  double number;
  gboolean boolean;
} RushConfValue;

const RushConfKey *rush_conf_keys (gsize *out_n);
const RushConfKey *rush_conf_key_find (const char *name); /* NULL: not in the table */

/* Checks @text in full and tells its value; a STRING has no other value than its text. */
gboolean rush_conf_key_parse (const RushConfKey *self, const char *text, RushConfValue *out_value,
                              GError **error);
/* What the user should be told about setting this value, or NULL. */
const char *rush_conf_key_note (const RushConfKey *self, const char *text);
