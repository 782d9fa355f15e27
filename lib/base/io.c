/* Reading, writing, syncing and removing files, each call checked. */

#include "base/io.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/infile.h"

int
io_write_error(const char *name, struct err *e)
{
	bool full = errno == ENOSPC || errno == EFBIG || errno == EDQUOT;

	return (err_sys(e, full ? STATUS_OUTPUT : STATUS_IO, "cannot write '%s'", name));
}

int
io_write_all(int fd, const void *p, size_t n, const char *name, struct err *e)
{
	const char *s = p;
	ssize_t k;

	while (n > 0) {
		if ((k = write(fd, s, n)) < 0) {
			if (errno == EINTR)
				continue;
			return (io_write_error(name, e));
		}
		s += k;
		n -= (size_t)k;
	}
	return (0);
}

ssize_t
io_read(int fd, void *p, size_t n, const char *name, struct err *e)
{
	ssize_t k;

	do {
		k = read(fd, p, n);
	} while (k < 0 && errno == EINTR);
	if (k < 0)
		return (err_sys(e, STATUS_IO, "cannot read '%s'", name));
	return (k);
}

/* All that ${fd} has. */
static int
io_slurp_from(int fd, const char *path, struct buf *b, struct err *e)
{
	ssize_t k;

	do {
		if (buf_reserve(b, b->cap - b->len > 4096 ? 1 : 16384, e))
			return (err_prefix(e, "'%s'", path));
		if ((k = io_read(fd, b->p + b->len, b->cap - b->len, path, e)) < 0)
			return (-1);
		b->len += (size_t)k;
	} while (k > 0);
	return (0);
}

/* Append all of ${path}, opened by ${opens}, to ${b}; "-" is standard input. */
static int
io_slurp_by(int (*opens)(const char *, struct err *), const char *path, struct buf *b,
    struct err *e)
{
	int fd, rc;

	if (strcmp(path, "-") == 0)
		return (io_slurp_from(STDIN_FILENO, path, b, e));
	if ((fd = opens(path, e)) < 0)
		return (-1);
	rc = io_slurp_from(fd, path, b, e);
	(void)close(fd);
	return (rc);
}

int
io_slurp(const char *path, struct buf *b, struct err *e)
{

	return (io_slurp_by(infile_open, path, b, e));
}

int
io_slurp_regular(const char *path, struct buf *b, struct err *e)
{

	return (io_slurp_by(infile_regular, path, b, e));
}

int
io_sha256(int fd, const char *name, char hex[DIGEST_SHA256_HEX + 1], struct err *e)
{
	enum { BLOCK = 256 << 10 };
	struct digest_sha256 *d = digest_sha256_new();
	char *block = xcalloc(1, BLOCK);
	ssize_t k;

	while ((k = io_read(fd, block, BLOCK, name, e)) > 0)
		digest_sha256_update(d, block, (size_t)k);
	digest_sha256_final(d, hex);
	free(block);
	return (k < 0);
}

int
io_sha256_regular(const char *path, char hex[DIGEST_SHA256_HEX + 1], struct err *e)
{
	int fd, rc;

	if ((fd = infile_regular(path, e)) < 0)
		return (-1);
	rc = io_sha256(fd, path, hex, e);
	(void)close(fd);
	return (rc);
}

ssize_t
io_pread(int fd, void *p, size_t n, uint64_t at, const char *name, struct err *e)
{
	size_t done = 0;
	ssize_t k;

	while (done < n) {
		k = pread(fd, (char *)p + done, n - done, (off_t)(at + done));
		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			return (err_sys(e, STATUS_IO, "cannot read '%s'", name));
		if (k == 0)
			break;
		done += (size_t)k;
	}
	return ((ssize_t)done);
}

int
io_sync_close(int fd, const char *name, struct err *e)
{
	int rc = 0;

	/* A pipe or a device cannot be synced, and need not be. */
	if (fsync(fd) && errno != EINVAL && errno != EROFS)
		rc = err_sys(e, STATUS_IO, "cannot sync '%s'", name);
	if (close(fd) && rc == 0)
		rc = err_sys(e, STATUS_IO, "cannot close '%s'", name);
	return (rc);
}

int
io_sync_parent(const char *path, struct err *e)
{
	char *dir = xstrdup(path), *slash = strrchr(dir, '/');
	const char *name = slash == NULL ? "." : slash == dir ? "/" : dir;
	int fd, rc = 0;

	if (slash != NULL && slash != dir)
		*slash = '\0';
	if ((fd = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
		rc = err_sys(e, STATUS_IO, "cannot open '%s'", name);
	else
		rc = io_sync_close(fd, name, e);
	free(dir);
	return (rc);
}

int
io_mkdirs(const char *path, mode_t mode, struct err *e)
{
	char *dir = xstrdup(path), *p;
	int rc = 0;

	for (p = dir + 1; rc == 0; p++) {
		char c = *p;

		if (c != '/' && c != '\0')
			continue;
		*p = '\0';
		if (mkdir(dir, mode) && errno != EEXIST)
			rc = err_sys(e, STATUS_OUTPUT, "cannot make '%s'", dir);
		*p = c;
		if (c == '\0')
			break;
	}
	free(dir);
	return (rc);
}

const char *
io_spool_dir(void)
{
	const char *dir = getenv("TMPDIR");

	if (dir != NULL && dir[0] != '\0')
		return (dir);
	return (access("/var/tmp", W_OK | X_OK) == 0 ? "/var/tmp" : "/tmp");
}

int
io_spool(struct err *e)
{
	char path[4096];
	int fd;

	if (snprintf(path, sizeof(path), "%s/aegis-spool-XXXXXX", io_spool_dir()) >=
	    (int)sizeof(path))
		return (err_set(e, STATUS_OUTPUT, "TMPDIR is too long"));
	if ((fd = mkstemp(path)) < 0)
		return (err_sys(e, STATUS_OUTPUT, "cannot make '%s'", path));
	(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
	if (unlink(path)) {
		(void)err_sys(e, STATUS_OUTPUT, "cannot unlink '%s'", path);
		(void)close(fd);
		return (-1);
	}
	return (fd);
}

int
io_remove_tree(const char *path, struct err *e)
{
	char inner[4096];
	struct dirent *d;
	DIR *h;
	int rc = 0;

	if (unlink(path) == 0 || errno == ENOENT)
		return (0);
	/* A directory cannot be unlinked: EISDIR on Linux, EPERM elsewhere. */
	if ((errno != EISDIR && errno != EPERM) || (h = opendir(path)) == NULL)
		return (err_sys(e, STATUS_OUTPUT, "cannot remove '%s'", path));
	while (rc == 0 && (d = readdir(h)) != NULL) {
		if (strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0)
			continue;
		if (snprintf(inner, sizeof(inner), "%s/%s", path, d->d_name) >= (int)sizeof(inner))
			rc = err_set(e, STATUS_OUTPUT, "the path '%.60s...' is too long", path);
		else
			rc = io_remove_tree(inner, e);
	}
	(void)closedir(h);
	if (rc == 0 && rmdir(path))
		rc = err_sys(e, STATUS_OUTPUT, "cannot remove '%s'", path);
	return (rc);
}
