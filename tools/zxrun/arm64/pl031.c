// SPDX-License-Identifier: GPL-2.0
/*
 * PL031 real-time clock: the host's time in seconds, plus what the guest
 * makes of it. The alarm is an interrupt at the second that MR names.
 */
#include <string.h>

#include "pl031.h"

#define DR	0x00
#define MR	0x04
#define LR	0x08
#define CR	0x0c
#define IMSC	0x10
#define RIS	0x14
#define MIS	0x18
#define ICR	0x1c
#define ID	0xfe0

static uint32_t count(const struct pl031 *rtc)
{
	return (uint32_t)rtc->now() + rtc->offset;
}

static void update_line(struct pl031 *rtc)
{
	line_set(rtc->line, rtc->ris & rtc->imsc);
}

/* DR or MR changed: find the next second at which they meet. */
static void set_alarm(struct pl031 *rtc)
{
	rtc->match_at = rtc->now() + (uint32_t)(rtc->mr - count(rtc));
	rtc->alarm.arm(&rtc->alarm, rtc->match_at);
}

static uint64_t pl031_read(struct device *dev, uint64_t offset, unsigned int size)
{
	static const uint8_t id[8] = { 0x31, 0x10, 0x04, 0x00, 0x0d, 0xf0, 0x05, 0xb1 };
	struct pl031 *rtc = container_of(dev, struct pl031, dev);
	uint32_t value = 0;

	(void)size;
	pthread_mutex_lock(&rtc->lock);
	switch (offset & ~3ull) {
	case DR:
		value = count(rtc);
		break;
	case MR:
		value = rtc->mr;
		break;
	case LR:
		value = rtc->lr;
		break;
	case CR:
		value = 1;	/* it always runs */
		break;
	case IMSC:
		value = rtc->imsc;
		break;
	case RIS:
		value = rtc->ris;
		break;
	case MIS:
		value = rtc->ris & rtc->imsc;
		break;
	case ID ... ID + 0x1c:
		value = id[(offset - ID) / 4];
		break;
	}
	pthread_mutex_unlock(&rtc->lock);
	return register_part(value, offset);
}

static void pl031_write(struct device *dev, uint64_t offset, unsigned int size, uint64_t value)
{
	struct pl031 *rtc = container_of(dev, struct pl031, dev);

	(void)size;
	pthread_mutex_lock(&rtc->lock);
	switch (offset) {
	case MR:
		rtc->mr = (uint32_t)value;
		set_alarm(rtc);
		break;
	case LR:
		rtc->lr = (uint32_t)value;
		rtc->offset += rtc->lr - count(rtc);
		set_alarm(rtc);
		break;
	case IMSC:
		rtc->imsc = value & 1;
		break;
	case ICR:
		rtc->ris &= ~(uint32_t)value;
		break;
	}
	update_line(rtc);
	pthread_mutex_unlock(&rtc->lock);
}

static void pl031_expired(struct alarm_clock *alarm)
{
	struct pl031 *rtc = container_of(alarm, struct pl031, alarm);

	pthread_mutex_lock(&rtc->lock);
	/* The guest may have moved the alarm while this call was on its way. */
	if (rtc->match_at && rtc->now() >= rtc->match_at) {
		rtc->match_at = 0;
		rtc->ris = 1;
		update_line(rtc);
	}
	pthread_mutex_unlock(&rtc->lock);
}

void pl031_init(struct pl031 *rtc, uint64_t base, struct line *line, int64_t (*now)(void))
{
	memset(rtc, 0, sizeof(*rtc));
	rtc->dev.name = "pl031";
	rtc->dev.base = base;
	rtc->dev.size = 0x1000;
	rtc->dev.read = pl031_read;
	rtc->dev.write = pl031_write;
	rtc->alarm.expired = pl031_expired;
	rtc->line = line;
	rtc->now = now;
	pthread_mutex_init(&rtc->lock, NULL);
}
