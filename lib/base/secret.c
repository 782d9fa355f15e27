/* Files that hold a key. */

#include "base/secret.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/os.h"

/* Is it one of the credentials that systemd has loaded for this service? */
static bool
secret_credential(const char *path)
{
	const char *dir = getenv("CREDENTIALS_DIRECTORY");
	size_t n = dir != NULL ? strlen(dir) : 0;

	return (n > 1 && dir[0] == '/' && strncmp(path, dir, n) == 0 && path[n] == '/' &&
	    strstr(path + n, "/..") == NULL);
}

/* Refuse a key file that is not regular, belongs to another user than ours or root, or is open to
 * others. */
static int
secret_check(int fd, const char *path, struct err *e)
{
	struct stat st;

	if (fstat(fd, &st))
		return (err_sys(e, STATUS_IO, "cannot look at '%s'", path));
	if (!S_ISREG(st.st_mode))
		return (err_set(e, STATUS_CONFIG, "'%s' is not a regular file", path));
	if (st.st_uid != geteuid() && st.st_uid != 0) {
		(void)err_set(e, STATUS_NOPERM, "key file '%s' belongs to user %lu, not to %lu",
		    path, (unsigned long)st.st_uid, (unsigned long)geteuid());
		return (err_hint(e, "chown it"));
	}
	/* What systemd hands to a service lies where nobody else gets, and is root's group's. */
	if ((st.st_mode & (secret_credential(path) ? 037 : 077)) != 0) {
		(void)err_set(e, STATUS_NOPERM,
		    "key file '%s' has mode %04o: others than its owner can reach it", path,
		    (unsigned)(st.st_mode & 07777));
		return (err_hint(e, "chmod 600 '%s'", path));
	}
	return (0);
}

int
secret_read(const char *path, void *dst, size_t size, size_t *n, struct err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	char more;
	ssize_t k;
	int rc;

	os_no_dump();
	if (fd < 0)
		return (err_sys(e, STATUS_NOINPUT, "cannot open key file '%s'", path));
	rc = secret_check(fd, path, e);
	for (*n = 0; rc == 0 && *n < size; *n += (size_t)k) {
		if ((k = io_read(fd, (char *)dst + *n, size - *n, path, e)) < 0)
			rc = -1;
		if (k <= 0)
			break;
	}
	if (rc == 0 && *n == size && io_read(fd, &more, 1, path, e) != 0) {
		os_wipe(&more, 1);
		rc =
		    err_set(e, STATUS_CONFIG, "key file '%s' is larger than %zu bytes", path, size);
	}
	if (rc)
		os_wipe(dst, size);
	(void)close(fd);
	return (rc);
}
