// SPDX-License-Identifier: GPL-2.0
/*
 * Guest memory as the guest's own instructions see it: segments and page
 * tables on the way.
 */
#include <linux/kernel.h>
#include <linux/mm.h>

#include <asm/trapnr.h>

#include "guest_access.h"
#include "tables.h"
#include "x86.h"

/* Of the type of a segment; SDM vol. 3, 3.4.5.1 */
#define AR_WRITABLE	BIT(1)	/* of data */
#define AR_READABLE	BIT(1)	/* of code */
#define AR_EXPAND_DOWN	BIT(2)	/* of data */
#define AR_CODE		BIT(3)

static int read_word(void *vmar, u64 gpa, u64 *word)
{
	return zxvm_vmar_read_word(vmar, gpa, word);
}

/**
 * zxvm_walk_regs() - what paging depends on, as the guest has it now
 * @vcpu: loaded
 * @code: of zxvm_get_code()
 * @regs: to be filled
 */
void zxvm_walk_regs(struct zxvm_vcpu *vcpu, const struct zxvm_code *code,
		    struct walk_regs *regs)
{
	regs->cr0 = zxvm_get(vcpu, ZXVM_CR0);
	regs->cr3 = code->cr3;
	regs->cr4 = zxvm_get(vcpu, ZXVM_CR4);
	regs->efer = code->efer;
	regs->ac = zxvm_get(vcpu, ZXVM_RFLAGS) & X86_EFLAGS_AC;
	regs->phys_bits = zxvm_guest_phys_bits;
	regs->pages_1g = zxvm_guest_pages_1g;
}

/**
 * zxvm_linear() - the linear address of a byte of a segment
 * @vcpu: loaded
 * @seg: ES to GS
 * @offset: of the byte
 *
 * Return: the address; SDM vol. 3, 3.4.4.
 */
u64 zxvm_linear(struct zxvm_vcpu *vcpu, enum zxvm_seg seg, u64 offset)
{
	bool long_mode = zxvm_in_64bit_code(vcpu, zxvm_get(vcpu, ZXVM_CS_AR));
	struct zxvm_segment segment;

	if (long_mode && seg < ZXVM_FS)
		return offset;
	zxvm_vendor->get_segment(vcpu, seg, &segment);
	return long_mode ? segment.base + offset :
			   (u32)(segment.base + offset);
}

/* SDM vol. 3, 3.4.5.1: what type of segment lets data be read, or written */
static bool type_allows(u32 ar, bool write)
{
	if (ar & AR_CODE)
		return !write && ar & AR_READABLE;
	return !write || ar & AR_WRITABLE;
}

/* An expand-down segment is what is above its limit. SDM vol. 3, 5.3 */
static bool limit_allows(const struct zxvm_segment *segment, u64 first,
			 u64 last)
{
	if ((segment->ar & (AR_CODE | AR_EXPAND_DOWN)) != AR_EXPAND_DOWN)
		return last <= segment->limit;
	return first > segment->limit &&
	       last <= (segment->ar & ZXVM_AR_DB ? U32_MAX : U16_MAX);
}

/**
 * zxvm_segment_allows() - may data be there, as far as segmentation goes?
 * @vcpu: loaded
 * @seg: ES to GS
 * @first: offset of the first byte
 * @last: offset of the last byte, in the same page or the next
 * @write: they are written
 *
 * Return: false if it is #GP(0), or #SS(0) for SS; SDM vol. 3, 5.3 and 5.4.
 */
bool zxvm_segment_allows(struct zxvm_vcpu *vcpu, enum zxvm_seg seg, u64 first,
			 u64 last, bool write)
{
	struct zxvm_segment segment;

	if (zxvm_in_64bit_code(vcpu, zxvm_get(vcpu, ZXVM_CS_AR)))
		return !zxvm_noncanonical(vcpu,
					  zxvm_linear(vcpu, seg, first)) &&
		       !zxvm_noncanonical(vcpu, zxvm_linear(vcpu, seg, last));
	zxvm_vendor->get_segment(vcpu, seg, &segment);
	return !(segment.ar & ZXVM_AR_UNUSABLE) &&
	       type_allows(segment.ar, write) &&
	       limit_allows(&segment, first, last);
}

/*
 * Inside zxvm_vmar_access_begin() and zxvm_vmar_access_end(). Returns 0, WALK_*
 * or a negative errno.
 */
static int walk(struct zxvm_vcpu *vcpu, u64 linear, u32 access, u64 *gpa,
		u32 *error)
{
	struct walk_regs regs;
	struct zxvm_code code;

	if (zxvm_cpl(vcpu) == 3)
		access |= WALK_USER;
	static_call(zxvm_get_code)(vcpu, &code);
	zxvm_walk_regs(vcpu, &code, &regs);
	return walk_address(&regs, linear, access, read_word,
			    vcpu->guest->vmar, gpa, error);
}

/**
 * zxvm_unreadable() - a table of the guest cannot be read that the CPU would
 * have read itself
 * @exit: to be filled
 * @error: of zxvm_vmar_read()
 *
 * As with other accesses, that is for user space to mend, and not the guest's
 * fault. It executes the instruction again.
 *
 * Return: ZXVM_RUN_STATUS, or ZXVM_RUN_RESUME if it was a signal.
 */
enum zxvm_run zxvm_unreadable(struct zxvm_exit *exit, int error)
{
	return error == -EINTR ? ZXVM_RUN_RESUME :
				 zxvm_handle_unexpected(exit, error);
}

/**
 * zxvm_translate() - the guest-physical address of data
 * @vcpu: loaded
 * @exit: to be filled
 * @linear: linear address
 * @access: WALK_WRITE or 0
 * @gpa: set if it is mapped
 *
 * Context: may sleep.
 * Return: ZXVM_RUN_PACKET if it is mapped; ZXVM_RUN_RESUME after the guest got
 * the fault that it would have got; or what zxvm_unreadable() says.
 */
enum zxvm_run zxvm_translate(struct zxvm_vcpu *vcpu, struct zxvm_exit *exit,
			     u64 linear, u32 access, u64 *gpa)
{
	struct zxvm_vmar *vmar = vcpu->guest->vmar;
	u32 error = 0;
	int ret = zxvm_vmar_access_begin(vmar);

	if (!ret) {
		ret = walk(vcpu, linear, access, gpa, &error);
		zxvm_vmar_access_end(vmar);
	}
	switch (ret) {
	case 0:
		return ZXVM_RUN_PACKET;
	case WALK_PAGE_FAULT:
		vcpu->arch.cr2 = linear;
		zxvm_queue_error(vcpu, X86_TRAP_PF, error);
		return ZXVM_RUN_RESUME;
	case WALK_NON_CANONICAL:
		zxvm_queue_error(vcpu, X86_TRAP_GP, 0);
		return ZXVM_RUN_RESUME;
	default:
		return zxvm_unreadable(exit, ret);
	}
}
