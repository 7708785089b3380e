/* min_max_template.h - the smallest and largest value of each group, of one C type; included once
 * per type by min_max.c.
 *
 * Parameters (undefined at the end):
 *   RUSH_T           the C type
 *   RUSH_FN (name)   name of a function for it
 *   RUSH_LT (x, y)   Spark's order
 */

static void
RUSH_FN (update) (const RushVector *in, gboolean max, const guint32 *groups, guint group,
                  const RushRows *rows, RushExtreme *states)
{
  const RUSH_T *values = in->values;

#define LOOP(BETTER)                                                                               \
  RUSH_FOR_VALID (in, rows, {                                                                      \
    RushExtreme *state = &states[groups != NULL ? groups[i] : group];                              \
    RUSH_T value = values[at], best;                                                               \
    memcpy (&best, state->value, sizeof best);                                                     \
    if (!state->seen || BETTER)                                                                    \
      {                                                                                            \
        memcpy (state->value, &value, sizeof value);                                               \
        state->seen = TRUE;                                                                        \
      }                                                                                            \
  })
  if (max)
    LOOP (RUSH_LT (best, value));
  else
    LOOP (RUSH_LT (value, best));
#undef LOOP
}

#undef RUSH_T
#undef RUSH_FN
#undef RUSH_LT
