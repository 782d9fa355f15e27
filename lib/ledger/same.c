/* Whether a source is the last one. */

#include "ledger/same.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/home.h"
#include "base/infile.h"
#include "base/io.h"

int
same_layout(const char *dataset, char sha256[DIGEST_SHA256_HEX + 1], struct err *e)
{
	const char *slash = strchr(dataset, '/');
	char name[128], path[4096];
	int fd, rc;

	if (slash == NULL ||
	    snprintf(name, sizeof(name), "pipelines/layouts/%.*s.yaml", (int)(slash - dataset),
		dataset) >= (int)sizeof(name))
		return (err_set(e, STATUS_USAGE, "--same takes --dataset LAYOUT/VIEW, not '%s'",
		    dataset));
	if (home_path(path, sizeof(path), name, e) || (fd = infile_open(path, e)) < 0)
		return (-1);
	rc = io_sha256(fd, path, sha256, e);
	(void)close(fd);
	return (rc);
}

int
same_file(const char *file, const char *last, char since[32], struct err *e)
{
	char is[DIGEST_SHA256_HEX + 1] = "";

	if (last[0] != '\0' && io_sha256_regular(file, is, e))
		return (-1);
	if (last[0] == '\0' || strcmp(is, last) != 0)
		since[0] = '\0';
	return (0);
}

void
same_report(const char *since, struct report *r)
{

	report_open(r, NULL);
	report_text(r, "same_as", NULL, since[0] != '\0' ? since : NULL);
	if (since[0] != '\0')
		report_line(r, "the same source as at %s UTC: nothing to do", since);
	else
		report_line(r, "this source, or what it is loaded by, is new");
	report_close(r);
}
