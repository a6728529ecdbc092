// SPDX-License-Identifier: GPL-2.0
/*
 * A machine for a row: RAM with the guest in it, and one VCPU, which belongs
 * to the calling thread. There is one at a time, and the RAM is always the
 * same.
 */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "arch.h"
#include "bench.h"

/*
 * The bench runs on one CPU. Who has the higher priority runs at once when it
 * is woken; 0 is a thread that runs only when all others sleep.
 */
void set_priority(unsigned int fifo)
{
	struct sched_param param = { .sched_priority = fifo };
	int ret = pthread_setschedparam(pthread_self(),
					fifo ? SCHED_FIFO : SCHED_OTHER, &param);

	if (ret)
		fatal("cannot set the priority: %s", strerror(ret));
}

/* A thread, up to where it waits: it inherits the caller's priority. */
void start_thread(pthread_t *thread, void *(*run)(void *arg), void *arg)
{
	int ret = pthread_create(thread, NULL, run, arg);

	if (ret)
		fatal("no thread: %s", strerror(ret));
	usleep(1000);
}

/* All but the start: other VCPUs may be added */
void machine_load(struct machine *m, bool irqchip)
{
	static uint8_t *ram;
	struct vm *vm = &m->vm;

	if (!ram) {
		ram = allocate(RAM_SIZE, false);
		guest_arch_init(ram);
		memcpy(ram + GUEST_CODE, guest_start, guest_end - guest_start);
		__builtin___clear_cache((char *)ram, (char *)ram + PARAM);
	}
	memset(m, 0, sizeof(*m));
	vm->irqchip = irqchip;
	vm->entry = GUEST_CODE;
	vm->ram = ram;
	vm->param = (void *)(ram + PARAM);
	backend->vm_create(vm);
	backend->map(vm, 0, 0, vm->ram, RAM_SIZE);
	backend->trap(vm, MMIO);
	if (HAS_PORTS)
		backend->trap_ports(vm, PORT_OUT, PORT_IN + 4 - PORT_OUT);
	m->vcpu.vm = vm;
	backend->vcpu_create(&m->vcpu);
}

/* Up to where the guest asks for an operation */
void machine_start(struct machine *m)
{
	backend->vm_ready(&m->vm);
	backend->enter(&m->vcpu);
	if (m->vcpu.event.kind != EVENT_STORE ||
	    m->vcpu.event.addr != MMIO + MMIO_DONE)
		fatal("the guest does not start");
	if (m->vm.irqchip)
		machine_run(m, OP_IRQ_INIT, 1);
}

void machine_open(struct machine *m, bool irqchip)
{
	machine_load(m, irqchip);
	machine_start(m);
}

void machine_close(struct machine *m)
{
	backend->vcpu_destroy(&m->vcpu);
	backend->vm_destroy(&m->vm);
}

/* Tell the guest what to do, when it is entered next */
void machine_begin(struct machine *m, unsigned int op, uint64_t count)
{
	m->vm.param->op = op;
	m->vm.param->count = count;
	m->vm.param->stop = 0;
}

/*
 * Have an operation done, with no event but those that the operation itself
 * is about; a load or an input gets 1. Returns the ticks that the guest saw.
 */
uint64_t machine_run(struct machine *m, unsigned int op, uint64_t count)
{
	const struct param *param = m->vm.param;
	struct vcpu *vcpu = &m->vcpu;

	machine_begin(m, op, count);
	for (;;) {
		backend->enter(vcpu);
		switch (vcpu->event.kind) {
		case EVENT_STORE:
			if (vcpu->event.addr == MMIO + MMIO_DONE)
				return param->end - param->start;
			break;
		case EVENT_LOAD:
		case EVENT_IN:
			backend->answer(vcpu, 1);
			break;
		case EVENT_OUT:
			break;
		case EVENT_KICK:
			fatal("a kick that nobody made");
		}
	}
}

/* The input is edge-triggered: what counts is that it rises. */
void machine_pulse(struct vcpu *vcpu)
{
	backend->line(vcpu->vm, INPUT, true);
	backend->line(vcpu->vm, INPUT, false);
}
