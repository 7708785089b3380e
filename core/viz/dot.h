/* dot.h - a RushDag in Graphviz' language.
 *
 * The same dag gives the same text, byte for byte.  Names come from users: what is not UTF-8,
 * control characters and anything that DOT, HTML or XML might take for their own are made harmless.
 *
 * Threads: any.
 */
#pragma once

#include "core/viz/dag.h"

char *rush_dag_to_dot (const RushDag *self); /* (transfer full) */
