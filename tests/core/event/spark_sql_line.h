/* spark_sql_line.h - lines about executions of queries; spark_line.h has the rest. */
#pragma once

#include "core/event/event.h"

/* Fills the payload of @event, whose kind is one of SQL's. */
void spark_sql_line_read (const RushJson *line, RushEvent *event);
