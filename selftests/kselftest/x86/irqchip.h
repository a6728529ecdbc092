/* SPDX-License-Identifier: GPL-2.0 */
/* VCPUs of a guest with an irqchip, and what they do with their APICs */
#ifndef X86_IRQCHIP_H
#define X86_IRQCHIP_H

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
#define LDR		0xd0
#define DFR		0xe0

#define LEVEL		0x8000
#define NO_EOI		0
#define EOI_PAGE	1
#define EOI_MSR		2
#define EOI_QUIET	3
#define EOI_COUNT	4
#define EOI_COUNT_PAGE	5
#define GP		13

extern const char guest_apic[], guest_apic_ap[];

static struct vt cpu[4];

/* How many interrupts of a vector have ended, with EOI_COUNT */
#define COUNT_OF(vector) (((volatile u64 *)(vm.ram + DATA))[vector])

static inline void next(struct vt *c, u32 where)
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
static inline void start(struct vt *c, u32 op, u64 address, u64 value)
{
	PAGE_ARG(c->page, 0) = value & 0xffffffff;
	PAGE_ARG(c->page, 1) = address;
	PAGE_ARG(c->page, 2) = op == OP_WRMSR ? value >> 32 : value;
	PAGE_ARG(c->page, 3) = op;
}

static inline void do_op(struct vt *c, u32 op, u64 address, u64 value)
{
	start(c, op, address, value);
	next(c, TELL_DONE);
}

static inline u64 told_by(struct vt *c, u32 op, u64 address)
{
	u64 value;

	start(c, op, address, 0);
	next(c, TELL_A);
	value = TOLD(c);
	next(c, TELL_DONE);
	return value;
}

static inline u32 rd(struct vt *c, u32 reg)
{
	return told_by(c, OP_READ, LAPIC + reg);
}

static inline void wr(struct vt *c, u32 reg, u32 value)
{
	do_op(c, OP_WRITE, LAPIC + reg, value);
}

static inline u64 rdmsr(struct vt *c, u32 msr)
{
	return told_by(c, OP_RDMSR, msr);
}

static inline void wrmsr(struct vt *c, u32 msr, u64 value)
{
	do_op(c, OP_WRMSR, msr, value);
}

static inline void expect_fault(struct vt *c, u32 op, u32 msr, u64 value)
{
	start(c, op, msr, value);
	EXPECT_TELL(c, TELL_B, GP);
	next(c, TELL_DONE);
}

static inline void set_eoi(struct vt *c, u32 how)
{
	c->page->state.x86.r12 = how;
}

/* The next operation lets exactly this interrupt in */
static inline void expect_irq(struct vt *c, u32 op, u8 vector)
{
	start(c, op, 0, 0);
	EXPECT_TELL(c, TELL_C, vector);
	next(c, TELL_DONE);
}

static inline void expect_none(struct vt *c)
{
	do_op(c, OP_WINDOW, 0, 0);
}

/* zxvm is to use it, and can */
static inline bool has_avic(void)
{
	return file_says("/proc/cpuinfo", "avic") &&
	       file_says("/sys/module/zxvm/parameters/avic", "Y");
}

/* @n VCPUs; the first has asked and has its APIC enabled */
static inline void boot(int n)
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

static inline void boot_one(void)
{
	boot(1);
}

static inline void to_x2apic(struct vt *c)
{
	wrmsr(c, APIC_BASE, BASE_X2 | (c == cpu ? 0x100 : 0));
	set_eoi(c, EOI_MSR);
}

static inline void send(struct vt *c, u32 dest, u32 icr)
{
	wr(c, ICR_HIGH, dest << 24);
	wr(c, ICR, icr);
}

/* VCPU @i waits in enter for INIT and SIPI; then it asks, APIC enabled */
static inline void start_ap(int i)
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

static inline void io_write(u32 reg, u32 value)
{
	do_op(&cpu[0], OP_WRITE, IOAPIC, reg);
	do_op(&cpu[0], OP_WRITE, IOAPIC + 0x10, value);
}

static inline u32 io_read(u32 reg)
{
	do_op(&cpu[0], OP_WRITE, IOAPIC, reg);
	return told_by(&cpu[0], OP_READ, IOAPIC + 0x10);
}

static inline void route(u32 pin, u32 low, u32 dest)
{
	io_write(0x11 + 2 * pin, dest << 24);
	io_write(0x10 + 2 * pin, low);
}

static inline int set_line(u32 line, u32 level)
{
	struct zxvm_line arg = { line, level };

	return zx_ioctl(vm.guest, ZXVM_GUEST_SET_LINE, &arg);
}

static inline int msi(int guest, u64 address, u32 data, u32 flags)
{
	struct zxvm_msi arg = { address, data, flags };

	return zx_ioctl(guest, ZXVM_GUEST_MSI, &arg);
}

static inline int irqfd(int fd, u32 line, u32 flags, int resamplefd)
{
	struct zxvm_irqfd arg = { fd, line, flags, resamplefd };

	return zx_ioctl(vm.guest, ZXVM_GUEST_IRQFD, &arg);
}

static inline void signal_fd(int fd)
{
	ASSERT_EQ(eventfd_write(fd, 1), 0);
}

static inline u64 count_of(int fd)
{
	eventfd_t value = 0;

	eventfd_read(fd, &value);
	return value;
}

#endif /* X86_IRQCHIP_H */
