/* json_shape.h - what is known of the types in JSON texts, growing with each text.
 *
 * Threads: one.
 * Mirrors: org.apache.spark.sql.catalyst.json.JsonInferSchema.
 */
#pragma once

#include "sql/records/json_scanner.h"

typedef struct _RushJsonShape RushJsonShape;

RushJsonShape *rush_json_shape_new (void);
void rush_json_shape_free (RushJsonShape *self); /* NULL is fine */
/* One text more; @scanner is at its start.  FALSE: it is no JSON, and nothing has changed. */
gboolean rush_json_shape_add (RushJsonShape *self, RushJsonScanner *scanner);
/* schema_of_json (): a value of any kind.  FALSE: it is no JSON. */
gboolean rush_json_shape_add_value (RushJsonShape *self, RushJsonScanner *scanner);
const RushType *rush_json_shape_value_type (const RushJsonShape *self,
                                            const RushJsonOptions *options);
void rush_json_shape_add_corrupt (RushJsonShape *self);
void rush_json_shape_merge (RushJsonShape *self, const RushJsonShape *other);
/* The schema of rows: names sorted, what is always null a string, without what is always empty.
 * COLUMN_ALREADY_EXISTS. */
RushSchema *rush_json_shape_to_schema (const RushJsonShape *self, const RushJsonOptions *options,
                                       GError **error);
