/* Opening what is read. */

#include "base/infile.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/samefile.h"

/* Report errno as a failed open of ${path}: STATUS_NOPERM if access was denied, else
 * STATUS_NOINPUT; always return -1. */
static int
infile_fail(const char *path, struct err *e)
{

	return (err_sys(e, errno == EACCES || errno == EPERM ? STATUS_NOPERM : STATUS_NOINPUT,
	    "cannot open '%s'", path));
}

int
infile_open(const char *path, struct err *e)
{
	int fd;

	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) < 0)
		return (infile_fail(path, e));
	if (samefile_add(fd, path, false, e) == 0)
		return (fd);
	(void)close(fd);
	return (-1);
}

/* Open ${path} for reading with the extra open(2) ${flags}; return the descriptor, or -1 if it is
 * not a regular file. */
static int
infile_kind(const char *path, int flags, struct err *e)
{
	struct stat st;
	int fd;

	/* O_NONBLOCK: a FIFO without a writer opens at once, and is refused. */
	if ((fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | flags)) < 0)
		return (infile_fail(path, e));
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		return (fd);
	(void)close(fd);
	return (err_set(e, STATUS_DATA, "'%s' is not a regular file", path));
}

int
infile_regular(const char *path, struct err *e)
{

	return (infile_kind(path, 0, e));
}

int
infile_inside(const char *path, struct err *e)
{

	return (infile_kind(path, O_NOFOLLOW, e));
}
