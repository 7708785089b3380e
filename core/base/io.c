/* io.c - see io.h. */
#include "core/base/io.h"

#include "core/base/error.h"

#include <errno.h>
#include <unistd.h>

gboolean
rush_write_fully (int fd, const void *bytes, gsize size, const char *path, GError **error)
{
  const guint8 *next = bytes;

  while (size > 0)
    {
      gssize n = write (fd, next, size);
      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        {
          rush_set_error_errno (error, errno, "cannot write", path);
          return FALSE;
        }
      next += n;
      size -= (gsize)n;
    }
  return TRUE;
}
