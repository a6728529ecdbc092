// SPDX-License-Identifier: GPL-2.0
/*
 * PSCI. Without an irqchip: version 0.2 by SMC, as Zircon has it: the VMM
 * starts VCPUs and stops the machine. With one: version 1.0 by SMC and HVC,
 * and VCPUs are switched on and off here (DEN 0022D).
 */
#include <linux/arm-smccc.h>
#include <linux/bitfield.h>
#include <linux/psci.h>

#include <uapi/linux/psci.h>

#include "arm64.h"
#include "sysfields.h"

#define PSCI_0_2	2
#define PSCI_1_0	0x10000
#define SMCCC_1_1	0x10001

#define UNKNOWN		((u64)-1)

/* Bit 24 of an MPIDR is U, 30 MT, 31 RES1: not part of an affinity */
#define AFFINITY_BITS	(GENMASK_ULL(39, 32) | GENMASK_ULL(23, 0))

static enum zxvm_run stop(struct zxvm_exit *exit, int status, u32 reason)
{
	exit->status = status;
	exit->reason = reason;
	return ZXVM_RUN_STATUS;
}

/* The calls that end up with the VMM in both versions */
static enum zxvm_run stop_system(struct zxvm_exit *exit, u32 function)
{
	if (function == PSCI_0_2_FN_SYSTEM_OFF)
		return stop(exit, -ESHUTDOWN, ZXVM_EXIT_SYSTEM_OFF);
	return stop(exit, -ECANCELED, ZXVM_EXIT_SYSTEM_RESET);
}

static enum zxvm_run startup_packet(struct zxvm_vcpu *vcpu,
				    struct zxvm_exit *exit)
{
	struct zxvm_packet *packet = &exit->packet;

	memset(packet, 0, sizeof(*packet));
	packet->type = ZXVM_PKT_GUEST_VCPU;
	packet->u.vcpu.type = ZXVM_PKT_VCPU_STARTUP;
	packet->u.vcpu.u.startup.id = zxvm_get_x(vcpu, 1);
	packet->u.vcpu.u.startup.entry = zxvm_get_x(vcpu, 2);
	zxvm_set_x(vcpu, 0, PSCI_RET_SUCCESS);
	return ZXVM_RUN_PACKET;
}

static enum zxvm_run psci_0_2(struct zxvm_vcpu *vcpu, struct zxvm_exit *exit,
			      u32 function)
{
	switch (function) {
	case PSCI_0_2_FN_PSCI_VERSION:
		zxvm_set_x(vcpu, 0, PSCI_0_2);
		return ZXVM_RUN_RESUME;
	case PSCI_0_2_FN64_CPU_ON:
		return startup_packet(vcpu, exit);
	case PSCI_0_2_FN_CPU_OFF:
		return stop(exit, -EHOSTDOWN, ZXVM_EXIT_CPU_OFF);
	case PSCI_0_2_FN_SYSTEM_OFF:
	case PSCI_0_2_FN_SYSTEM_RESET:
		return stop_system(exit, function);
	default:
		zxvm_set_x(vcpu, 0, PSCI_RET_NOT_SUPPORTED);
		return ZXVM_RUN_RESUME;
	}
}

static u64 features(u32 function)
{
	switch (function) {
	case PSCI_0_2_FN_PSCI_VERSION:
	case PSCI_0_2_FN_CPU_SUSPEND:
	case PSCI_0_2_FN64_CPU_SUSPEND:
	case PSCI_0_2_FN_CPU_OFF:
	case PSCI_0_2_FN_CPU_ON:
	case PSCI_0_2_FN64_CPU_ON:
	case PSCI_0_2_FN_AFFINITY_INFO:
	case PSCI_0_2_FN64_AFFINITY_INFO:
	case PSCI_0_2_FN_MIGRATE_INFO_TYPE:
	case PSCI_0_2_FN_SYSTEM_OFF:
	case PSCI_0_2_FN_SYSTEM_RESET:
	case PSCI_1_0_FN_PSCI_FEATURES:
	case ARM_SMCCC_VERSION_FUNC_ID:
		return PSCI_RET_SUCCESS;
	default:
		return PSCI_RET_NOT_SUPPORTED;
	}
}

static enum zxvm_run cpu_off(struct zxvm_vcpu *vcpu)
{
	WRITE_ONCE(vcpu->arch.power.state, ZXVM_POWER_OFF);
	return ZXVM_RUN_WAIT;
}

static enum zxvm_run slowly(struct zxvm_vcpu *vcpu, enum zxvm_slow slow)
{
	vcpu->arch.slow = slow;
	return ZXVM_RUN_SLOW;
}

static enum zxvm_run psci_1_0(struct zxvm_vcpu *vcpu, struct zxvm_exit *exit,
			      u32 function)
{
	u64 result;

	switch (function) {
	case PSCI_0_2_FN_PSCI_VERSION:
		result = PSCI_1_0;
		break;
	case PSCI_1_0_FN_PSCI_FEATURES:
		result = features(zxvm_get_x(vcpu, 1));
		break;
	case ARM_SMCCC_VERSION_FUNC_ID:
		result = SMCCC_1_1;
		break;
	case PSCI_0_2_FN_MIGRATE_INFO_TYPE:
		result = PSCI_0_2_TOS_MP;
		break;
	case PSCI_0_2_FN_CPU_SUSPEND:
	case PSCI_0_2_FN64_CPU_SUSPEND:
		/* Every state is taken for a standby state, as it may be. */
		zxvm_set_x(vcpu, 0, PSCI_RET_SUCCESS);
		return ZXVM_RUN_WAIT;
	case PSCI_0_2_FN_CPU_OFF:
		return cpu_off(vcpu);
	case PSCI_0_2_FN_CPU_ON:
	case PSCI_0_2_FN64_CPU_ON:
		return slowly(vcpu, ZXVM_SLOW_CPU_ON);
	case PSCI_0_2_FN_AFFINITY_INFO:
	case PSCI_0_2_FN64_AFFINITY_INFO:
		return slowly(vcpu, ZXVM_SLOW_AFFINITY);
	case PSCI_0_2_FN_SYSTEM_OFF:
	case PSCI_0_2_FN_SYSTEM_RESET:
		return stop_system(exit, function);
	default:
		result = PSCI_RET_NOT_SUPPORTED;
		break;
	}
	zxvm_set_x(vcpu, 0, result);
	return ZXVM_RUN_RESUME;
}

/* The PC is behind the instruction. */
static __always_inline enum zxvm_run handle_call(struct zxvm_vcpu *vcpu,
						 struct zxvm_exit *exit)
{
	u32 function = zxvm_get_x(vcpu, 0);

	if (FIELD_GET(ISS_IMM16, vcpu->arch.ctx.esr)) {
		zxvm_set_x(vcpu, 0, UNKNOWN);
		return ZXVM_RUN_RESUME;
	}
	if (zxvm_has_irqchip(vcpu->guest))
		return psci_1_0(vcpu, exit, function);
	return psci_0_2(vcpu, exit, function);
}

/**
 * zxvm_handle_hvc() - HVC: PSCI with an irqchip, nothing without
 * @vcpu: loaded; its PC is behind the instruction already
 * @exit: gets the status, if any
 *
 * Context: interrupts off.
 * Return: what is left to do.
 */
enum zxvm_run zxvm_handle_hvc(struct zxvm_vcpu *vcpu, struct zxvm_exit *exit)
{
	if (zxvm_has_irqchip(vcpu->guest))
		return handle_call(vcpu, exit);
	exit->status = -EOPNOTSUPP;
	return ZXVM_RUN_STATUS;
}

/**
 * zxvm_handle_smc() - SMC: PSCI
 * @vcpu: loaded
 * @exit: gets the packet or the status, if any
 *
 * Context: interrupts off.
 * Return: what is left to do.
 */
enum zxvm_run zxvm_handle_smc(struct zxvm_vcpu *vcpu, struct zxvm_exit *exit)
{
	zxvm_arch_vcpu_skip(vcpu);
	return handle_call(vcpu, exit);
}

/* The VCPU with an affinity; guest->lock is held */
static struct zxvm_vcpu *find_affinity(struct zxvm_guest *guest, u64 affinity)
{
	u32 index;

	if (affinity & ~AFFINITY_BITS)
		return NULL;
	for (index = 0; index < ZXVM_MAX_VCPUS; index++) {
		struct zxvm_vcpu *vcpu = guest->vcpus[index];

		if (vcpu && (vcpu->arch.mpidr & AFFINITY_BITS) == affinity)
			return vcpu;
	}
	return NULL;
}

static u64 cpu_on(struct zxvm_guest *guest, u64 affinity, u64 entry,
		  u64 context)
{
	struct zxvm_vcpu *target = find_affinity(guest, affinity);

	if (!target)
		return PSCI_RET_INVALID_PARAMS;
	switch (READ_ONCE(target->arch.power.state)) {
	case ZXVM_POWER_ON:
		return PSCI_RET_ALREADY_ON;
	case ZXVM_POWER_ON_PENDING:
		return PSCI_RET_ON_PENDING;
	default:
		break;
	}
	target->arch.power.entry = entry;
	target->arch.power.context = context;
	/* Pairs with zxvm_psci_power_up(): entry and context come first. */
	smp_store_release(&target->arch.power.state, ZXVM_POWER_ON_PENDING);
	zxvm_vcpu_notify(target);
	return PSCI_RET_SUCCESS;
}

static u64 affinity_info(struct zxvm_guest *guest, u64 affinity, u64 level)
{
	struct zxvm_vcpu *target = find_affinity(guest, affinity);

	/* Levels above 0 are optional. */
	if (level || !target)
		return PSCI_RET_INVALID_PARAMS;
	return READ_ONCE(target->arch.power.state);
}

/**
 * zxvm_psci_slow() - calls that look at other VCPUs
 * @vcpu: loaded; arch.slow says which call
 *
 * Context: may sleep; takes guest->lock.
 * Return: ZXVM_RUN_RESUME.
 */
enum zxvm_run zxvm_psci_slow(struct zxvm_vcpu *vcpu)
{
	struct zxvm_guest *guest = vcpu->guest;
	/* The 32-bit calls take 32-bit arguments. */
	u64 mask = zxvm_get_x(vcpu, 0) & BIT(30) ? U64_MAX : U32_MAX;
	u64 affinity = zxvm_get_x(vcpu, 1) & mask;
	u64 result;

	mutex_lock(&guest->lock);
	if (vcpu->arch.slow == ZXVM_SLOW_CPU_ON)
		result = cpu_on(guest, affinity, zxvm_get_x(vcpu, 2) & mask,
				zxvm_get_x(vcpu, 3) & mask);
	else
		result = affinity_info(guest, affinity, zxvm_get_x(vcpu, 2));
	mutex_unlock(&guest->lock);
	zxvm_set_x(vcpu, 0, result);
	return ZXVM_RUN_RESUME;
}

/**
 * zxvm_psci_power_up() - CPU_ON from the view of the VCPU that it is about
 * @vcpu: not loaded
 */
void zxvm_psci_power_up(struct zxvm_vcpu *vcpu)
{
	struct zxvm_power *power = &vcpu->arch.power;

	/* Pairs with cpu_on(). */
	if (smp_load_acquire(&power->state) != ZXVM_POWER_ON_PENDING)
		return;
	zxvm_reset_vcpu(vcpu, power->entry);
	zxvm_set_x(vcpu, 0, power->context);
	WRITE_ONCE(power->state, ZXVM_POWER_ON);
}
