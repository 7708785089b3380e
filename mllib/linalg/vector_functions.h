/* vector_functions.h - functions between vectors and arrays, for rush_functions_add (). */
#pragma once

#include "sql/functions/function.h"

/* vector_to_array (vector)             array<double>
 * vector_to_float_array (vector)       array<float>
 * array_to_vector (array<double>)      a dense vector */
extern const RushFunction rush_functions_vector[];
