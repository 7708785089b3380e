/* fuzz.h - bytes that were good, damaged by the thousand: what the fuzzers of decoders share.
 *
 * Round i depends on i alone, so a failure is repeated by its number.
 *
 *     RUSH_FUZZ_ITERATIONS=1000000 fuzz_encoding      (5000 without it)
 */
#pragma once

#include <glib.h>

/* One kind of damage at one place. */
void fuzz_damage (GByteArray *bytes, GRand *rand);
/* CORRUPT, or OUT_OF_MEMORY from an allocator that is the test's. */
void fuzz_assert_honest_error (const GError *error);
/* TRUE: what was damaged has been accepted. */
typedef gboolean (*FuzzRound) (guint i);
/* All rounds; some must be accepted and some refused. */
void fuzz_run (FuzzRound one_round);
