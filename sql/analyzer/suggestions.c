/* suggestions.c - "Did you mean one of the following?": names in the order of their distance.
 *
 * The distance is Levenshtein's between the name as the user wrote it, and a column's as it is
 * shown, with its back-ticks; columns at the same distance are in the order of their names, and
 * five are shown: without their table where that is the same for all and the user wrote none.
 *
 * Mirrors: StringUtils.orderSuggestedIdentifiersBySimilarity, AttributeSet.toSeq.
 */
#include <string.h>

#include "sql/analyzer/analysis_private.h"

#define MAX_SUGGESTIONS 5

static guint
distance (const char *a, const char *b)
{
  gsize n = strlen (a), m = strlen (b);
  g_autofree guint *row = g_new (guint, m + 1);

  for (gsize j = 0; j <= m; j++)
    row[j] = j;
  for (gsize i = 1; i <= n; i++)
    {
      guint diagonal = row[0];

      row[0] = i;
      for (gsize j = 1; j <= m; j++)
        {
          guint above = row[j];

          row[j] = MIN (MIN (above, row[j - 1]) + 1, diagonal + (a[i - 1] != b[j - 1]));
          diagonal = above;
        }
    }
  return row[m];
}

typedef struct
{
  const char *name;
  char *text;
  guint distance;
} Candidate;

static gint
compare (gconstpointer a, gconstpointer b)
{
  const Candidate *x = a, *y = b;

  return x->distance != y->distance ? (gint)x->distance - (gint)y->distance
                                    : strcmp (x->name, y->name);
}

static void
clear_candidate (gpointer candidate)
{
  g_free (((Candidate *)candidate)->text);
}

static char *
name_of (const RushExpr *column, gboolean qualified)
{
  g_autoptr (GPtrArray) parts = g_ptr_array_new ();
  char **qualifier = column->as.attribute.qualifier;

  for (guint i = 0; qualified && qualifier != NULL && qualifier[i] != NULL; i++)
    g_ptr_array_add (parts, qualifier[i]);
  g_ptr_array_add (parts, column->as.attribute.name);
  return rush_sql_id ((const char *const *)parts->pdata, parts->len);
}

static gboolean
share_qualifier (const GPtrArray *columns)
{
  char **first = NULL;

  for (guint i = 0; i < columns->len; i++)
    {
      char **qualifier = ((RushExpr *)columns->pdata[i])->as.attribute.qualifier;

      if (i == 0)
        first = qualifier;
      else if ((first == NULL) != (qualifier == NULL) ||
               (first != NULL &&
                !g_strv_equal ((const char *const *)first, (const char *const *)qualifier)))
        return FALSE;
    }
  return TRUE;
}

/* Is the column of the table that the user named? */
static gboolean
is_of_table (const RushExpr *column, char *const *parts)
{
  char **qualifier = column->as.attribute.qualifier;
  guint n = g_strv_length ((char **)parts) - 1;
  guint length = qualifier != NULL ? g_strv_length (qualifier) : 0;

  if (n == 0 || n > length)
    return FALSE;
  for (guint i = 0; i < n; i++)
    if (g_ascii_strcasecmp (qualifier[length - n + i], parts[i]) != 0)
      return FALSE;
  return TRUE;
}

static gboolean
knows_table (const GPtrArray *columns, char *const *parts)
{
  for (guint i = 0; i < columns->len; i++)
    if (is_of_table (columns->pdata[i], parts))
      return TRUE;
  return FALSE;
}

static char *
proposal (char *const *parts, const GPtrArray *columns)
{
  g_autoptr (GArray) all = g_array_new (FALSE, FALSE, sizeof (Candidate));
  g_autofree char *written = g_strjoinv (".", (char **)parts);
  gboolean qualified = parts[1] != NULL || !share_qualifier (columns);
  gboolean of_table = knows_table (columns, parts);
  GString *text = g_string_new (NULL);

  g_array_set_clear_func (all, clear_candidate);
  for (guint i = 0; i < columns->len; i++)
    {
      if (of_table && !is_of_table (columns->pdata[i], parts))
        continue;

      const RushExpr *column = columns->pdata[i];
      Candidate candidate = { column->as.attribute.name, name_of (column, qualified), 0 };

      candidate.distance = distance (candidate.text, written);
      g_array_append_val (all, candidate);
    }
  g_array_sort (all, compare);
  for (guint i = 0; i < MIN (all->len, MAX_SUGGESTIONS); i++)
    g_string_append_printf (text, "%s%s", i > 0 ? ", " : "",
                            g_array_index (all, Candidate, i).text);
  return g_string_free (text, FALSE);
}

void
rush_analysis_set_unresolved (GError **error, char *const *parts, const GPtrArray *columns,
                              const RushSqlContext *context)
{
  guint n = g_strv_length ((char **)parts);
  g_autofree char *name = rush_sql_id ((const char *const *)parts, n);
  g_autofree char *names = proposal (parts, columns);

  if (columns->len == 0)
    rush_sql_error_set (error, RUSH_SQL_CLASS_UNRESOLVED_COLUMN_WITHOUT_SUGGESTION, context,
                        "objectName", name, NULL);
  else
    rush_sql_error_set (error, RUSH_SQL_CLASS_UNRESOLVED_COLUMN_WITH_SUGGESTION, context,
                        "objectName", name, "proposal", names, NULL);
}
