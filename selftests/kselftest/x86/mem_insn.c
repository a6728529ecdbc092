// SPDX-License-Identifier: GPL-2.0
/* MEM packets of x86: the length of each kind of instruction */
#include "probe.h"

struct shape {
	u32 offset, length;
};

/* An instruction that accesses MMIO, and where it is, in a table */
#define SHAPE(insn) \
	"33: " insn "\n" \
	"34: .pushsection .rodata.shape_table, \"a\"\n" \
	".long 33b - snippet_shapes, 34b - 33b\n" \
	".popsection\n"

#define SHAPE_TABLE(label)						\
	asm(".pushsection .rodata.shape_table, \"a\"\n"		\
	    label ":\n"							\
	    ".popsection\n")

SHAPE_TABLE("shape_table");

#define ABS	STRING(MMIO)

SNIPPET(shapes,
	"mov $" ABS ", %ecx\n"
	"mov $" ABS ", %r9d\n"
	"mov $1, %edx\n"
	"mov $" ABS " - 0x12345678, %eax\n movslq %eax, %r10\n"
	/* Moves of each size */
	SHAPE("mov %al, (%rcx)") SHAPE("mov %ax, (%rcx)")
	SHAPE("mov %eax, (%rcx)") SHAPE("mov %rax, (%rcx)")
	SHAPE("mov %ah, (%rcx)") SHAPE("mov %sil, (%rcx)")
	SHAPE("mov %r8b, (%r9)") SHAPE("mov %r8, (%r9)")
	SHAPE("mov (%rcx), %al") SHAPE("mov (%rcx), %ax")
	SHAPE("mov (%rcx), %eax") SHAPE("mov (%rcx), %rax")
	SHAPE("mov (%r9), %r11") SHAPE("movzbl (%rcx), %eax")
	SHAPE("movzwq (%rcx), %rax") SHAPE("movsbw (%rcx), %ax")
	SHAPE("movslq (%rcx), %rax")
	/* Immediates: the last is of 12 bytes */
	SHAPE("movb $1, (%rcx)") SHAPE("movw $0x1234, (%rcx)")
	SHAPE("movl $0x12345678, (%rcx)") SHAPE("movq $0x12345678, (%rcx)")
	SHAPE("movq $0x12345678, " ABS)
	/* Ways to say where */
	SHAPE("mov %eax, 8(%rcx)") SHAPE("mov %eax, 0x12345678(%r10)")
	SHAPE("mov %eax, (%rcx,%rdx,4)") SHAPE("mov %eax, 4(%rcx,%rdx,8)")
	SHAPE("mov %eax, " ABS "(,%rdx,2)") SHAPE("addr32 mov %eax, (%ecx)")
	SHAPE("fs mov %eax, (%rcx)") SHAPE("movabs %al, " ABS)
	SHAPE("movabs " ABS ", %rax") SHAPE("addr32 mov %eax, " ABS)
	/* Read, change and write */
	SHAPE("add %eax, (%rcx)") SHAPE("addl $1, (%rcx)")
	SHAPE("addl $0x12345678, (%rcx)") SHAPE("add (%rcx), %eax")
	SHAPE("lock orb $1, (%rcx)") SHAPE("lock xadd %eax, (%rcx)")
	SHAPE("lock cmpxchg %eax, (%rcx)") SHAPE("lock cmpxchg8b (%rcx)")
	SHAPE("cmpxchg16b (%rcx)") SHAPE("xchg %eax, (%rcx)")
	SHAPE("lock incq (%rcx)") SHAPE("decw (%rcx)") SHAPE("notl (%rcx)")
	SHAPE("negq (%rcx)") SHAPE("shll $3, (%rcx)") SHAPE("shll %cl, (%r9)")
	SHAPE("testb $1, (%rcx)") SHAPE("testl $0x12345678, (%rcx)")
	SHAPE("test %eax, (%rcx)") SHAPE("cmpb $1, (%rcx)")
	SHAPE("cmp %rax, (%rcx)") SHAPE("btl $3, (%rcx)")
	SHAPE("lock btsl $3, (%rcx)") SHAPE("bsf (%rcx), %eax")
	SHAPE("imul $3, (%rcx), %eax") SHAPE("imull (%rcx)")
	SHAPE("shld $4, %edx, (%rcx)") SHAPE("sete (%rcx)")
	SHAPE("cmovne (%rcx), %eax") SHAPE("popcnt (%rcx), %eax")
	/* Stacks, strings, and other ways to store */
	SHAPE("push (%rcx)") SHAPE("pop (%rcx)")
	SHAPE("movnti %eax, (%rcx)")
	"mov $" ABS ", %edi\n mov $" ABS ", %esi\n"
	SHAPE("stosb") SHAPE("stosq") SHAPE("lodsl") SHAPE("rep stosl")
	"mov $" ABS ", %ecx\n"
	"mov $" ABS ", %esi\n mov $" STRING(DATA) ", %edi\n"
	SHAPE("movsb")
	"mov $" ABS ", %edi\n"
	SHAPE("scasb")
	/* SSE and x87 */
	SHAPE("movups %xmm0, (%rcx)") SHAPE("movdqa (%rcx), %xmm9")
	SHAPE("movd %xmm0, (%rcx)") SHAPE("movq %mm0, (%rcx)")
	SHAPE("pshufb (%rcx), %xmm1") SHAPE("palignr $3, (%rcx), %xmm1")
	SHAPE("cvtsi2sdq (%rcx), %xmm0") SHAPE("ldmxcsr (%rcx)")
	SHAPE("fldt (%rcx)") SHAPE("fistpll (%rcx)") SHAPE("fnstcw (%rcx)")
	"emms\n"
	/* Prefixes that say nothing, up to the limit of 15 bytes */
	SHAPE(".byte 0x66, 0x66, 0x2e, 0x3e\n mov %eax, (%rcx)")
	SHAPE(".byte 0x2e, 0x2e, 0x2e\n movq $0x12345678, " ABS)
	ASK);

SHAPE_TABLE("shape_table_end");

extern const struct shape shape_table[], shape_table_end[];

static void expect_mem(u64 addr, u64 rip, u32 length, u32 operand_size)
{
	struct zxvm_packet want;

	memset(&want, 0, sizeof(want));
	want.key = KEY_MMIO;
	want.type = ZXVM_PKT_GUEST_MEM;
	want.u.mem_x86.addr = addr;
	want.u.mem_x86.rip = rip;
	want.u.mem_x86.instruction_size = length;
	want.u.mem_x86.default_operand_size = operand_size;
	ASSERT_EQ(vm.pkt.type, want.type);
	EXPECT_EQ(vm.pkt.u.mem_x86.rip, rip);
	CHECK_(0, vm.pkt.u.mem_x86.instruction_size == length,
	       "instruction at %llx: length %u, not %u", rip,
	       vm.pkt.u.mem_x86.instruction_size, length);
	EXPECT_EQ(vm.pkt.u.mem_x86.default_operand_size, operand_size);
	EXPECT_EQ(memcmp(&vm.pkt, &want, sizeof(want)), 0);
}

TEST_T(length_of_each_shape, 60)
{
	const struct shape *shape;
	u64 addr;

	PROBE(shapes);
	for (shape = shape_table; shape < shape_table_end; shape++) {
		memset(&vm.pkt, 0xff, sizeof(vm.pkt));
		ASSERT_OK(vm_enter(&vm));
		ASSERT_EQ(vm.pkt.type, ZXVM_PKT_GUEST_MEM);
		addr = vm.pkt.u.mem_x86.addr;
		EXPECT_TRUE(addr >= MMIO && addr < MMIO + 16);
		expect_mem(addr, CODE + shape->offset, shape->length, 4);
	}
	EXPECT_ASK();
}

SNIPPET(twelve_bytes,
	"movq $0x12345678, " ABS "\n"
	"1: movq $0x12345678, " ABS "\n jmp 1b");

TEST(store_of_twelve_bytes)
{
	PROBE(twelve_bytes);
	ASSERT_OK(vm_enter(&vm));
	expect_mem(MMIO, CODE, 12, 4);
	ASSERT_OK(vm_enter(&vm));
	expect_mem(MMIO, CODE + 12, 12, 4);
}

SNIPPET(at_edge, "1: mov %rax, (%rcx)\n jmp 1b");

/* An instruction that lies on the edge of two pages of guest memory */
TEST(instruction_on_an_edge)
{
	static const u8 store[] = {
		0x48, 0xc7, 0x04, 0x25, 0x00, 0x00, 0x00, 0x10, 0x78, 0x56,
		0x34, 0x12,	/* movq $0x12345678, MMIO */
		0xeb, 0xfe,
	};
	unsigned int first;

	for (first = 1; first < 12; first++) {
		u64 at = CODE + PAGE - first;

		vm_create(&vm, 0);
		vm_load(&vm, at, store, store + sizeof(store));
		vm_vcpu(&vm, at);
		ASSERT_OK(vm_enter(&vm));
		expect_mem(MMIO, at, 12, 4);
		vm_close(&vm);
	}
}

/* Beyond what the tables of the guest have, and in the middle of the packet */
TEST(address_is_guest_physical)
{
	u64 *pml4;

	PROBE(at_edge);
	pml4 = (u64 *)(vm.ram + PML4);
	pml4[2] = PDPT | 0x27;
	ARG(1) = (2ULL << 39) + MMIO + 0x123;
	ASSERT_OK(vm_enter(&vm));
	expect_mem(MMIO + 0x123, CODE, 3, 4);
}

SNIPPET(cr3_in_packet,
	"mov $0x30000, %eax\n mov $" STRING(PML4) ", %ebx\n"
	"mov (%rbx), %rcx\n mov %rcx, (%rax)\n"
	"mov %rax, %cr3\n"
	"mov $" ABS ", %ecx\n"
	"1: mov %rax, (%rcx)\n"
	"jmp 1b");

TEST(cr3_of_the_guest)
{
	PROBE(cr3_in_packet);
	ASSERT_OK(vm_enter(&vm));
	ASSERT_EQ(vm.pkt.type, ZXVM_PKT_GUEST_MEM);
	EXPECT_EQ(vm.pkt.u.mem_x86.cr3, 0x30000);
}

/* At CPL 3, too */
SNIPPET(user_store,
	USER
	"mov $" ABS ", %ecx\n"
	"1: mov %rax, (%rcx)\n jmp 1b");

TEST(store_at_cpl_3)
{
	PROBE(user_store);
	ASSERT_OK(vm_enter(&vm));
	ASSERT_EQ(vm.pkt.type, ZXVM_PKT_GUEST_MEM);
	EXPECT_EQ(vm.pkt.u.mem_x86.addr, MMIO);
	EXPECT_EQ(vm.pkt.u.mem_x86.instruction_size, 3);
	EXPECT_EQ(vm.pkt.u.mem_x86.default_operand_size, 4);
}

/* Each kind of write rings a bell, and its address is exact */
SNIPPET(bells,
	"mov $" STRING(BELL) ", %ecx\n"
	"movb $1, 0x123(%rcx)\n"
	"mov %ax, 0xfe(%rcx)\n"
	"lock incl (%rcx)\n"
	"mov %rcx, %rdi\n stosb\n"
	"movups %xmm0, 0x10(%rcx)\n"
	"push (%rcx)\n"
	ASK);

TEST(bells_of_each_kind)
{
	static const u64 offsets[] = { 0x123, 0xfe, 0, 0, 0x10 };
	struct zxvm_packet pkt;
	unsigned int i;
	int err;

	PROBE(bells);
	vm_bell(&vm);
	/* A read comes last */
	err = vm_enter(&vm);
	EXPECT_ERR(err, EOPNOTSUPP);
	EXPECT_ASK();
	for (i = 0; i < ARRAY_SIZE(offsets); i++) {
		ASSERT_OK(zx_wait(vm.port, 0, &pkt));
		EXPECT_EQ(pkt.type, ZXVM_PKT_GUEST_BELL);
		EXPECT_EQ(pkt.key, KEY_BELL);
		EXPECT_EQ(pkt.u.bell.addr, BELL + offsets[i]);
	}
	EXPECT_ERR(zx_wait(vm.port, 0, &pkt), ETIMEDOUT);
}

/* Beyond the guest: only a CPU whose addresses are as long can form it */
TEST(address_beyond_the_guest)
{
	u32 regs[4];
	u64 *pdpt;
	int err;

	host_cpuid(0x80000008, 0, regs);
	PROBE(at_edge);
	pdpt = (u64 *)(vm.ram + 0x30000);
	((u64 *)(vm.ram + PML4))[2] = 0x30000 | 0x27;
	/* The last page that the CPU's addresses reach */
	pdpt[0] = ((1ULL << (regs[0] & 0xff)) - (1ULL << 30)) | 0xe7;
	ARG(1) = (2ULL << 39) + (1ULL << 30) - 8;
	err = vm_enter(&vm);
	EXPECT_ERR(err, (regs[0] & 0xff) > 48 ? ERANGE : ENOENT);
	ARG(1) = DATA;
}
