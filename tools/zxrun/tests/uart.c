// SPDX-License-Identifier: GPL-2.0
/* The 16550A, register by register. */
#include <string.h>

#include "../x86/uart.h"
#include "connections.h"
#include "tap.h"

enum { DATA, IER, IIR, LCR, MCR, LSR, MSR, SCR };
enum { RDI = 1, THRI = 2 };
enum { DTR = 1, RTS = 2, OUT2 = 8, LOOP = 16, ON = DTR | RTS | OUT2 };

static struct uart uart;

static uint8_t get(uint64_t offset)
{
	return (uint8_t)uart.port.dev.read(&uart.port.dev, offset, 1);
}

static void set(uint64_t offset, uint8_t value)
{
	uart.port.dev.write(&uart.port.dev, offset, 1, value);
}

static void setup(void)
{
	connect_anew();
	uart_init(&uart, 0x3f8, &test_line);
	connect_console(&uart.port);
}

static void switch_on(void)
{
	setup();
	set(IIR, 0x81);		/* FIFOs, trigger at 8 */
	set(MCR, ON);
	wakes = 0;
}

void test_uart_reset(void)
{
	setup();
	CHECK_EQUAL(uart.port.dev.base, 0x3f8);
	CHECK_EQUAL(uart.port.dev.size, 8);
	CHECK_EQUAL(get(DATA), 0);
	CHECK_EQUAL(get(IER), 0);
	CHECK_EQUAL(get(IIR), 1);
	CHECK_EQUAL(get(LCR), 0);
	CHECK_EQUAL(get(MCR), 0);
	CHECK_EQUAL(get(LSR), 0x60);
	CHECK_EQUAL(get(MSR), 0xb0);
	CHECK_EQUAL(console_room(), 0);
	set(IER, 0xff);
	CHECK_EQUAL(get(IER), 0x0f);
	set(MCR, 0xff);
	CHECK_EQUAL(get(MCR), 0x1f);
	set(SCR, 0x5a);
	CHECK_EQUAL(get(SCR), 0x5a);
	set(LSR, 0xff);
	CHECK_EQUAL(get(LSR), 0x60);
}

void test_uart_divisor(void)
{
	setup();
	set(LCR, 0x83);
	CHECK_EQUAL(get(DATA), 12);
	set(DATA, 0x34);
	set(IER, 0x12);
	CHECK_EQUAL(get(DATA), 0x34);
	CHECK_EQUAL(get(IER), 0x12);
	set(LCR, 0x03);
	CHECK_EQUAL(get(IER), 0);
	CHECK_EQUAL(uart.port.wire.count, 0);
}

/* How Linux tells a 16550A from what came before and after it */
void test_uart_identity(void)
{
	setup();
	set(IIR, 0x01);
	CHECK_EQUAL(get(IIR), 0xc1);
	set(LCR, 0x80);
	set(IIR, 0x21);		/* a 16750 would keep bit 5 */
	CHECK_EQUAL(get(IIR), 0xc1);
	set(LCR, 0);
	set(IIR, 0);
	CHECK_EQUAL(get(IIR), 0x01);
	set(MCR, LOOP | OUT2 | RTS);
	CHECK_EQUAL(get(MSR), 0x90);
	set(MCR, LOOP | DTR | 4);
	CHECK_EQUAL(get(MSR), 0x60);
}

void test_uart_transmit(void)
{
	uint8_t buffer[8];

	switch_on();
	set(DATA, 'a');
	CHECK_EQUAL(wakes, 1);
	set(DATA, 'b');
	CHECK_EQUAL(wakes, 1);
	CHECK_EQUAL(get(LSR), 0x60);
	CHECK_EQUAL(console_take(buffer, sizeof(buffer)), 2);
	CHECK(!memcmp(buffer, "ab", 2));
	/* The interrupt comes when it is let in, and goes when it was told. */
	CHECK(!level);
	set(IER, THRI);
	CHECK(level);
	CHECK_EQUAL(get(IIR), 0xc2);
	CHECK(!level);
	CHECK_EQUAL(get(IIR), 0xc1);
	set(DATA, 'c');
	CHECK(level);
	set(MCR, DTR | RTS);
	CHECK(!level);
	set(MCR, ON);
	CHECK(level);
	set(IER, 0);
	CHECK(!level);
}

void test_uart_transmit_full(void)
{
	uint8_t buffer[SERIAL_WIRE];
	unsigned int i;

	switch_on();
	set(IER, THRI);
	for (i = 0; i < SERIAL_WIRE + 10; i++)
		set(DATA, (uint8_t)i);
	CHECK_EQUAL(get(LSR), 0);
	CHECK_EQUAL(get(IIR), 0xc1);
	CHECK(!level);
	CHECK_EQUAL(console_take(buffer, 16), 16);
	CHECK(level);
	CHECK_EQUAL(get(LSR), 0x60);
	CHECK_EQUAL(console_take(buffer, sizeof(buffer)), SERIAL_WIRE - 16);
	CHECK_EQUAL(buffer[SERIAL_WIRE - 17], (uint8_t)(SERIAL_WIRE - 1));
}

void test_uart_receive(void)
{
	switch_on();
	set(IER, RDI);
	CHECK_EQUAL(console_room(), 16);
	console_type("xyz");
	CHECK_EQUAL(console_room(), 13);
	CHECK(level);
	CHECK_EQUAL(get(IIR), 0xcc);
	CHECK_EQUAL(get(LSR), 0x61);
	console_type("12345");
	CHECK_EQUAL(get(IIR), 0xc4);
	CHECK_EQUAL(get(DATA), 'x');
	CHECK_EQUAL(get(IIR), 0xcc);
	CHECK_EQUAL(get(DATA), 'y');
	set(IIR, 0x83);
	CHECK(!level);
	CHECK_EQUAL(get(LSR), 0x60);
	CHECK_EQUAL(get(DATA), 0);
	/* Without FIFOs there is one character. */
	set(IIR, 0);
	CHECK_EQUAL(console_room(), 1);
	console_type("q");
	CHECK_EQUAL(console_room(), 0);
	CHECK_EQUAL(get(IIR), 0x04);
}

/* Nothing is sent to a guest that is not ready, and nothing is lost. */
void test_uart_flow(void)
{
	unsigned int i;

	setup();
	set(IIR, 1);
	CHECK_EQUAL(console_room(), 0);
	set(MCR, LOOP | RTS);
	CHECK_EQUAL(console_room(), 0);
	CHECK_EQUAL(wakes, 0);
	set(MCR, RTS);
	CHECK_EQUAL(console_room(), 16);
	CHECK_EQUAL(wakes, 1);
	console_type("0123456789abcdef");
	CHECK_EQUAL(console_room(), 0);
	for (i = 0; i < 7; i++)
		get(DATA);
	CHECK_EQUAL(wakes, 1);
	CHECK_EQUAL(get(DATA), '7');
	CHECK_EQUAL(wakes, 2);
	get(DATA);
	CHECK_EQUAL(wakes, 2);
}

void test_uart_loopback(void)
{
	unsigned int i;

	switch_on();
	set(MCR, ON | LOOP);
	set(IER, RDI);
	for (i = 0; i < 20; i++)
		set(DATA, (uint8_t)('a' + i));
	CHECK(!level);
	CHECK_EQUAL(uart.port.wire.count, 0);
	for (i = 0; i < 16; i++)
		CHECK_EQUAL(get(DATA), 'a' + i);
	CHECK_EQUAL(get(LSR), 0x60);
}

void test_uart_fuzz(void)
{
	uint8_t buffer[64];
	unsigned int i;
	size_t space;

	switch_on();
	for (i = 0; i < 300000; i++) {
		switch (test_random() % 4) {
		case 0:
			get(test_random() % 8);
			break;
		case 1:
			space = console_room();
			memset(buffer, 'x', sizeof(buffer));
			if (space)
				console_send(buffer, test_random() % space + 1);
			break;
		case 2:
			console_take(buffer, test_random() % sizeof(buffer));
			break;
		default:
			set(test_random() % 8, (uint8_t)test_random());
		}
		if (!uart.ier || !(uart.mcr & OUT2))
			CHECK(!level);
	}
	CHECK(uart.port.rx.count <= SERIAL_FIFO);
	CHECK(uart.port.wire.count <= SERIAL_WIRE);
}
