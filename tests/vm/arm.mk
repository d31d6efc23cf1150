# SPDX-License-Identifier: GPL-2.0-only
# The core of the live suite on arm64, built for it here, with headers and libraries unpacked into
# a folder. VM_SECONDS, VM_SCALE, VM_JOBS, VM_ALL and VM_BACKENDS are as for test-vm.

ARM := build/arm64
ARM_PACKAGES := libbpf-dev libelf-dev zlib1g-dev libcap-ng-dev libseccomp-dev libmnl-dev libsmartcols-dev libncurses-dev libjansson-dev busybox-static

.PHONY: arm64 test-arm
arm64: ## build/arm64/porttrace, for that machine
	@tools/setup arm
	@mkdir -p $(ARM)/vm
	@KERNEL_ARCH=arm64 tools/kernel-fetch $(ARM)/vm/kernels newest >$(ARM)/fetched
	@tools/sysroot $(ARM)/sysroot $(ARM)/vm/kernels/apt $(ARM_PACKAGES)
	@$(MAKE) --no-print-directory ARCH=arm64 all $(ARM)/tests/live

test-arm: arm64 build/porttrace build/tests/live ## the core of the live tests on an arm64 kernel, emulated
	@rm -f $(RESULTS)/arm.tsv
	@VM_ARCH=arm64 VM_KERNELS=newest VM_SPECIAL= VM_BACKENDS="$${VM_BACKENDS:-default cgroup tracepoint}" \
		tests/vm/run $(RESULTS)/arm.tsv $(ARM)/porttrace $(ARM)/tests/live
