/* plugin_private.h - what plugin.c asks of a part before it takes it. */
#pragma once

#include "core/plugin/plugin.h"

/* The functions that @part's table lacks, for people: "the function next"; NULL: it has all that
 * @seam asks for. (transfer full) */
char *rush_plugin_part_missing (const RushPluginPart *part, const RushSeam *seam);
