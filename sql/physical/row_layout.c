/* row_layout.c - see row_layout.h. */
#include "sql/physical/row_layout.h"

#include "sql/physical/adaptive/adaptive_plan.h"
#include "sql/plan/relation.h"

typedef struct
{
  RushRowLayout base;
  RushExprList *columns;          /* (owned) as the next two call them */
  RushPartitioning *partitioning; /* (owned) */
  RushExprList *ordering;         /* (owned) or NULL */
} PlannedLayout;

static void
planned_layout_finalize (RushRowLayout *base)
{
  PlannedLayout *self = (PlannedLayout *)base;

  rush_expr_list_unref (self->columns);
  rush_partitioning_unref (self->partitioning);
  if (self->ordering != NULL)
    rush_expr_list_unref (self->ordering);
  g_free (self);
}

/* What holds in several ways is remembered in the first of them, as Spark does. */
static RushPartitioning *
first_of (const RushPartitioning *partitioning)
{
  while (partitioning->kind == RUSH_PARTITIONING_COLLECTION)
    partitioning = partitioning->alternatives[0];
  return rush_partitioning_ref ((RushPartitioning *)partitioning);
}

RushRowLayout *
rush_row_layout_of (RushExec *plan)
{
  if (rush_exec_is_adaptive (plan))
    return NULL;

  PlannedLayout *self = g_new0 (PlannedLayout, 1);
  g_autoptr (RushPartitioning) partitioning = rush_exec_output_partitioning (plan);

  rush_ref_count_init (&self->base.refs);
  self->base.finalize = planned_layout_finalize;
  self->columns = rush_expr_list_ref (plan->output);
  self->partitioning = first_of (partitioning);
  self->ordering = rush_exec_output_ordering (plan);
  return &self->base;
}

RushPartitioning *
rush_row_layout_partitioning (const RushRowLayout *base, const RushExprList *output)
{
  const PlannedLayout *self = (const PlannedLayout *)base;

  if (self == NULL)
    return rush_partitioning_new (RUSH_PARTITIONING_UNKNOWN, 0, NULL);
  g_autoptr (RushExprList) named = rush_list_renamed (self->columns, output);
  return rush_partitioning_project (self->partitioning, named);
}

RushExprList *
rush_row_layout_ordering (const RushRowLayout *base, const RushExprList *output)
{
  const PlannedLayout *self = (const PlannedLayout *)base;

  if (self == NULL || self->ordering == NULL)
    return NULL;
  g_autoptr (RushExprList) named = rush_list_renamed (self->columns, output);
  return rush_ordering_project (self->ordering, named);
}
