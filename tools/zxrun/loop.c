// SPDX-License-Identifier: GPL-2.0
/* The main thread's loop: console, the clock's alarm, signals, the end. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "console.h"
#include "loop.h"

#define REST_MS	1

static const int ending[] = { SIGTERM, SIGINT, SIGHUP, SIGQUIT };
static int signal_fd;

int loop_init(void)
{
	sigset_t set;
	size_t i;

	sigemptyset(&set);
	for (i = 0; i < ARRAY_SIZE(ending); i++)
		sigaddset(&set, ending[i]);
	sigaddset(&set, SIGTSTP);
	sigaddset(&set, SIGCONT);
	signal(SIGPIPE, SIG_IGN);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (signal_fd < 0)
		return fail("cannot create a signalfd: %s", strerror(errno));
	return 0;
}

void loop_die(int number)
{
	sigset_t set;

	signal(number, SIG_DFL);
	sigemptyset(&set);
	sigaddset(&set, number);
	raise(number);
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
	exit(128 + number);
}

static void handle_signal(struct vm *vm)
{
	struct signalfd_siginfo info;

	if (read(signal_fd, &info, sizeof(info)) != sizeof(info))
		return;
	switch (info.ssi_signo) {
	case SIGTSTP:
		console_restore();
		raise(SIGSTOP);
		console_raw();
		break;
	case SIGCONT:
		console_raw();
		break;
	default:
		vm_stop(vm, STOP_SIGNAL, (int)info.ssi_signo);
	}
}

static void clear(int fd)
{
	uint64_t count;

	if (read(fd, &count, sizeof(count)) < 0)
		return;
}

/*
 * After each write the loop rests for a moment, so that characters gather and
 * a guest that prints a lot does not wake it for each of them. The first
 * character after a silence goes out at once. What the UART has before resting
 * is cleared is seen right after, and what it gets later wakes the loop.
 */
void loop_run(struct vm *vm)
{
	enum { SIGNAL, WAKE, ALARM, IN, OUT, COUNT };
	struct pollfd fds[COUNT] = {
		[SIGNAL] = { .fd = signal_fd, .events = POLLIN },
		[WAKE] = { .fd = vm->wake_fd, .events = POLLIN },
		[ALARM] = { .fd = vm->alarm_fd, .events = POLLIN },
	};
	bool rest = false;

	while (!vm_stopped(vm)) {
		atomic_store(&vm->resting, rest);
		fds[IN] = console_want_input(vm);
		fds[OUT] = rest ? (struct pollfd){ .fd = -1 } : console_want_output(vm);
		if (poll(fds, COUNT, rest ? REST_MS : -1) < 0) {
			if (errno != EINTR)
				vm_stop_error(vm, "cannot wait for events: %s", strerror(errno));
			continue;
		}
		if (fds[SIGNAL].revents)
			handle_signal(vm);
		if (fds[WAKE].revents)
			clear(vm->wake_fd);
		if (fds[ALARM].revents) {
			clear(vm->alarm_fd);
			vm->alarm->expired(vm->alarm);
		}
		if (fds[IN].revents)
			console_input(vm);
		rest = fds[OUT].revents;
		if (rest)
			console_output(vm);
	}
}
