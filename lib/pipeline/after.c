/* What is done when a pipeline is over. */

#include "pipeline/after.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/io.h"
#include "base/os.h"
#include "pipeline/metrics.h"
#include "pipeline/site.h"
#include "pipeline/spawn.h"

enum { AFTER_WORDS = 64, AFTER_SECONDS = 60 };

/* The words of a command: a list, or one alone. */
static int
after_words(const struct conf *c, const struct conf_node *n, char **args, struct err *e)
{
	const struct conf_node *k;
	size_t i = 0;

	args[i++] = xstrdup("env"); /* finds it in PATH */
	for (k = n->kind == CONF_SCALAR ? n : n->child; k != NULL && i < AFTER_WORDS;
	     k = n->kind == CONF_SCALAR ? NULL : k->next) {
		if (k->kind != CONF_SCALAR)
			break;
		args[i++] = xstrdup(k->text);
	}
	args[i] = NULL;
	if (i > 1 && k == NULL && n->kind != CONF_MAP)
		return (0);
	return (conf_fail(c, n, e, "must be a command: a list of arguments"));
}

/* Wait for the command, but not for ever. */
static int
after_wait(pid_t pid, const char *name, struct err *e)
{
	struct rusage ru;
	int status = 0, tenths;
	pid_t got = 0;

	for (tenths = 0; tenths < AFTER_SECONDS * 10; tenths++) {
		if ((got = os_wait(pid, WNOHANG, &status, &ru)) != 0)
			break;
		os_sleep_ms(100);
	}
	if (got == 0) {
		(void)kill(-pid, SIGKILL);
		(void)os_wait(pid, 0, &status, &ru);
		return (err_set(e, STATUS_TEMPFAIL, "'%s' was not done after %d seconds", name,
		    AFTER_SECONDS));
	}
	if (got > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return (0);
	return (err_set(e, STATUS_TEMPFAIL, "'%s' ended with %d", name,
	    WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status)));
}

/* Put what happened into the environment. */
static int
after_environment(const struct after *a, struct err *e)
{
	char status[16];

	(void)snprintf(status, sizeof(status), "%d", a->status);
	if (setenv("AEGIS_PIPELINE", a->name, 1) || setenv("AEGIS_STATUS", status, 1) ||
	    setenv("AEGIS_CAUSE", a->cause != NULL ? a->cause : "", 1))
		return (err_sys(e, STATUS_TEMPFAIL, "cannot set the environment"));
	(void)unsetenv("AEGIS_STATUS_FD");
	return (0);
}

/* Run the command with the report on its standard input. */
static int
after_command(const struct after *a, char *const *args, struct err *e)
{
	struct spawn s = { "/usr/bin/env", args, -1, STDOUT_FILENO, STDERR_FILENO, -1, 0, false };
	struct err ignored = ERR_INIT;
	FILE *f;
	pid_t pid;
	int rc = -1;

	/* A file: a command that does not read must not hold us up. */
	if ((f = tmpfile()) == NULL)
		return (err_sys(e, STATUS_OUTPUT, "cannot make a temporary file"));
	s.in = fileno(f);
	if (io_write_all(s.in, a->text, a->len, "a temporary file", e) == 0 &&
	    ((a->len > 0 && a->text[a->len - 1] == '\n') ||
		io_write_all(s.in, "\n", 1, "a temporary file", e) == 0) &&
	    lseek(s.in, 0, SEEK_SET) == 0 && after_environment(a, e) == 0 &&
	    spawn_prepare(&ignored) == 0 && (pid = spawn_start(&s, e)) > 0)
		rc = after_wait(pid, args[1], e);
	(void)fclose(f);
	return (rc);
}

/* The hook for what happened, where the settings have one. */
static int
after_hook(const struct after *a, const struct site *site, const struct conf *file, struct err *e)
{
	const char *key = a->status == STATUS_FINDINGS ? "on_findings" : "on_failure";
	char *args[AFTER_WORDS + 2] = { NULL };
	const struct conf *conf = file;
	const struct conf_node *n;
	size_t i;
	int rc;

	if (a->status == STATUS_OK)
		return (0);
	if ((n = site_get(site, NULL, key, &conf)) == NULL)
		n = conf_get(conf_root(file), key);
	if (n == NULL)
		return (0);
	rc = after_words(conf, n, args, e) || after_command(a, args, e);
	if (rc)
		(void)err_prefix(e, "%s", key);
	for (i = 0; args[i] != NULL; i++)
		free(args[i]);
	return (rc);
}

/* The metrics, where the settings want them. */
static int
after_metrics(const struct site *site, const struct conf *file, struct err *e)
{
	const struct conf *conf = file;
	const struct conf_node *n = site_get(site, NULL, "metrics", &conf);

	if (n == NULL)
		n = conf_get(conf_root(file), "metrics");
	if (n == NULL)
		return (0);
	if (n->kind != CONF_SCALAR)
		return (conf_fail(conf, n, e, "'metrics' must be the name of a file"));
	return (metrics_write(n->text, e));
}

int
after_run(const struct after *a, struct err *e)
{
	struct buf faults = BUF_INIT(64 << 10);
	struct pipeline_faults ignored = { faults, 0, 0 };
	struct err own = ERR_INIT;
	struct conf *file = NULL;
	struct site *site = NULL;
	char path[PATH_MAX];
	int rc = 0;

	/* What is wrong with settings that cannot be read was said before. */
	if (site_pipeline(a->name, path, sizeof(path), &own) == 0 &&
	    (site = site_of(path, &ignored, &own)) != NULL &&
	    (file = conf_load(path, &own)) != NULL) {
		rc = after_metrics(site, file, e);
		if (after_hook(a, site, file, rc == 0 ? e : &own))
			rc = -1;
	}
	buf_free(&ignored.text);
	conf_free(file);
	site_free(site);
	return (rc);
}
