/* expression_text_private.h - the three ways to write an expression, for the files that share them. */
#pragma once

#include "sql/plan/expression_private.h"

typedef enum
{
  RUSH_TEXT_STRING, /* Spark's toString */
  RUSH_TEXT_PRETTY, /* toPrettySQL */
  RUSH_TEXT_SQL,    /* sql */
} RushTextStyle;

void rush_append_expression (const RushExpr *self, RushTextStyle style, GString *out);
void rush_append_expressions (RushExpr *const *items, guint n, const char *separator,
                              RushTextStyle style, GString *out);
void rush_append_literal (const RushExpr *literal, RushTextStyle style, GString *out);
