/* The manifest of an archive: JSON, read and written. */

#include "archive/manifest.h"

#include <stdio.h>
#include <string.h>

#include "base/instant.h"
#include "base/json.h"
#include "base/num.h"

#define MANIFEST_FORMAT "aegis-audit-archive/1"

/* Append the member for one data file: sizes and digests, compressed and plain; ${end} is the
 * comma, or empty after the last. */
static int
manifest_file(const char *name, const struct zst_sums *s, const char *end, struct buf *out,
    struct err *e)
{

	return (buf_addf(out, e,
	    "    \"%s\": {\"sha256\": \"%s\", \"bytes\": %llu, \"plain_sha256\": \"%s\", "
	    "\"plain_bytes\": %llu, \"lines\": %llu}%s\n",
	    name, s->packed_sha256, (unsigned long long)s->packed_bytes, s->plain_sha256,
	    (unsigned long long)s->plain_bytes, (unsigned long long)s->lines, end));
}

/* Append the member ${name}: size, root and range of a tree, with a comma after it. */
static int
manifest_write_tree(const char *name, const struct manifest_tree *t, struct buf *out, struct err *e)
{
	size_t i;

	if (buf_addf(out, e, "  \"%s\": {\"size\": %llu, \"root\": \"%s\", \"range\": [", name,
		(unsigned long long)t->size, t->root))
		return (-1);
	for (i = 0; i < t->n; i++)
		if (buf_addf(out, e, "%s\"%s\"", i > 0 ? ", " : "", t->range[i]))
			return (-1);
	return (buf_adds(out, "]},\n", e));
}

/* Every text in it is printable ASCII without a quote or backslash: none needs escapes. */
static int
manifest_plain(const char *what, const char *s, struct err *e)
{
	size_t i;

	for (i = 0; s[i] != '\0'; i++)
		if ((unsigned char)s[i] < ' ' || (unsigned char)s[i] > '~' || s[i] == '"' ||
		    s[i] == '\\')
			return (err_set(e, STATUS_DATA, "%s is not allowed in a manifest", what));
	return (0);
}

int
manifest_write(const struct manifest *m, struct buf *out, struct err *e)
{
	char from[28], to[28], previous[80] = "null";
	size_t i;

	if (manifest_plain("the origin", m->origin, e) ||
	    manifest_plain("the profile's name", m->profile, e))
		return (-1);
	if (m->previous_sha256[0] != '\0')
		(void)snprintf(previous, sizeof(previous), "\"%s\"", m->previous_sha256);
	if (buf_addf(out, e,
		"{\n"
		"  \"format\": \"" MANIFEST_FORMAT "\",\n"
		"  \"origin\": \"%s\",\n"
		"  \"table\": \"%s\",\n"
		"  \"sequence\": %llu,\n"
		"  \"from\": \"%s\",\n"
		"  \"to\": \"%s\",\n"
		"  \"rows\": %llu,\n"
		"  \"late\": %llu,\n"
		"  \"profile\": \"%s\",\n"
		"  \"config_sha256\": \"%s\",\n"
		"  \"verdicts\": {",
		m->origin, m->table, (unsigned long long)m->sequence,
		instant_text(from, m->period.from), instant_text(to, m->period.to),
		(unsigned long long)m->rows, (unsigned long long)m->late, m->profile,
		m->config_sha256))
		return (-1);
	for (i = 0; i < m->ncounts; i++)
		if (buf_addf(out, e, "%s\"%s\": %llu", i > 0 ? ", " : "", m->counts[i].word,
			(unsigned long long)m->counts[i].n))
			return (-1);
	if (buf_adds(out, "},\n", e) || manifest_write_tree("tree_before", &m->before, out, e) ||
	    manifest_write_tree("tree", &m->after, out, e) ||
	    buf_addf(out, e, "  \"previous_manifest_sha256\": %s,\n  \"files\": {\n", previous) ||
	    manifest_file("data/rows.ndjson.zst", &m->rows_file, ",", out, e) ||
	    manifest_file("data/verdicts.ndjson.zst", &m->verdicts_file, "", out, e))
		return (-1);
	return (buf_adds(out, "  }\n}\n", e));
}

/* Copy the string under ${key}; -1 if it is missing, is not a string, or does not fit into ${size}
 * with its NUL. */
static int
manifest_text(const struct json *map, const char *key, char *dst, size_t size)
{
	const struct json *j = json_get(map, key);

	if (j == NULL || j->kind != JSON_STRING || j->len >= size)
		return (-1);
	memcpy(dst, j->text, j->len + 1);
	return (0);
}

/* Read the number under ${key}, from 0 to INT64_MAX; non-zero if it is missing or is not such a
 * number. */
static int
manifest_u64(const struct json *map, const char *key, uint64_t *v)
{
	const struct json *j = json_get(map, key);

	return (j == NULL || j->kind != JSON_NUMBER || num_u64(j->text, j->len, 0, INT64_MAX, v));
}

/* Copy a digest as text of up to 64 characters; whether these are hex digits is not checked. */
static int
manifest_hex(const struct json *map, const char *key, char dst[DIGEST_SHA256_HEX + 1])
{

	return (manifest_text(map, key, dst, DIGEST_SHA256_HEX + 1));
}

/* Read sizes and digests of the data file ${name}: the counterpart of manifest_file(). */
static int
manifest_sums(const struct json *files, const char *name, struct zst_sums *s)
{
	const struct json *f = json_get(files, name);

	return (manifest_hex(f, "sha256", s->packed_sha256) ||
	    manifest_u64(f, "bytes", &s->packed_bytes) ||
	    manifest_hex(f, "plain_sha256", s->plain_sha256) ||
	    manifest_u64(f, "plain_bytes", &s->plain_bytes) || manifest_u64(f, "lines", &s->lines));
}

/* Read size, root and range of a tree; whether they belong together is left to manifest_tree_of().
 */
static int
manifest_read_tree(const struct json *root, const char *key, struct manifest_tree *t)
{
	const struct json *j = json_get(root, key), *range = json_get(j, "range"), *h;

	if (manifest_u64(j, "size", &t->size) || manifest_hex(j, "root", t->root) ||
	    range == NULL || range->kind != JSON_ARRAY)
		return (-1);
	for (h = range->child; h != NULL; h = h->next) {
		if (t->n == MERKLE_RANGE_MAX || h->kind != JSON_STRING ||
		    h->len != DIGEST_SHA256_HEX)
			return (-1);
		memcpy(t->range[t->n++], h->text, DIGEST_SHA256_HEX + 1);
	}
	return (0);
}

/* Read the number of rows by verdict; -1 if there are more than MANIFEST_COUNTS_MAX or one is
 * malformed. */
static int
manifest_counts(const struct json *map, struct manifest *m)
{
	const struct json *j;

	if (map == NULL || map->kind != JSON_OBJECT)
		return (-1);
	for (j = map->child; j != NULL; j = j->next) {
		struct manifest_count *c = &m->counts[m->ncounts++];

		if (m->ncounts > MANIFEST_COUNTS_MAX || j->kind != JSON_NUMBER ||
		    strlen(j->key) >= sizeof(c->word) ||
		    num_u64(j->text, j->len, 0, INT64_MAX, &c->n))
			return (-1);
		(void)snprintf(c->word, sizeof(c->word), "%s", j->key);
	}
	return (0);
}

/* Read the instant under ${key} in microseconds; non-zero if it is missing or malformed. */
static int
manifest_instant(const struct json *map, const char *key, int64_t *us)
{
	const struct json *j = json_get(map, key);

	return (j == NULL || j->kind != JSON_STRING || instant_parse(j->text, j->len, us));
}

/* Fill ${m}, which must be zeroed, from the parsed JSON; -1 if a member is missing or malformed.
 */
static int
manifest_read(const struct json *root, struct manifest *m)
{
	const struct json *files = json_get(root, "files");
	const struct json *previous = json_get(root, "previous_manifest_sha256");
	char format[64];

	if (manifest_text(root, "format", format, sizeof(format)) ||
	    strcmp(format, MANIFEST_FORMAT) != 0 ||
	    manifest_text(root, "origin", m->origin, sizeof(m->origin)) ||
	    manifest_text(root, "table", m->table, sizeof(m->table)) ||
	    manifest_u64(root, "sequence", &m->sequence) ||
	    manifest_instant(root, "from", &m->period.from) ||
	    manifest_instant(root, "to", &m->period.to) || manifest_u64(root, "rows", &m->rows) ||
	    manifest_u64(root, "late", &m->late) ||
	    manifest_text(root, "profile", m->profile, sizeof(m->profile)) ||
	    manifest_text(root, "config_sha256", m->config_sha256, sizeof(m->config_sha256)) ||
	    manifest_counts(json_get(root, "verdicts"), m) ||
	    manifest_read_tree(root, "tree_before", &m->before) ||
	    manifest_read_tree(root, "tree", &m->after) ||
	    manifest_sums(files, "data/rows.ndjson.zst", &m->rows_file) ||
	    manifest_sums(files, "data/verdicts.ndjson.zst", &m->verdicts_file))
		return (-1);
	if (previous == NULL ||
	    (previous->kind != JSON_NULL &&
		manifest_hex(root, "previous_manifest_sha256", m->previous_sha256)))
		return (-1);
	return (0);
}

int
manifest_parse(const char *p, size_t len, struct manifest *m, struct err *e)
{
	struct buf again = BUF_INIT(MANIFEST_MAX);
	struct json *root = json_parse(p, len, e);
	int rc;

	memset(m, 0, sizeof(*m));
	if (root == NULL)
		return (-1);
	rc = manifest_read(root, m);
	json_free(root);
	/* One text for one meaning: no member more, none twice, nothing in another order. */
	if (rc == 0 &&
	    (manifest_write(m, &again, NULL) || again.len != len || memcmp(again.p, p, len) != 0))
		rc = -1;
	buf_free(&again);
	return (rc == 0 ? 0 : err_set(e, STATUS_DATA, "not a manifest of " MANIFEST_FORMAT));
}

void
manifest_tree(struct merkle *m, struct manifest_tree *t)
{
	unsigned char root[MERKLE_HASH];
	size_t i;

	memset(t, 0, sizeof(*t));
	t->size = m->size;
	t->n = m->n;
	for (i = 0; i < m->n; i++)
		num_hex(t->range[i], m->range[i], MERKLE_HASH);
	merkle_root(m, root);
	num_hex(t->root, root, MERKLE_HASH);
}

int
manifest_tree_of(const struct manifest_tree *t, struct merkle *m)
{
	struct manifest_tree again;
	size_t i;

	m->size = t->size;
	m->n = t->n;
	if (t->n != (size_t)__builtin_popcountll(t->size))
		return (-1);
	for (i = 0; i < t->n; i++)
		if (num_unhex(m->range[i], t->range[i], MERKLE_HASH))
			return (-1);
	manifest_tree(m, &again);
	return (strcmp(again.root, t->root) == 0 ? 0 : -1);
}
