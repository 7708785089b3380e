/* values_private.h - how user-defined types join the other values. */
#pragma once

#include "py/ext/values/values.h"

/* As value_to_python () of a row that is not null: by the class of the column's type, and as the
 * SQL type that it is kept as. */
PyObject *value_user_to_python (const RushColumn *column, guint row, PyObject *row_class);
PyObject *value_plain_to_python (const RushColumn *column, guint row, PyObject *row_class);
/* As value_append () of an object that is not None. */
gboolean value_user_append (RushColumnBuilder *builder, const RushType *type, PyObject *value);
