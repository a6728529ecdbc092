// SPDX-License-Identifier: GPL-2.0
/*
 * Threads post while the owner takes: nothing is lost, and whoever is asleep
 * when something comes is told.
 */
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <time.h>

#include "lapic.h"
#include "test.h"

#define POSTERS		3
#define ROUNDS		20000
#define FIRST		32

static struct lapic lapic;
static struct apic_bus bus;
static u32 page[LAPIC_SIZE / 4] __attribute__((aligned(LAPIC_SIZE)));
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static bool told;

/* Each poster has one vector, and waits until its last one was taken */
static u32 handled[POSTERS];
static u32 nmis;

void lapic_notify(struct lapic *l)
{
	pthread_mutex_lock(&lock);
	told = true;
	pthread_cond_signal(&cond);
	pthread_mutex_unlock(&lock);
}

void lapic_send_ipi(struct lapic *l, const struct apic_msg *msg)
{
}

void lapic_published(struct lapic *l)
{
}

void lapic_eoi_broadcast(struct lapic *l, u8 vector)
{
}

void lapic_arm_timer(struct lapic *l, u64 deadline)
{
}

u64 lapic_tsc(const struct lapic *l)
{
	return 0;
}

static void *poster(void *arg)
{
	u32 nr = (unsigned long)arg, i;
	struct apic_msg msg = {
		.dest = 0,
		.vector = FIRST + nr * 64,
		.level = nr == 1,
	};

	for (i = 1; i <= ROUNDS; i++) {
		apic_send(&bus, NULL, &msg);
		while (__atomic_load_n(&handled[nr], __ATOMIC_ACQUIRE) != i)
			sched_yield();
	}
	return NULL;
}

/* One that does not wait: what counts is that the last one arrives */
static void *nmi_poster(void *arg)
{
	struct apic_msg msg = { .mode = APIC_NMI };
	u32 i;

	for (i = 0; i < ROUNDS; i++)
		apic_send(&bus, NULL, &msg);
	return NULL;
}

static void halt(void)
{
	struct timespec until;
	int ret = 0;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += 20;
	pthread_mutex_lock(&lock);
	while (!told && !ret)
		ret = pthread_cond_timedwait(&cond, &lock, &until);
	told = false;
	pthread_mutex_unlock(&lock);
	if (ret) {
		printf("Bail out! a notification was lost\n");
		exit(1);
	}
}

static void run_owner(u32 want)
{
	u32 done = 0;
	u8 vector;

	while (done < want) {
		if (lapic_idle(&lapic)) {
			halt();
			continue;
		}
		if (lapic_take(&lapic) & LAPIC_EVENT_NMI)
			nmis++;
		while ((vector = lapic.ready)) {
			lapic_accept(&lapic, vector);
			lapic_eoi(&lapic);
			done++;
			__atomic_fetch_add(&handled[(vector - FIRST) / 64], 1,
					   __ATOMIC_RELEASE);
		}
	}
}

static void test_threads(void)
{
	pthread_t threads[POSTERS + 1];
	unsigned long i;

	lapic_power_up(&lapic, 0, true, page);
	lapic_write_mmio(&lapic, LAPIC_SVR, 4, 0x1ff);
	apic_bus_add(&bus, &lapic);
	for (i = 0; i < POSTERS; i++)
		pthread_create(&threads[i], NULL, poster, (void *)i);
	pthread_create(&threads[POSTERS], NULL, nmi_poster, NULL);
	run_owner(POSTERS * ROUNDS);
	for (i = 0; i <= POSTERS; i++)
		pthread_join(threads[i], NULL);
	for (i = 0; i < POSTERS; i++)
		CHECK_EQ(handled[i], ROUNDS);
	if (lapic_take(&lapic) & LAPIC_EVENT_NMI)
		nmis++;
	CHECK(nmis && nmis <= ROUNDS);
	CHECK(lapic_idle(&lapic));
}

static const struct test tests[] = {
	{ "lapic threads: nothing is lost", test_threads },
};

int main(void)
{
	return run_tests(tests, ARRAY_SIZE(tests));
}
