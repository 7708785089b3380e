/* dot_text.c - one way for all text of users' into a picture. */
#include "core/viz/dot_text.h"

static void
append_char (GString *out, gunichar c)
{
  if (c == '&')
    g_string_append (out, "&amp;");
  else if (c == '<')
    g_string_append (out, "&lt;");
  else if (c == '>')
    g_string_append (out, "&gt;");
  else if (c == '"')
    g_string_append (out, "&quot;");
  else if (c == '\\') /* Graphviz replaces \N and the like in labels, and \\ by one */
    g_string_append (out, "\\\\");
  else if (g_unichar_iscntrl (c) || c == 0xFFFE || c == 0xFFFF) /* XML has no way to say them */
    g_string_append_c (out, ' ');
  else
    g_string_append_unichar (out, c);
}

void
rush_dot_append_text (GString *out, const char *text, guint max_chars)
{
  g_return_if_fail (out != NULL && max_chars > 0);

  g_autofree char *valid = g_utf8_make_valid (text != NULL ? text : "", -1);
  gboolean fits = g_utf8_strlen (valid, -1) <= (glong)max_chars;
  const char *p = valid;
  for (guint left = fits ? max_chars : max_chars - 1; *p != '\0' && left > 0; left--)
    {
      append_char (out, g_utf8_get_char (p));
      p = g_utf8_next_char (p);
    }
  if (!fits)
    g_string_append (out, "…");
  else if (*valid == '\0') /* <B></B> is a syntax error */
    g_string_append_c (out, ' ');
}

/* Of a path the end says more than the beginning. */
char *
rush_dot_shorten (const char *text, guint max_chars)
{
  g_return_val_if_fail (text != NULL && max_chars >= 3, NULL);

  g_autofree char *valid = g_utf8_make_valid (text, -1);
  glong n = g_utf8_strlen (valid, -1);
  if (n <= (glong)max_chars)
    return g_steal_pointer (&valid);
  guint head = (max_chars - 1) / 3, tail = max_chars - 1 - head;
  g_autofree char *begin = g_utf8_substring (valid, 0, head);
  g_autofree char *end = g_utf8_substring (valid, n - tail, n);
  return g_strconcat (begin, "…", end, NULL);
}

void
rush_dot_append_styled (GString *out, const char *text, guint max_chars, const char *color,
                        guint points)
{
  g_string_append_printf (out, "<FONT COLOR=\"%s\"", color);
  if (points > 0)
    g_string_append_printf (out, " POINT-SIZE=\"%u\"", points);
  g_string_append_c (out, '>');
  rush_dot_append_text (out, text, max_chars);
  g_string_append (out, "</FONT>");
}

void
rush_dot_append_defaults (GString *out)
{
  g_string_append (out, "  graph [rankdir=TB bgcolor=white fontname=\"" RUSH_DOT_FONT
                        "\" fontsize=12 fontcolor=\"" RUSH_DOT_INK "\"\n"
                        "         labelloc=t labeljust=l nodesep=0.35 ranksep=0.45 pad=0.25]\n"
                        "  node [shape=plain fontname=\"" RUSH_DOT_FONT "\" fontsize=13]\n"
                        "  edge [fontname=\"" RUSH_DOT_FONT "\" fontsize=11 color=\"" RUSH_DOT_GREY
                        "\" penwidth=1 arrowsize=0.7]\n");
}
