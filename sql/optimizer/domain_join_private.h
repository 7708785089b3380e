/* domain_join_private.h - see domain_join.c. */
#pragma once

#include "sql/optimizer/decorrelate_private.h"

typedef struct
{
  RushPlan *outer;       /* the query around: where outer columns come from */
  GPtrArray *conditions; /* pulled up so far, with OUTER in them */
  RushSubqueryUse use;
  /* So far only projections above: an aggregate without groups is the subquery's value, and who
   * asks for it knows what it is for no rows. */
  gboolean fills_in;
} RushDecorrelation;

typedef RushPlan *(*RushPullFunc) (RushDecorrelation *self, RushPlan *plan, gboolean grouped,
                                   GError **error);

/* @plan (taken over) joined with all values of the outer columns that @exprs use; @out_inside: what
 * stands for each.  That they are the outer row's values is a new condition. */
RushPlan *rush_join_domain (RushDecorrelation *self, const GPtrArray *exprs, RushPlan *plan,
                            RushAliases **out_inside, GError **error);
/* @groups (taken over): @aggregate, which had no groups, by the keys of all conditions; here with a
 * row also for those outer values that have none.  */
RushPlan *rush_join_domain_outside (RushDecorrelation *self, const RushPlan *aggregate,
                                    RushPlan *groups, GError **error);
/* A set operation, whose children meet the domain each for itself. */
RushPlan *rush_join_domain_to_children (RushDecorrelation *self, RushPlan *plan, RushPullFunc pull,
                                        GError **error);
/* OUTER (a) becomes what @inside has for it. (transfer full) */
RushExpr *rush_replace_outer (RushExpr *expr, const RushAliases *inside);
RushPlan *rush_replace_outer_in (RushPlan *node, const RushAliases *inside);
/* @join with another condition (or NULL) and children; takes over all but @join. */
RushPlan *rush_join_with_condition (RushPlan *join, RushExpr *condition, RushPlan *left,
                                    RushPlan *right);
