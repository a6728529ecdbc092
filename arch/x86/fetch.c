// SPDX-License-Identifier: GPL-2.0
/*
 * Which instruction an exit was for, where the CPU does not say. What it does
 * is for user space.
 *
 * A guest has few instructions that access devices. The last ones are kept,
 * together with every word of the guest's page tables that led to them: if all
 * of it is as it was, so is the instruction. Reading that again is a quarter
 * of the way through mappings, page tables and the decoder.
 */
#include <linux/hash.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "guest_access.h"
#include "x86.h"

#define SLOT_BITS	2
#define WALK_WORDS	5	/* that walk_address() reads at most */

/**
 * struct fetch_from - where an instruction is
 * @regs: what paging depends on
 * @linear: its linear address
 * @access: WALK_*
 * @mode: how it is decoded
 */
struct fetch_from {
	struct walk_regs regs;
	u64 linear;
	u32 access;
	enum insn_mode mode;
};

/**
 * struct zxvm_fetched - an instruction, and all that it depends on
 * @from: where it is
 * @edits: of the VMAR, at that time
 * @count: of words in @walk
 * @walk: what the walk has read: where it is in the process, and its value
 * @code: where the first byte is in the process
 * @bytes: from there on
 * @insn: the instruction; length 0 for none
 */
struct zxvm_fetched {
	struct fetch_from from;
	u64 edits;
	unsigned int count;
	struct {
		unsigned long address;
		u64 value;
	} walk[WALK_WORDS];
	unsigned long code;
	u8 bytes[INSN_MAX_LENGTH + 1];
	struct insn insn;
};

/**
 * zxvm_fetch_init() - a new VCPU has fetched nothing yet
 * @vcpu: the VCPU
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int zxvm_fetch_init(struct zxvm_vcpu *vcpu)
{
	vcpu->arch.fetched = kcalloc(BIT(SLOT_BITS),
				     sizeof(*vcpu->arch.fetched),
				     GFP_KERNEL_ACCOUNT);
	return vcpu->arch.fetched ? 0 : -ENOMEM;
}

/**
 * zxvm_fetch_destroy() - undo zxvm_fetch_init()
 * @vcpu: the VCPU
 */
void zxvm_fetch_destroy(struct zxvm_vcpu *vcpu)
{
	kfree_sensitive(vcpu->arch.fetched);
	vcpu->arch.fetched = NULL;
}

static enum insn_mode insn_mode(const struct zxvm_code *code)
{
	if (code->cs & ZXVM_AR_L && code->efer & EFER_LMA)
		return INSN_64;
	return code->cs & ZXVM_AR_DB ? INSN_32 : INSN_16;
}

static bool is_amd(void)
{
	return zxvm_vendor->backend == ZXVM_BACKEND_SVM;
}

/* Does the CPU tell what it has executed, whatever is in memory by now? */
static bool is_given(const struct zxvm_vcpu *vcpu)
{
	const u8 *given = vcpu->arch.insn_bytes;

	return given && given[0];
}

static bool decode_given(const struct zxvm_vcpu *vcpu,
			 const struct zxvm_code *code, struct insn *insn)
{
	const u8 *given = vcpu->arch.insn_bytes;

	return !insn_decode(given + 1, min_t(u8, given[0], INSN_MAX_LENGTH),
			    insn_mode(code), is_amd(), insn);
}

static void look_where(struct zxvm_vcpu *vcpu, const struct zxvm_code *code,
		       struct fetch_from *from)
{
	from->mode = insn_mode(code);
	from->linear = from->mode == INSN_64 ? code->rip :
		       zxvm_linear(vcpu, ZXVM_CS, code->rip);
	from->access = WALK_FETCH | (zxvm_cpl(vcpu) == 3 ? WALK_USER : 0);
	zxvm_walk_regs(vcpu, code, &from->regs);
}

static bool is_same(const struct fetch_from *a, const struct fetch_from *b)
{
	return a->linear == b->linear && a->regs.cr3 == b->regs.cr3 &&
	       a->regs.cr0 == b->regs.cr0 && a->regs.cr4 == b->regs.cr4 &&
	       a->regs.efer == b->regs.efer && a->regs.ac == b->regs.ac &&
	       a->access == b->access && a->mode == b->mode;
}

/* Eight bytes are read, of which @count matter. */
static bool has_bytes(unsigned long address, const u8 *bytes,
		      unsigned int count)
{
	u64 value, was;

	memcpy(&was, bytes, sizeof(was));
	return !get_user(value, (u64 __user *)address) &&
	       !((value ^ was) << (64 - 8 * count));
}

static bool has_code(const struct zxvm_fetched *fetched)
{
	unsigned int length = fetched->insn.length;

	if (length <= sizeof(u64))
		return has_bytes(fetched->code, fetched->bytes, length);
	return has_bytes(fetched->code, fetched->bytes, sizeof(u64)) &&
	       has_bytes(fetched->code + sizeof(u64),
			 fetched->bytes + sizeof(u64), length - sizeof(u64));
}

/*
 * Read again all that the instruction depends on. A mapping that is edited
 * meanwhile is one that was edited later.
 */
static bool is_unchanged(const struct zxvm_vmar *vmar,
			 const struct zxvm_fetched *fetched)
{
	unsigned int i;
	u64 value;

	if (fetched->edits != READ_ONCE(vmar->edits) ||
	    current->mm != vmar->mm)
		return false;
	for (i = 0; i < fetched->count; i++)
		if (get_user(value, (u64 __user *)fetched->walk[i].address) ||
		    value != fetched->walk[i].value)
			return false;
	return has_code(fetched);
}

static struct zxvm_fetched *slot_of(const struct zxvm_vcpu *vcpu,
				    const struct fetch_from *from)
{
	return &vcpu->arch.fetched[hash_64(from->linear, SLOT_BITS)];
}

/* Apart: most kernels clear each variable of a frame, and this one is large. */
static noinline bool measure_given(struct zxvm_vcpu *vcpu,
				   const struct zxvm_code *code)
{
	struct insn insn;

	if (!decode_given(vcpu, code, &insn))
		return false;
	vcpu->arch.insn_len = insn.length;
	return true;
}

/**
 * zxvm_fetch_again() - find out the length of an instruction that the CPU has
 * given, or that has hit a trap before
 * @vcpu: loaded
 * @code: of zxvm_get_code()
 *
 * What cannot be read without a fault is left to zxvm_slow_decode().
 *
 * Context: any; does not sleep.
 * Return: true, and vcpu->arch.insn_len is set; or false.
 */
bool zxvm_fetch_again(struct zxvm_vcpu *vcpu, const struct zxvm_code *code)
{
	const struct zxvm_fetched *fetched;
	struct fetch_from from;
	bool found;

	if (is_given(vcpu) && measure_given(vcpu, code))
		return true;
	look_where(vcpu, code, &from);
	fetched = slot_of(vcpu, &from);
	if (!fetched->insn.length || !is_same(&fetched->from, &from))
		return false;
	pagefault_disable();
	found = is_unchanged(vcpu->guest->vmar, fetched);
	pagefault_enable();
	if (found)
		vcpu->arch.insn_len = fetched->insn.length;
	return found;
}

/**
 * struct walk_notes - a walk that is noted
 * @vmar: whose memory is read
 * @fetched: gets the notes
 */
struct walk_notes {
	struct zxvm_vmar *vmar;
	struct zxvm_fetched *fetched;
};

static int read_and_note(void *ctx, u64 gpa, u64 *word)
{
	struct walk_notes *notes = ctx;
	struct zxvm_fetched *fetched = notes->fetched;
	int ret = zxvm_vmar_read_word(notes->vmar, gpa, word);

	if (ret)
		return ret;
	fetched->walk[fetched->count].address =
		zxvm_vmar_address(notes->vmar, gpa);
	fetched->walk[fetched->count++].value = *word;
	return 0;
}

/* Up to the end of a page. Returns the number of bytes, 0 for none. */
static unsigned int fetch_piece(struct zxvm_vmar *vmar,
				const struct fetch_from *from,
				unsigned int done, struct zxvm_fetched *fetched)
{
	struct walk_notes notes = { .vmar = vmar, .fetched = fetched };
	u64 linear = from->linear + done, gpa;
	unsigned int size;
	u32 error;

	size = min_t(u64, INSN_MAX_LENGTH - done,
		     PAGE_SIZE - (linear & ~PAGE_MASK));
	fetched->count = 0;
	if (zxvm_vmar_access_begin(vmar))
		return 0;
	fetched->edits = vmar->edits;
	if (walk_address(&from->regs, linear, from->access, read_and_note,
			 &notes, &gpa, &error) ||
	    zxvm_vmar_read_bytes(vmar, gpa, fetched->bytes + done, size))
		size = 0;
	else
		fetched->code = zxvm_vmar_address(vmar, gpa);
	zxvm_vmar_access_end(vmar);
	return size;
}

/* What is in more than one page is decoded each time. */
static int fetch(struct zxvm_vmar *vmar, const struct fetch_from *from,
		 struct zxvm_fetched *fetched, struct insn *insn)
{
	unsigned int n;
	int ret;

	fetched->insn.length = 0;
	n = fetch_piece(vmar, from, 0, fetched);
	ret = insn_decode(fetched->bytes, n, from->mode, is_amd(), insn);
	if (!ret) {
		fetched->from = *from;
		fetched->insn = *insn;
		return 0;
	}
	if (ret != -EAGAIN || !n || n == INSN_MAX_LENGTH)
		return ret;
	n += fetch_piece(vmar, from, n, fetched);
	return insn_decode(fetched->bytes, n, from->mode, is_amd(), insn);
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
	struct zxvm_vmar *vmar = vcpu->guest->vmar;
	struct zxvm_fetched *fetched;
	struct fetch_from from;
	struct zxvm_code code;

	static_call(zxvm_get_code)(vcpu, &code);
	if (is_given(vcpu) && decode_given(vcpu, &code, insn))
		return 0;
	look_where(vcpu, &code, &from);
	fetched = slot_of(vcpu, &from);
	if (!fetched->insn.length || !is_same(&fetched->from, &from) ||
	    !is_unchanged(vmar, fetched))
		return fetch(vmar, &from, fetched, insn);
	*insn = fetched->insn;
	return 0;
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
