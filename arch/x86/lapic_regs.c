// SPDX-License-Identifier: GPL-2.0
/*
 * The registers of the local APIC as the guest sees them: the page of xAPIC
 * mode, the MSRs of x2APIC mode (11.12.1.2), and IA32_APIC_BASE.
 */
#include <linux/bitfield.h>
#include <linux/bits.h>
#include <linux/kernel.h>
#include <linux/nospec.h>

#include "lapic.h"

/* Access rights: xAPIC and x2APIC, read and write */
#define X_R			BIT(0)
#define X_W			BIT(1)
#define X2_R			BIT(2)
#define X2_W			BIT(3)
#define RO			(X_R | X2_R)
#define RW			(X_R | X_W | X2_R | X2_W)

/* An entry of the local vector table */
#define LVT			BIT(4)

/* ICR, 11.6.1 */
#define ICR_VECTOR		GENMASK(7, 0)
#define ICR_MODE		GENMASK(10, 8)
#define ICR_LOGICAL		BIT(11)
#define ICR_ASSERT		BIT(14)
#define ICR_LEVEL		BIT(15)
#define ICR_SHORTHAND		GENMASK(19, 18)
#define ICR_WRITABLE \
	(ICR_VECTOR | ICR_MODE | ICR_LOGICAL | ICR_ASSERT | ICR_LEVEL | \
	 ICR_SHORTHAND)

/* Delivery status, which is always idle; LVT: remote IRR */
#define STATUS			BIT(12)
#define REMOTE_IRR		BIT(14)

#define LVT_LOCAL		(GENMASK(10, 0) | LAPIC_LVT_MASKED)
#define LVT_LINT		(LVT_LOCAL | BIT(13) | BIT(15))

#define REGS_END		0x400
#define SVR_FOCUS		BIT(9)
#define BROADCAST_8		0xff

/**
 * struct reg - a register, by bits 9:4 of its offset
 * @access: who may do what; %LVT
 * @ignored: bits that x2APIC mode lets software write to no effect; any other
 *	bit that is not writable has to be zero there
 * @writable: bits that keep what is written
 */
struct reg {
	u8 access;
	u16 ignored;
	u32 writable;
};

static const struct reg regs[REGS_END >> 4] = {
	[LAPIC_ID >> 4] = { .access = RO },
	[LAPIC_VERSION >> 4] = { .access = RO },
	[LAPIC_TPR >> 4] = { .access = RW, .writable = 0xff },
	[LAPIC_PPR >> 4] = { .access = RO },
	[LAPIC_EOI >> 4] = { .access = X_W | X2_W },
	[LAPIC_LDR >> 4] = { .access = RO | X_W, .writable = 0xff000000 },
	[LAPIC_DFR >> 4] = { .access = X_R | X_W, .writable = 0xf0000000 },
	[LAPIC_SVR >> 4] = {
		.access = RW,
		.writable = 0xff | LAPIC_SVR_ENABLE | LAPIC_SVR_SUPPRESS_EOI,
		.ignored = SVR_FOCUS,
	},
	[LAPIC_ISR >> 4 ... (LAPIC_ISR >> 4) + 7] = { .access = RO },
	[LAPIC_TMR >> 4 ... (LAPIC_TMR >> 4) + 7] = { .access = RO },
	[LAPIC_IRR >> 4 ... (LAPIC_IRR >> 4) + 7] = { .access = RO },
	[LAPIC_ESR >> 4] = { .access = RW },
	[LAPIC_LVT_CMCI >> 4] = {
		.access = RW | LVT,
		.writable = LVT_LOCAL,
		.ignored = STATUS,
	},
	[LAPIC_ICR >> 4] = {
		.access = RW,
		.writable = ICR_WRITABLE,
		.ignored = STATUS,
	},
	[LAPIC_ICR_HIGH >> 4] = { .access = X_R | X_W, .writable = 0xff000000 },
	[LAPIC_LVT_TIMER >> 4] = {
		.access = RW | LVT,
		.writable = 0xff | LAPIC_LVT_MASKED | LAPIC_LVT_TIMER_MODE,
		.ignored = STATUS,
	},
	[LAPIC_LVT_THERMAL >> 4] = {
		.access = RW | LVT,
		.writable = LVT_LOCAL,
		.ignored = STATUS,
	},
	[LAPIC_LVT_PERF >> 4] = {
		.access = RW | LVT,
		.writable = LVT_LOCAL,
		.ignored = STATUS,
	},
	[LAPIC_LVT_LINT0 >> 4] = {
		.access = RW | LVT,
		.writable = LVT_LINT,
		.ignored = STATUS | REMOTE_IRR,
	},
	[LAPIC_LVT_LINT1 >> 4] = {
		.access = RW | LVT,
		.writable = LVT_LINT,
		.ignored = STATUS | REMOTE_IRR,
	},
	[LAPIC_LVT_ERROR >> 4] = {
		.access = RW | LVT,
		.writable = 0xff | LAPIC_LVT_MASKED,
		.ignored = STATUS,
	},
	[LAPIC_INITIAL_COUNT >> 4] = { .access = RW, .writable = 0xffffffff },
	[LAPIC_CURRENT_COUNT >> 4] = { .access = RO },
	[LAPIC_DIVIDE >> 4] = { .access = RW, .writable = 0xb },
	[LAPIC_SELF_IPI >> 4] = { .access = X2_W, .writable = 0xff },
};

/* @offset is below REGS_END */
static const struct reg *reg_at(u32 offset)
{
	return &regs[array_index_nospec(offset >> 4, ARRAY_SIZE(regs))];
}

/*
 * The combinations of 11.6.1, table 11-3, that send anything: a shorthand that
 * includes the sender goes with fixed delivery alone, and an INIT level
 * de-assert does nothing on processors of this age.
 */
static bool icr_sends(u32 icr)
{
	u32 shorthand = FIELD_GET(ICR_SHORTHAND, icr);

	switch (FIELD_GET(ICR_MODE, icr)) {
	case APIC_FIXED:
		return true;
	case APIC_INIT:
		if (icr & ICR_LEVEL && !(icr & ICR_ASSERT))
			return false;
		break;
	case APIC_LOWEST:
	case APIC_NMI:
	case APIC_SIPI:
		break;
	default:
		return false;
	}
	return shorthand == APIC_TO_DEST || shorthand == APIC_TO_OTHERS;
}

static bool accepts(const struct lapic *lapic)
{
	return lapic_reg(lapic, LAPIC_SVR) & LAPIC_SVR_ENABLE;
}

/* IPIs are edge-triggered whatever ICR says (table 11-3, note 1) */
static struct apic_msg icr_msg(u32 icr, u32 dest)
{
	return (struct apic_msg){
		.dest = dest,
		.vector = FIELD_GET(ICR_VECTOR, icr),
		.mode = FIELD_GET(ICR_MODE, icr),
		.shorthand = FIELD_GET(ICR_SHORTHAND, icr),
		.logical = icr & ICR_LOGICAL,
	};
}

static void send_ipi(struct lapic *lapic, u32 icr, u32 dest)
{
	struct apic_msg msg;

	if (!icr_sends(icr))
		return;
	msg = icr_msg(icr, dest);
	if (msg.mode <= APIC_LOWEST && msg.vector < LAPIC_FIRST_VECTOR)
		lapic_error(lapic, LAPIC_ESR_SEND_VECTOR);
	else if (msg.shorthand != APIC_TO_SELF)
		lapic_send_ipi(lapic, &msg);
	else if (accepts(lapic))
		lapic_local(lapic, msg.vector);
}

static u32 dest_xapic(const struct lapic *lapic)
{
	u32 dest = lapic_reg(lapic, LAPIC_ICR_HIGH) >> 24;

	return dest == BROADCAST_8 ? APIC_BROADCAST : dest;
}

static void write_icr_xapic(struct lapic *lapic, u32 icr)
{
	lapic_set_reg(lapic, LAPIC_ICR, icr);
	send_ipi(lapic, icr, dest_xapic(lapic));
}

/*
 * Hardware that virtualizes x2APIC mode has the upper half right behind the
 * lower one (30.1.1); AMD's has it where xAPIC mode keeps it.
 */
static void write_icr_x2apic(struct lapic *lapic, u32 icr, u32 dest)
{
	lapic_set_reg(lapic, LAPIC_ICR, icr);
	lapic_set_reg(lapic, LAPIC_ICR + 4, dest);
	lapic_set_reg(lapic, LAPIC_ICR_HIGH, dest);
	send_ipi(lapic, icr, dest);
}

static void write_self_ipi(struct lapic *lapic, u8 vector)
{
	if (vector < LAPIC_FIRST_VECTOR)
		lapic_error(lapic, LAPIC_ESR_SEND_VECTOR |
			    LAPIC_ESR_RECV_VECTOR);
	else if (accepts(lapic))
		lapic_local(lapic, vector);
}

static void set_lvt(struct lapic *lapic, u32 offset, u32 value)
{
	/* 11.4.7.2: no entry can be unmasked while software has it disabled. */
	if (!accepts(lapic))
		value |= LAPIC_LVT_MASKED;
	if (offset == LAPIC_LVT_TIMER)
		lapic_timer_set_lvt(lapic, value);
	else
		lapic_set_reg(lapic, offset, value);
}

static void write_svr(struct lapic *lapic, u32 value)
{
	u32 i;

	lapic_set_reg(lapic, LAPIC_SVR, value);
	lapic_publish(lapic);
	if (accepts(lapic))
		return;
	for (i = 0; i < LAPIC_NR_LVTS; i++)
		set_lvt(lapic, lapic_lvts[i], lapic_reg(lapic, lapic_lvts[i]));
}

static void write_esr(struct lapic *lapic)
{
	lapic_set_reg(lapic, LAPIC_ESR, lapic->errors);
	lapic->errors = 0;
}

/* All but ICR and LVT. @value has no bit that is not writable */
static void write_reg(struct lapic *lapic, u32 offset, u32 value)
{
	switch (offset) {
	case LAPIC_TPR:
		lapic_set_tpr(lapic, value);
		break;
	case LAPIC_EOI:
		lapic_eoi(lapic);
		break;
	case LAPIC_DFR:
		lapic_set_reg(lapic, LAPIC_DFR, value | 0x0fffffff);
		lapic_publish(lapic);
		break;
	case LAPIC_LDR:
		lapic_set_reg(lapic, LAPIC_LDR, value);
		lapic_publish(lapic);
		break;
	case LAPIC_SVR:
		write_svr(lapic, value);
		break;
	case LAPIC_ESR:
		write_esr(lapic);
		break;
	case LAPIC_INITIAL_COUNT:
		lapic_timer_set_count(lapic, value);
		break;
	case LAPIC_DIVIDE:
		lapic_timer_set_divide(lapic, value);
		break;
	case LAPIC_SELF_IPI:
		write_self_ipi(lapic, value);
		break;
	case LAPIC_ICR_HIGH:
		lapic_set_reg(lapic, LAPIC_ICR_HIGH, value);
		break;
	}
}

static u32 read_reg(struct lapic *lapic, u32 offset)
{
	if (offset == LAPIC_CURRENT_COUNT)
		return lapic_timer_count(lapic);
	return lapic_reg(lapic, offset);
}

/**
 * lapic_set_base() - IA32_APIC_BASE is written, 11.12.5
 * @lapic: its APIC
 * @value: the value
 *
 * Disabling forgets the state. The address cannot be changed.
 *
 * Context: the owner.
 * Return: false for #GP(0).
 */
bool lapic_set_base(struct lapic *lapic, u64 value)
{
	u64 old = lapic->base & LAPIC_BASE_MODE, mode = value & LAPIC_BASE_MODE;

	if ((value & ~(LAPIC_BASE_MODE | LAPIC_BASE_BSP)) != LAPIC_BASE_ADDR)
		return false;
	if (mode == LAPIC_BASE_EXTD || (mode == LAPIC_BASE_MODE && !old) ||
	    (mode == LAPIC_BASE_EN && old == LAPIC_BASE_MODE))
		return false;
	lapic->base = value;
	if (mode == old)
		return true;
	if (!mode) {
		lapic_reset(lapic);
	} else if (mode == LAPIC_BASE_MODE) {
		lapic_set_reg(lapic, LAPIC_ID, lapic->id);
		lapic_set_reg(lapic, LAPIC_LDR, lapic_x2apic_ldr(lapic));
		lapic_set_reg(lapic, LAPIC_ICR + 4, 0);
		lapic_set_reg(lapic, LAPIC_ICR_HIGH, 0);
	}
	lapic_publish(lapic);
	return true;
}

/**
 * lapic_reads_page() - is RDMSR nothing but a look at the page?
 * @msr: %LAPIC_MSR_FIRST to %LAPIC_MSR_LAST
 *
 * Context: any.
 * Return: true if hardware that virtualizes registers can do it.
 */
bool lapic_reads_page(u32 msr)
{
	u32 offset = (msr - LAPIC_MSR_FIRST) << 4;

	return offset < REGS_END && offset != LAPIC_CURRENT_COUNT &&
	       reg_at(offset)->access & X2_R;
}

/**
 * lapic_read_msr() - RDMSR of %LAPIC_MSR_FIRST to %LAPIC_MSR_LAST
 * @lapic: its APIC
 * @msr: which
 * @value: out, unless it is #GP(0)
 *
 * Context: the owner.
 * Return: false for #GP(0).
 */
bool lapic_read_msr(struct lapic *lapic, u32 msr, u64 *value)
{
	u32 offset = (msr - LAPIC_MSR_FIRST) << 4;

	if (!lapic_is_x2apic(lapic) || offset >= REGS_END ||
	    !(reg_at(offset)->access & X2_R))
		return false;
	*value = read_reg(lapic, offset);
	if (offset == LAPIC_ICR)
		*value |= (u64)lapic_reg(lapic, LAPIC_ICR + 4) << 32;
	return true;
}

/**
 * lapic_write_msr() - WRMSR of %LAPIC_MSR_FIRST to %LAPIC_MSR_LAST
 * @lapic: its APIC
 * @msr: which
 * @value: the value
 *
 * Context: the owner.
 * Return: false for #GP(0).
 */
bool lapic_write_msr(struct lapic *lapic, u32 msr, u64 value)
{
	u32 offset = (msr - LAPIC_MSR_FIRST) << 4, low = value;
	const struct reg *reg;

	if (!lapic_is_x2apic(lapic) || offset >= REGS_END)
		return false;
	reg = reg_at(offset);
	if (!(reg->access & X2_W) || low & ~(reg->writable | reg->ignored))
		return false;
	low &= reg->writable;
	if (offset == LAPIC_ICR) {
		write_icr_x2apic(lapic, low, value >> 32);
		return true;
	}
	if (value >> 32)
		return false;
	if (offset == LAPIC_LVT_TIMER &&
	    (low & LAPIC_LVT_TIMER_MODE) == LAPIC_LVT_TIMER_MODE)
		return false;
	if (reg->access & LVT)
		set_lvt(lapic, offset, low);
	else
		write_reg(lapic, offset, low);
	return true;
}

/* A register that is not there, 11.5.3 */
static bool reserved(struct lapic *lapic, u32 offset)
{
	if (offset < REGS_END && reg_at(offset)->access & (X_R | X_W))
		return false;
	lapic_error(lapic, LAPIC_ESR_REGISTER);
	return true;
}

/**
 * lapic_read_mmio() - a load from the page of the APIC
 * @lapic: its APIC
 * @offset: in the page
 * @size: in bytes
 *
 * What is not within the 32 bits of one register reads as zero (11.4.1 leaves
 * it undefined). Unless the APIC is in xAPIC mode the page is not its.
 *
 * Context: the owner.
 * Return: The value.
 */
u32 lapic_read_mmio(struct lapic *lapic, u32 offset, unsigned int size)
{
	u32 at = offset & ~0xfU, byte = offset & 0xf;

	if (!lapic_is_xapic(lapic))
		return 0xffffffff;
	if (byte + size > sizeof(u32) || reserved(lapic, at) ||
	    !(reg_at(at)->access & X_R))
		return 0;
	return read_reg(lapic, at) >> (byte * 8) &
		(u32)GENMASK_ULL(size * 8 - 1, 0);
}

/**
 * lapic_write_mmio() - a store to the page of the APIC
 * @lapic: its APIC
 * @offset: in the page
 * @size: in bytes; only aligned stores of 32 bits do anything
 * @value: the value
 *
 * Context: the owner.
 */
void lapic_write_mmio(struct lapic *lapic, u32 offset, unsigned int size,
		      u32 value)
{
	const struct reg *reg;

	if (!lapic_is_xapic(lapic) || offset & 0xf || size != sizeof(u32) ||
	    reserved(lapic, offset))
		return;
	reg = reg_at(offset);
	if (!(reg->access & X_W))
		return;
	value &= reg->writable;
	if (offset == LAPIC_ICR)
		write_icr_xapic(lapic, value);
	else if (reg->access & LVT)
		set_lvt(lapic, offset, value);
	else
		write_reg(lapic, offset, value);
}

/**
 * lapic_last_ipi() - the interrupt that hardware has sent
 * @lapic: from here, in xAPIC mode
 * @msg: out: what ICR says
 *
 * Context: the owner.
 */
void lapic_last_ipi(const struct lapic *lapic, struct apic_msg *msg)
{
	*msg = icr_msg(lapic_reg(lapic, LAPIC_ICR), dest_xapic(lapic));
}
