/* SPDX-License-Identifier: GPL-2.0 */
/* 16550A UART (the PC's COM1): FIFOs of 16 characters. */
#ifndef ZXRUN_X86_UART_H
#define ZXRUN_X86_UART_H

#include <pthread.h>

#include "../devices/device.h"
#include "../devices/fifo.h"

#define UART_FIFO	16
#define UART_WIRE	4096	/* sent, and not yet taken by the console */

struct uart {
	struct device dev;
	struct serial serial;
	struct line *line;
	pthread_mutex_t lock;
	uint8_t ier, fcr, lcr, mcr, scr, dll, dlm;
	bool thre;		/* the transmitter's interrupt is pending */
	struct fifo rx, wire;
	uint8_t rx_bytes[UART_FIFO];
	uint8_t wire_bytes[UART_WIRE];
};

void uart_init(struct uart *uart, uint64_t base, struct line *line);

#endif
