#include "pg/cluster.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/io.h"
#include "base/num.h"
#include "base/os.h"
#include "pg/cluster_files.h"
#include "pg/pg.h"
#include "pg/programs.h"

enum {
	CLUSTER_LOCK_SECONDS = 120,  /* a first start takes some seconds */
	CLUSTER_ORPHAN_SECONDS = 20, /* backends of a killed server leave at once */
	CLUSTER_LOG_MAX = 16 << 20,  /* bytes, then log becomes log.1 */
	CLUSTER_TEXT_MAX = 64 << 10, /* bytes of a configuration file */
};
/* A crash's recovery may take as long as the checkpoints let it. */
#define CLUSTER_WAIT_SECONDS "600"

extern char **environ;

void
cluster_clean_exec(void)
{

	(void)signal(SIGPIPE, SIG_DFL);
	(void)signal(SIGXFSZ, SIG_DFL);
}

/* Libpq's and the server's variables are the caller's, not this server's. */
static void
cluster_clean_environment(void)
{
	size_t i = 0;

	while (environ[i] != NULL) {
		char name[128];
		size_t n = strcspn(environ[i], "=");

		if ((strncmp(environ[i], "PG", 2) == 0 || strncmp(environ[i], "LC_", 3) == 0) &&
		    n < sizeof(name)) {
			memcpy(name, environ[i], n);
			name[n] = '\0';
			if (unsetenv(name) == 0) {
				i = 0;
				continue;
			}
		}
		i++;
	}
	(void)setenv("LC_ALL", "C", 1);
	(void)setenv("TZ", "UTC", 1);
}

/* The server outlives us: what it inherited open, a waiting pipe's reader or a
 * lock's owner would wait for. */
static void
cluster_close_all(void)
{
	DIR *d = opendir("/proc/self/fd");
	struct dirent *de;
	int fds[1024];
	size_t i, n = 0;
	uint64_t v;

	while (d != NULL && (de = readdir(d)) != NULL && n < sizeof(fds) / sizeof(fds[0]))
		if (num_u64(de->d_name, strlen(de->d_name), 3, 1 << 30, &v) == 0)
			fds[n++] = (int)v;
	if (d != NULL)
		(void)closedir(d);
	for (i = 0; i < n; i++)
		(void)close(fds[i]);
}

/* Run ${bindir}/${argv[0]}, output to the log.  Return its exit status, or -1. */
static int
cluster_run(const char *bindir, const char *const *argv, struct err *e)
{
	char path[PRIVATE_PATH_MAX + 32];
	int status;
	pid_t pid;

	(void)snprintf(path, sizeof(path), "%s/%s", bindir, argv[0]);
	if ((pid = fork()) < 0)
		return (err_sys(e, STATUS_TEMPFAIL, "can't start '%s'", argv[0]));
	if (pid == 0) {
		int log, nul;

		cluster_clean_exec();
		cluster_clean_environment();
		/* initdb and pg_ctl look for themselves, and for each other, in PATH. */
		(void)setenv("PATH", bindir, 1);
		if ((log = open("log", O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW, 0600)) < 0 ||
		    (nul = open("/dev/null", O_RDONLY)) < 0 || dup2(nul, 0) < 0 ||
		    dup2(log, 1) < 0 || dup2(log, 2) < 0)
			_exit(126);
		cluster_close_all();
		/* execv() takes no const, and changes nothing. */
		(void)execv(path, (char *const *)(uintptr_t)argv);
		_exit(127);
	}
	if (os_wait(pid, 0, &status, NULL) < 0)
		return (err_sys(e, STATUS_BUG, "can't wait for '%s'", argv[0]));
	return (WIFEXITED(status) ? WEXITSTATUS(status) : 255);
}

/* One start, stop or destroy at a time.  The lock ends with this process. */
static int
cluster_lock(struct err *e)
{
	struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	struct timespec nap = { 0, 100000000 };
	int fd, i;

	if ((fd = open("lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)) < 0)
		return (err_sys(e, STATUS_OUTPUT,
		    "can't make 'lock' in the database's "
		    "directory"));
	for (i = 0; i < CLUSTER_LOCK_SECONDS * 10; i++) {
		if (fcntl(fd, F_SETLK, &whole) == 0)
			return (fd);
		if (errno != EAGAIN && errno != EACCES && errno != EINTR)
			break;
		(void)nanosleep(&nap, NULL);
	}
	(void)err_sys(e, STATUS_TEMPFAIL,
	    "the private database's lock is held by another "
	    "aegis db");
	(void)close(fd);
	return (-1);
}

static long
cluster_pid_in_file(void)
{
	char line[32] = "";
	uint64_t v;
	FILE *f = fopen("data/postmaster.pid", "r");

	if (f == NULL)
		return (0);
	if (fgets(line, sizeof(line), f) == NULL)
		line[0] = '\0';
	(void)fclose(f);
	return (num_u64(line, strcspn(line, "\n"), 2, INT32_MAX, &v) == 0 ? (long)v : 0);
}

/* A server works in its data directory, and so do its children. */
static int
cluster_works_here(const char *pid)
{
	char path[64];
	struct stat there, here;

	(void)snprintf(path, sizeof(path), "/proc/%.20s/cwd", pid);
	return (stat(path, &there) == 0 && stat("data", &here) == 0 &&
	    there.st_dev == here.st_dev && there.st_ino == here.st_ino);
}

/* The server's process, or 0.  A process number alone proves nothing: after a
 * crash or a reboot it may be anyone's. */
static long
cluster_pid(void)
{
	long pid = cluster_pid_in_file();
	char text[24];

	if (pid == 0)
		return (0);
	(void)snprintf(text, sizeof(text), "%ld", pid);
	return (cluster_works_here(text) ? pid : 0);
}

static long
cluster_orphan(void)
{
	DIR *d = opendir("/proc");
	struct dirent *de;
	uint64_t v, found = 0;

	while (d != NULL && found == 0 && (de = readdir(d)) != NULL)
		if (num_u64(de->d_name, strlen(de->d_name), 1, INT32_MAX, &v) == 0 &&
		    cluster_works_here(de->d_name))
			found = v;
	if (d != NULL)
		(void)closedir(d);
	return ((long)found);
}

/*
 * What a server that was killed left: its children, who notice within moments,
 * and its two lock files, whose process number may be somebody else's by now, or
 * a zombie's that nobody waits for.  Both directories are ours alone, so where no
 * process works in data/ nobody holds them.
 */
static int
cluster_after_crash(const char *socket, struct err *e)
{
	struct timespec nap = { 0, 100000000 };
	char lock[PRIVATE_CONNINFO_MAX];
	long pid = 0;
	int i;

	(void)snprintf(lock, sizeof(lock), "%s/.s.PGSQL." CLUSTER_PORT ".lock", socket);
	if (access("data/postmaster.pid", F_OK) != 0 && access(lock, F_OK) != 0)
		return (0);
	for (i = 0; i < CLUSTER_ORPHAN_SECONDS * 10; i++) {
		if ((pid = cluster_orphan()) == 0)
			return (cluster_files_remove("data/postmaster.pid", e) ||
				    cluster_files_remove(lock, e) ?
				-1 :
				0);
		(void)nanosleep(&nap, NULL);
	}
	return (err_set(e, STATUS_TEMPFAIL,
	    "the server was killed and its process %ld still "
	    "runs",
	    pid));
}

/* The log's end, from byte ${from} on. */
static void
cluster_tail(struct private_report *r, off_t from)
{
	int fd = open("log", O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	struct stat st;
	ssize_t n;

	if (fd < 0)
		return;
	if (fstat(fd, &st) == 0) {
		off_t room = (off_t)sizeof(r->tail) - 1;

		if (st.st_size - from > room)
			from = st.st_size - room;
		if ((n = pread(fd, r->tail, sizeof(r->tail) - 1, from)) > 0)
			r->tail[n] = '\0';
	}
	(void)close(fd);
}

static off_t
cluster_log_size(void)
{
	struct stat st;

	return (stat("log", &st) == 0 ? st.st_size : 0);
}

/* Make data/ whole or not at all. */
static int
cluster_init(const struct cluster *c, const char *bindir, struct private_report *r, struct err *e)
{
	const char *argv[] = { "initdb", "-D", "data.partial", "-U", CLUSTER_ROLE, "-A", "peer",
		"-E", "UTF8", "--locale=C", "--lc-ctype=C.UTF-8", "-k", "--no-instructions",
		c->options->fast ? "--no-sync" : NULL, NULL };
	locale_t loc = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	off_t from = cluster_log_size();
	int rc;

	if (loc == (locale_t)0)
		argv[10] = "--lc-ctype=C";
	else
		freelocale(loc);
	if (cluster_files_remove("data.partial", e))
		return (-1);
	if ((rc = cluster_run(bindir, argv, e)) < 0)
		return (-1);
	if (rc != 0) {
		cluster_tail(r, from);
		return (err_set(e, STATUS_NODB, "initdb failed (exit status %d)", rc));
	}
	if (cluster_files_auth(c, e) ||
	    cluster_files_without("data.partial", c->options->without, e))
		return (-1);
	if (rename("data.partial", "data"))
		return (err_sys(e, STATUS_OUTPUT, "can't rename 'data.partial'"));
	r->changed = true;
	return (c->options->fast ? 0 : io_sync_parent("data", e));
}

/* A server that an older version of ours started, and that still runs, does not say
 * what it is without: then its database does. */
static int
cluster_tell_without(struct pg *pg, struct err *e)
{
	struct pg_result *res;
	unsigned int without;
	char sql[128];
	bool said;

	if ((res = pg_query(pg, "SELECT current_setting('aegis.without', true)", NULL, 0, e)) ==
	    NULL)
		return (-1);
	said = pg_result_get(res, 0, 0) != NULL;
	pg_result_free(res);
	if (said)
		return (0);
	if (cluster_files_read_without(".", &without, e))
		return (-1);
	(void)snprintf(sql, sizeof(sql),
	    "ALTER DATABASE " CLUSTER_DATABASE " SET aegis.without = '%s'", programs_text(without));
	return (pg_exec(pg, sql, e));
}

/* The database, where an interrupted first start did not come to it. */
static int
cluster_database(const char *socket, struct err *e)
{
	char conninfo[PRIVATE_CONNINFO_MAX];
	struct pg_result *res;
	struct pg *pg;
	int rc = -1;

	if (cluster_files_conninfo(conninfo, sizeof(conninfo), socket, CLUSTER_PORT, CLUSTER_ROLE,
		"postgres", e) ||
	    (pg = pg_connect(conninfo, "aegis-db", e)) == NULL)
		return (-1);
	if ((res = pg_query(pg, "SELECT 1 FROM pg_database WHERE datname = '" CLUSTER_DATABASE "'",
		 NULL, 0, e)) != NULL)
		rc = pg_result_rows(res) > 0 ? 0 :
					       pg_exec(pg, "CREATE DATABASE " CLUSTER_DATABASE, e);
	pg_result_free(res);
	if (rc == 0)
		rc = cluster_tell_without(pg, e);
	pg_close(pg);
	return (rc);
}

static int
cluster_launch(const char *bindir, bool sync_first, struct private_report *r, struct err *e)
{
	static const char *const argv[] = { "pg_ctl", "start", "-D", "data", "-l", "log", "-w",
		"-s", "-t", CLUSTER_WAIT_SECONDS, NULL };
	static const char *const flush[] = { "initdb", "--sync-only", "-D", "data", NULL };
	off_t from;
	int rc;

	if (cluster_log_size() > CLUSTER_LOG_MAX && rename("log", "log.1"))
		return (err_sys(e, STATUS_OUTPUT, "can't rename 'log'"));
	from = cluster_log_size();
	if (sync_first && (rc = cluster_run(bindir, flush, e)) != 0) {
		cluster_tail(r, from);
		return (err_set(e, STATUS_IO, "can't sync 'data'"));
	}
	if ((rc = cluster_run(bindir, argv, e)) < 0)
		return (-1);
	if (rc != 0) {
		cluster_tail(r, from);
		return (err_set(e, STATUS_NODB,
		    "the server did not start (exit status %d of "
		    "pg_ctl)",
		    rc));
	}
	return (0);
}

/* The programs for what is there, or for what is to be made. */
static int
cluster_programs(const struct cluster *c, char *bindir, size_t size, struct private_report *r,
    struct err *e)
{
	unsigned int without = c->options->without;

	if (r->version[0] != '\0' && cluster_files_read_without(".", &without, e))
		return (-1);
	if (programs_find(bindir, size,
		r->version[0] == '\0' && c->options->version != NULL ? c->options->version :
								       r->version,
		PROGRAMS_ALL & ~without, e))
		return (-1);
	r->without = without;
	return (0);
}

/* Everything of a start behind the lock. */
static int
cluster_start_locked(const struct cluster *c, struct private_report *r, struct err *e)
{
	struct buf kept = BUF_INIT(CLUSTER_TEXT_MAX);
	char bindir[PRIVATE_PATH_MAX];
	bool sync_first = false;
	int rc = -1;

	cluster_files_version(".", r->version, sizeof(r->version));
	if (cluster_files_socket(c, r->socket, sizeof(r->socket), e))
		return (-1);
	if ((r->pid = cluster_pid()) != 0) {
		r->state = PRIVATE_RUNNING;
		if (c->options->n_set > 0) {
			(void)err_set(e, STATUS_CONFIG,
			    "the server runs already, and takes "
			    "settings when it starts");
			return (err_hint(e, "stop it first: aegis db stop"));
		}
		return (cluster_database(r->socket, e));
	}
	if (r->version[0] == '\0' && access("data", F_OK) == 0)
		return (
		    err_set(e, STATUS_CONFIG, "'%s/data' is no PostgreSQL data directory", c->dir));
	if (cluster_programs(c, bindir, sizeof(bindir), r, e) || cluster_after_crash(r->socket, e))
		return (-1);
	if (r->version[0] == '\0' && cluster_init(c, bindir, r, e))
		return (-1);
	cluster_files_version(".", r->version, sizeof(r->version));
	if (cluster_files_settings(c, &kept, e))
		goto done;
	if (cluster_files_server(c, r->socket, r->without, &sync_first, e) ||
	    cluster_launch(bindir, sync_first, r, e)) {
		/* A setting that the server refuses must not bar the next start. */
		if (c->options->n_set > 0)
			(void)cluster_files_write("settings.conf", kept.p ? kept.p : "", kept.len,
			    NULL);
		goto done;
	}
	r->state = PRIVATE_STARTED;
	r->pid = cluster_pid();
	rc = cluster_database(r->socket, e);
done:
	buf_free(&kept);
	return (rc);
}

int
cluster_start(const struct cluster *c, struct private_report *r, struct err *e)
{
	int fd, rc;

	if (cluster_files_claim(c, e) || (fd = cluster_lock(e)) < 0)
		return (-1);
	if ((rc = cluster_files_mark(c, e)) == 0)
		rc = cluster_start_locked(c, r, e);
	(void)close(fd);
	return (rc);
}

/* How it is, by its files and its process. */
static int
cluster_look(struct private_report *r, struct err *e)
{

	cluster_files_version(".", r->version, sizeof(r->version));
	if (cluster_files_read_without(".", &r->without, e))
		return (-1);
	cluster_files_host(r->socket, sizeof(r->socket));
	r->pid = cluster_pid();
	r->state = r->pid != 0 ? PRIVATE_RUNNING : PRIVATE_STOPPED;
	return (0);
}

int
cluster_status(const struct cluster *c, struct private_report *r, struct err *e)
{
	char bindir[PRIVATE_PATH_MAX];
	unsigned int with;

	(void)c;
	if (cluster_look(r, e))
		return (-1);
	with = PROGRAMS_ALL & ~r->without;
	if (r->version[0] == '\0' || with == 0 ||
	    programs_find(bindir, sizeof(bindir), r->version, with, NULL))
		return (0);
	if (with & PROGRAMS_AGE)
		programs_extension(bindir, r->version, "age", r->age, sizeof(r->age));
	if (with & PROGRAMS_VECTOR)
		programs_extension(bindir, r->version, "vector", r->vector, sizeof(r->vector));
	return (0);
}

static int
cluster_stop_locked(struct private_report *r, struct err *e)
{
	static const char *const argv[] = { "pg_ctl", "stop", "-D", "data", "-m", "fast", "-w",
		"-s", "-t", CLUSTER_WAIT_SECONDS, NULL };
	char bindir[PRIVATE_PATH_MAX];
	off_t from = cluster_log_size();
	int rc;

	if (cluster_look(r, e))
		return (-1);
	if (r->pid == 0)
		return (0);
	if (programs_find(bindir, sizeof(bindir), r->version, PROGRAMS_ALL & ~r->without, e) ||
	    (rc = cluster_run(bindir, argv, e)) < 0)
		return (-1);
	if (rc != 0 && cluster_pid() != 0) {
		cluster_tail(r, from);
		return (
		    err_set(e, STATUS_TEMPFAIL, "the server, process %ld, does not stop", r->pid));
	}
	r->changed = true;
	r->pid = 0;
	r->state = PRIVATE_STOPPED;
	return (0);
}

int
cluster_stop(const struct cluster *c, struct private_report *r, struct err *e)
{
	int fd, rc;

	(void)c;
	if ((fd = cluster_lock(e)) < 0)
		return (-1);
	rc = cluster_stop_locked(r, e);
	(void)close(fd);
	return (rc);
}

int
cluster_empty(const struct cluster *c, struct private_report *r, struct err *e)
{
	int fd, rc;

	(void)c;
	if ((fd = cluster_lock(e)) < 0)
		return (-1);
	if ((rc = cluster_stop_locked(r, e)) == 0) {
		/* Without a socket directory of its own, this one was in /tmp. */
		if (strncmp(r->socket, "/tmp/aegis-", 11) == 0)
			rc = cluster_files_remove(r->socket, e);
		if (rc == 0)
			rc = cluster_files_remove_all(e);
	}
	(void)close(fd);
	r->changed = rc == 0;
	return (rc);
}
