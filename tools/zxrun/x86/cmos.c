// SPDX-License-Identifier: GPL-2.0
/*
 * MC146818 real-time clock: the host's time in UTC, plus what the guest makes
 * of it. It has the alarm interrupt; the periodic and the update-ended one
 * never come. A write of RAM costs nothing; the clock's registers are made
 * when they are read.
 */
#include <string.h>
#include <time.h>

#include "cmos.h"

#define SECOND		0x00
#define SECOND_ALARM	0x01
#define MINUTE		0x02
#define MINUTE_ALARM	0x03
#define HOUR		0x04
#define HOUR_ALARM	0x05
#define WEEKDAY		0x06
#define DAY		0x07
#define MONTH		0x08
#define YEAR		0x09
#define REG_A		0x0a
#define REG_B		0x0b
#define REG_C		0x0c
#define REG_D		0x0d
#define CENTURY		0x32

#define A_DEFAULT	0x26	/* 32768 Hz; never in the middle of an update */
#define B_SET		(1u << 7)
#define B_ALARM		(1u << 5)
#define B_BINARY	(1u << 2)
#define B_24_HOURS	(1u << 1)
#define C_ANY		(1u << 7)
#define C_ALARM		(1u << 5)
#define D_VALID		(1u << 7)
#define HOUR_PM		(1u << 7)
#define ANY_TIME	0xc0	/* alarm registers from here on match always */

#define DAY_SECONDS	86400

static uint8_t encode(const struct cmos *cmos, int value)
{
	if (cmos->ram[REG_B] & B_BINARY)
		return (uint8_t)value;
	return (uint8_t)(value / 10 % 10 << 4 | value % 10);
}

static int decode(const struct cmos *cmos, uint8_t value)
{
	return cmos->ram[REG_B] & B_BINARY ? value : (value >> 4) * 10 + (value & 15);
}

static uint8_t encode_hour(const struct cmos *cmos, int hour)
{
	uint8_t value;

	if (cmos->ram[REG_B] & B_24_HOURS)
		return encode(cmos, hour);
	value = encode(cmos, hour % 12 ? hour % 12 : 12);
	return hour >= 12 ? value | HOUR_PM : value;
}

static int decode_hour(const struct cmos *cmos, uint8_t value)
{
	int hour;

	if (cmos->ram[REG_B] & B_24_HOURS)
		return decode(cmos, value);
	hour = decode(cmos, value & ~HOUR_PM) % 12;
	return value & HOUR_PM ? hour + 12 : hour;
}

static bool is_time(uint8_t index)
{
	switch (index) {
	case SECOND:
	case MINUTE:
	case HOUR:
	case WEEKDAY:
	case DAY:
	case MONTH:
	case YEAR:
	case CENTURY:
		return true;
	default:
		return false;
	}
}

/* The clock's registers, as they are now */
static void make_registers(struct cmos *cmos)
{
	time_t second = (time_t)(cmos->now() + cmos->offset);
	struct tm tm = { 0 };
	int year;

	if (cmos->ram[REG_B] & B_SET)
		return;
	gmtime_r(&second, &tm);
	year = tm.tm_year > -1900 ? tm.tm_year + 1900 : 0;
	cmos->ram[SECOND] = encode(cmos, tm.tm_sec);
	cmos->ram[MINUTE] = encode(cmos, tm.tm_min);
	cmos->ram[HOUR] = encode_hour(cmos, tm.tm_hour);
	cmos->ram[WEEKDAY] = encode(cmos, tm.tm_wday + 1);
	cmos->ram[DAY] = encode(cmos, tm.tm_mday);
	cmos->ram[MONTH] = encode(cmos, tm.tm_mon + 1);
	cmos->ram[YEAR] = encode(cmos, year % 100);
	cmos->ram[CENTURY] = encode(cmos, year / 100);
}

/* The guest wrote registers: go on from there. The weekday follows the date. */
static void take_registers(struct cmos *cmos)
{
	struct tm tm = {
		.tm_sec = decode(cmos, cmos->ram[SECOND]),
		.tm_min = decode(cmos, cmos->ram[MINUTE]),
		.tm_hour = decode_hour(cmos, cmos->ram[HOUR]),
		.tm_mday = decode(cmos, cmos->ram[DAY]),
		.tm_mon = decode(cmos, cmos->ram[MONTH]) - 1,
		.tm_year = decode(cmos, cmos->ram[YEAR]) +
			   (decode(cmos, cmos->ram[CENTURY]) - 19) * 100,
	};

	cmos->offset = (int64_t)timegm(&tm) - cmos->now();
}

static void update_line(struct cmos *cmos)
{
	bool level = cmos->ram[REG_C] & cmos->ram[REG_B] & B_ALARM;

	if (level)
		cmos->ram[REG_C] |= C_ANY;
	line_set(cmos->line, level);
}

static bool matches(uint8_t alarm, int wanted, int value)
{
	return alarm >= ANY_TIME || wanted == value;
}

/* The first second after from that the alarm registers name; 0: none */
static int64_t next_alarm(const struct cmos *cmos, int64_t from)
{
	const uint8_t *ram = cmos->ram;
	int64_t second = from + 1;

	while (second <= from + DAY_SECONDS) {
		int of_day = (int)(second % DAY_SECONDS);

		if (!matches(ram[HOUR_ALARM], decode_hour(cmos, ram[HOUR_ALARM]), of_day / 3600))
			second += 3600 - second % 3600;
		else if (!matches(ram[MINUTE_ALARM], decode(cmos, ram[MINUTE_ALARM]),
				  of_day / 60 % 60))
			second += 60 - second % 60;
		else if (!matches(ram[SECOND_ALARM], decode(cmos, ram[SECOND_ALARM]), of_day % 60))
			second++;
		else
			return second;
	}
	return 0;
}

/* The clock, or what the alarm depends on, changed. */
static void set_alarm(struct cmos *cmos)
{
	int64_t second = 0;

	if (cmos->ram[REG_B] & B_ALARM && !(cmos->ram[REG_B] & B_SET))
		second = next_alarm(cmos, cmos->now() + cmos->offset);
	cmos->match_at = second > cmos->offset ? second - cmos->offset : 0;
	cmos->alarm.arm(&cmos->alarm, cmos->match_at);
}

static uint8_t read_data(struct cmos *cmos)
{
	uint8_t value;

	if (is_time(cmos->index))
		make_registers(cmos);
	value = cmos->ram[cmos->index];
	if (cmos->index == REG_C)
		cmos->ram[REG_C] = 0;
	return value;
}

static void write_b(struct cmos *cmos, uint8_t value)
{
	uint8_t old = cmos->ram[REG_B];

	if (value & B_SET)
		make_registers(cmos);	/* and they stand still */
	cmos->ram[REG_B] = value;
	if (old & B_SET && !(value & B_SET))
		take_registers(cmos);
	set_alarm(cmos);
}

static void write_data(struct cmos *cmos, uint8_t value)
{
	switch (cmos->index) {
	case REG_A:
		cmos->ram[REG_A] = value & 0x7f;
		break;
	case REG_B:
		write_b(cmos, value);
		break;
	case REG_C:
	case REG_D:
		break;
	case SECOND_ALARM:
	case MINUTE_ALARM:
	case HOUR_ALARM:
		cmos->ram[cmos->index] = value;
		set_alarm(cmos);
		break;
	default:
		if (is_time(cmos->index))
			make_registers(cmos);
		cmos->ram[cmos->index] = value;
		if (is_time(cmos->index) && !(cmos->ram[REG_B] & B_SET)) {
			take_registers(cmos);
			set_alarm(cmos);
		}
	}
}

/* The index cannot be read back. */
static uint64_t cmos_read(struct device *dev, uint64_t offset, unsigned int size)
{
	struct cmos *cmos = container_of(dev, struct cmos, dev);
	uint8_t value = 0xff;

	(void)size;
	pthread_mutex_lock(&cmos->lock);
	if (offset)
		value = read_data(cmos);
	update_line(cmos);
	pthread_mutex_unlock(&cmos->lock);
	return value;
}

/* Bit 7 of the index masks the NMI, which this machine has not. */
static void cmos_write(struct device *dev, uint64_t offset, unsigned int size, uint64_t value)
{
	struct cmos *cmos = container_of(dev, struct cmos, dev);

	(void)size;
	pthread_mutex_lock(&cmos->lock);
	if (offset)
		write_data(cmos, (uint8_t)value);
	else
		cmos->index = value & (CMOS_SIZE - 1);
	update_line(cmos);
	pthread_mutex_unlock(&cmos->lock);
}

static void cmos_expired(struct alarm_clock *alarm)
{
	struct cmos *cmos = container_of(alarm, struct cmos, alarm);

	pthread_mutex_lock(&cmos->lock);
	/* The guest may have moved the alarm while this call was on its way. */
	if (cmos->match_at && cmos->now() >= cmos->match_at) {
		cmos->ram[REG_C] |= C_ALARM;
		set_alarm(cmos);
		update_line(cmos);
	}
	pthread_mutex_unlock(&cmos->lock);
}

void cmos_init(struct cmos *cmos, uint64_t base, struct line *line, int64_t (*now)(void))
{
	memset(cmos, 0, sizeof(*cmos));
	cmos->dev.name = "cmos";
	cmos->dev.base = base;
	cmos->dev.size = 2;
	cmos->dev.read = cmos_read;
	cmos->dev.write = cmos_write;
	cmos->alarm.expired = cmos_expired;
	cmos->line = line;
	cmos->now = now;
	cmos->ram[REG_A] = A_DEFAULT;
	cmos->ram[REG_B] = B_24_HOURS;
	cmos->ram[REG_D] = D_VALID;
	pthread_mutex_init(&cmos->lock, NULL);
}
