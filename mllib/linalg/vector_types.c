/* vector_types.c - the types "vector" and "matrix", and how their values look as text.
 *
 *   vector   type  size  indices  values           [0.0,1.0]    or   (2,[1],[1.0])
 *            1     null  null     [0.0, 1.0]
 *            0     2     [1]      [1.0]
 *
 *   matrix   type  numRows  numCols  colPtrs  rowIndices  values  isTransposed
 *            1     2        2        null     null        [1.0, 3.0, 2.0, 4.0]  false    1.0  2.0
 *                                                         column by column              3.0  4.0
 *
 * Mirrors:  org.apache.spark.ml.linalg.{VectorUDT,MatrixUDT}; toString () of a dense matrix is
 *           Breeze's.
 */
#include "mllib/linalg/vector_column.h"

#include <string.h>

#include "sql/types/number_text.h"
#include "sql/types/value_text.h"

/* ---- types ---- */

static const RushType *
doubles_type (void)
{
  return rush_type_array (&RUSH_FLOAT64, FALSE);
}

static const RushType *
ints_type (void)
{
  return rush_type_array (&RUSH_INT32, FALSE);
}

static const RushType *
make_vector_type (void)
{
  RushTypeField fields[] = { { "type", &RUSH_INT8, FALSE },
                             { "size", &RUSH_INT32, TRUE },
                             { "indices", ints_type (), TRUE },
                             { "values", doubles_type (), TRUE } };
  RushUserType user = { .sql_type = rush_type_struct (G_N_ELEMENTS (fields), fields),
                        .jvm_class = "org.apache.spark.ml.linalg.VectorUDT",
                        .python_class = "pyspark.ml.linalg.VectorUDT",
                        .serialized_class = "" };
  return rush_type_user (&user);
}

/* Every reader asks for it: it is made once. */
const RushType *
rush_vector_type (void)
{
  static const RushType *type;
  static gsize once;

  if (g_once_init_enter (&once))
    {
      type = make_vector_type ();
      g_once_init_leave (&once, 1);
    }
  return type;
}

const RushType *
rush_matrix_type (void)
{
  RushTypeField fields[] = {
    { "type", &RUSH_INT8, FALSE },        { "numRows", &RUSH_INT32, FALSE },
    { "numCols", &RUSH_INT32, FALSE },    { "colPtrs", ints_type (), TRUE },
    { "rowIndices", ints_type (), TRUE }, { "values", doubles_type (), TRUE },
    { "isTransposed", &RUSH_BOOL, FALSE }
  };
  RushUserType user = { .sql_type = rush_type_struct (G_N_ELEMENTS (fields), fields),
                        .jvm_class = "org.apache.spark.ml.linalg.MatrixUDT",
                        .python_class = "pyspark.ml.linalg.MatrixUDT",
                        .serialized_class = "" };
  return rush_type_user (&user);
}

/* ---- vectors as text ---- */

enum
{
  VECTOR_TYPE,
  VECTOR_SIZE,
  VECTOR_INDICES,
  VECTOR_VALUES,
};

static void
append_double (GString *out, double value)
{
  char text[RUSH_NUMBER_TEXT_SIZE];

  g_string_append_len (out, text, (gssize)rush_double_to_text (value, text));
}

/* A list as [1,3]; files may have null in its place. */
static void
append_numbers (GString *out, const RushColumn *lists, guint at)
{
  const RushColumn *elements = rush_column_child (lists, 0);
  RushListView view = { 0, 0 };

  if (rush_column_is_valid (lists, at))
    view = rush_column_get_list (lists, at);
  g_string_append_c (out, '[');
  for (gint32 i = 0; i < view.length; i++)
    {
      if (i > 0)
        g_string_append_c (out, ',');
      if (elements->type == &RUSH_FLOAT64)
        append_double (out, rush_column_get_double (elements, (guint)(view.offset + i)));
      else
        g_string_append_printf (out, "%" G_GINT64_FORMAT,
                                rush_column_get_int (elements, (guint)(view.offset + i)));
    }
  g_string_append_c (out, ']');
}

/* No reader, which would look at the whole batch for the sake of a row. */
static void
write_vector (const RushColumn *column, guint row, GString *out)
{
  const RushColumn *sizes = rush_column_child (column, VECTOR_SIZE);
  const RushColumn *values = rush_column_child (column, VECTOR_VALUES);
  guint at = rush_column_struct_row (column, row);

  if (rush_column_get_int (rush_column_child (column, VECTOR_TYPE), at) == 1)
    {
      append_numbers (out, values, at);
      return;
    }
  g_string_append_printf (out, "(%" G_GINT64_FORMAT ",", rush_column_get_int (sizes, at));
  append_numbers (out, rush_column_child (column, VECTOR_INDICES), at);
  g_string_append_c (out, ',');
  append_numbers (out, values, at);
  g_string_append_c (out, ')');
}

/* ---- matrices as text ---- */

enum
{
  MATRIX_TYPE,
  MATRIX_ROWS,
  MATRIX_COLUMNS,
  MATRIX_STARTS,
  MATRIX_INDICES,
  MATRIX_VALUES,
  MATRIX_TRANSPOSED,
};

static double
element_of (const RushColumn *lists, guint row, guint i)
{
  RushListView view = rush_column_get_list (lists, row);
  return rush_column_get_double (rush_column_child (lists, 0), (guint)view.offset + i);
}

static gint64
index_of (const RushColumn *lists, guint row, guint i)
{
  RushListView view = rush_column_get_list (lists, row);
  return rush_column_get_int (rush_column_child (lists, 0), (guint)view.offset + i);
}

/* Cells of a column are filled up with blanks to the longest one; two blanks end each. */
static void
write_dense_matrix (const RushColumn *column, guint at, guint n_rows, guint n_columns, GString *out)
{
  const RushColumn *values = rush_column_child (column, MATRIX_VALUES);
  gboolean transposed = rush_column_get_bool (rush_column_child (column, MATRIX_TRANSPOSED), at);
  g_autofree gsize *widths = g_new0 (gsize, n_columns + 1);
  char text[RUSH_NUMBER_TEXT_SIZE];

  for (guint pass = 0; pass < 2; pass++)
    for (guint r = 0; r < n_rows; r++)
      {
        for (guint c = 0; c < n_columns; c++)
          {
            guint i = transposed ? r * n_columns + c : c * n_rows + r;
            gsize length = rush_double_to_text (element_of (values, at, i), text);
            if (pass == 0)
              widths[c] = MAX (widths[c], length);
            else
              g_string_append_printf (out, "%-*s  ", (int)widths[c], text);
          }
        if (pass == 1 && r + 1 < n_rows)
          g_string_append_c (out, '\n');
      }
}

/* 2 x 3 CSCMatrix, then a line (row,column) value for each that is kept. */
static void
write_sparse_matrix (const RushColumn *column, guint at, guint n_rows, guint n_columns,
                     GString *out)
{
  const RushColumn *starts = rush_column_child (column, MATRIX_STARTS);
  const RushColumn *indices = rush_column_child (column, MATRIX_INDICES);
  const RushColumn *values = rush_column_child (column, MATRIX_VALUES);
  gboolean transposed = rush_column_get_bool (rush_column_child (column, MATRIX_TRANSPOSED), at);

  g_string_append_printf (out, "%u x %u CSCMatrix", n_rows, n_columns);
  for (guint major = 0; major < (transposed ? n_rows : n_columns); major++)
    for (gint64 i = index_of (starts, at, major); i < index_of (starts, at, major + 1); i++)
      {
        gint64 minor = index_of (indices, at, (guint)i);
        g_string_append_printf (out, "\n(%" G_GINT64_FORMAT ",%" G_GINT64_FORMAT ") ",
                                transposed ? (gint64)major : minor,
                                transposed ? minor : (gint64)major);
        append_double (out, element_of (values, at, (guint)i));
      }
}

/* How many numbers a list has; −1: there is none. */
static gint64
length_of (const RushColumn *lists, guint at)
{
  return rush_column_is_valid (lists, at) ? rush_column_get_list (lists, at).length : -1;
}

/* Whether starts rise from 0 to the number of values, and places are below @n_minor. */
static gboolean
is_sound_sparse (const RushColumn *column, guint at, gint64 n_major, gint64 n_minor)
{
  const RushColumn *starts = rush_column_child (column, MATRIX_STARTS);
  const RushColumn *indices = rush_column_child (column, MATRIX_INDICES);
  gint64 n = length_of (rush_column_child (column, MATRIX_VALUES), at), before = 0;

  if (length_of (starts, at) != n_major + 1 || length_of (indices, at) != n || n < 0 ||
      index_of (starts, at, 0) != 0 || index_of (starts, at, (guint)n_major) != n)
    return FALSE;
  for (guint i = 0; i <= n_major; before = index_of (starts, at, i++))
    if (index_of (starts, at, i) < before)
      return FALSE;
  for (guint i = 0; i < n; i++)
    if (index_of (indices, at, i) < 0 || index_of (indices, at, i) >= n_minor)
      return FALSE;
  return TRUE;
}

/* Files and programs write anything. */
static gboolean
is_sound (const RushColumn *column, guint at, gint64 n_rows, gint64 n_columns)
{
  gboolean transposed = rush_column_get_bool (rush_column_child (column, MATRIX_TRANSPOSED), at);

  if (n_rows < 0 || n_columns < 0)
    return FALSE;
  if (rush_column_get_int (rush_column_child (column, MATRIX_TYPE), at) == 1)
    return length_of (rush_column_child (column, MATRIX_VALUES), at) == n_rows * n_columns;
  return is_sound_sparse (column, at, transposed ? n_rows : n_columns,
                          transposed ? n_columns : n_rows);
}

static void
write_matrix (const RushColumn *column, guint row, GString *out)
{
  guint at = rush_column_struct_row (column, row);
  gint64 rows = rush_column_get_int (rush_column_child (column, MATRIX_ROWS), at);
  gint64 columns = rush_column_get_int (rush_column_child (column, MATRIX_COLUMNS), at);
  guint n_rows = (guint)rows, n_columns = (guint)columns;

  if (!is_sound (column, at, rows, columns))
    g_string_append_printf (out,
                            "(not a matrix: colPtrs, rowIndices and values do not make one of "
                            "%" G_GINT64_FORMAT " x %" G_GINT64_FORMAT ")",
                            rows, columns);
  else if (rush_column_get_int (rush_column_child (column, MATRIX_TYPE), at) == 1)
    write_dense_matrix (column, at, n_rows, n_columns, out);
  else
    write_sparse_matrix (column, at, n_rows, n_columns, out);
}

void
rush_vector_text_register (void)
{
  rush_value_text_add_user ("org.apache.spark.ml.linalg.VectorUDT", write_vector);
  rush_value_text_add_user ("org.apache.spark.mllib.linalg.VectorUDT", write_vector);
  rush_value_text_add_user ("org.apache.spark.ml.linalg.MatrixUDT", write_matrix);
  rush_value_text_add_user ("org.apache.spark.mllib.linalg.MatrixUDT", write_matrix);
}
