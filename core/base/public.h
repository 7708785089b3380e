/* public.h - which functions a plug-in may call.
 *
 * The engine is compiled with -fvisibility=hidden: nothing of it can be seen from another shared
 * object, and calls within it cost no detour.  What stands between these two in a header can be
 * seen, so the headers themselves are the list of what is exported.  core/plugin/plugin.h says how
 * a plug-in finds it.
 */
#pragma once

#define RUSH_BEGIN_PUBLIC _Pragma ("GCC visibility push(default)")
#define RUSH_END_PUBLIC _Pragma ("GCC visibility pop")
