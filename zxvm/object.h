/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Objects and handles: every guest, VMAR, VCPU and port is a counted object,
 * and every open file of zxvm's is a handle to one: the object and the rights
 * that whoever holds the file has on it.
 */
#ifndef ZXVM_OBJECT_H
#define ZXVM_OBJECT_H

#include <linux/atomic.h>
#include <linux/refcount.h>
#include <linux/types.h>

#include <uapi/linux/zxvm.h>

struct file;
struct poll_table_struct;
struct vm_area_struct;
struct zxvm_object;

/**
 * struct zxvm_call - one ioctl of an object type
 * @cmd: its number
 * @rights: all of these are needed, and checked before anything else
 * @fn: does it; @arg is the ioctl's argument, user memory or a value, and
 *	@rights those of the handle
 */
struct zxvm_call {
	unsigned int cmd;
	u32 rights;
	long (*fn)(struct zxvm_object *obj, unsigned long arg, u32 rights);
};

/**
 * struct zxvm_object_type - what all objects of a type have in common
 * @name: of the anonymous file: "[zxvm-...]"
 * @type: ZXVM_OBJ_*
 * @rights: of a fresh handle
 * @calls: the ioctls, the most frequent first; ends with @cmd 0
 * @no_handles: the last handle is gone; may be NULL. May sleep
 * @destroy: the last reference is gone; frees the object. May sleep
 * @read: read(2); needs %ZXVM_RIGHT_READ; may be NULL
 * @poll: poll(2); needs %ZXVM_RIGHT_READ; may be NULL
 * @mmap: mmap(2) by a handle with @rights; may be NULL
 */
struct zxvm_object_type {
	const char *name;
	u32 type;
	u32 rights;
	const struct zxvm_call *calls;
	void (*no_handles)(struct zxvm_object *obj);
	void (*destroy)(struct zxvm_object *obj);
	ssize_t (*read)(struct zxvm_object *obj, char __user *buf,
			size_t count, bool nonblock);
	__poll_t (*poll)(struct zxvm_object *obj, struct file *file,
			 struct poll_table_struct *table);
	int (*mmap)(struct zxvm_object *obj, u32 rights,
		    struct vm_area_struct *vma);
};

/**
 * struct zxvm_object - the head of every object
 * @type: its type
 * @refs: references, handles among them
 * @handles: open files
 * @koid: number that no other object has, ever
 * @related_koid: of the guest, in a VCPU and a VMAR; else 0
 */
struct zxvm_object {
	const struct zxvm_object_type *type;
	refcount_t refs;
	atomic_t handles;
	u64 koid;
	u64 related_koid;
};

/**
 * struct zxvm_new_handle - a handle that nobody can use yet
 * @fd: its number, reserved
 * @file: the open file
 */
struct zxvm_new_handle {
	int fd;
	struct file *file;
};

void zxvm_object_init(struct zxvm_object *obj,
		      const struct zxvm_object_type *type, u64 related_koid);
void zxvm_object_get(struct zxvm_object *obj);
void zxvm_object_put(struct zxvm_object *obj);

int zxvm_handle_prepare(struct zxvm_object *obj, u32 rights,
			struct zxvm_new_handle *new);
void zxvm_handle_commit(struct zxvm_new_handle *new);
void zxvm_handle_abort(struct zxvm_new_handle *new);
int zxvm_handle_give(struct zxvm_object *obj, u32 rights, s32 __user *fd);
struct zxvm_object *zxvm_handle_get(int fd, u32 type, u32 rights);

#endif /* ZXVM_OBJECT_H */
