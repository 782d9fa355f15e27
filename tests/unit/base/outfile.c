/* Outputs are made beside and renamed; what is no regular file is written in place; none is an input. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../tap.h"
#include "base/infile.h"
#include "base/outfile.h"
#include "base/samefile.h"

static char content[64];

/* What is in a file, or NULL where there is none. */
static const char *
text(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd == -1)
		return (NULL);
	n = read(fd, content, sizeof(content) - 1);
	(void)close(fd);
	content[n > 0 ? n : 0] = '\0';
	return (content);
}

static void
put(const char *path, const char *s)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (fd == -1 || write(fd, s, strlen(s)) != (ssize_t)strlen(s) || close(fd) == -1)
		(void)tap_ok(0, "put %s: %s", path, strerror(errno));
}

static void
test_beside(void)
{
	struct err e = ERR_INIT;
	struct outfile *o;
	struct stat st;

	put("a", "old");
	put("a.partial", "of a dead run");
	o = outfile_open("a", &e);
	(void)tap_ok(o != NULL && outfile_is_file(o), "a regular target is opened");
	(void)tap_is(outfile_name(o), "a.partial", "beside");
	(void)tap_ok(write(outfile_fd(o), "new", 3) == 3, "is written");
	(void)tap_is(text("a"), "old", "the target is as it was");
	(void)tap_ok(outfile_finish(o, &e) == 0, "is finished");
	(void)tap_is(text("a"), "new", "has its name");
	(void)tap_ok(text("a.partial") == NULL, "and no other");
	(void)tap_ok(stat("a", &st) == 0 && (st.st_mode & 0137) == 0, "its mode is 0640 at most");

	o = outfile_open("a", &e);
	(void)tap_ok(o != NULL && write(outfile_fd(o), "half", 4) == 4, "another");
	outfile_abandon(o, true);
	(void)tap_is(text("a.partial"), "half", "abandoned, it can be kept");
	(void)tap_is(text("a"), "new", "beside the target");
	o = outfile_open("a", &e);
	outfile_abandon(o, false);
	(void)tap_ok(text("a.partial") == NULL, "or goes");
}

static void
test_links(void)
{
	struct err e = ERR_INIT;
	struct outfile *o;
	struct stat st;

	put("victim", "mine");
	(void)unlink("b");
	(void)tap_ok(symlink("victim", "b.partial") == 0,
	    "another's link where the partial file goes");
	o = outfile_open("b", &e);
	(void)tap_ok(o != NULL && write(outfile_fd(o), "x", 1) == 1 && outfile_finish(o, &e) == 0,
	    "is replaced");
	(void)tap_is(text("victim"), "mine", "not followed");
	(void)tap_is(text("b"), "x", "the output is there");

	(void)tap_ok(symlink("victim", "c") == 0, "a link as the target");
	o = outfile_open("c", &e);
	(void)tap_ok(o != NULL && write(outfile_fd(o), "through", 7) == 7 &&
		outfile_finish(o, &e) == 0,
	    "is written");
	(void)tap_ok(lstat("c", &st) == 0 && S_ISLNK(st.st_mode), "stays a link");
	(void)tap_is(text("victim"), "through", "to the file behind it");

	o = outfile_open("/dev/null", &e);
	(void)tap_ok(o != NULL && !outfile_is_file(o) && outfile_finish(o, &e) == 0,
	    "a device is opened");
	(void)tap_ok(stat("/dev/null", &st) == 0 && S_ISCHR(st.st_mode), "and stays one");
	(void)tap_ok(outfile_open("no/such/dir", &e) == NULL && e.status == STATUS_OUTPUT,
	    "no directory");
}

static void
test_same(void)
{
	struct err e = ERR_INIT;
	struct outfile *o;
	int fd;

	put("in", "input");
	fd = infile_open("in", &e);
	(void)tap_ok(fd != -1, "an input");
	(void)tap_ok(link("in", "alias") == 0, "of two names");
	(void)tap_ok(outfile_open("in", &e) == NULL && e.status == STATUS_USAGE, "is no output");
	e = (struct err)ERR_INIT;
	(void)tap_ok(outfile_open("alias", &e) == NULL && e.status == STATUS_USAGE,
	    "under neither name");
	e = (struct err)ERR_INIT;
	(void)tap_is(text("in"), "input", "nor is it touched");
	samefile_drop(fd);
	(void)close(fd);
	put("d.partial", "input");
	fd = infile_open("d.partial", &e);
	(void)tap_ok(outfile_open("d", &e) == NULL && e.status == STATUS_USAGE,
	    "nor what its partial file would replace");
	e = (struct err)ERR_INIT;
	(void)tap_is(text("d.partial"), "input", "which stays");
	samefile_drop(fd);
	(void)close(fd);
	o = outfile_open("in", &e);
	(void)tap_ok(o != NULL, "once it is done with, it may be");
	(void)tap_ok(outfile_open("in", &e) == NULL, "but one output only");
	e = (struct err)ERR_INIT;
	(void)tap_ok(infile_open("in.partial", &e) == -1 && e.status == STATUS_USAGE,
	    "and no input");
	e = (struct err)ERR_INIT;
	outfile_abandon(o, false);
	(void)tap_ok(mkfifo("fifo", 0600) == 0 && infile_regular("fifo", &e) == -1 &&
		e.status == STATUS_DATA,
	    "a FIFO where a regular file must be");
	e = (struct err)ERR_INIT;
	(void)tap_ok(infile_inside("c", &e) == -1, "a link inside what was received");
}

int
main(void)
{
	char dir[] = "/tmp/aegis-unit-XXXXXX", clean[64];

	if (mkdtemp(dir) == NULL || chdir(dir) == -1)
		return (1);
	test_beside();
	test_links();
	test_same();
	(void)snprintf(clean, sizeof(clean), "rm -r %s", dir);
	(void)tap_ok(system(clean) == 0, "tidied");
	return (tap_end());
}
