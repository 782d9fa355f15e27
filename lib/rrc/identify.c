/* What a file is, by its first bytes. */

#include "rrc/identify.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/home.h"
#include "base/instant.h"
#include "rrc/date.h"
#include "rrc/intake.h"
#include "rrc/layout_load.h"
#include "stream/members.h"
#include "stream/source.h"
#include "stream/unpack.h"

enum {
	IDENTIFY_HEAD = 4 << 20, /* bytes that are looked at */
	IDENTIFY_LAYOUTS = 200,
};

/* What was found of one file. */
struct identified {
	const struct layout *layout; /* NULL: none fits */
	int segment;                 /* of a delimited file, or -1 */
	struct intake_rating rating;
	char what[300]; /* instead */
	char named[11]; /* date in its name */
};

struct identify {
	struct layout *layouts[IDENTIFY_LAYOUTS];
	size_t n;
	char today[11];
};

struct identify *
identify_new(void)
{
	struct identify *id = xcalloc(1, sizeof(*id));
	struct err e = ERR_INIT;
	char path[4096], file[4600];
	struct dirent *d;
	char now[28];
	DIR *dir;

	(void)instant_text(now, (int64_t)time(NULL) * INSTANT_SECOND);
	memcpy(id->today, now, 10);
	if (home_path(path, sizeof(path), "pipelines/layouts", &e) || (dir = opendir(path)) == NULL)
		return (id);
	while (id->n < IDENTIFY_LAYOUTS && (d = readdir(dir)) != NULL) {
		size_t n = strlen(d->d_name);

		e.status = STATUS_OK;
		if (n < 6 || n > 200 || strcmp(d->d_name + n - 5, ".yaml") != 0)
			continue;
		(void)snprintf(file, sizeof(file), "%s/%s", path, d->d_name);
		if ((id->layouts[id->n] = layout_load(file, &e)) != NULL)
			id->n++;
	}
	(void)closedir(dir);
	return (id);
}

void
identify_free(struct identify *id)
{
	size_t i;

	for (i = 0; i < id->n; i++)
		layout_free(id->layouts[i]);
	free(id);
}

/* How well the layout fits, of 1000. */
static size_t
identify_score(const struct intake_rating *r)
{
	size_t records, values;

	if (r->records == 0)
		return (0);
	records = 1000 * r->fit / r->records;
	values = r->seen.looked == 0 ? 500 : 1000 - 1000 * r->seen.misfits / r->seen.looked;
	return (4 * r->fit < 3 * r->records ? 0 : (records + values) / 2);
}

/* The segment whose file's name has the pattern, where several have the same columns; -1: none. */
static int
identify_segment(const struct layout *l, const char *name)
{
	const char *last = strrchr(name, '/');
	size_t i;

	last = last != NULL ? last + 1 : name;
	for (i = 0; i < l->nsegments; i++)
		if (l->segments[i].file != NULL && unpack_fits(l->segments[i].file, last))
			return ((int)i);
	return (-1);
}

/* Try each layout on the head of ${name}; the best that fits. */
static void
identify_try(const struct identify *id, const char *name, const unsigned char *head, size_t len,
    struct identified *out)
{
	size_t best = 0, score, i;
	int s;

	for (i = 0; i < id->n; i++) {
		struct intake_options o = { id->layouts[i], -1, PROBE_AUTO, name, true };
		struct intake_rating r;
		struct err ignored = ERR_INIT;

		s = o.segment = identify_segment(id->layouts[i], name);
		if (intake_rate(&o, head, len, id->today, &r, &ignored)) {
			/* Its name is another's, perhaps. */
			ignored.status = STATUS_OK;
			s = o.segment = -1;
			if (id->layouts[i]->form != LAYOUT_DELIMITED ||
			    intake_rate(&o, head, len, id->today, &r, &ignored))
				continue;
		}
		/* A file without rows is known by its header. */
		score = r.records == 0 && id->layouts[i]->text.header != LAYOUT_HEADER_NONE ?
		    900 :
		    identify_score(&r);
		if (score <= best)
			continue;
		best = score;
		out->layout = id->layouts[i];
		out->segment = s;
		out->rating = r;
	}
}

/* Things that come instead of RRC's files, by their first bytes. */
static const struct {
	const char *magic;
	size_t len;
	const char *what;
} identify_magic[] = {
	{ "%PDF", 4, "a PDF: a manual or a page, not data" },
	{ "<!DOCTYPE", 9, "an HTML page: the download failed, or asks for something" },
	{ "<!doctype", 9, "an HTML page: the download failed, or asks for something" },
	{ "<html", 5, "an HTML page: the download failed, or asks for something" },
	{ "<?xml", 5, "XML" },
	{ "\xd0\xcf\x11\xe0", 4, "an old Office document" },
	{ "\x1f\x9d", 2, "compressed by compress(1) (.Z): unpack it first" },
	{ "\xff\xfe", 2, "text in UTF-16: convert it, iconv -f UTF-16 -t UTF-8" },
	{ "\xfe\xff", 2, "text in UTF-16: convert it, iconv -f UTF-16 -t UTF-8" },
	{ "#aegis-stream", 13, "a sealed stream: aegis unseal reads it" },
	{ "BZh", 3, "compressed by bzip2: unpack it first" },
	{ "\xfd"
	  "7zXZ",
	    5, "compressed by xz: unpack it first" },
	{ "7z\xbc\xaf", 4, "a 7z archive: unpack it first" },
	{ "Rar!", 4, "a RAR archive: unpack it first" },
};

/* Do records of one length follow each other, each with its length before it (IBM's RDW)? */
static bool
identify_rdw(const unsigned char *p, size_t len)
{
	size_t at = 0, n, records = 0;

	while (at + 4 <= len && records < 20) {
		n = (size_t)p[at] << 8 | p[at + 1];
		if (n < 6 || p[at + 2] != 0 || p[at + 3] != 0)
			return (false);
		at += n;
		records++;
	}
	return (records >= 2);
}

/* Share, in percent, of bytes that text in ${ebcdic} or ASCII is made of: letters, digits, blanks. */
static size_t
identify_text(const unsigned char *p, size_t len, bool ebcdic)
{
	struct charset c;
	size_t n = 0, i;

	charset_init(&c, ebcdic ? CHARSET_EBCDIC : CHARSET_ASCII);
	for (i = 0; i < len; i++) {
		unsigned char ch = c.latin1[p[i]];

		n += ch == ' ' || (ch >= '0' && ch <= '9') || (ch >= 'A' && ch <= 'Z') ||
		    (ch >= 'a' && ch <= 'z') || (!ebcdic && (ch == '\n' || ch == '\r'));
	}
	return (len == 0 ? 0 : 100 * n / len);
}

/* No layout fits: what may it be? */
static void
identify_instead(const unsigned char *head, size_t len, struct identified *out)
{
	const size_t n = len < 4096 ? len : 4096;
	const unsigned char *nl = memchr(head, '\n', n);
	size_t i;

	for (i = 0; i < sizeof(identify_magic) / sizeof(identify_magic[0]); i++)
		if (len >= identify_magic[i].len &&
		    memcmp(head, identify_magic[i].magic, identify_magic[i].len) == 0) {
			(void)snprintf(out->what, sizeof(out->what), "%s", identify_magic[i].what);
			return;
		}
	if (identify_rdw(head, len))
		(void)snprintf(out->what, sizeof(out->what),
		    "records with their lengths before them (RDW): fetch the file without them");
	else if (len >= 32 && (head[0] == 0x03 || head[0] == 0x83) && head[2] >= 1 &&
	    head[2] <= 12 && head[3] >= 1 && head[3] <= 31)
		(void)snprintf(out->what, sizeof(out->what),
		    "a dBase table, which no layout is for");
	else if (head[0] == '{' || head[0] == '[')
		(void)snprintf(out->what, sizeof(out->what), "JSON, which no layout is for");
	else if (identify_text(head, n, true) > 60 &&
	    identify_text(head, n, true) > identify_text(head, n, false))
		(void)snprintf(out->what, sizeof(out->what), "EBCDIC records that fit no layout");
	else if (identify_text(head, n, false) > 60 && nl != NULL)
		(void)snprintf(out->what, sizeof(out->what),
		    "text that fits no layout; its first line has %zu bytes", (size_t)(nl - head));
	else if (identify_text(head, n, false) > 60)
		(void)snprintf(out->what, sizeof(out->what),
		    "text without line ends: was a tape converted?");
	else
		(void)snprintf(out->what, sizeof(out->what), "not known");
}

/* The date in a file's name: CCYYMMDD or MM-DD-CCYY, where no digit is beside it. */
static void
identify_named(const char *name, const char *today, char out[11])
{
	const char *p;
	char d[9], day[11] = "";

	out[0] = '\0';
	for (p = name; *p != '\0'; p++) {
		size_t n = strspn(p, "0123456789");

		memset(d, 0, sizeof(d));
		if (n == 8 || n == 14)
			memcpy(d, p, 8);
		else if (n == 2 && p[2] == '-' && strspn(p + 3, "0123456789") == 2 && p[5] == '-' &&
		    strspn(p + 6, "0123456789") == 4)
			(void)snprintf(d, sizeof(d), "%.4s%.2s%.2s", p + 6, p, p + 3);
		if (d[0] != '\0' && date_day(d, day) == DATE_OK && strcmp(day, today) <= 0)
			memcpy(out, day, 11);
		p += n > 0 ? n - 1 : 0;
	}
}

/* Read the head of ${path}, or of a file in it; where it breaks off, what there is. */
static int
identify_head(const char *path, const char *member, struct buf *head, char **name, struct err *e)
{
	struct source *s = source_open_part(path, member, e);
	const unsigned char *p;
	ssize_t n = 0;

	if (s == NULL)
		return (-1);
	*name = xstrdup(source_name(s));
	while (head->len < IDENTIFY_HEAD && (n = source_read(s, &p, e)) > 0)
		if (buf_add(head, p, (size_t)n, e))
			n = -1;
	source_close(s);
	return (n < 0);
}

/* How its records are made, in words. */
static const char *
identify_form(const struct identified *f)
{

	if (f->layout == NULL)
		return (NULL);
	if (f->layout->form == LAYOUT_JSON)
		return ("JSON");
	if (f->layout->form == LAYOUT_DELIMITED)
		return ("delimited text");
	return (f->rating.charset == CHARSET_EBCDIC ? "EBCDIC records" : "ASCII lines");
}

/* Say what one file is: a line for people, an object for programs. */
static void
identify_report(struct report *r, const char *name, const struct identified *f)
{
	const struct layout *l = f->layout;
	const struct intake_rating *q = &f->rating;
	const char *segment = f->segment >= 0 && l != NULL ? l->segments[f->segment].id : NULL;
	char why[200], length[40] = "";

	(void)snprintf(why, sizeof(why), "%zu of %zu records, %zu of %zu values fit", q->fit,
	    q->records, q->seen.looked - q->seen.misfits, q->seen.looked);
	if (l != NULL && l->form == LAYOUT_RECORDS)
		(void)snprintf(length, sizeof(length), " of %zu bytes", l->length);
	report_open(r, NULL);
	report_text(r, "file", NULL, name);
	report_text(r, "layout", NULL, l != NULL ? l->name : NULL);
	report_text(r, "title", NULL, l != NULL ? l->title : NULL);
	report_text(r, "segment", NULL, segment);
	report_text(r, "form", NULL, identify_form(f));
	report_text(r, "extract_date", NULL, f->named[0] != '\0' ? f->named : NULL);
	report_text(r, "newest_date", NULL, q->newest[0] != '\0' ? q->newest : NULL);
	report_text(r, "why", NULL, l != NULL ? why : f->what);
	report_close(r);
	if (l == NULL)
		report_finding(r, "%s: not known: %s", name, f->what);
	else
		report_finding(r, "%s: %s%s%s, %s%s%s%s%s%s; %s", name, l->name,
		    segment != NULL ? "/" : "", segment != NULL ? segment : "", identify_form(f),
		    length, f->named[0] != '\0' ? ", named " : "", f->named,
		    q->newest[0] != '\0' ? ", newest date " : "", q->newest, why);
}

/* Find out what one file is; also where it breaks off, which is an error. */
static int
identify_one(const struct identify *id, const char *path, const char *member, struct identified *f,
    char **name, struct err *e)
{
	struct buf head = BUF_INIT(IDENTIFY_HEAD + (2 << 20));
	int rc = identify_head(path, member, &head, name, e);

	memset(f, 0, sizeof(*f));
	f->segment = -1;
	if (rc == 0 || head.len > 0) {
		identify_named(*name, id->today, f->named);
		identify_try(id, *name, (const unsigned char *)head.p, head.len, f);
		if (f->layout == NULL)
			identify_instead((const unsigned char *)head.p, head.len, f);
	}
	buf_free(&head);
	return (rc);
}

int
identify_file(const struct identify *id, const char *path, struct report *r, size_t *unknown,
    struct err *e)
{
	struct identified f;
	struct members m;
	char *name;
	size_t i;
	int rc;

	if (members_list(path, &m, e)) {
		members_release(&m);
		return (-1);
	}
	for (i = 0, rc = 0; rc == 0 && (i < m.n || (i == 0 && m.n == 0)); i++) {
		struct err bad = ERR_INIT;

		name = NULL;
		rc = identify_one(id, path, m.n > 0 ? m.names[i] : NULL, &f, &name, &bad);
		/* A file that is broken is an answer, too. */
		if (rc != 0 && (bad.status == STATUS_DATA || m.n > 0)) {
			(void)snprintf(f.what, sizeof(f.what), "%.290s", bad.msg);
			f.layout = NULL;
			rc = 0;
		} else if (rc != 0) {
			*e = bad;
		}
		if (rc == 0) {
			identify_report(r, name != NULL ? name : m.n > 0 ? m.names[i] : path, &f);
			*unknown += f.layout == NULL;
		}
		free(name);
	}
	members_release(&m);
	return (rc);
}

/* The later of two days, of which either may be "". */
static void
identify_later(char day[11], const char *other)
{

	if (strcmp(other, day) > 0)
		memcpy(day, other, 11);
}

/* Take what was found of one of the source's files. */
static void
identify_join(struct identify_what *out, const struct identified *f)
{

	if (f->layout == NULL) {
		if (out->layout[0] == '\0')
			(void)snprintf(out->why, sizeof(out->why), "%s", f->what);
		return;
	}
	if (out->layout[0] != '\0' && strcmp(out->layout, f->layout->name) != 0) {
		(void)snprintf(out->why, sizeof(out->why),
		    "holds files of layouts %.60s and %.60s: unpack it", out->layout,
		    f->layout->name);
		return;
	}
	(void)snprintf(out->layout, sizeof(out->layout), "%s", f->layout->name);
	identify_later(out->named, f->named);
	identify_later(out->newest, f->rating.newest);
}

int
identify_what(const struct identify *id, const char *path, struct identify_what *out, struct err *e)
{
	struct identified f;
	struct members m;
	char *name;
	size_t i;
	int rc;

	memset(out, 0, sizeof(*out));
	rc = members_list(path, &m, e);
	for (i = 0; rc == 0 && (i < m.n || (i == 0 && m.n == 0)); i++) {
		name = NULL;
		rc = identify_one(id, path, m.n > 0 ? m.names[i] : NULL, &f, &name, e);
		if (rc == 0 || f.layout != NULL)
			identify_join(out, &f);
		free(name);
	}
	members_release(&m);
	/* Its own name may say more than those of the files in it. */
	identify_named(path, id->today, f.named);
	if (rc == 0)
		identify_later(out->named, f.named);
	if (out->why[0] != '\0' && strncmp(out->why, "holds", 5) == 0)
		out->layout[0] = '\0';
	return (rc);
}

void
identify_name(const char *path, const char *member, char *dst, size_t size)
{
	struct err ignored = ERR_INIT;
	struct identify *id = identify_new();
	struct identified f;
	char *name = NULL;

	dst[0] = '\0';
	if (identify_one(id, path, member, &f, &name, &ignored) == 0 && f.layout != NULL)
		(void)snprintf(dst, size, "%s (%s)", f.layout->name, f.layout->title);
	free(name);
	identify_free(id);
}
