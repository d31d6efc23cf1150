// SPDX-License-Identifier: GPL-2.0-only
/* From the path of a cgroup to unit, container and pod: a table of real paths. */
#include "unit.h"

#include "enrich/cgroup_path.h"

#define ID "3f2a9c0b7d5e4f6a8b1c2d3e4f5a6b7c8d9e0f1a2b3c4d5e6f708192a3b4c5d6"
#define ID2 "b2a102854b4969b2ce98dc329c86b4fb2b06e4ad2cc8da9d8a7578c9cd2004a2"
#define POD "29349498-197c-4919-b13f-9a928e7d001b"
#define POD_ "29349498_197c_4919_b13f_9a928e7d001b"

struct line {
	const char *path;
	const char *unit;
	const char *user_unit;
	const char *container;
	const char *pod;
};

static const struct line lines[] = {
	/* nothing to be known */
	{ "", "", "", "", "" },
	{ "/", "", "", "", "" },
	{ "//", "", "", "", "" },
	{ "/system.slice", "", "", "", "" },
	{ "/user/1000.user/1.session", "", "", "", "" },
	{ "/process_api/8e23cadde55b3b6cff2c3fb670c87172", "", "", "", "" },

	/* units of the system */
	{ "/init.scope", "init.scope", "", "", "" },
	{ "/system.slice/nginx.service", "nginx.service", "", "", "" },
	{ "/system.slice/system-postgresql.slice/postgresql@15-main.service",
	  "postgresql@15-main.service", "", "", "" },
	{ "/system.slice/system-getty.slice/getty@tty1.service", "getty@tty1.service", "", "", "" },
	{ "/system.slice/system-systemd\\x2dfsck.slice/systemd-fsck@dev-disk-by\\x2duuid.service",
	  "systemd-fsck@dev-disk-by\\x2duuid.service", "", "", "" },
	{ "/system.slice/run-rpc_pipefs.mount", "run-rpc_pipefs.mount", "", "", "" },
	{ "/system.slice/sshd.socket", "sshd.socket", "", "", "" },
	{ "/nginx.service", "nginx.service", "", "", "" },
	{ "/a.slice/a-b.slice/a-b-c.slice/deep.service", "deep.service", "", "", "" },
	/* of a unit that divides its own cgroup, what is below is the unit's business */
	{ "/system.slice/systemd-udevd.service/udev", "systemd-udevd.service", "", "", "" },
	{ "/system.slice/foo.service/payload", "foo.service", "", "", "" },
	{ "/system.slice/foo.service/supervisor", "foo.service", "", "", "" },
	{ "/system.slice/foo.service/nginx.service", "foo.service", "", "", "" },
	{ "/system.slice/ssh.service/.control", "ssh.service", "", "", "" },
	/* escaped: these would be files of the kernel */
	{ "/system.slice/_cpu.service", "cpu.service", "", "", "" },
	{ "/system.slice/__x.service", "_x.service", "", "", "" },
	{ "/_cgroup.slice/_tasks.service", "tasks.service", "", "", "" },

	/* sessions and units of users */
	{ "/user.slice/user-1000.slice/session-3.scope", "session-3.scope", "", "", "" },
	{ "/user.slice/user-1000.slice/session-c1.scope", "session-c1.scope", "", "", "" },
	{ "/user.slice/user-1000.slice/user@1000.service/init.scope", "user@1000.service",
	  "init.scope", "", "" },
	{ "/user.slice/user-1000.slice/user@1000.service/app.slice/jupyter.service",
	  "user@1000.service", "jupyter.service", "", "" },
	{ "/user.slice/user-1000.slice/user@1000.service/app.slice/app-org.gnome.Terminal.slice/"
	  "vte-spawn-9f3fb1f3-9f40-4bf5-8ab4-1a9f4d04b0f7.scope",
	  "user@1000.service", "vte-spawn-9f3fb1f3-9f40-4bf5-8ab4-1a9f4d04b0f7.scope", "", "" },
	{ "/user.slice/user-1000.slice/user@1000.service/app.slice/"
	  "app-gnome-firefox\\x2desr-2134.scope",
	  "user@1000.service", "app-gnome-firefox\\x2desr-2134.scope", "", "" },
	/* anybody may call a unit of his own so: it is no unit of the system */
	{ "/user.slice/user-1000.slice/user@1000.service/app.slice/nginx.service",
	  "user@1000.service", "nginx.service", "", "" },
	{ "/user.slice/user-1000.slice/user@1000.service/nginx.service/x", "user@1000.service",
	  "nginx.service", "", "" },
	{ "/system.slice/user@1000x.service/app.slice/nginx.service", "user@1000x.service", "", "",
	  "" },

	/* what is called like a unit and is none */
	{ "/system.slice/foo@.service", "", "", "", "" },
	{ "/system.slice/@foo.service", "", "", "", "" },
	{ "/system.slice/.service", "", "", "", "" },
	{ "/system.slice/foo bar.service", "", "", "", "" },
	{ "/system.slice/foo.timer", "", "", "", "" },
	{ "/system.slice/nginx.service.d", "", "", "", "" },
	{ "/x/system.slice/nginx.service", "", "", "", "" },

	/* docker: by systemd, by itself, by itself with a name meant for systemd */
	{ "/system.slice/docker.service", "docker.service", "", "", "" },
	{ "/system.slice/docker-" ID ".scope", "docker-" ID ".scope", "", "docker:" ID, "" },
	{ "/docker/" ID, "", "", "docker:" ID, "" },
	{ "/docker/" ID "/supervisor", "", "", "docker:" ID, "" },
	{ "/system.slice:docker:" ID, "", "", "docker:" ID, "" },
	{ "/docker/" ID "/docker/" ID2, "", "", "docker:" ID, "" },
	{ "/user.slice/user-1000.slice/user@1000.service/user.slice/docker-" ID ".scope",
	  "user@1000.service", "docker-" ID ".scope", "docker:" ID, "" },
	/* systemd in a container has units of its own, which are not those of this host */
	{ "/system.slice/docker-" ID ".scope/system.slice/nginx.service", "docker-" ID ".scope", "",
	  "docker:" ID, "" },
	{ "/docker/" ID "/system.slice/nginx.service", "", "", "docker:" ID, "" },
	/* a custom parent, Amazon's agent: somebody's container */
	{ "/custom/" ID, "", "", "oci:" ID, "" },
	{ "/ecs/03752a671e744971a862edcee6195646/" ID, "", "", "oci:" ID, "" },

	/* podman */
	{ "/machine.slice/libpod-" ID ".scope", "libpod-" ID ".scope", "", "podman:" ID, "" },
	{ "/machine.slice/libpod-" ID ".scope/container", "libpod-" ID ".scope", "", "podman:" ID,
	  "" },
	{ "/machine.slice/libpod-conmon-" ID ".scope", "libpod-conmon-" ID ".scope", "", "", "" },
	{ "/machine.slice/machine-libpod_pod_" ID2 ".slice/libpod-" ID ".scope/container",
	  "libpod-" ID ".scope", "", "podman:" ID, "" },
	{ "/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" ID ".scope/container",
	  "user@1000.service", "libpod-" ID ".scope", "podman:" ID, "" },
	{ "/user.slice/user-1000.slice/user@1000.service/app.slice/redis.service/libpod-payload-" ID,
	  "user@1000.service", "redis.service", "podman:" ID, "" },
	{ "/system.slice/nginx.service/libpod-payload-" ID, "nginx.service", "", "podman:" ID, "" },
	{ "/system.slice/nginx.service/runtime", "nginx.service", "", "", "" },
	{ "/libpod_parent/libpod-" ID, "", "", "podman:" ID, "" },
	{ "/libpod_parent/libpod-" ID "/container", "", "", "podman:" ID, "" },
	{ "/libpod_parent/conmon", "", "", "", "" },

	/* containerd without Kubernetes */
	{ "/system.slice/nerdctl-" ID ".scope", "nerdctl-" ID ".scope", "", "containerd:" ID, "" },
	{ "/k8s.io/" ID, "", "", "containerd:" ID, "" },
	{ "/default/" ID, "", "", "oci:" ID, "" },

	/* Kubernetes, systemd driver */
	{ "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod" POD_
	  ".slice/cri-containerd-" ID ".scope",
	  "cri-containerd-" ID ".scope", "", "containerd:" ID, POD },
	{ "/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod" POD_ ".slice/crio-" ID
	  ".scope",
	  "crio-" ID ".scope", "", "cri-o:" ID, POD },
	{ "/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod" POD_ ".slice/crio-" ID
	  ".scope/container",
	  "crio-" ID ".scope", "", "cri-o:" ID, POD },
	{ "/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod" POD_
	  ".slice/crio-conmon-" ID ".scope",
	  "crio-conmon-" ID ".scope", "", "", POD },
	{ "/kubepods.slice/kubepods-pod" POD_ ".slice/docker-" ID ".scope", "docker-" ID ".scope",
	  "", "docker:" ID, POD },
	{ "/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-burstable.slice/"
	  "kubelet-kubepods-burstable-pod" POD_ ".slice/cri-containerd-" ID ".scope",
	  "cri-containerd-" ID ".scope", "", "containerd:" ID, POD },
	{ "/kubepods.slice/kubepods-pod" POD_ ".slice", "", "", "", POD },
	/* static pods: the uid is a hash */
	{ "/kubepods.slice/kubepods-burstable.slice/"
	  "kubepods-burstable-pod8e23cadde55b3b6cff2c3fb670c87172.slice/cri-containerd-" ID
	  ".scope",
	  "cri-containerd-" ID ".scope", "", "containerd:" ID, "8e23cadde55b3b6cff2c3fb670c87172" },
	/* cgroupfs driver */
	{ "/kubepods/burstable/pod" POD "/" ID, "", "", "kubepods:" ID, POD },
	{ "/kubepods/pod" POD "/" ID, "", "", "kubepods:" ID, POD },
	{ "/kubepods/besteffort/pod" POD "/crio-" ID, "", "", "cri-o:" ID, POD },
	{ "/kubepods/besteffort/pod" POD, "", "", "", POD },
	{ "/kubepods-besteffort-pod" POD_ ".slice:cri-containerd:" ID, "", "", "containerd:" ID,
	  POD },
	{ "/system.slice/containerd.service/kubepods-burstable-pod" POD_
	  ".slice:cri-containerd:" ID,
	  "containerd.service", "", "containerd:" ID, POD },
	/* Kubernetes in a container of docker (kind): the outer one, which the host made */
	{ "/docker/" ID "/kubelet/kubepods/besteffort/pod" POD "/" ID2, "", "", "docker:" ID, "" },
	{ "/system.slice/docker-" ID ".scope/kubelet.slice/kubelet-kubepods.slice/"
	  "kubelet-kubepods-pod" POD_ ".slice/cri-containerd-" ID2 ".scope",
	  "docker-" ID ".scope", "", "docker:" ID, "" },
	{ "/pod" POD "/" ID, "", "", "oci:" ID, "" },
	{ "/mykubepods.slice/mykubepods-pod" POD_ ".slice", "", "", "", "" },

	/* LXC, LXD, Incus, Proxmox */
	{ "/lxc.payload.web", "", "", "lxc:web", "" },
	{ "/lxc.payload.web/system.slice/nginx.service", "", "", "lxc:web", "" },
	{ "/lxc.payload.user-1000_c1/init.scope", "", "", "lxc:user-1000_c1", "" },
	{ "/lxc.payload/web/init.scope", "", "", "lxc:web", "" },
	{ "/lxc/101/ns/system.slice/nginx.service", "", "", "lxc:101", "" },
	{ "/lxc/web", "", "", "lxc:web", "" },
	{ "/lxc.monitor.web", "", "", "", "" },
	{ "/lxc.monitor/web", "", "", "", "" },
	{ "/lxc.payload.web/docker/" ID, "", "", "lxc:web", "" },
	{ "/lxc.payload./x", "", "", "", "" },

	/* nspawn, and libvirt, whose machines are called alike */
	{ "/machine.slice/machine-deb.scope/payload/system.slice/nginx.service",
	  "machine-deb.scope", "", "nspawn:deb", "" },
	{ "/machine.slice/machine-my\\x2dbox.scope/supervisor", "machine-my\\x2dbox.scope", "",
	  "nspawn:my-box", "" },
	{ "/machine.slice/systemd-nspawn@deb.service/payload/init.scope",
	  "systemd-nspawn@deb.service", "", "nspawn:deb", "" },
	{ "/machine.slice/machine-lxc\\x2d969\\x2dhub.scope/libvirt_init.scope",
	  "machine-lxc\\x2d969\\x2dhub.scope", "", "lxc:hub", "" },
	{ "/machine.slice/machine-qemu\\x2d1\\x2dopnsense.scope/libvirt/emulator",
	  "machine-qemu\\x2d1\\x2dopnsense.scope", "", "", "" },
	/* below a unit anybody with the right to it makes such a name */
	{ "/system.slice/foo.service/machine-deb.scope", "foo.service", "", "", "" },

	/* nearly an id */
	{ "/docker/3f2a", "", "", "", "" },
	{ "/docker/" ID "0", "", "", "", "" },
	{ "/system.slice/docker-" ID "0.scope", "docker-" ID "0.scope", "", "", "" },
	{ "/system.slice/docker-x.scope", "docker-x.scope", "", "", "" },
	{ "/system.slice::" ID, "", "", "", "" },
};

static void check(const struct cgroup_names *names, const struct line *line)
{
	if (strcmp(names->unit, line->unit) || strcmp(names->user_unit, line->user_unit) ||
	    strcmp(names->container, line->container) || strcmp(names->pod, line->pod))
		fail_msg("%s: unit '%s', user unit '%s', container '%s', pod '%s'", line->path,
			 names->unit, names->user_unit, names->container, names->pod);
}

static void each_path_gives_its_names(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(lines); i++) {
		struct cgroup_names names;

		memset(&names, 'x', sizeof(names));
		cgroup_path_parse(lines[i].path, &names);
		check(&names, &lines[i]);
	}
}

/* As /proc/PID/cgroup has them; path is the whole text. */
static const struct line files[] = {
	{ "", "", "", "", "" },
	{ "nonsense\n:\n::\n1:x", "", "", "", "" },
	/* v2 */
	{ "0::/system.slice/nginx.service\n", "nginx.service", "", "", "" },
	{ "0::/system.slice/nginx.service", "nginx.service", "", "", "" },
	/* v1, docker without systemd */
	{ "12:cpuset:/docker/" ID "\n11:cpu,cpuacct:/docker/" ID "\n1:name=systemd:/docker/" ID
	  "\n",
	  "", "", "docker:" ID, "" },
	{ "4:memory:/system.slice/nginx.service\n1:name=systemd:/system.slice/nginx.service\n",
	  "nginx.service", "", "", "" },
	/* hybrid: docker without systemd moves its containers in the old hierarchies alone */
	{ "3:memory:/docker/" ID "\n1:name=systemd:/docker/" ID
	  "\n0::/system.slice/containerd.service\n",
	  "containerd.service", "", "docker:" ID, "" },
	/* systemd's own hierarchy is believed before the others */
	{ "3:memory:/user.slice\n2:pids:/system.slice/b.service\n"
	  "1:name=systemd:/system.slice/a.service\n0::/system.slice/c.service\n",
	  "a.service", "", "", "" },
	{ "2:pids:/system.slice/b.service\n0::/\n", "b.service", "", "", "" },
	/* Kubernetes on v1 */
	{ "9:cpuset:/kubepods/burstable/pod" POD "/" ID
	  "\n1:name=systemd:/kubepods/burstable/pod" POD "/" ID "\n0::/\n",
	  "", "", "kubepods:" ID, POD },
	{ "9:cpuset:/kubepods-burstable-pod" POD_ ".slice:cri-containerd:" ID
	  "\n1:name=systemd:/system.slice/containerd.service/kubepods-burstable-pod" POD_
	  ".slice:cri-containerd:" ID "\n",
	  "containerd.service", "", "containerd:" ID, POD },
	/* this process is outside of the reader's cgroup namespace */
	{ "0::/../../system.slice/nginx.service\n", "", "", "", "" },
};

static void each_file_gives_its_names(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(files); i++) {
		struct cgroup_names names;

		memset(&names, 'x', sizeof(names));
		cgroup_file_parse(files[i].path, &names);
		check(&names, &files[i]);
	}
}

/* The kernel allows 255 bytes for a name; more must not get beyond the buffers. */
static void long_names_are_cut(void **state)
{
	static const char *const forms[] = { "/system.slice/%s.service", "/lxc/%s",
					     "/machine.slice/machine-%s.scope",
					     "/user.slice/user@1.service/%s.scope" };
	char name[2000], path[4000];
	struct cgroup_names names;

	(void)state;
	memset(name, 'a', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	for (size_t i = 0; i < COUNT(forms); i++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		snprintf(path, sizeof(path), forms[i], name);
#pragma GCC diagnostic pop
		cgroup_path_parse(path, &names);
		assert_true(strlen(names.unit) < sizeof(names.unit));
		assert_true(strlen(names.user_unit) < sizeof(names.user_unit));
		assert_true(strlen(names.container) < sizeof(names.container));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_path_gives_its_names),
		cmocka_unit_test(each_file_gives_its_names),
		cmocka_unit_test(long_names_are_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
