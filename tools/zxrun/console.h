/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The guest's console on standard input and output. Main thread alone, but
 * for console_restore().
 */
#ifndef ZXRUN_CONSOLE_H
#define ZXRUN_CONSOLE_H

#include <poll.h>

#include "devices/device.h"
#include "vm.h"

#define CTRL_A	0x01

/* What a key means while Ctrl-A may have gone before */
enum key {
	KEY_SEND,
	KEY_DROP,
	KEY_QUIT,
	KEY_HELP,
};

enum key console_key(bool *escape, uint8_t c);

/* Once per process */
void console_open(void);

/* Raw mode, if standard input is a terminal; and back. */
void console_raw(void);
void console_restore(void);

/* Tell what to poll for (fd -1: nothing), and act on what poll found. */
struct pollfd console_want_input(struct vm *vm);
struct pollfd console_want_output(struct vm *vm);
void console_input(struct vm *vm);
void console_output(struct vm *vm);

/* Writes what the guest left behind, unless nobody reads it. */
void console_drain(struct vm *vm);

#endif
