/* point_set.h - some points on the driver: candidates, and centres. */
#pragma once

#include "mllib/aggregate/tree_aggregate.h"

typedef struct
{
  guint n;
  guint n_features;
  GArray *values; /* double [n × n_features] (owned) */
} RushPointSet;

RushPointSet *rush_point_set_new (guint n_features);
void rush_point_set_free (RushPointSet *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushPointSet, rush_point_set_free)

static inline double *
rush_point (const RushPointSet *self, guint i)
{
  return &g_array_index (self->values, double, (gsize)i * self->n_features);
}

void rush_point_set_append (RushPointSet *self, const double *point);
/* The features of row @row of @block, written out. */
void rush_point_set_append_row (RushPointSet *self, const RushInstanceBlock *block, guint row);
/* Each point once, in the order in which they come first. */
void rush_point_set_make_distinct (RushPointSet *self);
