/* memory_report.c - see the header. */
#include "core/memory/memory_report.h"

#include "core/base/size_string.h"

#define MIB (G_GINT64_CONSTANT (1) << 20)

/* Signs are characters of more than a byte: printf () would pad them wrongly. */
static void
append_line (RushMemoryReport *self, const char *sign, const char *amount, const char *what)
{
  g_string_append_printf (self->text, "\n    %s %12s  %s", *sign != '\0' ? sign : " ", amount,
                          what);
}

void
rush_memory_report_begin (RushMemoryReport *self, const char *first)
{
  *self = (RushMemoryReport){ .text = g_string_new (first) };
}

char *
rush_memory_report_end (RushMemoryReport *self)
{
  return g_string_free (g_steal_pointer (&self->text), FALSE);
}

void
rush_memory_report_heading (RushMemoryReport *self, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  g_string_append_c (self->text, '\n');
  g_string_append_vprintf (self->text, format, args);
  va_end (args);
}

/* In MiB throughout, so that one sees at a glance that the sum is right. */
static char *
format_amount (gint64 bytes)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  if (bytes < MIB)
    return rush_format_bytes (bytes);
  return g_strconcat (g_ascii_formatd (number, sizeof number, "%.1f", (double)bytes / (double)MIB),
                      " MiB", NULL);
}

void
rush_memory_report_bytes (RushMemoryReport *self, const char *sign, gint64 bytes,
                          const char *format, ...)
{
  g_autofree char *amount = format_amount (bytes);
  va_list args;

  va_start (args, format);
  g_autofree char *what = g_strdup_vprintf (format, args);
  va_end (args);
  append_line (self, sign, amount, what);
}

void
rush_memory_report_factor (RushMemoryReport *self, const char *sign, double factor,
                           const char *what)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  append_line (self, sign, g_ascii_formatd (number, sizeof number, "%.6g", factor), what);
}

void
rush_memory_report_pool (RushMemoryReport *self, const RushConf *conf,
                         const RushMemoryLayout *layout)
{
  g_autofree char *key = rush_heap_key (conf);

  rush_memory_report_bytes (self, "", layout->heap, "heap (%s)", key);
  rush_memory_report_bytes (self, "−", layout->reserved, "reserved for Spark itself");
  rush_memory_report_factor (self, "×", layout->fraction, "spark.memory.fraction");
  rush_memory_report_bytes (self, "=", layout->pool, "the unified pool");
}

void
rush_memory_report_setting (RushMemoryReport *self, char *setting, const char *why)
{
  g_autofree char *owned = setting;

  if (self->n_settings == RUSH_REPORT_SETTINGS)
    return;
  if (self->n_settings++ == 0)
    rush_memory_report_heading (self, "Each of these alone would have sufficed:");
  g_string_append_printf (self->text, "\n      %s%s%s", owned, *why != '\0' ? "  " : "", why);
}

void
rush_memory_report_fraction (RushMemoryReport *self, const char *key, double value, const char *why)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  g_ascii_formatd (number, sizeof number, "%.2f", value);
  rush_memory_report_setting (self, g_strconcat (key, "=", number, NULL), why);
}
