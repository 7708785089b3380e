/* parse_command_private.h - what the files of commands call in each other. */
#pragma once

#include "sql/parser/parser_private.h"

/* Each is called behind the statement's word, which was at token @from. */
RushPlan *rush_parse_create (RushParser *p, guint from);
RushPlan *rush_parse_insert (RushParser *p, guint from);
RushPlan *rush_parse_show (RushParser *p, guint from);
RushPlan *rush_parse_describe (RushParser *p, guint from);

/* [ IF [ NOT ] EXISTS ] */
gboolean rush_parse_if_exists (RushParser *p, gboolean negated, guint *inout_flags);
gboolean rush_parse_command_names (RushParser *p, RushCommand *command);
