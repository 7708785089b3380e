/* sql_private.h - the SQL part of rushlight._engine: what rushlight.sql stands on.
 *
 *   sql_module.c      the functions and types, added to the module
 *   sql_expr.c        Expr: a handle on an expression; functions that make them (Column)
 *   sql_plan.c        Plan: a handle on a logical plan; functions that make them (DataFrame)
 *   sql_python.c      functions of Python: in expressions, and over all rows
 *   sql_commands.c    plans that act when they are analyzed: views, files that are written
 *   sql_arrow.c       Arrow's streams ⇄ plans and rows, without copying
 *   sql_session.c     SqlSession: settings, sql (), tables, sources, caches
 *   sql_query.c       Query: a plan's phases, its rows
 *   sql_picture.c     the picture of a plan
 *   sql_execution.c   what surrounds a call that may run jobs
 *   sql_arguments.c   lists of names, of expressions and of options, from Python
 *   sql_rows.c        rows of Python objects ⇄ batches; a value → a literal
 *   sql_told_types.c  user-defined types of files, told beside them
 *   sql_types.c       types and schemas ⇄ their JSON and DDL
 *
 * GIL: as in engine_private.h; analysis may list files and run jobs, so it is left for that, too.
 */
#pragma once

#include "py/ext/engine_private.h"
#include "sql/parser/parser.h"
#include "sql/session/session.h"

typedef struct
{
  PyObject_HEAD RushExpr *expr; /* (owned) */
} EngineExpr;

typedef struct
{
  PyObject_HEAD RushPlan *plan; /* (owned) */
} EnginePlan;

typedef struct
{
  PyObject_HEAD RushSqlSession *session; /* (owned) */
  RushContext *context;                  /* (owned) */
  pid_t process;                         /* that made it */
} EngineSqlSession;

typedef struct
{
  PyObject_HEAD RushQuery *query; /* (owned) */
  RushContext *context;           /* (owned) */
  pid_t process;
} EngineQuery;

extern PyTypeObject EngineExpr_Type;
extern PyTypeObject EnginePlan_Type;
extern PyTypeObject EngineSqlSession_Type;
extern PyTypeObject EngineQuery_Type;

extern PyMethodDef engine_expr_functions[];
extern PyMethodDef engine_plan_functions[];
extern PyMethodDef engine_command_functions[];
extern PyMethodDef engine_python_functions[];
extern PyMethodDef engine_arrow_functions[];
extern PyMethodDef engine_type_functions[];

/* Adds all of it; −1 with an exception set. */
int engine_sql_add_to_module (PyObject *module);

/* Take over what they wrap; NULL with an exception set.  A NULL expression or plan: @error is
 * raised instead. */
PyObject *engine_expr_wrap (RushExpr *expr, GError *error);
PyObject *engine_plan_wrap (RushPlan *plan, GError *error);

/* ── arguments; all return FALSE with an exception set ── */

/* For PyArg_ParseTuple "O&". */
int engine_expr_converter (PyObject *object, void *out_expr);          /* RushExpr **, borrowed */
int engine_optional_expr_converter (PyObject *object, void *out_expr); /* None: NULL */
int engine_plan_converter (PyObject *object, void *out_plan);          /* RushPlan **, borrowed */
int engine_optional_plan_converter (PyObject *object, void *out_plan);
int engine_expr_list_converter (PyObject *object, void *out_list); /* RushExprList **, owned */
int engine_plan_list_converter (PyObject *object,
                                void *out_array);             /* GPtrArray **, owned, of refs */
int engine_strv_converter (PyObject *object, void *out_strv); /* char ***, owned; None: NULL */
int engine_type_converter (PyObject *object, void *out_type); /* const RushType **, from JSON or DDL
                                                                 text; None: NULL */
int engine_options_converter (PyObject *object, void *out_options); /* RushOptions **, owned, of a
                                                                       dict of str; None: NULL */

/* RushPythonFunction **, owned, of (name, eval type, pickled, type, deterministic, broadcasts). */
int engine_python_function_converter (PyObject *object, void *out_function);
/* An attribute a field, with ids of their own. */
RushExprList *engine_attributes_of_schema (const RushSchema *schema);
/* @batches (consumed) as a capsule "arrow_array_stream". */
PyObject *engine_arrow_stream_of (GPtrArray *batches, RushSchema *schema, const char *time_zone);

/* ── what surrounds a call that may run jobs ── */

typedef struct
{
  EngineCall call;
  GHashTable *properties; /* (owned) */
  RushJobOptions job;
  RushExecutionOptions options; /* point into the others: the struct stays where it is */
} EngineExecution;

/* From the arguments (call, properties); FALSE with an exception set. */
gboolean engine_execution_init (EngineExecution *self, PyObject *call, PyObject *properties);
/* With the GIL, once all has run. */
void engine_execution_clear (EngineExecution *self);

/* ── pictures (sql_picture.c) ── */

PyObject *engine_query_dag (EngineQuery *self, PyObject *format);

/* ── values ── */

PyObject *engine_text (char *text); /* takes over */

/* Rows of @batches as a list of @row_class (a subclass of tuple with __fields__). */
PyObject *engine_rows_from_batches (GPtrArray *batches, const RushSchema *schema,
                                    PyObject *row_class);
/* @rows (a list of tuples) as batches of at most RUSH_BATCH_MAX_ROWS; NULL with an exception set.
 * Values have been checked against the schema in Python; what still does not fit is an error. */
GPtrArray *engine_batches_from_rows (PyObject *rows, Py_ssize_t start, Py_ssize_t end,
                                     RushSchema *schema);
/* A literal of a Python value; @type NULL: the value's own.  NULL with an exception set. */
RushExpr *engine_literal (PyObject *value, const RushType *type);
PyObject *engine_type_to_python (const RushType *type); /* JSON text */
