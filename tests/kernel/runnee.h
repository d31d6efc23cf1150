/* SPDX-License-Identifier: GPL-2.0-only */
/* What `porttrace run` runs in the tests: `live --helper runnee WHAT…`. */
#ifndef LIVE_RUNNEE_H
#define LIVE_RUNNEE_H

#define RUNNEE_STATUS 7 /* it exits with that */
#define RUNNEE_FILES 20
#define RUNNEE_TCP 7001
#define RUNNEE_UDP 7002
#define RUNNEE_CHILD 7003
#define RUNNEE_DAEMON 7004

int runnee_main(int argc, char **argv);

#endif
