/* key_filter.h - the keys of one side of a join, as a test for rows of the other side.
 *
 *     collecting ──seal──▶ sealed: bits                  ┌ dense keys: one bit a number, exact
 *         │                                              └ others: a Bloom filter
 *         └── more than RUSH_KEY_FILTER_MAX_KEYS, or given up ──▶ void: all rows pass
 *             or there is no memory for them
 *
 * Keys are whole numbers, dates, timestamps, decimals of up to 18 digits.  A row that passes may
 * have no partner; one that does not has none.  A null never passes.
 *
 * Memory:     from the allocator; if it refuses the filter is void, which is no error.
 * Ownership:  refcounted.
 * Threads:    any may add while it collects; once it is sealed it never changes.
 * Mirrors:    BloomFilterMightContain and BloomFilterAggregate, which InjectRuntimeFilter puts
 *             into plans.
 */
#pragma once

#include "sql/kernels/eval_context.h"

#define RUSH_KEY_FILTER_MAX_KEYS (1u << 20)

typedef struct _RushKeyFilter RushKeyFilter;

gboolean rush_key_filter_accepts (const RushType *type);
RushKeyFilter *rush_key_filter_new (RushAllocator *allocator);
RushKeyFilter *rush_key_filter_ref (RushKeyFilter *self);
void rush_key_filter_unref (RushKeyFilter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushKeyFilter, rush_key_filter_unref)

void rush_key_filter_add (RushKeyFilter *self, const gint64 *keys, gsize n);
/* No keys come any more.  @complete: all there are have been added; else it is void. */
void rush_key_filter_seal (RushKeyFilter *self, gboolean complete);
gboolean rush_key_filter_is_sealed (const RushKeyFilter *self);
/* Whether it can keep a row back: sealed, and not void. */
gboolean rush_key_filter_is_ready (const RushKeyFilter *self);
/* Of a ready one: the positions of the rows that pass; returns how many. */
guint rush_key_filter_select (const RushKeyFilter *self, const RushColumn *keys,
                              const RushRows *rows, guint16 *out_positions);
