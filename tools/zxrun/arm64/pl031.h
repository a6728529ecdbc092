/* SPDX-License-Identifier: GPL-2.0 */
/* PL031, Arm's real-time clock (DDI 0224). */
#ifndef ZXRUN_PL031_H
#define ZXRUN_PL031_H

#include <pthread.h>

#include "../devices/device.h"

struct pl031 {
	struct device dev;
	struct alarm_clock alarm;
	struct line *line;
	int64_t (*now)(void);	/* seconds since 1970 */
	pthread_mutex_t lock;
	int64_t match_at;	/* the second at which DR is MR; 0: it has been */
	uint32_t offset;	/* DR is now() + offset */
	uint32_t mr, lr, imsc, ris;
};

void pl031_init(struct pl031 *rtc, uint64_t base, struct line *line, int64_t (*now)(void));

#endif
