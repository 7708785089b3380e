/* decorrelate_private.h - subqueries that look outside; see decorrelate.c. */
#pragma once

#include "sql/optimizer/optimizer_private.h"

typedef enum
{
  RUSH_USE_EXISTS, /* is there a row? */
  RUSH_USE_ROWS,   /* IN, LATERAL */
  RUSH_USE_VALUE,  /* one row, or null: whoever asks fills in what no rows give */
} RushSubqueryUse;

gboolean rush_plan_is_correlated (const RushPlan *plan);
/* @plan without its correlated predicates, which are added to @conditions, with plain attributes of
 * both sides; columns that collide with @outside have new ids.  @outer: the rows of the query
 * around it, for domain joins.  (transfer full); NULL with @error */
RushPlan *rush_decorrelate (RushPlan *plan, RushSubqueryUse use, RushPlan *outer,
                            const RushExprIdSet *outside, GPtrArray *conditions, GError **error);
RushExpr *rush_strip_outer (RushExpr *expr); /* outer (a) is a; (transfer full) */
/* @plan (taken over) with new ids where @others have the same; in the condition, too. */
RushPlan *rush_deconflict (RushPlan *plan, const RushExprList *others, RushExpr **inout_condition);
