// SPDX-License-Identifier: GPL-2.0
/* PL031, the exit device and holes, register by register. */
#include "../arm64/pl031.h"
#include "../devices/simple.h"
#include "connections.h"
#include "tap.h"

static void setup(struct pl031 *rtc)
{
	connect_anew();
	pl031_init(rtc, 0x9010000, &test_line, test_clock);
	rtc->alarm.arm = test_arm;
}

static uint32_t get(struct pl031 *rtc, uint64_t offset)
{
	return (uint32_t)rtc->dev.read(&rtc->dev, offset, 4);
}

static void set(struct pl031 *rtc, uint64_t offset, uint32_t value)
{
	rtc->dev.write(&rtc->dev, offset, 4, value);
}

void test_pl031_identity(void)
{
	static const uint8_t id[8] = { 0x31, 0x10, 0x04, 0x00, 0x0d, 0xf0, 0x05, 0xb1 };
	struct pl031 rtc;
	unsigned int i;

	setup(&rtc);
	for (i = 0; i < 8; i++)
		CHECK_EQUAL(get(&rtc, 0xfe0 + 4 * i), id[i]);
	CHECK_EQUAL(get(&rtc, 0x0c), 1);
	CHECK_EQUAL(get(&rtc, 0x20), 0);
}

void test_pl031_time(void)
{
	struct pl031 rtc;

	setup(&rtc);
	CHECK_EQUAL(get(&rtc, 0), 1700000000);
	CHECK_EQUAL(rtc.dev.read(&rtc.dev, 1, 1) & 0xff, 1700000000 >> 8 & 0xff);
	set(&rtc, 0x08, 1000);
	CHECK_EQUAL(get(&rtc, 0x08), 1000);
	clock_now += 5;
	CHECK_EQUAL(get(&rtc, 0), 1005);
	set(&rtc, 0x08, 0xffffffff);
	clock_now += 2;
	CHECK_EQUAL(get(&rtc, 0), 1);
	set(&rtc, 0, 77);
	CHECK_EQUAL(get(&rtc, 0), 1);
}

void test_pl031_alarm(void)
{
	struct pl031 rtc;

	setup(&rtc);
	set(&rtc, 0x10, 1);
	set(&rtc, 0x04, 1700000010);
	CHECK_EQUAL(armed, 1700000010);
	rtc.alarm.expired(&rtc.alarm);
	CHECK(!level);
	clock_now += 10;
	rtc.alarm.expired(&rtc.alarm);
	CHECK(level);
	CHECK_EQUAL(get(&rtc, 0x14), 1);
	CHECK_EQUAL(get(&rtc, 0x18), 1);
	set(&rtc, 0x10, 0);
	CHECK(!level);
	CHECK_EQUAL(get(&rtc, 0x18), 0);
	set(&rtc, 0x10, 1);
	CHECK(level);
	set(&rtc, 0x1c, 1);
	CHECK(!level);
	CHECK_EQUAL(get(&rtc, 0x14), 0);
	/* Once per match, also when the host's clock is set back */
	clock_now -= 100;
	rtc.alarm.expired(&rtc.alarm);
	clock_now += 100;
	rtc.alarm.expired(&rtc.alarm);
	CHECK(!level);
	/* The guest's clock jumps: the alarm follows. */
	set(&rtc, 0x08, 100);
	set(&rtc, 0x04, 160);
	CHECK_EQUAL(armed, clock_now + 60);
	/* MR in the past: the counter has to go round */
	set(&rtc, 0x04, 99);
	CHECK_EQUAL(armed, clock_now + 0xffffffff);
}

static int requested;

static void request(struct exit_device *exit, int status)
{
	(void)exit;
	requested = status;
}

void test_exit_device(void)
{
	struct exit_device exit;
	struct device *dev = &exit.dev;

	exit_device_init(&exit, 0x9020000);
	exit.request = request;
	requested = -1;
	CHECK_EQUAL(dev->read(dev, 0, 4), 0);
	dev->write(dev, 0, 1, 3);
	dev->write(dev, 4, 4, 3);
	dev->write(dev, 0, 8, 3);
	CHECK(requested == -1);
	dev->write(dev, 0, 4, 0x1ff);
	CHECK(requested == 0xff);
	dev->write(dev, 0, 4, 0);
	CHECK(requested == 0);
}

void test_hole_told_once(void)
{
	atomic_bool told = true;	/* no message in the test's output */
	struct hole hole;
	struct device *dev = &hole.dev;

	hole_init(&hole, 0x1000, 0x2000, 0, &told);
	CHECK_EQUAL(dev->base, 0x1000);
	CHECK_EQUAL(dev->size, 0x2000);
	CHECK_EQUAL(dev->read(dev, 8, 8), 0);
	dev->write(dev, 8, 8, 1);
	CHECK(told);
	hole_init(&hole, 0x1000, 0x2000, UINT64_MAX, &told);
	CHECK_EQUAL(dev->read(dev, 8, 8), UINT64_MAX);
}
