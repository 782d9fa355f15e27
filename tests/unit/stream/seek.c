/*
 * Raw inputs at any place, against the bytes themselves: plain, gzip, zstd with and without a table of
 * frames, a file in a zip; kept files, made by stream/keep.h, whole and with any byte of theirs changed.
 */
#include "stream/seek.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../tap.h"
#include "base/io.h"
#include "stream/keep.h"
#include "stream/zst.h"
#include "stream/zst_seek.h"

enum { PLAIN = 9 * 1000 * 1000 + 13, READS = 200, DAMAGES = 200 };

static unsigned char *plain;
static char kept[4096];

/* A number, the same ones in every run. */
static size_t
next(void)
{
	static uint64_t x = 7;

	x = x * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return ((size_t)(x >> 33));
}

/* Run a shell command in the work directory; it must succeed. */
static void
sh(const char *cmd)
{

	if (system(cmd) != 0) {
		(void)printf("Bail out! failed: %s\n", cmd);
		exit(1);
	}
}

/* Text that packs to about half, of three frames. */
static void
make_plain(void)
{
	FILE *f = fopen("plain", "wb");
	size_t i;

	plain = xcalloc(1, PLAIN);

	for (i = 0; i < PLAIN; i++)
		plain[i] = (unsigned char)("etaoin\n0123456789"[next() % 17]);
	if (f == NULL || fwrite(plain, 1, PLAIN, f) != PLAIN || fclose(f) != 0) {
		(void)printf("Bail out! cannot write\n");
		exit(1);
	}
}

/* One read: as many bytes as there are, and the right ones. */
static bool
read_right(struct seek *s, uint64_t at, size_t n)
{
	struct buf b = BUF_INIT(1 << 24);
	struct err e = ERR_INIT;
	size_t want = at >= PLAIN ? 0 : PLAIN - at < n ? PLAIN - (size_t)at : n;
	bool right;

	right = seek_read(s, at, n, &b, &e) == 0 && b.len == want &&
	    (want == 0 || memcmp(b.p, plain + at, want) == 0);
	buf_free(&b);
	return (right);
}

/* Forward, back, over the frames' edges, at and behind the end. */
static void
try_input(const char *path, const char *member, int reads)
{
	static const size_t edges[] = { 0, (4 << 20) - 3, 4 << 20, (8 << 20) - 1, PLAIN - 5, PLAIN,
		PLAIN + 7, 1 };
	struct err e = ERR_INIT;
	struct seek *s = seek_open(path, member, &e);
	int i, right = 0;

	(void)tap_ok(s != NULL, "%s: opened%s%s", path, e.msg[0] ? ": " : "", e.msg);
	if (s == NULL)
		return;
	for (i = 0; i < (int)(sizeof(edges) / sizeof(edges[0])); i++)
		right += read_right(s, edges[i], 10);
	(void)tap_ok(right == i, "%s: at edges", path);
	for (i = right = 0; i < reads; i++)
		right += read_right(s, next() % PLAIN, next() % 100000);
	(void)tap_ok(right == reads, "%s: anywhere", path);
	seek_close(s);
}

/* keep_fn: remember the name. */
static void
note_kept(void *cookie, const char *path, bool before)
{

	*(int *)cookie += before;
	(void)snprintf(kept, sizeof(kept), "%s", path);
}

static void
test_keep(void)
{
	struct err e = ERR_INIT;
	struct buf found = BUF_INIT(4096), sha = BUF_INIT(1 << 20);
	int before = 0;

	(void)tap_ok(keep_write("plain.gz", "kept", note_kept, &before, &e) == 0,
	    "a source is kept");
	(void)tap_ok(keep_write("plain.gz", "kept", note_kept, &before, &e) == 0, "once more");
	(void)tap_ok(before == 1, "it was there before");
	sh("sha256sum < plain.gz | cut -c1-64 | tr -d '\\n' > sum; zstd -qdc kept/plain-*.zst | cmp - plain");
	(void)tap_ok(io_slurp("sum", &sha, &e) == 0 && buf_str(&sha, &e) != NULL, "sha256sum");
	(void)tap_ok(keep_find("kept", sha.p, NULL, &found, &e) == 0, "looked for");
	(void)tap_is(found.p, kept, "by the digest that sha256sum says");
	(void)tap_ok(keep_find(kept, sha.p, "any", &found, &e) == 0, "a file");
	(void)tap_is(found.p, kept, "is what it says itself");
	sha.p[63] = sha.p[63] == '0' ? '1' : '0';
	(void)tap_ok(keep_find("kept", sha.p, NULL, &found, &e) == 0,
	    "another digest with the same beginning");
	(void)tap_ok((long)found.len == 0, "is not there");
	(void)tap_ok(keep_find("plain", sha.p, NULL, &found, &e) == 0, "what is not kept");
	(void)tap_ok((long)found.len == 0, "is not either");
	(void)tap_ok(keep_find("nowhere", sha.p, NULL, &found, &e) == -1, "a place that is none");
	(void)tap_ok((long)e.status == (long)STATUS_NOINPUT, "is an error");
	buf_free(&found);
	buf_free(&sha);
}

/* A byte changed anywhere: an error, no table any more, or the right bytes; never wrong ones. */
static void
test_damage(void)
{
	struct buf file = BUF_INIT(1 << 24);
	struct err e = ERR_INIT;
	int i, wrong = 0, seen = 0;

	(void)tap_ok(io_slurp(kept, &file, &e) == 0, "the kept file");
	for (i = 0; i < DAMAGES; i++) {
		const size_t at = i < DAMAGES / 2 ? file.len - 1 - (size_t)i : next() % file.len;
		struct buf got = BUF_INIT(1 << 24);
		struct err why = ERR_INIT;
		struct zst_seek *z = NULL;
		const char was = file.p[at];
		int fd = io_spool(&why), rc;

		file.p[at] = (char)(was ^ (1 << next() % 8));
		(void)io_write_all(fd, file.p, file.len, "spool", &why);
		file.p[at] = was;
		rc = zst_seek_open(fd, "spool", &z, &why);
		if (rc == 0 && z != NULL)
			rc = zst_seek_read(z, 0, PLAIN, &got, &why);
		seen += rc != 0 || z == NULL;
		wrong +=
		    rc == 0 && z != NULL && (got.len != PLAIN || memcmp(got.p, plain, PLAIN) != 0);
		zst_seek_free(z);
		(void)close(fd);
		buf_free(&got);
	}
	(void)tap_ok(wrong == 0, "no wrong bytes from %d changed files", DAMAGES);
	(void)tap_ok(seen > DAMAGES / 4, "%d of %d changes were seen", seen, DAMAGES);
	buf_free(&file);
}

int
main(void)
{
	char dir[] = "/tmp/aegis-seek-XXXXXX", cmd[64];

	if (mkdtemp(dir) == NULL || chdir(dir) != 0)
		return (1);
	make_plain();
	sh("gzip -1 < plain > plain.gz && zstd -q -3 plain -o plain.zst && zip -q plain.zip plain &&"
	   " mkdir dir && cp plain dir/a");
	test_keep();
	try_input("plain", NULL, READS);
	try_input(kept, NULL, READS);
	try_input("plain.gz", NULL, 3);
	try_input("plain.zst", NULL, 3);
	try_input("plain.zip", "plain", 3);
	try_input("dir", "a", 3);
	test_damage();
	free(plain);
	(void)snprintf(cmd, sizeof(cmd), "rm -rf %s", dir);
	if (chdir("/") == 0)
		sh(cmd);
	return (tap_end());
}
