/* python_task_private.h - a task in words, for its worker. */
#pragma once

#include "py/runner/python_pump_private.h"

/* @split: as in rush_python_pump_new (). (transfer full) */
GString *rush_python_describe_task (const RushPythonWork *work, guint split,
                                    const RushTaskContext *ctx);
