/* generate.h - each row as many as a generator makes of it: explode () and the like. */
#pragma once

#include "sql/physical/exec.h"

/* @plan: a GENERATE; takes over @child. */
RushExec *rush_generate_exec_new (RushPlan *plan, RushExec *child);
RushPlan *rush_generate_exec_plan (const RushExec *generate); /* (transfer none) */
