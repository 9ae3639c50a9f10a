/** What the form asks of the transports. Browser-safe. */
export interface TransportAnswer {
	/** What `auto` would take now, and why. */
	readonly auto: 'native' | 'embedded';
	readonly autoText: string;
	/** What the deployed context uses, when it runs. */
	readonly inUse?: 'native' | 'embedded';
	readonly inUseText?: string;
}
