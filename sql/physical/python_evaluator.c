/* python_evaluator.c - see python_evaluator.h. */
#include "sql/physical/python_evaluator.h"

#include <stdatomic.h>

static _Atomic (RushPythonEvaluate) evaluator;

void
rush_python_evaluator_set (RushPythonEvaluate evaluate)
{
  atomic_store (&evaluator, evaluate);
}

RushPythonEvaluate
rush_python_evaluator (void)
{
  return atomic_load (&evaluator);
}
