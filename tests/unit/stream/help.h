#ifndef AEGIS_TESTS_STREAM_HELP_H
#define AEGIS_TESTS_STREAM_HELP_H

/*
 * Streams written by hand.  Byte counts are wc(1)'s and digests `xxhsum -H1`'s
 * (package xxhash) of what stands before the seal.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../tap.h"
#include "base/buf.h"
#include "base/digest.h"
#include "base/io.h"
#include "stream/reader.h"

#define RUN "01234567-89ab-4cde-8f01-23456789abcd"
#define SHA1 "1dc5ae5b68174891b6aa9850aa05ee0d9ae8a20468d9517259951a2dd9e9c0f0"
#define SHA2 "41cf6794ba4200b839c53531555f0f3998df4cbb01a4d5cb0b94e3ca5e23947d"
#define SHA3 "22f56333ffdc935a39ca6089d8bead6a5b85686ab91087efe0c8ca450d0044a3"

#define WELL_HEAD                                                                        \
	"#aegis-stream 1 kind=rrc:demo/well source=/data/d%20b%25%C3%A9.ebc.gz run=" RUN \
	"\n_record,_offset,name,depth\n"
#define WELL_ROWS                                  \
	"1,0,SMITH,1200\n2,247,\"O'BRIEN, J.\",\n" \
	"4,741,\"say \"\"hi\"\"\",\"#aegis-seal\"\n5,988,\"\",\" \"\n"
#define WELL_BOOK                                                                 \
	"#aegis-book stage=rrc-decode dataset=demo/well read=6 used=4 skipped=1 " \
	"rejected=1 flawed=2 rows=4 config=" SHA1 " source_sha256=" SHA2          \
	" rejects=rej/a%2Cb:1.csv:" SHA3 " codes=bad_date:2,bad_key:1\n"
#define WELL_SEAL                                                            \
	"#aegis-seal rows=4 read=6 rejected=1 skipped=1 flawed=2 bytes=585 " \
	"xxh64=7aa7e2693269a060 source_sha256=" SHA2 " rejects=rej/a%2Cb:1.csv:" SHA3 "\n"
#define WELL WELL_HEAD WELL_ROWS WELL_BOOK WELL_SEAL

#define ONE                                                                          \
	"#aegis-stream 1 kind=table:t source=- run=" RUN                             \
	"\nonly,_\nx,-\n,-\n\"\",-\n"                                                \
	"#aegis-book stage=t dataset=- read=3 used=3 skipped=0 rejected=0 flawed=0 " \
	"rows=3 config=- source_sha256=- rejects=- codes=-\n"                        \
	"#aegis-seal rows=3 read=3 rejected=0 skipped=0 flawed=0 bytes=222 "         \
	"xxh64=bf59e0bc8ee05d69 source_sha256=- rejects=-\n"

#define EMPTY                                                                        \
	"#aegis-stream 1 kind=table:t source=- run=" RUN                             \
	"\na,b\n"                                                                    \
	"#aegis-book stage=t dataset=- read=0 used=0 skipped=0 rejected=0 flawed=0 " \
	"rows=0 config=- source_sha256=- rejects=- codes=-\n"                        \
	"#aegis-seal rows=0 read=0 rejected=0 skipped=0 flawed=0 bytes=207 "         \
	"xxh64=5f3999f7fcb72d9a source_sha256=- rejects=-\n"

static inline void
help_need(bool ok, const char *what)
{

	if (ok)
		return;
	(void)printf("Bail out! %s\n", what);
	exit(1);
}

/* A descriptor from which the bytes can be read. */
static inline int
help_fd(const void *p, size_t len)
{
	int fd = io_spool(NULL);

	help_need(fd >= 0 && io_write_all(fd, p, len, "spool", NULL) == 0 &&
		lseek(fd, 0, SEEK_SET) == 0,
	    "no spool");
	return (fd);
}

/* All that stands in ${fd}, with a NUL behind it; the caller frees it. */
static inline char *
help_content(int fd, size_t *len)
{
	off_t size = lseek(fd, 0, SEEK_END);
	char *p;

	help_need(size >= 0 && lseek(fd, 0, SEEK_SET) == 0, "no file");
	p = xcalloc((size_t)size + 1, 1);
	*len = (size_t)size;
	help_need(io_read(fd, p, *len, "file", NULL) == size, "short read");
	return (p);
}

/* Read to the end or to a fault; which of both. */
static inline enum stream_event
help_read(const void *p, size_t len, const char *kind, struct err *e)
{
	int fd = help_fd(p, len);
	struct stream_reader *r = stream_reader_open(fd, "in", kind, e);
	enum stream_event event = STREAM_FAULT;

	while (r != NULL && (event = stream_reader_next(r, e)) > STREAM_END)
		continue;
	stream_reader_free(r);
	(void)close(fd);
	return (event);
}

/* Every prefix, every byte changed, left out or doubled. */
static inline void
help_damage(const char *s, size_t len, const char *name)
{
	static const unsigned char masks[] = { 0x01, 0x02, 0x10, 0x20, 0x80, 0xff };
	size_t i, k, cut = 0, cut_said = 0, changed = 0, less = 0, more = 0;
	char *p = xcalloc(len + 2, 1);

	for (i = 0; i < len; i++) {
		struct err e = ERR_INIT;

		cut += help_read(s, i, "", &e) == STREAM_FAULT && e.status == STATUS_DATA;
		cut_said += strstr(e.msg, "the stream is cut: no seal after row") != NULL;
	}
	(void)tap_ok(cut == len, "%s: cut at any of %zu bytes (%zu)", name, len, cut);
	(void)tap_ok(cut_said == len, "and called cut (%zu)", cut_said);
	for (i = 0; i < len; i++) {
		struct err e = ERR_INIT;

		for (k = 0; k < sizeof(masks); k++) {
			memcpy(p, s, len);
			p[i] = (char)((unsigned char)p[i] ^ masks[k]);
			e = (struct err)ERR_INIT;
			changed +=
			    help_read(p, len, "", &e) == STREAM_FAULT && e.status == STATUS_DATA;
		}
		memcpy(p, s, i);
		memcpy(p + i, s + i + 1, len - i - 1);
		e = (struct err)ERR_INIT;
		less += help_read(p, len - 1, "", &e) == STREAM_FAULT;
		memcpy(p, s, i + 1);
		memcpy(p + i + 1, s + i, len - i);
		e = (struct err)ERR_INIT;
		more += help_read(p, len + 1, "", &e) == STREAM_FAULT;
	}
	(void)tap_ok(changed == len * sizeof(masks), "%s: any byte changed (%zu of %zu)", name,
	    changed, len * sizeof(masks));
	(void)tap_ok(less == len, "%s: any byte left out (%zu)", name, less);
	(void)tap_ok(more == len, "%s: any byte doubled (%zu)", name, more);
	free(p);
}

#endif
