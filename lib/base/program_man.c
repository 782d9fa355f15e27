/* A program's man page, and its options for a shell that completes them. */

#include "base/program_man.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#ifndef AEGIS_VERSION
#define AEGIS_VERSION "0.1.0"
#endif

/* Text for roff: no line may start with a dot or a quote, "\" and "-" escaped. */
static void
program_roff(const char *s)
{
	bool start = true;

	for (; *s != '\0'; s++) {
		if (start && (*s == '.' || *s == '\''))
			(void)fputs("\\&", stdout);
		start = false;
		if (s[0] == '\n' && s[1] == '\n') {
			(void)fputs("\n.PP\n", stdout);
			s++;
			start = true;
		} else if (*s == '\\') {
			(void)fputs("\\e", stdout);
		} else if (*s == '-') {
			(void)fputs("\\-", stdout);
		} else {
			(void)putchar(*s);
			start = *s == '\n';
		}
	}
	(void)putchar('\n');
}

/* Print a word and what it means in roff, or a paragraph if ${status} is NULL; ${b} is not used. */
static void
program_man_status(const char *status, const char *meaning, struct buf *b)
{

	(void)b;
	if (status != NULL)
		(void)printf(".TP\n.B %s\n", status);
	else
		(void)printf(".PP\n");
	program_roff(meaning);
}

/* Does the program have the option? */
static bool
program_man_has(const struct program *prog, const char *name)
{
	const struct option_spec *o;

	for (o = prog->options; o != NULL && o->name != NULL; o++)
		if (strcmp(o->name, name) == 0)
			return (true);
	return (false);
}

/* What of the environment, and which files, the program looks at: what all share, and its own. */
static void
program_man_places(const struct program *prog)
{
	static const char environment[] =
	    "AEGIS_HOME: Directory of the files that come along (pipelines/, sql/); without it they "
	    "are found from the program's own place.\n"
	    "AEGIS_ETC: Directory of this machine's settings; without it /etc/aegis, in a checkout "
	    "none.";
	static const char files[] =
	    "/etc/aegis/aegis.yaml: Settings of this machine.\n"
	    "/etc/aegis/datasets.yaml: And matrix.yaml, rules.yaml, rules/, audit/: instead of those "
	    "that come along.";

	(void)printf(".SH ENVIRONMENT\n");
	if (prog->environment != NULL)
		program_lines(prog->environment, program_man_status, NULL);
	if (program_man_has(prog, "db"))
		program_lines(
		    "PGHOST: And the other variables of libpq: the database, as for psql(1).",
		    program_man_status, NULL);
	program_lines(environment, program_man_status, NULL);
	(void)printf(".SH FILES\n");
	if (prog->files != NULL)
		program_lines(prog->files, program_man_status, NULL);
	program_lines(files, program_man_status, NULL);
}

void
program_man(const struct program *prog, const char *full)
{
	const struct option_spec *o;
	const char *form;

	(void)printf(".TH %s 1 \"\" \"AEGIS Batch %s\" \"AEGIS Batch\"\n.SH NAME\n", full,
	    AEGIS_VERSION);
	(void)printf("%s \\- ", full);
	program_roff(prog->summary);
	(void)printf(".SH SYNOPSIS\n");
	for (form = prog->usage; *form != '\0'; form += strspn(form, "\n")) {
		char line[400];

		(void)snprintf(line, sizeof(line), "%.*s", (int)strcspn(form, "\n"), form);
		(void)printf("%s.B %s\n", form == prog->usage ? "" : ".br\n", full);
		program_roff(line);
		form += strlen(line);
	}
	if (prog->description != NULL) {
		(void)printf(".SH DESCRIPTION\n");
		program_roff(prog->description);
	}
	(void)printf(".SH OPTIONS\n");
	for (o = prog->options; o != NULL && o->name != NULL; o++) {
		if (o->help == NULL)
			continue;
		(void)printf(".TP\n.BR \\-\\-%s \" %s\"\n", o->name, o->arg ? o->arg : "");
		program_roff(o->help);
	}
	(void)printf(
	    ".TP\n.B \\-\\-help\nPrint the usage and exit.\n"
	    ".TP\n.B \\-\\-version\nPrint the version and exit.\n");
	(void)printf(
	    ".SH EXIT STATUS\n0 done; 1 done, with findings; 64 usage; 65 the data was "
	    "refused and nothing changed; 66 no input; 69 no database; 70 a bug; 73 an output "
	    "cannot be made; 74 reading or writing failed; 75 try again later; 77 not permitted; "
	    "78 configuration.\n");
	if (prog->status != NULL)
		program_lines(prog->status, program_man_status, NULL);
	program_man_places(prog);
	if (prog->examples != NULL) {
		(void)printf(".SH EXAMPLES\n.nf\n");
		program_roff(prog->examples);
		(void)printf(".fi\n");
	}
	(void)printf(".SH SEE ALSO\n.BR aegis (1)\n");
}

void
program_options(const struct program *prog)
{
	const struct option_spec *o;

	for (o = prog->options; o != NULL && o->name != NULL; o++)
		if (o->help != NULL)
			(void)printf("--%s\t%s\n", o->name,
			    o->kind == OPTION_FLAG       ? "" :
				o->kind == OPTION_CHOICE ? o->arg :
				o->arg != NULL           ? "*" :
							   "");
}
