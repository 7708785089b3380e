/* spark_line.h - a line of real Spark's event log as the event that Rushlight would have posted. */
#pragma once

#include "core/event/event.h"

RushEvent *spark_line_to_event (const RushJson *line); /* (transfer full) */
