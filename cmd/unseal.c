/* aegis unseal: print the rows of sealed streams as plain CSV. */

#include <unistd.h>

#include "base/log.h"
#include "base/program.h"
#include "stream/plain.h"

static bool spool, books;
static const char *kind = "";

static const struct option_spec options[] = {
	{ "spool", OPTION_FLAG, NULL, &spool,
	    "Print only what a valid seal has closed; rows wait in a file in TMPDIR." },
	{ "books", OPTION_FLAG, NULL, &books,
	    "Print the stages' books of each stream instead of its rows." },
	{ "kind", OPTION_STRING, "KIND", &kind,
	    "Refuse streams of another kind; a KIND that ends in ':' stands for all that begin "
	    "with it." },
	{ NULL, OPTION_FLAG, NULL, NULL, NULL },
};

static const struct program prog = {
	.name = "unseal",
	.group = "Streams",
	.summary = "print the rows of a sealed stream as plain CSV",
	.usage = "[--spool | --books] [--kind KIND] [FILE]",
	.options = options,
	.description =
	    "Reads one or more sealed streams of one kind and the same columns from FILE or standard "
	    "input, checks them, and prints CSV with the row of column names once. The second column "
	    "that a stream of one column was given is dropped.\n\n"
	    "Rows are printed as they come. If the seal is missing or wrong, those before it have "
	    "been printed: look at the exit status before you use them, or give --spool.",
	.examples =
	    "  aegis rrc-decode --layout dbf900 --view well dbf900.gz | aegis unseal | head\n"
	    "  aegis unseal --books < wells.stream\n",
	.status = "65: a stream is cut, changed, or not followed by its seal",
	.operands = 1,
};

int
main(int argc, char **argv)
{
	struct err e = ERR_INIT;
	const char *path;
	char **files;
	int n, rc;

	if ((rc = program_parse(&prog, argc, argv, &files, &n)) != PROGRAM_GO_ON)
		return (rc);
	if (n > 1)
		return (program_usage_error(&prog, "one file at a time, not %d", n));
	if (spool && books)
		return (program_usage_error(&prog, "--spool and --books exclude each other"));
	path = n > 0 ? files[0] : "-";
	if (books)
		(void)plain_books(path, kind, STDOUT_FILENO, &e);
	else
		(void)plain_unseal(path, kind, spool, STDOUT_FILENO, &e);
	return (log_err(&e));
}
