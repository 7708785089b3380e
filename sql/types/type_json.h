/* type_json.h - types as JSON, as Spark's DataType.json writes and StructType.fromJson reads them.
 *
 *   {"type":"struct","fields":[{"name":"a","type":"integer","nullable":true,"metadata":{}}]}
 *
 *   {"type":"udt","class":"org.…","pyClass":"pyspark.…","sqlType":…}     a user-defined type; of a
 *                          program's own there is "serializedClass" in place of "class"
 *
 * Metadata of fields is written empty, and skipped when read.
 */
#pragma once

#include "core/base/json.h"
#include "core/data/type.h"

char *rush_type_to_json (const RushType *self); /* (transfer full), compact */
/* NULL: INVALID_JSON_DATA_TYPE, or an error of the JSON itself. */
const RushType *rush_type_from_json (const char *text, gssize length, GError **error);
