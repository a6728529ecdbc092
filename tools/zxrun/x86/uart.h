/* SPDX-License-Identifier: GPL-2.0 */
/* 16550A UART (the PC's COM1): FIFOs of 16 characters. */
#ifndef ZXRUN_X86_UART_H
#define ZXRUN_X86_UART_H

#include "../devices/serial_port.h"

struct uart {
	struct serial_port port;
	uint8_t ier, fcr, lcr, mcr, scr, dll, dlm;
	bool thre;		/* the transmitter's interrupt is pending */
};

void uart_init(struct uart *uart, uint64_t base, struct line *line);

#endif
