/* Opening what is written: beside the target where it is a file, through it where it is not. */

#include "base/outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/io.h"
#include "base/samefile.h"

enum { OUTFILE_MODE = 0640, OUTFILE_TRIES = 3 };

struct outfile {
	char *path;
	char *beside; /* NULL: it is written in place */
	int fd;
	bool regular;
};

/* Make PATH.partial, and nobody else's: a file or a link of that name is removed first. */
static int
outfile_beside(struct outfile *o, struct err *e)
{
	size_t n = strlen(o->path) + sizeof(".partial");
	char *beside = xcalloc(n, 1);
	int i;

	(void)snprintf(beside, n, "%s.partial", o->path);
	if (samefile_check(beside, e)) {
		free(beside);
		return (-1);
	}
	for (i = 0; i < OUTFILE_TRIES; i++) {
		o->fd =
		    open(beside, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, OUTFILE_MODE);
		if (o->fd >= 0 || errno != EEXIST)
			break;
		if (unlink(beside) && errno != ENOENT)
			break;
	}
	/* Only what was made here is removed with ${o}. */
	if (o->fd >= 0) {
		o->beside = beside;
		return (0);
	}
	(void)err_sys(e, STATUS_OUTPUT, "cannot make '%s'", beside);
	free(beside);
	return (-1);
}

/* Through whatever the path is; a link may lead to a file that is not there yet. */
static int
outfile_through(struct outfile *o, struct err *e)
{
	struct stat st;
	bool file = stat(o->path, &st) != 0 || S_ISREG(st.st_mode);

	o->fd = open(o->path,
	    file ? O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC : O_WRONLY | O_CLOEXEC | O_NOCTTY,
	    OUTFILE_MODE);
	if (o->fd < 0)
		return (err_sys(e, STATUS_OUTPUT, "cannot open '%s' for writing", o->path));
	return (0);
}

struct outfile *
outfile_open(const char *path, struct err *e)
{
	struct outfile *o = xcalloc(1, sizeof(*o));
	struct stat st;
	int rc = -1;

	o->fd = -1;
	o->path = xstrdup(path);
	if (samefile_check(path, e) == 0) {
		rc = lstat(path, &st) == 0 ? !S_ISREG(st.st_mode) : errno != ENOENT;
		rc = rc ? outfile_through(o, e) : outfile_beside(o, e);
	}
	if (rc == 0)
		o->regular = fstat(o->fd, &st) == 0 && S_ISREG(st.st_mode);
	if (rc == 0 && samefile_add(o->fd, path, true, e) == 0)
		return (o);
	outfile_abandon(o, false);
	return (NULL);
}

int
outfile_fd(const struct outfile *o)
{

	return (o->fd);
}

const char *
outfile_name(const struct outfile *o)
{

	return (o->beside != NULL ? o->beside : o->path);
}

bool
outfile_is_file(const struct outfile *o)
{

	return (o->regular);
}

/* Another run that writes the same file has made its own PATH.partial meanwhile. */
static int
outfile_mine(const struct outfile *o, struct err *e)
{
	struct stat a, b;

	if (fstat(o->fd, &a) == 0 && lstat(o->beside, &b) == 0 && a.st_dev == b.st_dev &&
	    a.st_ino == b.st_ino)
		return (0);
	(void)err_set(e, STATUS_OUTPUT, "'%s' was replaced while it was written", o->beside);
	return (err_hint(e, "another program may be writing '%s'", o->path));
}

/* Sync and close the file without a rename; fail if another run has replaced its PATH.partial. */
static int
outfile_sync(struct outfile *o, struct err *e)
{
	int fd = o->fd;

	if (o->beside != NULL && outfile_mine(o, e))
		return (-1);
	samefile_drop(fd);
	o->fd = -1;
	return (io_sync_close(fd, outfile_name(o), e));
}

/* Move the synced PATH.partial to its final name and sync the directory; do nothing if it was
 * written in place. */
static int
outfile_rename(struct outfile *o, struct err *e)
{

	if (o->beside == NULL)
		return (0);
	if (rename(o->beside, o->path))
		return (
		    err_sys(e, STATUS_OUTPUT, "cannot rename '%s' to '%s'", o->beside, o->path));
	free(o->beside);
	o->beside = NULL;
	return (io_sync_parent(o->path, e));
}

int
outfile_finish_all(struct outfile *const *o, size_t n, struct err *e)
{
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < n; i++)
		rc = o[i] != NULL && outfile_sync(o[i], e);
	for (i = 0; rc == 0 && i < n; i++)
		rc = o[i] != NULL && outfile_rename(o[i], e);
	for (i = 0; i < n; i++)
		outfile_abandon(o[i], false);
	return (rc);
}

int
outfile_finish(struct outfile *o, struct err *e)
{

	return (outfile_finish_all(&o, 1, e));
}

void
outfile_abandon(struct outfile *o, bool keep)
{

	if (o == NULL)
		return;
	if (o->fd >= 0) {
		if (!keep && o->beside != NULL && outfile_mine(o, NULL) == 0)
			(void)unlink(o->beside);
		samefile_drop(o->fd);
		(void)close(o->fd);
	} else if (!keep && o->beside != NULL) {
		(void)unlink(o->beside);
	}
	free(o->beside);
	free(o->path);
	free(o);
}
