// SPDX-License-Identifier: GPL-2.0
/* A VCPU thread: create, enter, and answer what comes out. */
#include <zircon/status.h>
#include <zircon/syscalls.h>
#include <zx/zxvm.h>

#include "arch.h"
#include "vm.h"

/* What a status of enter means for somebody whose guest has just died of it */
static const char *explain(zx_status_t status)
{
	switch (status) {
	case ZX_ERR_NOT_FOUND:
		return "the guest executed at, or used, an address where the machine has no memory";
	case ZX_ERR_OUT_OF_RANGE:
		return "the guest used an address beyond the machine's address space";
	case ZX_ERR_NOT_SUPPORTED:
		return "the guest did something that zxvm does not virtualize";
	case ZX_ERR_IO_DATA_INTEGRITY:
		return "the guest used an instruction on a device that zxrun cannot carry out";
	case ZX_ERR_NO_MEMORY:
		return "the host has no memory left for the guest";
	case ZX_ERR_INVALID_ARGS:
		return "the guest's memory is not there any more, or its state is not valid";
	case ZX_ERR_BAD_STATE:
		return "the VCPU or its guest is in a state that cannot run";
	default:
		return "zxrun does not know this reason";
	}
}

static void stop_by_status(struct vcpu *vcpu, zx_status_t status)
{
	char registers[1200];

	arch_registers(vcpu, registers, sizeof(registers));
	vm_stop_error(vcpu->vm, "VCPU %u stopped with %s: %s\n%s", vcpu->index,
		      zx_status_get_string(status), explain(status), registers);
}

/* Returns true to go on. */
static bool handle_packet(struct vcpu *vcpu, const zx_port_packet_t *packet)
{
	zx_status_t status = arch_packet(vcpu, packet);

	if (status == ZX_ERR_WRONG_TYPE)
		vm_stop_error(vcpu->vm, "VCPU %u got a packet of type %u, never asked for",
			      vcpu->index, packet->type);
	else if (status != ZX_OK)
		stop_by_status(vcpu, status);
	return status == ZX_OK;
}

static void run(struct vcpu *vcpu)
{
	zx_port_packet_t packet;
	zx_status_t status;

	do {
		status = zx_vcpu_enter(vcpu->handle, &packet);
	} while (status == ZX_OK && handle_packet(vcpu, &packet));

	switch (status) {
	case ZX_OK:
		break;
	case ZX_ERR_CANCELED:
		/* Else it was a kick, and vm_join() waits for this thread. */
		if (zxvm_vcpu_exit_reason(vcpu->handle) == ZXVM_EXIT_SYSTEM_RESET)
			vm_stop(vcpu->vm, STOP_REBOOT, 0);
		break;
	case ZX_ERR_UNAVAILABLE:
		if (zxvm_vcpu_exit_reason(vcpu->handle) == ZXVM_EXIT_SYSTEM_OFF) {
			vm_stop(vcpu->vm, STOP_POWER_OFF, 0);
			break;
		}
		/* fall through */
	default:
		stop_by_status(vcpu, status);
	}
}

/* Returns true when all VCPUs are there, false if one could not be made. */
static bool report_and_wait(struct vcpu *vcpu, zx_status_t status)
{
	struct vm *vm = vcpu->vm;
	bool go;

	pthread_mutex_lock(&vm->lock);
	vcpu->status = status;
	vcpu->created = true;
	pthread_cond_broadcast(&vm->changed);
	while (vm->start == START_WAIT)
		pthread_cond_wait(&vm->changed, &vm->lock);
	go = vm->start == START_GO;
	pthread_mutex_unlock(&vm->lock);
	return go;
}

void *vcpu_main(void *arg)
{
	struct vcpu *vcpu = arg;
	zx_status_t status;

	status = zx_vcpu_create(vcpu->vm->guest, 0, vcpu->vm->entry, &vcpu->handle);
	if (!report_and_wait(vcpu, status))
		return NULL;
	status = arch_vcpu_init(vcpu);
	if (status == ZX_OK)
		run(vcpu);
	else
		stop_by_status(vcpu, status);
	return NULL;
}
