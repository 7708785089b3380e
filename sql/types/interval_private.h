/* interval_private.h - what interval.c and interval_text.c share. */
#pragma once

#include "sql/types/interval.h"

extern const char *const rush_interval_field_names[]; /* by RushIntervalField */
