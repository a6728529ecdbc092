// SPDX-License-Identifier: GPL-2.0
/* PL011, register by register. */
#include <string.h>

#include "../arm64/pl011.h"
#include "connections.h"
#include "tap.h"

enum { DR = 0, FR = 0x18, LCRH = 0x2c, CR = 0x30, IFLS = 0x34, IMSC = 0x38 };
enum { RIS = 0x3c, MIS = 0x40, ICR = 0x44 };
enum { RXFE = 0x10, TXFF = 0x20, RXFF = 0x40, TXFE = 0x80, BUSY = 8 };
enum { RX = 0x10, TX = 0x20, RT = 0x40 };

static struct pl011 uart;

static void setup(void)
{
	connect_anew();
	pl011_init(&uart, 0x9000000, &test_line);
	connect_console(&uart.port);
}

static uint32_t get(uint64_t offset)
{
	return (uint32_t)uart.port.dev.read(&uart.port.dev, offset, 4);
}

static void set(uint64_t offset, uint32_t value)
{
	uart.port.dev.write(&uart.port.dev, offset, 4, value);
}

static void switch_on(void)
{
	setup();
	set(LCRH, 0x70);
	set(CR, 0x301);
	wakes = 0;
}

void test_pl011_identity(void)
{
	static const uint8_t id[8] = { 0x11, 0x10, 0x14, 0x00, 0x0d, 0xf0, 0x05, 0xb1 };
	unsigned int i;

	setup();
	for (i = 0; i < 8; i++)
		CHECK_EQUAL(get(0xfe0 + 4 * i), id[i]);
	CHECK_EQUAL(get(0xfdc), 0);
}

void test_pl011_reset(void)
{
	setup();
	CHECK_EQUAL(get(FR), TXFE | RXFE | 7);
	CHECK_EQUAL(get(CR), 0x300);
	CHECK_EQUAL(get(IFLS), 0x12);
	CHECK_EQUAL(get(IMSC), 0);
	CHECK_EQUAL(get(RIS), 0);
	CHECK_EQUAL(get(LCRH), 0);
	set(0x24, 0x12345);
	CHECK_EQUAL(get(0x24), 0x2345);
	set(0x28, 0xff);
	CHECK_EQUAL(get(0x28), 0x3f);
	set(0x48, 0xff);
	CHECK_EQUAL(get(0x48), 7);
	set(CR, 0xffffffff);
	CHECK_EQUAL(get(CR), 0xff87);
	CHECK_EQUAL(uart.port.dev.read(&uart.port.dev, CR + 1, 1) & 0xff, 0xff);
	CHECK_EQUAL(get(DR), 0);
}

void test_pl011_transmit(void)
{
	uint8_t out[8];

	switch_on();
	set(IMSC, TX);
	CHECK(!level);
	set(DR, 'h');
	CHECK(level);
	set(DR, 'i');
	CHECK_EQUAL(wakes, 1);
	CHECK_EQUAL(get(FR), TXFE | RXFE | 7);
	CHECK_EQUAL(get(MIS), TX);
	CHECK_EQUAL(console_take(out, sizeof(out)), 2);
	CHECK(!memcmp(out, "hi", 2));
	CHECK_EQUAL(console_take(out, sizeof(out)), 0);
	set(ICR, TX);
	CHECK(!level);
	CHECK_EQUAL(get(RIS), 0);
	uart.port.dev.write(&uart.port.dev, DR, 1, '!');
	CHECK_EQUAL(wakes, 2);
	CHECK_EQUAL(get(RIS), TX);
}

/* A console that stands still stops the guest's output and loses none of it. */
void test_pl011_transmit_full(void)
{
	uint8_t out[64];
	unsigned int sent = 0, taken = 0;
	size_t count, i;

	switch_on();
	set(IMSC, TX);
	while (!(get(FR) & TXFF) && sent < 100000)
		set(DR, sent++ & 0xff);
	CHECK_EQUAL(sent, SERIAL_WIRE);
	CHECK(!level);
	CHECK_EQUAL(get(FR) & (BUSY | TXFE), BUSY);
	set(DR, 'x');
	for (;;) {
		count = console_take(out, sizeof(out));
		if (!count)
			break;
		CHECK(level);
		for (i = 0; i < count; i++)
			CHECK_EQUAL(out[i], taken++ & 0xff);
	}
	CHECK_EQUAL(taken, sent);
}

void test_pl011_receive(void)
{
	unsigned int i;

	switch_on();
	CHECK_EQUAL(console_room(), SERIAL_FIFO);
	console_type("a");
	CHECK(!level);
	CHECK_EQUAL(get(RIS), RT);
	set(IMSC, RT | RX);
	CHECK(level);
	console_type("bcdefgh");
	CHECK_EQUAL(get(RIS), RT | RX);
	CHECK_EQUAL(console_room(), 8);
	console_type("ijklmnop");
	CHECK_EQUAL(console_room(), 0);
	CHECK_EQUAL(get(FR) & (RXFF | RXFE), RXFF);
	/* ICR does not take the interrupt away while there is something to read. */
	set(ICR, 0x7ff);
	CHECK(level);
	for (i = 0; i < 16; i++) {
		CHECK(level);
		CHECK_EQUAL(get(DR), 'a' + i);
	}
	CHECK(!level);
	CHECK_EQUAL(get(RIS), 0);
	CHECK_EQUAL(get(FR) & (RXFF | RXFE), RXFE);
	CHECK_EQUAL(get(DR), 0);
}

void test_pl011_receive_off(void)
{
	setup();
	CHECK_EQUAL(console_room(), 0);
	set(CR, 1);
	CHECK_EQUAL(console_room(), 0);
	CHECK_EQUAL(wakes, 0);
	set(CR, 0x201);
	CHECK_EQUAL(console_room(), 1);
	CHECK_EQUAL(wakes, 1);
}

void test_pl011_receive_one_deep(void)
{
	setup();
	set(CR, 0x301);
	CHECK_EQUAL(console_room(), 1);
	console_type("a");
	CHECK_EQUAL(console_room(), 0);
	CHECK_EQUAL(get(RIS), RX | RT);
	CHECK_EQUAL(get(FR) & (RXFF | RXFE), RXFF);
	wakes = 0;
	CHECK_EQUAL(get(DR), 'a');
	CHECK_EQUAL(wakes, 1);
	console_type("b");
	set(LCRH, 0x10);
	CHECK_EQUAL(wakes, 2);
	CHECK_EQUAL(console_room(), 15);
}

/* The console hears of room once per half FIFO, not for each character. */
void test_pl011_wake(void)
{
	unsigned int i;

	switch_on();
	console_type("0123456789abcdef");
	for (i = 0; i < 7; i++)
		get(DR);
	CHECK_EQUAL(wakes, 0);
	get(DR);
	CHECK_EQUAL(wakes, 1);
	for (i = 0; i < 8; i++)
		get(DR);
	CHECK_EQUAL(wakes, 1);
	/* Parts of DR above the character take nothing from the FIFO. */
	console_type("z");
	uart.port.dev.read(&uart.port.dev, 1, 1);
	CHECK_EQUAL(get(DR), 'z');
}

void test_pl011_loopback(void)
{
	uint8_t out;

	switch_on();
	set(CR, 0x381);
	CHECK_EQUAL(console_room(), 0);
	set(DR, 'q');
	CHECK_EQUAL(console_take(&out, 1), 0);
	CHECK_EQUAL(get(DR), 'q');
}

/* Whatever a guest does, the model keeps within its arrays. */
void test_pl011_fuzz(void)
{
	static const uint8_t sizes[4] = { 1, 2, 4, 8 };
	uint8_t out[32], in[32] = { 0 };
	unsigned int i;

	setup();
	for (i = 0; i < 200000; i++) {
		uint64_t r = test_random();
		uint64_t offset = r >> 8 & (r >> 40 & 1 ? 0xfff : 0x4c);
		unsigned int size = sizes[r >> 4 & 3];
		size_t space;

		switch (r & 7) {
		case 0 ... 2:
			uart.port.dev.write(&uart.port.dev, offset, size, test_random());
			break;
		case 3 ... 5:
			uart.port.dev.read(&uart.port.dev, offset, size);
			break;
		case 6:
			console_take(out, r >> 24 & 31);
			break;
		default:
			space = console_room();
			CHECK(space <= SERIAL_FIFO);
			console_send(in, space);
		}
	}
	CHECK(uart.port.rx.count <= SERIAL_FIFO);
	CHECK(uart.port.wire.count <= SERIAL_WIRE);
}
