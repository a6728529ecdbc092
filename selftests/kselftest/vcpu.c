// SPDX-License-Identifier: GPL-2.0
/* A VCPU's life: owner thread, entry, numbers, registers, the shared page */
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "insn.h"
#include "zx.h"

#define X(n)	(vm.page->state.arm64.x[n])
#define NZCV	0xf0000000u

TEST(runs)
{
	VM_BOOT(&vm, done);
	EXPECT_STORE(&vm, TELL_DONE, 0);
	EXPECT_STORE(&vm, TELL_DONE, 0);
}

TEST(initial_state)
{
	struct zxvm_vcpu_state_arm64 state, zero = { };

	VM_BOOT(&vm, whoami);
	EXPECT_EQ(vm.page->exit, ZXVM_EXIT_NONE);
	memset(&state, 0xff, sizeof(state));
	ASSERT_OK(zx_read_state(vm.vcpu, &state));
	EXPECT_EQ(memcmp(&state, &zero, sizeof(state)), 0);
	EXPECT_STORE(&vm, TELL_A, 0x80000000);
	EXPECT_STORE(&vm, TELL_B, 1 << 2);
	EXPECT_STORE(&vm, TELL_C, 0x3c0);
	ASSERT_OK(vm_enter(&vm));
	EXPECT_MEM(&vm.pkt, TELL_D);
	/* MMU, alignment check, data and instruction cache are off */
	EXPECT_EQ(vm.pkt.u.mem_arm64.data & 0x1007, 0);
}

TEST(entry_range)
{
	int vcpu;

	vm_create(&vm, 0);
	EXPECT_ERR(zx_vcpu_create(vm.guest, ASPACE_SIZE, &vcpu), EINVAL);
	EXPECT_ERR(zx_vcpu_create(vm.guest, ~0ULL, &vcpu), EINVAL);
	EXPECT_OK(zx_vcpu_create(vm.guest, ASPACE_SIZE - 4, &vcpu));
	EXPECT_ERR(zx_enter(vcpu, &vm.pkt), ENOENT);
}

TEST(create_options)
{
	struct zxvm_vcpu_create arg = { };
	int bit;

	vm_create(&vm, 0);
	for (bit = 0; bit < 32; bit++) {
		arg.options = 1u << bit;
		EXPECT_ERR(zx_ioctl(vm.guest, ZXVM_VCPU_CREATE, &arg), EINVAL);
	}
	EXPECT_ERR(zx_ioctl(vm.guest, ZXVM_VCPU_CREATE, (void *)8), EFAULT);
}

/* After a failed copy-out the thread must be free for another VCPU */
TEST(create_into_read_only_memory)
{
	void *arg = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS,
			 -1, 0);
	long fds;
	int vcpu;

	vm_create(&vm, 0);
	fds = count_fds();
	EXPECT_ERR(zx_ioctl(vm.guest, ZXVM_VCPU_CREATE, arg), EFAULT);
	EXPECT_EQ(count_fds(), fds);
	EXPECT_OK(zx_vcpu_create(vm.guest, 0, &vcpu));
}

TEST(second_vcpu_on_a_thread_is_EBADFD)
{
	struct vm other;
	int vcpu;

	VM_BOOT(&vm, done);
	EXPECT_ERR(zx_vcpu_create(vm.guest, 0, &vcpu), EBADFD);
	vm_create(&other, 0);
	EXPECT_ERR(zx_vcpu_create(other.guest, 0, &vcpu), EBADFD);
	/* Once it is gone the thread may have another */
	munmap(vm.page, ZXVM_VCPU_PAGE_SIZE);
	close(vm.vcpu);
	VM_LOAD(&other, 0, done);
	vm_vcpu(&other, 0);
	EXPECT_STORE(&other, TELL_DONE, 0);
}

/* A mapping of the page keeps the VCPU, as a file descriptor does */
TEST(page_mapping_keeps_the_vcpu)
{
	int vcpu;

	VM_BOOT(&vm, done);
	close(vm.vcpu);
	vm.page->state.arm64.x[0] = 1;
	EXPECT_ERR(zx_vcpu_create(vm.guest, 0, &vcpu), EBADFD);
	munmap(vm.page, ZXVM_VCPU_PAGE_SIZE);
	EXPECT_OK(zx_vcpu_create(vm.guest, 0, &vcpu));
}

static void *strange_thread(void *arg)
{
	struct zxvm_vcpu_state_arm64 state = { };
	struct zxvm_handle_info info;
	struct zxvm_packet pkt;
	bool kicked;

	(void)arg;
	EXPECT_ERR(zx_enter(vm.vcpu, &pkt), EBADFD);
	EXPECT_ERR(zx_read_state(vm.vcpu, &state), EBADFD);
	EXPECT_ERR(zx_write_state(vm.vcpu, &state), EBADFD);
	EXPECT_OK(zx_interrupt(vm.vcpu, 32));
	EXPECT_OK(zx_kick(vm.vcpu));
	EXPECT_OK(zx_vcpu_kicked(vm.vcpu, &kicked));
	EXPECT_OK(zx_info(vm.vcpu, &info));
	return NULL;
}

TEST(another_thread_is_EBADFD)
{
	pthread_t thread;

	VM_BOOT(&vm, done);
	pthread_create(&thread, NULL, strange_thread, NULL);
	pthread_join(thread, NULL);
	EXPECT_ERR(vm_enter(&vm), ECANCELED);
	EXPECT_STORE(&vm, TELL_DONE, 0);
}

static u64 mpidr_of(struct vt *vt)
{
	ASSERT_OK(vt_enter(vt));
	EXPECT_MEM(&vt->pkt, TELL_A);
	return vt->pkt.u.mem_arm64.data;
}

TEST(numbers_are_the_lowest_free)
{
	static struct vt vt[4];
	u32 i, index;

	vm_create(&vm, 0);
	VM_LOAD(&vm, 0, whoami);
	for (i = 0; i < 4; i++) {
		vt_start(&vt[i], &vm, 0);
		EXPECT_OK(zx_vcpu_index(vt[i].vcpu, &index));
		EXPECT_EQ(index, i);
		EXPECT_EQ(mpidr_of(&vt[i]), 0x80000000 | i);
	}
	vt_stop(&vt[2]);
	vt_stop(&vt[0]);
	vt_start(&vt[0], &vm, 0);
	EXPECT_OK(zx_vcpu_index(vt[0].vcpu, &index));
	EXPECT_EQ(index, 0);
	EXPECT_EQ(mpidr_of(&vt[0]), 0x80000000);
	vt_start(&vt[2], &vm, 0);
	EXPECT_EQ(mpidr_of(&vt[2]), 0x80000002);
}

TEST_T(sixty_four_vcpus, 60)
{
	static struct vt vt[ZXVM_MAX_VCPUS];
	int i, vcpu;

	vm_create(&vm, 0);
	VM_LOAD(&vm, 0, whoami);
	for (i = 0; i < ZXVM_MAX_VCPUS; i++)
		vt_start(&vt[i], &vm, 0);
	EXPECT_ERR(zx_vcpu_create(vm.guest, 0, &vcpu), ENOSPC);
	for (i = 0; i < ZXVM_MAX_VCPUS; i++)
		vt_go(&vt[i]);
	for (i = 0; i < ZXVM_MAX_VCPUS; i++) {
		ASSERT_OK(vt_wait(&vt[i]));
		EXPECT_EQ(vt[i].pkt.u.mem_arm64.data & 0xff80ffffff,
			  0x80000000 | (i & 15) | (i >> 4 << 8));
	}
	vt_stop(&vt[17]);
	EXPECT_OK(zx_vcpu_create(vm.guest, 0, &vcpu));
}

TEST(registers_by_the_page)
{
	int i, round;

	VM_BOOT(&vm, registers);
	for (i = 0; i < 31; i++)
		X(i) = i == 28 ? MMIO : 100 * i;
	vm.page->state.arm64.sp = 0x1000;
	vm.page->dirty = ZXVM_PAGE_SP;
	for (round = 1; round < 4; round++) {
		EXPECT_STORE(&vm, TELL_DONE, 0);
		for (i = 0; i < 31; i++)
			EXPECT_EQ(X(i), i == 28 ? MMIO : 100 * i + round);
		EXPECT_EQ(vm.page->dirty, 0);
	}
}

TEST(registers_by_ioctl)
{
	struct zxvm_vcpu_state_arm64 state;
	int i, round;

	VM_BOOT(&vm, registers);
	for (i = 0; i < 31; i++)
		state.x[i] = i == 28 ? MMIO : 100 * i;
	state.sp = 0x1000;
	state.cpsr = 0;
	state.pad = ~0u;
	ASSERT_OK(zx_write_state(vm.vcpu, &state));
	for (round = 1; round < 4; round++) {
		EXPECT_STORE(&vm, TELL_DONE, 0);
		memset(&state, 0xff, sizeof(state));
		ASSERT_OK(zx_read_state(vm.vcpu, &state));
		for (i = 0; i < 31; i++)
			EXPECT_EQ(state.x[i], i == 28 ? MMIO : 100 * i + round);
		EXPECT_EQ(state.sp, 0x1000 + 16 * round);
		EXPECT_EQ(state.pad, 0);
		EXPECT_EQ(state.cpsr & ~NZCV, 0);
		ASSERT_OK(zx_write_state(vm.vcpu, &state));
	}
}

/* SP and NZCV reach the guest by the page only when their dirty bit is set */
TEST(dirty_bits_of_the_page)
{
	struct zxvm_vcpu_state_arm64 state;

	VM_BOOT(&vm, flags);
	ASSERT_OK(zx_read_state(vm.vcpu, &state));
	state.sp = 0x5000;
	state.cpsr = 1u << 31;
	ASSERT_OK(zx_write_state(vm.vcpu, &state));
	EXPECT_STORE(&vm, TELL_A, 1u << 31);

	vm.page->state.arm64.sp = 0x7000;
	vm.page->state.arm64.cpsr = 1u << 30;
	vm.page->dirty = 0;
	EXPECT_STORE(&vm, TELL_A, 1u << 31);
	ASSERT_OK(zx_read_state(vm.vcpu, &state));
	EXPECT_EQ(state.sp, 0x5000);

	vm.page->state.arm64.sp = 0x7000;
	vm.page->state.arm64.cpsr = 1u << 30;
	vm.page->dirty = ZXVM_PAGE_SP;
	EXPECT_STORE(&vm, TELL_A, 1u << 31);
	EXPECT_EQ(vm.page->dirty, 0);
	ASSERT_OK(zx_read_state(vm.vcpu, &state));
	EXPECT_EQ(state.sp, 0x7000);

	vm.page->state.arm64.cpsr = 1u << 30 | 0x0fffffff;
	vm.page->dirty = ZXVM_PAGE_FLAGS | ~3u;
	EXPECT_STORE(&vm, TELL_A, 1u << 30);
	EXPECT_EQ(vm.page->dirty, 0);
}

/* What @valid promises is what READ_STATE says */
TEST(valid_bits_of_the_page)
{
	struct zxvm_vcpu_state_arm64 state;

	VM_BOOT(&vm, registers);
	X(28) = MMIO;
	EXPECT_STORE(&vm, TELL_DONE, 0);
	ASSERT_OK(zx_read_state(vm.vcpu, &state));
	EXPECT_EQ(state.sp, 16);
	if (vm.page->valid & ZXVM_PAGE_SP)
		EXPECT_EQ(vm.page->state.arm64.sp, state.sp);
	if (vm.page->valid & ZXVM_PAGE_FLAGS)
		EXPECT_EQ(vm.page->state.arm64.cpsr, state.cpsr);
	EXPECT_EQ(vm.page->valid & ~3u, 0);
}

/* Zircon ORs the flags in; here they can be cleared too */
TEST(flags_can_be_set_and_cleared)
{
	static const u32 values[] = { NZCV, 0, 1u << 29, 1u << 28, 0 };
	struct zxvm_vcpu_state_arm64 state;
	unsigned int i;

	VM_BOOT(&vm, flags);
	for (i = 0; i < ARRAY_SIZE(values); i++) {
		ASSERT_OK(zx_read_state(vm.vcpu, &state));
		state.cpsr = values[i];
		ASSERT_OK(zx_write_state(vm.vcpu, &state));
		EXPECT_STORE(&vm, TELL_A, values[i]);
		ASSERT_OK(zx_read_state(vm.vcpu, &state));
		EXPECT_EQ(state.cpsr, values[i]);
	}
}

/* Nothing but NZCV: no mode, no mask bit */
TEST(cpsr_bits_beside_the_flags_are_ignored)
{
	struct zxvm_vcpu_state_arm64 state;

	VM_BOOT(&vm, whoami);
	ASSERT_OK(zx_read_state(vm.vcpu, &state));
	state.cpsr = 0x0fffffff;
	ASSERT_OK(zx_write_state(vm.vcpu, &state));
	EXPECT_STORE(&vm, TELL_A, 0x80000000);
	EXPECT_STORE(&vm, TELL_B, 1 << 2);
	EXPECT_STORE(&vm, TELL_C, 0x3c0);
	ASSERT_OK(zx_read_state(vm.vcpu, &state));
	EXPECT_EQ(state.cpsr, 0);
}

TEST(state_kinds_and_sizes)
{
	static const unsigned long calls[] = {
		ZXVM_VCPU_READ_STATE, ZXVM_VCPU_WRITE_STATE,
	};
	struct zxvm_vcpu_state_arm64 state = { };
	struct zxvm_vcpu_rw_state arg;
	unsigned int i;

	VM_BOOT(&vm, done);
	for (i = 0; i < 2; i++) {
		arg = (struct zxvm_vcpu_rw_state){
			ZXVM_VCPU_STATE, sizeof(state), (uintptr_t)&state,
		};
		EXPECT_OK(zx_ioctl(vm.vcpu, calls[i], &arg));
		arg.size--;
		EXPECT_ERR(zx_ioctl(vm.vcpu, calls[i], &arg), EINVAL);
		arg.size += 2;
		EXPECT_ERR(zx_ioctl(vm.vcpu, calls[i], &arg), EINVAL);
		arg.size = 0;
		EXPECT_ERR(zx_ioctl(vm.vcpu, calls[i], &arg), EINVAL);
		arg.size = sizeof(state);
		arg.kind = 2;
		EXPECT_ERR(zx_ioctl(vm.vcpu, calls[i], &arg), EINVAL);
		/* IN instructions are x86's */
		arg.kind = ZXVM_VCPU_IO;
		EXPECT_ERR(zx_ioctl(vm.vcpu, calls[i], &arg), EINVAL);
		arg.size = sizeof(struct zxvm_vcpu_io);
		EXPECT_ERR(zx_ioctl(vm.vcpu, calls[i], &arg), EINVAL);
		arg = (struct zxvm_vcpu_rw_state){
			ZXVM_VCPU_STATE, sizeof(state), 8,
		};
		EXPECT_ERR(zx_ioctl(vm.vcpu, calls[i], &arg), EFAULT);
		EXPECT_ERR(zx_ioctl(vm.vcpu, calls[i], (void *)8), EFAULT);
	}
	EXPECT_STORE(&vm, TELL_DONE, 0);
}

TEST(write_state_that_fails_changes_nothing)
{
	u8 *pages = vm_alloc(2 * PAGE);
	struct zxvm_vcpu_rw_state arg = {
		ZXVM_VCPU_STATE, sizeof(struct zxvm_vcpu_state_arm64),
		(uintptr_t)pages + PAGE - 128,
	};
	int i;

	VM_BOOT(&vm, done);
	memset(pages, 0xff, PAGE);
	munmap(pages + PAGE, PAGE);
	EXPECT_ERR(zx_ioctl(vm.vcpu, ZXVM_VCPU_WRITE_STATE, &arg), EFAULT);
	for (i = 0; i < 31; i++)
		EXPECT_EQ(X(i), 0);
}

static int map_page(int fd, int prot, int flags, size_t size, off_t offset)
{
	void *p = mmap(NULL, size, prot, flags, fd, offset);

	if (p == MAP_FAILED)
		return errno;
	munmap(p, size);
	return 0;
}

TEST(page_mmap_rights_and_errors)
{
	const int rw = PROT_READ | PROT_WRITE;
	int ro, wo;
	void *p;

	VM_BOOT(&vm, done);
	ASSERT_OK(zx_duplicate(vm.vcpu, ZXVM_RIGHT_READ, &ro));
	ASSERT_OK(zx_duplicate(vm.vcpu, ZXVM_RIGHT_WRITE, &wo));
	EXPECT_OK(map_page(ro, PROT_READ, MAP_SHARED, PAGE, 0));
	EXPECT_ERR(map_page(ro, rw, MAP_SHARED, PAGE, 0), EACCES);
	EXPECT_ERR(map_page(wo, rw, MAP_SHARED, PAGE, 0), EACCES);
	EXPECT_ERR(map_page(wo, PROT_READ, MAP_SHARED, PAGE, 0), EACCES);
	EXPECT_OK(map_page(vm.vcpu, rw, MAP_SHARED, PAGE, 0));
	EXPECT_ERR(map_page(vm.vcpu, rw, MAP_PRIVATE, PAGE, 0), EINVAL);
	EXPECT_ERR(map_page(vm.vcpu, PROT_READ, MAP_PRIVATE, PAGE, 0), EINVAL);
	EXPECT_ERR(map_page(vm.vcpu, rw, MAP_SHARED, PAGE, PAGE), EINVAL);
	EXPECT_ERR(map_page(vm.vcpu, rw, MAP_SHARED, 2 * PAGE, 0), EINVAL);
	EXPECT_NE(map_page(vm.guest, PROT_READ, MAP_SHARED, PAGE, 0), 0);
	EXPECT_NE(map_page(vm.vmar, PROT_READ, MAP_SHARED, PAGE, 0), 0);
	/* The rights hold for mprotect too */
	p = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, ro, 0);
	ASSERT_TRUE(p != MAP_FAILED);
	EXPECT_EQ(mprotect(p, PAGE, rw) ? errno : 0, EACCES);
	EXPECT_EQ(mprotect(p, PAGE, PROT_READ | PROT_EXEC) ? errno : 0, EACCES);
	/* And the page cannot be grown over what follows it */
	EXPECT_TRUE(mremap(p, PAGE, 2 * PAGE, MREMAP_MAYMOVE) == MAP_FAILED);
}

TEST(info_errors)
{
	VM_BOOT(&vm, done);
	EXPECT_ERR(zx_ioctl(vm.vcpu, ZXVM_VCPU_INFO, (void *)8), EFAULT);
	EXPECT_ERR(zx_ioctl(vm.guest, ZXVM_VCPU_INFO, (void *)8), ENOTTY);
}

static void *create_and_exit(void *arg)
{
	(void)arg;
	ASSERT_OK(zx_vcpu_create(vm.guest, 0, &vm.vcpu));
	return NULL;
}

/* The VCPU survives its owner, but nobody can enter it any more */
TEST(owner_exits)
{
	struct zxvm_vcpu_state_arm64 state = { };
	pthread_t thread;
	bool kicked;
	int vcpu;

	vm_create(&vm, 0);
	VM_LOAD(&vm, 0, done);
	pthread_create(&thread, NULL, create_and_exit, NULL);
	pthread_join(thread, NULL);
	EXPECT_ERR(vm_enter(&vm), EBADFD);
	EXPECT_ERR(zx_read_state(vm.vcpu, &state), EBADFD);
	EXPECT_ERR(zx_write_state(vm.vcpu, &state), EBADFD);
	EXPECT_OK(zx_interrupt(vm.vcpu, 27));
	EXPECT_OK(zx_kick(vm.vcpu));
	EXPECT_OK(zx_vcpu_kicked(vm.vcpu, &kicked));
	EXPECT_TRUE(kicked);
	EXPECT_OK(zx_vcpu_create(vm.guest, 0, &vcpu));
	EXPECT_ERR(zx_enter(vcpu, &vm.pkt), 0);
	close(vm.vcpu);
	EXPECT_ERR(zx_enter(vcpu, &vm.pkt), 0);
}

TEST(guest_lives_as_long_as_its_vcpu)
{
	VM_BOOT(&vm, done);
	close(vm.guest);
	close(vm.vmar);
	EXPECT_STORE(&vm, TELL_DONE, 0);
}
