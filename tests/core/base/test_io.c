/* test_io.c - all bytes are written, however little write () takes at once and whoever interrupts
 * it; what cannot be written is an error that names the file. */
#include "core/base/error.h"
#include "core/base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#define SIZE (1024 * 1024) /* much more than a pipe holds */

typedef struct
{
  int fd; /* read from */
  pthread_t writer;
  atomic_int n_signals;
  gsize n_read;
  gboolean right;
} Reader;

static guint8
byte_at (gsize i)
{
  return (guint8)(i * 7 + i / 251);
}

static Reader *current; /* of the signal handler */

static void
count_signal (int number)
{
  current->n_signals++;
}

/* Interrupts the writer each time before it reads a little. */
static void *
read_all (void *data)
{
  Reader *self = data;
  guint8 bytes[5000];
  gssize n;

  self->right = TRUE;
  do
    {
      pthread_kill (self->writer, SIGUSR1);
      n = read (self->fd, bytes, sizeof bytes);
      for (gssize i = 0; i < n; i++)
        self->right &= bytes[i] == byte_at (self->n_read++);
    }
  while (n > 0);
  return NULL;
}

static void
test_a_pipe_that_is_read_slowly_and_signals (void)
{
  g_autofree guint8 *bytes = g_malloc (SIZE);
  struct sigaction action = { .sa_handler = count_signal }, before;
  g_autoptr (GError) error = NULL;
  Reader reader = { .writer = pthread_self () };
  pthread_t thread;
  int fds[2];

  for (gsize i = 0; i < SIZE; i++)
    bytes[i] = byte_at (i);
  current = &reader;
  g_assert_cmpint (sigaction (SIGUSR1, &action, &before), ==, 0); /* without SA_RESTART */
  g_assert_cmpint (pipe (fds), ==, 0);
  reader.fd = fds[0];
  g_assert_cmpint (pthread_create (&thread, NULL, read_all, &reader), ==, 0);

  gboolean written = rush_write_fully (fds[1], bytes, SIZE, "a pipe", &error);
  close (fds[1]);
  pthread_join (thread, NULL);
  close (fds[0]);
  g_assert_cmpint (sigaction (SIGUSR1, &before, NULL), ==, 0);
  g_assert_no_error (error);
  g_assert_true (written);
  g_assert_cmpuint (reader.n_read, ==, SIZE);
  g_assert_true (reader.right);
  g_assert_cmpint (reader.n_signals, >, 0);
}

static void
test_nothing (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (rush_write_fully (-1, NULL, 0, "nowhere", &error));
  g_assert_no_error (error);
}

static void
test_a_file_that_takes_nothing (void)
{
  g_autoptr (GError) error = NULL;
  int fd = open ("/dev/full", O_WRONLY | O_CLOEXEC);

  g_assert_cmpint (fd, >=, 0);
  g_assert_false (rush_write_fully (fd, "abc", 3, "/dev/full", &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_IO);
  g_autofree char *message = g_strdup_printf ("cannot write /dev/full: %s", g_strerror (ENOSPC));
  g_assert_cmpstr (error->message, ==, message);
  close (fd);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/io/slow_pipe_and_signals", test_a_pipe_that_is_read_slowly_and_signals);
  g_test_add_func ("/io/nothing", test_nothing);
  g_test_add_func ("/io/full", test_a_file_that_takes_nothing);
  return g_test_run ();
}
