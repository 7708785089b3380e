/* plan_dot.c - the picture of a physical plan as DOT text.
 *
 *     digraph
 *       cluster                "WholeStageCodegen (1)": operators that run as one loop
 *         box                  a table: name, arguments, a row a metric
 *       edges                  from the scans down to the result, with the rows that went along
 *
 * As in dot.c each thing has its look twice: an exchange's frame is orange and thick, a broadcast's
 * is orange and dashed, kept rows are green and say so.
 */
#include "core/viz/dot_text.h"
#include "core/viz/plan_graph.h"

#include "core/event/event_text.h"

#include <string.h>

#define MAX_NAME 60
#define MAX_TITLE 100
#define MAX_TOOLTIP 2000
#define LINE_CHARS 46 /* of arguments */
#define MAX_LINES 3
#define SMALL 10

/* Cuts @text into lines at blanks and commas; what is left after the last line is "…", and can be
 * read in the tooltip. */
static void
append_arguments (GString *out, const char *text)
{
  const char *at = text;

  for (guint line = 0; *at != '\0' && line < MAX_LINES; line++)
    {
      const char *end = at, *cut = NULL;
      guint n = 0;

      for (; *end != '\0' && n < LINE_CHARS; end = g_utf8_next_char (end), n++)
        if (*end == ' ')
          cut = end + 1;
      if (*end == '\0' || cut == NULL)
        cut = end;
      if (line == MAX_LINES - 1)
        cut = text + strlen (text);
      g_autofree char *part = g_strndup (at, (gsize)(cut - at));
      g_string_append (out, "<TR><TD ALIGN=\"LEFT\" COLSPAN=\"2\">");
      rush_dot_append_styled (out, part, LINE_CHARS, RUSH_DOT_GREY, SMALL);
      g_string_append (out, "</TD></TR>");
      at = cut;
    }
}

static void
append_metric (GString *out, const RushPlanNodeMetric *metric)
{
  g_string_append (out, "<TR><TD ALIGN=\"LEFT\">");
  rush_dot_append_styled (out, metric->label, MAX_NAME, RUSH_DOT_INK, SMALL);
  g_string_append (out, "</TD><TD ALIGN=\"RIGHT\">");
  rush_dot_append_styled (out, metric->value, MAX_NAME, RUSH_DOT_INK, SMALL);
  g_string_append (out, "</TD></TR>");
}

static void
append_look (GString *out, RushPlanNodeKind kind)
{
  gboolean exchange = kind == RUSH_PLAN_NODE_SHUFFLE || kind == RUSH_PLAN_NODE_BROADCAST;
  gboolean kept = kind == RUSH_PLAN_NODE_CACHED;

  g_string_append_printf (out, " BORDER=\"%d\" STYLE=\"ROUNDED%s\" COLOR=\"%s\" BGCOLOR=\"%s\"",
                          exchange ? 2 : 1, kind == RUSH_PLAN_NODE_BROADCAST ? ",DASHED" : "",
                          exchange ? RUSH_DOT_ORANGE
                          : kept   ? RUSH_DOT_GREEN
                                   : RUSH_DOT_BLUE,
                          kept ? RUSH_DOT_KEPT_FILL : "white");
}

static void
write_node (GString *out, const RushPlanNode *node, guint i)
{
  g_string_append_printf (out, "    node%u [tooltip=\"", i);
  rush_dot_append_text (out, node->arguments, MAX_TOOLTIP);
  g_string_append (out, "\" label=<<TABLE CELLBORDER=\"0\" CELLSPACING=\"0\" CELLPADDING=\"4\"");
  append_look (out, node->kind);
  g_string_append (out, "><TR><TD ALIGN=\"LEFT\" COLSPAN=\"2\"><B>");
  rush_dot_append_text (out, node->name, MAX_NAME);
  g_string_append (out, "</B></TD></TR>");
  append_arguments (out, node->arguments);
  for (guint m = 0; m < node->metrics->len; m++)
    append_metric (out, &g_array_index (node->metrics, RushPlanNodeMetric, m));
  g_string_append (out, "</TABLE>>]\n");
}

static void
write_nodes_of (GString *out, const RushPlanGraph *self, guint cluster)
{
  for (guint i = 0; i < self->nodes->len; i++)
    {
      const RushPlanNode *node = &g_array_index (self->nodes, RushPlanNode, i);

      if (node->cluster == cluster)
        write_node (out, node, i);
    }
}

static void
write_cluster (GString *out, const RushPlanGraph *self, guint i)
{
  g_string_append_printf (out, "  subgraph cluster%u {\n    label=\"", i);
  rush_dot_append_text (out, self->clusters->pdata[i], MAX_NAME);
  g_string_append_printf (out,
                          "\" style=\"rounded,filled\" color=\"%s\" fillcolor=\"%s\" "
                          "fontcolor=\"%s\"\n",
                          RUSH_DOT_STAGE_EDGE, RUSH_DOT_STAGE_FILL, RUSH_DOT_GREY);
  write_nodes_of (out, self, i);
  g_string_append (out, "  }\n");
}

static void
write_edge (GString *out, const RushPlanGraph *self, const RushPlanEdge *edge)
{
  const RushPlanNode *from = &g_array_index (self->nodes, RushPlanNode, edge->from);
  gboolean exchange =
      from->kind == RUSH_PLAN_NODE_SHUFFLE || from->kind == RUSH_PLAN_NODE_BROADCAST;

  g_string_append_printf (out, "  node%u -> node%u [", edge->from, edge->to);
  if (exchange)
    g_string_append_printf (out, "penwidth=3 color=\"%s\" ", RUSH_DOT_ORANGE);
  if (from->n_rows >= 0)
    {
      g_autofree char *rows = rush_format_counted (from->n_rows, "row");

      g_string_append_printf (out, "fontcolor=\"%s\" label=\" %s\"", RUSH_DOT_GREY, rows);
    }
  g_string_append (out, "]\n");
}

/* Two lines, left: what ran, and what kind of plan it is. */
static void
write_title (GString *out, const RushPlanGraph *self)
{
  if (self->title == NULL && self->note == NULL)
    return;
  g_string_append (out, "  label=<");
  if (self->title != NULL)
    {
      g_string_append (out, "<FONT POINT-SIZE=\"16\"><B>");
      rush_dot_append_text (out, self->title, MAX_TITLE);
      g_string_append (out, "</B></FONT><BR ALIGN=\"LEFT\"/>");
    }
  if (self->note != NULL)
    {
      rush_dot_append_styled (out, self->note, MAX_TITLE, RUSH_DOT_GREY, 11);
      g_string_append (out, "<BR ALIGN=\"LEFT\"/>");
    }
  g_string_append (out, ">\n");
}

char *
rush_plan_graph_to_dot (const RushPlanGraph *self)
{
  GString *out = g_string_new ("digraph rushlight {\n");

  rush_dot_append_defaults (out);
  write_title (out, self);
  for (guint i = 0; i < self->clusters->len; i++)
    write_cluster (out, self, i);
  write_nodes_of (out, self, RUSH_PLAN_NO_CLUSTER);
  for (guint i = 0; i < self->edges->len; i++)
    write_edge (out, self, &g_array_index (self->edges, RushPlanEdge, i));
  g_string_append (out, "}\n");
  return g_string_free (out, FALSE);
}
