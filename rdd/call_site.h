/* call_site.h - an operator called from C is named after the line that called it.
 *
 * Python hands the user's line over with each call (rush_lineage_push_call ()); in C the compiler
 * knows it.  rdd/rushlight.h wraps every operator in a macro of its own name that notes file and
 * line first, so that RDDs, stages and jobs are called "reduceByKey at wordcount.c:31".
 *
 *   RushRdd *
 *   rush_rdd_map (…)
 *   {
 *     RUSH_OPERATOR ("map");       // until the end of the block; the outermost operator wins
 *
 * Threads: the note is thread-local and is taken by the next operator on that thread.
 */
#pragma once

#include "core/lineage/lineage.h"

void rush_call_site_note (const char *file, int line); /* @file: immortal */
int rush_call_begin (const char *operator_name);
void rush_call_end (int *unused);

#define RUSH_OPERATOR(name)                                                                        \
  __attribute__ ((cleanup (rush_call_end), unused)) int rush_call_scope = rush_call_begin (name)
