/* logical_private.h - what the files of sql/plan share to make and copy logical plans. */
#pragma once

#include "sql/plan/logical.h"
#include "sql/plan/relation.h"

/* Takes over children and lists; payload zero. NULL lists are empty ones. */
RushPlan *rush_plan_alloc (RushPlanKind kind, guint n_children, RushPlan *const *children,
                           guint n_lists, RushExprList *const *lists);
/* Finds flags, resolvedness and output; returns @self. */
RushPlan *rush_plan_derive (RushPlan *self);
/* A copy of kind, context, id and payload, without children and lists. */
RushPlan *rush_plan_copy_shallow (const RushPlan *self, guint n_children);

void rush_plan_payload_own (RushPlan *self);  /* after a byte-wise copy */
void rush_plan_payload_clear (RushPlan *self);
gboolean rush_plan_payload_equal (const RushPlan *a, const RushPlan *b);

/* The plan as a tree, with more text behind each node. */
typedef void (*RushPlanAnnotate) (const RushPlan *node, gpointer data, GString *out);
char *rush_plan_to_annotated_string (const RushPlan *self, RushPlanAnnotate annotate,
                                     gpointer data);
