/* SPDX-License-Identifier: GPL-2.0 */
/* A unit test: a function that checks, and a line of TAP for it. */
#ifndef ZXRUN_TAP_H
#define ZXRUN_TAP_H

#include <stdbool.h>
#include <stdint.h>

void check_true(bool ok, const char *expression, const char *file, int line);
void check_equal(uint64_t got, uint64_t want, const char *expression, const char *file, int line);

#define CHECK(expression) check_true(expression, #expression, __FILE__, __LINE__)
#define CHECK_EQUAL(got, want) check_equal(got, want, #got, __FILE__, __LINE__)

/* A reproducible stream of numbers */
uint64_t test_random(void);

#define TESTS(X) \
	X(access_sign_extension) \
	X(image_header) \
	X(image_header_fuzz) \
	X(image_load_plain) \
	X(image_load_gzip) \
	X(image_load_zboot) \
	X(image_load_refuses) \
	X(image_load_fuzz) \
	X(fdt_content) \
	X(fdt_without_initrd) \
	X(fdt_64_cpus) \
	X(fdt_too_small) \
	X(fdt_passes_dtc) \
	X(pl011_identity) \
	X(pl011_reset) \
	X(pl011_transmit) \
	X(pl011_transmit_full) \
	X(pl011_receive) \
	X(pl011_receive_off) \
	X(pl011_receive_one_deep) \
	X(pl011_wake) \
	X(pl011_loopback) \
	X(pl011_fuzz) \
	X(pl031_identity) \
	X(pl031_time) \
	X(pl031_alarm) \
	X(console_keys) \
	X(console_output) \
	X(console_input) \
	X(uart_reset) \
	X(uart_divisor) \
	X(uart_identity) \
	X(uart_transmit) \
	X(uart_transmit_full) \
	X(uart_receive) \
	X(uart_flow) \
	X(uart_loopback) \
	X(uart_fuzz) \
	X(cmos_time) \
	X(cmos_set_time) \
	X(cmos_ram) \
	X(cmos_alarm) \
	X(cmos_fuzz) \
	X(power) \
	X(ports) \
	X(acpi_fadt) \
	X(acpi_madt) \
	X(acpi_too_small) \
	X(acpi_passes_iasl) \
	X(mmio_instructions) \
	X(mmio_strings) \
	X(mmio_other_modes) \
	X(mmio_refuses) \
	X(mmio_walk) \
	X(mmio_fuzz) \
	X(bzimage_load) \
	X(bzimage_refuses) \
	X(elf_load) \
	X(elf_refuses) \
	X(kernel_fuzz) \
	X(file_read) \
	X(start_page_tables) \
	X(start_64) \
	X(start_pvh) \
	X(start_reset_vector) \
	X(start_boot_params) \
	X(start_pvh_info) \
	X(start_refuses) \
	X(exit_device) \
	X(hole_told_once)

#define DECLARE(name) void test_##name(void);
TESTS(DECLARE)
#undef DECLARE

#endif
