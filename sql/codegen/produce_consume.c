/* produce_consume.c - a stage becomes a function: the walk down for loops, and up for rows.
 *
 *   produce (Sort) ── produce (Filter) ── produce (input)      while (row …) {
 *                                          consume (Filter)       if (…) continue;
 *                     consume (Sort) ◀─────────────┘              rl_sorter_add (…)
 *                                                              }
 *   … Sort goes on:                                            while (row = rl_sorter_next …) {
 *                    consume (what is above)                      rl_emit (…)
 *                                                              }
 *
 * An operator that must see all rows before it gives one (a sort, a hash aggregate) thus ends one
 * loop and begins another: that is where the pipeline breaks, and nowhere else.
 *
 * Invariant:  produce () is called at the outermost level of the function, consume () inside a
 *             loop; "continue" gives up the row at hand.
 * Mirrors:    CodegenSupport.produce, consume; InputAdapter.
 */
#include "sql/codegen/codegen_private.h"

#include <string.h>

static const RushOperatorCode *const operators[] = {
  &rush_filter_code,
  &rush_project_code,
  &rush_columnar_to_row_code,
  &rush_range_code,
  &rush_hash_aggregate_code,
  &rush_sort_aggregate_code,
  &rush_sort_code,
  &rush_expand_code,
  &rush_generate_code,
  &rush_local_limit_code,
  &rush_global_limit_code,
  &rush_sample_code,
  &rush_union_code,
  &rush_rdd_scan_code,
  &rush_one_row_code,
  &rush_broadcast_hash_join_code,
  &rush_shuffled_hash_join_code,
  &rush_sort_merge_join_code,
  &rush_nested_loop_join_code,
};

static const RushOperatorCode *
operator_of (const RushExec *exec)
{
  for (guint i = 0; i < G_N_ELEMENTS (operators); i++)
    if (strcmp (operators[i]->name, exec->klass->name) == 0)
      return operators[i];
  g_error ("%s is fused, but has no text in C", exec->klass->name);
}

/* ---- what operators share ---- */

void
rush_code_announce (RushStageCode *self, const RushExec *exec)
{
  g_autofree char *arguments =
      exec->klass->arguments != NULL ? exec->klass->arguments (exec) : NULL;
  g_autofree char *text = g_strconcat (exec->klass->name, arguments != NULL ? arguments : "", NULL);

  rush_code_line (self, "%s", "");
  rush_code_comment (self, text);
}

gpointer
rush_code_note (RushStageCode *self, const RushExec *exec, gsize size)
{
  gpointer note = g_malloc0 (size);

  g_hash_table_insert (self->notes, (gpointer)exec, note);
  return note;
}

gpointer
rush_code_noted (RushStageCode *self, const RushExec *exec)
{
  return g_hash_table_lookup (self->notes, exec);
}

const RushExpr *
rush_code_nth_expression (const RushExec *exec, guint i)
{
  g_autoptr (GPtrArray) exprs = g_ptr_array_new ();

  exec->klass->expressions (exec, exprs);
  g_assert (i < exprs->len);
  return exprs->pdata[i];
}

/* ---- loops ---- */

const char *
rush_code_open_input (RushStageCode *self, const RushExec *exec)
{
  const char *row = rush_code_name (self, "row");
  guint input = self->inputs->len;

  g_ptr_array_add (self->inputs, (gpointer)exec);
  rush_code_announce (self, exec);
  rush_code_line (self, "const rl_row *%s;", row);
  rush_code_open (self, "while ((%s = rl_next_row (stage, %u)) != NULL)", row, input);
  rush_code_load_row (self, exec->output, row, FALSE);
  return row;
}

const char *
rush_code_end_label (RushStageCode *self, const char *wish)
{
  const char *label = rush_code_name (self, wish);

  g_ptr_array_add (self->ends, (gpointer)label);
  return label;
}

void
rush_code_close_loop (RushStageCode *self)
{
  rush_code_close (self);
  for (guint i = 0; i < self->ends->len; i++)
    rush_code_line (self, "%s:;", (const char *)self->ends->pdata[i]);
  g_ptr_array_set_size (self->ends, 0);
}

/* ---- down ---- */

void
rush_code_produce (RushStageCode *self, const RushExec *exec)
{
  g_ptr_array_add (self->parents, (gpointer)exec);
  if (exec->codegen_stage_id == self->id)
    operator_of (exec)->produce (self, exec);
  else
    {
      rush_code_open_input (self, exec);
      rush_code_consume (self, exec);
      rush_code_close_loop (self);
    }
  g_ptr_array_set_size (self->parents, (gint)self->parents->len - 1);
}

void
rush_code_produce_child (RushStageCode *self, const RushExec *exec)
{
  rush_code_produce (self, exec->children[0]);
}

/* ---- up ---- */

static void
emit (RushStageCode *self, const RushExec *exec)
{
  g_autofree RushCode *columns = g_new (RushCode, exec->output->n + 1);

  for (guint i = 0; i < exec->output->n; i++)
    columns[i] = rush_code_get (self, exec->output->items[i]);
  rush_code_line (self, "%s", "");
  rush_code_if (self, "return false;", "!rl_emit (stage, %u, %s)", exec->output->n,
                rush_code_datums (self, columns, exec->output->n));
}

void
rush_code_consume (RushStageCode *self, const RushExec *exec)
{
  guint i = self->parents->len;

  while (i > 0 && self->parents->pdata[i - 1] != exec)
    i--;
  g_assert (i > 0);
  if (i == 1)
    emit (self, exec);
  else
    {
      const RushExec *above = self->parents->pdata[i - 2];
      operator_of (above)->consume (self, above, exec);
    }
}
