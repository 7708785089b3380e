/* inference_watch.h - the steps of finding a CSV file's columns, for who wants to tell of them.
 *
 * In Spark each of them is a query: over the lines of the files as text.  Here tasks read the files
 * without a plan; a watch is told when such a step begins and ends.
 *
 * Threads:    one watch a thread, called on that thread.
 * Mirrors:    TextInputCSVDataSource.{infer,inferFromDataset}, CSVUtils.
 */
#pragma once

#include <glib.h>

typedef enum
{
  RUSH_INFERENCE_FIRST_LINE, /* the first that is not empty: the names, or how many there are */
  RUSH_INFERENCE_TYPES,      /* all lines, if types are asked for */
} RushInferenceStep;

typedef struct
{
  void (*begin) (gpointer data, RushInferenceStep step);
  void (*end) (gpointer data, const GError *failure);
  gpointer data;
} RushInferenceWatch;

/* @watch is the caller's, and stays until the next call; NULL: nobody watches any more. */
void rush_inference_set_watch (const RushInferenceWatch *watch);

/* For formats: around the jobs of a step. */
void rush_inference_begin (RushInferenceStep step);
void rush_inference_end (const GError *failure);
