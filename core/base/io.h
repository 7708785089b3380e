/* io.h - write () until all of it is written.
 *
 * A signal may interrupt write (), and a disk that fills up may end it early: neither is a failure
 * yet.
 *
 * Errors:  as rush_set_error_errno (): "cannot write <path>: …"; how much was written is then
 *          unknown.
 * Threads: none of its own; a plain function.
 */
#pragma once

#include <glib.h>

/* @bytes may be NULL if @size is 0.  @path: only named in @error. */
gboolean rush_write_fully (int fd, const void *bytes, gsize size, const char *path, GError **error);
