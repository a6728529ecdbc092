// SPDX-License-Identifier: GPL-2.0
/*
 * RDMSR and WRMSR that exit: what the table in msr.h says is done.
 */
#include <linux/bits.h>

#include <asm/cpufeature.h>
#include <asm/msr.h>
#include <asm/processor-flags.h>

#include "exit.h"
#include "msr.h"
#include "tables.h"
#include "x86.h"

/* Looked for before the table is: a guest writes none as often. */
static bool is_x2apic(u32 msr)
{
	return msr - MSR_X2APIC_FIRST <= MSR_X2APIC_LAST - MSR_X2APIC_FIRST;
}

static const struct msr_row *row_of(struct zxvm_vcpu *vcpu, u32 msr)
{
	return msr_recall(&zxvm_msr_table, &vcpu->arch.recent_msr, msr);
}

/* Out of line like read_apic(), so that the others keep nothing in memory */
static noinline u64 read_misc_enable(void)
{
	u64 value = 0;

	rdmsrl_safe(MSR_IA32_MISC_ENABLE, &value);
	return value & MSR_IA32_MISC_ENABLE_FAST_STRING;
}

static enum zxvm_run finish_read(struct zxvm_vcpu *vcpu, u64 value)
{
	zxvm_set_gpr(vcpu, ZXVM_RAX, (u32)value);
	zxvm_set_gpr(vcpu, ZXVM_RDX, value >> 32);
	return zxvm_finish_insn(vcpu);
}

static noinline enum zxvm_run read_apic(struct zxvm_vcpu *vcpu, u32 msr)
{
	u64 value = 0;
	bool done;

	if (is_x2apic(msr))
		done = zxvm_read_x2apic(vcpu, msr, &value);
	else
		done = zxvm_read_tsc_deadline(vcpu, &value);
	return done ? finish_read(vcpu, value) : zxvm_inject_gp(vcpu);
}

/* What hardware checks of what WRMSR writes; SDM vol. 4, table 2-2 */
static bool field_valid(struct zxvm_vcpu *vcpu, enum zxvm_field field,
			u64 value)
{
	switch (field) {
	case ZXVM_LSTAR:
	case ZXVM_CSTAR:
	case ZXVM_SYSENTER_ESP:
	case ZXVM_SYSENTER_EIP:
	case ZXVM_KERNEL_GS_BASE:
		return !zxvm_noncanonical(vcpu, value);
	case ZXVM_FMASK:
	case ZXVM_TSC_AUX:
		return !(value >> 32);
	default:
		return true;
	}
}

static bool write_field(struct zxvm_vcpu *vcpu, enum zxvm_field field,
			u64 value)
{
	if (!field_valid(vcpu, field, value))
		return false;
	zxvm_set(vcpu, field, value);
	return true;
}

/* LMA is the CPU's, and LME the guest's while paging is off; APM 2, 3.1.7 */
static bool write_efer(struct zxvm_vcpu *vcpu, u64 value)
{
	u64 old = zxvm_get(vcpu, ZXVM_EFER), allowed = EFER_SCE | EFER_LME |
						       EFER_LMA;

	if (boot_cpu_has(X86_FEATURE_NX))
		allowed |= EFER_NX;
	if (boot_cpu_has(X86_FEATURE_FXSR_OPT))
		allowed |= EFER_FFXSR;
	if (value & ~allowed)
		return false;
	if ((old ^ value) & EFER_LME && zxvm_get(vcpu, ZXVM_CR0) & X86_CR0_PG)
		return false;
	zxvm_set(vcpu, ZXVM_EFER, (value & ~(u64)EFER_LMA) | (old & EFER_LMA));
	return true;
}

static enum zxvm_run gp_unless(struct zxvm_vcpu *vcpu, bool done)
{
	return done ? zxvm_finish_insn(vcpu) : zxvm_inject_gp(vcpu);
}

/**
 * zxvm_handle_rdmsr() - RDMSR
 * @vcpu: loaded
 * @exit: of this exit
 *
 * Context: interrupts off.
 * Return: ZXVM_RUN_RESUME.
 */
enum zxvm_run zxvm_handle_rdmsr(struct zxvm_vcpu *vcpu,
				struct zxvm_exit *exit)
{
	u32 msr = zxvm_get_gpr(vcpu, ZXVM_RCX);
	const struct msr_row *row;

	if (is_x2apic(msr))
		return read_apic(vcpu, msr);
	row = row_of(vcpu, msr);
	switch (row->read) {
	case MSR_WAY_VALUE:
		return finish_read(vcpu, row->value);
	case MSR_WAY_FIELD:
		return finish_read(vcpu, zxvm_get(vcpu, msr_field(row, msr)));
	case MSR_WAY_EFER:
		return finish_read(vcpu, zxvm_get(vcpu, ZXVM_EFER));
	case MSR_WAY_APIC_BASE:
		return finish_read(vcpu, zxvm_read_apic_base(vcpu));
	case MSR_WAY_TSC_DEADLINE:
		return read_apic(vcpu, msr);
	case MSR_WAY_SYSTEM_TIME:
		return finish_read(vcpu, vcpu->arch.clock.system_time);
	case MSR_WAY_WALL_CLOCK:
		return finish_read(vcpu, vcpu->arch.clock.wall_clock);
	case MSR_WAY_MISC_ENABLE:
		return finish_read(vcpu, read_misc_enable());
	default:
		return zxvm_inject_gp(vcpu);
	}
}

/* Out of line, so that the local APIC does not need the registers for it */
static noinline enum zxvm_run write_other(struct zxvm_vcpu *vcpu,
					  struct zxvm_exit *exit, u32 msr,
					  u64 value)
{
	const struct msr_row *row = row_of(vcpu, msr);

	switch (row->write) {
	case MSR_WAY_IGNORE:
		return zxvm_finish_insn(vcpu);
	case MSR_WAY_FIELD:
		return gp_unless(vcpu, write_field(vcpu, msr_field(row, msr),
						   value));
	case MSR_WAY_SYSTEM_TIME:
		return zxvm_write_system_time(vcpu, value);
	case MSR_WAY_WALL_CLOCK:
		return zxvm_write_wall_clock(vcpu, value);
	case MSR_WAY_EFER:
		return gp_unless(vcpu, write_efer(vcpu, value));
	case MSR_WAY_APIC_BASE:
		return zxvm_write_apic_base(vcpu, exit, value);
	case MSR_WAY_TSC_DEADLINE:
		return zxvm_write_tsc_deadline(vcpu, exit, value);
	default:
		return zxvm_inject_gp(vcpu);
	}
}

/**
 * zxvm_handle_wrmsr() - WRMSR
 * @vcpu: loaded
 * @exit: of this exit
 *
 * Context: interrupts off.
 * Return: what is left to do.
 */
enum zxvm_run zxvm_handle_wrmsr(struct zxvm_vcpu *vcpu,
				struct zxvm_exit *exit)
{
	u32 msr = zxvm_get_gpr(vcpu, ZXVM_RCX);
	u64 value = (u32)zxvm_get_gpr(vcpu, ZXVM_RAX) |
		    zxvm_get_gpr(vcpu, ZXVM_RDX) << 32;

	if (is_x2apic(msr))
		return zxvm_write_x2apic(vcpu, exit, msr, value);
	return write_other(vcpu, exit, msr, value);
}
