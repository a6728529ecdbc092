/* SPDX-License-Identifier: GPL-2.0 */
#ifndef ZXVM_UNIT_HRTIMER_H
#define ZXVM_UNIT_HRTIMER_H

#include <linux/types.h>

typedef s64 ktime_t;

struct hrtimer {
	ktime_t expires;
};

#define HRTIMER_MODE_ABS	0

/* Defined by the test: 0 if the time is over, else something has come */
int schedule_hrtimeout(ktime_t *expires, int mode);

#endif /* ZXVM_UNIT_HRTIMER_H */
