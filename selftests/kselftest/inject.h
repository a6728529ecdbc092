/* SPDX-License-Identifier: GPL-2.0 */
/* Make the n-th allocation, or copy from or to user space, fail from here on */
#ifndef INJECT_H
#define INJECT_H

#include <fcntl.h>

#include "zx.h"

#define DEBUG		"/sys/kernel/debug/"
#define MAX_FAULTS	400

static int fail_nth;

static inline void set_knob(const char *name, const char *value)
{
	int fd = open(name, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	ASSERT_EQ(write(fd, value, strlen(value)), (long)strlen(value));
	close(fd);
}

static inline void inject_setup(void)
{
	if (access(DEBUG "failslab", F_OK))
		SKIP("this kernel cannot inject faults (no failslab)");
	/* Each fault would be told with a call trace otherwise */
	set_knob(DEBUG "failslab/verbose", "0");
	set_knob(DEBUG "fail_page_alloc/verbose", "0");
	set_knob(DEBUG "fail_usercopy/verbose", "0");
	set_knob(DEBUG "failslab/ignore-gfp-wait", "N");
	set_knob(DEBUG "fail_page_alloc/ignore-gfp-wait", "N");
	set_knob(DEBUG "fail_page_alloc/ignore-gfp-highmem", "N");
	set_knob(DEBUG "fail_page_alloc/min-order", "0");
	fail_nth = open("/proc/self/fail-nth", O_RDWR | O_CLOEXEC);
	if (fail_nth < 0)
		SKIP("there is no /proc/self/fail-nth");
}

static inline void arm(int n)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%d", n);

	ASSERT_EQ(pwrite(fail_nth, text, len, 0), len);
}

/*
 * Did the fault happen in the call? No more will, after this. The fault may
 * also hit the copy of the answer, and that of the next order; it is used up
 * then.
 */
static inline bool happened(void)
{
	char text[16] = "";
	bool hit;

	hit = pread(fail_nth, text, sizeof(text) - 1, 0) > 0 && !atoi(text);
	if (!hit && pwrite(fail_nth, "0", 1, 0) != 1)
		ASSERT_EQ(errno, EFAULT);
	return hit;
}

#endif /* INJECT_H */
