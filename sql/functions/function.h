/* function.h - functions: what they are called, what they take, what they give, how they run.
 *
 *   functions/scalar/upper.c          one family a file: a table of RushFunction, each with its
 *   functions/aggregate/sum.c         evaluator; the registry (registry.c) lists the tables
 *
 * A scalar function sees columns, never rows: RushColumn *evaluate (call, columns) makes the whole
 * result column.  An aggregate function keeps a state of fixed size a group, in one array for all
 * groups, and sees columns with a group number for each row.  Both are plain tables of functions,
 * so that a new function is one file and one line in the registry.
 *
 * Ownership:  descriptors are immortal statics.   Threads: any; states belong to a task.
 * Mirrors:    org.apache.spark.sql.catalyst.analysis.FunctionRegistry, ExpressionInfo,
 *             DeclarativeAggregate.
 */
#pragma once

#include "sql/kernels/eval_context.h"

/* What an argument must be; the analyzer casts to it where Spark would (implicit casts), and raises
 * DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE otherwise. */
typedef enum
{
  RUSH_ARG_AS_BEFORE, /* not listed: as the argument before it */
  RUSH_ARG_ANY,
  RUSH_ARG_BOOL,
  RUSH_ARG_INT,  /* int */
  RUSH_ARG_LONG, /* bigint */
  RUSH_ARG_DOUBLE,
  RUSH_ARG_NUMERIC, /* any number, as it is; strings become double */
  RUSH_ARG_INTEGRAL,
  RUSH_ARG_NUMERIC_OR_INTERVAL,
  RUSH_ARG_STRING,
  RUSH_ARG_BINARY,
  RUSH_ARG_STRING_OR_BINARY,
  RUSH_ARG_DATE,
  RUSH_ARG_TIMESTAMP,
  RUSH_ARG_DATE_OR_TIMESTAMP,
  RUSH_ARG_ARRAY,
  RUSH_ARG_MAP,
  RUSH_ARG_ARRAY_OR_MAP,
  RUSH_ARG_STRUCT,
  RUSH_ARG_ORDERED, /* any type with an order */
  RUSH_ARG_SAME,    /* the widest common type of all arguments that say so */
  RUSH_ARG_LAMBDA,
  /* All arguments that say so are binary, or all are arrays: as they are (arrays: their common
   * type); else each is cast to string.  concat () */
  RUSH_ARG_CONCAT,
  RUSH_ARG_KEY_OR_VALUE,     /* keys and values in turn, each all of one common type */
  RUSH_ARG_ARRAYS,           /* arrays, all that say so of one common type */
  RUSH_ARG_ARRAY_OF_STRINGS, /* an array, cast to array<string> */
  RUSH_ARG_ELEMENT,          /* what the first argument has: an array its elements (both widened to
                                their common type), a map its keys */
  RUSH_ARG_INDEX_OR_KEY,     /* int if the first argument is an array, else the map's key type */
  RUSH_ARG_SCHEMA, /* a type, as DDL or JSON in a constant: the analyzer puts a null of that type in
                      its place */
} RushArgType;

#define RUSH_MAX_LISTED_ARGS 8

/* Result column of rows->length rows; positions that do not count hold anything that is safe to
 * read.  @args are columns of that length (any layout), one an argument.  (transfer full) */
typedef RushColumn *(*RushScalarEvaluate) (const RushExpr *call, RushColumn *const *args,
                                           const RushRows *rows, RushEvalContext *ctx,
                                           GError **error);

/* States of all groups of one aggregate: groups × state_bytes, zeroed for new groups. */
typedef struct
{
  guint8 *states;
  gsize state_bytes;
  RushAllocator *allocator; /* for what states point to (strings, sets), charged to the task */
} RushAggregateStates;

typedef struct
{
  const char *name;
  gsize (*state_bytes) (const RushExpr *call);
  /* Called for groups [first, first + n) when they appear; NULL: zeros will do. */
  void (*init) (const RushExpr *call, RushAggregateStates *states, guint first, guint n);
  /* The i-th row that counts belongs to group groups[i].  Nulls are seen to here; rows that the
   * call's filter leaves out are not among @rows.  A refused allocation fails the task (states that
   * can grow reserve before they change), so that nothing is taken in twice. */
  gboolean (*update) (const RushExpr *call, RushAggregateStates *states, const guint32 *groups,
                      RushColumn *const *args, const RushRows *rows, RushEvalContext *ctx,
                      GError **error);
  /* The same for partial buffers: one column an attribute of `buffer_types`. */
  gboolean (*merge) (const RushExpr *call, RushAggregateStates *states, const guint32 *groups,
                     RushColumn *const *buffers, const RushRows *rows, RushEvalContext *ctx,
                     GError **error);
  /* All groups when all rows are one group (no grouping): sums without group numbers.  Optional. */
  gboolean (*update_one) (const RushExpr *call, RushAggregateStates *states, guint group,
                          RushColumn *const *args, const RushRows *rows, RushEvalContext *ctx,
                          GError **error);
  /* Types and names of the partial buffer, as Spark has them ("sum", "isEmpty"); returns how many;
   * at most RUSH_MAX_LISTED_ARGS. */
  guint (*buffer) (const RushExpr *call, const RushType **types, const char **names,
                   gboolean *nullable);
  /* Columns of groups [first, first + n). (transfer full) */
  gboolean (*write_buffers) (const RushExpr *call, const RushAggregateStates *states, guint first,
                             guint n, RushColumn **out, RushEvalContext *ctx, GError **error);
  RushColumn *(*result) (const RushExpr *call, const RushAggregateStates *states, guint first,
                         guint n, RushEvalContext *ctx, GError **error);
  /* Frees what states of groups [first, first + n) point to.  Optional. */
  void (*clear) (const RushExpr *call, RushAggregateStates *states, guint first, guint n);
  /* Sliding frames: takes rows out again.  Optional: without it frames are computed anew. */
  gboolean (*retract) (const RushExpr *call, RushAggregateStates *states, guint group,
                       RushColumn *const *args, const RushRows *rows, RushEvalContext *ctx,
                       GError **error);
  /* Spark has no generated code for it, and a state of fixed width: hashed, and not fused. */
  gboolean imperative;
} RushAggregateClass;

/* Window functions see a partition, sorted, as columns.  They are asked for some of its rows at a
 * time, all of them if it is small; rows are numbered in the partition. */
typedef struct
{
  guint n_rows;               /* of the partition */
  guint first, n;             /* the rows that are asked for: [first, first + n) */
  RushColumn *const *args;    /* evaluated over those, and as many around as window_reach says */
  guint args_first;           /* the row that args begin with */
  guint n_groups_before;      /* groups of peers that begin before @first */
  const guint32 *peers_start; /* [n] of each row: first row with an equal order key */
  const guint32 *peers_end;   /* one behind the last */
  const guint32 *frame_start; /* of each row; for functions that look at frames */
  const guint32 *frame_end;
} RushWindowPartition;
typedef RushColumn *(*RushWindowEvaluate) (const RushExpr *call, const RushWindowPartition *in,
                                           RushEvalContext *ctx, GError **error);

/* For each input row a number of output rows, and the columns of all of them. */
typedef struct
{
  guint32 *counts;    /* of each row that counts (i), filled in */
  GPtrArray *columns; /* RushColumn, filled in: all output rows, in order */
} RushGenerated;
typedef gboolean (*RushGenerate) (const RushExpr *call, RushColumn *const *args,
                                  const RushRows *rows, gboolean outer, RushGenerated *out,
                                  RushEvalContext *ctx, GError **error);

/* The type and nullability of a call with resolved arguments that fit; an error if they do not. */
typedef const RushType *(*RushResultType) (const RushFunction *self, guint n, RushExpr *const *args,
                                           gboolean *inout_nullable, GError **error);
/* RUSH_FUNCTION_REWRITE: what stands for the call (takes over nothing; transfer full).  It may hold
 * UNRESOLVED_FUNCTIONs, and operators whose operands still need casts: it is analyzed again. */
typedef RushExpr *(*RushRewrite) (const RushFunction *self, guint n, RushExpr *const *args,
                                  RushEvalMode mode, GError **error);

struct _RushFunction
{
  RUSH_FUNCTION_HEAD /* name, kind, nondeterministic, to_sql: sql/plan/expression.h */
      guint min_args,
      max_args; /* G_MAXUINT: any number */
  /* Of argument i; the last listed one goes for all that follow. */
  RushArgType args[RUSH_MAX_LISTED_ARGS];
  const RushType *fixed_type; /* or NULL: result_type () says */
  RushResultType result_type;
  /* Nullability: null if an argument is (the default); these change it: */
  gboolean never_null;
  gboolean always_nullable;
  gboolean handles_nulls; /* evaluate () sees nulls; else rows with a null argument are null
                                already, and it may leave any value there */
  gboolean needs_time_zone;
  gboolean has_forced_mode; /* try_sum (): its calls have forced_mode, whatever the session's is */
  RushEvalMode forced_mode;
  gboolean internal; /* made by rewrites alone: SHOW FUNCTIONS does not list it */
  RushScalarEvaluate evaluate;
  const RushAggregateClass *aggregate;
  RushWindowEvaluate window;
  /* How many rows before and behind its own the call looks at; FALSE: maybe all of the partition.
   * NULL: at none. */
  gboolean (*window_reach) (const RushExpr *call, guint32 *out_before, guint32 *out_behind);
  RushGenerate generate;
  RushRewrite rewrite;
  const char *usage; /* for DESCRIBE FUNCTION, our own words */
  const char *since;
};

/* For result_type (): DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE of argument @i; @required in quotes,
 * as messages have it. */
void rush_set_unexpected_type (GError **error, const RushFunction *self, guint n,
                               RushExpr *const *args, guint i, const char *required);

/* Functions of a folder right of this one: a table that ends with an entry without a name.  Called
 * when the program starts, before anybody asks for a function. */
void rush_functions_add (const RushFunction *family);
/* NULL: there is none.  @name in any case.  (transfer none) */
const RushFunction *rush_function_find (const char *name);
/* Of argument @i, AS_BEFORE looked up. */
RushArgType rush_function_arg (const RushFunction *self, guint i);
/* All names, sorted; NULL-terminated (transfer none). */
const char *const *rush_function_names (void);
/* Names of Spark's functions that are not there yet: the error says so. */
gboolean rush_function_is_known_missing (const char *name);
