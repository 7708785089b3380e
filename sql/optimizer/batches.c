/* batches.c - which rules run, in which order.
 *
 *   Finish Analysis ─ Subqueries ─ Replace Operators ─ Operator Optimization ⟲ ─ Infer Filters ─
 *   Operator Optimization ⟲ ─ Eliminate Sorts ─ Distinct Aggregate Rewrite ─
 *   LocalRelation ─ RewriteSubquery ─ Extract Python UDFs ─ Infer window group limit
 *
 * The order is Spark's.  Subqueries become joins last: until then the plans inside of them are
 * optimized as plans of their own, and filters with them move like any other.  The second list is
 * what no plan can be run without (spark.rushlight.sql.optimizer.enabled=false).
 *
 * Mirrors:  Optimizer.defaultBatches.
 */
#include "sql/optimizer/optimizer_private.h"

#define R(id) &rush_optimizer_##id
#define FIXED_POINT 100

static const RushRule *const finish_analysis[] = { R (eliminate_resolved_hint),
                                                   R (eliminate_subquery_aliases),
                                                   R (eliminate_view),
                                                   R (rewrite_non_correlated_exists),
                                                   R (pull_out_grouping_expressions),
                                                   R (compute_current_time),
                                                   NULL };
static const RushRule *const eliminate_distinct[] = { R (eliminate_distinct), NULL };
static const RushRule *const inline_cte[] = { R (inline_cte), R (eliminate_subquery_aliases),
                                              NULL };
static const RushRule *const unions[] = { R (remove_noop_operators), R (combine_unions), NULL };
static const RushRule *const local_relations[] = { R (convert_to_local_relation),
                                                   R (propagate_empty_relation), NULL };
static const RushRule *const pull_up[] = { R (pullup_correlated_predicates), NULL };
static const RushRule *const subqueries[] = { R (optimize_subqueries), NULL };
static const RushRule *const replace_operators[] = { R (replace_deduplicate_with_aggregate),
                                                     R (rewrite_except_all),
                                                     R (rewrite_intersect_all),
                                                     R (replace_intersect_with_semi_join),
                                                     R (replace_except_with_filter),
                                                     R (replace_except_with_anti_join),
                                                     R (replace_distinct_with_aggregate),
                                                     NULL };
static const RushRule *const aggregates[] = { R (remove_literal_from_group_expressions), NULL };
static const RushRule *const operators[] = {
  /* operators move down */
  R (push_projection_through_limit), R (reorder_join), R (eliminate_outer_join),
  R (push_down_predicates), R (limit_push_down),
  R (limit_push_down_through_window), R (column_pruning),
  /* operators become one */
  R (collapse_repartition), R (collapse_project), R (optimize_window_functions),
  R (collapse_window), R (eliminate_limits), R (combine_unions),
  /* what is constant, and what is simpler */
  R (eliminate_window_partitions), R (transpose_window), R (null_propagation),
  R (constant_propagation), R (foldable_propagation), R (optimize_in), R (constant_folding),
  R (reorder_associative_operator), R (like_simplification), R (boolean_simplification),
  R (simplify_conditionals), R (push_foldable_into_branches), R (simplify_binary_comparison),
  R (replace_null_with_false_in_predicate), R (prune_filters), R (simplify_casts),
  R (simplify_case_conversion_expressions), R (rewrite_correlated_scalar_subquery),
  R (rewrite_lateral_subquery), R (remove_redundant_aliases), R (remove_redundant_aggregates),
  R (unwrap_cast_in_binary_comparison), R (remove_noop_operators), R (simplify_extract_value_ops),
  R (combine_concats), NULL
};
static const RushRule *const infer_filters[] = { R (infer_filters_from_constraints), NULL };
static const RushRule *const extra_predicates[] = { R (push_extra_predicate_through_join),
                                                    R (push_down_predicates), NULL };
static const RushRule *const join_reorder[] = { R (cost_based_join_reorder), NULL };
static const RushRule *const eliminate_sorts[] = { R (eliminate_sorts), R (remove_redundant_sorts),
                                                   NULL };
static const RushRule *const distinct_aggregates[] = { R (rewrite_distinct_aggregates), NULL };
static const RushRule *const rewrite_subquery[] = { R (rewrite_predicate_subquery),
                                                    R (null_propagation),
                                                    R (push_predicate_through_join),
                                                    R (limit_push_down),
                                                    R (column_pruning),
                                                    R (collapse_project),
                                                    R (remove_redundant_aliases),
                                                    R (remove_noop_operators),
                                                    NULL };
static const RushRule *const python_udfs[] = { R (extract_python_udf_from_join_condition),
                                               R (extract_python_udf_from_aggregate),
                                               R (extract_python_udfs),
                                               R (column_pruning),
                                               R (limit_push_down),
                                               R (push_predicate_through_non_join),
                                               R (remove_noop_operators),
                                               NULL };
static const RushRule *const window_group_limit[] = {
  R (infer_window_group_limit), R (limit_push_down),  R (limit_push_down_through_window),
  R (constant_folding),         R (eliminate_limits), NULL
};

const RushRuleBatch rush_optimizer_batches[] = {
  { "Finish Analysis", 1, finish_analysis },
  { "Eliminate Distinct", 1, eliminate_distinct },
  { "Inline CTE", 1, inline_cte },
  { "Union", FIXED_POINT, unions },
  { "LocalRelation early", FIXED_POINT, local_relations },
  { "Pullup Correlated Expressions", 1, pull_up },
  { "Subquery", 1, subqueries },
  { "Replace Operators", FIXED_POINT, replace_operators },
  { "Aggregate", FIXED_POINT, aggregates },
  { "Operator Optimization before Inferring Filters", FIXED_POINT, operators },
  { "Infer Filters", 1, infer_filters },
  { "Operator Optimization after Inferring Filters", FIXED_POINT, operators },
  { "Push extra predicate through join", FIXED_POINT, extra_predicates },
  { "Join Reorder", 1, join_reorder },
  { "Eliminate Sorts", 1, eliminate_sorts },
  { "Distinct Aggregate Rewrite", 1, distinct_aggregates },
  { "LocalRelation", FIXED_POINT, local_relations },
  { "RewriteSubquery", 1, rewrite_subquery },
  { "Extract Python UDFs", 1, python_udfs },
  { "Infer window group limit", 1, window_group_limit },
};
const guint rush_optimizer_n_batches = G_N_ELEMENTS (rush_optimizer_batches);

static const RushRule *const needed_subqueries[] = { R (rewrite_correlated_scalar_subquery),
                                                     R (rewrite_lateral_subquery),
                                                     R (rewrite_predicate_subquery), NULL };
static const RushRule *const needed_python_udfs[] = { R (extract_python_udf_from_join_condition),
                                                      R (extract_python_udf_from_aggregate),
                                                      R (extract_python_udfs), NULL };

const RushRuleBatch rush_optimizer_needed_batches[] = {
  { "Finish Analysis", 1, finish_analysis },
  { "Inline CTE", 1, inline_cte },
  { "Pullup Correlated Expressions", 1, pull_up },
  { "Subquery", 1, subqueries },
  { "Replace Operators", FIXED_POINT, replace_operators },
  { "Distinct Aggregate Rewrite", 1, distinct_aggregates },
  { "RewriteSubquery", 1, needed_subqueries },
  { "Extract Python UDFs", 1, needed_python_udfs },
};
const guint rush_optimizer_n_needed_batches = G_N_ELEMENTS (rush_optimizer_needed_batches);
