/* SPDX-License-Identifier: GPL-2.0 */
/* PL011, Arm's UART (DDI 0183), revision r1p4: FIFOs of 16 characters. */
#ifndef ZXRUN_PL011_H
#define ZXRUN_PL011_H

#include "../devices/serial_port.h"

struct pl011 {
	struct serial_port port;
	uint32_t ibrd, fbrd, lcrh, cr, ifls, imsc, dmacr;
	uint32_t latched;	/* the part of RIS that stays until cleared */
};

void pl011_init(struct pl011 *uart, uint64_t base, struct line *line);

#endif
