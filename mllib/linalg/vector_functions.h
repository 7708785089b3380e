/* vector_functions.h - functions between vectors and arrays, for rush_functions_add (). */
#pragma once

#include "sql/functions/function.h"

/* vector_to_array (vector)             array<double>
 * vector_to_float_array (vector)       array<float>
 * array_to_vector (array<double>)      a dense vector */
extern const RushFunction rush_functions_vector[];

/* A call as Spark shows one of a function of its own: UDF(a, b). */
char *rush_udf_to_sql (const RushExpr *call, char *const *args);
