// SPDX-License-Identifier: GPL-2.0
/* The PC's clock, and the ports that switch it off. */
#include "../x86/cmos.h"
#include "../x86/ports.h"
#include "../x86/power.h"
#include "connections.h"
#include "tap.h"

static struct cmos cmos;

static void setup(void)
{
	connect_anew();
	cmos_init(&cmos, 0x70, &test_line, test_clock);
	cmos.alarm.arm = test_arm;
}

static uint8_t get(uint8_t index)
{
	cmos.dev.write(&cmos.dev, 0, 1, index);
	return (uint8_t)cmos.dev.read(&cmos.dev, 1, 1);
}

static void set(uint8_t index, uint8_t value)
{
	cmos.dev.write(&cmos.dev, 0, 1, index);
	cmos.dev.write(&cmos.dev, 1, 1, value);
}

static void check_time(const uint8_t want[8])
{
	static const uint8_t index[8] = { 0x32, 9, 8, 7, 6, 4, 2, 0 };
	unsigned int i;

	for (i = 0; i < 8; i++)
		CHECK_EQUAL(get(index[i]), want[i]);
}

void test_cmos_time(void)
{
	static const uint8_t bcd[8] = { 0x20, 0x23, 0x11, 0x14, 3, 0x22, 0x13, 0x20 };
	static const uint8_t binary[8] = { 20, 23, 11, 14, 3, 22, 13, 20 };
	static const uint8_t twelve[8] = { 0x20, 0x23, 0x11, 0x14, 3, 0x90, 0x13, 0x20 };
	static const uint8_t noon[8] = { 0x20, 0x23, 0x11, 0x15, 4, 0x92, 0x00, 0x00 };
	static const uint8_t midnight[8] = { 0x20, 0x23, 0x11, 0x16, 5, 0x12, 0x00, 0x00 };

	setup();
	CHECK_EQUAL(get(0x0a), 0x26);
	CHECK_EQUAL(get(0x0b), 0x02);
	CHECK_EQUAL(get(0x0d), 0x80);
	check_time(bcd);
	set(0x0b, 0x06);
	check_time(binary);
	set(0x0b, 0x00);
	check_time(twelve);
	clock_now += 13 * 3600 + 46 * 60 + 40;
	check_time(noon);
	clock_now += 12 * 3600;
	check_time(midnight);
	/* The index port cannot be read; bit 7 of it is the NMI's. */
	CHECK_EQUAL(cmos.dev.read(&cmos.dev, 0, 1), 0xff);
	CHECK_EQUAL(get(0x80 | 0x0d), 0x80);
}

void test_cmos_set_time(void)
{
	static const uint8_t stands[8] = { 0x20, 0x24, 0x02, 0x28, 3, 0x23, 0x59, 0x58 };
	static const uint8_t goes[8] = { 0x20, 0x24, 0x02, 0x29, 5, 0x00, 0x00, 0x03 };

	setup();
	set(0x0b, 0x82);
	set(0x09, 0x24);
	set(0x08, 0x02);
	set(0x07, 0x28);
	set(0x04, 0x23);
	set(0x02, 0x59);
	set(0x00, 0x58);
	clock_now += 100;
	check_time(stands);
	set(0x0b, 0x02);
	clock_now += 5;
	check_time(goes);
	/* A register alone, while the clock runs */
	set(0x04, 0x07);
	clock_now += 1;
	CHECK_EQUAL(get(0x04), 0x07);
	CHECK_EQUAL(get(0x00), 0x04);
}

void test_cmos_ram(void)
{
	unsigned int i;

	setup();
	for (i = 0x0e; i < 0x80; i++)
		if (i != 0x32)
			set((uint8_t)i, (uint8_t)(i * 3));
	for (i = 0x0e; i < 0x80; i++)
		if (i != 0x32)
			CHECK_EQUAL(get((uint8_t)i), (uint8_t)(i * 3));
	set(0x0d, 0);
	CHECK_EQUAL(get(0x0d), 0x80);
	set(0x0c, 0xff);
	CHECK_EQUAL(get(0x0c), 0);
}

void test_cmos_alarm(void)
{
	setup();
	set(0x05, 0x22);
	set(0x03, 0x14);
	set(0x01, 0x05);
	CHECK_EQUAL(armed, 0);
	set(0x0b, 0x22);
	CHECK_EQUAL(armed, 1700000045);
	cmos.alarm.expired(&cmos.alarm);
	CHECK(!level);
	clock_now = armed;
	cmos.alarm.expired(&cmos.alarm);
	CHECK(level);
	CHECK_EQUAL(armed, 1700000045 + 86400);
	CHECK_EQUAL(get(0x0c), 0xa0);
	CHECK(!level);
	CHECK_EQUAL(get(0x0c), 0);
	/* Any hour and minute; then an alarm that no clock reaches */
	set(0x05, 0xff);
	set(0x03, 0xc0);
	CHECK_EQUAL(armed, 1700000045 + 60);
	set(0x01, 0x61);
	CHECK_EQUAL(armed, 0);
	/* It is there, but not let through. */
	set(0x01, 0x06);
	clock_now = armed;
	set(0x0b, 0x02);
	CHECK_EQUAL(armed, 0);
	cmos.alarm.expired(&cmos.alarm);
	CHECK(!level);
}

void test_cmos_fuzz(void)
{
	unsigned int i;

	setup();
	for (i = 0; i < 200000; i++) {
		clock_now += test_random() % 4096;
		if (test_random() % 2)
			set((uint8_t)(test_random() % 64), (uint8_t)test_random());
		else
			get((uint8_t)test_random());
		if (test_random() % 16 == 0)
			cmos.alarm.expired(&cmos.alarm);
	}
	CHECK(cmos.match_at >= 0);
}

static int requested;

static void request(struct power *power, bool off)
{
	(void)power;
	requested = off ? 2 : 1;
}

static int written(struct device *dev, uint64_t offset, uint8_t value)
{
	requested = 0;
	dev->write(dev, offset, 1, value);
	return requested;
}

void test_power(void)
{
	struct power power;

	power_init(&power, 0x64, 0xcf9, 0x600);
	power.request = request;
	CHECK_EQUAL(power.i8042.read(&power.i8042, 0, 1), 0);
	CHECK_EQUAL(written(&power.i8042, 0, 0xfe), 1);
	CHECK_EQUAL(written(&power.i8042, 0, 0xf0), 1);
	CHECK_EQUAL(written(&power.i8042, 0, 0xff), 0);
	CHECK_EQUAL(written(&power.i8042, 0, 0xaa), 0);
	CHECK_EQUAL(written(&power.reset, 0, 0x02), 0);
	CHECK_EQUAL(power.reset.read(&power.reset, 0, 1), 0x02);
	CHECK_EQUAL(written(&power.reset, 0, 0x06), 1);
	CHECK_EQUAL(written(&power.sleep, 0, 5 << 2), 0);
	CHECK_EQUAL(written(&power.sleep, 0, 1 << 2 | 0x20), 0);
	CHECK_EQUAL(written(&power.sleep, 1, 5 << 2 | 0x20), 0);
	CHECK_EQUAL(written(&power.sleep, 0, 5 << 2 | 0x20), 2);
	CHECK_EQUAL(power.sleep.read(&power.sleep, 1, 1), 0);
}

/* Wide accesses are one to each byte; beyond the device there is nothing. */
void test_ports(void)
{
	uint64_t key = (uint64_t)(uintptr_t)&cmos.dev;
	struct power power;

	setup();
	ports_out(NULL, key, 0x70, 2, 0x5a << 8 | 0x40);
	CHECK_EQUAL(ports_in(NULL, key, 0x71, 1), 0x5a);
	CHECK_EQUAL(ports_in(NULL, key, 0x71, 2), 0xff5a);
	CHECK_EQUAL(ports_in(NULL, key, 0x70, 4), 0xffff5aff);
	power_init(&power, 0x64, 0xcf9, 0x600);
	power.request = request;
	requested = 0;
	ports_out(NULL, (uint64_t)(uintptr_t)&power.reset, 0xcf9, 4, 0x01020306);
	CHECK_EQUAL(requested, 1);
}
