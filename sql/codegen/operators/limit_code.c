/* limit_code.c - LocalLimit, GlobalLimit and Sample: which rows go on.
 *
 *   if (n_rows == 3)        the limit: no more rows are asked for
 *     goto enough;
 *   n_rows++;
 *
 * Mirrors: BaseLimitExec.doConsume, SampleExec.doConsume.
 */
#include "sql/codegen/codegen_private.h"

#include "sql/physical/operators/limit.h"
#include "sql/physical/operators/rows.h"

#include <string.h>

/* ---- limits ---- */

typedef struct
{
  const char *counter;
} LimitNote;

static void
limit_produce (RushStageCode *self, const RushExec *exec)
{
  LimitNote *note = rush_code_note (self, exec, sizeof *note);

  note->counter = rush_code_name (self, "n_rows");
  rush_code_line (self, "%s", "");
  rush_code_line (self, "int64_t %s = 0; // of %s", note->counter, exec->klass->name);
  rush_code_produce_child (self, exec);
}

static void
limit_consume (RushStageCode *self, const RushExec *exec, const RushExec *child)
{
  const char *counter = ((LimitNote *)rush_code_noted (self, exec))->counter;
  gint64 limit = rush_limit_exec_limit (exec), offset = rush_limit_exec_offset (exec);

  rush_code_announce (self, exec);
  if (limit >= 0)
    rush_code_if (self, rush_code_text (self, "goto %s;", rush_code_end_label (self, "enough")),
                  "%s == %" G_GINT64_FORMAT, counter, limit);
  rush_code_line (self, "%s++;", counter);
  if (offset > 0)
    rush_code_if (self, "continue;", "%s <= %" G_GINT64_FORMAT, counter, offset);
  rush_code_consume (self, exec);
}

/* ---- Sample ---- */

static void
sample_consume (RushStageCode *self, const RushExec *exec, const RushExec *child)
{
  RushSampleBounds bounds = rush_sample_exec_bounds (exec);
  const char *x = rush_code_name (self, "x");
  char lower[G_ASCII_DTOSTR_BUF_SIZE], upper[G_ASCII_DTOSTR_BUF_SIZE];

  rush_code_announce (self, exec);
  rush_code_line (self, "double %s = rl_next_random (stage, INT64_C (%" G_GINT64_FORMAT "));", x,
                  bounds.seed);
  rush_code_if (self, "continue;", "!(%s >= %s && %s < %s)", x,
                g_ascii_formatd (lower, sizeof lower, "%.17g", bounds.lower), x,
                g_ascii_formatd (upper, sizeof upper, "%.17g", bounds.upper));
  rush_code_consume (self, exec);
}

const RushOperatorCode rush_local_limit_code = { "LocalLimit", limit_produce, limit_consume };
const RushOperatorCode rush_global_limit_code = { "GlobalLimit", limit_produce, limit_consume };
const RushOperatorCode rush_sample_code = { "Sample", rush_code_produce_child, sample_consume };
