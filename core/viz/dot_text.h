/* dot_text.h - text of users' inside Graphviz' HTML-like labels, and the look of labels.
 *
 * Threads: any.
 */
#pragma once

#include <glib.h>

/* Colours that stay apart for all kinds of colour vision (Okabe and Ito, 2008), and greys. */
#define RUSH_DOT_INK "#1A1A1A"
#define RUSH_DOT_GREY "#6B7280"
#define RUSH_DOT_PALE "#A3A9B3"
#define RUSH_DOT_BLUE "#0072B2"
#define RUSH_DOT_ORANGE "#D55E00"
#define RUSH_DOT_GREEN "#009E73"
#define RUSH_DOT_KEPT_FILL "#E6F5EF"
#define RUSH_DOT_STAGE_FILL "#F1F6FA"
#define RUSH_DOT_STAGE_EDGE "#B7CDDD"
#define RUSH_DOT_SKIPPED_FILL "#F7F7F7"
#define RUSH_DOT_FONT "Helvetica,Arial,sans-serif"

/* Appends @text so that Graphviz shows it as it is: valid UTF-8, control characters as blanks,
 * &, <, > and " as entities, \ doubled, no more than @max_chars characters (the rest becomes "…"),
 * and one blank for nothing, as empty elements are no valid labels. */
void rush_dot_append_text (GString *out, const char *text, guint max_chars);
/* "/usr/share/…/Apache-2.0": no more than @max_chars characters (at least 3), the middle left out.
 */
char *rush_dot_shorten (const char *text, guint max_chars);
/* Small, grey, and the like: <FONT …>text</FONT>; @points 0: as it is. */
void rush_dot_append_styled (GString *out, const char *text, guint max_chars, const char *color,
                             guint points);
/* The look of a whole picture: fonts, inks, distances. */
void rush_dot_append_defaults (GString *out);
