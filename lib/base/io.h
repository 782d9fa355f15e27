#ifndef AEGIS_BASE_IO_H
#define AEGIS_BASE_IO_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/err.h"

/**
 * io_write_error(name, e):
 * Fill ${e} from errno after a write failed: STATUS_OUTPUT if there is no room, else STATUS_IO.
 * Return -1.
 */
int io_write_error(const char *name, struct err *e);

/**
 * io_write_all(fd, p, n, name, e):
 * Write all ${n} bytes, over short writes and EINTR.  Return 0, or -1 with ${e}
 * set: STATUS_IO, or STATUS_OUTPUT where the file cannot take more, naming
 * ${name}.
 */
int io_write_all(int fd, const void *p, size_t n, const char *name, struct err *e);

/**
 * io_read(fd, p, n, name, e):
 * Read up to ${n} bytes, over EINTR.  Return how many, 0 at the end, or -1 with
 * ${e} set.
 */
ssize_t io_read(int fd, void *p, size_t n, const char *name, struct err *e);

/**
 * io_slurp(path, b, e):
 * Append the whole file ${path} ("-" is standard input) to ${b}, up to the
 * buffer's maximum.  Return 0, or -1 with ${e} set (STATUS_NOINPUT where it
 * cannot be opened).
 */
int io_slurp(const char *path, struct buf *b, struct err *e);

/**
 * io_slurp_regular(path, b, e):
 * The same for what was received from elsewhere: only a regular file (base/infile.h).
 */
int io_slurp_regular(const char *path, struct buf *b, struct err *e);

/**
 * io_sha256(fd, name, hex, e):
 * The SHA-256 of all that ${fd} has from where it stands, in hex.  Return 0, or -1 with ${e} set.
 */
int io_sha256(int fd, const char *name, char hex[DIGEST_SHA256_HEX + 1], struct err *e);

/**
 * io_sha256_regular(path, hex, e):
 * That of the file ${path}, as infile_regular() opens it.
 */
int io_sha256_regular(const char *path, char hex[DIGEST_SHA256_HEX + 1], struct err *e);

/**
 * io_pread(fd, p, n, at, name, e):
 * Read ${n} bytes from ${at} on, over short reads and EINTR.  Return how many, fewer only at the end, or -1
 * with ${e} set.
 */
ssize_t io_pread(int fd, void *p, size_t n, uint64_t at, const char *name, struct err *e);

/**
 * io_sync_close(fd, name, e):
 * fsync(2) and close(2).  Return 0, or -1 with ${e} set; ${fd} is closed.
 */
int io_sync_close(int fd, const char *name, struct err *e);

/**
 * io_sync_parent(path, e):
 * fsync(2) the directory that holds ${path}, after a rename into it.
 */
int io_sync_parent(const char *path, struct err *e);

/**
 * io_mkdirs(path, mode, e):
 * Make the directory ${path} and its missing parents.  Return 0, also where it
 * is there already, or -1 with ${e} set.
 */
int io_mkdirs(const char *path, mode_t mode, struct err *e);

/**
 * io_remove_tree(path, e):
 * Remove the file ${path}, or the directory with all that is in it; links are not followed.
 * Return 0, also where it is not there, or -1 with ${e} set.
 */
int io_remove_tree(const char *path, struct err *e);

/**
 * io_spool_dir():
 * Where temporary files lie, which may be large: $TMPDIR, or /var/tmp where that can be written, or /tmp,
 * which is memory on many systems.
 */
const char *io_spool_dir(void);

/**
 * io_spool(e):
 * Open a temporary file without a name in io_spool_dir() for reading and writing.  Return its descriptor, or -1 with ${e} set.
 */
int io_spool(struct err *e);

#endif
