// SPDX-License-Identifier: GPL-2.0
/* The back end /dev/zxvm. */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <linux/zxvm.h>

#include "bench.h"

#define RWX	(ZXVM_VM_PERM_READ | ZXVM_VM_PERM_WRITE | \
		 ZXVM_VM_PERM_EXECUTE | ZXVM_VM_SPECIFIC)

static int dev;

static void zxvm_open(void)
{
	dev = open("/dev/zxvm", O_RDWR | O_CLOEXEC);
	if (dev < 0)
		fatal("/dev/zxvm: %s", strerror(errno));
}

static void vm_create(struct vm *vm)
{
	struct zxvm_guest_create args = { 0 };

	if (vm->irqchip) {
		args.options = ZXVM_GUEST_IRQCHIP;
		zxvm_arch_guest_args(&args);
	}
	CALL(dev, ZXVM_GUEST_CREATE, &args);
	vm->fd = args.guest;
	vm->vmar = args.vmar;
	vm->bell = -1;
}

static void vm_ready(struct vm *vm)
{
	(void)vm;
}

static void vm_destroy(struct vm *vm)
{
	if (vm->bell >= 0)
		close(vm->bell);
	close(vm->vmar);
	close(vm->fd);
}

static void map(struct vm *vm, unsigned int slot, uint64_t gpa, void *mem,
		uint64_t size)
{
	struct zxvm_vmar_map args = {
		.flags = RWX,
		.offset = gpa,
		.address = (uintptr_t)mem,
		.size = size,
	};

	(void)slot;
	CALL(vm->vmar, ZXVM_VMAR_MAP, &args);
}

static void unmap(struct vm *vm, unsigned int slot, uint64_t gpa,
		  uint64_t size)
{
	struct zxvm_vmar_range args = { .address = gpa, .size = size };

	(void)slot;
	CALL(vm->vmar, ZXVM_VMAR_UNMAP, &args);
}

static void set_trap(struct vm *vm, uint32_t kind, uint64_t addr,
		     uint64_t size, int port)
{
	struct zxvm_trap_args args = {
		.kind = kind,
		.port = port,
		.addr = addr,
		.size = size,
	};

	CALL(vm->fd, ZXVM_GUEST_SET_TRAP, &args);
}

static void trap(struct vm *vm, uint64_t gpa)
{
	set_trap(vm, ZXVM_TRAP_MEM, gpa, PAGE, -1);
}

static void trap_ports(struct vm *vm, uint16_t port, uint32_t count)
{
	set_trap(vm, ZXVM_TRAP_IO, port, count, -1);
}

static void bell_create(struct vm *vm)
{
	struct zxvm_port_create args = { 0 };

	CALL(dev, ZXVM_PORT_CREATE, &args);
	vm->bell = args.port;
	set_trap(vm, ZXVM_TRAP_BELL, BELL, PAGE, vm->bell);
}

static uint64_t bell_wait(struct vm *vm)
{
	struct zxvm_port_wait args = { .deadline = INT64_MAX };

	CALL(vm->bell, ZXVM_PORT_WAIT, &args);
	return 1;
}

static void vcpu_create(struct vcpu *vcpu)
{
	struct zxvm_vcpu_create args = { .entry = vcpu->vm->entry };

	CALL(vcpu->vm->fd, ZXVM_VCPU_CREATE, &args);
	vcpu->fd = args.vcpu;
	vcpu->page_size = ZXVM_VCPU_PAGE_SIZE;
	vcpu->page = mmap(NULL, vcpu->page_size, PROT_READ | PROT_WRITE,
			  MAP_SHARED, vcpu->fd, 0);
	if (vcpu->page == MAP_FAILED)
		fatal("the VCPU's page: %s", strerror(errno));
}

static void vcpu_destroy(struct vcpu *vcpu)
{
	munmap(vcpu->page, vcpu->page_size);
	close(vcpu->fd);
}

static void enter(struct vcpu *vcpu)
{
	if (!ioctl(vcpu->fd, ZXVM_VCPU_ENTER, NULL))
		zxvm_arch_event(vcpu);
	else if (errno == ECANCELED)
		vcpu->event.kind = EVENT_KICK;
	else
		fatal("ZXVM_VCPU_ENTER: %s", strerror(errno));
}

static void kick(struct vcpu *vcpu)
{
	CALL(vcpu->fd, ZXVM_VCPU_KICK, NULL);
}

static void interrupt(struct vcpu *vcpu)
{
	CALL(vcpu->fd, ZXVM_VCPU_INTERRUPT, (void *)(uintptr_t)LINE);
}

static void interrupt_next(struct vcpu *vcpu)
{
	struct zxvm_vcpu_page *page = vcpu->page;

	page->interrupt = LINE;
	page->dirty = ZXVM_PAGE_INTERRUPT;
}

static void line(struct vm *vm, uint32_t input, bool level)
{
	struct zxvm_line args = { .line = input, .level = level };

	CALL(vm->fd, ZXVM_GUEST_SET_LINE, &args);
}

const struct backend zxvm_backend = {
	.name = "zxvm",
	.most_ranges = 100000,
	.open = zxvm_open,
	.vm_create = vm_create,
	.vm_ready = vm_ready,
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
	.answer = zxvm_arch_answer,
	.kick = kick,
	.interrupt = interrupt,
	.interrupt_next = interrupt_next,
	.line = line,
};
