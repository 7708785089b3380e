/* column_estimates.h - see column_estimates.c. */
#pragma once

#include "sql/session/catalog.h"

/* RushColumnEstimate, owned; NULL: no column was analyzed. */
GPtrArray *rush_column_estimates (const RushTable *table, const RushEvalSettings *settings);
