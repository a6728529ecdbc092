// SPDX-License-Identifier: GPL-2.0
/* x87 to AVX-512 and PKRU: a VCPU's alone, across exits and threads */
#include <sched.h>
#include <cpuid.h>

#include "probe.h"

#define AVX	4
#define AVX512	0xe4
#define PKRU	0x200

static u64 host_xcr0(void)
{
	u32 regs[4];

	host_cpuid(1, 0, regs);
	if (!(regs[2] & 1 << 27))
		return 0;
	asm volatile("xgetbv" : "=a"(regs[0]), "=d"(regs[3]) : "c"(0));
	return regs[0] | (u64)regs[3] << 32;
}

#define FOR_15(insn) \
	".irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14\n" \
	insn ".endr\n"
#define FOR_16(insn) \
	".irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15\n" \
	insn ".endr\n"

#define XMM_FILL	FOR_16("lea \\n(%rcx), %rdx\n movq %rdx, %xmm\\n\n" \
			       "punpcklqdq %xmm\\n, %xmm\\n\n")
#define XMM_CHECK	FOR_15("lea \\n(%rcx), %rdx\n" \
			       "movq %xmm\\n, %rbp\n cmp %rdx, %rbp\n" \
			       "je 1f\n inc %rax\n 1:\n" \
			       "movhlps %xmm\\n, %xmm15\n" \
			       "movq %xmm15, %rbp\n cmp %rdx, %rbp\n" \
			       "je 1f\n inc %rax\n 1:\n")

/*
 * Fills x87, MXCSR and XMM registers from rcx, then for ever: tells rax, how
 * many were found changed. XMM15 is lost in each check, and made anew.
 */
SNIPPET(sse,
	"fninit\n"
	"mov %rcx, -8(%rsp)\n"
	"fildll -8(%rsp)\n"
	"fildll -8(%rsp)\n"
	"mov %ecx, %ebx\n and $0x3, %ebx\n shl $13, %ebx\n or $0x1f80, %ebx\n"
	"mov %ebx, -8(%rsp)\n ldmxcsr -8(%rsp)\n"
	"mov %ecx, %esi\n and $3, %esi\n shl $10, %esi\n or $0x37f, %esi\n"
	"mov %esi, -8(%rsp)\n fldcw -8(%rsp)\n"
	XMM_FILL
	"2:" TELL("%rax")
	"movq %xmm15, %rbp\n lea 15(%rcx), %rdx\n"
	"cmp %rdx, %rbp\n je 1f\n inc %rax\n 1:\n"
	XMM_CHECK
	XMM_FILL
	"stmxcsr -8(%rsp)\n cmp %ebx, -8(%rsp)\n je 1f\n inc %rax\n 1:\n"
	"fnstcw -8(%rsp)\n cmp %si, -8(%rsp)\n je 1f\n inc %rax\n 1:\n"
	"fld %st(0)\n fistpll -8(%rsp)\n"
	"cmp %rcx, -8(%rsp)\n je 1f\n inc %rax\n 1:\n"
	"jmp 2b\n");

SNIPPET(avx,
	FOR_16("lea \\n(%rcx), %rdx\n movq %rdx, %xmm\\n\n"
	       "vpunpcklqdq %xmm\\n, %xmm\\n, %xmm\\n\n"
	       "vinsertf128 $1, %xmm\\n, %ymm\\n, %ymm\\n\n")
	"mov $64, %edi\n"
	"sub $64, %rsp\n"
	"2:" TELL("%rax")
	FOR_16("lea \\n(%rcx), %rdx\n vmovups %ymm\\n, (%rsp)\n"
	       ".irp m, 0, 8, 16, 24\n"
	       "cmp %rdx, \\m(%rsp)\n je 1f\n inc %rax\n 1:\n .endr\n")
	"jmp 2b\n");

/* After XSETBV: ZMM0, ZMM31 and K1 */
SNIPPET(avx512,
	"mov %rcx, %rsi\n"
	"xor %ecx, %ecx\n xgetbv\n or $0xe0, %eax\n xsetbv\n"
	"mov %rsi, %rcx\n"
	"vpbroadcastq %rcx, %zmm0\n"
	"lea 31(%rcx), %rdx\n vpbroadcastq %rdx, %zmm31\n"
	"kmovw %ecx, %k1\n"
	"xor %eax, %eax\n"
	"sub $64, %rsp\n"
	"2:" TELL("%rax")
	"vmovups %zmm0, (%rsp)\n"
	".irp m, 0, 8, 16, 24, 32, 40, 48, 56\n"
	"cmp %rcx, \\m(%rsp)\n je 1f\n inc %rax\n 1:\n .endr\n"
	"vmovups %zmm31, (%rsp)\n"
	".irp m, 0, 8, 16, 24, 32, 40, 48, 56\n"
	"cmp %rdx, \\m(%rsp)\n je 1f\n inc %rax\n 1:\n .endr\n"
	"kmovw %k1, %ebp\n cmp %bp, %cx\n je 1f\n inc %rax\n 1:\n"
	"jmp 2b\n");

/* PKRU; CR4.PKE first */
SNIPPET(pkru,
	"mov %rcx, %rsi\n"
	"mov %cr4, %rax\n or $(1 << 22), %rax\n mov %rax, %cr4\n"
	"xor %ecx, %ecx\n xgetbv\n or $0x200, %eax\n xsetbv\n"
	"mov %esi, %eax\n shl $2, %eax\n xor %ecx, %ecx\n xor %edx, %edx\n"
	"wrpkru\n"
	"mov %eax, %ebx\n"
	"xor %edi, %edi\n"
	"2:" TELL("%rdi")
	"xor %ecx, %ecx\n rdpkru\n"
	"cmp %eax, %ebx\n je 1f\n inc %rdi\n 1:\n"
	"jmp 2b\n");

static const struct {
	const char *name, *start, *end;
	u64 xcr0;
} kinds[] = {
	{ "SSE", snippet_sse, snippet_sse_end, 0 },
	{ "AVX", snippet_avx, snippet_avx_end, AVX },
	{ "AVX-512", snippet_avx512, snippet_avx512_end, AVX512 },
	{ "PKRU", snippet_pkru, snippet_pkru_end, PKRU },
};

/* This thread fills, and checks, its own registers */
static void host_fill(u64 value)
{
	asm volatile("movq %0, %%xmm3\n movq %0, %%xmm12\n"
		     : : "r"(value) : "xmm3", "xmm12");
}

static bool host_avx;

static void boot_kind(struct vm *v, unsigned int kind, u64 value)
{
	probe_load(v, kinds[kind].start, kinds[kind].end);
	vm_vcpu(v, ENTRY);
	PAGE_ARG(v->page, 1) = value;
	PAGE_ARG(v->page, 0) = 0;
}

/* CR4.PKE of the host; SDM vol. 2, CPUID.7:ECX[4] */
static bool has_ospke(void)
{
	unsigned int a, b, c, d;

	return __get_cpuid_count(7, 0, &a, &b, &c, &d) && c & 1 << 4;
}

static bool has(unsigned int kind)
{
	if (kind == 3 && !has_ospke())
		return false;
	return (host_xcr0() & kinds[kind].xcr0) == kinds[kind].xcr0;
}

/* Exits to this thread, which uses the same registers in between */
static void across_exits(unsigned int kind)
{
	static u64 ymm[4] __attribute__((aligned(32)));
	u64 pattern[4] = { 1, 2, 3, 4 };
	int i;

	if (!has(kind))
		SKIP("this host does not use %s", kinds[kind].name);
	host_avx = host_xcr0() & AVX;
	boot_kind(&vm, kind, 0x5a5a00000000 + 0x1000 * kind);
	for (i = 0; i < 50; i++) {
		host_fill(i);
		if (host_avx)
			asm volatile("vmovups %0, %%ymm5" : : "m"(pattern)
				     : "xmm5");
		ASSERT_OK(vm_enter(&vm));
		if (host_avx) {
			asm volatile("vmovups %%ymm5, %0" : "=m"(ymm));
			asm volatile("vzeroupper");
		}
		EXPECT_MEM(&vm.pkt, TELL_A);
		EXPECT_EQ(TOLD(&vm), 0);
		if (i % 10 == 0)
			sched_yield();
	}
}

TEST(sse_across_exits)
{
	across_exits(0);
}

TEST(avx_across_exits)
{
	across_exits(1);
}

TEST(avx512_across_exits)
{
	across_exits(2);
}

TEST(pkru_across_exits)
{
	across_exits(3);
}

/* The registers that a call may change are not those that it must not */
TEST(callee_saved_registers_of_the_host)
{
	u32 mxcsr = 0x3f80, mxcsr_after;	/* round down */
	u16 cw = 0x0f7f, cw_after;		/* round to zero */
	int i;

	boot_kind(&vm, 0, 1);
	asm volatile("ldmxcsr %0\n fldcw %1" : : "m"(mxcsr), "m"(cw));
	for (i = 0; i < 5; i++) {
		ASSERT_OK(vm_enter(&vm));
		asm volatile("stmxcsr %0\n fnstcw %1"
			     : "=m"(mxcsr_after), "=m"(cw_after));
		EXPECT_EQ(mxcsr_after, mxcsr);
		EXPECT_EQ(cw_after, cw);
	}
}

/* The host's PKRU, when the guest has set another */
TEST(pkru_of_the_host)
{
	u32 before, after, unused;

	if (!has(3))
		SKIP("this host does not use PKRU");
	boot_kind(&vm, 3, 0x1555555);
	asm volatile("rdpkru" : "=a"(before), "=d"(unused) : "c"(0));
	EXPECT_EQ(next_told(), 0);
	asm volatile("rdpkru" : "=a"(after), "=d"(unused) : "c"(0));
	EXPECT_EQ(after, before);
	EXPECT_EQ(next_told(), 0);
}

/* Several VCPUs in threads that share the CPUs, and move from one to another */
struct mover {
	unsigned int kind, number;
	struct vm vm;
};

static void *move(void *arg)
{
	struct mover *m = arg;
	struct zxvm_packet pkt;
	cpu_set_t set;
	int i, cpus = sysconf(_SC_NPROCESSORS_ONLN);

	boot_kind(&m->vm, m->kind, 0x770000000000 + 0x100000 * m->number);
	for (i = 0; i < 100; i++) {
		if (i % 10 == 0) {
			CPU_ZERO(&set);
			CPU_SET((i / 10 + m->number) % cpus, &set);
			sched_setaffinity(0, sizeof(set), &set);
		}
		host_fill(i);
		ASSERT_OK(zx_enter(m->vm.vcpu, &pkt));
		EXPECT_MEM(&pkt, TELL_A);
		CHECK_(0, m->vm.page->state.x86.r15 == 0,
		       "%s of VCPU %u: %lld registers have changed",
		       kinds[m->kind].name, m->number,
		       m->vm.page->state.x86.r15);
		sched_yield();
	}
	return NULL;
}

TEST_T(registers_of_threads_that_move, 90)
{
	static struct mover movers[8];
	pthread_t threads[8];
	unsigned int i;

	for (i = 0; i < 8; i++) {
		movers[i].number = i;
		movers[i].kind = i % 4;
		if (!has(movers[i].kind))
			movers[i].kind = 0;
		pthread_create(&threads[i], NULL, move, &movers[i]);
	}
	for (i = 0; i < 8; i++)
		pthread_join(threads[i], NULL);
}

/* A guest that never leaves, and the host's threads on the same CPUs */
TEST_T(registers_while_the_guest_is_preempted, 60)
{
	static struct vt vts[4];
	int i;

	vm_create(&vm, 0);
	VM_LOAD(&vm, ENTRY, fp_spin);
	for (i = 0; i < 1; i++) {
		vt_start(&vts[i], &vm, ENTRY);
		PAGE_ARG(vts[i].page, 1) = 0x123456789 + i;
		vt_go(&vts[i]);
	}
	for (i = 0; i < 200; i++) {
		host_fill(i);
		sched_yield();
		sleep_ms(2);
	}
	ASSERT_OK(zx_kick(vts[0].vcpu));
	EXPECT_ERR(vt_wait(&vts[0]), ECANCELED);
	EXPECT_EQ(*(u64 *)(vm.ram + DATA), 0);
	EXPECT_GT(*(u64 *)(vm.ram + DATA + 8), 1000);
}

SNIPPET(fpu_initial,
	"fnstcw -8(%rsp)\n movzwl -8(%rsp), %eax\n" TELL("%rax")
	"fnstsw %ax\n movzwl %ax, %eax\n" TELL("%rax")
	"stmxcsr -8(%rsp)\n mov -8(%rsp), %eax\n" TELL("%rax")
	FOR_16("movq %xmm\\n, %rdx\n or %rdx, %rcx\n"
	       "movhlps %xmm\\n, %xmm\\n\n movq %xmm\\n, %rdx\n or %rdx, %rcx\n")
	TELL("%rcx")
	ASK);

/* Nothing of the host's is in the registers of a new VCPU */
TEST(initial_registers)
{
	int i;

	for (i = 0; i < 5; i++) {
		PROBE(fpu_initial);
		host_fill(~0ULL);
		EXPECT_TOLD(0x37f);
		EXPECT_TOLD(0);
		EXPECT_TOLD(0x1f80);
		EXPECT_TOLD(0);
		EXPECT_ASK();
		vm_close(&vm);
	}
}

SNIPPET(fpu_faults,
	"mov %cr0, %rbx\n"
	"mov %rbx, %rax\n or $8, %rax\n mov %rax, %cr0\n"
	TRY("movups %xmm0, -16(%rsp)") TELL("%r12")
	TRY("fld1") TELL("%r12")
	"mov %rbx, %rax\n or $4, %rax\n mov %rax, %cr0\n"
	TRY("movups %xmm0, -16(%rsp)") TELL("%r12")
	TRY("fld1") TELL("%r12")
	"mov %rbx, %cr0\n"
	TRY("movups %xmm0, -16(%rsp)") TELL("%r12")
	/* #MF with NE, #XM */
	"mov %rbx, %rax\n or $0x20, %rax\n mov %rax, %cr0\n"
	"fninit\n movw $0x37b, -8(%rsp)\n fldcw -8(%rsp)\n"	/* ZM clear */
	"fldz\n fld1\n fdiv %st(1)\n"
	TRY("fwait") TELL("%r12")
	"fninit\n"
	"mov %cr4, %rax\n or $0x400, %rax\n mov %rax, %cr4\n"	/* OSXMMEXCPT */
	"movl $0x1d80, -8(%rsp)\n ldmxcsr -8(%rsp)\n"
	"pxor %xmm1, %xmm1\n mov $1, %eax\n cvtsi2sd %eax, %xmm0\n"
	TRY("divsd %xmm1, %xmm0") TELL("%r12")
	"movl $0x1f80, -8(%rsp)\n ldmxcsr -8(%rsp)\n"
	ASK);

TEST(faults_of_the_fpu_are_the_guests)
{
	PROBE(fpu_faults);
	EXPECT_TOLD(FAULT(NM, 0));
	EXPECT_TOLD(FAULT(NM, 0));
	EXPECT_TOLD(FAULT(UD, 0));
	EXPECT_TOLD(FAULT(NM, 0));
	EXPECT_TOLD(NONE);
	EXPECT_TOLD(FAULT(MF, 0));
	if (!qemu())	/* it never raises #XM */
		EXPECT_TOLD(FAULT(XM, 0));
	else
		next_told();
	EXPECT_ASK();
}

/* What the guest switches off in XCR0 it has again when it is on */
SNIPPET(xcr0_off_and_on,
	"mov $0x77, %eax\n movq %rax, %xmm0\n"
	"vinsertf128 $1, %xmm0, %ymm0, %ymm0\n"
	"xor %ecx, %ecx\n xor %edx, %edx\n mov $3, %eax\n xsetbv\n"
	ASK
	TRY("vmovups %ymm0, %ymm1") TELL("%r12")
	"xor %ecx, %ecx\n xor %edx, %edx\n mov $7, %eax\n xsetbv\n"
	ASK
	"vextractf128 $1, %ymm0, %xmm1\n movq %xmm1, %rax\n" TELL("%rax")
	ASK);

TEST(xcr0_off_and_on)
{
	if (!(host_xcr0() & AVX))
		SKIP("this host does not use AVX");
	if (qemu())
		SKIP("QEMU does not look at XCR0");
	PROBE(xcr0_off_and_on);
	EXPECT_ASK();
	EXPECT_TOLD(FAULT(UD, 0));
	EXPECT_ASK();
	EXPECT_TOLD(0x77);
	EXPECT_ASK();
}
