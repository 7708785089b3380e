/* size_string.h - "48m", "3s": sizes and times as Spark writes them in its configuration.
 *
 * Mirrors org.apache.spark.network.util.JavaUtils.byteStringAs / timeStringAs: a bare number takes
 * the unit that the key names; k, m, g, t, p are powers of 1024 with or without a trailing b;
 * us, ms, s, m, min, h, d are times.
 */
#pragma once

#include "core/base/error.h"

typedef enum
{
  RUSH_BYTE_UNIT_BYTE,
  RUSH_BYTE_UNIT_KIB,
  RUSH_BYTE_UNIT_MIB,
} RushByteUnit;

/* "64k" → 65536; "64" with RUSH_BYTE_UNIT_MIB → 67108864.  Negative or fractional is refused. */
gboolean rush_parse_bytes (const char *text, RushByteUnit bare_unit, gint64 *out_bytes,
                           GError **error);
/* "100ms" → 100000 µs; "3" with bare_unit_us = 1000000 → 3000000 µs.  "-1s" is read, as in Spark:
 * whether a time may be negative is for the key to say. */
gboolean rush_parse_time_us (const char *text, gint64 bare_unit_us, gint64 *out_us, GError **error);

/* Two units fill the next one: "1536.0 KiB", then "2.0 MiB", as Utils.bytesToString writes it. */
char *rush_format_bytes (gint64 bytes);
/* "34 ms", "0.3 s", "12 s", "2.5 min", "17 min", "1.5 h", as UIUtils.formatDuration writes it. */
char *rush_format_time_us (gint64 us);
