/* plans.h - text to analyzed plans over the tables of tests/data/sql/optimizer/tables.txt. */
#pragma once

#include "sql/optimizer/optimizer.h"

/* (transfer full); fails the test if the text is wrong. */
RushPlan *plans_analyze (const char *sql);
/* Asserts that it is right, and that the plan is whole after every rule. */
RushPlan *plans_optimize (RushPlan *analyzed, gboolean enabled);
/* As plans print, ids in the order of their first showing; leaves are "Table [columns]". */
char *plans_text (const RushPlan *plan);
char *plans_normalised (const char *text);
/* The statement that @name stands for: itself, or the text of bench/tpch/<name>. */
char *plans_statement (const char *name);
