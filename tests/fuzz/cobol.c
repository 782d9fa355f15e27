/* Any text as a COBOL description: it is refused, or a layout and a table come of it. */
#include "base/buf.h"
#include "cobol/cobol_facts.h"
#include "cobol/cobol_layout.h"
#include "cobol/cobol_read.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char path[] = "/dev/shm/fuzz-cobol.txt";
	struct buf out = BUF_INIT(COBOL_MAX_TEXT);
	struct cobol c = { .name = "fuzz" };
	struct err e = ERR_INIT;
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	if (fd < 0 || write(fd, data, size) != (ssize_t)size || close(fd) != 0)
		abort();
	if (cobol_read(path, &c, &e) == 0) {
		(void)cobol_facts(&c, &out, &e);
		(void)cobol_layout(&c, path, &out, &e);
	} else if (e.status == STATUS_OK) {
		abort();
	}
	if (e.status == STATUS_BUG || e.status == STATUS_IO)
		abort();
	buf_free(&out);
	cobol_free(&c);
	return (0);
}
