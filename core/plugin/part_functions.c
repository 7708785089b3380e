/* part_functions.c - whether a part's table has the functions that its seam asks for.
 *
 *   seams.def   "compare | make free added"          two ways to be complete, by the same table
 *   the table    name   compare   make   free   added   …
 *                        NULL      ●      ●     NULL         "the function added"
 *
 * A function is a pointer behind the name, at its place in the list; that the places agree with the
 * headers is a test (tests/py/test_plugin.py).  A way that is begun must be gone to its end: the
 * engine chooses by the first function of a way, and then calls all of them.
 */
#include "core/plugin/plugin_private.h"

#include <string.h>

typedef struct
{
  const char *first;   /* function of the way */
  const char *missing; /* the first one that is not there, or NULL */
  gboolean begun;      /* one is there */
} Way;

static gboolean
has_function (const RushPluginPart *part, guint i)
{
  gconstpointer function;

  memcpy (&function, (const char *)part->table + (1 + i) * sizeof function, sizeof function);
  return function != NULL;
}

/* Walks the @names from @at on to the end of a way; @inout_i numbers the functions. */
static char **
look_at_way (char **at, const RushPluginPart *part, guint *inout_i, Way *out)
{
  *out = (Way){ .first = *at };
  for (; *at != NULL && !g_str_equal (*at, "|"); at++, (*inout_i)++)
    if (has_function (part, *inout_i))
      out->begun = TRUE;
    else if (out->missing == NULL && !g_str_has_suffix (*at, "?"))
      out->missing = *at;
  return *at != NULL ? at + 1 : at;
}

char *
rush_plugin_part_missing (const RushPluginPart *part, const RushSeam *seam)
{
  g_auto (GStrv) names = g_strsplit (seam->functions, " ", -1);
  g_autoptr (GString) none = g_string_new (NULL);
  gboolean complete = FALSE;
  guint i = 0;

  for (char **at = names; *at != NULL;)
    {
      Way way;

      at = look_at_way (at, part, &i, &way);
      if (way.begun && way.missing != NULL)
        return g_strdup_printf ("the function %s", way.missing);
      complete |= way.missing == NULL;
      g_string_append_printf (none, "%s%s", none->len > 0 ? " or " : "the function ", way.first);
    }
  return complete ? NULL : g_string_free (g_steal_pointer (&none), FALSE);
}
