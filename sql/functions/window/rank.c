/* rank.c - row_number (), rank (), ntile () …: places in an ordered partition.
 *
 *   order key      10   20   20   30         peers: rows with an equal key
 *   row_number      1    2    3    4
 *   rank            1    2    2    4         1 + rows before the first peer
 *   dense_rank      1    2    2    3         1 + groups of peers before
 *   percent_rank    0   1/3  1/3   1         (rank − 1) / (rows − 1)
 *   cume_dist      1/4  3/4  3/4   1         rows up to the last peer / rows
 *
 * Mirrors:  org.apache.spark.sql.catalyst.expressions.{RowNumber, Rank, DenseRank, PercentRank,
 *           CumeDist, NTile}.
 */
#include "sql/functions/families_private.h"
#include "sql/kernels/columns.h"

#define INT_WINDOW(name, BODY)                                                                     \
  static RushColumn *name (const RushExpr *call, const RushWindowPartition *in,                    \
                           RushEvalContext *ctx, GError **error)                                   \
  {                                                                                                \
    g_auto (RushColumnWriter) writer = { NULL };                                                   \
    if (!rush_column_writer_init (&writer, call->type, in->n, FALSE, ctx->allocator, error))       \
      return NULL;                                                                                 \
    gint32 *out = (gint32 *)writer.values->bytes;                                                  \
    BODY return rush_column_writer_finish (&writer);                                               \
  }
#define DOUBLE_WINDOW(name, RESULT)                                                                \
  static RushColumn *name (const RushExpr *call, const RushWindowPartition *in,                    \
                           RushEvalContext *ctx, GError **error)                                   \
  {                                                                                                \
    g_auto (RushColumnWriter) writer = { NULL };                                                   \
    if (!rush_column_writer_init (&writer, call->type, in->n, FALSE, ctx->allocator, error))       \
      return NULL;                                                                                 \
    for (guint i = 0; i < in->n; i++)                                                              \
      ((double *)writer.values->bytes)[i] = (RESULT);                                              \
    return rush_column_writer_finish (&writer);                                                    \
  }

INT_WINDOW (row_number, {
  for (guint i = 0; i < in->n; i++)
    out[i] = (gint32)(in->first + i) + 1;
})

INT_WINDOW (rank, {
  for (guint i = 0; i < in->n; i++)
    out[i] = (gint32)in->peers_start[i] + 1;
})

INT_WINDOW (dense_rank, {
  gint32 groups = (gint32)in->n_groups_before;
  for (guint i = 0; i < in->n; i++)
    {
      groups += in->peers_start[i] == in->first + i;
      out[i] = groups;
    }
})

DOUBLE_WINDOW (percent_rank,
               in->n_rows > 1 ? (double)in->peers_start[i] / (double)(in->n_rows - 1) : 0)
DOUBLE_WINDOW (cume_dist, (double)in->peers_end[i] / (double)in->n_rows)

/* n buckets of the same size, the first ones a row larger if they cannot be. */
static RushColumn *
ntile (const RushExpr *call, const RushWindowPartition *in, RushEvalContext *ctx, GError **error)
{
  g_auto (RushColumnWriter) writer = { NULL };
  gint64 buckets = call->n_children > 0 ? rush_column_get_int (in->args[0], 0) : 1;

  if (buckets < 1)
    {
      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                   "ntile() makes 1 bucket or more, not %" G_GINT64_FORMAT, buckets);
      return NULL;
    }
  if (!rush_column_writer_init (&writer, &RUSH_INT32, in->n, FALSE, ctx->allocator, error))
    return NULL;
  gint64 size = in->n_rows / buckets, larger = in->n_rows % buckets;
  for (gint64 i = 0; i < in->n; i++)
    {
      gint64 in_larger = larger * (size + 1), row = in->first + i;
      gint64 bucket = row < in_larger ? row / (size + 1) : larger + (row - in_larger) / size;
      ((gint32 *)writer.values->bytes)[i] = (gint32)bucket + 1;
    }
  return rush_column_writer_finish (&writer);
}

#define WINDOW(NAME, MAX_ARGS, TYPE, FUNC, USAGE)                                                  \
  {                                                                                                \
    .name = NAME,                                                                                  \
    .kind = RUSH_FUNCTION_WINDOW,                                                                  \
    .max_args = MAX_ARGS,                                                                          \
    .args = { RUSH_ARG_INT },                                                                      \
    .fixed_type = TYPE,                                                                            \
    .never_null = TRUE,                                                                            \
    .window = FUNC,                                                                                \
    .usage = USAGE,                                                                                \
    .since = "2.0.0",                                                                              \
  }

const RushFunction rush_functions_rank[] = {
  WINDOW ("row_number", 0, &RUSH_INT32, row_number, "row_number() - 1, 2, 3 … in order"),
  WINDOW ("rank", 0, &RUSH_INT32, rank, "rank() - equal rows share one, gaps follow"),
  WINDOW ("dense_rank", 0, &RUSH_INT32, dense_rank, "dense_rank() - as rank(), without gaps"),
  WINDOW ("percent_rank", 0, &RUSH_FLOAT64, percent_rank, "percent_rank() - rank from 0 to 1"),
  WINDOW ("cume_dist", 0, &RUSH_FLOAT64, cume_dist, "cume_dist() - part of rows up to this one"),
  WINDOW ("ntile", 1, &RUSH_INT32, ntile, "ntile(n) - the number of its bucket, of n"),
  { NULL },
};
