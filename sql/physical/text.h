/* text.h - how plans write lists of expressions. */
#pragma once

#include "sql/plan/logical.h"
#include "sql/plan/estimation.h" /* rush_size_to_text () */

/* "[a#1, b#2L]"; @max_fields: more than that are left out, as "... 3 more fields". */
#define RUSH_MAX_TO_STRING_FIELDS 25
char *rush_list_to_text (const RushExprList *list);
char *rush_list_to_text_all (const RushExprList *list);
/* The same with "," between them, as scans write it: "[a#1,b#2L]". */
char *rush_list_to_text_tight (const RushExprList *list);
/* "Input [2]: [a#1, b#2L]\n", or "Input: []\n". */
void rush_append_list_line (GString *out, const char *name, const RushExprList *list);
/* "Inner", "LeftOuter" … */
const char *rush_join_type_name (RushJoinType type);
