/* aegis audit-check: check audit archives and their chain, offline. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "archive/bag.h"
#include "archive/index.h"
#include "archive/proof.h"
#include "audit/extract.h"
#include "audit/gather.h"
#include "audit/inspect_chain.h"
#include "audit/inspect_report.h"
#include "base/io.h"
#include "base/log.h"
#include "base/program.h"
#include "base/progress.h"
#include "base/report.h"

static struct option_list opt_keys, opt_expect;
static const char *opt_prove, *opt_output, *opt_proof, *opt_line, *report = "text";
static bool opt_without;
static struct inspect_options o;
static struct gather archives;

static const struct option_spec options[] = {
	{ "key", OPTION_LIST, "FILE", &opt_keys,
	    "Public key, FILE.vkey of audit-keygen; may be given more than once, for keys that "
	    "followed each other." },
	{ "without-key", OPTION_FLAG, NULL, &opt_without,
	    "Check no signature: accidents are found, forgeries are not." },
	{ "expect-checkpoint", OPTION_LIST, "FILE", &opt_expect,
	    "Checkpoint kept from an earlier visit; the archives must still contain what it "
	    "covers." },
	{ "prove", OPTION_STRING, "ID", &opt_prove,
	    "Write the proof that the row ID is archived: DIR/ID.proof and its line DIR/ID.json." },
	{ "output-dir", OPTION_STRING, "DIR", &opt_output,
	    "With --prove: directory for the two files (default: .)." },
	{ "check-proof", OPTION_STRING, "FILE", &opt_proof,
	    "Check a proof; no archive is needed." },
	{ "line", OPTION_STRING, "FILE", &opt_line,
	    "With --check-proof: the row's line (default: FILE.json beside FILE.proof)." },
	PROGRAM_OPTION_FORMAT(&report),
	{ NULL, OPTION_FLAG, NULL, NULL, NULL },
};

static const struct program program = {
	.name = "audit-check",
	.group = "Audit",
	.summary = "check audit archives and their chain, offline",
	.usage = "--key FILE [options] DIR...\n--key FILE --check-proof FILE",
	.options = options,
	.description =
	    "Checks archives of audit-pack: DIR is where they are kept (one chain for each table), the "
	    "directory of one table, archives one by one, or a view of audit-extract. Every file is read, every digest, count "
	    "and signature compared, the Merkle tree built again from the rows, and each archive compared "
	    "with the one before: whatever was edited, removed, added, put in another order, "
	    "compressed again, renamed, or sealed twice is a finding.\n\n"
	    "Archives missing at the end leave no trace among the others. An auditor keeps the file "
	    "'checkpoint' of the last archive he has seen, and gives it the next time with "
	    "--expect-checkpoint: then a lost tail, and a rewritten history, are findings, too. "
	    "Without one the report says \"tail not anchored\".\n\n"
	    "No database and no HMAC key is needed. The verdicts on the rows' own signatures are "
	    "those of the export: they are counted, not computed again. doc/auditor.md "
	    "tells it on two pages; verify.sh does most of it without this program.",
	.examples =
	    "  aegis audit-check --key audit.key.vkey /srv/audit\n"
	    "  aegis audit-check --key audit.key.vkey \\\n"
	    "      --expect-checkpoint 2025.checkpoint /srv/audit\n"
	    "  aegis audit-check --key audit.key.vkey --prove $ROW /srv/audit/audit_logs\n",
	.status =
	    "1: there are findings\n"
	    "66: no archive was found\n"
	    "78: not a public key",
	.operands = PROGRAM_ANY,
};

/* Load the public keys of all files given into the options; files without any key are an error. */
static int
load_keys(struct err *e)
{
	size_t i;

	for (i = 0; i < opt_keys.n; i++)
		if (note_keys_load(&o.keys, opt_keys.v[i], e))
			return (-1);
	if (opt_keys.n > 0 && o.keys.n == 0)
		return (err_set(e, STATUS_CONFIG, "'%s' has no key", opt_keys.v[0]));
	return (0);
}

/* A checkpoint that is not signed by a key that is known is worth nothing. */
static int
load_held(struct err *e)
{
	struct buf b = BUF_INIT(NOTE_MAX);
	enum note_result r;
	size_t i, n;
	int rc = 0;

	o.held = xcalloc(opt_expect.n + 1, sizeof(*o.held));
	for (i = 0; i < opt_expect.n && rc == 0; i++, o.nheld++) {
		b.len = 0;
		o.held[i].path = opt_expect.v[i];
		if (io_slurp_regular(opt_expect.v[i], &b, e))
			rc = -1;
		else if ((r = note_open(b.p, b.len, &o.keys, &o.held[i].c, &n, e)) == NOTE_BAD)
			rc = err_prefix(e, "'%s'", opt_expect.v[i]);
		else if (r == NOTE_UNSIGNED && o.keys.n > 0)
			rc = err_set(e, STATUS_DATA, "'%s' is not signed by a key that was given",
			    opt_expect.v[i]);
	}
	buf_free(&b);
	return (rc);
}

/* Write the row's proof and its line as UUID.proof and UUID.json; refused if the archives have
 * findings. */
static int
write_proof(struct inspect *k, struct err *e)
{
	struct buf out = BUF_INIT(NOTE_MAX * 2);
	char name[64];
	struct proof p;
	int rc = -1;

	if (!k->found)
		return (err_set(e, STATUS_NOINPUT, "no archive of '%s' has the row %s", k->table,
		    opt_prove));
	if (k->n > 0 || !k->tree_known)
		return (err_set(e, STATUS_DATA,
		    "nothing is proved by archives that are not whole, from the first one on"));
	p.index = k->index;
	if (merkle_path(k->leaves, k->index, k->tree.size, p.path, &p.n, e) == 0 &&
	    proof_write(&p, &k->checkpoint, &out, e) == 0) {
		(void)snprintf(name, sizeof(name), "%.36s.proof", opt_prove);
		rc = bag_put(opt_output, name, out.p, out.len, e);
		(void)snprintf(name, sizeof(name), "%.36s.json", opt_prove);
		if (rc == 0)
			rc = bag_put(opt_output, name, k->line.p, k->line.len, e);
	}
	buf_free(&out);
	return (rc);
}

/* Check a proof file, its checkpoint's signature and its line offline; return the exit status,
 * STATUS_FINDINGS if they do not fit. */
static int
check_proof(struct err *e)
{
	struct buf text = BUF_INIT(NOTE_MAX * 2), line = BUF_INIT(ZST_LINE_MAX);
	unsigned char leaf[MERKLE_HASH];
	char path[CHAIN_PATH];
	struct checkpoint c;
	struct merkle m;
	struct proof p;
	const char *note;
	size_t n, body;
	enum note_result r;
	int rc = STATUS_FINDINGS;

	n = strlen(opt_proof);
	(void)snprintf(path, sizeof(path), "%.*s.json",
	    (int)(n > 6 && strcmp(opt_proof + n - 6, ".proof") == 0 ? n - 6 : n), opt_proof);
	if (io_slurp_regular(opt_proof, &text, e) ||
	    io_slurp_regular(opt_line != NULL ? opt_line : path, &line, e))
		return (log_err(e));
	if (line.len > 0 && line.p[line.len - 1] == '\n')
		line.len--;
	merkle_init(&m);
	merkle_leaf(&m, line.p, line.len, leaf);
	merkle_end(&m);
	if (proof_read(text.p, text.len, &p, &note, &n, e) ||
	    (r = note_open(note, n, &o.keys, &c, &body, e)) == NOTE_BAD)
		log_error("%s", e->msg);
	else if (r == NOTE_UNSIGNED && o.keys.n > 0)
		log_error("the checkpoint is not signed by a key that was given");
	else if (!merkle_proves(leaf, p.index, c.size, (const unsigned char(*)[MERKLE_HASH])p.path,
		     p.n, c.root))
		log_error(
		    "the line is not row %llu of '%s', or the proof is not of this checkpoint",
		    (unsigned long long)p.index, c.origin);
	else
		rc = STATUS_OK;
	if (rc == STATUS_OK)
		log_info("the line is row %llu of the %llu of '%s'%s", (unsigned long long)p.index,
		    (unsigned long long)c.size, c.origin,
		    o.keys.n > 0 ? "" : " (no signature was checked)");
	buf_free(&text);
	buf_free(&line);
	return (rc);
}

/* Check the extract at ${path} and log its counts; return the exit status, STATUS_FINDINGS if
 * something is wrong. */
static int
check_view(const char *path, struct err *e)
{
	struct extract_result r;
	int rc;

	if ((rc = extract_check(path, &o.keys, &r, e)) < 0)
		return (log_err(e));
	if (rc > 0) {
		log_error("'%s': view of %s: %s", path, r.archive, e->msg);
		return (STATUS_FINDINGS);
	}
	log_info(
	    "view of %s: %llu lines, %llu shown, %llu redacted (not checked), %llu hidden; none "
	    "was changed, added or left out%s",
	    r.archive, (unsigned long long)r.lines, (unsigned long long)r.shown,
	    (unsigned long long)r.redacted, (unsigned long long)r.hidden,
	    o.keys.n > 0 ? "" : " (no signature was checked)");
	return (STATUS_OK);
}

/* Print the results of ${n} inspected chains as one report on standard output. */
static int
write_report(struct inspect *const *k, size_t n, struct err *e)
{
	struct report *r = report_new(report);
	size_t i;
	int rc;

	report_list(r, NULL);
	for (i = 0; i < n; i++)
		inspect_report(k[i], r);
	report_close(r);
	rc = report_print(r, NULL, e);
	report_free(r);
	return (rc);
}

/* A checkpoint of a log that is not there at all. */
static void
unused_held(struct inspect *k)
{
	size_t i;

	for (i = 0; i < o.nheld; i++)
		if (!o.held[i].used)
			inspect_add(k, "", "missing_archive",
			    "'%s' is of '%s': no archive of it is here", o.held[i].path,
			    o.held[i].c.origin);
}

/* Inspect the chains of all tables, report them, and write a proof if asked; return the exit
 * status. */
static int
check_all(struct err *e)
{
	struct inspect *k[GATHER_CHAINS];
	size_t i, n = 0, findings = 0;
	int rc = 0;

	for (i = 0; i < GATHER_CHAINS && rc == 0; i++) {
		if (archives.chains[i].n == 0)
			continue;
		o.whole = i != GATHER_SINGLE;
		if ((k[n] = inspect_chain(&o, &archives.chains[i], e)) == NULL)
			rc = -1;
		else
			n++;
	}
	if (rc == 0) {
		unused_held(k[n - 1]);
		for (i = 0; i < n; i++)
			findings += k[i]->n;
		rc = write_report(k, n, e);
	}
	if (rc == 0 && opt_prove != NULL)
		rc = n != 1 ? err_set(e, STATUS_USAGE, "--prove takes the archives of one table") :
			      write_proof(k[0], e);
	for (i = 0; i < n; i++)
		inspect_free(k[i]);
	if (findings > 0)
		return (STATUS_FINDINGS);
	return (log_err(e));
}

int
main(int argc, char **argv)
{
	unsigned char id[INDEX_ID_SIZE];
	struct err e = ERR_INIT;
	char **paths;
	int n, rc, i;

	if ((rc = program_parse(&program, argc, argv, &paths, &n)) != PROGRAM_GO_ON)
		return (rc);
	if ((opt_keys.n > 0) == opt_without)
		return (program_usage_error(&program, "--key FILE or --without-key is needed"));
	if ((n > 0) == (opt_proof != NULL))
		return (program_usage_error(&program, "archives are missing: DIR..."));
	if (opt_prove != NULL && index_id(opt_prove, strlen(opt_prove), id))
		return (program_usage_error(&program, "--prove: '%s' is not a UUID", opt_prove));
	if (opt_output == NULL)
		opt_output = ".";
	o.prove = opt_prove;
	progress_init("audit-check");
	if (load_keys(&e) || load_held(&e))
		return (log_err(&e));
	if (opt_proof != NULL)
		return (check_proof(&e));
	if (n == 1 && extract_is(paths[0]))
		return (check_view(paths[0], &e));
	for (i = 0; i < n; i++)
		if (gather_path(&archives, paths[i], &e))
			return (log_err(&e));
	rc = check_all(&e);
	gather_free(&archives);
	return (rc);
}
