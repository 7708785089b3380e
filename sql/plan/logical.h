/* logical.h - logical plans: immutable trees of relational operators.
 *
 *   PROJECT [name#1, total#7]
 *   └── FILTER total#7 > 10
 *       └── RELATION sales [name#1, total#7, year#8]
 *
 * One struct for all kinds (a closed set, logical_kinds.def).  Children stand in one array and all
 * expressions in `lists`, so that whoever walks a plan, or rewrites expressions everywhere, need
 * not know its kinds.  What a plan puts out (attributes with ids) is found when the node is made.
 *
 * Ownership:  refcounted; constructors take over children and lists, also when they fail.
 *             A transform that changes nothing returns the same pointer.
 * Threads:    immutable, hence any (statistics are found under a lock on first use).
 * Mirrors:
 org.apache.spark.sql.catalyst.plans.logical.LogicalPlan. */
#pragma once

#include "core/data/batch.h"
#include "sql/plan/expression.h"

RUSH_BEGIN_PUBLIC

typedef enum
{
#define RUSH_PLAN_KIND(kind, name, payload, children, lists) RUSH_PLAN_##kind,
#include "sql/plan/logical_kinds.def"
#undef RUSH_PLAN_KIND
  RUSH_PLAN_N_KINDS
} RushPlanKind;

typedef enum
{
  RUSH_JOIN_INNER,
  RUSH_JOIN_CROSS,
  RUSH_JOIN_LEFT_OUTER,
  RUSH_JOIN_RIGHT_OUTER,
  RUSH_JOIN_FULL_OUTER,
  RUSH_JOIN_LEFT_SEMI,
  RUSH_JOIN_LEFT_ANTI,
  RUSH_JOIN_EXISTENCE, /* left rows and a boolean attribute (join.exists) */
} RushJoinType;

/* Which strategy a join's side was hinted to. */
typedef enum
{
  RUSH_HINT_NONE,
  RUSH_HINT_BROADCAST,
  RUSH_HINT_MERGE,
  RUSH_HINT_SHUFFLE_HASH,
  RUSH_HINT_SHUFFLE_REPLICATE_NL,
  RUSH_HINT_NO_BROADCAST, /* AQE: NO_BROADCAST_HASH */
} RushJoinHint;

/* Where rows come from: a table of files, say; sql/sources/source.h.  And what is kept of a
 * persisted plan: sql/session/cache_manager.h. */
typedef struct _RushSource RushSource;
typedef struct _RushCachedData RushCachedData;
typedef struct _RushRowLayout RushRowLayout;
typedef struct _RushRdd RushRdd;

/* What is known of a plan's rows; −1: unknown.  Spark's Statistics. */
typedef struct
{
  double size_bytes; /* always known: LONG_MAX if nobody knows better */
  double row_count;  /* −1 */
} RushStatistics;

typedef enum
{
  RUSH_COMMAND_SET, /* options: key → value; none: SET alone; names: the key to show */
  RUSH_COMMAND_RESET,
  RUSH_COMMAND_EXPLAIN,     /* text: the mode; child: the query */
  RUSH_COMMAND_CREATE_VIEW, /* names; child; flags REPLACE, IF_NOT_EXISTS, GLOBAL, PERSISTED;
                               columns */
  RUSH_COMMAND_DROP_VIEW,
  RUSH_COMMAND_CREATE_TABLE,    /* names, schema, text: provider, options, partitioning
                                       (columns) */
  RUSH_COMMAND_CREATE_TABLE_AS, /* the same; child: the query */
  RUSH_COMMAND_DROP_TABLE,
  RUSH_COMMAND_TRUNCATE_TABLE,
  RUSH_COMMAND_ALTER_RENAME,
  RUSH_COMMAND_INSERT,      /* names: the table; columns; child; flag OVERWRITE; options: static
                               partition */
  RUSH_COMMAND_WRITE,       /* rows to files: text: the format; location; save_mode; child; and what
                               else says how: partitioning, buckets, options; names: its table */
  RUSH_COMMAND_SHOW_TABLES, /* names: the database; text: the pattern */
  RUSH_COMMAND_SHOW_VIEWS,
  RUSH_COMMAND_SHOW_DATABASES,
  RUSH_COMMAND_SHOW_COLUMNS,
  RUSH_COMMAND_SHOW_FUNCTIONS,
  RUSH_COMMAND_SHOW_CREATE_TABLE,
  RUSH_COMMAND_SHOW_PARTITIONS,
  RUSH_COMMAND_SHOW_TBLPROPERTIES,
  RUSH_COMMAND_DESCRIBE_TABLE, /* flag EXTENDED; columns: one column */
  RUSH_COMMAND_DESCRIBE_QUERY, /* child */
  RUSH_COMMAND_DESCRIBE_FUNCTION,
  RUSH_COMMAND_DESCRIBE_DATABASE,
  RUSH_COMMAND_CREATE_DATABASE,
  RUSH_COMMAND_DROP_DATABASE,
  RUSH_COMMAND_USE,
  RUSH_COMMAND_CACHE_TABLE, /* names; child if AS query; flag LAZY; options */
  RUSH_COMMAND_UNCACHE_TABLE,
  RUSH_COMMAND_CLEAR_CACHE,
  RUSH_COMMAND_REFRESH_TABLE,
  RUSH_COMMAND_ANALYZE_TABLE, /* flag NOSCAN, ALL_COLUMNS; columns */
} RushCommandKind;

typedef enum
{
  RUSH_COMMAND_REPLACE = 1 << 0,
  RUSH_COMMAND_IF_EXISTS = 1 << 1, /* IF EXISTS and IF NOT EXISTS */
  RUSH_COMMAND_GLOBAL = 1 << 2,
  RUSH_COMMAND_TEMPORARY = 1 << 3,
  RUSH_COMMAND_OVERWRITE = 1 << 4,
  RUSH_COMMAND_EXTENDED = 1 << 5,
  RUSH_COMMAND_LAZY = 1 << 6,
  RUSH_COMMAND_NOSCAN = 1 << 7,
  RUSH_COMMAND_ALL_COLUMNS = 1 << 8,
  RUSH_COMMAND_CASCADE = 1 << 9,
  RUSH_COMMAND_BY_NAME = 1 << 10,
  RUSH_COMMAND_EXTERNAL = 1 << 11,
  RUSH_COMMAND_DYNAMIC_OVERWRITE = 1 << 12, /* WRITE: only partitions that rows go to are
                                               replaced */
} RushCommandFlags;

/* What becomes of what is there already.  Spark's SaveMode. */
typedef enum
{
  RUSH_SAVE_ERROR_IF_EXISTS,
  RUSH_SAVE_APPEND,
  RUSH_SAVE_OVERWRITE,
  RUSH_SAVE_IGNORE,
} RushSaveMode;

/* A statement that is not a query; filled in by the parser, immutable afterwards. */
typedef struct
{
  RushRefCount refs;
  RushCommandKind kind;
  guint flags;
  char **names;                 /* of the table, view, …; or NULL */
  RushSqlContext names_context; /* where they stand (its text owned); all zero: nowhere */
  char **columns;               /* or NULL */
  char **column_comments;       /* as long as columns, with "" for none; or NULL */
  char **partitioning;          /* columns of PARTITIONED BY; or NULL */
  char **bucket_columns;        /* CLUSTERED BY; or NULL */
  guint n_buckets;
  char **sort_columns;         /* WRITE: the order of rows in a bucket's file; or NULL */
  RushSaveMode save_mode;      /* CREATE_TABLE_AS, WRITE */
  GPtrArray *static_partition; /* WRITE: the partition that OVERWRITE replaces: column, value …
                                  (char *, owned; NULL value: null), as options; or NULL */
  RushSchema *schema;          /* or NULL */
  char *text;                  /* see the kind; or NULL */
  char *query_text;            /* of a view's query, as the user wrote it; or NULL */
  char *comment;
  char *location;
  GPtrArray *options;    /* key, value, key, value … (char *, owned); NULL value: a key alone; or
                           NULL */
  GPtrArray *properties; /* TBLPROPERTIES: likewise */
} RushCommand;
RushCommand *rush_command_new (RushCommandKind kind);
RushCommand *rush_command_ref (RushCommand *self);
void rush_command_unref (RushCommand *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushCommand, rush_command_unref)

struct _RushPlan
{
  RushRefCount refs;
  RushPlanKind kind;
  gboolean resolved;      /* it and all below: attributes have types, there is no UNRESOLVED_… */
  RushExprFlags flags;    /* the HAS_… ones, of all expressions of this node */
  RushExprList *output;   /* (owned) attributes; NULL while not known */
  gint64 plan_id;         /* of the DataFrame that this is the plan of; −1: none (names.plan_id) */
  RushSqlContext context; /* where in the user's text (its text owned); all zero: nowhere */
  RushPlan *written;      /* (owned) an analyzed plan: what it was before; or NULL */
  guint n_lists;
  RushExprList *lists[4]; /* (owned) */
  union
  {
    struct
    {
      char **names;       /* (owned) of table or function */
      GPtrArray *options; /* (owned) key, value …; or NULL */
    } relation;
    struct
    {
      char **names; /* (owned) columns of the table, "col1", … if not given */
      guint n_columns;
    } inline_table;
    struct
    {
      char **names; /* (owned): the alias; of COLUMN_ALIASES: the columns; VIEW: the full name */
    } names;
    struct
    {
      guint n;            /* UNRESOLVED_WITH: definitions in order; the child uses them */
      char **names;       /* (owned) */
      RushPlan **plans;   /* (owned); columns aliases are a COLUMN_ALIASES node on top */
      gint64 *max_levels; /* (owned) UNRESOLVED_WITH: MAX RECURSION LEVEL of each, −1; or NULL */
      gint64 *ids;        /* WITH_CTE: (owned) children[0…n) are the definitions, the last uses
                           them */
      gboolean recursive;
    } with;
    struct
    {
      char **names; /* (owned) */
    } windows;
    struct
    {
      char *name;        /* (owned) as written, upper case */
      RushJoinHint hint; /* RESOLVED_HINT */
    } hint;
    struct
    {
      /* Columns of the child that a name may still reach though the list leaves them out: the other
       * side's keys after a USING join. */
      RushExprList *hidden; /* (owned) or NULL */
      const char *step;     /* static: of a pipe, without aggregates: "EXTEND"; or NULL */
    } project;
    struct
    {
      guint n_values;
      guint n_aggregates;
    } pivot;
    struct
    {
      gboolean include_nulls;
      char *variable_name; /* (owned) */
      char **value_names;  /* (owned) one a value column of a group */
      guint group_width;   /* value columns a row */
      char **aliases;      /* (owned) of each group, or NULL */
    } unpivot;
    struct
    {
      GPtrArray *batches; /* (owned) of RushBatch; its columns are the output's */
      guint64 n_rows;
    } local;
    struct
    {
      gint64 start, end, step;
      guint n_slices; /* 0: default parallelism */
    } range;
    struct
    {
      RushSource *source; /* (owned) */
      char **table;       /* (owned) its name in the catalog, or NULL */
    } source;
    struct
    {
      RushRdd *rdd;              /* (owned): batches with the output's columns */
      RushStatistics statistics; /* of a plan that was run before, or unknown */
      RushRowLayout *layout;     /* (owned) how its rows lie, or NULL: nobody knows */
    } rdd;
    struct
    {
      RushCachedData *data; /* (owned) */
    } cached;
    struct
    {
      gint64 id;
      RushStatistics statistics;
      gint64 max_depth; /* UNION_LOOP: MAX RECURSION LEVEL; −1: not given */
      gint64 limit;     /* UNION_LOOP: so many rows are enough; −1: all */
    } cte;
    struct
    {
      gboolean global; /* ORDER BY; else SORT BY: within partitions */
    } sort;
    struct
    {
      gint64 limit; /* rows of a rank above it go */
    } group_limit;
    struct
    {
      guint n_projections;
    } expand;
    struct
    {
      gboolean outer;
      char *qualifier;    /* (owned) or NULL */
      char **names;       /* (owned) unresolved output names, or NULL */
      GArray *unrequired; /* of guint: child columns that nobody above needs; or NULL */
    } generate;
    struct
    {
      double lower, upper;
      gboolean with_replacement;
      gint64 seed;
      gboolean seed_given;
      /* TABLESAMPLE (n ROWS) is a limit; (x PERCENT) is 0…x/100 */
    } sample;
    struct
    {
      guint n;            /* 0: spark.sql.shuffle.partitions (and AQE may coalesce) */
      gboolean shuffle;   /* REPARTITION: else coalesce */
      gboolean rebalance; /* hint REBALANCE */
    } repartition;
    struct
    {
      gint eval_type;
    } python;
    struct
    {
      RushJoinType type;
      gboolean natural;
      char **using_columns; /* (owned) or NULL */
      RushJoinHint left_hint, right_hint;
      RushExpr *exists;    /* (owned) EXISTENCE */
      gboolean null_aware; /* NOT IN as a null-aware anti join */
    } join;
    struct
    {
      gboolean all; /* UNION ALL is UNION with all; UNION alone a DISTINCT over it */
      gboolean by_name;
      gboolean allow_missing;
    } setop;
    struct
    {
      RushCommand *command; /* (owned) */
    } command;
  } as;
  /* private: found on first use, under a lock */
  RushStatistics statistics;
  gboolean statistics_known;
  guint n_children;
  RushPlan *children[]; /* (owned) */
};

RushPlan *rush_plan_ref (RushPlan *self);
void rush_plan_unref (RushPlan *self); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushPlan, rush_plan_unref)

/* ── making them: lists may be NULL for empty ── */
RushPlan *rush_plan_unresolved_relation (const char *const *names,
                                         GPtrArray *options /* or NULL */);
RushPlan *rush_plan_unresolved_table_function (const char *const *names, RushExprList *arguments);
RushPlan *rush_plan_inline_table (const char *const *names, guint n_columns, RushExprList *values);
RushPlan *rush_plan_having (RushExpr *condition, RushPlan *child);
RushPlan *rush_plan_with (guint n, const char *const *names, RushPlan **plans, RushPlan *child);
/* @children: @n definitions, then the query that uses them (taken over). */
RushPlan *rush_plan_with_cte (guint n, const gint64 *ids, RushPlan *const *children);
RushPlan *rush_plan_cte_reference (gint64 id, RushExprList *output);
/* What a definition that uses itself is: the anchor's rows, then again and again what the recursion
 * makes of the last ones, which UNION_LOOP_REFs of the same id stand for. */
RushPlan *rush_plan_union_loop (gint64 id, gint64 max_depth, RushExprList *output /* or NULL */,
                                RushPlan *anchor, RushPlan *recursion);
RushPlan *rush_plan_union_loop_ref (gint64 id, RushExprList *output /* or NULL */);
RushPlan *rush_plan_windows (const char *const *names, RushExprList *windows, RushPlan *child);
RushPlan *rush_plan_column_aliases (const char *const *columns, RushPlan *child);
RushPlan *rush_plan_unresolved_hint (const char *name, RushExprList *parameters, RushPlan *child);
RushPlan *rush_plan_resolved_hint (RushJoinHint hint, RushPlan *child);
RushPlan *rush_plan_pivot (RushExprList *grouping, RushExpr *column, RushExprList *values,
                           RushExprList *aggregates, RushPlan *child);
/* @value_names: one a column of a group (NULL-terminated, group_width of them); @aliases: one a
 * group, "" for one without; or NULL. */
RushPlan *rush_plan_unpivot (RushExprList *ids, RushExprList *values, guint group_width,
                             gboolean include_nulls, const char *variable_name,
                             const char *const *value_names, const char *const *aliases,
                             RushPlan *child);
RushPlan *rush_plan_lateral_join (RushJoinType type, RushExpr *condition /* or NULL */,
                                  RushPlan *left, RushPlan *right);
RushPlan *rush_plan_one_row (void);
RushPlan *rush_plan_local (RushExprList *output, GPtrArray *batches /* takes over */);
RushPlan *rush_plan_range (gint64 start, gint64 end, gint64 step, guint n_slices);
RushPlan *rush_plan_relation (RushSource *source /* takes over */, RushExprList *output,
                              const char *const *table);
RushPlan *rush_plan_rdd (RushRdd *rdd /* takes over */, RushExprList *output);
/* Of rows that a plan has made, and of which it knew something; takes over all. */
RushPlan *rush_plan_made_rdd (RushRdd *rdd, RushExprList *output, RushStatistics statistics,
                              RushRowLayout *layout);
RushPlan *rush_plan_cached (RushCachedData *data /* takes over */, RushExprList *output);
RushPlan *rush_plan_project (RushExprList *named, RushPlan *child);
RushPlan *rush_plan_filter (RushExpr *condition, RushPlan *child);
RushPlan *rush_plan_aggregate (RushExprList *grouping, RushExprList *results, RushPlan *child);
RushPlan *rush_plan_sort (RushExprList *orders, gboolean global, RushPlan *child);
RushPlan *rush_plan_limit (RushExpr *limit, RushPlan *child); /* GLOBAL_LIMIT over LOCAL_LIMIT */
RushPlan *rush_plan_offset (RushExpr *offset, RushPlan *child);
RushPlan *rush_plan_unary (RushPlanKind kind, RushExprList *list0, RushPlan *child); /* no
                                                                                        payload */
RushPlan *rush_plan_distinct (RushPlan *child);
/* PYTHON_EVAL */
RushPlan *rush_plan_python (RushPlanKind kind, gint eval_type, RushExprList *functions,
                            RushExprList *output, RushPlan *child);
/* MAP_IN_PYTHON: @output are rows that @functions make of all rows; of those of a group, if
 * @eval_type is of groups: rows with equal @keys (attributes; an empty list: all rows). */
RushPlan *rush_plan_map_in_python (gint eval_type, RushExprList *keys, RushExprList *functions,
                                   RushExprList *output, RushPlan *child);
gboolean rush_python_map_has_groups (const RushPlan *self);
/* What Spark calls the node: "MapInPandas", "FlatMapGroupsInPandas", … */
const char *rush_python_map_name (gint eval_type);
/* Left rows and @exists (a boolean attribute; taken over). */
RushPlan *rush_plan_join_existence (RushExpr *exists, RushExpr *condition, RushPlan *left,
                                    RushPlan *right);
RushPlan *rush_plan_window (RushExprList *windows, RushExprList *partition, RushExprList *orders,
                            RushPlan *child);
/* Of each partition the rows that @rank (row_number (), rank (), dense_rank ()) numbers up to
 * @limit, and maybe more of them. */
RushPlan *rush_plan_window_group_limit (RushExprList *partition, RushExprList *orders,
                                        RushExpr *rank, gint64 limit, RushPlan *child);
RushPlan *rush_plan_expand (guint n_projections, RushExprList *projections, RushExprList *output,
                            RushPlan *child);
RushPlan *rush_plan_generate (RushExpr *generator, gboolean outer, const char *qualifier,
                              RushExprList *output /* or NULL */, const char *const *names,
                              RushPlan *child);
RushPlan *rush_plan_sample (double lower, double upper, gboolean with_replacement, gint64 seed,
                            gboolean seed_given, RushPlan *child);
RushPlan *rush_plan_repartition (guint n, gboolean shuffle, RushPlan *child);
RushPlan *rush_plan_repartition_by (guint n, RushExprList *expressions, RushPlan *child);
RushPlan *rush_plan_subquery_alias (const char *const *names, RushPlan *child);
RushPlan *rush_plan_view (const char *const *names, RushPlan *child);
RushPlan *rush_plan_join (RushJoinType type, RushExpr *condition /* or NULL */, RushPlan *left,
                          RushPlan *right);
RushPlan *rush_plan_join_using (RushJoinType type, const char *const *columns /* NULL: natural */,
                                RushPlan *left, RushPlan *right);
RushPlan *rush_plan_union (gboolean by_name, gboolean allow_missing, guint n,
                           RushPlan *const *children);
RushPlan *rush_plan_setop (RushPlanKind kind, gboolean all, RushPlan *left, RushPlan *right);
RushPlan *rush_plan_command (RushCommand *command, RushPlan *child /* or NULL */);

/* Copies with other children or lists (taken over; arrays are the caller's); payload kept, output
 * found anew; the same node if all are the same. */
RushPlan *rush_plan_with_children (RushPlan *self, RushPlan *const *children);
RushPlan *rush_plan_with_lists (RushPlan *self, RushExprList *const *lists);
RushPlan *rush_plan_with_id (RushPlan *self, gint64 plan_id);
RushPlan *rush_plan_with_written (RushPlan *self, RushPlan *written); /* referenced */
RushPlan *rush_plan_with_context (RushPlan *self, const RushSqlContext *context);
/* Copies whose payload is changed before output and flags are found: the payload of @edit is
 * already a copy. */
typedef void (*RushPlanEdit) (RushPlan *copy, gpointer data);
RushPlan *rush_plan_edit (RushPlan *self, RushPlanEdit edit, gpointer data);

/* ── asking them ── */
const char *rush_plan_kind_name (RushPlanKind kind);
gboolean rush_plan_equal (const RushPlan *a, const RushPlan *b);
/* The same rows but for ids and cosmetics: for reuse of exchanges and caches (Spark's
 * sameResult). */
gboolean rush_plan_same_result (const RushPlan *a, const RushPlan *b);
RushSchema *rush_plan_schema (const RushPlan *self); /* of a resolved one (transfer full) */
RushStatistics rush_plan_statistics (RushPlan *self);
void rush_plan_collect_output_ids (const RushPlan *self, RushExprIdSet *into);
/* At most so many rows; −1: no bound known (Spark's maxRows). */
gint64 rush_plan_max_rows (const RushPlan *self);
gboolean rush_plan_has_subquery (const RushPlan *self);

/* As Spark prints a plan: "Project [name#1]\n+- Filter …\n". */
char *rush_plan_to_tree_string (const RushPlan *self);
char *rush_plan_node_string (const RushPlan *self); /* one line of it */

/* ── changing trees ── */
typedef RushPlan *(*RushPlanTransform) (RushPlan *node, gpointer data, GError **error);
RushPlan *rush_plan_transform_up (RushPlan *self, RushPlanTransform func, gpointer data,
                                  GError **error);
RushPlan *rush_plan_transform_down (RushPlan *self, RushPlanTransform func, gpointer data,
                                    GError **error);
/* Also into the plans of subqueries, innermost first. */
RushPlan *rush_plan_transform_up_with_subqueries (RushPlan *self, RushPlanTransform func,
                                                  gpointer data, GError **error);
/* Every expression of this node (not of its children), each transformed up. */
RushPlan *rush_plan_transform_expressions (RushPlan *self, RushExprTransform func, gpointer data,
                                           GError **error);
/* … and of all nodes below. */
RushPlan *rush_plan_transform_all_expressions (RushPlan *self, RushExprTransform func,
                                               gpointer data, GError **error);
typedef gboolean (*RushPlanVisit) (const RushPlan *node, gpointer data); /* TRUE: not below it */
void rush_plan_visit (const RushPlan *self, RushPlanVisit func, gpointer data);
void rush_plan_visit_expressions (const RushPlan *self, RushExprVisit func, gpointer data);

RUSH_END_PUBLIC
