/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The bench: the same guests on /dev/zxvm and on /dev/kvm, by raw ioctls.
 *
 * Nothing returns an error: whatever goes wrong ends the program.
 */
#ifndef BENCH_H
#define BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <pthread.h>

#include "layout.h"

#define ARRAY_SIZE(x)	(sizeof(x) / sizeof((x)[0]))

#define PAGE		4096UL
#define BLOCK		0x200000UL

/* Shared with the guest, at PARAM */
struct param {
	uint64_t op;
	uint64_t count;
	uint64_t step;
	uint64_t stop;
	uint64_t start;		/* the counter when the operation began */
	uint64_t end;
	uint64_t result;	/* what the operation counted */
	uint64_t other;		/* interrupts of the other VCPU */
};

/* Why enter came back */
enum event_kind {
	EVENT_STORE,
	EVENT_LOAD,
	EVENT_OUT,
	EVENT_IN,
	EVENT_KICK,
};

struct event {
	enum event_kind kind;
	uint64_t addr;
	uint64_t data;
	unsigned int size;	/* of an access, where a device wants to know it */
	unsigned int reg;	/* for the back end */
};

struct vm {
	bool irqchip;
	uint64_t entry;		/* where its first VCPU starts */
	int fd;
	int vmar;		/* zxvm */
	int bell;		/* the port, or the eventfd */
	uint8_t *ram;
	struct param *param;
};

struct vcpu {
	struct vm *vm;
	unsigned int index;
	pthread_t thread;
	int fd;
	void *page;
	size_t page_size;
	struct event event;
};

/**
 * struct backend - one of the two hypervisors
 * @name: "zxvm" or "kvm"
 * @most_ranges: that the growth of mappings is measured with
 * @open: the device
 * @vm_create: @vm->irqchip says whether with an interrupt controller
 * @vm_ready: all VCPUs exist, none has run
 * @vm_destroy: close all
 * @map: user memory at @gpa; KVM wants a number for each
 * @unmap: the same range
 * @trap: make accesses to one page at @gpa events
 * @trap_ports: the same for @count ports from @port on
 * @bell_create: make stores to one page at BELL wake bell_wait()
 * @bell_wait: return how often it rang
 * @vcpu_create: in the thread that runs it
 * @vcpu_destroy: close it
 * @enter: run until vcpu->event
 * @answer: the value of the load or input that enter came back with
 * @kick: make enter return, from another thread
 * @interrupt: interrupt LINE, in the cheapest way that any thread has
 * @interrupt_next: the same with the next enter, in the cheapest way that the
 *	thread that runs the VCPU has
 * @line: the level of an input of the interrupt controller
 */
struct backend {
	const char *name;
	unsigned int most_ranges;
	void (*open)(void);
	void (*vm_create)(struct vm *vm);
	void (*vm_ready)(struct vm *vm);
	void (*vm_destroy)(struct vm *vm);
	void (*map)(struct vm *vm, unsigned int slot, uint64_t gpa, void *mem,
		    uint64_t size);
	void (*unmap)(struct vm *vm, unsigned int slot, uint64_t gpa,
		      uint64_t size);
	void (*trap)(struct vm *vm, uint64_t gpa);
	void (*trap_ports)(struct vm *vm, uint16_t port, uint32_t count);
	void (*bell_create)(struct vm *vm);
	uint64_t (*bell_wait)(struct vm *vm);
	void (*vcpu_create)(struct vcpu *vcpu);
	void (*vcpu_destroy)(struct vcpu *vcpu);
	void (*enter)(struct vcpu *vcpu);
	void (*answer)(struct vcpu *vcpu, uint64_t value);
	void (*kick)(struct vcpu *vcpu);
	void (*interrupt)(struct vcpu *vcpu);
	void (*interrupt_next)(struct vcpu *vcpu);
	void (*line)(struct vm *vm, uint32_t input, bool level);
};

extern const struct backend zxvm_backend, kvm_backend;
extern const struct backend *backend;

/* KVM's parts that differ by architecture: ARCH/kvm.c */
void kvm_arch_vm_create(int dev, struct vm *vm);
void kvm_arch_vm_ready(struct vm *vm);
void kvm_arch_vm_destroy(struct vm *vm);
void kvm_arch_vcpu_create(struct vcpu *vcpu);
void kvm_arch_interrupt(struct vcpu *vcpu);
uint32_t kvm_arch_input(uint32_t input);

/* zxvm's: ARCH/zxvm.c */
struct zxvm_guest_create;
void zxvm_arch_guest_args(struct zxvm_guest_create *args);
void zxvm_arch_event(struct vcpu *vcpu);
void zxvm_arch_answer(struct vcpu *vcpu, uint64_t value);

/* The guest: ARCH/guest.S, and what else is in its memory: ARCH/memory.c */
extern const char guest_start[], guest_end[];
void guest_arch_init(uint8_t *ram);

/* main.c */
void fatal(const char *format, ...)
	__attribute__((noreturn, format(printf, 1, 2)));
int call(int fd, unsigned long request, const void *arg, const char *name);
#define CALL(fd, request, arg)	call(fd, request, arg, #request)
void *reserve(size_t size);
void *allocate(size_t size, bool huge);
bool wanted(const char *row);
void measure(const char *row, unsigned int ops, uint64_t (*batch)(void *arg),
	     void *arg);
uint64_t cpu_ticks(void);

/* machine.c: a VM with RAM and one VCPU of this thread */
struct machine {
	struct vm vm;
	struct vcpu vcpu;
};

void set_priority(unsigned int fifo);
void start_thread(pthread_t *thread, void *(*run)(void *arg), void *arg);
void machine_open(struct machine *m, bool irqchip);
void machine_load(struct machine *m, bool irqchip);
void machine_start(struct machine *m);
void machine_close(struct machine *m);
void machine_begin(struct machine *m, unsigned int op, uint64_t count);
uint64_t machine_run(struct machine *m, unsigned int op, uint64_t count);
void machine_pulse(struct vcpu *vcpu);

/* rows.c, grow.c */
void run_rows(void);
void run_growth(void);

/* linux.c */
void run_linux(const char *kernel, const char *initramfs);

#endif /* BENCH_H */
