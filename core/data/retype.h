/* retype.h - the same values under another type, that lies alike: what files and Arrow's streams
 * hold becomes the user-defined types that a schema says.
 *
 * Threads:  any.
 */
#pragma once

#include "core/data/column.h"

/* Whether values of both lie alike: names, nullability and user-defined types do not matter. */
gboolean rush_type_same_layout (const RushType *a, const RushType *b);
/* @self, which it takes over, as a column of @type, of the same layout: nothing is copied. */
RushColumn *rush_column_retype (RushColumn *self, const RushType *type);
