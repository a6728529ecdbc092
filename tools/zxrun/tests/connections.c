// SPDX-License-Identifier: GPL-2.0
/* What is at the other end of a device model's line, clock and console. */
#include <string.h>

#include "connections.h"

struct line test_line;
bool level;
unsigned int wakes;
int64_t clock_now;
int64_t armed;
static struct serial *console;

static void set_level(struct line *line, bool value)
{
	(void)line;
	level = value;
}

void connect_anew(void)
{
	test_line = (struct line) { .set = set_level };
	level = false;
	wakes = 0;
	clock_now = 1700000000;
	armed = -1;
}

int64_t test_clock(void)
{
	return clock_now;
}

void test_arm(struct alarm_clock *alarm, int64_t second)
{
	(void)alarm;
	armed = second;
}

static void wake(struct serial *serial)
{
	(void)serial;
	wakes++;
}

void connect_console(struct serial_port *port)
{
	console = &port->serial;
	console->wake = wake;
}

size_t console_room(void)
{
	return console->room(console);
}

void console_send(const uint8_t *data, size_t size)
{
	console->receive(console, data, size);
}

void console_type(const char *text)
{
	console_send((const uint8_t *)text, strlen(text));
}

size_t console_take(uint8_t *buffer, size_t size)
{
	return console->take(console, buffer, size);
}
