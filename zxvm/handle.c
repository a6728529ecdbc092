// SPDX-License-Identifier: GPL-2.0
/*
 * Handles: the way from an open file to an object, and the rights on it.
 */
#include <linux/anon_inodes.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "object.h"

/**
 * struct zxvm_handle - what an open file stands for
 * @obj: the object
 * @rights: ZXVM_RIGHT_*; only ever loses bits
 */
struct zxvm_handle {
	struct zxvm_object *obj;
	u32 rights;
};

static const struct file_operations zxvm_handle_fops;

static u64 new_koid(void)
{
	/* Zircon keeps the numbers below 1024 for itself, and so do we. */
	static atomic64_t last = ATOMIC64_INIT(1023);

	return atomic64_inc_return(&last);
}

/**
 * zxvm_object_init() - set up the head of an object, with one reference
 * @obj: the object
 * @type: its type
 * @related_koid: of the object that it belongs to, or 0
 */
void zxvm_object_init(struct zxvm_object *obj,
		      const struct zxvm_object_type *type, u64 related_koid)
{
	obj->type = type;
	refcount_set(&obj->refs, 1);
	atomic_set(&obj->handles, 0);
	obj->koid = new_koid();
	obj->related_koid = related_koid;
}

/**
 * zxvm_object_get() - take one more reference
 * @obj: an object that the caller has a reference to
 */
void zxvm_object_get(struct zxvm_object *obj)
{
	refcount_inc(&obj->refs);
}

/**
 * zxvm_object_put() - give a reference back; with the last the object goes
 * @obj: the object
 *
 * Context: may sleep.
 */
void zxvm_object_put(struct zxvm_object *obj)
{
	if (refcount_dec_and_test(&obj->refs))
		obj->type->destroy(obj);
}

/**
 * zxvm_handle_prepare() - make a handle that is not visible yet
 * @obj: the object; the handle takes a reference of its own
 * @rights: of the handle
 * @new: the result, for zxvm_handle_commit() or zxvm_handle_abort()
 *
 * Everything that can fail is done here, so that a call that makes several
 * handles gives user space all of them or none.
 *
 * Context: may sleep.
 * Return: 0, -ENOMEM, -EMFILE or -ENFILE.
 */
int zxvm_handle_prepare(struct zxvm_object *obj, u32 rights,
			struct zxvm_new_handle *new)
{
	struct zxvm_handle *handle;
	int ret;

	handle = kzalloc(sizeof(*handle), GFP_KERNEL_ACCOUNT);
	if (!handle)
		return -ENOMEM;
	handle->obj = obj;
	handle->rights = rights;

	ret = get_unused_fd_flags(O_CLOEXEC);
	if (ret < 0)
		goto err_free;
	new->fd = ret;
	new->file = anon_inode_getfile(obj->type->name, &zxvm_handle_fops,
				       handle, O_RDWR | O_CLOEXEC);
	if (IS_ERR(new->file)) {
		ret = PTR_ERR(new->file);
		goto err_put_fd;
	}
	zxvm_object_get(obj);
	atomic_inc(&obj->handles);
	return 0;

err_put_fd:
	put_unused_fd(new->fd);
err_free:
	kfree(handle);
	return ret;
}

/**
 * zxvm_handle_commit() - give a handle to the calling process
 * @new: from zxvm_handle_prepare()
 */
void zxvm_handle_commit(struct zxvm_new_handle *new)
{
	fd_install(new->fd, new->file);
}

/**
 * zxvm_handle_abort() - take back a handle that nobody has seen
 * @new: from zxvm_handle_prepare()
 *
 * Context: may sleep.
 */
void zxvm_handle_abort(struct zxvm_new_handle *new)
{
	put_unused_fd(new->fd);
	fput(new->file);
}

/**
 * zxvm_handle_give() - make one handle and tell its number
 * @obj: the object; the handle takes a reference of its own
 * @rights: of the handle
 * @fd: where user space wants the number
 *
 * Context: may sleep.
 * Return: 0, -EFAULT, or what zxvm_handle_prepare() says.
 */
int zxvm_handle_give(struct zxvm_object *obj, u32 rights, s32 __user *fd)
{
	struct zxvm_new_handle new;
	int ret;

	ret = zxvm_handle_prepare(obj, rights, &new);
	if (ret)
		return ret;
	if (put_user(new.fd, fd)) {
		zxvm_handle_abort(&new);
		return -EFAULT;
	}
	zxvm_handle_commit(&new);
	return 0;
}

/**
 * zxvm_handle_get() - the object behind a file of the calling process
 * @fd: the file
 * @type: ZXVM_OBJ_* that it must be
 * @rights: that it must have
 *
 * Return: the object with a reference; ERR_PTR of -EBADF (no such file),
 * -ENOTTY (another type) or -EACCES (a right is missing).
 */
struct zxvm_object *zxvm_handle_get(int fd, u32 type, u32 rights)
{
	struct zxvm_object *obj;
	struct zxvm_handle *handle;
	struct file *file = fget(fd);

	if (!file)
		return ERR_PTR(-EBADF);
	handle = file->private_data;
	if (file->f_op != &zxvm_handle_fops ||
	    handle->obj->type->type != type) {
		obj = ERR_PTR(-ENOTTY);
	} else if (rights & ~READ_ONCE(handle->rights)) {
		obj = ERR_PTR(-EACCES);
	} else {
		obj = handle->obj;
		zxvm_object_get(obj);
	}
	fput(file);
	return obj;
}

static int handle_info(struct zxvm_handle *handle, void __user *arg)
{
	struct zxvm_handle_info info = {
		.koid = handle->obj->koid,
		.related_koid = handle->obj->related_koid,
		.type = handle->obj->type->type,
		.rights = READ_ONCE(handle->rights),
	};

	return copy_to_user(arg, &info, sizeof(info)) ? -EFAULT : 0;
}

/* The rights that a duplicate or a replacement gets, or a negative errno */
static int narrowed_rights(struct zxvm_handle *handle, u32 wanted, u32 *rights)
{
	*rights = READ_ONCE(handle->rights);
	if (wanted == ZXVM_RIGHT_SAME)
		return 0;
	if (wanted & ~*rights)
		return -EINVAL;
	*rights = wanted;
	return 0;
}

static int handle_duplicate(struct zxvm_handle *handle,
			    struct zxvm_handle_rights __user *arg)
{
	struct zxvm_handle_rights args;
	u32 rights;
	int ret;

	if (!(READ_ONCE(handle->rights) & ZXVM_RIGHT_DUPLICATE))
		return -EACCES;
	if (copy_from_user(&args, arg, sizeof(args)))
		return -EFAULT;
	ret = narrowed_rights(handle, args.rights, &rights);
	return ret ?: zxvm_handle_give(handle->obj, rights, &arg->fd);
}

static int handle_replace(struct zxvm_handle *handle, void __user *arg)
{
	struct zxvm_handle_rights args;
	u32 old, rights;
	int ret;

	if (copy_from_user(&args, arg, sizeof(args)))
		return -EFAULT;
	do {
		old = READ_ONCE(handle->rights);
		ret = narrowed_rights(handle, args.rights, &rights);
		if (ret)
			return ret;
	} while (cmpxchg(&handle->rights, old, rights & old) != old);
	return 0;
}

/* Calls on handles of any type; out of the way of those that are frequent */
static noinline long handle_call(struct zxvm_handle *handle, unsigned int cmd,
				 void __user *arg)
{
	switch (cmd) {
	case ZXVM_HANDLE_INFO:
		return handle_info(handle, arg);
	case ZXVM_HANDLE_DUPLICATE:
		return handle_duplicate(handle, arg);
	case ZXVM_HANDLE_REPLACE:
		return handle_replace(handle, arg);
	default:
		return -ENOTTY;
	}
}

static long zxvm_handle_ioctl(struct file *file, unsigned int cmd,
			      unsigned long arg)
{
	struct zxvm_handle *handle = file->private_data;
	struct zxvm_object *obj = handle->obj;
	u32 rights = READ_ONCE(handle->rights);
	const struct zxvm_call *call;

	for (call = obj->type->calls; call->cmd; call++) {
		if (call->cmd != cmd)
			continue;
		if (call->rights & ~rights)
			return -EACCES;
		return call->fn(obj, arg, rights);
	}
	return handle_call(handle, cmd, (void __user *)arg);
}

static ssize_t zxvm_handle_read(struct file *file, char __user *buf,
				size_t count, loff_t *pos)
{
	struct zxvm_handle *handle = file->private_data;

	if (!handle->obj->type->read)
		return -EINVAL;
	if (!(READ_ONCE(handle->rights) & ZXVM_RIGHT_READ))
		return -EACCES;
	return handle->obj->type->read(handle->obj, buf, count,
				       file->f_flags & O_NONBLOCK);
}

static __poll_t zxvm_handle_poll(struct file *file,
				 struct poll_table_struct *table)
{
	struct zxvm_handle *handle = file->private_data;

	if (!handle->obj->type->poll ||
	    !(READ_ONCE(handle->rights) & ZXVM_RIGHT_READ))
		return EPOLLERR;
	return handle->obj->type->poll(handle->obj, file, table);
}

static int zxvm_handle_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct zxvm_handle *handle = file->private_data;

	if (!handle->obj->type->mmap)
		return -ENODEV;
	return handle->obj->type->mmap(handle->obj, READ_ONCE(handle->rights),
				       vma);
}

static int zxvm_handle_release(struct inode *inode, struct file *file)
{
	struct zxvm_handle *handle = file->private_data;
	struct zxvm_object *obj = handle->obj;

	if (atomic_dec_and_test(&obj->handles) && obj->type->no_handles)
		obj->type->no_handles(obj);
	zxvm_object_put(obj);
	kfree(handle);
	return 0;
}

static const struct file_operations zxvm_handle_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = zxvm_handle_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.read = zxvm_handle_read,
	.poll = zxvm_handle_poll,
	.mmap = zxvm_handle_mmap,
	.release = zxvm_handle_release,
	.llseek = noop_llseek,
};
