/* runtime.h - a small runtime for generated stages: every function of generated_runtime.h, without
 * haste.  Rows are arrays of values; keys are compared one by one; the engine is asked for what C
 * has no text for. */
#pragma once

#include "core/data/builder.h"
#include "sql/codegen/codegen.h"
#include "sql/codegen/generated_runtime.h"

struct rl_row
{
  int n;
  rl_datum *values;
  bool is_marked;
  const rl_row *next; /* with the same keys, in a table of a join */
};

struct rl_object
{
  const RushColumn *column;
  guint row;
};

struct rl_stage
{
  const RushCodegenStage *code;
  GPtrArray **inputs; /* of rl_row */
  guint *positions;
  RushEvalContext *eval;
  RushSchema *schema;      /* of what comes out */
  RushBatchBuilder *out;   /* … */
  GPtrArray *batches;      /* RushBatch: what has come out */
  GPtrArray *kept;         /* what lives until the stage ends, each with how it is freed */
  GError *error;           /* of the engine */
  const char *error_class; /* that the stage raised */
  gpointer random;
};

typedef bool (*rl_stage_func) (rl_stage *stage);

/* Runs @run on @inputs (GPtrArray of RushBatch, one an input): its rows, or NULL with @error; the
 * error of a stage that raises one begins with its class in brackets. */
GPtrArray *runtime_run (const RushCodegenStage *code, rl_stage_func run, GPtrArray **inputs,
                        RushEvalContext *eval, GError **error);

/* ── for the files of the runtime ── */

gpointer runtime_alloc (rl_stage *stage, gsize size); /* zeroed, lives as long as the stage */
void runtime_keep (rl_stage *stage, gpointer thing, GDestroyNotify destroy);
rl_row *runtime_row (rl_stage *stage, int n, const rl_datum *values); /* a copy */
rl_datum runtime_get (rl_stage *stage, const RushColumn *column, guint row);
/* A column of @n_rows equal values. */
RushColumn *runtime_column (const RushType *type, const rl_datum *value, GError **error);
guint runtime_hash (int n, const rl_datum *values);
bool runtime_fail (rl_stage *stage, GError *error);
