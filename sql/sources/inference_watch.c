/* inference_watch.c - see inference_watch.h. */
#include "sql/sources/inference_watch.h"

static _Thread_local const RushInferenceWatch *current;

void
rush_inference_set_watch (const RushInferenceWatch *watch)
{
  current = watch;
}

void
rush_inference_begin (RushInferenceStep step)
{
  if (current != NULL)
    current->begin (current->data, step);
}

void
rush_inference_end (const GError *failure)
{
  if (current != NULL)
    current->end (current->data, failure);
}
