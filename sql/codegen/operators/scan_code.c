/* scan_code.c - where rows begin inside a stage: Range counts, a scan of an RDD reads input 0.
 *
 * Scans of files are not fused: they are inputs of a stage, as exchanges are.
 *
 * Mirrors: RangeExec.doProduce, InputRDDCodegen.
 */
#include "sql/codegen/codegen_private.h"

#include "sql/physical/operators/scans.h"

/* ---- Range ---- */

static void
range_produce (RushStageCode *self, const RushExec *exec)
{
  RushRangeBounds bounds = rush_range_exec_bounds (exec);
  const char *first = rush_code_name (self, "first"), *end = rush_code_name (self, "end");
  const char *i = rush_code_name (self, "i");

  rush_code_announce (self, exec);
  rush_code_line (self, "uint64_t %s, %s; // the numbers of this task's elements", first, end);
  rush_code_line (self, "rl_slice (stage, UINT64_C (%" G_GUINT64_FORMAT "), %u, &%s, &%s);",
                  bounds.count, bounds.n_slices, first, end);
  rush_code_open (self, "for (uint64_t %s = %s; %s < %s; %s++)", i, first, i, end, i);
  if (exec->output->n > 0)
    {
      const RushExpr *attribute = exec->output->items[0];
      const char *id = rush_code_name (self, rush_expr_name (attribute));
      rush_code_line_for (self, id,
                          "int64_t %s = (int64_t) ((uint64_t) %" G_GINT64_FORMAT
                          " + %s * (uint64_t) %" G_GINT64_FORMAT ");",
                          id, bounds.start, i, bounds.step);
      rush_code_set (self, attribute, (RushCode){ &RUSH_INT64, id, "false" });
    }
  rush_code_consume (self, exec);
  rush_code_close_loop (self);
}

/* ---- rows that are there ---- */

static void
rows_produce (RushStageCode *self, const RushExec *exec)
{
  rush_code_open_input (self, exec);
  rush_code_consume (self, exec);
  rush_code_close_loop (self);
}

const RushOperatorCode rush_range_code = { "Range", range_produce, NULL };
const RushOperatorCode rush_rdd_scan_code = { "Scan ExistingRDD", rows_produce, NULL };
const RushOperatorCode rush_one_row_code = { "Scan OneRowRelation", rows_produce, NULL };
