#include "rdd/call_site.h"

#include <string.h>

static _Thread_local const char *noted_file;
static _Thread_local int noted_line;

void
rush_call_site_note (const char *file, int line)
{
  noted_file = file;
  noted_line = line;
}

int
rush_call_begin (const char *operator_name)
{
  g_autofree char *short_form = NULL;
  g_autofree char *long_form = NULL;

  if (noted_file != NULL)
    {
      const char *slash = strrchr (noted_file, '/');

      short_form = g_strdup_printf ("%s at %s:%d", operator_name,
                                    slash != NULL ? slash + 1 : noted_file, noted_line);
      long_form = g_strdup_printf ("%s:%d", noted_file, noted_line);
      noted_file = NULL;
    }
  rush_lineage_push_call (operator_name, short_form != NULL ? short_form : operator_name,
                          long_form != NULL ? long_form : "");
  return 0;
}

void
rush_call_end (int *unused)
{
  rush_lineage_pop_call ();
}
