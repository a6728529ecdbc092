// SPDX-License-Identifier: GPL-2.0
/*
 * Each allocation of each call is made to fail in turn: the call fails with
 * ENOMEM or does without, nothing has changed, and the next attempt succeeds.
 */
#include <sys/eventfd.h>
#include <sys/mman.h>

#include "access.h"
#include "inject.h"

#define SPECIFIC	ZXVM_VM_SPECIFIC

static int port, made[2], efd;
static u8 *mem;

static void fixture(void)
{
	inject_setup();
	access_boot();
	ASSERT_OK(zx_port_create(&port));
	efd = eventfd(0, EFD_CLOEXEC);
	mem = vm_alloc(64 * PAGE);
	memset(mem, 1, 64 * PAGE);
}

/*
 * @call returns 0 or an errno, @undo takes back what a success did, @same
 * checks that a failure did nothing.
 */
static void inject(int (*call)(void), void (*undo)(void), void (*same)(void))
{
	long fds = count_fds();
	int n, err, failures = 0;
	bool hit = true;

	for (n = 1; hit && n < MAX_FAULTS; n++) {
		arm(n);
		err = call();
		hit = happened();
		if (!hit)
			EXPECT_OK(err);
		if (!err) {
			undo();
			EXPECT_EQ(count_fds(), fds);
			continue;
		}
		failures++;
		/* EFAULT: where copies to and from user space fail in turn, too */
		CHECK_(0, err == ENOMEM || err == EFAULT, "fault %d: %s", n,
		       err_name(err));
		EXPECT_EQ(count_fds(), fds);
		if (same)
			same();
		EXPECT_OK(call());
		undo();
	}
	EXPECT_LT(n, MAX_FAULTS);
	EXPECT_GT(failures, 0);
	printf("# %d faults, %d failed calls\n", n - 2, failures);
	fflush(stdout);
}

static struct zxvm_guest_create guest_arg;
static int dev;

static int call_guest_create(void)
{
	u32 options = guest_arg.options;
	int err;

	memset(&guest_arg, 0, sizeof(guest_arg));
	guest_arg.options = options;
	err = zx_ioctl(dev, ZXVM_GUEST_CREATE, &guest_arg);
	made[0] = guest_arg.guest;
	made[1] = guest_arg.vmar;
	return err;
}

static void undo_two(void)
{
	close(made[0]);
	close(made[1]);
}

static void undo_one(void)
{
	close(made[0]);
}

TEST_FT(guest_create, fixture, 120)
{
	dev = zx_device();
	inject(call_guest_create, undo_two, NULL);
	guest_arg.options = ZXVM_GUEST_IRQCHIP;
	inject(call_guest_create, undo_two, NULL);
}

/* With the first guest the hardware becomes ours, and with the last not */
TEST_FT(first_guest_create, inject_setup, 120)
{
	dev = zx_device();
	inject(call_guest_create, undo_two, NULL);
}

static int call_port_create(void)
{
	struct zxvm_port_create arg = { };
	int err = zx_ioctl(dev, ZXVM_PORT_CREATE, &arg);

	made[0] = arg.port;
	return err;
}

TEST_FT(port_create, fixture, 120)
{
	dev = zx_device();
	inject(call_port_create, undo_one, NULL);
}

static int call_duplicate(void)
{
	return zx_duplicate(vm.guest, ZXVM_RIGHT_SAME, &made[0]);
}

TEST_FT(duplicate, fixture, 120)
{
	inject(call_duplicate, undo_one, NULL);
}

static int call_vcpu_create(void)
{
	return zx_vcpu_create(vm.guest, 0, &made[0]);
}

/* That the thread is not left as an owner is what the retry shows */
TEST_FT(vcpu_create, fixture, 120)
{
	munmap(vm.page, ZXVM_VCPU_PAGE_SIZE);
	close(vm.vcpu);
	inject(call_vcpu_create, undo_one, NULL);
}

static int irqchip_guest, irqchip_vmar;

static int call_irqchip_vcpu_create(void)
{
	return zx_vcpu_create(irqchip_guest, 0, &made[0]);
}

/* A guest keeps the local APICs of its VCPUs: the next one is to have none */
static void renew_irqchip_guest(void)
{
	close(made[0]);
	close(irqchip_vmar);
	close(irqchip_guest);
	ASSERT_OK(zx_guest_create(ZXVM_GUEST_IRQCHIP, &irqchip_guest,
				  &irqchip_vmar));
}

TEST_FT(irqchip_vcpu_create, fixture, 120)
{
	munmap(vm.page, ZXVM_VCPU_PAGE_SIZE);
	close(vm.vcpu);
	ASSERT_OK(zx_guest_create(ZXVM_GUEST_IRQCHIP, &irqchip_guest,
				  &irqchip_vmar));
	inject(call_irqchip_vcpu_create, renew_irqchip_guest, NULL);
}

static int vmar_map(u32 flags, u64 gpa, u64 pages)
{
	return zx_map(vm.vmar, RWX | SPECIFIC | flags, gpa, mem, pages * PAGE);
}

static int call_map(void)
{
	return vmar_map(0, HOLE, 64);
}

static int call_map_range(void)
{
	return vmar_map(ZXVM_VM_MAP_RANGE, HOLE, 64);
}

static void undo_map(void)
{
	ASSERT_OK(zx_unmap(vm.vmar, HOLE, 64 * PAGE));
}

static void same_hole(void)
{
	EXPECT_ERR(peek_err(HOLE), ENOENT);
}

TEST_FT(map, fixture, 120)
{
	inject(call_map, undo_map, same_hole);
}

TEST_FT(map_range, fixture, 120)
{
	inject(call_map_range, undo_map, same_hole);
}

/* Into the middle of a mapping that is split for it */
static int call_overwrite(void)
{
	return zx_map(vm.vmar, RWX | SPECIFIC | ZXVM_VM_SPECIFIC_OVERWRITE,
		      HOLE + 8 * PAGE, mem, PAGE);
}

static void renew_map(void)
{
	undo_map();
	ASSERT_OK(call_map());
}

static void same_map(void)
{
	int i;

	for (i = 0; i < 16; i++)
		mem[i * PAGE] = i;
	for (i = 0; i < 16; i++) {
		EXPECT_EQ(peek(HOLE + i * PAGE) & 0xff, i);
		EXPECT_OK(poke(HOLE + i * PAGE, i));
	}
}

TEST_FT(overwrite, fixture, 120)
{
	ASSERT_OK(call_map());
	inject(call_overwrite, renew_map, same_map);
}

static int call_unmap(void)
{
	return zx_unmap(vm.vmar, HOLE + 8 * PAGE, PAGE);
}

TEST_FT(unmap_splits, fixture, 120)
{
	ASSERT_OK(call_map());
	inject(call_unmap, renew_map, same_map);
}

static int call_protect(void)
{
	return zx_protect(vm.vmar, ZXVM_VM_PERM_READ, HOLE + 8 * PAGE, PAGE);
}

TEST_FT(protect_splits, fixture, 120)
{
	ASSERT_OK(call_map());
	inject(call_protect, renew_map, same_map);
}

/* A trap cannot be taken back: each success uses up a page */
static u64 trap_page;
static bool bell;

static int call_trap(void)
{
	return zx_trap(vm.guest, bell ? ZXVM_TRAP_BELL : ZXVM_TRAP_MEM,
		       HOLE + 8 * PAGE + trap_page * PAGE, PAGE,
		       bell ? port : -1, 5);
}

static void next_trap(void)
{
	ASSERT_ERR(call_trap(), EEXIST);
	trap_page += 2;
}

static void same_memory_at_trap(void)
{
	EXPECT_OK(poke(HOLE + 8 * PAGE + trap_page * PAGE, 1));
}

TEST_FT(trap_in_a_mapping, fixture, 120)
{
	u8 *big = vm_alloc(4096 * PAGE);

	ASSERT_OK(zx_map(vm.vmar, RWX | SPECIFIC, HOLE, big, 4096 * PAGE));
	inject(call_trap, next_trap, same_memory_at_trap);
	bell = true;
	inject(call_trap, next_trap, same_memory_at_trap);
}

static int call_queue(void)
{
	return zx_queue(port, 1, 1);
}

static void undo_queue(void)
{
	ASSERT_OK(zx_wait(port, 0, &vm.pkt));
	ASSERT_ERR(zx_wait(port, 0, &vm.pkt), ETIMEDOUT);
}

static void same_queue(void)
{
	EXPECT_ERR(zx_wait(port, 0, &vm.pkt), ETIMEDOUT);
}

TEST_FT(queue, fixture, 120)
{
	inject(call_queue, undo_queue, same_queue);
}

static int call_irqfd(void)
{
	struct zxvm_irqfd arg = { .eventfd = efd, .line = IRQCHIP_LINE };

	return zx_ioctl(irqchip_guest, ZXVM_GUEST_IRQFD, &arg);
}

static void undo_irqfd(void)
{
	struct zxvm_irqfd arg = {
		.eventfd = efd, .line = IRQCHIP_LINE, .flags = ZXVM_IRQFD_DEASSIGN,
	};

	ASSERT_OK(zx_ioctl(irqchip_guest, ZXVM_GUEST_IRQFD, &arg));
}

TEST_FT(irqfd, fixture, 120)
{
	ASSERT_OK(zx_guest_create(ZXVM_GUEST_IRQCHIP, &irqchip_guest,
				  &irqchip_vmar));
	inject(call_irqfd, undo_irqfd, NULL);
}

/* The first access of memory: tables of the guest, pages of the process */
static u64 enter_gpa;

static int call_enter(void)
{
	ARG(1) = enter_gpa;
	ARG(2) = 7;
	ARG(3) = 1;
	return zx_enter(vm.vcpu, NULL);
}

/* The next access is in another 1 GiB, where no table is yet */
static void next_enter(void)
{
	EXPECT_MEM(&vm.page->packet, TELL_DONE);
	ASSERT_SYS(madvise(mem, 64 * PAGE, MADV_DONTNEED));
	ASSERT_OK(zx_map(vm.vmar, RWX | SPECIFIC, enter_gpa + (1ULL << 30),
			 mem, PAGE));
	enter_gpa += 1ULL << 30;
}

TEST_FT(enter, fixture, 120)
{
	enter_gpa = HOLE;
	ASSERT_OK(zx_map(vm.vmar, RWX | SPECIFIC, HOLE, mem, PAGE));
	ASSERT_SYS(madvise(mem, 64 * PAGE, MADV_DONTNEED));
	inject(call_enter, next_enter, NULL);
}

/* No packet is lost, or comes twice, when it cannot be copied */
static u64 told_last;

static int call_enter_with_packet(void)
{
	return zx_enter(vm.vcpu, &vm.pkt);
}

static void next_count(void)
{
	EXPECT_MEM(&vm.pkt, TELL_A);
	EXPECT_EQ(TOLD(&vm), ++told_last);
}

TEST_FT(enter_with_packet, inject_setup, 120)
{
	VM_BOOT(&vm, counter);
	inject(call_enter_with_packet, next_count, NULL);
}

static int call_wait(void)
{
	return zx_wait(port, 0, &vm.pkt);
}

static int call_read(void)
{
	return read(port, &vm.pkt, sizeof(vm.pkt)) == sizeof(vm.pkt) ? 0 :
								       errno;
}

static void next_packet(void)
{
	static u64 key;

	EXPECT_EQ(vm.pkt.key, key);
	ASSERT_ERR(zx_wait(port, 0, &vm.pkt), ETIMEDOUT);
	ASSERT_OK(zx_queue(port, ++key, 1));
}

static int call_cancel(void)
{
	return zx_cancel(port, -1, 0);
}

static void queue_again(void)
{
	ASSERT_ERR(zx_wait(port, 0, &vm.pkt), ETIMEDOUT);
	ASSERT_OK(zx_queue(port, 0, 1));
}

TEST_FT(packets_of_a_port, fixture, 120)
{
	ASSERT_OK(zx_queue(port, 0, 1));
	inject(call_cancel, queue_again, NULL);
	inject(call_wait, next_packet, NULL);
	inject(call_read, next_packet, NULL);
}

/* Calls that allocate nothing: what they copy can fail */
static struct zx_arch_state state;

static int call_features(void)
{
	struct zxvm_features features = { };

	return zx_ioctl(dev, ZXVM_GET_FEATURES, &features);
}

static int call_handle_info(void)
{
	struct zxvm_handle_info info;

	return zx_info(vm.guest, &info);
}

static int call_replace(void)
{
	return zx_replace(vm.guest, ZXVM_RIGHT_SAME);
}

static int call_set_line(void)
{
	struct zxvm_line arg = { .line = IRQCHIP_LINE };

	return zx_ioctl(irqchip_guest, ZXVM_GUEST_SET_LINE, &arg);
}

static int call_vcpu_info(void)
{
	bool kicked;

	return zx_vcpu_kicked(vm.vcpu, &kicked);
}

static int call_vmar_info(void)
{
	struct zxvm_vmar_info info = { };

	return zx_ioctl(vm.vmar, ZXVM_VMAR_INFO, &info);
}

static int call_read_state(void)
{
	return zx_read_state(vm.vcpu, &state);
}

static int call_write_state(void)
{
	return zx_write_state(vm.vcpu, &state);
}

static void nothing(void)
{
}

TEST_FT(calls_that_only_copy, fixture, 120)
{
	static int (*const calls[])(void) = {
		call_features, call_handle_info, call_replace, call_set_line,
		call_vcpu_info, call_vmar_info, call_read_state,
		call_write_state,
	};
	unsigned int i;

	if (access(DEBUG "fail_usercopy", F_OK))
		SKIP("this kernel lets no copy fail");
	dev = zx_device();
	ASSERT_OK(zx_guest_create(ZXVM_GUEST_IRQCHIP, &irqchip_guest,
				  &irqchip_vmar));
	ASSERT_OK(zx_read_state(vm.vcpu, &state));
	for (i = 0; i < ARRAY_SIZE(calls); i++)
		inject(calls[i], nothing, NULL);
}
