/** What Node-RED answers when it does not do it. */
export class Refusal extends Error {
	constructor(
		readonly status: number,
		message: string,
	) {
		super(message);
	}
}

/**
 * The editor's own token. It keeps it in this browser under a key that ends with its path.
 * Source: Node-RED's editor, RED.settings (authTokensSuffix), the same in 4.1 and 5.0.
 */
function token(root: string): string | undefined {
	try {
		const saved = localStorage.getItem(`auth-tokens${root.slice(0, -1).replace(/\//g, '-')}`);
		return saved === null ? undefined : JSON.parse(saved)?.access_token;
	} catch {
		return undefined;
	}
}

/**
 * Asks Node-RED's admin API from a page of a node's own, with the permissions of who is logged in to the editor.
 * @param root the admin root of Node-RED, such as `/` or `/admin/`
 * @param path below it
 * @returns rejects with a Refusal when the answer is none of success
 */
export async function adminFetch(root: string, path: string, init: RequestInit = {}): Promise<Response> {
	const known = token(root);
	const response = await fetch(`${root}${path}`, {
		...init,
		headers: { ...(known ? { Authorization: `Bearer ${known}` } : {}), ...init.headers },
	});
	if (response.ok) return response;
	const answer = await response.json().catch(() => ({}));
	throw new Refusal(response.status, answer.error ?? response.statusText);
}
