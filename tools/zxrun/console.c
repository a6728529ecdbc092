// SPDX-License-Identifier: GPL-2.0
/* The guest's console on standard input and output, raw when on a terminal. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "console.h"

#define DRAIN_MS	1000	/* how long a reader may pause at the end */

static struct {
	struct termios saved;
	bool is_tty;
	volatile sig_atomic_t raw;
	bool eof;
	bool escape;
	int out_fd;
	uint8_t out[4096];	/* PIPE_BUF: a pipe that polls writable takes it all */
	size_t out_start, out_end;
} console;

enum key console_key(bool *escape, uint8_t c)
{
	if (!*escape) {
		*escape = c == CTRL_A;
		return *escape ? KEY_DROP : KEY_SEND;
	}
	*escape = false;
	switch (c) {
	case CTRL_A:
		return KEY_SEND;
	case 'x':
	case 'X':
		return KEY_QUIT;
	case 'h':
	case 'H':
	case '?':
		return KEY_HELP;
	default:
		return KEY_DROP;
	}
}

/* Leave the terminal usable however zxrun dies. */
static void fatal(int signal)
{
	console_restore();
	raise(signal);
}

void console_open(void)
{
	static const int signals[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT };
	struct sigaction action = { .sa_handler = fatal, .sa_flags = (int)SA_RESETHAND };
	const char *name;
	size_t i;

	console.is_tty = isatty(STDIN_FILENO) && !tcgetattr(STDIN_FILENO, &console.saved);
	/*
	 * A terminal that is held up must not hold up zxrun, so it is written
	 * without blocking, by an open file of our own: the mode of the one
	 * that we were given belongs to others too.
	 */
	console.out_fd = -1;
	name = ttyname(STDOUT_FILENO);
	if (name)
		console.out_fd = open(name, O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (console.out_fd < 0)
		console.out_fd = STDOUT_FILENO;
	for (i = 0; i < ARRAY_SIZE(signals); i++)
		sigaction(signals[i], &action, NULL);
	atexit(console_restore);
}

void console_raw(void)
{
	struct termios raw = console.saved;

	if (!console.is_tty)
		return;
	cfmakeraw(&raw);
	console.raw = 1;
	tcsetattr(STDIN_FILENO, TCSANOW, &raw);
}

void console_restore(void)
{
	if (!console.raw)
		return;
	console.raw = 0;
	tcsetattr(STDIN_FILENO, TCSANOW, &console.saved);
}

struct pollfd console_want_input(struct vm *vm)
{
	bool want = !console.eof && vm->serial->room(vm->serial);

	return (struct pollfd){ .fd = want ? STDIN_FILENO : -1, .events = POLLIN };
}

struct pollfd console_want_output(struct vm *vm)
{
	if (console.out_start == console.out_end) {
		console.out_start = 0;
		console.out_end = vm->serial->take(vm->serial, console.out, sizeof(console.out));
	}
	return (struct pollfd){
		.fd = console.out_start != console.out_end ? console.out_fd : -1,
		.events = POLLOUT,
	};
}

static void help(void)
{
	complain("Ctrl-A x: end zxrun; Ctrl-A Ctrl-A: send Ctrl-A; Ctrl-A h: show this");
}

void console_input(struct vm *vm)
{
	uint8_t data[256], keys[256];
	size_t room = vm->serial->room(vm->serial), count = 0;
	ssize_t got, i;

	got = read(STDIN_FILENO, data, room < sizeof(data) ? room : sizeof(data));
	if (got < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	/* The guest goes on without input, as a machine without a keyboard. */
	if (got <= 0) {
		console.eof = true;
		return;
	}
	for (i = 0; i < got; i++) {
		switch (console.is_tty ? console_key(&console.escape, data[i]) : KEY_SEND) {
		case KEY_SEND:
			keys[count++] = data[i];
			break;
		case KEY_QUIT:
			vm_stop(vm, STOP_QUIT, 0);
			return;
		case KEY_HELP:
			help();
			break;
		case KEY_DROP:
			break;
		}
	}
	vm->serial->receive(vm->serial, keys, count);
}

/* Returns 0, or -1 with errno. */
static int write_some(void)
{
	ssize_t put = write(console.out_fd, console.out + console.out_start,
			    console.out_end - console.out_start);

	if (put >= 0)
		console.out_start += (size_t)put;
	else if (errno != EINTR && errno != EAGAIN)
		return -1;
	return 0;
}

void console_output(struct vm *vm)
{
	if (!write_some())
		return;
	console.out_start = console.out_end;
	vm_stop_error(vm, "cannot write the guest's console to standard output: %s",
		      strerror(errno));
}

void console_drain(struct vm *vm)
{
	struct pollfd out;

	for (;;) {
		out = console_want_output(vm);
		if (out.fd < 0 || poll(&out, 1, DRAIN_MS) <= 0 || write_some())
			break;
	}
	console.out_start = console.out_end;
}
