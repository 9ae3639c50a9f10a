/** The types of tensors that steps choose between, and what each is for. */
export const numericTypes = {
	float32: 'what most models take',
	float64: 'double precision, as ROS joint states have',
	float16: 'half precision',
	int8: '-128 to 127',
	uint8: '0 to 255',
	int16: '-32768 to 32767',
	uint16: '0 to 65535',
	int32: '32-bit whole numbers',
	uint32: '32-bit whole numbers >= 0',
	int64: '64-bit whole numbers: indexes, tokens',
	uint64: '64-bit whole numbers >= 0',
	bool: 'true where not zero',
} as const;

/** The two types to calculate in. */
export const floatTypes = {
	float32: 'single precision, what most models take',
	float64: 'double precision',
} as const;
