// SPDX-License-Identifier: GPL-2.0
/* A virtual machine: its guest object, memory, VCPU threads and its end. */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>
#include <zircon/process.h>
#include <zircon/status.h>
#include <zircon/syscalls.h>
#include <zx/zxvm.h>

#include "arch.h"
#include "vm.h"

static int explain_no_guest(zx_status_t status)
{
	if (access("/dev/zxvm", F_OK))
		return fail("there is no /dev/zxvm: load the module (modprobe zxvm).\n"
			    "If it refuses, dmesg says why");
	switch (status) {
	case ZX_ERR_ACCESS_DENIED:
		return fail("no permission for /dev/zxvm: join its group, or be root");
	case ZX_ERR_UNAVAILABLE:
		return fail("the hypervisor is taken (KVM?): %s", arch_kvm_advice);
	case ZX_ERR_NOT_SUPPORTED:
		return fail("this host cannot run such a guest; dmesg may tell why");
	case ZX_ERR_NO_MEMORY:
	case ZX_ERR_NO_RESOURCES:
		return fail("the host has no memory or file descriptors left for a guest (%s)",
			    zx_status_get_string(status));
	default:
		return fail("cannot create a guest: %s", zx_status_get_string(status));
	}
}

static int create_guest(struct vm *vm)
{
	struct zxvm_features features;
	zx_status_t status;

	status = zxvm_get_features(&features);
	if (status == ZX_OK && features.max_vcpus && vm->options->cpus > features.max_vcpus)
		return fail("too many CPUs: %u asked for, this host runs guests with up to %u",
			    vm->options->cpus, features.max_vcpus);
	status = arch_create_guest(vm);
	return status == ZX_OK ? 0 : explain_no_guest(status);
}

static zx_status_t map_ram(struct vm *vm, zx_handle_t vmo)
{
	const zx_vm_option_t options = ZX_VM_PERM_READ | ZX_VM_PERM_WRITE | ZX_VM_PERM_EXECUTE |
				       ZX_VM_SPECIFIC;
	zx_status_t status = ZX_OK;
	zx_vaddr_t address;
	unsigned int i;

	vm->ram_parts = arch_ram(vm->ram_size, vm->ram_part);
	for (i = 0; status == ZX_OK && i < vm->ram_parts; i++)
		status = zx_vmar_map(vm->vmar, options, vm->ram_part[i].base, vmo,
				     vm->ram_part[i].offset, vm->ram_part[i].size, &address);
	return status;
}

/* One VMO is the guest's RAM: it sees all of it, and so does zxrun. */
static int create_ram(struct vm *vm)
{
	const zx_vm_option_t self_options = ZX_VM_PERM_READ | ZX_VM_PERM_WRITE;
	uint64_t size = vm->options->memory;
	zx_handle_t vmo = ZX_HANDLE_INVALID;
	zx_vaddr_t address;
	zx_status_t status;

	status = zx_vmo_create(size, 0, &vmo);
	if (status == ZX_OK)
		status = zx_vmo_replace_as_executable(vmo, ZX_HANDLE_INVALID, &vmo);
	if (status == ZX_OK)
		status = zx_vmar_map(zx_vmar_root_self(), self_options, 0, vmo, 0, size, &address);
	if (status == ZX_OK) {
		vm->ram = (uint8_t *)address;
		vm->ram_size = size;
		status = map_ram(vm, vmo);
	}
	if (vmo != ZX_HANDLE_INVALID)
		zx_handle_close(vmo);
	if (status != ZX_OK)
		return fail("cannot give the guest %" PRIu64 " MiB of memory: %s", size / MIB,
			    zx_status_get_string(status));
	return 0;
}

static void wake(struct vm *vm)
{
	uint64_t one = 1;

	/* It fails only when 2^64 - 2 wakes are pending; then the loop wakes. */
	if (write(vm->wake_fd, &one, sizeof(one)) < 0)
		return;
}

static void serial_wake(struct serial *serial)
{
	struct vm *vm = serial->vm;

	if (!atomic_load(&vm->resting))
		wake(vm);
}

static void alarm_arm(struct alarm_clock *alarm, int64_t second)
{
	struct itimerspec when = { .it_value.tv_sec = second };
	struct vm *vm = alarm->vm;

	if (timerfd_settime(vm->alarm_fd, TFD_TIMER_ABSTIME, &when, NULL))
		vm_stop_error(vm, "cannot set the alarm of the guest's clock: %s", strerror(errno));
}

void *vm_memory(struct vm *vm, uint64_t address, uint64_t size)
{
	const struct ram_part *part;
	unsigned int i;

	for (i = 0; i < vm->ram_parts; i++) {
		part = &vm->ram_part[i];
		if (address >= part->base && address - part->base < part->size &&
		    size <= part->size - (address - part->base))
			return vm->ram + part->offset + (address - part->base);
	}
	return NULL;
}

int vm_create(struct vm *vm, const struct options *options)
{
	memset(vm, 0, sizeof(*vm));
	vm->options = options;
	pthread_mutex_init(&vm->lock, NULL);
	pthread_cond_init(&vm->changed, NULL);
	vm->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	vm->alarm_fd = timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK);
	if (vm->wake_fd < 0 || vm->alarm_fd < 0)
		return fail("cannot create an eventfd or timerfd: %s", strerror(errno));
	vm->vcpus = calloc(options->cpus, sizeof(*vm->vcpus));
	if (!vm->vcpus)
		return fail("out of memory");
	if (create_guest(vm) || create_ram(vm) || arch_build(vm))
		return -1;
	vm->serial->vm = vm;
	vm->serial->wake = serial_wake;
	vm->alarm->vm = vm;
	vm->alarm->arm = alarm_arm;
	return 0;
}

/* Waits until the thread has its VCPU. The kernel numbers VCPUs in this order. */
static int start_vcpu(struct vm *vm, struct vcpu *vcpu)
{
	char name[16];
	int error;

	error = pthread_create(&vcpu->thread, NULL, vcpu_main, vcpu);
	if (error)
		return fail("cannot create the thread of VCPU %u: %s", vcpu->index,
			    strerror(error));
	vm->threads++;
	snprintf(name, sizeof(name), "vcpu%u", vcpu->index);
	pthread_setname_np(vcpu->thread, name);
	pthread_mutex_lock(&vm->lock);
	while (!vcpu->created)
		pthread_cond_wait(&vm->changed, &vm->lock);
	pthread_mutex_unlock(&vm->lock);
	if (vcpu->status != ZX_OK)
		return fail("cannot create VCPU %u: %s", vcpu->index,
			    zx_status_get_string(vcpu->status));
	return 0;
}

/* No VCPU runs before all are there: the guest may start any of them at once. */
int vm_start(struct vm *vm)
{
	int ret = 0;
	unsigned int i;

	for (i = 0; !ret && i < vm->options->cpus; i++) {
		vm->vcpus[i].vm = vm;
		vm->vcpus[i].index = i;
		ret = start_vcpu(vm, &vm->vcpus[i]);
	}
	pthread_mutex_lock(&vm->lock);
	vm->start = ret ? START_ABORT : START_GO;
	pthread_cond_broadcast(&vm->changed);
	pthread_mutex_unlock(&vm->lock);
	return ret;
}

/* A kick is not lost on a VCPU that is outside the guest: it stays pending. */
void vm_join(struct vm *vm)
{
	unsigned int i;

	for (i = 0; i < vm->threads; i++)
		if (vm->vcpus[i].handle != ZX_HANDLE_INVALID)
			zx_vcpu_kick(vm->vcpus[i].handle);
	for (i = 0; i < vm->threads; i++)
		pthread_join(vm->vcpus[i].thread, NULL);
}

void vm_destroy(struct vm *vm)
{
	unsigned int i;

	for (i = 0; i < vm->threads; i++)
		if (vm->vcpus[i].handle != ZX_HANDLE_INVALID)
			zx_handle_close(vm->vcpus[i].handle);
	free(vm->vcpus);
	arch_destroy(vm);
	if (vm->vmar != ZX_HANDLE_INVALID)
		zx_handle_close(vm->vmar);
	if (vm->guest != ZX_HANDLE_INVALID)
		zx_handle_close(vm->guest);
	if (vm->ram)
		zx_vmar_unmap(zx_vmar_root_self(), (zx_vaddr_t)vm->ram, vm->ram_size);
	if (vm->alarm_fd >= 0)
		close(vm->alarm_fd);
	if (vm->wake_fd >= 0)
		close(vm->wake_fd);
	pthread_cond_destroy(&vm->changed);
	pthread_mutex_destroy(&vm->lock);
}

void vm_stop(struct vm *vm, enum stop_kind kind, int value)
{
	pthread_mutex_lock(&vm->lock);
	if (vm->stop.kind == STOP_NOT) {
		vm->stop.kind = kind;
		vm->stop.value = value;
	}
	pthread_mutex_unlock(&vm->lock);
	wake(vm);
}

void vm_stop_error(struct vm *vm, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	pthread_mutex_lock(&vm->lock);
	if (vm->stop.kind == STOP_NOT) {
		vm->stop.kind = STOP_ERROR;
		vsnprintf(vm->stop.text, sizeof(vm->stop.text), format, args);
	}
	pthread_mutex_unlock(&vm->lock);
	va_end(args);
	wake(vm);
}

bool vm_stopped(struct vm *vm)
{
	bool stopped;

	pthread_mutex_lock(&vm->lock);
	stopped = vm->stop.kind != STOP_NOT;
	pthread_mutex_unlock(&vm->lock);
	return stopped;
}
