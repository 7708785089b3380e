/* plugin_join.h - a join whose core is a plug-in's (tables/joining_seams.h). */
#pragma once

#include "sql/physical/tables/join_probe.h"
#include "sql/physical/tables/joining_seams.h"

/* The core that takes the place of ours in this join; NULL: none does, or not in this one. */
const RushJoinCore *rush_plugin_join_core (const RushPlugins *plugins, const char *seam,
                                           const RushJoinSpec *spec);
/* Takes over @streamed and @build. */
RushIterator *rush_plugin_join_new (const RushJoinCore *core, RushJoinSpec *spec,
                                    const RushExprList *build_keys, RushSchema *build_schema,
                                    RushIterator *streamed, RushIterator *build,
                                    RushTaskContext *ctx, RushEvalContext *eval);
/* The same with a build side that all tasks have. */
RushIterator *rush_plugin_join_new_broadcast (const RushJoinCore *core, RushJoinSpec *spec,
                                              const RushExprList *build_keys, RushJoinTable *build,
                                              RushIterator *streamed, RushTaskContext *ctx,
                                              RushEvalContext *eval);
