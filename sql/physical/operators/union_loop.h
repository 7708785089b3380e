/* union_loop.h - the loop of WITH RECURSIVE; union_loop.c says how it runs. */
#pragma once

#include "sql/physical/exec.h"

/* @loop: a UNION_LOOP (referenced). */
RushExec *rush_union_loop_exec_new (RushPlan *loop);
