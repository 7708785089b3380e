/* query_state_private.h - what a query holds; query.c, query_actions.c and explain_plan.c share it.
 * */
#pragma once

#include "sql/physical/cache_manager.h"
#include "sql/physical/query_private.h"

#include <pthread.h>

struct _RushQuery
{
  RushRefCount refs;
  RushQueryEnvironment environment; /* context and conf are (owned) refs */
  RushPlan *logical;                /* (owned) */
  gboolean is_subquery;
  pthread_mutex_t lock;             /* recursive */

  /* guarded by lock; a phase is made once */
  RushRuleTracker *tracker;    /* (owned) explain ("rules"), or NULL */
  RushPlan *analyzed;          /* (owned) */
  RushPlan *with_cached_data;  /* (owned) */
  RushPlan *optimized;         /* (owned) */
  RushExec *spark_plan;        /* (owned) */
  RushExec *executed_plan;     /* (owned) */
  GPtrArray *subqueries;       /* (owned) or NULL; planner/plan_subqueries.c */
  GHashTable *subquery_values; /* (owned) or NULL */
  RushRuntimeFilters *runtime_filters; /* (owned) or NULL */
  /* while an action is under way */
  gboolean in_action;
  RushJobOptions job;
  const char *call_site; /* the action's own; job.short_form may have become another */
  gint64 execution_id;
  RushExec *told_plan; /* (owned) of which events tell, or NULL: they do not */
  char *query_id;      /* (owned) or NULL */
};

void rush_query_lock (RushQuery *self);
void rush_query_unlock (RushQuery *self);
/* A query whose plan has been through analyzer and optimizer already: that of a subquery. */
RushQuery *rush_query_new_optimized (const RushQueryEnvironment *environment, RushPlan *optimized);
