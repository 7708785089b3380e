/* relation.c - references on what stands in the leaves of plans. */
#include "sql/plan/relation.h"

RushSource *
rush_source_ref (RushSource *self)
{
  rush_ref_count_inc (&self->refs);
  return self;
}

void
rush_source_unref (RushSource *self)
{
  if (self != NULL && rush_ref_count_dec (&self->refs))
    self->klass->finalize (self);
}

RushCachedData *
rush_cached_data_ref (RushCachedData *self)
{
  rush_ref_count_inc (&self->refs);
  return self;
}

void
rush_cached_data_unref (RushCachedData *self)
{
  if (self != NULL && rush_ref_count_dec (&self->refs))
    self->klass->finalize (self);
}

RushRowLayout *
rush_row_layout_ref (RushRowLayout *self)
{
  rush_ref_count_inc (&self->refs);
  return self;
}

void
rush_row_layout_unref (RushRowLayout *self)
{
  if (self != NULL && rush_ref_count_dec (&self->refs))
    self->finalize (self);
}
