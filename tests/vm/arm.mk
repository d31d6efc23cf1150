# SPDX-License-Identifier: GPL-2.0-only
# For arm64, built here, with headers and libraries unpacked into a folder.

ARM := build/arm64
ARM_PACKAGES := libbpf-dev libelf-dev zlib1g-dev libcap-ng-dev libjansson-dev busybox-static

.PHONY: arm64
arm64:
	@tools/setup arm
	@mkdir -p $(ARM)/vm
	@KERNEL_ARCH=arm64 tools/kernel-fetch $(ARM)/vm/kernels newest >$(ARM)/fetched
	@tools/sysroot $(ARM)/sysroot $(ARM)/vm/kernels/apt $(ARM_PACKAGES)
	@$(MAKE) --no-print-directory ARCH=arm64 all $(ARM)/tests/live
