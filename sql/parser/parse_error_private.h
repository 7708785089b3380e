/* parse_error_private.h - syntax errors, worded and placed as Spark's. */
#pragma once

#include "sql/types/sql_error.h"

/* An error of the whole text, without a line: "== SQL ==" and the text. */
void rush_parse_error_whole (GError **error, RushSqlErrorClass error_class, RushSqlText *text);
void rush_parse_error_add_text (GError *error, const RushSqlText *text);
