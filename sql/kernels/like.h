/* like.h - LIKE patterns, taken apart once.
 *
 *   '%special%requests%'   ──►   [special] [requests]   anchored at neither end
 *   'PROMO%'               ──►   [PROMO]                anchored at the start
 *
 * Mirrors:  org.apache.spark.sql.catalyst.expressions.Like, StringUtils.escapeLikeRegex.
 */
#pragma once

#include "sql/kernels/columns.h"

typedef struct _RushLike RushLike;

/* INVALID_FORMAT.ESC_…: an escape at the end, or before what needs none.  @lower: fold case, as
 * ILIKE's pattern is (the text then comes folded, too). */
RushLike *rush_like_new (const char *pattern, gsize length, gunichar escape, GError **error);
void rush_like_free (RushLike *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushLike, rush_like_free)
gboolean rush_like_matches (const RushLike *self, const char *text, gsize length);

/* A LIKE expression over its two columns. */
RushColumn *rush_like_columns (const RushExpr *expr, RushColumn *const *args, const RushRows *rows,
                               RushEvalContext *ctx, GError **error);
