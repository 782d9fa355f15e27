/* aegis source-keep: keep sources so that what was made of them can be shown again. */

#include <stdio.h>
#include <unistd.h>

#include "base/log.h"
#include "base/program.h"
#include "stream/keep.h"

static const char *dir;

static const struct option_spec options[] = {
	{ "to", OPTION_STRING, "DIR", &dir, "Directory that keeps them; it is made if need be." },
	{ NULL, OPTION_FLAG, NULL, NULL, NULL },
};

static const struct program program = {
	.name = "source-keep",
	.group = "Import",
	.summary = "keep sources, so that what was made of them can be shown again",
	.usage = "--to DIR FILE...",
	.options = options,
	.description =
	    "Writes each FILE (plain, gzip, zip, tar or zstd; of an archive each file in it) to DIR as "
	    "seekable zstd: any zstd(1) unpacks it, and aegis-trace reads the record that a value came "
	    "from in one piece of 4 MiB. The file is called NAME-DIGITS.zst, with the first digits of "
	    "the SHA-256 of FILE as it was published, which the books name; the whole digest stands in "
	    "it. What is kept already is left alone. The paths are printed, one a line.",
	.examples =
	    "  aegis source-keep --to kept dbf900.ebc.gz\n"
	    "  aegis trace --tenant $TENANT --sources kept 42-003-00123\n",
	.status =
	    "65: a file is broken, or was changed while it was being read\n"
	    "66: a file is missing",
	.operands = PROGRAM_ANY,
};

/* keep_fn: one that is kept now. */
static void
kept(void *cookie, const char *path, bool before)
{

	(void)cookie;
	(void)printf("%s\n", path);
	if (before)
		log_info("'%s' was kept already", path);
}

int
main(int argc, char **argv)
{
	struct err e = ERR_INIT;
	char **files;
	int n, rc, i;

	if ((rc = program_parse(&program, argc, argv, &files, &n)) != PROGRAM_GO_ON)
		return (rc);
	if (dir == NULL)
		return (program_usage_error(&program, "--to is missing"));
	if (n == 0)
		return (program_usage_error(&program, "FILE is missing"));
	for (i = 0; i < n && e.status == STATUS_OK; i++)
		(void)keep_write(files[i], dir, kept, NULL, &e);
	(void)program_flush(&e);
	return (log_err(&e));
}
