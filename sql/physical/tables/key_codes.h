/* key_codes.h - group numbers by code, where keys have few values that are known beforehand.
 *
 *   returnflag (dictionary of 3) × linestatus (dictionary of 2)
 *
 *       code of a row = 2 · code (returnflag) + code (linestatus)         0 … 11, with the nulls
 *       group of a row = groups[code]        one load, no hash, no compare
 *
 * Columns that have codes: dictionaries, booleans, bytes, and strings of at most one byte.  A code
 * that was not seen yet is looked up in the group table, once; what was found stays known for as
 * long as the columns keep their dictionaries.
 */
#pragma once

#include "sql/kernels/eval_context.h"

typedef struct _RushKeyCodes RushKeyCodes;

RushKeyCodes *rush_key_codes_new (guint n_keys);
void rush_key_codes_free (RushKeyCodes *self);
/* Nothing is known any more: the table's numbers have changed. */
void rush_key_codes_forget (RushKeyCodes *self);

/* FALSE: the keys have no codes, or too many.  Else @out_missing[*out_n_missing] are rows, one for
 * each code without a group, whose groups learn () must be told. */
gboolean rush_key_codes_look_up (RushKeyCodes *self, RushColumn *const *keys, const RushRows *rows,
                                 guint32 *out_codes, guint16 *out_missing, guint *out_n_missing);
/* @groups: of the missing rows; @codes, as look_up () gave them, become groups. */
void rush_key_codes_learn (RushKeyCodes *self, const guint32 *groups, guint n, guint32 *codes);
