/* audit-extract: an archive with rows hidden, and the check of one. */

#include "audit/extract.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/bag.h"
#include "audit/line.h"
#include "audit/reopen.h"
#include "base/infile.h"
#include "base/io.h"
#include "base/json.h"
#include "base/num.h"

#define VIEW_JSON "view.json"
#define VIEW_ROWS "rows.ndjson.zst"
#define VIEW_MANIFEST "manifest.json"
#define VIEW_LEAF "{\"leaf\":\""

enum { VIEW_HEAD = sizeof(VIEW_LEAF) - 1 };

struct extract {
	const struct extract_options *o;
	struct extract_result *r;
	const struct audit_table *table;
	unsigned skip; /* columns, by their bits */
	struct zst_writer *out;
	struct merkle tree; /* for leaves only */
	struct line line;
	struct buf text;
};

/* Set v->skip from the comma-separated column names to redact; unknown names and the id are
 * refused. */
static int
extract_columns(struct extract *v, struct err *e)
{
	const char *p = v->o->redact;
	char name[80];
	size_t n;
	int k;

	for (; p != NULL && *p != '\0'; p += n + (p[n] == ',')) {
		n = strcspn(p, ",");
		(void)snprintf(name, sizeof(name), "%.*s", (int)n, p);
		if ((k = audit_table_column(v->table, name)) < 0)
			return (err_set(e, STATUS_USAGE, "table '%s' has no column '%s'",
			    v->table->name, name));
		if ((size_t)k == v->table->id)
			return (err_set(e, STATUS_USAGE, "an id cannot be left out"));
		v->skip |= 1u << k;
	}
	return (0);
}

/* Write one line of the view: the row as it is, or its leaf hash with or without the columns that
 * may be shown. */
static int
extract_line(void *ctx, const char *p, size_t len, const char *verdict, size_t verdict_len,
    struct err *e)
{
	struct extract *v = ctx;
	const struct stream_field *tenant;
	unsigned char leaf[MERKLE_HASH];
	char hex[2 * MERKLE_HASH + 1] = "";
	struct stream_field id;
	enum verdict found;
	bool shown;

	if (line_read(v->table, p, len, &v->line, e))
		return (-1);
	tenant = &v->line.fields[v->table->tenant];
	shown = v->o->tenant == NULL ||
	    (!tenant->null && tenant->len == strlen(v->o->tenant) &&
		memcmp(tenant->p, v->o->tenant, tenant->len) == 0);
	v->r->lines++;
	if (shown && v->skip == 0) {
		v->r->shown++;
		return (zst_writer_line(v->out, p, len, e));
	}
	merkle_leaf(&v->tree, p, len, leaf);
	num_hex(hex, leaf, MERKLE_HASH);
	v->text.len = 0;
	if (buf_addf(&v->text, e, VIEW_LEAF "%s\"", hex) ||
	    (shown &&
		(buf_adds(&v->text, ",\"row\":", e) ||
		    line_write_part(v->table, &v->line.row, v->skip, &v->text, e))) ||
	    buf_adds(&v->text, "}", e))
		return (-1);
	v->r->redacted += shown;
	v->r->hidden += !shown;
	if (line_read_verdict(verdict, verdict_len, &id, &found) != 0 ||
	    (found != VERDICT_VALID && found != VERDICT_VALID_OLD_KEY))
		v->r->guessable++;
	return (zst_writer_line(v->out, v->text.p, v->text.len, e));
}

/* Copies of the archive's own manifest and checkpoint. */
static int
extract_copy(const struct extract *v, struct err *e)
{
	static const char *const names[][2] = { { BAG_MANIFEST, VIEW_MANIFEST },
		{ BAG_CHECKPOINT, BAG_CHECKPOINT }, { BAG_BODY, BAG_BODY },
		{ BAG_SIGNATURE, BAG_SIGNATURE } };
	struct buf b = BUF_INIT(MANIFEST_MAX);
	char path[CHAIN_PATH];
	int rc = 0;
	size_t i;

	for (i = 0; i < 4 && rc == 0; i++) {
		b.len = 0;
		if (snprintf(path, sizeof(path), "%s/%s", v->o->archive, names[i][0]) >=
		    (int)sizeof(path))
			rc = err_set(e, STATUS_USAGE, "the path '%.60s...' is too long",
			    v->o->archive);
		else if (io_slurp_regular(path, &b, e) ||
		    bag_put(v->o->output, names[i][1], b.p, b.len, e))
			rc = -1;
	}
	buf_free(&b);
	return (rc);
}

/* Write view.json: which archive, tenant and redacted columns the view is of, and its counts of
 * lines. */
static int
extract_json(const struct extract *v, const struct manifest *m, struct err *e)
{
	struct buf b = BUF_INIT(MANIFEST_MAX);
	struct json_writer *w = json_writer_new(&b);
	char name[CHAIN_NAME];
	int rc;

	(void)snprintf(v->r->archive, sizeof(v->r->archive), "%s",
	    chain_name(name, m->table, m->sequence, &m->period));
	json_put_object(w);
	json_member_text(w, "format", "aegis-audit-view/1");
	json_member_text(w, "archive", v->r->archive);
	json_member_text(w, "tenant", v->o->tenant);
	json_member_text(w, "redacted", v->o->redact);
	json_member_u64(w, "lines", v->r->lines);
	json_member_u64(w, "shown", v->r->shown);
	json_put_close(w);
	rc = json_writer_end(w, e) || buf_adds(&b, "\n", e) ||
	    bag_put(v->o->output, VIEW_JSON, b.p, b.len, e);
	json_writer_free(w);
	buf_free(&b);
	return (rc);
}

/* Make the output directory, which must not exist yet, and write the view's files into it. */
static int
extract_write(struct extract *v, const struct manifest *m, struct err *e)
{
	char path[CHAIN_PATH];
	struct zst_sums sums;
	int fd, rc;

	if (mkdir(v->o->output, 0755))
		return (err_sys(e, STATUS_OUTPUT, "cannot make '%s'", v->o->output));
	if (snprintf(path, sizeof(path), "%s/" VIEW_ROWS, v->o->output) >= (int)sizeof(path))
		return (err_set(e, STATUS_USAGE, "the path '%.60s...' is too long", v->o->output));
	if ((fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644)) < 0)
		return (err_sys(e, STATUS_OUTPUT, "cannot make '%s'", path));
	v->out = zst_writer_open(fd, path, ZST_DEFAULT);
	rc = reopen_lines(v->o->archive, m, extract_line, v, e);
	if (rc == 0)
		rc = zst_writer_end(v->out, &sums, e);
	if (rc) {
		(void)close(fd);
		return (-1);
	}
	/* view.json last: a view without it is none. */
	return (io_sync_close(fd, path, e) || extract_copy(v, e) || extract_json(v, m, e) ||
	    io_sync_parent(path, e));
}

int
extract_make(const struct extract_options *o, struct extract_result *r, struct err *e)
{
	char sha256[DIGEST_SHA256_HEX + 1];
	struct manifest m;
	struct extract v;
	int rc;

	memset(r, 0, sizeof(*r));
	memset(&v, 0, sizeof(v));
	v.o = o;
	v.r = r;
	v.text.max = ZST_LINE_MAX;
	line_init(&v.line);
	merkle_init(&v.tree);
	if ((rc = chain_manifest(o->archive, &m, sha256, e)) == 0) {
		if ((v.table = audit_table_find(m.table)) == NULL)
			rc = err_set(e, STATUS_DATA, "'%s' is not an audit table", m.table);
		else if ((rc = extract_columns(&v, e)) == 0)
			rc = extract_write(&v, &m, e);
	}
	zst_writer_free(v.out);
	merkle_end(&v.tree);
	line_free(&v.line);
	buf_free(&v.text);
	return (rc);
}

bool
extract_is(const char *path)
{
	char file[CHAIN_PATH];
	struct stat st;

	return (snprintf(file, sizeof(file), "%s/" VIEW_JSON, path) < (int)sizeof(file) &&
	    stat(file, &st) == 0);
}

/* The leaf of a line, as it stands or as the line says. */
static int
extract_leaf(struct merkle *t, const char *p, size_t len, struct extract_result *r,
    unsigned char leaf[MERKLE_HASH])
{

	r->lines++;
	if (len < VIEW_HEAD || memcmp(p, VIEW_LEAF, VIEW_HEAD) != 0) {
		r->shown++;
		merkle_leaf(t, p, len, leaf);
		return (0);
	}
	if (len < VIEW_HEAD + 2 * MERKLE_HASH + 2 || num_unhex(leaf, p + VIEW_HEAD, MERKLE_HASH) ||
	    p[VIEW_HEAD + 2 * MERKLE_HASH] != '"')
		return (-1);
	if (p[VIEW_HEAD + 2 * MERKLE_HASH + 1] == '}')
		r->hidden++;
	else
		r->redacted++;
	return (0);
}

/* The tree of the lines in ${path}, grown from the one before. */
static int
extract_grow(const char *path, struct merkle *t, struct extract_result *r, struct err *e)
{
	unsigned char leaf[MERKLE_HASH];
	struct zst_reader *z;
	const char *p;
	size_t len;
	int fd, rc;

	if ((fd = infile_inside(path, e)) < 0)
		return (-1);
	z = zst_reader_open(fd, path, INT64_MAX);
	while ((rc = zst_reader_line(z, &p, &len, e)) == 1) {
		if (extract_leaf(t, p, len, r, leaf)) {
			rc = err_set(e, STATUS_DATA, "'%s': line %llu has no leaf", path,
			    (unsigned long long)r->lines);
			break;
		}
		merkle_append(t, leaf);
	}
	zst_reader_free(z);
	(void)close(fd);
	return (rc);
}

/* Append the small file ${name} of the view ${path} to ${b}. */
static int
extract_read(const char *path, const char *name, struct buf *b, struct err *e)
{
	char file[CHAIN_PATH];

	if (snprintf(file, sizeof(file), "%s/%s", path, name) >= (int)sizeof(file))
		return (err_set(e, STATUS_USAGE, "the path '%.60s...' is too long", path));
	return (io_slurp_regular(file, b, e));
}

/* Check that the checkpoint is of this manifest, and that the lines' tree has its size and root.
 */
static int
extract_compare(const struct manifest *m, const char *sha256, const struct checkpoint *c,
    struct merkle *t, struct err *e)
{
	unsigned char root[MERKLE_HASH];

	if (strcmp(c->manifest_sha256, sha256) != 0 || strcmp(c->origin, m->origin) != 0)
		return (err_set(e, STATUS_DATA, "the manifest is not the one that was signed"));
	merkle_root(t, root);
	if (t->size != c->size || memcmp(root, c->root, MERKLE_HASH) != 0)
		return (err_set(e, STATUS_DATA,
		    "the lines do not give the tree that was signed: one was changed, added or left "
		    "out"));
	return (0);
}

int
extract_check(const char *path, const struct note_keys *keys, struct extract_result *r,
    struct err *e)
{
	struct buf json = BUF_INIT(MANIFEST_MAX), note = BUF_INIT(NOTE_MAX);
	char sha256[DIGEST_SHA256_HEX + 1], file[CHAIN_PATH], name[CHAIN_NAME];
	struct checkpoint c;
	struct manifest m;
	struct merkle t;
	enum note_result n;
	size_t body;
	int rc = -1;

	memset(r, 0, sizeof(*r));
	merkle_init(&t);
	if (extract_read(path, VIEW_MANIFEST, &json, e) ||
	    extract_read(path, BAG_CHECKPOINT, &note, e))
		goto done;
	digest_sha256_of(json.p, json.len, sha256);
	(void)snprintf(file, sizeof(file), "%.4000s/" VIEW_ROWS, path);
	rc = 1;
	if (manifest_parse(json.p, json.len, &m, e) ||
	    (n = note_open(note.p, note.len, keys, &c, &body, e)) == NOTE_BAD)
		goto done;
	(void)snprintf(r->archive, sizeof(r->archive), "%s",
	    chain_name(name, m.table, m.sequence, &m.period));
	if (n == NOTE_UNSIGNED && keys->n > 0)
		(void)err_set(e, STATUS_DATA, "no signature by a key that was given");
	else if (manifest_tree_of(&m.before, &t))
		(void)err_set(e, STATUS_DATA, "the manifest contradicts itself");
	else if (extract_grow(file, &t, r, e) == 0 && extract_compare(&m, sha256, &c, &t, e) == 0)
		rc = 0;
	if (rc == 1 && e->status != STATUS_DATA)
		rc = -1;
done:
	merkle_end(&t);
	buf_free(&json);
	buf_free(&note);
	return (rc);
}
