// SPDX-License-Identifier: GPL-2.0
/*
 * INS and OUTS, in pieces that lie in one page each. The guest's registers
 * move with each piece, so that an interrupt may come between two.
 */
#include <linux/kernel.h>

#include <asm/processor-flags.h>
#include <asm/trapnr.h>

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
 * struct piece - what one packet is about
 * @seg: segment
 * @offset: of the first element that is transferred
 * @count: elements
 * @down: the next element is below it
 */
struct piece {
	enum zxvm_seg seg;
	u64 offset;
	u64 count;
	bool down;
};

static bool piece_allowed(struct zxvm_vcpu *vcpu, const struct zxvm_io *io,
			  const struct piece *piece)
{
	u64 size = piece->count * io->size, first = piece->offset;

	if (piece->down)
		first -= size - io->size;
	return zxvm_segment_allows(vcpu, piece->seg, first, first + size - 1,
				   io->in);
}

/*
 * As many elements as there are before the end of the page, before the offset
 * wraps, and in the segment. Single steps are of one element each.
 */
static void cut_piece(struct zxvm_vcpu *vcpu, const struct zxvm_io *io,
		      struct piece *piece, u64 in_page, u64 left)
{
	u64 to_wrap = piece->down ? piece->offset :
				    address_mask(io) - piece->offset;

	piece->count = min3(in_page, left, to_wrap / io->size + 1 ?: in_page);
	if (zxvm_get(vcpu, ZXVM_RFLAGS) & X86_EFLAGS_TF ||
	    !piece_allowed(vcpu, io, piece))
		piece->count = 1;
}

/**
 * zxvm_slow_string_io() - INS and OUTS
 * @vcpu: loaded
 * @exit: to be filled
 *
 * Context: may sleep.
 * Return: ZXVM_RUN_PACKET, ZXVM_RUN_RESUME if there was nothing to do or the
 * guest has to take a fault first, or ZXVM_RUN_STATUS.
 */
enum zxvm_run zxvm_slow_string_io(struct zxvm_vcpu *vcpu,
				  struct zxvm_exit *exit)
{
	const struct zxvm_io *io = &vcpu->arch.io;
	unsigned int index = io->in ? ZXVM_RDI : ZXVM_RSI;
	u64 mask = address_mask(io), count = 1, linear, n, bytes;
	u32 access = io->in ? WALK_WRITE : 0;
	struct zxvm_packet *packet = &exit->packet;
	struct zxvm_trap *trap = zxvm_trap_find(&vcpu->guest->io_traps,
						io->port);
	enum zxvm_run run;
	struct piece piece = {
		.seg = io->in ? ZXVM_ES : io->segment,
		.offset = zxvm_get_gpr(vcpu, index) & mask,
		.count = 1,
		.down = zxvm_get(vcpu, ZXVM_RFLAGS) & X86_EFLAGS_DF,
	};

	if (!trap)
		return zxvm_handle_unexpected(exit, -ENOENT);
	if (io->rep)
		count = zxvm_get_gpr(vcpu, ZXVM_RCX) & mask;
	if (!count)
		return zxvm_finish_insn(vcpu);
	if (!piece_allowed(vcpu, io, &piece)) {
		zxvm_queue_error(vcpu, piece.seg == ZXVM_SS ? X86_TRAP_SS :
							      X86_TRAP_GP, 0);
		return ZXVM_RUN_RESUME;
	}

	zxvm_describe_io(exit, trap, io);
	packet->u.io.flags = ZXVM_IO_STRING | (piece.down ? ZXVM_IO_DOWN : 0);
	linear = zxvm_linear(vcpu, piece.seg, piece.offset);
	run = zxvm_translate(vcpu, exit, linear, access,
			     &packet->u.io.address);
	if (run != ZXVM_RUN_PACKET)
		return run;
	n = in_page(linear, io->size, piece.down);
	if (!n) {
		n = 1;
		bytes = PAGE_SIZE - (linear & ~PAGE_MASK);
		linear = zxvm_linear(vcpu, piece.seg, piece.offset + bytes);
		run = zxvm_translate(vcpu, exit, linear, access,
				     &packet->u.io.next);
		if (run != ZXVM_RUN_PACKET)
			return run;
	}
	cut_piece(vcpu, io, &piece, n, count);
	packet->u.io.count = piece.count;

	bytes = piece.count * io->size;
	piece.offset += piece.down ? -bytes : bytes;
	set_sized(vcpu, index, piece.offset, io);
	count -= piece.count;
	if (io->rep)
		set_sized(vcpu, ZXVM_RCX, count, io);
	/* The instruction goes on, but shadows end, and single steps trap. */
	if (count)
		vcpu->arch.insn_len = 0;
	static_call(zxvm_skip)(vcpu);
	return ZXVM_RUN_PACKET;
}
