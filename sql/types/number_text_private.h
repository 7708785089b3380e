/* number_text_private.h - what several readers of texts need. */
#pragma once

#include "sql/types/number_text.h"

#define RUSH_EXACT_POWERS 22
/* 10⁰ … 10²²: those that a double holds exactly. */
extern const double rush_exact_powers_of_ten[RUSH_EXACT_POWERS + 1];

gboolean rush_text_equals (const char *text, gsize length, const char *word); /* in any case */
