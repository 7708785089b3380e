/* worker_arenas.h - where a worker's Python objects live: worker_arenas.c. */
#pragma once

/* From now on, in this process; a second call does nothing.  Threads: with the GIL. */
void worker_arenas_install (void);
