/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One life of a virtual machine, from creation to power-off or reboot.
 *
 * Threads: the main thread creates the VM, then runs the loop (loop.c) that
 * moves console characters, and is the only one that stops the VCPU threads.
 * Any thread may ask for the end by vm_stop(); the first one is heard.
 */
#ifndef ZXRUN_VM_H
#define ZXRUN_VM_H

#include <pthread.h>
#include <stdatomic.h>
#include <zircon/types.h>

#include "devices/device.h"
#include "zxrun.h"

struct machine;

enum stop_kind {
	STOP_NOT,
	STOP_POWER_OFF,
	STOP_REBOOT,
	STOP_EXIT,		/* the guest's wish; value is the status */
	STOP_QUIT,		/* Ctrl-A x */
	STOP_SIGNAL,		/* value is the signal */
	STOP_ERROR,		/* text says what happened */
};

struct stop {
	enum stop_kind kind;
	int value;
	char text[1536];
};

struct vcpu {
	struct vm *vm;
	unsigned int index;
	pthread_t thread;
	zx_handle_t handle;
	zx_status_t status;	/* of its creation */
	bool created;
};

enum start {
	START_WAIT,
	START_GO,
	START_ABORT,
};

/* A part of RAM: its guest-physical address, and where it is in vm->ram */
struct ram_part {
	uint64_t base;
	uint64_t offset;
	uint64_t size;
};

#define RAM_PARTS	2

struct vm {
	const struct options *options;
	zx_handle_t guest;
	zx_handle_t vmar;
	uint8_t *ram;
	uint64_t ram_size;
	struct ram_part ram_part[RAM_PARTS];
	unsigned int ram_parts;
	uint64_t entry;		/* the boot VCPU's first PC */
	uint64_t boot_arg;	/* and what it finds in the argument register */
	struct machine *machine;
	struct serial *serial;
	struct alarm_clock *alarm;
	struct vcpu *vcpus;
	unsigned int threads;
	int wake_fd;		/* eventfd: the loop has something to look at */
	atomic_bool resting;	/* the loop will look at the UART soon in any case */
	int alarm_fd;		/* timerfd of @alarm */

	pthread_mutex_t lock;	/* innermost but for the kernel's */
	pthread_cond_t changed;
	enum start start;	/* under lock, as is all below */
	struct stop stop;
};

/* Each returns 0, or -1 after a message. vm_destroy() suits any outcome. */
int vm_create(struct vm *vm, const struct options *options);
int vm_start(struct vm *vm);
void vm_join(struct vm *vm);
void vm_destroy(struct vm *vm);

void vm_stop(struct vm *vm, enum stop_kind kind, int value);
void vm_stop_error(struct vm *vm, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool vm_stopped(struct vm *vm);

/* Guest-physical memory; NULL where not all of it is RAM of one part */
void *vm_memory(struct vm *vm, uint64_t address, uint64_t size);

/* vcpu.c: the body of a VCPU thread */
void *vcpu_main(void *vcpu);

#endif
