/* SPDX-License-Identifier: GPL-2.0 */
/* PL011, Arm's UART (DDI 0183), revision r1p4: FIFOs of 16 characters. */
#ifndef ZXRUN_PL011_H
#define ZXRUN_PL011_H

#include <pthread.h>

#include "../devices/device.h"

#define PL011_FIFO	16
#define PL011_WIRE	4096	/* sent, and not yet taken by the console */

struct pl011 {
	struct device dev;
	struct serial serial;
	struct line *line;
	pthread_mutex_t lock;
	uint32_t ibrd, fbrd, lcrh, cr, ifls, imsc, dmacr;
	uint32_t latched;	/* the part of RIS that stays until cleared */
	uint8_t rx[PL011_FIFO];
	unsigned int rx_head, rx_count;
	uint8_t wire[PL011_WIRE];
	unsigned int wire_head, wire_count;
};

void pl011_init(struct pl011 *uart, uint64_t base, struct line *line);

#endif
