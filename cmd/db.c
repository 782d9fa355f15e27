/* aegis db: manage the private database. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/program.h"
#include "base/report.h"
#include "pg/without.h"
#include "server/config.h"
#include "server/pgctl.h"
#include "server/programs.h"
#include "server/server.h"

static bool opt_fast, opt_tree, opt_yes;
static struct option_list opt_set;
static const char *opt_without, *opt_postgres;

static const struct option_spec options[] = {
	{ "fast", OPTION_FLAG, NULL, &opt_fast,
	    "start: never wait for the disk; for tests, as a power failure loses the database." },
	{ "set", OPTION_LIST, "NAME=VALUE", &opt_set,
	    "start: Setting of the server, kept for later starts; may be given more than once." },
	{ "postgres", OPTION_STRING, "VERSION", &opt_postgres,
	    "start: Major version to create the database with, such as 17 or 18 (default: the "
	    "newest here with AGE)." },
	{ "without", OPTION_STRING, "LIST", &opt_without,
	    "start: Create it without age, vector or both (age,vector): no graph, embeddings as "
	    "arrays." },
	{ "tree", OPTION_FLAG, NULL, &opt_tree,
	    "destroy: Also remove the PostgreSQL that was fetched for it." },
	{ "yes", OPTION_FLAG, NULL, &opt_yes, "destroy: Confirm." },
	{ NULL, OPTION_FLAG, NULL, NULL, NULL },
};

static const struct program program = {
	.name = "db",
	.group = "Database",
	.summary = "manage the private database",
	.usage = "start|stop|status|psql [ARGUMENTS]|url|env|destroy [options]",
	.options = options,
	.description =
	    "A PostgreSQL server of this checkout's own, with its data below var/db (AEGIS_VAR "
	    "moves var/) and a Unix socket there: no TCP port, no password; the operating "
	    "system's user who made it, root, and the server's user may connect, nobody else. "
	    "Programs use it if neither --db nor PGHOST, PGHOSTADDR, PGSERVICE, PGPORT or "
	    "PGDATABASE names another server.\n\n"
	    "start creates the database if it does not exist, starts the server and waits until "
	    "it takes connections; a running one is left alone. Called by root, the server runs "
	    "as the user postgres; if that user cannot enter the checkout, var/db becomes a "
	    "link to a directory below /var/lib/aegis-batch. A server that was killed recovers "
	    "at the next start.\n\n"
	    "A new database has Apache AGE and pgvector: from the distribution (Debian 13: "
	    "postgresql-17-age, postgresql-17-pgvector), else from Debian's packages (17 of Debian 13, "
	    "18 of forky), fetched once and unpacked below var/. AEGIS_PG_TREE names a PostgreSQL "
	    "of your own: Debian's files unpacked, or the prefix of a `make install`. "
	    "--without age,vector takes the newest PostgreSQL of the distribution. What a "
	    "database was made with it keeps.\n\n"
	    "stop rolls open transactions back and stops the server. status says whether it "
	    "runs and where everything is. psql opens it, with psql's own arguments after the "
	    "word. url prints a connection URL, env prints lines for the shell's eval. destroy "
	    "stops it and removes it with all data.",
	.examples =
	    "  aegis db start\n"
	    "  aegis db psql -c 'SELECT count(*) FROM entities'\n"
	    "  aegis db start --set shared_buffers=1GB\n"
	    "  eval \"$(aegis db env)\"; pg_dump -Fc >aegis.dump\n"
	    "  aegis db destroy --yes\n",
	.status =
	    "0: done; status: the server is running\n"
	    "69: the server is not running, or does not come up (the end of its log is shown)\n"
	    "78: the directory is not a private database, or PostgreSQL is not installed\n"
	    "psql: psql's own (0, 1, 2, 3)",
	.operands = 1,
};

/* The end of the server's log, line by line. */
static void
show_tail(char *tail)
{
	char *line, *next;

	for (line = tail; line != NULL && *line != '\0'; line = next) {
		if ((next = strchr(line, '\n')) != NULL)
			*next++ = '\0';
		log_info("log: %s", line);
	}
}

/* Log the server's progress, as the callback of server_start(). */
static void
tell(const char *what)
{

	log_info("%s", what);
}

/* Create the private database if needed and start its server; return the exit status, with the
 * server's log shown on failure. */
static int
start(struct err *e)
{
	struct server_options o = {
		.fast = opt_fast,
		.set = opt_set.v,
		.n_set = opt_set.n,
		.chosen = opt_without != NULL,
		.version = opt_postgres,
		.tell = tell,
	};
	struct server_report r;

	if (opt_postgres != NULL && strspn(opt_postgres, "0123456789") != strlen(opt_postgres))
		return (program_usage_error(&program, "--postgres takes a major version, not '%s'",
		    opt_postgres));
	if (opt_without != NULL && without_parse(opt_without, &o.without, e))
		return (log_err(e));
	if (server_start(&o, &r, e)) {
		show_tail(r.tail);
		return (log_err(e));
	}
	if (r.changed)
		log_info("made a database of PostgreSQL %s in '%s'", r.version, r.place);
	log_info("%s, process %ld of user '%s', socket in '%s'",
	    r.state == SERVER_RUNNING ? "already running" : "started", r.pid, r.user, r.socket);
	return (0);
}

/* Stop the private server; success also if it is not running. Return the exit status. */
static int
stop(struct err *e)
{
	struct server_report r;

	if (server_stop(&r, e)) {
		show_tail(r.tail);
		return (log_err(e));
	}
	log_info("%s", r.changed ? "stopped" : "not running");
	return (0);
}

/* Print the private database's state as text; return 0 only if the server is running, otherwise
 * STATUS_NODB or the error's status. */
static int
status(struct err *e)
{
	char extensions[200], process[24];
	struct server_report r;
	struct report *out;
	int rc;

	if (server_status(&r, e))
		return (log_err(e));
	out = report_new("text");
	report_text(out, NULL, "state",
	    r.state == SERVER_RUNNING     ? "running" :
		r.state == SERVER_STOPPED ? "stopped" :
					    "none");
	report_text(out, NULL, "place", r.place[0] != '\0' ? r.place : NULL);
	report_text(out, NULL, "version", r.version[0] != '\0' ? r.version : NULL);
	(void)snprintf(extensions, sizeof(extensions), "%s%s%s%s%s", r.age[0] ? "age " : "", r.age,
	    r.age[0] && r.vector[0] ? " " : "", r.vector[0] ? "vector " : "", r.vector);
	if (r.version[0] != '\0')
		report_text(out, NULL, "extensions",
		    r.without == WITHOUT_ALL ? "none (made without age,vector)" : extensions);
	report_text(out, NULL, "user", r.user[0] != '\0' ? r.user : NULL);
	report_text(out, NULL, "socket", r.socket[0] != '\0' ? r.socket : NULL);
	(void)snprintf(process, sizeof(process), "%ld", r.pid);
	report_text(out, NULL, "process", r.pid != 0 ? process : NULL);
	rc = report_print(out, NULL, e);
	report_free(out);
	if (rc)
		return (log_err(e));
	return (r.state == SERVER_RUNNING ? 0 : STATUS_NODB);
}

/* What was fetched for a server of ${version}; for none, whatever was fetched. */
static int
destroy_trees(const char *version, struct err *e)
{
	static const char *const all[] = { "17", "18" };
	char path[4096];
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		if (version[0] != '\0' && strcmp(version, all[i]) != 0)
			continue;
		if (programs_remove_tree(all[i], path, sizeof(path), e))
			return (log_err(e));
		if (path[0] != '\0')
			log_info("removed '%s'", path);
	}
	return (0);
}

/* Stop and remove the private database, which needs --yes, and on request its PostgreSQL trees;
 * return the exit status. */
static int
destroy(struct err *e)
{
	struct server_report r;

	if (!opt_yes)
		return (program_usage_error(&program,
		    "this removes the private database with all its data; to confirm: --yes"));
	if (server_destroy(&r, e)) {
		show_tail(r.tail);
		return (log_err(e));
	}
	if (r.changed)
		log_info("removed '%s'", r.place);
	else
		log_info("the private database does not exist");
	return (opt_tree ? destroy_trees(r.version, e) : 0);
}

/* Print the private database's connection URL, with its socket directory percent-encoded; return
 * the exit status. */
static int
url(struct err *e)
{
	char host[256];
	const char *s;

	if (server_host(host, sizeof(host), e))
		return (log_err(e));
	(void)printf("postgresql:///" CONFIG_DATABASE "?host=");
	for (s = host; *s != '\0'; s++)
		if (strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~",
			*s) != NULL)
			(void)putchar(*s);
		else
			(void)printf("%%%02X", (unsigned int)(unsigned char)*s);
	(void)printf("&port=" CONFIG_PORT "&user=" CONFIG_ROLE "\n");
	return (0);
}

/* Print shell lines that point libpq at the private database, for eval; return the exit status. */
static int
env(struct err *e)
{
	char host[256];
	const char *s;

	if (server_host(host, sizeof(host), e))
		return (log_err(e));
	(void)printf("unset PGHOSTADDR PGSERVICE\nexport PGHOST='");
	for (s = host; *s != '\0'; s++)
		if (*s == '\'')
			(void)fputs("'\\''", stdout);
		else
			(void)putchar(*s);
	(void)printf(
	    "' PGPORT=" CONFIG_PORT " PGUSER=" CONFIG_ROLE " PGDATABASE=" CONFIG_DATABASE "\n");
	return (0);
}

/* Become psql; ${args} are its own, ended by NULL. */
static int
open_psql(char **args, struct err *e)
{
	char host[256], path[PLACE_MAX];

	if (server_host(host, sizeof(host), e) || server_program(path, sizeof(path), "psql", e))
		return (log_err(e));
	if (setenv("PGHOST", host, 1) || setenv("PGPORT", CONFIG_PORT, 1) ||
	    setenv("PGUSER", CONFIG_ROLE, 1) || setenv("PGDATABASE", CONFIG_DATABASE, 1) ||
	    unsetenv("PGHOSTADDR") || unsetenv("PGSERVICE")) {
		(void)err_sys(e, STATUS_TEMPFAIL, "cannot set the environment");
		return (log_err(e));
	}
	args[0] = path;
	pgctl_clean_exec();
	(void)execv(path, args);
	(void)err_sys(e, STATUS_CONFIG, "cannot run '%s'", path);
	return (log_err(e));
}

static const struct verb {
	const char *name;
	int (*run)(struct err *e);
} verbs[] = {
	{ "start", start },
	{ "stop", stop },
	{ "status", status },
	{ "destroy", destroy },
	{ "url", url },
	{ "env", env },
};

int
main(int argc, char **argv)
{
	struct err e = ERR_INIT, lost = ERR_INIT;
	char **operands;
	int n, rc;
	size_t i;

	/* What follows the word psql is psql's. */
	if (argc > 1 && strcmp(argv[1], "psql") == 0) {
		if ((rc = program_parse(&program, 1, argv, &operands, &n)) != PROGRAM_GO_ON)
			return (rc);
		return (open_psql(argv + 1, &e));
	}
	if ((rc = program_parse(&program, argc, argv, &operands, &n)) != PROGRAM_GO_ON)
		return (rc);
	if (n == 0)
		return (program_usage_error(&program, "a command is needed"));
	for (i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strcmp(operands[0], verbs[i].name) == 0)
			break;
	if (i == sizeof(verbs) / sizeof(verbs[0]))
		return (program_usage_error(&program, "unknown command '%s'", operands[0]));
	if (verbs[i].run != start && (opt_fast || opt_set.n > 0 || opt_without != NULL))
		return (
		    program_usage_error(&program, "--fast, --set and --without belong to start"));
	if (verbs[i].run != destroy && (opt_yes || opt_tree))
		return (program_usage_error(&program, "--yes and --tree belong to destroy"));
	rc = verbs[i].run(&e);
	return (program_flush(&lost) ? log_err(&lost) : rc);
}
