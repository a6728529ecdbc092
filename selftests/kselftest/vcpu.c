// SPDX-License-Identifier: GPL-2.0
/* A VCPU's life: owner thread, entry, numbers, registers, the shared page */
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "zx.h"

TEST(runs)
{
	VM_BOOT(&vm, done);
	EXPECT_STORE(&vm, TELL_DONE, 0);
	EXPECT_STORE(&vm, TELL_DONE, 0);
}

TEST(entry_range)
{
	int vcpu;

	vm_create(&vm, 0);
	EXPECT_ERR(zx_vcpu_create(vm.guest, ASPACE_SIZE, &vcpu), EINVAL);
	EXPECT_ERR(zx_vcpu_create(vm.guest, ~0ULL, &vcpu), EINVAL);
	EXPECT_OK(zx_vcpu_create(vm.guest, ASPACE_SIZE - 4, &vcpu));
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
	VM_LOAD(&other, ENTRY, done);
	vm_vcpu(&other, ENTRY);
	EXPECT_STORE(&other, TELL_DONE, 0);
}

/* A mapping of the page keeps the VCPU, as a file descriptor does */
TEST(page_mapping_keeps_the_vcpu)
{
	int vcpu;

	VM_BOOT(&vm, done);
	close(vm.vcpu);
	ARG(0) = 1;
	EXPECT_ERR(zx_vcpu_create(vm.guest, 0, &vcpu), EBADFD);
	munmap(vm.page, ZXVM_VCPU_PAGE_SIZE);
	EXPECT_OK(zx_vcpu_create(vm.guest, 0, &vcpu));
}

static void *strange_thread(void *arg)
{
	struct zx_arch_state state = { };
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

/* What the guest itself takes for its number */
static u32 number_of(struct vt *vt)
{
	ASSERT_OK(vt_enter(vt));
	EXPECT_MEM(&vt->pkt, TELL_A);
	return told_number(TOLD(vt));
}

TEST(numbers_are_the_lowest_free)
{
	static struct vt vt[4];
	u32 i, index;

	vm_create(&vm, 0);
	VM_LOAD(&vm, ENTRY, whoami);
	for (i = 0; i < 4; i++) {
		vt_start(&vt[i], &vm, ENTRY);
		EXPECT_OK(zx_vcpu_index(vt[i].vcpu, &index));
		EXPECT_EQ(index, i);
		EXPECT_EQ(number_of(&vt[i]), i);
	}
	vt_stop(&vt[2]);
	vt_stop(&vt[0]);
	vt_start(&vt[0], &vm, ENTRY);
	EXPECT_OK(zx_vcpu_index(vt[0].vcpu, &index));
	EXPECT_EQ(index, 0);
	EXPECT_EQ(number_of(&vt[0]), 0);
	vt_start(&vt[2], &vm, ENTRY);
	EXPECT_EQ(number_of(&vt[2]), 2);
}

TEST_T(sixty_four_vcpus, 60)
{
	static struct vt vt[ZXVM_MAX_VCPUS];
	int i, vcpu;

	vm_create(&vm, 0);
	VM_LOAD(&vm, ENTRY, whoami);
	for (i = 0; i < ZXVM_MAX_VCPUS; i++)
		vt_start(&vt[i], &vm, ENTRY);
	EXPECT_ERR(zx_vcpu_create(vm.guest, 0, &vcpu), ENOSPC);
	for (i = 0; i < ZXVM_MAX_VCPUS; i++)
		vt_go(&vt[i]);
	for (i = 0; i < ZXVM_MAX_VCPUS; i++) {
		ASSERT_OK(vt_wait(&vt[i]));
		EXPECT_EQ(told_number(TOLD(&vt[i])), i);
	}
	vt_stop(&vt[17]);
	EXPECT_OK(zx_vcpu_create(vm.guest, 0, &vcpu));
}

TEST(state_kinds_and_sizes)
{
	static const unsigned long calls[] = {
		ZXVM_VCPU_READ_STATE, ZXVM_VCPU_WRITE_STATE,
	};
	struct zx_arch_state state = { };
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
		arg.kind = ZXVM_VCPU_IO;
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
		ZXVM_VCPU_STATE, sizeof(struct zx_arch_state),
		(uintptr_t)pages + PAGE - 128,
	};
	struct zx_arch_state zero = { };

	VM_BOOT(&vm, done);
	memset(pages, 0xff, PAGE);
	munmap(pages + PAGE, PAGE);
	EXPECT_ERR(zx_ioctl(vm.vcpu, ZXVM_VCPU_WRITE_STATE, &arg), EFAULT);
	EXPECT_EQ(memcmp(&vm.page->state, &zero, sizeof(zero)), 0);
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
	struct zx_arch_state state = { };
	pthread_t thread;
	bool kicked;
	int orphan;

	vm_create(&vm, 0);
	VM_LOAD(&vm, ENTRY, done);
	pthread_create(&thread, NULL, create_and_exit, NULL);
	pthread_join(thread, NULL);
	EXPECT_ERR(vm_enter(&vm), EBADFD);
	EXPECT_ERR(zx_read_state(vm.vcpu, &state), EBADFD);
	EXPECT_ERR(zx_write_state(vm.vcpu, &state), EBADFD);
	EXPECT_OK(zx_interrupt(vm.vcpu, 32));
	EXPECT_OK(zx_kick(vm.vcpu));
	EXPECT_OK(zx_vcpu_kicked(vm.vcpu, &kicked));
	EXPECT_TRUE(kicked);
	orphan = vm.vcpu;
	vm_vcpu(&vm, ENTRY);
	EXPECT_STORE(&vm, TELL_DONE, 0);
	close(orphan);
	EXPECT_STORE(&vm, TELL_DONE, 0);
}

TEST(guest_lives_as_long_as_its_vcpu)
{
	VM_BOOT(&vm, done);
	close(vm.guest);
	close(vm.vmar);
	EXPECT_STORE(&vm, TELL_DONE, 0);
}
