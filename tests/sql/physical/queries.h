/* queries.h - SQL text through every layer on a local context, and rows as text to compare. */
#pragma once

#include "rdd/context.h"
#include "sql/physical/query.h"

/* @...: pairs of setting and value, then NULL; those under spark.sql are the queries'. */
RushContext *queries_begin (const char *master, ...) G_GNUC_NULL_TERMINATED;
void queries_end (RushContext *context);
/* From now on, for queries that are made. */
void queries_set (const char *key, const char *value); /* NULL: unset */

RushQuery *queries_new (RushContext *context, const char *text);
/* "1|a; 2|NULL": rows in order, or sorted. */
char *queries_rows (RushContext *context, const char *text);
char *queries_sorted (RushContext *context, const char *text);
void queries_assert (RushContext *context, const char *text, const char *rows);
void queries_assert_sorted (RushContext *context, const char *text, const char *rows);
/* The message of the error that it must end with. (transfer full) */
char *queries_error (RushContext *context, const char *text);
