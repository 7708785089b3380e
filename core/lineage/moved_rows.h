/* moved_rows.h - an iterator that counts the rows of another, in ctx->rows_moved.
 *
 * Ownership:  takes over @inner.   Threads:  the task's runner.
 */
#pragma once

#include "core/lineage/rdd.h"

RushIterator *rush_moved_rows_new (RushIterator *inner, RushTaskContext *ctx);
