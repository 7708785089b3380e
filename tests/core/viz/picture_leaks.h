/* picture_leaks.h - for tests that draw, included once in a program: what Graphviz loses is not ours.
 */
#pragma once

#include "core/viz/render.h"

/* Graphviz loses some memory at each picture, and its font libraries some in threads of their own:
 * the leak checker is to look at our share alone. */
#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/lsan_interface.h>

__attribute__ ((visibility ("default"))) const char *__lsan_default_suppressions (void);
const char *
__lsan_default_suppressions (void)
{
  return "leak:libfontconfig\nleak:libpango\nleak:libgvc\n";
}
#else
#define __lsan_disable()
#define __lsan_enable()
#endif

static GBytes *
render_unchecked (const char *dot, RushPictureFormat format, GError **error)
{
  __lsan_disable ();
  GBytes *picture = rush_render_dot (dot, format, error);
  __lsan_enable ();
  return picture;
}
