/* worker_spill.h - a file of blocks of elements, in numbered parts: for what does not fit memory.
 *
 *   WorkerSpillFile *file = worker_spill_file_new (memory);
 *   worker_spill_file_add (file, part, element, worker_size_of (element)) …
 *   worker_spill_file_flush (file);
 *   while ((list = worker_spill_file_read (file, part, i++)) != NULL) …     // in order of arrival
 *
 * The file has no name: it is gone with the worker, however that ends.
 *
 * Failure:  as in CPython.  Threads: the worker's one.
 */
#pragma once

#include "py/ext/worker_memory.h"

typedef struct _WorkerSpillFile WorkerSpillFile;

WorkerSpillFile *worker_spill_file_new (WorkerMemory *memory);
void worker_spill_file_free (WorkerSpillFile *self); /* or NULL */
/* @bytes: what @element counts. */
gboolean worker_spill_file_add (WorkerSpillFile *self, guint part, PyObject *element, gint64 bytes);
/* Writes what has been added since.  Nothing can be read before. */
gboolean worker_spill_file_flush (WorkerSpillFile *self);
/* Block @i of a part, as a new list; NULL without an exception: there are no more. */
PyObject *worker_spill_file_read (WorkerSpillFile *self, guint part, guint i);
