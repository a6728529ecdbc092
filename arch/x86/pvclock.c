// SPDX-License-Identifier: GPL-2.0
/*
 * The paravirtual clock and the hypercalls: layouts, numbers and rules are
 * KVM's, Documentation/virt/kvm/x86/ of the kernel.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/string.h>

#include "pvclock.h"

#define NSEC_IN_SEC	1000000000u
#define NSEC_IN_MSEC	1000000u

/* struct pvclock_page.shift of a TSC of 1 kHz, and of U32_MAX kHz */
#define SHIFT_MAX	20
#define SHIFT_MIN	(-12)

#define ASPACE_SIZE	BIT_ULL(48)

_Static_assert(sizeof(struct pvclock_page) == 32, "KVM's layout");
_Static_assert(sizeof(struct pvclock_wall) == 12, "KVM's layout");
_Static_assert(sizeof(struct pvclock_pairing) == 64, "KVM's layout");

/**
 * pvclock_set_base() - let the clock stand at a time, and run on
 * @base: to be set
 * @tsc_khz: frequency of the TSC
 * @tsc: TSC of now
 * @ns: what the clock shows now
 * @stable: the TSC has one rate in every state, and is the same on all CPUs
 *
 * @shift is as small as it can be with @mul in 32 bits: a rate that is off by
 * less than 1 in 2^31.
 *
 * Context: any; the caller serialises.
 */
void pvclock_set_base(struct pvclock_base *base, u32 tsc_khz, u64 tsc, u64 ns,
		      bool stable)
{
	int shift = SHIFT_MAX;

	if (!tsc_khz) {
		tsc_khz = NSEC_IN_MSEC;
		stable = false;
	}
	/* One more step to the right still leaves 32 bits of mul */
	while (shift > SHIFT_MIN &&
	       ((u64)NSEC_IN_MSEC << (33 - shift)) / tsc_khz <= U32_MAX)
		shift--;
	base->mul = ((u64)NSEC_IN_MSEC << (32 - shift)) / tsc_khz;
	base->shift = shift;
	base->tsc = tsc;
	base->ns = ns;
	base->stable = stable;
	if (!++base->generation)
		base->generation = 1;
}

/**
 * pvclock_read() - what the clock shows
 * @base: its base
 * @tsc: when
 *
 * The same as the guest computes, to the nanosecond.
 *
 * Context: any.
 * Return: nanoseconds.
 */
u64 pvclock_read(const struct pvclock_base *base, u64 tsc)
{
	u64 ticks = tsc - base->tsc;

	if (base->shift >= 0)
		ticks <<= base->shift;
	else
		ticks >>= -base->shift;
	return base->ns + mul_u64_u32_shr(ticks, base->mul, 32);
}

/**
 * pvclock_write_system_time() - a guest writes the system time MSR
 * @clock: of the VCPU
 * @value: bit 0: there is a page; its address. The address is only recorded;
 *	pvclock_due() says that it has to be looked at
 *
 * Context: any.
 */
void pvclock_write_system_time(struct pvclock_vcpu *clock, u64 value)
{
	clock->system_time = value;
	clock->generation = 0;
}

/**
 * pvclock_write_wall_clock() - a guest writes the wall clock MSR
 * @clock: of the VCPU
 * @value: the address. It asks for one write, soon
 *
 * Context: any.
 */
void pvclock_write_wall_clock(struct pvclock_vcpu *clock, u64 value)
{
	clock->wall_clock = value;
	clock->wall_due = true;
}

static int check_gpa(u64 gpa, u64 size)
{
	return gpa > ASPACE_SIZE - size ? -EINVAL : 0;
}

/*
 * Write a structure that begins with a version: the version is odd from
 * before the first other byte is written until after the last. Stores to
 * memory are seen in order, SDM vol. 3, 9.2.2, and calls are not reordered.
 */
static int write_versioned(struct pvclock_vcpu *clock, u64 gpa, u32 *data,
			   size_t size, const struct pvclock_memory *memory)
{
	u32 version = clock->version + 1;
	int err;

	err = check_gpa(gpa, size);
	if (err)
		return err;
	err = memory->write(memory->context, gpa, &version, sizeof(version));
	if (err)
		return err;
	data[0] = version;
	err = memory->write(memory->context, gpa, data, size);
	if (err)
		return err;
	clock->version = ++version;
	return memory->write(memory->context, gpa, &version, sizeof(version));
}

static int write_page(struct pvclock_vcpu *clock,
		      const struct pvclock_base *base,
		      const struct pvclock_memory *memory)
{
	struct pvclock_page page = {
		.tsc = base->tsc,
		.ns = base->ns,
		.mul = base->mul,
		.shift = base->shift,
		.flags = base->stable ? PVCLOCK_STABLE : 0,
	};

	return write_versioned(clock, clock->system_time & ~PVCLOCK_MSR_ENABLE,
			       &page.version, sizeof(page), memory);
}

static int write_wall(struct pvclock_vcpu *clock,
		      const struct pvclock_base *base,
		      const struct pvclock_now *now,
		      const struct pvclock_memory *memory)
{
	u64 shown = pvclock_read(base, now->tsc);
	u64 zero = now->real_ns > shown ? now->real_ns - shown : 0;
	struct pvclock_wall wall = {
		.sec = zero / NSEC_IN_SEC,
		.nsec = zero % NSEC_IN_SEC,
	};

	return write_versioned(clock, clock->wall_clock, &wall.version,
			       sizeof(wall), memory);
}

/**
 * pvclock_update() - write what is due
 * @clock: of the VCPU
 * @base: of its guest; of itself if the TSC is not stable
 * @now: this moment
 * @memory: the guest's
 *
 * A page that cannot be written is forgotten, as if it had not been
 * registered. With -EINTR, a signal, what was not written stays due.
 *
 * Context: the owner thread, as @memory->write needs it.
 * Return: 0; -EINVAL for an address out of the guest-physical address space;
 * what @memory->write returned.
 */
int pvclock_update(struct pvclock_vcpu *clock,
		   const struct pvclock_base *base,
		   const struct pvclock_now *now,
		   const struct pvclock_memory *memory)
{
	int err = 0, wall_err = 0;

	if ((clock->system_time & PVCLOCK_MSR_ENABLE) &&
	    clock->generation != base->generation) {
		err = write_page(clock, base, memory);
		if (err == -EINTR)
			return err;
		clock->generation = base->generation;
		if (err)
			clock->system_time &= ~PVCLOCK_MSR_ENABLE;
	}
	if (clock->wall_due) {
		wall_err = write_wall(clock, base, now, memory);
		if (wall_err != -EINTR)
			clock->wall_due = false;
	}
	return err ? err : wall_err;
}

/**
 * pvclock_pair() - real time and TSC of the same moment
 * @now: the moment
 * @gpa: where to write struct pvclock_pairing
 * @memory: the guest's
 *
 * Context: the owner thread, as @memory->write needs it.
 * Return: the hypercall's result, or -EINTR if a signal came first.
 */
int pvclock_pair(const struct pvclock_now *now, u64 gpa,
		 const struct pvclock_memory *memory)
{
	struct pvclock_pairing pairing = {
		.sec = now->real_ns / NSEC_IN_SEC,
		.nsec = now->real_ns % NSEC_IN_SEC,
		.tsc = now->tsc,
	};

	int err = check_gpa(gpa, sizeof(pairing));

	if (!err)
		err = memory->write(memory->context, gpa, &pairing,
				    sizeof(pairing));
	if (err == -EINTR)
		return err;
	return err ? HYPERCALL_EFAULT : HYPERCALL_OK;
}

/**
 * hypercall_decide() - what a hypercall asks for
 * @call: the registers; outside of 64-bit mode, their upper halves become 0
 * @result: set if there is nothing more to do
 *
 * Context: any.
 * Return: the action.
 */
enum hypercall_action hypercall_decide(struct hypercall *call, s64 *result)
{
	unsigned int i;

	if (!call->long_mode) {
		call->nr = (u32)call->nr;
		for (i = 0; i < ARRAY_SIZE(call->args); i++)
			call->args[i] = (u32)call->args[i];
	}
	*result = HYPERCALL_ENOSYS;
	if (call->cpl) {
		*result = HYPERCALL_EPERM;
	} else if (call->nr == HYPERCALL_CLOCK_PAIRING_NR) {
		/* args[1] is the type: 0 for CLOCK_REALTIME, the only one */
		if (!call->args[1])
			return HYPERCALL_CLOCK_PAIRING;
		*result = HYPERCALL_EOPNOTSUPP;
	}
	return HYPERCALL_DONE;
}

/**
 * hypercall_rax() - a result as the guest sees it
 * @call: the hypercall
 * @result: its result
 *
 * Context: any.
 * Return: RAX.
 */
u64 hypercall_rax(const struct hypercall *call, s64 result)
{
	return call->long_mode ? (u64)result : (u32)result;
}
