/* json_tree.h - whole JSON trees written and compared, for the tests of reader and writer. */
#pragma once

#include "core/base/json.h"

#define JSON_TREE_MAX_DEPTH 63 /* what the writer can nest */

guint json_tree_depth (const RushJson *value); /* 0: a scalar */
char *json_tree_to_text (const RushJson *value); /* (transfer full) */
/* Kinds, values, names and their order; doubles by their bits. */
gboolean json_tree_equal (const RushJson *a, const RushJson *b);
