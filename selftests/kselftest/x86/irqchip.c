// SPDX-License-Identifier: GPL-2.0
/* The in-kernel APICs as a guest sees them, and lines, MSIs, eventfds */
#include <sys/eventfd.h>
#include <sys/mman.h>

#include "zx.h"
#include "x86/guests/apic.h"

#define LAPIC		0xfee00000u
#define IOAPIC		0xfec00000u
#define APIC_BASE	0x1b
#define TSC_DEADLINE	0x6e0
#define BASE_X2		(LAPIC | 0xc00)

#define ID		0x20
#define VERSION		0x30
#define TPR		0x80
#define PPR		0xa0
#define EOI		0xb0
#define SVR		0xf0
#define ESR		0x280
#define ICR		0x300
#define ICR_HIGH	0x310
#define LVT_TIMER	0x320
#define COUNT		0x380
#define CURRENT		0x390
#define DIVIDE		0x3e0

#define LEVEL		0x8000
#define NO_EOI		0
#define EOI_PAGE	1
#define EOI_MSR		2
#define EOI_QUIET	3
#define GP		13

extern const char guest_apic[], guest_apic_ap[];

static struct vt cpu[4];

static void next(struct vt *c, u32 where)
{
	ASSERT_OK(vt_enter(c));
	EXPECT_MEM(&c->pkt, where);
}

#define EXPECT_TELL(c, where, value)					\
	do {								\
		next(c, where);						\
		EXPECT_EQ(TOLD(c), value);				\
	} while (0)

/* The guest has asked; it does this next */
static void start(struct vt *c, u32 op, u64 address, u64 value)
{
	PAGE_ARG(c->page, 0) = value & 0xffffffff;
	PAGE_ARG(c->page, 1) = address;
	PAGE_ARG(c->page, 2) = op == OP_WRMSR ? value >> 32 : value;
	PAGE_ARG(c->page, 3) = op;
}

static void do_op(struct vt *c, u32 op, u64 address, u64 value)
{
	start(c, op, address, value);
	next(c, TELL_DONE);
}

static u64 told_by(struct vt *c, u32 op, u64 address)
{
	u64 value;

	start(c, op, address, 0);
	next(c, TELL_A);
	value = TOLD(c);
	next(c, TELL_DONE);
	return value;
}

static u32 rd(struct vt *c, u32 reg)
{
	return told_by(c, OP_READ, LAPIC + reg);
}

static void wr(struct vt *c, u32 reg, u32 value)
{
	do_op(c, OP_WRITE, LAPIC + reg, value);
}

static u64 rdmsr(struct vt *c, u32 msr)
{
	return told_by(c, OP_RDMSR, msr);
}

static void wrmsr(struct vt *c, u32 msr, u64 value)
{
	do_op(c, OP_WRMSR, msr, value);
}

static void expect_fault(struct vt *c, u32 op, u32 msr, u64 value)
{
	start(c, op, msr, value);
	EXPECT_TELL(c, TELL_B, GP);
	next(c, TELL_DONE);
}

static void set_eoi(struct vt *c, u32 how)
{
	c->page->state.x86.r12 = how;
}

/* The next operation lets exactly this interrupt in */
static void expect_irq(struct vt *c, u32 op, u8 vector)
{
	start(c, op, 0, 0);
	EXPECT_TELL(c, TELL_C, vector);
	next(c, TELL_DONE);
}

static void expect_none(struct vt *c)
{
	do_op(c, OP_WINDOW, 0, 0);
}

/* @n VCPUs; the first has asked and has its APIC enabled */
static void boot(int n)
{
	int i;

	vm_create(&vm, ZXVM_GUEST_IRQCHIP);
	VM_LOAD(&vm, ENTRY, apic);
	for (i = 0; i < n; i++)
		vt_start(&cpu[i], &vm, ENTRY);
	next(&cpu[0], TELL_DONE);
	wr(&cpu[0], SVR, 0x1ff);
	set_eoi(&cpu[0], EOI_PAGE);
}

static void boot_one(void)
{
	boot(1);
}

static void to_x2apic(struct vt *c)
{
	wrmsr(c, APIC_BASE, BASE_X2 | (c == cpu ? 0x100 : 0));
	set_eoi(c, EOI_MSR);
}

static void send(struct vt *c, u32 dest, u32 icr)
{
	wr(c, ICR_HIGH, dest << 24);
	wr(c, ICR, icr);
}

/* VCPU @i waits in enter for INIT and SIPI; then it asks, APIC enabled */
static void start_ap(int i)
{
	struct vt *c = &cpu[i];

	vt_go(c);
	vt_asleep(c);
	send(&cpu[0], i, 0xc500);
	send(&cpu[0], i, 0x4600 | START >> 12);
	ASSERT_OK(vt_wait(c));
	EXPECT_MEM(&c->pkt, TELL_START);
	memset(&c->page->state, 0, sizeof(c->page->state));
	c->page->state.x86.r15 = ENTRY + (guest_apic_ap - guest_apic);
	next(c, TELL_DONE);
	wr(c, SVR, 0x1ff);
	set_eoi(c, EOI_PAGE);
}

static void io_write(u32 reg, u32 value)
{
	do_op(&cpu[0], OP_WRITE, IOAPIC, reg);
	do_op(&cpu[0], OP_WRITE, IOAPIC + 0x10, value);
}

static u32 io_read(u32 reg)
{
	do_op(&cpu[0], OP_WRITE, IOAPIC, reg);
	return told_by(&cpu[0], OP_READ, IOAPIC + 0x10);
}

static void route(u32 pin, u32 low, u32 dest)
{
	io_write(0x11 + 2 * pin, dest << 24);
	io_write(0x10 + 2 * pin, low);
}

static int set_line(u32 line, u32 level)
{
	struct zxvm_line arg = { line, level };

	return zx_ioctl(vm.guest, ZXVM_GUEST_SET_LINE, &arg);
}

static int msi(int guest, u64 address, u32 data, u32 flags)
{
	struct zxvm_msi arg = { address, data, flags };

	return zx_ioctl(guest, ZXVM_GUEST_MSI, &arg);
}

static int irqfd(int fd, u32 line, u32 flags, int resamplefd)
{
	struct zxvm_irqfd arg = { fd, line, flags, resamplefd };

	return zx_ioctl(vm.guest, ZXVM_GUEST_IRQFD, &arg);
}

static void signal_fd(int fd)
{
	ASSERT_EQ(eventfd_write(fd, 1), 0);
}

static u64 count_of(int fd)
{
	eventfd_t value = 0;

	eventfd_read(fd, &value);
	return value;
}

TEST(arguments)
{
	struct zxvm_guest_create arg = { .options = ZXVM_GUEST_IRQCHIP };

	arg.irqchip_lines = 32;
	EXPECT_EQ(try_guest_create(&arg), EINVAL);
	arg.irqchip_lines = 24;
	arg.irqchip_base[0] = IOAPIC;
	EXPECT_EQ(try_guest_create(&arg), EINVAL);
	arg.irqchip_base[0] = 0;
	arg.irqchip_base[1] = 1;
	EXPECT_EQ(try_guest_create(&arg), EINVAL);
	arg.irqchip_base[1] = 0;
	EXPECT_OK(try_guest_create(&arg));
	vm_create(&vm, ZXVM_GUEST_IRQCHIP);
	EXPECT_EQ(zx_trap(vm.guest, ZXVM_TRAP_MEM, LAPIC, PAGE, -1, 1),
		  EEXIST);
	EXPECT_EQ(zx_trap(vm.guest, ZXVM_TRAP_MEM, IOAPIC, PAGE, -1, 1),
		  EEXIST);
	EXPECT_EQ(set_line(24, 1), EINVAL);
	EXPECT_OK(set_line(23, 1));
}

TEST_F(xapic_registers, boot_one)
{
	struct vt *c = &cpu[0];

	EXPECT_EQ(rdmsr(c, APIC_BASE), LAPIC | 0x900);
	EXPECT_EQ(rd(c, ID), 0);
	EXPECT_EQ(rd(c, VERSION), 0x01060015);
	EXPECT_EQ(told_by(c, OP_READ_BYTE, LAPIC + VERSION + 2), 6);
	EXPECT_EQ(rd(c, SVR), 0x1ff);
	wr(c, TPR, 0x55);
	EXPECT_EQ(rd(c, TPR), 0x55);
	EXPECT_EQ(rd(c, PPR), 0x55);
	EXPECT_EQ(told_by(c, OP_GET_CR8, 0), 5);
	do_op(c, OP_SET_CR8, 0, 3);
	EXPECT_EQ(rd(c, TPR), 0x30);
	expect_fault(c, OP_RDMSR, 0x803, 0);
	expect_fault(c, OP_WRMSR, APIC_BASE, LAPIC | 0x400);
	expect_fault(c, OP_WRMSR, APIC_BASE, 0xfed00900);
	/* What is no plain load or store is not for the kernel. */
	start(c, OP_OR, LAPIC + TPR, 1);
	EXPECT_EQ(vt_enter(c), EOPNOTSUPP);
}

TEST_F(x2apic_registers, boot_one)
{
	struct vt *c = &cpu[0];

	wr(c, TPR, 0x20);
	to_x2apic(c);
	EXPECT_EQ(rdmsr(c, APIC_BASE), BASE_X2 | 0x100);
	EXPECT_EQ(rdmsr(c, 0x802), 0);
	EXPECT_EQ(rdmsr(c, 0x803), 0x01060015);
	EXPECT_EQ(rdmsr(c, 0x808), 0x20);
	EXPECT_EQ(rdmsr(c, 0x80d), 1);
	EXPECT_EQ(rdmsr(c, 0x80f), 0x1ff);
	wrmsr(c, 0x830, 0x500004000);
	EXPECT_EQ(rdmsr(c, 0x830), 0x500004000);
	expect_fault(c, OP_RDMSR, 0x80e, 0);
	expect_fault(c, OP_RDMSR, 0x80b, 0);
	expect_fault(c, OP_WRMSR, 0x80b, 1);
	expect_fault(c, OP_WRMSR, 0x808, 0x100);
	expect_fault(c, OP_WRMSR, 0x803, 0);
	expect_fault(c, OP_RDMSR, 0x8ff, 0);
	expect_fault(c, OP_WRMSR, APIC_BASE, LAPIC | 0x900);
	EXPECT_EQ(rd(c, VERSION), 0xffffffff);
	wrmsr(c, APIC_BASE, LAPIC | 0x100);
	expect_fault(c, OP_RDMSR, 0x803, 0);
	expect_fault(c, OP_WRMSR, APIC_BASE, BASE_X2 | 0x100);
	wrmsr(c, APIC_BASE, LAPIC | 0x900);
	EXPECT_EQ(rd(c, SVR), 0xff);
}

TEST_F(self_ipis_by_priority, boot_one)
{
	struct vt *c = &cpu[0];

	wr(c, ICR, 0x44000 | 0x41);
	wr(c, ICR, 0x44000 | 0x91);
	start(c, OP_WINDOW, 0, 0);
	EXPECT_TELL(c, TELL_C, 0x91);
	EXPECT_TELL(c, TELL_C, 0x41);
	next(c, TELL_DONE);
	expect_none(c);
	/* In service, and never ended: nothing of its class or below */
	set_eoi(c, NO_EOI);
	wr(c, ICR, 0x44000 | 0x51);
	expect_irq(c, OP_WINDOW, 0x51);
	set_eoi(c, EOI_PAGE);
	wr(c, ICR, 0x44000 | 0x5f);
	expect_none(c);
	EXPECT_EQ(rd(c, PPR), 0x50);
	wr(c, ICR, 0x44000 | 0x60);
	expect_irq(c, OP_WINDOW, 0x60);
	wr(c, EOI, 0);
	expect_irq(c, OP_WINDOW, 0x5f);
	/* x2APIC has a register for it. */
	to_x2apic(c);
	wrmsr(c, 0x83f, 0x77);
	expect_irq(c, OP_WINDOW, 0x77);
}

/* All by MSRs: priorities, TPR, what is in service, errors, the timer */
TEST_F(x2apic_delivery, boot_one)
{
	struct vt *c = &cpu[0];

	to_x2apic(c);
	wrmsr(c, 0x83f, 0x41);
	wrmsr(c, 0x83f, 0x91);
	start(c, OP_WINDOW, 0, 0);
	EXPECT_TELL(c, TELL_C, 0x91);
	EXPECT_TELL(c, TELL_C, 0x41);
	next(c, TELL_DONE);
	wrmsr(c, 0x808, 0x60);
	wrmsr(c, 0x83f, 0x61);
	expect_none(c);
	EXPECT_EQ(rdmsr(c, 0x823), 2);
	wrmsr(c, 0x808, 0x5f);
	expect_irq(c, OP_WINDOW, 0x61);
	EXPECT_EQ(rdmsr(c, 0x823), 0);
	do_op(c, OP_SET_CR8, 0, 8);
	wrmsr(c, 0x830, 0x44000 | 0x81);
	expect_none(c);
	EXPECT_EQ(rdmsr(c, 0x808), 0x80);
	do_op(c, OP_SET_CR8, 0, 0);
	expect_irq(c, OP_HALT, 0x81);
	/* In service */
	set_eoi(c, NO_EOI);
	wrmsr(c, 0x83f, 0x51);
	expect_irq(c, OP_WINDOW, 0x51);
	EXPECT_EQ(rdmsr(c, 0x812), 1 << 17);
	EXPECT_EQ(rdmsr(c, 0x80a), 0x50);
	set_eoi(c, EOI_MSR);
	wrmsr(c, 0x83f, 0x5f);
	expect_none(c);
	wrmsr(c, 0x80b, 0);
	EXPECT_EQ(rdmsr(c, 0x812), 0);
	expect_irq(c, OP_HALT, 0x5f);
	/* No APIC delivers vector 7. */
	wrmsr(c, 0x837, 0xfe);
	wrmsr(c, 0x83f, 7);
	expect_irq(c, OP_WINDOW, 0xfe);
	wrmsr(c, 0x828, 0);
	EXPECT_EQ(rdmsr(c, 0x828), 0x60);
	expect_fault(c, OP_WRMSR, 0x83f, 0x151);
	expect_fault(c, OP_WRMSR, 0x808, 1ULL << 32);
	expect_fault(c, OP_RDMSR, 0x83f, 0);
	expect_fault(c, OP_RDMSR, 0x809, 0);
	wrmsr(c, 0x83e, 0xb);
	wrmsr(c, 0x832, 0x40);
	wrmsr(c, 0x838, 1000000);
	expect_irq(c, OP_HALT, 0x40);
	EXPECT_EQ(rdmsr(c, 0x839), 0);
	expect_none(c);
}

/* What is pending and in service while the mode changes */
TEST(x2apic_comes_and_goes)
{
	struct vt *c = &cpu[0];

	boot(2);
	set_eoi(c, NO_EOI);
	wr(c, ICR, 0x44000 | 0x51);
	expect_irq(c, OP_WINDOW, 0x51);
	wr(c, ICR, 0x44000 | 0x5f);
	to_x2apic(c);
	expect_none(c);
	wrmsr(c, 0x80b, 0);
	expect_irq(c, OP_WINDOW, 0x5f);
	/* Nothing is accepted while software has it disabled. */
	wrmsr(c, 0x80f, 0xff);
	wrmsr(c, 0x83f, 0x77);
	wrmsr(c, 0x80f, 0x1ff);
	expect_none(c);
	wrmsr(c, 0x83f, 0x78);
	wrmsr(c, APIC_BASE, LAPIC | 0x100);
	wrmsr(c, APIC_BASE, LAPIC | 0x900);
	wr(c, SVR, 0x1ff);
	set_eoi(c, EOI_PAGE);
	expect_none(c);
	wr(c, ICR, 0x44000 | 0x79);
	expect_irq(c, OP_WINDOW, 0x79);
	/* INIT forgets, and keeps the mode. */
	start_ap(1);
	c = &cpu[1];
	/* In both modes */
	wr(c, ICR, 0x44000 | 0x90);
	expect_irq(c, OP_WINDOW, 0x90);
	to_x2apic(c);
	set_eoi(c, NO_EOI);
	wrmsr(c, 0x83f, 0x91);
	expect_irq(c, OP_WINDOW, 0x91);
	wrmsr(c, 0x83f, 0x92);
	start(c, OP_SPIN, 0, 0);
	vt_go(c);
	sleep_ms(20);
	send(&cpu[0], 1, 0xc500);
	vt_asleep(c);
	send(&cpu[0], 1, 0x4600 | START >> 12);
	ASSERT_OK(vt_wait(c));
	EXPECT_MEM(&c->pkt, TELL_START);
	memset(&c->page->state, 0, sizeof(c->page->state));
	c->page->state.x86.r15 = ENTRY + (guest_apic_ap - guest_apic);
	next(c, TELL_DONE);
	set_eoi(c, EOI_MSR);
	EXPECT_EQ(rdmsr(c, 0x80f), 0xff);
	EXPECT_EQ(rdmsr(c, 0x814), 0);
	wrmsr(c, 0x80f, 0x1ff);
	expect_none(c);
	wrmsr(c, 0x83f, 0x31);
	expect_irq(c, OP_WINDOW, 0x31);
}

/* TPR holds back, and MOV to CR8 lets go */
TEST_F(task_priority, boot_one)
{
	struct vt *c = &cpu[0];

	wr(c, TPR, 0x60);
	wr(c, ICR, 0x44000 | 0x61);
	expect_none(c);
	wr(c, TPR, 0x5f);
	expect_irq(c, OP_WINDOW, 0x61);
	do_op(c, OP_SET_CR8, 0, 8);
	wr(c, ICR, 0x44000 | 0x81);
	expect_none(c);
	do_op(c, OP_SET_CR8, 0, 7);
	expect_irq(c, OP_WINDOW, 0x81);
	/* Held back by MOV to CR8 while it was ready already */
	wr(c, ICR, 0x44000 | 0x81);
	do_op(c, OP_SET_CR8, 0, 15);
	expect_none(c);
	do_op(c, OP_SET_CR8, 0, 0);
	expect_irq(c, OP_WINDOW, 0x81);
}

TEST_F(errors, boot_one)
{
	struct vt *c = &cpu[0];

	wr(c, 0x370, 0xfe);
	wr(c, ICR, 0x44000 | 7);
	expect_irq(c, OP_WINDOW, 0xfe);
	rd(c, 0x40);
	expect_none(c);
	wr(c, ESR, 0);
	EXPECT_EQ(rd(c, ESR), 0xa0);
	wr(c, ESR, 0);
	EXPECT_EQ(rd(c, ESR), 0);
}

TEST_F(timer_modes, boot_one)
{
	struct vt *c = &cpu[0];
	int i;

	wr(c, DIVIDE, 0xb);
	wr(c, LVT_TIMER, 0x40);
	wr(c, COUNT, 1000000);
	EXPECT_TRUE(rd(c, CURRENT) < 1000000);
	expect_irq(c, OP_HALT, 0x40);
	EXPECT_EQ(rd(c, CURRENT), 0);
	expect_none(c);
	wr(c, LVT_TIMER, 0x20041);
	wr(c, COUNT, 20000000);
	for (i = 0; i < 5; i++)
		expect_irq(c, OP_HALT, 0x41);
	wr(c, LVT_TIMER, 0x40042);
	EXPECT_EQ(rd(c, COUNT), 0);
	expect_none(c);
	/* The past, at once; then a time far ahead, read back and stopped */
	wrmsr(c, TSC_DEADLINE, 1);
	expect_irq(c, OP_HALT, 0x42);
	EXPECT_EQ(rdmsr(c, TSC_DEADLINE), 0);
	wrmsr(c, TSC_DEADLINE, 1ULL << 62);
	EXPECT_EQ(rdmsr(c, TSC_DEADLINE), 1ULL << 62);
	wrmsr(c, TSC_DEADLINE, 0);
	expect_none(c);
	/* One that comes while the guest runs, not halted */
	wrmsr(c, TSC_DEADLINE, __builtin_ia32_rdtsc() + 2000000);
	start(c, OP_SPIN, 0, 0);
	EXPECT_TELL(c, TELL_C, 0x42);
}

/* The shortest period there is: the VCPU is busy, the host is not stuck */
TEST_F(shortest_period, boot_one)
{
	struct vt *c = &cpu[0];
	int i;

	wr(c, DIVIDE, 0xb);
	wr(c, LVT_TIMER, 0x20041);
	wr(c, COUNT, 1);
	start(c, OP_SPIN, 0, 0);
	for (i = 0; i < 100; i++)
		EXPECT_TELL(c, TELL_C, 0x41);
	set_eoi(c, EOI_QUIET);
	vt_go(c);
	EXPECT_FALSE(vt_done(c, 200));
	ASSERT_OK(zx_kick(c->vcpu));
	EXPECT_EQ(vt_wait(c), ECANCELED);
}

/* With interrupts off HLT waits for an NMI */
TEST_F(halt_looks_at_the_flag, boot_one)
{
	struct vt *c = &cpu[0];

	wr(c, ICR, 0x44000 | 0x66);
	start(c, OP_HALT_MASKED, 0, 0);
	vt_go(c);
	vt_asleep(c);
	EXPECT_OK(zx_interrupt(c->vcpu, 0x77));
	EXPECT_FALSE(vt_done(c, 100));
	EXPECT_OK(zx_interrupt(c->vcpu, 2));
	ASSERT_OK(vt_wait(c));
	EXPECT_MEM(&c->pkt, TELL_C);
	EXPECT_EQ(TOLD(c), 2);
	next(c, TELL_DONE);
	start(c, OP_WINDOW, 0, 0);
	EXPECT_TELL(c, TELL_C, 0x77);
	EXPECT_TELL(c, TELL_C, 0x66);
	next(c, TELL_DONE);
	EXPECT_EQ(zx_interrupt(c->vcpu, 3), ERANGE);
	EXPECT_EQ(zx_interrupt(c->vcpu, 15), ERANGE);
}

TEST(start_up)
{
	boot(3);
	/* A VCPU waits for SIPI, whatever else comes; a kick gets it out. */
	vt_go(&cpu[1]);
	vt_asleep(&cpu[1]);
	EXPECT_OK(zx_interrupt(cpu[1].vcpu, 0x55));
	EXPECT_OK(zx_interrupt(cpu[1].vcpu, 2));
	EXPECT_FALSE(vt_done(&cpu[1], 50));
	EXPECT_OK(zx_kick(cpu[1].vcpu));
	EXPECT_EQ(vt_wait(&cpu[1]), ECANCELED);
	start_ap(1);
	start_ap(2);
	EXPECT_EQ(rd(&cpu[1], ID), 1 << 24);
	EXPECT_EQ(rd(&cpu[2], ID), 2 << 24);
	EXPECT_EQ(rdmsr(&cpu[2], APIC_BASE), LAPIC | 0x800);
	/* A running VCPU ignores SIPI; INIT makes it wait again. */
	send(&cpu[0], 1, 0x4600 | START >> 12);
	EXPECT_EQ(rd(&cpu[1], SVR), 0x1ff);
	start(&cpu[1], OP_SPIN, 0, 0);
	vt_go(&cpu[1]);
	sleep_ms(20);
	send(&cpu[0], 1, 0xc500);
	vt_asleep(&cpu[1]);
	send(&cpu[0], 1, 0x4600 | START >> 12);
	ASSERT_OK(vt_wait(&cpu[1]));
	EXPECT_MEM(&cpu[1].pkt, TELL_START);
}

TEST(ipis)
{
	boot(3);
	start_ap(1);
	start_ap(2);
	/* To one that sleeps, and to one that runs */
	start(&cpu[1], OP_HALT, 0, 0);
	vt_go(&cpu[1]);
	vt_asleep(&cpu[1]);
	start(&cpu[2], OP_SPIN, 0, 0);
	vt_go(&cpu[2]);
	send(&cpu[0], 0, 0xc4000 | 0x99);
	ASSERT_OK(vt_wait(&cpu[1]));
	EXPECT_EQ(TOLD(&cpu[1]), 0x99);
	ASSERT_OK(vt_wait(&cpu[2]));
	EXPECT_EQ(TOLD(&cpu[2]), 0x99);
	expect_none(&cpu[0]);
	/* Everybody, the sender too */
	next(&cpu[1], TELL_DONE);
	send(&cpu[0], 0, 0x84000 | 0x9a);
	expect_irq(&cpu[0], OP_WINDOW, 0x9a);
	expect_irq(&cpu[1], OP_WINDOW, 0x9a);
	next(&cpu[2], TELL_C);
	EXPECT_EQ(TOLD(&cpu[2]), 0x9a);
	/* Logical */
	wr(&cpu[1], 0xd0, 2 << 24);
	send(&cpu[0], 2, 0x4800 | 0x9b);
	expect_irq(&cpu[1], OP_WINDOW, 0x9b);
	/* NMI */
	send(&cpu[0], 1, 0x4400);
	expect_irq(&cpu[1], OP_WINDOW, 2);
	/* x2APIC to xAPIC */
	to_x2apic(&cpu[0]);
	wrmsr(&cpu[0], 0x830, 1ULL << 32 | 0x409c);
	expect_irq(&cpu[1], OP_WINDOW, 0x9c);
}

TEST_F(ioapic_registers, boot_one)
{
	EXPECT_EQ(io_read(1), 0x00170020);
	io_write(0, 0x05000000);
	EXPECT_EQ(io_read(0), 0x05000000);
	EXPECT_EQ(io_read(0x10), 0x10000);
	io_write(0x3e, 0xffffffff);
	io_write(0x3f, 0xffffffff);
	EXPECT_EQ(io_read(0x3e), 0x1afff);
	EXPECT_EQ(io_read(0x3f), 0xff000000);
	EXPECT_EQ(io_read(0x40), 0);
}

TEST_F(level_line, boot_one)
{
	struct vt *c = &cpu[0];

	route(9, LEVEL | 0x39, 0);
	EXPECT_OK(set_line(9, 1));
	set_eoi(c, NO_EOI);
	expect_irq(c, OP_HALT, 0x39);
	EXPECT_EQ(io_read(0x22), LEVEL | 0x4000 | 0x39);
	expect_none(c);
	/* Still asserted at its end: again, and not before */
	wr(c, EOI, 0);
	expect_irq(c, OP_WINDOW, 0x39);
	EXPECT_OK(set_line(9, 0));
	wr(c, EOI, 0);
	expect_none(c);
	EXPECT_EQ(io_read(0x22), LEVEL | 0x39);
	/* By the MSR; what is told was ended, and is pending once more. */
	EXPECT_OK(set_line(9, 1));
	to_x2apic(c);
	start(c, OP_WINDOW, 0, 0);
	EXPECT_TELL(c, TELL_C, 0x39);
	EXPECT_TELL(c, TELL_C, 0x39);
	EXPECT_OK(set_line(9, 0));
	EXPECT_TELL(c, TELL_C, 0x39);
	next(c, TELL_DONE);
	expect_none(c);
}

TEST_F(edges_by_eventfd, boot_one)
{
	struct vt *c = &cpu[0];
	int fd = eventfd(0, 0), i;

	route(4, 0x34, 0);
	ASSERT_OK(irqfd(fd, 4, 0, 0));
	EXPECT_EQ(irqfd(fd, 4, 0, 0), EEXIST);
	for (i = 0; i < 3; i++) {
		signal_fd(fd);
		expect_irq(c, OP_HALT, 0x34);
	}
	start(c, OP_SPIN, 0, 0);
	vt_go(c);
	sleep_ms(20);
	signal_fd(fd);
	ASSERT_OK(vt_wait(c));
	EXPECT_EQ(TOLD(c), 0x34);
	ASSERT_OK(irqfd(fd, 4, ZXVM_IRQFD_DEASSIGN, 0));
	EXPECT_EQ(irqfd(fd, 4, ZXVM_IRQFD_DEASSIGN, 0), ENOENT);
}

TEST_F(resample, boot_one)
{
	struct vt *c = &cpu[0];
	int fd = eventfd(0, 0), end = eventfd(0, EFD_NONBLOCK);
	int other = eventfd(0, EFD_NONBLOCK);

	route(11, LEVEL | 0x3b, 0);
	EXPECT_EQ(irqfd(fd, 11, ZXVM_IRQFD_RESAMPLE, -1), EBADF);
	EXPECT_EQ(irqfd(fd, 11, ZXVM_IRQFD_RESAMPLE, vm.guest), EINVAL);
	EXPECT_EQ(irqfd(fd, 11, 0, end), EINVAL);
	EXPECT_EQ(irqfd(fd, 11, ZXVM_IRQFD_RESAMPLE | ZXVM_IRQFD_DEASSIGN,
			end), EINVAL);
	ASSERT_OK(irqfd(fd, 11, ZXVM_IRQFD_RESAMPLE, end));
	signal_fd(fd);
	set_eoi(c, NO_EOI);
	expect_irq(c, OP_HALT, 0x3b);
	/* Held, and not ended */
	EXPECT_EQ(count_of(end), 0);
	signal_fd(fd);
	expect_none(c);
	wr(c, EOI, 0);
	EXPECT_EQ(count_of(end), 1);
	expect_none(c);
	/* The device is not satisfied. */
	signal_fd(fd);
	set_eoi(c, EOI_PAGE);
	expect_irq(c, OP_HALT, 0x3b);
	EXPECT_EQ(count_of(end), 1);
	/* Two share a line, and the second is its own second: for ever. */
	ASSERT_OK(irqfd(other, 11, ZXVM_IRQFD_RESAMPLE, other));
	signal_fd(fd);
	start(c, OP_HALT, 0, 0);
	EXPECT_TELL(c, TELL_C, 0x3b);
	EXPECT_TELL(c, TELL_C, 0x3b);
	ASSERT_OK(irqfd(other, 11, ZXVM_IRQFD_DEASSIGN, 0));
	EXPECT_TELL(c, TELL_C, 0x3b);
	next(c, TELL_DONE);
	expect_none(c);
	EXPECT_EQ(count_of(end), 3);
	/* What is held is released when the last one goes. */
	io_write(0x26, 0x10000 | LEVEL | 0x3b);
	signal_fd(fd);
	ASSERT_OK(irqfd(fd, 11, ZXVM_IRQFD_DEASSIGN, 0));
	io_write(0x26, LEVEL | 0x3b);
	expect_none(c);
}

TEST_F(msis, boot_one)
{
	struct vt *c = &cpu[0];
	int plain, vmar;

	EXPECT_OK(msi(vm.guest, 0xfee00000, 0x4065, 0));
	expect_irq(c, OP_HALT, 0x65);
	EXPECT_OK(msi(vm.guest, 0xfeeff000, 0x66, 0));
	expect_irq(c, OP_HALT, 0x66);
	EXPECT_OK(msi(vm.guest, 0xfee01000, 0x67, 0));
	expect_none(c);
	EXPECT_EQ(msi(vm.guest, 0xfec00000, 0x65, 0), EINVAL);
	EXPECT_EQ(msi(vm.guest, 0x1fee00000, 0x65, 0), EINVAL);
	EXPECT_EQ(msi(vm.guest, 0xfee00000, 0x65, 1), EINVAL);
	EXPECT_EQ(zx_ioctl(vm.guest, ZXVM_GUEST_MSI, NULL), EFAULT);
	ASSERT_OK(zx_guest_create(0, &plain, &vmar));
	EXPECT_EQ(msi(plain, 0xfee00000, 0x65, 0), EOPNOTSUPP);
	EXPECT_EQ(msi(vmar, 0xfee00000, 0x65, 0), ENOTTY);
}

/* VCPUs come and go while others send, and while their timers run */
TEST(vcpus_that_go)
{
	struct vt *c = &cpu[0];
	int i, vcpu;

	boot(1);
	for (i = 0; i < 50; i++) {
		struct zxvm_vcpu_page *page;

		vcpu_open(&vm, ENTRY, &vcpu, &page);
		send(c, 0, 0xc4000 | 0x99);
		send(c, 1, 0xc500);
		close(vcpu);
		munmap(page, ZXVM_VCPU_PAGE_SIZE);
		send(c, 1, 0x4099);
		ASSERT_OK(msi(vm.guest, 0xfee01000, 0x67, 0));
	}
	wr(c, DIVIDE, 0xb);
	wr(c, LVT_TIMER, 0x20041);
	wr(c, COUNT, 1000);
	vt_stop(c);
	sleep_ms(20);
}

static bool stop_sending;

/* Everything that interrupts anybody, as fast as it goes */
static void *send_all(void *arg)
{
	int fd = eventfd(0, 0), end = eventfd(0, EFD_NONBLOCK);
	u32 line = (long)arg, i;

	for (i = 0; !__atomic_load_n(&stop_sending, __ATOMIC_RELAXED); i++) {
		ASSERT_OK(msi(vm.guest, 0xfeeff000, 0x4060 + line, 0));
		ASSERT_OK(msi(vm.guest, 0xfee01000, 0x4400, 0));
		ASSERT_OK(set_line(line, i & 1));
		ASSERT_OK(irqfd(fd, line, ZXVM_IRQFD_RESAMPLE, end));
		signal_fd(fd);
		ASSERT_OK(irqfd(fd, line, ZXVM_IRQFD_DEASSIGN, 0));
	}
	return NULL;
}

/* A VCPU that waits for its start and gets a kick, again and again */
static void *come_and_go(void *arg)
{
	struct zxvm_vcpu_page *page;
	struct zxvm_packet pkt;
	int i, vcpu;

	(void)arg;
	for (i = 0; i < 200; i++) {
		vcpu_open(&vm, ENTRY, &vcpu, &page);
		ASSERT_OK(zx_kick(vcpu));
		EXPECT_EQ(zx_enter(vcpu, &pkt), ECANCELED);
		munmap(page, ZXVM_VCPU_PAGE_SIZE);
		close(vcpu);
	}
	return NULL;
}

TEST_T(vcpus_that_go_while_others_send, 120)
{
	struct vt *c = &cpu[0];
	pthread_t threads[4];
	long i;

	boot(1);
	for (i = 8; i < 10; i++)
		route(i, LEVEL | (0x50 + i), 0xff);
	wr(c, DIVIDE, 0xb);
	wr(c, LVT_TIMER, 0x20041);
	wr(c, COUNT, 100);
	set_eoi(c, EOI_QUIET);
	start(c, OP_SPIN, 0, 0);
	vt_go(c);
	for (i = 0; i < 2; i++)
		pthread_create(&threads[i], NULL, send_all, (void *)(8 + i));
	for (; i < 4; i++)
		pthread_create(&threads[i], NULL, come_and_go, NULL);
	for (i = 2; i < 4; i++)
		pthread_join(threads[i], NULL);
	__atomic_store_n(&stop_sending, true, __ATOMIC_RELAXED);
	for (i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	ASSERT_OK(zx_kick(c->vcpu));
	EXPECT_EQ(vt_wait(c), ECANCELED);
}
