/* Manifests written and read, and the archives that they belong to, found by name and by path. */
#include "archive/chain.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../tap.h"
#include "archive/bag.h"

static char dir[] = "/tmp/aegis-chain-XXXXXX";

static void
manifest(struct manifest *m, uint64_t sequence)
{
	struct merkle tree;

	memset(m, 0, sizeof(*m));
	(void)strcpy(m->table, "audit_logs");
	(void)strcpy(m->origin, "example.com/audit/audit_logs");
	m->sequence = sequence;
	m->period.from = INT64_C(1793664000000000) + (int64_t)(sequence - 1) * INT64_C(86400000000);
	m->period.to = m->period.from + INT64_C(86400000000);
	(void)strcpy(m->profile, "py-sorted");
	memset(m->config_sha256, 'c', DIGEST_SHA256_HEX);
	if (sequence > 1)
		memset(m->previous_sha256, 'd', DIGEST_SHA256_HEX);
	merkle_init(&tree);
	manifest_tree(&tree, &m->before);
	manifest_tree(&tree, &m->after);
	merkle_end(&tree);
	memset(m->rows_file.packed_sha256, 'a', DIGEST_SHA256_HEX);
	memset(m->rows_file.plain_sha256, 'b', DIGEST_SHA256_HEX);
	m->verdicts_file = m->rows_file;
}

/* An archive of only its manifest. */
static void
archive(const char *name, const struct buf *text)
{
	struct err e = ERR_INIT;
	char path[CHAIN_PATH];

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	(void)mkdir(path, 0755);
	(void)strcat(path, "/data");
	(void)mkdir(path, 0755);
	(void)tap_ok(bag_put(path, "manifest.json", text->p, text->len, &e) == 0, "%s %s", name,
	    e.msg);
}

int
main(void)
{
	struct buf text = BUF_INIT(MANIFEST_MAX);
	struct chain c = { NULL, 0, 0 };
	struct manifest m, again;
	struct err e = ERR_INIT;
	char name[CHAIN_NAME], path[CHAIN_PATH], cmd[CHAIN_PATH + 20];
	size_t i, n;

	if (!tap_ok(mkdtemp(dir) != NULL, "a directory"))
		return (tap_end());
	for (i = 2; i > 0; i--) {
		text.len = 0;
		manifest(&m, i);
		(void)tap_ok(manifest_write(&m, &text, &e) == 0, "a manifest %s", e.msg);
		(void)tap_ok(manifest_parse(text.p, text.len, &again, &e) == 0 &&
			memcmp(&again, &m, sizeof(m)) == 0,
		    "read again it is the same %s", e.msg);
		archive(chain_name(name, "audit_logs", i, &m.period), &text);
	}
	(void)tap_is(name, "audit_logs-000001-2026-11-03", "an archive's name");
	/* Written again, what was read differs at least where a byte was changed. */
	for (i = 0, n = 0; i < text.len; i++) {
		struct buf other = BUF_INIT(MANIFEST_MAX);
		struct err why = ERR_INIT;
		char kept = text.p[i];

		text.p[i] = kept == '0' ? '1' : '0';
		n += manifest_parse(text.p, text.len, &again, &why) == 0 &&
		    (manifest_write(&again, &other, &why) != 0 || other.len != text.len ||
			memcmp(other.p, text.p, text.len) != 0);
		text.p[i] = kept;
		buf_free(&other);
	}
	(void)tap_ok(n == 0, "a byte changed is refused or kept (%zu are neither)", n);

	(void)tap_ok(chain_list(&c, dir, "audit_logs", &e) == 0 && c.n == 2 &&
		c.v[0].sequence == 1 && c.v[1].sequence == 2,
	    "the archives of a directory, in order %s", e.msg);
	chain_free(&c);
	memset(&c, 0, sizeof(c));
	for (i = 2; i > 0; i--) {
		manifest(&m, i);
		(void)snprintf(path, sizeof(path), "%s/%s//", dir,
		    chain_name(name, "audit_logs", i, &m.period));
		(void)tap_ok(chain_add(&c, path, &e) == 0, "one by its path %s", e.msg);
	}
	(void)tap_ok(c.n == 2 && c.v[0].sequence == 1 && c.v[1].sequence == 2 &&
		strcmp(c.v[0].name, "audit_logs-000001-2026-11-03") == 0 &&
		c.v[0].path[strlen(c.v[0].path) - 1] != '/',
	    "are in order, too, without the slashes");
	(void)snprintf(path, sizeof(path), "%s/none", dir);
	(void)tap_ok(chain_add(&c, path, &e) != 0 && c.n == 2, "one that does not exist: %s",
	    e.msg);
	chain_free(&c);
	buf_free(&text);
	(void)snprintf(cmd, sizeof(cmd), "rm -r '%s'", dir);
	(void)tap_ok(system(cmd) == 0, "removed");
	return (tap_end());
}
