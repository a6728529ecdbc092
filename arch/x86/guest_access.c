// SPDX-License-Identifier: GPL-2.0
/*
 * Guest memory as the guest's own instructions see it: segments and page
 * tables on the way. What an instruction is, is found out here where the CPU
 * does not say; what it does is for user space.
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

static void get_walk_regs(struct zxvm_vcpu *vcpu, struct walk_regs *regs)
{
	regs->cr0 = zxvm_get(vcpu, ZXVM_CR0);
	regs->cr3 = zxvm_get(vcpu, ZXVM_CR3);
	regs->cr4 = zxvm_get(vcpu, ZXVM_CR4);
	regs->efer = zxvm_get(vcpu, ZXVM_EFER);
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

	if (zxvm_cpl(vcpu) == 3)
		access |= WALK_USER;
	get_walk_regs(vcpu, &regs);
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

/* Up to the end of a page. Returns the number of bytes, 0 for none. */
static unsigned int fetch_piece(struct zxvm_vcpu *vcpu, u64 linear, u8 *bytes,
				unsigned int size)
{
	struct zxvm_vmar *vmar = vcpu->guest->vmar;
	u32 error;
	u64 gpa;

	if (zxvm_vmar_access_begin(vmar))
		return 0;
	size = min_t(u64, size, PAGE_SIZE - (linear & ~PAGE_MASK));
	if (walk(vcpu, linear, WALK_FETCH, &gpa, &error) ||
	    zxvm_vmar_read_bytes(vmar, gpa, bytes, size))
		size = 0;
	zxvm_vmar_access_end(vmar);
	return size;
}

static enum insn_mode insn_mode(const struct zxvm_code *code)
{
	if (code->cs & ZXVM_AR_L && code->efer & EFER_LMA)
		return INSN_64;
	return code->cs & ZXVM_AR_DB ? INSN_32 : INSN_16;
}

/**
 * zxvm_fetch_insn() - the instruction at the guest's RIP
 * @vcpu: loaded
 * @insn: to be filled
 *
 * Another VCPU may have changed it since it was executed, and the page tables
 * too: the caller lets the guest execute it again if there is none.
 *
 * Context: may sleep.
 * Return: 0, -EAGAIN (not mapped) or -EINVAL (no such instruction).
 */
int zxvm_fetch_insn(struct zxvm_vcpu *vcpu, struct insn *insn)
{
	bool amd = zxvm_vendor->backend == ZXVM_BACKEND_SVM;
	u8 bytes[INSN_MAX_LENGTH];
	struct zxvm_code code;
	enum insn_mode mode;
	unsigned int n;
	u64 linear;
	int ret;

	static_call(zxvm_get_code)(vcpu, &code);
	mode = insn_mode(&code);
	linear = mode == INSN_64 ? code.rip :
				   zxvm_linear(vcpu, ZXVM_CS, code.rip);
	n = fetch_piece(vcpu, linear, bytes, sizeof(bytes));
	ret = insn_decode(bytes, n, mode, amd, insn);
	if (ret != -EAGAIN || !n || n == sizeof(bytes))
		return ret;
	n += fetch_piece(vcpu, linear + n, bytes + n, sizeof(bytes) - n);
	return insn_decode(bytes, n, mode, amd, insn);
}

/**
 * zxvm_slow_decode() - find out the length of an instruction that hit a trap
 * @vcpu: loaded
 * @exit: of the exit
 *
 * Context: may sleep.
 * Return: ZXVM_RUN_MEM, ZXVM_RUN_RESUME to let the guest try again, or
 * ZXVM_RUN_STATUS.
 */
enum zxvm_run zxvm_slow_decode(struct zxvm_vcpu *vcpu, struct zxvm_exit *exit)
{
	struct insn insn;

	switch (zxvm_fetch_insn(vcpu, &insn)) {
	case 0:
		vcpu->arch.insn_len = insn.length;
		return ZXVM_RUN_MEM;
	case -EAGAIN:
		return ZXVM_RUN_RESUME;
	default:
		return zxvm_handle_unexpected(exit, -EIO);
	}
}

/**
 * zxvm_slow_insn() - decode the instruction of an exit for the vendor, which
 * looks at it when it is run next
 * @vcpu: loaded
 *
 * What cannot be decoded is executed again.
 *
 * Context: may sleep.
 * Return: ZXVM_RUN_RESUME.
 */
enum zxvm_run zxvm_slow_insn(struct zxvm_vcpu *vcpu)
{
	struct insn *insn = &vcpu->arch.insn;

	if (zxvm_fetch_insn(vcpu, insn))
		insn->length = 0;
	vcpu->arch.insn_len = insn->length;
	return ZXVM_RUN_RESUME;
}
