/** Placeholder of the contract until the codec lands. */
export interface MessageType {
	/** Full name, such as `sensor_msgs/msg/JointState`. */
	readonly name: string;
	/**
	 * Checks and serializes in one pass: 4-byte encapsulation header (CDR_LE) and XCDR1 body.
	 * @throws TypeError or RangeError with the path of the field: `position[2]: expected float64, got "abc"`
	 */
	encode(message: unknown): Uint8Array;
	/** @throws RangeError when the bytes do not fit the type. */
	decode(cdr: Uint8Array): Record<string, unknown>;
	/** A new message with every field at its default. */
	create(): Record<string, unknown>;
	/** RIHS01 hash of the type (REP 2016). */
	readonly hash: string;
}
export interface TypeRegistry {
	/** @throws BriefError with near names when the type is not known. */
	message(typeName: string): MessageType;
	/** All message type names, sorted. */
	messageNames(): string[];
}
