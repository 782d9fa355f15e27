/* A run's own directory. */

#include "pipeline/rundir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
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

/* Does the file say nothing?  A stream without rows says so in its last line. */
static bool
rundir_idle(int at, const char *name)
{
	static const char seal[] = "\n#aegis-seal rows=0 ";
	char tail[1200];
	size_t n = strlen(name);
	struct stat st;
	ssize_t k = 0;
	int fd;

	if (fstatat(at, name, &st, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(st.st_mode))
		return (false);
	if (st.st_size == 0)
		return (true);
	if (n < 5 || strcmp(name + n - 4, ".rej") != 0 || st.st_size >= (off_t)sizeof(tail))
		return (false);
	if ((fd = openat(at, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)) >= 0) {
		k = io_read(fd, tail, sizeof(tail) - 1, name, NULL);
		(void)close(fd);
	}
	tail[k > 0 ? k : 0] = '\0';
	return (strstr(tail, seal) != NULL);
}

void
rundir_tidy(const char *path)
{
	struct dirent *d;
	DIR *dir;

	if ((dir = opendir(path)) == NULL)
		return;
	while ((d = readdir(dir)) != NULL)
		if (rundir_idle(dirfd(dir), d->d_name))
			(void)unlinkat(dirfd(dir), d->d_name, 0);
	(void)closedir(dir);
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
