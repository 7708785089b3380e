/* codegen.c - the fused stages of a plan, each as a file of C, and explain ("codegen").
 *
 *   Found 2 WholeStageCodegen subtrees.
 *   == Subtree 1 / 2 ==
 *   *(1) Project …                    the plan from there on down
 *
 *   Generated code:
 *   #include "generated_runtime.h"    what it needs, and one function
 *
 * Spark's headings also have sizes of the Java class (maxMethodCodeSize …): C has none.  It shows
 * nothing of an adaptive plan that has not run ("Found 0 …"), as its stages are not settled; here
 * they are those that the plan would have if it stayed as it is.
 *
 * Mirrors: org.apache.spark.sql.execution.debug.{codegenString,codegenStringSeq}.
 */
#include "sql/codegen/codegen_private.h"

#include "sql/physical/adaptive/adaptive_plan.h"
#include "sql/physical/adaptive/query_stage.h"
#include "sql/physical/planner/planner.h"

/* ---- one stage ---- */

static void
free_calls (gpointer data)
{
  RushCallCode *calls = data;

  for (guint c = 0; calls[c].call != NULL; c++)
    rush_code_call_clear (&calls[c]);
  g_free (calls);
}

static RushStageCode *
stage_code_new (RushExec *root)
{
  RushStageCode *self = g_new0 (RushStageCode, 1);

  self->root = root;
  self->id = root->codegen_stage_id;
  self->texts = g_string_chunk_new (4096);
  self->lines = g_ptr_array_new_with_free_func (rush_code_line_free);
  self->types = g_ptr_array_new_with_free_func (rush_code_line_free);
  self->names = g_hash_table_new (g_str_hash, g_str_equal);
  self->values = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
  self->parents = g_ptr_array_new ();
  self->inputs = g_ptr_array_new ();
  self->references = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_expr_unref);
  self->ends = g_ptr_array_new ();
  self->call_codes = g_hash_table_new_full (NULL, NULL, NULL, free_calls);
  self->notes = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  self->indent = 2;
  return self;
}

static void
stage_code_free (RushStageCode *self)
{
  g_string_chunk_free (self->texts);
  g_ptr_array_unref (self->lines);
  g_ptr_array_unref (self->types);
  g_hash_table_unref (self->names);
  g_hash_table_unref (self->values);
  g_ptr_array_unref (self->parents);
  g_ptr_array_unref (self->inputs);
  g_ptr_array_unref (self->references);
  g_ptr_array_unref (self->ends);
  g_hash_table_unref (self->call_codes);
  g_hash_table_unref (self->notes);
  g_free (self);
}

RushCodegenStage *
rush_codegen_stage_new (RushExec *root)
{
  RushCodegenStage *stage = g_new0 (RushCodegenStage, 1);
  RushStageCode *code = stage_code_new (root);
  GString *text = g_string_new ("#include \"generated_runtime.h\"\n\n");

  rush_code_produce (code, root);
  rush_code_print (code, text, code->types);
  g_string_append_printf (text, "bool\nstage_%d (rl_stage *stage)\n{", code->id);
  rush_code_print (code, text, code->lines);
  g_string_append (text, "\n  return true;\n}\n");
  stage->id = code->id;
  stage->root = rush_exec_ref (root);
  stage->text = g_string_free (text, FALSE);
  stage->inputs = g_ptr_array_ref (code->inputs);
  stage->references = g_ptr_array_ref (code->references);
  stage_code_free (code);
  return stage;
}

void
rush_codegen_stage_free (RushCodegenStage *self)
{
  rush_exec_unref (self->root);
  g_free (self->text);
  g_ptr_array_unref (self->inputs);
  g_ptr_array_unref (self->references);
  g_free (self);
}

/* ---- all of a plan ---- */

/* Topmost operators of stages go to @roots, each once. */
static void
find_roots (RushExec *node, gint stage_above, GPtrArray *roots)
{
  if (node->codegen_stage_id > 0 && node->codegen_stage_id != stage_above &&
      !g_ptr_array_find (roots, node, NULL))
    g_ptr_array_add (roots, node);
  if (rush_exec_is_adaptive (node))
    find_roots (rush_adaptive_exec_current (node), 0, roots);
  if (rush_exec_is_stage (node))
    find_roots (rush_query_stage_plan (node), 0, roots);
  for (guint i = 0; i < node->n_children; i++)
    find_roots (node->children[i], node->codegen_stage_id, roots);
}

static gint
compare_ids (gconstpointer a, gconstpointer b)
{
  return (*(RushExec *const *)a)->codegen_stage_id - (*(RushExec *const *)b)->codegen_stage_id;
}

GPtrArray *
rush_codegen_stages (RushExec *plan)
{
  GPtrArray *stages = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_codegen_stage_free);
  g_autoptr (GPtrArray) roots = g_ptr_array_new ();

  find_roots (plan, 0, roots);
  g_ptr_array_sort (roots, compare_ids);
  for (guint i = 0; i < roots->len; i++)
    g_ptr_array_add (stages, rush_codegen_stage_new (roots->pdata[i]));
  return stages;
}

/* ---- explain ---- */

/* @plan with the stages it has, or would have if it ran without being changed. (transfer full) */
static RushExec *
with_stages (RushExec *plan, const RushEvalSettings *settings)
{
  gint last = 0;

  if (rush_exec_is_adaptive (plan) && !rush_adaptive_exec_has_begun (plan))
    return rush_collapse_codegen_stages (rush_adaptive_exec_initial (plan), settings, &last);
  return rush_exec_ref (plan);
}

static char *
codegen_text (RushQuery *query, GError **error)
{
  RushExec *plan = rush_query_executed_plan (query, error);
  g_autoptr (RushExec) fused = NULL;
  g_autoptr (GPtrArray) stages = NULL;
  GString *out;

  if (plan == NULL)
    return NULL;
  fused = with_stages (plan, rush_query_settings (query));
  stages = rush_codegen_stages (fused);
  out = g_string_new (NULL);
  g_string_append_printf (out, "Found %u WholeStageCodegen subtrees.\n", stages->len);
  for (guint i = 0; i < stages->len; i++)
    {
      const RushCodegenStage *stage = stages->pdata[i];
      g_autofree char *tree = rush_exec_to_tree_string (stage->root);
      g_string_append_printf (out, "== Subtree %u / %u ==\n%s\nGenerated code:\n%s\n", i + 1,
                              stages->len, tree, stage->text);
    }
  return g_string_free (out, FALSE);
}

char *
rush_codegen_explain (RushQuery *query, RushExplainMode mode, GError **error)
{
  return mode == RUSH_EXPLAIN_CODEGEN ? codegen_text (query, error)
                                      : rush_query_explain (query, mode, error);
}
