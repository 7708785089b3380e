/* generated_plan.h - a plan, run by what its fused stages look like in C. */
#pragma once

#include "runtime.h"

#include "sql/session/session.h"

/* The rows of @text by the engine, and by its generated stages (with the rest of the plan by the
 * engine, all in one partition) must be the same; so must be the classes of their errors.
 * *@out_stages: how many stages there were.  FALSE with @error, which tells where they differ. */
gboolean generated_plan_check (RushSqlSession *session, const char *text, guint *out_stages,
                               GError **error);
