/** An element of the vector as the edit dialog shows it. */
export interface LiveElement {
	/** The term it belongs to; empty for a list without terms. */
	readonly term: string;
	/** What it is, such as `position of hinge`. */
	readonly label: string;
	/** The value of the last message, or why the term gave none. */
	readonly value: string;
	/** The least and the most since the look began. */
	readonly min?: string;
	readonly max?: string;
	readonly mark?: 'not-finite' | 'stale' | 'clipped' | 'failed';
}

/** What runs through a node; the answer of the admin endpoint `tensor-transform/live`. */
export interface LiveView {
	/** How many messages ran since the look began. */
	readonly count: number;
	/** Why the last message was refused. */
	readonly error?: string;
	readonly elements: readonly LiveElement[];
	/** How many more elements there are. */
	readonly hidden: number;
}
