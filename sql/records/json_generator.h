/* json_generator.h - values as JSON text.
 *
 * Threads: one.
 * Mirrors: org.apache.spark.sql.catalyst.json.JacksonGenerator.
 */
#pragma once

#include "sql/records/json_options.h"

typedef struct
{
  const RushJsonOptions *options; /* (unowned) of writing */
  RushFieldWriter values;
} RushJsonGenerator;

void rush_json_generator_init (RushJsonGenerator *self, const RushJsonOptions *options);
/* Appends the value of @row, which may be null. */
void rush_json_generate_value (RushJsonGenerator *self, const RushColumn *column, guint row,
                               GString *out);
/* Appends an object: "name":value of each member that is there; @row of each column. */
void rush_json_generate_object (RushJsonGenerator *self, guint n, const char *const *names,
                                RushColumn *const *columns, guint row, GString *out);
