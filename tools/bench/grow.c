// SPDX-License-Identifier: GPL-2.0
/*
 * How cost grows with the number of traps, mappings and VCPUs:
 *
 *	grow NAME HYPERVISOR NUMBER INSTRUCTIONS
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "bench.h"
#include "cpu.h"

#define BATCHES		5
#define OPERATIONS	200
#define MOST		100000
#define MOST_VCPUS	64

/* Where ranges and traps go, each with a hole behind it */
#define SPREAD(i)	(0x100000000ULL + (uint64_t)(i) * 2 * PAGE)

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static void grow(const char *name, unsigned int number, uint64_t *took,
		 unsigned int operations)
{
	qsort(took, BATCHES, sizeof(*took), compare);
	printf("grow %s %s %u %.2f\n", name, backend->name, number,
	       took[BATCHES / 2] * ticks_scale() / operations);
}

static void store_exits(struct machine *m, const char *name,
			unsigned int number)
{
	uint64_t took[BATCHES];
	unsigned int i;

	machine_run(m, OP_STORE, OPERATIONS);
	for (i = 0; i < BATCHES; i++)
		took[i] = machine_run(m, OP_STORE, OPERATIONS);
	grow(name, number, took, OPERATIONS);
}

/* A store to a trapped page among others; KVM has no traps to be set. */
static void grow_traps(void)
{
	unsigned int number, set = 0;
	struct machine m;

	machine_open(&m, false);
	for (number = 1; number <= MOST; number *= 10) {
		for (; set + 1 < number; set++)
			backend->trap(&m.vm, SPREAD(set));
		store_exits(&m, "store-by-traps", number);
	}
	machine_close(&m);
}

/* One more range mapped and unmapped, and its page faulted in */
static void one_more(struct machine *m, void *mem, unsigned int number)
{
	uint64_t took[BATCHES], faulted[BATCHES];
	unsigned int i;

	m->vm.param->step = PAGE;
	for (i = 0; i < BATCHES; i++) {
		uint64_t start = ticks();

		backend->map(&m->vm, number, FAULT, mem, PAGE);
		took[i] = ticks() - start;
		faulted[i] = machine_run(m, OP_TOUCH, 1);
		start = ticks();
		backend->unmap(&m->vm, number, FAULT, PAGE);
		took[i] += ticks() - start;
	}
	grow("map-unmap-by-mappings", number, took, 1);
	grow("fault-by-mappings", number, faulted, 1);
}

/* All ranges are of the same page. */
static void grow_mappings(void)
{
	unsigned int most = backend->most_ranges, number, mapped = 1;
	void *mem = allocate(PAGE, false);
	struct machine m;

	machine_open(&m, false);
	for (number = 1; number <= most; number *= 10) {
		for (; mapped < number; mapped++)
			backend->map(&m.vm, mapped, SPREAD(mapped), mem, PAGE);
		one_more(&m, mem, number);
	}
	machine_close(&m);
	munmap(mem, PAGE);
}

/* Threads that own a VCPU each and sleep */
struct owner {
	pthread_t thread;
	struct vcpu vcpu;
	pthread_barrier_t *done;
	uint64_t took;
};

static void *own(void *arg)
{
	struct owner *owner = arg;
	uint64_t start = ticks();

	backend->vcpu_create(&owner->vcpu);
	owner->took = ticks() - start;
	pthread_barrier_wait(owner->done);
	backend->vcpu_destroy(&owner->vcpu);
	return NULL;
}

static void vcpus(unsigned int number)
{
	struct owner owners[MOST_VCPUS] = { 0 };
	uint64_t took[BATCHES];
	pthread_barrier_t done;
	struct machine m;
	unsigned int i;

	pthread_barrier_init(&done, NULL, number);
	machine_load(&m, true);
	for (i = 1; i < number; i++) {
		owners[i].vcpu.vm = &m.vm;
		owners[i].vcpu.index = i;
		owners[i].done = &done;
		start_thread(&owners[i].thread, own, &owners[i]);
	}
	machine_start(&m);
	store_exits(&m, "store-by-vcpus", number);
	for (i = 0; i < BATCHES; i++)
		took[i] = machine_run(&m, OP_IPI_SELF, OPERATIONS);
	grow("ipi-self-by-vcpus", number, took, OPERATIONS);
	if (number > 1)
		printf("grow create-vcpu-by-vcpus %s %u %.2f\n", backend->name,
		       number, owners[number - 1].took * ticks_scale());
	pthread_barrier_wait(&done);
	for (i = 1; i < number; i++)
		pthread_join(owners[i].thread, NULL);
	machine_close(&m);
}

void run_growth(void)
{
	unsigned int number;

	grow_traps();
	grow_mappings();
	for (number = 1; number <= MOST_VCPUS; number *= 2)
		vcpus(number);
}
