/* rule.h - rules that rewrite plans, batches of them, and the story of what they did.
 *
 *   batch "Operator Optimization" ── fixed point (100) ──┐
 *     rule, rule, rule …  again, until nothing changes ◄─┘
 *
 * A rule is a function plan → plan; one that changes nothing returns the same pointer, which is how
 * a fixed point is noticed.  A tracker, if there is one, is told of every change (explain
 * ("rules")), and under test every plan between two rules is verified (verify.c).
 *
 * Mirrors:  org.apache.spark.sql.catalyst.rules.RuleExecutor, QueryPlanningTracker.
 */
#pragma once

#include "sql/plan/logical.h"

RUSH_BEGIN_PUBLIC

typedef struct _RushRuleTracker RushRuleTracker;

typedef struct
{
  const char *name; /* Spark's: "PushDownPredicates" */
  /* (transfer full); @plan is untouched. @data: the options of analyzer or optimizer. */
  RushPlan *(*apply) (RushPlan *plan, gpointer data, GError **error);
} RushRule;

typedef struct
{
  const char *name;
  guint max_iterations;         /* 1: once */
  const RushRule *const *rules; /* NULL-terminated */
} RushRuleBatch;

/* Runs batches in order.  @excluded: names of rules to leave out, or NULL.  A batch that does not
 * come to rest within its iterations is an error under test, else it goes on as it is. */
RushPlan *rush_run_rules (RushPlan *plan, const RushRuleBatch *batches, guint n_batches,
                          gpointer data, const char *const *excluded, RushRuleTracker *tracker,
                          GError **error);
/* The same; what the rules in @checked (NULL-terminated, or NULL) leave behind is verified also
 * when not under test, and must have the columns that it had: rules of plug-ins. */
RushPlan *rush_run_checked_rules (RushPlan *plan, const RushRuleBatch *batches, guint n_batches,
                                  gpointer data, const char *const *excluded,
                                  const RushRule *const *checked, RushRuleTracker *tracker,
                                  GError **error);

/* What changed: one entry a rule application that did something. */
typedef struct
{
  const char *batch;
  const char *rule;
  char *before; /* of the topmost subtrees that differ */
  char *after;
} RushRuleChange;
RushRuleTracker *rush_rule_tracker_new (void);
void rush_rule_tracker_free (RushRuleTracker *self);
guint rush_rule_tracker_n_changes (const RushRuleTracker *self);
const RushRuleChange *rush_rule_tracker_change (const RushRuleTracker *self, guint i);
char *rush_rule_tracker_to_string (const RushRuleTracker *self); /* explain ("rules") */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushRuleTracker, rush_rule_tracker_free)

/* Checks what must always hold (attributes come from children, ids are unique in an output, types
 * agree, no UNRESOLVED_… in a resolved plan); called between rules when
 * rush_plan_set_verifying (TRUE), as tests do. */
gboolean rush_plan_verify (const RushPlan *plan, GError **error);
void rush_plan_set_verifying (gboolean verifying);
gboolean rush_plan_is_verifying (void);

RUSH_END_PUBLIC
