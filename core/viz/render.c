/* render.c - the one file that knows Graphviz.
 *
 *     caller ──▶ [ lock ] parse ─▶ layout ─▶ render ─▶ copy [ unlock ] ──▶ caller
 *
 * Graphviz is not safe for threads even when each has a context of its own (its parser, its font
 * cache and its error handler are globals), so one lock is held from the first call to the last,
 * and the one context is made on first use and kept: making it loads the plugins.
 *
 * What Graphviz has to say goes to a function of ours.  Warnings (a font it has no metrics for) are
 * let pass; errors are not, as a label that it cannot parse is replaced by the node's name and
 * everything returns success.
 */
#include "core/viz/render.h"

#include <cgraph.h>
#include <gvc.h>
#include <math.h>
#include <pthread.h>
#include <string.h>

#define DOTS_AN_INCH 144.0
#define MAX_DOTS_A_SIDE 32000.0
#define MAX_DOTS 64e6
#define PADDING 2.0 /* inches, more than Graphviz adds */

static const char *const graphviz_names[] = {
  [RUSH_PICTURE_SVG] = "svg", [RUSH_PICTURE_PNG] = "png", [RUSH_PICTURE_PDF] = "pdf"
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
/* Guarded by lock. */
static GVC_t *context;
static GString *complaints;

static int
note_complaint (char *text)
{
  g_string_append (complaints, text);
  return 0;
}

static void
prepare (void)
{
  if (context == NULL)
    {
      complaints = g_string_new (NULL);
      agseterr (AGWARN);
      agseterrf (note_complaint);
      context = gvContext ();
    }
  g_string_truncate (complaints, 0);
  agreseterrors ();
}

static gboolean
fail (GError **error, RushCoreError code, const char *what)
{
  g_autofree char *valid = g_utf8_make_valid (complaints->str, complaints->len);

  g_strchomp (valid);
  g_set_error (error, RUSH_CORE_ERROR, code, "Graphviz cannot %s the picture%s%s", what,
               *valid != '\0' ? ": " : "", valid);
  return FALSE;
}

/* ---- bytes ---- */

/* The XML declaration and the document type in front would be in the way inside a page. */
static GBytes *
svg_bytes (const char *data, gsize length)
{
  const char *svg = g_strstr_len (data, length, "<svg");

  return svg != NULL ? g_bytes_new (svg, data + length - svg) : NULL;
}

static GBytes *
copy_bytes (RushPictureFormat format, const char *data, gsize length)
{
  return format == RUSH_PICTURE_SVG ? svg_bytes (data, length) : g_bytes_new (data, length);
}

/* ---- the three steps, lock held ---- */

static gboolean
render_laid_out (Agraph_t *graph, RushPictureFormat format, GBytes **out, GError **error)
{
  char *data = NULL;
  RUSH_GRAPHVIZ_LENGTH length = 0; /* its type differs across versions: meson.build finds out */
  int failed = gvRenderData (context, graph, graphviz_names[format], &data, &length);

  *out = failed == 0 && data != NULL ? copy_bytes (format, data, length) : NULL;
  gvFreeRenderData (data);
  if (*out == NULL)
    return fail (error, RUSH_CORE_ERROR_UNSUPPORTED, "write");
  return TRUE;
}

/* Of a graph that is laid out. */
static double
dots_an_inch (Agraph_t *graph)
{
  const boxf box = GD_bb (graph); /* in points, without the padding around it */
  double width = (box.UR.x - box.LL.x) / 72 + PADDING,
         height = (box.UR.y - box.LL.y) / 72 + PADDING;
  double by_side = MAX_DOTS_A_SIDE / MAX (width, height);
  double by_area = sqrt (MAX_DOTS / (width * height));

  return MIN (DOTS_AN_INCH, MIN (by_side, by_area));
}

static gboolean
render_graph (Agraph_t *graph, RushPictureFormat format, GBytes **out, GError **error)
{
  if (gvLayout (context, graph, "dot") != 0)
    return fail (error, RUSH_CORE_ERROR_INVALID_ARGUMENT, "lay out");

  if (format == RUSH_PICTURE_PNG)
    GD_drawing (graph)->dpi = dots_an_inch (graph);
  if (format == RUSH_PICTURE_PDF) /* half an inch of empty page else; in the layout it would be */
    agsafeset (graph, "margin", "0", ""); /* the margin of every frame */
  gboolean ok = agreseterrors () < AGERR
                    ? render_laid_out (graph, format, out, error)
                    : fail (error, RUSH_CORE_ERROR_INVALID_ARGUMENT, "lay out");
  gvFreeLayout (context, graph);
  return ok;
}

static gboolean
render_text (const char *dot, RushPictureFormat format, GBytes **out, GError **error)
{
  Agraph_t *graph = agmemread (dot);

  if (graph == NULL || agreseterrors () >= AGERR)
    {
      if (graph != NULL)
        agclose (graph);
      return fail (error, RUSH_CORE_ERROR_INVALID_ARGUMENT, "read");
    }
  gboolean ok = render_graph (graph, format, out, error);
  agclose (graph);
  return ok;
}

GBytes *
rush_render_dot (const char *dot, RushPictureFormat format, GError **error)
{
  g_return_val_if_fail (dot != NULL, NULL);

  GBytes *bytes = NULL;
  pthread_mutex_lock (&lock);
  prepare ();
  gboolean ok = render_text (dot, format, &bytes, error);
  pthread_mutex_unlock (&lock);
  return ok ? bytes : NULL;
}
