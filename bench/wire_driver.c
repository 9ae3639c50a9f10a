/*
 * Drives a policy from outside, as a robot does: writes JointState at a steady rate and times the commands that answer.
 * Native, so that what it measures is the other side and not itself.
 *
 *     wire_driver <domain>
 *
 * Says "matched" when reader and writer have both found the other side. Command: run <count> <interval us>; it answers
 * "rtt <answered> <p50> <p99>", us. The network is set up by CYCLONEDDS_URI.
 */
#include <dds/dds.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "wire.h"

enum { joints = 16, max_count = 1 << 20 };

static int64_t sent_at[max_count];
static double round_trips[max_count];
static volatile int answered, first, last;

static int64_t now_ns(void) {
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void sleep_until(int64_t ns) {
	const struct timespec t = {.tv_sec = ns / 1000000000LL, .tv_nsec = ns % 1000000000LL};
	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
}

/* The last element of a command repeats the last input of the policy: the number of the state that it answers. */
static void on_command(dds_entity_t reader, void *arg) {
	(void)arg;
	const int64_t now = now_ns();
	void *samples[1] = {NULL};
	dds_sample_info_t info;
	while (dds_take(reader, samples, &info, 1, 1) > 0) {
		const std_msgs_msg_dds__Float64MultiArray_ *command = samples[0];
		if (info.valid_data && command->data._length > 0) {
			const int number = (int)command->data._buffer[command->data._length - 1];
			if (number >= first && number < last) round_trips[answered++] = (now - sent_at[number]) / 1e3;
		}
		dds_return_loan(reader, samples, 1);
		samples[0] = NULL;
	}
}

static int compare(const void *a, const void *b) {
	const double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

int main(int argc, char **argv) {
	if (argc < 2) return 2;
	const dds_entity_t participant = dds_create_participant((dds_domainid_t)atoi(argv[1]), NULL, NULL);
	if (participant < 0) return 1;
	dds_qos_t *qos = dds_create_qos();
	dds_qset_reliability(qos, DDS_RELIABILITY_RELIABLE, DDS_SECS(1));
	dds_qset_history(qos, DDS_HISTORY_KEEP_LAST, 10);
	const dds_entity_t state_topic =
		dds_create_topic(participant, &sensor_msgs_msg_dds__JointState__desc, "rt/joint_states", NULL, NULL);
	const dds_entity_t command_topic =
		dds_create_topic(participant, &std_msgs_msg_dds__Float64MultiArray__desc, "rt/joint_commands", NULL, NULL);
	const dds_entity_t writer = dds_create_writer(participant, state_topic, qos, NULL);
	dds_listener_t *listener = dds_create_listener(NULL);
	dds_lset_data_available(listener, on_command);
	const dds_entity_t reader = dds_create_reader(participant, command_topic, qos, listener);
	for (;;) {
		dds_publication_matched_status_t pub;
		dds_subscription_matched_status_t sub;
		dds_get_publication_matched_status(writer, &pub);
		dds_get_subscription_matched_status(reader, &sub);
		if (pub.current_count > 0 && sub.current_count > 0) break;
		sleep_until(now_ns() + 10000000);
	}
	puts("matched");
	fflush(stdout);

	char names[joints][16];
	char *name[joints];
	double position[joints], velocity[joints], effort[joints];
	for (int i = 0; i < joints; i++) {
		/* Not in the order of the policy, as on most robots. */
		snprintf(names[i], sizeof names[i], "joint_%d", joints - 1 - i);
		name[i] = names[i];
	}
	sensor_msgs_msg_dds__JointState_ state = {0};
	state.header.frame_id = "base";
	state.name._length = state.name._maximum = joints;
	state.name._buffer = name;
	state.position._length = state.position._maximum = joints;
	state.position._buffer = position;
	state.velocity._length = state.velocity._maximum = joints;
	state.velocity._buffer = velocity;
	state.effort._length = state.effort._maximum = joints;
	state.effort._buffer = effort;
	int number = 0, count, interval;
	char line[256];
	while (fgets(line, sizeof line, stdin) != NULL) {
		if (sscanf(line, "run %d %d", &count, &interval) != 2 || number + count > max_count) break;
		answered = 0;
		first = number;
		last = number + count;
		int64_t due = now_ns();
		for (; number < last; number++) {
			for (int i = 0; i < joints; i++) {
				position[i] = 0.001 * ((number + i) % 100);
				velocity[i] = 0.01 * ((number + 3 * i) % 50);
				effort[i] = 0;
			}
			/* joint_15, which is the last of the policy. */
			effort[0] = number;
			sent_at[number] = now_ns();
			state.header.stamp.sec = (int32_t)(sent_at[number] / 1000000000);
			state.header.stamp.nanosec = (uint32_t)(sent_at[number] % 1000000000);
			dds_write(writer, &state);
			due += interval * 1000LL;
			sleep_until(due);
		}
		sleep_until(now_ns() + 300000000);
		last = first;
		const int got = answered;
		qsort(round_trips, got, sizeof *round_trips, compare);
		if (got == 0) puts("rtt 0 0 0");
		else printf("rtt %d %.1f %.1f\n", got, round_trips[got / 2], round_trips[got * 99 / 100]);
		fflush(stdout);
	}
	dds_delete(participant);
	return 0;
}
