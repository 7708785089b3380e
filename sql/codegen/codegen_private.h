/* codegen_private.h - the text of one stage while it is written.
 *
 *   produce (op)            "give me a loop over your rows": goes down to where rows begin
 *   consume (op, child)     "here is a row of my child": comes up, each operator adding its lines
 *                           inside the loop, until the topmost one emits
 *
 *   Project   consume: double total = price * quantity;             produce ──▶ child   ▲ consume
 *   Filter    consume: if (!(quantity > 2)) continue;               produce ──▶ child   │
 *   (input)   produce: while ((row = rl_next_row (stage, 0))) { … consume ──────────────┘
 *
 * An operator is a file in operators/ with these two functions.  Values are pairs of C expressions
 * (RushCode); attributes of the plan are found by their ids.
 *
 * Mirrors: CodegenContext, CodegenSupport.{produce,consume}, ExprCode.  After Neumann, "Efficiently
 * Compiling Efficient Query Plans for Modern Hardware", VLDB 2011.
 */
#pragma once

#include "sql/codegen/codegen.h"
#include "sql/physical/operators/joins.h"

/* A value, as C. */
typedef struct
{
  const RushType *type;
  const char *value;   /* "quantity", "(price * 2)"; no effects, and harmless where it is null */
  const char *is_null; /* "false", "true", "quantity_is_null", "(a_is_null || b_is_null)" */
} RushCode;

typedef struct _RushStageCode RushStageCode;
struct _RushStageCode
{
  const RushExec *root;
  gint id;
  GStringChunk *texts; /* all const char * above and below live here */
  GPtrArray *lines;    /* RushCodeLine (owned): the function's body */
  GPtrArray *types;    /* RushCodeLine (owned): what stands before the function */
  guint indent;
  GHashTable *names;      /* identifiers that are taken */
  GHashTable *values;     /* RushExprId * → RushCode * (owned): attributes */
  GPtrArray *parents;     /* RushExec: from the root down to the one that is asked for rows */
  GPtrArray *inputs;      /* RushExec */
  GPtrArray *references;  /* RushExpr (owned) */
  GPtrArray *ends;        /* labels behind the loop that is being written */
  GHashTable *call_codes; /* RushExec → RushCallCode[] (owned): aggregates' calls */
  GHashTable *notes;      /* RushExec → what produce () tells consume () (owned, g_free) */
};

/* ── code_lines.c: lines and names ── */

const char *rush_code_text (RushStageCode *self, const char *format, ...) G_GNUC_PRINTF (2, 3);
/* An identifier like @wish that is not taken yet. */
const char *rush_code_name (RushStageCode *self, const char *wish);
/* A line; "" is an empty one. */
void rush_code_line (RushStageCode *self, const char *format, ...) G_GNUC_PRINTF (2, 3);
/* A line that goes if nobody reads @name: its declaration, or an assignment. */
void rush_code_line_for (RushStageCode *self, const char *name, const char *format, ...)
    G_GNUC_PRINTF (3, 4);
/* The line, and a block below it. */
void rush_code_open (RushStageCode *self, const char *format, ...) G_GNUC_PRINTF (2, 3);
void rush_code_close (RushStageCode *self);
/* if (condition) action */
void rush_code_if (RushStageCode *self, const char *action, const char *format, ...)
    G_GNUC_PRINTF (3, 4);
void rush_code_comment (RushStageCode *self, const char *text);
/* Everything that is not needed is left out, long lines are broken. */
void rush_code_print (RushStageCode *self, GString *out, GPtrArray *lines);
void rush_code_line_free (gpointer line);
/* As a C string literal, quotes and all. */
const char *rush_code_quote (RushStageCode *self, const char *bytes, gsize length);

/* ── code_types.c: types of Spark in C ── */

const char *rush_code_type (const RushType *type);   /* "int64_t" */
const char *rush_code_zero (const RushType *type);   /* "0", "(rl_string){ 0 }" */
const char *rush_code_member (const RushType *type); /* of a rl_datum: "integer" */
const char *rush_code_getter (const RushType *type); /* "rl_get_integer" */
/* "rl_integer (a, a_is_null)" */
const char *rush_code_datum (RushStageCode *self, RushCode code);
/* "(rl_datum[]){ …, … }"; "NULL" if there is none */
const char *rush_code_datums (RushStageCode *self, const RushCode *codes, guint n);
/* What is in a rl_datum that is called @datum. */
RushCode rush_code_of_datum (RushStageCode *self, const RushType *type, const char *datum);

/* ── code_values.c: attributes ── */

void rush_code_set (RushStageCode *self, const RushExpr *attribute, RushCode code);
RushCode rush_code_get (RushStageCode *self, const RushExpr *attribute);
/* From now on the attribute is known not to be null. */
void rush_code_set_not_null (RushStageCode *self, const RushExpr *attribute);
/* Variables with the columns of @row, and the attributes mean them.  @may_be_none: @row may be
 * NULL, then all are null. */
void rush_code_load_row (RushStageCode *self, const RushExprList *attributes, const char *row,
                         gboolean may_be_none);
/* A variable, unless it is one already: the same text is not computed twice. */
RushCode rush_code_variable (RushStageCode *self, RushCode code, const char *wish);
/* A long condition or flag gets a variable. */
const char *rush_code_short (RushStageCode *self, const char *condition, const char *wish);
/* "a || b" of two flags, "false" and "true" folded. */
const char *rush_code_or (RushStageCode *self, const char *a, const char *b);
const char *rush_code_and (RushStageCode *self, const char *a, const char *b);
const char *rush_code_not (RushStageCode *self, const char *a);
/* Without the parentheses around all of it. */
const char *rush_code_bare (RushStageCode *self, const char *text);

/* ── expressions/ ── */

RushCode rush_code_expression (RushStageCode *self, const RushExpr *expr); /* any */
RushCode rush_code_literal (RushStageCode *self, const RushExpr *expr);
RushCode rush_code_arithmetic (RushStageCode *self, const RushExpr *expr);
RushCode rush_code_decimal_arithmetic (RushStageCode *self, const RushExpr *expr, RushCode a,
                                       RushCode b);
RushCode rush_code_comparison (RushStageCode *self, const RushExpr *expr);
RushCode rush_code_logic (RushStageCode *self, const RushExpr *expr);
RushCode rush_code_in (RushStageCode *self, const RushExpr *expr);
RushCode rush_code_choice (RushStageCode *self, const RushExpr *expr);
RushCode rush_code_cast (RushStageCode *self, const RushExpr *expr);
/* By the engine. */
RushCode rush_code_call (RushStageCode *self, const RushExpr *expr);
/* The number that @expr has among the references, its arguments BOUND; they go to @arguments. */
guint rush_code_reference (RushStageCode *self, const RushExpr *expr, GPtrArray *arguments);
/* Arguments as values: "(rl_datum[]){ … }". */
const char *rush_code_arguments (RushStageCode *self, const GPtrArray *arguments);
/* "a < b" of two values of one type that are not null; @op as in C. */
const char *rush_code_compare (RushStageCode *self, const char *op, RushCode a, RushCode b);
/* Whether @expr is TRUE: what follows is for rows where it is. */
void rush_code_require (RushStageCode *self, const RushExpr *condition);

/* ── produce_consume.c ── */

typedef struct
{
  const char *name; /* as the operator's class is called */
  void (*produce) (RushStageCode *self, const RushExec *exec);
  void (*consume) (RushStageCode *self, const RushExec *exec, const RushExec *child);
} RushOperatorCode;

/* The loop over the rows of @exec: its own, or those of an input. */
void rush_code_produce (RushStageCode *self, const RushExec *exec);
/* What is above @exec does with a row of it, whose attributes have their values. */
void rush_code_consume (RushStageCode *self, const RushExec *exec);
/* produce () of those that only wait for rows of their first child. */
void rush_code_produce_child (RushStageCode *self, const RushExec *exec);
/* Reads input @exec: opens a loop, loads its row; which is called so. */
const char *rush_code_open_input (RushStageCode *self, const RushExec *exec);
/* A loop that gives rows ends here, and so do the jumps out of it. */
void rush_code_close_loop (RushStageCode *self);
/* The label behind the loop that is being written. */
const char *rush_code_end_label (RushStageCode *self, const char *wish);
/* A comment with the operator as explain () prints it. */
void rush_code_announce (RushStageCode *self, const RushExec *exec);
/* For produce (): @size bytes, zeroed, that consume () finds again. */
gpointer rush_code_note (RushStageCode *self, const RushExec *exec, gsize size);
gpointer rush_code_noted (RushStageCode *self, const RushExec *exec);
/* The only expression that @exec has, or the @i-th. */
const RushExpr *rush_code_nth_expression (const RushExec *exec, guint i);
/* The attributes @output mean what @named compute of a row. */
void rush_code_project (RushStageCode *self, const RushExprList *named, const RushExprList *output);

/* ── operators/ ── */

extern const RushOperatorCode rush_filter_code, rush_project_code, rush_columnar_to_row_code,
    rush_range_code, rush_hash_aggregate_code, rush_sort_aggregate_code, rush_sort_code,
    rush_expand_code, rush_generate_code, rush_local_limit_code, rush_global_limit_code,
    rush_sample_code, rush_union_code, rush_rdd_scan_code, rush_one_row_code,
    rush_broadcast_hash_join_code, rush_shuffled_hash_join_code, rush_sort_merge_join_code,
    rush_nested_loop_join_code;

/* What all joins share once they have a row of the side that streams and can find its matches
 * (operators/join_code.c). */
typedef struct
{
  const RushJoin *join;
  const RushExec *streamed, *build;
  const char *row;   /* of the streamed side, whose columns are loaded */
  const char *match; /* what a matching row is to be called */
  const char *first; /* C: the first match, or NULL */
  const char *next;  /* C: the one behind the match, or NULL */
  const char *pairs; /* where pairs go, if rows of the build side may be left over; or NULL */
} RushMatches;
/* Consumes @exec for what matches the row at hand. */
void rush_code_matches (RushStageCode *self, const RushExec *exec, const RushMatches *matches);
/* Whether rows of the build side that match nothing come out, too. */
gboolean rush_code_keeps_build (const RushJoin *join);
/* The last of a join that has made pairs: @rest (a list) has rows that may be left over. */
void rush_code_consume_pairs (RushStageCode *self, const RushExec *exec, const RushMatches *matches,
                              const char *rest);
/* Keys as datums; *@out_is_null: a condition, one of them is null. */
const char *rush_code_keys (RushStageCode *self, const RushExprList *keys,
                            const char **out_is_null);

/* ── operators/aggregate_function_code.c: one call of an aggregate ── */

typedef struct
{
  const RushExpr *call;
  guint reference;       /* of those that the engine computes */
  GPtrArray *arguments;  /* RushExpr (owned array): what it is given */
  const char *fields[2]; /* of the group's struct */
  const RushType *buffer_types[8];
  guint n_buffers;
} RushCallCode;
void rush_code_call_init (RushStageCode *self, RushCallCode *call, const RushExpr *expr);
void rush_code_call_clear (RushCallCode *call);
/* Fields of the struct; what a new group, called @group, has in them but zeros. */
void rush_code_call_declare (RushStageCode *self, const RushCallCode *call);
void rush_code_call_begin (RushStageCode *self, const RushCallCode *call, const char *group);
void rush_code_call_update (RushStageCode *self, const RushCallCode *call, const char *group);
void rush_code_call_merge (RushStageCode *self, const RushCallCode *call, const char *group,
                           const RushCode *buffers);
/* [n_buffers] */
void rush_code_call_buffers (RushStageCode *self, const RushCallCode *call, const char *group,
                             RushCode *out);
RushCode rush_code_call_result (RushStageCode *self, const RushCallCode *call, const char *group);
