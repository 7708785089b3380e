/* key_codes.h - group numbers by code, where keys have few values that are known beforehand.
 *
 *   returnflag (dictionary of 3) × linestatus (dictionary of 2)
 *
 *       code of a row = 2 · code (returnflag) + code (linestatus)         0 … 11, with the nulls
 *       group of a row = groups[code]        one load, no hash, no compare
 *
 * Columns that have codes: dictionaries, booleans, bytes, strings of at most one byte, and whole
 * numbers (dates, times) that lie close together: a number's code is its distance from the least.
 * A code that was not seen yet is looked up in the group table, once; what was found stays known
 * for as long as the columns keep their dictionaries, and the numbers their range.
 *
 * Memory:   from the allocator; if it refuses there are no codes, which is no error.
 * Mirrors:  DuckDB's perfect hash aggregate, with a range that need not be known beforehand.
 */
#pragma once

#include "sql/kernels/eval_context.h"

typedef struct _RushKeyCodes RushKeyCodes;

RushKeyCodes *rush_key_codes_new (guint n_keys, RushAllocator *allocator);
void rush_key_codes_free (RushKeyCodes *self);
/* Nothing is known any more: the table's numbers have changed. */
void rush_key_codes_forget (RushKeyCodes *self);

/* FALSE: the keys have no codes, or too many for a table of @n_groups.  Else @out_groups are the
 * groups of the rows; @out_missing[*out_n_missing] are rows, one for each code without a group, and
 * learn () must be told their groups. */
gboolean rush_key_codes_look_up (RushKeyCodes *self, RushColumn *const *keys, const RushRows *rows,
                                 guint n_groups, guint32 *out_groups, guint16 *out_missing,
                                 guint *out_n_missing);
/* @found: of the missing rows; fills in what look_up () left open. */
void rush_key_codes_learn (RushKeyCodes *self, const guint32 *found, guint n,
                           guint32 *inout_groups);
