// A peer of Fast DDS for the interoperability tests: the same arguments, commands and reports as cyclone_peer.c, and
// two more roles. request writes with a related sample identity of its own, as a client of rmw_fastrtps does; answer
// answers each sample with one that names it.
//
//   fast_peer <domain> <role> <topic> [reliable] [transient_local] [keep_all] [depth=N] [deadline=ms] [user=text]
//             [peers] (no multicast: looks for others at 127.0.0.1) [shm] [buffer=bytes] [lease=ms] (of liveliness)
//             [life=ms] (lease of the participant)
#include <fastcdr/Cdr.h>
#include <fastcdr/FastBuffer.h>
#include <fastdds/dds/domain/DomainParticipant.hpp>
#include <fastdds/dds/domain/DomainParticipantFactory.hpp>
#include <fastdds/dds/domain/DomainParticipantListener.hpp>
#include <fastdds/dds/publisher/DataWriter.hpp>
#include <fastdds/dds/publisher/DataWriterListener.hpp>
#include <fastdds/dds/publisher/Publisher.hpp>
#include <fastdds/dds/subscriber/DataReader.hpp>
#include <fastdds/dds/subscriber/DataReaderListener.hpp>
#include <fastdds/dds/subscriber/SampleInfo.hpp>
#include <fastdds/dds/subscriber/Subscriber.hpp>
#include <fastdds/dds/topic/TypeSupport.hpp>
#include <fastdds/rtps/participant/ParticipantDiscoveryInfo.h>
#include <fastdds/rtps/transport/UDPv4TransportDescriptor.h>
#include <fastdds/rtps/transport/shared_mem/SharedMemTransportDescriptor.h>
#include <fastrtps/utils/IPLocator.h>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <mutex>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

using namespace eprosima::fastdds::dds;
using eprosima::fastrtps::rtps::IPLocator;
using eprosima::fastrtps::rtps::Locator_t;
using eprosima::fastrtps::rtps::SerializedPayload_t;

struct Blob {
	uint32_t number = 0;
	std::vector<uint8_t> data;
};

class BlobType : public TopicDataType {
public:
	BlobType() {
		setName("interop::Blob");
		m_typeSize = 16 * 1024 * 1024;
		m_isGetKeyDefined = false;
	}
	bool serialize(void *data, SerializedPayload_t *payload) override {
		auto *blob = static_cast<Blob *>(data);
		eprosima::fastcdr::FastBuffer buffer(reinterpret_cast<char *>(payload->data), payload->max_size);
		eprosima::fastcdr::Cdr cdr(buffer, eprosima::fastcdr::Cdr::DEFAULT_ENDIAN, eprosima::fastcdr::Cdr::DDS_CDR);
		payload->encapsulation = CDR_LE;
		cdr.serialize_encapsulation();
		cdr << blob->number << blob->data;
		payload->length = static_cast<uint32_t>(cdr.getSerializedDataLength());
		return true;
	}
	bool deserialize(SerializedPayload_t *payload, void *data) override {
		auto *blob = static_cast<Blob *>(data);
		eprosima::fastcdr::FastBuffer buffer(reinterpret_cast<char *>(payload->data), payload->length);
		eprosima::fastcdr::Cdr cdr(buffer, eprosima::fastcdr::Cdr::DEFAULT_ENDIAN, eprosima::fastcdr::Cdr::DDS_CDR);
		cdr.read_encapsulation();
		cdr >> blob->number >> blob->data;
		return true;
	}
	std::function<uint32_t()> getSerializedSizeProvider(void *data) override {
		auto *blob = static_cast<Blob *>(data);
		return [blob] { return static_cast<uint32_t>(4 + 4 + 4 + blob->data.size()); };
	}
	void *createData() override { return new Blob; }
	void deleteData(void *data) override { delete static_cast<Blob *>(data); }
	bool getKey(void *, eprosima::fastrtps::rtps::InstanceHandle_t *, bool) override { return false; }
};

static std::mutex output;
static void say(const std::string &line) {
	std::lock_guard<std::mutex> lock(output);
	std::cout << line << std::endl;
}

static DataWriter *writer;
static uint32_t next_number;
static std::string role;

class Participants : public DomainParticipantListener {
	void on_participant_discovery(DomainParticipant *, eprosima::fastrtps::rtps::ParticipantDiscoveryInfo &&found) override {
		using Info = eprosima::fastrtps::rtps::ParticipantDiscoveryInfo;
		const auto &user = found.info.m_userData;
		const std::string text(user.begin(), user.end());
		if (found.status == Info::DISCOVERED_PARTICIPANT) say("joined " + text);
		else if (found.status == Info::REMOVED_PARTICIPANT) say("left");
		else if (found.status == Info::DROPPED_PARTICIPANT) say("dropped");
	}
	void on_publisher_discovery(DomainParticipant *, eprosima::fastrtps::rtps::WriterDiscoveryInfo &&found) override {
		using Info = eprosima::fastrtps::rtps::WriterDiscoveryInfo;
		const auto &user = found.info.m_qos.m_userData;
		if (found.status == Info::DISCOVERED_WRITER) say("found " + std::string(user.begin(), user.end()));
	}
	void on_subscriber_discovery(DomainParticipant *, eprosima::fastrtps::rtps::ReaderDiscoveryInfo &&found) override {
		using Info = eprosima::fastrtps::rtps::ReaderDiscoveryInfo;
		const auto &user = found.info.m_qos.m_userData;
		if (found.status == Info::DISCOVERED_READER) say("found " + std::string(user.begin(), user.end()));
	}
};

class Written : public DataWriterListener {
	void on_publication_matched(DataWriter *, const PublicationMatchedStatus &status) override {
		say("matched " + std::to_string(status.current_count));
	}
	void on_offered_incompatible_qos(DataWriter *, const OfferedIncompatibleQosStatus &status) override {
		say("incompatible " + std::to_string(status.last_policy_id));
	}
};

class Read : public DataReaderListener {
	void on_subscription_matched(DataReader *, const SubscriptionMatchedStatus &status) override {
		say("matched " + std::to_string(status.current_count));
	}
	void on_requested_incompatible_qos(DataReader *, const RequestedIncompatibleQosStatus &status) override {
		say("incompatible " + std::to_string(status.last_policy_id));
	}
	void on_liveliness_changed(DataReader *, const eprosima::fastrtps::LivelinessChangedStatus &status) override {
		say("alive " + std::to_string(status.alive_count));
	}
	void on_data_available(DataReader *reader) override {
		Blob blob;
		SampleInfo info;
		while (reader->take_next_sample(&blob, &info) == ReturnCode_t::RETCODE_OK) {
			if (!info.valid_data) {
				say("gone");
				continue;
			}
			if (role == "echo") {
				writer->write(&blob);
				continue;
			}
			if (role == "answer") {
				eprosima::fastrtps::rtps::WriteParams params;
				params.related_sample_identity(info.sample_identity);
				writer->write(&blob, params);
			}
			bool right = true;
			for (size_t i = 0; i < blob.data.size(); i++) right = right && blob.data[i] == uint8_t(blob.number + i);
			std::ostringstream line;
			line << "sample " << blob.number << " " << blob.data.size() << " " << (right ? "right" : "wrong");
			if (role == "request") line << " " << info.related_sample_identity.sequence_number().to64long();
			say(line.str());
		}
	}
};

static void write_blobs(int count, unsigned size, int interval_us) {
	Blob blob;
	blob.data.resize(size);
	auto due = std::chrono::steady_clock::now();
	for (int n = 0; n < count; n++) {
		blob.number = ++next_number;
		for (unsigned i = 0; i < size; i++) blob.data[i] = uint8_t(blob.number + i);
		if (!writer->write(&blob)) say("error write");
		due += std::chrono::microseconds(interval_us);
		if (interval_us > 0) std::this_thread::sleep_until(due);
	}
	say("wrote " + std::to_string(next_number));
}

int main(int argc, char **argv) {
	if (argc < 4) return 2;
	role = argv[2];
	bool reliable = false, transient_local = false, keep_all = false, peers = false, shm = false;
	int depth = 10, deadline = 0, lease = 0, buffer = 0, life = 0;
	std::string user;
	for (int i = 4; i < argc; i++) {
		const std::string argument = argv[i];
		const auto number = [&](const char *name, int &value) {
			if (argument.rfind(name, 0) == 0) value = atoi(argument.c_str() + strlen(name));
		};
		reliable = reliable || argument == "reliable";
		transient_local = transient_local || argument == "transient_local";
		keep_all = keep_all || argument == "keep_all";
		peers = peers || argument == "peers";
		shm = shm || argument == "shm";
		number("depth=", depth);
		number("deadline=", deadline);
		number("lease=", lease);
		number("buffer=", buffer);
		number("life=", life);
		if (argument.rfind("user=", 0) == 0) user = argument.substr(5);
	}
	DomainParticipantQos participant_qos = PARTICIPANT_QOS_DEFAULT;
	auto udp = std::make_shared<eprosima::fastdds::rtps::UDPv4TransportDescriptor>();
	udp->interfaceWhiteList.push_back("127.0.0.1");
	udp->receiveBufferSize = udp->sendBufferSize = buffer > 0 ? buffer : 4194304;
	participant_qos.transport().use_builtin_transports = false;
	participant_qos.transport().user_transports.push_back(udp);
	if (shm) {
		auto memory = std::make_shared<eprosima::fastdds::rtps::SharedMemTransportDescriptor>();
		participant_qos.transport().user_transports.insert(participant_qos.transport().user_transports.begin(), memory);
	}
	participant_qos.user_data().assign(user.begin(), user.end());
	if (life > 0) {
		auto &discovery = participant_qos.wire_protocol().builtin.discovery_config;
		discovery.leaseDuration = {life / 1000, uint32_t(life % 1000) * 1000000u};
		discovery.leaseDuration_announcementperiod = {life / 4000, uint32_t(life / 4 % 1000) * 1000000u};
	}
	if (peers) {
		Locator_t loopback;
		IPLocator::setIPv4(loopback, 127, 0, 0, 1);
		participant_qos.wire_protocol().builtin.initialPeersList.push_back(loopback);
		// Without a multicast locator of its own it does not listen to the group either.
		Locator_t own;
		IPLocator::setIPv4(own, 127, 0, 0, 1);
		participant_qos.wire_protocol().builtin.metatrafficUnicastLocatorList.push_back(own);
	}
	static Participants participants;
	auto *participant = DomainParticipantFactory::get_instance()->create_participant(
		atoi(argv[1]), participant_qos, &participants, StatusMask::none());
	if (participant == nullptr) return 1;
	TypeSupport type(new BlobType);
	type.register_type(participant);
	const std::string pong = std::string(argv[3]) + "_pong";
	const bool writes = role != "sub", reads = role != "pub";
	const auto apply = [&](auto &qos) {
		qos.reliability().kind = reliable ? RELIABLE_RELIABILITY_QOS : BEST_EFFORT_RELIABILITY_QOS;
		qos.durability().kind = transient_local ? TRANSIENT_LOCAL_DURABILITY_QOS : VOLATILE_DURABILITY_QOS;
		qos.history().kind = keep_all ? KEEP_ALL_HISTORY_QOS : KEEP_LAST_HISTORY_QOS;
		qos.history().depth = depth;
		qos.endpoint().history_memory_policy = eprosima::fastrtps::rtps::PREALLOCATED_WITH_REALLOC_MEMORY_MODE;
		if (deadline > 0) qos.deadline().period = {deadline / 1000, uint32_t(deadline % 1000) * 1000000u};
		if (lease > 0) qos.liveliness().lease_duration = {lease / 1000, uint32_t(lease % 1000) * 1000000u};
		qos.user_data().assign(user.begin(), user.end());
	};
	static Written written;
	static Read read;
	if (writes) {
		DataWriterQos qos = DATAWRITER_QOS_DEFAULT;
		apply(qos);
		// Fragments need the asynchronous way; it is what rmw_fastrtps uses for large messages too.
		qos.publish_mode().kind = role == "pub" ? ASYNCHRONOUS_PUBLISH_MODE : SYNCHRONOUS_PUBLISH_MODE;
		if (lease > 0) qos.liveliness().announcement_period = {lease / 2000, uint32_t(lease / 2 % 1000) * 1000000u};
		const bool answers = role == "echo" || role == "answer";
		auto *topic = participant->create_topic(answers ? pong : argv[3], "interop::Blob", TOPIC_QOS_DEFAULT);
		writer = participant->create_publisher(PUBLISHER_QOS_DEFAULT)->create_datawriter(topic, qos, &written);
	}
	if (reads) {
		DataReaderQos qos = DATAREADER_QOS_DEFAULT;
		apply(qos);
		auto *topic = participant->create_topic(role == "request" ? pong : argv[3], "interop::Blob", TOPIC_QOS_DEFAULT);
		participant->create_subscriber(SUBSCRIBER_QOS_DEFAULT)->create_datareader(topic, qos, &read);
	}
	say("ready");
	std::string line;
	while (std::getline(std::cin, line)) {
		int count, interval;
		unsigned size;
		if (sscanf(line.c_str(), "write %d %u %d", &count, &size, &interval) == 3) write_blobs(count, size, interval);
		else if (line == "quit") break;
	}
	participant->delete_contained_entities();
	DomainParticipantFactory::get_instance()->delete_participant(participant);
	return 0;
}
