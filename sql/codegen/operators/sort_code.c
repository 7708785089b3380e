/* sort_code.c - Sort: all rows in, then all rows out.
 *
 *   rl_sorter_add (sorter, columns, keys)      … the loop below ends …
 *   rl_sorter_sort (sorter)
 *   while ((row = rl_sorter_next (sorter)))    … and the one above begins
 *
 * Mirrors: SortExec.doProduce, doConsume.
 */
#include "sql/codegen/codegen_private.h"

typedef struct
{
  const char *sorter;
} SortNote;

static GPtrArray *
orders_of (const RushExec *exec)
{
  GPtrArray *orders = g_ptr_array_new ();

  exec->klass->expressions (exec, orders);
  return orders;
}

static void
sort_produce (RushStageCode *self, const RushExec *exec)
{
  g_autoptr (GPtrArray) orders = orders_of (exec);
  SortNote *note = rush_code_note (self, exec, sizeof *note);
  const char *list = rush_code_name (self, "orders"), *row;

  note->sorter = rush_code_name (self, "sorter");
  rush_code_announce (self, exec);
  rush_code_line (self, "static const rl_order %s[] = {", list);
  for (guint k = 0; k < orders->len; k++)
    {
      const RushExpr *order = orders->pdata[k];
      rush_code_line (self, "  { .descending = %s, .nulls_last = %s },",
                      order->as.sort.descending ? "true" : "false",
                      order->as.sort.nulls_last ? "true" : "false");
    }
  rush_code_line (self, "};");
  rush_code_line (self, "rl_sorter *%s = rl_sorter_new (stage, %u, %u, %s);", note->sorter,
                  exec->output->n, orders->len, list);
  rush_code_produce_child (self, exec);

  row = rush_code_name (self, "sorted");
  rush_code_line (self, "%s", "");
  rush_code_line (self, "rl_sorter_sort (%s);", note->sorter);
  rush_code_line (self, "const rl_row *%s;", row);
  rush_code_open (self, "while ((%s = rl_sorter_next (%s)) != NULL)", row, note->sorter);
  rush_code_load_row (self, exec->output, row, FALSE);
  rush_code_consume (self, exec);
  rush_code_close_loop (self);
}

static void
sort_consume (RushStageCode *self, const RushExec *exec, const RushExec *child)
{
  g_autoptr (GPtrArray) orders = orders_of (exec);
  const SortNote *note = rush_code_noted (self, exec);
  g_autofree RushCode *columns = g_new (RushCode, child->output->n + 1);
  g_autofree RushCode *keys = g_new (RushCode, orders->len + 1);
  const char *row;

  for (guint c = 0; c < child->output->n; c++)
    columns[c] = rush_code_get (self, child->output->items[c]);
  for (guint k = 0; k < orders->len; k++)
    keys[k] = rush_code_expression (self, ((RushExpr *)orders->pdata[k])->children[0]);
  rush_code_line (self, "%s", "");
  rush_code_comment (self, "Sort: one row more");
  row = rush_code_datums (self, columns, child->output->n);
  rush_code_if (self, "return false;", "!rl_sorter_add (%s, %s, %s)", note->sorter, row,
                rush_code_datums (self, keys, orders->len));
}

const RushOperatorCode rush_sort_code = { "Sort", sort_produce, sort_consume };
