/* Draws every example into a folder, as .dot, .svg and .png, to be looked at; the .dot files are
 * the golden texts (tests/data/dag). */
#include "core/viz/dot.h"
#include "core/viz/render.h"
#include "dag_examples.h"

static void
save (const char *folder, const char *name, const char *ending, const char *data, gsize length)
{
  g_autofree char *path = g_strdup_printf ("%s/%s.%s", folder, name, ending);
  g_autoptr (GError) error = NULL;

  if (!g_file_set_contents (path, data, length, &error))
    g_error ("%s", error->message);
}

static void
save_picture (const char *folder, const char *name, const char *dot, RushPictureFormat format)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) picture = rush_render_dot (dot, format, &error);

  if (picture == NULL)
    g_error ("%s: %s", name, error->message);
  save (folder, name, format == RUSH_PICTURE_SVG ? "svg" : "png", g_bytes_get_data (picture, NULL),
        g_bytes_get_size (picture));
}

int
main (int argc, char **argv)
{
  if (argc < 2)
    {
      g_printerr ("usage: draw_examples FOLDER [--dot-only]\n");
      return 2;
    }
  for (const DagExample *example = dag_examples; example->name != NULL; example++)
    {
      g_autoptr (RushDag) dag = example->make ();
      g_autofree char *dot = rush_dag_to_dot (dag);
      save (argv[1], example->name, "dot", dot, -1);
      if (argc > 2)
        continue;
      save_picture (argv[1], example->name, dot, RUSH_PICTURE_SVG);
      save_picture (argv[1], example->name, dot, RUSH_PICTURE_PNG);
    }
  return 0;
}
