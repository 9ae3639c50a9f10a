/** Element types that a field can have without another definition. */
export type PrimitiveName =
	| 'bool'
	| 'byte'
	| 'char'
	| 'int8'
	| 'uint8'
	| 'int16'
	| 'uint16'
	| 'int32'
	| 'uint32'
	| 'int64'
	| 'uint64'
	| 'float32'
	| 'float64'
	| 'string'
	| 'wstring';

export const primitiveNames: ReadonlySet<string> = new Set<PrimitiveName>([
	'bool',
	'byte',
	'char',
	'int8',
	'uint8',
	'int16',
	'uint16',
	'int32',
	'uint32',
	'int64',
	'uint64',
	'float32',
	'float64',
	'string',
	'wstring',
]);

/** Smallest and largest value of each integer type; `byte` and `char` are 8 bits without sign in ROS 2. */
export const integerRanges: Readonly<Record<string, readonly [bigint, bigint]>> = {
	byte: [0n, 255n],
	char: [0n, 255n],
	int8: [-128n, 127n],
	uint8: [0n, 255n],
	int16: [-32768n, 32767n],
	uint16: [0n, 65535n],
	int32: [-(2n ** 31n), 2n ** 31n - 1n],
	uint32: [0n, 2n ** 32n - 1n],
	int64: [-(2n ** 63n), 2n ** 63n - 1n],
	uint64: [0n, 2n ** 64n - 1n],
};

export type PrimitiveValue = boolean | number | bigint | string;

/** How many elements an array field holds. */
export type ArrayShape =
	| { readonly kind: 'fixed'; readonly size: number }
	/** At most `size` elements. */
	| { readonly kind: 'bounded'; readonly size: number }
	| { readonly kind: 'unbounded' };

export interface FieldType {
	/** A primitive, or the full name of another definition, such as `geometry_msgs/msg/Point`. */
	readonly base: string;
	/** Most characters that a string or wstring may have. */
	readonly stringBound?: number;
	/** Absent for a single value. */
	readonly array?: ArrayShape;
}

export interface Field {
	readonly name: string;
	readonly type: FieldType;
	/** What the field has when nothing is said; without it zero, false, '' or no elements. */
	readonly default?: PrimitiveValue | readonly PrimitiveValue[];
}

export interface Constant {
	readonly name: string;
	readonly type: PrimitiveName;
	readonly value: PrimitiveValue;
}

/** A structure as a .msg file, or one part of a .srv or .action file, defines it. */
export interface Definition {
	/** Full name, such as `sensor_msgs/msg/Imu` or `std_srvs/srv/SetBool_Request`. */
	readonly name: string;
	readonly fields: readonly Field[];
	readonly constants: readonly Constant[];
}

/** Whether a field's base is a primitive. */
export function isPrimitive(base: string): base is PrimitiveName {
	return primitiveNames.has(base);
}

/** The type as a .msg file writes it: `float64[36]`, `string<=10[<=5]`. */
export function showType({ base, stringBound, array }: FieldType): string {
	const bound = stringBound === undefined ? '' : `<=${stringBound}`;
	if (!array) return `${base}${bound}`;
	const size = array.kind === 'unbounded' ? '' : array.kind === 'fixed' ? array.size : `<=${array.size}`;
	return `${base}${bound}[${size}]`;
}
