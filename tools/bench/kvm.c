// SPDX-License-Identifier: GPL-2.0
/* The back end /dev/kvm. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <linux/kvm.h>

#include "bench.h"

static int dev, run_size;

/* It only has to interrupt KVM_RUN, and not what is being printed. */
static void on_signal(int sig)
{
	(void)sig;
}

static void kvm_open(void)
{
	struct sigaction action = {
		.sa_handler = on_signal,
		.sa_flags = SA_RESTART,
	};

	dev = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	if (dev < 0)
		fatal("/dev/kvm: %s", strerror(errno));
	run_size = CALL(dev, KVM_GET_VCPU_MMAP_SIZE, NULL);
	sigaction(SIGUSR1, &action, NULL);
}

static void vm_create(struct vm *vm)
{
	vm->fd = CALL(dev, KVM_CREATE_VM, NULL);
	vm->vmar = -1;
	vm->bell = -1;
	kvm_arch_vm_create(dev, vm);
}

static void vm_destroy(struct vm *vm)
{
	kvm_arch_vm_destroy(vm);
	if (vm->bell >= 0)
		close(vm->bell);
	close(vm->fd);
}

static void map(struct vm *vm, unsigned int slot, uint64_t gpa, void *mem,
		uint64_t size)
{
	struct kvm_userspace_memory_region region = {
		.slot = slot,
		.guest_phys_addr = gpa,
		.memory_size = size,
		.userspace_addr = (uintptr_t)mem,
	};

	CALL(vm->fd, KVM_SET_USER_MEMORY_REGION, &region);
}

static void unmap(struct vm *vm, unsigned int slot, uint64_t gpa,
		  uint64_t size)
{
	(void)size;
	map(vm, slot, gpa, NULL, 0);
}

/* What is not mapped is an event. */
static void trap(struct vm *vm, uint64_t gpa)
{
	(void)vm;
	(void)gpa;
}

static void trap_ports(struct vm *vm, uint16_t port, uint32_t count)
{
	(void)vm;
	(void)port;
	(void)count;
}

/* Of any length: then KVM need not decode the instruction. */
static void bell_create(struct vm *vm)
{
	struct kvm_ioeventfd args = {
		.addr = BELL,
		.fd = eventfd(0, EFD_CLOEXEC),
	};

	vm->bell = args.fd;
	CALL(vm->fd, KVM_IOEVENTFD, &args);
}

static uint64_t bell_wait(struct vm *vm)
{
	uint64_t rings;

	if (read(vm->bell, &rings, sizeof(rings)) != sizeof(rings))
		fatal("the eventfd: %s", strerror(errno));
	return rings;
}

static void vcpu_create(struct vcpu *vcpu)
{
	vcpu->thread = pthread_self();
	vcpu->fd = CALL(vcpu->vm->fd, KVM_CREATE_VCPU,
			(void *)(uintptr_t)vcpu->index);
	vcpu->page_size = run_size;
	vcpu->page = mmap(NULL, run_size, PROT_READ | PROT_WRITE, MAP_SHARED,
			  vcpu->fd, 0);
	if (vcpu->page == MAP_FAILED)
		fatal("struct kvm_run: %s", strerror(errno));
	kvm_arch_vcpu_create(vcpu);
}

static void vcpu_destroy(struct vcpu *vcpu)
{
	munmap(vcpu->page, vcpu->page_size);
	close(vcpu->fd);
}

static void mmio_event(struct event *event, const struct kvm_run *run)
{
	event->kind = run->mmio.is_write ? EVENT_STORE : EVENT_LOAD;
	event->addr = run->mmio.phys_addr;
	event->size = run->mmio.len;
	memcpy(&event->data, run->mmio.data, sizeof(event->data));
}

static void io_event(struct event *event, const struct kvm_run *run)
{
	event->kind = run->io.direction == KVM_EXIT_IO_OUT ? EVENT_OUT :
							     EVENT_IN;
	event->addr = run->io.port;
	event->size = run->io.size;
	if (run->io.count != 1)
		fatal("a string goes to port %#x", run->io.port);
	if (event->kind == EVENT_OUT) {
		event->data = 0;
		memcpy(&event->data, (char *)run + run->io.data_offset,
		       run->io.size);
	}
}

static void enter(struct vcpu *vcpu)
{
	struct kvm_run *run = vcpu->page;
	int ret;

	/* EAGAIN: it has left the state that it waits for a start-up IPI in. */
	do {
		ret = ioctl(vcpu->fd, KVM_RUN, NULL);
	} while (ret && errno == EAGAIN);
	if (ret) {
		if (errno != EINTR)
			fatal("KVM_RUN: %s", strerror(errno));
		run->immediate_exit = 0;
		vcpu->event.kind = EVENT_KICK;
		return;
	}
	switch (run->exit_reason) {
	case KVM_EXIT_MMIO:
		mmio_event(&vcpu->event, run);
		break;
	case KVM_EXIT_IO:
		io_event(&vcpu->event, run);
		break;
	default:
		fatal("KVM_RUN came back with reason %u", run->exit_reason);
	}
}

static void answer(struct vcpu *vcpu, uint64_t value)
{
	struct kvm_run *run = vcpu->page;

	if (vcpu->event.kind == EVENT_IN)
		memcpy((char *)run + run->io.data_offset, &value, run->io.size);
	else
		memcpy(run->mmio.data, &value, sizeof(run->mmio.data));
}

static void line(struct vm *vm, uint32_t input, bool level)
{
	struct kvm_irq_level args = {
		.irq = kvm_arch_input(input),
		.level = level,
	};

	CALL(vm->fd, KVM_IRQ_LINE, &args);
}

static void kick(struct vcpu *vcpu)
{
	struct kvm_run *run = vcpu->page;

	run->immediate_exit = 1;
	pthread_kill(vcpu->thread, SIGUSR1);
}

const struct backend kvm_backend = {
	.name = "kvm",
	.most_ranges = 10000,	/* it has 32764 */
	.open = kvm_open,
	.vm_create = vm_create,
	.vm_ready = kvm_arch_vm_ready,
	.vm_destroy = vm_destroy,
	.map = map,
	.unmap = unmap,
	.trap = trap,
	.trap_ports = trap_ports,
	.bell_create = bell_create,
	.bell_wait = bell_wait,
	.vcpu_create = vcpu_create,
	.vcpu_destroy = vcpu_destroy,
	.enter = enter,
	.answer = answer,
	.kick = kick,
	.interrupt = kvm_arch_interrupt,
	.interrupt_next = kvm_arch_interrupt,
	.line = line,
};
