/* SPDX-License-Identifier: GPL-2.0 */
/* What is at the other end of a device model's line, clock and console. */
#ifndef ZXRUN_CONNECTIONS_H
#define ZXRUN_CONNECTIONS_H

#include "../devices/serial_port.h"

extern struct line test_line;
extern bool level;		/* of test_line */
extern unsigned int wakes;	/* of the console, by its port */
extern int64_t clock_now;
extern int64_t armed;		/* the alarm; -1: it never was */

/* As when a machine starts, on 2023-11-14 at 22:13:20 */
void connect_anew(void);

int64_t test_clock(void);
void test_arm(struct alarm_clock *alarm, int64_t second);

/* The console's side of a port: how much goes to the guest, and both ways */
void connect_console(struct serial_port *port);
size_t console_room(void);
void console_send(const uint8_t *data, size_t size);
void console_type(const char *text);
size_t console_take(uint8_t *buffer, size_t size);

#endif
