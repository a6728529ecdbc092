/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What the files of libzx share: objects, the handle table, errors, and the
 * descriptors of /dev/zxvm.
 *
 * Locks, outermost first:
 *	aspace->lock	the regions and mappings of one address space
 *	spaces_lock	the list of guest address spaces (space.c)
 *	signal lock	signals of all objects (signal.c)
 *	name lock	names of all objects (info.c)
 *	table lock	free handle slots (handle.c)
 */
#ifndef LIBZX_INTERNAL_H
#define LIBZX_INTERNAL_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/zxvm.h>
#include <zircon/syscalls.h>
#include <zircon/types.h>

#define EXPORT __attribute__((visibility("default")))
#define TLS _Thread_local __attribute__((tls_model("initial-exec")))

#define container_of(ptr, type, member) \
	((type *)((char *)(ptr) - offsetof(type, member)))

/*
 * struct object - what handles stand for
 * @refs: handles, and other objects that need it
 * @signals: ZX_*_SIGNAL_*, under the signal lock
 * @destroy: frees it; runs when @refs is gone
 */
struct object {
	atomic_uint refs;
	zx_obj_type_t type;
	zx_koid_t koid;
	zx_koid_t related_koid;
	zx_signals_t signals;
	char name[ZX_MAX_NAME_LEN];
	void (*destroy)(struct object *object);
};

void object_init(struct object *object, zx_obj_type_t type, zx_koid_t koid,
		 void (*destroy)(struct object *object));
struct object *object_get(struct object *object);
void object_put(struct object *object);
/* A number that no kernel object has */
zx_koid_t koid_local(void);

/*
 * struct handle - a slot of the table
 * @state: generation, an open bit, and the calls that use it (handle.c)
 * @rights: ZX_RIGHT_*
 * @fd: the file of the kernel's handle, closed with the slot; -1 for none
 *
 * Whoever got it by handle_get() may read all but @state and @next_free until
 * handle_put(), also when the handle is closed meanwhile.
 */
struct handle {
	_Atomic uint64_t state;
	struct object *object;
	zx_rights_t rights;
	int fd;
	uint32_t index;
	uint32_t next_free;
};

#define RIGHTS_NONE 0u

struct handle *handle_get(zx_handle_t value);
zx_status_t handle_get_typed(zx_handle_t value, zx_obj_type_t type,
			     zx_rights_t rights, struct handle **out);
void handle_put(struct handle *handle);
bool handle_is_open(zx_handle_t value);
/* Takes the reference to @object and @fd over, also when it fails */
zx_status_t handle_new(struct object *object, int fd, zx_rights_t rights,
		       zx_handle_t *out);
/* For zx_handle_replace and its like: @handle goes in any case */
zx_status_t handle_replace(zx_handle_t handle, zx_obj_type_t type,
			   zx_rights_t add, zx_rights_t rights,
			   zx_handle_t *out);

/* Errors */
zx_status_t status_from_errno(int error);

/* Descriptors of /dev/zxvm (device.c) */
zx_status_t device_fd(int *fd);
zx_status_t zxvm_ioctl(int fd, unsigned long request, void *arg);
zx_status_t zxvm_info(int fd, struct zxvm_handle_info *info);

/* Make a handle of a file of /dev/zxvm; @fd goes over, also on failure */
zx_status_t guest_adopt(int fd, const struct zxvm_handle_info *info,
			zx_handle_t *out);
zx_status_t port_adopt(int fd, const struct zxvm_handle_info *info,
		       zx_handle_t *out);
zx_status_t vcpu_adopt(int fd, const struct zxvm_handle_info *info,
		       uint64_t owner, zx_handle_t *out);
zx_status_t vmar_adopt(int fd, const struct zxvm_handle_info *info,
		       zx_handle_t *out);
zx_status_t vmo_adopt(int fd, zx_rights_t rights, zx_handle_t *out);

/* Signals (signal.c) */
void object_signal(struct object *object, zx_signals_t clear, zx_signals_t set);
void signal_wake_waiters(void);

/* VMOs, for who maps them (vmo.c) */
struct vmo {
	struct object object;
	int fd;
	uint64_t size;		/* of one that is not resizable */
	bool resizable;
};

zx_status_t vmo_size(struct vmo *vmo, uint64_t *size);
bool page_round_up(uint64_t size, uint64_t *rounded);
uint64_t page_size(void);

/* A name that tells this thread from all others, ever; never 0 (thread.c) */
uint64_t thread_token(void);
/* Differs between a process and its children by fork (thread.c) */
uint32_t process_generation(void);

#endif /* LIBZX_INTERNAL_H */
