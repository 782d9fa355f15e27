/* Any bytes as a pipeline file: read, expanded, checked; never run. */
#include "pipeline/pipeline.h"
#include "base/conf.h"
#include "base/report.h"
#include "fuzz.h"
#include "pipeline/pipeline_load.h"
#include "pipeline/plan.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *given[] = { "who=me", "wellbore=/dev/null" };
	struct option_list set = { given, 0, 0 };
	static const char *sources[] = { "dbf900=/dev/null", "olf001=/dev/null",
		"olf001=/dev/zero" };
	struct option_list from = { sources, size / 4 % 4, 0 };
	struct pipeline_names names = { .run = "00000000-0000-4000-8000-000000000000",
		.run_dir = "/tmp/run",
		.home = "/tmp",
		.set = &set,
		.inbox = &from,
		.tenant = size / 16 % 2 ? "00000000-0000-4000-8000-000000000001" : NULL };
	struct pipeline_faults faults = PIPELINE_FAULTS_INIT;
	struct buf out = BUF_INIT(32 << 20);
	struct err e = ERR_INIT;
	struct report *report;
	struct pipeline *p;
	struct conf *c;

	if ((c = conf_parse("fuzz", data, size, &e)) == NULL)
		return (0);
	report = report_new(size / 2 % 2 ? "json" : "text");
	set.n = size % 2 ? 2 : 0;
	if ((p = pipeline_parse(c, &names, &faults, &e)) != NULL)
		(void)plan_words(p, report, &e);
	(void)report_finish(report, &out, NULL);
	report_free(report);
	/* A file is taken, or there is a reason. */
	if ((p == NULL) != (e.status != STATUS_OK))
		__builtin_trap();
	pipeline_free(p);
	buf_free(&faults.text);
	buf_free(&out);
	return (0);
}
