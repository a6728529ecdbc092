// SPDX-License-Identifier: GPL-2.0
/*
 * PL011 UART. What the guest sends goes at once to a buffer, the wire, from
 * which the console takes it; only when the console does not keep up does the
 * guest see a transmit FIFO that is not empty. Characters are received one
 * for one: the console gives no more than fits, so that none is lost.
 */
#include <string.h>

#include "pl011.h"

#define DR	0x00
#define RSR	0x04
#define FR	0x18
#define ILPR	0x20
#define IBRD	0x24
#define FBRD	0x28
#define LCRH	0x2c
#define CR	0x30
#define IFLS	0x34
#define IMSC	0x38
#define RIS	0x3c
#define MIS	0x40
#define ICR	0x44
#define DMACR	0x48
#define ID	0xfe0

#define FR_CTS		(1u << 0)
#define FR_DSR		(1u << 1)
#define FR_DCD		(1u << 2)
#define FR_BUSY		(1u << 3)
#define FR_RXFE		(1u << 4)
#define FR_TXFF		(1u << 5)
#define FR_RXFF		(1u << 6)
#define FR_TXFE		(1u << 7)

#define LCRH_FEN	(1u << 4)

#define CR_UARTEN	(1u << 0)
#define CR_LBE		(1u << 7)
#define CR_TXE		(1u << 8)
#define CR_RXE		(1u << 9)

#define INT_RX		(1u << 4)
#define INT_TX		(1u << 5)
#define INT_RT		(1u << 6)
#define INT_ALL		0x7ff

static unsigned int fifo_size(const struct pl011 *uart)
{
	return uart->lcrh & LCRH_FEN ? PL011_FIFO : 1;
}

/* DDI 0183 3.3.11, RXIFLSEL: 1/8, 1/4, 1/2, 3/4, 7/8 of the FIFO */
static unsigned int rx_trigger(const struct pl011 *uart)
{
	static const uint8_t level[8] = { 2, 4, 8, 12, 14, 14, 14, 14 };

	return uart->lcrh & LCRH_FEN ? level[uart->ifls >> 3 & 7] : 1;
}

/* A handler that saw the transmit interrupt may send a FIFO's worth unasked. */
static bool wire_has_room(const struct pl011 *uart)
{
	return uart->wire.count <= PL011_WIRE - PL011_FIFO;
}

/*
 * The receive timeout passes at once: characters come from a program, not
 * over a slow wire, and waiting for more of them gains nothing.
 */
static uint32_t raw_interrupts(const struct pl011 *uart)
{
	uint32_t ris = uart->latched;

	if (!wire_has_room(uart))
		ris &= ~INT_TX;
	if (uart->rx.count >= rx_trigger(uart))
		ris |= INT_RX;
	if (uart->rx.count)
		ris |= INT_RT;
	return ris;
}

static void update_line(struct pl011 *uart)
{
	line_set(uart->line, raw_interrupts(uart) & uart->imsc);
}

static size_t rx_room(const struct pl011 *uart)
{
	uint32_t on = CR_UARTEN | CR_RXE;

	if ((uart->cr & (on | CR_LBE)) != on || uart->rx.count >= fifo_size(uart))
		return 0;
	return fifo_size(uart) - uart->rx.count;
}

/* Returns true if the console has to be woken. */
static bool transmit(struct pl011 *uart, uint8_t c)
{
	uart->latched |= INT_TX;
	if (uart->cr & CR_LBE) {
		fifo_push(&uart->rx, c);
		return false;
	}
	/* A FIFO that is full loses what is written; TXFF told so. */
	return fifo_push(&uart->wire, c) && uart->wire.count == 1;
}

/*
 * Sets *wake where a console that saw no room may send again: with the FIFO
 * half empty, so that not each single character wakes it.
 */
static uint32_t read_data(struct pl011 *uart, bool *wake)
{
	uint8_t c;

	if (!uart->rx.count)
		return 0;
	c = fifo_pop(&uart->rx);
	*wake = uart->rx.count == fifo_size(uart) / 2;
	return c;
}

static uint32_t read_flags(const struct pl011 *uart)
{
	uint32_t fr = FR_CTS | FR_DSR | FR_DCD;

	if (!uart->rx.count)
		fr |= FR_RXFE;
	if (uart->rx.count >= fifo_size(uart))
		fr |= FR_RXFF;
	if (uart->wire.count == PL011_WIRE)
		fr |= FR_TXFF;
	if (wire_has_room(uart))
		fr |= FR_TXFE;
	else
		fr |= FR_BUSY;
	return fr;
}

static uint64_t pl011_read(struct device *dev, uint64_t offset, unsigned int size)
{
	static const uint8_t id[8] = { 0x11, 0x10, 0x14, 0x00, 0x0d, 0xf0, 0x05, 0xb1 };
	struct pl011 *uart = container_of(dev, struct pl011, dev);
	uint32_t value = 0;
	bool wake = false;

	(void)size;
	pthread_mutex_lock(&uart->lock);
	switch (offset & ~3ull) {
	case DR:
		/* The other parts of DR are error flags, and reading takes nothing. */
		if (offset == DR)
			value = read_data(uart, &wake);
		break;
	case FR:
		value = read_flags(uart);
		break;
	case IBRD:
		value = uart->ibrd;
		break;
	case FBRD:
		value = uart->fbrd;
		break;
	case LCRH:
		value = uart->lcrh;
		break;
	case CR:
		value = uart->cr;
		break;
	case IFLS:
		value = uart->ifls;
		break;
	case IMSC:
		value = uart->imsc;
		break;
	case RIS:
		value = raw_interrupts(uart);
		break;
	case MIS:
		value = raw_interrupts(uart) & uart->imsc;
		break;
	case DMACR:
		value = uart->dmacr;
		break;
	case ID ... ID + 0x1c:
		value = id[(offset - ID) / 4];
		break;
	}
	update_line(uart);
	pthread_mutex_unlock(&uart->lock);
	if (wake)
		uart->serial.wake(&uart->serial);
	return register_part(value, offset);
}

static void pl011_write(struct device *dev, uint64_t offset, unsigned int size, uint64_t value)
{
	struct pl011 *uart = container_of(dev, struct pl011, dev);
	size_t room;
	bool wake = false;

	(void)size;
	pthread_mutex_lock(&uart->lock);
	room = rx_room(uart);
	switch (offset) {
	case DR:
		wake = transmit(uart, (uint8_t)value);
		break;
	case IBRD:
		uart->ibrd = value & 0xffff;
		break;
	case FBRD:
		uart->fbrd = value & 0x3f;
		break;
	case LCRH:
		uart->lcrh = value & 0xff;
		break;
	case CR:
		uart->cr = value & 0xff87;
		break;
	case IFLS:
		uart->ifls = value & 0x3f;
		break;
	case IMSC:
		uart->imsc = value & INT_ALL;
		break;
	case ICR:
		uart->latched &= ~(uint32_t)value;
		break;
	case DMACR:
		uart->dmacr = value & 7;
		break;
	}
	update_line(uart);
	if (!room && rx_room(uart))
		wake = true;
	pthread_mutex_unlock(&uart->lock);
	if (wake)
		uart->serial.wake(&uart->serial);
}

static size_t pl011_room(struct serial *serial)
{
	struct pl011 *uart = container_of(serial, struct pl011, serial);
	size_t room;

	pthread_mutex_lock(&uart->lock);
	room = rx_room(uart);
	pthread_mutex_unlock(&uart->lock);
	return room;
}

static void pl011_receive(struct serial *serial, const uint8_t *data, size_t size)
{
	struct pl011 *uart = container_of(serial, struct pl011, serial);

	pthread_mutex_lock(&uart->lock);
	while (size--)
		fifo_push(&uart->rx, *data++);
	update_line(uart);
	pthread_mutex_unlock(&uart->lock);
}

static size_t pl011_take(struct serial *serial, uint8_t *buffer, size_t size)
{
	struct pl011 *uart = container_of(serial, struct pl011, serial);
	size_t taken;

	pthread_mutex_lock(&uart->lock);
	taken = fifo_take(&uart->wire, buffer, size);
	update_line(uart);
	pthread_mutex_unlock(&uart->lock);
	return taken;
}

void pl011_init(struct pl011 *uart, uint64_t base, struct line *line)
{
	memset(uart, 0, sizeof(*uart));
	uart->dev.name = "pl011";
	uart->dev.base = base;
	uart->dev.size = 0x1000;
	uart->dev.read = pl011_read;
	uart->dev.write = pl011_write;
	uart->serial.room = pl011_room;
	uart->serial.receive = pl011_receive;
	uart->serial.take = pl011_take;
	uart->line = line;
	fifo_init(&uart->rx, uart->rx_bytes, PL011_FIFO);
	fifo_init(&uart->wire, uart->wire_bytes, PL011_WIRE);
	/* DDI 0183 3.2: values after reset */
	uart->cr = CR_TXE | CR_RXE;
	uart->ifls = 0x12;
	pthread_mutex_init(&uart->lock, NULL);
}
