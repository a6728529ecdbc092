// SPDX-License-Identifier: GPL-2.0
/* The console: keys, pipes as standard input and output, and their ends. */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "../console.h"
#include "tap.h"

static uint8_t received[256];
static size_t received_count, guest_room, output_count;
static enum stop_kind stopped;

/* console.c asks for the end of the VM by these. */
void vm_stop(struct vm *vm, enum stop_kind kind, int value)
{
	(void)vm;
	(void)value;
	stopped = kind;
}

void vm_stop_error(struct vm *vm, const char *format, ...)
{
	(void)format;
	vm_stop(vm, STOP_ERROR, 0);
}

static size_t room(struct serial *serial)
{
	(void)serial;
	return guest_room;
}

static void receive(struct serial *serial, const uint8_t *data, size_t size)
{
	(void)serial;
	memcpy(received + received_count, data, size);
	received_count += size;
	guest_room -= size;
}

static size_t take(struct serial *serial, uint8_t *buffer, size_t size)
{
	size_t count = size < output_count ? size : output_count;

	(void)serial;
	memset(buffer, 'o', count);
	output_count -= count;
	return count;
}

void test_console_keys(void)
{
	static const struct {
		uint8_t key;
		enum key want;
	} keys[] = {
		{ 'x', KEY_SEND }, { CTRL_A, KEY_DROP }, { CTRL_A, KEY_SEND }, { CTRL_A, KEY_DROP },
		{ 'q', KEY_DROP }, { 'q', KEY_SEND }, { CTRL_A, KEY_DROP }, { 'h', KEY_HELP },
		{ 3, KEY_SEND }, { CTRL_A, KEY_DROP }, { 'x', KEY_QUIT },
	};
	bool escape = false;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(keys); i++)
		CHECK_EQUAL(console_key(&escape, keys[i].key), keys[i].want);
	CHECK(!escape);
}

/* Standard input and output are pipes during the run of body. */
static void with_pipes(void (*body)(struct vm *vm, int to_stdin, int from_stdout))
{
	struct serial serial = { .room = room, .receive = receive, .take = take };
	struct vm vm = { .serial = &serial };
	int in[2], out[2], saved_in = dup(STDIN_FILENO), saved_out = dup(STDOUT_FILENO);

	received_count = 0;
	stopped = STOP_NOT;
	CHECK(!pipe2(in, O_CLOEXEC) && !pipe2(out, O_CLOEXEC));
	dup2(in[0], STDIN_FILENO);
	dup2(out[1], STDOUT_FILENO);
	close(in[0]);
	close(out[1]);
	console_open();
	body(&vm, in[1], out[0]);
	dup2(saved_in, STDIN_FILENO);
	dup2(saved_out, STDOUT_FILENO);
	close(saved_in);
	close(saved_out);
}

static void input(struct vm *vm, int to_stdin, int from_stdout)
{
	struct pollfd in;

	/* A pipe has no escape key, and is read as far as the guest has room. */
	CHECK(write(to_stdin, "\001xyz", 4) == 4);
	guest_room = 0;
	in = console_want_input(vm);
	CHECK(in.fd == -1);
	guest_room = 3;
	in = console_want_input(vm);
	CHECK(in.fd == STDIN_FILENO && in.events == POLLIN);
	console_input(vm);
	CHECK(received_count == 3 && !memcmp(received, "\001xy", 3));
	guest_room = 3;
	console_input(vm);
	CHECK(received_count == 4 && received[3] == 'z');
	/* At its end the guest goes on. */
	close(to_stdin);
	console_input(vm);
	CHECK(stopped == STOP_NOT);
	in = console_want_input(vm);
	CHECK(in.fd == -1);
	close(from_stdout);
}

void test_console_input(void)
{
	with_pipes(input);
}

static void output(struct vm *vm, int to_stdin, int from_stdout)
{
	uint8_t data[16384];
	struct pollfd out;
	size_t total = 0;
	ssize_t got;

	output_count = 0;
	out = console_want_output(vm);
	CHECK(out.fd == -1);
	output_count = 10000;
	while (total < 10000) {
		out = console_want_output(vm);
		CHECK(out.fd == STDOUT_FILENO && out.events == POLLOUT);
		console_output(vm);
		got = read(from_stdout, data, sizeof(data));
		CHECK(got > 0);
		total += (size_t)got;
	}
	CHECK_EQUAL(total, 10000);
	out = console_want_output(vm);
	CHECK(out.fd == -1);

	output_count = 3000;
	console_drain(vm);
	CHECK(read(from_stdout, data, sizeof(data)) == 3000);
	CHECK(stopped == STOP_NOT);

	/* A reader that goes away is an error, and no signal. */
	signal(SIGPIPE, SIG_IGN);
	close(from_stdout);
	output_count = 5;
	out = console_want_output(vm);
	console_output(vm);
	CHECK(stopped == STOP_ERROR);
	close(to_stdin);
}

void test_console_output(void)
{
	with_pipes(output);
}
