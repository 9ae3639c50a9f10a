import { readU32, writeU32 } from './bytes';

/** Where datagrams go: an IPv4 address in dotted form and a UDP port. */
export interface Locator {
	readonly address: string;
	readonly port: number;
}

export const locatorLength = 24;
const kindUdp4 = 1;

/**
 * A UDP over IPv4 locator, or undefined for every other kind (IPv6, shared memory, vendors' own) and for addresses that
 * nothing can be sent to. Source: DDSI-RTPS 2.5, 9.3.2.3.
 */
export function readLocator(bytes: Uint8Array, offset: number, littleEndian: boolean): Locator | undefined {
	if (readU32(bytes, offset, littleEndian) !== kindUdp4) return undefined;
	const port = readU32(bytes, offset + 4, littleEndian);
	if (port === 0 || port > 0xffff) return undefined;
	const first = bytes[offset + 20]!;
	if (first === 0 || first >= 240) return undefined;
	const address = `${first}.${bytes[offset + 21]}.${bytes[offset + 22]}.${bytes[offset + 23]}`;
	return { address, port };
}

export function writeLocator(bytes: Uint8Array, offset: number, locator: Locator): void {
	writeU32(bytes, offset, kindUdp4);
	writeU32(bytes, offset + 4, locator.port);
	bytes.fill(0, offset + 8, offset + 20);
	const number = ipv4ToNumber(locator.address);
	for (let i = 0; i < 4; i++) bytes[offset + 20 + i] = number >>> (24 - 8 * i);
}

/** The 32 bits of a dotted IPv4 address; 0 for what is none. */
export function ipv4ToNumber(address: string): number {
	const parts = address.split('.');
	if (parts.length !== 4) return 0;
	let value = 0;
	for (const part of parts) {
		const octet = Number(part);
		if (part === '' || !Number.isInteger(octet) || octet < 0 || octet > 255) return 0;
		value = value * 256 + octet;
	}
	return value >>> 0;
}

export function isMulticast(address: string): boolean {
	return ipv4ToNumber(address) >>> 28 === 0xe;
}

export function isLoopback(address: string): boolean {
	return ipv4ToNumber(address) >>> 24 === 127;
}
