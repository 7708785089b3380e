/* render.h - DOT text to a picture, in this process.
 *
 * Graphviz keeps its state in globals: one render at a time, whatever the number of callers.  It
 * loses some kilobytes a render: whoever shows a picture twice keeps the bytes.  The same DOT looks
 * the same each time, but its bytes may differ (Graphviz orders clusters by address): compare DOT.
 *
 * Threads: any; calls wait for each other.  Blocking: 10 ms for 50 boxes, 200 ms for 1,000.
 */
#pragma once

#include "core/base/error.h"

typedef enum
{
  RUSH_PICTURE_SVG, /* "<svg …>…</svg>", to stand alone or inside a page */
  RUSH_PICTURE_PNG, /* 144 dots an inch; fewer if it would have more than 32,000 dots a side or
                     * 64 million in all: Graphviz' library for PNGs has such a limit, and prints to
                     * stderr when it meets it.  Text is lost below 50: draw an SVG. */
  RUSH_PICTURE_PDF, /* one page of the picture's size; text is text, with its font inside */
} RushPictureFormat;

/* INVALID_ARGUMENT: Graphviz cannot read @dot, or warns of it; UNSUPPORTED: it lacks the format. */
GBytes *rush_render_dot (const char *dot, RushPictureFormat format, GError **error);
