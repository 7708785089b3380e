/* expression.h - expressions: immutable trees that say how a value is made of the columns of a row.
 *
 *   price * (1 - discount)      MULTIPLY
 *                               ├── ATTRIBUTE price#3
 *                               └── SUBTRACT
 *                                   ├── LITERAL 1
 *                                   └── ATTRIBUTE discount#4
 *
 * One struct for all kinds (a closed set, expression_kinds.def): children in one array, so that
 * whoever walks a tree need not know its kinds; what else a kind has is in `as`.  Facts that rules
 * ask for all the time (is it resolved? deterministic?) are found once, when the node is made.
 *
 * Life of an expression: UNRESOLVED_… (parser) → typed, attributes with ids (analyzer) → rewritten
 * (optimizer) → BOUND to columns of a batch (physical plan) → evaluated (sql/evaluate/evaluate.h).
 *
 * Ownership:  refcounted; nodes own their children.  Constructors take over children (transfer
 *             full), also when they fail.  A transform that changes nothing returns the same
 *             pointer.
 * Threads:    immutable, hence any.
 * Mirrors:
 org.apache.spark.sql.catalyst.expressions.Expression. */
#pragma once

#include "core/data/column.h"
#include "sql/types/sql_error.h"

RUSH_BEGIN_PUBLIC

typedef enum
{
#define RUSH_EXPR_KIND(kind, name, payload, children) RUSH_EXPR_##kind,
#include "sql/plan/expression_kinds.def"
#undef RUSH_EXPR_KIND
  RUSH_EXPR_N_KINDS
} RushExprKind;

/* What happens where a value has no place in the type: overflow, division by zero, a bad cast. */
typedef enum
{
  RUSH_EVAL_LEGACY, /* spark.sql.ansi.enabled=false: wraps around, or null */
  RUSH_EVAL_ANSI,   /* an error */
  RUSH_EVAL_TRY,    /* null: try_add (), try_cast () */
} RushEvalMode;

typedef enum
{
  RUSH_EXPR_RESOLVED = 1 << 0,      /* it and all below have a type */
  RUSH_EXPR_DETERMINISTIC = 1 << 1, /* same input, same value: no rand (), no UDF that says so */
  RUSH_EXPR_FOLDABLE = 1 << 2,      /* needs no row: literals and functions of them */
  RUSH_EXPR_HAS_AGGREGATE = 1 << 3, /* somewhere in the tree, as all below */
  RUSH_EXPR_HAS_WINDOW = 1 << 4,
  RUSH_EXPR_HAS_SUBQUERY = 1 << 5,
  RUSH_EXPR_HAS_PYTHON = 1 << 6,
  RUSH_EXPR_HAS_OUTER = 1 << 7,
  RUSH_EXPR_HAS_GENERATOR = 1 << 8,
} RushExprFlags;

typedef struct _RushExpr RushExpr;
typedef struct _RushPlan RushPlan;         /* sql/plan/logical.h */
typedef struct _RushFunction RushFunction; /* sql/functions/function.h */

typedef enum
{
  RUSH_FUNCTION_SCALAR,
  RUSH_FUNCTION_AGGREGATE, /* also usable over a window */
  RUSH_FUNCTION_WINDOW,    /* row_number (), lag (): only over a window */
  RUSH_FUNCTION_GENERATOR, /* explode (): rows to rows */
  RUSH_FUNCTION_REWRITE,   /* becomes other expressions in the analyzer: nvl (), between … */
} RushFunctionKind;

/* What plans must know of a function; RushFunction begins with it. */
#define RUSH_FUNCTION_HEAD                                                                         \
  const char *name; /* lower case; aliases have an entry of their own in the registry */           \
  RushFunctionKind kind;                                                                           \
  gboolean nondeterministic; /* rand (), current_timestamp is folded instead */                    \
  /* How Spark prints a call where it is not name(args): "(a || b)"; optional. */                  \
  char *(*to_sql) (const RushExpr *call, char *const *args);

typedef struct
{
  RUSH_FUNCTION_HEAD
} RushFunctionHead;

/* Identity of a named value through all plans: Spark's ExprId, the 12 of "name#12". 0: none yet. */
typedef guint64 RushExprId;
RushExprId rush_expr_id_new (void); /* process-wide, from 1 */

/* Lists are values, too: of columns, of grouping expressions, … */
typedef struct _RushExprList
{
  RushRefCount refs;
  guint n;
  RushExpr *items[];
} RushExprList;

/* How GROUP BY was written; GROUPING SETS may hold sets that came of nested ROLLUP and CUBE. */
typedef enum
{
  RUSH_GROUPING_ROLLUP,
  RUSH_GROUPING_CUBE,
  RUSH_GROUPING_SETS,
} RushGroupingKind;

/* A frame's bound: unbounded and current row have no offset. */
typedef enum
{
  RUSH_BOUND_UNBOUNDED_PRECEDING,
  RUSH_BOUND_PRECEDING,
  RUSH_BOUND_CURRENT_ROW,
  RUSH_BOUND_FOLLOWING,
  RUSH_BOUND_UNBOUNDED_FOLLOWING,
} RushFrameBound;

typedef struct
{
  gboolean given; /* FALSE: the default one, which follows from whether there is an order */
  gboolean rows;  /* else range */
  RushFrameBound lower, upper;
  RushExpr *lower_offset, *upper_offset; /* (owned) for PRECEDING and FOLLOWING: foldable */
} RushWindowFrame;

typedef enum
{
  RUSH_AGG_COMPLETE,      /* rows → result, without an exchange between */
  RUSH_AGG_PARTIAL,       /* rows → buffer */
  RUSH_AGG_PARTIAL_MERGE, /* buffers → buffer */
  RUSH_AGG_FINAL,         /* buffers → result */
} RushAggregateMode;

/* How a Python function wants its arguments (pyspark.util.PythonEvalType has the numbers). */
typedef struct
{
  RushRefCount refs;
  char *name;      /* "<lambda>", "plus_one" */
  gint eval_type;  /* 100 SQL_BATCHED_UDF, 101 SQL_ARROW_BATCHED_UDF, 200 SQL_SCALAR_PANDAS_UDF,
                         … */
  GBytes *command; /* pickled (function, return type as JSON); workers alone open it */
  GPtrArray *broadcasts; /* RushPythonBroadcast of py/runner, opaque here; or NULL */
  char **argument_names; /* of the last arguments, those that the call gives by name; or NULL */
  const RushType *return_type;
  gboolean deterministic;
} RushPythonFunction;
RushPythonFunction *rush_python_function_ref (RushPythonFunction *self);
void rush_python_function_unref (RushPythonFunction *self); /* NULL is fine */

struct _RushExpr
{
  RushRefCount refs;
  RushExprKind kind;
  const RushType *type; /* NULL: not resolved, or has none (SORT_ORDER has its child's) */
  gboolean nullable;    /* may be null, as far as is known */
  RushExprFlags flags;
  RushEvalMode mode;      /* for arithmetic, CAST, GET_ITEM and functions that ask */
  RushSqlContext context; /* where in the user's text (its text owned); all zero: nowhere */
  union
  {
    struct
    {
      char **parts;   /* (owned) NULL-terminated */
      gint64 plan_id; /* of df["x"]: the DataFrame it was taken from; −1: by name alone */
    } names;
    struct
    {
      char **parts; /* (owned) ["upper"], ["catalog", "db", "f"] */
      gboolean distinct;
      gboolean has_filter;
      gboolean ignore_nulls;
      guint n_orders; /* WITHIN GROUP */
    } call;
    struct
    {
      guint n_sets;  /* (owned) sets of positions of children */
      GArray **sets; /* of guint */
      gint kind;     /* RushGroupingKind: how it was written */
    } grouping_sets;
    struct
    {
      RushColumn *value; /* (owned) one row, PLAIN or CONSTANT */
    } literal;
    struct
    {
      char *name; /* (owned) */
      RushExprId id;
      char **qualifier; /* (owned) ["spark_catalog", "default", "sales"], ["s"] or NULL */
      char *metadata;   /* (owned) JSON or NULL */
    } attribute;        /* ATTRIBUTE, ALIAS, LAMBDA_VARIABLE */
    struct
    {
      guint ordinal;
      char *name; /* (owned) for printing */
    } bound;      /* BOUND, GET_FIELD, GET_ARRAY_FIELD */
    struct
    {
      const char *time_zone; /* interned; of casts between text or dates and timestamps; else
                                NULL */
      gboolean by_user;      /* written by the user; else put in by type coercion */
    } cast;
    struct
    {
      gboolean set; /* a long list of constants, sorted out by the optimizer: prints as INSET */
    } in;
    struct
    {
      gunichar escape; /* '\\' unless ESCAPE says otherwise */
    } like;
    struct
    {
      const RushFunction *function; /* immortal */
      const char *name;             /* interned: as it was called ("substr" for substring) */
      const char *time_zone;        /* interned; for functions that need one; else NULL */
      gint64 seed;                  /* rand () and its like */
      gboolean ignore_nulls;        /* lag (), lead (), nth_value () … IGNORE NULLS */
    } function;
    struct
    {
      const RushFunction *function; /* immortal */
      RushAggregateMode mode;
      gboolean distinct;
      gboolean has_filter;
      gboolean ignore_nulls;
      RushExprId result_id;
    } aggregate;
    struct
    {
      guint n_partition;
      RushWindowFrame frame;
    } window;
    struct
    {
      RushPythonFunction *function; /* (owned) */
      RushExprId result_id;
    } python;
    struct
    {
      gboolean descending;
      gboolean nulls_last; /* default: nulls first ascending, last descending */
    } sort;
    struct
    {
      RushPlan *plan; /* (owned) */
      RushExprId id;
      guint n_values;           /* IN_SUBQUERY */
      RushExprList *conditions; /* (owned) correlated predicates, pulled up by the optimizer; or
                                   NULL */
    } subquery;
  } as;
  guint n_children;
  RushExpr *children[]; /* (owned) */
};

RushExpr *rush_expr_ref (RushExpr *self);
void rush_expr_unref (RushExpr *self); /* NULL is fine; never recurses deeply */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushExpr, rush_expr_unref)

RushExprList *rush_expr_list_new (guint n, RushExpr *const *items); /* takes over the items */
RushExprList *rush_expr_list_from_array (GPtrArray *items);         /* (transfer full) both */
RushExprList *rush_expr_list_ref (RushExprList *self);
void rush_expr_list_unref (RushExprList *self); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushExprList, rush_expr_list_unref)

/* ── making them ── */

/* For kinds without payload, and types that follow from the children (comparisons are boolean, …);
 * the type stays NULL where the children have none yet or do not fit (the analyzer will see to
 * it). */
RushExpr *rush_expr_new (RushExprKind kind, guint n, RushExpr *const *children);
RushExpr *rush_expr_unary (RushExprKind kind, RushExpr *child);
RushExpr *rush_expr_binary (RushExprKind kind, RushExpr *left, RushExpr *right);
/* The same with a mode; rush_expr_new () takes RUSH_EVAL_ANSI. */
RushExpr *rush_expr_arithmetic (RushExprKind kind, RushEvalMode mode, RushExpr *left,
                                RushExpr *right);
RushExpr *rush_expr_unresolved_attribute (const char *const *parts, gint64 plan_id);
RushExpr *rush_expr_unresolved_star (const char *const *target);
RushExpr *rush_expr_named (RushExprKind kind, const char *const *parts, guint n,
                           RushExpr *const *children); /* any other kind with `names` */
RushExpr *rush_expr_unresolved_function (const char *const *name, guint n, RushExpr *const *args,
                                         gboolean distinct, RushExpr *filter /* or NULL */);
/* The same with all that a call in SQL text may have: IGNORE NULLS, WITHIN GROUP (ORDER BY …). */
RushExpr *rush_expr_unresolved_call (const char *const *name, guint n, RushExpr *const *args,
                                     gboolean distinct, RushExpr *filter /* or NULL */,
                                     gboolean ignore_nulls, guint n_orders,
                                     RushExpr *const *orders);
/* ROLLUP, CUBE: one set an element (a group of columns that stay together), the analyzer makes the
 * grouping sets of them; SETS: the sets themselves.  Takes over @sets' arrays (of guint: positions
 * of children). */
RushExpr *rush_expr_grouping_sets (RushGroupingKind kind, guint n_sets, GArray *const *sets,
                                   guint n, RushExpr *const *children);
RushExpr *rush_expr_lambda_variable (const char *name, const RushType *type, gboolean nullable,
                                     RushExprId id);
RushExpr *rush_expr_literal (RushColumn *value); /* takes over; PLAIN or CONSTANT, one row */
RushExpr *rush_expr_literal_null (const RushType *type);
RushExpr *rush_expr_literal_bool (gboolean value);
RushExpr *rush_expr_literal_int (const RushType *type, gint64 value); /* all stored as integers */
RushExpr *rush_expr_literal_double (double value);
RushExpr *rush_expr_literal_float (float value);
RushExpr *rush_expr_literal_string (const char *bytes, gssize length);
RushExpr *rush_expr_literal_binary (const guint8 *bytes, gsize length);
RushExpr *rush_expr_literal_decimal (const RushType *type, rush_int128 unscaled);
RushExpr *rush_expr_literal_interval (RushCalendarInterval value); /* a calendar interval */
RushExpr *rush_expr_attribute (const char *name, const RushType *type, gboolean nullable,
                               RushExprId id, const char *const *qualifier);
/* @id 0: a new one. */
RushExpr *rush_expr_alias (RushExpr *child, const char *name, RushExprId id);
RushExpr *rush_expr_bound (guint ordinal, const RushType *type, gboolean nullable,
                           const char *name);
RushExpr *rush_expr_cast (RushExpr *child, const RushType *type, RushEvalMode mode,
                          const char *time_zone, gboolean by_user);
RushExpr *rush_expr_get_field (RushExpr *child, guint ordinal);
/* An IN that is a set, if it is not yet. */
RushExpr *rush_expr_in_set (RushExpr *in);
RushExpr *rush_expr_like (RushExpr *text, RushExpr *pattern, gunichar escape);
/* Scalar function or generator with resolved arguments; @type as the function says. */
RushExpr *rush_expr_function (const RushFunction *function, const char *name, const RushType *type,
                              gboolean nullable, RushEvalMode mode, guint n, RushExpr *const *args);
RushExpr *rush_expr_aggregate (const RushFunction *function, const RushType *type,
                               gboolean nullable, RushEvalMode mode, gboolean distinct,
                               RushExpr *filter /* or NULL */, guint n, RushExpr *const *args);
RushExpr *rush_expr_window (RushExpr *function, const RushExprList *partition,
                            const RushExprList *order, const RushWindowFrame *frame /* copied */);
RushExpr *rush_expr_sort_order (RushExpr *child, gboolean descending, gboolean nulls_last);
RushExpr *rush_expr_subquery (RushExprKind kind, RushPlan *plan, guint n_values,
                              RushExpr *const *values);
RushExpr *rush_expr_python_udf (RushPythonFunction *function, guint n, RushExpr *const *args);

/* A copy with other children (taken over), payload and context kept, type and flags found anew;
 * the same node if they are the same. */
RushExpr *rush_expr_with_children (RushExpr *self, RushExpr *const *children);
/* Copies with one fact changed. */
RushExpr *rush_expr_with_context (RushExpr *self, const RushSqlContext *context);
RushExpr *rush_expr_with_type (RushExpr *self, const RushType *type, gboolean nullable);
RushExpr *rush_expr_with_nullable (RushExpr *self, gboolean nullable);
RushExpr *rush_expr_with_qualifier (RushExpr *self, const char *const *qualifier);
RushExpr *rush_expr_with_name (RushExpr *self, const char *name);
RushExpr *rush_expr_with_id (RushExpr *self, RushExprId id);
RushExpr *rush_expr_with_mode (RushExpr *self, RushEvalMode mode);
RushExpr *rush_expr_with_frame (RushExpr *self, const RushWindowFrame *frame); /* copied */
RushExpr *rush_expr_with_aggregate_mode (RushExpr *self, RushAggregateMode mode);
RushExpr *rush_expr_with_ignore_nulls (RushExpr *self); /* an AGGREGATE, a FUNCTION */
/* What a FUNCTION needs of its session: an interned zone or NULL, and a seed. */
RushExpr *rush_expr_with_environment (RushExpr *self, const char *time_zone, gint64 seed);
RushExpr *rush_expr_with_plan (RushExpr *self, RushPlan *plan); /* a subquery's; takes over */
/* A subquery that uses @n attributes of the outer query (taken over) behind its values. */
RushExpr *rush_expr_with_outer (RushExpr *self, guint n, RushExpr *const *outer);
RushExpr *rush_expr_with_conditions (RushExpr *self, RushExprList *conditions); /* takes over */

/* ── asking them ── */

const char *rush_expr_kind_name (RushExprKind kind);
/* Of values that stand for each other (branches, set operations): nulls inside where either type
 * has them; NULL: they differ in shape. */
const RushType *rush_type_merge (const RushType *a, const RushType *b);
gboolean rush_type_is_orderable (const RushType *type); /* no map or calendar interval in it */
gboolean rush_expr_is_resolved (const RushExpr *self);
gboolean rush_expr_is_literal_null (const RushExpr *self);
gboolean rush_expr_is_true (const RushExpr *self);  /* a literal */
gboolean rush_expr_is_false (const RushExpr *self); /* a literal */
/* Equal but for cosmetics: names, contexts, and the order of commutative operands (canonicalized
 * in Spark); deterministic ones give the same value. */
gboolean rush_expr_semantic_equal (const RushExpr *a, const RushExpr *b);
/* A PYTHON_UDF that gives one value for the rows of a group (SQL_GROUPED_AGG_PANDAS_UDF). */
gboolean rush_expr_aggregates_in_python (const RushExpr *self);
guint rush_expr_semantic_hash (const RushExpr *self);
gboolean rush_expr_equal (const RushExpr *a, const RushExpr *b); /* in every respect but context */
/* ALIAS and ATTRIBUTE: the attribute that refers to it. (transfer full) */
RushExpr *rush_expr_to_attribute (RushExpr *self);
const char *rush_expr_name (const RushExpr *self); /* of ALIAS and ATTRIBUTE; else NULL */
RushExprId rush_expr_named_id (const RushExpr *self);
/* Ids of all attributes below; the set is (transfer full), RushExprId boxed as its own key. */
typedef struct _RushExprIdSet RushExprIdSet;
RushExprIdSet *rush_expr_id_set_new (void);
void rush_expr_id_set_free (RushExprIdSet *self);
void rush_expr_id_set_add (RushExprIdSet *self, RushExprId id);
void rush_expr_id_set_add_list (RushExprIdSet *self, const RushExprList *named);
gboolean rush_expr_id_set_has (const RushExprIdSet *self, RushExprId id);
guint rush_expr_id_set_size (const RushExprIdSet *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushExprIdSet, rush_expr_id_set_free)
void rush_expr_collect_references (const RushExpr *self, RushExprIdSet *into);
gboolean rush_expr_references_subset (const RushExpr *self, const RushExprIdSet *of);

/* "(price#3 * (1 - discount#4))": with ids, as plans print it (Spark's toString). */
char *rush_expr_to_string (const RushExpr *self);
/* A function of a window, which may look at its orders: "rank(v#2)". (transfer full) */
char *rush_window_function_to_string (const RushExpr *call, const RushExprList *orders);
/* "(price * (1 - discount))": as columns are named (Spark's toPrettySQL / usePrettyExpression). */
char *rush_expr_to_pretty_sql (const RushExpr *self);
/* A call that is no expression yet, as errors name it: "\"json_tuple(a, b)\"". (transfer full) */
char *rush_call_sql_id (const char *name, guint n, RushExpr *const *args);
/* SQL text as messages quote it, with quoted names (Spark's .sql). */
char *rush_expr_to_sql (const RushExpr *self);

/* ── changing trees ── */

/* Called for a node (transfer none); returns a ref on the node that takes its place, which may be
 * the same one, or NULL with @error. */
typedef RushExpr *(*RushExprTransform) (RushExpr *node, gpointer data, GError **error);
RushExpr *rush_expr_transform_up (RushExpr *self, RushExprTransform func, gpointer data,
                                  GError **error); /* children first */
RushExpr *rush_expr_transform_down (RushExpr *self, RushExprTransform func, gpointer data,
                                    GError **error);
RushExprList *rush_expr_list_transform_up (RushExprList *self, RushExprTransform func,
                                           gpointer data, GError **error);
/* TRUE from @func: enough, do not go below this node. */
typedef gboolean (*RushExprVisit) (const RushExpr *node, gpointer data);
void rush_expr_visit (const RushExpr *self, RushExprVisit func, gpointer data);
/* a AND b AND c ⇄ [a, b, c]; the empty list is TRUE. */
void rush_expr_split_conjuncts (RushExpr *self, GPtrArray *into);  /* refs */
RushExpr *rush_expr_and_all (RushExpr *const *conjuncts, guint n); /* refs taken; (transfer full) */
/* Attributes become BOUND columns of @input (a list of attributes); one that is not there is a
 * programmer's error, with the plan's text in the message. */
RushExpr *rush_expr_bind (RushExpr *self, const RushExprList *input);

RUSH_END_PUBLIC
