/* text.c - see text.h.
 *
 * Mirrors: SparkStringUtils.truncatedString, ExplainUtils.generateFieldString,
 *          SparkStringUtils.bytesToString, JoinType.toString.
 */
#include "sql/physical/text.h"

static char *
join_texts (const RushExprList *list, const char *separator, guint max)
{
  g_autoptr (GString) out = g_string_new ("[");
  guint n = list->n > max ? max - 1 : list->n;

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *text = rush_expr_to_string (list->items[i]);
      g_string_append_printf (out, "%s%s", i > 0 ? separator : "", text);
    }
  if (n < list->n)
    g_string_append_printf (out, "%s... %u more fields", n > 0 ? separator : "", list->n - n);
  g_string_append_c (out, ']');
  return g_string_free (g_steal_pointer (&out), FALSE);
}

char *
rush_list_to_text (const RushExprList *list)
{
  return join_texts (list, ", ", RUSH_MAX_TO_STRING_FIELDS);
}

char *
rush_list_to_text_all (const RushExprList *list)
{
  return join_texts (list, ", ", G_MAXUINT);
}

char *
rush_list_to_text_tight (const RushExprList *list)
{
  return join_texts (list, ",", RUSH_MAX_TO_STRING_FIELDS);
}

void
rush_append_list_line (GString *out, const char *name, const RushExprList *list)
{
  g_autofree char *text = rush_list_to_text (list);

  if (list->n > 0)
    g_string_append_printf (out, "%s [%u]: %s\n", name, list->n, text);
  else
    g_string_append_printf (out, "%s: []\n", name);
}

const char *
rush_join_type_name (RushJoinType type)
{
  switch (type)
    {
    case RUSH_JOIN_INNER:
      return "Inner";
    case RUSH_JOIN_CROSS:
      return "Cross";
    case RUSH_JOIN_LEFT_OUTER:
      return "LeftOuter";
    case RUSH_JOIN_RIGHT_OUTER:
      return "RightOuter";
    case RUSH_JOIN_FULL_OUTER:
      return "FullOuter";
    case RUSH_JOIN_LEFT_SEMI:
      return "LeftSemi";
    case RUSH_JOIN_LEFT_ANTI:
      return "LeftAnti";
    case RUSH_JOIN_EXISTENCE:
      return "ExistenceJoin";
    }
  g_assert_not_reached ();
}
