// SPDX-License-Identifier: GPL-2.0
/*
 * The pages of memory that APICs have: the local APIC's in xAPIC mode, and the
 * I/O APIC's. Accesses come as faults of the second stage.
 *
 * A plain store to EOI is all that a guest in xAPIC mode does often, and what
 * it stores does not matter: where the CPU tells the length of the instruction
 * nothing has to be decoded. All others are decoded with interrupts on.
 */
#include <linux/bitops.h>

#include "guest_access.h"
#include "insn.h"
#include "x86.h"

static bool in_page(u64 gpa, u64 base)
{
	return gpa >= base && gpa - base < PAGE_SIZE;
}

/**
 * zxvm_apic_page() - is this an APIC's page?
 * @gpa: guest-physical address, in a guest with an irqchip
 *
 * Return: whether.
 */
bool zxvm_apic_page(u64 gpa)
{
	return in_page(gpa, LAPIC_BASE_ADDR) || in_page(gpa, IOAPIC_BASE_ADDR);
}

/**
 * zxvm_handle_apic_page() - a load or store to an APIC's page
 * @vcpu: loaded
 * @gpa: guest-physical address
 * @access: ZXVM_VM_PERM_*
 *
 * Context: interrupts off.
 * Return: ZXVM_RUN_RESUME or ZXVM_RUN_SLOW.
 */
enum zxvm_run zxvm_handle_apic_page(struct zxvm_vcpu *vcpu, u64 gpa,
				    u32 access)
{
	struct lapic *lapic = zxvm_apic_reloaded(vcpu);

	if (gpa == LAPIC_BASE_ADDR + LAPIC_EOI && vcpu->arch.insn_len &&
	    access == ZXVM_VM_PERM_WRITE && lapic_is_xapic(lapic)) {
		lapic_eoi(lapic);
		zxvm_apic_worked(vcpu);
		return zxvm_finish_insn(vcpu);
	}
	vcpu->arch.slow = ZXVM_SLOW_APIC_PAGE;
	return ZXVM_RUN_SLOW;
}

static u32 read_page(struct zxvm_vcpu *vcpu, u64 gpa, u32 size)
{
	u32 offset = gpa & ~PAGE_MASK;

	if (in_page(gpa, LAPIC_BASE_ADDR))
		return lapic_read_mmio(zxvm_apic_reloaded(vcpu), offset, size);
	return zxvm_irqchip_read_ioapic(vcpu->guest, offset, size);
}

static void write_page(struct zxvm_vcpu *vcpu, u64 gpa, u32 size, u32 value)
{
	u32 offset = gpa & ~PAGE_MASK;

	if (in_page(gpa, LAPIC_BASE_ADDR))
		lapic_write_mmio(zxvm_apic_reloaded(vcpu), offset, size,
				 value);
	else
		zxvm_irqchip_write_ioapic(vcpu->guest, offset, size, value);
}

/* Bits of a register that an access changes or takes */
static u64 mask_of(u32 size)
{
	return GENMASK_ULL(size * 8 - 1, 0);
}

static u64 stored_value(struct zxvm_vcpu *vcpu, const struct insn_mmio *mmio)
{
	u64 value;

	if (mmio->has_imm)
		return mmio->imm;
	value = zxvm_get_gpr(vcpu, mmio->reg);
	return mmio->high ? value >> 8 : value;
}

/* A register of 32 bits clears the upper half; SDM vol. 1, 3.4.1.1 */
static void load_value(struct zxvm_vcpu *vcpu, const struct insn_mmio *mmio,
		       u64 value)
{
	u64 mask = mask_of(mmio->reg_size), old;
	u32 shift = mmio->high ? 8 : 0;

	value &= mask_of(mmio->size);
	if (mmio->sign)
		value = sign_extend64(value, mmio->size * 8 - 1);
	if (mmio->reg_size == sizeof(u32)) {
		zxvm_set_gpr(vcpu, mmio->reg, (u32)value);
		return;
	}
	old = zxvm_get_gpr(vcpu, mmio->reg);
	zxvm_set_gpr(vcpu, mmio->reg, (old & ~(mask << shift)) |
				      (value & mask) << shift);
}

/**
 * zxvm_slow_apic_page() - the same access, decoded
 * @vcpu: loaded
 * @exit: of the exit
 *
 * Unless the CPU has told its bytes the instruction is fetched anew: it is done
 * as it is now, to the address that it had.
 *
 * Context: may sleep.
 * Return: ZXVM_RUN_RESUME; ZXVM_RUN_STATUS for an instruction that is neither
 * a plain load nor a plain store.
 */
enum zxvm_run zxvm_slow_apic_page(struct zxvm_vcpu *vcpu,
				  struct zxvm_exit *exit)
{
	struct insn_mmio mmio;
	struct insn insn;
	int ret;

	ret = zxvm_fetch_insn(vcpu, &insn);
	if (ret == -EAGAIN)
		return ZXVM_RUN_RESUME;
	if (ret || !insn_mmio(&insn, &mmio))
		return zxvm_handle_unexpected(exit, -EOPNOTSUPP);
	if (mmio.write)
		write_page(vcpu, exit->gpa, mmio.size,
			   stored_value(vcpu, &mmio));
	else
		load_value(vcpu, &mmio,
			   read_page(vcpu, exit->gpa, mmio.size));
	zxvm_apic_worked(vcpu);
	vcpu->arch.insn_len = insn.length;
	return zxvm_finish_insn(vcpu);
}
