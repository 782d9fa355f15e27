/* A run's own directory. */

#include "pipeline/rundir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/home.h"
#include "base/io.h"

enum { RUNDIR_DEPTH = 16 };

int
rundir_path(char *dst, size_t size, const char *run, struct err *e)
{
	char rel[64];

	(void)snprintf(rel, sizeof(rel), "runs/%.40s", run);
	return (home_var(dst, size, rel, e));
}

int
rundir_make(const char *path, struct err *e)
{
	char parent[PATH_MAX];
	char *slash;

	if (snprintf(parent, sizeof(parent), "%s", path) >= (int)sizeof(parent))
		return (err_set(e, STATUS_OUTPUT, "'%s' is too long", path));
	/* Others have business in var/ too: the private server runs as another user. */
	if ((slash = strrchr(parent, '/')) != NULL && slash != parent) {
		*slash = '\0';
		if (io_mkdirs(parent, 0755, e))
			return (-1);
	}
	if (mkdir(path, 0750))
		return (err_sys(e, STATUS_OUTPUT, "cannot make '%s'", path));
	return (0);
}

int
rundir_write(const char *path, const char *name, const char *suffix, const char *text,
    struct err *e)
{
	char file[PATH_MAX];
	int fd, rc;

	if (snprintf(file, sizeof(file), "%s/%s.%s", path, name, suffix) >= (int)sizeof(file))
		return (err_set(e, STATUS_OUTPUT, "'%s/%s' is too long", path, name));
	if ((fd = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0640)) < 0)
		return (err_sys(e, STATUS_OUTPUT, "cannot make '%s'", file));
	rc = io_write_all(fd, text, strlen(text), file, e);
	if (close(fd) && rc == 0)
		rc = err_sys(e, STATUS_IO, "cannot close '%s'", file);
	return (rc);
}

/* Remove all that is in the directory ${name}, down to ${depth} levels of subdirectories, without
 * following symbolic links. */
static int
rundir_empty(int at, const char *name, int depth, struct err *e)
{
	struct dirent *d;
	DIR *dir;
	int fd, rc = 0;

	fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || (dir = fdopendir(fd)) == NULL) {
		rc = err_sys(e, STATUS_IO, "cannot open '%s'", name);
		if (fd >= 0)
			(void)close(fd);
		return (rc);
	}
	while (rc == 0 && (d = readdir(dir)) != NULL) {
		if (strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0)
			continue;
		if (unlinkat(fd, d->d_name, 0) == 0)
			continue;
		if ((errno != EISDIR && errno != EPERM) || depth == 0)
			rc = err_sys(e, STATUS_IO, "cannot remove '%s'", d->d_name);
		else if ((rc = rundir_empty(fd, d->d_name, depth - 1, e)) == 0 &&
		    unlinkat(fd, d->d_name, AT_REMOVEDIR))
			rc = err_sys(e, STATUS_IO, "cannot remove '%s'", d->d_name);
	}
	(void)closedir(dir);
	return (rc);
}

int
rundir_remove(const char *path, struct err *e)
{

	if (rundir_empty(AT_FDCWD, path, RUNDIR_DEPTH, e))
		return (-1);
	if (rmdir(path))
		return (err_sys(e, STATUS_IO, "cannot remove '%s'", path));
	return (0);
}
