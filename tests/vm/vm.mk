# SPDX-License-Identifier: GPL-2.0-only
# The live suite on other kernels: VM_KERNELS="5.10 newest", VM_BACKENDS="cgroup",
# VM_SECONDS (a machine's time), VM_SCALE (of the tests' deadlines), VM_ALL=1 (every case with every backend), VM_ACCEL=kvm.

.PHONY: test-vm
test-vm: build/porttrace build/tests/live
	@tools/setup vm
	@tests/vm/run $(RESULTS)/vm.tsv build/porttrace build/tests/live
