/* The private database: its place, its PostgreSQL, and the process that works on it. */

#include "server/server.h"

#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/home.h"
#include "base/io.h"
#include "base/os.h"
#include "pg/pg.h"
#include "pg/without.h"
#include "server/config.h"
#include "server/pgctl.h"
#include "server/programs.h"

typedef int server_work(struct pgctl *j, struct server_report *r, struct err *e);

/* What that process hands back. */
struct server_reply {
	struct server_report report;
	struct err e;
};

/* In the process that is to be the server's user, in its directory. */
static void
server_child(const struct place *p, const struct server_options *o, server_work *work, int fd)
{
	static struct server_reply reply;
	struct pgctl j = { p, o, "", "" };
	struct passwd *pw = getpwuid(getuid());
	struct err e = ERR_INIT;

	(void)umask(077);
	memcpy(reply.report.place, p->dir, sizeof(p->dir));
	memcpy(reply.report.user, p->user, sizeof(p->user));
	(void)snprintf(j.creator, sizeof(j.creator), "%s", pw != NULL ? pw->pw_name : "root");
	if (geteuid() == 0 && os_drop_to(p->user, &e)) {
		(void)err_prefix(&e, "'%s'", p->dir);
	} else if (chdir(p->dir)) {
		(void)err_sys(&e, STATUS_NOPERM, "user '%s' cannot enter '%s'", p->user, p->dir);
		(void)err_hint(&e,
		    "let that user pass through the directories above, or put the"
		    " data elsewhere with AEGIS_VAR");
	} else {
		(void)work(&j, &reply.report, &e);
	}
	reply.e = e;
	os_exit(io_write_all(fd, &reply, sizeof(reply), "pipe", NULL) ? 1 : 0);
}

/* Do ${work} in a process of the server's user, and hand its answer on. */
static int
server_do(const struct place *p, const struct server_options *o, server_work *work,
    struct server_report *r, struct err *e)
{
	static struct server_reply reply;
	char *at = (char *)&reply;
	size_t n = 0;
	ssize_t k = 1;
	int fd[2], status;
	pid_t pid;

	if (os_pipe(fd, e))
		return (-1);
	if ((pid = fork()) == 0)
		server_child(p, o, work, fd[1]);
	(void)close(fd[1]);
	while (pid > 0 && n < sizeof(reply) && k > 0)
		if ((k = io_read(fd[0], at + n, sizeof(reply) - n, "pipe", e)) > 0)
			n += (size_t)k;
	(void)close(fd[0]);
	if (pid < 0)
		return (err_sys(e, STATUS_TEMPFAIL, "cannot fork"));
	if (os_wait(pid, 0, &status, NULL) < 0 || n != sizeof(reply))
		return (err_set(e, STATUS_TEMPFAIL, "the process that does the work was ended"));
	*r = reply.report;
	*e = reply.e;
	return (e->status != STATUS_OK);
}

/* What is there is what is asked for. */
static int
server_agrees(const struct place *p, const struct server_options *o, const char *version,
    unsigned int *without, struct err *e)
{
	unsigned int had;

	if (config_without(p->dir, &had, e))
		return (-1);
	if (o->chosen && had != *without)
		(void)err_set(e, STATUS_CONFIG, "the private database was made %s%s, and stays so",
		    had != 0 ? "without " : "with age and vector", without_text(had));
	else if (o->version != NULL && strcmp(o->version, version) != 0)
		(void)err_set(e, STATUS_CONFIG,
		    "the private database was made by PostgreSQL %s, and stays so", version);
	*without = had;
	return (e->status == STATUS_OK ?
		0 :
		err_hint(e, "to make another: aegis db destroy, then start again"));
}

/*
 * What is asked for is what is there, and there is a PostgreSQL for it: one with
 * AGE and pgvector is fetched where it is missing.
 */
static int
server_provide(const struct place *p, const struct server_options *o, struct err *e)
{
	unsigned int without = o->without;
	char version[32], bindir[PLACE_MAX], home[PLACE_MAX], text[160];
	struct err why = ERR_INIT;
	bool closed, found, fetchable;

	config_version(p->dir, version, sizeof(version));
	if (version[0] != '\0' && server_agrees(p, o, version, &without, e))
		return (-1);
	if (version[0] == '\0' && o->version != NULL)
		(void)snprintf(version, sizeof(version), "%s", o->version);
	fetchable = without != WITHOUT_ALL && programs_tree_suite(version) != NULL;
	/* What was fetched into a checkout that is closed to the server serves others. */
	closed = geteuid() == 0 && home_path(home, sizeof(home), "", NULL) == 0 &&
	    !place_enterable(p->user, home);
	found = programs_find(bindir, sizeof(bindir), version, WITHOUT_ALL & ~without, &why) == 0;
	if (found && (!fetchable || !closed || strncmp(bindir, home, strlen(home)) != 0))
		return (0);
	if (!fetchable) {
		*e = why;
		return (-1);
	}
	if (o->tell != NULL) {
		(void)snprintf(text, sizeof(text),
		    "fetching PostgreSQL %s with AGE and pgvector from Debian's %s, about %d MB, once",
		    version[0] != '\0' ? version : PROGRAMS_TREE_VERSION,
		    programs_tree_suite(version), PROGRAMS_TREE_MB);
		o->tell(text);
	}
	return (programs_make_tree(version, closed, e));
}

int
server_start(const struct server_options *o, struct server_report *r, struct err *e)
{
	struct place p;

	memset(r, 0, sizeof(*r));
	return (place_find(&p, true, e) || server_provide(&p, o, e) ||
	    server_do(&p, o, pgctl_start, r, e));
}

/* Do ${work} as the server's user if the private database has a place; otherwise leave ${r} zeroed
 * and ${p->dir} empty. */
static int
server_if_any(server_work *work, struct place *p, struct server_report *r, struct err *e)
{

	memset(r, 0, sizeof(*r));
	return (place_find(p, false, e) || (p->dir[0] != '\0' && server_do(p, NULL, work, r, e)));
}

int
server_stop(struct server_report *r, struct err *e)
{
	struct place p;

	return (server_if_any(pgctl_stop, &p, r, e));
}

int
server_status(struct server_report *r, struct err *e)
{
	struct place p;

	return (server_if_any(pgctl_status, &p, r, e));
}

int
server_destroy(struct server_report *r, struct err *e)
{
	struct place p;

	if (server_if_any(pgctl_empty, &p, r, e))
		return (-1);
	r->state = SERVER_NONE;
	/* The directory's parent is ours, not the server's user's. */
	return (p.dir[0] != '\0' && place_remove(&p, e));
}

int
server_host(char *dst, size_t size, struct err *e)
{
	char place[PLACE_MAX];

	if (pg_private(e) || home_var(place, sizeof(place), "db", e))
		return (-1);
	config_host(place, dst, size);
	return (dst[0] == '/' ?
		0 :
		err_set(e, STATUS_CONFIG,
		    "'%s/" CONFIG_SERVICE "' does not name a socket directory", place));
}

int
server_program(char *dst, size_t size, const char *name, struct err *e)
{
	char place[PLACE_MAX], dir[PLACE_MAX], version[32];
	unsigned int without = WITHOUT_ALL;

	if (home_var(place, sizeof(place), "db", e))
		return (-1);
	config_version(place, version, sizeof(version));
	if ((version[0] != '\0' && config_without(place, &without, e)) ||
	    programs_find(dir, sizeof(dir), version, WITHOUT_ALL & ~without, e))
		return (-1);
	if (snprintf(dst, size, "%s/%s", dir, name) >= (int)size)
		return (err_set(e, STATUS_CONFIG, "the path '%.200s...' is too long", dir));
	return (0);
}
