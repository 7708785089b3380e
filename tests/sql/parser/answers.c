/* answers.c - reads records "-- sql … -- tree …" and "-- sql … -- error …". */
#include "tests/sql/parser/answers.h"

#include <string.h>

char *
answers_without_ids (const char *tree)
{
  GString *out = g_string_new (NULL);

  for (const char *c = tree; *c != '\0'; c++)
    {
      g_string_append_c (out, *c);
      if (*c == '#')
        while (g_ascii_isdigit (c[1]))
          c++;
    }
  g_strchomp (out->str);
  return g_string_free (out, FALSE);
}

static void
answer_free (gpointer data)
{
  Answer *answer = data;

  g_free (answer->sql);
  g_free (answer->text);
  g_free (answer);
}

GPtrArray *
answers_read (const char *name)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "data", "sql", "parser", name, NULL);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  GPtrArray *answers = g_ptr_array_new_with_free_func (answer_free);

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  g_auto (GStrv) records = g_strsplit (text, "-- sql\n", -1);
  for (guint i = 1; records[i] != NULL; i++)
    {
      char *tree = strstr (records[i], "\n-- tree\n");
      char *message = strstr (records[i], "\n-- error\n");
      char *found = tree != NULL ? tree : message;
      g_assert_nonnull (found);
      Answer *answer = g_new0 (Answer, 1);
      answer->sql = g_strndup (records[i], (gsize)(found - records[i]));
      answer->is_error = tree == NULL;
      answer->text =
          answers_without_ids (found + strlen (tree != NULL ? "\n-- tree\n" : "\n-- error\n"));
      g_ptr_array_add (answers, answer);
    }
  return answers;
}
