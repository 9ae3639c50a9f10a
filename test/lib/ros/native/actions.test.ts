import { conformActions } from '../actions/conform';
import { conformParameters } from '../parameters/conform';
import { between, openEmbedded } from '../places';
import { lackOfNative, openNative } from './native';

const domains = { first: 121, last: 129 };
let domain = domains.first + (process.pid % 9);
const nextDomain = () => {
	domain = domain >= domains.last ? domains.first : domain + 1;
	return domain;
};

describe('actions and parameters with the native transport', function () {
	this.timeout(60_000);

	before(function () {
		const lacking = lackOfNative();
		if (lacking === undefined) return;
		console.log(`      skipped: ${lacking}`);
		this.skip();
	});

	for (const [name, server, client] of [
		['native -> native', openNative, openNative],
		['native -> embedded', openEmbedded, openNative],
		['embedded -> native', openNative, openEmbedded],
	] as const) {
		const place = () => between(nextDomain(), server, client);
		describe(`an action, ${name}`, () => conformActions(place));
		describe(`parameters, ${name}`, () => conformParameters(place));
	}
});
