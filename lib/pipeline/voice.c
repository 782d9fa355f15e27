/* What a run says while it works. */

#include "pipeline/voice.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/io.h"
#include "base/os.h"
#include "base/screen.h"
#include "pipeline/result.h"
#include "pipeline/tail.h"

enum { VOICE_HELD_MAX = 1000 }; /* lines of all steps together; more are for the log alone */

/* Levels, by the words that messages have, with syslog's numbers. */
static const struct {
	const char *word;
	int priority;
} voice_levels[] = { { ": error: ", 3 }, { ": hint: ", 3 }, { ": warning: ", 4 },
	{ ": info: ", 6 } };

/* A line that waits for its step's end. */
struct voice_held {
	char *step, *line;
	size_t stage;
};

struct voice {
	enum voice_level level;
	int log;     /* -1: none */
	int journal; /* a socket, or -1 */
	const char *run;
	struct voice_held *held;
	size_t n, cap;
};

/* Is standard error connected to the journal?  systemd says so by device and inode. */
static bool
voice_is_journal(void)
{
	const char *env = getenv("JOURNAL_STREAM");
	unsigned long long dev, ino;
	struct stat st;

	return (env != NULL && sscanf(env, "%llu:%llu", &dev, &ino) == 2 &&
	    fstat(STDERR_FILENO, &st) == 0 && (unsigned long long)st.st_dev == dev &&
	    (unsigned long long)st.st_ino == ino);
}

/* A socket to the journal, or -1: then lines go to standard error alone. */
static int
voice_journal(void)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fd;

	if (!voice_is_journal() || (fd = socket(AF_UNIX, SOCK_DGRAM, 0)) < 0)
		return (-1);
	(void)snprintf(to.sun_path, sizeof(to.sun_path), "/run/systemd/journal/socket");
	if (fcntl(fd, F_SETFD, FD_CLOEXEC) == 0 &&
	    connect(fd, (const struct sockaddr *)&to, sizeof(to)) == 0)
		return (fd);
	(void)close(fd);
	return (-1);
}

struct voice *
voice_new(enum voice_level level, const char *log, struct err *e)
{
	struct voice *v = xcalloc(1, sizeof(*v));

	v->level = level;
	v->log = -1;
	v->journal = voice_journal();
	if (log == NULL ||
	    (v->log = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0640)) >= 0)
		return (v);
	(void)err_sys(e, STATUS_OUTPUT, "cannot open log '%s'", log);
	voice_free(v);
	return (NULL);
}

void
voice_free(struct voice *v)
{
	size_t i;

	if (v == NULL)
		return;
	for (i = 0; i < v->n; i++) {
		free(v->held[i].step);
		free(v->held[i].line);
	}
	free(v->held);
	if (v->log >= 0)
		(void)close(v->log);
	if (v->journal >= 0)
		(void)close(v->journal);
	free(v);
}

void
voice_run(struct voice *v, const char *run)
{

	v->run = run;
}

/* The line's level as syslog counts; one that says none is information. */
static int
voice_priority(const char *line)
{
	size_t i;

	for (i = 0; i < sizeof(voice_levels) / sizeof(voice_levels[0]); i++)
		if (strstr(line, voice_levels[i].word) != NULL)
			return (voice_levels[i].priority);
	return (6);
}

/* The line with its time and step, for the log. */
static void
voice_to_log(const struct voice *v, const char *step, const char *line)
{
	struct buf b = BUF_INIT(16 * TAIL_LINE_MAX);
	char now[32];

	if (v->log < 0)
		return;
	(void)os_utc(now, sizeof(now), time(NULL));
	/* One write(2) a line, so that runs can share a file. */
	if (buf_addf(&b, NULL, "%s %.8s %s %s\n", now, v->run != NULL ? v->run : "-",
		step != NULL ? step : "-", line) == 0)
		(void)io_write_all(v->log, b.p, b.len, "the log", NULL);
	buf_free(&b);
}

/* The line with its fields, for the journal (systemd's native protocol); false where it did not go there. */
static bool
voice_to_journal(const struct voice *v, const char *step, const char *line)
{
	struct buf b = BUF_INIT(16 * TAIL_LINE_MAX);
	bool sent = false;

	if (v->journal < 0)
		return (false);
	if (buf_addf(&b, NULL, "PRIORITY=%d\nSYSLOG_IDENTIFIER=aegis\nAEGIS_RUN=%s\n",
		voice_priority(line), v->run != NULL ? v->run : "") == 0 &&
	    (step == NULL || buf_addf(&b, NULL, "AEGIS_STEP=%s\n", step) == 0) &&
	    buf_addf(&b, NULL, "MESSAGE=%s\n", line) == 0)
		sent = send(v->journal, b.p, b.len, MSG_NOSIGNAL) == (ssize_t)b.len;
	buf_free(&b);
	return (sent);
}

/* The line on standard error, or in the journal in its place. */
static void
voice_show(const struct voice *v, const char *step, const char *line)
{
	struct buf b = BUF_INIT(16 * TAIL_LINE_MAX);

	if (!voice_to_journal(v, step, line) && buf_addf(&b, NULL, "%s\n", line) == 0)
		(void)io_write_all(STDERR_FILENO, b.p, b.len, "standard error", NULL);
	buf_free(&b);
}

/* Keep the line until its step is over. */
static void
voice_hold(struct voice *v, const char *step, size_t stage, const char *line)
{
	struct voice_held *h;

	if (v->n == VOICE_HELD_MAX)
		return;
	if (v->n == v->cap)
		v->held = xgrow(v->held, &v->cap, sizeof(*v->held));
	h = &v->held[v->n++];
	h->step = xstrdup(step);
	h->line = xstrdup(line);
	h->stage = stage;
}

void
voice_line(struct voice *v, const char *step, size_t stage, const char *line, size_t len)
{
	struct buf b = BUF_INIT(16 * TAIL_LINE_MAX);
	const char *clean = NULL;
	int priority;

	/* What a stage says may be anybody's words. */
	if (screen_quote(&b, line, len, NULL) == 0)
		clean = buf_str(&b, NULL);
	if (clean != NULL) {
		priority = voice_priority(clean);
		voice_to_log(v, step, clean);
		if (v->level == VOICE_VERBOSE)
			voice_show(v, step, clean);
		else if (priority <= 3)
			voice_hold(v, step, stage, clean);
		else if (priority == 4 && v->level == VOICE_NORMAL)
			voice_show(v, step, clean);
	}
	buf_free(&b);
}

void
voice_step(struct voice *v, const char *step, int blamed)
{
	size_t i, n = 0;

	for (i = 0; i < v->n; i++) {
		struct voice_held *h = &v->held[i];

		if (strcmp(h->step, step) != 0) {
			v->held[n++] = *h;
			continue;
		}
		if (blamed == RESULT_NOBODY || h->stage == (size_t)blamed)
			voice_show(v, step, h->line);
		free(h->step);
		free(h->line);
	}
	v->n = n;
}

void
voice_own(struct voice *v, const char *line)
{

	struct buf b = BUF_INIT(16 * TAIL_LINE_MAX);
	const char *clean = NULL;

	if (screen_quote(&b, line, strlen(line), NULL) == 0)
		clean = buf_str(&b, NULL);
	if (clean != NULL)
		voice_to_log(v, NULL, clean);
	buf_free(&b);
}
