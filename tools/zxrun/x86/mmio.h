/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Carrying out an instruction of the guest that accesses a device by memory.
 * The kernel tells where the instruction is, not what it does.
 */
#ifndef ZXRUN_X86_MMIO_H
#define ZXRUN_X86_MMIO_H

#include <zircon/syscalls/hypervisor.h>
#include <zircon/syscalls/port.h>

/*
 * struct mmio_bus: the guest-physical address space
 * @memory: its RAM from address on; NULL where not all of size is RAM
 * @load, @store: a device; false where there is none. size is 1, 2, 4 or 8
 */
struct mmio_bus {
	void *context;
	void *(*memory)(void *context, uint64_t address, uint64_t size);
	bool (*load)(void *context, uint64_t address, unsigned int size, uint64_t *value);
	bool (*store)(void *context, uint64_t address, unsigned int size, uint64_t value);
};

/*
 * Carries out the instruction that a packet tells of. state is the VCPU's from
 * before it, and then from after it; a changed rflags has bit 1 set, as
 * zx_vcpu_write_state() wants it. Returns ZX_OK; ZX_ERR_NOT_FOUND if the
 * instruction or its other operand is not in RAM; ZX_ERR_IO_DATA_INTEGRITY
 * for an instruction that cannot be carried out.
 */
zx_status_t mmio_execute(const struct mmio_bus *bus, const zx_packet_guest_mem_t *mem,
			 zx_vcpu_state_t *state);

#endif
