// SPDX-License-Identifier: GPL-2.0
/*
 * 16550A UART. What the guest sends goes at once to a buffer, the wire, from
 * which the console takes it; only when the console does not keep up does the
 * guest see a transmitter that is not empty. Characters are received one for
 * one: the console gives no more than fits, and none before the guest says by
 * RTS that it is ready, so that none is lost.
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

static unsigned int fifo_size(const struct uart *uart)
{
	return uart->fcr & FCR_ENABLE ? UART_FIFO : 1;
}

static unsigned int rx_trigger(const struct uart *uart)
{
	static const uint8_t level[4] = { 1, 4, 8, 14 };

	return uart->fcr & FCR_ENABLE ? level[uart->fcr >> 6] : 1;
}

/* A handler that saw the transmitter empty may send a FIFO's worth unasked. */
static bool wire_has_room(const struct uart *uart)
{
	return uart->wire.count <= UART_WIRE - UART_FIFO;
}

/*
 * The highest interrupt. The receive timeout passes at once: characters come
 * from a program, and waiting for more of them gains nothing.
 */
static uint8_t pending(const struct uart *uart)
{
	if (uart->ier & IER_RDI && uart->rx.count >= rx_trigger(uart))
		return IIR_RDI;
	if (uart->ier & IER_RDI && uart->rx.count)
		return IIR_TIMEOUT;
	if (uart->ier & IER_THRI && uart->thre && wire_has_room(uart))
		return IIR_THRI;
	return IIR_NONE;
}

/* A PC lets the interrupt through by OUT2, which a loop disconnects. */
static void update_line(struct uart *uart)
{
	bool through = (uart->mcr & (MCR_OUT2 | MCR_LOOP)) == MCR_OUT2;

	line_set(uart->line, through && pending(uart) != IIR_NONE);
}

static size_t rx_room(const struct uart *uart)
{
	if ((uart->mcr & (MCR_RTS | MCR_LOOP)) != MCR_RTS || uart->rx.count >= fifo_size(uart))
		return 0;
	return fifo_size(uart) - uart->rx.count;
}

/* Returns true if the console has to be woken. */
static bool transmit(struct uart *uart, uint8_t c)
{
	uart->thre = true;
	if (uart->mcr & MCR_LOOP) {
		if (uart->rx.count < fifo_size(uart))
			fifo_push(&uart->rx, c);
		return false;
	}
	/* A wire that is full loses what is written; LSR told so. */
	return fifo_push(&uart->wire, c) && uart->wire.count == 1;
}

/*
 * Sets *wake where a console that saw no room may send again: with the FIFO
 * half empty, so that not each single character wakes it.
 */
static uint8_t read_data(struct uart *uart, bool *wake)
{
	uint8_t c;

	if (!uart->rx.count)
		return 0;
	c = fifo_pop(&uart->rx);
	*wake = uart->rx.count == fifo_size(uart) / 2;
	return c;
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
	uint8_t lsr = uart->rx.count ? LSR_DR : 0;

	return wire_has_room(uart) ? lsr | LSR_THRE | LSR_TEMT : lsr;
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

static uint8_t read_register(struct uart *uart, uint64_t offset, bool *wake)
{
	bool dlab = uart->lcr & LCR_DLAB;

	switch (offset) {
	case RBR:
		return dlab ? uart->dll : read_data(uart, wake);
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

static uint64_t uart_read(struct device *dev, uint64_t offset, unsigned int size)
{
	struct uart *uart = container_of(dev, struct uart, dev);
	bool wake = false;
	uint8_t value;

	(void)size;
	pthread_mutex_lock(&uart->lock);
	value = read_register(uart, offset, &wake);
	update_line(uart);
	pthread_mutex_unlock(&uart->lock);
	if (wake)
		uart->serial.wake(&uart->serial);
	return value;
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
		uart->rx.count = 0;
	uart->fcr = value & FCR_ENABLE ? value & FCR_KEPT : 0;
}

static bool write_register(struct uart *uart, uint64_t offset, uint8_t value)
{
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

static void uart_write(struct device *dev, uint64_t offset, unsigned int size, uint64_t value)
{
	struct uart *uart = container_of(dev, struct uart, dev);
	size_t room;
	bool wake;

	(void)size;
	pthread_mutex_lock(&uart->lock);
	room = rx_room(uart);
	wake = write_register(uart, offset, (uint8_t)value);
	update_line(uart);
	if (!room && rx_room(uart))
		wake = true;
	pthread_mutex_unlock(&uart->lock);
	if (wake)
		uart->serial.wake(&uart->serial);
}

static size_t uart_room(struct serial *serial)
{
	struct uart *uart = container_of(serial, struct uart, serial);
	size_t room;

	pthread_mutex_lock(&uart->lock);
	room = rx_room(uart);
	pthread_mutex_unlock(&uart->lock);
	return room;
}

static void uart_receive(struct serial *serial, const uint8_t *data, size_t size)
{
	struct uart *uart = container_of(serial, struct uart, serial);

	pthread_mutex_lock(&uart->lock);
	while (size--)
		fifo_push(&uart->rx, *data++);
	update_line(uart);
	pthread_mutex_unlock(&uart->lock);
}

static size_t uart_take(struct serial *serial, uint8_t *buffer, size_t size)
{
	struct uart *uart = container_of(serial, struct uart, serial);
	size_t taken;

	pthread_mutex_lock(&uart->lock);
	taken = fifo_take(&uart->wire, buffer, size);
	update_line(uart);
	pthread_mutex_unlock(&uart->lock);
	return taken;
}

void uart_init(struct uart *uart, uint64_t base, struct line *line)
{
	memset(uart, 0, sizeof(*uart));
	uart->dev.name = "16550A";
	uart->dev.base = base;
	uart->dev.size = 8;
	uart->dev.read = uart_read;
	uart->dev.write = uart_write;
	uart->serial.room = uart_room;
	uart->serial.receive = uart_receive;
	uart->serial.take = uart_take;
	uart->line = line;
	fifo_init(&uart->rx, uart->rx_bytes, UART_FIFO);
	fifo_init(&uart->wire, uart->wire_bytes, UART_WIRE);
	uart->dll = 12;		/* 9600 baud, as firmware leaves it */
	pthread_mutex_init(&uart->lock, NULL);
}
