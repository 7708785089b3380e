/* column_private.h - how this folder makes columns before it fills in what they share. */
#pragma once

#include "core/data/column.h"

/* Without nulls, data or children; takes over @values. */
RushColumn *rush_column_new_header (const RushType *type, RushLayout layout, guint length,
                                    RushBuffer *values);
/* A header with refs on all that @self has: buffers, data, dictionary, children; offset and layout
 * are those of @self, null_count is 0 and to be set by the caller. */
RushColumn *rush_column_new_sharing (RushColumn *self, guint length);
/* PLAIN (void: CONSTANT) without rows; takes no memory from any account. */
RushColumn *rush_column_new_empty (const RushType *type);
