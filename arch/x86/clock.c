// SPDX-License-Identifier: GPL-2.0
/*
 * The paravirtual clock and the hypercalls of a guest: pvclock.h, wired to
 * the host's clocks and the guest's memory.
 */
#include <linux/bitfield.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>

#include <asm/tsc.h>

#include "exit.h"
#include "pvclock.h"
#include "x86.h"

/**
 * zxvm_clock_init() - a guest's clock begins
 * @guest: that is being created
 */
void zxvm_clock_init(struct zxvm_guest *guest)
{
	pvclock_set_base(&guest->arch.clock, tsc_khz, rdtsc_ordered(),
			 ktime_get_ns(), zxvm_host.stable_tsc);
}

/*
 * A TSC whose rate is not sure to be the one that the kernel has found, or to
 * stay, drifts from the host's clock: each VCPU has a base of its own, set anew
 * every so often.
 */
#define REBASE_INTERVAL	(HZ / 10)

/**
 * zxvm_clock_stale() - has the VCPU's clock to be written before it runs?
 * @vcpu: loaded
 *
 * Because a signal came between, or to compare it with the host's.
 *
 * Context: any.
 * Return: true for zxvm_slow_clock().
 */
bool zxvm_clock_stale(const struct zxvm_vcpu *vcpu)
{
	if (vcpu->arch.clock_late)
		return true;
	return !zxvm_host.stable_tsc &&
	       vcpu->arch.clock.system_time & PVCLOCK_MSR_ENABLE &&
	       time_after_eq(jiffies, vcpu->arch.clock_rebase);
}

static const struct pvclock_base *base_of(struct zxvm_vcpu *vcpu)
{
	if (zxvm_host.stable_tsc)
		return &vcpu->guest->arch.clock;
	pvclock_set_base(&vcpu->arch.clock_base, tsc_khz, rdtsc_ordered(),
			 ktime_get_ns(), false);
	vcpu->arch.clock_rebase = jiffies + REBASE_INTERVAL;
	return &vcpu->arch.clock_base;
}

static struct pvclock_now now(void)
{
	struct pvclock_now moment = {
		.real_ns = ktime_get_real_ns(),
		.tsc = rdtsc_ordered(),
	};

	return moment;
}

static int write_guest(void *vmar, u64 gpa, const void *data, size_t size)
{
	return zxvm_vmar_write(vmar, gpa, data, size);
}

static struct pvclock_memory memory_of(struct zxvm_vcpu *vcpu)
{
	struct pvclock_memory memory = {
		.write = write_guest,
		.context = vcpu->guest->vmar,
	};

	return memory;
}

static enum zxvm_run update_if_due(struct zxvm_vcpu *vcpu)
{
	static_call(zxvm_skip)(vcpu);
	if (!pvclock_due(&vcpu->arch.clock, &vcpu->guest->arch.clock))
		return ZXVM_RUN_RESUME;
	vcpu->arch.slow = ZXVM_SLOW_CLOCK;
	return ZXVM_RUN_SLOW;
}

/**
 * zxvm_write_system_time() - WRMSR that registers the page of the clock
 * @vcpu: loaded
 * @value: its address, and whether there is one
 *
 * Context: interrupts off.
 * Return: ZXVM_RUN_RESUME or ZXVM_RUN_SLOW.
 */
enum zxvm_run zxvm_write_system_time(struct zxvm_vcpu *vcpu, u64 value)
{
	pvclock_write_system_time(&vcpu->arch.clock, value);
	return update_if_due(vcpu);
}

/**
 * zxvm_write_wall_clock() - WRMSR that asks for the wall clock
 * @vcpu: loaded
 * @value: where to write it
 *
 * Context: interrupts off.
 * Return: ZXVM_RUN_RESUME or ZXVM_RUN_SLOW.
 */
enum zxvm_run zxvm_write_wall_clock(struct zxvm_vcpu *vcpu, u64 value)
{
	pvclock_write_wall_clock(&vcpu->arch.clock, value);
	return update_if_due(vcpu);
}

/**
 * zxvm_slow_clock() - write what the guest has asked for
 * @vcpu: loaded
 * @exit: to be filled
 *
 * Context: may sleep.
 * Return: ZXVM_RUN_RESUME, or ZXVM_RUN_STATUS if there is no memory.
 */
enum zxvm_run zxvm_slow_clock(struct zxvm_vcpu *vcpu, struct zxvm_exit *exit)
{
	struct pvclock_memory memory = memory_of(vcpu);
	const struct pvclock_base *base = base_of(vcpu);
	/* No moment before the base */
	struct pvclock_now moment = now();
	int ret;

	ret = pvclock_update(&vcpu->arch.clock, base, &moment, &memory);
	vcpu->arch.clock_late = pvclock_due(&vcpu->arch.clock, base);
	return ret && ret != -EINTR ? zxvm_handle_unexpected(exit, ret) :
				      ZXVM_RUN_RESUME;
}

static void read_call(struct zxvm_vcpu *vcpu, struct hypercall *call)
{
	call->nr = zxvm_get_gpr(vcpu, ZXVM_RAX);
	call->args[0] = zxvm_get_gpr(vcpu, ZXVM_RBX);
	call->args[1] = zxvm_get_gpr(vcpu, ZXVM_RCX);
	call->args[2] = zxvm_get_gpr(vcpu, ZXVM_RDX);
	call->args[3] = zxvm_get_gpr(vcpu, ZXVM_RSI);
	call->cpl = zxvm_cpl(vcpu);
	call->long_mode = zxvm_in_64bit_code(vcpu,
					     zxvm_get(vcpu, ZXVM_CS_AR));
}

static enum zxvm_run finish_call(struct zxvm_vcpu *vcpu,
				 const struct hypercall *call, s64 result)
{
	zxvm_set_gpr(vcpu, ZXVM_RAX, hypercall_rax(call, result));
	return zxvm_finish_insn(vcpu);
}

/**
 * zxvm_handle_hypercall() - VMCALL, VMMCALL
 * @vcpu: loaded
 * @exit: of this exit
 *
 * Context: interrupts off.
 * Return: ZXVM_RUN_RESUME, or ZXVM_RUN_SLOW to write guest memory.
 */
enum zxvm_run zxvm_handle_hypercall(struct zxvm_vcpu *vcpu,
				    struct zxvm_exit *exit)
{
	struct hypercall call;
	s64 result;

	read_call(vcpu, &call);
	if (hypercall_decide(&call, &result) == HYPERCALL_DONE)
		return finish_call(vcpu, &call, result);
	vcpu->arch.slow = ZXVM_SLOW_HYPERCALL;
	return ZXVM_RUN_SLOW;
}

/**
 * zxvm_slow_hypercall() - one that writes to guest memory
 * @vcpu: loaded
 *
 * Context: may sleep.
 * Return: ZXVM_RUN_RESUME.
 */
enum zxvm_run zxvm_slow_hypercall(struct zxvm_vcpu *vcpu)
{
	struct pvclock_memory memory = memory_of(vcpu);
	struct pvclock_now moment = now();
	struct hypercall call;
	s64 result;

	/* Registers are in the VCPU page: decide again on what is used. */
	read_call(vcpu, &call);
	if (hypercall_decide(&call, &result) == HYPERCALL_CLOCK_PAIRING)
		result = pvclock_pair(&moment, call.args[0], &memory);
	/* The guest makes the call again. */
	if (result == -EINTR)
		return ZXVM_RUN_RESUME;
	return finish_call(vcpu, &call, result);
}
