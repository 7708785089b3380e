/* parser.h - SQL text to unresolved plans and expressions.
 *
 * Threads:  any.   Errors: PARSE_SYNTAX_ERROR and its kin, with line, position and a caret.
 * Mirrors:  org.apache.spark.sql.catalyst.parser.{AstBuilder,ParseDriver}, SqlBaseParser.g4.
 */
#pragma once

#include "sql/plan/logical.h"

typedef struct
{
  gboolean ansi; /* spark.sql.ansi.enabled: the mode of arithmetic and casts */
  gboolean double_quoted_identifiers;
  const char *time_zone; /* interned; of TIMESTAMP '…' without a zone.  NULL: UTC */
} RushParserOptions;

RushPlan *rush_parse_statement (const char *text, const RushParserOptions *options, GError **error);
/* "amount > 100", for filter ("…") and expr ("…"); may be a star. */
RushExpr *rush_parse_expression (const char *text, const RushParserOptions *options,
                                 GError **error); /* "a + 1 AS b" too */
RushExprList *rush_parse_expressions (const char *text, const RushParserOptions *options,
                                      GError **error);
/* "region string, amount decimal(10,2) NOT NULL", or "struct<…>". */
RushSchema *rush_parse_schema (const char *text, GError **error);
const RushType *rush_parse_type (const char *text, GError **error);
char **rush_parse_multipart_identifier (const char *text, GError **error);
