// SPDX-License-Identifier: GPL-2.0
/* Many of everything, for long: leaks, races, and input without sense */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "zx.h"

static long meminfo(const char *field)
{
	FILE *f = fopen("/proc/meminfo", "re");
	size_t len = strlen(field);
	char line[200];
	long kib = -1;

	ASSERT_TRUE(f);
	while (fgets(line, sizeof(line), f))
		if (!strncmp(line, field, len) && line[len] == ':')
			kib = strtol(line + len + 1, NULL, 10);
	fclose(f);
	ASSERT_TRUE(kib >= 0);
	return kib;
}

/* Memory that the kernel holds and could not give back */
static long kernel_kib(void)
{
	int fd = open("/proc/sys/vm/drop_caches", O_WRONLY | O_CLOEXEC);

	sleep_ms(300);	/* what RCU and delayed work have to free */
	if (fd >= 0) {
		if (write(fd, "3", 1) != 1)
			harness_fail(__FILE__, __LINE__, "drop_caches");
		close(fd);
	}
	return meminfo("SUnreclaim") + meminfo("PageTables") +
	       meminfo("Percpu") + meminfo("VmallocUsed");
}

static u8 *memory;

static void fill_ram(u8 *ram, const char *guest, const char *end)
{
	arch_ram(ram);
	memcpy(ram + ENTRY, guest, end - guest);
	__builtin___clear_cache((char *)ram + ENTRY,
				(char *)ram + ENTRY + (end - guest));
}

static void fill_memory(const char *guest, const char *end)
{
	memory = vm_alloc(RAM_SIZE);
	fill_ram(memory, guest, end);
}

/* A guest with all that a guest can have, run once, and gone */
static void one_cycle(int i)
{
	struct zxvm_packet pkt;
	struct vm v;

	memset(&v, 0, sizeof(v));
	ASSERT_OK(zx_guest_create(i & 1 ? ZXVM_GUEST_IRQCHIP : 0, &v.guest,
				  &v.vmar));
	ASSERT_OK(zx_map(v.vmar, RWX | ZXVM_VM_SPECIFIC, 0, memory, RAM_SIZE));
	ASSERT_OK(zx_trap(v.guest, ZXVM_TRAP_MEM, MMIO, PAGE, -1, KEY_MMIO));
	vm_bell(&v);
	vm_vcpu(&v, ENTRY);
	PAGE_ARG(v.page, 0) = 2;
	ASSERT_OK(vm_enter(&v));
	EXPECT_MEM(&v.pkt, TELL_A);
	ASSERT_OK(zx_wait(v.port, 0, &pkt));
	munmap(v.page, ZXVM_VCPU_PAGE_SIZE);
	close(v.vcpu);
	close(v.vmar);
	close(v.guest);
	close(v.port);
}

/*
 * 10,000 cycles leave nothing (1,000 where each takes ten times as long). A
 * leak of one object of the smallest slab
 * cache in each cycle would be 8 bytes * 10,000 = 80 KiB, of a page 40 MiB.
 * The tolerance covers what per-CPU caches and other processes move about.
 */
TEST_T(ten_thousand_lives, 400)
{
	GUEST_LABELS(ring);
	bool debug_kernel = !access("/sys/kernel/debug/kmemleak", F_OK);
	int i, cycles = debug_kernel ? 1000 : 10000;
	long before, after, fds;

	fill_memory(guest_ring, guest_ring_end);
	for (i = 0; i < 200; i++)	/* fills caches that stay filled */
		one_cycle(i);
	fds = count_fds();
	before = kernel_kib();
	for (i = 0; i < cycles; i++)
		one_cycle(i);
	after = kernel_kib();
	EXPECT_EQ(count_fds(), fds);
	printf("# kernel memory: %ld KiB before, %ld KiB after\n", before,
	       after);
	/* KASAN keeps what was freed; kmemleak itself looks for leaks there */
	if (!debug_kernel)
		EXPECT_LT(after - before, 1024);
}

/* More guests alive than an 8-bit VMID can tell apart, each with its memory */
TEST_T(three_hundred_guests_alive, 200)
{
	enum { N = 300 };
	static struct vm vms[N];
	struct rlimit limit = { 4096, 4096 };
	int i, round;

	ASSERT_SYS(setrlimit(RLIMIT_NOFILE, &limit));
	for (i = 0; i < N; i++) {
		vm_create(&vms[i], 0);
		VM_LOAD(&vms[i], ENTRY, increment);
		*(u64 *)(vms[i].ram + DATA) = i * 1000;
	}
	/* One thread owns one VCPU: the guests take turns */
	for (round = 0; round < 3; round++) {
		for (i = 0; i < N; i++) {
			vm_vcpu(&vms[i], ENTRY);
			PAGE_ARG(vms[i].page, 1) = DATA;
			EXPECT_STORE(&vms[i], TELL_A, i * 1000 + round);
			EXPECT_STORE(&vms[i], TELL_A, i * 1000 + round + 1);
			/* The second store was told before it was done */
			munmap(vms[i].page, ZXVM_VCPU_PAGE_SIZE);
			close(vms[i].vcpu);
		}
	}
}

struct alive {
	struct vt vt;
	struct vm vm;
};

/* VCPUs of 300 guests that run at the same time on a few CPUs */
TEST_T(three_hundred_guests_running, 300)
{
	enum { N = 300 };
	struct alive *all = vm_alloc(N * sizeof(*all));
	struct rlimit limit = { 4096, 4096 };
	int i;

	ASSERT_SYS(setrlimit(RLIMIT_NOFILE, &limit));
	for (i = 0; i < N; i++) {
		vm_create(&all[i].vm, 0);
		VM_LOAD(&all[i].vm, ENTRY, hammer);
		vt_start(&all[i].vt, &all[i].vm, ENTRY);
		PAGE_ARG(all[i].vt.page, 0) = (u64)i << 32;
		PAGE_ARG(all[i].vt.page, 1) = DATA;
	}
	for (i = 0; i < N; i++)
		vt_go(&all[i].vt);
	sleep_ms(8000);
	for (i = 0; i < N; i++)
		ASSERT_OK(zx_kick(all[i].vt.vcpu));
	for (i = 0; i < N; i++) {
		/* A mismatch would have been a packet */
		EXPECT_ERR(vt_wait(&all[i].vt), ECANCELED);
		EXPECT_EQ(*(u64 *)(all[i].vm.ram + DATA) >> 32, i);
	}
}

/* A guest that tells the word at DATA, in one of two memories, and is gone */
static void short_life(u8 *ram, u64 value)
{
	struct zxvm_vcpu_page *page;
	struct zxvm_packet pkt;
	int guest, vmar, vcpu;

	*(u64 *)(ram + DATA) = value;
	ASSERT_OK(zx_guest_create(0, &guest, &vmar));
	ASSERT_OK(zx_map(vmar, RWX | ZXVM_VM_SPECIFIC, 0, ram, RAM_SIZE));
	ASSERT_OK(zx_trap(guest, ZXVM_TRAP_MEM, MMIO, PAGE, -1, KEY_MMIO));
	ASSERT_OK(zx_vcpu_create(guest, ENTRY, &vcpu));
	page = zx_page(vcpu);
	ASSERT_TRUE(page != MAP_FAILED);
	ASSERT_OK(zx_enter(vcpu, &pkt));
	EXPECT_MEM(&pkt, TELL_A);
	EXPECT_EQ(told(&pkt, page), value);
	munmap(page, ZXVM_VCPU_PAGE_SIZE);
	close(vcpu);
	close(vmar);
	close(guest);
}

/*
 * More guests than there are VMIDs: all are handed out again, under a guest
 * that runs all the time and one that runs now and then, and these must not
 * lose, or share, theirs.
 */
TEST_T(more_guests_than_vmids, 500)
{
	GUEST_LABELS(tell_data);
	static struct vt busy, lazy;
	static struct vm vms[2];
	struct zxvm_features f = { };
	u8 *rams[2];
	u64 i, n;

	ASSERT_OK(zx_ioctl(zx_device(), ZXVM_GET_FEATURES, &f));
	n = (1ULL << f.vmid_bits) + 1000;
	if (n > 10000 && !access("/sys/kernel/debug/kmemleak", F_OK))
		SKIP("%llu guests would take too long here", n);
	for (i = 0; i < 2; i++) {
		rams[i] = vm_alloc(RAM_SIZE);
		fill_ram(rams[i], guest_tell_data, guest_tell_data_end);
		vm_create(&vms[i], 0);
	}
	VM_LOAD(&vms[0], ENTRY, hammer);
	vt_start(&busy, &vms[0], ENTRY);
	PAGE_ARG(busy.page, 0) = 1ULL << 60;
	PAGE_ARG(busy.page, 1) = DATA;
	vt_go(&busy);
	VM_LOAD(&vms[1], ENTRY, counter);
	vt_start(&lazy, &vms[1], ENTRY);
	for (i = 0; i < n && !harness_failed(); i++) {
		short_life(rams[i & 1], i);
		if (i % 1000)
			continue;
		ASSERT_OK(vt_enter(&lazy));
		EXPECT_MEM(&lazy.pkt, TELL_A);
		EXPECT_EQ(TOLD(&lazy), i / 1000 + 1);
	}
	ASSERT_OK(zx_kick(busy.vcpu));
	EXPECT_ERR(vt_wait(&busy), ECANCELED);
	EXPECT_EQ(*(u64 *)(vms[0].ram + DATA) >> 60, 1);
}

#define CGROUPS	"/tmp/zxvm-cgroup"

static long charged_kib(void)
{
	FILE *f = fopen(CGROUPS "/zxvm/memory.current", "re");
	long bytes = -1;

	if (!f || fscanf(f, "%ld", &bytes) != 1)
		harness_fail(__FILE__, __LINE__, "memory.current");
	if (f)
		fclose(f);
	return bytes / 1024;
}

/* What a process makes the kernel allocate is charged to it, and given back */
static void charge(void)
{
	enum { PORTS = 8 };
	long before, full;
	int ports[PORTS], i, k;

	ASSERT_TRUE(write_file(CGROUPS "/zxvm/cgroup.procs", "0"));
	before = charged_kib();
	for (i = 0; i < PORTS; i++) {
		ASSERT_OK(zx_port_create(&ports[i]));
		for (k = 0; k < ZXVM_USER_PACKETS; k++)
			ASSERT_OK(zx_queue(ports[i], 0, 0));
	}
	full = charged_kib();
	printf("# charged: %ld KiB, then %ld KiB\n", before, full);
	fflush(stdout);
	EXPECT_GE(full - before, PORTS * ZXVM_USER_PACKETS * 48L / 1024);
}

TEST(memory_is_charged_to_the_cgroup)
{
	pid_t pid;

	mkdir(CGROUPS, 0755);
	if (mount("none", CGROUPS, "cgroup2", 0, NULL))
		SKIP("this kernel has no cgroup2");
	if (!write_file(CGROUPS "/cgroup.subtree_control", "+memory")) {
		umount(CGROUPS);
		SKIP("this kernel has no memory cgroups");
	}
	mkdir(CGROUPS "/zxvm", 0755);
	pid = fork();
	if (!pid) {
		charge();
		_exit(0);
	}
	wait_child(pid);
	rmdir(CGROUPS "/zxvm");
	write_file(CGROUPS "/cgroup.subtree_control", "-memory");
	umount(CGROUPS);
	rmdir(CGROUPS);
}

#define CPU1	"/sys/devices/system/cpu/cpu1/online"

static bool set_cpu1(const char *online)
{
	return write_file(CPU1, online);
}

/* A CPU goes and comes under guests that run, wait and use FP registers */
TEST_T(cpu_hotplug_while_running, 120)
{
	static struct vt running[6];
	static struct vm vms[6];
	int i, round;

	if (access(CPU1, W_OK) || !set_cpu1("1"))
		SKIP("this host has no second CPU to take away");
	for (i = 0; i < 6; i++) {
		vm_create(&vms[i], i & 1 ? ZXVM_GUEST_IRQCHIP : 0);
		if (i % 3 == 0)
			VM_LOAD(&vms[i], ENTRY, hammer);
		else if (i % 3 == 1)
			VM_LOAD(&vms[i], ENTRY, idle);
		else
			VM_LOAD(&vms[i], ENTRY, fp_spin);
		vt_start(&running[i], &vms[i], ENTRY);
		PAGE_ARG(running[i].page, 1) = DATA;
		vt_go(&running[i]);
	}
	for (round = 0; round < 10; round++) {
		EXPECT_TRUE(set_cpu1("0"));
		sleep_ms(20);
		VM_BOOT(&vm, done);
		EXPECT_STORE(&vm, TELL_DONE, 0);
		vm_close(&vm);
		EXPECT_TRUE(set_cpu1("1"));
		sleep_ms(20);
	}
	for (i = 0; i < 6; i++) {
		ASSERT_OK(zx_kick(running[i].vcpu));
		EXPECT_ERR(vt_wait(&running[i]), ECANCELED);
		if (i % 3 == 2)
			EXPECT_EQ(*(u64 *)(vms[i].ram + DATA), 0);
	}
}

/* Everything below: threads with a seed each, for a while */
static u64 stop_at;
static int files[64];

static bool go_on(void)
{
	return now_ns() < stop_at && !harness_failed();
}

/* A word as callers get them wrong: small, page-like, at a limit, a file */
static u64 odd_word(u64 *seed)
{
	u64 r = random64(seed);

	switch (r >> 56 & 7) {
	case 0:
		return r & 3;
	case 1:
		return 1ULL << (r & 63);
	case 2:
		return (r & 0xff) * PAGE;
	case 3:
		return files[r & 63];
	case 4:
		return -(r & 0xfff);
	case 5:
		return (uintptr_t)memory + (r & 0x1ff) * PAGE;
	case 6:
		return 0;
	default:
		return r;
	}
}

static void put_file(u64 *seed, int fd)
{
	int *slot = &files[random64(seed) & 63];
	int old = __atomic_exchange_n(slot, fd, __ATOMIC_SEQ_CST);

	if (old > 2)
		close(old);
}

static void random_call(u64 *seed)
{
	unsigned long request = zx_requests[random64(seed) % ZX_REQUESTS];
	int fd = __atomic_load_n(&files[random64(seed) & 63], __ATOMIC_RELAXED);
	union {
		u64 words[16];
		struct zxvm_guest_create guest;
		struct zxvm_port_create port;
		struct zxvm_handle_rights handle;
		struct zxvm_vcpu_create vcpu;
	} arg;
	unsigned int i;

	/* A wait or an enter without an end would end this thread's work */
	for (i = 0; i < 16; i++)
		arg.words[i] = odd_word(seed);
	if (request == ZXVM_PORT_WAIT)
		arg.words[0] = 0;
	if (request == ZXVM_VCPU_ENTER)
		zx_kick(fd);
	if (request == ZXVM_VCPU_KICK || request == ZXVM_VCPU_INTERRUPT) {
		zx_ioctl_value(fd, request, arg.words[0]);
		return;
	}
	if (zx_ioctl(fd, request, &arg))
		return;
	switch (request) {
	case ZXVM_GUEST_CREATE:
		put_file(seed, arg.guest.guest);
		put_file(seed, arg.guest.vmar);
		break;
	case ZXVM_PORT_CREATE:
		put_file(seed, arg.port.port);
		break;
	case ZXVM_HANDLE_DUPLICATE:
		put_file(seed, arg.handle.fd);
		break;
	case ZXVM_VCPU_CREATE:
		put_file(seed, arg.vcpu.vcpu);
		break;
	}
}

static void sensible_call(u64 *seed)
{
	struct zxvm_port_create port = { };
	int guest, vmar, vcpu;

	switch (random64(seed) % 5) {
	case 0:
		if (!zx_guest_create(random64(seed) & 1, &guest, &vmar)) {
			zx_map(vmar, RWX | ZXVM_VM_SPECIFIC, 0, memory,
			       RAM_SIZE);
			put_file(seed, guest);
			put_file(seed, vmar);
		}
		break;
	case 1:
		guest = files[random64(seed) & 63];
		if (!zx_vcpu_create(guest, 0, &vcpu))
			put_file(seed, vcpu);
		break;
	case 2:
		if (!zx_ioctl(files[0], ZXVM_PORT_CREATE, &port))
			put_file(seed, port.port);
		break;
	case 3:
		put_file(seed, eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
		break;
	default:
		put_file(seed, zx_device());
		break;
	}
}

static void *hammer_calls(void *arg)
{
	u64 seed = (uintptr_t)arg * 0x9e3779b97f4a7c15ULL;

	while (go_on()) {
		if (random64(&seed) % 16)
			random_call(&seed);
		else
			sensible_call(&seed);
	}
	return NULL;
}

/* Kicks whatever is a VCPU, so that no enter lasts */
static void *kick_all(void *arg)
{
	unsigned int i;

	(void)arg;
	for (;;) {
		for (i = 0; i < 64; i++)
			zx_kick(files[i]);
		sleep_ms(1);
	}
	return NULL;
}

TEST_T(random_calls_from_many_threads, 120)
{
	GUEST_LABELS(mixed);
	pthread_t threads[6], kicker;
	unsigned int i;

	fill_memory(guest_mixed, guest_mixed_end);
	for (i = 0; i < 64; i++)
		files[i] = zx_device();
	stop_at = now_ns() + 20000000000ULL;
	for (i = 0; i < 6; i++)
		pthread_create(&threads[i], NULL, hammer_calls,
			       (void *)(uintptr_t)(i + 1));
	pthread_create(&kicker, NULL, kick_all, NULL);
	for (i = 0; i < 6; i++)
		pthread_join(threads[i], NULL);
	memset(memory, 0, PAGE);
	VM_BOOT(&vm, done);
	EXPECT_STORE(&vm, TELL_DONE, 0);
}

/* Ports, guests and VCPUs closed in random order while others use them */
static struct vt vts[4];

static void *close_at_random(void *arg)
{
	u64 seed = (uintptr_t)arg;
	int fds[] = { vm.guest, vm.vmar, vm.port, vts[0].vcpu, vts[1].vcpu,
		      vts[2].vcpu, vts[3].vcpu };
	int i, j;

	for (i = ARRAY_SIZE(fds) - 1; i > 0; i--) {
		int t;

		j = random64(&seed) % (i + 1);
		t = fds[i];
		fds[i] = fds[j];
		fds[j] = t;
	}
	for (i = 0; i < (int)ARRAY_SIZE(fds); i++) {
		if (i == 3)
			sched_yield();
		close(fds[i]);
	}
	return NULL;
}

TEST_T(closing_at_random_while_running, 120)
{
	int round, i, dups[4];
	pthread_t thread;

	for (round = 1; round <= 60; round++) {
		vm_create(&vm, round & 1 ? ZXVM_GUEST_IRQCHIP : 0);
		VM_LOAD(&vm, ENTRY, ring);
		vm_bell(&vm);
		for (i = 0; i < 4; i++) {
			vt_start(&vts[i], &vm, ENTRY);
			PAGE_ARG(vts[i].page, 0) = 100000;
			ASSERT_OK(zx_duplicate(vts[i].vcpu, ZXVM_RIGHT_SAME,
					       &dups[i]));
			vt_go(&vts[i]);
		}
		pthread_create(&thread, NULL, close_at_random,
			       (void *)(uintptr_t)round);
		pthread_join(thread, NULL);
		for (i = 0; i < 4; i++) {
			ASSERT_OK(zx_kick(dups[i]));
			vt_wait(&vts[i]);
			/* EBADF: the file was closed before it was used */
			EXPECT_TRUE(vts[i].err == EBADFD ||
				    vts[i].err == EBADF ||
				    vts[i].err == ECANCELED);
			vts[i].vcpu = dups[i];
			vt_stop(&vts[i]);
		}
		munmap(vm.ram, vm.ram_size);
	}
}
