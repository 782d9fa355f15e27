/* aegis rrc-decode: decode a bulk file of the Railroad Commission of Texas into a sealed stream. */

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/os.h"
#include "base/program.h"
#include "base/progress.h"
#include "base/report.h"
#include "rrc/decode.h"
#include "rrc/files.h"
#include "rrc/identify.h"
#include "rrc/layout.h"
#include "rrc/layout_load.h"
#include "rrc/spools.h"
#include "rrc/view.h"
#include "stream/writer.h"

static struct decode_options opt = {
	.max_rejects = { .is_share = true, .share = 0.001 },
	.max_flaws = { .is_share = true, .share = 0.05 },
	.fd = STDOUT_FILENO,
	.fd_name = "standard output",
};
static const char *layout_name, *encoding = "auto", *member, *form = "text", *into;
static struct option_list views;
static bool identify;

static const struct option_spec options[] = {
	{ "layout", OPTION_STRING, "NAME|FILE", &layout_name,
	    "Layout of the records: a name under pipelines/layouts, or a file." },
	{ "view", OPTION_LIST, "NAME", &views,
	    "Write one row for each record of the layout's view NAME, with its columns converted; "
	    "with --into may be given more than once." },
	{ "into", OPTION_STRING, "DIR", &into,
	    "Write each view to a stream of its own, DIR/LAYOUT-VIEW.sealed, in one pass; its bad "
	    "records to DIR/LAYOUT-VIEW.rej." },
	{ "segment", OPTION_STRING, "ID", &opt.segment,
	    "Write the records of segment ID as they are, with the keys of those above." },
	{ "split", OPTION_STRING, "DIR", &opt.split,
	    "Write each segment to a stream of its own, DIR/LAYOUT-ID.rrc, in one pass." },
	{ "encoding", OPTION_STRING, "WHICH", &encoding,
	    "Encoding: ebcdic, ascii or auto, which looks at the first records (default: auto)." },
	{ "rejects", OPTION_STRING, "FILE", &opt.rejects,
	    "Reject file for bad records and rows with faulty values; without it the first bad "
	    "record ends the run." },
	PROGRAM_OPTION_MAX_REJECTS(&opt.max_rejects),
	PROGRAM_OPTION_MAX_FLAWS(&opt.max_flaws),
	{ "member", OPTION_STRING, "NAME|PATTERN", &member,
	    "File inside a zip, tar or directory; several that fit a pattern such as '*.dat' follow each other." },
	{ "source", OPTION_STRING, "NAME", &opt.source,
	    "Source name in the stream and in messages (default: its path)." },
	{ "identify", OPTION_FLAG, NULL, &identify,
	    "Tell what each FILE, or each file inside it, is." },
	PROGRAM_OPTION_FORMAT(&form),
	STREAM_OPTION_FRAMES,
	{ NULL, OPTION_FLAG, NULL, NULL, NULL },
};

static const struct program program = {
	.name = "rrc-decode",
	.group = "Import",
	.summary = "decode a bulk file of the Railroad Commission of Texas into a sealed stream",
	.usage =
	    "--layout NAME --view NAME [options] [FILE]\n--layout NAME --segment ID [options] [FILE]\n--layout NAME --split DIR [options] [FILE]\n--layout NAME --view NAME... --into DIR [options] [FILE]\n--identify FILE...",
	.options = options,
	.description =
	    "Reads FILE, or standard input: plain, gzip, zip, tar or zstd, or a directory; records in "
	    "EBCDIC, cut by length, or in ASCII, cut by line ends; delimited text; JSON.  A file "
	    "whose first records do not fit the layout, by their ids, lengths, columns or values, "
	    "is refused.\n\n"
	    "--identify tries all layouts on the first bytes of each file, and reports which fits: "
	    "with its encoding, the date in its name, the newest date in it, and how many records "
	    "and values fit; or what the file is instead.\n\n"
	    "A view has one row for each well, lease, permit, ... and does all conversion.  "
	    "--segment and --split give the records themselves: numbers as they stand, with "
	    "their leading zeros.\n\n"
	    "A record is rejected if its id is unknown, its length wrong, its parent missing "
	    "or its key faulty, and so are those below it that would make rows.  After an unknown "
	    "id all records up to the next root are without a parent.  A faulty value elsewhere "
	    "is NULL, and the row counts as flawed.",
	.examples =
	    "  aegis rrc-decode --layout dbf900 --view well dbf900.ebc.gz | aegis unseal\n"
	    "  aegis rrc-decode --layout dbf900 --split segments --rejects bad.rej dbf900.ebc\n"
	    "  aegis rrc-decode --identify inbox/*\n",
	.status =
	    "1: --identify: a file is not known\n"
	    "65: the file does not fit the layout, a limit was exceeded, or a record is bad and --rejects is not given\n"
	    "66: the input is missing or empty",
	.operands = PROGRAM_ANY,
};

/* Log one stream's counts; without --split only if records were rejected or flawed. */
static void
report(void *cookie, const char *name, const struct book *b)
{

	(void)cookie;
	if (opt.split == NULL && b->rejected == 0 && b->flawed == 0)
		return;
	log_info("%s: %llu rows of %llu records; %llu skipped, %llu rejected, %llu flawed", name,
	    (unsigned long long)b->rows, (unsigned long long)b->read,
	    (unsigned long long)b->skipped, (unsigned long long)b->rejected,
	    (unsigned long long)b->flawed);
}

/* The file does not fit: say what it seems to be, where it can be read once more. */
static void
advise(const char *path, struct err *e)
{
	char what[200];

	if (e->status != STATUS_DATA || strstr(e->msg, "does not fit") == NULL ||
	    strcmp(path, "-") == 0)
		return;
	identify_name(path, member, what, sizeof(what));
	if (what[0] != '\0' &&
	    (strncmp(what, layout_name, strlen(layout_name)) != 0 ||
		what[strlen(layout_name)] != ' '))
		(void)err_advise(e, "it looks like %s: --layout", what);
}

/* Report what each of the ${n} files is. */
static int
identify_all(char **files, int n)
{
	struct identify *id = identify_new();
	struct report *r = report_new(form);
	struct err e = ERR_INIT;
	size_t unknown = 0;
	int i;

	report_list(r, NULL);
	for (i = 0; i < n && e.status == STATUS_OK; i++)
		(void)identify_file(id, files[i], r, &unknown, &e);
	report_close(r);
	(void)report_print(r, NULL, &e);
	report_free(r);
	identify_free(id);
	return (e.status == STATUS_OK && unknown > 0 ? STATUS_FINDINGS : log_err(&e));
}

/* Open the layout and the input at ${path} and decode it with the options given. */
static int
decode(const char *path, struct err *e)
{
	struct layout *layout;
	struct files *files = NULL;
	int rc = -1;

	if (probe_encoding(encoding, &opt.encoding, e) ||
	    (layout = layout_find(layout_name, e)) == NULL)
		return (-1);
	opt.layout = layout;
	opt.view = views.n > 0 ? views.v[0] : NULL;
	if (view_check(layout, e) == 0 && (files = files_open(&opt, path, member, e)) != NULL) {
		rc = into != NULL ?
		    spools_write(&opt, &views, into, files_input(files), report, NULL, e) :
		    decode_run(&opt, files_input(files), report, NULL, e);
		files_close(files);
	}
	advise(path, e);
	layout_free(layout);
	return (rc);
}

int
main(int argc, char **argv)
{
	struct err e = ERR_INIT;
	char run[37], **operands;
	int n, rc;

	if ((rc = program_parse(&program, argc, argv, &operands, &n)) != PROGRAM_GO_ON)
		return (rc);
	if (identify)
		return (n == 0 ? program_usage_error(&program, "--identify needs a FILE") :
				 identify_all(operands, n));
	if (layout_name == NULL)
		return (program_usage_error(&program, "--layout is missing"));
	if ((views.n > 0) + (opt.segment != NULL) + (opt.split != NULL) != 1 ||
	    (views.n > 1 && into == NULL))
		return (program_usage_error(&program,
		    "give one of --view, --segment and --split, or several --view with --into"));
	if (into != NULL && (views.n == 0 || opt.rejects != NULL))
		return (program_usage_error(&program,
		    "--into goes with --view, and names the reject files itself"));
	if (n > 1)
		return (program_usage_error(&program, "one FILE at a time"));
	if ((opt.run = getenv("AEGIS_RUN")) == NULL || opt.run[0] == '\0') {
		os_uuid(run);
		opt.run = run;
	}
	progress_init("rrc-decode");
	(void)decode(n > 0 ? operands[0] : "-", &e);
	return (log_err(&e));
}
