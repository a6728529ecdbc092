// SPDX-License-Identifier: GPL-2.0
/* The in-kernel GICv3 as a guest sees it, and lines and eventfds as a VMM */
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "gic.h"

static struct vt cpu[4];

/* @n VCPUs; the first asks, the others are off until CPU_ON */
static void boot(int n)
{
	int i;

	vm_create(&vm, ZXVM_GUEST_IRQCHIP);
	VM_LOAD(&vm, 0, gic);
	VM_LOAD(&vm, CODE, secondary);
	for (i = 0; i < n; i++)
		vt_start(&cpu[i], &vm, 0);
	gic_ask(&cpu[0]);
}

static void cpu_on(int i)
{
	u64 *x = cpu[0].page->state.arm64.x;

	vt_go(&cpu[i]);
	x[0] = PSCI_CPU_ON;
	x[1] = i;
	x[2] = 0;
	EXPECT_EQ(gic_do(&cpu[0], OP_HVC, 0, 0), 0);
	ASSERT_OK(vt_wait(&cpu[i]));
	gic_told(&cpu[i], TELL_DONE);
}

/* Distributor on; SPI enabled, in group 1, to VCPU 0, level-triggered */
static void one_cpu(void)
{
	boot(1);
	gic_write(&cpu[0], DIST + GICD_CTLR, 0x12);
	gic_write(&cpu[0], DIST + GICD_IGROUPR + 4, ~0u);
	gic_write(&cpu[0], DIST + GICD_ISENABLER + 4, 1u << (SPI - 32));
}

static int set_line(u32 line, u32 level)
{
	struct zxvm_line arg = { line, level };

	return zx_ioctl(vm.guest, ZXVM_GUEST_SET_LINE, &arg);
}

static int irqfd(int fd, u32 line, u32 flags)
{
	struct zxvm_irqfd arg = { .eventfd = fd, .line = line, .flags = flags };

	return zx_ioctl(vm.guest, ZXVM_GUEST_IRQFD, &arg);
}

static void signal_fd(int fd)
{
	ASSERT_EQ(eventfd_write(fd, 1), 0);
}

TEST_F(distributor_registers, one_cpu)
{
	struct vt *c = &cpu[0];
	u32 v;

	v = gic_read(c, DIST + GICD_TYPER);
	EXPECT_EQ(v & 31, (224 + 32) / 32 - 1);
	v = gic_read(c, DIST + GICD_CTLR);
	EXPECT_EQ(v & 0x10, 0x10);	/* ARE */
	EXPECT_EQ(v & 0x02, 0x02);
	gic_write(c, DIST + GICD_CTLR, 0);
	EXPECT_EQ(gic_read(c, DIST + GICD_CTLR) & 0x02, 0);
	EXPECT_EQ(gic_read(c, DIST + GICD_PIDR2) & 0xf0, 0x30);
	/* Enable: write 1 to set, write 1 to clear */
	gic_write(c, DIST + GICD_ISENABLER + 8, 0xf0);
	gic_write(c, DIST + GICD_ISENABLER + 8, 0x0f);
	EXPECT_EQ(gic_read(c, DIST + GICD_ISENABLER + 8), 0xff);
	EXPECT_EQ(gic_read(c, DIST + GICD_ICENABLER + 8), 0xff);
	gic_write(c, DIST + GICD_ICENABLER + 8, 0x81);
	EXPECT_EQ(gic_read(c, DIST + GICD_ISENABLER + 8), 0x7e);
	/* Private interrupts are not of the distributor */
	gic_write(c, DIST + GICD_ISENABLER, ~0u);
	EXPECT_EQ(gic_read(c, DIST + GICD_ISENABLER), 0);
	/* Beyond the last line there is nothing */
	gic_write(c, DIST + GICD_ISENABLER + 32, ~0u);
	EXPECT_EQ(gic_read(c, DIST + GICD_ISENABLER + 32), 0);
	/* Priorities: bytes and words, five bits of each */
	gic_do(c, OP_STRB, DIST + GICD_IPRIORITYR + 65, 0xff);
	EXPECT_EQ(gic_do(c, OP_LDRB, DIST + GICD_IPRIORITYR + 65, 0), 0xf8);
	gic_write(c, DIST + GICD_IPRIORITYR + 64, 0x10a0b0c0);
	EXPECT_EQ(gic_read(c, DIST + GICD_IPRIORITYR + 64), 0x10a0b0c0);
	EXPECT_EQ(gic_do(c, OP_LDRB, DIST + GICD_IPRIORITYR + 67, 0), 0x10);
	/* Two bits of configuration, of which the upper counts */
	gic_write(c, DIST + GICD_ICFGR + 16, 0xaaaaaaaa);
	EXPECT_EQ(gic_read(c, DIST + GICD_ICFGR + 16) & 0xaaaaaaaa, 0xaaaaaaaa);
	gic_write(c, DIST + GICD_ICFGR + 16, 0);
	EXPECT_EQ(gic_read(c, DIST + GICD_ICFGR + 16) & 0xaaaaaaaa, 0);
	gic_do(c, OP_STRX, DIST + GICD_IROUTER + 8 * 64, 0x3);
	EXPECT_EQ(gic_do(c, OP_LDRX, DIST + GICD_IROUTER + 8 * 64, 0), 3);
	/* Reserved */
	EXPECT_EQ(gic_read(c, DIST + 0x7ff0), 0);
	gic_write(c, DIST + 0x7ff0, 1);
}

TEST(redistributor_registers)
{
	struct vt *c = &cpu[0];
	u64 typer;

	boot(2);
	cpu_on(1);
	typer = gic_do(c, OP_LDRX, REDIST(0) + GICR_TYPER, 0);
	EXPECT_EQ(typer >> 32, 0);
	EXPECT_EQ(typer >> 8 & 0xffff, 0);
	typer = gic_do(c, OP_LDRX, REDIST(1) + GICR_TYPER, 0);
	EXPECT_EQ(typer >> 32, 1);
	EXPECT_EQ(typer >> 8 & 0xffff, 1);
	EXPECT_EQ(gic_read(c, REDIST(0) + GICD_PIDR2) & 0xf0, 0x30);
	/* Asleep until told otherwise: ProcessorSleep, ChildrenAsleep */
	EXPECT_EQ(gic_read(c, REDIST(0) + GICR_WAKER) & 6, 6);
	gic_write(c, REDIST(0) + GICR_WAKER, 0);
	EXPECT_EQ(gic_read(c, REDIST(0) + GICR_WAKER) & 6, 0);
	/* Each its own, also seen from the other */
	gic_write(c, SGI_FRAME(1) + GICD_ISENABLER, 0x80);
	EXPECT_EQ(gic_read(c, SGI_FRAME(1) + GICD_ISENABLER) & 0x80, 0x80);
	EXPECT_EQ(gic_read(c, SGI_FRAME(0) + GICD_ISENABLER) & 0x80, 0);
	EXPECT_EQ(gic_read(&cpu[1], SGI_FRAME(1) + GICD_ISENABLER) & 0x80,
		  0x80);
	gic_do(c, OP_STRB, SGI_FRAME(0) + GICD_IPRIORITYR + 27, 0xa0);
	EXPECT_EQ(gic_do(c, OP_LDRB, SGI_FRAME(0) + GICD_IPRIORITYR + 27, 0),
		  0xa0);
}

/* What is not emulated is no trap of the VMM and no hole */
TEST_F(frames_without_a_vcpu, one_cpu)
{
	EXPECT_EQ(gic_read(&cpu[0], REDIST(1) + GICR_WAKER), 0);
	gic_write(&cpu[0], REDIST(63) + GICR_WAKER, 0);
	EXPECT_EQ(gic_do(&cpu[0], OP_LDRH, DIST + GICD_TYPER, 0) >> 16, 0);
}

TEST_F(line_is_a_level, one_cpu)
{
	ASSERT_OK(set_line(SPI, 1));
	EXPECT_EQ(gic_read(&cpu[0], DIST + GICD_ISPENDR + 4) >> (SPI - 32) & 1,
		  1);
	/* As long as it is high it comes back after each EOI */
	EXPECT_EQ(gic_take(&cpu[0]), SPI);
	EXPECT_EQ(gic_take(&cpu[0]), SPI);
	ASSERT_OK(set_line(SPI, 1));
	EXPECT_EQ(gic_take(&cpu[0]), SPI);
	ASSERT_OK(set_line(SPI, 0));
	gic_expect_none(&cpu[0]);
	/* Lowered before it was taken: nothing */
	ASSERT_OK(set_line(SPI, 1));
	ASSERT_OK(set_line(SPI, 0));
	gic_expect_none(&cpu[0]);
}

/* A line raised while the guest runs, and while it waits */
TEST_F(line_reaches_a_running_guest, one_cpu)
{
	int i;

	for (i = 0; i < 20; i++) {
		gic_start(&cpu[0], i & 1 ? OP_WAIT : OP_SPIN, 1ULL << 40, 0);
		sleep_ms(i % 4);
		ASSERT_OK(set_line(SPI, 1));
		EXPECT_EQ(gic_irq(&cpu[0]), SPI);
		ASSERT_OK(set_line(SPI, 0));
		gic_expect_none(&cpu[0]);
	}
}

TEST_F(line_errors, one_cpu)
{
	static const u32 bad[] = { 0, 15, 16, 27, 31, 256, 1019, 1023, 8192,
				   ~0u };
	struct vm plain;
	unsigned int i;
	int fd = eventfd(0, EFD_CLOEXEC);

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		EXPECT_ERR(set_line(bad[i], 1), EINVAL);
		EXPECT_ERR(irqfd(fd, bad[i], 0), EINVAL);
	}
	EXPECT_OK(set_line(32, 0));
	EXPECT_OK(set_line(255, 0));
	EXPECT_ERR(set_line(32, 2), EINVAL);
	EXPECT_ERR(zx_ioctl(vm.guest, ZXVM_GUEST_SET_LINE, (void *)8), EFAULT);
	EXPECT_ERR(zx_ioctl(vm.guest, ZXVM_GUEST_IRQFD, (void *)8), EFAULT);
	vm_create(&plain, 0);
	vm.guest = plain.guest;
	EXPECT_ERR(set_line(32, 1), EOPNOTSUPP);
	EXPECT_ERR(irqfd(fd, 32, 0), EOPNOTSUPP);
}

TEST_F(disabled_interrupts_wait, one_cpu)
{
	struct vt *c = &cpu[0];

	gic_write(c, DIST + GICD_ICENABLER + 4, ~0u);
	ASSERT_OK(set_line(SPI, 1));
	gic_expect_none(c);
	gic_write(c, DIST + GICD_CTLR, 0x10);
	gic_write(c, DIST + GICD_ISENABLER + 4, 1u << (SPI - 32));
	gic_expect_none(c);
	gic_write(c, DIST + GICD_IGROUPR + 4, 0);
	gic_write(c, DIST + GICD_CTLR, 0x12);
	gic_expect_none(c);
	gic_write(c, DIST + GICD_IGROUPR + 4, ~0u);
	EXPECT_EQ(gic_take(c), SPI);
}

TEST_F(edge_interrupts, one_cpu)
{
	struct vt *c = &cpu[0];
	const u32 bit = 1u << (SPI - 32);

	gic_write(c, DIST + GICD_ICFGR + SPI / 16 * 4, 2u << SPI % 16 * 2);
	ASSERT_OK(set_line(SPI, 1));
	EXPECT_EQ(gic_take(c), SPI);
	gic_expect_none(c);
	/* The next edge takes a low level before it */
	ASSERT_OK(set_line(SPI, 1));
	gic_expect_none(c);
	ASSERT_OK(set_line(SPI, 0));
	ASSERT_OK(set_line(SPI, 1));
	ASSERT_OK(set_line(SPI, 0));
	EXPECT_EQ(gic_take(c), SPI);
	gic_expect_none(c);
	/* Pending by software, and not any more */
	gic_write(c, DIST + GICD_ISPENDR + 4, bit);
	EXPECT_EQ(gic_read(c, DIST + GICD_ISPENDR + 4) & bit, bit);
	EXPECT_EQ(gic_take(c), SPI);
	gic_write(c, DIST + GICD_ISPENDR + 4, bit);
	gic_write(c, DIST + GICD_ICPENDR + 4, bit);
	gic_expect_none(c);
}

/* Lower value first; a mask; no nesting of what is not more urgent */
TEST_F(priorities, one_cpu)
{
	struct vt *c = &cpu[0];
	u64 *x = c->page->state.arm64.x;

	gic_write(c, DIST + GICD_ISENABLER + 4, ~0u);
	gic_do(c, OP_STRB, DIST + GICD_IPRIORITYR + 40, 0xa0);
	gic_do(c, OP_STRB, DIST + GICD_IPRIORITYR + 41, 0x40);
	gic_do(c, OP_STRB, DIST + GICD_IPRIORITYR + 42, 0x80);
	ASSERT_OK(set_line(40, 1));
	ASSERT_OK(set_line(41, 1));
	ASSERT_OK(set_line(42, 1));
	EXPECT_EQ(gic_do(c, OP_HPPIR, 0, 0), 41);
	EXPECT_EQ(gic_take(c), 41);
	ASSERT_OK(set_line(41, 0));
	EXPECT_EQ(gic_take(c), 42);
	gic_do(c, OP_PMR, 0, 0x80);
	gic_expect_none(c);
	gic_do(c, OP_PMR, 0, 0xff);
	/* 42 stays active: 40 has to wait for its EOI, 41 has not */
	x[12] = 1;
	EXPECT_EQ(gic_take(c), 42);
	EXPECT_EQ(gic_do(c, OP_RPR, 0, 0), 0x80);
	ASSERT_OK(set_line(42, 0));
	gic_expect_none(c);
	ASSERT_OK(set_line(41, 1));
	EXPECT_EQ(gic_take(c), 41);
	ASSERT_OK(set_line(41, 0));
	EXPECT_EQ(gic_do(c, OP_RPR, 0, 0), 0x40);
	gic_do(c, OP_EOI, 0, 41);
	gic_expect_none(c);
	gic_do(c, OP_EOI, 0, 42);
	EXPECT_EQ(gic_do(c, OP_RPR, 0, 0), 0xff);
	EXPECT_EQ(gic_take(c), 40);
}

/* More than the hardware holds at once: all come, in order of priority */
TEST_F(many_lines_at_once, one_cpu)
{
	struct vt *c = &cpu[0];
	u32 i;

	gic_write(c, DIST + GICD_ISENABLER + 4, ~0u);
	for (i = 0; i < 32; i++)
		gic_do(c, OP_STRB, DIST + GICD_IPRIORITYR + 32 + i,
		       (i * 5 % 16 + 8) * 8);
	for (i = 0; i < 16; i++)
		ASSERT_OK(set_line(32 + i, 1));
	for (i = 0; i < 16; i++) {
		u64 intid = gic_take(c);

		EXPECT_EQ((intid - 32) * 5 % 16, i);
		ASSERT_OK(set_line(intid, 0));
	}
	gic_expect_none(c);
}

/* An active interrupt is not delivered again before its EOI */
TEST_F(active_state, one_cpu)
{
	struct vt *c = &cpu[0];
	const u32 bit = 1u << (SPI - 32);

	c->page->state.arm64.x[12] = 1;
	ASSERT_OK(set_line(SPI, 1));
	EXPECT_EQ(gic_take(c), SPI);
	EXPECT_EQ(gic_read(c, DIST + GICD_ISACTIVER + 4) & bit, bit);
	gic_expect_none(c);
	gic_do(c, OP_EOI, 0, SPI);
	EXPECT_EQ(gic_read(c, DIST + GICD_ISACTIVER + 4) & bit, 0);
	EXPECT_EQ(gic_take(c), SPI);
	ASSERT_OK(set_line(SPI, 0));
	gic_do(c, OP_EOI, 0, SPI);
	/* Active by software keeps it back, too */
	gic_write(c, DIST + GICD_ISACTIVER + 4, bit);
	ASSERT_OK(set_line(SPI, 1));
	gic_expect_none(c);
	gic_write(c, DIST + GICD_ICACTIVER + 4, bit);
	EXPECT_EQ(gic_take(c), SPI);
}

TEST_F(irqfd_pulses, one_cpu)
{
	int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), i;

	ASSERT_OK(irqfd(fd, SPI, 0));
	gic_expect_none(&cpu[0]);
	for (i = 0; i < 10; i++) {
		signal_fd(fd);
		EXPECT_EQ(gic_take(&cpu[0]), SPI);
		gic_expect_none(&cpu[0]);
	}
	/* While the guest waits */
	gic_start(&cpu[0], OP_WAIT, 0, 0);
	sleep_ms(20);
	signal_fd(fd);
	EXPECT_EQ(gic_irq(&cpu[0]), SPI);
	/* Pulses before it is taken are one */
	signal_fd(fd);
	signal_fd(fd);
	EXPECT_EQ(gic_take(&cpu[0]), SPI);
	gic_expect_none(&cpu[0]);
	ASSERT_OK(irqfd(fd, SPI, ZXVM_IRQFD_DEASSIGN));
	signal_fd(fd);
	gic_expect_none(&cpu[0]);
}

TEST_F(irqfd_errors, one_cpu)
{
	struct zxvm_irqfd arg = { .line = SPI, .resamplefd = 1 };
	int fd = eventfd(0, EFD_CLOEXEC), other = eventfd(0, EFD_CLOEXEC);
	int bit, pipes[2];

	arg.eventfd = fd;
	EXPECT_ERR(zx_ioctl(vm.guest, ZXVM_GUEST_IRQFD, &arg), EINVAL);
	EXPECT_ERR(irqfd(fd, SPI, ZXVM_IRQFD_RESAMPLE), EOPNOTSUPP);
	for (bit = 2; bit < 32; bit++)
		EXPECT_ERR(irqfd(fd, SPI, 1u << bit), EINVAL);
	EXPECT_ERR(irqfd(-1, SPI, 0), EBADF);
	EXPECT_ERR(irqfd(1000, SPI, 0), EBADF);
	EXPECT_ERR(irqfd(-1, SPI, ZXVM_IRQFD_DEASSIGN), EBADF);
	ASSERT_SYS(pipe(pipes));
	EXPECT_ERR(irqfd(pipes[0], SPI, 0), EINVAL);
	EXPECT_ERR(irqfd(vm.guest, SPI, 0), EINVAL);
	EXPECT_ERR(irqfd(pipes[0], SPI, ZXVM_IRQFD_DEASSIGN), EINVAL);
	EXPECT_ERR(irqfd(fd, SPI, ZXVM_IRQFD_DEASSIGN), ENOENT);
	ASSERT_OK(irqfd(fd, SPI, 0));
	EXPECT_ERR(irqfd(fd, SPI, 0), EEXIST);
	EXPECT_ERR(irqfd(fd, SPI + 1, ZXVM_IRQFD_DEASSIGN), ENOENT);
	EXPECT_ERR(irqfd(other, SPI, ZXVM_IRQFD_DEASSIGN), ENOENT);
	EXPECT_OK(irqfd(fd, SPI + 1, 0));
	EXPECT_OK(irqfd(other, SPI, 0));
	EXPECT_OK(irqfd(fd, SPI, ZXVM_IRQFD_DEASSIGN));
	EXPECT_OK(irqfd(fd, SPI + 1, ZXVM_IRQFD_DEASSIGN));
}

/* Eventfd and guest go in either order, and the other goes on */
TEST_F(irqfd_lifetimes, one_cpu)
{
	int fd = eventfd(0, EFD_CLOEXEC), other = eventfd(0, EFD_CLOEXEC), i;
	struct vm second;

	ASSERT_OK(irqfd(fd, SPI, 0));
	ASSERT_OK(irqfd(other, SPI, 0));
	signal_fd(fd);
	close(fd);
	EXPECT_EQ(gic_take(&cpu[0]), SPI);
	signal_fd(other);
	EXPECT_EQ(gic_take(&cpu[0]), SPI);
	for (i = 0; i < 50; i++) {
		vm_create(&second, ZXVM_GUEST_IRQCHIP);
		fd = vm.guest;
		vm.guest = second.guest;
		ASSERT_OK(irqfd(other, SPI, 0));
		vm.guest = fd;
		signal_fd(other);
		vm_close(&second);
		signal_fd(other);
	}
	EXPECT_EQ(gic_take(&cpu[0]), SPI);
}

TEST_F(irqfd_from_another_process, one_cpu)
{
	int fd = eventfd(0, EFD_CLOEXEC);
	pid_t pid;

	ASSERT_OK(irqfd(fd, SPI, 0));
	gic_start(&cpu[0], OP_WAIT, 0, 0);
	pid = fork();
	if (!pid) {
		signal_fd(fd);
		_exit(0);
	}
	EXPECT_EQ(gic_irq(&cpu[0]), SPI);
	wait_child(pid);
}

TEST_F(timer_interrupt, one_cpu)
{
	struct vt *c = &cpu[0];
	int i;

	gic_write(c, SGI_FRAME(0) + GICD_IGROUPR, ~0u);
	gic_write(c, SGI_FRAME(0) + GICD_ISENABLER, 1 << 27);
	for (i = 0; i < 10; i++) {
		gic_do(c, OP_TIMER, 1, 200000);
		EXPECT_EQ(gic_take(c), 27);
		/* Level: it fires on until it is masked */
		EXPECT_EQ(gic_take(c), 27);
		gic_do(c, OP_TIMER, 2, 0);
		gic_expect_none(c);
	}
	/* Not enabled in the redistributor: it wakes nobody */
	gic_write(c, SGI_FRAME(0) + GICD_ICENABLER, 1 << 27);
	gic_do(c, OP_TIMER, 1, 0);
	gic_expect_none(c);
}

static void four_cpus(void)
{
	int i;

	boot(4);
	gic_write(&cpu[0], DIST + GICD_CTLR, 0x12);
	for (i = 0; i < 4; i++) {
		if (i)
			cpu_on(i);
		gic_write(&cpu[i], REDIST(i) + GICR_WAKER, 0);
		gic_write(&cpu[i], SGI_FRAME(i) + GICD_IGROUPR, ~0u);
		gic_write(&cpu[i], SGI_FRAME(i) + GICD_ISENABLER, 0xffff);
	}
}

TEST_F(sgis_stay_in_the_kernel, four_cpus)
{
	int i;

	/* To 1 and 3, running, waiting and standing still */
	gic_start(&cpu[1], OP_SPIN, 1ULL << 40, 0);
	gic_start(&cpu[3], OP_WAIT, 0, 0);
	gic_do(&cpu[0], OP_SGI, 0, 5 << 24 | 0xa);
	EXPECT_EQ(gic_irq(&cpu[1]), 5);
	EXPECT_EQ(gic_irq(&cpu[3]), 5);
	gic_do(&cpu[0], OP_SGI, 0, 6 << 24 | 4);
	EXPECT_EQ(gic_take(&cpu[2]), 6);
	/* All but self, then self */
	gic_do(&cpu[2], OP_SGI, 0, 1ULL << 40 | 7 << 24);
	EXPECT_EQ(gic_take(&cpu[0]), 7);
	EXPECT_EQ(gic_take(&cpu[1]), 7);
	EXPECT_EQ(gic_take(&cpu[3]), 7);
	gic_expect_none(&cpu[2]);
	gic_do(&cpu[2], OP_SGI, 0, 8 << 24 | 4);
	EXPECT_EQ(gic_take(&cpu[2]), 8);
	/* To nobody, and to affinities that do not exist */
	gic_do(&cpu[0], OP_SGI, 0, 9 << 24 | 0xfff0);
	gic_do(&cpu[0], OP_SGI, 0, 9 << 24 | 0x10000 | 0xf);
	gic_do(&cpu[0], OP_SGI, 0, 9 << 24 | 1ULL << 48 | 0xf);
	for (i = 0; i < 4; i++)
		gic_expect_none(&cpu[i]);
}

/* Ping-pong: every SGI arrives */
TEST_FT(sgi_ping_pong, four_cpus, 60)
{
	int i;

	for (i = 0; i < 200; i++) {
		int from = i % 4, to = (i * 7 + 1) % 4;

		gic_start(&cpu[to], i & 1 ? OP_WAIT : OP_SPIN, 1ULL << 40, 0);
		if (from == to)
			from = (from + 1) % 4;
		gic_do(&cpu[from], OP_SGI, 0, (i % 16) << 24 | 1 << to);
		EXPECT_EQ(gic_irq(&cpu[to]), i % 16);
	}
}

TEST_F(routing, four_cpus)
{
	struct vt *c = &cpu[0];
	int i;

	gic_write(c, DIST + GICD_IGROUPR + 4, ~0u);
	gic_write(c, DIST + GICD_ISENABLER + 4, 1u << (SPI - 32));
	for (i = 3; i >= 0; i--) {
		gic_do(c, OP_STRX, DIST + GICD_IROUTER + 8 * SPI, i);
		ASSERT_OK(set_line(SPI, 1));
		EXPECT_EQ(gic_take(&cpu[i]), SPI);
		ASSERT_OK(set_line(SPI, 0));
	}
	/* Rerouted while it is pending */
	gic_do(c, OP_STRX, DIST + GICD_IROUTER + 8 * SPI, 1);
	ASSERT_OK(set_line(SPI, 1));
	gic_do(c, OP_STRX, DIST + GICD_IROUTER + 8 * SPI, 2);
	EXPECT_EQ(gic_take(&cpu[2]), SPI);
	ASSERT_OK(set_line(SPI, 0));
	gic_expect_none(&cpu[1]);
}
