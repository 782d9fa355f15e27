/* A program's face: options, help, version. */

#include "base/program.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/io.h"
#include "base/log.h"
#include "base/near.h"
#include "base/notice.h"
#include "base/os.h"
#include "base/program_man.h"
#include "base/wrap.h"

#ifndef AEGIS_VERSION
#define AEGIS_VERSION "0.1.0"
#endif

static char program_full[64]; /* aegis-STAGE, for messages */

enum { PROGRAM_WIDTH = 78, PROGRAM_HELP_MAX = 1 << 20 };

static const char program_common[] =
    "  --help                 Print this and exit.\n"
    "  --version              Print the version and exit.\n";

/* An option, and what it does to the right of it or below. */
static void
program_help_option(const struct option_spec *o, struct buf *b)
{
	size_t at = b->len;

	(void)buf_addf(b, NULL, "  --%s%s%s", o->name, o->arg ? " " : "", o->arg ? o->arg : "");
	at = b->len - at;
	if (at > 23) {
		(void)buf_add(b, "\n", 1, NULL);
		at = 0;
	}
	if (at > 0) {
		(void)buf_addf(b, NULL, "%*s", (int)(25 - at), "");
		at = 25;
	}
	(void)wrap_add(b, o->help, 25, at, PROGRAM_WIDTH, NULL);
}

/* Every form of the usage, one a line of prog->usage, with ${before} the first and ${between}. */
static void
program_forms(const struct program *prog, const char *before, const char *between, struct buf *b)
{
	const char *form = prog->usage, *lf;

	for (;; form = lf + 1, before = between) {
		lf = form + strcspn(form, "\n");
		(void)buf_addf(b, NULL, "%s%s %.*s", before, program_full, (int)(lf - form), form);
		if (*lf == '\0')
			return;
	}
}

void
program_lines(const char *lines, void (*tell)(const char *word, const char *meaning, struct buf *b),
    struct buf *b)
{
	const char *line = lines, *lf;
	char text[400], *colon;

	for (; *line != '\0'; line = lf + (*lf == '\n')) {
		lf = line + strcspn(line, "\n");
		(void)snprintf(text, sizeof(text), "%.*s", (int)(lf - line), line);
		colon = strstr(text, ": ");
		if (colon == NULL || strcspn(text, " ") != (size_t)(colon - text) + 1) {
			tell(NULL, text, b);
			continue;
		}
		*colon = '\0';
		tell(text, colon + 2, b);
	}
}

/* Append one exit status and its meaning, or a sentence if ${status} is NULL, to the help text. */
static void
program_help_status(const char *status, const char *meaning, struct buf *b)
{

	if (status != NULL)
		(void)buf_addf(b, NULL, "  %-5s ", status);
	(void)wrap_add(b, meaning, status != NULL ? 8 : 2, status != NULL ? 8 : 0, PROGRAM_WIDTH,
	    NULL);
}

/* Print the text of --help to standard output. */
static void
program_help(const struct program *prog)
{
	struct buf b = BUF_INIT(PROGRAM_HELP_MAX);
	const struct option_spec *o;

	program_forms(prog, "usage: ", "\n       ", &b);
	(void)buf_addf(&b, NULL, "\n\n%s.\n\nOptions:\n", prog->summary);
	for (o = prog->options; o != NULL && o->name != NULL; o++)
		if (o->help != NULL)
			program_help_option(o, &b);
	(void)buf_adds(&b, program_common, NULL);
	if (prog->description != NULL) {
		(void)buf_add(&b, "\n", 1, NULL);
		(void)wrap_add(&b, prog->description, 0, 0, PROGRAM_WIDTH, NULL);
	}
	if (prog->examples != NULL)
		(void)buf_addf(&b, NULL, "\nExamples:\n%s", prog->examples);
	if (prog->status != NULL) {
		(void)buf_adds(&b, "\nExit status:\n", NULL);
		program_lines(prog->status, program_help_status, &b);
	}
	(void)fwrite(b.p, 1, b.len, stdout);
	buf_free(&b);
}

/* All forms on one line, as messages are. */
static void
program_usage_text(const struct program *prog, struct buf *b)
{

	program_forms(prog, "usage: ", " | ", b);
	(void)buf_adds(b, " (more with --help)", NULL);
}

int
program_usage_error(const struct program *prog, const char *fmt, ...)
{
	struct buf usage = BUF_INIT(4096);
	char msg[512];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(msg, sizeof(msg), fmt, ap);
	va_end(ap);
	program_usage_text(prog, &usage);
	log_error("%s", msg);
	log_error("%s", buf_str(&usage, NULL));
	buf_free(&usage);
	return (STATUS_USAGE);
}

/* One of the words "a|b|c". */
static int
program_choose(const struct program *prog, const struct option_spec *o, const char *v)
{
	char words[200] = "";
	const char *w = o->arg;
	size_t n, len = strlen(v), at = 0;

	for (;; w += n + 1) {
		n = strcspn(w, "|");
		if (n == len && memcmp(w, v, n) == 0) {
			*(const char **)o->out = v;
			return (PROGRAM_GO_ON);
		}
		at += (size_t)snprintf(words + at, sizeof(words) - at, "%s%.*s",
		    at == 0         ? "" :
			w[n] == '|' ? ", " :
				      " or ",
		    (int)n, w);
		if (w[n] == '\0')
			break;
	}
	return (program_usage_error(prog, "--%s takes %s, not '%s'", o->name, words, v));
}

/* A number, within the bounds that "4-16" says. */
static int
program_number(const struct program *prog, const struct option_spec *o, const char *v)
{
	const char *dash = strchr(o->arg, '-');
	uint64_t min = 0, max = UINT64_MAX;
	bool bounded = dash != NULL &&
	    num_u64(o->arg, (size_t)(dash - o->arg), 0, UINT64_MAX, &min) == 0 &&
	    num_u64(dash + 1, strlen(dash + 1), min, UINT64_MAX, &max) == 0;

	if (num_u64(v, strlen(v), min, max, o->out) == 0)
		return (PROGRAM_GO_ON);
	if (bounded)
		return (program_usage_error(prog, "--%s takes %llu to %llu, not '%s'", o->name,
		    (unsigned long long)min, (unsigned long long)max, v));
	return (program_usage_error(prog, "--%s takes a whole number, not '%s'", o->name, v));
}

/* Check ${v} and store it as the option's kind requires; return PROGRAM_GO_ON, or the exit status
 * after a usage error. */
static int
program_set(const struct program *prog, const struct option_spec *o, const char *v)
{
	struct err e = ERR_INIT;
	char uuid[37];

	switch (o->kind) {
	case OPTION_FLAG:
		*(bool *)o->out = true;
		break;
	case OPTION_STRING:
		*(const char **)o->out = v;
		break;
	case OPTION_CHOICE:
		return (program_choose(prog, o, v));
	case OPTION_UUID:
		if (num_uuid(uuid, v))
			return (
			    program_usage_error(prog, "--%s takes a UUID, not '%s'", o->name, v));
		*(const char **)o->out = xstrdup(uuid); /* in small letters */
		break;
	case OPTION_U64:
		return (program_number(prog, o, v));
	case OPTION_CEILING:
		if (num_ceiling(v, o->out, &e))
			return (program_usage_error(prog, "--%s: %s", o->name, e.msg));
		break;
	case OPTION_LIST: {
		struct option_list *l = o->out;

		if (l->n == l->cap)
			l->v = xgrow(l->v, &l->cap, sizeof(*l->v));
		l->v[l->n++] = v;
		break;
	}
	}
	return (PROGRAM_GO_ON);
}

/* The option whose name is the ${len} bytes at ${name}, or NULL; the name has to match in full. */
static const struct option_spec *
program_find(const struct program *prog, const char *name, size_t len)
{
	const struct option_spec *o;

	for (o = prog->options; o != NULL && o->name != NULL; o++)
		if (strlen(o->name) == len && memcmp(o->name, name, len) == 0)
			return (o);
	return (NULL);
}

/* An option that is not there: name the nearest. */
static int
program_unknown(const struct program *prog, const char *arg, size_t len)
{
	const struct option_spec *o, *best = NULL;
	struct buf usage = BUF_INIT(4096);
	struct err e = ERR_INIT;
	char name[NEAR_MAX + 1];
	int least = 1 + (int)len / 3, d;

	program_usage_text(prog, &usage);
	(void)err_set(&e, STATUS_USAGE, "unknown option '%s'", arg);
	(void)snprintf(name, sizeof(name), "%.*s", (int)len, arg + 2);
	for (o = prog->options; o != NULL && o->name != NULL; o++)
		if (o->help != NULL && (d = near_distance(name, o->name)) <= least) {
			least = d - 1;
			best = o;
		}
	if (best != NULL)
		(void)err_hint(&e, "did you mean '--%s'? All of them: --help", best->name);
	else
		(void)err_hint(&e, "%s", buf_str(&usage, NULL));
	buf_free(&usage);
	return (log_err(&e));
}

/* Whether ${arg} is --help, -h, --version, --about, --man or --options, whose answer is then printed. */
static bool
program_answer(const struct program *prog, const char *arg)
{

	if (strcmp(arg, "--help") == 0 || strcmp(arg, "-h") == 0)
		program_help(prog);
	else if (strcmp(arg, "--version") == 0)
		(void)printf("%s %s\n", program_full, AEGIS_VERSION);
	else if (strcmp(arg, "--about") == 0)
		(void)printf("%s\t%s\t%s\n", prog->group, prog->name, prog->summary);
	else if (strcmp(arg, "--man") == 0)
		program_man(prog, program_full);
	else if (strcmp(arg, "--options") == 0)
		program_options(prog);
	else
		return (false);
	return (true);
}

/* What the library remarks is for whoever reads the messages. */
static void
program_notice(const char *text)
{

	log_info("%s", text);
}

int
program_flush(struct err *e)
{

	if (fflush(stdout) == 0 && !ferror(stdout))
		return (0);
	return (io_write_error("standard output", e));
}

int
program_parse(const struct program *prog, int argc, char **argv, char ***operands, int *n)
{
	struct err e = ERR_INIT;
	int i, kept = 0, rc;

	(void)snprintf(program_full, sizeof(program_full), "%s%s",
	    prog->name[0] ? "aegis-" : "aegis", prog->name);
	log_init(program_full);
	notice_to(program_notice);
	os_standard_descriptors();
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGXFSZ, SIG_IGN);
	for (i = 1; i < argc; i++) {
		const char *arg = argv[i], *eq;
		const struct option_spec *o;
		size_t len;

		if (strcmp(arg, "--") == 0) {
			while (++i < argc)
				argv[1 + kept++] = argv[i];
			break;
		}
		if (program_answer(prog, arg)) {
			(void)program_flush(&e);
			return (log_err(&e));
		}
		if (arg[0] != '-' || arg[1] == '\0') {
			argv[1 + kept++] = argv[i];
			continue;
		}
		if (arg[1] != '-')
			return (program_usage_error(prog, "unknown option '%s'", arg));
		eq = strchr(arg, '=');
		len = eq != NULL ? (size_t)(eq - arg) - 2 : strlen(arg) - 2;
		if ((o = program_find(prog, arg + 2, len)) == NULL)
			return (program_unknown(prog, arg, len));
		if (o->kind == OPTION_FLAG && eq != NULL)
			return (program_usage_error(prog, "--%s takes no value", o->name));
		if (o->kind != OPTION_FLAG && eq == NULL && i + 1 >= argc)
			return (program_usage_error(prog, "--%s needs %s", o->name,
			    o->arg ? o->arg : "a value"));
		rc = program_set(prog, o,
		    o->kind == OPTION_FLAG ? NULL :
			eq != NULL         ? eq + 1 :
					     argv[++i]);
		if (rc != PROGRAM_GO_ON)
			return (rc);
	}
	*operands = argv + 1;
	*n = kept;
	if ((unsigned)kept > prog->operands)
		return (program_usage_error(prog, "unexpected argument '%s'",
		    argv[1 + prog->operands]));
	return (PROGRAM_GO_ON);
}
