/*
 * A peer of Cyclone DDS for the interoperability tests and the benchmark. It does what it is told on standard input
 * and says on standard output, one line each, what it sees.
 *
 *   cyclone_peer <domain> <role> <topic> [reliable] [transient_local] [keep_all] [depth=N] [deadline=ms] [lease=ms]
 *                [user=text]
 *
 * The network is set up by CYCLONEDDS_URI.
 * Roles: sub reads and reports; pub writes when told; echo writes to <topic>_pong what it reads from <topic>; ping
 * writes to <topic> and times the answers on <topic>_pong.
 * Commands: write <count> <size> <interval us>; ping <count> <size> <interval us>; cpu; quit.
 */
#include <dds/dds.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include "Blob.h"

static pthread_mutex_t output = PTHREAD_MUTEX_INITIALIZER;
static bool quiet;
static dds_entity_t writer, reader;
static uint32_t next_sequence;
static int64_t *round_trips;
static int round_trip_count, round_trip_limit;
static int64_t sent_at[1 << 16];

#define SAY(...) \
	do { \
		pthread_mutex_lock(&output); \
		printf(__VA_ARGS__); \
		putchar('\n'); \
		fflush(stdout); \
		pthread_mutex_unlock(&output); \
	} while (0)

static int64_t now_ns(void) {
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void sleep_until(int64_t ns) {
	struct timespec t = {.tv_sec = ns / 1000000000LL, .tv_nsec = ns % 1000000000LL};
	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
}

static bool is_right(const interop_Blob *blob) {
	for (uint32_t i = 0; i < blob->data._length; i++) {
		if (blob->data._buffer[i] != (uint8_t)(blob->number + i)) return false;
	}
	return true;
}

static void on_subscription_matched(dds_entity_t r, const dds_subscription_matched_status_t status, void *arg) {
	(void)arg;
	char user[256] = "";
	dds_builtintopic_endpoint_t *remote = dds_get_matched_publication_data(r, status.last_publication_handle);
	if (remote != NULL) {
		void *value = NULL;
		size_t size = 0;
		if (dds_qget_userdata(remote->qos, &value, &size) && value != NULL) {
			memcpy(user, value, size < 255 ? size : 255);
			dds_free(value);
		}
		dds_builtintopic_free_endpoint(remote);
	}
	SAY("matched %u %s", status.current_count, user);
}

static void on_publication_matched(dds_entity_t w, const dds_publication_matched_status_t status, void *arg) {
	(void)arg;
	char user[256] = "";
	dds_builtintopic_endpoint_t *remote = dds_get_matched_subscription_data(w, status.last_subscription_handle);
	if (remote != NULL) {
		void *value = NULL;
		size_t size = 0;
		if (dds_qget_userdata(remote->qos, &value, &size) && value != NULL) {
			memcpy(user, value, size < 255 ? size : 255);
			dds_free(value);
		}
		dds_builtintopic_free_endpoint(remote);
	}
	SAY("matched %u %s", status.current_count, user);
}

static void on_offered_incompatible(dds_entity_t w, const dds_offered_incompatible_qos_status_t status, void *arg) {
	(void)w;
	(void)arg;
	SAY("incompatible %u", status.last_policy_id);
}

static void on_requested_incompatible(dds_entity_t r, const dds_requested_incompatible_qos_status_t status, void *arg) {
	(void)r;
	(void)arg;
	SAY("incompatible %u", status.last_policy_id);
}

static void on_liveliness(dds_entity_t r, const dds_liveliness_changed_status_t status, void *arg) {
	(void)r;
	(void)arg;
	SAY("alive %u", status.alive_count);
}

static void on_report(dds_entity_t r, void *arg) {
	(void)arg;
	void *samples[1] = {NULL};
	dds_sample_info_t info;
	while (dds_take(r, samples, &info, 1, 1) > 0) {
		interop_Blob *blob = samples[0];
		if (!info.valid_data) SAY("gone");
		else if (!quiet) SAY("sample %u %u %s", blob->number, blob->data._length, is_right(blob) ? "right" : "wrong");
		dds_return_loan(r, samples, 1);
		samples[0] = NULL;
	}
}

static void on_echo(dds_entity_t r, void *arg) {
	(void)arg;
	void *samples[1] = {NULL};
	dds_sample_info_t info;
	while (dds_take(r, samples, &info, 1, 1) > 0) {
		if (info.valid_data) dds_write(writer, samples[0]);
		dds_return_loan(r, samples, 1);
		samples[0] = NULL;
	}
}

static void on_pong(dds_entity_t r, void *arg) {
	(void)arg;
	const int64_t now = now_ns();
	void *samples[1] = {NULL};
	dds_sample_info_t info;
	while (dds_take(r, samples, &info, 1, 1) > 0) {
		interop_Blob *blob = samples[0];
		if (info.valid_data && round_trip_count < round_trip_limit) {
			round_trips[round_trip_count++] = now - sent_at[blob->number & 0xffff];
		}
		dds_return_loan(r, samples, 1);
		samples[0] = NULL;
	}
}

static int compare(const void *a, const void *b) {
	const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return x < y ? -1 : x > y;
}

static void write_blobs(int count, uint32_t size, int interval_us) {
	interop_Blob blob = {0};
	blob.data._maximum = blob.data._length = size;
	blob.data._buffer = malloc(size + 1);
	int64_t due = now_ns();
	for (int n = 0; n < count; n++) {
		blob.number = ++next_sequence;
		for (uint32_t i = 0; i < size; i++) blob.data._buffer[i] = (uint8_t)(blob.number + i);
		sent_at[blob.number & 0xffff] = now_ns();
		const dds_return_t result = dds_write(writer, &blob);
		if (result < 0) SAY("error %s", dds_strretcode(-result));
		due += interval_us * 1000LL;
		if (interval_us > 0) sleep_until(due);
	}
	free(blob.data._buffer);
	SAY("wrote %u", next_sequence);
}

static void ping(int count, uint32_t size, int interval_us) {
	round_trips = calloc(count, sizeof *round_trips);
	round_trip_count = 0;
	round_trip_limit = count;
	quiet = true;
	write_blobs(count, size, interval_us);
	sleep_until(now_ns() + 200000000LL);
	const int got = round_trip_count;
	round_trip_limit = 0;
	qsort(round_trips, got, sizeof *round_trips, compare);
	if (got == 0) SAY("rtt 0 0 0 0");
	else SAY("rtt %d %.1f %.1f %.1f", got, round_trips[got / 2] / 1e3, round_trips[got * 99 / 100] / 1e3, round_trips[0] / 1e3);
	free(round_trips);
}

int main(int argc, char **argv) {
	if (argc < 4) return 2;
	const char *role = argv[2];
	bool reliable = false, transient_local = false, keep_all = false;
	int depth = 10, deadline = 0, lease = 0;
	const char *user = NULL;
	for (int i = 4; i < argc; i++) {
		if (strcmp(argv[i], "reliable") == 0) reliable = true;
		else if (strcmp(argv[i], "transient_local") == 0) transient_local = true;
		else if (strcmp(argv[i], "keep_all") == 0) keep_all = true;
		else if (strncmp(argv[i], "depth=", 6) == 0) depth = atoi(argv[i] + 6);
		else if (strncmp(argv[i], "deadline=", 9) == 0) deadline = atoi(argv[i] + 9);
		else if (strncmp(argv[i], "lease=", 6) == 0) lease = atoi(argv[i] + 6);
		else if (strncmp(argv[i], "user=", 5) == 0) user = argv[i] + 5;
	}
	dds_qos_t *participant_qos = dds_create_qos();
	if (user != NULL) dds_qset_userdata(participant_qos, user, strlen(user));
	const dds_entity_t participant = dds_create_participant((dds_domainid_t)atoi(argv[1]), participant_qos, NULL);
	if (participant < 0) {
		SAY("error %s", dds_strretcode(-participant));
		return 1;
	}
	dds_qos_t *qos = dds_create_qos();
	dds_qset_reliability(qos, reliable ? DDS_RELIABILITY_RELIABLE : DDS_RELIABILITY_BEST_EFFORT, DDS_SECS(1));
	dds_qset_durability(qos, transient_local ? DDS_DURABILITY_TRANSIENT_LOCAL : DDS_DURABILITY_VOLATILE);
	dds_qset_history(qos, keep_all ? DDS_HISTORY_KEEP_ALL : DDS_HISTORY_KEEP_LAST, keep_all ? 0 : depth);
	if (transient_local) {
		dds_qset_durability_service(
			qos, 0, keep_all ? DDS_HISTORY_KEEP_ALL : DDS_HISTORY_KEEP_LAST, keep_all ? -1 : depth, -1, -1, -1);
	}
	if (deadline > 0) dds_qset_deadline(qos, DDS_MSECS(deadline));
	if (lease > 0) dds_qset_liveliness(qos, DDS_LIVELINESS_AUTOMATIC, DDS_MSECS(lease));
	if (user != NULL) dds_qset_userdata(qos, user, strlen(user));
	const bool reads = strcmp(role, "pub") != 0, writes = strcmp(role, "sub") != 0;
	char pong[256];
	snprintf(pong, sizeof pong, "%s_pong", argv[3]);
	const bool is_ping = strcmp(role, "ping") == 0, is_echo = strcmp(role, "echo") == 0;
	if (writes) {
		const dds_entity_t topic = dds_create_topic(participant, &interop_Blob_desc, is_echo ? pong : argv[3], NULL, NULL);
		dds_listener_t *listener = dds_create_listener(NULL);
		dds_lset_publication_matched(listener, on_publication_matched);
		dds_lset_offered_incompatible_qos(listener, on_offered_incompatible);
		writer = dds_create_writer(participant, topic, qos, listener);
	}
	if (reads) {
		const dds_entity_t topic = dds_create_topic(participant, &interop_Blob_desc, is_ping ? pong : argv[3], NULL, NULL);
		dds_listener_t *listener = dds_create_listener(NULL);
		dds_lset_subscription_matched(listener, on_subscription_matched);
		dds_lset_requested_incompatible_qos(listener, on_requested_incompatible);
		dds_lset_liveliness_changed(listener, on_liveliness);
		dds_lset_data_available(listener, is_ping ? on_pong : is_echo ? on_echo : on_report);
		reader = dds_create_reader(participant, topic, qos, listener);
	}
	SAY("ready");
	char line[256];
	while (fgets(line, sizeof line, stdin) != NULL) {
		int count, interval;
		uint32_t size;
		if (sscanf(line, "write %d %u %d", &count, &size, &interval) == 3) write_blobs(count, size, interval);
		else if (sscanf(line, "ping %d %u %d", &count, &size, &interval) == 3) ping(count, size, interval);
		else if (strncmp(line, "cpu", 3) == 0) {
			struct rusage usage;
			getrusage(RUSAGE_SELF, &usage);
			SAY("cpu %.6f", usage.ru_utime.tv_sec + usage.ru_stime.tv_sec + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6);
		} else if (strncmp(line, "quit", 4) == 0) break;
	}
	dds_delete(participant);
	return 0;
}
