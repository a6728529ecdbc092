// SPDX-License-Identifier: GPL-2.0
/* The rows of the table: what is measured, one function for each. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "arch.h"
#include "bench.h"
#include "cpu.h"

#define MANY	1000		/* operations of a batch */
#define SOME	200
#define FEW	50
#define BATCHES	10		/* that measure() makes at most */

#define HIGH_PRIORITY	2	/* above the bench's own, which is 1 */

/* An operation of the guest alone */
struct guest_row {
	struct machine m;
	unsigned int op;
	unsigned int count;
	uint64_t result;	/* that the guest must have in the end */
};

static uint64_t guest_batch(void *arg)
{
	struct guest_row *row = arg;
	uint64_t took = machine_run(&row->m, row->op, row->count);

	if (row->m.vm.param->result != row->result)
		fatal("the guest counted %llu of %llu",
		      (unsigned long long)row->m.vm.param->result,
		      (unsigned long long)row->result);
	return took;
}

static void guest_row(const char *name, unsigned int op, bool irqchip,
		      uint64_t result)
{
	struct guest_row row = { .op = op, .count = MANY, .result = result };

	if (!wanted(name))
		return;
	machine_open(&row.m, irqchip);
	measure(name, MANY, guest_batch, &row);
	machine_close(&row.m);
}

/* A store, and the monitor makes an interrupt pending before it goes on */
struct interrupt_row {
	struct machine m;
	void (*interrupt)(struct vcpu *vcpu);
};

static uint64_t interrupt_batch(void *arg)
{
	struct interrupt_row *row = arg;
	struct machine *m = &row->m;

	machine_begin(m, OP_STORE_IRQ, SOME);
	for (;;) {
		backend->enter(&m->vcpu);
		if (m->vcpu.event.addr == MMIO + MMIO_DONE)
			break;
		row->interrupt(&m->vcpu);
	}
	if (m->vm.param->result != SOME)
		fatal("the guest took another number of interrupts");
	return m->vm.param->end - m->vm.param->start;
}

static void interrupt_row(const char *name,
			  void (*interrupt)(struct vcpu *vcpu))
{
	struct interrupt_row row = { .interrupt = interrupt };

	if (!wanted(name))
		return;
	machine_open(&row.m, true);
	measure(name, SOME, interrupt_batch, &row);
	machine_close(&row.m);
}

/*
 * A thread of higher priority waits for the bell: it has run and waits again
 * before the guest goes on.
 */
struct bell_row {
	struct guest_row guest;
	pthread_t thread;
	uint64_t rings;
};

static void *bell_thread(void *arg)
{
	struct bell_row *row = arg;

	set_priority(HIGH_PRIORITY);
	pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL);
	for (;;)
		row->rings += backend->bell_wait(&row->guest.m.vm);
	return NULL;
}

static uint64_t bell_batch(void *arg)
{
	struct bell_row *row = arg;
	uint64_t before = row->rings, took = guest_batch(&row->guest);

	if (row->rings - before != MANY)
		fatal("the bell rang %llu times",
		      (unsigned long long)(row->rings - before));
	return took;
}

static void bell_row(const char *name)
{
	struct bell_row row = { .guest = { .op = OP_BELL, .count = MANY } };

	if (!wanted(name))
		return;
	machine_open(&row.guest.m, false);
	backend->bell_create(&row.guest.m.vm);
	start_thread(&row.thread, bell_thread, &row);
	measure(name, MANY, bell_batch, &row);
	pthread_cancel(row.thread);
	pthread_join(row.thread, NULL);
	machine_close(&row.guest.m);
}

/* Another VCPU, of higher priority, that sleeps until an IPI */
struct ipi_row {
	struct guest_row guest;
	struct vcpu other;
	pthread_barrier_t created, ready;
};

static void *ipi_thread(void *arg)
{
	struct ipi_row *row = arg;

	set_priority(HIGH_PRIORITY);
	row->other.vm = &row->guest.m.vm;
	row->other.index = 1;
	backend->vcpu_create(&row->other);
	pthread_barrier_wait(&row->created);
	pthread_barrier_wait(&row->ready);
	backend->enter(&row->other);
	if (row->other.event.kind != EVENT_KICK)
		fatal("the other VCPU has an event");
	backend->vcpu_destroy(&row->other);
	return NULL;
}

static void ipi_row(const char *name)
{
	struct ipi_row row = {
		.guest = { .op = OP_IPI_OTHER, .count = MANY, .result = MANY },
	};
	pthread_t thread;

	if (!wanted(name))
		return;
	pthread_barrier_init(&row.created, NULL, 2);
	pthread_barrier_init(&row.ready, NULL, 2);
	machine_load(&row.guest.m, true);
	start_thread(&thread, ipi_thread, &row);
	pthread_barrier_wait(&row.created);
	machine_start(&row.guest.m);
	pthread_barrier_wait(&row.ready);
	machine_run(&row.guest.m, OP_CPU_ON, 1);
	if (row.guest.m.vm.param->result)
		fatal("the other VCPU does not start");
	measure(name, MANY, guest_batch, &row);
	backend->kick(&row.other);
	pthread_join(thread, NULL);
	machine_close(&row.guest.m);
}

/* The guest sleeps, and a thread of lower priority makes an interrupt. */
struct sleep_row {
	struct guest_row guest;
	bool stop;
};

static void *sleep_thread(void *arg)
{
	struct sleep_row *row = arg;

	set_priority(0);
	while (!__atomic_load_n(&row->stop, __ATOMIC_RELAXED))
		backend->interrupt(&row->guest.m.vcpu);
	return NULL;
}

static void sleep_row(const char *name)
{
	struct sleep_row row = {
		.guest = { .op = OP_SLEEP, .count = SOME, .result = SOME },
	};
	pthread_t thread;

	if (!wanted(name))
		return;
	machine_open(&row.guest.m, true);
	start_thread(&thread, sleep_thread, &row);
	measure(name, SOME, guest_batch, &row);
	__atomic_store_n(&row.stop, true, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	machine_close(&row.guest.m);
}

/* First touches of memory that the host has and the second stage has not */
struct fault_row {
	struct guest_row guest;
	uint64_t size;
	void *mem;
};

static uint64_t fault_batch(void *arg)
{
	struct fault_row *row = arg;
	struct machine *m = &row->guest.m;
	uint64_t took;

	backend->map(&m->vm, 1, FAULT, row->mem, row->size);
	m->vm.param->step = row->size / row->guest.count;
	took = guest_batch(&row->guest);
	backend->unmap(&m->vm, 1, FAULT, row->size);
	return took;
}

/* /proc/self/smaps has to say that memory is in huge pages. */
static void check_huge(const void *mem, size_t size)
{
	unsigned long start, kb = 0;
	char line[256];
	bool mine = false;
	FILE *f;

	f = fopen("/proc/self/smaps", "r");
	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%lx-", &start) == 1 && strchr(line, '-'))
			mine = start == (unsigned long)mem;
		if (mine && sscanf(line, "AnonHugePages: %lu", &kb) == 1)
			break;
	}
	if (f)
		fclose(f);
	if (kb * 1024 < size)
		fatal("only %lu KiB of %zu are in huge pages", kb, size / 1024);
}

static void fault_row(const char *name, unsigned int count, bool huge)
{
	struct fault_row row = {
		.guest = { .op = OP_TOUCH, .count = count },
		.size = count * (huge ? BLOCK : PAGE),
	};

	if (!wanted(name))
		return;
	row.mem = allocate(row.size, huge);
	if (huge)
		check_huge(row.mem, row.size);
	machine_open(&row.guest.m, false);
	measure(name, count, fault_batch, &row);
	machine_close(&row.guest.m);
	munmap(row.mem, row.size);
}

/* MANY ranges of one page, with holes between them, and all away again */
struct map_row {
	struct machine m;
	uint8_t *mem;
};

static uint64_t map_batch(void *arg)
{
	struct map_row *row = arg;
	uint64_t start = ticks();
	unsigned int i;

	for (i = 0; i < MANY; i++)
		backend->map(&row->m.vm, i + 1, FAULT + i * 2 * PAGE,
			     row->mem + i * PAGE, PAGE);
	for (i = 0; i < MANY; i++)
		backend->unmap(&row->m.vm, i + 1, FAULT + i * 2 * PAGE, PAGE);
	return ticks() - start;
}

static void map_row(const char *name)
{
	struct map_row row;

	if (!wanted(name))
		return;
	row.mem = allocate(MANY * PAGE, false);
	machine_open(&row.m, false);
	measure(name, MANY, map_batch, &row);
	machine_close(&row.m);
	munmap(row.mem, MANY * PAGE);
}

/* A VM from nothing to its first exit and away again */
static uint64_t create_batch(void *arg)
{
	uint64_t start = cpu_ticks();
	unsigned int i;

	(void)arg;
	for (i = 0; i < FEW; i++) {
		struct machine m;

		machine_open(&m, false);
		machine_close(&m);
	}
	return cpu_ticks() - start;
}

static void create_row(const char *name)
{
	if (wanted(name))
		measure(name, FEW, create_batch, NULL);
}

/*
 * A kick of a VCPU that spins in the guest. The kicker preempts it; the clock
 * runs from before the kick until enter has come back.
 */
struct kick_row {
	struct machine m;
	uint64_t start;
	bool stop;
};

static void *kick_thread(void *arg)
{
	struct kick_row *row = arg;
	unsigned int i;

	set_priority(HIGH_PRIORITY);
	for (i = 0;; i++) {
		/* Not in step with the kernel's own periods */
		usleep(150 + i % 17 * 13);
		if (row->stop)
			return NULL;
		row->start = ticks();
		backend->kick(&row->m.vcpu);
	}
}

static uint64_t kick_batch(void *arg)
{
	struct kick_row *row = arg;
	uint64_t took = 0;
	unsigned int i;

	for (i = 0; i < SOME; i++) {
		backend->enter(&row->m.vcpu);
		took += ticks() - row->start;
		if (row->m.vcpu.event.kind != EVENT_KICK)
			fatal("enter did not come back because of the kick");
	}
	return took;
}

static void kick_row(const char *name)
{
	struct kick_row row = { 0 };
	pthread_t thread;

	if (!wanted(name))
		return;
	machine_open(&row.m, false);
	machine_begin(&row.m, OP_SPIN, 1);
	start_thread(&thread, kick_thread, &row);
	measure(name, SOME, kick_batch, &row);
	row.stop = true;
	pthread_join(thread, NULL);
	machine_close(&row.m);
}

/* What a system call costs that does nothing: a call that no VM knows */
static uint64_t refused_batch(void *arg)
{
	struct machine *m = arg;
	uint64_t start = ticks();
	unsigned int i;

	for (i = 0; i < MANY; i++)
		if (ioctl(m->vm.fd, _IO(0, 0)) != -1)
			fatal("a call that does not exist was done");
	return ticks() - start;
}

static void refused_row(const char *name)
{
	struct machine m;

	if (!wanted(name))
		return;
	machine_open(&m, false);
	measure(name, MANY, refused_batch, &m);
	machine_close(&m);
}

void run_rows(void)
{
	guest_row("loop", OP_LOOP, false, 0);
	refused_row("ioctl");
	guest_row("kernel-exit", OP_KERNEL, true, 0);
	guest_row("sysreg", OP_SYSREG, true, 0);
	guest_row("irqchip-write", OP_CHIP, true, 0);
	guest_row("mmio-write", OP_STORE, false, 0);
	guest_row("mmio-read", OP_LOAD, false, MANY);
	if (HAS_PORTS) {
		guest_row("port-out", OP_OUT, false, 0);
		guest_row("port-in", OP_IN, false, MANY);
	}
	bell_row("bell");
	interrupt_row("interrupt", backend->interrupt);
	interrupt_row("interrupt-next", backend->interrupt_next);
	interrupt_row("line", machine_pulse);
	guest_row("ipi-self", OP_IPI_SELF, true, MANY);
	ipi_row("ipi-other");
	guest_row("timer", OP_TIMER, true, MANY);
	sleep_row("sleep-wake");
	fault_row("fault-4k", 1024, false);
	fault_row("fault-2m", 64, true);
	map_row("map-unmap");
	create_row("create-destroy");
	kick_row("kick");
}
