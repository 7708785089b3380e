/* fuzz.c - bits, bytes, lengths and ends that are wrong. */
#include "tests/core/data/fuzz.h"

#include "core/base/error.h"

#include <string.h>

#define DEFAULT_ITERATIONS 5000

void
fuzz_damage (GByteArray *bytes, GRand *rand)
{
  static const guint32 numbers[] = { 0,          1,          2,          8192,      8193,
                                     0x7fffffff, 0x80000000, 0xffffffff, 0xfffffff, 0x20000000 };
  if (bytes->len == 0)
    return;
  guint at = (guint)g_rand_int_range (rand, 0, (gint32)bytes->len);
  guint32 number = numbers[g_rand_int_range (rand, 0, G_N_ELEMENTS (numbers))];
  guint n = (guint)g_rand_int_range (rand, 1, 20);

  switch (g_rand_int_range (rand, 0, 7))
    {
    case 0:
      bytes->data[at] ^= (guint8)(1 << (n % 8));
      break;
    case 1:
      bytes->data[at] = (guint8)g_rand_int (rand);
      break;
    case 2: /* a length that means harm */
      if (bytes->len - at >= sizeof number)
        memcpy (bytes->data + at, &number, sizeof number);
      break;
    case 3: /* a length that is a little wrong */
      if (bytes->len - at >= sizeof number)
        {
          memcpy (&number, bytes->data + at, sizeof number);
          number += n - 10;
          memcpy (bytes->data + at, &number, sizeof number);
        }
      break;
    case 4:
      g_byte_array_set_size (bytes, at);
      break;
    case 5:
      g_byte_array_remove_range (bytes, at, MIN (n, bytes->len - at));
      break;
    case 6:
      for (guint i = 0; i < n; i++)
        {
          guint8 byte = (guint8)g_rand_int (rand);
          g_byte_array_append (bytes, &byte, 1);
        }
      break;
    }
}

void
fuzz_assert_honest_error (const GError *error)
{
  g_assert_nonnull (error);
  g_assert_true (error->domain == RUSH_CORE_ERROR);
  g_assert_true (error->code == RUSH_CORE_ERROR_CORRUPT ||
                 error->code == RUSH_CORE_ERROR_OUT_OF_MEMORY);
}

static guint
iterations (void)
{
  const char *text = g_getenv ("RUSH_FUZZ_ITERATIONS");
  return text != NULL ? (guint)g_ascii_strtoull (text, NULL, 10) : DEFAULT_ITERATIONS;
}

void
fuzz_run (FuzzRound one_round)
{
  guint n = iterations (), accepted = 0;

  for (guint i = 0; i < n; i++)
    accepted += one_round (i) ? 1 : 0;
  g_test_message ("%u of %u were accepted", accepted, n);
  /* Damage that is always noticed, or never, would test one half of the decoder only. */
  if (n >= 1000)
    {
      g_assert_cmpuint (accepted, >, n / 100);
      g_assert_cmpuint (accepted, <, n * 9 / 10);
    }
}
