/* test_error.c - errno becomes the domain's code, and the message says what, where and why. */
#include "core/base/error.h"

#include <errno.h>
#include <string.h>

static void
test_codes (void)
{
  static const struct
  {
    int errnum;
    RushCoreError code;
  } cases[] = { { ENOENT, RUSH_CORE_ERROR_NOT_FOUND },
                { EEXIST, RUSH_CORE_ERROR_EXISTS },
                { ENOMEM, RUSH_CORE_ERROR_OUT_OF_MEMORY },
                { EACCES, RUSH_CORE_ERROR_IO },
                { ENOSPC, RUSH_CORE_ERROR_IO } };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      rush_set_error_errno (&error, cases[i].errnum, "cannot open", "/some/file");
      g_assert_error (error, RUSH_CORE_ERROR, (int)cases[i].code);
      g_assert_true (g_str_has_prefix (error->message, "cannot open /some/file: "));
      g_assert_true (g_str_has_suffix (error->message, g_strerror (cases[i].errnum)));
    }
}

static void
test_without_path (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *expected = g_strconcat ("cannot fork: ", g_strerror (EAGAIN), NULL);

  rush_set_error_errno (&error, EAGAIN, "cannot fork", NULL);
  g_assert_cmpstr (error->message, ==, expected);
}

static void
test_nobody_listens (void)
{
  rush_set_error_errno (NULL, ENOENT, "cannot open", "/some/file");
}

static void
test_quark_is_one (void)
{
  g_assert_cmpuint (rush_core_error_quark (), !=, 0);
  g_assert_cmpuint (rush_core_error_quark (), ==, RUSH_CORE_ERROR);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/error/codes", test_codes);
  g_test_add_func ("/error/no-path", test_without_path);
  g_test_add_func ("/error/null", test_nobody_listens);
  g_test_add_func ("/error/quark", test_quark_is_one);
  return g_test_run ();
}
