// SPDX-License-Identifier: GPL-2.0
/*
 * Port I/O: what has a trap goes to the VMM.
 */
#include <linux/kernel.h>
#include <linux/string.h>

#include <asm/processor-flags.h>

#include "x86.h"

/**
 * zxvm_handle_io() - IN, OUT, INS, OUTS
 * @vcpu: loaded; vcpu->arch.io is the access
 * @exit: to be filled
 *
 * A 32-bit IN clears the upper half of RAX, whatever is read.
 *
 * Context: interrupts off.
 * Return: ZXVM_RUN_PACKET, ZXVM_RUN_SLOW for a string, or ZXVM_RUN_STATUS if
 * there is no trap.
 */
enum zxvm_run zxvm_handle_io(struct zxvm_vcpu *vcpu, struct zxvm_exit *exit)
{
	const struct zxvm_io *io = &vcpu->arch.io;
	struct zxvm_trap *trap = zxvm_trap_recall(&vcpu->guest->io_traps,
						  &vcpu->recent_io_trap,
						  io->port);
	u64 rax;

	if (!trap)
		return zxvm_handle_unexpected(exit, -ENOENT);
	if (unlikely(io->string)) {
		vcpu->arch.slow = ZXVM_SLOW_STRING_IO;
		return ZXVM_RUN_SLOW;
	}
	zxvm_describe_io(exit, trap, io);
	rax = zxvm_get_gpr(vcpu, ZXVM_RAX);
	if (!io->in)
		exit->packet.u.io.data = rax & GENMASK(io->size * 8 - 1, 0);
	else if (io->size == 4)
		zxvm_set_gpr(vcpu, ZXVM_RAX, 0);
	static_call(zxvm_skip)(vcpu);
	return ZXVM_RUN_PACKET;
}
