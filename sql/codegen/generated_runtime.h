/* generated_runtime.h - all that generated C stands on: rows in, rows out, and what breaks a
 * pipeline.
 *
 *   bool stage_1 (rl_stage *stage)
 *     ├── rl_next_row (stage, 0) …    rows of the stage's inputs, numbered as the text meets them
 *     ├── rl_groups_find () …         groups, sorters, tables of joins: what keeps rows
 *     ├── rl_call () …                a function of the engine, on the values of one row
 *     └── rl_emit (stage, …)          a row of the result
 *
 * Plain C with nothing but this file: cc -std=gnu11 -Wall -Werror -c stage_1.c.  Who runs a stage
 * gives these functions (tests/sql/codegen has a small set that does all of them).
 *
 * Values:     in variables of their C type with a flag beside them (quantity, quantity_is_null);
 *             where any type may stand, in a rl_datum.  A null's value is zero, and that of a null
 *             condition is false: code may compute with it before it looks at the flag.
 * Errors:     functions that give bool say false when something failed; a stage then returns false,
 *             and the runtime knows what it was.
 * Memory:     rows, strings and whatever a function here returns live until the stage ends.
 * Threads:    a stage runs on one.
 * Mirrors:    org.apache.spark.sql.execution.BufferedRowIterator, UnsafeRow and the classes that
 *             Spark's generated Java calls.
 */
#pragma once

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma GCC visibility push(default)

typedef struct rl_stage rl_stage;
typedef struct rl_row rl_row;       /* one row of an input, a sorter, a table … */
typedef struct rl_object rl_object; /* an array, a map, a struct, an interval */

typedef __int128 rl_decimal; /* the unscaled value: 1234 of 12.34; the scale is the type's */

typedef struct
{
  const char *bytes; /* not NUL-terminated */
  size_t length;
} rl_string; /* string and binary */

#define rl_text(literal) ((rl_string){ literal, sizeof (literal) - 1 })

/* ---- a value of any type ---- */

typedef enum
{
  RL_BOOLEAN,
  RL_INTEGER, /* every width, dates, times, intervals of months or of microseconds */
  RL_DOUBLE,  /* float, too */
  RL_DECIMAL,
  RL_STRING,
  RL_OBJECT,
} rl_kind;

typedef struct
{
  rl_kind kind;
  bool is_null;
  union
  {
    bool boolean;
    int64_t integer;
    double real;
    rl_decimal decimal;
    rl_string string;
    const rl_object *object;
  };
} rl_datum;

#define RL_DATUM(name, c_type, member, kind_)                                                      \
  static inline rl_datum name (c_type value, bool is_null)                                         \
  {                                                                                                \
    rl_datum datum = { .kind = kind_, .is_null = is_null };                                        \
    if (!is_null)                                                                                  \
      datum.member = value;                                                                        \
    return datum;                                                                                  \
  }
RL_DATUM (rl_boolean, bool, boolean, RL_BOOLEAN)
RL_DATUM (rl_integer, int64_t, integer, RL_INTEGER)
RL_DATUM (rl_double, double, real, RL_DOUBLE)
RL_DATUM (rl_decimal_number, rl_decimal, decimal, RL_DECIMAL)
RL_DATUM (rl_bytes, rl_string, string, RL_STRING)
RL_DATUM (rl_nested, const rl_object *, object, RL_OBJECT)
#undef RL_DATUM

/* ---- rows in and out ---- */

/* The next row of an input, or NULL: there is none. */
const rl_row *rl_next_row (rl_stage *stage, int input);
/* Values of a column; those of no row (NULL) are null. */
bool rl_is_null (const rl_row *row, int column);
bool rl_get_boolean (const rl_row *row, int column);
int64_t rl_get_integer (const rl_row *row, int column);
double rl_get_double (const rl_row *row, int column);
rl_decimal rl_get_decimal (const rl_row *row, int column);
rl_string rl_get_string (const rl_row *row, int column);
const rl_object *rl_get_object (const rl_row *row, int column);

bool rl_emit (rl_stage *stage, int n, const rl_datum *values);

/* Elements [*first, *end) of @count are this task's, if @n_slices tasks share them. */
void rl_slice (rl_stage *stage, uint64_t count, int n_slices, uint64_t *first, uint64_t *end);
/* The next of the numbers in [0, 1) that @seed and the task's number begin. */
double rl_next_random (rl_stage *stage, int64_t seed);

/* ---- values ---- */

int rl_compare_string (rl_string a, rl_string b); /* by bytes: −1, 0, 1 */
int rl_compare_double (double a, double b);       /* NaN is equal to itself and above all */
int rl_compare_datum (const rl_datum *a, const rl_datum *b); /* nulls are equal, and below all */
bool rl_like (rl_string text, rl_string pattern, uint32_t escape);

/* Each gives true if the result does not fit @precision digits; rounded HALF_UP to @scale.  The
 * divisor is not 0. */
bool rl_decimal_add (rl_decimal a, int scale_a, rl_decimal b, int scale_b, int precision, int scale,
                     rl_decimal *out);
bool rl_decimal_subtract (rl_decimal a, int scale_a, rl_decimal b, int scale_b, int precision,
                          int scale, rl_decimal *out);
bool rl_decimal_multiply (rl_decimal a, int scale_a, rl_decimal b, int scale_b, int precision,
                          int scale, rl_decimal *out);
bool rl_decimal_divide (rl_decimal a, int scale_a, rl_decimal b, int scale_b, int precision,
                        int scale, rl_decimal *out);
bool rl_decimal_remainder (rl_decimal a, int scale_a, rl_decimal b, int scale_b, int precision,
                           int scale, rl_decimal *out);
double rl_decimal_to_double (rl_decimal a, int scale);

/* Ends the stage with Spark's error of that class; false, for "return rl_raise (…)". */
bool rl_raise (rl_stage *stage, const char *error_class);

/* An expression of the engine on the values of a row: a function that has no text in C.  @name is
 * for readers; @reference is its number among those that came with the stage ("references" in
 * Spark's generated classes).  Its children that depend on the row are @arguments. */
bool rl_call (rl_stage *stage, const char *name, int reference, int n, const rl_datum *arguments,
              rl_datum *result);

/* ---- groups of a hash aggregate ---- */

typedef struct rl_groups rl_groups;
/* A table of groups with @group_bytes of the stage's own for each. */
rl_groups *rl_groups_new (rl_stage *stage, int n_keys, size_t group_bytes);
/* The group with these keys, where nulls are equal; a new one is zeroed. */
void *rl_groups_find (rl_groups *groups, const rl_datum *keys, bool *is_new);
/* All groups one after another, their keys as a row; NULL: there is no more. */
void *rl_groups_next (rl_groups *groups, const rl_row **keys);

/* The state of an aggregate that has no text in C (stddev, corr …), by reference as rl_call (). */
typedef struct rl_aggregate rl_aggregate;
rl_aggregate *rl_aggregate_new (rl_stage *stage, const char *name, int reference);
bool rl_aggregate_update (rl_aggregate *state, int n, const rl_datum *arguments);
bool rl_aggregate_merge (rl_aggregate *state, int n, const rl_datum *buffers);
bool rl_aggregate_buffers (rl_aggregate *state, int n, rl_datum *buffers);
bool rl_aggregate_result (rl_aggregate *state, rl_datum *result);

/* ---- sorting ---- */

typedef struct
{
  bool descending, nulls_last;
} rl_order;

typedef struct rl_sorter rl_sorter;
/* @orders: one a key. */
rl_sorter *rl_sorter_new (rl_stage *stage, int n_columns, int n_keys, const rl_order *orders);
bool rl_sorter_add (rl_sorter *sorter, const rl_datum *columns, const rl_datum *keys);
void rl_sorter_sort (rl_sorter *sorter);
const rl_row *rl_sorter_next (rl_sorter *sorter); /* or NULL */

/* ---- joins ---- */

/* Rows by their keys; rows with a null among them match nothing. */
typedef struct rl_table rl_table;
rl_table *rl_table_new (rl_stage *stage, int n_keys);
bool rl_table_add (rl_table *table, const rl_row *row, const rl_datum *keys);
/* The first row with equal keys; and the next one with the same keys as @match.  NULL: none. */
const rl_row *rl_table_find (rl_table *table, const rl_datum *keys);
const rl_row *rl_table_next (rl_table *table, const rl_row *match);
bool rl_table_is_empty (rl_table *table);
bool rl_table_has_null_key (rl_table *table);

/* −1, 0, 1: key by key, nulls first. */
static inline int
rl_compare_keys (int n, const rl_datum *a, const rl_datum *b)
{
  int order = 0;

  for (int k = 0; k < n && order == 0; k++)
    order = rl_compare_datum (&a[k], &b[k]);
  return order;
}

/* Rows in a list: what a merge join has of the other side for one key; the broadcast side of a
 * nested loop.  One walk at a time; NULL: that was the last. */
typedef struct rl_rows rl_rows;
rl_rows *rl_rows_new (rl_stage *stage);
bool rl_rows_add (rl_rows *rows, const rl_row *row);
void rl_rows_clear (rl_rows *rows);
const rl_row *rl_rows_first (rl_rows *rows);
const rl_row *rl_rows_next (rl_rows *rows);

/* Pairs of rows that an outer join of both sides has found, each side NULL where nothing fits. */
typedef struct rl_pairs rl_pairs;
rl_pairs *rl_pairs_new (rl_stage *stage);
bool rl_pairs_add (rl_pairs *pairs, const rl_row *left, const rl_row *right);
bool rl_pairs_next (rl_pairs *pairs, const rl_row **left, const rl_row **right);
/* Whether a row of the side that was kept is in a pair. */
void rl_row_mark (const rl_row *row);
bool rl_row_is_marked (const rl_row *row);

/* ---- rows from a value ---- */

/* What explode () and its like make of their arguments. */
typedef struct rl_generated rl_generated;
rl_generated *rl_generate (rl_stage *stage, const char *name, int reference, int n,
                           const rl_datum *arguments); /* NULL: it failed */
/* The same, but a row of nulls where there would be none. */
rl_generated *rl_generate_outer (rl_stage *stage, const char *name, int reference, int n,
                                 const rl_datum *arguments);
const rl_row *rl_generated_next (rl_generated *rows);

#pragma GCC visibility pop
