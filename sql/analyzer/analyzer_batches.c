/* analyzer_batches.c - in which order the analyzer's rules run.
 *
 *   Substitution   what is text only: WITH, WINDOW; once
 *   Resolution     the rest, to a fixed point: each rule does what it can as soon as it can
 *                  (what it needs is resolved); most plans are through after three rounds
 *   Cleanup        names that nobody sees; once
 *
 * Mirrors: Analyzer.batches.
 */
#include "sql/analyzer/analysis_private.h"

static const RushRule *const substitution[] = {
  &rush_rule_cte_substitution,
  &rush_rule_windows_substitution,
  NULL,
};

static const RushRule *const resolution[] = {
  &rush_rule_resolve_relations,
  &rush_rule_resolve_table_functions,
  &rush_rule_resolve_union_loops,
  &rush_rule_resolve_column_aliases,
  &rush_rule_resolve_inline_tables,
  &rush_rule_resolve_hints,
  &rush_rule_resolve_lateral_joins,
  &rush_rule_deduplicate_relations,
  &rush_rule_resolve_using_join,
  &rush_rule_expand_stars,
  &rush_rule_resolve_ordinals,
  &rush_rule_resolve_lambda_variables,
  &rush_rule_resolve_references,
  &rush_rule_resolve_missing_references,
  &rush_rule_resolve_group_by,
  &rush_rule_resolve_lateral_column_aliases,
  &rush_rule_resolve_functions,
  &rush_rule_resolve_subqueries,
  &rush_rule_resolve_datetime_arithmetic,
  &rush_rule_type_coercion,
  &rush_rule_resolve_window_frames,
  &rush_rule_resolve_qualify,
  &rush_rule_resolve_pivot,
  &rush_rule_resolve_unpivot,
  &rush_rule_resolve_aliases,
  &rush_rule_global_aggregates,
  &rush_rule_resolve_grouping_analytics,
  &rush_rule_resolve_aggregate_functions,
  &rush_rule_extract_generators,
  &rush_rule_extract_window_expressions,
  &rush_rule_resolve_union_by_name,
  &rush_rule_widen_set_operations,
  NULL,
};

static const RushRule *const cleanup[] = { &rush_rule_cleanup_aliases, NULL };

const RushRuleBatch rush_analyzer_batches[] = {
  { "Substitution", 1, substitution },
  { "Resolution", 100, resolution },
  { "Cleanup", 1, cleanup },
};

const guint rush_analyzer_n_batches = G_N_ELEMENTS (rush_analyzer_batches);
