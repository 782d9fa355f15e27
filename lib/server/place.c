/* Where the private database of a checkout is, and whose. */

#include "server/place.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/home.h"
#include "base/io.h"
#include "base/os.h"

/* Whom root lets run the server, and where its data goes where that user cannot enter the checkout. */
#define PLACE_USER "postgres"
#define PLACE_ELSEWHERE "/var/lib/aegis-batch"

enum { PLACE_DIR_MAX = 900 }; /* longer ones meet PostgreSQL's MAXPGPATH of 1024 */

bool
place_enterable(const char *user, const char *dir)
{
	int status;
	pid_t pid;

	/* Asked in a process that is that user. */
	if ((pid = fork()) == 0)
		os_exit(os_drop_to(user, NULL) || chdir(dir) ? 1 : 0);
	return (pid > 0 && os_wait(pid, 0, &status, NULL) >= 0 && WIFEXITED(status) &&
	    WEXITSTATUS(status) == 0);
}

/* 1 an empty directory, 0 one with something in it, -1 with ${e} set. */
static int
place_is_empty(const char *dir, struct err *e)
{
	DIR *d = opendir(dir);
	struct dirent *de;
	int empty = 1;

	if (d == NULL)
		return (err_sys(e, errno == EACCES ? STATUS_NOPERM : STATUS_IO,
		    "cannot look into '%s'", dir));
	while ((de = readdir(d)) != NULL)
		if (strcmp(de->d_name, ".") != 0 && strcmp(de->d_name, "..") != 0)
			empty = 0;
	(void)closedir(d);
	return (empty);
}

/* The directory of root's servers for this checkout: its name, and a digest of its path. */
static int
place_elsewhere(const struct place *p, char *dst, struct err *e)
{
	char of[PLACE_MAX], hex[DIGEST_SHA256_HEX + 1];
	const char *base;
	char *slash;

	/* A checkout's var/ stands for the checkout. */
	memcpy(of, p->var, sizeof(of));
	slash = strrchr(of, '/');
	if (slash != NULL && slash != of && strcmp(slash, "/var") == 0)
		*slash = '\0';
	digest_sha256_of(of, strlen(of), hex);
	base = strrchr(of, '/');
	base = base != NULL && base[1] != '\0' ? base + 1 : "root";
	if (snprintf(dst, PLACE_MAX, PLACE_ELSEWHERE "/%.40s-%.8s", base, hex) >= PLACE_MAX)
		return (err_set(e, STATUS_CONFIG, "the path is too long"));
	return (0);
}

/* A directory of that mode whatever the umask is; fine where it is there already. */
static int
place_mkdir(const char *dir, mode_t mode, struct err *e)
{

	if (mkdir(dir, mode) == 0 ? chmod(dir, mode) : errno != EEXIST)
		return (err_sys(e, STATUS_OUTPUT, "cannot make '%s'", dir));
	return (0);
}

/* Whether the directory that stands where ours should is this checkout's. */
static int
place_same_var(const struct place *p, const char *dir, struct err *e)
{
	char path[PLACE_MAX + 32], want[PLACE_MAX + 8];
	struct buf b = BUF_INIT(64 << 10);
	int empty = place_is_empty(dir, e);
	bool ours;

	if (empty != 0)
		return (empty < 0);
	(void)snprintf(path, sizeof(path), "%s/%s", dir, PLACE_MARKER);
	(void)snprintf(want, sizeof(want), "\nvar %s\n", p->var);
	ours = access(path, F_OK) == 0 && io_slurp(path, &b, e) == 0 &&
	    (b.len == 0 || (buf_str(&b, e) != NULL && strstr(b.p, want) != NULL));
	buf_free(&b);
	return (ours ? 0 :
		       err_set(e, STATUS_CONFIG,
			   "'%s' is there already and is not this checkout's database", dir));
}

/* Make VAR/db, as a directory or a link to one where the server's user can go. */
static int
place_make(const struct place *p, struct err *e)
{
	char dir[PLACE_MAX];

	if (geteuid() != 0 || place_enterable(PLACE_USER, p->var))
		return (place_mkdir(p->link, 0700, e));
	if (place_elsewhere(p, dir, e) || io_mkdirs("/var/lib", 0755, e) ||
	    place_mkdir(PLACE_ELSEWHERE, 0755, e) || place_mkdir(dir, 0700, e) ||
	    place_same_var(p, dir, e))
		return (-1);
	if (!place_enterable(PLACE_USER, PLACE_ELSEWHERE))
		return (err_set(e, STATUS_NOPERM, "user '%s' can enter neither '%s' nor '%s'",
		    PLACE_USER, p->var, PLACE_ELSEWHERE));
	/* A link that leads nowhere is what a removed directory leaves. */
	if (symlink(dir, p->link) && errno != EEXIST)
		return (err_sys(e, STATUS_OUTPUT, "cannot link '%s' to '%s'", p->link, dir));
	return (0);
}

/* A link to nowhere: ours to fill where it is the one that we would make. */
static int
place_dangling(const struct place *p, struct err *e)
{
	char dir[PLACE_MAX], to[PLACE_MAX];
	ssize_t n = readlink(p->link, to, sizeof(to) - 1);

	if (place_elsewhere(p, dir, e))
		return (-1);
	if (n >= 0)
		to[n] = '\0';
	if (n < 0 || strcmp(to, dir) != 0)
		return (err_set(e, STATUS_CONFIG, "'%s' is a link that leads nowhere", p->link));
	return (0);
}

/* Root's fresh directory becomes the server's user's. */
static int
place_give(const struct place *p, struct err *e)
{
	struct passwd *pw = getpwnam(PLACE_USER);
	int fd, rc = 0;

	if (pw == NULL) {
		(void)err_set(e, STATUS_CONFIG,
		    "user '%s' does not exist, and the server never runs as root", PLACE_USER);
		return (err_hint(e,
		    "install PostgreSQL from the distribution: apt-get install postgresql"));
	}
	if ((fd = open(p->dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)) < 0 ||
	    fchown(fd, pw->pw_uid, pw->pw_gid) || fchmod(fd, 0700))
		rc = err_sys(e, STATUS_OUTPUT, "cannot give '%s' to user '%s'", p->dir, PLACE_USER);
	if (fd >= 0)
		(void)close(fd);
	return (rc);
}

/* Whose the directory is: its name as a user. */
static int
place_owner(struct place *p, struct err *e)
{
	struct passwd *pw;
	struct stat st;

	if (stat(p->dir, &st))
		return (err_sys(e, STATUS_IO, "cannot look at '%s'", p->dir));
	if (!S_ISDIR(st.st_mode))
		return (err_set(e, STATUS_CONFIG, "'%s' is not a directory", p->dir));
	if (geteuid() != 0 && st.st_uid != geteuid())
		return (err_set(e, STATUS_NOPERM, "'%s' belongs to another user", p->dir));
	if ((pw = getpwuid(st.st_uid)) == NULL || strlen(pw->pw_name) >= sizeof(p->user))
		return (err_set(e, STATUS_CONFIG, "user number %lu does not have a name here",
		    (unsigned long)st.st_uid));
	memcpy(p->user, pw->pw_name, strlen(pw->pw_name) + 1);
	return (0);
}

/* The directory is there: is it ours, and whose? */
static int
place_examine(struct place *p, bool create, struct err *e)
{
	char marker[PLACE_MAX + 32];
	int empty;

	if (os_realpath(p->link, p->dir, sizeof(p->dir), e))
		return (-1);
	if (strlen(p->dir) > PLACE_DIR_MAX || strpbrk(p->dir, "\n\r") != NULL ||
	    strpbrk(p->var, "\n\r") != NULL)
		return (err_set(e, STATUS_CONFIG,
		    "PostgreSQL cannot take this path (%zu bytes, %d at most, no line ends): '%.200s'",
		    strlen(p->dir), PLACE_DIR_MAX, p->dir));
	/* In this order, for another start may be doing the same right now: it makes
	 * the directory its user's, then the marker, then the rest. */
	(void)snprintf(marker, sizeof(marker), "%s/%s", p->dir, PLACE_MARKER);
	if (place_owner(p, e) || (empty = place_is_empty(p->dir, e)) < 0)
		return (-1);
	if (empty == 0 && access(marker, F_OK) != 0)
		return (err_set(e, STATUS_CONFIG,
		    "'%s' is not empty and no private database (it has no '%s'): left alone",
		    p->dir, PLACE_MARKER));
	if (empty == 1 && !create) {
		p->dir[0] = '\0';
		return (0);
	}
	if (place_owner(p, e) ||
	    (empty == 1 && strcmp(p->user, "root") == 0 && (place_give(p, e) || place_owner(p, e))))
		return (-1);
	return (strcmp(p->user, "root") != 0 ?
		0 :
		err_set(e, STATUS_CONFIG, "'%s' belongs to root, as whom the server never runs",
		    p->dir));
}

int
place_find(struct place *p, bool create, struct err *e)
{
	char var[PLACE_MAX];
	bool there;
	struct stat st;

	memset(p, 0, sizeof(*p));
	if (home_var(var, sizeof(var), "", e))
		return (-1);
	while (strlen(var) > 1 && var[strlen(var) - 1] == '/')
		var[strlen(var) - 1] = '\0';
	if (create && io_mkdirs(var, 0755, e))
		return (-1);
	if (!create && stat(var, &st) && (errno == ENOENT || errno == ENOTDIR))
		return (0);
	if (os_realpath(var, p->var, sizeof(p->var), e))
		return (-1);
	if (snprintf(p->link, sizeof(p->link), "%s/db", p->var) >= (int)sizeof(p->link))
		return (err_set(e, STATUS_CONFIG, "the path '%.200s...' is too long", p->var));
	there = lstat(p->link, &st) == 0;
	if (!there && errno != ENOENT)
		return (err_sys(e, errno == EACCES ? STATUS_NOPERM : STATUS_IO,
		    "cannot look at '%s'", p->link));
	if (!there || (S_ISLNK(st.st_mode) && stat(p->link, &st) && errno == ENOENT)) {
		if (!create)
			return (0);
		if ((there && place_dangling(p, e)) || place_make(p, e))
			return (-1);
	}
	return (place_examine(p, create, e));
}

int
place_remove(const struct place *p, struct err *e)
{
	struct stat st;

	if (rmdir(p->dir) && errno != ENOENT)
		return (err_sys(e, STATUS_OUTPUT, "cannot remove '%s'", p->dir));
	if (lstat(p->link, &st) == 0 && S_ISLNK(st.st_mode) && unlink(p->link))
		return (err_sys(e, STATUS_OUTPUT, "cannot remove '%s'", p->link));
	return (0);
}
