// SPDX-License-Identifier: GPL-2.0
/*
 * 16550A UART. The console gives nothing before the guest says by RTS that it
 * is ready; the rest is in devices/serial_port.h.
 */
#include <string.h>

#include "uart.h"

/* Offsets; DLL and DLM are in place of the first two while LCR.DLAB is set. */
#define RBR	0
#define IER	1
#define IIR	2
#define LCR	3
#define MCR	4
#define LSR	5
#define MSR	6
#define SCR	7

#define IER_RDI		(1u << 0)
#define IER_THRI	(1u << 1)
#define IER_ALL		0x0f

#define IIR_NONE	0x01
#define IIR_THRI	0x02
#define IIR_RDI		0x04
#define IIR_TIMEOUT	0x0c
#define IIR_FIFO	0xc0

#define FCR_ENABLE	(1u << 0)
#define FCR_CLEAR_RX	(1u << 1)
#define FCR_KEPT	0xc9	/* enable, DMA mode, trigger level */

#define LCR_DLAB	(1u << 7)

#define MCR_DTR		(1u << 0)
#define MCR_RTS		(1u << 1)
#define MCR_OUT1	(1u << 2)
#define MCR_OUT2	(1u << 3)
#define MCR_LOOP	(1u << 4)
#define MCR_ALL		0x1f

#define LSR_DR		(1u << 0)
#define LSR_THRE	(1u << 5)
#define LSR_TEMT	(1u << 6)

#define MSR_CTS		(1u << 4)
#define MSR_DSR		(1u << 5)
#define MSR_RI		(1u << 6)
#define MSR_DCD		(1u << 7)

static struct uart *uart_of(const struct serial_port *port)
{
	return container_of(port, struct uart, port);
}

static unsigned int fifo_size(const struct serial_port *port)
{
	return uart_of(port)->fcr & FCR_ENABLE ? SERIAL_FIFO : 1;
}

static unsigned int rx_trigger(const struct uart *uart)
{
	static const uint8_t level[4] = { 1, 4, 8, 14 };

	return uart->fcr & FCR_ENABLE ? level[uart->fcr >> 6] : 1;
}

/*
 * The highest interrupt. The receive timeout passes at once: characters come
 * from a program, and waiting for more of them gains nothing.
 */
static uint8_t pending(const struct uart *uart)
{
	if (uart->ier & IER_RDI && uart->port.rx.count >= rx_trigger(uart))
		return IIR_RDI;
	if (uart->ier & IER_RDI && uart->port.rx.count)
		return IIR_TIMEOUT;
	if (uart->ier & IER_THRI && uart->thre && serial_port_can_send(&uart->port))
		return IIR_THRI;
	return IIR_NONE;
}

/* A PC lets the interrupt through by OUT2, which a loop disconnects. */
static bool interrupts(const struct serial_port *port)
{
	const struct uart *uart = uart_of(port);
	bool through = (uart->mcr & (MCR_OUT2 | MCR_LOOP)) == MCR_OUT2;

	return through && pending(uart) != IIR_NONE;
}

static bool ready(const struct serial_port *port)
{
	return (uart_of(port)->mcr & (MCR_RTS | MCR_LOOP)) == MCR_RTS;
}

/* Returns true if the console has to be woken. */
static bool transmit(struct uart *uart, uint8_t c)
{
	uart->thre = true;
	if (uart->mcr & MCR_LOOP) {
		if (uart->port.rx.count < fifo_size(&uart->port))
			fifo_push(&uart->port.rx, c);
		return false;
	}
	return serial_port_send(&uart->port, c);
}

/* Telling the transmitter's interrupt takes it back. */
static uint8_t read_iir(struct uart *uart)
{
	uint8_t iir = pending(uart);

	if (iir == IIR_THRI)
		uart->thre = false;
	return uart->fcr & FCR_ENABLE ? iir | IIR_FIFO : iir;
}

static uint8_t read_lsr(const struct uart *uart)
{
	uint8_t lsr = uart->port.rx.count ? LSR_DR : 0;

	return serial_port_can_send(&uart->port) ? lsr | LSR_THRE | LSR_TEMT : lsr;
}

/* In a loop the outputs of MCR are the inputs. */
static uint8_t read_msr(const struct uart *uart)
{
	uint8_t msr = 0;

	if (!(uart->mcr & MCR_LOOP))
		return MSR_CTS | MSR_DSR | MSR_DCD;
	if (uart->mcr & MCR_RTS)
		msr |= MSR_CTS;
	if (uart->mcr & MCR_DTR)
		msr |= MSR_DSR;
	if (uart->mcr & MCR_OUT1)
		msr |= MSR_RI;
	if (uart->mcr & MCR_OUT2)
		msr |= MSR_DCD;
	return msr;
}

static uint64_t uart_read(struct serial_port *port, uint64_t offset, bool *wake)
{
	struct uart *uart = uart_of(port);
	bool dlab = uart->lcr & LCR_DLAB;

	switch (offset) {
	case RBR:
		return dlab ? uart->dll : serial_port_pop(port, wake);
	case IER:
		return dlab ? uart->dlm : uart->ier;
	case IIR:
		return read_iir(uart);
	case LCR:
		return uart->lcr;
	case MCR:
		return uart->mcr;
	case LSR:
		return read_lsr(uart);
	case MSR:
		return read_msr(uart);
	default:
		return uart->scr;
	}
}

/* An interrupt that is let in while the transmitter is empty comes at once. */
static void write_ier(struct uart *uart, uint8_t value)
{
	if (value & ~uart->ier & IER_THRI)
		uart->thre = true;
	uart->ier = value & IER_ALL;
}

/* Switching the FIFOs on or off empties them. */
static void write_fcr(struct uart *uart, uint8_t value)
{
	if (value & FCR_CLEAR_RX || (value ^ uart->fcr) & FCR_ENABLE)
		uart->port.rx.count = 0;
	uart->fcr = value & FCR_ENABLE ? value & FCR_KEPT : 0;
}

static bool uart_write(struct serial_port *port, uint64_t offset, uint64_t written)
{
	struct uart *uart = uart_of(port);
	uint8_t value = (uint8_t)written;
	bool dlab = uart->lcr & LCR_DLAB;

	switch (offset) {
	case RBR:
		if (!dlab)
			return transmit(uart, value);
		uart->dll = value;
		break;
	case IER:
		if (dlab)
			uart->dlm = value;
		else
			write_ier(uart, value);
		break;
	case IIR:
		write_fcr(uart, value);
		break;
	case LCR:
		uart->lcr = value;
		break;
	case MCR:
		uart->mcr = value & MCR_ALL;
		break;
	case SCR:
		uart->scr = value;
		break;
	}
	return false;
}

static const struct serial_model uart_model = {
	.read = uart_read,
	.write = uart_write,
	.interrupts = interrupts,
	.fifo_size = fifo_size,
	.ready = ready,
};

void uart_init(struct uart *uart, uint64_t base, struct line *line)
{
	memset(uart, 0, sizeof(*uart));
	uart->port.dev.name = "16550A";
	uart->port.dev.base = base;
	uart->port.dev.size = 8;
	serial_port_init(&uart->port, &uart_model, line);
	uart->dll = 12;		/* 9600 baud, as firmware leaves it */
}
