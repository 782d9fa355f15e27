/* The private database's server by pg_ctl: made, started, looked at, stopped, removed. */

#include "server/pgctl.h"

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

#include "base/io.h"
#include "base/lockfile.h"
#include "base/num.h"
#include "base/os.h"
#include "pg/pg.h"
#include "pg/without.h"
#include "server/config.h"
#include "server/programs.h"

enum {
	PGCTL_LOCK_SECONDS = 120,  /* a first start takes some seconds */
	PGCTL_ORPHAN_SECONDS = 20, /* backends of a killed server leave at once */
	PGCTL_LOG_MAX = 16 << 20,  /* bytes, then log becomes log.1 */
};
/* A crash's recovery may take as long as the checkpoints let it. */
#define PGCTL_WAIT_SECONDS "600"

void
pgctl_clean_exec(void)
{

	(void)signal(SIGPIPE, SIG_DFL);
	(void)signal(SIGXFSZ, SIG_DFL);
}

/* In the child: become ${bindir}/${argv[0]}, with the log as its output and no variable of ours. */
static void
pgctl_become(const char *bindir, const char *const *argv)
{
	const char *libraries = getenv("LD_LIBRARY_PATH");
	char file[PLACE_MAX + 32], path[PLACE_MAX + 8], more[PLACE_MAX] = "", locale[] = "LC_ALL=C",
							zone[] = "TZ=UTC";
	char *env[] = { path, locale, zone, more, NULL };
	int log, nul;

	pgctl_clean_exec();
	(void)snprintf(file, sizeof(file), "%s/%s", bindir, argv[0]);
	/* initdb and pg_ctl look for themselves, and for each other, in PATH. */
	(void)snprintf(path, sizeof(path), "PATH=%s", bindir);
	if (libraries != NULL)
		(void)snprintf(more, sizeof(more), "LD_LIBRARY_PATH=%s", libraries);
	else
		env[3] = NULL;
	if ((log = open("log", O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW, 0600)) < 0 ||
	    (nul = open("/dev/null", O_RDONLY)) < 0 || dup2(nul, 0) < 0 || dup2(log, 1) < 0 ||
	    dup2(log, 2) < 0)
		_exit(126);
	/* The server outlives us: whoever waits for what it inherited open would wait for it. */
	os_close_from(3);
	/* execve() takes no const, and changes nothing. */
	(void)execve(file, (char *const *)(uintptr_t)argv, env);
	_exit(127);
}

/* Run it, and add what it logged to the report where it failed.  Return its exit status, or -1. */
static int
pgctl_run(const char *bindir, const char *const *argv, struct server_report *r, struct err *e)
{
	struct stat st;
	off_t from = stat("log", &st) == 0 ? st.st_size : 0, room = (off_t)sizeof(r->tail) - 1;
	int status, fd;
	pid_t pid;

	if ((pid = fork()) < 0)
		return (err_sys(e, STATUS_TEMPFAIL, "cannot start '%s'", argv[0]));
	if (pid == 0)
		pgctl_become(bindir, argv);
	if (os_wait(pid, 0, &status, NULL) < 0)
		return (err_sys(e, STATUS_BUG, "cannot wait for '%s'", argv[0]));
	status = WIFEXITED(status) ? WEXITSTATUS(status) : 255;
	if (status == 0 || (fd = open("log", O_RDONLY | O_CLOEXEC | O_NOFOLLOW)) < 0)
		return (status);
	if (fstat(fd, &st) == 0 && st.st_size - from > room)
		from = st.st_size - room;
	if (pread(fd, r->tail, (size_t)room, from) < 0)
		r->tail[0] = '\0';
	(void)close(fd);
	return (status);
}

/* One start, stop or destroy at a time.  The lock ends with this process. */
static int
pgctl_lock(struct err *e)
{

	if (lockfile_take("lock", 0600, PGCTL_LOCK_SECONDS * 1000, NULL, e) >= 0)
		return (0);
	return (err_prefix(e,
	    e->status == STATUS_TEMPFAIL ?
		"the private database's lock is held by another aegis db" :
		"the database's directory"));
}

/* A server works in its data directory, and so do its children. */
static bool
pgctl_works_here(const char *pid)
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
pgctl_pid(void)
{
	char line[32] = "";
	FILE *f = fopen("data/postmaster.pid", "r");
	uint64_t v;

	if (f == NULL)
		return (0);
	if (fgets(line, sizeof(line), f) == NULL)
		line[0] = '\0';
	(void)fclose(f);
	line[strcspn(line, "\n")] = '\0';
	return (num_u64(line, strlen(line), 2, INT32_MAX, &v) == 0 && pgctl_works_here(line) ?
		(long)v :
		0);
}

/* Some process that works in data/, or 0. */
static long
pgctl_orphan(void)
{
	DIR *d = opendir("/proc");
	struct dirent *de;
	uint64_t v, found = 0;

	while (d != NULL && found == 0 && (de = readdir(d)) != NULL)
		if (num_u64(de->d_name, strlen(de->d_name), 1, INT32_MAX, &v) == 0 &&
		    pgctl_works_here(de->d_name))
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
pgctl_after_crash(const char *socket, struct err *e)
{
	char lock[512];
	long pid;
	int i;

	(void)snprintf(lock, sizeof(lock), "%s/.s.PGSQL." CONFIG_PORT ".lock", socket);
	if (access("data/postmaster.pid", F_OK) != 0 && access(lock, F_OK) != 0)
		return (0);
	for (i = 0; (pid = pgctl_orphan()) != 0 && i < PGCTL_ORPHAN_SECONDS * 10; i++)
		os_sleep_ms(100);
	if (pid != 0)
		return (err_set(e, STATUS_TEMPFAIL,
		    "the server was killed and its process %ld still runs", pid));
	return (io_remove_tree("data/postmaster.pid", e) || io_remove_tree(lock, e));
}

/* Make data/ whole or not at all. */
static int
pgctl_init(const struct pgctl *j, struct server_report *r, struct err *e)
{
	const char *argv[] = { "initdb", "-D", "data.partial", "-U", CONFIG_ROLE, "-A", "peer",
		"-E", "UTF8", "--locale=C", "--lc-ctype=C.UTF-8", "-k", "--no-instructions",
		j->o->fast ? "--no-sync" : NULL, NULL };
	locale_t loc = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	int rc;

	if (loc == (locale_t)0)
		argv[10] = "--lc-ctype=C";
	else
		freelocale(loc);
	if (io_remove_tree("data.partial", e) || (rc = pgctl_run(j->bindir, argv, r, e)) < 0)
		return (-1);
	if (rc != 0)
		return (err_set(e, STATUS_NODB, "initdb failed (exit status %d)", rc));
	if (config_data(j->p->user, j->creator, j->o->without, e))
		return (-1);
	if (rename("data.partial", "data"))
		return (err_sys(e, STATUS_OUTPUT, "cannot rename 'data.partial'"));
	r->changed = true;
	config_version(".", r->version, sizeof(r->version));
	return (j->o->fast ? 0 : io_sync_parent("data", e));
}

/*
 * The database, where an interrupted first start did not come to it.  And a server that an older
 * version of ours started, and that still runs, does not say what it is without: then its
 * database does.
 */
static int
pgctl_database(const struct server_report *r, struct err *e)
{
	char service[PLACE_MAX + 32];
	bool there, says;
	struct pg *pg;
	int rc;

	(void)snprintf(service, sizeof(service), "%s/" CONFIG_SERVICE, r->place);
	if (setenv("PGSERVICEFILE", service, 1) ||
	    (pg = pg_connect("service=aegis dbname=postgres", "aegis-db", e)) == NULL)
		return (-1);
	rc = pg_boolf(pg, &there, e, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = %L)",
		 CONFIG_DATABASE) ||
	    (!there && pg_execf(pg, NULL, e, "CREATE DATABASE %I", CONFIG_DATABASE)) ||
	    pg_boolf(pg, &says, e, "SELECT current_setting('aegis.without', true) IS NOT NULL") ||
	    (!says &&
		pg_execf(pg, NULL, e, "ALTER DATABASE %I SET aegis.without = %L", CONFIG_DATABASE,
		    without_text(r->without)));
	pg_close(pg);
	return (rc);
}

/* Start the server with pg_ctl and wait until it is up; rename a log that is too large, and sync
 * the data first if asked. */
static int
pgctl_launch(const struct pgctl *j, bool sync_first, struct server_report *r, struct err *e)
{
	static const char *const argv[] = { "pg_ctl", "start", "-D", "data", "-l", "log", "-w",
		"-s", "-t", PGCTL_WAIT_SECONDS, NULL };
	static const char *const flush[] = { "initdb", "--sync-only", "-D", "data", NULL };
	struct stat st;
	int rc;

	if (stat("log", &st) == 0 && st.st_size > PGCTL_LOG_MAX && rename("log", "log.1"))
		return (err_sys(e, STATUS_OUTPUT, "cannot rename 'log'"));
	if (sync_first && pgctl_run(j->bindir, flush, r, e) != 0)
		return (err_set(e, STATUS_IO, "cannot sync 'data'"));
	if ((rc = pgctl_run(j->bindir, argv, r, e)) < 0)
		return (-1);
	return (rc == 0 ?
		0 :
		err_set(e, STATUS_NODB, "the server did not start (exit status %d of pg_ctl)", rc));
}

/* How it is, by its files and its process. */
static int
pgctl_look(struct pgctl *j, struct server_report *r, struct err *e)
{

	(void)j;
	config_version(".", r->version, sizeof(r->version));
	config_host(".", r->socket, sizeof(r->socket));
	r->pid = pgctl_pid();
	r->state = r->pid != 0 ? SERVER_RUNNING : SERVER_STOPPED;
	return (config_without(".", &r->without, e));
}

/* The server that is there, or is to be, is not running. */
static int
pgctl_start_stopped(struct pgctl *j, struct server_report *r, struct err *e)
{
	struct buf kept = BUF_INIT(64 << 10);
	bool fresh = r->version[0] == '\0', sync_first;
	int rc;

	if (fresh && access("data", F_OK) == 0)
		return (err_set(e, STATUS_CONFIG, "'%s/data' is not a PostgreSQL data directory",
		    r->place));
	if (fresh)
		r->without = j->o->without;
	if (programs_find(j->bindir, sizeof(j->bindir),
		fresh && j->o->version != NULL ? j->o->version : r->version,
		WITHOUT_ALL & ~r->without, e) ||
	    pgctl_after_crash(r->socket, e) || (fresh && pgctl_init(j, r, e)))
		return (-1);
	rc = config_settings(j->o->set, j->o->n_set, &kept, e);
	if (rc == 0 &&
	    (config_server(r->socket, r->without, j->o->fast, &sync_first, e) ||
		pgctl_launch(j, sync_first, r, e))) {
		rc = -1;
		/* A setting that the server refuses must not bar the next start. */
		if (j->o->n_set > 0)
			(void)config_write("settings.conf", kept.p ? kept.p : "", kept.len, NULL);
	}
	buf_free(&kept);
	r->state = SERVER_STARTED;
	r->pid = pgctl_pid();
	return (rc);
}

int
pgctl_start(struct pgctl *j, struct server_report *r, struct err *e)
{

	if (config_claim(r->place, e) || pgctl_lock(e) || config_mark(r->place, j->p->var, e) ||
	    pgctl_look(j, r, e) || config_socket(r->place, r->socket, sizeof(r->socket), e))
		return (-1);
	if (r->state == SERVER_RUNNING && j->o->n_set > 0) {
		(void)err_set(e, STATUS_CONFIG,
		    "the server runs already, and takes settings when it starts");
		return (err_hint(e, "stop it first: aegis db stop"));
	}
	return (
	    (r->state != SERVER_RUNNING && pgctl_start_stopped(j, r, e)) || pgctl_database(r, e));
}

int
pgctl_status(struct pgctl *j, struct server_report *r, struct err *e)
{
	unsigned int with;

	if (pgctl_look(j, r, e))
		return (-1);
	with = WITHOUT_ALL & ~r->without;
	if (r->version[0] == '\0' || with == 0 ||
	    programs_find(j->bindir, sizeof(j->bindir), r->version, with, NULL))
		return (0);
	if (with & WITHOUT_AGE)
		programs_extension(j->bindir, r->version, "age", r->age, sizeof(r->age));
	if (with & WITHOUT_VECTOR)
		programs_extension(j->bindir, r->version, "vector", r->vector, sizeof(r->vector));
	return (0);
}

int
pgctl_stop(struct pgctl *j, struct server_report *r, struct err *e)
{
	static const char *const argv[] = { "pg_ctl", "stop", "-D", "data", "-m", "fast", "-w",
		"-s", "-t", PGCTL_WAIT_SECONDS, NULL };
	int rc;

	if (pgctl_lock(e) || pgctl_look(j, r, e))
		return (-1);
	if (r->pid == 0)
		return (0);
	if (programs_find(j->bindir, sizeof(j->bindir), r->version, WITHOUT_ALL & ~r->without, e) ||
	    (rc = pgctl_run(j->bindir, argv, r, e)) < 0)
		return (-1);
	if (rc != 0 && pgctl_pid() != 0)
		return (
		    err_set(e, STATUS_TEMPFAIL, "the server, process %ld, does not stop", r->pid));
	r->changed = true;
	r->pid = 0;
	r->state = SERVER_STOPPED;
	return (0);
}

int
pgctl_empty(struct pgctl *j, struct server_report *r, struct err *e)
{
	struct dirent *de;
	DIR *d;
	int rc = pgctl_stop(j, r, e);

	/* Without a socket directory of its own, this one was in /tmp. */
	if (rc == 0 && strncmp(r->socket, "/tmp/aegis-", 11) == 0)
		rc = io_remove_tree(r->socket, e);
	if (rc || (d = opendir(".")) == NULL)
		return (rc ? rc : err_sys(e, STATUS_OUTPUT, "cannot read '%s'", r->place));
	while (rc == 0 && (de = readdir(d)) != NULL)
		if (strcmp(de->d_name, ".") != 0 && strcmp(de->d_name, "..") != 0 &&
		    strcmp(de->d_name, PLACE_MARKER) != 0)
			rc = io_remove_tree(de->d_name, e);
	(void)closedir(d);
	rc = rc || io_remove_tree(PLACE_MARKER, e);
	r->changed = rc == 0;
	return (rc);
}
