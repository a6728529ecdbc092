/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The raw calls and a small virtual machine for tests.
 *
 * Every zx_*() returns 0 or a positive errno. Every vm_*() that returns
 * nothing ends the test when something goes wrong.
 *
 * arch.h of the architecture gives tests that know none: ASPACE_SIZE, ENTRY,
 * DEVICE_MEMORY, IRQCHIP_LINE, struct zx_arch_state, PAGE_ARG(page, n): the
 * registers 0 to 3 by which tests and guests speak, mem_addr() of a packet,
 * told(): the value that a guest's TELL stores, and told_number().
 */
#ifndef ZX_H
#define ZX_H

#include <pthread.h>
#include <semaphore.h>
#include <sys/types.h>
#include <linux/zxvm.h>

#include "arch.h"
#include "harness.h"
#include "guests/layout.h"

#define KEY_MMIO	0x1111
#define KEY_BELL	0x2222
#define RAM_SIZE	0x200000ULL
#define RWX		(ZXVM_VM_PERM_READ | ZXVM_VM_PERM_WRITE | \
			 ZXVM_VM_PERM_EXECUTE)
#define PAGE		4096ULL
#define FOREVER		INT64_MAX

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef __u64 u64;	/* as in linux/zxvm.h */

#define ARRAY_SIZE(x)	(sizeof(x) / sizeof((x)[0]))

/* The calls */
#define ZX_REQUESTS	24
extern const unsigned long zx_requests[ZX_REQUESTS];

int zx_ioctl(int fd, unsigned long request, const void *arg);
int zx_ioctl_value(int fd, unsigned long request, unsigned long arg);
int zx_device(void);
int zx_guest_create(u32 options, int *guest, int *vmar);
int try_guest_create(struct zxvm_guest_create *arg);
int zx_port_create(int *port);
int zx_trap(int guest, u32 kind, u64 addr, u64 size, int port, u64 key);
int zx_vcpu_create(int guest, u64 entry, int *vcpu);
int zx_enter(int vcpu, struct zxvm_packet *packet);
int zx_kick(int vcpu);
int zx_interrupt(int vcpu, u32 vector);
int zx_read_state(int vcpu, struct zx_arch_state *state);
int zx_write_state(int vcpu, const struct zx_arch_state *state);
int zx_vcpu_kicked(int vcpu, bool *kicked);
int zx_vcpu_index(int vcpu, u32 *index);
int zx_map(int vmar, u32 flags, u64 gpa, const void *memory, u64 size);
int zx_unmap(int vmar, u64 gpa, u64 size);
int zx_protect(int vmar, u32 flags, u64 gpa, u64 size);
int zx_queue(int port, u64 key, u8 first);
int zx_wait(int port, int64_t deadline, struct zxvm_packet *packet);
int zx_cancel(int port, int source, u64 key);
int zx_info(int fd, struct zxvm_handle_info *info);
int zx_duplicate(int fd, u32 rights, int *dup);
int zx_replace(int fd, u32 rights);
struct zxvm_vcpu_page *zx_page(int vcpu);

/* Time, threads and processes */
u64 now_ns(void);
void sleep_ms(unsigned int ms);
char thread_state(pid_t tid);
void wait_asleep(pid_t tid, const bool *inside);
void wait_child(pid_t pid);
int send_fd(int sock, int fd);
int recv_fd(int sock);
u64 random64(u64 *seed);
long count_fds(void);

/* A guest with RAM at 0, a MEM trap at MMIO, and one VCPU of this thread */
struct vm {
	int guest;
	int vmar;
	int vcpu;
	int port;
	u32 options;
	u8 *ram;
	u64 ram_size;
	struct zxvm_vcpu_page *page;
	struct zxvm_packet pkt;
};

extern struct vm vm;

void vm_create(struct vm *vm, u32 options);
void vm_load(struct vm *vm, u64 gpa, const void *start, const void *end);
void vm_vcpu(struct vm *vm, u64 entry);
void vm_bell(struct vm *vm);
int vm_enter(struct vm *vm);
void vm_close(struct vm *vm);
void *vm_alloc(size_t size);
void vcpu_open(struct vm *vm, u64 entry, int *vcpu,
	       struct zxvm_vcpu_page **page);

/* What guests need in RAM at 0; a VCPU that runs what is at @entry next */
void arch_ram(u8 *ram);
void arch_vcpu(struct vm *vm, u64 entry, int *vcpu,
	       struct zxvm_vcpu_page **page);

/* A register of the VCPU of the global vm; what a vm or vt was told */
#define ARG(n)		PAGE_ARG(vm.page, n)
#define TOLD(v)		told(&(v)->pkt, (v)->page)

#define GUEST_LABELS(name) \
	extern const char guest_##name[], guest_##name##_end[]

/* Load a guest by name, and make the VCPU start there */
#define VM_BOOT(vm, name)						\
	do {								\
		GUEST_LABELS(name);					\
									\
		vm_create(vm, 0);					\
		vm_load(vm, ENTRY, guest_##name, guest_##name##_end);	\
		vm_vcpu(vm, ENTRY);					\
	} while (0)

#define VM_LOAD(vm, gpa, name)						\
	do {								\
		GUEST_LABELS(name);					\
									\
		vm_load(vm, gpa, guest_##name, guest_##name##_end);	\
	} while (0)

/* Enter, and the next exit must be a guest's TELL */
#define EXPECT_STORE(vm, offset, value)					\
	do {								\
		ASSERT_OK(vm_enter(vm));				\
		EXPECT_MEM(&(vm)->pkt, offset);				\
		EXPECT_EQ(TOLD(vm), value);				\
	} while (0)

#define EXPECT_MEM(p, offset)						\
	do {								\
		ASSERT_EQ((p)->type, ZXVM_PKT_GUEST_MEM);		\
		EXPECT_EQ((p)->key, KEY_MMIO);				\
		EXPECT_EQ(mem_addr(p), MMIO + (offset));		\
	} while (0)

/* A VCPU with a thread of its own that enters when it is told to */
struct vt {
	struct vm *vm;
	pthread_t thread;
	pid_t tid;
	int vcpu;
	u64 entry;
	struct zxvm_vcpu_page *page;
	sem_t ready, go, done;
	bool inside, quit;
	int err;
	u64 back_at;	/* when enter returned */
	struct zxvm_packet pkt;
};

void vt_start(struct vt *vt, struct vm *vm, u64 entry);
void vt_go(struct vt *vt);
bool vt_done(struct vt *vt, unsigned int ms);
int vt_wait(struct vt *vt);
int vt_enter(struct vt *vt);
void vt_asleep(struct vt *vt);
void vt_stop(struct vt *vt);

/* The host: files of /sys or /proc, exits, and the one CPU that a thread may use */
bool write_file(const char *path, const char *text);
bool file_says(const char *path, const char *word);
unsigned long exits_counted(const char *name);
void pin(pid_t tid, int cpu);

#endif /* ZX_H */
