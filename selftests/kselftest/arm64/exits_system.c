// SPDX-License-Identifier: GPL-2.0
/* System registers, cache operations, the guest's MMU, FP and SIMD */
#include <sched.h>
#include <sys/mman.h>

#include "insn.h"
#include "zx.h"

#define X(n)	(vm.page->state.arm64.x[n])
#define FIELD(value, low)	((value) >> (low) & 15)

static void boot_probe(const u32 *words, size_t n)
{
	vm_create(&vm, 0);
	VM_LOAD(&vm, 0, probe);
	vm_code(&vm, CODE, words, n);
	vm_vcpu(&vm, 0);
}

/* Run one instruction; false if it is undefined at EL1. x0 is its result */
static bool run_one(u32 insn, u64 *x0)
{
	bool ok;

	ASSERT_OK(vm_enter(&vm));
	ok = vm.pkt.u.mem_arm64.addr == MMIO + TELL_A;
	if (ok) {
		*x0 = vm.pkt.u.mem_arm64.data;
	} else {
		EXPECT_MEM(&vm.pkt, VEC_SYNC);
		CHECK_(0, EC(vm.pkt.u.mem_arm64.data) == EC_UNKNOWN,
		       "%08x: exception class %llx", insn,
		       (long long)EC(vm.pkt.u.mem_arm64.data));
		EXPECT_EQ(vm.pkt.u.mem_arm64.data & 0x3ffffff, 1 << 25);
		ASSERT_OK(vm_enter(&vm));
		ASSERT_OK(vm_enter(&vm));
		ASSERT_OK(vm_enter(&vm));
		EXPECT_MEM(&vm.pkt, TELL_A);
	}
	return ok;
}

/* The value of a register, or the guest gets an UNDEF (then false) */
static bool read_reg(u32 reg, u64 *value)
{
	const u32 code[] = { I_MRS(0, reg), I_STR(0, 28, TELL_A) };
	bool ok;

	boot_probe(code, ARRAY_SIZE(code));
	ok = run_one(code[0], value);
	vm_close(&vm);
	return ok;
}

static bool write_reg(u32 reg, u64 value)
{
	const u32 code[] = { I_MSR(reg, 0), I_STR(0, 28, TELL_A) };
	bool ok;

	boot_probe(code, ARRAY_SIZE(code));
	X(0) = value;
	ok = run_one(code[0], &value);
	vm_close(&vm);
	return ok;
}

static u64 id_reg(unsigned int crm, unsigned int op2)
{
	u64 value = ~0ULL;

	EXPECT_TRUE(read_reg(SYSREG(3, 0, 0, crm, op2), &value));
	return value;
}

TEST(id_registers_show_what_a_guest_has)
{
	u64 v, host;

	v = id_reg(4, 0);	/* ID_AA64PFR0_EL1 */
	EXPECT_TRUE(FIELD(v, 0) == 1 || FIELD(v, 0) == 2);
	EXPECT_EQ(FIELD(v, 4), 1);	/* EL1: AArch64 alone */
	EXPECT_EQ(FIELD(v, 8), 0);	/* no EL2 */
	EXPECT_EQ(FIELD(v, 32), 0);	/* no SVE */
	EXPECT_EQ(FIELD(v, 44), 0);	/* no activity monitors */
	EXPECT_NE(FIELD(v, 16), 15);	/* FP */
	EXPECT_NE(FIELD(v, 20), 15);	/* SIMD */
	v = id_reg(4, 1);	/* ID_AA64PFR1_EL1 */
	EXPECT_EQ(FIELD(v, 8), 0);	/* no MTE */
	EXPECT_EQ(FIELD(v, 24), 0);	/* no SME */
	EXPECT_EQ(id_reg(4, 4), 0);	/* ID_AA64ZFR0_EL1 */
	v = id_reg(5, 0);	/* ID_AA64DFR0_EL1 */
	EXPECT_TRUE(FIELD(v, 8) == 0 || FIELD(v, 8) == 15);
	EXPECT_EQ(FIELD(v, 4), 0);	/* no trace unit */
	EXPECT_EQ(FIELD(v, 32), 0);	/* no statistical profiling */
	EXPECT_EQ(FIELD(v, 44), 0);	/* no trace buffer */
	v = id_reg(6, 1);	/* ID_AA64ISAR1_EL1: no pointer authentication */
	EXPECT_EQ(FIELD(v, 4), 0);
	EXPECT_EQ(FIELD(v, 8), 0);
	EXPECT_EQ(FIELD(v, 24), 0);
	EXPECT_EQ(FIELD(v, 28), 0);
	v = id_reg(6, 2);	/* ID_AA64ISAR2_EL1 */
	EXPECT_EQ(FIELD(v, 8), 0);
	EXPECT_EQ(FIELD(v, 12), 0);
	/* 36 bits of address and more, 4 KiB pages: what a guest needs */
	v = id_reg(7, 0);	/* ID_AA64MMFR0_EL1 */
	EXPECT_GE(FIELD(v, 0), 1);
	EXPECT_NE(FIELD(v, 28), 15);
	/* The CPU is the host's */
	asm("mrs %0, midr_el1" : "=r"(host));
	EXPECT_EQ(id_reg(0, 0), host);
	/* Reserved ID registers read as zero */
	EXPECT_EQ(id_reg(4, 7), 0);
	EXPECT_EQ(id_reg(7, 7), 0);
}

TEST(id_registers_cannot_be_written)
{
	EXPECT_FALSE(write_reg(SYSREG(3, 0, 0, 4, 0), 0));
	EXPECT_FALSE(write_reg(SYSREG(3, 0, 0, 5, 0), 0));
	EXPECT_FALSE(write_reg(SYSREG(3, 0, 0, 0, 5), 0));
}

/* What the host may have and the guest has not is undefined there */
TEST(hidden_registers_are_undefined)
{
	static const struct { const char *name; u32 reg; } regs[] = {
		{ "PMCR_EL0", SYSREG(3, 3, 9, 12, 0) },
		{ "PMCNTENSET_EL0", SYSREG(3, 3, 9, 12, 1) },
		{ "PMCCNTR_EL0", SYSREG(3, 3, 9, 13, 0) },
		{ "PMUSERENR_EL0", SYSREG(3, 3, 9, 14, 0) },
		{ "PMEVCNTR0_EL0", SYSREG(3, 3, 14, 8, 0) },
		{ "PMINTENSET_EL1", SYSREG(3, 0, 9, 14, 1) },
		{ "PMSCR_EL1", SYSREG(3, 0, 9, 9, 0) },
		{ "ZCR_EL1", SYSREG(3, 0, 1, 2, 0) },
		{ "SMCR_EL1", SYSREG(3, 0, 1, 2, 6) },
		{ "APIAKEYLO_EL1", SYSREG(3, 0, 2, 1, 0) },
		{ "APGAKEYHI_EL1", SYSREG(3, 0, 2, 3, 1) },
		{ "TRBLIMITR_EL1", SYSREG(3, 0, 9, 11, 0) },
		{ "GCR_EL1", SYSREG(3, 0, 1, 0, 6) },
		{ "LORC_EL1", SYSREG(3, 0, 10, 4, 3) },
		{ "AMCR_EL0", SYSREG(3, 3, 13, 2, 0) },
		{ "HCR_EL2", SYSREG(3, 4, 1, 1, 0) },
		{ "VTTBR_EL2", SYSREG(3, 4, 2, 1, 0) },
		{ "ICH_HCR_EL2", SYSREG(3, 4, 12, 11, 0) },
		{ "SCR_EL3", SYSREG(3, 6, 1, 1, 0) },
		{ "S3_0_C15_C15_7", SYSREG(3, 0, 15, 15, 7) },
		{ "S3_7_C15_C3_3", SYSREG(3, 7, 15, 3, 3) },
	};
	unsigned int i;
	u64 value = 0;

	for (i = 0; i < ARRAY_SIZE(regs); i++) {
		CHECK_(0, !read_reg(regs[i].reg, &value), "%s reads %llx",
		       regs[i].name, (long long)value);
		CHECK_(0, !write_reg(regs[i].reg, 0), "%s can be written",
		       regs[i].name);
	}
}

TEST(hidden_instructions_are_undefined)
{
	static const u32 insns[] = {
		0x04bf5020,	/* rdvl x0, #1 */
		0x2518e3e0,	/* ptrue p0.b */
		0x9ac03000,	/* pacga x0, x0, x0 */
		0xd9600000,	/* irg-like: ldg x0, [x0] */
		0xd503477f,	/* smstart */
		0x00000000,	/* udf #0 */
	};
	u64 value;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(insns); i++) {
		const u32 code[] = { insns[i], I_STR(0, 28, TELL_A) };

		boot_probe(code, ARRAY_SIZE(code));
		X(0) = DATA;
		CHECK_(0, !run_one(insns[i], &value), "%08x does something",
		       insns[i]);
		vm_close(&vm);
	}
}

/* Reads as zero, and writes do nothing: neither is the host's OS lock */
TEST(os_lock_registers)
{
	static const u32 regs[] = {
		SYSREG(2, 0, 1, 1, 4),	/* OSLSR_EL1 */
		SYSREG(2, 0, 1, 3, 4),	/* OSDLR_EL1 */
		SYSREG(2, 0, 1, 4, 4),	/* DBGPRCR_EL1, not in all emulators */
	};
	unsigned int i;
	u64 value;

	EXPECT_TRUE(write_reg(SYSREG(2, 0, 1, 0, 4), 1));
	for (i = 0; i < ARRAY_SIZE(regs); i++) {
		value = 0;
		EXPECT_TRUE(read_reg(regs[i], &value) || i == 2);
		EXPECT_EQ(value, 0);
		if (i)
			EXPECT_TRUE(write_reg(regs[i], 0) || i == 2);
	}
}

/* Whatever becomes of them, the guest goes on and sees nothing of the host */
TEST(debug_and_timer_registers_do_not_end_the_run)
{
	static const u32 regs[] = {
		SYSREG(2, 0, 0, 0, 4),	/* DBGBVR0_EL1 */
		SYSREG(2, 0, 0, 0, 5),	/* DBGBCR0_EL1 */
		SYSREG(2, 0, 0, 0, 6),	/* DBGWVR0_EL1 */
		SYSREG(2, 0, 0, 0, 7),	/* DBGWCR0_EL1 */
		SYSREG(2, 3, 0, 1, 0),	/* MDCCSR_EL0 */
		SYSREG(3, 3, 14, 2, 1),	/* CNTP_CTL_EL0 */
		SYSREG(3, 3, 14, 2, 2),	/* CNTP_CVAL_EL0 */
		SYSREG(3, 3, 14, 2, 0),	/* CNTP_TVAL_EL0 */
		SYSREG(3, 0, 12, 11, 7),	/* ICC_SGI0R_EL1 */
		SYSREG(3, 0, 12, 11, 6),	/* ICC_ASGI1R_EL1 */
	};
	unsigned int i;
	u64 value;

	for (i = 0; i < ARRAY_SIZE(regs); i++) {
		value = 0;
		if (read_reg(regs[i], &value) && i < 4)
			EXPECT_EQ(value, 0);
		write_reg(regs[i], 0);
	}
	/* Only the write exists */
	EXPECT_FALSE(read_reg(SYSREG(3, 0, 12, 11, 5), &value));
}

/* Written, read back, and still there after exits: the TVM set and more */
TEST(el1_registers_keep_their_values)
{
	static const struct { const char *name; u32 reg; u64 value; } regs[] = {
		{ "TTBR0", SYSREG(3, 0, 2, 0, 0), 0x123456000 },
		{ "TTBR1", SYSREG(3, 0, 2, 0, 1), 0x765432000 },
		{ "TCR", SYSREG(3, 0, 2, 0, 2), 0x100801500 | 28 },
		{ "MAIR", SYSREG(3, 0, 10, 2, 0), 0x0011223344bb00ff },
		{ "CONTEXTIDR", SYSREG(3, 0, 13, 0, 1), 0x12345678 },
		{ "FAR", SYSREG(3, 0, 6, 0, 0), 0x1122334455667788 },
		{ "ESR", SYSREG(3, 0, 5, 2, 0), 0x12345678 },
		{ "ELR", SYSREG(3, 0, 4, 0, 1), 0x11223344556670 },
		{ "SPSR", SYSREG(3, 0, 4, 0, 0), 0x600003c5 },
		{ "SP_EL0", SYSREG(3, 0, 4, 1, 0), 0x11223344 },
		{ "TPIDR_EL1", SYSREG(3, 0, 13, 0, 4), 0x8877665544332211 },
		{ "TPIDR_EL0", SYSREG(3, 3, 13, 0, 2), 0x7766554433221100 },
		{ "TPIDRRO", SYSREG(3, 3, 13, 0, 3), 0x6655443322110099 },
		{ "PAR", SYSREG(3, 0, 7, 4, 0), 0x801 },
		{ "CNTKCTL", SYSREG(3, 0, 14, 1, 0), 0x3 },
		{ "CNTV_CVAL", SYSREG(3, 3, 14, 3, 2), 0x1122334455 },
	};
	const u32 end = I_STR(31, 28, TELL_DONE);
	u32 code[4 * ARRAY_SIZE(regs) + 1];
	unsigned int i, n = 0;
	u64 data;

	for (i = 0; i < ARRAY_SIZE(regs); i++) {
		code[n++] = I_LDR(0, 28, 0);
		code[n++] = I_MSR(regs[i].reg, 0);
	}
	for (i = 0; i < ARRAY_SIZE(regs); i++) {
		code[n++] = I_MRS(0, regs[i].reg);
		code[n++] = I_STR(0, 28, TELL_A);
	}
	code[n++] = end;
	vm_create(&vm, 0);
	vm_code(&vm, CODE, code, n);
	vm_vcpu(&vm, CODE);
	X(28) = MMIO;
	for (i = 0; i < ARRAY_SIZE(regs); i++) {
		ASSERT_OK(vm_enter(&vm));
		EXPECT_MEM(&vm.pkt, 0);
		X(0) = regs[i].value;
	}
	for (i = 0; i < ARRAY_SIZE(regs); i++) {
		ASSERT_OK(vm_enter(&vm));
		EXPECT_MEM(&vm.pkt, TELL_A);
		data = vm.pkt.u.mem_arm64.data;
		CHECK_(0, data == regs[i].value, "%s is %llx, not %llx",
		       regs[i].name, (long long)data, (long long)regs[i].value);
	}
	EXPECT_STORE(&vm, TELL_DONE, 0);
}

/* The packet has the guest-physical address, whatever the guest calls it */
TEST(mmu_on_and_off)
{
	u64 *page = vm_alloc(PAGE);
	int round;

	page[0] = 0x701;	/* a 2 MiB block at 0, once HOLE is memory */
	VM_BOOT(&vm, mmu);
	for (round = 0; round < 3; round++) {
		ASSERT_OK(vm_enter(&vm));
		EXPECT_MEM(&vm.pkt, TELL_A);
		EXPECT_EQ(vm.pkt.u.mem_arm64.data & 0x1005, 0x1005);
		EXPECT_STORE(&vm, TELL_B, 0x77);
		if (!round) {
			/* The walk itself meets a hole */
			EXPECT_ERR(vm_enter(&vm), ENOENT);
			EXPECT_ERR(vm_enter(&vm), ENOENT);
			ASSERT_OK(zx_map(vm.vmar, RWX | ZXVM_VM_SPECIFIC, HOLE,
					 page, PAGE));
		}
		/* Through the block at 0: the first words of the guest */
		EXPECT_STORE(&vm, TELL_C, *(u64 *)vm.ram);
		EXPECT_STORE(&vm, TELL_D, 0x77);
		EXPECT_EQ(*(u64 *)(vm.ram + DATA + 0x1000), 0x77);
	}
}

/*
 * Two VCPUs of a guest take turns on one CPU, with page tables of their own
 * and the same ASID: what one left in the TLB must not be seen by the other.
 */
TEST(two_vcpus_with_tables_of_their_own)
{
	const u64 view = 0x80000000;
	static struct vt vt[2];
	u64 *more = vm_alloc(PAGE);
	cpu_set_t set;
	u64 *table;
	int i, round;

	CPU_ZERO(&set);
	CPU_SET(0, &set);
	ASSERT_SYS(sched_setaffinity(0, sizeof(set), &set));
	vm_create(&vm, 0);
	VM_LOAD(&vm, 0, mmu_view);
	ASSERT_OK(zx_map(vm.vmar, RWX | ZXVM_VM_SPECIFIC, 0x40000000 + DATA,
			 more, PAGE));
	*(u64 *)(vm.ram + DATA) = 1000;
	more[0] = 1001;
	for (i = 0; i < 2; i++) {
		table = (u64 *)(vm.ram + DATA + PAGE + i * PAGE);
		table[0] = 0x701;
		table[1] = 0x405;
		/* 1 GiB at view: of 0, or of 1 GiB */
		table[2] = i * 0x40000000ULL | 0x701;
		vt_start(&vt[i], &vm, 0);
		vt[i].page->state.arm64.x[0] = DATA + PAGE + i * PAGE;
		vt[i].page->state.arm64.x[3] = view + DATA;
	}
	for (round = 0; round < 100; round++) {
		for (i = 0; i < 2; i++) {
			ASSERT_OK(vt_enter(&vt[i]));
			EXPECT_MEM(&vt[i].pkt, TELL_A);
			EXPECT_EQ(vt[i].pkt.u.mem_arm64.data, 1000 + i);
		}
	}
}

TEST(set_way_operations)
{
	static const u64 operands[] = {
		0, 2, 4, 0x10, 0x20, 0xfffffff0, 0x80000000, 0xe,
	};
	unsigned int i;

	VM_BOOT(&vm, setway);
	for (i = 0; i < ARRAY_SIZE(operands); i++) {
		X(0) = 1000 + i;
		X(2) = operands[i];
		EXPECT_STORE(&vm, TELL_A, 1000 + i);
		EXPECT_EQ(*(u64 *)(vm.ram + DATA), 1000 + i);
	}
}

TEST(set_way_operations_of_a_boot_loader)
{
	VM_BOOT(&vm, setway_mmu);
	EXPECT_STORE(&vm, TELL_A, 0x55);
	EXPECT_STORE(&vm, TELL_B, 0x55);
	EXPECT_STORE(&vm, TELL_DONE, 0);
}

/* FP that the guest did not enable is the guest's own trap */
TEST(fp_trap_of_the_guest)
{
	const u32 code[] = {
		I_MSR(SYSREG(3, 0, 1, 0, 2), 31), I_ISB,
		0x9e670000 /* fmov d0, x0 */, I_STR(31, 28, TELL_DONE),
	};

	boot_probe(code, ARRAY_SIZE(code));
	ASSERT_OK(vm_enter(&vm));
	EXPECT_MEM(&vm.pkt, VEC_SYNC);
	EXPECT_EQ(EC(vm.pkt.u.mem_arm64.data), 0x07);
	EXPECT_STORE(&vm, VEC_SYNC, CODE + 8);
}

struct fp_state {
	u64 q[64];
	u64 fpsr, fpcr;
};

/* The ioctl between a load and a store of all FP registers, with no call */
static long enter_with_fp(int fd, void *packet, const struct fp_state *before,
			  struct fp_state *after)
{
	register long x0 asm("x0") = fd;
	register long x1 asm("x1") = ZXVM_VCPU_ENTER;
	register void *x2 asm("x2") = packet;
	register long x8 asm("x8") = 29;	/* ioctl */
	register const void *x9 asm("x9") = before;
	register void *x10 asm("x10") = after;

#define PAIRS(op, reg, a, b, off) op " q" #a ", q" #b ", [" reg ", #" #off "]\n"
#define ALL(op, reg) \
	PAIRS(op, reg, 0, 1, 0) PAIRS(op, reg, 2, 3, 32) \
	PAIRS(op, reg, 4, 5, 64) PAIRS(op, reg, 6, 7, 96) \
	PAIRS(op, reg, 8, 9, 128) PAIRS(op, reg, 10, 11, 160) \
	PAIRS(op, reg, 12, 13, 192) PAIRS(op, reg, 14, 15, 224) \
	PAIRS(op, reg, 16, 17, 256) PAIRS(op, reg, 18, 19, 288) \
	PAIRS(op, reg, 20, 21, 320) PAIRS(op, reg, 22, 23, 352) \
	PAIRS(op, reg, 24, 25, 384) PAIRS(op, reg, 26, 27, 416) \
	PAIRS(op, reg, 28, 29, 448) PAIRS(op, reg, 30, 31, 480)
	asm volatile("ldr x11, [x9, #512]\n msr fpsr, x11\n"
		     "ldr x11, [x9, #520]\n msr fpcr, x11\n"
		     ALL("ldp", "x9")
		     "svc #0\n"
		     ALL("stp", "x10")
		     "mrs x11, fpsr\n str x11, [x10, #512]\n"
		     "mrs x11, fpcr\n str x11, [x10, #520]\n"
		     "msr fpcr, xzr\n"
		     : "+r"(x0)
		     : "r"(x1), "r"(x2), "r"(x8), "r"(x9), "r"(x10)
		     : "memory", "cc", "x11",
		       "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8",
		       "v9", "v10", "v11", "v12", "v13", "v14", "v15", "v16",
		       "v17", "v18", "v19", "v20", "v21", "v22", "v23", "v24",
		       "v25", "v26", "v27", "v28", "v29", "v30", "v31");
	return x0;
}

static void fill_fp(struct fp_state *fp, u64 seed)
{
	unsigned int i;

	for (i = 0; i < 64; i++)
		fp->q[i] = random64(&seed);
	fp->fpsr = seed & 0x1f;
	fp->fpcr = (seed & 3) << 22;
}

static void on_cpu(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu % sysconf(_SC_NPROCESSORS_ONLN), &set);
	ASSERT_SYS(sched_setaffinity(0, sizeof(set), &set));
}

struct fp_thread {
	struct vm *vm;
	u64 seed;
};

/* A VCPU with FP values of its own, a thread with its own, CPUs in turn */
static void *fp_thread(void *arg)
{
	struct fp_state before, after;
	struct zxvm_vcpu_page *page;
	struct fp_thread *t = arg;
	struct zxvm_packet pkt;
	int vcpu, i;

	ASSERT_OK(zx_vcpu_create(t->vm->guest, 0, &vcpu));
	page = zx_page(vcpu);
	page->state.arm64.x[1] = t->seed * 0x0123456789abcdef;
	for (i = 0; i < 200; i++) {
		if (i % 16 == 0)
			on_cpu(i / 16 + t->seed);
		fill_fp(&before, t->seed * 1000 + i + 1);
		ASSERT_EQ(enter_with_fp(vcpu, &pkt, &before, &after), 0);
		EXPECT_EQ(memcmp(&before, &after, sizeof(before)), 0);
		EXPECT_MEM(&pkt, TELL_A);
		EXPECT_EQ(pkt.u.mem_arm64.data, 0);
	}
	return NULL;
}

TEST(fp_of_one_vcpu_and_its_thread)
{
	struct fp_thread t = { &vm, 1 };

	vm_create(&vm, 0);
	VM_LOAD(&vm, 0, fp);
	fp_thread(&t);
}

TEST_T(fp_of_many_vcpus_and_threads, 60)
{
	struct fp_thread t[6];
	pthread_t threads[6];
	struct vm other;
	unsigned int i;

	vm_create(&vm, 0);
	VM_LOAD(&vm, 0, fp);
	vm_create(&other, 0);
	VM_LOAD(&other, 0, fp);
	for (i = 0; i < 6; i++) {
		t[i] = (struct fp_thread){ i % 2 ? &other : &vm, i + 2 };
		pthread_create(&threads[i], NULL, fp_thread, &t[i]);
	}
	for (i = 0; i < 6; i++)
		pthread_join(threads[i], NULL);
}

/* FP in use in a guest that is preempted by others that use it too */
TEST_T(fp_under_preemption, 60)
{
	static struct vt vt[4];
	static struct vm vms[4];
	volatile u64 *data;
	double x = 1;
	int i, turn;

	for (i = 0; i < 4; i++) {
		vm_create(&vms[i], 0);
		VM_LOAD(&vms[i], 0, fp_spin);
		vt_start(&vt[i], &vms[i], 0);
		vt[i].page->state.arm64.x[1] = i + 0x1234567800;
		vt_go(&vt[i]);
	}
	for (turn = 0; turn < 1000; turn++) {
		for (i = 0; i < 2000; i++)
			x = x * 1.0000001 + i;
		if (turn % 100 == 0)
			sleep_ms(10);
	}
	EXPECT_TRUE(x > 1);
	for (i = 0; i < 4; i++) {
		ASSERT_OK(zx_kick(vt[i].vcpu));
		EXPECT_ERR(vt_wait(&vt[i]), ECANCELED);
		data = (u64 *)(vms[i].ram + DATA);
		EXPECT_EQ(data[0], 0);
		EXPECT_GT(data[1], 0);
	}
}
