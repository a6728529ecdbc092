// SPDX-License-Identifier: GPL-2.0
/*
 * Which instruction an exit was for, where the CPU does not say. What it does
 * is for user space.
 *
 * A guest has few instructions that access devices. The last ones are kept,
 * together with every word of the guest's memory that led to them, of its page
 * tables and of the code: if all of it is as it was, so is the instruction. To
 * read that again is a tenth of the way through mappings, page tables and the
 * decoder.
 *
 * Whether the guest may execute it is not looked at again: the CPU has done so
 * each time.
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
#define CODE_WORDS	2	/* of an instruction */

/**
 * struct fetch_word - a piece of memory that an instruction depends on
 * @address: where it is in the process
 * @value: its value
 * @mask: the bits that matter
 */
struct fetch_word {
	unsigned long address;
	u64 value;
	u64 mask;
};

/**
 * struct zxvm_fetched - an instruction, and all that it depends on
 * @code: of zxvm_get_code()
 * @linear: its linear address
 * @cr0: CR0
 * @cr4: CR4
 * @edits: of the VMAR, at that time
 * @count: of @words
 * @words: what the walk has read, and the instruction
 * @insn: the instruction; length 0 for none
 */
struct zxvm_fetched {
	struct zxvm_code code;
	u64 linear;
	u64 cr0;
	u64 cr4;
	u64 edits;
	unsigned int count;
	struct fetch_word words[WALK_WORDS + CODE_WORDS];
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

static u64 linear_rip(struct zxvm_vcpu *vcpu, const struct zxvm_code *code)
{
	return insn_mode(code) == INSN_64 ? code->rip :
	       zxvm_linear(vcpu, ZXVM_CS, code->rip);
}

/*
 * In long mode paging is on, and of one kind: guests have no CR4.LA57. What
 * else is in CR0 and CR4 is of no interest for fetches.
 */
static bool is_there(struct zxvm_vcpu *vcpu, const struct zxvm_code *code,
		     const struct zxvm_fetched *fetched)
{
	if (code->rip != fetched->code.rip || code->cr3 != fetched->code.cr3 ||
	    code->efer != fetched->code.efer || code->cs != fetched->code.cs)
		return false;
	return insn_mode(code) == INSN_64 ||
	       (linear_rip(vcpu, code) == fetched->linear &&
		zxvm_get(vcpu, ZXVM_CR0) == fetched->cr0 &&
		zxvm_get(vcpu, ZXVM_CR4) == fetched->cr4);
}

/* All of them are in user memory: mappings are. */
static bool are_unchanged(const struct fetch_word *word,
			  const struct fetch_word *end)
{
	u64 value;

	if (!user_read_access_begin((u64 __user *)word->address, sizeof(value)))
		return false;
	for (; word < end; word++) {
		unsafe_get_user(value, (u64 __user *)word->address, changed);
		if ((value ^ word->value) & word->mask)
			goto changed;
	}
	user_read_access_end();
	return true;

changed:
	user_read_access_end();
	return false;
}

/*
 * Read again all that the instruction depends on, in the owner thread's memory,
 * which is the guest's. A mapping that is edited meanwhile is one that was edited
 * later.
 */
static bool is_unchanged(const struct zxvm_vmar *vmar,
			 const struct zxvm_fetched *fetched)
{
	bool unchanged;

	if (fetched->edits != READ_ONCE(vmar->edits))
		return false;
	pagefault_disable();
	unchanged = are_unchanged(fetched->words,
				  fetched->words + fetched->count);
	pagefault_enable();
	return unchanged;
}

/* Is it what is in @fetched? */
static bool is_known(struct zxvm_vcpu *vcpu, const struct zxvm_code *code,
		     const struct zxvm_fetched *fetched)
{
	return fetched->insn.length && is_there(vcpu, code, fetched) &&
	       is_unchanged(vcpu->guest->vmar, fetched);
}

static struct zxvm_fetched *slot_of(const struct zxvm_vcpu *vcpu,
				    const struct zxvm_code *code)
{
	return &vcpu->arch.fetched[hash_64(code->rip, SLOT_BITS)];
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
	const struct zxvm_fetched *fetched = slot_of(vcpu, code);

	if (is_given(vcpu) && measure_given(vcpu, code))
		return true;
	if (!is_known(vcpu, code, fetched))
		return false;
	vcpu->arch.insn_len = fetched->insn.length;
	return true;
}

/**
 * struct fetch - an instruction is being read
 * @vmar: from whose memory
 * @regs: what paging depends on
 * @access: WALK_*
 * @fetched: gets the notes
 * @address: where its first byte is in the process
 * @bytes: that are there
 * @code: the same
 */
struct fetch {
	struct zxvm_vmar *vmar;
	struct walk_regs regs;
	u32 access;
	struct zxvm_fetched *fetched;
	unsigned long address;
	union {
		u8 bytes[INSN_MAX_LENGTH];
		u64 code[CODE_WORDS];
	};
};

static_assert(CODE_WORDS * sizeof(u64) >= INSN_MAX_LENGTH);

static void note(struct zxvm_fetched *fetched, unsigned long address,
		 u64 value, unsigned int bytes)
{
	fetched->words[fetched->count++] = (struct fetch_word){
		.address = address,
		.value = value,
		.mask = ~0ULL >> (64 - 8 * bytes),
	};
}

static int read_and_note(void *ctx, u64 gpa, u64 *word)
{
	const struct fetch *fetch = ctx;
	int ret = zxvm_vmar_read_word(fetch->vmar, gpa, word);

	if (!ret)
		note(fetch->fetched, zxvm_vmar_address(fetch->vmar, gpa),
		     *word, sizeof(*word));
	return ret;
}

/* Up to the end of a page. Returns the number of bytes, 0 for none. */
static unsigned int fetch_piece(struct fetch *fetch, unsigned int done)
{
	u64 linear = fetch->fetched->linear + done, gpa;
	struct zxvm_vmar *vmar = fetch->vmar;
	unsigned int size;
	u32 error;

	size = min_t(u64, INSN_MAX_LENGTH - done,
		     PAGE_SIZE - (linear & ~PAGE_MASK));
	fetch->fetched->count = 0;
	if (zxvm_vmar_access_begin(vmar))
		return 0;
	fetch->fetched->edits = vmar->edits;
	if (walk_address(&fetch->regs, linear, fetch->access, read_and_note,
			 fetch, &gpa, &error) ||
	    zxvm_vmar_read_bytes(vmar, gpa, fetch->bytes + done, size))
		size = 0;
	else
		fetch->address = zxvm_vmar_address(vmar, gpa);
	zxvm_vmar_access_end(vmar);
	return size;
}

static void note_code(const struct fetch *fetch, unsigned int length)
{
	unsigned int i, done;

	for (i = 0, done = 0; done < length; i++, done += sizeof(u64))
		note(fetch->fetched, fetch->address + done, fetch->code[i],
		     min_t(unsigned int, length - done, sizeof(u64)));
}

/* What is in more than one page is decoded each time. */
static int fetch_at(struct zxvm_vcpu *vcpu, const struct zxvm_code *code,
		    struct zxvm_fetched *fetched, struct insn *insn)
{
	struct fetch fetch = {
		.vmar = vcpu->guest->vmar,
		.access = WALK_FETCH | (zxvm_cpl(vcpu) == 3 ? WALK_USER : 0),
		.fetched = fetched,
	};
	enum insn_mode mode = insn_mode(code);
	unsigned int n;
	int ret;

	zxvm_walk_regs(vcpu, code, &fetch.regs);
	fetched->insn.length = 0;
	fetched->code = *code;
	fetched->linear = linear_rip(vcpu, code);
	fetched->cr0 = fetch.regs.cr0;
	fetched->cr4 = fetch.regs.cr4;
	n = fetch_piece(&fetch, 0);
	ret = insn_decode(fetch.bytes, n, mode, is_amd(), insn);
	if (!ret) {
		note_code(&fetch, insn->length);
		fetched->insn = *insn;
		return 0;
	}
	if (ret != -EAGAIN || !n || n == INSN_MAX_LENGTH)
		return ret;
	n += fetch_piece(&fetch, n);
	return insn_decode(fetch.bytes, n, mode, is_amd(), insn);
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
	struct zxvm_fetched *fetched;
	struct zxvm_code code;

	static_call(zxvm_get_code)(vcpu, &code);
	if (is_given(vcpu) && decode_given(vcpu, &code, insn))
		return 0;
	fetched = slot_of(vcpu, &code);
	if (!is_known(vcpu, &code, fetched))
		return fetch_at(vcpu, &code, fetched, insn);
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
