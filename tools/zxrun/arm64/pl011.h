/* SPDX-License-Identifier: GPL-2.0 */
/* PL011, Arm's UART (DDI 0183), revision r1p4: FIFOs of 16 characters. */
#ifndef ZXRUN_PL011_H
#define ZXRUN_PL011_H

#include <pthread.h>

#include "../devices/device.h"
#include "../devices/fifo.h"

#define PL011_FIFO	16
#define PL011_WIRE	4096	/* sent, and not yet taken by the console */

struct pl011 {
	struct device dev;
	struct serial serial;
	struct line *line;
	pthread_mutex_t lock;
	uint32_t ibrd, fbrd, lcrh, cr, ifls, imsc, dmacr;
	uint32_t latched;	/* the part of RIS that stays until cleared */
	struct fifo rx, wire;
	uint8_t rx_bytes[PL011_FIFO];
	uint8_t wire_bytes[PL011_WIRE];
};

void pl011_init(struct pl011 *uart, uint64_t base, struct line *line);

#endif
