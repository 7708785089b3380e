/* app.h - contexts for tests, data to begin with, and rows as text to compare. */
#pragma once

#include "rdd/context.h"
#include "rdd/row.h"

/* All the ways in which operators are tested: one thread, several, executors that are apart, and a
 * shuffle that always goes over the wire. */
extern const char *const app_masters[];
#define APP_N_MASTERS 4

/* The i-th of them. */
RushContext *app_new (guint i);
/* @...: pairs of key and value, then NULL. */
RushContext *app_new_with (const char *master, ...) G_GNUC_NULL_TERMINATED;
/* Stops it, and checks that it leaves no folder and no execution memory behind. */
void app_free (RushContext *context);

/* (n: bigint) with 0 … n − 1, cut as Spark cuts. */
RushRdd *app_range (RushContext *context, guint n, guint n_slices);
/* (x: double) 2.25, NaN, 0, −∞, −1.5. */
RushRdd *app_doubles (RushContext *context, guint n_slices);
/* (key: string, value: bigint) from "a=1 b=2 a=3"; "-" is a null key. */
RushRdd *app_pairs (RushContext *context, const char *text, guint n_slices);
/* (line: string) from lines. */
RushRdd *app_lines (RushContext *context, const char *const *lines, guint n_slices);

/* "1 2|3 4||5": the rows of each partition, values with commas between them, groups in brackets. */
char *app_layout (RushContext *context, RushRdd *rdd);
/* All rows sorted, one blank between them. */
char *app_sorted (RushContext *context, RushRdd *rdd);
void app_assert_sorted (RushContext *context, RushRdd *rdd, const char *expected);
char *app_rows_to_text (const GPtrArray *batches);
/* How many jobs have run so far. */
guint app_n_jobs (RushContext *context);
