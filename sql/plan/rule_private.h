/* rule_private.h - how the executor tells the tracker. */
#pragma once

#include "sql/plan/rule.h"

/* Batch and rule are immortal names. */
void rush_rule_tracker_add (RushRuleTracker *self, const char *batch, const char *rule,
                            const RushPlan *before, const RushPlan *after);
