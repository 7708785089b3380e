/* answers.h - statements with what a real Spark made of them, from tests/data/sql/parser. */
#pragma once

#include <glib.h>

typedef struct
{
  char *sql;
  gboolean is_error;
  char *text; /* the tree, ids taken out, or the message */
} Answer;

/* (transfer full) of Answer: every statement of the file. */
GPtrArray *answers_read (const char *name);
/* "#12" is "#": ids differ from run to run. */
char *answers_without_ids (const char *tree);
