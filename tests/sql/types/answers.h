/* answers.h - what a real Spark answered (tests/data/sql/), read a line at a time. */
#pragma once

#include "core/base/json.h"
#include "core/data/type.h"

/* Calls @check with each line of tests/data/sql/<name>, an array; returns how many there were. */
guint answers_each (const char *name, void (*check) (const RushJson *row));
const char *answer_text (const RushJson *row, guint i); /* NULL: null */
gint64 answer_int (const RushJson *row, guint i);
/* "int", "decimal(7,2)", "interval day to second": types without fields. */
const RushType *type_named (const char *name);
/* 128-bit integers as text. */
rush_int128 int128_of (const char *digits);
