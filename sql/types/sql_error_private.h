/* sql_error_private.h - the place of a syntax error, drawn by sql_error_context.c. */
#pragma once

#include "sql/types/sql_error.h"

/* " (line 1, pos 7)\n\n== SQL ==\n<text up to the line>-------^^^\n<the rest>" */
void rush_sql_context_append_arrow (GString *out, const RushSqlContext *context);
