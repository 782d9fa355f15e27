/*
 * The front command.  It knows no stage by name: what lies beside it as
 * aegis-STAGE is one, and says itself what it is (--about).
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/io.h"
#include "base/log.h"
#include "base/near.h"
#include "base/os.h"
#include "base/program.h"
#include "base/screen.h"
#include "base/wrap.h"

enum { NAME_LEN = 48, SUGGESTIONS = 3, LIST_INDENT = 21, LIST_WIDTH = 78 };

static const struct program program = {
	.name = "",
	.group = "aegis",
	.summary = "import and export for AEGIS, in small programs",
	.usage = "STAGE [arguments]\nhelp [STAGE]",
	.description =
	    "Runs the program aegis-STAGE with the arguments: from the directory that this "
	    "program is in, else from PATH. aegis help lists the stages by group; aegis help "
	    "STAGE shows one's manual.",
	.examples =
	    "  aegis help\n"
	    "  aegis help rrc-decode\n"
	    "  aegis db start\n",
	.status = "The stage's; 64: the stage is unknown.",
	.operands = PROGRAM_ANY,
};

struct stage {
	char name[NAME_LEN + 1];
	char group[NAME_LEN + 1];
	char summary[200];
	int distance; /* from what was typed */
};

struct stages {
	struct stage *v;
	size_t n, cap;
};

/* Whether ${s} can be a stage's name: 1 to NAME_LEN lower-case letters, digits and hyphens, not
 * starting with a hyphen. */
static bool
name_is_sound(const char *s)
{
	size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-");

	return (n > 0 && n <= NAME_LEN && s[n] == '\0' && s[0] != '-');
}

/* Put the path of stage ${name} beside the running program into ${dst}; whether that file exists
 * is not checked. */
static int
program_path(char *dst, size_t size, const char *name, struct err *e)
{
	char dir[3000];

	if (os_self_dir(dir, sizeof(dir), e))
		return (-1);
	(void)snprintf(dst, size, "%s/aegis-%s", dir, name);
	return (0);
}

/* Append every executable aegis-NAME in the program's own directory to ${s}; the caller frees its
 * array. */
static int
stages_scan(struct stages *s, struct err *e)
{
	char dir[3000], path[3100];
	struct dirent *de;
	DIR *d;

	if (os_self_dir(dir, sizeof(dir), e))
		return (-1);
	if ((d = opendir(dir)) == NULL)
		return (err_sys(e, STATUS_IO, "cannot read '%s'", dir));
	while ((de = readdir(d)) != NULL) {
		struct stage *st;

		if (strncmp(de->d_name, "aegis-", 6) != 0 || !name_is_sound(de->d_name + 6))
			continue;
		(void)snprintf(path, sizeof(path), "%s/aegis-%.*s", dir, NAME_LEN, de->d_name + 6);
		if (access(path, X_OK) != 0)
			continue;
		if (s->n == s->cap)
			s->v = xgrow(s->v, &s->cap, sizeof(*s->v));
		st = &s->v[s->n++];
		memset(st, 0, sizeof(*st));
		memcpy(st->name, de->d_name + 6, strlen(de->d_name + 6) + 1);
	}
	(void)closedir(d);
	return (0);
}

/* Ask a stage what it is: GROUP TAB NAME TAB SUMMARY.  One that does not answer so
 * stands apart. */
static void
stage_ask(struct stage *st)
{
	char path[3100], about[400], *tab, *second;
	size_t n = 0;
	int fd[2], status;
	ssize_t k;
	pid_t pid;

	memcpy(st->group, "others", sizeof("others"));
	if (program_path(path, sizeof(path), st->name, NULL) || os_pipe(fd, NULL))
		return;
	if ((pid = fork()) == 0) {
		if (dup2(fd[1], STDOUT_FILENO) >= 0)
			(void)execl(path, path, "--about", (char *)NULL);
		_exit(127);
	}
	(void)close(fd[1]);
	while (pid > 0 && n < sizeof(about) - 1 &&
	    (k = io_read(fd[0], about + n, sizeof(about) - 1 - n, path, NULL)) > 0)
		n += (size_t)k;
	(void)close(fd[0]);
	about[n] = '\0';
	about[strcspn(about, "\n")] = '\0';
	if (pid < 0 || os_wait(pid, 0, &status, NULL) < 0 || !WIFEXITED(status) ||
	    WEXITSTATUS(status) != 0 || (tab = strchr(about, '\t')) == NULL ||
	    (second = strchr(tab + 1, '\t')) == NULL)
		return;
	*tab = '\0';
	(void)snprintf(st->group, sizeof(st->group), "%.*s", NAME_LEN, about);
	(void)snprintf(st->summary, sizeof(st->summary), "%.199s", second + 1);
}

/* Order by group, then by name, for qsort(). */
static int
stage_cmp_group(const void *a, const void *b)
{
	const struct stage *x = a, *y = b;
	int c = strcmp(x->group, y->group);

	return (c != 0 ? c : strcmp(x->name, y->name));
}

/* Order by distance from the word that was given, nearest first, then by name, for qsort(). */
static int
stage_cmp_distance(const void *a, const void *b)
{
	const struct stage *x = a, *y = b;

	return (x->distance != y->distance ? (x->distance < y->distance ? -1 : 1) :
					     strcmp(x->name, y->name));
}

/* Print all stages by group, each with its summary; return the exit status. */
static int
list_stages(struct err *e)
{
	struct stages s = { NULL, 0, 0 };
	struct buf out = BUF_INIT(1 << 20);
	const char *group = "";
	size_t i;

	if (stages_scan(&s, e))
		return (log_err(e));
	for (i = 0; i < s.n; i++)
		stage_ask(&s.v[i]);
	if (s.n > 0)
		qsort(s.v, s.n, sizeof(s.v[0]), stage_cmp_group);
	(void)buf_adds(&out, "usage: aegis STAGE [arguments]\n       aegis help [STAGE]\n", e);
	for (i = 0; i < s.n; i++) {
		if (strcmp(group, s.v[i].group) != 0)
			(void)buf_addf(&out, e, "\n%s\n", group = s.v[i].group);
		(void)buf_addf(&out, e, "  %-*s ", LIST_INDENT - 3, s.v[i].name);
		(void)wrap_add(&out, s.v[i].summary, LIST_INDENT, LIST_INDENT, LIST_WIDTH, e);
	}
	free(s.v);
	if (e->status == STATUS_OK)
		(void)screen_print(&out, e);
	buf_free(&out);
	return (log_err(e));
}

/* Report that ${name} is not a stage, suggest similar names as a hint, and return the exit status.
 */
static int
unknown_stage(const char *name)
{
	struct stages s = { NULL, 0, 0 };
	char list[SUGGESTIONS * (NAME_LEN + 6) + 1] = "";
	struct err e = ERR_INIT;
	size_t i, len = strlen(name), shown = 0;

	if (len <= NAME_LEN && stages_scan(&s, NULL) == 0) {
		for (i = 0; i < s.n; i++)
			/* "aegis rules" means rule-load more than anything it resembles. */
			s.v[i].distance = strncmp(s.v[i].name, name, len) == 0 ?
			    0 :
			    near_distance(name, s.v[i].name);
		if (s.n > 0)
			qsort(s.v, s.n, sizeof(s.v[0]), stage_cmp_distance);
		for (i = 0; i < s.n && shown < SUGGESTIONS; i++) {
			if (s.v[i].distance > 1 + (int)len / 3)
				break;
			(void)snprintf(list + strlen(list), sizeof(list) - strlen(list), "%s'%s'",
			    shown ? " or " : "", s.v[i].name);
			shown++;
		}
	}
	free(s.v);
	(void)err_set(&e, STATUS_USAGE, "'%s' is not a stage; aegis help lists them", name);
	if (shown > 0)
		(void)err_hint(&e, "did you mean %s?", list);
	return (log_err(&e));
}

/* Replace this process by the stage's program, beside this one or in PATH; return an exit status
 * only if that fails. */
static int
run_stage(const char *name, char **argv)
{
	struct err e = ERR_INIT;
	char path[3100], *base;

	if (!name_is_sound(name))
		return (unknown_stage(name));
	if (program_path(path, sizeof(path), name, &e))
		return (log_err(&e));
	base = strrchr(path, '/') + 1;
	argv[0] = base;
	(void)execv(path, argv);
	if (errno == ENOENT)
		(void)execvp(base, argv);
	if (errno == ENOENT)
		return (unknown_stage(name));
	(void)err_sys(&e, STATUS_CONFIG, "cannot run '%s'", path);
	return (log_err(&e));
}

/* Show the stage's manual page on a terminal if man(1) can, otherwise run the stage with --help;
 * return only on failure. */
static int
help_stage(const char *name)
{
	char help[] = "--help", page[3200], dir[3000];
	char *argv[] = { NULL, help, NULL };
	static const char *const up[] = { "..", "../.." };
	size_t i;

	if (isatty(STDOUT_FILENO) && name_is_sound(name) &&
	    os_self_dir(dir, sizeof(dir), NULL) == 0)
		for (i = 0; i < sizeof(up) / sizeof(up[0]); i++) {
			(void)snprintf(page, sizeof(page), "%s/%s/man/man1/aegis-%s.1", dir, up[i],
			    name);
			/* Where there is no man(1) this returns. */
			if (access(page, R_OK) == 0)
				(void)execlp("man", "man", "-l", page, (char *)NULL);
		}
	return (run_stage(name, argv));
}

int
main(int argc, char **argv)
{
	struct err e = ERR_INIT;
	char **operands;
	int n, rc;

	os_standard_descriptors();
	log_init("aegis");
	if (argc < 2) {
		log_error("usage: aegis STAGE [arguments]; aegis help lists the stages");
		return (STATUS_USAGE);
	}
	if (strcmp(argv[1], "help") == 0 && argc > 2)
		return (argc > 3 ? unknown_stage(argv[3]) : help_stage(argv[2]));
	if (strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0 ||
	    strcmp(argv[1], "-h") == 0)
		return (list_stages(&e));
	if (argv[1][0] != '-')
		return (run_stage(argv[1], argv + 1));
	if (strcmp(argv[1], "--version") != 0 && strcmp(argv[1], "--man") != 0 &&
	    strcmp(argv[1], "--about") != 0) {
		log_error("unknown option '%s'; aegis help lists the stages", argv[1]);
		return (STATUS_USAGE);
	}
	rc = program_parse(&program, 2, argv, &operands, &n);
	return (rc == PROGRAM_GO_ON ? STATUS_BUG : rc);
}
