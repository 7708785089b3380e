/* expand_code.c - Expand: each row as several, by a switch inside a loop.
 *
 *   for (int projection = 0; projection < 3; projection++)
 *     switch (projection)
 *       case 0: region = region_of_row; … break;
 *
 * Mirrors: ExpandExec.doConsume.
 */
#include "sql/codegen/codegen_private.h"

static guint
n_projections (const RushExec *exec)
{
  g_autoptr (GPtrArray) exprs = g_ptr_array_new ();

  exec->klass->expressions (exec, exprs);
  return exec->output->n > 0 ? exprs->len / exec->output->n : 0;
}

static void
expand_consume (RushStageCode *self, const RushExec *exec, const RushExec *child)
{
  guint n = n_projections (exec), n_columns = exec->output->n;
  const char *projection = rush_code_name (self, "projection");
  g_autofree RushCode *columns = g_new (RushCode, n_columns + 1);

  rush_code_announce (self, exec);
  rush_code_open (self, "for (int %s = 0; %s < %u; %s++)", projection, projection, n, projection);
  for (guint c = 0; c < n_columns; c++)
    {
      const RushExpr *attribute = exec->output->items[c];
      const char *name = rush_code_name (self, rush_expr_name (attribute));
      const char *flag = rush_code_name (self, rush_code_text (self, "%s_is_null", name));
      columns[c] = (RushCode){ attribute->type, name, flag };
      rush_code_line_for (self, name, "%s %s = %s;", rush_code_type (attribute->type), name,
                          rush_code_zero (attribute->type));
      rush_code_line_for (self, flag, "bool %s = true;", flag);
    }
  rush_code_open (self, "switch (%s)", projection);
  for (guint p = 0; p < n; p++)
    {
      rush_code_open (self, "case %u:", p);
      for (guint c = 0; c < n_columns; c++)
        {
          RushCode code =
              rush_code_expression (self, rush_code_nth_expression (exec, p * n_columns + c));
          rush_code_line_for (self, columns[c].value, "%s = %s;", columns[c].value,
                              rush_code_bare (self, code.value));
          rush_code_line_for (self, columns[c].is_null, "%s = %s;", columns[c].is_null,
                              rush_code_bare (self, code.is_null));
        }
      rush_code_line (self, "break;");
      rush_code_close (self);
    }
  rush_code_close (self);
  for (guint c = 0; c < n_columns; c++)
    rush_code_set (self, exec->output->items[c], columns[c]);
  rush_code_consume (self, exec);
  rush_code_close (self);
}

const RushOperatorCode rush_expand_code = { "Expand", rush_code_produce_child, expand_consume };
