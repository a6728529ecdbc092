/* SPDX-License-Identifier: GPL-2.0 */
/* The PC's CMOS: an MC146818 real-time clock with 128 bytes of RAM. */
#ifndef ZXRUN_X86_CMOS_H
#define ZXRUN_X86_CMOS_H

#include <pthread.h>

#include "../devices/device.h"

#define CMOS_SIZE	128

struct cmos {
	struct device dev;
	struct alarm_clock alarm;
	struct line *line;
	int64_t (*now)(void);	/* UTC seconds of the host */
	pthread_mutex_t lock;
	int64_t offset;		/* what the guest makes of them */
	int64_t match_at;	/* host's second of the alarm; 0: none */
	uint8_t index;
	uint8_t ram[CMOS_SIZE];	/* the clock's registers while it is being set */
};

void cmos_init(struct cmos *cmos, uint64_t base, struct line *line, int64_t (*now)(void));

#endif
