/* expression_text_private.h - the three ways to write an expression, for the files that share
 * them. */
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
void rush_append_id (RushExprId id, const RushType *type, GString *out); /* "#12", "#12L" */
void rush_append_call (const char *name, const RushExpr *self, RushTextStyle style, GString *out);

/* One a kind: expression_text_calls.c. */
void rush_append_function (const RushExpr *self, RushTextStyle style, GString *out);
void rush_append_aggregate (const RushExpr *self, RushTextStyle style, GString *out);
void rush_append_sort_order (const RushExpr *self, RushTextStyle style, GString *out);
/* A function of a window as plans print it: dense_rank(v#1), which looks at the order. */
void rush_append_window_function (const RushExpr *call, RushExpr *const *orders, guint n_orders,
                                  GString *out);
void rush_append_window (const RushExpr *self, RushTextStyle style, GString *out);
void rush_append_subquery (const RushExpr *self, RushTextStyle style, GString *out);
void rush_append_python (const RushExpr *self, RushTextStyle style, GString *out);
void rush_append_lambda (const RushExpr *self, RushTextStyle style, GString *out);
