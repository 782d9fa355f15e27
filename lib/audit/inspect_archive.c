/* One archive by itself: bag, signature, rows against manifest and tree. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/bag.h"
#include "audit/inspect_archive.h"
#include "audit/line.h"
#include "base/io.h"
#include "base/num.h"
#include "base/progress.h"

/* An archive under the eye. */
struct archive {
	struct inspect *k;
	const struct chain_link *l;
	const struct manifest *m;
	uint64_t verdicts[VERDICT_COUNT], late, lines, unlike;
};

/* Write the path of the archive's file ${name} to ${dst}; STATUS_USAGE if it is too long. */
static int
archive_path(char dst[CHAIN_PATH], const struct chain_link *l, const char *name, struct err *e)
{

	if (snprintf(dst, CHAIN_PATH, "%s/%s", l->path, name) >= CHAIN_PATH)
		return (err_set(e, STATUS_USAGE, "the path '%.60s...' is too long", l->path));
	return (0);
}

/* Files that are no part of a bag, or no files. */
static int
archive_extra(struct inspect *k, const struct chain_link *l, bool inside, struct err *e)
{
	char path[CHAIN_PATH], file[CHAIN_PATH];
	struct dirent *d;
	struct stat st;
	DIR *h;

	if (archive_path(path, l, inside ? "data" : ".", e))
		return (-1);
	if ((h = opendir(path)) == NULL) {
		inspect_add(k, l->name, "file_missing", "'%s' cannot be read", path);
		return (0);
	}
	while ((d = readdir(h)) != NULL) {
		bool known =
		    bag_known(d->d_name, inside) || (!inside && strcmp(d->d_name, "data") == 0);

		if (strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0)
			continue;
		if (snprintf(file, sizeof(file), "%s/%s", path, d->d_name) >= (int)sizeof(file) ||
		    lstat(file, &st) != 0)
			known = false;
		else if (strcmp(d->d_name, "data") == 0 ? !S_ISDIR(st.st_mode) :
							  !S_ISREG(st.st_mode))
			known = false;
		if (!known)
			inspect_add(k, l->name, "file_extra", "'%s%s' does not belong into it",
			    inside ? "data/" : "", d->d_name);
	}
	(void)closedir(h);
	return (0);
}

/* A small file of the bag.  Return 1, 0 where it is not there (a finding), or -1. */
static int
archive_slurp(struct inspect *k, const struct chain_link *l, const char *name, struct buf *b,
    struct err *e)
{
	struct err why = ERR_INIT;
	char path[CHAIN_PATH];

	if (archive_path(path, l, name, e))
		return (-1);
	if (io_slurp_regular(path, b, &why) == 0)
		return (1);
	if (why.status == STATUS_IO) {
		*e = why;
		return (-1);
	}
	inspect_add(k, l->name, why.status == STATUS_NOINPUT ? "file_missing" : "file_differs",
	    "'%s' %s", name,
	    why.status == STATUS_NOINPUT ? "is missing" : "is larger than it can be");
	return (0);
}

/* The note, its body and the signature by itself must say one thing, and be good. */
static void
archive_signature(struct archive *a, const struct bag *b, const char *sha256)
{
	struct inspect *k = a->k;
	const struct buf *note = &b->files[BAG_FILE_CHECKPOINT], *body = &b->files[BAG_FILE_BODY];
	const struct buf *signature = &b->files[BAG_FILE_SIGNATURE];
	struct err why = ERR_INIT;
	enum note_result r;
	struct checkpoint c;
	char root[DIGEST_SHA256_HEX + 1] = "";
	size_t n, i;
	bool good = false;

	r = note_open(note->p, note->len, &k->o->keys, &c, &n, &why);
	if (r == NOTE_BAD) {
		inspect_add(k, a->l->name, "bad_signature", "checkpoint: %s", why.msg);
		return;
	}
	if (r == NOTE_UNSIGNED && k->o->keys.n > 0)
		inspect_add(k, a->l->name, "not_signed", "no signature by a key that was given");
	if (n != body->len || memcmp(note->p, body->p, n) != 0)
		inspect_add(k, a->l->name, "bad_signature",
		    "'" BAG_BODY "' is not the text of '" BAG_CHECKPOINT "'");
	for (i = 0; i < k->o->keys.n && signature->len == ED25519_SIGNATURE; i++)
		good |= ed25519_verify(k->o->keys.v[i].pub, body->p, body->len,
		    (const unsigned char *)signature->p);
	if (k->o->keys.n > 0 && r == NOTE_SIGNED && !good)
		inspect_add(k, a->l->name, "bad_signature", "'" BAG_SIGNATURE "' is wrong");
	num_hex(root, c.root, MERKLE_HASH);
	if (strcmp(c.origin, a->m->origin) != 0 || c.size != a->m->after.size ||
	    strcmp(root, a->m->after.root) != 0 || strcmp(c.manifest_sha256, sha256) != 0)
		inspect_add(k, a->l->name, "other_manifest",
		    "the checkpoint was made for another manifest than the one that is there");
}

/* Everything that follows from the manifest is written again, and compared. */
static int
archive_bag(struct archive *a, const struct buf *json, const char *sha256, struct err *e)
{
	struct bag found, made;
	bool all = true;
	int i, rc = 0;

	bag_init(&found);
	bag_init(&made);
	for (i = 0; i < BAG_FILES && rc >= 0; i++) {
		rc = archive_slurp(a->k, a->l, bag_file_name((enum bag_file)i), &found.files[i], e);
		all &= rc == 1;
	}
	for (i = BAG_FILE_CHECKPOINT; i <= BAG_FILE_SIGNATURE && rc >= 0; i++)
		rc = buf_add(&made.files[i], found.files[i].p, found.files[i].len, e);
	if (rc >= 0)
		rc = bag_make(&made, a->l->name, a->m, json, e);
	for (i = 0; i < BAG_FILES && rc >= 0 && all; i++)
		if (found.files[i].len != made.files[i].len ||
		    memcmp(found.files[i].p, made.files[i].p, made.files[i].len) != 0)
			inspect_add(a->k, a->l->name, "file_differs",
			    "'%s' is not what follows from the manifest",
			    bag_file_name((enum bag_file)i));
	if (rc >= 0 && found.files[BAG_FILE_CHECKPOINT].len > 0) {
		archive_signature(a, &found, sha256);
		a->k->checkpoint.len = 0;
		rc = buf_add(&a->k->checkpoint, found.files[BAG_FILE_CHECKPOINT].p,
		    found.files[BAG_FILE_CHECKPOINT].len, e);
	}
	bag_free(&found);
	bag_free(&made);
	return (rc < 0);
}

/* The tree has the size of a checkpoint that the auditor holds: it must have its root. */
static void
archive_held(struct inspect *k)
{
	unsigned char root[MERKLE_HASH];
	size_t i;

	for (i = 0; i < k->o->nheld; i++) {
		struct inspect_anchor *h = &k->o->held[i];

		if (h->met || h->c.size != k->tree.size || strcmp(h->c.origin, k->origin) != 0)
			continue;
		h->met = true;
		merkle_root(&k->tree, root);
		if (memcmp(root, h->c.root, MERKLE_HASH) != 0)
			inspect_add(k, "", "forked",
			    "'%s' has another root of the first %llu rows: they were changed since",
			    h->path, (unsigned long long)h->c.size);
	}
}

/* Let the tree grow by a row's line, keep what a proof needs, and compare the tree with the
 * auditor's checkpoints. */
static int
archive_row(struct archive *a, const char *p, size_t len, struct err *e)
{
	struct inspect *k = a->k;
	unsigned char leaf[MERKLE_HASH];

	merkle_leaf(&k->tree, p, len, leaf);
	if (k->o->prove != NULL) {
		if (k->tree_known && io_write_all(k->leaves, leaf, sizeof(leaf), "the hashes", e))
			return (-1);
		if (len > 43 && memcmp(p, "{\"id\":\"", 7) == 0 &&
		    memcmp(p + 7, k->o->prove, 36) == 0) {
			k->found = true;
			k->index = k->tree.size;
			k->line.len = 0;
			if (buf_add(&k->line, p, len, e))
				return (-1);
		}
	}
	merkle_append(&k->tree, leaf);
	if (k->o->nheld > 0 && k->tree_known)
		archive_held(k);
	return (0);
}

/* The verdict's line must be of the same row; what it says is counted. */
static void
archive_verdict(struct archive *a, const char *row, size_t row_len, const char *p, size_t len)
{
	static const char late[] = ",\"late\":true}";
	struct stream_field id;
	enum verdict v;

	if (line_read_verdict(p, len, &id, &v) || row_len < 8 + id.len ||
	    memcmp(row + 7, id.p, id.len) != 0 || row[7 + id.len] != '"') {
		a->unlike++;
		return;
	}
	a->verdicts[v]++;
	a->late +=
	    len > sizeof(late) && memcmp(p + len - (sizeof(late) - 1), late, sizeof(late) - 1) == 0;
}

/* Compare a data file's sums ${is} with those in the manifest, ${said}: other text, or only other
 * compression, is a finding. */
static void
archive_file(struct archive *a, const char *name, const struct zst_sums *is,
    const struct zst_sums *said)
{
	bool plain = strcmp(is->plain_sha256, said->plain_sha256) == 0 &&
	    is->lines == said->lines && is->plain_bytes == said->plain_bytes;
	bool packed = strcmp(is->packed_sha256, said->packed_sha256) == 0 &&
	    is->packed_bytes == said->packed_bytes;

	if (!plain)
		inspect_add(a->k, a->l->name, "rows_differ",
		    "'%s' holds another text than was sealed", name);
	else if (!packed)
		inspect_add(a->k, a->l->name, "recompressed",
		    "'%s' was compressed again, or has bytes after it: the text is the same", name);
}

/* One of the two files of lines. */
struct archive_lines {
	char path[CHAIN_PATH];
	int fd;
	struct zst_reader *r;
	bool broken;
};

/* Open one of the two data files. Return 0, 1 if it cannot be opened, which is a finding, or -1
 * with ${e} set. */
static int
archive_open(struct archive *a, struct archive_lines *f, const char *name, uint64_t max,
    struct err *e)
{

	if (archive_path(f->path, a->l, name, e))
		return (-1);
	if ((f->fd = open(f->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)) < 0) {
		inspect_add(a->k, a->l->name, "file_missing", "'%s' cannot be opened: %s", name,
		    strerror(errno));
		return (1);
	}
	f->r = zst_reader_open(f->fd, f->path, max);
	return (0);
}

/* A line: 1, 0 at the end or where the file is broken, which is a finding; -1. */
static int
archive_line(struct archive *a, struct archive_lines *f, const char **p, size_t *len, struct err *e)
{
	struct err why = ERR_INIT;
	int rc;

	if (f->broken)
		return (0);
	if ((rc = zst_reader_line(f->r, p, len, &why)) >= 0)
		return (rc);
	if (why.status != STATUS_DATA) {
		*e = why;
		return (-1);
	}
	f->broken = true;
	inspect_add(a->k, a->l->name, "broken_file", "%s", why.msg);
	return (0);
}

/* Read rows and verdicts in step until both end; a line without its counterpart counts as unlike.
 */
static int
archive_both(struct archive *a, struct archive_lines *rows, struct archive_lines *verdicts,
    struct err *e)
{
	const char *p, *v;
	size_t len, vlen;
	int rc, vrc;

	for (;;) {
		if ((rc = archive_line(a, rows, &p, &len, e)) < 0 ||
		    (vrc = archive_line(a, verdicts, &v, &vlen, e)) < 0)
			return (-1);
		if (rc == 0 && vrc == 0)
			return (0);
		if (rc == 1 && archive_row(a, p, len, e))
			return (-1);
		if (rc == 1 && vrc == 1)
			archive_verdict(a, p, len, v, vlen);
		else
			a->unlike++;
		a->lines += rc == 1;
		progress_tick(a->k->tree.size, 0, 0, 0);
	}
}

/* Compare what was counted, and the tree after the last row, with the manifest; each difference is
 * a finding. */
static void
archive_counts(struct archive *a)
{
	const struct manifest *m = a->m;
	struct manifest_tree now;
	uint64_t said;
	bool same = a->late == m->late && a->lines == m->rows;
	size_t i;
	int v;

	if (a->unlike > 0)
		inspect_add(a->k, a->l->name, "verdicts_differ",
		    "%llu lines of verdicts are not those of the rows",
		    (unsigned long long)a->unlike);
	for (v = 0; v < VERDICT_COUNT; v++) {
		for (said = 0, i = 0; i < m->ncounts; i++)
			if (strcmp(m->counts[i].word, verdict_word((enum verdict)v)) == 0)
				said = m->counts[i].n;
		same = same && said == a->verdicts[v];
	}
	if (!same)
		inspect_add(a->k, a->l->name, "counts_differ",
		    "the manifest's counts are not those of the lines");
	manifest_tree(&a->k->tree, &now);
	if (a->k->tree_known &&
	    (now.size != m->after.size || strcmp(now.root, m->after.root) != 0)) {
		inspect_add(a->k, a->l->name, "broken_tree",
		    "its rows do not give the tree that was sealed");
		a->k->tree_known = false;
	}
}

/* Read both data files and check them against the manifest; if one cannot be opened, the tree is
 * not known any more. */
static int
archive_rows(struct archive *a, struct err *e)
{
	struct archive_lines rows = { "", -1, NULL, false }, verdicts = rows;
	struct zst_sums sums;
	int rc, vrc = 0;

	rc = archive_open(a, &rows, BAG_ROWS, a->m->rows_file.plain_bytes, e);
	if (rc >= 0)
		vrc = archive_open(a, &verdicts, BAG_VERDICTS, a->m->verdicts_file.plain_bytes, e);
	if (rc != 0 || vrc != 0) {
		a->k->tree_known = false;
		rc = rc < 0 || vrc < 0;
	} else if ((rc = archive_both(a, &rows, &verdicts, e)) == 0) {
		if ((rc = zst_reader_sums(rows.r, &sums, e)) == 0)
			archive_file(a, BAG_ROWS, &sums, &a->m->rows_file);
		if (rc == 0 && (rc = zst_reader_sums(verdicts.r, &sums, e)) == 0)
			archive_file(a, BAG_VERDICTS, &sums, &a->m->verdicts_file);
		archive_counts(a);
	}
	zst_reader_free(rows.r);
	zst_reader_free(verdicts.r);
	if (rows.fd >= 0)
		(void)close(rows.fd);
	if (verdicts.fd >= 0)
		(void)close(verdicts.fd);
	return (rc);
}

/* Its own name, and the numbers inside the manifest. */
static void
archive_sense(struct archive *a)
{
	const struct manifest *m = a->m;
	char name[CHAIN_NAME];

	if (strcmp(chain_name(name, m->table, m->sequence, &m->period), a->l->name) != 0)
		inspect_add(a->k, a->l->name, "renamed", "its manifest is that of '%s'", name);
	if (m->after.size - m->before.size != m->rows || m->rows_file.lines != m->rows ||
	    m->verdicts_file.lines != m->rows || m->period.from >= m->period.to)
		inspect_add(a->k, a->l->name, "counts_differ",
		    "the manifest's counts contradict it");
}

int
inspect_archive(struct inspect *k, const struct chain_link *l, struct manifest *m,
    char sha256[DIGEST_SHA256_HEX + 1], struct err *e)
{
	struct buf json = BUF_INIT(MANIFEST_MAX);
	struct err why = ERR_INIT;
	struct archive a;
	int rc;

	memset(&a, 0, sizeof(a));
	a.k = k;
	a.l = l;
	a.m = m;
	if (archive_extra(k, l, false, e) || archive_extra(k, l, true, e))
		return (-1);
	if ((rc = archive_slurp(k, l, BAG_MANIFEST, &json, e)) == 1 &&
	    manifest_parse(json.p, json.len, m, &why)) {
		inspect_add(k, l->name, "bad_manifest", "'" BAG_MANIFEST "': %s", why.msg);
		rc = 0;
	}
	if (rc == 1) {
		digest_sha256_of(json.p, json.len, sha256);
		archive_sense(&a);
		inspect_link(k, l, m);
		/* A tree that is not whole goes on from what this manifest says. */
		if ((!k->tree_known || (k->archives == 0 && m->sequence != 1)) &&
		    manifest_tree_of(&m->before, &k->tree) == 0)
			k->tree_known = k->o->prove == NULL;
		if (k->o->nheld > 0 && k->tree_known)
			archive_held(k);
		if (archive_bag(&a, &json, sha256, e) || archive_rows(&a, e))
			rc = -1;
	}
	buf_free(&json);
	return (rc);
}
