/* combine_iterator.c - the combining reader of core/shuffle, on rows that crossed no shuffle and
 * with what the task has. */
#include "rdd/transform/combine_iterator.h"

#include "core/executor/env.h"
#include "core/shuffle/combining_reader.h"

RushIterator *
rush_combine_iterator_new (RushIterator *rows, RushCombinerNew combiner_new, gpointer combiner_data,
                           RushSchema *schema, RushTaskContext *ctx)
{
  RushCombineSpec spec = {
    .combiner_new = combiner_new,
    .combiner_data = combiner_data,
    .schema = schema,
    .ctx = ctx,
    .dir = ctx->env->dir,
    .codec = rush_block_store_spill_codec (ctx->env->blocks),
  };

  return rush_combining_reader_new (rows, FALSE, &spec);
}
