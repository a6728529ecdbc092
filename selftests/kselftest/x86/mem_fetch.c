// SPDX-License-Identifier: GPL-2.0
/*
 * What was found out about an instruction holds no longer than all that it
 * depends on. Where the CPU tells the length, nothing has to be found out.
 */
#include <sys/mman.h>

#include "probe.h"

static const u8 two[] = { 0x89, 0x01 };		/* mov %eax, (%rcx) */
static const u8 six[] = { 0xc7, 0x01, 1, 0, 0, 0 };
static const u8 seven[] = { 0xc7, 0x41, 0, 1, 0, 0, 0 };
/* These differ in what is behind the first eight bytes */
#define EIGHT	0x2e, 0x2e, 0x2e, 0x2e, 0x2e, 0x2e, 0x2e, 0x2e
static const u8 ten[] = { EIGHT, 0x89, 0x01 };
static const u8 fourteen[] = { EIGHT, 0xc7, 0x01, 1, 0, 0, 0 };

#define SLOT_SIZE	16
#define FILL(slot, store)	fill(slot, store, sizeof(store))

/* Room for a store, and a guest that runs on */
static void fill(u8 *slot, const u8 *store, size_t size)
{
	memset(slot, 0x90, SLOT_SIZE);
	memcpy(slot, store, size);
}

/* A page of code that the guest's own tables move */
#define OTHER_CODE	0x12000
#define PD		0x30000
#define PT		0x31000
#define PML4_B		0x32000		/* another way, to OTHER_CODE */
#define PDPT_B		0x33000
#define PD_B		0x34000
#define PT_B		0x35000
#define SLOT		0x80000040	/* by the third entry of PDPT */

/* Runs where the guest's tables say, with RBX in CR3 */
SNIPPET(slot,
	"mov $" STRING(MMIO) ", %ecx\n"
	"mov $" STRING(SLOT) ", %eax\n"
	"jmp *%rax\n"
	".balign 64\n"
	"1: .fill 16, 1, 0x90\n"
	ASK
	"mov %rbx, %cr3\n"
	"jmp 1b");

static void link_tables(u64 pdpt, u64 pd, u64 pt, u64 page)
{
	*(u64 *)(vm.ram + pdpt + 2 * 8) = pd | 3;
	*(u64 *)(vm.ram + pd) = pt | 3;
	*(u64 *)(vm.ram + pt) = page | 3;
}

static void expect_length(u32 length)
{
	ASSERT_OK(vm_enter(&vm));
	ASSERT_EQ(vm.pkt.type, ZXVM_PKT_GUEST_MEM);
	EXPECT_EQ(vm.pkt.u.mem_x86.addr, MMIO);
	EXPECT_EQ(vm.pkt.u.mem_x86.rip, SLOT);
	EXPECT_EQ(vm.pkt.u.mem_x86.instruction_size, length);
	EXPECT_ASK();
}

static void slot_create(void)
{
	probe_load(&vm, snippet_slot, snippet_slot_end);
	vm_load(&vm, OTHER_CODE, snippet_slot, snippet_slot_end);
	link_tables(PDPT, PD, PT, CODE);
	FILL(vm.ram + CODE + SLOT % PAGE, two);
	FILL(vm.ram + OTHER_CODE + SLOT % PAGE, six);
	vm_vcpu(&vm, ENTRY);
}

TEST(instruction_changes)
{
	u8 *code;
	int i;

	slot_create();
	code = vm.ram + CODE + SLOT % PAGE;
	for (i = 0; i < 3; i++)
		expect_length(2);
	FILL(code, seven);
	expect_length(7);
	FILL(code, ten);
	expect_length(10);
	FILL(code, fourteen);
	expect_length(14);
	FILL(code, ten);
	expect_length(10);
}

TEST(tables_of_an_instruction_change)
{
	u64 *entry;

	slot_create();
	expect_length(2);
	entry = (u64 *)(vm.ram + PT);
	*entry = OTHER_CODE | 3;
	expect_length(6);
	*entry = CODE | 3;
	expect_length(2);
	/* Another table of each level, and all of them */
	link_tables(PDPT_B, PD_B, PT_B, OTHER_CODE);
	entry = (u64 *)(vm.ram + PD);
	*entry = PT_B | 3;
	expect_length(6);
	*entry = PT | 3;
	expect_length(2);
	entry = (u64 *)(vm.ram + PDPT) + 2;
	*entry = PD_B | 3;
	expect_length(6);
	*entry = PD | 3;
	expect_length(2);
	memcpy(vm.ram + PDPT_B, vm.ram + PDPT, 2 * sizeof(u64));
	entry = (u64 *)(vm.ram + PML4);
	*entry = PDPT_B | 3;
	expect_length(6);
	*entry = PDPT | 3;
	expect_length(2);
	*(u64 *)(vm.ram + PML4_B) = PDPT_B | 3;
	ARG(3) = PML4_B;
	expect_length(6);
	ARG(3) = PML4;
	expect_length(2);
}

TEST(memory_of_an_instruction_changes)
{
	u8 *page;

	slot_create();
	expect_length(2);
	page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_TRUE(page != MAP_FAILED);
	memcpy(page, vm.ram + OTHER_CODE, PAGE);
	ASSERT_OK(zx_map(vm.vmar, RWX | ZXVM_VM_SPECIFIC_OVERWRITE, CODE, page,
			 PAGE));
	expect_length(6);
	/* What the process has there */
	ASSERT_TRUE(mmap(page, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE |
			 MAP_ANONYMOUS | MAP_FIXED, -1, 0) == page);
	memcpy(page, vm.ram + CODE, PAGE);
	expect_length(2);
}

/* With the first of its bytes alone it is in one page. */
TEST(instruction_grows_over_an_edge)
{
	static const u8 small[] = {
		0x89, 0x01, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90, 0x90,
		0xeb, 0xf4,	/* back to the first */
	};
	static const u8 large[] = { 0xc7, 0x81, 0, 0, 0, 0, 1, 0, 0, 0 };
	u64 at = CODE + PAGE - 2;
	int i;

	vm_create(&vm, 0);
	vm_load(&vm, at, small, small + sizeof(small));
	vm_vcpu(&vm, at);
	ARG(1) = MMIO;
	for (i = 0; i < 8; i++) {
		if (i % 4 == 2)
			memcpy(vm.ram + at, large, sizeof(large));
		else if (i % 4 == 0)
			memcpy(vm.ram + at, small, sizeof(small));
		ASSERT_OK(vm_enter(&vm));
		ASSERT_EQ(vm.pkt.type, ZXVM_PKT_GUEST_MEM);
		EXPECT_EQ(vm.pkt.u.mem_x86.instruction_size,
			  i % 4 < 2 ? 2 : sizeof(large));
	}
}

/* The same bytes: 64-bit code has an address of 8 bytes in them */
SNIPPET(widths,
	"mov $" STRING(DATA) ", %eax\n"
	"jmp 1f\n"
	".balign 64\n"
	"0: .byte 0xa3\n .long " STRING(MMIO) ", 0\n"
	"jmp *%rdi\n"
	"1: lea 2f(%rip), %rdi\n"
	"jmp 0b\n"
	"2: lea 3f(%rip), %rdi\n"
	"push $" STRING(KERNEL_CS32) "\n"
	"lea 0b(%rip), %rbx\n"
	"push %rbx\n"
	"lretq\n"
	".code32\n"
	"3: ljmp $" STRING(KERNEL_CS) ", $(" STRING(CODE) " + 1b - snippet_widths)\n"
	".code64\n");

TEST(code_of_two_widths)
{
	int i;

	PROBE(widths);
	for (i = 0; i < 6; i++) {
		ASSERT_OK(vm_enter(&vm));
		ASSERT_EQ(vm.pkt.type, ZXVM_PKT_GUEST_MEM);
		EXPECT_EQ(vm.pkt.u.mem_x86.rip, CODE + 64);
		EXPECT_EQ(vm.pkt.u.mem_x86.instruction_size, i & 1 ? 5 : 9);
	}
}

/*
 * 32-bit code: a page at the same linear address is LOW or OTHER_CODE, as CR0,
 * CR3 and CR4 say. In another segment it is the next. Of several places in the
 * page there is one at least whose instruction is still known after those that
 * write the control registers.
 */
#define REAL		0x40000		/* where it starts, in real mode */
#define TRAP		0x50000
#define LOW		0x212000
#define PLACE		0x100		/* from one place to the next */
#define FLAT		0x08
#define FROM_1000	0x18
#define DIR		0x30000		/* with PSE, a page of 4 MiB */
#define DIR_B		0x31000		/* a table, at 0 */
#define FOUR		0x32000		/* PDPTEs of PAE; in long mode, a PML4 */
#define DIR_PAE		0x33000		/* in long mode, a PDPT */

#define PE_PG		0x80000001
#define PSE		0x10
#define PAE		0x20
#define LME		0x100

SNIPPET(paging,
	".code16\n"
	"91: lgdtl %cs:(95f - 91b)\n"
	"mov %cr0, %eax\n or $1, %eax\n mov %eax, %cr0\n"
	"ljmpl $8, $(" STRING(REAL) " + 92f - 91b)\n"
	".code32\n"
	"92: mov $0x10, %eax\n mov %eax, %ds\n mov %eax, %ss\n"
	"mov $" STRING(STACK) ", %esp\n"
	"93: mov $1, %eax\n mov %eax, %cr0\n"
	"out %al, $0x80\n"
	"push $8\n push $(" STRING(REAL) " + 93b - 91b)\n"
	"push %edx\n push %esi\n"
	"mov %ecx, %esi\n mov $0xc0000080, %ecx\n rdmsr\n"
	"and $~" STRING(LME) ", %eax\n or %esi, %eax\n wrmsr\n"
	"mov $" STRING(TRAP) ", %ecx\n"
	"mov %ebp, %cr4\n mov %edi, %cr3\n mov %ebx, %cr0\n"
	"lret\n"
	".balign 8\n"
	"94: .quad 0, 0x00cf9b000000ffff, 0x00cf93000000ffff\n"
	".quad 0x00cf9b001000ffff\n"
	"95: .word 95b - 94b - 1\n .long " STRING(REAL) " + 94b - 91b\n"
	".code64\n");

/* A neighbour differs in one thing. */
static const struct step {
	u32 cr0, cr3, cr4, efer, cs, length;
} steps[] = {
	{ 1, DIR, 0, 0, FLAT, 2 },
	{ PE_PG, DIR, 0, 0, FLAT, 6 },
	{ PE_PG, DIR, PSE, 0, FLAT, 2 },
	{ PE_PG, DIR_B, PSE, 0, FLAT, 6 },
	{ PE_PG, DIR_B, PSE, 0, FROM_1000, 7 },
	{ 1, DIR_B, PSE, 0, FROM_1000, 7 },
	{ 1, DIR_B, PSE, 0, FLAT, 2 },
}, pae_steps[] = {
	{ PE_PG, FOUR, PAE, 0, FLAT, 6 },
	{ PE_PG, FOUR, PAE, LME, FLAT, 2 },
	{ PE_PG, FOUR, PAE, 0, FLAT, 6 },
};

static void fill_tables(void)
{
	u32 *table = (u32 *)vm.ram, i;

	for (i = 0; i < 1024; i++)
		table[i] = i * PAGE | 3;
	table[LOW / PAGE] = OTHER_CODE | 3;
	*(u32 *)(vm.ram + DIR) = 0x83;
	*(u32 *)(vm.ram + DIR_B) = 3;
	((u64 *)(vm.ram + DIR_PAE))[0] = 0x83;
	((u64 *)(vm.ram + DIR_PAE))[1] = 0x83;
}

static void fill_code(u8 *page, const u8 *store, size_t size)
{
	u8 *slot;

	for (slot = page; slot < page + PAGE; slot += PLACE) {
		fill(slot, store, size);
		slot[SLOT_SIZE] = 0xcb;		/* lret */
	}
}

static struct vt first;

static void take_step(int vcpu, const struct step *step, u32 rip)
{
	struct zxvm_vcpu_page *page = zx_page(vcpu);

	ASSERT_OK(zx_enter(vcpu, &vm.pkt));
	ASSERT_EQ(vm.pkt.type, ZXVM_PKT_GUEST_IO);
	page->state.x86.rbx = step->cr0;
	page->state.x86.rdi = step->cr3;
	page->state.x86.rbp = step->cr4;
	page->state.x86.rdx = step->cs;
	page->state.x86.rsi = rip;
	page->state.x86.rcx = step->efer;
	/* Not as long mode leaves it: in a PDPTE the bit for accesses is 0. */
	*(u64 *)(vm.ram + FOUR) = DIR_PAE | 1;
	munmap(page, ZXVM_VCPU_PAGE_SIZE);
	ASSERT_OK(zx_enter(vcpu, &vm.pkt));
	ASSERT_EQ(vm.pkt.type, ZXVM_PKT_GUEST_MEM);
	EXPECT_EQ(vm.pkt.u.mem_x86.addr, TRAP);
	EXPECT_EQ(vm.pkt.u.mem_x86.rip, rip);
	CHECK_(0, vm.pkt.u.mem_x86.instruction_size == step->length,
	       "CR0 %x, CR3 %x, CR4 %x, EFER %x: length %u, not %u", step->cr0,
	       step->cr3, step->cr4, step->efer,
	       vm.pkt.u.mem_x86.instruction_size, step->length);
}

static void take_steps(const struct step *first_step, const struct step *end)
{
	const struct step *step;
	u8 *pages;
	int vcpu;
	u32 rip;

	vm_create(&vm, 0);
	vm_load(&vm, REAL, snippet_paging, snippet_paging_end);
	fill_tables();
	pages = vm_alloc(2 * PAGE);
	ASSERT_OK(zx_map(vm.vmar, RWX | ZXVM_VM_SPECIFIC, LOW, pages,
			 2 * PAGE));
	fill_code(pages, two, sizeof(two));
	fill_code(pages + PAGE, seven, sizeof(seven));
	fill_code(vm.ram + OTHER_CODE, six, sizeof(six));
	ASSERT_OK(zx_trap(vm.guest, ZXVM_TRAP_IO, 0x80, 1, -1, 1));
	ASSERT_OK(zx_trap(vm.guest, ZXVM_TRAP_MEM, TRAP, PAGE, -1, 2));
	vt_start(&first, &vm, ENTRY);
	ASSERT_OK(zx_vcpu_create(vm.guest, REAL, &vcpu));
	for (rip = LOW; rip < LOW + PAGE; rip += PLACE)
		for (step = first_step; step < end; step++)
			take_step(vcpu, step, rip);
}

TEST(modes_of_32_bit_code)
{
	take_steps(steps, steps + ARRAY_SIZE(steps));
}

TEST(pae_and_long_mode)
{
	if (qemu())
		SKIP("SVM of QEMU sets the bit for accesses in a PDPTE, where it is reserved");
	take_steps(pae_steps, pae_steps + ARRAY_SIZE(pae_steps));
}
