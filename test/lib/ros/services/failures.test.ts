import { deepStrictEqual } from 'node:assert/strict';
import { noAnswer, noServer, noServerFits } from '../../../../lib/ros/services/failures';

describe('why a call comes to nothing', () => {
	it('tells the time that it waited in seconds, to the millisecond', () => {
		for (const failure of [noAnswer, noServer, (name: string, time: number) => noServerFits(name, time, 'the QoS')]) {
			const times = [5000, 4999.985628999999, 1285.876035, 300].map(
				(time) => / within (\S+ s)/.exec(failure('/a', time).message)?.[1],
			);
			deepStrictEqual(times, ['5 s', '5 s', '1.286 s', '0.3 s']);
		}
	});
});
