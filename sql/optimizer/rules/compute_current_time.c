/* compute_current_time.c - "now" is one moment for all of a query.
 *
 *   current_timestamp()    →  2026-01-01 12:00:00       (RushOptimizerOptions.now_us)
 */
#include "sql/optimizer/optimizer_private.h"

#include "sql/types/time_zone.h"
#include "sql/types/timestamp.h"

#include <string.h>

static RushExpr *
rewrite (RushExpr *node, gpointer data, GError **error)
{
  const RushOptimizerOptions *options = ((RushOptimization *)data)->options;

  if (node->kind != RUSH_EXPR_FUNCTION || node->n_children > 0)
    return rush_expr_ref (node);
  const char *name = node->as.function.function->name;
  const RushTimeZone *zone = rush_time_zone_get (options->time_zone, NULL);
  if (zone == NULL)
    zone = rush_time_zone_utc ();
  if (g_str_equal (name, "current_timestamp") || g_str_equal (name, "now"))
    return rush_expr_literal_int (&RUSH_TIMESTAMP, options->now_us);
  if (g_str_equal (name, "current_date") || g_str_equal (name, "curdate"))
    return rush_expr_literal_int (&RUSH_DATE, rush_timestamp_to_days (options->now_us, zone));
  if (g_str_equal (name, "localtimestamp"))
    return rush_expr_literal_int (&RUSH_TIMESTAMP_NTZ,
                                  rush_time_zone_to_local (zone, options->now_us));
  if (g_str_equal (name, "current_timezone"))
    return rush_expr_literal_string (options->time_zone, -1);
  return rush_expr_ref (node);
}

RUSH_EXPR_RULE_UP (compute_current_time, "ComputeCurrentTime");
