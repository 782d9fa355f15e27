/* What glibc hides behind _DEFAULT_SOURCE, and what Linux adds to POSIX. */

#define _DEFAULT_SOURCE
#define _GNU_SOURCE /* pipe2 */

#include "base/os.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <unistd.h>

uint64_t
os_now_ns(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return ((uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec);
}

char *
os_utc(char *dst, size_t size, time_t t)
{
	struct tm tm;

	if (gmtime_r(&t, &tm) == NULL || strftime(dst, size, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		(void)snprintf(dst, size, "%lld", (long long)t);
	return (dst);
}

void
os_random(void *p, size_t n)
{

	if (getrandom(p, n, 0) != (ssize_t)n)
		err_die(STATUS_TEMPFAIL, "no random bytes");
}

void
os_uuid_bytes(unsigned char b[16])
{

	os_random(b, 16);
	b[6] = (unsigned char)((b[6] & 0x0f) | 0x40);
	b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
}

void
os_uuid(char dst[37])
{
	unsigned char b[16];

	os_uuid_bytes(b);
	(void)snprintf(dst, 37,
	    "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1],
	    b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14],
	    b[15]);
}

void
os_standard_descriptors(void)
{
	int fd;

	/* The lowest free one is what open(2) gives.  Data for a closed one is an error, not lost. */
	for (fd = 0; fd <= 2; fd++)
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF &&
		    open("/dev/null", fd == 0 || fd == 2 ? O_RDWR : O_RDONLY) != fd)
			err_die(STATUS_IO, "cannot open '/dev/null'");
}

#ifdef AEGIS_COVERAGE
void __gcov_dump(void);
#endif

void
os_exit(int status)
{

#ifdef AEGIS_COVERAGE
	__gcov_dump();
#endif
	_exit(status);
}

int
os_pipe(int fd[2], struct err *e)
{

	if (pipe2(fd, O_CLOEXEC))
		return (err_sys(e, STATUS_TEMPFAIL, "cannot make a pipe"));
	return (0);
}

pid_t
os_wait(pid_t pid, int flags, int *status, struct rusage *ru)
{
	pid_t r;

	do {
		r = wait4(pid, status, flags, ru);
	} while (r < 0 && errno == EINTR);
	return (r);
}

void
os_wipe(void *p, size_t n)
{

	explicit_bzero(p, n);
}

void
os_no_dump(void)
{
	struct rlimit none = { 0, 0 };

	(void)setrlimit(RLIMIT_CORE, &none);
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

int
os_self_dir(char *dst, size_t size, struct err *e)
{
	ssize_t n;
	char *slash;

	if ((n = readlink("/proc/self/exe", dst, size)) < 0)
		return (err_sys(e, STATUS_IO, "cannot read '/proc/self/exe'"));
	if ((size_t)n >= size)
		return (err_set(e, STATUS_IO, "the program's path is too long"));
	dst[n] = '\0';
	if ((slash = strrchr(dst, '/')) != NULL)
		*(slash == dst ? slash + 1 : slash) = '\0';
	return (0);
}

int
os_realpath(const char *path, char *dst, size_t size, struct err *e)
{
	char *real;
	size_t n;

	if ((real = realpath(path, NULL)) == NULL)
		return (err_sys(e, STATUS_CONFIG, "cannot resolve '%s'", path));
	if ((n = strlen(real)) < size)
		memcpy(dst, real, n + 1);
	free(real);
	return (n < size ? 0 : err_set(e, STATUS_CONFIG, "'%s' is too long", path));
}

int64_t
os_utc_days(int y, int m, int d)
{
	int64_t yy = m <= 2 ? (int64_t)y - 1 : y;
	int64_t era = (yy >= 0 ? yy : yy - 399) / 400;
	int64_t yoe = yy - era * 400;
	int64_t doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;

	return (era * 146097 + doe - 719468);
}

void
os_sleep_ms(uint64_t ms)
{
	struct timespec nap = { (time_t)(ms / 1000), (long)(ms % 1000) * 1000000 };

	(void)nanosleep(&nap, NULL);
}

void
os_die_with_parent(pid_t parent)
{

	/* Between fork(2) and here the parent may have died. */
	if (prctl(PR_SET_PDEATHSIG, (unsigned long)SIGKILL) || getppid() != parent)
		_exit(128 + SIGKILL);
}

void
os_close_from(int lowest)
{
	long fd, max;

	if (close_range((unsigned)lowest, ~0u, 0) == 0)
		return;
	/* Before Linux 5.9. */
	max = sysconf(_SC_OPEN_MAX);
	for (fd = lowest; fd < (max > 0 ? max : 1024); fd++)
		(void)close((int)fd);
}

int
os_drop_to(const char *user, struct err *e)
{
	struct passwd *pw;

	errno = 0;
	if ((pw = getpwnam(user)) == NULL)
		return (err_set(e, STATUS_CONFIG, "user '%s' does not exist", user));
	if (initgroups(pw->pw_name, pw->pw_gid) || setgid(pw->pw_gid) || setuid(pw->pw_uid))
		return (err_sys(e, STATUS_NOPERM, "cannot become user '%s'", user));
	if (pw->pw_uid != 0 && setuid(0) == 0)
		return (err_set(e, STATUS_NOPERM, "cannot give up root for '%s'", user));
	if (setenv("HOME", pw->pw_dir, 1) || setenv("USER", user, 1) || setenv("LOGNAME", user, 1))
		return (err_sys(e, STATUS_TEMPFAIL, "cannot set the environment"));
	return (0);
}
