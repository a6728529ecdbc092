/* SPDX-License-Identifier: GPL-2.0 */
#ifndef ZXVM_UNIT_SEQLOCK_H
#define ZXVM_UNIT_SEQLOCK_H

#include <linux/spinlock.h>

typedef struct {
	unsigned int sequence;
	spinlock_t *lock;	/* of the writers */
} seqcount_spinlock_t;

static inline void seqcount_spinlock_init(seqcount_spinlock_t *seq,
					  spinlock_t *lock)
{
	seq->sequence = 0;
	seq->lock = lock;
}

static inline unsigned int read_seqcount_begin(const seqcount_spinlock_t *seq)
{
	WARN_ON(seq->sequence & 1);
	return seq->sequence;
}

static inline bool read_seqcount_retry(const seqcount_spinlock_t *seq,
				       unsigned int start)
{
	return seq->sequence != start;
}

static inline void write_seqcount_begin(seqcount_spinlock_t *seq)
{
	WARN_ON(!seq->lock->held || seq->sequence & 1);
	seq->sequence++;
}

static inline void write_seqcount_end(seqcount_spinlock_t *seq)
{
	WARN_ON(!seq->lock->held || !(seq->sequence & 1));
	seq->sequence++;
}

#endif /* ZXVM_UNIT_SEQLOCK_H */
