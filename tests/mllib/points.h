/* points.h - instances for tests of passes and fits: arrays of numbers as an RDD of batches. */
#pragma once

#include "app.h"
#include "mllib/aggregate/tree_aggregate.h"

typedef struct
{
  guint n, n_features, n_partitions;
  const double *features; /* [n × n_features], row by row */
  const double *labels;   /* [n]; NULL: there are none */
  const double *weights;  /* [n]; NULL: there are none */
  RushInstanceChecks checks;
  gboolean sparse;   /* as sparse vectors, without zeros */
  gboolean one_side; /* all rows in the last partition; else one after the other in turn */
  gboolean has_null; /* the last row's vector is null */
} Points;

/* An application and the instances in it. */
typedef struct
{
  RushContext *context;
  RushRdd *rdd;
  RushInstances instances;
} PointsApp;

PointsApp points_begin (const Points *points);
/* @...: settings, pairs of key and value, then NULL. */
PointsApp points_begin_with (const Points *points, const char *key, const char *value,
                             const char *other_key, const char *other_value);
void points_end (PointsApp *self);

/* Numbers in [0, 1) that repeat from run to run. */
double points_random (guint64 *state);
void points_assert_near (guint n, const double *found, const double *wanted, double epsilon);
/* That there is an error with these words, which is freed. */
void points_assert_refused (GError **error, const char *words);
