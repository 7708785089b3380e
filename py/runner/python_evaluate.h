/* python_evaluate.h - functions of Python that SQL calls, evaluated by workers. */
#pragma once

#include "sql/physical/python_evaluator.h"

/* A RushPythonEvaluate; settings->workers is a RushPythonWorkers. */
RushIterator *rush_python_evaluate (const RushPythonSettings *settings, const RushPythonCall *calls,
                                    guint n_calls, RushSchema *arguments, RushSchema *results,
                                    RushIterator *rows, guint split, RushTaskContext *ctx,
                                    GError **error);
