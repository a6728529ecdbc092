/* SPDX-License-Identifier: GPL-2.0 */
/* Pieces of guest code beside the tests that run them, by the guest probe */
#ifndef PROBE_H
#define PROBE_H

#include "zx.h"

#define STRING_(x)	#x
#define STRING(x)	STRING_(x)

/* Guest code by a name; assembly of tests is made of the strings below */
#define SNIPPET(name, text)						\
	asm(".pushsection .rodata.snippet_" #name ", \"a\"\n"		\
	    "snippet_" #name ":\n"					\
	    text "\n"							\
	    "snippet_" #name "_end:\n"					\
	    ".popsection\n");						\
	extern const char snippet_##name[], snippet_##name##_end[]

/* Tell a register at TELL_A; tell that the guest waits for the test's word */
#define TELL_AT(reg, where) \
	"mov " reg ", %r15\n" \
	"mov %r15, " STRING(where) "(%r14)\n"
#define TELL(reg)	TELL_AT(reg, TELL_A)
#define ASK \
	"mov $0, %r15d\n" \
	"mov %r15, " STRING(TELL_DONE) "(%r14)\n"

/* r12 is NONE after an instruction without an exception, else as probe says */
#define TRY(insn) \
	"lea 91f(%rip), %r13\n" \
	"mov $-1, %r12\n" \
	insn "\n" \
	"91: mov $0, %r13d\n"
#define NONE		(~0ULL)
#define FAULT(vector, error)	((vector) | (u64)(error) << 8)

/* To CPL 3; and back with INT 0x80, with RFLAGS.IF as it was at CPL 3 */
#define USER \
	"push $" STRING(USER_DS) "\n" \
	"push $" STRING(USER_STACK) "\n" \
	"pushfq\n" \
	"push $" STRING(USER_CS) "\n" \
	"lea 92f(%rip), %r12\n" \
	"push %r12\n" \
	"iretq\n" \
	"92:\n"

enum vector {
	DE, DB, NMI, BP, OF, BR, UD, NM, DF, TS = 10, NP, SS, GP, PF, MF = 16,
	AC, MC, XM,
};

/*
 * What the guest's handler found on its stack, in CR2 and, for #DB, in DR6; how
 * many events there were; where to go on if not at @rip
 */
struct frame {
	u64 vector, error, rip, cs, rflags, rsp, ss, cr2, dr6, count, resume;
};

static inline volatile struct frame *frame(void)
{
	return (struct frame *)(vm.ram + FRAME);
}

static inline void probe_load(struct vm *vm, const char *code, const char *end)
{
	vm_create(vm, 0);
	VM_LOAD(vm, ENTRY, probe);
	vm_load(vm, CODE, code, end);
}

/* Boot the global VM with a snippet */
#define PROBE(name)							\
	do {								\
		probe_load(&vm, snippet_##name, snippet_##name##_end);	\
		vm_vcpu(&vm, ENTRY);					\
	} while (0)

/* The next TELL_A */
static inline u64 next_told(void)
{
	ASSERT_OK(vm_enter(&vm));
	EXPECT_MEM(&vm.pkt, TELL_A);
	return TOLD(&vm);
}

#define EXPECT_TOLD(value)	EXPECT_STORE(&vm, TELL_A, value)
#define EXPECT_ASK()		EXPECT_STORE(&vm, TELL_DONE, 0)

/* The next exit tells an event that has this vector */
#define EXPECT_EVENT(vector_, error)					\
	do {								\
		EXPECT_STORE(&vm, 8 * (vector_), error);		\
		EXPECT_EQ(frame()->vector, vector_);			\
	} while (0)

static inline void host_cpuid(u32 leaf, u32 subleaf, u32 regs[4])
{
	asm volatile("cpuid" : "=a"(regs[0]), "=b"(regs[1]), "=c"(regs[2]),
		     "=d"(regs[3]) : "a"(leaf), "c"(subleaf));
}

/* QEMU's own CPU leaves out some checks of real ones */
static inline bool qemu(void)
{
	u32 regs[4];

	host_cpuid(0x40000000, 0, regs);
	return regs[1] == 0x54474354;	/* TCGT */
}

static inline u32 backend(void)
{
	struct zxvm_features f = { };
	int dev = zx_device();

	ASSERT_OK(zx_ioctl(dev, ZXVM_GET_FEATURES, &f));
	close(dev);
	return f.backend;
}

#endif /* PROBE_H */
