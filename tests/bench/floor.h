/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PORTTRACE_BENCH_FLOOR_H
#define PORTTRACE_BENCH_FLOOR_H

struct floor_rec {
	unsigned int pid;
	unsigned int port;
	char comm[16];
};

#endif
