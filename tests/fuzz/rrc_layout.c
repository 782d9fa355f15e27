/* Any bytes as a layout file: read and checked, or refused with a message. */
#include "fuzz.h"
#include "rrc/layout.h"
#include "rrc/layout_load.h"
#include "rrc/view.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err e = ERR_INIT;
	struct layout *l = layout_parse("fuzz", data, size, &e);

	if (l != NULL)
		(void)view_check(l, &e);
	else if (e.status == STATUS_OK)
		abort();
	layout_free(l);
	return (0);
}
