/* sql_error.h - the SQL engine's errors: Spark's classes, states, words and query contexts.
 *
 * An error is a GError of the domain RUSH_SQL_ERROR.  Its code says which exception Python sees,
 * its message is all of Spark's text:
 *
 *   [DIVIDE_BY_ZERO] Division by zero. Use `try_divide` to … SQLSTATE: 22012
 *   == SQL (line 1, position 8) ==
 *   select 1/0
 *          ^^^
 *
 * Class and state can be read back from the message (rush_sql_error_get_class (),
 * rush_sql_error_get_state ()), so nothing needs to travel beside it: errors of tasks cross threads
 * and processes as text.  Errors of analysis, which never leave the driver, keep the block that
 * their message leaves out (rush_sql_error_get_place ()).
 *
 *   rush_sql_error_set (error, RUSH_SQL_CLASS_DIVIDE_BY_ZERO, &expr->context,
 *                       "config", "\"spark.sql.ansi.enabled\"", NULL);
 *
 * Where the place goes depends on the kind, as in Spark: "; line 1 pos 7" in errors of analysis, a
 * block with carets in the others, an arrow under the line in syntax errors.
 *
 * Ownership:  the usual GError rules; outputs are untouched on failure.
 * Threads:    any.
 * Mirrors:    SparkThrowable, SparkThrowableHelper, SQLQueryContext, DataFrameQueryContext.
 */
#pragma once

#include "core/base/error.h"
#include "core/base/refcount.h"

/* Which class of pyspark.errors the error is in Python. */
typedef enum
{
  RUSH_SQL_ERROR_ANALYSIS,         /* AnalysisException */
  RUSH_SQL_ERROR_PARSE,            /* ParseException */
  RUSH_SQL_ERROR_ILLEGAL_ARGUMENT, /* IllegalArgumentException */
  RUSH_SQL_ERROR_NUMBER_FORMAT,    /* NumberFormatException */
  RUSH_SQL_ERROR_ARITHMETIC,       /* ArithmeticException */
  RUSH_SQL_ERROR_UNSUPPORTED,      /* UnsupportedOperationException */
  RUSH_SQL_ERROR_ARRAY_INDEX,      /* ArrayIndexOutOfBoundsException */
  RUSH_SQL_ERROR_DATETIME,         /* DateTimeException */
  RUSH_SQL_ERROR_RUNTIME,          /* SparkRuntimeException */
  RUSH_SQL_ERROR_UPGRADE,          /* SparkUpgradeException */
  RUSH_SQL_ERROR_NO_SUCH_ELEMENT,  /* SparkNoSuchElementException */
  RUSH_SQL_ERROR_SPARK,            /* a plain SparkException: a failed job, a broken file */
} RushSqlError;

#define RUSH_SQL_ERROR (rush_sql_error_quark ())
GQuark rush_sql_error_quark (void);

/* RUSH_SQL_CLASS_DIVIDE_BY_ZERO, RUSH_SQL_CLASS_UNRESOLVED_COLUMN_WITH_SUGGESTION, … */
typedef enum
{
#define ERROR_CLASS(id, name, state, kind, template) RUSH_SQL_CLASS_##id,
#include "sql/types/sql_error_classes.def"
#undef ERROR_CLASS
  RUSH_SQL_CLASS_COUNT,
} RushSqlErrorClass;

/* ---- where in a query ---- */

/* The text of a query, shared by the contexts of all its expressions.  Inside a view's text,
 * @object_type is "VIEW" and @object_name its name; else both are NULL. */
typedef struct _RushSqlText
{
  RushRefCount refs;
  char *text;
  char *object_type;
  char *object_name;
} RushSqlText;

RushSqlText *rush_sql_text_new (const char *text, const char *object_type, const char *object_name);
RushSqlText *rush_sql_text_ref (RushSqlText *self);
void rush_sql_text_unref (RushSqlText *self); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushSqlText, rush_sql_text_unref)

/* A place: characters [start, stop] of a text, or a call of the DataFrame API.  Shared by the
 * expressions that were made of one another, hence refcounted; it may also stand on the stack. */
typedef struct _RushSqlContext
{
  RushRefCount refs;
  RushSqlText *text;     /* (owned) NULL: not from SQL text */
  guint start, stop;     /* byte offsets of the first and the last byte */
  const char *fragment;  /* DataFrame API: "divide"; interned, or NULL */
  const char *call_site; /* "/home/ada/a.py:3"; interned */
} RushSqlContext;

RushSqlContext *rush_sql_context_new (RushSqlText *text, guint start, guint stop); /* refs @text */
RushSqlContext *rush_sql_context_new_call (const char *fragment, const char *call_site);
RushSqlContext *rush_sql_context_ref (RushSqlContext *self);
void rush_sql_context_unref (RushSqlContext *self); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushSqlContext, rush_sql_context_unref)

/* Line from 1, position in it from 0, in characters. */
void rush_sql_context_line (const RushSqlContext *self, guint *out_line, guint *out_position);
/* The block "== SQL … ==" or "== DataFrame ==", with a line feed at its end; "" for nowhere. */
char *rush_sql_context_summary (const RushSqlContext *self);

/* ---- errors ---- */

/* @context may be NULL.  Then come names and values (strings; NULL is written "null") of the
 * template's parameters, then NULL; each parameter must be given.  rush_sql_error_set () takes the
 * kind that the table of classes has. */
void rush_sql_error_set (GError **error, RushSqlErrorClass error_class,
                         const RushSqlContext *context, ...) G_GNUC_NULL_TERMINATED;
void rush_sql_error_set_as (GError **error, RushSqlError kind, RushSqlErrorClass error_class,
                            const RushSqlContext *context, ...) G_GNUC_NULL_TERMINATED;
/* A parser's error at one place of the text: its message shows line and position, the text, and an
 * arrow of dashes under the line.  The kind is RUSH_SQL_ERROR_PARSE; @context must have a text. */
void rush_sql_error_set_syntax (GError **error, RushSqlErrorClass error_class,
                                const RushSqlContext *context, ...) G_GNUC_NULL_TERMINATED;
/* Puts the place behind an error that was raised without one; for all errors of this domain but
 * those of parsing, which know their place from the start. */
void rush_sql_error_add_context (GError *error, const RushSqlContext *context);
/* ";\n<plan>": what an AnalysisException shows of the plan it was found in. */
void rush_sql_error_add_plan (GError *error, const char *plan);

const char *rush_sql_error_class_name (RushSqlErrorClass error_class);
const char *rush_sql_error_class_state (RushSqlErrorClass error_class);
const char *rush_sql_error_class_template (RushSqlErrorClass error_class);
RushSqlError rush_sql_error_class_kind (RushSqlErrorClass error_class);
/* FALSE: not in the table. */
gboolean rush_sql_error_class_find (const char *name, RushSqlErrorClass *out_class);
/* Read from the message; NULL where it has none: (transfer full). */
char *rush_sql_error_get_class (const GError *error);
char *rush_sql_error_get_state (const GError *error);
/* An error of analysis: the block of its place, as rush_sql_context_summary () draws it; NULL or ""
 * if it has none, and for all other errors. */
const char *rush_sql_error_get_place (const GError *error);

/* ---- how Spark writes names in messages ---- */

char *rush_sql_id (const char *const *parts, guint n); /* `a`.`b`; back-ticks are doubled */
char *rush_sql_id_of (const char *name);               /* one part */
char *rush_sql_conf (const char *key);                 /* "spark.sql.ansi.enabled", in quotes */
