/* type_rules.h - which type two types have in common, and which casts there are.
 *
 * Spark has two sets of rules: @ansi (spark.sql.ansi.enabled, the default) and the older, where a
 * string takes part in everything as a string.
 *
 * Threads:  any; answers are immortal.
 * Mirrors:  TypeCoercion, AnsiTypeCoercion, Cast, UpCastRule.
 */
#pragma once

#include "core/data/type.h"

/* ---- common types; NULL: there is none ---- */

/* That holds all values of both without loss: int and bigint, date and timestamp. */
const RushType *rush_type_tightest_common (const RushType *a, const RushType *b, gboolean ansi);
/* Also with loss: decimals of different scales, strings and numbers. */
const RushType *rush_type_wider_common (const RushType *a, const RushType *b, gboolean ansi);
/* Of the branches of CASE, COALESCE, the elements of array (): 0 types are void. */
const RushType *rush_type_wider_common_of (const RushType *const *types, guint n, gboolean ansi);

/* ---- casts ---- */

gboolean rush_type_can_cast (const RushType *from, const RushType *to, gboolean ansi);
/* Cannot fail or lose anything: Dataset.as, upcast. */
gboolean rush_type_can_up_cast (const RushType *from, const RushType *to);
/* INSERT under spark.sql.storeAssignmentPolicy=ANSI. */
gboolean rush_type_can_store_assign (const RushType *from, const RushType *to);
/* Can the cast (ANSI off) make null of a value that is not? */
gboolean rush_type_cast_makes_nulls (const RushType *from, const RushType *to);

/* ---- facts ---- */

gboolean rush_type_is_atomic (const RushType *self); /* not void, array, map, struct, interval */

/* With SQL types in place of user-defined ones, also inside: its name is Spark's catalogString. */
const RushType *rush_type_without_user_types (const RushType *self);

/* ---- names in messages; (transfer full) ---- */

char *rush_type_sql (const RushType *self);    /* BIGINT, STRUCT<a: INT>, INTERVAL DAY TO SECOND */
char *rush_type_sql_id (const RushType *self); /* the same in double quotes; UDT("…") */
