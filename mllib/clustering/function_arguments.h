/* function_arguments.h - how the functions of this folder read their arguments. */
#pragma once

#include "mllib/clustering/clustering_functions.h"
#include "mllib/linalg/model_function.h"
#include "sql/kernels/columns.h"

/* The vectors of the rows that count, and numbers beside them, as a block. */
gboolean rush_function_block (RushInstanceBlock *out, RushColumn *vectors, RushColumn *labels,
                              RushColumn *weights, RushInstanceChecks checks, const RushRows *rows,
                              RushEvalContext *ctx, GError **error);
/* Argument @i, a constant: the name of a distance. */
gboolean rush_constant_distance (const RushExpr *call, RushColumn *const *args, guint i,
                                 RushDistance *out, GError **error);
