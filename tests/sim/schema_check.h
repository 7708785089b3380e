/* schema_check.h - as much of JSON Schema 2020-12 as the schema of scenarios uses. */
#pragma once

#include "core/base/json.h"

/* Does @value fit @schema, a part of @root?  A keyword that is not known ends the program. */
gboolean schema_accepts (const RushJson *root, const RushJson *schema, const RushJson *value);
