/* function_arguments.h - how the functions of this folder read their arguments. */
#pragma once

#include "mllib/clustering/clustering_functions.h"
#include "mllib/regression/linear_model.h"
#include "sql/kernels/columns.h"

/* The vectors of the rows that count, and numbers beside them, as a block. */
gboolean rush_function_block (RushInstanceBlock *out, RushColumn *vectors, RushColumn *labels,
                              RushColumn *weights, RushInstanceChecks checks, const RushRows *rows,
                              RushEvalContext *ctx, GError **error);
/* Of a constant: the bytes of an array of them. (transfer full, g_free ()) */
double *rush_constant_doubles (const RushColumn *bytes, guint *out_n);
gboolean rush_constant_distance (const RushColumn *name, RushDistance *out, GError **error);
