// SPDX-License-Identifier: GPL-2.0
/*
 * INS and OUTS, in pieces that lie in one page each. The guest's registers
 * move with each piece, so that an interrupt may come between two.
 */
#include <linux/kernel.h>

#include <asm/processor-flags.h>

#include "guest_access.h"
#include "x86.h"

static u64 address_mask(const struct zxvm_io *io)
{
	return io->address_size == 8 ? ~0ULL :
	       GENMASK_ULL(io->address_size * 8 - 1, 0);
}

/* 16 bits leave the rest of a register alone, 32 bits clear it. */
static void set_sized(struct zxvm_vcpu *vcpu, unsigned int reg, u64 value,
		      const struct zxvm_io *io)
{
	u64 mask = address_mask(io), old = 0;

	if (io->address_size == 2)
		old = zxvm_get_gpr(vcpu, reg) & ~mask;
	zxvm_set_gpr(vcpu, reg, old | (value & mask));
}

/* Elements of the piece that begins at @linear and stays in its page */
static u64 in_page(u64 linear, u32 size, bool down)
{
	u64 offset = linear & ~PAGE_MASK;

	if (offset + size > PAGE_SIZE)
		return 0;
	return down ? offset / size + 1 : (PAGE_SIZE - offset) / size;
}

/**
 * zxvm_slow_string_io() - INS and OUTS
 * @vcpu: loaded
 * @exit: to be filled
 *
 * Context: may sleep.
 * Return: ZXVM_RUN_PACKET, or ZXVM_RUN_RESUME if there was nothing to do or
 * the guest has to take a fault first.
 */
enum zxvm_run zxvm_slow_string_io(struct zxvm_vcpu *vcpu,
				  struct zxvm_exit *exit)
{
	const struct zxvm_io *io = &vcpu->arch.io;
	unsigned int index = io->in ? ZXVM_RDI : ZXVM_RSI;
	u64 mask = address_mask(io), count = 1, offset, linear, n;
	u32 access = io->in ? WALK_WRITE : 0;
	struct zxvm_packet *packet = &exit->packet;
	bool down = zxvm_get(vcpu, ZXVM_RFLAGS) & X86_EFLAGS_DF;
	struct zxvm_trap *trap = zxvm_trap_find(&vcpu->guest->io_traps,
						io->port);

	if (!trap)
		return zxvm_handle_unexpected(exit, -ENOENT);
	if (io->rep)
		count = zxvm_get_gpr(vcpu, ZXVM_RCX) & mask;
	if (!count)
		return zxvm_handle_nop(vcpu);

	zxvm_describe_io(exit, trap, io);
	packet->u.io.flags = ZXVM_IO_STRING | (down ? ZXVM_IO_DOWN : 0);
	offset = zxvm_get_gpr(vcpu, index) & mask;
	linear = zxvm_linear(vcpu, io->in ? ZXVM_ES : io->segment, offset);
	if (!zxvm_translate(vcpu, linear, access, &packet->u.io.address))
		return ZXVM_RUN_RESUME;
	n = in_page(linear, io->size, down);
	if (!n) {
		n = 1;
		if (!zxvm_translate(vcpu, (linear | ~PAGE_MASK) + 1, access,
				    &packet->u.io.next))
			return ZXVM_RUN_RESUME;
	}
	n = min(n, count);
	packet->u.io.count = n;

	offset += down ? -n * io->size : n * io->size;
	set_sized(vcpu, index, offset, io);
	if (io->rep)
		set_sized(vcpu, ZXVM_RCX, count - n, io);
	if (n == count)
		static_call(zxvm_skip)(vcpu);
	return ZXVM_RUN_PACKET;
}
