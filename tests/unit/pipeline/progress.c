/* The status lines that stages write, and the line that the runner makes of them. */
#include "base/progress.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../../tap.h"
#include "base/json.h"
#include "base/os.h"
#include "pipeline/monitor.h"

/* Read what there is, without waiting. */
static size_t
take(int fd, char *p, size_t size)
{
	ssize_t n = read(fd, p, size - 1);

	p[n > 0 ? n : 0] = '\0';
	return (n > 0 ? (size_t)n : 0);
}

static void
stage_side(void)
{
	struct err e = ERR_INIT;
	char fdno[16], line[4096];
	uint64_t t0, n;
	struct json *j;
	int fd[2], i;

	(void)unsetenv("AEGIS_STATUS_FD");
	progress_init("none");
	progress_end(1, 2, 3, 4);
	(void)setenv("AEGIS_STATUS_FD", "987654", 1);
	progress_init("closed");
	progress_end(1, 2, 3, 4);
	(void)tap_ok(1, "without a descriptor nothing happens");
	if (os_pipe(fd, &e) || fcntl(fd[0], F_SETFL, O_NONBLOCK) < 0 ||
	    fcntl(fd[1], F_SETFL, O_NONBLOCK) < 0)
		exit(1);
	(void)snprintf(fdno, sizeof(fdno), "%d", fd[1]);
	(void)setenv("AEGIS_STATUS_FD", fdno, 1);
	progress_init("test");
	for (t0 = os_now_ns(), n = 0; os_now_ns() - t0 < 500000000; n++)
		progress_tick(n, n, 0, n);
	(void)tap_ok(take(fd[0], line, sizeof(line)) == 0, "nothing in the first second");
	for (; os_now_ns() - t0 < 1500000000; n++)
		progress_tick(n, n, 0, n);
	(void)take(fd[0], line, sizeof(line));
	(void)tap_ok(strchr(line, '\n') != NULL && strchr(line, '\n')[1] == '\0',
	    "one line in the next one");
	progress_size(99);
	progress_end(10, 7, 3, UINT64_MAX);
	(void)take(fd[0], line, sizeof(line));
	(void)tap_is(line,
	    "{\"stage\":\"test\",\"read\":10,\"rows\":7,\"rejected\":3,"
	    "\"bytes\":18446744073709551615,\"size\":99}\n",
	    "the last line at once");
	(void)tap_ok((j = json_parse(line, strlen(line), &e)) != NULL, "is JSON");
	json_free(j);
	progress_phase("links of \"%s\"", "Well");
	(void)take(fd[0], line, sizeof(line));
	(void)tap_is(line, "{\"stage\":\"test\",\"phase\":\"links of ?Well?\"}\n", "a phase");
	for (i = 0; i < 2000; i++)
		progress_end(1, 2, 3, 4);
	(void)tap_ok(1, "a full pipe does not stop the stage");
	(void)close(fd[0]);
	(void)close(fd[1]);
}

static void
status(struct monitor *m, size_t step, size_t stage, const char *line)
{

	monitor_status(m, step, stage, line, strlen(line));
}

static void
runner_side(void)
{
	struct monitor *m = monitor_new(2);
	uint64_t now = os_now_ns();
	char line[200];

	(void)tap_ok(monitor_line(m, 0, now, line, sizeof(line)) == 0, "nothing runs");
	monitor_start(m, 0, "one", 50000000);
	monitor_start(m, 1, "two", 0);
	now = os_now_ns();
	(void)monitor_line(m, 0, now + 3000000000, line, sizeof(line));
	(void)tap_is(line, "one: 3 s", "nothing is known yet");
	status(m, 0, 0, "{\"rows\":5,\"bytes\":10000000}");
	status(m, 0, 1, "{\"rows\":4,\"bytes\":77}");
	status(m, 0, 0, "{\"rows\":6,\"bytes\":20000000}");
	status(m, 1, 0, "not JSON");
	status(m, 1, 0, "[1]");
	status(m, 1, 0, "{\"rows\":\"7\",\"bytes\":-1}");
	status(m, 1, 0, "{\"phase\":7}");
	(void)monitor_line(m, 0, now + 10000000000, line, sizeof(line));
	(void)tap_is(line, "one:  40 %, 4 rows, 0 rows/s, 0:15 left",
	    "rows from below, bytes from above, the rest by the rate");
	status(m, 1, 0, "{\"rows\":7000,\"bytes\":90000000,\"size\":1890000000}");
	(void)monitor_line(m, 1, now + 10000000000, line, sizeof(line));
	(void)tap_is(line, "two:   5 %, 7000 rows, 700 rows/s, 3:20 left",
	    "a size that the stage knows");
	(void)tap_ok(monitor_line(m, 1, now + 10000000000, line, 20) == 19 && strlen(line) == 19,
	    "cut to the line");
	status(m, 1, 1, "{\"stage\":\"entity-load\",\"phase\":\"links\"}");
	(void)monitor_line(m, 1, os_now_ns() + 12000000000, line, sizeof(line));
	(void)tap_is(line, "two: links, 12 s", "what is not counted");
	monitor_stop(m, 0);
	monitor_stop(m, 1);
	(void)tap_ok(monitor_line(m, 0, now, line, sizeof(line)) == 0, "all done");
	monitor_free(m);
}

int
main(void)
{

	stage_side();
	runner_side();
	return (tap_end());
}
