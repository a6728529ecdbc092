// SPDX-License-Identifier: GPL-2.0
/* PL011 UART: its registers; the rest is in devices/serial_port.h. */
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

static struct pl011 *pl011_of(const struct serial_port *port)
{
	return container_of(port, struct pl011, port);
}

static unsigned int fifo_size(const struct serial_port *port)
{
	return pl011_of(port)->lcrh & LCRH_FEN ? SERIAL_FIFO : 1;
}

/* DDI 0183 3.3.11, RXIFLSEL: 1/8, 1/4, 1/2, 3/4, 7/8 of the FIFO */
static unsigned int rx_trigger(const struct pl011 *uart)
{
	static const uint8_t level[8] = { 2, 4, 8, 12, 14, 14, 14, 14 };

	return uart->lcrh & LCRH_FEN ? level[uart->ifls >> 3 & 7] : 1;
}

/*
 * The receive timeout passes at once: characters come from a program, not
 * over a slow wire, and waiting for more of them gains nothing.
 */
static uint32_t raw_interrupts(const struct pl011 *uart)
{
	uint32_t ris = uart->latched;

	if (!serial_port_can_send(&uart->port))
		ris &= ~INT_TX;
	if (uart->port.rx.count >= rx_trigger(uart))
		ris |= INT_RX;
	if (uart->port.rx.count)
		ris |= INT_RT;
	return ris;
}

static bool interrupts(const struct serial_port *port)
{
	const struct pl011 *uart = pl011_of(port);

	return raw_interrupts(uart) & uart->imsc;
}

static bool ready(const struct serial_port *port)
{
	uint32_t on = CR_UARTEN | CR_RXE;

	return (pl011_of(port)->cr & (on | CR_LBE)) == on;
}

/* Returns true if the console has to be woken. */
static bool transmit(struct pl011 *uart, uint8_t c)
{
	uart->latched |= INT_TX;
	if (uart->cr & CR_LBE) {
		fifo_push(&uart->port.rx, c);
		return false;
	}
	return serial_port_send(&uart->port, c);
}

static uint32_t read_flags(const struct pl011 *uart)
{
	uint32_t fr = FR_CTS | FR_DSR | FR_DCD;

	if (!uart->port.rx.count)
		fr |= FR_RXFE;
	if (uart->port.rx.count >= fifo_size(&uart->port))
		fr |= FR_RXFF;
	if (uart->port.wire.count == SERIAL_WIRE)
		fr |= FR_TXFF;
	if (serial_port_can_send(&uart->port))
		fr |= FR_TXFE;
	else
		fr |= FR_BUSY;
	return fr;
}

static uint64_t pl011_read(struct serial_port *port, uint64_t offset, bool *wake)
{
	static const uint8_t id[8] = { 0x11, 0x10, 0x14, 0x00, 0x0d, 0xf0, 0x05, 0xb1 };
	const struct pl011 *uart = pl011_of(port);
	uint32_t value = 0;

	switch (offset & ~3ull) {
	case DR:
		/* The other parts of DR are error flags, and reading takes nothing. */
		if (offset == DR)
			value = serial_port_pop(port, wake);
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
	return register_part(value, offset);
}

static bool pl011_write(struct serial_port *port, uint64_t offset, uint64_t value)
{
	struct pl011 *uart = pl011_of(port);

	switch (offset) {
	case DR:
		return transmit(uart, (uint8_t)value);
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
	return false;
}

static const struct serial_model pl011_model = {
	.read = pl011_read,
	.write = pl011_write,
	.interrupts = interrupts,
	.fifo_size = fifo_size,
	.ready = ready,
};

void pl011_init(struct pl011 *uart, uint64_t base, struct line *line)
{
	memset(uart, 0, sizeof(*uart));
	uart->port.dev.name = "pl011";
	uart->port.dev.base = base;
	uart->port.dev.size = 0x1000;
	serial_port_init(&uart->port, &pl011_model, line);
	/* DDI 0183 3.2: values after reset */
	uart->cr = CR_TXE | CR_RXE;
	uart->ifls = 0x12;
}
