// SPDX-License-Identifier: GPL-2.0
/* Messages for the user. */
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "zxrun.h"

/*
 * One write per message, so that threads do not mix their lines. The terminal
 * may be in raw mode, where a line feed alone leaves the column as it is.
 */
static void vcomplain(const char *format, va_list args)
{
	char text[2048];
	size_t used;
	int len;

	used = (size_t)snprintf(text, sizeof(text), "zxrun: ");
	len = vsnprintf(text + used, sizeof(text) - used - 2, format, args);
	if (len < 0)
		return;
	used += (size_t)len;
	if (used > sizeof(text) - 3)
		used = sizeof(text) - 3;
	if (isatty(STDERR_FILENO))
		text[used++] = '\r';
	text[used++] = '\n';
	if (write(STDERR_FILENO, text, used) < 0)
		return;
}

void complain(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vcomplain(format, args);
	va_end(args);
}

int fail(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vcomplain(format, args);
	va_end(args);
	return -1;
}
