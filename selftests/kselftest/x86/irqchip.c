// SPDX-License-Identifier: GPL-2.0
/* The irqchip: local APICs, their timers and the interrupts between them */
#include "irqchip.h"

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
	start(c, OP_OR, LAPIC + VERSION, 1);
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

/* There are registers, and no code, whether they were accessed before or not. */
TEST_F(page_is_not_executable, boot_one)
{
	start(&cpu[0], OP_JUMP, LAPIC + VERSION, 0);
	EXPECT_EQ(vt_enter(&cpu[0]), ENOENT);
	EXPECT_EQ(vt_enter(&cpu[0]), ENOENT);
}

TEST(page_is_not_executable_before)
{
	vm_create(&vm, ZXVM_GUEST_IRQCHIP);
	VM_LOAD(&vm, ENTRY, apic);
	vt_start(&cpu[0], &vm, ENTRY);
	next(&cpu[0], TELL_DONE);
	start(&cpu[0], OP_JUMP, LAPIC + VERSION, 0);
	EXPECT_EQ(vt_enter(&cpu[0]), ENOENT);
}

/* What hardware does where it virtualizes x2APIC mode, the same elsewhere */
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

/* An exit while an interrupt is delivered, by hardware or not: it comes again. */
TEST_F(delivery_without_the_stack, boot_one)
{
	struct vt *c = &cpu[0];
	int i;

	to_x2apic(c);
	wrmsr(c, 0x83f, 0x41);
	expect_irq(c, OP_WINDOW, 0x41);
	wrmsr(c, 0x83f, 0x51);
	wrmsr(c, 0x83f, 0x61);
	ASSERT_OK(zx_unmap(vm.vmar, STACK - PAGE, PAGE));
	start(c, OP_WINDOW, 0, 0);
	for (i = 0; i < 3; i++)
		EXPECT_EQ(vt_enter(c), ENOENT);
	ASSERT_OK(zx_map(vm.vmar, RWX | ZXVM_VM_SPECIFIC, STACK - PAGE,
			 vm.ram + STACK - PAGE, PAGE));
	EXPECT_TELL(c, TELL_C, 0x61);
	EXPECT_TELL(c, TELL_C, 0x51);
	next(c, TELL_DONE);
	expect_none(c);
	EXPECT_EQ(rdmsr(c, 0x812), 0);
	EXPECT_EQ(rdmsr(c, 0x813), 0);
}

#define POSTS	500

/* A VCPU that runs takes interrupts of another CPU without an exit. */
static void post_to_running(void)
{
	struct vt *c = &cpu[0];
	unsigned long before;
	int i, vector;

	pin(c->tid, 1);
	pin(0, 0);
	start(c, OP_LOOP, 0, 0);
	vt_go(c);
	before = exits_counted("interrupt");
	for (i = 0; i < POSTS; i++) {
		vector = 0x40 + i % 0x80;
		ASSERT_OK(zx_interrupt(c->vcpu, vector));
		while (COUNT_OF(vector) <= (unsigned int)i / 0x80)
			;
	}
	/* What is left is the host's tick. */
	EXPECT_TRUE(exits_counted("interrupt") - before < POSTS / 4);
	ASSERT_OK(zx_kick(c->vcpu));
	EXPECT_EQ(vt_wait(c), ECANCELED);
	for (i = 0; i < 0x80; i++)
		EXPECT_EQ(COUNT_OF(0x40 + i), POSTS / 0x80 +
			  (i < POSTS % 0x80));
}

TEST_F(posted_interrupts_need_no_exit, boot_one)
{
	if (!file_says("/proc/cpuinfo", "posted_intr") && !has_avic())
		SKIP("this CPU has no posted interrupts");
	to_x2apic(&cpu[0]);
	set_eoi(&cpu[0], EOI_COUNT);
	post_to_running();
}

TEST_F(posted_interrupts_in_xapic_mode, boot_one)
{
	if (!has_avic())
		SKIP("no AVIC, or the module was loaded without avic=1");
	set_eoi(&cpu[0], EOI_COUNT_PAGE);
	post_to_running();
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
	/* Over before the guest goes on */
	wr(c, COUNT, 1);
	expect_irq(c, OP_WINDOW, 0x40);
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

/* The thread that enters makes it pending, and nobody has to be told */
static void put_interrupt(struct vt *c, u8 vector)
{
	c->page->interrupt = vector;
	c->page->dirty = ZXVM_PAGE_INTERRUPT;
}

static void put_and_take(struct vt *c)
{
	put_interrupt(c, 0x51);
	expect_irq(c, OP_WINDOW, 0x51);
	put_interrupt(c, 0x52);
	expect_irq(c, OP_HALT, 0x52);
	/* By priority, wherever they come from */
	ASSERT_OK(zx_interrupt(c->vcpu, 0x43));
	ASSERT_OK(zx_interrupt(c->vcpu, 0x63));
	put_interrupt(c, 0x53);
	start(c, OP_WINDOW, 0, 0);
	EXPECT_TELL(c, TELL_C, 0x63);
	EXPECT_TELL(c, TELL_C, 0x53);
	EXPECT_TELL(c, TELL_C, 0x43);
	next(c, TELL_DONE);
	do_op(c, OP_SET_CR8, 0, 5);
	put_interrupt(c, 0x54);
	expect_none(c);
	do_op(c, OP_SET_CR8, 0, 0);
	expect_irq(c, OP_WINDOW, 0x54);
}

TEST_F(interrupts_of_the_page, boot_one)
{
	struct vt *c = &cpu[0];

	put_and_take(c);
	to_x2apic(c);
	put_and_take(c);
	put_interrupt(c, 15);
	EXPECT_EQ(vt_enter(c), ERANGE);
	c->page->dirty = 0;
	/* Software has disabled the APIC: it is lost. */
	wrmsr(c, 0x80f, 0xff);
	put_interrupt(c, 0x55);
	wrmsr(c, 0x80f, 0x1ff);
	expect_none(c);
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
