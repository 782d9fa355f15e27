#include "pg/private.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/home.h"
#include "base/io.h"
#include "base/os.h"
#include "pg/cluster.h"
#include "pg/cluster_files.h"
#include "pg/programs.h"

/* Whom root lets run the server, and where its data goes where that user can't
 * enter the checkout (a clone in /root). */
#define PRIVATE_USER "postgres"
#define PRIVATE_ELSEWHERE "/var/lib/aegis-batch"

/* Longer ones meet PostgreSQL's MAXPGPATH of 1024. */
enum { PRIVATE_DIR_MAX = 900 };

struct private_place {
	char link[PRIVATE_PATH_MAX]; /* VAR/db */
	char var[PRIVATE_PATH_MAX];  /* VAR, links resolved */
	char dir[PRIVATE_PATH_MAX];  /* where VAR/db is, links resolved; "": none */
	char user[64];               /* whose it is, and who runs the server */
	uid_t owner;
};

/* What the process that does the work hands back. */
struct private_reply {
	struct private_report report;
	struct err e;
};

typedef int private_work(const struct cluster *c, struct private_report *r, struct err *e);

static int
private_join(char *dst, size_t size, const char *dir, const char *name, struct err *e)
{
	int n = snprintf(dst, size, "%s/%s", dir, name);

	if (n < 0 || (size_t)n >= size)
		return (err_set(e, STATUS_CONFIG, "the path '%s/%s' is too long", dir, name));
	return (0);
}

static int
private_user_name(uid_t uid, char *dst, size_t size, struct err *e)
{
	struct passwd *pw = getpwuid(uid);

	if (pw == NULL || strlen(pw->pw_name) >= size)
		return (err_set(e, STATUS_CONFIG, "user number %lu has no name here",
		    (unsigned long)uid));
	memcpy(dst, pw->pw_name, strlen(pw->pw_name) + 1);
	return (0);
}

/* Whether ${user} can enter ${dir}: asked in a process that is that user. */
static bool
private_enterable(const char *user, const char *dir)
{
	int status;
	pid_t pid;

	if ((pid = fork()) == 0)
		_exit(os_drop_to(user, NULL) || chdir(dir) ? 1 : 0);
	if (pid < 0 || os_wait(pid, 0, &status, NULL) < 0)
		return (false);
	return (WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* 1 an empty directory, 0 one with something in it, -1 with ${e} set. */
static int
private_is_empty(const char *dir, struct err *e)
{
	DIR *d = opendir(dir);
	struct dirent *de;
	int empty = 1;

	if (d == NULL) {
		(void)err_sys(e, errno == EACCES ? STATUS_NOPERM : STATUS_IO,
		    "can't look into '%s'", dir);
		return (-1);
	}
	while ((de = readdir(d)) != NULL)
		if (strcmp(de->d_name, ".") != 0 && strcmp(de->d_name, "..") != 0)
			empty = 0;
	(void)closedir(d);
	return (empty);
}

/* The directory of the root's servers for this checkout. */
static int
private_elsewhere(const struct private_place *p, char *dst, size_t size, struct err *e)
{
	char of[PRIVATE_PATH_MAX], hex[DIGEST_SHA256_HEX + 1];
	struct digest_sha256 *sha = digest_sha256_new();
	const char *base;
	char *slash;

	/* A checkout's var/ stands for the checkout. */
	memcpy(of, p->var, strlen(p->var) + 1);
	slash = strrchr(of, '/');
	if (slash != NULL && slash != of && strcmp(slash, "/var") == 0)
		*slash = '\0';
	slash = strrchr(of, '/');
	base = slash != NULL && slash[1] != '\0' ? slash + 1 : "root";
	digest_sha256_update(sha, of, strlen(of));
	digest_sha256_final(sha, hex);
	if (snprintf(dst, size, PRIVATE_ELSEWHERE "/%.40s-%.8s", base, hex) >= (int)size)
		return (err_set(e, STATUS_CONFIG, "the path is too long"));
	return (0);
}

/* A directory made by root for ${user}; fine where it is there already. */
static int
private_mkdir(const char *dir, mode_t mode, struct err *e)
{

	if (mkdir(dir, mode)) {
		if (errno == EEXIST)
			return (0);
		return (err_sys(e, STATUS_OUTPUT, "can't make '%s'", dir));
	}
	/* Whatever the umask is. */
	if (chmod(dir, mode))
		return (err_sys(e, STATUS_OUTPUT, "can't set the mode of '%s'", dir));
	return (0);
}

/* Whether the directory that stands where ours should is this checkout's. */
static int
private_same_var(const struct private_place *p, const char *dir, struct err *e)
{
	char path[PRIVATE_PATH_MAX], want[PRIVATE_PATH_MAX + 8];
	struct buf b = BUF_INIT(64 << 10);
	const char *text;
	int empty, rc;

	if ((empty = private_is_empty(dir, e)) != 0)
		return (empty < 0 ? -1 : 0);
	if (private_join(path, sizeof(path), dir, CLUSTER_MARKER, e))
		return (-1);
	(void)snprintf(want, sizeof(want), "\nvar %s\n", p->var);
	rc = access(path, F_OK) == 0 && io_slurp(path, &b, e) == 0 &&
	    (text = buf_str(&b, e)) != NULL && (b.len == 0 || strstr(text, want) != NULL);
	buf_free(&b);
	return (rc ? 0 :
		     err_set(e, STATUS_CONFIG,
			 "'%s' is there already and is not this "
			 "checkout's database",
			 dir));
}

/* Make VAR/db, as a directory or a link to one where the server's user can go. */
static int
private_make(struct private_place *p, struct err *e)
{
	char dir[PRIVATE_PATH_MAX];

	if (geteuid() != 0 || private_enterable(PRIVATE_USER, p->var))
		return (private_mkdir(p->link, 0700, e));
	if (private_elsewhere(p, dir, sizeof(dir), e) || io_mkdirs("/var/lib", 0755, e) ||
	    private_mkdir(PRIVATE_ELSEWHERE, 0755, e) || private_mkdir(dir, 0700, e) ||
	    private_same_var(p, dir, e))
		return (-1);
	if (!private_enterable(PRIVATE_USER, PRIVATE_ELSEWHERE))
		return (err_set(e, STATUS_NOPERM, "user '%s' can enter neither '%s' nor '%s'",
		    PRIVATE_USER, p->var, PRIVATE_ELSEWHERE));
	/* A link that leads nowhere is what a removed directory leaves. */
	if (symlink(dir, p->link) && errno != EEXIST)
		return (err_sys(e, STATUS_OUTPUT, "can't link '%s' to '%s'", p->link, dir));
	return (0);
}

/* A link to nowhere: ours to fill where it is the one that we would make. */
static int
private_dangling(struct private_place *p, struct err *e)
{
	char dir[PRIVATE_PATH_MAX], to[PRIVATE_PATH_MAX];
	ssize_t n = readlink(p->link, to, sizeof(to) - 1);

	if (private_elsewhere(p, dir, sizeof(dir), e))
		return (-1);
	if (n >= 0)
		to[n] = '\0';
	if (n < 0 || strcmp(to, dir) != 0)
		return (err_set(e, STATUS_CONFIG, "'%s' is a link that leads nowhere", p->link));
	return (0);
}

/* Root's fresh directory becomes the server's user's. */
static int
private_give(const struct private_place *p, struct err *e)
{
	struct passwd *pw = getpwnam(PRIVATE_USER);
	int fd, rc = 0;

	if (pw == NULL) {
		(void)err_set(e, STATUS_CONFIG,
		    "there is no user '%s', and the server never "
		    "runs as root",
		    PRIVATE_USER);
		return (err_hint(e,
		    "install PostgreSQL from the distribution: "
		    "apt-get install postgresql"));
	}
	if ((fd = open(p->dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)) < 0 ||
	    fchown(fd, pw->pw_uid, pw->pw_gid) || fchmod(fd, 0700))
		rc =
		    err_sys(e, STATUS_OUTPUT, "can't give '%s' to user '%s'", p->dir, PRIVATE_USER);
	if (fd >= 0)
		(void)close(fd);
	return (rc);
}

/* The directory is there: is it ours, and whose? */
static int
private_examine(struct private_place *p, bool create, struct err *e)
{
	char marker[PRIVATE_PATH_MAX];
	struct stat st;
	int empty;

	if (os_realpath(p->link, p->dir, sizeof(p->dir), e))
		return (-1);
	if (strlen(p->dir) > PRIVATE_DIR_MAX || strpbrk(p->dir, "\n\r") != NULL ||
	    strpbrk(p->var, "\n\r") != NULL)
		return (err_set(e, STATUS_CONFIG,
		    "PostgreSQL can't take this path (%zu bytes, "
		    "%d at most, no line ends): '%.200s'",
		    strlen(p->dir), PRIVATE_DIR_MAX, p->dir));
	if (private_join(marker, sizeof(marker), p->dir, CLUSTER_MARKER, e))
		return (-1);
	if (stat(p->dir, &st))
		return (err_sys(e, STATUS_IO, "can't look at '%s'", p->dir));
	if (!S_ISDIR(st.st_mode))
		return (err_set(e, STATUS_CONFIG, "'%s' is no directory", p->dir));
	if (geteuid() != 0 && st.st_uid != geteuid())
		return (err_set(e, STATUS_NOPERM, "'%s' belongs to another user", p->dir));
	/* In this order, for another start may be doing the same right now: it makes
	 * the directory its user's, then the marker, then the rest. */
	if ((empty = private_is_empty(p->dir, e)) < 0)
		return (-1);
	if (empty == 0 && access(marker, F_OK) != 0)
		return (err_set(e, STATUS_CONFIG,
		    "'%s' is not empty and no private database "
		    "(it has no '%s'): left alone",
		    p->dir, CLUSTER_MARKER));
	if (stat(p->dir, &st))
		return (err_sys(e, STATUS_IO, "can't look at '%s'", p->dir));
	if (empty == 1 && !create) {
		p->dir[0] = '\0';
		return (0);
	}
	if (empty == 1 && st.st_uid == 0) {
		if (private_give(p, e))
			return (-1);
		if (stat(p->dir, &st))
			return (err_sys(e, STATUS_IO, "can't look at '%s'", p->dir));
	}
	if (st.st_uid == 0)
		return (err_set(e, STATUS_CONFIG,
		    "'%s' belongs to root, as whom the server "
		    "never runs",
		    p->dir));
	p->owner = st.st_uid;
	return (private_user_name(p->owner, p->user, sizeof(p->user), e));
}

/* Find the place, and make it where ${create}.  dir is "" where there is none. */
static int
private_find(struct private_place *p, bool create, struct err *e)
{
	char var[PRIVATE_PATH_MAX];
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
	if (os_realpath(var, p->var, sizeof(p->var), e) ||
	    private_join(p->link, sizeof(p->link), p->var, "db", e))
		return (-1);
	if (lstat(p->link, &st)) {
		if (errno != ENOENT)
			return (err_sys(e, errno == EACCES ? STATUS_NOPERM : STATUS_IO,
			    "can't look at '%s'", p->link));
		if (!create)
			return (0);
		if (private_make(p, e))
			return (-1);
	} else if (S_ISLNK(st.st_mode) && stat(p->link, &st) && errno == ENOENT) {
		if (!create)
			return (0);
		if (private_dangling(p, e) || private_make(p, e))
			return (-1);
	}
	return (private_examine(p, create, e));
}

/* In the process that is to be the server's user, in its directory. */
static void
private_child(const struct private_place *p, const struct private_options *o, private_work *work,
    int fd)
{
	static struct private_reply reply;
	char creator[64];
	struct cluster c;
	struct err e = ERR_INIT;

	reply.report.state = PRIVATE_NONE;
	memcpy(reply.report.place, p->dir, sizeof(p->dir));
	memcpy(reply.report.user, p->user, sizeof(p->user));
	c.dir = p->dir;
	c.var = p->var;
	c.user = p->user;
	c.creator = creator;
	c.options = o;
	(void)umask(077);
	if (private_user_name(getuid(), creator, sizeof(creator), &e) == 0 &&
	    (geteuid() != 0 || os_drop_to(p->user, &e) == 0)) {
		if (chdir(p->dir)) {
			(void)err_sys(&e, STATUS_NOPERM, "user '%s' can't enter '%s'", p->user,
			    p->dir);
			(void)err_hint(&e,
			    "let that user pass through the directories above, "
			    "or put the data elsewhere with AEGIS_VAR");
		} else {
			(void)work(&c, &reply.report, &e);
		}
	}
	reply.e = e;
	_exit(io_write_all(fd, &reply, sizeof(reply), "pipe", NULL) ? 1 : 0);
}

/* Do ${work} in a process of the server's user, and hand its answer on. */
static int
private_do(const struct private_place *p, const struct private_options *o, private_work *work,
    struct private_report *r, struct err *e)
{
	static struct private_reply reply;
	char *at = (char *)&reply;
	size_t n = 0;
	ssize_t k = 1;
	int fd[2], status;
	pid_t pid;

	if (os_pipe(fd, e))
		return (-1);
	if ((pid = fork()) < 0) {
		(void)close(fd[0]);
		(void)close(fd[1]);
		return (err_sys(e, STATUS_TEMPFAIL, "can't fork"));
	}
	if (pid == 0)
		private_child(p, o, work, fd[1]);
	(void)close(fd[1]);
	while (n < sizeof(reply) && k > 0)
		if ((k = io_read(fd[0], at + n, sizeof(reply) - n, "pipe", e)) > 0)
			n += (size_t)k;
	(void)close(fd[0]);
	if (os_wait(pid, 0, &status, NULL) < 0 || n != sizeof(reply)) {
		(void)err_set(e, STATUS_TEMPFAIL, "the process that does the work was ended");
		return (-1);
	}
	*r = reply.report;
	if (reply.e.status == STATUS_OK)
		return (0);
	(void)err_set(e, reply.e.status, "%s", reply.e.msg);
	if (reply.e.hint[0] != '\0')
		(void)err_hint(e, "%s", reply.e.hint);
	return (-1);
}

/* What is there is what is asked for. */
static int
private_agrees(const struct private_place *p, const struct private_options *o, const char *version,
    unsigned int *without, struct err *e)
{
	unsigned int had;

	if (cluster_files_read_without(p->dir, &had, e))
		return (-1);
	if (o->chosen && had != *without)
		(void)err_set(e, STATUS_CONFIG, "the private database was made %s%s, and stays so",
		    had != 0 ? "without " : "with age and vector", programs_text(had));
	else if (o->version != NULL && strcmp(o->version, version) != 0)
		(void)err_set(e, STATUS_CONFIG,
		    "the private database was made by PostgreSQL %s, and stays so", version);
	*without = had;
	return (e->status == STATUS_OK ?
		0 :
		err_hint(e, "to make another: aegis db destroy, then start again"));
}

/* Whether the checkout, where a PostgreSQL is fetched to, is closed to the server's user. */
static bool
private_closed(const struct private_place *p, const char *home)
{

	return (geteuid() == 0 && home[0] != '\0' && !private_enterable(p->user, home));
}

/* What is asked for is what is there, and there is a PostgreSQL for it: one with
 * AGE and pgvector is fetched where it is missing. */
static int
private_provide(const struct private_place *p, const struct private_options *o, struct err *e)
{
	unsigned int without = o->without;
	char version[32], bindir[PRIVATE_PATH_MAX], home[PRIVATE_PATH_MAX], text[160];
	struct err why = ERR_INIT;

	if (home_path(home, sizeof(home), "", NULL))
		home[0] = '\0';
	cluster_files_version(p->dir, version, sizeof(version));
	if (version[0] != '\0') {
		if (private_agrees(p, o, version, &without, e))
			return (-1);
	} else if (o->version != NULL) {
		(void)snprintf(version, sizeof(version), "%s", o->version);
	}
	if (programs_find(bindir, sizeof(bindir), version, PROGRAMS_ALL & ~without, &why) == 0) {
		/* What was fetched into a checkout that is closed to the server serves others. */
		if (home[0] == '\0' || strncmp(bindir, home, strlen(home)) != 0 ||
		    !private_closed(p, home) || without == PROGRAMS_ALL ||
		    programs_tree_suite(version) == NULL)
			return (0);
	} else if (without == PROGRAMS_ALL || programs_tree_suite(version) == NULL) {
		(void)err_set(e, why.status, "%s", why.msg);
		return (err_hint(e, "%s", why.hint));
	}
	if (o->tell != NULL) {
		(void)snprintf(text, sizeof(text),
		    "fetching PostgreSQL %s with AGE and pgvector from Debian's %s, about %d MB, once",
		    version[0] != '\0' ? version : PROGRAMS_TREE_VERSION,
		    programs_tree_suite(version), PROGRAMS_TREE_MB);
		o->tell(text);
	}
	return (programs_make_tree(version, private_closed(p, home), e));
}

int
private_start(const struct private_options *o, struct private_report *r, struct err *e)
{
	struct private_place p;

	memset(r, 0, sizeof(*r));
	if (private_find(&p, true, e) || private_provide(&p, o, e))
		return (-1);
	return (private_do(&p, o, cluster_start, r, e));
}

static int
private_if_any(private_work *work, struct private_place *p, struct private_report *r, struct err *e)
{

	memset(r, 0, sizeof(*r));
	if (private_find(p, false, e))
		return (-1);
	if (p->dir[0] == '\0')
		return (0);
	return (private_do(p, NULL, work, r, e));
}

int
private_stop(struct private_report *r, struct err *e)
{
	struct private_place p;

	return (private_if_any(cluster_stop, &p, r, e));
}

int
private_status(struct private_report *r, struct err *e)
{
	struct private_place p;

	return (private_if_any(cluster_status, &p, r, e));
}

int
private_destroy(struct private_report *r, struct err *e)
{
	struct private_place p;
	struct stat st;

	if (private_if_any(cluster_empty, &p, r, e))
		return (-1);
	if (p.dir[0] == '\0')
		return (0);
	/* The directory's parent is ours, not the server's user's. */
	if (rmdir(p.dir) && errno != ENOENT)
		return (err_sys(e, STATUS_OUTPUT, "can't remove '%s'", p.dir));
	if (lstat(p.link, &st) == 0 && S_ISLNK(st.st_mode) && unlink(p.link))
		return (err_sys(e, STATUS_OUTPUT, "can't remove '%s'", p.link));
	r->state = PRIVATE_NONE;
	return (0);
}

/* "There is none", for those who need one. */
static int
private_none(struct err *e)
{
	char link[PRIVATE_PATH_MAX];

	if (home_var(link, sizeof(link), "db", e))
		return (-1);
	(void)err_set(e, STATUS_NODB, "there is no private database in '%s'", link);
	return (err_hint(e,
	    "start one with: aegis db start; or name a server by PGHOST and its "
	    "kin, or --db"));
}

int
private_address(struct private_address *a, struct err *e)
{
	char path[PRIVATE_PATH_MAX], line[512];
	FILE *f;

	if (home_var(path, sizeof(path), "db/" CLUSTER_SERVICE, e))
		return (-1);
	if ((f = fopen(path, "r")) == NULL) {
		if (errno == ENOENT || errno == ENOTDIR)
			return (private_none(e));
		return (err_sys(e, STATUS_NODB, "can't read '%s'", path));
	}
	a->host[0] = '\0';
	while (fgets(line, sizeof(line), f) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if (strncmp(line, "host=", 5) == 0 && strlen(line + 5) < sizeof(a->host))
			memcpy(a->host, line + 5, strlen(line + 5) + 1);
	}
	(void)fclose(f);
	if (a->host[0] != '/')
		return (err_set(e, STATUS_CONFIG, "'%s' names no socket directory", path));
	(void)snprintf(a->port, sizeof(a->port), "%s", CLUSTER_PORT);
	(void)snprintf(a->user, sizeof(a->user), "%s", CLUSTER_ROLE);
	(void)snprintf(a->dbname, sizeof(a->dbname), "%s", CLUSTER_DATABASE);
	return (0);
}

int
private_conninfo(char *dst, size_t size, struct err *e)
{
	struct private_address a;

	if (private_address(&a, e))
		return (-1);
	return (cluster_files_conninfo(dst, size, a.host, a.port, a.user, a.dbname, e));
}

int
private_program(char *dst, size_t size, const char *name, struct err *e)
{
	char place[PRIVATE_PATH_MAX], dir[PRIVATE_PATH_MAX], version[32];
	unsigned int without = PROGRAMS_ALL;

	if (home_var(place, sizeof(place), "db", e))
		return (-1);
	cluster_files_version(place, version, sizeof(version));
	if (version[0] != '\0' && cluster_files_read_without(place, &without, e))
		return (-1);
	if (programs_find(dir, sizeof(dir), version, PROGRAMS_ALL & ~without, e))
		return (-1);
	return (private_join(dst, size, dir, name, e));
}
