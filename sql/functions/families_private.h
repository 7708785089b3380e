/* families_private.h - the tables of functions, one a family; registry.c lists them. */
#pragma once

#include "sql/functions/function.h"

/* Each ends with an entry without a name. */
extern const RushFunction rush_functions_count[];
extern const RushFunction rush_functions_sum[];
extern const RushFunction rush_functions_average[];
extern const RushFunction rush_functions_min_max[];
