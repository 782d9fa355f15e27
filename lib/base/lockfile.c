/* Files that one process at a time has locked. */

#include "base/lockfile.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/notice.h"
#include "base/os.h"

enum { LOCKFILE_STEP = 100 }; /* milliseconds between two tries */

int
lockfile_take(const char *path, mode_t mode, uint64_t wait_ms, const char *waits, struct err *e)
{
	struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	uint64_t waited;
	int fd;

	if ((fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, mode)) < 0)
		return (err_sys(e, STATUS_OUTPUT, "cannot open '%s'", path));
	for (waited = 0; fcntl(fd, F_SETLK, &whole) != 0; waited += LOCKFILE_STEP) {
		if (errno == EINTR)
			continue;
		if ((errno != EAGAIN && errno != EACCES) || waited >= wait_ms) {
			if (errno == EAGAIN || errno == EACCES)
				(void)err_set(e, STATUS_TEMPFAIL,
				    "'%s' is locked by another process", path);
			else
				(void)err_sys(e, STATUS_OUTPUT, "cannot lock '%s'", path);
			(void)close(fd);
			return (-1);
		}
		if (waited == 0 && waits != NULL)
			notice_say("%s; waiting for it", waits);
		os_sleep_ms(LOCKFILE_STEP);
	}
	return (fd);
}
