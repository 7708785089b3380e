/* families_private.h - the tables of functions, one a family; registry.c lists them. */
#pragma once

#include "sql/functions/function.h"

/* Each ends with an entry without a name. */
extern const RushFunction rush_functions_count[];
extern const RushFunction rush_functions_sum[];
extern const RushFunction rush_functions_average[];
extern const RushFunction rush_functions_min_max[];
extern const RushFunction rush_functions_moments[];
extern const RushFunction rush_functions_correlation[];
extern const RushFunction rush_functions_first_last[];
extern const RushFunction rush_functions_percentile[];
extern const RushFunction rush_functions_collect[];
extern const RushFunction rush_functions_bitwise[];
extern const RushFunction rush_functions_rank[];
extern const RushFunction rush_functions_offset[];
extern const RushFunction rush_functions_explode[];
extern const RushFunction rush_functions_replicate_rows[];
extern const RushFunction rush_functions_date_fields[];
extern const RushFunction rush_functions_string_basic[];
extern const RushFunction rush_functions_string_more[];
extern const RushFunction rush_functions_regexp[];
extern const RushFunction rush_functions_json[];
extern const RushFunction rush_functions_date_arithmetic[];
extern const RushFunction rush_functions_date_text[];
extern const RushFunction rush_functions_math[];
extern const RushFunction rush_functions_rounding[];
extern const RushFunction rush_functions_random[];
extern const RushFunction rush_functions_conditional[];
extern const RushFunction rush_functions_hash[];
extern const RushFunction rush_functions_array[];
extern const RushFunction rush_functions_map_struct[];
extern const RushFunction rush_functions_pretty[];
extern const RushFunction rush_functions_lambda[];
extern const RushFunction rush_functions_distinct_sketch[];
extern const RushFunction rush_functions_json_values[];
extern const RushFunction rush_functions_json_tuple[];
extern const RushFunction rush_functions_text_checks[];
extern const RushFunction rush_functions_charsets[];
extern const RushFunction rush_functions_make_time[];
extern const RushFunction rush_functions_array_insert[];
extern const RushFunction rush_functions_time_units[];
extern const RushFunction rush_functions_parse_url[];
extern const RushFunction rush_functions_csv_values[];
