/* record_arguments_private.h - what functions of JSON and CSV take beside their text: options, and
 * a schema as a null of its type. */
#pragma once

#include "sql/functions/scalar/scalar_private.h"
#include "sql/plan/settings.h"
#include "sql/records/record_options.h"

/* The options of argument @i, map ('sep', '|'); none if there is no such argument. (transfer full)
 */
RushOptions *rush_record_options_of (const RushExpr *call, RushColumn *const *args, guint i,
                                     guint row);
/* The session's settings, as far as an evaluation knows them. */
RushEvalSettings rush_record_settings_of (const RushEvalContext *ctx);
/* INVALID_OPTIONS.… if argument @i is there and no map of strings. */
gboolean rush_record_check_options (guint n, RushExpr *const *args, guint i, GError **error);
/* All of it nullable, as malformed records make nulls. */
const RushType *rush_record_nullable_type (const RushType *type);
/* name (first argument): Spark does not print schemas and options. */
char *rush_record_to_sql (const RushExpr *call, char *const *args);
/* "name (arguments)" in quotes, for errors. (transfer full) */
char *rush_record_call_text (const RushFunction *self, guint n, RushExpr *const *args);
