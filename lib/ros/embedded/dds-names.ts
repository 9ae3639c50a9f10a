/**
 * Names of ROS 2 as DDS carries them. Source: design.ros2.org, "Topic and Service name mapping to DDS".
 */

/** `/chatter` -> `rt/chatter`. */
export const topicToDds = (topic: string): string => `rt${topic}`;

/** `rt/chatter` -> `/chatter`; undefined for what is no ROS topic. */
export function topicFromDds(topic: string): string | undefined {
	return topic.startsWith('rt/') ? topic.slice(2) : undefined;
}

/** `/add` -> `rq/addRequest`. */
export const requestToDds = (service: string): string => `rq${service}Request`;

/** `/add` -> `rr/addReply`. */
export const replyToDds = (service: string): string => `rr${service}Reply`;

/** `rq/addRequest` -> `/add`; undefined for what is no request topic of ROS. */
export function serviceFromDds(topic: string): string | undefined {
	return /^rq(\/.+)Request$/.exec(topic)?.[1];
}

/** `pkg::srv::dds_::Add_Request_` -> `pkg/srv/Add`; undefined for what is no request of ROS. */
export function serviceTypeFromDds(typeName: string): string | undefined {
	return /^(.+)_Request$/.exec(typeFromDds(typeName))?.[1];
}

/** `std_msgs/msg/String` -> `std_msgs::msg::dds_::String_`; also of parts such as `pkg/srv/Do_Request`. */
export function typeToDds(typeName: string): string {
	const parts = typeName.split('/');
	const name = parts.pop();
	return `${parts.join('::')}::dds_::${name}_`;
}

/** `std_msgs::msg::dds_::String_` -> `std_msgs/msg/String`; the name itself when it is no ROS type. */
export function typeFromDds(typeName: string): string {
	const found = /^(.+)::dds_::(.+)_$/.exec(typeName);
	return found ? `${found[1]?.replaceAll('::', '/')}/${found[2]}` : typeName;
}

/** Values of USER_DATA as ROS 2 writes it: `key=value;key=value;`. */
export function parseUserData(bytes: Uint8Array): Map<string, string> {
	const values = new Map<string, string>();
	for (const part of Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1').split(';')) {
		const at = part.indexOf('=');
		if (at > 0) values.set(part.slice(0, at), part.slice(at + 1));
	}
	return values;
}

/**
 * USER_DATA of an endpoint: the hash of its type, by which the other side knows that it has the same definition.
 * @param before other values in front, each closed by a semicolon
 */
export function endpointUserData(typeHash: string | undefined, before = ''): Uint8Array {
	return Buffer.from(typeHash === undefined ? before : `${before}typehash=${typeHash};`, 'latin1');
}
