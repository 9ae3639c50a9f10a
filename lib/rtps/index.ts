/** A DDSI-RTPS 2.x participant: knows DDS, knows nothing of ROS. */
export { type Clock, systemClock } from './clock';
export {
	DataReader,
	DataWriter,
	type EndpointOptions,
	type Incompatibility,
	type ReaderOptions,
	type WriteOptions,
	type WriterOptions,
} from './endpoints';
export { guidToString } from './guid';
export { vendorCyclone, vendorFast } from './messages';
export type { NetworkOptions } from './network';
export { createParticipant, Participant, type ParticipantOptions, type Warning } from './participant';
export { type IncompatiblePolicy, incompatiblePolicy, type Qos, type QosOptions } from './qos';
export type { LivelinessStatus } from './reader';
export type { EndpointInfo, ParticipantInfo } from './remote';
export { type SampleIdentity, SampleInfo } from './sample';
export type { DatagramSocket, NetworkInterface, SocketOptions, Transport } from './transport';
export { udpTransport } from './udp';
