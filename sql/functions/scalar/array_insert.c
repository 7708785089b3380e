/* array_insert.c - array_insert (array, position, value).
 *
 *   array_insert ([1, 2], 1, 9)      [9, 1, 2]           positions from 1
 *   array_insert ([1, 2], -1, 9)     [1, 2, 9]           … and from −1, behind the last one
 *   array_insert ([1], 4, 9)         [1, null, null, 9]  nulls fill what lies between
 *
 * Mirrors:  org.apache.spark.sql.catalyst.expressions.ArrayInsert.
 */
#include "sql/functions/scalar/nested_private.h"
#include "sql/types/type_rules.h"

enum
{
  OLD,
  NEW,
  NONE /* nulls between them */
};

/* The elements of one row. */
static void
insert (RushListWriter *writer, RushListView list, gint64 position, guint row)
{
  gint64 n = list.length, at = position > 0 ? position - 1 : n + position + 1;

  if (at < 0)
    {
      rush_list_writer_add (writer, NEW, row);
      for (gint64 k = at; k < 0; k++)
        rush_list_writer_add (writer, NONE, row);
    }
  for (gint64 k = 0; k < MAX (n, at + 1); k++)
    {
      if (k == at)
        rush_list_writer_add (writer, NEW, row);
      if (k < n)
        rush_list_writer_add (writer, OLD, (guint32)(list.offset + k));
      else if (k < at)
        rush_list_writer_add (writer, NONE, row);
    }
}

RUSH_EVALUATOR (array_insert)
{
  g_auto (RushListWriter) writer = { .picks = NULL };
  g_autoptr (RushColumn) none =
      rush_column_new_constant_null (args[2]->type, rows->length, ctx->allocator, error);
  RushColumn *sources[] = { rush_column_child (args[0], 0), args[2], none };

  if (none == NULL || !rush_list_writer_init (&writer, call->type, rows, ctx, error))
    return NULL;
  RUSH_FOR_ROWS (rows, row, {
    if (!rush_column_is_valid (args[0], row) || !rush_column_is_valid (args[1], row))
      {
        if (!rush_column_writer_set_null (&writer.lists, row, error))
          return NULL;
        continue;
      }
    gint64 position = RUSH_INT_ARG (1);
    if (position == 0)
      {
        rush_sql_error_set (error, RUSH_SQL_CLASS_INVALID_INDEX_OF_ZERO, &call->context, NULL);
        return NULL;
      }
    rush_list_writer_begin (&writer);
    insert (&writer, rush_column_get_list (args[0], row), position, row);
    rush_list_writer_end (&writer, row);
  });
  return rush_list_writer_finish (&writer, sources, G_N_ELEMENTS (sources), ctx, error);
}

RUSH_RESULT_TYPE (result_type)
{
  if (args[0]->type->kind != RUSH_TYPE_ARRAY)
    {
      g_autofree char *array = rush_type_sql_id (args[0]->type);
      g_autofree char *value = rush_type_sql_id (args[2]->type);
      rush_sql_error_set (error, RUSH_SQL_CLASS_DATATYPE_MISMATCH_ARRAY_FUNCTION_DIFF_TYPES, NULL,
                          "sqlExpr", "\"array_insert\"", "functionName", "`array_insert`",
                          "dataType", "\"ARRAY\"", "leftType", array, "rightType", value, NULL);
      return NULL;
    }
  *inout_nullable = args[0]->nullable || args[1]->nullable;
  return rush_type_array (rush_type_element (args[0]->type), TRUE);
}

const RushFunction rush_functions_array_insert[] = {
  RUSH_SCALAR ("array_insert", 3, 3, NULL, array_insert,
               "array_insert(array, position, value) - with the value there", "3.4.0",
               RUSH_ARGS (RUSH_ARG_ARRAY, RUSH_ARG_INT, RUSH_ARG_ELEMENT),
               .result_type = result_type, .handles_nulls = TRUE),
  { NULL },
};
