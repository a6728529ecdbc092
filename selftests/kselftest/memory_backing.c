// SPDX-License-Identifier: GPL-2.0
/* What the process does to its memory is what the guest sees, at once */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>

#include "access.h"
#include "newer.h"

#define SPECIFIC	ZXVM_VM_SPECIFIC
#define HUGE		(2ULL << 20)

static u64 *mem;	/* 16 pages at HOLE, read and written by the guest */

static void fixture(void)
{
	access_boot();
	mem = vm_alloc(16 * PAGE);
	ASSERT_OK(zx_map(vm.vmar, RWX | SPECIFIC, HOLE, mem, 16 * PAGE));
	EXPECT_OK(poke(HOLE, 11));
	EXPECT_OK(poke(HOLE + PAGE, 22));
	EXPECT_EQ(mem[0], 11);
}

TEST_F(munmap_and_mmap, fixture)
{
	ASSERT_SYS(munmap(mem, PAGE));
	EXPECT_ERR(peek_err(HOLE), ENOENT);
	EXPECT_ERR(poke(HOLE, 1), ENOENT);
	EXPECT_EQ(peek(HOLE + PAGE), 22);
	ASSERT_TRUE(mmap(mem, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE |
			 MAP_ANONYMOUS | MAP_FIXED, -1, 0) == mem);
	EXPECT_EQ(peek(HOLE), 0);
	EXPECT_OK(poke(HOLE, 33));
	EXPECT_EQ(mem[0], 33);
}

TEST_F(madvise_dontneed, fixture)
{
	ASSERT_SYS(madvise(mem, PAGE, MADV_DONTNEED));
	EXPECT_EQ(peek(HOLE), 0);
	EXPECT_OK(poke(HOLE, 5));
	EXPECT_EQ(mem[0], 5);
	EXPECT_EQ(peek(HOLE + PAGE), 22);
	ASSERT_SYS(madvise(mem, PAGE, MADV_DONTNEED));
	EXPECT_OK(poke(HOLE, 6));
	EXPECT_EQ(mem[0], 6);
}

TEST_F(mremap_moves_it_away, fixture)
{
	u64 *new = mremap(mem, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED,
			  vm_alloc(PAGE));

	ASSERT_TRUE(new != MAP_FAILED);
	EXPECT_ERR(peek_err(HOLE), ENOENT);
	EXPECT_EQ(new[0], 11);
	EXPECT_EQ(peek(HOLE + PAGE), 22);
}

TEST_F(mprotect_is_honoured, fixture)
{
	ASSERT_SYS(mprotect(mem, PAGE, PROT_READ));
	EXPECT_EQ(peek(HOLE), 11);
	EXPECT_ERR(poke(HOLE, 1), ENOENT);
	EXPECT_EQ(mem[0], 11);
	ASSERT_SYS(mprotect(mem, PAGE, PROT_NONE));
	EXPECT_ERR(peek_err(HOLE), ENOENT);
	EXPECT_EQ(peek(HOLE + PAGE), 22);
	ASSERT_SYS(mprotect(mem, PAGE, PROT_READ | PROT_WRITE));
	EXPECT_EQ(peek(HOLE), 11);
	EXPECT_OK(poke(HOLE, 12));
	EXPECT_EQ(mem[0], 12);
}

TEST(read_only_and_inaccessible_from_the_start)
{
	u64 *ro = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		       0);
	u64 *none = mmap(NULL, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS,
			 -1, 0);

	access_boot();
	ASSERT_OK(zx_map(vm.vmar, RWX | SPECIFIC, HOLE, ro, PAGE));
	ASSERT_OK(zx_map(vm.vmar, RWX | SPECIFIC, HOLE + PAGE, none, PAGE));
	EXPECT_EQ(peek(HOLE), 0);
	EXPECT_ERR(poke(HOLE, 1), ENOENT);
	EXPECT_EQ(ro[0], 0);
	EXPECT_ERR(peek_err(HOLE + PAGE), ENOENT);
	EXPECT_ERR(poke(HOLE + PAGE, 1), ENOENT);
}

/* What a thread denies itself it cannot give to the guest */
TEST_F(protection_keys, fixture)
{
	int key = pkey_alloc(0, PKEY_DISABLE_ACCESS);

	if (key < 0)
		SKIP("this host has no protection keys");
	ASSERT_SYS(pkey_mprotect(mem, PAGE, PROT_READ | PROT_WRITE, key));
	EXPECT_ERR(peek_err(HOLE), ENOENT);
	EXPECT_ERR(poke(HOLE, 1), ENOENT);
	ASSERT_SYS(pkey_set(key, PKEY_DISABLE_WRITE));
	EXPECT_EQ(peek(HOLE), 11);
	EXPECT_ERR(poke(HOLE, 1), ENOENT);
	ASSERT_SYS(pkey_set(key, 0));
	EXPECT_OK(poke(HOLE, 12));
	EXPECT_EQ(mem[0], 12);
}

/* Writable, not readable: what the CPU makes of it, but no endless fault */
TEST(write_only_memory)
{
	u64 *wo = mmap(NULL, PAGE, PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		       0);
	int err;

	access_boot();
	ASSERT_OK(zx_map(vm.vmar, RWX | SPECIFIC, HOLE, wo, PAGE));
	err = poke(HOLE, 1);
	EXPECT_TRUE(!err || err == ENOENT);
	err = peek_err(HOLE);
	EXPECT_TRUE(!err || err == ENOENT);
}

/* An address with a tag in its top byte: refused, or good for all of it */
TEST(tagged_address)
{
	uintptr_t tag = 0x5aULL << 56;
	u64 *anon = vm_alloc(PAGE);
	int err;

	access_boot();
	EXPECT_ERR(zx_map(vm.vmar, RWX | SPECIFIC, HOLE,
			  (void *)((uintptr_t)anon | tag), PAGE), EINVAL);
	if (prctl(PR_SET_TAGGED_ADDR_CTRL, PR_TAGGED_ADDR_ENABLE, 0, 0, 0))
		SKIP("this kernel takes no tagged addresses");
	err = zx_map(vm.vmar, RWX | SPECIFIC, HOLE,
		     (void *)((uintptr_t)anon | tag), PAGE);
	if (err) {
		EXPECT_ERR(err, EINVAL);
		return;
	}
	EXPECT_OK(poke(HOLE, 3));
	EXPECT_EQ(anon[0], 3);
	ASSERT_SYS(munmap(anon, PAGE));
	EXPECT_ERR(peek_err(HOLE), ENOENT);
}

/* Memory that is not in the kernel's own map of memory */
TEST(secret_memory_is_refused)
{
	int fd = syscall(__NR_memfd_secret, 0);
	u64 *secret;

	if (fd < 0 || ftruncate(fd, PAGE))
		SKIP("this kernel has no memfd_secret");
	secret = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (secret == MAP_FAILED)
		SKIP("no secret memory was to be had");
	secret[0] = 1;
	access_boot();
	ASSERT_OK(zx_map(vm.vmar, RWX | SPECIFIC, HOLE, secret, PAGE));
	EXPECT_ERR(peek_err(HOLE), ENOENT);
	EXPECT_ERR(poke(HOLE, 2), ENOENT);
	EXPECT_EQ(secret[0], 1);
}

/* Shared with the children: how long the edits take, and alarms in them */
static struct {
	u64 usec;
	unsigned int alarms;
} *edits;

static void on_alarm(int sig)
{
	(void)sig;
	edits->alarms++;
}

/* Once: if they came more often than a call takes, it would begin anew for ever */
static void alarm_in(u64 usec)
{
	struct sigaction sa = { .sa_handler = on_alarm };
	struct itimerval it = {
		.it_value = { usec / 1000000, usec % 1000000 },
	};

	sigaction(SIGALRM, &sa, NULL);
	setitimer(ITIMER_REAL, &it, NULL);
}

/* The first mapping of a process does most */
static void edit_mappings(int guest, int vmar)
{
	ASSERT_OK(zx_map(vmar, RWX | SPECIFIC, HOLE, sbrk(0), PAGE));
	ASSERT_OK(zx_trap(guest, ZXVM_TRAP_MEM, HOLE, PAGE, -1, 0));
	ASSERT_OK(zx_map(vmar, RWX | SPECIFIC, 0, sbrk(0), 16 * PAGE));
	ASSERT_OK(zx_protect(vmar, 0, PAGE, PAGE));
	ASSERT_OK(zx_unmap(vmar, 3 * PAGE, PAGE));
}

#define ALARM_ROUNDS	100

/* In each round but the first an alarm comes a little later in the edits */
static void edit_in_child(int round)
{
	int guest, vmar;
	u64 start;

	ASSERT_OK(zx_guest_create(0, &guest, &vmar));
	if (round)
		alarm_in(edits->usec * round / ALARM_ROUNDS + 1);
	start = now_ns();
	edit_mappings(guest, vmar);
	if (!round)
		edits->usec = (now_ns() - start) / 1000;
	_exit(0);
}

/* A call that changes something is not broken off by a signal */
TEST_T(map_under_alarms, 60)
{
	int round;
	pid_t pid;

	edits = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_TRUE(edits != MAP_FAILED);
	for (round = 0; round <= ALARM_ROUNDS; round++) {
		pid = fork();
		if (!pid)
			edit_in_child(round);
		wait_child(pid);
	}
	EXPECT_GT(edits->alarms, ALARM_ROUNDS / 10);
	printf("# %u alarms in %llu us\n", edits->alarms, edits->usec);
}

/* The zero page is shared by all: the first store must get its own */
TEST(zero_page_is_copied)
{
	u64 *anon = vm_alloc(2 * PAGE);

	access_boot();
	ASSERT_OK(zx_map(vm.vmar, RWX | SPECIFIC, HOLE, anon, 2 * PAGE));
	EXPECT_EQ(anon[0], 0);
	EXPECT_EQ(peek(HOLE), 0);
	EXPECT_EQ(peek(HOLE + PAGE), 0);
	EXPECT_OK(poke(HOLE, 1));
	EXPECT_EQ(peek(HOLE + PAGE), 0);
	EXPECT_EQ(anon[0], 1);
	EXPECT_EQ(anon[512], 0);
}

TEST(private_file_is_copied)
{
	int fd = memfd_create("zxvm", MFD_CLOEXEC);
	u64 value = 7, *priv;

	ASSERT_EQ(pwrite(fd, &value, 8, 0), 8);
	priv = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	ASSERT_TRUE(priv != MAP_FAILED);
	access_boot();
	ASSERT_OK(zx_map(vm.vmar, RWX | SPECIFIC, HOLE, priv, PAGE));
	EXPECT_EQ(peek(HOLE), 7);
	EXPECT_OK(poke(HOLE, 8));
	EXPECT_EQ(priv[0], 8);
	ASSERT_EQ(pread(fd, &value, 8, 0), 8);
	EXPECT_EQ(value, 7);
}

TEST(memfd_in_two_mappings)
{
	int fd = memfd_create("zxvm", MFD_CLOEXEC);
	u64 *a, *b, value;

	ASSERT_SYS(ftruncate(fd, 2 * PAGE));
	a = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	b = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	access_boot();
	ASSERT_OK(zx_map(vm.vmar, RWX | SPECIFIC, HOLE, a, 2 * PAGE));
	ASSERT_OK(zx_map(vm.vmar, RWX | SPECIFIC, HOLE + HUGE, b, 2 * PAGE));
	EXPECT_OK(poke(HOLE + PAGE, 77));
	EXPECT_EQ(peek(HOLE + HUGE + PAGE), 77);
	EXPECT_EQ(b[512], 77);
	ASSERT_EQ(pread(fd, &value, 8, PAGE), 8);
	EXPECT_EQ(value, 77);
	/* Truncated: the page is gone from everywhere, as with SIGBUS */
	ASSERT_SYS(ftruncate(fd, PAGE));
	EXPECT_ERR(peek_err(HOLE + PAGE), ENOENT);
	EXPECT_ERR(poke(HOLE + HUGE + PAGE, 1), ENOENT);
	ASSERT_SYS(ftruncate(fd, 2 * PAGE));
	EXPECT_EQ(peek(HOLE + PAGE), 0);
	/* A hole punched: zeros */
	EXPECT_OK(poke(HOLE, 5));
	ASSERT_SYS(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0,
			     PAGE));
	EXPECT_EQ(peek(HOLE), 0);
	EXPECT_OK(poke(HOLE + HUGE, 6));
	EXPECT_EQ(peek(HOLE), 6);
	EXPECT_EQ(a[0], 6);
}

/* After a fork the guest keeps the parent's page; the child has its copy */
TEST_F(fork_and_copy_on_write, fixture)
{
	int to_child[2], to_parent[2];
	char byte;
	pid_t pid;

	ASSERT_SYS(pipe(to_child));
	ASSERT_SYS(pipe(to_parent));
	pid = fork();
	if (!pid) {
		ASSERT_EQ(read(to_child[0], &byte, 1), 1);
		EXPECT_EQ(mem[0], 11);
		EXPECT_EQ(mem[512], 22);
		mem[0] = 99;
		mem[1024] = 98;
		ASSERT_EQ(write(to_parent[1], "x", 1), 1);
		ASSERT_EQ(read(to_child[0], &byte, 1), 1);
		EXPECT_EQ(mem[0], 99);
		_exit(0);
	}
	EXPECT_OK(poke(HOLE, 111));
	EXPECT_EQ(mem[0], 111);
	mem[512] = 222;
	EXPECT_EQ(peek(HOLE + PAGE), 222);
	ASSERT_EQ(write(to_child[1], "x", 1), 1);
	ASSERT_EQ(read(to_parent[0], &byte, 1), 1);
	EXPECT_EQ(peek(HOLE), 111);
	EXPECT_EQ(peek(HOLE + 2 * PAGE), 0);
	EXPECT_OK(poke(HOLE, 112));
	ASSERT_EQ(write(to_child[1], "x", 1), 1);
	wait_child(pid);
	EXPECT_EQ(mem[0], 112);
}

static long read_number(const char *name)
{
	FILE *f = fopen(name, "re");
	long n = -1;

	if (f) {
		if (fscanf(f, "%ld", &n) != 1)
			n = -1;
		fclose(f);
	}
	return n;
}

#define KSM	"/sys/kernel/mm/ksm/"

TEST_FT(same_page_merging, fixture, 60)
{
	int i;

	if (!write_file(KSM "run", "2") || !write_file(KSM "run", "1"))
		SKIP("this kernel has no KSM");
	write_file(KSM "pages_to_scan", "10000");
	write_file(KSM "sleep_millisecs", "1");
	for (i = 0; i < 16; i++)
		memset(mem + i * 512, 0x5a, PAGE);
	EXPECT_EQ(peek(HOLE + 3 * PAGE), 0x5a5a5a5a5a5a5a5a);
	ASSERT_SYS(madvise(mem, 16 * PAGE, MADV_MERGEABLE));
	for (i = 0; i < 2000 && read_number(KSM "pages_sharing") < 10; i++)
		sleep_ms(10);
	EXPECT_GE(read_number(KSM "pages_sharing"), 10);
	/* The merged page is read by the guest and copied when written */
	EXPECT_EQ(peek(HOLE + 3 * PAGE), 0x5a5a5a5a5a5a5a5a);
	EXPECT_OK(poke(HOLE + 3 * PAGE, 1));
	for (i = 0; i < 16; i++)
		EXPECT_EQ(mem[i * 512], i == 3 ? 1 : 0x5a5a5a5a5a5a5a5a);
	EXPECT_EQ(peek(HOLE + 4 * PAGE), 0x5a5a5a5a5a5a5a5a);
	write_file(KSM "run", "2");
}

/* Refused at access, as the process could but the guest must not */
static void expect_refused(void *address)
{
	ASSERT_OK(zx_map(vm.vmar, ZXVM_VM_PERM_READ | ZXVM_VM_PERM_WRITE |
			 SPECIFIC, HOLE, address, PAGE));
	EXPECT_ERR(peek_err(HOLE), ENOENT);
	EXPECT_ERR(poke(HOLE, 0), ENOENT);
	ASSERT_OK(zx_unmap(vm.vmar, HOLE, PAGE));
}

TEST(device_memory_is_refused)
{
	int fd = open("/dev/mem", O_RDWR | O_CLOEXEC);
	void *p = MAP_FAILED;

	access_boot();
	if (fd >= 0)
		p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
			 DEVICE_MEMORY);
	if (p == MAP_FAILED)
		SKIP("/dev/mem cannot be mapped");
	expect_refused(p);
}

/* The kernel's vvar page has no struct page to count */
TEST(vvar_is_refused)
{
	unsigned long start = 0;
	char line[300];
	FILE *maps = fopen("/proc/self/maps", "re");

	ASSERT_TRUE(maps);
	while (fgets(line, sizeof(line), maps))
		if (strstr(line, "[vvar]"))
			start = strtoul(line, NULL, 16);
	fclose(maps);
	if (!start)
		SKIP("there is no vvar mapping");
	access_boot();
	expect_refused((void *)start);
}

/* A guest that writes to its own VCPU's page fools nobody but itself */
TEST(vcpu_page_as_guest_memory)
{
	access_boot();
	ASSERT_OK(zx_map(vm.vmar, RWX | SPECIFIC, HOLE, vm.page, PAGE));
	EXPECT_EQ(peek(HOLE), KEY_MMIO);
	EXPECT_OK(poke(HOLE + 0x800, 5));
	EXPECT_EQ(*(u64 *)((u8 *)vm.page + 0x800), 5);
}

/* The process that the memory belongs to is gone, the files are not */
TEST(memory_of_a_dead_process)
{
	int socks[2], guest, vmar;
	struct zxvm_vmar_info info = { };
	pid_t pid;

	ASSERT_SYS(socketpair(AF_UNIX, SOCK_STREAM, 0, socks));
	pid = fork();
	if (!pid) {
		fixture();
		ASSERT_OK(send_fd(socks[1], vm.guest));
		ASSERT_OK(send_fd(socks[1], vm.vmar));
		_exit(harness_failed());
	}
	guest = recv_fd(socks[0]);
	vmar = recv_fd(socks[0]);
	wait_child(pid);
	EXPECT_ERR(zx_map(vmar, RWX | SPECIFIC, HOLE + HUGE, socks, PAGE), EINVAL);
	EXPECT_ERR(zx_map(vmar, RWX | SPECIFIC, HOLE + HUGE, vm_alloc(PAGE),
			  PAGE), EPERM);
	EXPECT_ERR(zx_unmap(vmar, HOLE, PAGE), EPERM);
	EXPECT_OK(zx_ioctl(vmar, ZXVM_VMAR_INFO, &info));
	/* A trap is punched into the mapping that nobody can use any more */
	EXPECT_OK(zx_trap(guest, ZXVM_TRAP_MEM, HOLE + PAGE, PAGE, -1, 0));
	close(guest);
	EXPECT_ERR(zx_unmap(vmar, HOLE, PAGE), EPERM);
}
