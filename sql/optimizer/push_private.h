/* push_private.h - one step of a filter downwards; NULL: it cannot. (transfer full) */
#pragma once

#include "sql/optimizer/rule_seams.h"

RushPlan *rush_push_through_non_join (RushPlan *node);
RushPlan *rush_push_through_join (RushPlan *node);
