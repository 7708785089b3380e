/* fuzz_parser.c - statements damaged by the thousand: the parser must read or refuse them, never
 * crash, hang, leak or read past the end; an error must have a text, and a tree must print.
 *
 * Seeds are the statements of answers.txt.  Each round takes one and damages it a few times:
 * tokens go, come twice, change places, are taken from another statement; bytes change.  Round i
 * depends on i alone, so a failure is repeated by its number.
 *
 *     RUSH_FUZZ_ITERATIONS=1000000 fuzz_parser      (200000 without it)
 */
#include "sql/parser/parser.h"
#include "tests/sql/parser/answers.h"

#include <stdlib.h>
#include <string.h>

#define DEFAULT_ITERATIONS 200000

static const char *const pieces[] = {
  "(",          ")",        ",",          "'",          "\"",
  "`",          "/*",       "*/",         "/*+",        "--",
  "\\",         ".",        "..",         "::",         "->",
  "=>",         " SELECT ", " FROM ",     " WHERE ",    " JOIN ",
  " ON ",       " USING ",  " GROUP BY ", " ORDER BY ", " UNION ",
  " WITH ",     " AS ",     " NOT ",      " IN ",       " LIKE ",
  " BETWEEN ",  " AND ",    " OR ",       " CASE ",     " WHEN ",
  " THEN ",     " END ",    " CAST(",     " INTERVAL ", " OVER ",
  " ROWS ",     " VALUES ", " LATERAL ",  " PIVOT ",    " UNPIVOT ",
  " LIMIT ",    " NULL ",   " 1 ",        " 1e999 ",    " 99999999999999999999 ",
  " X'0' ",     " DATE ",   " array<",    ">>",         "((((((((((",
  "))))))))))", " a.b.c ",  "\xC3\xA4",   "\xC3",       "\n",
  ";",          ":",        "?",
};

static void
damage (GString *text, GPtrArray *seeds, GRand *rand)
{
  gssize at = g_rand_int_range (rand, 0, (gint32)text->len + 1);
  gssize left = (gssize)text->len - at;
  gssize n = g_rand_int_range (rand, 0, 24);
  const Answer *other = seeds->pdata[g_rand_int_range (rand, 0, (gint32)seeds->len)];
  gsize from = (gsize)g_rand_int_range (rand, 0, (gint32)strlen (other->sql) + 1);
  n = MIN (n, left);
  g_autofree char *piece = g_strndup (text->str + at, (gsize)n);

  switch (g_rand_int_range (rand, 0, 6))
    {
    case 0: /* a part goes */
      g_string_erase (text, at, n);
      break;
    case 1: /* a part comes twice */
      g_string_insert (text, at, piece);
      break;
    case 2:
      g_string_insert (text, at, pieces[g_rand_int_range (rand, 0, G_N_ELEMENTS (pieces))]);
      break;
    case 3: /* the end of another statement */
      g_string_truncate (text, (gsize)at);
      g_string_append (text, other->sql + from);
      break;
    case 4: /* a byte changes */
      if (left > 0)
        text->str[at] = (char)g_rand_int_range (rand, 1, 256);
      break;
    default: /* a part goes elsewhere */
      g_string_erase (text, at, n);
      g_string_insert (text, g_rand_int_range (rand, 0, (gint32)text->len + 1), piece);
      break;
    }
}

static gboolean
parse_one (const char *sql, gboolean print)
{
  static const RushParserOptions options = { .ansi = TRUE };
  g_autoptr (GError) error = NULL;
  g_autoptr (RushPlan) plan = rush_parse_statement (sql, &options, &error);

  g_assert_true ((plan == NULL) == (error != NULL));
  if (plan == NULL)
    {
      g_assert_cmpuint (strlen (error->message), >, 10);
      return FALSE;
    }
  g_autofree char *tree = print ? rush_plan_to_tree_string (plan) : NULL;
  g_assert_true (!print || *tree != '\0');
  return TRUE;
}

static void
test_damaged (void)
{
  g_autoptr (GPtrArray) seeds = answers_read ("answers.txt");
  const char *asked = g_getenv ("RUSH_FUZZ_ITERATIONS");
  guint n = asked != NULL ? (guint)atoi (asked) : DEFAULT_ITERATIONS;
  guint n_read = 0;

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (GRand) rand = g_rand_new_with_seed (i);
      const Answer *seed = seeds->pdata[i % seeds->len];
      g_autoptr (GString) text = g_string_new (seed->sql);
      guint times = (guint)g_rand_int_range (rand, 1, 6);
      for (guint j = 0; j < times; j++)
        damage (text, seeds, rand);
      n_read += parse_one (text->str, i % 8 == 0);
      g_autoptr (RushSchema) schema = rush_parse_schema (text->str, NULL);
    }
  g_assert_cmpuint (n_read, >, n / 50);
  g_assert_cmpuint (n_read, <, n);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/parser/damaged", test_damaged);
  return g_test_run ();
}
