/* aegis rrc-layout: make a layout of the COBOL description in a manual of the Railroad Commission. */

#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "base/log.h"
#include "base/program.h"
#include "cobol/cobol_facts.h"
#include "cobol/cobol_layout.h"
#include "cobol/cobol_read.h"

static const char *name, *title, *form = "yaml";
static uint64_t length;

static const struct option_spec options[] = {
	{ "name", OPTION_STRING, "NAME", &name,
	    "Name of the layout (default: what a line * LAYOUT NAME gives)." },
	{ "title", OPTION_STRING, "TEXT", &title, "Title of the layout." },
	{ "length", OPTION_U64, "1-32768", &length,
	    "Length of a record in bytes (default: what most records sum to)." },
	{ "format", OPTION_CHOICE, "yaml|csv", &form,
	    "A layout file, or a table with a row for each item (default: yaml)." },
	{ NULL, OPTION_FLAG, NULL, NULL, NULL },
};

static const struct program program = {
	.name = "rrc-layout",
	.group = "Import",
	.summary = "make a layout of the COBOL description in a manual",
	.usage = "[options] [FILE]",
	.options = options,
	.description =
	    "Reads data description entries, as a manual prints them, from FILE or standard "
	    "input: levels, PIC, OCCURS, REDEFINES, USAGE, VALUE, level 88; after the full stop "
	    "of an entry, the position that is printed for it.  Lines that hold no entry are "
	    "skipped, so that a manual's text can be taken page by page.  Comment lines say what "
	    "COBOL does not: * LAYOUT NAME, * TITLE TEXT, * LENGTH BYTES, and before each record "
	    "* RECORD ID NAME [UNDER ID] [KEY FIELD...].  doc/formats/cobol.md has an example.\n\n"
	    "Places are sums of widths.  Each line where a printed position, a redefinition, a "
	    "value or a record's length disagrees with the sums is a finding: the manual "
	    "contradicts itself there.  The layout is written all the same.  It has no views.",
	.examples =
	    "  aegis rrc-layout P4A002.txt > pipelines/layouts/p4f606.yaml\n"
	    "  aegis rrc-layout --format csv --name p4f606 P4A002.txt | less\n",
	.status =
	    "1: written; the description contradicts itself\n"
	    "65: the description cannot be understood\n"
	    "66: the file cannot be read",
	.operands = 1,
};

/* Name each place where the description contradicts itself.  Return how many there are. */
static size_t
report(const struct cobol *c, const char *file)
{
	size_t i;

	for (i = 0; i < c->nnotes; i++)
		log_warning("%s:%zu: %s", file, c->notes[i].line, c->notes[i].text);
	if (c->skipped > 0)
		log_info("%zu lines of '%s' hold no entry and are skipped", c->skipped, file);
	return (c->nnotes);
}

/* Read ${file} and write what was asked for.  Return 0, or -1 with ${e} set. */
static int
make(struct cobol *c, const char *file, struct err *e)
{
	struct buf out = BUF_INIT(COBOL_MAX_TEXT);
	int rc;

	c->name = name;
	c->title = title;
	c->length = length;
	rc = cobol_read(file, c, e);
	if (rc == 0 && c->name == NULL) {
		(void)err_set(e, STATUS_USAGE, "the layout has no name");
		rc = err_hint(e, "give --name, or a line * LAYOUT NAME in '%s'", file);
	}
	if (rc == 0)
		rc = strcmp(form, "csv") == 0 ? cobol_facts(c, &out, e) :
						cobol_layout(c, file, &out, e);
	if (rc == 0)
		rc = io_write_all(STDOUT_FILENO, out.p, out.len, "standard output", e);
	buf_free(&out);
	return (rc);
}

int
main(int argc, char **argv)
{
	struct err e = ERR_INIT;
	struct cobol c = { .name = NULL };
	const char *file;
	char **operands;
	size_t notes;
	int n, rc;

	if ((rc = program_parse(&program, argc, argv, &operands, &n)) != PROGRAM_GO_ON)
		return (rc);
	file = n > 0 ? operands[0] : "-";
	rc = make(&c, file, &e);
	notes = report(&c, file);
	cobol_free(&c);
	return (rc == 0 && notes > 0 ? STATUS_FINDINGS : log_err(&e));
}
