/* SPDX-License-Identifier: GPL-2.0 */
/* The two devices without an interrupt that every machine of zxrun has. */
#ifndef ZXRUN_SIMPLE_H
#define ZXRUN_SIMPLE_H

#include <stdatomic.h>

#include "device.h"

/*
 * struct exit_device: ends zxrun with a status of the guest's wish
 * @request: called with the lowest byte of what the guest stored
 */
struct exit_device {
	struct device dev;
	void (*request)(struct exit_device *exit, int status);
	void *vm;
};

/* struct hole: addresses where nothing is. Reads @value, and says so once. */
struct hole {
	struct device dev;
	uint64_t value;
	atomic_bool *told;	/* shared by all holes of a machine */
};

void exit_device_init(struct exit_device *exit, uint64_t base);
void hole_init(struct hole *hole, uint64_t base, uint64_t size, uint64_t value,
	       atomic_bool *told);

#endif
