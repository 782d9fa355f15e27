/* audit-pack: from a stream with verdicts to a sealed archive. */

#include "audit/pack.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/bag.h"
#include "archive/index.h"
#include "archive/note.h"
#include "audit/audit_input.h"
#include "audit/line.h"
#include "audit/sheet.h"
#include "audit/summary.h"
#include "audit/tally.h"
#include "base/io.h"
#include "base/num.h"
#include "base/progress.h"

#define PACK_TMP ".tmp-"

enum { PACK_LINE = 16 << 20, PACK_SHEET = 1 << 20 };

/* A file of the archive that is being written. */
struct pack_file {
	int fd;
	char path[CHAIN_PATH];
	struct zst_writer *zst;
};

struct pack {
	const struct pack_options *o;
	struct pack_result *r;
	struct audit_input in;
	struct manifest m;
	char dir[CHAIN_PATH]; /* of the table */
	char name[CHAIN_NAME];
	char tmp[CHAIN_PATH]; /* the bag while it grows; "": there is none */
	int lock;
	struct ed25519 *key;
	struct note_key signer;
	struct index *index;
	struct merkle tree;
	struct pack_file rows, verdicts, sheet;
	struct buf line, csv;
	struct tally *tally;
	struct err err; /* of clean-up, which nobody hears */
};

/* Write DIR/NAME and the suffix ${end} to ${dst}; STATUS_USAGE if the path is too long. */
static int
pack_path(char dst[CHAIN_PATH], const char *dir, const char *name, const char *end, struct err *e)
{

	if (snprintf(dst, CHAIN_PATH, "%s/%s%s", dir, name, end) >= CHAIN_PATH)
		return (err_set(e, STATUS_USAGE, "the path '%.60s...' is too long", dir));
	return (0);
}

/* The signing key, and its name, which stands in KEY.vkey. */
static int
pack_key(struct pack *p, struct err *e)
{
	unsigned char pub[ED25519_PUBLIC];
	struct note_keys keys = { NULL, 0, 0 };
	char path[CHAIN_PATH];
	int rc = -1;

	if ((p->key = ed25519_load(p->o->key, e)) == NULL)
		return (-1);
	if (snprintf(path, sizeof(path), "%s.vkey", p->o->key) >= (int)sizeof(path))
		return (err_set(e, STATUS_USAGE, "the path of the key is too long"));
	ed25519_public(p->key, pub);
	if (note_keys_load(&keys, path, e) == 0) {
		if (keys.n != 1 || memcmp(keys.v[0].pub, pub, sizeof(pub)) != 0)
			(void)err_set(e, STATUS_CONFIG, "'%s' is not the public key of '%s'", path,
			    p->o->key);
		else
			rc = 0;
	}
	if (rc == 0)
		p->signer = keys.v[0];
	free(keys.v);
	return (rc);
}

/* Directories and files that an export left behind when it was killed. */
static int
pack_sweep(const char *dir, struct err *e)
{
	char path[CHAIN_PATH];
	struct dirent *d;
	DIR *h;
	int rc = 0;

	if ((h = opendir(dir)) == NULL)
		return (err_sys(e, STATUS_IO, "cannot read '%s'", dir));
	while (rc == 0 && (d = readdir(h)) != NULL) {
		if (strncmp(d->d_name, PACK_TMP, strlen(PACK_TMP)) != 0)
			continue;
		if (pack_path(path, dir, d->d_name, "", e) == 0)
			rc = io_remove_tree(path, e);
	}
	(void)closedir(h);
	return (rc);
}

/* Does the period follow the last archive's?  1: it is sealed already. */
static int
pack_follows(struct pack *p, const struct period *w, const struct manifest *last, struct err *e)
{
	char text[PERIOD_TEXT], lasts[PERIOD_TEXT];
	char sha256[DIGEST_SHA256_HEX + 1];
	struct manifest m;
	struct chain c;
	int rc = -1;
	size_t i;

	if (w->from == last->period.to)
		return (0);
	(void)period_text(text, w);
	(void)period_text(lasts, &last->period);
	if (w->from > last->period.to) {
		(void)err_set(e, STATUS_DATA,
		    "the last archive is of %s: nothing was sealed between it and %s", lasts, text);
		return (err_hint(e, "--period due of audit-read makes up for it"));
	}
	if (chain_list(&c, p->dir, p->in.table->name, e))
		return (-1);
	for (i = 0; i < c.n && rc < 0; i++)
		if (chain_manifest(c.v[i].path, &m, sha256, e) == 0 && m.period.from == w->from &&
		    m.period.to == w->to) {
			(void)snprintf(p->r->path, sizeof(p->r->path), "%s", c.v[i].path);
			p->r->sequence = m.sequence;
			p->r->sealed_before = true;
			rc = 1;
		}
	chain_free(&c);
	return (rc == 1 ?
		1 :
		err_set(e, STATUS_DATA, "%s overlaps what is sealed: the last archive is of %s",
		    text, lasts));
}

/* Where in the chain it will stand.  Return 1 where there is nothing to do. */
static int
pack_place(struct pack *p, struct err *e)
{
	const char *source = stream_reader_source(p->in.reader);
	const struct audit_table *t = p->in.table;
	struct manifest last;
	int rc;

	(void)snprintf(p->m.table, sizeof(p->m.table), "%s", t->name);
	(void)snprintf(p->r->table, sizeof(p->r->table), "%s", t->name);
	if (period_of_source(source, t->name, &p->m.period))
		return (err_set(e, STATUS_DATA, "'%s': the source '%.80s' names no period",
		    p->o->in_name, source));
	if (p->m.period.from >= p->m.period.to)
		return (1);
	if (pack_path(p->dir, p->o->archives, t->name, "", e) || io_mkdirs(p->dir, 0755, e) ||
	    (p->lock = chain_lock(p->dir, "lock", false, e)) < 0 || pack_sweep(p->dir, e) ||
	    (rc = chain_last(p->o->archives, t->name, &last, p->m.previous_sha256, e)) < 0)
		return (-1);
	p->m.sequence = 1;
	(void)snprintf(p->m.origin, sizeof(p->m.origin), "%s/%s", p->signer.name, t->name);
	if (rc == 0) {
		p->m.previous_sha256[0] = '\0';
	} else {
		if ((rc = pack_follows(p, &p->m.period, &last, e)) != 0)
			return (rc);
		p->m.sequence = last.sequence + 1;
		memcpy(p->m.origin, last.origin, sizeof(last.origin));
		if (manifest_tree_of(&last.after, &p->tree))
			return (err_set(e, STATUS_DATA, "the last archive's tree is broken"));
	}
	manifest_tree(&p->tree, &p->m.before);
	p->r->sequence = p->m.sequence;
	(void)chain_name(p->name, t->name, p->m.sequence, &p->m.period);
	/* 1 says that there is nothing to do. */
	return ((p->index = index_open(p->o->archives, t->name, e)) != NULL ? 0 : -1);
}

/* Create a new file ${name} in ${dir}, with a compressor if ${zst}; a file that exists is an
 * error. */
static int
pack_create(struct pack_file *f, const char *dir, const char *name, bool zst, struct err *e)
{

	if (pack_path(f->path, dir, name, "", e))
		return (-1);
	f->fd = open(f->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (f->fd < 0)
		return (err_sys(e, STATUS_OUTPUT, "cannot make '%s'", f->path));
	if (zst)
		f->zst = zst_writer_open(f->fd, f->path, ZST_DEFAULT);
	return (0);
}

/* Make the temporary directory of the bag and open its data files, and the CSV file beside it if
 * wanted. */
static int
pack_begin(struct pack *p, struct err *e)
{
	char data[CHAIN_PATH], sheet[CHAIN_NAME + 16];

	if (pack_path(p->tmp, p->dir, PACK_TMP, p->name, e) ||
	    pack_path(data, p->tmp, "data", "", e))
		return (-1);
	if (mkdir(p->tmp, 0755) || mkdir(data, 0755))
		return (err_sys(e, STATUS_OUTPUT, "cannot make '%s'", data));
	if (pack_create(&p->rows, p->tmp, BAG_ROWS, true, e) ||
	    pack_create(&p->verdicts, p->tmp, BAG_VERDICTS, true, e))
		return (-1);
	if (!p->o->csv)
		return (0);
	(void)snprintf(sheet, sizeof(sheet), PACK_TMP "%s.csv", p->name);
	return (
	    pack_create(&p->sheet, p->dir, sheet, false, e) || sheet_head(p->in.table, &p->csv, e));
}

/* Is the row in an archive already?  1: just as it is. */
static int
pack_known(struct pack *p, const unsigned char leaf[MERKLE_HASH], struct err *e)
{
	const struct stream_field *id = &p->in.row.fields[p->in.table->id];
	unsigned char key[INDEX_ID_SIZE];
	const struct index_entry *old;

	if (index_id(id->p, id->len, key))
		return (err_set(e, STATUS_DATA, "'%s': row %llu: the id '%.*s' is not a UUID",
		    p->o->in_name, (unsigned long long)stream_reader_rows(p->in.reader),
		    (int)(id->len < 60 ? id->len : 60), id->p));
	if ((old = index_find(p->index, key)) == NULL)
		return (0);
	if (memcmp(old->leaf, leaf, MERKLE_HASH) == 0)
		return (1);
	p->r->changed++;
	return (0);
}

/* Append the current row to the CSV file by way of a buffer; ${flush} only writes out what the
 * buffer holds. */
static int
pack_sheet(struct pack *p, bool flush, struct err *e)
{

	if (!flush && sheet_row(p->in.table, &p->in.row, p->in.verdict, &p->csv, e))
		return (-1);
	if (p->csv.len < PACK_SHEET / 2 && !flush)
		return (0);
	if (io_write_all(p->sheet.fd, p->csv.p, p->csv.len, p->sheet.path, e))
		return (-1);
	p->csv.len = 0;
	return (0);
}

/* Write the row and its verdict into the archive, unless one holds it unchanged; a row from after
 * the period is refused. */
static int
pack_row(struct pack *p, struct err *e)
{
	const struct audit_row *row = &p->in.row;
	const struct stream_field *id = &row->fields[p->in.table->id];
	const struct period *w = &p->m.period;
	bool late = !row->timed || row->created < w->from;
	unsigned char leaf[MERKLE_HASH];
	int rc;

	if (row->timed && row->created >= w->to)
		return (err_set(e, STATUS_DATA, "'%s': row %llu was created after the period",
		    p->o->in_name, (unsigned long long)stream_reader_rows(p->in.reader)));
	if (line_write(p->in.table, row, &p->line, e))
		return (-1);
	merkle_leaf(&p->tree, p->line.p, p->line.len, leaf);
	if ((rc = pack_known(p, leaf, e)) != 0) {
		p->r->known += rc > 0;
		return (rc < 0);
	}
	merkle_append(&p->tree, leaf);
	p->m.rows++;
	p->m.late += late;
	tally_row(p->tally, p->in.table, row, p->in.verdict, late);
	progress_tick(p->m.rows, p->m.rows, 0, 0);
	if (zst_writer_line(p->rows.zst, p->line.p, p->line.len, e) ||
	    line_verdict(id, p->in.verdict, p->in.key, late, &p->line, e) ||
	    zst_writer_line(p->verdicts.zst, p->line.p, p->line.len, e))
		return (-1);
	return (p->o->csv ? pack_sheet(p, false, e) : 0);
}

/* Take in the rows; ${drop}: only to see that the stream is whole. */
static int
pack_rows(struct pack *p, bool drop, struct err *e)
{
	int rc;

	while ((rc = audit_input_next(&p->in, e)) == 1)
		if (!drop && pack_row(p, e))
			return (-1);
	return (rc);
}

/* End the compressor, if there is one, with the file's sums in ${sums}; then sync and close the
 * file. */
static int
pack_close(struct pack_file *f, struct zst_sums *sums, struct err *e)
{
	int fd = f->fd;

	if (f->zst != NULL && zst_writer_end(f->zst, sums, e))
		return (-1);
	f->fd = -1;
	return (io_sync_close(fd, f->path, e));
}

/* What the books and the tally say goes into the manifest. */
static int
pack_manifest(struct pack *p, struct buf *json, struct err *e)
{
	const struct book *b;
	size_t n;
	int i;

	b = stream_reader_books(p->in.reader, &n);
	if (n == 0 || strcmp(b[n - 1].stage, "audit-verify") != 0)
		return (
		    err_set(e, STATUS_DATA, "'%s' does not come from audit-verify", p->o->in_name));
	(void)snprintf(p->m.profile, sizeof(p->m.profile), "%s", b[n - 1].dataset);
	(void)snprintf(p->m.config_sha256, sizeof(p->m.config_sha256), "%s",
	    b[n - 1].config_sha256);
	for (i = 0; i < VERDICT_COUNT; i++)
		if (p->tally->verdicts[i] > 0) {
			struct manifest_count *c = &p->m.counts[p->m.ncounts++];

			(void)snprintf(c->word, sizeof(c->word), "%s",
			    verdict_word((enum verdict)i));
			c->n = p->tally->verdicts[i];
		}
	manifest_tree(&p->tree, &p->m.after);
	if (pack_close(&p->rows, &p->m.rows_file, e) ||
	    pack_close(&p->verdicts, &p->m.verdicts_file, e))
		return (-1);
	return (manifest_write(&p->m, json, e));
}

/* The checkpoint's three files: what is signed, its signature, and both as a note. */
static int
pack_sign(struct pack *p, const char *sha256, struct bag *b, struct err *e)
{
	unsigned char signature[ED25519_SIGNATURE];
	struct checkpoint c;
	struct buf *body = &b->files[BAG_FILE_BODY], *note = &b->files[BAG_FILE_CHECKPOINT];

	memset(&c, 0, sizeof(c));
	(void)snprintf(c.origin, sizeof(c.origin), "%.*s", (int)sizeof(c.origin) - 1, p->m.origin);
	c.size = p->tree.size;
	merkle_root(&p->tree, c.root);
	(void)snprintf(c.manifest_sha256, sizeof(c.manifest_sha256), "%s", sha256);
	if (note_body(&c, body, e))
		return (-1);
	ed25519_sign(p->key, body->p, body->len, signature);
	return (buf_add(&b->files[BAG_FILE_SIGNATURE], signature, sizeof(signature), e) ||
	    buf_add(note, body->p, body->len, e) || buf_add(note, "\n", 1, e) ||
	    note_signature(&p->signer, signature, note, e));
}

/* What is made beside the bag gets its name first: the bag is what counts. */
static int
pack_beside(struct pack *p, const char *sha256, struct err *e)
{
	struct buf html = BUF_INIT(4 << 20);
	char tmp[CHAIN_NAME + 16], from[CHAIN_PATH], to[CHAIN_PATH];
	int rc = -1;

	(void)snprintf(tmp, sizeof(tmp), PACK_TMP "%s.html", p->name);
	if (summary_html(p->name, &p->m, sha256, p->tally, &html, e) ||
	    bag_put(p->dir, tmp, html.p, html.len, e) || pack_path(from, p->dir, tmp, "", e) ||
	    pack_path(to, p->dir, p->name, ".html", e))
		goto done;
	if (rename(from, to)) {
		(void)err_sys(e, STATUS_OUTPUT, "cannot rename '%s'", from);
		goto done;
	}
	if (p->o->csv &&
	    (pack_sheet(p, true, e) || pack_close(&p->sheet, NULL, e) ||
		pack_path(to, p->dir, p->name, ".csv", e)))
		goto done;
	if (p->o->csv && rename(p->sheet.path, to))
		(void)err_sys(e, STATUS_OUTPUT, "cannot rename '%s'", p->sheet.path);
	else
		rc = 0;
done:
	buf_free(&html);
	return (rc);
}

/* Write and sync manifest, checkpoint and the rest of the bag, then the summary, and last rename
 * the bag to its final name. */
static int
pack_seal(struct pack *p, struct err *e)
{
	struct buf json = BUF_INIT(MANIFEST_MAX);
	char sha256[DIGEST_SHA256_HEX + 1], data[CHAIN_PATH];
	struct bag b;
	int rc = -1;

	bag_init(&b);
	if (pack_manifest(p, &json, e))
		goto done;
	digest_sha256_of(json.p, json.len, sha256);
	if (pack_sign(p, sha256, &b, e) || bag_make(&b, p->name, &p->m, &json, e) ||
	    bag_put(p->tmp, BAG_MANIFEST, json.p, json.len, e) || bag_write(&b, p->tmp, e) ||
	    pack_path(data, p->tmp, BAG_MANIFEST, "", e) || io_sync_parent(data, e) ||
	    pack_path(data, p->tmp, BAG_CHECKPOINT, "", e) || io_sync_parent(data, e) ||
	    pack_beside(p, sha256, e) || pack_path(p->r->path, p->dir, p->name, "", e))
		goto done;
	if (rename(p->tmp, p->r->path)) {
		(void)err_sys(e, STATUS_OUTPUT, "cannot rename '%s'", p->tmp);
		goto done;
	}
	p->tmp[0] = '\0';
	rc = io_sync_parent(p->r->path, e);
done:
	bag_free(&b);
	buf_free(&json);
	return (rc);
}

/* Close files, give back the lock and free all; a bag that was not finished is removed. */
static void
pack_end(struct pack *p)
{
	struct pack_file *files[] = { &p->rows, &p->verdicts, &p->sheet };
	size_t i;

	for (i = 0; i < 3; i++) {
		zst_writer_free(files[i]->zst);
		if (files[i]->fd >= 0)
			(void)close(files[i]->fd);
	}
	if (p->lock >= 0 && p->tmp[0] != '\0')
		(void)pack_sweep(p->dir, &p->err);
	if (p->lock >= 0)
		(void)close(p->lock);
	index_close(p->index);
	audit_input_close(&p->in);
	ed25519_free(p->key);
	merkle_end(&p->tree);
	tally_free(p->tally);
	buf_free(&p->line);
	buf_free(&p->csv);
	free(p);
}

int
pack_run(const struct pack_options *o, struct pack_result *r, struct err *e)
{
	struct pack *p = xcalloc(1, sizeof(*p));
	int rc;

	memset(r, 0, sizeof(*r));
	p->o = o;
	p->r = r;
	p->lock = p->rows.fd = p->verdicts.fd = p->sheet.fd = -1;
	p->line.max = PACK_LINE;
	p->csv.max = 64 << 20;
	p->tally = tally_new();
	merkle_init(&p->tree);
	if ((rc = pack_key(p, e)) == 0 &&
	    (rc = audit_input_open(&p->in, o->in, o->in_name, e)) == 0)
		rc = p->in.judged ? pack_place(p, e) :
				    err_set(e, STATUS_DATA,
					"'%s' has no verdicts: run audit-verify first", o->in_name);
	if (rc == 0)
		rc = pack_begin(p, e) || pack_rows(p, false, e) || pack_seal(p, e);
	else if (rc == 1)
		rc = pack_rows(p, true, e);
	r->rows = p->m.rows;
	r->late = p->m.late;
	r->findings = p->tally->findings;
	pack_end(p);
	return (rc);
}
