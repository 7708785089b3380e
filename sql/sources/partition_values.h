/* partition_values.h - what the names of partition folders mean.
 *
 *   year=2024        column year, an int
 *   day=2024-05-06   column day, a date
 *   city=a%3Ab       column city: "a:b"
 *   x=__HIVE_DEFAULT_PARTITION__      null
 *
 * Mirrors: org.apache.spark.sql.execution.datasources.PartitioningUtils, ExternalCatalogUtils.
 */
#pragma once

#include "sql/sources/source.h"

#define RUSH_DEFAULT_PARTITION "__HIVE_DEFAULT_PARTITION__"

/* %XX taken back; (transfer full). */
char *rush_partition_unescape (const char *text, gsize length);
/* What may not stand in a folder's name as %XX; NULL or "": RUSH_DEFAULT_PARTITION. */
char *rush_partition_escape (const char *text);

/* The type that all @texts (unescaped; NULL: null) have. */
const RushType *rush_partition_infer_type (char *const *texts, guint n, const char *time_zone);
/* A column of @texts as @type, which may be any that texts can be cast to.
 * INVALID_PARTITION_VALUE. */
RushColumn *rush_partition_column (const char *name, const RushType *type, char *const *texts,
                                   guint n, const char *time_zone, GError **error);
/* A value as it stands in a folder's name, escaped. (transfer full) */
char *rush_partition_value_text (const RushColumn *column, guint row, const char *time_zone);
