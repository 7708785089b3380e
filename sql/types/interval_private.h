/* interval_private.h - what interval.c and interval_text.c share. */
#pragma once

#include "sql/types/interval.h"

/* By RushIntervalField. */
extern const char *const rush_interval_field_names[];
extern const gint64 rush_interval_field_micros[]; /* 0 for years and months */

/* *sum += value · unit; FALSE: overflow. */
gboolean rush_interval_add_product (gint64 value, gint64 unit, gint64 *sum);
