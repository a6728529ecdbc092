// SPDX-License-Identifier: GPL-2.0
#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>

#include "zx.h"

struct vm vm;

const unsigned long zx_requests[ZX_REQUESTS] = {
	ZXVM_GET_FEATURES, ZXVM_GUEST_CREATE, ZXVM_PORT_CREATE,
	ZXVM_HANDLE_INFO, ZXVM_HANDLE_DUPLICATE, ZXVM_HANDLE_REPLACE,
	ZXVM_GUEST_SET_TRAP, ZXVM_VCPU_CREATE, ZXVM_GUEST_SET_LINE,
	ZXVM_GUEST_IRQFD, ZXVM_GUEST_MSI, ZXVM_VCPU_ENTER, ZXVM_VCPU_KICK,
	ZXVM_VCPU_INTERRUPT, ZXVM_VCPU_READ_STATE, ZXVM_VCPU_WRITE_STATE,
	ZXVM_VCPU_INFO,
	ZXVM_VMAR_MAP, ZXVM_VMAR_UNMAP, ZXVM_VMAR_PROTECT, ZXVM_VMAR_INFO,
	ZXVM_PORT_QUEUE, ZXVM_PORT_WAIT, ZXVM_PORT_CANCEL,
};

int zx_ioctl(int fd, unsigned long request, const void *arg)
{
	return ioctl(fd, request, arg) ? errno : 0;
}

int zx_ioctl_value(int fd, unsigned long request, unsigned long arg)
{
	return ioctl(fd, request, arg) ? errno : 0;
}

int zx_device(void)
{
	int fd = open("/dev/zxvm", O_RDWR | O_CLOEXEC);

	ASSERT_SYS(fd);
	return fd;
}

int zx_guest_create(u32 options, int *guest, int *vmar)
{
	struct zxvm_guest_create arg = { .options = options };
	int dev = zx_device();
	int err = zx_ioctl(dev, ZXVM_GUEST_CREATE, &arg);

	close(dev);
	if (!err) {
		*guest = arg.guest;
		*vmar = arg.vmar;
	}
	return err;
}

/* Create a guest and close it again */
int try_guest_create(struct zxvm_guest_create *arg)
{
	int dev = zx_device();
	int err = zx_ioctl(dev, ZXVM_GUEST_CREATE, arg);

	close(dev);
	if (!err) {
		close(arg->guest);
		close(arg->vmar);
	}
	return err;
}

int zx_port_create(int *port)
{
	struct zxvm_port_create arg = { };
	int dev = zx_device();
	int err = zx_ioctl(dev, ZXVM_PORT_CREATE, &arg);

	close(dev);
	if (!err)
		*port = arg.port;
	return err;
}

int zx_trap(int guest, u32 kind, u64 addr, u64 size, int port, u64 key)
{
	struct zxvm_trap_args arg = {
		.kind = kind, .port = port, .addr = addr, .size = size,
		.key = key,
	};

	return zx_ioctl(guest, ZXVM_GUEST_SET_TRAP, &arg);
}

int zx_vcpu_create(int guest, u64 entry, int *vcpu)
{
	struct zxvm_vcpu_create arg = { .entry = entry };
	int err = zx_ioctl(guest, ZXVM_VCPU_CREATE, &arg);

	if (!err)
		*vcpu = arg.vcpu;
	return err;
}

int zx_enter(int vcpu, struct zxvm_packet *packet)
{
	return zx_ioctl(vcpu, ZXVM_VCPU_ENTER, packet);
}

int zx_kick(int vcpu)
{
	return zx_ioctl_value(vcpu, ZXVM_VCPU_KICK, 0);
}

int zx_interrupt(int vcpu, u32 vector)
{
	return zx_ioctl_value(vcpu, ZXVM_VCPU_INTERRUPT, vector);
}

static int rw_state(int vcpu, unsigned long request, const void *state)
{
	struct zxvm_vcpu_rw_state arg = {
		.kind = ZXVM_VCPU_STATE,
		.size = sizeof(struct zx_arch_state),
		.buffer = (uintptr_t)state,
	};

	return zx_ioctl(vcpu, request, &arg);
}

int zx_read_state(int vcpu, struct zx_arch_state *state)
{
	return rw_state(vcpu, ZXVM_VCPU_READ_STATE, state);
}

int zx_write_state(int vcpu, const struct zx_arch_state *state)
{
	return rw_state(vcpu, ZXVM_VCPU_WRITE_STATE, state);
}

int zx_vcpu_kicked(int vcpu, bool *kicked)
{
	struct zxvm_vcpu_info info;
	int err = zx_ioctl(vcpu, ZXVM_VCPU_INFO, &info);

	if (!err)
		*kicked = info.flags & ZXVM_VCPU_KICKED;
	return err;
}

int zx_vcpu_index(int vcpu, u32 *index)
{
	struct zxvm_vcpu_info info;
	int err = zx_ioctl(vcpu, ZXVM_VCPU_INFO, &info);

	if (!err)
		*index = info.index;
	return err;
}

int zx_map(int vmar, u32 flags, u64 gpa, const void *memory, u64 size)
{
	struct zxvm_vmar_map arg = {
		.flags = flags, .offset = gpa, .address = (uintptr_t)memory,
		.size = size,
	};
	int err = zx_ioctl(vmar, ZXVM_VMAR_MAP, &arg);

	if (!err && (flags & ZXVM_VM_SPECIFIC))
		EXPECT_EQ(arg.mapped, gpa);
	return err;
}

int zx_unmap(int vmar, u64 gpa, u64 size)
{
	struct zxvm_vmar_range arg = { .address = gpa, .size = size };

	return zx_ioctl(vmar, ZXVM_VMAR_UNMAP, &arg);
}

int zx_protect(int vmar, u32 flags, u64 gpa, u64 size)
{
	struct zxvm_vmar_range arg = {
		.flags = flags, .address = gpa, .size = size,
	};

	return zx_ioctl(vmar, ZXVM_VMAR_PROTECT, &arg);
}

int zx_queue(int port, u64 key, u8 first)
{
	struct zxvm_packet packet = { .key = key, .u.user = { first } };

	return zx_ioctl(port, ZXVM_PORT_QUEUE, &packet);
}

int zx_wait(int port, int64_t deadline, struct zxvm_packet *packet)
{
	struct zxvm_port_wait arg = { .deadline = deadline };
	int err = zx_ioctl(port, ZXVM_PORT_WAIT, &arg);

	if (!err)
		*packet = arg.packet;
	return err;
}

int zx_cancel(int port, int source, u64 key)
{
	struct zxvm_port_cancel arg = { .source = source, .key = key };

	return zx_ioctl(port, ZXVM_PORT_CANCEL, &arg);
}

int zx_info(int fd, struct zxvm_handle_info *info)
{
	return zx_ioctl(fd, ZXVM_HANDLE_INFO, info);
}

int zx_duplicate(int fd, u32 rights, int *dup)
{
	struct zxvm_handle_rights arg = { .rights = rights };
	int err = zx_ioctl(fd, ZXVM_HANDLE_DUPLICATE, &arg);

	if (!err)
		*dup = arg.fd;
	return err;
}

int zx_replace(int fd, u32 rights)
{
	struct zxvm_handle_rights arg = { .rights = rights };

	return zx_ioctl(fd, ZXVM_HANDLE_REPLACE, &arg);
}

struct zxvm_vcpu_page *zx_page(int vcpu)
{
	return mmap(NULL, ZXVM_VCPU_PAGE_SIZE, PROT_READ | PROT_WRITE,
		    MAP_SHARED, vcpu, 0);
}

u64 now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

void sleep_ms(unsigned int ms)
{
	struct timespec ts = { ms / 1000, ms % 1000 * 1000000L };

	while (nanosleep(&ts, &ts) && errno == EINTR)
		;
}

/* The letter of /proc: R, S, D, T, t, Z, or 0 for a thread that is gone */
char thread_state(pid_t tid)
{
	char name[64], text[512], *paren;
	int fd, n;

	snprintf(name, sizeof(name), "/proc/%d/stat", tid);
	fd = open(name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (n <= 0)
		return 0;
	text[n] = 0;
	paren = strrchr(text, ')');
	return paren ? paren[2] : 0;
}

/* Wait until a thread that has set @inside sleeps in the kernel */
void wait_asleep(pid_t tid, const bool *inside)
{
	int quiet = 0;

	while (quiet < 3) {
		bool in = __atomic_load_n(inside, __ATOMIC_SEQ_CST);

		quiet = in && thread_state(tid) == 'S' ? quiet + 1 : 0;
		sleep_ms(2);
	}
}

void wait_child(pid_t pid)
{
	int status;

	ASSERT_EQ(waitpid(pid, &status, 0), pid);
	ASSERT_TRUE(WIFEXITED(status));
	ASSERT_EQ(WEXITSTATUS(status), 0);
}

int send_fd(int sock, int fd)
{
	char byte = 0, control[CMSG_SPACE(sizeof(int))] = { };
	struct iovec iov = { &byte, 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &fd, sizeof(int));
	return sendmsg(sock, &msg, 0) == 1 ? 0 : errno;
}

int recv_fd(int sock)
{
	char byte, control[CMSG_SPACE(sizeof(int))];
	struct iovec iov = { &byte, 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *c;
	int fd = -1;

	ASSERT_EQ(recvmsg(sock, &msg, 0), 1);
	c = CMSG_FIRSTHDR(&msg);
	ASSERT_TRUE(c);
	memcpy(&fd, CMSG_DATA(c), sizeof(int));
	return fd;
}

/* xorshift64*: the same numbers for the same seed, everywhere */
u64 random64(u64 *seed)
{
	u64 x = *seed;

	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	*seed = x;
	return x * 0x2545f4914f6cdd1dULL;
}

long count_fds(void)
{
	DIR *dir = opendir("/proc/self/fd");
	long n = 0;

	ASSERT_TRUE(dir);
	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

void *vm_alloc(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	ASSERT_TRUE(p != MAP_FAILED);
	return p;
}

void vm_create(struct vm *vm, u32 options)
{
	memset(vm, 0, sizeof(*vm));
	vm->vcpu = -1;
	vm->port = -1;
	vm->options = options;
	ASSERT_OK(zx_guest_create(options, &vm->guest, &vm->vmar));
	vm->ram_size = RAM_SIZE;
	vm->ram = vm_alloc(RAM_SIZE);
	arch_ram(vm->ram);
	ASSERT_OK(zx_map(vm->vmar, RWX | ZXVM_VM_SPECIFIC, 0, vm->ram,
			 RAM_SIZE));
	ASSERT_OK(zx_trap(vm->guest, ZXVM_TRAP_MEM, MMIO, PAGE, -1, KEY_MMIO));
}

void vm_load(struct vm *vm, u64 gpa, const void *start, const void *end)
{
	size_t size = (const char *)end - (const char *)start;

	ASSERT_TRUE(size && gpa + size <= vm->ram_size);
	memcpy(vm->ram + gpa, start, size);
	__builtin___clear_cache((char *)vm->ram + gpa,
				(char *)vm->ram + gpa + size);
}

void vcpu_open(struct vm *vm, u64 entry, int *vcpu,
	       struct zxvm_vcpu_page **page)
{
	ASSERT_OK(zx_vcpu_create(vm->guest, entry, vcpu));
	*page = zx_page(*vcpu);
	ASSERT_TRUE(*page != MAP_FAILED);
}

void vm_vcpu(struct vm *vm, u64 entry)
{
	arch_vcpu(vm, entry, &vm->vcpu, &vm->page);
}

void vm_bell(struct vm *vm)
{
	ASSERT_OK(zx_port_create(&vm->port));
	ASSERT_OK(zx_trap(vm->guest, ZXVM_TRAP_BELL, BELL, PAGE, vm->port,
			  KEY_BELL));
}

int vm_enter(struct vm *vm)
{
	return zx_enter(vm->vcpu, &vm->pkt);
}

void vm_close(struct vm *vm)
{
	if (vm->page)
		munmap(vm->page, ZXVM_VCPU_PAGE_SIZE);
	if (vm->vcpu >= 0)
		close(vm->vcpu);
	if (vm->port >= 0)
		close(vm->port);
	close(vm->vmar);
	close(vm->guest);
	munmap(vm->ram, vm->ram_size);
}

static void *vt_main(void *arg)
{
	struct vt *vt = arg;

	vt->tid = gettid();
	arch_vcpu(vt->vm, vt->entry, &vt->vcpu, &vt->page);
	sem_post(&vt->ready);
	for (;;) {
		while (sem_wait(&vt->go))
			;
		if (vt->quit)
			return NULL;
		__atomic_store_n(&vt->inside, true, __ATOMIC_SEQ_CST);
		vt->err = zx_enter(vt->vcpu, &vt->pkt);
		vt->back_at = now_ns();
		__atomic_store_n(&vt->inside, false, __ATOMIC_SEQ_CST);
		sem_post(&vt->done);
	}
}

void vt_start(struct vt *vt, struct vm *vm, u64 entry)
{
	memset(vt, 0, sizeof(*vt));
	vt->vm = vm;
	vt->entry = entry;
	sem_init(&vt->ready, 0, 0);
	sem_init(&vt->go, 0, 0);
	sem_init(&vt->done, 0, 0);
	ASSERT_OK(pthread_create(&vt->thread, NULL, vt_main, vt));
	while (sem_wait(&vt->ready))
		;
}

void vt_go(struct vt *vt)
{
	sem_post(&vt->go);
}

/* Did enter return within this time? */
bool vt_done(struct vt *vt, unsigned int ms)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	ts.tv_sec += ms / 1000;
	ts.tv_nsec += ms % 1000 * 1000000L;
	if (ts.tv_nsec >= 1000000000L) {
		ts.tv_nsec -= 1000000000L;
		ts.tv_sec++;
	}
	while (sem_clockwait(&vt->done, CLOCK_MONOTONIC, &ts)) {
		if (errno == ETIMEDOUT)
			return false;
	}
	return true;
}

int vt_wait(struct vt *vt)
{
	while (sem_wait(&vt->done))
		;
	return vt->err;
}

int vt_enter(struct vt *vt)
{
	vt_go(vt);
	return vt_wait(vt);
}

void vt_asleep(struct vt *vt)
{
	wait_asleep(vt->tid, &vt->inside);
}

/* The thread must not be inside enter */
void vt_stop(struct vt *vt)
{
	vt->quit = true;
	sem_post(&vt->go);
	ASSERT_OK(pthread_join(vt->thread, NULL));
	munmap(vt->page, ZXVM_VCPU_PAGE_SIZE);
	close(vt->vcpu);
}

bool write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);
	bool done;

	if (fd < 0)
		return false;
	done = write(fd, text, strlen(text)) == (ssize_t)strlen(text);
	close(fd);
	return done;
}

/* Is the word in it, alone? */
bool file_says(const char *path, const char *word)
{
	FILE *file = fopen(path, "re");
	bool found = false;
	char next[64];

	while (file && !found && fscanf(file, "%63s", next) == 1)
		found = !strcmp(next, word);
	if (file)
		fclose(file);
	return found;
}

/* On all CPUs since the module was loaded */
unsigned long exits_counted(const char *name)
{
	FILE *exits = fopen("/sys/kernel/debug/zxvm/exits", "re");
	unsigned long n, found = 0;
	char line[32];

	if (!exits)
		SKIP("there is no debugfs");
	while (fscanf(exits, "%31s %lu", line, &n) == 2)
		if (!strcmp(line, name))
			found = n;
	fclose(exits);
	return found;
}

void pin(pid_t tid, int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	ASSERT_SYS(sched_setaffinity(tid, sizeof(set), &set));
}
