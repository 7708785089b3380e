/* size_string.c - "48m" and "3s" read and written.
 *
 * Both parsers walk the same grammar and differ in their table of suffixes alone:
 *
 *     size = space* digits suffix? space*            suffix from byte_suffixes
 *     time = space* '-'? digits suffix? space*       suffix from time_suffixes
 *
 * Letters may be of either case.  As in Spark, a negative time is read (some keys take -1 for
 * "never"; each key's own range decides), a negative size is not.  Where a number is too large for
 * its unit, Spark's time saturates and its size throws; here both are errors.
 *
 * Rounding is half up and done on integers: C's "%.1f" rounds 0.25 to 0.2, Java's to 0.3.
 */
#include "core/base/size_string.h"

#include <string.h>

typedef struct
{
  const char *suffix;
  gint64 scale; /* in bytes or microseconds */
} SuffixScale;

#define KIB (G_GINT64_CONSTANT (1) << 10)
#define MIB (G_GINT64_CONSTANT (1) << 20)
#define GIB (G_GINT64_CONSTANT (1) << 30)
#define TIB (G_GINT64_CONSTANT (1) << 40)
#define PIB (G_GINT64_CONSTANT (1) << 50)
#define EIB (G_GINT64_CONSTANT (1) << 60)

static const SuffixScale byte_suffixes[] = { { "b", 1 },    { "k", KIB },  { "kb", KIB },
                                             { "m", MIB },  { "mb", MIB }, { "g", GIB },
                                             { "gb", GIB }, { "t", TIB },  { "tb", TIB },
                                             { "p", PIB },  { "pb", PIB }, { NULL, 0 } };

#define SECOND_US G_GINT64_CONSTANT (1000000)

static const SuffixScale time_suffixes[] = { { "us", 1 },
                                             { "ms", 1000 },
                                             { "s", SECOND_US },
                                             { "m", 60 * SECOND_US },
                                             { "min", 60 * SECOND_US },
                                             { "h", 3600 * SECOND_US },
                                             { "d", 86400 * SECOND_US },
                                             { NULL, 0 } };

#define BYTES_HELP "write a whole number and b, k, m, g, t or p, for example 50b, 100k or 250m"
#define TIME_HELP "write a whole number and us, ms, s, m (or min), h or d, for example 50s or 100ms"

/* ---- reading ---- */

static gboolean
refuse (const char *text, const char *why, const char *help, GError **error)
{
  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT, "\"%s\" %s: %s", text, why,
               help);
  return FALSE;
}

static const SuffixScale *
find_suffix (const SuffixScale *table, const char *suffix, gsize length)
{
  for (; table->suffix != NULL; table++)
    if (strlen (table->suffix) == length &&
        g_ascii_strncasecmp (table->suffix, suffix, length) == 0)
      return table;
  return NULL;
}

/* digits: FALSE when they exceed 64 bits; *end is behind them in any case. */
static gboolean
parse_digits (const char *text, const char **end, gint64 *out_value)
{
  gint64 value = 0;
  gboolean fits = TRUE;

  for (; g_ascii_isdigit (*text); text++)
    fits = fits && !__builtin_mul_overflow (value, 10, &value) &&
           !__builtin_add_overflow (value, *text - '0', &value);
  *end = text;
  *out_value = value;
  return fits;
}

/* As String.trim (): everything up to the space counts as white. */
static const char *
skip_white (const char *p)
{
  while (*p != '\0' && (guchar)*p <= ' ')
    p++;
  return p;
}

/* size and time, see the grammar above */
static gboolean
parse_scaled (const char *text, gboolean may_be_negative, const SuffixScale *table,
              gint64 bare_scale, const char *help, gint64 *out_value, GError **error)
{
  const char *p = skip_white (text);
  gboolean negative = may_be_negative && *p == '-';
  gint64 value;
  const char *suffix;

  if (negative)
    p++;
  if (*p == '\0')
    return refuse (text, "has no number", help, error);
  if (*p == '-' && !negative)
    return refuse (text, "must not be negative", help, error);
  if (!g_ascii_isdigit (*p))
    return refuse (text, "does not start with a digit", help, error);
  gboolean fits = parse_digits (p, &suffix, &value);
  if (*suffix == '.' && g_ascii_isdigit (suffix[1]))
    return refuse (text, "has a fraction, which is not supported", help, error);

  const char *end = suffix;
  while (g_ascii_isalpha (*end))
    end++;
  if (*skip_white (end) != '\0')
    return refuse (text, "is followed by something that is no unit", help, error);
  const SuffixScale *unit = find_suffix (table, suffix, end - suffix);
  if (end > suffix && unit == NULL)
    return refuse (text, "has an unknown unit", help, error);
  if (!fits || __builtin_mul_overflow (value, end > suffix ? unit->scale : bare_scale, &value))
    return refuse (text, "is too large for 64 bits", help, error);

  *out_value = negative ? -value : value;
  return TRUE;
}

static gint64
bytes_in_unit (RushByteUnit unit)
{
  switch (unit)
    {
    case RUSH_BYTE_UNIT_BYTE:
      return 1;
    case RUSH_BYTE_UNIT_KIB:
      return KIB;
    case RUSH_BYTE_UNIT_MIB:
      return MIB;
    }
  g_assert_not_reached ();
}

gboolean
rush_parse_bytes (const char *text, RushByteUnit bare_unit, gint64 *out_bytes, GError **error)
{
  g_return_val_if_fail (text != NULL && out_bytes != NULL, FALSE);

  return parse_scaled (text, FALSE, byte_suffixes, bytes_in_unit (bare_unit), BYTES_HELP, out_bytes,
                       error);
}

gboolean
rush_parse_time_us (const char *text, gint64 bare_unit_us, gint64 *out_us, GError **error)
{
  g_return_val_if_fail (text != NULL && out_us != NULL, FALSE);
  g_return_val_if_fail (bare_unit_us > 0, FALSE);

  return parse_scaled (text, TRUE, time_suffixes, bare_unit_us, TIME_HELP, out_us, error);
}

/* ---- writing ---- */

/* value ÷ unit with one digit behind the point, rounded half up. */
static char *
format_tenths (gint64 value, gint64 unit, const char *name)
{
  gint64 whole = value / unit;
  guint64 tenths = ((guint64)(value % unit) * 10 + (guint64)unit / 2) / (guint64)unit;

  if (tenths == 10)
    {
      whole++;
      tenths = 0;
    }
  return g_strdup_printf ("%" G_GINT64_FORMAT ".%u %s", whole, (guint)tenths, name);
}

/* value ÷ unit without a point, rounded half up. */
static char *
format_whole (gint64 value, gint64 unit, const char *name)
{
  return g_strdup_printf ("%" G_GINT64_FORMAT " %s",
                          value / unit + (value % unit >= unit - unit / 2), name);
}

char *
rush_format_bytes (gint64 bytes)
{
  static const struct
  {
    gint64 size;
    const char *name;
  } units[] = { { EIB, "EiB" }, { PIB, "PiB" }, { TIB, "TiB" },
                { GIB, "GiB" }, { MIB, "MiB" }, { KIB, "KiB" } };

  for (gsize i = 0; i < G_N_ELEMENTS (units); i++)
    if (bytes >= 2 * units[i].size)
      return format_tenths (bytes, units[i].size, units[i].name);
  return g_strdup_printf ("%" G_GINT64_FORMAT ".0 B", bytes);
}

char *
rush_format_time_us (gint64 us)
{
  gint64 ms = us / 1000;

  if (ms < 100)
    return g_strdup_printf ("%" G_GINT64_FORMAT " ms", ms);
  if (ms < 1000)
    return format_tenths (ms, 1000, "s");
  if (ms < 60 * 1000)
    return format_whole (ms, 1000, "s");
  if (ms < 10 * 60 * 1000)
    return format_tenths (ms, 60 * 1000, "min");
  if (ms < 60 * 60 * 1000)
    return format_whole (ms, 60 * 1000, "min");
  return format_tenths (ms, 60 * 60 * 1000, "h");
}
