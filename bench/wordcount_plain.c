/* wordcount_plain.c - the word count without any engine: one thread, one pass, one hash table.
 *
 *     wordcount_plain TEXT
 *
 * What lessons/c/wordcount.c is measured against, a core each.  It is what a C programmer writes
 * who cares for speed but not for records: blocks of 1 MiB, open addressing, words kept in an
 * arena; only the hash is the engine's.
 */
#include "core/data/hash.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BLOCK_BYTES (1024 * 1024)
#define ARENA_BYTES (1024 * 1024)
#define TOP 20

typedef struct
{
  const char *word; /* NULL: free */
  guint32 length;
  guint64 hash;
  gint64 n;
} Slot;

typedef struct
{
  Slot *slots;
  gsize n_slots; /* a power of two */
  gsize n_words;
  char *arena;
  gsize arena_left;
} Table;

static void
grow (Table *table)
{
  gsize n_slots = table->n_slots * 2;
  Slot *slots = calloc (n_slots, sizeof *slots);

  for (gsize i = 0; i < table->n_slots; i++)
    if (table->slots[i].word != NULL)
      {
        gsize at = table->slots[i].hash & (n_slots - 1);

        while (slots[at].word != NULL)
          at = (at + 1) & (n_slots - 1);
        slots[at] = table->slots[i];
      }
  free (table->slots);
  table->slots = slots;
  table->n_slots = n_slots;
}

static const char *
keep (Table *table, const char *word, gsize length)
{
  char *copy;

  if (length > table->arena_left)
    {
      table->arena_left = MAX (length, ARENA_BYTES);
      table->arena = malloc (table->arena_left);
    }
  copy = table->arena;
  memcpy (copy, word, length);
  table->arena += length;
  table->arena_left -= length;
  return copy;
}

static void
count (Table *table, const char *word, gsize length)
{
  guint64 hash = rush_hash64_bytes (word, length);
  gsize at = hash & (table->n_slots - 1);

  while (table->slots[at].word != NULL &&
         !(table->slots[at].hash == hash && table->slots[at].length == length &&
           memcmp (table->slots[at].word, word, length) == 0))
    at = (at + 1) & (table->n_slots - 1);
  if (table->slots[at].word == NULL)
    {
      table->slots[at] = (Slot){ keep (table, word, length), (guint32)length, hash, 0 };
      if (++table->n_words * 2 > table->n_slots)
        {
          table->slots[at].n = 1;
          grow (table);
          return;
        }
    }
  table->slots[at].n++;
}

/* Counts the whole words of @text and returns where the last, unfinished one begins. */
static gsize
count_words (Table *table, const char *text, gsize length)
{
  gsize start = 0;

  for (gsize end = 0; end < length; end++)
    if (g_ascii_isspace (text[end]))
      {
        if (end > start)
          count (table, text + start, end - start);
        start = end + 1;
      }
  return start;
}

static int
compare (const void *a, const void *b)
{
  const Slot *x = a, *y = b;

  return (x->n < y->n) - (x->n > y->n);
}

int
main (int argc, char **argv)
{
  Table table = { calloc (1 << 12, sizeof (Slot)), 1 << 12, 0, NULL, 0 };
  gsize size = 2 * BLOCK_BYTES, filled = 0, start;
  char *block = malloc (size);
  int fd = argc == 2 ? open (argv[1], O_RDONLY) : -1;
  gssize got;

  if (fd < 0)
    return fprintf (stderr, "wordcount_plain TEXT: %s\n", strerror (errno)), 1;
  while ((got = read (fd, block + filled, BLOCK_BYTES)) > 0)
    {
      filled += (gsize)got;
      start = count_words (&table, block, filled);
      filled -= start;
      memmove (block, block + start, filled);
      if (filled + BLOCK_BYTES > size)
        block = realloc (block, size *= 2);
    }
  if (filled > 0)
    count (&table, block, filled);
  qsort (table.slots, table.n_slots, sizeof *table.slots, compare);
  for (gsize i = 0; i < MIN (TOP, table.n_words); i++)
    printf ("%8" G_GINT64_FORMAT " %.*s\n", table.slots[i].n, (int)table.slots[i].length,
            table.slots[i].word);
}
