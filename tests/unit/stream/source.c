/*
 * Raw inputs: plain, gzip, zip and zstd, made by the usual tools; whole, cut,
 * broken, empty; from files and pipes.  SHA-256 is held against sha256sum(1).
 */
#include "stream/source.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../tap.h"
#include "base/digest.h"
#include "base/os.h"

enum { PLAIN = 9 * 1000 * 1000 + 13 };

static char plain_sha[DIGEST_SHA256_HEX + 1];

/* Run a shell command in the work directory; it must succeed. */
static void
sh(const char *cmd)
{

	if (system(cmd) != 0) {
		(void)printf("Bail out! failed: %s\n", cmd);
		exit(1);
	}
}

static void
sha256sum(const char *path, char hex[DIGEST_SHA256_HEX + 1])
{
	char cmd[256];
	FILE *f;

	(void)snprintf(cmd, sizeof(cmd), "sha256sum < %s", path);
	if ((f = popen(cmd, "r")) == NULL ||
	    fread(hex, 1, DIGEST_SHA256_HEX, f) != DIGEST_SHA256_HEX) {
		(void)printf("Bail out! no sha256sum\n");
		exit(1);
	}
	hex[DIGEST_SHA256_HEX] = '\0';
	(void)pclose(f);
}

static off_t
size_of(const char *path)
{
	struct stat st;

	return (stat(path, &st) == 0 ? st.st_size : -1);
}

/* Text that packs to about half, larger than the ring. */
static void
make_plain(void)
{
	FILE *f = fopen("plain", "wb");
	uint64_t x = 42;
	long i;

	for (i = 0; f != NULL && i < PLAIN; i++) {
		x = x * 6364136223846793005U + 1442695040888963407U;
		(void)putc("0123456789ABCDEF"[x >> 60], f);
	}
	if (f == NULL || fclose(f) != 0) {
		(void)printf("Bail out! cannot write a file\n");
		exit(1);
	}
	sha256sum("plain", plain_sha);
}

struct result {
	struct err e;
	uint64_t out;                        /* bytes read */
	char out_sha[DIGEST_SHA256_HEX + 1]; /* of the unpacked bytes */
	char raw_sha[DIGEST_SHA256_HEX + 1]; /* as the source says */
	uint64_t raw;
	char name[200];
	bool opened;
};

static struct result
slurp(const char *path, const char *member)
{
	struct result r = { .e = ERR_INIT };
	struct digest_sha256 *d = digest_sha256_new();
	const unsigned char *p;
	struct source *s;
	ssize_t n = -1;

	if ((s = source_open(path, member, &r.e)) != NULL) {
		r.opened = true;
		(void)snprintf(r.name, sizeof(r.name), "%s", source_name(s));
		while ((n = source_read(s, &p, &r.e)) > 0) {
			digest_sha256_update(d, p, (size_t)n);
			r.out += (uint64_t)n;
		}
		source_sha256(s, r.raw_sha, &r.raw);
		source_close(s);
	}
	digest_sha256_final(d, r.out_sha);
	if ((n < 0) != (r.e.status != STATUS_OK))
		(void)tap_ok(0, "%s: a failure has an error, and only a failure", path);
	return (r);
}

/* ${path} is whole, unpacks to what sha256sum says of ${want}. */
static void
is_whole(const char *path, const char *member, const char *want, const char *name)
{
	struct result r = slurp(path, member);
	char sha[DIGEST_SHA256_HEX + 1];

	(void)tap_ok(r.e.status == STATUS_OK, "%s is read to its end", name);
	if (r.e.status != STATUS_OK)
		(void)printf("# %s\n", r.e.msg);
	sha256sum(want, sha);
	(void)tap_is(r.out_sha, sha, "  its bytes are right");
	(void)tap_is(r.name, name, "  its name");
	if (strcmp(path, "-") == 0)
		return;
	sha256sum(path, sha);
	(void)tap_is(r.raw_sha, sha, "  its SHA-256 is sha256sum's");
	(void)tap_ok(r.raw == (uint64_t)size_of(path), "  and its size");
}

/* ${path} fails with ${status}, and the message has ${word} and the path. */
static void
is_refused(const char *path, const char *member, enum status status, const char *word,
    const char *what)
{
	struct result r = slurp(path, member);

	if (!tap_ok(r.e.status == status && strstr(r.e.msg, word) != NULL &&
		    strstr(r.e.msg, path) != NULL,
		"%s", what))
		(void)printf("# status %d: %s\n", (int)r.e.status, r.e.msg);
	(void)tap_ok(strcmp(r.raw_sha, r.opened ? "-" : "") == 0, "  no SHA-256 without the end");
}

/* Standard input becomes what ${cmd} prints, over a pipe. */
static FILE *
stdin_from(const char *cmd)
{
	FILE *f = popen(cmd, "r");

	if (f == NULL || dup2(fileno(f), STDIN_FILENO) < 0) {
		(void)printf("Bail out! popen\n");
		exit(1);
	}
	return (f);
}

/* Let go of the pipe, so that a writer who still writes dies of it. */
static void
stdin_end(FILE *f)
{
	int fd = open("/dev/null", O_RDONLY);

	if (fd < 0 || dup2(fd, STDIN_FILENO) < 0)
		exit(1);
	(void)close(fd);
	(void)pclose(f);
}

static void
test_whole(void)
{

	sh("gzip -n < plain > one.gz && zstd -q -f --check plain -o one.zst && zip -q one.zip plain");
	is_whole("plain", NULL, "plain", "plain");
	is_whole("one.gz", NULL, "plain", "one.gz");
	is_whole("one.zst", NULL, "plain", "one.zst");
	is_whole("one.zip", NULL, "plain", "one.zip:plain");
	is_whole("one.zip", "plain", "plain", "one.zip:plain");
	sh("printf x > x && gzip -n < x > x.gz");
	is_whole("x", NULL, "x", "x");
	is_whole("x.gz", NULL, "x", "x.gz");
	sh("head -c 1000 plain > a && tail -c +1001 plain > b && gzip -c a > two.gz && "
	   "gzip -c < /dev/null >> two.gz && gzip -c b >> two.gz");
	is_whole("two.gz", NULL, "plain", "two.gz");
	sh("cp two.gz padded.gz && head -c 70000 /dev/zero >> padded.gz");
	is_whole("padded.gz", NULL, "plain", "padded.gz");
	sh("zstd -q -c a > two.zst && zstd -q -c b >> two.zst");
	is_whole("two.zst", NULL, "plain", "two.zst");
	sh("printf '\\120\\052\\115\\030\\003\\000\\000\\000abc' | cat - two.zst > skip.zst");
	is_whole("skip.zst", NULL, "plain", "skip.zst");
	sh("mkdir d && cp a b d && zip -q -r several.zip d x");
	is_whole("several.zip", "d/b", "b", "several.zip:d/b");
	is_whole("several.zip", "x", "x", "several.zip:x");
	sh("zip -q -0 stored.zip b && printf 'a comment' | zip -q -z stored.zip > /dev/null");
	is_whole("stored.zip", NULL, "b", "stored.zip:b");
	sh("zip -q - - < plain > streamed.zip");
	is_whole("streamed.zip", NULL, "plain", "streamed.zip:-");
}

static void
test_nothing(void)
{

	sh(": > empty && gzip -c empty > empty.gz && zstd -q -c empty > empty.zst && "
	   "zip -q empty.zip empty && mkdir dir && zip -q -r nofile.zip dir");
	is_refused("missing", NULL, STATUS_NOINPUT, "cannot open", "a missing file");
	is_refused("dir", NULL, STATUS_NOINPUT, "directory", "a directory");
	is_refused("empty", NULL, STATUS_NOINPUT, "empty", "an empty file");
	is_refused("/dev/null", NULL, STATUS_NOINPUT, "empty", "/dev/null");
	is_refused("empty.gz", NULL, STATUS_NOINPUT, "unpacks to nothing", "a gzip of nothing");
	is_refused("empty.zst", NULL, STATUS_NOINPUT, "unpacks to nothing", "a zstd of nothing");
	is_refused("empty.zip", NULL, STATUS_NOINPUT, "unpacks to nothing", "a zip of nothing");
	is_refused("nofile.zip", NULL, STATUS_NOINPUT, "without a file", "a zip without a file");
	is_refused("plain", "x", STATUS_USAGE, "not a zip", "--member of a plain file");
	is_refused("one.gz", "x", STATUS_USAGE, "not a zip", "--member of a gzip file");
}

/* Two files of one name: which of them was meant is not for us to say. */
static void
test_twice(void)
{

	sh("python3 -W ignore -c \"import zipfile; z = zipfile.ZipFile('twice.zip', 'w');"
	   " z.writestr('x', 'one'); z.writestr('x', 'two'); z.writestr('y', 'three')\"");
	is_refused("twice.zip", "x", STATUS_DATA, "more than one file 'x'",
	    "a zip with a file twice");
	sh("printf three > three");
	is_whole("twice.zip", "y", "three", "twice.zip:y");
	sh("rm -f three");
}

/* Cut at each of these shares of the length, and by single bytes at the end. */
static void
test_cut(const char *file)
{
	static const long at[] = { 5, 11, 40, 1000, -1, -2, -4, -8, -9, -21, -22, -23, -60 };
	char cmd[256], what[64];
	size_t i;

	for (i = 0; i < sizeof(at) / sizeof(at[0]) + 3; i++) {
		long n = i < sizeof(at) / sizeof(at[0]) ?
		    at[i] :
		    (long)size_of(file) / 4 * (long)(i - sizeof(at) / sizeof(at[0]) + 1);

		(void)snprintf(cmd, sizeof(cmd), "head -c %ld %s > cut", n, file);
		sh(cmd);
		(void)snprintf(what, sizeof(what), "%s cut at %ld", file, n);
		is_refused("cut", NULL, STATUS_DATA, "byte", what);
		(void)unlink("cut");
	}
}

/* Turn over one byte at ${offset} (from the end where negative). */
static void
damage(const char *file, off_t offset)
{
	char cmd[128];
	unsigned char c;
	int fd;

	(void)snprintf(cmd, sizeof(cmd), "cp %s bad", file);
	sh(cmd);
	offset = offset < 0 ? size_of(file) + offset : offset;
	if ((fd = open("bad", O_RDWR)) < 0 || pread(fd, &c, 1, offset) != 1) {
		(void)printf("Bail out! cannot damage %s\n", file);
		exit(1);
	}
	c = (unsigned char)~c;
	if (pwrite(fd, &c, 1, offset) != 1)
		exit(1);
	(void)close(fd);
}

static void
test_broken(void)
{

	damage("one.gz", 2000000);
	is_refused("bad", NULL, STATUS_DATA, "byte", "gzip with a wrong byte inside");
	damage("one.gz", -6);
	is_refused("bad", NULL, STATUS_DATA, "check", "gzip with a wrong CRC");
	damage("one.gz", -2);
	is_refused("bad", NULL, STATUS_DATA, "check", "gzip with a wrong length");
	damage("one.zst", 2000000);
	is_refused("bad", NULL, STATUS_DATA, "byte", "zstd with a wrong byte inside");
	damage("one.zst", -2);
	is_refused("bad", NULL, STATUS_DATA, "byte", "zstd with a wrong checksum");
	damage("one.zip", 2000000);
	is_refused("bad", NULL, STATUS_DATA, "byte", "zip with a wrong byte inside");
	damage("stored.zip", 2000000);
	is_refused("bad", NULL, STATUS_DATA, "CRC", "stored zip with a wrong byte inside");
	sh("cp one.gz bad && printf 'and more' >> bad");
	is_refused("bad", NULL, STATUS_DATA, "after the end", "bytes behind a gzip");
	sh("cp padded.gz bad && printf z >> bad");
	is_refused("bad", NULL, STATUS_DATA, "after the end", "a byte behind a gzip's padding");
	sh("cp one.zst bad && printf 'and more' >> bad");
	is_refused("bad", NULL, STATUS_DATA, "byte", "bytes behind a zstd");
	sh("cp one.gz bad && head -c 5 one.gz >> bad");
	is_refused("bad", NULL, STATUS_DATA, "cut short", "a second gzip member cut in its header");
	sh("cp one.zst bad && head -c 3 one.zst >> bad");
	is_refused("bad", NULL, STATUS_DATA, "byte", "a second zstd frame cut in its header");
}

static void
test_zip(void)
{
	struct result r;

	is_refused("several.zip", NULL, STATUS_DATA, "holds 3 files: d/", "several members");
	r = slurp("several.zip", NULL);
	(void)tap_ok(strstr(r.e.hint, "--member") != NULL, "  with a hint");
	is_refused("several.zip", "y", STATUS_NOINPUT, "it holds: ", "a member that is not there");
	is_refused("one.zip", "y", STATUS_NOINPUT, "no file 'y'", "not there, of one");
	sh("zip -q -P secret locked.zip a");
	is_refused("locked.zip", NULL, STATUS_DATA, "encrypted", "an encrypted zip");
	sh("mkdir m && cd m && for i in $(seq 10 40); do echo $i > file-$i; done && "
	   "zip -q ../many.zip file-*");
	is_refused("many.zip", NULL, STATUS_DATA, "file-29, ...", "many members: 20 are listed");
}

static void
test_pipe(void)
{
	struct result r;
	FILE *f;

	f = stdin_from("cat plain");
	is_whole("-", NULL, "plain", "-");
	stdin_end(f);
	/* The magic comes in single bytes. */
	f = stdin_from("head -c 1 one.gz; sleep 0.1; tail -c +2 one.gz");
	is_whole("-", NULL, "plain", "-");
	stdin_end(f);
	f = stdin_from("cat one.zst");
	is_whole("-", NULL, "plain", "-");
	stdin_end(f);
	f = stdin_from("cat one.zip");
	is_whole("-", NULL, "plain", "-:plain");
	stdin_end(f);
	f = stdin_from("cat several.zip");
	is_whole("-", "d/b", "b", "-:d/b");
	stdin_end(f);
	f = stdin_from("cat several.zip");
	is_refused("-", NULL, STATUS_DATA, "holds 3 files", "several members from a pipe");
	stdin_end(f);
	f = stdin_from("cat locked.zip");
	is_refused("-", NULL, STATUS_DATA, "encrypted", "an encrypted zip from a pipe");
	stdin_end(f);
	f = stdin_from("head -c -1 one.zip");
	is_refused("-", NULL, STATUS_DATA, "cut short", "a zip from a pipe, cut by one byte");
	stdin_end(f);
	f = stdin_from("head -c -60 one.zip");
	is_refused("-", NULL, STATUS_DATA, "cut short", "a zip from a pipe, cut in its directory");
	stdin_end(f);
	f = stdin_from("head -c 3000000 one.zip");
	is_refused("-", NULL, STATUS_DATA, "byte", "a zip from a pipe, cut in its data");
	stdin_end(f);
	f = stdin_from("cat /dev/null");
	is_refused("-", NULL, STATUS_NOINPUT, "empty", "an empty pipe");
	stdin_end(f);
	if (freopen("plain", "rb", stdin) == NULL)
		exit(1);
	r = slurp("-", NULL);
	(void)tap_is(r.raw_sha, plain_sha, "standard input from a file");
}

static void
test_close(void)
{
	static const char *const files[] = { "plain", "one.gz", "one.zst", "one.zip" };
	struct err e = ERR_INIT;
	const unsigned char *p;
	struct source *s;
	size_t i;
	uint64_t start;
	int reads;
	FILE *f;

	for (i = 0; i < 4; i++) {
		for (reads = 0; reads < 4; reads++) {
			int k = 0;

			if ((s = source_open(files[i], NULL, &e)) == NULL)
				break;
			while (k < reads && source_read(s, &p, &e) > 0)
				k++;
			source_close(s);
			if (k < reads)
				break;
		}
		(void)tap_ok(reads == 4, "%s closed after 0 to 3 reads", files[i]);
	}
	/* The writer of the pipe stalls; closing must not wait for it. */
	start = os_now_ns();
	f = stdin_from("head -c 3000000 plain; exec sleep 2");
	if ((s = source_open("-", NULL, &e)) != NULL)
		(void)tap_ok(source_read(s, &p, &e) > 0, "a pipe that stalls gives what it has");
	source_close(s);
	source_close(NULL);
	(void)tap_ok(e.status == STATUS_OK && os_now_ns() - start < 1500000000U,
	    "closed while it stalled");
	stdin_end(f);
}

/* After the end, and after an error, the answer stays the same. */
static void
test_again(void)
{
	struct err e = ERR_INIT, e2 = ERR_INIT;
	const unsigned char *p;
	struct source *s;

	if ((s = source_open("x", NULL, &e)) != NULL) {
		(void)tap_ok(source_read(s, &p, &e) == 1 && *p == 'x', "one byte");
		(void)tap_ok(source_read(s, &p, &e) == 0 && source_read(s, &p, &e) == 0,
		    "the end stays the end");
		source_close(s);
	}
	sh("head -c 3000000 one.gz > bad");
	if ((s = source_open("bad", NULL, &e)) != NULL) {
		while (source_read(s, &p, &e) > 0)
			continue;
		(void)tap_ok(source_read(s, &p, &e2) == -1 && strcmp(e.msg, e2.msg) == 0,
		    "an error stays the error");
		source_close(s);
	}
}

int
main(void)
{
	char dir[] = "/tmp/aegis-source-XXXXXX", cmd[64];

	if (mkdtemp(dir) == NULL || chdir(dir) != 0)
		return (1);
	make_plain();
	test_whole();
	test_nothing();
	test_twice();
	test_cut("one.gz");
	test_cut("one.zst");
	test_cut("one.zip");
	test_broken();
	test_zip();
	test_pipe();
	test_close();
	test_again();
	(void)snprintf(cmd, sizeof(cmd), "rm -rf %s", dir);
	if (chdir("/") == 0)
		sh(cmd);
	return (tap_end());
}
