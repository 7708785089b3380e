/* python_evaluate.h - functions of Python that SQL calls, evaluated by workers. */
#pragma once

#include "sql/physical/python_evaluator.h"

/* A RushPythonEvaluate; @workers is a RushPythonWorkers. */
RushIterator *rush_python_evaluate (gpointer workers, const RushPythonCall *calls, guint n_calls,
                                    RushSchema *arguments, RushSchema *results, RushIterator *rows,
                                    guint split, RushTaskContext *ctx, GError **error);
